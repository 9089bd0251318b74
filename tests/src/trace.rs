//! What happened, in order: a readable story and a hash over it.

use sha2::{Digest, Sha256};
use std::sync::{Mutex, PoisonError};

/// The trace of a run.
#[derive(Debug, Default)]
pub struct Trace(Mutex<Vec<String>>);

impl Trace {
    /// Notes a line.
    pub fn note(&self, line: impl Into<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line.into());
    }

    /// The lines so far.
    pub fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A hash over everything.
    pub fn hash(&self) -> String {
        let mut hasher = Sha256::new();
        for line in self.lines() {
            hasher.update(line.as_bytes());
            hasher.update(b"\n");
        }
        short(&hasher.finalize())
    }
}

/// The first eight bytes of a hash, for a trace.
pub fn short(hash: &[u8]) -> String {
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// A short hash of some bytes.
pub fn hash_of(bytes: &[u8]) -> String {
    short(&Sha256::digest(bytes))
}
