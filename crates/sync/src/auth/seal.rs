//! Bytes that only the county can open: the phone's second copy of its store key, and files of refused operations that
//! travel by other ways.
//!
//! Ephemeral X25519 against the county's public key, HKDF-SHA256 over the shared secret with both public keys, then
//! XChaCha20-Poly1305. Layout: version byte 1, ephemeral public key (32), ciphertext with its tag (16 longer than the
//! text). Key and nonce both come from the HKDF; every box has a fresh ephemeral key, so no nonce repeats. The context
//! ("what this is and whose") is authenticated but not stored: a box made for one thing does not open as another.
//!
//! There is no sender in it: anybody can seal. Whoever needs to know who sealed signs the box.

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;
use thiserror::Error;
use x25519_dalek::{PublicKey, SharedSecret, StaticSecret};
use xunge_domain::world::Randomness;
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const HEADER: usize = 33;
const TAG: usize = 16;

/// How many bytes a box is longer than what it holds.
pub const OVERHEAD: usize = HEADER + TAG;

/// The county's public key: phones get it with the enrolment grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealingKey(pub [u8; 32]);

/// The county's secret key. Zeroised on drop, never shown.
pub struct OpeningKey(StaticSecret);

/// Why sealing or opening failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SealError {
    /// The public key is one of the few that share no secret with anybody.
    #[error("the county's key is unfit for sealing")]
    UnfitKey,
    /// Too short, or of another version.
    #[error("this is not a sealed box")]
    NotABox,
    /// Made for another key or another context, or damaged.
    #[error("the box does not open with this key and context")]
    DoesNotOpen,
}

impl SealError {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::UnfitKey => "seal_unfit_key",
            Self::NotABox => "seal_not_a_box",
            Self::DoesNotOpen => "seal_does_not_open",
        }
    }
}

impl OpeningKey {
    /// A fresh one.
    pub fn draw(random: &dyn Randomness) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        random.fill(bytes.as_mut());
        Self(StaticSecret::from(*bytes))
    }

    /// From stored bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(StaticSecret::from(bytes))
    }

    /// For storing, wherever the county keeps its secrets.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// Its public half.
    pub fn sealing_key(&self) -> SealingKey {
        SealingKey(PublicKey::from(&self.0).to_bytes())
    }

    /// Opens a box made with the same context.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        if sealed.len() < OVERHEAD || sealed[0] != VERSION {
            return Err(SealError::NotABox);
        }
        let mut ephemeral = [0; 32];
        ephemeral.copy_from_slice(&sealed[1..HEADER]);
        let shared = self.0.diffie_hellman(&PublicKey::from(ephemeral));
        let (cipher, nonce) = cipher(&shared, &ephemeral, &self.sealing_key())?;
        cipher
            .decrypt(&nonce, Payload { msg: &sealed[HEADER..], aad: context })
            .map(Zeroizing::new)
            .map_err(|_| SealError::DoesNotOpen)
    }
}

impl std::fmt::Debug for OpeningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OpeningKey(…)")
    }
}

/// Seals `text` to the county. `context` names what it is and whose, for example `store key` and the device's UUID.
pub fn seal(
    random: &dyn Randomness,
    county: &SealingKey,
    context: &[u8],
    text: &[u8],
) -> Result<Vec<u8>, SealError> {
    let ephemeral = OpeningKey::draw(random);
    let public = ephemeral.sealing_key().0;
    let shared = ephemeral.0.diffie_hellman(&PublicKey::from(county.0));
    let (cipher, nonce) = cipher(&shared, &public, county)?;
    let ciphertext =
        cipher.encrypt(&nonce, Payload { msg: text, aad: context }).map_err(|_| SealError::UnfitKey)?;
    let mut sealed = Vec::with_capacity(HEADER + ciphertext.len());
    sealed.push(VERSION);
    sealed.extend_from_slice(&public);
    sealed.extend_from_slice(&ciphertext);
    Ok(sealed)
}

fn cipher(
    shared: &SharedSecret,
    ephemeral: &[u8; 32],
    county: &SealingKey,
) -> Result<(XChaCha20Poly1305, XNonce), SealError> {
    if !shared.was_contributory() {
        return Err(SealError::UnfitKey);
    }
    let mut salt = [0; 64];
    salt[..32].copy_from_slice(ephemeral);
    salt[32..].copy_from_slice(&county.0);
    let mut okm = Zeroizing::new([0; 56]);
    Hkdf::<Sha256>::new(Some(&salt), shared.as_bytes())
        .expand(b"xunge sealed box v1", okm.as_mut())
        .map_err(|_| SealError::UnfitKey)?;
    let cipher = XChaCha20Poly1305::new_from_slice(&okm[..32]).map_err(|_| SealError::UnfitKey)?;
    Ok((cipher, *XNonce::from_slice(&okm[32..])))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::test_random::Seeded;
    use super::*;

    fn county() -> OpeningKey {
        OpeningKey::draw(&Seeded::new(1))
    }

    fn sealed(text: &[u8]) -> Vec<u8> {
        seal(&Seeded::new(2), &county().sealing_key(), b"store key of phone 1", text).unwrap()
    }

    #[test]
    fn the_county_opens_what_a_phone_sealed() {
        let box_ = sealed(b"a store key");
        assert_eq!(box_.len(), b"a store key".len() + OVERHEAD);
        let kept = OpeningKey::from_bytes(*county().to_bytes());
        assert_eq!(kept.open(b"store key of phone 1", &box_).unwrap().as_slice(), b"a store key");
    }

    #[test]
    fn another_county_or_another_purpose_opens_nothing() {
        let box_ = sealed(b"a store key");
        let other = OpeningKey::draw(&Seeded::new(9));
        assert_eq!(other.open(b"store key of phone 1", &box_), Err(SealError::DoesNotOpen));
        assert_eq!(county().open(b"store key of phone 2", &box_), Err(SealError::DoesNotOpen));
    }

    #[test]
    fn the_same_text_sealed_twice_looks_different() {
        let random = Seeded::new(3);
        let to = county().sealing_key();
        let (one, two) =
            (seal(&random, &to, b"c", b"text").unwrap(), seal(&random, &to, b"c", b"text").unwrap());
        assert_ne!(one, two);
        assert_ne!(one[HEADER..], two[HEADER..]);
    }

    #[test]
    fn keys_that_share_no_secret_are_refused() {
        // Points of small order (RFC 7748 §6.1): everybody would know the shared secret.
        let mut one = [0; 32];
        one[0] = 1;
        for point in [[0; 32], one] {
            assert_eq!(seal(&Seeded::new(1), &SealingKey(point), b"", b"text"), Err(SealError::UnfitKey));
            let mut box_ = sealed(b"text");
            box_[1..HEADER].copy_from_slice(&point);
            assert_eq!(county().open(b"store key of phone 1", &box_), Err(SealError::UnfitKey));
        }
    }

    #[test]
    fn a_cut_box_and_any_other_bytes_are_no_box() {
        let box_ = sealed(b"");
        assert_eq!(county().open(b"", &box_[..OVERHEAD - 1]), Err(SealError::NotABox));
        assert_eq!(county().open(b"", b""), Err(SealError::NotABox));
        let mut newer = box_;
        newer[0] = 2;
        assert_eq!(county().open(b"", &newer), Err(SealError::NotABox));
    }

    #[test]
    fn the_secret_half_is_never_shown() {
        assert_eq!(format!("{:?}", county()), "OpeningKey(…)");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn every_text_comes_back_and_every_damage_is_noticed(
            text in proptest::collection::vec(any::<u8>(), 0..100),
            at in any::<proptest::sample::Index>(),
            flip in 1_u8..=255,
        ) {
            let mut box_ = sealed(&text);
            let opened = county().open(b"store key of phone 1", &box_).unwrap();
            prop_assert_eq!(opened.as_slice(), text.as_slice());
            let at = at.index(box_.len());
            box_[at] ^= flip;
            // The top bit of an X25519 public key is ignored by the curve (RFC 7748 §5), but it is in the HKDF's salt.
            prop_assert!(county().open(b"store key of phone 1", &box_).is_err());
        }
    }
}
