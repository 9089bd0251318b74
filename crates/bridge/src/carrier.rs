//! The command table over loopback HTTP: `POST /call/{name}`, `GET /photo/{id}`, and the built screens at `/`.
//!
//! Bound to 127.0.0.1 and guarded by a token of 128 random bits in the page's URL. The shell of the app never contains
//! this.

use crate::link::Link;
use crate::world;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use tower_http::services::ServeDir;
use xunge_client::Client;
use xunge_client::commands::dispatch;
use xunge_client::views::CallError;

/// What the carrier needs.
pub struct Carrier {
    /// The phone.
    pub client: Arc<Client>,
    /// The token every call must bear.
    pub token: String,
    /// Folder of the built screens.
    pub pages: PathBuf,
    /// The phone's way to the county, where it can be cut: `POST /link/down`, `POST /link/up`.
    pub link: Option<Arc<Link>>,
}

/// The router.
pub fn router(carrier: Carrier) -> Router {
    let pages = ServeDir::new(&carrier.pages);
    Router::new()
        .route("/call/{name}", post(call))
        .route("/photo/{id}", get(photo))
        .route("/link/{way}", post(link))
        .with_state(Arc::new(carrier))
        .fallback_service(pages)
        .layer(axum::extract::DefaultBodyLimit::max(64 * 1024 * 1024))
}

fn refused(status: StatusCode, code: &str) -> Response {
    let error = CallError { code: code.to_owned(), params: Default::default(), retry: false };
    (status, Json(error)).into_response()
}

fn bears(headers: &HeaderMap, token: &str) -> bool {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    bearer.and_then(|value| value.strip_prefix("Bearer ")) == Some(token)
}

async fn link(State(carrier): State<Arc<Carrier>>, Path(way): Path<String>, headers: HeaderMap) -> Response {
    if !bears(&headers, &carrier.token) {
        return refused(StatusCode::UNAUTHORIZED, "bad_token");
    }
    match (carrier.link.as_deref(), way.as_str()) {
        (Some(link), "down") => link.down(),
        (Some(link), "up") => link.up(),
        _ => return refused(StatusCode::NOT_FOUND, "not_found"),
    }
    Json(serde_json::Value::Null).into_response()
}

async fn call(
    State(carrier): State<Arc<Carrier>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !bears(&headers, &carrier.token) {
        return refused(StatusCode::UNAUTHORIZED, "bad_token");
    }
    let args = if body.is_empty() { Ok(serde_json::Value::Null) } else { serde_json::from_slice(&body) };
    let Ok(args) = args else { return refused(StatusCode::BAD_REQUEST, "bad_arguments") };
    let answer = world::blocking(move || dispatch(&carrier.client, &name, args)).await;
    match answer {
        Some(Ok(value)) => Json(value).into_response(),
        Some(Err(error)) => (StatusCode::UNPROCESSABLE_ENTITY, Json(error)).into_response(),
        None => refused(StatusCode::INTERNAL_SERVER_ERROR, "internal"),
    }
}

async fn photo(
    State(carrier): State<Arc<Carrier>>,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    if query.get("token") != Some(&carrier.token) {
        return refused(StatusCode::UNAUTHORIZED, "bad_token");
    }
    let thumbnail = query.contains_key("thumbnail");
    let bytes = world::blocking(move || {
        let open = carrier.client.opened().ok()?;
        open.photo_bytes(&id, thumbnail).ok()
    })
    .await
    .flatten();
    match bytes {
        Some(bytes) => ([(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "no-store")], bytes)
            .into_response(),
        None => refused(StatusCode::NOT_FOUND, "not_found"),
    }
}
