//! The running county: listener, TLS, the thread that steps the group commit, and the orderly stop.
//!
//! What is served belongs to `http` and `desk`; where the county lies, to the module above.

use super::certificates::server_certificate;
use super::{Places, ServeError, county_ca, open_county};
use crate::commit::GroupCommit;
use crate::county::{County, Settings};
use crate::http::{self, App, CaChain, Executor, Limiter, Metrics, Room, Stepping};
use crate::import::held::Imports;
use crate::tls::{CertificateSlot, server_config};
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use http_body::{Body as HttpBody, Frame, SizeHint};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::Notify;

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
    /// Whether to stop, as for SIGTERM, when standard input ends: whoever started this holds its other end, and goes
    /// without a goodbye when it is killed.
    pub stop_with_input: bool,
    /// Bytes of room below which `/healthz` says that the disk is low.
    pub low_bytes: u64,
}

/// Blocking work on tokio's threads for it.
#[derive(Debug, Clone)]
struct OnThreads(tokio::runtime::Handle);

impl Executor for OnThreads {
    fn run(&self, work: Box<dyn FnOnce() + Send>) {
        self.0.spawn_blocking(work);
    }
}

/// A few threads for pictures, and not tokio's: the store of pictures hands its file work to the threads of the runtime it
/// finds itself in and waits for it, so that as many uploads as there are threads would wait for each other for ever.
struct PictureThreads(mpsc::Sender<Box<dyn FnOnce() + Send>>);

impl PictureThreads {
    fn start() -> std::io::Result<Self> {
        let (sender, receiver) = mpsc::channel::<Box<dyn FnOnce() + Send>>();
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..PICTURES_AT_ONCE {
            let receiver = receiver.clone();
            std::thread::Builder::new().name("pictures".into()).spawn(move || {
                loop {
                    let work = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(work) = work else { return };
                    // A panic ends its request without an answer, and nobody else's.
                    let worked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
                    if worked.is_err() {
                        tracing::error!("work with a picture was dropped");
                    }
                }
            })?;
        }
        Ok(Self(sender))
    }
}

impl Executor for PictureThreads {
    fn run(&self, work: Box<dyn FnOnce() + Send>) {
        // The threads live as long as this does.
        let _ = self.0.send(work);
    }
}

/// The name before the port of `host:port` or `[v6]:port`.
fn host_of(address: &str) -> &str {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    host.trim_start_matches('[').trim_end_matches(']')
}

/// Runs the county until SIGTERM or SIGINT, or until its standard input ends when that was asked for: no new connections
/// then, running requests end, the last group is committed.
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
    let pictures =
        PictureThreads::start().map_err(|source| ServeError::Listen { address: config.listen, source })?;
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
        picture_executor: Arc::new(pictures),
        ca: CaChain { current: ca.der().to_vec(), next: Vec::new() },
        address,
        desk_files: config.desk_files.clone(),
        metrics: Metrics::default(),
        enrol_failures: Limiter::enrolment(),
        login_failures: Limiter::login(),
        imports: Imports::default(),
        room: room(&config.places, config.low_bytes),
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
    let input_ended = Arc::new(Notify::new());
    if config.stop_with_input {
        let ended = input_ended.clone();
        std::thread::Builder::new()
            .name("input".into())
            .spawn(move || {
                // What it says does not matter, nor how it ends.
                let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
                ended.notify_one();
            })
            .map_err(|source| ServeError::Listen { address: config.listen, source })?;
    }
    let served = runtime.block_on(listen(
        listener,
        RustlsConfig::from_config(tls),
        router,
        county,
        input_ended,
        move || ready(local),
    ));
    commit.close();
    if committing.join().is_err() {
        tracing::error!("the group commit thread ended early");
    }
    runtime.shutdown_timeout(Duration::from_secs(5));
    tracing::info!("stopped");
    served.map_err(|source| ServeError::Listen { address: local, source })
}

/// What is left of the disk that the data lies on.
fn room(places: &Places, low_bytes: u64) -> Room {
    let data = places.data.clone();
    Room::new(move || fs4::available_space(&data).ok(), low_bytes)
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

/// Threads that work with pictures. The largest takes some twenty megabytes while it is looked at, and the allocator keeps
/// about as much for each thread afterwards: sixty-four threads would hold a gigabyte for nothing.
const PICTURES_AT_ONCE: usize = 4;
/// How long running requests may take after a stop was asked for.
const GRACE: Duration = Duration::from_secs(10);
/// How long the last bytes of an answer may take to leave once its body was handed over.
const LAST_BYTES: Duration = Duration::from_millis(300);
/// How often what is over is collected, and traces of what was erased.
const SWEEP: Duration = Duration::from_secs(3600);

async fn listen(
    listener: std::net::TcpListener,
    tls: RustlsConfig,
    router: axum::Router,
    county: Arc<County>,
    input_ended: Arc<Notify>,
    ready: impl FnOnce() + Send + 'static,
) -> std::io::Result<()> {
    let handle = Handle::new();
    let busy = Busy::default();
    tokio::spawn(stop_when_told(handle.clone(), busy.clone(), input_ended));
    tokio::spawn(sweep(county));
    // Without it small answers wait for the phone's delayed acknowledgement: 40 ms a request on a good link.
    let acceptor = RustlsAcceptor::new(tls).acceptor(NoDelayAcceptor::new());
    let server = axum_server::from_tcp(listener)?
        .acceptor(acceptor)
        .handle(handle.clone())
        .serve(busy.counting(router).into_make_service_with_connect_info::<SocketAddr>());
    tokio::spawn(async move {
        if handle.listening().await.is_some() {
            ready();
        }
    });
    server.await
}

async fn stop_when_told(handle: Handle<SocketAddr>, busy: Busy, input_ended: Arc<Notify>) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::error!("signals cannot be listened to");
        return;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
        () = input_ended.notified() => {}
    }
    // Before anything is said about it: nothing that goes wrong with the log may swallow the order.
    handle.graceful_shutdown(Some(GRACE));
    tracing::info!("stopping");
    // A phone that holds its connection open and sleeps does not answer a farewell: once no request is under way there is
    // nothing to wait for.
    busy.idle().await;
    tokio::time::sleep(LAST_BYTES).await;
    handle.shutdown();
}

/// Requests under way, from their head to the last of their answer's body.
#[derive(Clone, Default)]
struct Busy {
    many: Arc<AtomicUsize>,
    fewer: Arc<Notify>,
}

/// One of them.
struct UnderWay(Busy);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.many.fetch_sub(1, Ordering::SeqCst);
        self.0.fewer.notify_one();
    }
}

/// The body of an answer: its request is under way until this is written or given up.
struct Counted {
    body: Body,
    _under_way: UnderWay,
}

impl HttpBody for Counted {
    type Data = axum::body::Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Busy {
    fn counting(&self, router: axum::Router) -> axum::Router {
        let busy = self.clone();
        router.layer(middleware::from_fn(move |request: Request, next: Next| {
            let busy = busy.clone();
            async move {
                busy.many.fetch_add(1, Ordering::SeqCst);
                let under_way = UnderWay(busy);
                next.run(request).await.map(|body| Body::new(Counted { body, _under_way: under_way }))
            }
        }))
    }

    async fn idle(&self) {
        while self.many.load(Ordering::SeqCst) > 0 {
            self.fewer.notified().await;
        }
    }
}

async fn sweep(county: Arc<County>) {
    let mut ticks = tokio::time::interval(SWEEP);
    loop {
        ticks.tick().await;
        let county = county.clone();
        let swept = tokio::task::spawn_blocking(move || (county.collect(), county.scrub())).await;
        if let Ok((collected, scrubbed)) = swept {
            if let Err(error) = collected {
                tracing::warn!(code = error.code(), "what is over stays");
            }
            if let Err(error) = scrubbed {
                tracing::warn!(code = error.code(), "traces of what was erased have still to go");
            }
        }
    }
}
