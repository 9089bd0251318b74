//! Workers and what they may see.

use super::{Done, NotDone, at_once, entry, fitting};
use crate::county::{County, Refused};
use crate::edit::Draft;
use crate::storage::WorkerRow;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::WorkerRole;

/// Longest name, in characters: as in ledgers.
pub const LONGEST_NAME: usize = 40;
/// Longest number, in characters: as codes of areas.
pub const LONGEST_NUMBER: usize = 32;

/// A worker to be.
#[derive(Debug, Clone, Copy)]
pub struct NewWorker<'a> {
    /// Name.
    pub name: &'a str,
    /// Number; one is made up from the area's code otherwise.
    pub number: Option<&'a str>,
    /// Role.
    pub role: WorkerRole,
    /// Where the worker works and what is granted.
    pub area: RecordId,
}

/// Adds a worker and grants the area.
///
/// # Errors
/// `bad_name`, `bad_number`, `number_taken`; [`Refused::NotFound`] for an unknown area.
pub fn add(county: &County, who: &str, new: NewWorker<'_>) -> Done<WorkerRow> {
    let name = fitting("bad_name", new.name, LONGEST_NAME)?;
    let number = new.number.map(|number| fitting("bad_number", number, LONGEST_NUMBER)).transpose()?;
    if number.as_deref().is_some_and(|number| !number.chars().all(|c| c.is_alphanumeric() || c == '-')) {
        return Err(NotDone::Refused("bad_number"));
    }
    let id = county.new_id();
    at_once(county, |tx| {
        let code = tx.tree().get(new.area).map(|node| node.code.clone());
        let code = code.ok_or(NotDone::County(Refused::NotFound.into()))?;
        let taken: Vec<String> = tx.rows().workers()?.into_iter().map(|row| row.number).collect();
        let number = number.unwrap_or_else(|| free_number(&code, &taken));
        if taken.contains(&number) {
            return Err(NotDone::Refused("number_taken"));
        }
        let draft = Draft::new(RecordKind::Worker, id, new.area)
            .with("name", name.as_str())
            .with("number", number.as_str())
            .with("role", new.role.code());
        county.write_in(tx, &[draft.into()])?;
        county.set_grant_in(tx, id, new.area, true)?;
        county.audit_in(tx, &entry(who, "worker_add", &number, &code))?;
        Ok(WorkerRow { id, area: new.area, number, name, role: new.role.code() })
    })
}

/// The last six digits of the area's code and a counter.
fn free_number(code: &str, taken: &[String]) -> String {
    let tail: String = code.chars().skip(code.chars().count().saturating_sub(6)).collect();
    let number = (1_u32..).map(|nth| format!("{tail}{nth:02}")).find(|number| !taken.contains(number));
    number.unwrap_or(tail)
}

/// Lets a worker see an area with all below it, or no longer. Written down by the worker's number.
///
/// # Errors
/// [`Refused::NotFound`] for an unknown worker or area.
pub fn set_grant(county: &County, who: &str, worker: RecordId, area: RecordId, granted: bool) -> Done<()> {
    at_once(county, |tx| {
        let not_found = || NotDone::County(Refused::NotFound.into());
        let row = tx.rows().worker(worker)?.ok_or_else(not_found)?;
        let code = tx.tree().get(area).map(|node| node.code.clone()).ok_or_else(not_found)?;
        county.set_grant_in(tx, worker, area, granted)?;
        let what = if granted { "grant" } else { "revoke_grant" };
        county.audit_in(tx, &entry(who, what, &row.number, &code))?;
        Ok(())
    })
}
