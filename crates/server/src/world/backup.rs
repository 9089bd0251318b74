//! A county copied while it runs, and a county made of such a copy.
//!
//! A backup is a folder: `county.db` (as encrypted as the original), `blobs/` (likewise), the files of the certificates
//! (private keys sealed), and `manifest.json`, which names every file with its length and SHA-256, the version of the
//! tables, the epoch and the end of the feed. The root key is not in it unless asked for. It is made under another name
//! and renamed when it is whole, so a folder with the right name is a whole backup.
//!
//! Restoring copies first, then checks the copy — every page, every hash, every chain, every picture — begins a new epoch
//! in it and only then gives it its name. What stands is never overwritten.

use super::{
    Places, RealClock, RealRandomness, ServeError, derived, file, keep_durable, open_county, root_key,
    write_secret,
};
use crate::blobs::Blobs;
use crate::county::{County, CountyError, Settings};
use crate::storage::{SCHEMA, Storage, StorageError};
use object_store::local::LocalFileSystem;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use xunge_domain::world::Clock as _;

/// Name of the list of files.
const MANIFEST: &str = "manifest.json";
/// Name of the root key in a backup that was asked for with it.
const KEY: &str = "county.key";
/// The form of the manifest.
const FORMAT: u32 = 1;
/// Files beside the database that the county needs to be the same one for its phones.
const CERTIFICATES: [&str; 4] = ["ca.pem", "ca.key", "server.pem", "server.key"];

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Form of this list.
    pub format: u32,
    /// When it was made, UTC milliseconds.
    pub made_ms: i64,
    /// Version of the program that made it.
    pub program: String,
    /// Version of the tables.
    pub schema: i64,
    /// The county's epoch, hexadecimal.
    pub epoch: String,
    /// End of the feed.
    pub feed_head: u64,
    /// Pictures.
    pub pictures: u64,
    /// Every file but this one.
    pub files: Vec<Listed>,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Within the folder, parts separated by `/`.
    pub path: String,
    /// Length.
    pub bytes: u64,
    /// SHA-256 of the bytes as they lie there, hexadecimal.
    pub sha256: String,
}

/// Why there is no backup, or no county of it. What stood before stands.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The folder is to be new or empty.
    #[error("{0} is not empty")]
    NotEmpty(PathBuf),
    /// Another backup or restore is making this very folder.
    #[error("{0} is being made")]
    UnderWay(PathBuf),
    /// No list of files that can be read.
    #[error("{0} is no backup")]
    NotABackup(PathBuf),
    /// Made by a newer program.
    #[error("the backup is of version {found}, newer than {known}")]
    Newer {
        /// In the backup.
        found: i64,
        /// Newest known here.
        known: i64,
    },
    /// A file named in the list is not there.
    #[error("{0} is missing from the backup")]
    Missing(String),
    /// A file is not as the list says.
    #[error("{0} is not what the backup's list says")]
    Changed(String),
    /// A picture the database speaks of is gone or is not that picture.
    #[error("picture {0} does not hold")]
    Picture(String),
    /// Operations, chains or pictures do not hold.
    #[error("{} entries do not hold", .0.len())]
    Damaged(Vec<String>),
    /// The key file holds another key than the one in the backup.
    #[error("{0} holds another key")]
    OtherKey(PathBuf),
    /// The county below.
    #[error(transparent)]
    Below(#[from] ServeError),
}

impl BackupError {
    /// Stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotEmpty(_) => "target_not_empty",
            Self::UnderWay(_) => "backup_under_way",
            Self::NotABackup(_) => "not_a_backup",
            Self::Newer { .. } => "newer_backup",
            Self::Missing(_) => "backup_file_missing",
            Self::Changed(_) => "backup_file_changed",
            Self::Picture(_) => "picture_damaged",
            Self::Damaged(_) => "damaged",
            Self::OtherKey(_) => "other_key",
            Self::Below(error) => error.code(),
        }
    }
}

impl From<StorageError> for BackupError {
    fn from(error: StorageError) -> Self {
        Self::Below(error.into())
    }
}

impl From<CountyError> for BackupError {
    fn from(error: CountyError) -> Self {
        Self::Below(error.into())
    }
}

type Done<T> = Result<T, BackupError>;

/// A folder in the making, beside the one it is to become. Held by a lock: one left behind by a crash is taken away by
/// the next to come, one that is being made is not.
struct Making {
    folder: PathBuf,
    lock: PathBuf,
    whole: bool,
    _held: File,
}

impl Making {
    fn begin(target: &Path) -> Done<Self> {
        match std::fs::read_dir(target) {
            Ok(mut entries) => {
                if entries.next().is_some() {
                    return Err(BackupError::NotEmpty(target.to_owned()));
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(file("reading", target)(error).into()),
        }
        let beside = |ending: &str| {
            let mut name = target.file_name().unwrap_or_default().to_owned();
            name.push(ending);
            target.with_file_name(name)
        };
        let (folder, lock) = (beside(".unfinished"), beside(".unfinished.lock"));
        if let Some(above) = target.parent().filter(|above| !above.as_os_str().is_empty()) {
            std::fs::create_dir_all(above).map_err(file("creating", above))?;
        }
        let held =
            OpenOptions::new().create(true).append(true).open(&lock).map_err(file("opening", &lock))?;
        if held.try_lock().is_err() {
            return Err(BackupError::UnderWay(folder));
        }
        if folder.exists() {
            // Nobody holds it, so its maker is dead; it was never given its name.
            std::fs::remove_dir_all(&folder).map_err(file("removing", &folder))?;
        }
        std::fs::create_dir(&folder).map_err(file("creating", &folder))?;
        super::protect(&folder)?;
        Ok(Self { folder, lock, whole: false, _held: held })
    }

    /// Gives the folder its name, durably.
    fn finish(mut self, target: &Path) -> Done<()> {
        keep_durable(&self.folder)?;
        // Replaces an empty folder and nothing else.
        std::fs::rename(&self.folder, target).map_err(file("naming", target))?;
        self.whole = true;
        let above = target.parent().filter(|above| !above.as_os_str().is_empty());
        keep_durable(above.unwrap_or(Path::new(".")))?;
        Ok(())
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        if !self.whole {
            // What cannot be taken away is taken away by the next one.
            let _ = std::fs::remove_dir_all(&self.folder);
        }
        let _ = std::fs::remove_file(&self.lock);
    }
}

fn blobs_in(folder: &Path, key: &[u8; 32]) -> Result<Blobs, ServeError> {
    std::fs::create_dir_all(folder).map_err(file("creating", folder))?;
    let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
    Ok(Blobs::new(Arc::new(store), derived(key, b"xunge county blobs v1"), Arc::new(RealRandomness)))
}

/// Copies the county to `target`, a new or empty folder, while it may be serving.
///
/// # Errors
/// [`BackupError`]; `target` is as it was then.
pub fn back_up(places: &Places, county: &County, target: &Path, with_key: bool) -> Done<Manifest> {
    let making = Making::begin(target)?;
    let folder = &making.folder;
    let key = root_key(places, true)?;
    let database = folder.join("county.db");
    county.storage().copy_to(&database)?;
    let mut pictures = Vec::new();
    let (epoch, feed_head) = {
        // What the copy names is what is copied, whatever the running one takes in meanwhile.
        let copy = Storage::open(&database, derived(&key, b"xunge county database v1"))?;
        copy.write(|rows| rows.tidy_copy())?;
        let into = blobs_in(&folder.join("blobs"), &key)?;
        for sha256 in copy.read(|rows| rows.held_blobs())? {
            match county.copy_picture(&sha256, &into)? {
                Some((path, sealed)) => {
                    pictures.push(Listed { path: format!("blobs/{path}"), ..listed(&sealed) })
                }
                // Erased between the two: it is not to come back.
                None if county.picture_held(&sha256)?.is_none() => {
                    copy.write(|rows| rows.drop_blob(&sha256))?
                }
                None => return Err(BackupError::Picture(hex(&sha256))),
            }
        }
        copy.settle()?;
        copy.read(|rows| Ok::<_, StorageError>((rows.meta("epoch")?.unwrap_or_default(), rows.head()?)))?
    };
    let copy_of = |name: &str, from: &Path| -> Done<Option<Listed>> {
        let bytes = match std::fs::read(from) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(file("reading", from)(error).into()),
        };
        write_secret(&folder.join(name), &bytes)?;
        Ok(Some(Listed { path: name.to_owned(), ..listed(&bytes) }))
    };
    let mut files = vec![Listed { path: "county.db".to_owned(), ..listed_file(&database)? }];
    for name in CERTIFICATES {
        files.extend(copy_of(name, &places.data.join(name))?);
    }
    if with_key {
        files.extend(copy_of(KEY, &places.key_file)?);
    }
    let many = pictures.len() as u64;
    files.extend(pictures);
    let manifest = Manifest {
        format: FORMAT,
        made_ms: RealClock::new().now().wall_ms,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        schema: SCHEMA,
        epoch: hex(&epoch),
        feed_head,
        pictures: many,
        files,
    };
    let text = serde_json::to_vec_pretty(&manifest).unwrap_or_default();
    write_secret(&folder.join(MANIFEST), &text)?;
    File::open(&database).and_then(|db| db.sync_all()).map_err(file("writing", &database))?;
    making.finish(target)?;
    Ok(manifest)
}

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The backup's list.
    pub manifest: Manifest,
    /// Operations of phones whose hashes hold.
    pub operations: u64,
    /// Pictures whose bytes hold.
    pub pictures: u64,
}

/// Makes the county of a backup at `places`, whose folder is to be new or empty; begins a new epoch in it.
///
/// # Errors
/// [`BackupError`]; nothing is at `places` then that was not there before.
pub fn restore(places: &Places, from: &Path) -> Done<Restored> {
    let manifest = read_manifest(from)?;
    let making = Making::begin(&places.data)?;
    let key_there = places.key_file.exists();
    for listed in manifest.files.iter().filter(|listed| listed.path != KEY) {
        copy_listed(from, listed, &making.folder)?;
    }
    if let Some(listed) = manifest.files.iter().find(|listed| listed.path == KEY) {
        let bytes = read_listed(from, listed)?;
        match std::fs::read(&places.key_file) {
            Ok(there) if there.trim_ascii() == bytes.trim_ascii() => {}
            Ok(_) => return Err(BackupError::OtherKey(places.key_file.clone())),
            Err(_) => write_secret(&places.key_file, &bytes)?,
        }
    }
    let within = Places { data: making.folder.clone(), key_file: places.key_file.clone() };
    let checked = check_copy(&within);
    if checked.is_err() && !key_there {
        // A key that came with a backup that does not hold is not left behind.
        let _ = std::fs::remove_file(&places.key_file);
    }
    let (operations, pictures) = checked?;
    making.finish(&places.data)?;
    Ok(Restored { manifest, operations, pictures })
}

/// Checks the county in the folder and begins a new epoch in it.
fn check_copy(within: &Places) -> Done<(u64, u64)> {
    let county = open_county(within, Settings::default())?;
    county.storage().verify()?;
    let checked = county.check()?;
    if let Some(picture) = checked.damaged.iter().find_map(|what| what.strip_prefix("picture ")) {
        return Err(BackupError::Picture(picture.to_owned()));
    }
    if !checked.damaged.is_empty() {
        return Err(BackupError::Damaged(checked.damaged));
    }
    county.begin_epoch()?;
    county.storage().settle()?;
    let verified = checked.pictures.iter().filter(|picture| picture.state == "verified").count();
    Ok((checked.operations.len() as u64, verified as u64))
}

fn read_manifest(from: &Path) -> Done<Manifest> {
    let not_one = || BackupError::NotABackup(from.to_owned());
    let bytes = std::fs::read(from.join(MANIFEST)).map_err(|_| not_one())?;
    let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(|_| not_one())?;
    let number = |name: &str| value.get(name).and_then(serde_json::Value::as_i64);
    let (format, schema) = (number("format").ok_or_else(not_one)?, number("schema").ok_or_else(not_one)?);
    if schema > SCHEMA {
        return Err(BackupError::Newer { found: schema, known: SCHEMA });
    }
    if format > i64::from(FORMAT) {
        return Err(BackupError::Newer { found: format, known: i64::from(FORMAT) });
    }
    let manifest: Manifest = serde_json::from_value(value).map_err(|_| not_one())?;
    // A list is no reason to write anywhere else than into the folder.
    let tame =
        |path: &str| path.split('/').all(|part| !matches!(part, "" | "." | "..")) && !path.contains('\\');
    if !manifest.files.iter().all(|listed| tame(&listed.path))
        || !manifest.files.iter().any(|listed| listed.path == "county.db")
    {
        return Err(not_one());
    }
    Ok(manifest)
}

fn read_listed(from: &Path, expected: &Listed) -> Done<Vec<u8>> {
    let path = from.join(&expected.path);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(BackupError::Missing(expected.path.clone()));
        }
        Err(error) => return Err(file("reading", &path)(error).into()),
    };
    let found = Listed { path: expected.path.clone(), ..listed(&bytes) };
    if found == *expected { Ok(bytes) } else { Err(BackupError::Changed(expected.path.clone())) }
}

/// Copies a file and compares what came out with the list: a database of gigabytes is never held whole.
fn copy_listed(from: &Path, expected: &Listed, into: &Path) -> Done<()> {
    let (source, target) = (from.join(&expected.path), into.join(&expected.path));
    if let Some(above) = target.parent() {
        std::fs::create_dir_all(above).map_err(file("creating", above))?;
    }
    match std::fs::copy(&source, &target) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(BackupError::Missing(expected.path.clone()));
        }
        Err(error) => return Err(file("copying", &source)(error).into()),
    }
    super::protect(&target)?;
    File::open(&target).and_then(|copy| copy.sync_all()).map_err(file("writing", &target))?;
    let found = Listed { path: expected.path.clone(), ..listed_file(&target)? };
    if found == *expected { Ok(()) } else { Err(BackupError::Changed(expected.path.clone())) }
}

fn listed(bytes: &[u8]) -> Listed {
    Listed { path: String::new(), bytes: bytes.len() as u64, sha256: hex(&Sha256::digest(bytes)) }
}

fn listed_file(path: &Path) -> Done<Listed> {
    let mut opened = File::open(path).map_err(file("reading", path))?;
    let (mut hasher, mut bytes, mut piece) = (Sha256::new(), 0_u64, vec![0; 1 << 20]);
    loop {
        let read = opened.read(&mut piece).map_err(file("reading", path))?;
        if read == 0 {
            break;
        }
        bytes += read as u64;
        hasher.update(piece.get(..read).unwrap_or_default());
    }
    Ok(Listed { path: String::new(), bytes, sha256: hex(&hasher.finalize()) })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
