//! Operations: the only way a record changes, on a phone, at the desk or by import.
//!
//! An operation is a header (who, which record, when) and a payload (which fields). They lie apart, because a payload
//! can be erased by law while the header stays in the device's chain: the header holds only the salted hash of it.
//!
//! ```text
//! payload_hash = SHA-256(salt ‖ payload)
//! op_hash      = SHA-256(header in canonical CBOR, payload_hash within)
//! chain_n      = SHA-256(chain_{n-1} ‖ op_hash_n)          chain_0 = 32 zero bytes
//! ```
//!
//! Clocks stand in the header as evidence; nothing decides by them.

mod codec;
mod digest;
mod header;

pub use codec::{DecodeError, Payload};
pub use digest::{DigestSum, digest};
pub use header::{Chain, Header, HeaderEvidence, Verb};

use crate::ids::OpId;

/// Random bytes that make the payload's hash unguessable once the payload is gone.
pub type Salt = [u8; 16];

/// A SHA-256.
pub type Hash = [u8; 32];

/// A whole operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Who, which record, when.
    pub header: Header,
    /// Salt of the payload's hash; erased together with the payload.
    pub salt: Salt,
    /// The payload's bytes exactly as written: they are hashed, so they are never re-encoded.
    pub payload: Vec<u8>,
}

impl Operation {
    /// Its identity.
    pub fn id(&self) -> OpId {
        self.header.id
    }

    /// Salted hash of the payload.
    pub fn payload_hash(&self) -> Hash {
        header::sha256(&[&self.salt, &self.payload])
    }

    /// The hash that receipts and chain speak of.
    pub fn hash(&self) -> Hash {
        self.header.hash(&self.payload_hash())
    }

    /// Reads the payload.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are not a payload at all; unknown kinds and fields are no error.
    pub fn read(&self) -> Result<Payload, DecodeError> {
        Payload::decode(self.header.kind, &self.payload)
    }
}
