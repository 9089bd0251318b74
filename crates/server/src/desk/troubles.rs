//! What went wrong with a phone's log, decided at the desk: a quarantine lifted, deletions released or rejected. Each with a
//! reason, each a line of the audit log; the phone goes on with everything it has not sent.

use super::call::{Call, Seat};
use super::problem::{Answer, Problem};
use super::workers::{DeviceLine, line_of_device};
use crate::county::County;
use serde::Deserialize;
use uuid::Uuid;

#[derive(Deserialize)]
struct LiftForm {
    #[serde(default)]
    reason: String,
}

/// What becomes of a phone's held deletions.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct DeletesForm {
    /// Applied, or rejected.
    pub release: bool,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// The phone of the path, within the account's area, and the reason given.
fn asked(call: &Call, county: &County, seat: &Seat, reason: &str) -> Answer<(Uuid, String)> {
    let id = call.id()?.to_string();
    line_of_device(county, seat, &id)?;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Problem::bad("reason"));
    }
    Ok((Uuid::parse_str(&id).map_err(|_| Problem::not_found())?, reason.to_owned()))
}

/// `POST devices/{id}/lift`.
///
/// # Errors
/// `not_found`, `bad_request`, `not_quarantined`.
pub fn lift(call: &Call, county: &County, seat: &Seat) -> Answer<DeviceLine> {
    let form: LiftForm = call.body()?;
    let (device, reason) = asked(call, county, seat, &form.reason)?;
    county.lift_quarantine(device, &seat.account, &reason).map_err(|error| match error {
        crate::county::CountyError::Refused(_) => Problem::new(409, "not_quarantined"),
        other => other.into(),
    })?;
    line_of_device(county, seat, &device.to_string())
}

/// `POST devices/{id}/deletes`.
///
/// # Errors
/// `not_found`, `bad_request`, `nothing_held`.
pub fn deletes(call: &Call, county: &County, seat: &Seat) -> Answer<DeviceLine> {
    let form: DeletesForm = call.body()?;
    let (device, reason) = asked(call, county, seat, &form.reason)?;
    county.settle_held(device, form.release, &seat.account, &reason).map_err(|error| match error {
        crate::county::CountyError::Refused(_) => Problem::new(409, "nothing_held"),
        other => other.into(),
    })?;
    line_of_device(county, seat, &device.to_string())
}
