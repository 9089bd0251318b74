//! The county's world, the one file that reaches for it: clock, randomness, files, threads, sockets, signals.
//!
//! [`open_county`] is for commands that need no server; [`serve`] runs the program until it is told to stop
//! (`serving`). The files of certificates and their keys are `certificates`'s. What listens where and what is written to
//! the terminal belongs to `cli`.

#![expect(clippy::disallowed_methods, reason = "this is the file that supplies the real ones")]

mod backup;
mod certificates;
mod error;
mod serving;

pub use backup::{BackupError, Listed, Manifest, Restored, back_up, restore};
pub use certificates::county_ca;
pub use error::ServeError;
pub use serving::{ServeConfig, serve};

use crate::blobs::Blobs;
use crate::county::{County, Settings};
use crate::storage::Storage;
use hkdf::Hkdf;
use object_store::local::LocalFileSystem;
use sha2::Sha256;
use std::fs::{File, OpenOptions, Permissions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use xunge_domain::world::{Clock, Moment, Randomness};
use zeroize::Zeroizing;

/// Where a county lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// Database, pictures, certificates.
    pub data: PathBuf,
    /// The root key, outside `data`: whoever copies the data has not copied the key.
    pub key_file: PathBuf,
}

/// The machine's clocks.
#[derive(Debug)]
pub struct RealClock {
    start: Instant,
    boot: u64,
}

impl RealClock {
    /// Starts its monotonic half now.
    pub fn new() -> Self {
        let mut boot = [0; 8];
        RealRandomness.fill(&mut boot);
        Self { start: Instant::now(), boot: u64::from_be_bytes(boot) }
    }
}

impl Default for RealClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for RealClock {
    fn now(&self) -> Moment {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Moment {
            wall_ms: i64::try_from(wall.as_millis()).unwrap_or(i64::MAX),
            mono_ms: u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX),
            boot: self.boot,
        }
    }
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy)]
pub struct RealRandomness;

impl Randomness for RealRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            // A key made without randomness would be worse than no county at all.
            tracing::error!("the operating system gives no randomness");
            std::process::abort();
        }
    }
}

fn file(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> ServeError {
    move |source| ServeError::File { what, path: path.to_owned(), source }
}

/// Opens the county of these places, making it when there is none.
///
/// # Errors
/// [`ServeError`]; nothing that exists is ever replaced.
pub fn open_county(places: &Places, settings: Settings) -> Result<County, ServeError> {
    let data = &places.data;
    std::fs::create_dir_all(data).map_err(file("creating", data))?;
    protect(data)?;
    let _one = one_at_a_time(data)?;
    let database = data.join("county.db");
    let known = database.exists();
    if let Some(leftover) = leftover(data).filter(|_| !known) {
        return Err(ServeError::DatabaseMissing { data: data.clone(), leftover });
    }
    let key = root_key(places, known)?;
    let random: Arc<dyn Randomness> = Arc::new(RealRandomness);
    let storage = Storage::open(&database, derived(&key, b"xunge county database v1"))?;
    let folder = data.join("blobs");
    std::fs::create_dir_all(&folder).map_err(file("creating", &folder))?;
    let store = LocalFileSystem::new_with_prefix(&folder)?.with_fsync(true);
    let blobs = Blobs::new(Arc::new(store), derived(&key, b"xunge county blobs v1"), random.clone());
    Ok(County::open(storage, blobs, Arc::new(RealClock::new()), random, settings)?)
}

/// What only a county that was in use leaves behind. The database is the first thing ever made in the folder, so a start
/// that broke off leaves none of these alone; nor does a key file, which may be laid ready before the first start.
fn leftover(data: &Path) -> Option<&'static str> {
    let filled = |folder: &Path| std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    let certificates = ["ca.pem", "ca.key", "server.pem", "server.key"];
    match () {
        () if certificates.iter().any(|name| data.join(name).exists()) => Some("certificates"),
        () if filled(&data.join("blobs")) => Some("pictures"),
        () if data.join("county.db-wal").exists() => Some("the log of a database"),
        () => None,
    }
}

/// Keys and certificates are made once and for good, in several files: of two commands given at the same moment the second
/// waits until the first has made them. Held until it is dropped, or its process ends.
fn one_at_a_time(data: &Path) -> Result<File, ServeError> {
    let path = data.join("making.lock");
    let held = OpenOptions::new().create(true).append(true).open(&path).map_err(file("opening", &path))?;
    held.lock().map_err(file("locking", &path))?;
    Ok(held)
}

fn derived(key: &[u8; 32], purpose: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut out = Zeroizing::new([0; 32]);
    // 32 bytes are far below what HKDF can give, so this cannot fail.
    let _ = Hkdf::<Sha256>::new(None, key).expand(purpose, out.as_mut());
    out
}

fn root_key(places: &Places, data_exists: bool) -> Result<Zeroizing<[u8; 32]>, ServeError> {
    let path = &places.key_file;
    let within = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if within(path).starts_with(within(&places.data)) {
        return Err(ServeError::KeyInsideData(path.clone()));
    }
    match File::open(path) {
        Ok(mut found) => {
            let mut text = Zeroizing::new(String::new());
            found.read_to_string(&mut text).map_err(file("reading", path))?;
            read_key(text.trim()).ok_or_else(|| ServeError::BadKeyFile(path.clone()))
        }
        Err(error) if error.kind() == ErrorKind::NotFound && data_exists => {
            Err(ServeError::KeyMissing { data: places.data.clone(), key_file: path.clone() })
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let mut key = Zeroizing::new([0; 32]);
            RealRandomness.fill(key.as_mut());
            let hex: Zeroizing<String> =
                Zeroizing::new(key.iter().map(|byte| format!("{byte:02x}")).collect());
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(file("creating", folder))?;
            }
            write_secret(path, hex.as_bytes())?;
            Ok(key)
        }
        Err(error) => Err(file("opening", path)(error)),
    }
}

fn read_key(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut key = Zeroizing::new([0; 32]);
    for (at, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(key)
}

/// Writes a file that only its owner reads, whole or not at all.
fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), ServeError> {
    let fresh = path.with_extension("new");
    let mut out = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&fresh)
        .map_err(file("writing", &fresh))?;
    out.write_all(bytes).and_then(|()| out.sync_all()).map_err(file("writing", &fresh))?;
    std::fs::rename(&fresh, path).map_err(file("writing", path))?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        keep_durable(folder)?;
    }
    Ok(())
}

/// Only the owner reads what lies there.
fn protect(path: &Path) -> Result<(), ServeError> {
    let mode = if path.is_dir() { 0o700 } else { 0o600 };
    std::fs::set_permissions(path, Permissions::from_mode(mode)).map_err(file("protecting", path))
}

/// Makes what was created, renamed or removed in a folder durable.
fn keep_durable(folder: &Path) -> Result<(), ServeError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(file("writing", folder))
}

/// Structured logs on standard error: text for people, or JSON lines. `RUST_LOG` chooses what; ids of operations and
/// devices may stand in them, people may not. A reader that has gone (`| head`, a launcher that was killed) costs the
/// lines and nothing else: the subscriber's own complaint about it would go to the same place and panic there, in the
/// middle of a request.
pub fn start_logging(json: bool) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .log_internal_errors(false);
    // A second start (two servers in one test process) keeps the first.
    let _ = if json { builder.json().try_init() } else { builder.try_init() };
}
