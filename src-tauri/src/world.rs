//! The one file of the shell that reaches for the world: clock, randomness, files, threads, and where data lies.
//! Leaves what is done with them to `xunge_client`.
#![allow(clippy::disallowed_methods)] // the real ones are supplied here and nowhere else

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tauri::{AppHandle, Manager, Runtime};
use xunge_client::https::HttpsConnector;
use xunge_client::ports::Device;
use xunge_client::{Client, World};
use xunge_domain::world::{Clock, Moment, Randomness};
use xunge_store::files::{Files, RealFiles};
use xunge_store::keys::PinCost;

use crate::carrier::{CallError, Line, error};
use crate::phone::{Phone, sync_turn};

/// Opens the phone of this process and keeps it in step with its county from now on.
pub fn open<R: Runtime>(app: &AppHandle<R>) -> Line {
    match open_client(app) {
        Ok(client) => {
            let client = Arc::new(client);
            keep_in_step(client.clone());
            Line::open(Phone(client))
        }
        Err(reason) => Line::dead(reason),
    }
}

fn open_client<R: Runtime>(app: &AppHandle<R>) -> Result<Client, CallError> {
    let home = home(app)?;
    make_private(&home).map_err(|_| error("file_error", true))?;
    let files: Arc<dyn Files> = Arc::new(RealFiles);
    let random: Arc<dyn Randomness> = Arc::new(SystemRandomness);
    let device = device(app, files.clone(), random.clone(), &home)?;
    let connector = Arc::new(HttpsConnector::new().map_err(|_| error("internal", true))?);
    let clock = Arc::new(SystemClock::start(random.as_ref()));
    let world = World { clock, random, files, device, connector };
    Ok(Client::new(world, &home.join("phone"), PinCost::OWASP))
}

/// The app's private folder. `XUNGE_HOME` names another one in development, so that several phones run side by side.
fn home<R: Runtime>(app: &AppHandle<R>) -> Result<PathBuf, CallError> {
    if cfg!(all(debug_assertions, desktop))
        && let Some(home) = std::env::var_os("XUNGE_HOME")
    {
        return Ok(PathBuf::from(home));
    }
    let folder = app.path().app_local_data_dir().map_err(|_| error("file_error", false))?;
    // Android's `filesDir`, where the Kotlin half keeps the recorder's files, lies in the folder that Tauri names.
    Ok(if cfg!(mobile) { folder.join("files") } else { folder })
}

/// A folder that only this user can enter.
fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}

#[cfg(mobile)]
fn device<R: Runtime>(
    app: &AppHandle<R>,
    files: Arc<dyn Files>,
    random: Arc<dyn Randomness>,
    home: &Path,
) -> Result<Arc<dyn Device>, CallError> {
    Ok(Arc::new(crate::hardware::Phone::new(app.clone(), files, random, home)))
}

/// How exactly the simulated phone knows where it stands.
#[cfg(desktop)]
const STANDING_WITHIN_DM: u32 = 80;

/// The desktop's simulated hardware: its camera gives the pictures of the folder `XUNGE_CAMERA` in turn, its recorder
/// plays the GPX file `XUNGE_WALK`, one point a second.
#[cfg(desktop)]
fn device<R: Runtime>(
    _app: &AppHandle<R>,
    files: Arc<dyn Files>,
    random: Arc<dyn Randomness>,
    home: &Path,
) -> Result<Arc<dyn Device>, CallError> {
    use xunge_client::simulated::SimulatedDevice;

    let key = crate::hardware::PlatformKey::new(files.clone(), home.join("platform.key"));
    let key = key.get(&crate::hardware::Unwrapped, random.as_ref()).map_err(|_| error("key_store", false))?;
    let device = Arc::new(SimulatedDevice::new(*key));
    if let Some(folder) = std::env::var_os("XUNGE_CAMERA") {
        let mut pictures = files.list(Path::new(&folder)).unwrap_or_default();
        pictures.sort();
        device.load_photos(pictures.iter().filter_map(|picture| files.read(picture).ok()).collect());
    }
    if let Some(file) = std::env::var_os("XUNGE_WALK")
        && let Ok(bytes) = files.read(Path::new(&file))
        && let Ok(walk) = xunge_domain::track::gpx::read_gpx(&bytes, &Default::default())
    {
        // Whoever is about to walk stands where the walk begins.
        if let Some(first) = walk.track.segments.iter().flatten().next() {
            device.stand_at(first.at, STANDING_WITHIN_DM);
        }
        device.load_track(walk.track);
        let walker = device.clone();
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(Duration::from_secs(1));
                walker.walk(1, Some(wall_ms()));
            }
        });
    }
    Ok(device)
}

#[cfg(desktop)]
fn wall_ms() -> i64 {
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(wall.as_millis()).unwrap_or(i64::MAX)
}

/// The sync loop on a thread of its own, for as long as the process lives.
fn keep_in_step(client: Arc<Client>) {
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_millis(sync_turn(&client)));
        }
    });
}

/// Wall clock, and a monotonic clock that starts with the process: each start is a `boot` of its own.
struct SystemClock {
    started: Instant,
    boot: u64,
}

impl SystemClock {
    fn start(random: &dyn Randomness) -> Self {
        let mut boot = [0; 8];
        random.fill(&mut boot);
        Self { started: Instant::now(), boot: u64::from_le_bytes(boot) }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        let wall_ms = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
        };
        let mono_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Moment { wall_ms, mono_ms, boot: self.boot }
    }
}

/// The operating system's randomness.
struct SystemRandomness;

impl Randomness for SystemRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            // A key made without randomness would be worse than no app at all.
            std::process::abort();
        }
    }
}

/// Runs `work`, which may block on the disk, away from the window's thread.
///
/// # Errors
/// `internal` when `work` panicked: the transaction it was in is rolled back by SQLite.
pub async fn off_the_window<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CallError> + Send + 'static,
) -> Result<T, CallError> {
    tauri::async_runtime::spawn_blocking(work).await.unwrap_or_else(|_| Err(error("internal", true)))
}

/// Runs `work`, which may block on the disk and sends its own answer, away from the window's thread.
pub fn answer_later(work: impl FnOnce() + Send + 'static) {
    // Nobody waits for the task: it reports by itself.
    drop(tauri::async_runtime::spawn_blocking(work));
}
