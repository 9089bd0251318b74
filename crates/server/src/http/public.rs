//! Routes that need no signature: enrolment, health, counts, and the desk's pages.

use super::body::whole;
use super::routes::{Action, Bound};
use super::{App, answer, blocking, committed, uploads};
use crate::county::{County, CountyError, Refused, Result, WriteTx};
use crate::storage::DeviceState;
use axum::Router;
use axum::extract::{ConnectInfo, OriginalUri, Request};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use tower::ServiceExt as _;
use tower_http::services::{ServeDir, ServeFile};
use tower_http::set_header::SetResponseHeaderLayer;
use xunge_sync::messages::{self, Redeem, Reopen};

pub(super) async fn answer(app: &App, bound: &Bound, request: Request) -> Result<Response> {
    match bound.action {
        Action::Ca => Ok(answer::bytes(200, "application/pkix-cert", app.ca.current.clone())),
        Action::Redeem => redeem(app, bound, request).await,
        Action::Reopen => reopen(app, bound, request).await,
        Action::Health => {
            blocking(app, |county| county.read(|rows| Ok(rows.head()?))).await?;
            let (status, words) = if app.room.is_low() { (507, "disk_low\n") } else { (200, "ok\n") };
            Ok(answer::bytes(status, "text/plain; charset=utf-8", words.into()))
        }
        Action::Metrics => metrics(app).await,
        Action::TusOptions => Ok(uploads::options(app)),
        _ => Err(Refused::NotFound.into()),
    }
}

async fn redeem(app: &App, bound: &Bound, request: Request) -> Result<Response> {
    let next_ca = app.ca.next.clone();
    with_code(app, bound, request, "phone enrolled", move |county, tx, asked: Redeem| {
        county.redeem(tx, &asked, &next_ca)
    })
    .await
}

async fn reopen(app: &App, bound: &Bound, request: Request) -> Result<Response> {
    with_code(app, bound, request, "phone reopened", |county, tx, asked: Reopen| county.reopen(tx, &asked))
        .await
}

/// A request that a code lets in: who failed too often waits, whichever of the codes they tried.
async fn with_code<M, A>(
    app: &App,
    bound: &Bound,
    request: Request,
    done: &'static str,
    work: impl FnOnce(&County, &WriteTx<'_>, M) -> Result<A> + Send + 'static,
) -> Result<Response>
where
    M: for<'b> minicbor::Decode<'b, ()> + Send + 'static,
    A: minicbor::Encode<()> + Send + 'static,
{
    let (parts, body) = request.into_parts();
    let source: Option<IpAddr> = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    if let Err(seconds) = app.enrol_failures.may_try(source, app.county.now_ms()) {
        let mut response = answer::code(429, "busy");
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        return Ok(response);
    }
    let body = whole(&parts.headers, body, bound.route.body_limit).await?;
    let asked: M = messages::decode(&body).map_err(|_| Refused::BadRequest("message"))?;
    match committed(app, move |county, tx| work(county, tx, asked)).await {
        Ok(answered) => {
            tracing::info!("{done}");
            Ok(answer::message(&answered))
        }
        Err(error) => {
            if let CountyError::Refused(refused) = &error {
                app.enrol_failures.failed(source);
                tracing::info!(code = refused.code(), "code refused");
            }
            Err(error)
        }
    }
}

async fn metrics(app: &App) -> Result<Response> {
    let (head, waiting, devices) =
        blocking(app, |county| county.read(|rows| Ok((rows.head()?, rows.waiting()?, rows.devices()?))))
            .await?;
    let of = |state| devices.iter().filter(|device| device.state == state).count() as u64;
    let mut gauges = vec![
        ("xunge_feed_head", "Operations applied.", head),
        ("xunge_operations_waiting", "Operations that wait for the record they refer to.", waiting),
        ("xunge_devices_active", "Phones that may call.", of(DeviceState::Active)),
        ("xunge_devices_quarantined", "Phones whose pushes are refused.", of(DeviceState::Quarantined)),
        ("xunge_commit_queue", "Requests that wait for the group commit.", app.commit.waiting() as u64),
    ];
    if let Some(free) = app.room.free() {
        gauges.push(("xunge_disk_free_bytes", "Room left on the disk of the data folder.", free));
    }
    let text = app.metrics.text(&gauges);
    Ok(answer::bytes(200, "text/plain; version=0.0.4; charset=utf-8", text.into_bytes()))
}

/// The desk's built pages under `/desk`: `/desk/` is `desk.html` of the folder, everything else a file of it.
pub(super) fn desk_files(folder: &Path) -> Router {
    let header = |name, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    let page = ServeFile::new(folder.join("desk.html"));
    let first = get(move |OriginalUri(asked): OriginalUri, request: Request| async move {
        // The page's own addresses are relative: without the slash they would point beside the folder.
        if asked.path().ends_with('/') {
            page.oneshot(request).await.map(IntoResponse::into_response)
        } else {
            Ok(Redirect::permanent("/desk/").into_response())
        }
    });
    let files = ServeDir::new(folder).append_index_html_on_directories(false);
    let inside = Router::new().route("/", first).fallback_service(files);
    Router::new()
        .nest_service("/desk", inside)
        .layer(header(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; \
             base-uri 'none'; form-action 'self'",
        ))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
}
