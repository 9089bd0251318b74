//! What lies between phones and county: it loses, doubles, delays, reorders and cuts, in both directions, and other people
//! answer in the county's place.

use super::disk::Disk;
use super::host::Host;
use super::tally::Tally;
use crate::trace::{Trace, hash_of};
use crate::world::Chance;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use xunge_client::ports::{Request, Response, TransportError};

/// How good a phone's link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// Everything arrives.
    Clear,
    /// Of a hundred messages so many meet with something.
    Rough(u64),
    /// No signal.
    Gone,
}

/// One phone's way to the county.
pub struct Lane {
    /// Whose it is.
    pub name: &'static str,
    weather: Mutex<Weather>,
    /// The phone's disk: what died with it sends nothing.
    disk: Mutex<Option<Arc<Disk>>>,
    network: Arc<Network>,
    /// Requests of this phone that the county has seen.
    served: Mutex<u64>,
}

/// A request that is on its way for longer than its sender waits.
struct Late {
    lane: Arc<Lane>,
    request: Request,
    served: u64,
}

/// See the module.
pub struct Network {
    host: Arc<Host>,
    chance: Chance,
    tally: Arc<Tally>,
    trace: Arc<Trace>,
    late: Mutex<Vec<Late>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Network {
    /// A network to this county.
    pub fn new(host: Arc<Host>, chance: Chance, tally: Arc<Tally>, trace: Arc<Trace>) -> Arc<Self> {
        Arc::new(Self { host, chance, tally, trace, late: Mutex::default() })
    }

    /// A new phone's way.
    pub fn lane(self: &Arc<Self>, name: &'static str) -> Arc<Lane> {
        Arc::new(Lane {
            name,
            weather: Mutex::new(Weather::Clear),
            disk: Mutex::new(None),
            network: self.clone(),
            served: Mutex::new(0),
        })
    }

    /// Delivers one of the requests that are late, whoever still waits for it.
    pub fn deliver_late(&self) {
        let late = {
            let mut waiting = lock(&self.late);
            if waiting.is_empty() {
                return;
            }
            let at = self.chance.below(waiting.len() as u64) as usize;
            waiting.swap_remove(at)
        };
        if *lock(&late.lane.served) > late.served {
            self.tally.add("requests reordered");
        }
        let answer = self.serve(&late.lane, &late.request, None);
        self.note(late.lane.name, &late.request, "arrives late", answer.as_ref());
    }

    /// Delivers all that is late.
    pub fn deliver_all(&self) {
        while !lock(&self.late).is_empty() {
            self.deliver_late();
        }
    }

    fn serve(&self, lane: &Lane, request: &Request, cut_after: Option<usize>) -> Option<Response> {
        *lock(&lane.served) += 1;
        self.host.serve(request, cut_after)
    }

    fn note(&self, name: &str, request: &Request, fate: &str, answer: Option<&Response>) {
        let got = answer.map_or_else(|| "–".to_owned(), |r| format!("{} {}", r.status, hash_of(&r.body)));
        let path = if request.path.starts_with("/uploads/") { "/uploads/…" } else { &request.path };
        self.trace.note(format!("    {name} → {} {path} {fate} → {got}", request.method));
    }

    fn happened(&self, lane: &Lane, request: &Request, fate: &'static str, answer: Option<&Response>) {
        self.tally.add(fate);
        self.note(lane.name, request, fate, answer);
    }
}

impl Lane {
    /// Says how good the link is from now on.
    pub fn set(&self, weather: Weather) {
        *lock(&self.weather) = weather;
    }

    /// The phone starts on this disk.
    pub fn runs_on(&self, disk: Option<Arc<Disk>>) {
        *lock(&self.disk) = disk;
    }

    /// Sends a request of the phone.
    ///
    /// # Errors
    /// [`TransportError::Unreachable`] when no whole answer comes back.
    pub fn send(self: &Arc<Self>, request: &Request) -> Result<Response, TransportError> {
        let lost = Err(TransportError::Unreachable);
        if lock(&self.disk).as_ref().is_some_and(|disk| disk.is_dead()) {
            return lost;
        }
        let network = &self.network;
        let trouble = match *lock(&self.weather) {
            Weather::Clear => 0,
            Weather::Rough(percent) => percent,
            Weather::Gone => {
                network.tally.add("no signal");
                return lost;
            }
        };
        if network.chance.happens(20) {
            network.deliver_late();
        }
        if !network.chance.happens(trouble) {
            let answer = network.serve(self, request, None);
            network.note(self.name, request, "", answer.as_ref());
            return answer.ok_or(TransportError::Unreachable);
        }
        self.send_badly(request)
    }

    fn send_badly(self: &Arc<Self>, request: &Request) -> Result<Response, TransportError> {
        let lost = Err(TransportError::Unreachable);
        let network = &self.network;
        let chance = &network.chance;
        let told = |fate, answer: Option<&Response>| network.happened(self, request, fate, answer);
        match chance.below(9) {
            0 => {
                told("request lost", None);
                lost
            }
            1 => {
                let answer = network.serve(self, request, None);
                told("answer lost", answer.as_ref());
                lost
            }
            2 => {
                let first = network.serve(self, request, None);
                let second = network.serve(self, request, None);
                told("request doubled", second.as_ref());
                if chance.happens(50) { first } else { second }.ok_or(TransportError::Unreachable)
            }
            3 | 4 => {
                told("request delayed", None);
                let served = *lock(&self.served);
                lock(&network.late).push(Late { lane: self.clone(), request: request.clone(), served });
                lost
            }
            5 => {
                let after = chance.below(request.body.len() as u64 + 1) as usize;
                let answer = network.serve(self, request, Some(after));
                told("request cut", answer.as_ref());
                lost
            }
            6 => {
                let mut answer = network.serve(self, request, None);
                told("answer cut", answer.as_ref());
                if let Some(answer) = &mut answer {
                    answer.body.truncate(chance.below(answer.body.len() as u64) as usize);
                }
                // A connection that breaks is noticed; a proxy that ends the answer early is not.
                if chance.happens(50) { lost } else { answer.ok_or(TransportError::Unreachable) }
            }
            7 => {
                let answer = portal(chance);
                told("captive portal", Some(&answer));
                Ok(answer)
            }
            _ => {
                let reached = chance.happens(50);
                if reached {
                    network.serve(self, request, None);
                }
                let answer = error_status(chance);
                told("error status", Some(&answer));
                Ok(answer)
            }
        }
    }
}

fn html(status: u16, text: &str) -> Response {
    let headers = vec![("content-type".into(), "text/html".into())];
    Response { status, headers, body: text.as_bytes().to_vec() }
}

/// Somebody else's answer.
fn portal(chance: &Chance) -> Response {
    match chance.below(3) {
        0 => html(200, "<html>please log in</html>"),
        1 => Response { status: 204, headers: Vec::new(), body: Vec::new() },
        _ => Response {
            status: 302,
            headers: vec![("location".into(), "http://login/".into())],
            body: Vec::new(),
        },
    }
}

/// An answer of a proxy in front of the county.
fn error_status(chance: &Chance) -> Response {
    match chance.below(5) {
        0 => html(500, "error"),
        1 => html(502, "bad gateway"),
        2 => Response { status: 503, headers: vec![("retry-after".into(), "7".into())], body: Vec::new() },
        3 => Response { status: 429, headers: vec![("retry-after".into(), "3".into())], body: Vec::new() },
        _ => html(413, "too large"),
    }
}
