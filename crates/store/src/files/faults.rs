//! Faults on purpose, before any other [`Files`]: the nth write fails once, or every write from the nth on.

use super::{FileError, Files};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Which writes fail and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The first write that fails, counted from 1 since the fault was planted.
    pub nth: u64,
    /// Whether all later ones fail too.
    pub for_ever: bool,
    /// With what.
    pub error: FileError,
}

/// Another file system with faults planted in its writes, renames, removals and syncs.
#[derive(Debug)]
pub struct FaultyFiles<F> {
    inner: F,
    planted: Mutex<(u64, Option<Fault>)>,
}

impl<F: Files> FaultyFiles<F> {
    /// No fault yet.
    pub fn new(inner: F) -> Self {
        Self { inner, planted: Mutex::new((0, None)) }
    }

    /// Plants a fault and counts writes from here; nothing takes it away.
    pub fn plant(&self, fault: Option<Fault>) {
        *self.planted.lock().unwrap_or_else(PoisonError::into_inner) = (0, fault);
    }

    /// Writes seen since the last planting.
    pub fn writes(&self) -> u64 {
        self.planted.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    fn strike(&self) -> Result<(), FileError> {
        let mut planted = self.planted.lock().unwrap_or_else(PoisonError::into_inner);
        planted.0 += 1;
        match &planted.1 {
            Some(fault) if planted.0 == fault.nth || (fault.for_ever && planted.0 > fault.nth) => {
                Err(fault.error.clone())
            }
            _ => Ok(()),
        }
    }
}

impl<F: Files> Files for FaultyFiles<F> {
    fn read(&self, path: &Path) -> Result<Vec<u8>, FileError> {
        self.inner.read(path)
    }
    fn read_range(&self, path: &Path, offset: u64, len: usize) -> Result<Vec<u8>, FileError> {
        self.inner.read_range(path, offset, len)
    }
    fn write_durable(&self, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
        self.strike()?;
        self.inner.write_durable(path, bytes)
    }
    fn write_at(&self, path: &Path, offset: u64, bytes: &[u8]) -> Result<(), FileError> {
        self.strike()?;
        self.inner.write_at(path, offset, bytes)
    }
    fn sync(&self, path: &Path) -> Result<(), FileError> {
        self.strike()?;
        self.inner.sync(path)
    }
    fn remove(&self, path: &Path) -> Result<(), FileError> {
        self.strike()?;
        self.inner.remove(path)
    }
    fn rename(&self, from: &Path, to: &Path) -> Result<(), FileError> {
        self.strike()?;
        self.inner.rename(from, to)
    }
    fn exists(&self, path: &Path) -> bool {
        self.inner.exists(path)
    }
    fn list(&self, dir: &Path) -> Result<Vec<PathBuf>, FileError> {
        self.inner.list(dir)
    }
    fn size(&self, path: &Path) -> Result<u64, FileError> {
        self.inner.size(path)
    }
    fn free_bytes(&self, path: &Path) -> Option<u64> {
        self.inner.free_bytes(path)
    }
    fn sqlite_vfs(&self) -> Option<&'static str> {
        self.inner.sqlite_vfs()
    }
}
