//! Who was opened, when and why (PIPL art. 51), as phone and county both keep it: a chain, so that nobody takes a line out.
//!
//! `hash_n = SHA-256(hash_{n-1} ‖ at_ms ‖ person ‖ worker ‖ length of reason ‖ reason)`, numbers as 8 bytes big-endian,
//! `hash_0` = 32 zero bytes.

use crate::ids::RecordId;
use crate::operation::Hash;
use sha2::{Digest as _, Sha256};

/// The hash before the first opening.
pub const NOTHING_OPENED: Hash = [0; 32];

/// One opened person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// When, by the phone's clock, UTC milliseconds.
    pub at_ms: i64,
    /// The record opened.
    pub person: RecordId,
    /// By whom.
    pub worker: RecordId,
    /// The reason given, a code.
    pub reason: String,
}

impl Access {
    /// The chain after this opening.
    pub fn hash(&self, before: &Hash) -> Hash {
        let mut hasher = Sha256::new();
        hasher.update(before);
        hasher.update(self.at_ms.to_be_bytes());
        hasher.update(self.person.0.as_bytes());
        hasher.update(self.worker.0.as_bytes());
        hasher.update((self.reason.len() as u64).to_be_bytes());
        hasher.update(self.reason.as_bytes());
        hasher.finalize().into()
    }
}
