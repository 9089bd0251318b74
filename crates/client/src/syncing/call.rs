//! One signed request and its answer, believed only when it is a message of the county.

use crate::error::ClientError;
use crate::open::Open;
use crate::ports::{Request, Response, TransportError};
use minicbor::{Decode, Encode};
use xunge_sync::auth::http_signature::{RequestParts, sign};
use xunge_sync::messages::{CONTENT_TYPE, Refusal, decode, encode};
use xunge_sync::plan::{Failure, Lane};

/// Why a step did not happen.
#[derive(Debug)]
pub(super) enum Failed {
    /// Our own store: the caller sees it.
    Local(ClientError),
    /// The call: becomes a wait.
    Call {
        /// Which lane waits.
        lane: Lane,
        /// How it failed.
        failure: Failure,
        /// Code for the sync page.
        code: String,
    },
}

impl<E: Into<ClientError>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::Local(error.into())
    }
}

impl Failed {
    /// An answer the county never gives.
    pub(super) fn not_the_county(lane: Lane) -> Self {
        Self::Call { lane, failure: Failure::NotTheCounty, code: "captive_portal".into() }
    }

    /// The county said no to this request.
    pub(super) fn refused(lane: Lane, code: &str) -> Self {
        Self::Call { lane, failure: Failure::Refused, code: code.into() }
    }
}

/// What a refusal names beside its code.
pub(super) type Refused = Refusal;

/// A call's result: the message, or the county's refusal of this request.
pub(super) type Answered<T> = Result<Result<T, Refused>, Failed>;

impl Open {
    /// Posts a message and reads the answer.
    pub(super) fn post<Q: Encode<()>, A>(&self, lane: Lane, path: &str, question: &Q) -> Answered<A>
    where
        A: for<'b> Decode<'b, ()>,
    {
        let body = encode(question);
        let response = self.send_signed(lane, "POST", path, &[("content-type", CONTENT_TYPE)], body)?;
        match self.judge(lane, &response)? {
            Some(refusal) => Ok(Err(refusal)),
            None => decode(&response.body).map(Ok).map_err(|_| Failed::not_the_county(lane)),
        }
    }

    /// Signs and sends; takes a new counter once when the county names a later one.
    pub(super) fn send_signed(
        &self,
        lane: Lane,
        method: &'static str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<Response, Failed> {
        let identity = self.identity();
        for attempt in 0..2 {
            let nonce = self.nonce()?;
            let (route, query) =
                path.split_once('?').map_or((path, None), |(route, query)| (route, Some(query)));
            let parts = RequestParts { method, path: route, query, body: &body };
            let signed = sign(&self.signing, &parts, identity.device, nonce)
                .map_err(|_| Failed::refused(lane, "bad_request"))?;
            let mut all: Vec<(String, String)> =
                headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            all.extend(signed.pairs().iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
            let request = Request { method, path: path.to_owned(), headers: all, body: body.clone() };
            let response = self.send(lane, &request)?;
            let Some((next, too_far)) = stale(&response) else { return Ok(response) };
            self.go_on_with_nonce(next, too_far);
            if attempt == 1 {
                return Ok(response);
            }
        }
        Err(Failed::refused(lane, "nonce_stale"))
    }

    /// Sends without signing.
    pub(super) fn send(&self, lane: Lane, request: &Request) -> Result<Response, Failed> {
        self.transport.send(request).map_err(|error| {
            let (failure, code) = match error {
                TransportError::Unreachable | TransportError::BadAddress => {
                    (Failure::Unreachable, "county_unreachable")
                }
                TransportError::NotTheCounty => (Failure::NotTheCounty, "captive_portal"),
            };
            Failed::Call { lane, failure, code: code.into() }
        })
    }

    /// `None`: a good answer. `Some`: the county's refusal of this request. Error: nothing to build on.
    pub(super) fn judge(&self, lane: Lane, response: &Response) -> Result<Option<Refused>, Failed> {
        let ours = response.header("content-type").is_some_and(|kind| kind.starts_with(CONTENT_TYPE));
        match response.status {
            200..=299 if ours || response.status == 204 || response.status == 201 => Ok(None),
            429 | 500..=599 => Err(Failed::Call {
                lane,
                failure: Failure::Busy(response.retry_after()),
                code: trouble(response).into(),
            }),
            // A smaller batch passes any proxy's limit; of a picture only the county may say that it is too large.
            413 if ours || lane == Lane::Push => {
                Err(Failed::Call { lane, failure: Failure::TooLarge, code: "too_large".into() })
            }
            400..=499 if ours => {
                let refusal: Refusal = decode(&response.body).map_err(|_| Failed::not_the_county(lane))?;
                if refusal.code == "revoked" || refusal.code == "unknown_device" {
                    return Err(Failed::Call { lane, failure: Failure::Revoked, code: "revoked".into() });
                }
                Ok(Some(refusal))
            }
            _ => Err(Failed::not_the_county(lane)),
        }
    }
}

/// What troubles the county, for the sync page: a full disk there is somebody's to mend, anything else is its own.
pub(crate) fn trouble(response: &Response) -> &'static str {
    let told = decode::<Refusal>(&response.body).is_ok_and(|refusal| refusal.code == "disk_full");
    if response.status == 507 && told { "county_full" } else { "county_error" }
}

fn stale(response: &Response) -> Option<(u64, bool)> {
    if response.status != 401 {
        return None;
    }
    let refusal: Refusal = decode(&response.body).ok()?;
    match refusal.code.as_str() {
        "nonce_stale" => Some((refusal.next?, false)),
        "nonce_too_far" => Some((refusal.next?, true)),
        _ => None,
    }
}
