//! Files in memory, for tests and the simulator: as many phones as wanted, no disk, the same every time.

use super::{FileError, Files};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A file system in memory. Clones of an `Arc` of it share the files.
#[derive(Debug, Default)]
pub struct MemoryFiles {
    files: Mutex<BTreeMap<PathBuf, Vec<u8>>>,
    capacity: Option<u64>,
}

impl MemoryFiles {
    /// An empty one of unlimited size.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty one that is full at `capacity` bytes.
    pub fn with_capacity(capacity: u64) -> Self {
        Self { files: Mutex::default(), capacity: Some(capacity) }
    }

    fn files(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Vec<u8>>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, path: &Path, bytes: Vec<u8>) -> Result<(), FileError> {
        let mut files = self.files();
        if let Some(capacity) = self.capacity {
            let others: usize = files.iter().filter(|(at, _)| *at != path).map(|(_, held)| held.len()).sum();
            if (others + bytes.len()) as u64 > capacity {
                return Err(FileError::DiskFull);
            }
        }
        files.insert(path.to_owned(), bytes);
        Ok(())
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &Path) -> Result<Vec<u8>, FileError> {
        self.files().get(path).cloned().ok_or(FileError::NotFound)
    }

    fn read_range(&self, path: &Path, offset: u64, len: usize) -> Result<Vec<u8>, FileError> {
        let files = self.files();
        let bytes = files.get(path).ok_or(FileError::NotFound)?;
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
        let to = from.saturating_add(len).min(bytes.len());
        Ok(bytes.get(from..to).unwrap_or_default().to_vec())
    }

    fn write_durable(&self, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
        self.put(path, bytes.to_vec())
    }

    fn write_at(&self, path: &Path, offset: u64, bytes: &[u8]) -> Result<(), FileError> {
        let mut whole = self.files().get(path).cloned().unwrap_or_default();
        let from = usize::try_from(offset).map_err(|_| FileError::Io("offset".into()))?;
        if whole.len() < from + bytes.len() {
            whole.resize(from + bytes.len(), 0);
        }
        if let Some(place) = whole.get_mut(from..from + bytes.len()) {
            place.copy_from_slice(bytes);
        }
        self.put(path, whole)
    }

    fn sync(&self, path: &Path) -> Result<(), FileError> {
        if self.files().contains_key(path) { Ok(()) } else { Err(FileError::NotFound) }
    }

    fn remove(&self, path: &Path) -> Result<(), FileError> {
        self.files().remove(path);
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), FileError> {
        let mut files = self.files();
        let moved: Vec<PathBuf> = files.keys().filter(|at| at.starts_with(from)).cloned().collect();
        if moved.is_empty() {
            return Err(FileError::NotFound);
        }
        for old in moved {
            let Ok(rest) = old.strip_prefix(from) else { continue };
            let new = if rest.as_os_str().is_empty() { to.to_owned() } else { to.join(rest) };
            if let Some(bytes) = files.remove(&old) {
                files.insert(new, bytes);
            }
        }
        Ok(())
    }

    fn exists(&self, path: &Path) -> bool {
        self.files().keys().any(|at| at.starts_with(path))
    }

    fn list(&self, dir: &Path) -> Result<Vec<PathBuf>, FileError> {
        let mut found: Vec<PathBuf> = self
            .files()
            .keys()
            .filter_map(|at| at.strip_prefix(dir).ok())
            .filter_map(|rest| rest.components().next().map(|first| dir.join(first)))
            .collect();
        found.dedup();
        Ok(found)
    }

    fn size(&self, path: &Path) -> Result<u64, FileError> {
        self.files().get(path).map(|bytes| bytes.len() as u64).ok_or(FileError::NotFound)
    }

    fn free_bytes(&self, _path: &Path) -> Option<u64> {
        let used: usize = self.files().values().map(Vec::len).sum();
        self.capacity.map(|capacity| capacity.saturating_sub(used as u64))
    }
}
