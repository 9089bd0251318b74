//! The store's [`Files`] on the real disk, step by step on the [`Tape`]: photos, key files, the mark. The steps are those
//! of `xunge_store::files::steps`, which the real disk takes too.

#![expect(clippy::disallowed_methods, reason = "stands before the real disk, as RealFiles does")]

use super::tape::{How, Kind, Step, Tape};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use xunge_store::files::steps::{Steps, rename_durable, write_durable};
use xunge_store::files::{FileError, Files, RealFiles};

/// See the module.
#[derive(Debug, Clone)]
pub struct TapedFiles(pub Arc<Tape>);

impl TapedFiles {
    fn struck(&self, kind: Kind) -> Result<(), FileError> {
        match self.0.strikes(kind) {
            None => Ok(()),
            Some(How::Full) => Err(FileError::DiskFull),
            Some(How::Error) => Err(FileError::Io("on purpose".into())),
        }
    }

    fn taking(
        &self,
        kind: Kind,
        step: Step,
        take: impl FnOnce() -> Result<(), FileError>,
    ) -> Result<(), FileError> {
        self.struck(kind)?;
        take()?;
        self.0.note(step);
        Ok(())
    }
}

impl Steps for TapedFiles {
    fn make_folder(&self, folder: &Path) -> Result<(), FileError> {
        self.taking(Kind::Write, Step::MakeFolder(folder.to_owned()), || RealFiles.make_folder(folder))
    }

    fn write_new(&self, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
        match self.struck(Kind::Write) {
            Ok(()) => {}
            Err(error) => {
                // What a full disk leaves: a name and half of the bytes.
                if error == FileError::DiskFull {
                    let _ = std::fs::write(path, bytes.get(..bytes.len() / 2).unwrap_or_default());
                }
                return Err(error);
            }
        }
        RealFiles.write_new(path, bytes)?;
        self.0.note(Step::Create(path.to_owned()));
        self.0.note(Step::Write { path: path.to_owned(), offset: 0, bytes: bytes.to_vec() });
        Ok(())
    }

    fn sync_file(&self, path: &Path) -> Result<(), FileError> {
        self.taking(Kind::Sync, Step::SyncFile(path.to_owned()), || RealFiles.sync_file(path))
    }

    fn sync_folder(&self, folder: &Path) -> Result<(), FileError> {
        self.taking(Kind::Sync, Step::SyncFolder(folder.to_owned()), || RealFiles.sync_folder(folder))
    }

    fn move_to(&self, from: &Path, to: &Path) -> Result<(), FileError> {
        let step = Step::Rename { from: from.to_owned(), to: to.to_owned() };
        self.taking(Kind::Write, step, || RealFiles.move_to(from, to))
    }

    fn unlink(&self, path: &Path) -> Result<(), FileError> {
        self.taking(Kind::Write, Step::Remove(path.to_owned()), || RealFiles.unlink(path))
    }

    fn is_there(&self, path: &Path) -> bool {
        RealFiles.is_there(path)
    }
}

impl Files for TapedFiles {
    fn read(&self, path: &Path) -> Result<Vec<u8>, FileError> {
        self.struck(Kind::Read)?;
        RealFiles.read(path)
    }

    fn read_range(&self, path: &Path, offset: u64, len: usize) -> Result<Vec<u8>, FileError> {
        self.struck(Kind::Read)?;
        RealFiles.read_range(path, offset, len)
    }

    fn write_durable(&self, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
        write_durable(self, path, bytes)
    }

    fn write_at(&self, path: &Path, offset: u64, bytes: &[u8]) -> Result<(), FileError> {
        let is_new = !path.exists();
        self.struck(Kind::Write)?;
        RealFiles.write_at(path, offset, bytes)?;
        if is_new {
            self.0.note(Step::Create(path.to_owned()));
        }
        self.0.note(Step::Write { path: path.to_owned(), offset, bytes: bytes.to_vec() });
        Ok(())
    }

    fn sync(&self, path: &Path) -> Result<(), FileError> {
        self.sync_file(path)
    }

    fn remove(&self, path: &Path) -> Result<(), FileError> {
        if path.exists() { self.unlink(path) } else { Ok(()) }
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), FileError> {
        rename_durable(self, from, to)
    }

    fn exists(&self, path: &Path) -> bool {
        RealFiles.exists(path)
    }

    fn list(&self, dir: &Path) -> Result<Vec<PathBuf>, FileError> {
        self.struck(Kind::Read)?;
        RealFiles.list(dir)
    }

    fn size(&self, path: &Path) -> Result<u64, FileError> {
        self.struck(Kind::Read)?;
        RealFiles.size(path)
    }

    fn free_bytes(&self, path: &Path) -> Option<u64> {
        RealFiles.free_bytes(path)
    }

    fn sqlite_vfs(&self) -> Option<&'static str> {
        Some(super::vfs::NAME)
    }
}
