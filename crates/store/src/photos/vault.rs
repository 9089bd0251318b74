//! The folder of encrypted photo files.

use super::frames;
use crate::error::StoreError;
use crate::files::{FileError, Files};
use crate::store::Reader;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use uuid::Uuid;
use xunge_domain::ids::RecordId;
use xunge_domain::world::Randomness;
use zeroize::Zeroizing;

/// The key of one photo's files.
#[derive(Clone, PartialEq, Eq)]
pub struct PhotoKey(pub(crate) Zeroizing<[u8; 32]>);

impl std::fmt::Debug for PhotoKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PhotoKey(…)")
    }
}

/// Which of a photo's two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PhotoPart {
    /// The stored picture.
    Picture,
    /// The small one for lists.
    Thumbnail,
}

impl PhotoPart {
    pub(crate) const BOTH: [Self; 2] = [Self::Picture, Self::Thumbnail];

    const fn tail(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::Thumbnail => "thumbnail",
        }
    }
}

/// What did not fit together between folder and database. Neither stops anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sweep {
    /// Files removed: their row was never committed, and without its key they are noise.
    pub removed: u32,
    /// Files without a row that were left: more than a handful at once is no broken save but something to look at.
    pub left: u32,
    /// Photos whose files are missing. Their rows stay, so that the loss is told and not hidden.
    pub missing: Vec<RecordId>,
}

/// A save that breaks off leaves two files; more than this many at once points to something else.
const MOST_REMOVED: usize = 20;

/// Writes and reads the encrypted files. Cheap to make; holds no key.
#[derive(Clone)]
pub struct PhotoVault {
    dir: PathBuf,
    files: Arc<dyn Files>,
}

impl PhotoVault {
    pub(crate) fn new(dir: PathBuf, files: Arc<dyn Files>) -> Self {
        Self { dir, files }
    }

    /// Name of a photo's file in the folder.
    pub(crate) fn file_name(photo: RecordId, part: PhotoPart) -> String {
        format!("{}.{}", photo.0.simple(), part.tail())
    }

    fn path(&self, photo: RecordId, part: PhotoPart) -> PathBuf {
        self.dir.join(Self::file_name(photo, part))
    }

    /// Encrypts and writes both files durably under a fresh key. Only then may the row be written
    /// ([`crate::Writer::add_photo`]); if that never happens, the next opening removes the files.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::Unstorable`] for an empty picture, [`StoreError::File`]; nothing of the
    /// photo is left then.
    pub fn keep(
        &self,
        photo: RecordId,
        picture: &[u8],
        thumbnail: &[u8],
        random: &dyn Randomness,
    ) -> Result<PhotoKey, StoreError> {
        if picture.is_empty() || thumbnail.is_empty() {
            return Err(StoreError::Unstorable("an empty photo"));
        }
        let mut key = Zeroizing::new([0; 32]);
        random.fill(key.as_mut_slice());
        let id = photo.0.as_bytes();
        for (part, plain) in [(PhotoPart::Picture, picture), (PhotoPart::Thumbnail, thumbnail)] {
            let sealed = frames::seal(&key, id, part as u8, plain)?;
            if let Err(error) = self.files.write_durable(&self.path(photo, part), &sealed) {
                self.remove(photo)?;
                return Err(error.into());
            }
        }
        Ok(PhotoKey(key))
    }

    /// Seals both files anew for another photo's id, under a fresh key; those of `photo` stay. What [`PhotoVault::keep`] says
    /// of the row holds here too ([`crate::Writer::photo_back_to_form`]).
    ///
    /// # Errors
    /// Those of [`PhotoVault::read`] and [`PhotoVault::keep`].
    pub fn keep_anew(
        &self,
        photo: RecordId,
        key: &PhotoKey,
        anew: RecordId,
        random: &dyn Randomness,
    ) -> Result<PhotoKey, StoreError> {
        let picture = self.read(photo, key, PhotoPart::Picture)?;
        let thumbnail = self.read(photo, key, PhotoPart::Thumbnail)?;
        self.keep(anew, &picture, &thumbnail, random)
    }

    /// A whole file.
    ///
    /// # Errors
    /// [`StoreError::PhotoDamaged`] when it is missing or was changed.
    pub fn read(&self, photo: RecordId, key: &PhotoKey, part: PhotoPart) -> Result<Vec<u8>, StoreError> {
        let sealed = self.files.read(&self.path(photo, part)).map_err(as_damage)?;
        if sealed.is_empty() {
            return Err(StoreError::PhotoDamaged);
        }
        frames::open(&key.0, photo.0.as_bytes(), part as u8, &sealed, 0, frames::count(sealed.len() as u64))
    }

    /// A piece of a file, for an upload that goes on where it broke off. Shorter at the end, empty beyond it.
    ///
    /// # Errors
    /// [`StoreError::PhotoDamaged`] when it is missing or was changed.
    pub fn read_range(
        &self,
        photo: RecordId,
        key: &PhotoKey,
        part: PhotoPart,
        offset: u64,
        len: usize,
    ) -> Result<Vec<u8>, StoreError> {
        let path = self.path(photo, part);
        let sealed = self.files.size(&path).map_err(as_damage)?;
        let whole = frames::plain_len(sealed).ok_or(StoreError::PhotoDamaged)?;
        let len = len.min(usize::try_from(whole.saturating_sub(offset)).unwrap_or(usize::MAX));
        if len == 0 {
            return Ok(Vec::new());
        }
        let (from, bytes, first) = frames::window(offset, len);
        let piece = self.files.read_range(&path, from, bytes).map_err(as_damage)?;
        let plain =
            frames::open(&key.0, photo.0.as_bytes(), part as u8, &piece, first, frames::count(sealed))?;
        let skip = (offset % frames::FRAME as u64) as usize;
        Ok(plain.get(skip..skip + len).ok_or(StoreError::PhotoDamaged)?.to_vec())
    }

    /// Removes both files; missing ones are no error. The row is the caller's business, and goes first.
    ///
    /// # Errors
    /// [`StoreError::File`].
    pub fn remove(&self, photo: RecordId) -> Result<(), StoreError> {
        for part in PhotoPart::BOTH {
            self.files.remove(&self.path(photo, part))?;
        }
        Ok(())
    }

    /// Compares folder and rows: removes what a broken save left behind, reports what is missing.
    pub(crate) fn sweep(&self, reader: &Reader<'_>) -> Result<Sweep, StoreError> {
        let expected: BTreeSet<PathBuf> = reader
            .photos_with_files()?
            .into_iter()
            .flat_map(|photo| PhotoPart::BOTH.map(|part| self.path(photo, part)))
            .collect();
        let there: BTreeSet<PathBuf> = self.files.list(&self.dir)?.into_iter().collect();
        let strays: Vec<&PathBuf> = there.difference(&expected).collect();
        let mut sweep = Sweep::default();
        if strays.len() <= MOST_REMOVED {
            for path in strays {
                self.files.remove(path)?;
                sweep.removed += 1;
            }
        } else {
            sweep.left = u32::try_from(strays.len()).unwrap_or(u32::MAX);
        }
        let missing: BTreeSet<RecordId> = expected
            .difference(&there)
            .filter_map(|path| Uuid::parse_str(path.file_stem()?.to_str()?).ok().map(RecordId))
            .collect();
        sweep.missing = missing.into_iter().collect();
        Ok(sweep)
    }
}

fn as_damage(error: FileError) -> StoreError {
    match error {
        FileError::NotFound => StoreError::PhotoDamaged,
        other => other.into(),
    }
}
