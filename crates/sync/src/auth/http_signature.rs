//! How a phone signs its requests and how the county checks them: one narrow profile of RFC 9421 (HTTP Message
//! Signatures) with Ed25519.
//!
//! Covered, always and in this order: `"@method" "@path" "@query" "content-digest"`. Parameters, always and in this
//! order: `keyid` (the device's UUID), `nonce` (the device's counter, decimal), `alg="ed25519"`. One signature, labelled
//! `sig1`. There is exactly one way to write a request's three headers, so reading them is comparing, and a library that
//! follows the RFC can produce them. No `created`: field clocks are wrong, so time is not asked; freshness is the nonce
//! in a [sliding window](super::replay_window).
//!
//! `@authority` is left out on purpose: a county is reached under several names (office network, outside, a proxy), and
//! TLS pinned to the county's CA already says which county is meant.
//!
//! Leaves to others: the window, whether the device may do what it asks, and limits on the body's size.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use thiserror::Error;
use uuid::Uuid;

use super::content_digest::{self, BodyHash};
use super::signature_base::signature_base;

#[cfg(test)]
mod tests;

/// Header names in lower case, as HTTP/2 writes them.
pub const CONTENT_DIGEST: &str = "content-digest";
/// See [`CONTENT_DIGEST`].
pub const SIGNATURE_INPUT: &str = "signature-input";
/// See [`CONTENT_DIGEST`].
pub const SIGNATURE: &str = "signature";

const COMPONENTS: &str = r#"("@method" "@path" "@query" "content-digest")"#;

/// What of a request is signed.
#[derive(Clone, Copy)]
pub struct RequestParts<'a> {
    /// Upper-case method, `POST`.
    pub method: &'a str,
    /// Path as sent: starts with `/`, percent-encoded, without the query.
    pub path: &'a str,
    /// Query as sent, without its `?`. None and empty mean the same (RFC 9421 §2.2.7).
    pub query: Option<&'a str>,
    /// Body as sent; empty when there is none.
    pub body: &'a [u8],
}

/// The three header values to add to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHeaders {
    /// For [`CONTENT_DIGEST`].
    pub content_digest: String,
    /// For [`SIGNATURE_INPUT`].
    pub signature_input: String,
    /// For [`SIGNATURE`].
    pub signature: String,
}

impl SignedHeaders {
    /// Name and value of each, ready to be added to a request.
    pub fn pairs(&self) -> [(&'static str, &str); 3] {
        [
            (CONTENT_DIGEST, &self.content_digest),
            (SIGNATURE_INPUT, &self.signature_input),
            (SIGNATURE, &self.signature),
        ]
    }

    /// The same values as the county receives them.
    pub fn received(&self) -> ReceivedHeaders<'_> {
        ReceivedHeaders {
            content_digest: &self.content_digest,
            signature_input: &self.signature_input,
            signature: &self.signature,
        }
    }
}

/// The three header values as received, each present exactly once.
#[derive(Debug, Clone, Copy)]
pub struct ReceivedHeaders<'a> {
    content_digest: &'a str,
    signature_input: &'a str,
    signature: &'a str,
}

impl<'a> ReceivedHeaders<'a> {
    /// Picks the three out of all header lines of a request (names in any case). A header given twice is refused: two
    /// readers could disagree on which one counts.
    pub fn collect(lines: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<Self, AuthError> {
        let mut found: [Option<&'a str>; 3] = [None; 3];
        for (name, value) in lines {
            let Some(slot) = [CONTENT_DIGEST, SIGNATURE_INPUT, SIGNATURE]
                .iter()
                .position(|wanted| name.eq_ignore_ascii_case(wanted))
            else {
                continue;
            };
            let value = std::str::from_utf8(value).map_err(|_| AuthError::Malformed)?;
            if found[slot].replace(value).is_some() {
                return Err(AuthError::Malformed);
            }
        }
        match found {
            [Some(content_digest), Some(signature_input), Some(signature)] => {
                Ok(Self { content_digest, signature_input, signature })
            }
            _ => Err(AuthError::Missing),
        }
    }
}

/// Who signed, and with which counter. The counter still has to pass the device's window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// The device named by `keyid`, whose key made the signature.
    pub device: Uuid,
    /// The device's counter.
    pub nonce: u64,
}

/// A signature that holds for everything but the body, which has not been read yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifiedHead {
    who: Verified,
    body_hash: BodyHash,
}

impl VerifiedHead {
    /// The signer. Until [`body`](Self::body) has passed, good only for refusing early.
    pub fn claimed(&self) -> Verified {
        self.who
    }

    /// Compares the body with the signed digest.
    pub fn body(&self, body: &[u8]) -> Result<Verified, AuthError> {
        if content_digest::body_hash(body) == self.body_hash {
            Ok(self.who)
        } else {
            Err(AuthError::BodyChanged)
        }
    }
}

/// Why a request does not count as signed. All are answered with 401; which one it was is for the county's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AuthError {
    /// A header of the three is absent.
    #[error("the request is not signed")]
    Missing,
    /// A header is not written the one way this profile allows.
    #[error("the signature headers cannot be read")]
    Malformed,
    /// Method, path or query hold something that cannot stand on one line of ASCII.
    #[error("the request line cannot be signed")]
    BadRequestLine,
    /// No key is known for the device (never enrolled, or revoked).
    #[error("the device is not known")]
    UnknownDevice,
    /// The signature does not belong to this request and key.
    #[error("the signature does not match the request")]
    BadSignature,
    /// The body is not the one that was signed.
    #[error("the body does not match its digest")]
    BodyChanged,
}

impl AuthError {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "signature_missing",
            Self::Malformed => "signature_malformed",
            Self::BadRequestLine => "bad_request_line",
            Self::UnknownDevice => "unknown_device",
            Self::BadSignature => "bad_signature",
            Self::BodyChanged => "body_changed",
        }
    }
}

/// Signs a request. `nonce` must never have been used by this device before; retries take a new one.
///
/// Errors: [`AuthError::BadRequestLine`] only.
pub fn sign(
    key: &SigningKey,
    parts: &RequestParts<'_>,
    device: Uuid,
    nonce: u64,
) -> Result<SignedHeaders, AuthError> {
    let digest = content_digest::to_header(&content_digest::body_hash(parts.body));
    let params = params(device, nonce);
    let base = base(parts, &digest, &params)?;
    Ok(SignedHeaders {
        signature: format!("sig1=:{}:", STANDARD.encode(key.sign(base.as_bytes()).to_bytes())),
        signature_input: format!("sig1={params}"),
        content_digest: digest,
    })
}

/// Checks a whole request. `lookup` gives the device's key, or nothing when it is unknown or revoked.
pub fn verify(
    parts: &RequestParts<'_>,
    headers: ReceivedHeaders<'_>,
    lookup: impl FnOnce(Uuid) -> Option<VerifyingKey>,
) -> Result<Verified, AuthError> {
    verify_head(parts, headers, lookup)?.body(parts.body)
}

/// Checks everything but the body (`parts.body` is not looked at), so that a stranger is refused before the county
/// reads megabytes from them.
pub fn verify_head(
    parts: &RequestParts<'_>,
    headers: ReceivedHeaders<'_>,
    lookup: impl FnOnce(Uuid) -> Option<VerifyingKey>,
) -> Result<VerifiedHead, AuthError> {
    let body_hash = content_digest::from_header(headers.content_digest).ok_or(AuthError::Malformed)?;
    let params = headers.signature_input.strip_prefix("sig1=").ok_or(AuthError::Malformed)?;
    let who = read_params(params).ok_or(AuthError::Malformed)?;
    let signature = read_signature(headers.signature).ok_or(AuthError::Malformed)?;
    let base = base(parts, headers.content_digest, params)?;
    let key = lookup(who.device).ok_or(AuthError::UnknownDevice)?;
    // Strict: refuses small-order keys and the second, malleable form of a signature.
    key.verify_strict(base.as_bytes(), &signature).map_err(|_| AuthError::BadSignature)?;
    Ok(VerifiedHead { who, body_hash })
}

fn params(device: Uuid, nonce: u64) -> String {
    format!(r#"{COMPONENTS};keyid="{}";nonce="{nonce}";alg="ed25519""#, device.as_hyphenated())
}

/// Reads the parameters and writes them again: only text that comes out the same is accepted, so upper-case UUIDs,
/// leading zeros, other orders and additions all fall out here.
fn read_params(text: &str) -> Option<Verified> {
    let rest = text.strip_prefix(COMPONENTS)?.strip_prefix(r#";keyid=""#)?;
    let (device, rest) = rest.split_once('"')?;
    let (nonce, _) = rest.strip_prefix(r#";nonce=""#)?.split_once('"')?;
    let who = Verified { device: Uuid::try_parse(device).ok()?, nonce: nonce.parse().ok()? };
    (params(who.device, who.nonce) == text).then_some(who)
}

fn read_signature(value: &str) -> Option<Signature> {
    let text = value.strip_prefix("sig1=:")?.strip_suffix(':')?;
    let bytes: [u8; 64] = STANDARD.decode(text).ok()?.try_into().ok()?;
    Some(Signature::from_bytes(&bytes))
}

fn base(parts: &RequestParts<'_>, digest: &str, params: &str) -> Result<String, AuthError> {
    let method_ok = !parts.method.is_empty() && parts.method.bytes().all(|b| b.is_ascii_uppercase());
    let path_ok = parts.path.starts_with('/') && !parts.path.contains(['?', '#']) && on_one_line(parts.path);
    let query = parts.query.unwrap_or("");
    if !method_ok || !path_ok || query.contains('#') || !on_one_line(query) {
        return Err(AuthError::BadRequestLine);
    }
    let query = format!("?{query}");
    Ok(signature_base(
        &[("@method", parts.method), ("@path", parts.path), ("@query", &query), ("content-digest", digest)],
        params,
    ))
}

/// Visible ASCII only: what a well-formed request target consists of (RFC 3986).
fn on_one_line(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_graphic())
}

impl fmt::Debug for RequestParts<'_> {
    /// Without query and body: they may hold people's data, and this ends up in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestParts")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
