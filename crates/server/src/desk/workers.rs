//! Workers, their phones, and the codes with which they enrol new ones.

use super::call::{Call, Rows, Seat, piece};
use super::labels::Labels;
use super::problem::{Answer, Problem};
use super::session::Named;
use crate::county::query::WorkerView;
use crate::county::{AreaTree, County, OpenedCode};
use crate::storage::{DeviceRow, DeviceState};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;
use xunge_domain::ids::RecordId;
use xunge_domain::records::words::WorkerRole;
use xunge_sync::auth::enrol_code::{CountyAddress, EnrolCode, Invitation};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
/// A clock this far off is worth a look.
const CLOCK_OFF_MS: i64 = 5 * MINUTE_MS;
/// A phone that was not heard of for so long is.
const SILENT_MS: i64 = 3 * 24 * HOUR_MS;
/// What can go wrong with a phone's log: two phones write under one number, its past is not what the county holds,
/// operations are missing, it came back from an older copy.
const TROUBLES: [&str; 4] = ["cloned", "other_past", "gap", "went_back"];
/// How long a phone that came back from an older copy is shown as odd.
const TOLD_MS: i64 = 7 * 24 * HOUR_MS;

/// A worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct WorkerLine {
    pub id: String,
    pub name: String,
    pub number: String,
    pub role: &'static str,
    pub grids: Vec<Named>,
    pub last_contact_ms: Option<i64>,
    pub devices: u32,
}

/// A phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct DeviceLine {
    pub id: String,
    pub worker: String,
    pub worker_number: String,
    pub grid: String,
    pub enrolled_ms: i64,
    pub last_contact_ms: Option<i64>,
    pub app_version: String,
    pub waiting: Option<u64>,
    pub clock_off_ms: Option<i64>,
    pub state: &'static str,
    pub odd: Vec<&'static str>,
    pub trouble: Option<&'static str>,
    pub trouble_ms: Option<i64>,
    pub held_deletes: u64,
}

/// An enrolment code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct Code {
    pub code: String,
    pub address: String,
    pub qr: String,
    pub expires_ms: i64,
}

#[derive(Deserialize)]
struct CodeForm {
    #[serde(default)]
    hours: Option<i64>,
}

#[derive(Deserialize)]
struct ReasonForm {
    #[serde(default)]
    reason: String,
}

/// Whose areas lie within the account's: the place of work, or anything granted.
fn in_scope(view: &WorkerView, tree: &AreaTree, top: RecordId) -> bool {
    tree.within(view.row.area, top) || view.grants.iter().any(|area| tree.within(*area, top))
}

/// The workers of an area and below.
///
/// # Errors
/// Those of the storage.
pub fn workers(county: &County, top: RecordId) -> Answer<Vec<WorkerView>> {
    let tree = county.areas();
    Ok(county.workers()?.into_iter().filter(|view| in_scope(view, &tree, top)).collect())
}

fn top(call: &Call, county: &County, seat: &Seat) -> Answer<RecordId> {
    let Some(text) = call.word("area") else { return Ok(seat.area) };
    let area: RecordId = text.parse().map_err(|_| Problem::not_found())?;
    seat.sees(&county.areas(), area)?;
    Ok(area)
}

fn heard(ms: i64) -> Option<i64> {
    (ms > 0).then_some(ms)
}

fn worker_line(tree: &AreaTree, seat: &Seat, view: WorkerView) -> WorkerLine {
    WorkerLine {
        // An area beyond the account's is not named.
        grids: view
            .grants
            .iter()
            .filter(|area| tree.within(**area, seat.area))
            .filter_map(|area| tree.get(*area))
            .map(|node| Named { id: node.id.to_string(), name: node.name.clone() })
            .collect(),
        id: view.row.id.to_string(),
        name: view.row.name,
        number: view.row.number,
        role: WorkerRole::from_code(view.row.role).map_or("unknown", WorkerRole::word),
        last_contact_ms: heard(view.last_contact_ms),
        devices: view.devices,
    }
}

/// One worker, after a change: also when the change took the last area out of the account's sight.
///
/// # Errors
/// `not_found`.
pub fn line_of(county: &County, seat: &Seat, id: RecordId) -> Answer<WorkerLine> {
    let view = county.workers()?.into_iter().find(|view| view.row.id == id);
    Ok(worker_line(&county.areas(), seat, view.ok_or_else(Problem::not_found)?))
}

/// `GET workers`.
///
/// # Errors
/// `not_found`, `bad_request`.
pub fn list(call: &Call, county: &County, seat: &Seat) -> Answer<Rows<WorkerLine>> {
    let tree = county.areas();
    let line = |view: WorkerView| worker_line(&tree, seat, view);
    let lines = workers(county, top(call, county, seat)?)?.into_iter().map(line).collect();
    Ok(piece(lines, call.page()?))
}

/// `POST workers/{id}/enrol-code`.
///
/// # Errors
/// `not_found`, `bad_request`, `worker_without_area`.
pub fn enrol_code(call: &Call, county: &County, seat: &Seat) -> Answer<Code> {
    let id = call.id()?;
    let worker = workers(county, seat.area)?.into_iter().find(|view| view.row.id == id);
    let worker = worker.ok_or_else(Problem::not_found)?;
    // Whoever holds a worker's phone sees all that was granted: an account may not hand out more than it sees.
    let tree = county.areas();
    if !worker.grants.iter().all(|area| tree.within(*area, seat.area)) {
        return Err(Problem::new(403, "not_allowed"));
    }
    let life_ms = match call.body::<CodeForm>()?.hours {
        None => 10 * MINUTE_MS,
        Some(hours @ 1..=24) => hours * HOUR_MS,
        Some(_) => return Err(Problem::bad("hours")),
    };
    let opened = county.open_code(id, county.now_ms() + life_ms)?;
    county.audit(&seat.audit("enrol_code", &worker.row.number, "", ""))?;
    shown(call, &opened)
}

/// A code as it stands on the screen; after this nobody can show it again.
fn shown(call: &Call, opened: &OpenedCode) -> Answer<Code> {
    let address = CountyAddress::read(&call.app.address, 443).map_err(|_| Problem::bad("address"))?;
    let ca = &call.app.ca.current;
    Ok(Code {
        code: EnrolCode::new(opened.single_use, ca).to_typed(),
        address: address.to_string(),
        qr: Invitation { address, single_use: opened.single_use, ca_sha256: Sha256::digest(ca).into() }
            .to_text(),
        expires_ms: opened.expires_ms,
    })
}

fn line(county: &County, labels: &Labels<'_>, view: &WorkerView, device: &DeviceRow) -> Answer<DeviceLine> {
    let now_ms = county.now_ms();
    let mut odd = Vec::new();
    if device.clock_off_ms.is_some_and(|off| off.abs() > CLOCK_OFF_MS) {
        odd.push("clock_off");
    }
    let last_sign = device.last_contact_ms.max(device.enrolled_ms);
    if device.state != DeviceState::Revoked && now_ms - last_sign > SILENT_MS {
        odd.push("silent");
    }
    let trouble = TROUBLES.into_iter().find(|known| *known == device.trouble);
    // A phone that went back mends itself; it is shown for a while, because there may be two of it.
    let trouble = trouble.filter(|known| *known != "went_back" || now_ms - device.trouble_ms < TOLD_MS);
    odd.extend(trouble);
    let held_deletes = county.held_deletes(device.no)?;
    if held_deletes > 0 {
        odd.push("mass_delete");
    }
    Ok(DeviceLine {
        id: device.id.to_string(),
        worker: view.row.name.clone(),
        worker_number: view.row.number.clone(),
        grid: labels.area(view.grants.first().copied().unwrap_or(view.row.area)),
        enrolled_ms: device.enrolled_ms,
        last_contact_ms: heard(device.last_contact_ms),
        app_version: device.app.clone(),
        waiting: device.said_counter.map(|said| said.saturating_sub(device.chain.counter)),
        clock_off_ms: device.clock_off_ms,
        state: match device.state {
            DeviceState::Active => "active",
            DeviceState::Revoked => "revoked",
            DeviceState::Quarantined => "quarantined",
        },
        odd,
        trouble,
        trouble_ms: trouble.map(|_| device.trouble_ms),
        held_deletes,
    })
}

fn lines(county: &County, top: RecordId) -> Answer<Vec<DeviceLine>> {
    let labels = Labels::new(county);
    let workers = workers(county, top)?;
    let mut lines = Vec::new();
    for device in county.devices()? {
        if let Some(view) = workers.iter().find(|view| view.row.id == device.worker) {
            lines.push(line(county, &labels, view, &device)?);
        }
    }
    Ok(lines)
}

/// `GET devices`.
///
/// # Errors
/// `not_found`, `bad_request`.
pub fn devices(call: &Call, county: &County, seat: &Seat) -> Answer<Rows<DeviceLine>> {
    Ok(piece(lines(county, top(call, county, seat)?)?, call.page()?))
}

/// How many phones are odd.
///
/// # Errors
/// Those of the storage.
pub fn odd_devices(county: &County, seat: &Seat) -> Answer<u64> {
    let odd = |line: &&DeviceLine| line.state != "revoked" && !line.odd.is_empty();
    Ok(lines(county, seat.area)?.iter().filter(odd).count() as u64)
}

/// One phone within the account's area, after a change.
///
/// # Errors
/// `not_found`.
pub fn line_of_device(county: &County, seat: &Seat, id: &str) -> Answer<DeviceLine> {
    lines(county, seat.area)?.into_iter().find(|line| line.id == id).ok_or_else(Problem::not_found)
}

/// `POST devices/{id}/revoke`.
///
/// # Errors
/// `not_found`, `bad_request`.
pub fn revoke(call: &Call, county: &County, seat: &Seat) -> Answer<DeviceLine> {
    let id = call.id()?.to_string();
    let reason = call.body::<ReasonForm>()?.reason;
    line_of_device(county, seat, &id)?;
    let device = Uuid::parse_str(&id).map_err(|_| Problem::not_found())?;
    county.revoke_device(device)?;
    county.audit(&seat.audit("revoke", &id, reason.trim(), ""))?;
    line_of_device(county, seat, &id)
}

/// `POST devices/{id}/reinstate`: the phone was found again.
///
/// # Errors
/// `not_found`, `bad_request`.
pub fn reinstate(call: &Call, county: &County, seat: &Seat) -> Answer<DeviceLine> {
    let id = call.id()?.to_string();
    let reason = call.body::<ReasonForm>()?.reason;
    line_of_device(county, seat, &id)?;
    if reason.trim().is_empty() {
        return Err(Problem::bad("reason"));
    }
    county.reinstate_device(Uuid::parse_str(&id).map_err(|_| Problem::not_found())?)?;
    county.audit(&seat.audit("reinstate", &id, reason.trim(), ""))?;
    line_of_device(county, seat, &id)
}

/// `POST devices/{id}/reopen-code`. The account has satisfied itself who is asking; how is in `reason`.
///
/// # Errors
/// `not_found`, `bad_request`, `not_allowed`, `device_revoked`.
pub fn reopen_code(call: &Call, county: &County, seat: &Seat) -> Answer<Code> {
    let id = call.id()?.to_string();
    let reason = call.body::<ReasonForm>()?.reason;
    let device = Uuid::parse_str(&id).map_err(|_| Problem::not_found())?;
    let workers = workers(county, seat.area)?;
    let row = county.devices()?.into_iter().find(|row| row.id == device).ok_or_else(Problem::not_found)?;
    let worker = workers.iter().find(|view| view.row.id == row.worker).ok_or_else(Problem::not_found)?;
    // Whoever opens the phone reads all that lies on it: an account may not open more than it sees.
    let tree = county.areas();
    if !worker.grants.iter().all(|area| tree.within(*area, seat.area)) {
        return Err(Problem::new(403, "not_allowed"));
    }
    if reason.trim().is_empty() {
        return Err(Problem::bad("reason"));
    }
    if row.state == DeviceState::Revoked {
        return Err(Problem::new(409, "device_revoked"));
    }
    let opened = county.open_reopen_code(device)?;
    county.audit(&seat.audit("reopen_code", &id, reason.trim(), &worker.row.number))?;
    shown(call, &opened)
}
