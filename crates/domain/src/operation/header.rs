//! The header of an operation and the chain of a device's log.

use super::Hash;
use crate::ids::{OpId, RecordId};
use crate::records::KindCode;
use minicbor::Encoder;
use sha2::{Digest, Sha256};

/// What an operation does to its record. Numbers of newer versions are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Verb(pub u8);

impl Verb {
    /// Creates the record or edits some of its fields.
    pub const WRITE: Self = Self(1);
    /// Deletes the record; an edit that the deleter had not seen makes it a conflict.
    pub const DELETE: Self = Self(2);
    /// Erases by law; beats every edit.
    pub const ERASE: Self = Self(3);
}

/// Times as the writing device saw them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HeaderEvidence {
    /// Wall clock of the device, UTC milliseconds.
    pub wall_ms: i64,
    /// The last server time the device had seen, UTC milliseconds; 0 when never.
    pub server_ms: i64,
    /// Monotonic milliseconds since that server time was seen; 0 after a reboot or when never.
    pub since_server_ms: u64,
}

/// Who, which record, when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// (device, counter), dense per device.
    pub id: OpId,
    /// What it does.
    pub verb: Verb,
    /// Kind of the record; may be unknown to this version.
    pub kind: KindCode,
    /// The record.
    pub record: RecordId,
    /// The area the record belongs to, in the writer's view.
    pub area: RecordId,
    /// 1 + the greatest height among the operations it replaces: the length of the chain of edits. It breaks ties of
    /// display only, so a writer that lies about it gains a provisional value and nothing else.
    pub height: u32,
    /// Clocks.
    pub evidence: HeaderEvidence,
    /// Header entries of a newer version: a canonical CBOR map, kept byte for byte. Empty when none.
    pub extra: Vec<u8>,
}

impl Header {
    /// Canonical CBOR of the header with the payload's hash in it.
    pub fn encode(&self, payload_hash: &Hash) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(128 + self.extra.len());
        let mut out = Encoder::new(&mut bytes);
        // Writing into a Vec cannot fail.
        let _ = (|| {
            out.array(13)?.u8(1)?; // version of the layout
            out.u32(self.id.device.0)?.u64(self.id.counter)?;
            out.u8(self.verb.0)?.u16(self.kind.0)?;
            out.bytes(self.record.0.as_bytes())?.bytes(self.area.0.as_bytes())?;
            out.u32(self.height)?;
            out.i64(self.evidence.wall_ms)?
                .i64(self.evidence.server_ms)?
                .u64(self.evidence.since_server_ms)?;
            out.bytes(&self.extra)?.bytes(payload_hash)?;
            Ok::<(), minicbor::encode::Error<std::convert::Infallible>>(())
        })();
        bytes
    }

    /// The operation's hash.
    pub fn hash(&self, payload_hash: &Hash) -> Hash {
        sha256(&[&self.encode(payload_hash)])
    }
}

/// The running hash over a device's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Chain {
    /// Counter of the last operation in it; 0 when empty.
    pub counter: u64,
    /// The head.
    pub head: Hash,
}

impl Chain {
    /// The chain with one more operation.
    #[must_use]
    pub fn with(self, op_hash: &Hash) -> Self {
        Self { counter: self.counter + 1, head: sha256(&[&self.head, op_hash]) }
    }
}

pub(super) fn sha256(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}
