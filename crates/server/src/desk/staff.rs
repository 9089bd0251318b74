//! Workers added, and what they may see granted and taken back. A town's centre does so within its area, and makes nobody
//! of its own rank or above.

use super::call::{Call, Seat};
use super::problem::{Answer, Problem};
use super::workers::{WorkerLine, line_of, workers};
use crate::administration::workers::{self as core, NewWorker};
use crate::county::County;
use serde::Deserialize;
use utoipa::ToSchema;
use xunge_domain::ids::RecordId;
use xunge_domain::records::words::WorkerRole;

/// A new worker.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct WorkerForm {
    /// Name.
    pub name: String,
    /// Number; one is made up when empty.
    #[serde(default)]
    pub number: String,
    /// Role word.
    pub role: String,
    /// Id of the area to work in.
    pub area: String,
}

#[derive(Deserialize)]
struct GrantForm {
    area: String,
}

/// An area within the account's, by the id sent.
fn area(county: &County, seat: &Seat, sent: &str) -> Answer<RecordId> {
    let area: RecordId = sent.parse().map_err(|_| Problem::not_found())?;
    let tree = county.areas();
    seat.sees(&tree, area)?;
    tree.get(area).map(|node| node.id).ok_or_else(Problem::not_found)
}

/// `POST workers`.
///
/// # Errors
/// `not_found`, `not_allowed`, `bad_request`, `number_taken`.
pub fn add(call: &Call, county: &County, seat: &Seat) -> Answer<WorkerLine> {
    let form: WorkerForm = call.body()?;
    let area = area(county, seat, &form.area)?;
    let role = WorkerRole::from_word(&form.role).ok_or_else(|| Problem::bad("role"))?;
    if seat.role != "county" && matches!(role, WorkerRole::CountyCentre | WorkerRole::TownCentre) {
        return Err(Problem::new(403, "not_allowed"));
    }
    let number = Some(form.number.trim()).filter(|number| !number.is_empty());
    let added = core::add(county, &seat.account, NewWorker { name: &form.name, number, role, area })?;
    line_of(county, seat, added.id)
}

fn change(call: &Call, county: &County, seat: &Seat, granted: bool) -> Answer<WorkerLine> {
    let id = call.id()?;
    workers(county, seat.area)?.iter().find(|view| view.row.id == id).ok_or_else(Problem::not_found)?;
    let area = area(county, seat, &call.body::<GrantForm>()?.area)?;
    core::set_grant(county, &seat.account, id, area, granted)?;
    line_of(county, seat, id)
}

/// `POST workers/{id}/grant`.
///
/// # Errors
/// `not_found`, `bad_request`.
pub fn grant(call: &Call, county: &County, seat: &Seat) -> Answer<WorkerLine> {
    change(call, county, seat, true)
}

/// `POST workers/{id}/revoke-grant`.
///
/// # Errors
/// `not_found`, `bad_request`.
pub fn revoke_grant(call: &Call, county: &County, seat: &Seat) -> Answer<WorkerLine> {
    change(call, county, seat, false)
}
