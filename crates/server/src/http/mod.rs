//! The county over HTTP: a router that is a service and needs no socket. Work that blocks goes through an [`Executor`]:
//! inline in tests and in the simulator, on threads in production.
//!
//! - [`routes`]: the table of routes, which the router is built from; `phone`: signed requests; `public`: enrolment,
//!   health, metrics; `uploads`: tus
//! - [`answer`]: refusals and messages as responses; `limiter`: wrong codes are tried slowly; `room`: what the disk has left
//!
//! Leaves to others: TLS and sockets (`world`), the desk's own routes (`desk`), what any of it means (`county`).

pub mod answer;
mod body;
pub(crate) mod document;
mod limiter;
mod metrics;
mod phone;
mod public;
mod room;
pub mod routes;
mod uploads;

pub use limiter::Limiter;
pub use metrics::Metrics;
pub use room::Room;

use crate::commit::GroupCommit;
use crate::county::{County, CountyError, Refused, Result, WriteTx};
use crate::import::held::Imports;
use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{MethodFilter, any, get, on};
use routes::{Bound, ROUTES, Who};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, LazyLock};
use tokio::sync::oneshot;

/// Runs work that blocks, now or elsewhere.
pub trait Executor: Send + Sync {
    /// Runs it once.
    fn run(&self, work: Box<dyn FnOnce() + Send>);
}

/// Runs work on the spot.
#[derive(Debug, Clone, Copy, Default)]
pub struct Inline;

impl Executor for Inline {
    fn run(&self, work: Box<dyn FnOnce() + Send>) {
        work();
    }
}

/// Who steps the group commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stepping {
    /// Each request that writes, at once: tests.
    AtOnce,
    /// Somebody else: a thread, or the simulator.
    Elsewhere,
}

/// The certificate authority phones come to trust, in DER.
#[derive(Debug, Clone, Default)]
pub struct CaChain {
    /// The present one.
    pub current: Vec<u8>,
    /// The one that follows; empty when none is planned.
    pub next: Vec<u8>,
}

/// What all handlers share.
pub struct App {
    /// The county.
    pub county: Arc<County>,
    /// Where writing requests queue.
    pub commit: Arc<GroupCommit>,
    /// Who steps it.
    pub stepping: Stepping,
    /// Where blocking work runs.
    pub executor: Arc<dyn Executor>,
    /// Where work with pictures runs: few at a time, because each may have a whole one in memory, and apart, so that no
    /// record waits behind a picture.
    pub picture_executor: Arc<dyn Executor>,
    /// For phones that enrol.
    pub ca: CaChain,
    /// Host and port that phones reach the county under, for invitations.
    pub address: String,
    /// Built pages of the desk; none are served when absent.
    pub desk_files: Option<PathBuf>,
    /// Counts of requests.
    pub metrics: Metrics,
    /// Wrong enrolment codes.
    pub enrol_failures: Limiter,
    /// Wrong passwords of the desk.
    pub login_failures: Limiter,
    /// Ledgers read at the desk.
    pub imports: Imports,
    /// What the disk has left.
    pub room: Room,
}

impl App {
    /// For a county that is stepped by each request, with blocking work on the spot: tests.
    pub fn inline(county: Arc<County>, ca: CaChain) -> Self {
        Self {
            commit: Arc::new(GroupCommit::new(county.clone())),
            county,
            stepping: Stepping::AtOnce,
            executor: Arc::new(Inline),
            picture_executor: Arc::new(Inline),
            ca,
            address: "county.test:8443".into(),
            desk_files: None,
            metrics: Metrics::default(),
            enrol_failures: Limiter::enrolment(),
            login_failures: Limiter::login(),
            imports: Imports::default(),
            room: Room::unmeasured(),
        }
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("county", &self.county).finish_non_exhaustive()
    }
}

/// Requests that may wait for the group before more are sent away with `Retry-After`.
const LONGEST_QUEUE: usize = 2_000;

/// Runs `work` over the county on the executor.
///
/// # Errors
/// What `work` says; [`CountyError::NotCommitted`] when the executor dropped it.
pub async fn blocking<T: Send + 'static>(
    app: &App,
    work: impl FnOnce(&County) -> Result<T> + Send + 'static,
) -> Result<T> {
    run_on(&*app.executor, app, work).await
}

/// The same for work with pictures.
///
/// # Errors
/// As [`blocking`].
pub async fn with_pictures<T: Send + 'static>(
    app: &App,
    work: impl FnOnce(&County) -> Result<T> + Send + 'static,
) -> Result<T> {
    run_on(&*app.picture_executor, app, work).await
}

async fn run_on<T: Send + 'static>(
    executor: &dyn Executor,
    app: &App,
    work: impl FnOnce(&County) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (answer, answered) = oneshot::channel();
    let county = app.county.clone();
    executor.run(Box::new(move || {
        // Nobody listens any more when the connection was cut.
        let _ = answer.send(work(&county));
    }));
    answered.await.unwrap_or(Err(CountyError::NotCommitted))
}

/// Queues `work` for the group's transaction; returns after the commit.
///
/// # Errors
/// What `work` says; [`Refused::Busy`] when the queue is long; [`CountyError::NotCommitted`].
pub async fn committed<T: Send + 'static>(
    app: &App,
    work: impl FnOnce(&County, &WriteTx<'_>) -> Result<T> + Send + 'static,
) -> Result<T> {
    if app.commit.waiting() >= LONGEST_QUEUE {
        return Err(Refused::Busy { seconds: 2 }.into());
    }
    let (answer, answered) = oneshot::channel();
    let county = app.county.clone();
    app.commit.submit(
        move |tx| work(&county, tx),
        move |result| {
            let _ = answer.send(result);
        },
    );
    if app.stepping == Stepping::AtOnce {
        app.commit.step();
    }
    answered.await.unwrap_or(Err(CountyError::NotCommitted))
}

/// The whole county as a service. `desk` answers everything under `/desk/api`.
pub fn router(app: Arc<App>, desk: Router, desk_openapi: utoipa::openapi::OpenApi) -> Router {
    // Put together when somebody asks for it.
    let document = Arc::new(LazyLock::new(move || document::document(desk_openapi)));
    let mut router = Router::new();
    for bound in ROUTES {
        let app = app.clone();
        let handler = move |request: Request| serve(app.clone(), bound, request);
        router = router.route(bound.route.path, on(filter(bound.route.method), handler));
    }
    router = router.route(routes::OPENAPI, get(move || async move { axum::Json((**document).clone()) }));
    router = router.route("/", get(|| async { Redirect::temporary("/desk/") }));
    router = router.nest("/desk/api", desk.fallback(|| async { answer::json(404, "not_found") }));
    if let Some(files) = &app.desk_files {
        router = router.merge(public::desk_files(files));
    }
    router
        .fallback(any(|| async { answer::refused(&Refused::NotFound) }))
        .method_not_allowed_fallback(|| async { answer::code(405, "method_not_allowed") })
}

fn filter(method: &str) -> MethodFilter {
    match method {
        "POST" => MethodFilter::POST,
        "PATCH" => MethodFilter::PATCH,
        "HEAD" => MethodFilter::HEAD,
        "OPTIONS" => MethodFilter::OPTIONS,
        _ => MethodFilter::GET,
    }
}

/// Every request of the table passes here: who may take the route is decided before anything else.
async fn serve(app: Arc<App>, bound: &'static Bound, request: Request) -> Response {
    let answered = match bound.route.who {
        Who::Phone => phone::answer(&app, bound, request).await,
        Who::UploadToken => uploads::answer(&app, bound, request).await,
        Who::Public => public::answer(&app, bound, request).await,
        // The desk's routes are in the table for the tests; its own router answers them.
        Who::Desk => Err(Refused::NotFound.into()),
    };
    if answered.as_ref().is_err_and(CountyError::is_disk_full) {
        app.metrics.disk_full.fetch_add(1, Ordering::Relaxed);
    }
    let response = answered.unwrap_or_else(|error| answer::error(&error));
    app.metrics.count(bound.route.path, response.status().as_u16());
    response.into_response()
}
