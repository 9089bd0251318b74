//! Who is calling, and what only the county may say: pure functions over bytes, used by both ends.
//!
//! - [`http_signature`]: a phone signs each request, the county checks it (RFC 9421, RFC 9530)
//! - [`replay_window`]: a request is accepted once, restarts included; [`nonce_source`]: the phone's side of it
//! - [`enrol_code`]: what a worker types or scans to reach a county for the first time
//! - [`seal`]: bytes that only the county can open; [`key_return`]: how a locked phone gets its store key back
//! - [`signed_registry`]: care categories exist only when the county signed them; [`forbidden_words`]: some never may
//!
//! Leaves to others: storing keys and marks, who may see what (scope), TLS, and how often a wrong code may be tried.

pub mod content_digest;
mod crockford;
pub mod enrol_code;
pub mod forbidden_words;
pub mod http_signature;
pub mod key_return;
pub mod nonce_source;
pub mod replay_window;
pub mod seal;
pub mod signature_base;
pub mod signed_registry;

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
                let mut z = self
                    .0
                    .fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed)
                    .wrapping_add(0x9E37_79B9_7F4A_7C15);
                z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                let word = (z ^ (z >> 31)).to_le_bytes();
                chunk.copy_from_slice(&word[..chunk.len()]);
            }
        }
    }
}
