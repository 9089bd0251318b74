//! Why the county says no, and what broke.

use crate::blobs::BlobError;
use crate::storage::StorageError;

/// Shorthand.
pub type Result<T> = std::result::Result<T, CountyError>;

/// A request is answered with a refusal, or something below broke.
#[derive(Debug, thiserror::Error)]
pub enum CountyError {
    /// The answer is no. The phone or desk branches on the code.
    #[error("refused: {0}")]
    Refused(#[from] Refused),
    /// The database broke.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The blob store broke.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The transaction this was part of could not be committed; nothing of it is there.
    #[error("not committed")]
    NotCommitted,
}

impl CountyError {
    /// Stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(refused) => refused.code(),
            Self::Storage(error) => error.code(),
            Self::Blob(BlobError::DiskFull) => "disk_full",
            Self::Blob(_) => "blob_store",
            Self::NotCommitted => "not_committed",
        }
    }

    /// Whether the disk has no room. Nothing was lost by it: whoever asked keeps what they have and asks again later.
    pub const fn is_disk_full(&self) -> bool {
        matches!(self, Self::Storage(StorageError::DiskFull) | Self::Blob(BlobError::DiskFull))
    }
}

/// A refusal. `code` is what stands in `messages::Refusal`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not signed, or the signature does not hold.
    #[error("bad signature")]
    BadSignature,
    /// What it was decided on is no longer so.
    #[error("changed meanwhile")]
    ChangedMeanwhile,
    /// This phone may not call any more.
    #[error("revoked")]
    Revoked,
    /// A request counter that does not count any more.
    #[error("stale nonce")]
    NonceStale {
        /// The one to go on with.
        next: u64,
    },
    /// A request counter that leaps too far.
    #[error("nonce too far")]
    NonceTooFar {
        /// The one to go on with.
        next: u64,
    },
    /// Not there, or not for the caller: the answer is the same.
    #[error("not found")]
    NotFound,
    /// The request makes no sense.
    #[error("bad request: {0}")]
    BadRequest(&'static str),
    /// More than the limit.
    #[error("too large")]
    TooLarge,
    /// Operations are missing before these.
    #[error("gap")]
    Gap {
        /// The counter expected next.
        next: u64,
    },
    /// Two phones write under one number.
    #[error("quarantined")]
    Quarantined,
    /// The county was restored.
    #[error("wrong epoch")]
    WrongEpoch {
        /// The present one.
        epoch: [u8; 16],
    },
    /// No such enrolment code.
    #[error("bad code")]
    BadCode,
    /// The enrolment code is over.
    #[error("code expired")]
    CodeExpired,
    /// Another phone redeemed the enrolment code.
    #[error("code used")]
    CodeUsed,
    /// The desk opened this code for another phone.
    #[error("wrong phone")]
    WrongPhone,
    /// No area is granted to the worker any more, or none was yet: a phone of theirs would see nothing.
    #[error("worker without an area")]
    WorkerWithoutArea,
    /// Bytes do not continue where the upload stands.
    #[error("offset mismatch")]
    OffsetMismatch {
        /// Where it stands.
        offset: u64,
    },
    /// The picture's bytes are not the ones announced.
    #[error("hash mismatch")]
    HashMismatch,
    /// Not a picture as phones make them.
    #[error("picture refused: {0}")]
    Picture(&'static str),
    /// A care category that the county did not sign, or a duty under none that holds today.
    #[error("care not registered")]
    CareNotRegistered,
    /// Come back later.
    #[error("busy")]
    Busy {
        /// In so many seconds.
        seconds: u32,
    },
}

impl Refused {
    /// Stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BadSignature => "bad_signature",
            Self::ChangedMeanwhile => "changed_meanwhile",
            Self::Revoked => "revoked",
            Self::NonceStale { .. } => "nonce_stale",
            Self::NonceTooFar { .. } => "nonce_too_far",
            Self::NotFound => "not_found",
            Self::BadRequest(_) => "bad_request",
            Self::TooLarge => "too_large",
            Self::Gap { .. } => "gap",
            Self::Quarantined => "quarantined",
            Self::WrongEpoch { .. } => "wrong_epoch",
            Self::BadCode => "bad_code",
            Self::CodeExpired => "code_expired",
            Self::CodeUsed => "code_used",
            Self::WrongPhone => "wrong_phone",
            Self::WorkerWithoutArea => "worker_without_area",
            Self::OffsetMismatch { .. } => "offset_mismatch",
            Self::HashMismatch => "hash_mismatch",
            Self::Picture(code) => code,
            Self::CareNotRegistered => "care_not_registered",
            Self::Busy { .. } => "busy",
        }
    }
}
