//! The store key under the worker's PIN and the platform's key.
//!
//! `KEK = HKDF-SHA256(salt, Argon2id(PIN, salt) ‖ platform key)`, then XChaCha20-Poly1305 with a random nonce. A million
//! PINs are few, so neither alone is enough: without the platform key the file cannot be guessed at on another machine,
//! without the PIN the platform key opens nothing.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;
use xunge_domain::world::Randomness;
use zeroize::Zeroizing;

use super::pin::Pin;
use super::secret::{PlatformKey, Secret};

/// What one try at a PIN costs (Argon2id, RFC 9106). Stored beside the copy, so that it can be raised later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PinCost {
    /// Memory, KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl PinCost {
    /// OWASP's password storage advice for Argon2id: 19 MiB, two passes, one lane. About a third of a second on the
    /// slowest phones meant here (estimate, not measured on one).
    pub const OWASP: Self = Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 };

    /// Argon2's own minimum: for tests and simulations, which unlock thousands of times.
    pub const LEAST: Self = Self { memory_kib: 8, passes: 1, lanes: 1 };

    /// Bounds on what a file may ask for: a damaged or hostile one must not hang the phone or exhaust its memory.
    pub(super) fn is_reasonable(self) -> bool {
        self.memory_kib <= 256 * 1024 && self.passes <= 16 && self.lanes <= 4 && self.params().is_some()
    }

    fn params(self) -> Option<Params> {
        Params::new(self.memory_kib, self.passes, self.lanes, Some(32)).ok()
    }
}

/// The wrapped key and what is needed to unwrap it, PIN and platform key apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PinCopy {
    pub(super) cost: PinCost,
    pub(super) salt: [u8; 16],
    pub(super) nonce: [u8; 24],
    /// Tells a changed platform key (key store wiped, file restored on another phone) from a wrong PIN.
    pub(super) platform_check: [u8; 16],
    /// 32 bytes and the tag.
    pub(super) wrapped: Vec<u8>,
}

/// What trying a PIN gave.
pub(super) enum Unwrapped {
    Key(Secret),
    WrongPin,
    OtherPlatformKey,
}

impl PinCopy {
    /// `None` when the cost is out of bounds.
    pub(super) fn wrap(
        random: &dyn Randomness,
        key: &Secret,
        pin: &Pin,
        platform: &PlatformKey,
        cost: PinCost,
    ) -> Option<Self> {
        if !cost.is_reasonable() {
            return None;
        }
        let mut copy = Self {
            cost,
            salt: [0; 16],
            nonce: [0; 24],
            platform_check: platform.0.check_value(),
            wrapped: Vec::new(),
        };
        random.fill(&mut copy.salt);
        random.fill(&mut copy.nonce);
        let aad = copy.bound();
        let payload = Payload { msg: key.expose(), aad: &aad };
        copy.wrapped = copy.cipher(pin, platform)?.encrypt(XNonce::from_slice(&copy.nonce), payload).ok()?;
        Some(copy)
    }

    /// Tries one PIN. `None` when the parameters cannot be used at all.
    pub(super) fn unwrap(&self, pin: &Pin, platform: &PlatformKey) -> Option<Unwrapped> {
        if platform.0.check_value() != self.platform_check {
            return Some(Unwrapped::OtherPlatformKey);
        }
        if !self.cost.is_reasonable() {
            return None;
        }
        let payload = Payload { msg: &self.wrapped, aad: &self.bound() };
        let opened = self.cipher(pin, platform)?.decrypt(XNonce::from_slice(&self.nonce), payload);
        let Ok(bytes) = opened.map(Zeroizing::new) else { return Some(Unwrapped::WrongPin) };
        let bytes: &[u8; 32] = bytes.as_slice().try_into().ok()?;
        Some(Unwrapped::Key(Secret::from_bytes(bytes)))
    }

    fn cipher(&self, pin: &Pin, platform: &PlatformKey) -> Option<XChaCha20Poly1305> {
        let mut ikm = Zeroizing::new([0; 64]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, self.cost.params()?)
            .hash_password_into(pin.digits(), &self.salt, &mut ikm[..32])
            .ok()?;
        ikm[32..].copy_from_slice(platform.0.expose());
        let mut kek = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(Some(&self.salt), ikm.as_ref())
            .expand(b"xunge pin copy v1", kek.as_mut())
            .ok()?;
        XChaCha20Poly1305::new_from_slice(kek.as_ref()).ok()
    }

    /// What is authenticated beside the key: the cost cannot be changed under it.
    fn bound(&self) -> Vec<u8> {
        let mut aad = b"xunge pin copy v1\0".to_vec();
        for number in [self.cost.memory_kib, self.cost.passes, self.cost.lanes] {
            aad.extend_from_slice(&number.to_be_bytes());
        }
        aad.extend_from_slice(&self.platform_check);
        aad
    }
}
