//! The county desk over HTTP: docs/desk-api.md. Every request passes `serve`, which decides who asks before anything
//! else; then one action answers, on the executor.
//!
//! - [`table`]: the routes; [`session`]: who asks; [`call`]: what was asked and what the account sees
//! - [`incidents`], [`steps`], [`photos`]: incidents and their life; [`patrols`], [`visits`]: what was done in the field
//! - [`areas`], [`area_facts`], [`households`], [`people`], [`unplaced`], [`review`], [`settling`]: what is known, and
//!   what two people know differently; [`duplicates`]: one person in two areas; [`workers`]: workers, phones, codes
//! - [`map`]: an area from above; [`staff`]: workers added and granted areas; [`accounts`]: accounts of the desk;
//!   [`imports`]: ledgers
//! - [`troubles`]: phones in quarantine, deletions held; [`erasing`]: by law
//! - `document`: the routes as an API document
//! - [`audit`]: who looked and acted; [`departments`]: to whom incidents are given
//!
//! Leaves to others: the pages (`ui/`), what records mean (`county`), TLS (`world`).

pub mod accounts;
pub mod area_facts;
pub mod areas;
pub mod audit;
pub mod call;
pub mod departments;
mod document;
pub mod duplicates;
pub mod erasing;
pub mod households;
pub mod imports;
pub mod incidents;
pub mod labels;
pub mod map;
pub mod passwords;
pub mod patrols;
pub mod people;
pub mod photos;
pub mod problem;
pub mod review;
pub mod session;
pub mod settling;
pub mod staff;
pub mod steps;
pub mod table;
pub mod troubles;
pub mod unplaced;
pub mod visits;
pub mod workers;

pub use document::openapi;
pub use table::{Action, Bound, PREFIX, ROUTES};

use crate::county::County;
use crate::http::routes::Who;
use crate::http::{App, blocking, with_pictures};
use axum::body::Body;
use axum::extract::{ConnectInfo, Query, RawPathParams, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, on};
use axum::{RequestExt as _, Router};
use call::{Call, Seat};
use problem::{Answer, Problem};
use serde::Serialize;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What an action answers.
enum Reply {
    Json(Vec<u8>),
    Jpeg(Vec<u8>),
    /// JSON with a cookie.
    Entered(Vec<u8>, String),
    /// Nothing, with a cookie.
    Left(String),
}

/// The desk's routes, relative to [`PREFIX`].
pub fn router(app: Arc<App>) -> Router {
    let mut router = Router::new();
    for bound in ROUTES {
        let app = app.clone();
        let path = bound.route.path.strip_prefix(PREFIX).unwrap_or(bound.route.path);
        let filter = if bound.route.method == "POST" { MethodFilter::POST } else { MethodFilter::GET };
        router = router.route(path, on(filter, move |request: Request| serve(app.clone(), bound, request)));
    }
    router
}

async fn serve(app: Arc<App>, bound: &'static Bound, request: Request) -> Response {
    let response = match answer(&app, bound, request).await {
        Ok(reply) => respond(reply),
        Err(problem) => {
            if problem.code == "disk_full" {
                app.metrics.disk_full.fetch_add(1, Ordering::Relaxed);
            }
            problem.into_response()
        }
    };
    app.metrics.count(bound.route.path, response.status().as_u16());
    response
}

async fn answer(app: &Arc<App>, bound: &'static Bound, mut request: Request) -> Answer<Reply> {
    let path = request.extract_parts::<RawPathParams>().await.map_err(|_| Problem::not_found())?;
    let path = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let query = request.extract_parts::<Query<BTreeMap<String, String>>>().await;
    let source = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let (parts, body) = request.into_parts();
    if bound.route.body_limit > table::BODY {
        // Nobody's megabytes are taken in before it is known whose they are.
        let headers = parts.headers.clone();
        blocking(app, move |county| Ok(sit_down(bound, &headers, county))).await??;
    }
    let body = axum::body::to_bytes(body, bound.route.body_limit).await.map_err(|_| match bound.action {
        Action::ReadLedger => Problem::new(413, "ledger_too_large"),
        Action::SetOutline => Problem::new(413, "geojson_too_large"),
        _ => Problem::bad("body"),
    })?;
    let call = Call {
        app: app.clone(),
        path,
        query: query.map(|Query(query)| query).map_err(|_| Problem::bad("query"))?,
        body: body.to_vec(),
        source,
    };
    let decided = move |county: &County| Ok(decide(bound, &call, &parts.headers, county));
    match bound.action {
        Action::Photo => with_pictures(app, decided).await?,
        _ => blocking(app, decided).await?,
    }
}

/// Who asks, then what is answered.
fn decide(bound: &Bound, call: &Call, headers: &HeaderMap, county: &County) -> Answer<Reply> {
    if bound.route.who == Who::Public {
        let (me, cookie) = session::login(call, county)?;
        return Ok(Reply::Entered(json(&me)?, cookie));
    }
    let seat = sit_down(bound, headers, county)?;
    act(bound.action, call, county, &seat)
}

/// The account behind a request that may take the route.
fn sit_down(bound: &Bound, headers: &HeaderMap, county: &County) -> Answer<Seat> {
    let seat = session::seat(county, headers)?;
    if bound.route.method != "GET" {
        session::check_csrf(&seat, headers)?;
    }
    Ok(seat)
}

/// Numbers in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct Counts {
    pub incidents_new: u64,
    pub incidents_open: u64,
    pub devices_odd: u64,
    pub duplicates_open: u64,
    pub review_open: u64,
}

fn act(action: Action, call: &Call, county: &County, seat: &Seat) -> Answer<Reply> {
    let bytes = match action {
        // Login has no session and was answered before.
        Action::Login => return Err(Problem::not_found()),
        Action::Logout => return Ok(Reply::Left(session::logout(county, seat)?)),
        Action::Photo => return Ok(Reply::Jpeg(photos::bytes(call, county, seat)?)),
        Action::Me => json(&session::me(county, seat)?)?,
        Action::Counts => json(&counts(county, seat)?)?,
        Action::Incidents => json(&incidents::list(call, county, seat)?)?,
        Action::Incident => json(&incidents::one(call, county, seat)?)?,
        Action::Step => json(&steps::take(call, county, seat)?)?,
        Action::Categories => json(&incidents::categories(county, seat)?)?,
        Action::Departments => json(&departments::list(county)?)?,
        Action::Patrols => json(&patrols::list(call, county, seat)?)?,
        Action::Patrol => json(&patrols::one(call, county, seat)?)?,
        Action::Visits => json(&visits::list(call, county, seat)?)?,
        Action::Areas => json(&areas::tree(county, seat)?)?,
        Action::Households => json(&households::list(call, county, seat)?)?,
        Action::Unplaced => json(&unplaced::list(call, county, seat)?)?,
        Action::Household => json(&households::one(call, county, seat)?)?,
        Action::OpenPerson => json(&people::open(call, county, seat)?)?,
        Action::Review => json(&review::list(call, county, seat)?)?,
        Action::Resolve => json(&settling::resolve(call, county, seat)?)?,
        Action::ReopenReview => json(&settling::reopen(call, county, seat)?)?,
        Action::Duplicates => json(&duplicates::list(call, county, seat)?)?,
        Action::DecideDuplicate => json(&duplicates::decide(call, county, seat)?)?,
        Action::Workers => json(&workers::list(call, county, seat)?)?,
        Action::EnrolCode => json(&workers::enrol_code(call, county, seat)?)?,
        Action::Devices => json(&workers::devices(call, county, seat)?)?,
        Action::Revoke => json(&workers::revoke(call, county, seat)?)?,
        Action::Lift => json(&troubles::lift(call, county, seat)?)?,
        Action::Deletes => json(&troubles::deletes(call, county, seat)?)?,
        Action::ToErase => json(&erasing::preview(call, county, seat)?)?,
        Action::ErasePerson => json(&erasing::person(call, county, seat)?)?,
        Action::Reinstate => json(&workers::reinstate(call, county, seat)?)?,
        Action::ReopenCode => json(&workers::reopen_code(call, county, seat)?)?,
        Action::AreaMap => json(&map::of(call, county, seat)?)?,
        Action::AddArea => json(&areas::add(call, county, seat)?)?,
        Action::Contacts => json(&area_facts::contacts(call, county, seat)?)?,
        Action::SetContacts => json(&area_facts::set_contacts(call, county, seat)?)?,
        Action::SetOutline => json(&area_facts::set_outline(call, county, seat)?)?,
        Action::RenameArea => json(&areas::rename(call, county, seat)?)?,
        Action::AddWorker => json(&staff::add(call, county, seat)?)?,
        Action::Grant => json(&staff::grant(call, county, seat)?)?,
        Action::RevokeGrant => json(&staff::revoke_grant(call, county, seat)?)?,
        Action::Accounts => json(&accounts::list(call, county, seat)?)?,
        Action::AddAccount => json(&accounts::add(call, county, seat)?)?,
        Action::NewPassword => json(&accounts::password(call, county, seat)?)?,
        Action::AccountState => json(&accounts::state(call, county, seat)?)?,
        Action::ReadLedger => json(&imports::read(call, county, seat)?)?,
        Action::Imports => json(&imports::list(call, county, seat)?)?,
        Action::Import => json(&imports::one(call, county, seat)?)?,
        Action::ImportRows => json(&imports::rows(call, county, seat)?)?,
        Action::RunImport => json(&imports::run(call, county, seat)?)?,
        Action::Audit => json(&audit::list(call, county, seat)?)?,
    };
    Ok(Reply::Json(bytes))
}

fn counts(county: &County, seat: &Seat) -> Answer<Counts> {
    let (incidents_new, incidents_open) = incidents::counts(county, &county.areas().subtree(seat.area))?;
    Ok(Counts {
        incidents_new,
        incidents_open,
        devices_odd: workers::odd_devices(county, seat)?,
        duplicates_open: duplicates::open_pairs(county, seat)?,
        review_open: review::open_fields(county, seat)?,
    })
}

fn json(what: &impl Serialize) -> Answer<Vec<u8>> {
    serde_json::to_vec(what).map_err(|_| Problem::new(500, "internal"))
}

fn respond(reply: Reply) -> Response {
    let (status, kind, body, cookie) = match reply {
        Reply::Json(bytes) => (StatusCode::OK, Some("application/json"), bytes, None),
        Reply::Jpeg(bytes) => (StatusCode::OK, Some("image/jpeg"), bytes, None),
        Reply::Entered(bytes, cookie) => (StatusCode::OK, Some("application/json"), bytes, Some(cookie)),
        Reply::Left(cookie) => (StatusCode::NO_CONTENT, None, Vec::new(), Some(cookie)),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if let Some(kind) = kind {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    // A photo may stay with the browser that was shown it; everything else is asked anew.
    let keep = if kind == Some("image/jpeg") { "private" } else { "no-store" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
        headers.insert(header::SET_COOKIE, cookie);
    }
    response
}

/// The forms, for the document.
#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(
    ProblemForm,
    session::Me,
    Counts,
    incidents::IncidentRow,
    incidents::Incident,
    incidents::Category,
    steps::StepForm,
    departments::Department,
    crate::county::erase::Erased,
    erasing::ToErase,
    erasing::EraseForm,
    patrols::PatrolRow,
    patrols::Patrol,
    visits::VisitRow,
    areas::AreaLine,
    households::HouseholdRow,
    households::Household,
    people::PersonRow,
    people::OpenForm,
    people::Opened,
    review::ReviewRow,
    settling::ResolveForm,
    settling::Resolved,
    duplicates::DuplicateRow,
    duplicates::DuplicateForm,
    workers::WorkerLine,
    workers::Code,
    workers::DeviceLine,
    audit::AuditLine,
    map::AreaMap,
    areas::AreaForm,
    area_facts::AreaContacts,
    area_facts::Outlined,
    staff::WorkerForm,
    accounts::AccountLine,
    accounts::AccountForm,
    accounts::Password,
    imports::Import,
    imports::ImportRow,
)))]
pub(crate) struct Forms;

/// What a refusal says.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "the form of problem::Problem for the document")]
pub(crate) struct ProblemForm {
    /// Stable code.
    code: String,
    /// Values for the sentence; never personal.
    params: BTreeMap<String, String>,
}
