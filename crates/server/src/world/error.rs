//! Why the program cannot start or go on: files, keys, certificates, sockets. Each has a stable code; `cli` says it in words.

use crate::county::CountyError;
use crate::storage::StorageError;
use crate::tls::TlsError;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why the program cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A file or folder.
    #[error("{what} {path}: {source}")]
    File {
        /// What was tried.
        what: &'static str,
        /// On which.
        path: PathBuf,
        /// What came of it.
        source: std::io::Error,
    },
    /// The key file does not hold a key.
    #[error("{0} does not hold a key of 32 bytes in hexadecimal")]
    BadKeyFile(PathBuf),
    /// The data is there and its key is not: a fresh key would not open it.
    #[error("there is a database in {data}, but its key file {key_file} is missing")]
    KeyMissing {
        /// The data folder.
        data: PathBuf,
        /// Where the key should be.
        key_file: PathBuf,
    },
    /// The data folder holds what only a county that was in use leaves, and no database: an empty county served in its
    /// place would look like one that lost its people.
    #[error("{data} holds {leftover} of a county, but its database county.db is missing")]
    DatabaseMissing {
        /// The data folder.
        data: PathBuf,
        /// What was found there.
        leftover: &'static str,
    },
    /// One half of the county's CA is gone. Phones trust this one CA, so no other may take its place.
    #[error("{there} is there, but {missing} is missing")]
    CaIncomplete {
        /// The file that is there.
        there: PathBuf,
        /// The file that is not.
        missing: PathBuf,
    },
    /// A sealed private key was sealed under another root key, or is damaged.
    #[error("{0} does not open with the county's key")]
    SealedKey(PathBuf),
    /// The key lies beside what it protects.
    #[error("the key file {0} must lie outside the data folder")]
    KeyInsideData(PathBuf),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The county.
    #[error(transparent)]
    County(#[from] CountyError),
    /// Certificates.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The blob store.
    #[error("blob store: {0}")]
    Blobs(#[from] object_store::Error),
    /// The listener.
    #[error("listening on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
}

impl ServeError {
    /// Stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "file",
            Self::BadKeyFile(_) => "bad_key_file",
            Self::KeyMissing { .. } => "key_missing",
            Self::DatabaseMissing { .. } => "database_missing",
            Self::CaIncomplete { .. } => "ca_incomplete",
            Self::SealedKey(_) => "sealed_key",
            Self::KeyInsideData(_) => "key_inside_data",
            Self::Storage(error) => error.code(),
            Self::County(error) => error.code(),
            Self::Tls(_) => "tls",
            Self::Blobs(_) => "blob_store",
            Self::Listen { .. } => "listen",
        }
    }
}
