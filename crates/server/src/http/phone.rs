//! Signed requests. The order: signature over the head (a stranger is refused before their body is read), body against
//! its digest, whether the phone may call, the request counter, and only then what was asked.

use super::body::whole;
use super::routes::{Action, Bound};
use super::{App, answer, blocking, committed, uploads, with_pictures};
use crate::county::{Caller, County, Refused, Result};
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::response::Response;
use minicbor::Decode;
use std::sync::atomic::Ordering;
use xunge_domain::operation::Hash;
use xunge_sync::auth::http_signature::{AuthError, ReceivedHeaders, RequestParts, VerifiedHead, verify_head};
use xunge_sync::messages::{
    self, Hello, OutcomesWanted, OwnWanted, Pull, Push, ReceiptsWanted, SnapshotPage,
};

pub(super) async fn answer(app: &App, bound: &Bound, request: Request) -> Result<Response> {
    let (parts, body) = request.into_parts();
    let (head, parts) = blocking(app, move |county| Ok((verified(county, &parts)?, parts))).await?;
    let body = whole(&parts.headers, body, bound.route.body_limit).await?;
    match bound.action {
        Action::Push => push(app, head, body).await,
        Action::Hello => hello(app, head, body).await,
        Action::BeginUpload => {
            let begun = with_pictures(app, move |county| {
                let caller = let_in(county, head, &body)?;
                county.begin_upload(&caller, &decode(&body)?)
            });
            Ok(uploads::begun(&begun.await?))
        }
        Action::Photo => {
            with_pictures(app, move |county| read(county, Action::Photo, head, &body, parts.uri.path())).await
        }
        action => {
            let differed = action == Action::Snapshot
                && messages::decode::<SnapshotPage>(&body).is_ok_and(|page| page.differed == Some(true));
            let answer =
                blocking(app, move |county| read(county, action, head, &body, parts.uri.path())).await?;
            if differed {
                app.metrics.rebuilds.fetch_add(1, Ordering::Relaxed);
                tracing::warn!("a phone differs from the county and reads everything anew");
            }
            Ok(answer)
        }
    }
}

fn verified(county: &County, parts: &Parts) -> Result<VerifiedHead> {
    let lines = parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let request = RequestParts {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query: parts.uri.query(),
        body: &[],
    };
    let mut broken = None;
    let head = ReceivedHeaders::collect(lines).and_then(|received| {
        verify_head(&request, received, |device| {
            county.device_key(device).unwrap_or_else(|error| {
                broken = Some(error);
                None
            })
        })
    });
    match broken {
        Some(error) => Err(error),
        None => head.map_err(unsigned),
    }
}

fn unsigned(error: AuthError) -> crate::county::CountyError {
    tracing::info!(code = error.code(), "request not signed");
    Refused::BadSignature.into()
}

fn let_in(county: &County, head: VerifiedHead, body: &[u8]) -> Result<Caller> {
    county.let_in(head.body(body).map_err(unsigned)?)
}

fn decode<'b, T: Decode<'b, ()>>(body: &'b [u8]) -> Result<T> {
    messages::decode(body).map_err(|_| Refused::BadRequest("message").into())
}

async fn hello(app: &App, head: VerifiedHead, body: Bytes) -> Result<Response> {
    let (caller, hello) = blocking(app, move |county| {
        let caller = let_in(county, head, &body)?;
        let hello = decode::<Hello>(&body)?;
        county.notice_restore(&hello)?;
        Ok((caller, hello))
    })
    .await?;
    let welcome = committed(app, move |county, tx| county.hello(tx, &caller, &hello)).await?;
    Ok(answer::message(&welcome))
}

async fn push(app: &App, head: VerifiedHead, body: Bytes) -> Result<Response> {
    let prepared = blocking(app, move |county| {
        let caller = let_in(county, head, &body)?;
        county.prepare_push(caller, decode::<Push>(&body)?)
    })
    .await?;
    let device = prepared.device();
    // The answer is a receipt: it leaves after the commit, and after nothing less.
    let pushed = committed(app, move |county, tx| county.push(tx, prepared)).await?.receipt();
    if let Err(crate::county::CountyError::Refused(Refused::Quarantined)) = &pushed {
        tracing::warn!(device = device.0, "pushes of this device are in quarantine");
    }
    let pushed = pushed?;
    app.metrics.operations.fetch_add(pushed.outcomes.len() as u64, Ordering::Relaxed);
    tracing::debug!(
        device = device.0,
        highest = pushed.highest,
        operations = pushed.outcomes.len(),
        "pushed"
    );
    Ok(answer::message(&pushed))
}

fn read(county: &County, action: Action, head: VerifiedHead, body: &[u8], path: &str) -> Result<Response> {
    let caller = let_in(county, head, body)?;
    Ok(match action {
        Action::Pull => answer::message(&county.pull(&caller, &decode::<Pull>(body)?)?),
        Action::Snapshot => answer::message(&county.snapshot(&caller, &decode::<SnapshotPage>(body)?)?),
        Action::Outcomes => answer::message(&county.outcomes(&caller, &decode::<OutcomesWanted>(body)?)?),
        Action::Own => answer::message(&county.own(&caller, &decode::<OwnWanted>(body)?)?),
        Action::Receipts => answer::message(&county.receipts(&caller, &decode::<ReceiptsWanted>(body)?)?),
        Action::Photo => {
            let name = path.rsplit('/').next().unwrap_or_default();
            let sha256 = hash(name).ok_or(Refused::NotFound)?;
            answer::bytes(200, "image/jpeg", county.picture_for(&caller, &sha256)?)
        }
        _ => return Err(Refused::NotFound.into()),
    })
}

/// 64 lower-case hexadecimal digits.
pub(super) fn hash(text: &str) -> Option<Hash> {
    let digits = text.as_bytes();
    if digits.len() != 64 || digits.iter().any(u8::is_ascii_uppercase) {
        return None;
    }
    let mut hash = Hash::default();
    for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(hash)
}
