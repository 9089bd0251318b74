//! Responses: messages, refusals, and what broke. What broke says nothing but `internal`, or `disk_full` where somebody
//! can do something about it; the log has the rest.

use crate::county::{CountyError, Refused};
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use minicbor::Encode;
use xunge_sync::messages::{self, CONTENT_TYPE, Refusal};

/// Seconds after which a phone asks again whether there is room.
const ROOM_AGAIN: u32 = 60;

/// A response of these bytes. Nothing of the county is to be kept by a cache on the way.
pub fn bytes(status: u16, content_type: &'static str, bytes: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A message.
pub fn message<T: Encode<()>>(message: &T) -> Response {
    bytes(200, CONTENT_TYPE, messages::encode(message))
}

/// An empty response.
pub fn empty(status: u16) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A refusal that is only a code.
pub fn code(status: u16, code: &str) -> Response {
    let refusal = Refusal { code: code.to_owned(), next: None, epoch: None };
    bytes(status, CONTENT_TYPE, messages::encode(&refusal))
}

/// A refusal in the desk's shape.
pub fn json(status: u16, code: &str) -> Response {
    let body = serde_json::json!({ "code": code, "params": {} });
    bytes(status, "application/json", body.to_string().into_bytes())
}

/// HTTP status of a refusal.
pub const fn status(refused: &Refused) -> u16 {
    match refused {
        Refused::BadSignature
        | Refused::Revoked
        | Refused::NonceStale { .. }
        | Refused::NonceTooFar { .. } => 401,
        Refused::NotFound | Refused::BadCode => 404,
        Refused::BadRequest(_) => 400,
        Refused::TooLarge => 413,
        Refused::Gap { .. }
        | Refused::Quarantined
        | Refused::WrongEpoch { .. }
        | Refused::CodeUsed
        | Refused::WrongPhone
        | Refused::WorkerWithoutArea
        | Refused::ChangedMeanwhile
        | Refused::OffsetMismatch { .. } => 409,
        Refused::CodeExpired => 410,
        Refused::HashMismatch => 460,
        Refused::Picture(_) | Refused::CareNotRegistered => 422,
        Refused::Busy { .. } => 503,
    }
}

/// A refusal as a response.
pub fn refused(refused: &Refused) -> Response {
    let next = match refused {
        Refused::Gap { next } | Refused::NonceStale { next } | Refused::NonceTooFar { next } => Some(*next),
        Refused::OffsetMismatch { offset } => Some(*offset),
        _ => None,
    };
    let epoch = match refused {
        Refused::WrongEpoch { epoch } => Some(epoch.to_vec().into()),
        _ => None,
    };
    let refusal = Refusal { code: refused.code().to_owned(), next, epoch };
    let mut response = bytes(status(refused), CONTENT_TYPE, messages::encode(&refusal));
    if let Refused::Busy { seconds } = refused {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
    }
    response
}

/// An error as a response.
pub fn error(error: &CountyError) -> Response {
    match error {
        CountyError::Refused(refused) => self::refused(refused),
        full if full.is_disk_full() => {
            tracing::error!("the disk is full");
            let mut response = code(507, "disk_full");
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(ROOM_AGAIN));
            response
        }
        broken => {
            // Codes only: the text of an error below may quote what it stumbled over.
            tracing::error!(code = broken.code(), "request failed");
            let mut response = code(500, "internal");
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(30));
            response
        }
    }
}
