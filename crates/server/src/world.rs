//! The county's world, the one file that reaches for it: clock, randomness, files, threads, sockets, signals.
//!
//! [`open_county`] is for commands that need no server; [`serve`] runs the program until it is told to stop. The files
//! of certificates and their keys are `certificates`'s. What listens where and what is written to the terminal belongs to `cli`.

#![expect(clippy::disallowed_methods, reason = "this is the file that supplies the real ones")]

mod certificates;

pub use certificates::county_ca;

use crate::blobs::Blobs;
use crate::commit::GroupCommit;
use crate::county::{County, CountyError, Settings};
use crate::http::{self, App, CaChain, Executor, Limiter, Metrics, Stepping};
use crate::import::held::Imports;
use crate::storage::{Storage, StorageError};
use crate::tls::{CertificateSlot, TlsError, server_config};
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use certificates::server_certificate;
use hkdf::Hkdf;
use object_store::local::LocalFileSystem;
use sha2::Sha256;
use std::fs::{File, OpenOptions, Permissions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
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

/// What serving needs.
#[derive(Debug, Clone)]
pub struct ServeConfig {
    /// Where the county lies.
    pub places: Places,
    /// Where to listen.
    pub listen: SocketAddr,
    /// `host:port` that phones reach the county under; the listening address when absent.
    pub address: Option<String>,
    /// Further names and addresses the certificate holds for.
    pub names: Vec<String>,
    /// Folder of the desk's built pages.
    pub desk_files: Option<PathBuf>,
    /// Limits and periods.
    pub settings: Settings,
}

/// Why the program cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A file or folder.
    #[error("{what} {path}: {source}")]
    File {
        /// What was tried.
        what: &'static str,
        /// On which.
        path: PathBuf,
        /// What came of it.
        source: std::io::Error,
    },
    /// The key file does not hold a key.
    #[error("{0} does not hold a key of 32 bytes in hexadecimal")]
    BadKeyFile(PathBuf),
    /// The data is there and its key is not: a fresh key would not open it.
    #[error("there is a database in {data}, but its key file {key_file} is missing")]
    KeyMissing {
        /// The data folder.
        data: PathBuf,
        /// Where the key should be.
        key_file: PathBuf,
    },
    /// The data folder holds what only a county that was in use leaves, and no database: an empty county served in its
    /// place would look like one that lost its people.
    #[error("{data} holds {leftover} of a county, but its database county.db is missing")]
    DatabaseMissing {
        /// The data folder.
        data: PathBuf,
        /// What was found there.
        leftover: &'static str,
    },
    /// One half of the county's CA is gone. Phones trust this one CA, so no other may take its place.
    #[error("{there} is there, but {missing} is missing")]
    CaIncomplete {
        /// The file that is there.
        there: PathBuf,
        /// The file that is not.
        missing: PathBuf,
    },
    /// A sealed private key was sealed under another root key, or is damaged.
    #[error("{0} does not open with the county's key")]
    SealedKey(PathBuf),
    /// The key lies beside what it protects.
    #[error("the key file {0} must lie outside the data folder")]
    KeyInsideData(PathBuf),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The county.
    #[error(transparent)]
    County(#[from] CountyError),
    /// Certificates.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The blob store.
    #[error("blob store: {0}")]
    Blobs(#[from] object_store::Error),
    /// The listener.
    #[error("listening on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
}

impl ServeError {
    /// Stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "file",
            Self::BadKeyFile(_) => "bad_key_file",
            Self::KeyMissing { .. } => "key_missing",
            Self::DatabaseMissing { .. } => "database_missing",
            Self::CaIncomplete { .. } => "ca_incomplete",
            Self::SealedKey(_) => "sealed_key",
            Self::KeyInsideData(_) => "key_inside_data",
            Self::Storage(error) => error.code(),
            Self::County(error) => error.code(),
            Self::Tls(_) => "tls",
            Self::Blobs(_) => "blob_store",
            Self::Listen { .. } => "listen",
        }
    }
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

/// Blocking work on tokio's threads for it.
#[derive(Debug, Clone)]
struct OnThreads(tokio::runtime::Handle);

impl Executor for OnThreads {
    fn run(&self, work: Box<dyn FnOnce() + Send>) {
        self.0.spawn_blocking(work);
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
    std::fs::set_permissions(data, Permissions::from_mode(0o700)).map_err(file("protecting", data))?;
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
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(file("writing", folder))?;
    }
    Ok(())
}

/// The name before the port of `host:port` or `[v6]:port`.
fn host_of(address: &str) -> &str {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    host.trim_start_matches('[').trim_end_matches(']')
}

/// Structured logs on standard error: text for people, or JSON lines. `RUST_LOG` chooses what; ids of operations and
/// devices may stand in them, people may not.
pub fn start_logging(json: bool) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start (two servers in one test process) keeps the first.
    let _ = if json { builder.json().try_init() } else { builder.try_init() };
}

/// Runs the county until SIGTERM or SIGINT: no new connections then, running requests end, the last group is committed.
///
/// `ready` is told where the county listens once it does. `desk` makes the desk's routes and their part of the API
/// document over the shared state.
///
/// # Errors
/// [`ServeError`] when it cannot start.
pub fn serve(
    config: &ServeConfig,
    desk: impl FnOnce(&Arc<App>) -> (axum::Router, utoipa::openapi::OpenApi),
    ready: impl FnOnce(SocketAddr) + Send + 'static,
) -> Result<(), ServeError> {
    let county = Arc::new(open_county(&config.places, config.settings)?);
    let ca = county_ca(&config.places, &county)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(64)
        .build()
        .map_err(|source| ServeError::Listen { address: config.listen, source })?;
    let listener = std::net::TcpListener::bind(config.listen)
        .and_then(|listener| listener.set_nonblocking(true).map(|()| listener))
        .map_err(|source| ServeError::Listen { address: config.listen, source })?;
    let local =
        listener.local_addr().map_err(|source| ServeError::Listen { address: config.listen, source })?;
    let address = config.address.clone().unwrap_or_else(|| local.to_string());
    let mut names: Vec<&str> = vec![host_of(&address), "localhost", "127.0.0.1"];
    names.extend(config.names.iter().map(String::as_str));
    names.retain(|name| !matches!(*name, "0.0.0.0" | "::"));
    let certificate = server_certificate(&config.places, &county, &ca, &names)?;
    let tls = server_config(Arc::new(CertificateSlot::new(&certificate)?))?;
    let commit = Arc::new(GroupCommit::new(county.clone()));
    let app = Arc::new(App {
        county: county.clone(),
        commit: commit.clone(),
        stepping: Stepping::Elsewhere,
        executor: Arc::new(OnThreads(runtime.handle().clone())),
        ca: CaChain { current: ca.der().to_vec(), next: Vec::new() },
        address,
        desk_files: config.desk_files.clone(),
        metrics: Metrics::default(),
        enrol_failures: Limiter::enrolment(),
        login_failures: Limiter::login(),
        imports: Imports::default(),
    });
    let (desk_routes, desk_openapi) = desk(&app);
    let router = http::router(app, desk_routes, desk_openapi);
    let committing = std::thread::Builder::new()
        .name("group-commit".into())
        .spawn({
            let commit = commit.clone();
            move || keep_committing(&commit)
        })
        .map_err(|source| ServeError::Listen { address: config.listen, source })?;
    let served =
        runtime
            .block_on(listen(listener, RustlsConfig::from_config(tls), router, county, move || ready(local)));
    commit.close();
    if committing.join().is_err() {
        tracing::error!("the group commit thread ended early");
    }
    runtime.shutdown_timeout(Duration::from_secs(5));
    tracing::info!("stopped");
    served.map_err(|source| ServeError::Listen { address: local, source })
}

fn keep_committing(commit: &GroupCommit) {
    while commit.wait() {
        // A panic in one group must not end the county: its requests get no answer and are sent again.
        let stepped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| commit.step()));
        if stepped.is_err() {
            tracing::error!("a group of requests was dropped");
        }
    }
}

/// How long running requests may take after a stop was asked for.
const GRACE: Duration = Duration::from_secs(10);
/// How often expired uploads are looked for.
const SWEEP: Duration = Duration::from_secs(3600);

async fn listen(
    listener: std::net::TcpListener,
    tls: RustlsConfig,
    router: axum::Router,
    county: Arc<County>,
    ready: impl FnOnce() + Send + 'static,
) -> std::io::Result<()> {
    let handle = Handle::new();
    tokio::spawn(stop_on_signal(handle.clone()));
    tokio::spawn(sweep(county));
    // Without it small answers wait for the phone's delayed acknowledgement: 40 ms a request on a good link.
    let acceptor = RustlsAcceptor::new(tls).acceptor(NoDelayAcceptor::new());
    let server = axum_server::from_tcp(listener)?
        .acceptor(acceptor)
        .handle(handle.clone())
        .serve(router.into_make_service_with_connect_info::<SocketAddr>());
    tokio::spawn(async move {
        if handle.listening().await.is_some() {
            ready();
        }
    });
    server.await
}

async fn stop_on_signal(handle: Handle<SocketAddr>) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::error!("signals cannot be listened to");
        return;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
    tracing::info!("stopping");
    handle.graceful_shutdown(Some(GRACE));
}

async fn sweep(county: Arc<County>) {
    let mut ticks = tokio::time::interval(SWEEP);
    loop {
        ticks.tick().await;
        let county = county.clone();
        let swept = tokio::task::spawn_blocking(move || county.sweep_uploads()).await;
        if let Ok(Err(error)) = swept {
            tracing::warn!(code = error.code(), "expired uploads stay");
        }
    }
}
