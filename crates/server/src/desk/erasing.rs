//! Erasing a person by law, at the desk of the county.

use super::call::{Call, Seat};
use super::people::{PersonRow, masked};
use super::problem::{Answer, Problem};
use crate::county::County;
use crate::county::erase::{Erased, Erasing, GROUNDS};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;

/// Longest reason, in characters.
const LONGEST_REASON: usize = 200;

/// On what ground a person is erased.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct EraseForm {
    /// `purpose_over`, `keeping_over`, `consent_withdrawn`, `unlawful` or `ordered`.
    pub ground: String,
    /// Number of the file, who decided. Nothing personal: it stays for ever.
    #[serde(default)]
    pub reason: String,
    /// Ids of the records that were shown.
    pub seen: Vec<String>,
}

/// What erasing a person takes along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ToErase {
    /// All records put together as this person, masked, the asked one first.
    pub people: Vec<OneToErase>,
}

/// A record of the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OneToErase {
    /// As lists show it.
    #[serde(flatten)]
    pub person: PersonRow,
    /// Whether it was deleted before: no list shows it any more, and it goes all the same.
    pub deleted: bool,
}

/// `GET people/{id}/erase`: what would go.
///
/// # Errors
/// `not_found`, `not_allowed`.
pub fn preview(call: &Call, county: &County, seat: &Seat) -> Answer<ToErase> {
    let person = seat.record(county, RecordKind::Person, call.id()?)?;
    if seat.role != "county" {
        return Err(Problem::new(403, "not_allowed"));
    }
    let all = county.all_of_person(person.id)?;
    let mut people = Vec::new();
    for row in &all {
        let lives = county.by_second(RecordKind::Residence, row.id)?;
        let open = lives.iter().rev().find(|residence| residence.int(6).is_none());
        people.push(OneToErase { person: masked(row, open, county.now_ms()), deleted: row.deleted });
    }
    Ok(ToErase { people })
}

/// `POST people/{id}/erase`. Only accounts of the county erase; it cannot be undone.
///
/// # Errors
/// `not_found`, `not_allowed`, `bad_request`, `changed_meanwhile` when the records are no longer those that were shown.
pub fn person(call: &Call, county: &County, seat: &Seat) -> Answer<Erased> {
    let person = seat.record(county, RecordKind::Person, call.id()?)?;
    if seat.role != "county" {
        return Err(Problem::new(403, "not_allowed"));
    }
    let form: EraseForm = call.body()?;
    if !GROUNDS.contains(&form.ground.as_str()) {
        return Err(Problem::bad("ground"));
    }
    let reason = form.reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
        return Err(Problem::bad("reason"));
    }
    let seen: Option<Vec<RecordId>> = form.seen.iter().map(|id| id.parse().ok()).collect();
    let seen = seen.ok_or_else(|| Problem::bad("seen"))?;
    let erasing =
        Erasing { record: person.id, ground: &form.ground, who: &seat.account, reason, seen: Some(&seen) };
    let erased = county.erase(&erasing)?;
    let county = call.app.county.clone();
    // Rewriting the database takes its time; what is erased is gone for everybody already, and the hourly round ends
    // what this does not.
    call.app.executor.run(Box::new(move || {
        if let Err(error) = county.scrub() {
            tracing::warn!(code = error.code(), "traces of what was erased have still to go");
        }
    }));
    Ok(erased)
}
