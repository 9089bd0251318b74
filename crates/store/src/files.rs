//! Files as the store needs them, so that a test can make them fail: photos, the mark, moving a damaged store aside.
//!
//! SQLite reaches its own files by itself, through the file system that [`Files::sqlite_vfs`] names; everything beside
//! them goes through [`Files`]. [`RealFiles`] is the disk,
//! [`MemoryFiles`] lies in memory and fails on demand, [`FaultyFiles`] puts faults before any other.

mod faults;
mod memory;
mod real;
pub mod steps;

pub use faults::{Fault, FaultyFiles};
pub use memory::MemoryFiles;
pub use real::RealFiles;

use std::path::{Path, PathBuf};

/// Why a file could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// There is no such file.
    #[error("no such file")]
    NotFound,
    /// The disk is full (ENOSPC, EDQUOT). What was being written is not there; what was there before still is.
    #[error("the disk is full")]
    DiskFull,
    /// Anything else, in the system's words. Never shown to a worker and free of contents.
    #[error("file error: {0}")]
    Io(String),
}

impl FileError {
    /// Stable code for the border.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "file_not_found",
            Self::DiskFull => "disk_full",
            Self::Io(_) => "file_error",
        }
    }
}

/// What the store asks of a file system. Paths are absolute.
pub trait Files: Send + Sync {
    /// The whole file.
    ///
    /// # Errors
    /// [`FileError`].
    fn read(&self, path: &Path) -> Result<Vec<u8>, FileError>;

    /// `len` bytes from `offset`; fewer at the end of the file.
    ///
    /// # Errors
    /// [`FileError`].
    fn read_range(&self, path: &Path, offset: u64, len: usize) -> Result<Vec<u8>, FileError>;

    /// Puts the file there whole or not at all, and durably: a file beside it, fsync, rename, fsync of the folder.
    /// Missing folders are made.
    ///
    /// # Errors
    /// [`FileError`]; then the old file, if any, is untouched.
    fn write_durable(&self, path: &Path, bytes: &[u8]) -> Result<(), FileError>;

    /// Overwrites bytes in place without waiting for the disk; the file is made when it is missing. For the mark only,
    /// whose two slots take care of a torn write.
    ///
    /// # Errors
    /// [`FileError`].
    fn write_at(&self, path: &Path, offset: u64, bytes: &[u8]) -> Result<(), FileError>;

    /// Waits until the file is on the disk.
    ///
    /// # Errors
    /// [`FileError`].
    fn sync(&self, path: &Path) -> Result<(), FileError>;

    /// Removes a file; one that is not there is no error.
    ///
    /// # Errors
    /// [`FileError`].
    fn remove(&self, path: &Path) -> Result<(), FileError>;

    /// Renames a file or a folder durably, replacing a file that is in the way.
    ///
    /// # Errors
    /// [`FileError`].
    fn rename(&self, from: &Path, to: &Path) -> Result<(), FileError>;

    /// Whether a file or folder is there.
    fn exists(&self, path: &Path) -> bool;

    /// The files and folders right in a folder; none when it is missing.
    ///
    /// # Errors
    /// [`FileError`].
    fn list(&self, dir: &Path) -> Result<Vec<PathBuf>, FileError>;

    /// Length of a file in bytes.
    ///
    /// # Errors
    /// [`FileError`].
    fn size(&self, path: &Path) -> Result<u64, FileError>;

    /// Bytes that can still be written near `path`; nothing when the system does not say.
    fn free_bytes(&self, path: &Path) -> Option<u64>;

    /// By which of SQLite's file systems (VFS) the database on this disk is reached; nothing for SQLite's own. A disk on
    /// which a test cuts the power names one that cuts it for the database too.
    fn sqlite_vfs(&self) -> Option<&'static str> {
        None
    }
}

impl<F: Files + ?Sized> Files for std::sync::Arc<F> {
    fn read(&self, path: &Path) -> Result<Vec<u8>, FileError> {
        (**self).read(path)
    }
    fn read_range(&self, path: &Path, offset: u64, len: usize) -> Result<Vec<u8>, FileError> {
        (**self).read_range(path, offset, len)
    }
    fn write_durable(&self, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
        (**self).write_durable(path, bytes)
    }
    fn write_at(&self, path: &Path, offset: u64, bytes: &[u8]) -> Result<(), FileError> {
        (**self).write_at(path, offset, bytes)
    }
    fn sync(&self, path: &Path) -> Result<(), FileError> {
        (**self).sync(path)
    }
    fn remove(&self, path: &Path) -> Result<(), FileError> {
        (**self).remove(path)
    }
    fn rename(&self, from: &Path, to: &Path) -> Result<(), FileError> {
        (**self).rename(from, to)
    }
    fn exists(&self, path: &Path) -> bool {
        (**self).exists(path)
    }
    fn list(&self, dir: &Path) -> Result<Vec<PathBuf>, FileError> {
        (**self).list(dir)
    }
    fn size(&self, path: &Path) -> Result<u64, FileError> {
        (**self).size(path)
    }
    fn free_bytes(&self, path: &Path) -> Option<u64> {
        (**self).free_bytes(path)
    }
    fn sqlite_vfs(&self) -> Option<&'static str> {
        (**self).sqlite_vfs()
    }
}
