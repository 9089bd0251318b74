//! Opening the store, and what happens when it does not open: nothing is ever deleted and nothing made anew in silence.
//!
//! | what is found | what happens |
//! |---|---|
//! | no database | [`OpenError::Missing`]; the caller decides whether to [`Store::create_new`] |
//! | another key | [`OpenError::WrongKey`]; no byte changes |
//! | schema of a newer app | [`OpenError::NewerSchema`]; no byte changes |
//! | the disk gives nothing of it | nothing is changed: `file_error` |
//! | unreadable under the right key | the folder is moved aside to `*.damaged-<n>`, own work salvaged: [`OpenError::Damaged`]; the caller puts it into a new store by [`Store::rebuild`] |
//! | the log ends before the mark | opens; [`OpenReport::tail_lost`] says what is missing |

mod rebuild;
mod salvage;

pub use salvage::Salvaged;

use crate::connection::{Role, connect, settle};
use crate::connections::Connections;
use crate::error::{StoreError, WorkError};
use crate::files::{FileError, Files};
use crate::keys::Secret;
use crate::mark::{KeyVerdict, Mark, Progress};
use crate::migrate::{SCHEMA_VERSION, migrate, version};
use crate::photos::{PhotoVault, Sweep};
use crate::store::{Reader, Store};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How to open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenOptions {
    /// At most so many connections that read beside the writer; at least one.
    pub readers: usize,
    /// Reads every page and checks it before opening (slow on a large store). Also done by itself after
    /// a [`StoreError::Damaged`].
    pub verify: bool,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { readers: 2, verify: false }
    }
}

/// Own changes that were saved and are gone: the end of the write-ahead log did not survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TailLost {
    /// How far the store had come.
    pub expected: Progress,
    /// How far it is now.
    pub found: Progress,
}

/// What was noticed while opening.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenReport {
    /// Saved changes are missing. Own counters must go on above `expected`.
    pub tail_lost: Option<TailLost>,
    /// Photo files without a row and rows without a file.
    pub photos: Sweep,
}

/// Why the store is not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no store in the folder.
    #[error("there is no store here")]
    Missing,
    /// There is one already, and `create_new` never overwrites.
    #[error("there is a store here already")]
    AlreadyThere,
    /// The key is not the key of this store. The files are untouched.
    #[error("wrong key")]
    WrongKey,
    /// A newer app wrote it. The files are untouched.
    #[error("the store has schema {found}, this app knows {known}")]
    NewerSchema {
        /// Schema of the file.
        found: u32,
        /// Newest schema this app knows.
        known: u32,
    },
    /// It does not read under the right key. It was moved aside, never deleted.
    #[error("the store is damaged and was moved aside")]
    Damaged(Box<Salvaged>),
    /// Opening needed room (for a migration) and there was none. Nothing changed.
    #[error("the disk is full")]
    DiskFull,
    /// Another process or connection holds it.
    #[error("the store is busy")]
    Busy,
    /// Anything else.
    #[error(transparent)]
    Other(StoreError),
}

impl OpenError {
    /// Stable code for the border.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "store_missing",
            Self::AlreadyThere => "store_already_there",
            Self::WrongKey => "wrong_key",
            Self::NewerSchema { .. } => "newer_schema",
            Self::Damaged(_) => "store_damaged",
            Self::DiskFull => "disk_full",
            Self::Busy => "store_busy",
            Self::Other(error) => error.code(),
        }
    }
}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::DiskFull => Self::DiskFull,
            StoreError::Busy => Self::Busy,
            other => Self::Other(other),
        }
    }
}

impl WorkError for OpenError {
    fn of_store(&self) -> Option<&StoreError> {
        match self {
            Self::Other(error) => Some(error),
            _ => None,
        }
    }
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        StoreError::from(error).into()
    }
}

impl From<FileError> for OpenError {
    fn from(error: FileError) -> Self {
        StoreError::from(error).into()
    }
}

/// Names of the store's files in its folder.
pub(crate) struct Layout {
    pub(crate) database: PathBuf,
    pub(crate) mark: PathBuf,
    pub(crate) suspect: PathBuf,
    pub(crate) photos: PathBuf,
    pub(crate) copy: PathBuf,
}

impl Layout {
    pub(crate) fn of(dir: &Path) -> Self {
        Self {
            database: dir.join("xunge.db"),
            mark: dir.join("xunge.mark"),
            suspect: dir.join("xunge.check"),
            photos: dir.join("photos"),
            copy: dir.join("xunge.who"),
        }
    }
}

impl Store {
    /// Whether there is a database in the folder.
    pub fn exists(dir: &Path, files: &dyn Files) -> bool {
        files.exists(&Layout::of(dir).database)
    }

    /// Makes a new, empty store in an existing folder. `files` must reach the disk on which the folder lies.
    ///
    /// # Errors
    /// [`OpenError::AlreadyThere`] and those of [`Store::open`].
    pub fn create_new(
        dir: &Path,
        key: &Secret,
        files: Arc<dyn Files>,
        options: OpenOptions,
    ) -> Result<Self, OpenError> {
        let layout = Layout::of(dir);
        if files.exists(&layout.database) {
            return Err(OpenError::AlreadyThere);
        }
        let (mark, ..) = Mark::read(layout.mark.clone(), key, &*files);
        // A mark of a store that was moved aside says nothing about this one.
        files.remove(mark.path())?;
        let (mark, ..) = Mark::read(layout.mark.clone(), key, &*files);
        mark.take(Progress::default(), &*files)?;
        mark.sync(&*files)?;
        let mut writer = connect(&layout.database, key, Role::Create, files.sqlite_vfs())?;
        writer.pragma_update(None, "journal_mode", "WAL")?;
        settle(&writer, Role::Write)?;
        migrate(&mut writer)?;
        Self::assemble(dir, key, files, options, writer, mark, OpenReport::default())
    }

    /// Opens the store in the folder. `files` must reach the disk on which the folder lies.
    ///
    /// # Errors
    /// [`OpenError`], each kind as the table at the head of this module says.
    pub fn open(
        dir: &Path,
        key: &Secret,
        files: Arc<dyn Files>,
        options: OpenOptions,
    ) -> Result<Self, OpenError> {
        match Self::try_to_open(dir, key, &files, options) {
            Err(Hindered::Damaged) if reads_whole(dir, key, &*files) => {
                // SQLCipher says the same of a page that the disk did not give this once and of one that was changed. A
                // store that reads whole at the second look is not damaged.
                Self::try_to_open(dir, key, &files, options)
            }
            other => other,
        }
        .map_err(|hindered| match hindered {
            Hindered::Damaged => match nothing_reads(dir, &*files) {
                // Nothing could be salvaged either: what lies there waits for the disk.
                Some(error) => StoreError::from(error).into(),
                None => Self::set_aside(dir, key, &*files),
            },
            Hindered::By(error) => error,
        })
    }

    fn try_to_open(
        dir: &Path,
        key: &Secret,
        files: &Arc<dyn Files>,
        options: OpenOptions,
    ) -> Result<Self, Hindered> {
        let layout = Layout::of(dir);
        if !files.exists(&layout.database) {
            return Err(OpenError::Missing.into());
        }
        let (mark, verdict, expected) = Mark::read(layout.mark.clone(), key, files);
        if verdict == KeyVerdict::Wrong {
            return Err(OpenError::WrongKey.into());
        }
        // SQLite would take an empty file for a new database.
        if files.size(&layout.database)? == 0 {
            return Err(Hindered::Damaged);
        }
        let mut writer = connect(&layout.database, key, Role::Write, files.sqlite_vfs())?;
        let found = match version(&writer).map_err(StoreError::from) {
            Ok(found) => found,
            Err(StoreError::Damaged) if verdict == KeyVerdict::Right => return Err(Hindered::Damaged),
            // Without a mark nobody can tell a wrong key from a damaged first page: leave everything as it is.
            Err(StoreError::Damaged) => return Err(OpenError::WrongKey.into()),
            Err(other) => return Err(other.into()),
        };
        if found > SCHEMA_VERSION {
            return Err(OpenError::NewerSchema { found, known: SCHEMA_VERSION }.into());
        }
        let suspected = options.verify || files.exists(&layout.suspect);
        let sound = settle(&writer, Role::Write).and_then(|()| {
            let whole = if suspected { is_whole(&writer)? } else { found > 0 };
            if whole {
                migrate(&mut writer)?
            }
            Ok(whole)
        });
        let progress = match sound.map_err(StoreError::from) {
            Ok(true) => Reader::new(&writer).progress()?,
            Ok(false) => return Err(Hindered::Damaged),
            Err(error) => return Err(error.into()),
        };
        files.remove(&layout.suspect)?;
        let tail_lost = expected
            .filter(|expected| expected.is_ahead_of(progress))
            .map(|expected| TailLost { expected, found: progress });
        let vault = PhotoVault::new(layout.photos, files.clone());
        let photos = vault.sweep(&Reader::new(&writer))?;
        let report = OpenReport { tail_lost, photos };
        if verdict == KeyVerdict::Unknown {
            mark.take(progress, files)?;
        }
        Ok(Self::assemble(dir, key, files.clone(), options, writer, mark, report)?)
    }

    fn assemble(
        dir: &Path,
        key: &Secret,
        files: Arc<dyn Files>,
        options: OpenOptions,
        writer: Connection,
        mark: Mark,
        report: OpenReport,
    ) -> Result<Self, OpenError> {
        let layout = Layout::of(dir);
        let connections = Connections::new(&layout, key, files.clone(), writer, options.readers);
        Ok(Self::from_parts(layout, files, connections, mark, crate::sealed_file::identity_seal(key), report))
    }
}

/// Why an attempt to open did not succeed.
enum Hindered {
    /// It does not read under the right key.
    Damaged,
    /// Anything else.
    By(OpenError),
}

impl From<StoreError> for Hindered {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Damaged => Self::Damaged,
            other => Self::By(other.into()),
        }
    }
}

impl From<rusqlite::Error> for Hindered {
    fn from(error: rusqlite::Error) -> Self {
        StoreError::from(error).into()
    }
}

impl From<FileError> for Hindered {
    fn from(error: FileError) -> Self {
        Self::By(error.into())
    }
}

impl From<OpenError> for Hindered {
    fn from(error: OpenError) -> Self {
        Self::By(error)
    }
}

/// Whether every page reads now, over a connection of its own: one that has met a bad page reads nothing any more.
fn reads_whole(dir: &Path, key: &Secret, files: &dyn Files) -> bool {
    let database = Layout::of(dir).database;
    files.size(&database).is_ok_and(|size| size > 0)
        && connect(&database, key, Role::Write, files.sqlite_vfs()).is_ok_and(|connection| {
            version(&connection).is_ok_and(|found| found > 0) && is_whole(&connection).unwrap_or(false)
        })
}

/// Why the disk gives nothing of the file. One bad place of it is damage; a disk that reads nowhere says nothing about it.
fn nothing_reads(dir: &Path, files: &dyn Files) -> Option<FileError> {
    let database = Layout::of(dir).database;
    let size = match files.size(&database) {
        Ok(size) => size,
        Err(error) => return Some(error),
    };
    let reads = |quarter| files.read_range(&database, size / 4 * quarter, 1);
    let first = reads(0).err()?;
    (1..4).all(|quarter| reads(quarter).is_err()).then_some(first)
}

/// Reads every page: authenticity by SQLCipher, structure by SQLite.
///
/// SQLCipher looks at the pages of the file itself, past the log. After a power cut while the log was being folded in, a
/// page may lie there torn whose whole is in the log; so the log is folded in first, which mends it.
pub(crate) fn is_whole(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    let mut forged = connection.prepare("PRAGMA cipher_integrity_check")?;
    if forged.exists([])? {
        return Ok(false);
    }
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    Ok(verdict == "ok")
}
