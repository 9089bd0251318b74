//! What the desk is told when it does not get what it asked for: a stable code and harmless parameters.

use crate::administration::NotDone;
use crate::county::{CountyError, Refused};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::collections::BTreeMap;
use xunge_domain::incident_flow::Refusal;
use xunge_domain::records::words::StepVerb;

/// A refusal or a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// Stable code.
    pub code: &'static str,
    /// Never personal.
    pub params: BTreeMap<&'static str, String>,
}

/// Shorthand.
pub type Answer<T> = Result<T, Problem>;

impl Problem {
    /// A code with its status.
    pub const fn new(status: u16, code: &'static str) -> Self {
        Self { status, code, params: BTreeMap::new() }
    }

    /// The same with a parameter.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.params.insert(name, value.to_string());
        self
    }

    /// Not there, or not for this account: the answer is the same.
    pub const fn not_found() -> Self {
        Self::new(404, "not_found")
    }

    /// A field that cannot be.
    pub fn bad(field: &'static str) -> Self {
        Self::new(400, "bad_request").with("field", field)
    }

    /// A step that the rules of the incident's life refuse.
    pub fn step(refusal: Refusal, state: &'static str, verb: StepVerb) -> Self {
        match refusal {
            Refusal::AnswerNeeded => Self::new(422, "answer_needed"),
            Refusal::NotYours { .. } => Self::new(403, "not_allowed"),
            Refusal::TextNeeded => Self::bad("text"),
            Refusal::DepartmentNeeded => Self::bad("department"),
            Refusal::MinutesNeeded => Self::bad("due_ms"),
            Refusal::RatingNeeded => Self::bad("rating"),
            Refusal::NotNow { .. } | Refusal::NoLevelAbove => {
                Self::new(409, "illegal_transition").with("state", state).with("verb", verb.word())
            }
        }
    }
}

impl From<CountyError> for Problem {
    fn from(error: CountyError) -> Self {
        match error {
            CountyError::Refused(Refused::NotFound) => Self::not_found(),
            CountyError::Refused(Refused::BadRequest(field)) => Self::bad(field),
            CountyError::Refused(refused @ (Refused::WorkerWithoutArea | Refused::ChangedMeanwhile)) => {
                Self::new(409, refused.code())
            }
            full if full.is_disk_full() => {
                tracing::error!("the disk is full");
                Self::new(507, "disk_full")
            }
            broken => {
                // Codes only: the text of an error below may quote what it stumbled over.
                tracing::error!(code = broken.code(), "desk request failed");
                Self::new(500, "internal")
            }
        }
    }
}

impl From<NotDone> for Problem {
    fn from(not_done: NotDone) -> Self {
        match not_done {
            NotDone::County(error) => error.into(),
            NotDone::Refused("bad_name") => Self::bad("name"),
            NotDone::Refused("bad_number") => Self::bad("number"),
            NotDone::Refused("bad_code") => Self::bad("code"),
            NotDone::Refused("bad_level") => Self::bad("kind"),
            NotDone::Refused("bad_phone") => Self::bad("phone"),
            NotDone::Refused("bad_basis") => Self::bad("basis"),
            NotDone::Refused("unknown_account") => Self::not_found(),
            NotDone::Refused(code) => Self::new(409, code),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::json!({ "code": self.code, "params": self.params }).to_string();
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, body).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}
