//! The county's desk as a person there sees it: logged in over HTTPS with the account that the set-up made, reading back what
//! two phones sent. What the phones believe and what the database holds is compared elsewhere; this is what becomes visible.

use super::setting::{Setting, Worker, text};
use super::{DayError, Report};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::net::SocketAddr;
use xunge_client::https::HttpsConnector;
use xunge_client::ports::{Connector as _, Request, Response, Transport};

/// What a person at the desk finds of one grid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// Visits.
    pub visits: u64,
    /// Patrols.
    pub patrols: u64,
    /// Incidents.
    pub incidents: u64,
    /// Photos of incidents, shown whole: the bytes have the hash that their evidence states, signed by the phone.
    pub photos: u64,
}

/// Somebody logged in.
pub(super) struct Desk {
    transport: Box<dyn Transport>,
    cookie: String,
    area: String,
}

impl Desk {
    /// Logs in and finds the grid of the day.
    pub(super) fn open(setting: &Setting) -> Result<Self, DayError> {
        let transport = https(setting.county.address())?;
        let (name, password) = &setting.account;
        let body = json!({ "name": name, "password": password }).to_string().into_bytes();
        let request = Request {
            method: "POST",
            path: "/desk/api/login".into(),
            headers: vec![("content-type".into(), "application/json".into())],
            body,
        };
        let answer = send(&*transport, &request)?;
        let cookie = answer.header("set-cookie").and_then(|cookie| cookie.split(';').next());
        let cookie = cookie.ok_or_else(|| DayError::Odd("the desk sets no cookie".into()))?.to_owned();
        let mut desk = Self { transport, cookie, area: String::new() };
        let areas = desk.json("areas")?;
        let mut all = areas.as_array().into_iter().flatten();
        let grid = all.find(|area| area.get("code").and_then(Value::as_str) == Some(&setting.grid));
        desk.area = text(grid.ok_or_else(|| DayError::Odd("the desk does not know the grid".into()))?, "id")?;
        Ok(desk)
    }

    fn get(&self, path: &str) -> Result<Response, DayError> {
        let request = Request {
            method: "GET",
            path: format!("/desk/api/{path}"),
            headers: vec![("cookie".into(), self.cookie.clone())],
            body: Vec::new(),
        };
        send(&*self.transport, &request)
    }

    fn json(&self, path: &str) -> Result<Value, DayError> {
        serde_json::from_slice(&self.get(path)?.body)
            .map_err(|_| DayError::Odd(format!("the desk's answer to {path} is no JSON")))
    }

    fn total(&self, list: &str) -> Result<u64, DayError> {
        let join = if list.contains('?') { '&' } else { '?' };
        let page = self.json(&format!("{list}{join}area={}&limit=1", self.area))?;
        page.get("total").and_then(Value::as_u64).ok_or_else(|| DayError::Odd(format!("{list} has no total")))
    }

    /// Counts what is there, and looks at every photo.
    pub(super) fn look(&self) -> Result<Seen, DayError> {
        let mut seen = Seen {
            visits: self.total("visits")?,
            patrols: self.total("patrols")?,
            incidents: self.total("incidents?filter=all")?,
            photos: 0,
        };
        let page = self.json(&format!("incidents?filter=all&area={}&limit=50", self.area))?;
        for row in page.get("rows").and_then(Value::as_array).into_iter().flatten() {
            let incident = self.json(&format!("incidents/{}", text(row, "id")?))?;
            for photo in incident.get("photos").and_then(Value::as_array).into_iter().flatten() {
                let told = |name: &str| photo.get(name).and_then(Value::as_bool) == Some(true);
                if !(told("complete") && told("signature_ok")) {
                    continue;
                }
                let named = text(photo, "sha256")?;
                let shown = Sha256::digest(&self.get(&format!("photos/{named}"))?.body);
                seen.photos += u64::from(super::settle::hex(&shown) == named);
            }
        }
        Ok(seen)
    }

    /// Whether the desk shows a household as the phone does: telephone (masked at both) and note.
    pub(super) fn shows_household_of(&self, worker: &Worker, household: &str) -> Result<bool, DayError> {
        let here = worker.call("household", json!({ "id": household }))?;
        let there = self.json(&format!("households/{household}"))?;
        Ok(["phone", "note"].iter().all(|field| here.get(field) == there.get(field)))
    }
}

/// Uploads whose body broke off, as the county counted since it was last started.
pub(super) fn broken_uploads(county: SocketAddr) -> Result<u64, DayError> {
    let request = Request { method: "GET", path: "/metrics".into(), headers: Vec::new(), body: Vec::new() };
    let answer = send(&*https(county)?, &request)?;
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    let count = text.lines().find_map(|line| line.strip_prefix("xunge_uploads_broken_total "));
    count
        .and_then(|count| count.parse().ok())
        .ok_or_else(|| DayError::Odd("no count of broken uploads".into()))
}

/// Compares what is visible with what was done.
pub(super) fn compare(before: Seen, after: Seen, report: &mut Report) {
    let new = Seen {
        visits: after.visits - before.visits,
        patrols: after.patrols - before.patrols,
        incidents: after.incidents - before.incidents,
        photos: after.photos - before.photos,
    };
    let done = Seen {
        visits: report.visits,
        patrols: report.patrols.len() as u64,
        incidents: report.incidents,
        photos: report.photos_taken,
    };
    if new != done {
        report.differences.push(format!("the desk shows {new:?}, the phones did {done:?}"));
    }
    report.seen_at_desk = new;
}

fn https(county: SocketAddr) -> Result<Box<dyn Transport>, DayError> {
    let connector = HttpsConnector::new()?;
    let address = county.to_string();
    let unreachable = |_| DayError::Odd("the county's page cannot be reached".into());
    let authority = connector.fetch_ca(&address).map_err(unreachable)?;
    connector.connect(&address, &[authority]).map_err(unreachable)
}

fn send(transport: &dyn Transport, request: &Request) -> Result<Response, DayError> {
    let answer = transport
        .send(request)
        .map_err(|_| DayError::Odd(format!("the county does not answer {}", request.path)))?;
    if answer.status == 200 {
        Ok(answer)
    } else {
        Err(DayError::Odd(format!("the county answers {} with {}", request.path, answer.status)))
    }
}
