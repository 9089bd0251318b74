//! The key of the phone's store and the small file that keeps it twice: once for the worker's PIN, once for the county's
//! desk. Pure functions over bytes.
//!
//! - [`secret`]: 32 secret bytes, zeroised, never shown
//! - [`pin`]: six digits, and which of them are refused because they are everybody's
//! - [`pin_copy`]: the store key under PIN and platform key (Argon2id, HKDF-SHA256, XChaCha20-Poly1305)
//! - [`key_file`]: both copies, the count of wrong PINs, locking and coming back
//!
//! Locking drops keys, never records: without its first copy the store stays as it is, whole and unreadable, until the
//! desk gives the key back through the second. Leaves to others: reading and writing the file durably, the platform's
//! key store, opening the database, and the sealed box that the second copy is (bytes from outside, never looked into).

pub mod key_file;
pub mod pin;
pub mod pin_copy;
pub mod secret;

pub use key_file::{Attempt, Begun, KeyError, KeyFile, KeyState, LockReason, Outcome};
pub use pin::{ChosenPin, Pin, PinError, WeakPin};
pub use pin_copy::PinCost;
pub use secret::{PlatformKey, Secret};

#[cfg(test)]
pub(crate) mod test_random {
    //! Randomness from a seed (SplitMix64), so that a failing test fails again.

    use std::sync::atomic::{AtomicU64, Ordering};

    use xunge_domain::world::Randomness;

    pub(crate) struct Seeded(AtomicU64);

    impl Seeded {
        pub(crate) fn new(seed: u64) -> Self {
            Self(AtomicU64::new(seed))
        }
    }

    impl Randomness for Seeded {
        fn fill(&self, bytes: &mut [u8]) {
            for chunk in bytes.chunks_mut(8) {
                let step = 0x9E37_79B9_7F4A_7C15;
                let mut z = self.0.fetch_add(step, Ordering::Relaxed).wrapping_add(step);
                z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                let word = (z ^ (z >> 31)).to_le_bytes();
                chunk.copy_from_slice(&word[..chunk.len()]);
            }
        }
    }
}
