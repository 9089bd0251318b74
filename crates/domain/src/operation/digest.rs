//! A short digest of an operation, made to be added up: two sets of operations are the same when their sums are.
//! It covers what travels to everybody (header without evidence, payload) and needs no salt, which phones do not have
//! of other people's operations. It guards against loss and damage, not against forgery: hash and chain do that.

use super::{Header, Operation};
use sha2::{Digest as _, Sha256};

/// Digest of an operation with this header and payload.
pub fn digest(header: &Header, payload: &[u8]) -> u128 {
    let mut hasher = Sha256::new();
    hasher.update(header.id.device.0.to_be_bytes());
    hasher.update(header.id.counter.to_be_bytes());
    hasher.update([header.verb.0]);
    hasher.update(header.kind.0.to_be_bytes());
    hasher.update(header.record.0.as_bytes());
    hasher.update(header.area.0.as_bytes());
    hasher.update(header.height.to_be_bytes());
    hasher.update(payload);
    let hash: [u8; 32] = hasher.finalize().into();
    let (short, _) = hash.split_at(16);
    short.iter().fold(0, |sum, byte| sum << 8 | u128::from(*byte))
}

impl Operation {
    /// See the module.
    pub fn digest(&self) -> u128 {
        digest(&self.header, &self.payload)
    }
}

/// Operations added up: how many, and the sum of their digests. Order does not matter, and what was added can be taken
/// out again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DigestSum {
    /// How many; wraps like the sum.
    pub operations: u64,
    /// Sum of digests, modulo 2^128.
    pub sum: u128,
}

impl DigestSum {
    /// With one more.
    pub const fn add(&mut self, digest: u128) {
        self.operations = self.operations.wrapping_add(1);
        self.sum = self.sum.wrapping_add(digest);
    }

    /// With one less.
    pub const fn take(&mut self, digest: u128) {
        self.operations = self.operations.wrapping_sub(1);
        self.sum = self.sum.wrapping_sub(digest);
    }

    /// Without all of another sum.
    pub const fn less(&mut self, other: &Self) {
        self.operations = self.operations.wrapping_sub(other.operations);
        self.sum = self.sum.wrapping_sub(other.sum);
    }

    /// With all of another sum.
    pub const fn merge(&mut self, other: &Self) {
        self.operations = self.operations.wrapping_add(other.operations);
        self.sum = self.sum.wrapping_add(other.sum);
    }
}
