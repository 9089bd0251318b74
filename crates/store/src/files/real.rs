//! The disk itself. The one place in this crate that touches it: every program would otherwise carry the same hundred
//! lines of temp file, fsync and rename in its `world.rs`, and one of the copies would forget the fsync of the folder.
//! It is still handed in at construction, so nothing here is reached by itself.
#![allow(clippy::disallowed_methods)] // this is what `Files` stands before; see above

use super::steps::{self, Steps};
use super::{FileError, Files};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The file system of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealFiles;

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            // The kind, not the message: a message may carry a path.
            kind => Self::Io(kind.to_string()),
        }
    }
}

impl Steps for RealFiles {
    fn make_folder(&self, folder: &Path) -> Result<(), FileError> {
        match fs::create_dir(folder) {
            // Somebody else was quicker.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => Ok(other?),
        }
    }

    fn write_new(&self, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
        Ok(File::create(path)?.write_all(bytes)?)
    }

    fn sync_file(&self, path: &Path) -> Result<(), FileError> {
        Ok(OpenOptions::new().write(true).open(path)?.sync_all()?)
    }

    fn sync_folder(&self, folder: &Path) -> Result<(), FileError> {
        // Only Unix lets a folder be opened and waited for.
        if cfg!(unix) { Ok(File::open(folder)?.sync_all()?) } else { Ok(()) }
    }

    fn move_to(&self, from: &Path, to: &Path) -> Result<(), FileError> {
        Ok(fs::rename(from, to)?)
    }

    fn unlink(&self, path: &Path) -> Result<(), FileError> {
        Ok(fs::remove_file(path)?)
    }

    fn is_there(&self, path: &Path) -> bool {
        path.exists()
    }
}

impl Files for RealFiles {
    fn read(&self, path: &Path) -> Result<Vec<u8>, FileError> {
        Ok(fs::read(path)?)
    }

    fn read_range(&self, path: &Path, offset: u64, len: usize) -> Result<Vec<u8>, FileError> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::with_capacity(len);
        file.take(len as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn write_durable(&self, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
        steps::write_durable(self, path, bytes)
    }

    fn write_at(&self, path: &Path, offset: u64, bytes: &[u8]) -> Result<(), FileError> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        Ok(file.write_all(bytes)?)
    }

    fn sync(&self, path: &Path) -> Result<(), FileError> {
        self.sync_file(path)
    }

    fn remove(&self, path: &Path) -> Result<(), FileError> {
        match fs::remove_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => Ok(other?),
        }
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), FileError> {
        steps::rename_durable(self, from, to)
    }

    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }

    fn list(&self, dir: &Path) -> Result<Vec<PathBuf>, FileError> {
        let entries = match fs::read_dir(dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other?,
        };
        let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, io::Error>>()?;
        paths.sort();
        Ok(paths)
    }

    fn size(&self, path: &Path) -> Result<u64, FileError> {
        Ok(fs::metadata(path)?.len())
    }

    fn free_bytes(&self, path: &Path) -> Option<u64> {
        let existing = path.ancestors().find(|folder| folder.exists())?;
        fs4::available_space(existing).ok()
    }
}
