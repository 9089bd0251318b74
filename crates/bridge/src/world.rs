//! The world of this program, the one file that reaches for it: clocks, randomness, files, threads, time-outs.

#![expect(clippy::disallowed_methods, reason = "this is the file that supplies the real ones")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use xunge_client::World;
use xunge_client::https::HttpsConnector;
use xunge_client::simulated::SimulatedDevice;
use xunge_domain::world::{Clock, Moment, Randomness};
use xunge_store::files::RealFiles;

/// The machine's clocks, and a day that can be lived faster: [`RealClock::skip`] moves both hands on.
#[derive(Debug)]
pub struct RealClock {
    start: Instant,
    boot: u64,
    skipped_ms: AtomicU64,
}

impl RealClock {
    /// Starts its monotonic half now.
    pub fn new() -> Self {
        let mut boot = [0; 8];
        RealRandomness.fill(&mut boot);
        Self { start: Instant::now(), boot: u64::from_be_bytes(boot), skipped_ms: AtomicU64::new(0) }
    }

    /// Lets so many milliseconds pass at once.
    pub fn skip(&self, ms: u64) {
        self.skipped_ms.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Default for RealClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for RealClock {
    fn now(&self) -> Moment {
        let skipped = Duration::from_millis(self.skipped_ms.load(Ordering::SeqCst));
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + skipped;
        Moment {
            wall_ms: i64::try_from(wall.as_millis()).unwrap_or(i64::MAX),
            mono_ms: u64::try_from((self.start.elapsed() + skipped).as_millis()).unwrap_or(u64::MAX),
            boot: self.boot,
        }
    }
}

/// The system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealRandomness;

impl Randomness for RealRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        // A system without randomness cannot keep a secret: better to stop than to go on with a guessable key.
        if getrandom::fill(bytes).is_err() {
            std::process::abort();
        }
    }
}

/// The world of a headless phone.
///
/// # Errors
/// When the network runtime cannot start.
pub fn world(device: Arc<SimulatedDevice>, clock: Arc<RealClock>) -> std::io::Result<World> {
    Ok(World {
        clock,
        random: Arc::new(RealRandomness),
        files: Arc::new(RealFiles),
        device,
        connector: Arc::new(HttpsConnector::new()?),
    })
}

/// The platform key of a headless phone: a 0600 file beside its data, as a development machine has no key store.
///
/// # Errors
/// Those of the disk.
pub fn platform_key(dir: &Path) -> std::io::Result<[u8; 32]> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    std::fs::create_dir_all(dir)?;
    let path = dir.join("platform-key");
    if let Ok(bytes) = std::fs::read(&path)
        && let Ok(key) = <[u8; 32]>::try_from(bytes.as_slice())
    {
        return Ok(key);
    }
    let mut key = [0; 32];
    RealRandomness.fill(&mut key);
    let mut file =
        std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
    file.write_all(&key)?;
    file.sync_all()?;
    Ok(key)
}

/// Starts a thread.
pub fn thread(name: &str, body: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(body)
}

/// Runs blocking work beside the async carrier.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}

/// Waits.
pub fn pause(ms: u64) {
    std::thread::sleep(Duration::from_millis(ms));
}

/// A stopwatch.
#[derive(Debug, Clone, Copy)]
pub struct Watch(Instant);

impl Watch {
    /// Starts now.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Seconds since the start.
    pub fn seconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// A file of the outside.
///
/// # Errors
/// Those of the disk.
pub fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    std::fs::read(path)
}

/// Writes a report.
///
/// # Errors
/// Those of the disk.
pub fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir)?;
    }
    std::fs::write(path, bytes)
}

/// The files of a folder whose names end in one of `ends` (lower case), sorted.
///
/// # Errors
/// Those of the disk.
pub fn files(dir: &Path, ends: &[&str]) -> std::io::Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(dir)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| {
            let name = path.to_string_lossy().to_lowercase();
            ends.iter().any(|end| name.ends_with(end))
        })
        .collect();
    found.sort();
    Ok(found)
}

/// Makes a folder, or empties it.
///
/// # Errors
/// Those of the disk.
pub fn fresh_folder(dir: &Path) -> std::io::Result<()> {
    if dir.exists() {
        std::fs::remove_dir_all(dir)?;
    }
    std::fs::create_dir_all(dir)
}
