//! Writing durably, step by step. The order of the steps is what makes a file whole or absent after a power cut, so it
//! stands here once: the real disk takes it, and so does a disk on which a test cuts the power after any of the steps.

use super::FileError;
use std::path::{Path, PathBuf};

/// The single things a file system does. None of them waits for the disk but the two that say so.
pub trait Steps {
    /// Makes one folder in a folder that is there.
    ///
    /// # Errors
    /// [`FileError`].
    fn make_folder(&self, folder: &Path) -> Result<(), FileError>;

    /// Makes a file, or empties the one that is there, and writes it.
    ///
    /// # Errors
    /// [`FileError`].
    fn write_new(&self, path: &Path, bytes: &[u8]) -> Result<(), FileError>;

    /// Waits until what was written into the file is on the disk.
    ///
    /// # Errors
    /// [`FileError`].
    fn sync_file(&self, path: &Path) -> Result<(), FileError>;

    /// Waits until the names in the folder are on the disk.
    ///
    /// # Errors
    /// [`FileError`].
    fn sync_folder(&self, folder: &Path) -> Result<(), FileError>;

    /// Gives a file or folder another name.
    ///
    /// # Errors
    /// [`FileError`].
    fn move_to(&self, from: &Path, to: &Path) -> Result<(), FileError>;

    /// Takes a name away.
    ///
    /// # Errors
    /// [`FileError`].
    fn unlink(&self, path: &Path) -> Result<(), FileError>;

    /// Whether there is something of this name.
    fn is_there(&self, path: &Path) -> bool;
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    path.with_file_name(name)
}

/// A folder's name is durable only once the folder around it is synced; else a power cut takes it with all that is in it.
fn make_folders(steps: &impl Steps, folder: &Path) -> Result<(), FileError> {
    let missing: Vec<&Path> = folder.ancestors().take_while(|folder| !steps.is_there(folder)).collect();
    missing.into_iter().rev().try_for_each(|folder| {
        steps.make_folder(folder)?;
        sync_folder_of(steps, folder)
    })
}

fn sync_folder_of(steps: &impl Steps, path: &Path) -> Result<(), FileError> {
    path.parent().map_or(Ok(()), |folder| steps.sync_folder(folder))
}

/// Puts a file there whole or not at all; missing folders are made.
///
/// # Errors
/// [`FileError`]; then what lay there before still does, unless only the last step, waiting for the folder, failed.
pub fn write_durable(steps: &impl Steps, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    if let Some(folder) = path.parent() {
        make_folders(steps, folder)?;
    }
    let new = beside(path);
    let written = steps
        .write_new(&new, bytes)
        .and_then(|()| steps.sync_file(&new))
        .and_then(|()| steps.move_to(&new, path));
    if let Err(error) = written {
        // Half a file helps nobody, and on a full disk it takes the room of the next try.
        let _ = steps.unlink(&new);
        return Err(error);
    }
    // A rename is durable only once the folder is.
    sync_folder_of(steps, path)
}

/// Renames so that it stays renamed.
///
/// # Errors
/// [`FileError`].
pub fn rename_durable(steps: &impl Steps, from: &Path, to: &Path) -> Result<(), FileError> {
    steps.move_to(from, to)?;
    sync_folder_of(steps, to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    /// A disk that has the folder `/phone` and writes down what it is asked to do.
    #[derive(Default)]
    struct Asked(RefCell<Vec<String>>);

    impl Asked {
        fn note(&self, what: &str, path: &Path) -> Result<(), FileError> {
            self.0.borrow_mut().push(format!("{what} {}", path.display()));
            Ok(())
        }
    }

    impl Steps for Asked {
        fn make_folder(&self, folder: &Path) -> Result<(), FileError> {
            self.note("make", folder)
        }
        fn write_new(&self, path: &Path, _: &[u8]) -> Result<(), FileError> {
            self.note("write", path)
        }
        fn sync_file(&self, path: &Path) -> Result<(), FileError> {
            self.note("sync", path)
        }
        fn sync_folder(&self, folder: &Path) -> Result<(), FileError> {
            self.note("sync", folder)
        }
        fn move_to(&self, _: &Path, to: &Path) -> Result<(), FileError> {
            self.note("move to", to)
        }
        fn unlink(&self, path: &Path) -> Result<(), FileError> {
            self.note("unlink", path)
        }
        fn is_there(&self, path: &Path) -> bool {
            path == Path::new("/phone")
        }
    }

    #[test]
    fn each_step_waits_for_the_one_it_rests_on_new_folders_included() {
        let disk = Asked::default();
        write_durable(&disk, Path::new("/phone/store/photos/one"), b"picture").unwrap();
        let expected = [
            "make /phone/store",
            "sync /phone",
            "make /phone/store/photos",
            "sync /phone/store",
            "write /phone/store/photos/one.new",
            "sync /phone/store/photos/one.new",
            "move to /phone/store/photos/one",
            "sync /phone/store/photos",
        ];
        assert_eq!(*disk.0.borrow(), expected);
    }
}
