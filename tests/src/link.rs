//! The way of one phone to the county in a story: it loses and repeats, goes down, and lets somebody stand between.

use crate::county::{CA, SimCounty};
use crate::trace::{Trace, hash_of};
use crate::world::Chance;
use std::sync::{Arc, Mutex, PoisonError};
use xunge_client::ports::{Connector, Request, Response, Transport, TransportError};

/// What stands between phone and county: sees the request, gives what the phone gets.
type Between = Box<dyn Fn(&Request) -> Result<Response, TransportError> + Send>;

/// A link of one phone: loses requests and answers, repeats, goes down.
pub struct SimLink {
    county: Arc<SimCounty>,
    chance: Chance,
    trace: Arc<Trace>,
    name: &'static str,
    /// Percent of messages that meet with something.
    pub trouble: Mutex<u64>,
    /// Whether there is signal.
    pub up: Mutex<bool>,
    between: Mutex<Option<Between>>,
}

impl SimLink {
    /// A good link.
    pub fn new(county: Arc<SimCounty>, seed: u64, name: &'static str, trace: Arc<Trace>) -> Arc<Self> {
        let chance = Chance::new(seed, &format!("link {name}"));
        Arc::new(Self {
            county,
            chance,
            trace,
            name,
            trouble: Mutex::new(0),
            up: Mutex::new(true),
            between: Mutex::new(None),
        })
    }

    /// Sets how bad it is.
    pub fn set(&self, up: bool, trouble: u64) {
        *self.up.lock().unwrap_or_else(PoisonError::into_inner) = up;
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    /// From now on somebody stands between.
    pub fn answer_with(
        &self,
        between: impl Fn(&Request, Option<Response>) -> Result<Response, TransportError> + Send + 'static,
    ) {
        let county = self.county.clone();
        self.answer_with_call(move |request| between(request, county.call(request)));
    }

    /// The same for somebody who decides themselves whether the county hears of it.
    pub fn answer_with_call(
        &self,
        between: impl Fn(&Request) -> Result<Response, TransportError> + Send + 'static,
    ) {
        *self.between.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(between));
    }

    /// The next body of an upload breaks off after so many bytes; the phone hears nothing of what became of it.
    pub fn cut_upload(&self, after: usize) {
        let county = self.county.clone();
        let left = Mutex::new(Some(after));
        self.answer_with_call(move |request| {
            let is_upload = request.method == "PATCH" && request.path.starts_with("/uploads/");
            let cut = is_upload.then(|| left.lock().unwrap_or_else(PoisonError::into_inner).take()).flatten();
            match cut {
                Some(after) => {
                    county.call_cut(request, after);
                    Err(TransportError::Unreachable)
                }
                None => county.call(request).ok_or(TransportError::Unreachable),
            }
        });
    }

    /// Nobody stands between any more.
    pub fn answer_as_it_is(&self) {
        *self.between.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn send(&self, request: &Request) -> Result<Response, TransportError> {
        if let Some(between) = &*self.between.lock().unwrap_or_else(PoisonError::into_inner) {
            return between(request);
        }
        let note = |what: &str, response: Option<&Response>| {
            let got = response.map(|r| format!("{} {}", r.status, hash_of(&r.body))).unwrap_or_default();
            let path = if request.path.starts_with("/uploads/") { "/uploads/…" } else { &request.path };
            self.trace.note(format!(
                "{} {} {path} {} {what} {got}",
                self.name,
                request.method,
                hash_of(&request.body)
            ));
        };
        if !*self.up.lock().unwrap_or_else(PoisonError::into_inner) {
            note("no signal", None);
            return Err(TransportError::Unreachable);
        }
        let trouble = *self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = if self.chance.happens(trouble) { self.chance.below(4) } else { 9 };
        match kind {
            0 => {
                note("lost on the way", None);
                Err(TransportError::Unreachable)
            }
            1 => {
                let response = self.county.call(request);
                note("answer lost", response.as_ref());
                Err(TransportError::Unreachable)
            }
            2 => {
                // Arrives twice: a proxy that repeats. The phone sees the second answer.
                let first = self.county.call(request);
                note("first of two", first.as_ref());
                self.deliver(request, note)
            }
            3 => {
                note("answered by a captive portal", None);
                Ok(Response {
                    status: 200,
                    headers: vec![("content-type".into(), "text/html".into())],
                    body: b"<html>please log in</html>".to_vec(),
                })
            }
            _ => self.deliver(request, note),
        }
    }

    fn deliver(
        &self,
        request: &Request,
        note: impl Fn(&str, Option<&Response>),
    ) -> Result<Response, TransportError> {
        let response = self.county.call(request);
        note("", response.as_ref());
        response.ok_or(TransportError::Unreachable)
    }
}

/// Gives phones their link.
pub struct SimConnector(pub Arc<SimLink>);

impl Connector for SimConnector {
    fn fetch_ca(&self, _: &str) -> Result<Vec<u8>, TransportError> {
        Ok(CA.to_vec())
    }

    fn connect(&self, _: &str, _: &[Vec<u8>]) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(Through(self.0.clone())))
    }
}

struct Through(Arc<SimLink>);

impl Transport for Through {
    fn send(&self, request: &Request) -> Result<Response, TransportError> {
        self.0.send(request)
    }
}
