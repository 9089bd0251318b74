//! A new store in the place of a damaged one, with what could be salvaged in it.
//!
//! It is built in a folder of its own and moves into place by one rename when everything is in it, so that a rebuilding
//! that breaks off leaves the phone where it was: the next opening finds no store but one moved aside, and begins again.
//! The damaged files are only read.

use super::{Layout, OpenError, OpenOptions, Salvaged};
use crate::error::{StoreError, WorkError};
use crate::files::{FileError, Files};
use crate::keys::Secret;
use crate::photos::{Photo, PhotoPart, PhotoState, PhotoVault};
use crate::store::{Store, Writer};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What lies in a store's folder, for whoever looks into it. Written first, which also makes the folder.
const ABOUT: &[u8] = b"xunge store 1\n";

fn building(dir: &Path) -> PathBuf {
    let mut name = dir.file_name().unwrap_or_default().to_owned();
    name.push(".rebuilding");
    dir.with_file_name(name)
}

impl Store {
    /// Makes the folder of a new store.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn make_folder(dir: &Path, files: &dyn Files) -> Result<(), FileError> {
        files.write_durable(&dir.join("about"), ABOUT)
    }

    /// Builds a store with what was salvaged, and opens it. `fill` runs in the same transaction, before everything else: it
    /// is for the operations, whose rows the caller knows how to make, and must set the own chain.
    ///
    /// # Errors
    /// Those of `fill` and [`OpenError`]; then there is no store in the folder and the damaged one lies where it was moved.
    pub fn rebuild<E: WorkError + From<OpenError>>(
        dir: &Path,
        key: &Secret,
        files: Arc<dyn Files>,
        options: OpenOptions,
        salvaged: &Salvaged,
        fill: impl FnOnce(&Writer<'_>) -> Result<(), E>,
    ) -> Result<Self, E> {
        let place = building(dir);
        let of_files = |error: FileError| E::from(OpenError::from(error));
        clear(&place, &*files).map_err(of_files)?;
        Self::make_folder(&place, &*files).map_err(of_files)?;
        let store = Self::create_new(&place, key, Arc::clone(&files), options)?;
        let old = Layout::of(&salvaged.moved_to).photos;
        let mut whole = Vec::new();
        for photo in &salvaged.photos {
            // One whose files did not survive has its row nowhere: the evidence says that there was a picture.
            if copy_photo(photo, &old, &Layout::of(&place).photos, &*files).map_err(of_files)? {
                whole.push(photo);
            }
        }
        store.write(|writer| {
            fill(writer)?;
            writer.take_over(salvaged, &whole)?;
            Ok::<_, E>(())
        })?;
        store.settle()?;
        drop(store);
        files.rename(&place, dir).map_err(of_files)?;
        Ok(Self::open(dir, key, files, options)?)
    }
}

/// Removes what a rebuilding left that broke off. Nothing in it is the only copy of anything.
fn clear(place: &Path, files: &dyn Files) -> Result<(), FileError> {
    let photos = Layout::of(place).photos;
    for folder in [&photos, place] {
        for file in files.list(folder)?.iter().filter(|path| **path != photos) {
            files.remove(file)?;
        }
    }
    Ok(())
}

/// Whether both files were there.
fn copy_photo(photo: &Photo, old: &Path, new: &Path, files: &dyn Files) -> Result<bool, FileError> {
    for part in PhotoPart::BOTH {
        let name = PhotoVault::file_name(photo.id(), part);
        match files.read(&old.join(&name)) {
            Ok(bytes) => files.write_durable(&new.join(&name), &bytes)?,
            Err(FileError::NotFound) => return Ok(false),
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

impl Writer<'_> {
    /// Everything salvaged but the operations. Uploads begin anew; the log of openings gets a new chain over the same rows.
    fn take_over(&self, salvaged: &Salvaged, photos: &[&Photo]) -> Result<(), StoreError> {
        for (fact, value) in &salvaged.facts {
            self.set_raw_fact(*fact, value)?;
        }
        for draft in &salvaged.drafts {
            self.put_draft(draft)?;
        }
        for access in &salvaged.accesses {
            self.log_access(access)?;
        }
        for photo in photos {
            self.add_photo(&photo.facts)?;
            if photo.state != PhotoState::Draft {
                self.report_photo(photo.id())?;
            }
        }
        for (patrol, track) in &salvaged.patrols {
            self.put_own_patrol(patrol)?;
            for (number, points) in (0..).zip(&track.segments) {
                self.add_points(patrol.patrol, number, points)?;
            }
        }
        Ok(())
    }
}
