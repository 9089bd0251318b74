//! Reading bodies: never more than the route allows, whatever the sender states or sends.

use crate::county::{Refused, Result};
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

/// The whole body.
pub(super) async fn whole(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes> {
    let stated =
        headers.get(header::CONTENT_LENGTH).and_then(|stated| stated.to_str().ok()?.parse::<u64>().ok());
    if stated.is_some_and(|stated| stated > limit as u64) {
        return Err(Refused::TooLarge.into());
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Refused::TooLarge.into()),
        Err(_) => Err(Refused::BadRequest("body").into()),
    }
}
