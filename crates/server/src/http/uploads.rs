//! tus 1.0.0 (tus.io/protocols/resumable-upload): HEAD, PATCH, OPTIONS and expiration on a URL that a signed request
//! made. Bytes that arrive are kept even when the connection breaks in the middle of a PATCH.

use super::routes::{Action, Bound};
use super::{App, answer, with_pictures};
use crate::county::pictures::{Begun, Standing};
use crate::county::{CountyError, Refused, Result};
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use http_body_util::BodyExt as _;
use std::sync::atomic::Ordering;
use xunge_sync::messages::Receipts;

const VERSION: &str = "1.0.0";
const RESUMABLE: &str = "tus-resumable";
const OFFSET: &str = "upload-offset";
const LENGTH: &str = "upload-length";
const EXPIRES: &str = "upload-expires";
/// Bytes after which what arrived is made durable: what a killed county loses of an upload, and what one connection may
/// hold in memory.
const DURABLE_EVERY: usize = 256 * 1024;

pub(super) async fn answer(app: &App, bound: &Bound, request: Request) -> Result<Response> {
    let (parts, body) = request.into_parts();
    if parts.headers.get(RESUMABLE).is_none_or(|version| version != VERSION) {
        let mut response = answer::code(412, "tus_version");
        response.headers_mut().insert("tus-version", HeaderValue::from_static(VERSION));
        return Ok(response);
    }
    let token = parts.uri.path().rsplit('/').next().unwrap_or_default().to_owned();
    let answered = match bound.action {
        Action::TusHead => {
            let standing = with_pictures(app, move |county| county.upload(&token)).await?;
            Ok(standing_response(200, &standing))
        }
        Action::TusPatch => patch(app, &token, &parts.headers, body, bound.route.body_limit).await,
        _ => Err(Refused::NotFound.into()),
    };
    answered.or_else(|error| match error {
        // tus clients read the offset from the header.
        CountyError::Refused(refused @ (Refused::OffsetMismatch { .. } | Refused::HashMismatch)) => {
            let mut response = answer::refused(&refused);
            let offset = if let Refused::OffsetMismatch { offset } = refused { offset } else { 0 };
            response.headers_mut().insert(OFFSET, HeaderValue::from(offset));
            response.headers_mut().insert(RESUMABLE, HeaderValue::from_static(VERSION));
            Ok(response)
        }
        other => Err(other),
    })
}

async fn patch(
    app: &App,
    token: &str,
    headers: &HeaderMap,
    mut body: Body,
    limit: usize,
) -> Result<Response> {
    if headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != "application/offset+octet-stream") {
        return Ok(answer::code(415, "content_type"));
    }
    let number =
        |name| headers.get(name).and_then(|text: &HeaderValue| text.to_str().ok()?.parse::<u64>().ok());
    let mut offset = number(OFFSET).ok_or(Refused::BadRequest("upload-offset"))?;
    let asked = token.to_owned();
    let standing = with_pictures(app, move |county| county.upload(&asked)).await?;
    if standing.offset != offset {
        return Err(Refused::OffsetMismatch { offset: standing.offset }.into());
    }
    let left = standing.length.saturating_sub(offset);
    let most = left.min(limit as u64);
    if number(header::CONTENT_LENGTH.as_str()).is_some_and(|stated| stated > most) {
        return Err(Refused::TooLarge.into());
    }
    let mut body_under_way = BodyUnderWay { app, ended: false };
    let mut piece = Vec::new();
    let mut received = 0_u64;
    let mut broken = false;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            broken = true;
            break;
        };
        let Ok(data) = frame.into_data() else { continue };
        received += data.len() as u64;
        if received > most {
            return Err(Refused::TooLarge.into());
        }
        piece.extend_from_slice(&data);
        if piece.len() >= DURABLE_EVERY && received < left {
            offset = add(app, token, offset, std::mem::take(&mut piece)).await?;
        }
    }
    offset = add(app, token, offset, piece).await?;
    if broken {
        return Err(Refused::BadRequest("body").into());
    }
    body_under_way.ended = true;
    if offset == standing.length {
        app.metrics.pictures.fetch_add(1, Ordering::Relaxed);
    }
    let mut response = standing_response(204, &Standing { offset, ..standing });
    response.headers_mut().remove(LENGTH);
    Ok(response)
}

/// Counts a body that came to no end, also when the connection goes and with it whoever was reading.
struct BodyUnderWay<'a> {
    app: &'a App,
    ended: bool,
}

impl Drop for BodyUnderWay<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.app.metrics.uploads_broken.fetch_add(1, Ordering::Relaxed);
        }
    }
}

async fn add(app: &App, token: &str, offset: u64, piece: Vec<u8>) -> Result<u64> {
    let bytes = piece.len() as u64;
    let token = token.to_owned();
    let offset = with_pictures(app, move |county| county.continue_upload(&token, offset, &piece)).await?;
    app.metrics.picture_bytes.fetch_add(bytes, Ordering::Relaxed);
    Ok(offset)
}

fn standing_response(status: u16, standing: &Standing) -> Response {
    let mut response = answer::empty(status);
    let headers = response.headers_mut();
    headers.insert(RESUMABLE, HeaderValue::from_static(VERSION));
    headers.insert(OFFSET, HeaderValue::from(standing.offset));
    headers.insert(LENGTH, HeaderValue::from(standing.length));
    if let Some(expires) = date(standing.expires_ms) {
        headers.insert(EXPIRES, expires);
    }
    response
}

/// The answer to a signed request that begins an upload.
pub(super) fn begun(begun: &Begun) -> Response {
    match begun {
        Begun::Held(receipt) => answer::message(&Receipts { held: vec![receipt.clone()] }),
        Begun::Open { token, offset, expires_ms } => {
            let mut response = answer::empty(201);
            let headers = response.headers_mut();
            headers.insert(RESUMABLE, HeaderValue::from_static(VERSION));
            headers.insert(OFFSET, HeaderValue::from(*offset));
            if let Ok(location) = HeaderValue::from_str(&format!("/uploads/{token}")) {
                headers.insert(header::LOCATION, location);
            }
            if let Some(expires) = date(*expires_ms) {
                headers.insert(EXPIRES, expires);
            }
            response
        }
    }
}

pub(super) fn options(app: &App) -> Response {
    let mut response = answer::empty(204);
    let headers = response.headers_mut();
    headers.insert(RESUMABLE, HeaderValue::from_static(VERSION));
    headers.insert("tus-version", HeaderValue::from_static(VERSION));
    headers.insert("tus-extension", HeaderValue::from_static("expiration"));
    headers.insert("tus-max-size", HeaderValue::from(app.county.settings().photo_limits.max_stored_bytes));
    response
}

/// HTTP date (RFC 9110 §5.6.7).
fn date(ms: i64) -> Option<HeaderValue> {
    let at = chrono::DateTime::from_timestamp_millis(ms)?;
    HeaderValue::from_str(&at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()).ok()
}
