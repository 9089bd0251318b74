//! The disk itself. The one place in this crate that touches it: every program would otherwise carry the same hundred
//! lines of temp file, fsync and rename in its `world.rs`, and one of the copies would forget the fsync of the folder.
//! It is still handed in at construction, so nothing here is reached by itself.
#![allow(clippy::disallowed_methods)] // this is what `Files` stands before; see above

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

fn sync_folder_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        // A rename is durable only once the folder is.
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    path.with_file_name(name)
}

impl RealFiles {
    fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
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
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let new = beside(path);
        let written = Self::write_new(&new, bytes).and_then(|()| fs::rename(&new, path));
        if let Err(error) = written {
            // Half a file helps nobody, and on a full disk it takes the room of the next try.
            let _ = fs::remove_file(&new);
            return Err(error.into());
        }
        Ok(sync_folder_of(path)?)
    }

    fn write_at(&self, path: &Path, offset: u64, bytes: &[u8]) -> Result<(), FileError> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        Ok(file.write_all(bytes)?)
    }

    fn sync(&self, path: &Path) -> Result<(), FileError> {
        Ok(OpenOptions::new().write(true).open(path)?.sync_all()?)
    }

    fn remove(&self, path: &Path) -> Result<(), FileError> {
        match fs::remove_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => Ok(other?),
        }
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), FileError> {
        fs::rename(from, to)?;
        Ok(sync_folder_of(to)?)
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
