//! Errors of an open store. Those of opening are in [`crate::open`].

use crate::files::FileError;
use rusqlite::ErrorCode;

/// Why a read or a write did not happen. After an error in a write, nothing of it is there.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk is full; the transaction was taken back whole.
    #[error("the disk is full")]
    DiskFull,
    /// The database does not read as it was written: close the store and open it again, which moves it aside.
    #[error("the store is damaged")]
    Damaged,
    /// Another connection holds the store for longer than the wait allows.
    #[error("the store is busy")]
    Busy,
    /// A record, photo or operation that the caller names is not here.
    #[error("{0} is not on this phone")]
    NotFound(&'static str),
    /// The caller gave something that cannot be stored.
    #[error("cannot be stored: {0}")]
    Unstorable(&'static str),
    /// A photo file does not open under its key.
    #[error("a photo file is damaged or missing")]
    PhotoDamaged,
    /// A file beside the database.
    #[error(transparent)]
    File(FileError),
    /// Anything else of SQLite: a bug of ours, or the disk. Free of values.
    #[error("database error {code}: {message}")]
    Database {
        /// Extended result code of SQLite.
        code: i32,
        /// SQLite's words; statements carry no values, so there are none in it.
        message: String,
    },
}

impl StoreError {
    /// Stable code for the border.
    pub fn code(&self) -> &'static str {
        match self {
            Self::DiskFull => "disk_full",
            Self::Damaged => "store_damaged",
            Self::Busy => "store_busy",
            Self::NotFound(_) => "not_found",
            Self::Unstorable(_) => "unstorable",
            Self::PhotoDamaged => "photo_damaged",
            Self::File(error) => error.code(),
            Self::Database { .. } => "store_error",
        }
    }

    /// Whether the same call may succeed later without anyone doing something about it.
    pub fn can_retry(&self) -> bool {
        matches!(self, Self::Busy)
    }
}

/// An error of work done over the store. The store asks it what went wrong, to mend itself: a [`StoreError::Damaged`] has every
/// page checked at the next opening.
pub trait WorkError: From<StoreError> {
    /// The error of the store that this is, if it is one.
    fn of_store(&self) -> Option<&StoreError>;
}

impl WorkError for StoreError {
    fn of_store(&self) -> Option<&StoreError> {
        Some(self)
    }
}

impl From<FileError> for StoreError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::DiskFull => Self::DiskFull,
            other => Self::File(other),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            _ => match error {
                rusqlite::Error::SqliteFailure(failure, message) => {
                    Self::Database { code: failure.extended_code, message: message.unwrap_or_default() }
                }
                rusqlite::Error::QueryReturnedNoRows => Self::NotFound("row"),
                // These name columns and types, never values.
                other => Self::Database { code: 0, message: other.to_string() },
            },
        }
    }
}
