//! A field with two values, settled at the desk: one of them, both, or a third; and that taken back. What is written is an
//! operation of the county, so every phone of the area sees the question vanish, or come up again.

use super::call::{Call, Seat};
use super::problem::{Answer, Problem};
use super::review::differing;
use crate::county::{Change, County, CountyEdit, CountyError, Refused, WriteTx};
use crate::storage::RecordRow;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use xunge_domain::ids::{DeviceNo, OpId, RecordId};
use xunge_domain::records::typing::{Entry, Untyped, entry_of, typed};
use xunge_domain::records::{FieldKey, RecordKind, SlotCode};
use xunge_domain::value::Edit;
use xunge_sync::merge::{Conflict, Merged};
use xunge_sync::settle::{choosing, keeping_both};

/// What was decided.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ResolveForm {
    /// The values the decision was made between, as operation ids of the sides.
    pub seen: Vec<String>,
    /// The one chosen.
    #[serde(default)]
    pub op: Option<String>,
    /// A third one, typed; wins over `op`.
    #[serde(default)]
    pub value: Option<String>,
    /// Both are kept.
    #[serde(default)]
    pub both: bool,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Resolved {
    /// For `reopen`; null after one.
    pub undo: Option<String>,
}

/// Which settlement is taken back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ReopenForm {
    /// From [`Resolved::undo`].
    pub op: String,
}

/// `{record}:{slot}` of the path, and the record, which the account must see.
fn asked(call: &Call, county: &County, seat: &Seat) -> Answer<(RecordRow, RecordKind, SlotCode)> {
    let id = call.path.get("id").map(String::as_str).unwrap_or_default();
    let (record, slot) = id.split_once(':').ok_or_else(Problem::not_found)?;
    let record: RecordId = record.parse().map_err(|_| Problem::not_found())?;
    let slot = slot.parse().map(SlotCode).map_err(|_| Problem::not_found())?;
    let row = county.record(record)?.filter(|row| !row.erased).ok_or_else(Problem::not_found)?;
    seat.sees(&county.areas(), row.area)?;
    let kind = RecordKind::from_code(row.kind).ok_or_else(Problem::not_found)?;
    Ok((row, kind, slot))
}

fn op_id(text: &str) -> Answer<OpId> {
    text.parse().map_err(|_| Problem::bad("op"))
}

/// What the decision writes.
fn change_of(
    form: &ResolveForm,
    kind: RecordKind,
    merged: &Merged,
    conflict: &Conflict,
    today: chrono::NaiveDate,
) -> Answer<Change> {
    let chosen = form.op.as_deref().map(op_id).transpose()?;
    if conflict.slot == SlotCode::ALIVE {
        let chosen = chosen.ok_or_else(|| Problem::bad("op"))?;
        let deletes = merged.deletions.contains(&chosen);
        let keeps = Change::Resolve { slot: conflict.slot, edits: BTreeMap::new() };
        return Ok(if deletes { Change::Delete } else { keeps });
    }
    let edits = match (&form.value, chosen) {
        (Some(text), _) => third(kind, conflict, text, today)?,
        (None, _) if form.both => keeping_both(kind, conflict).ok_or_else(|| Problem::bad("both"))?,
        (None, Some(op)) => choosing(conflict, op).ok_or_else(|| Problem::bad("op"))?,
        (None, None) => return Err(Problem::bad("op")),
    };
    Ok(Change::Resolve { slot: conflict.slot, edits })
}

fn third(
    kind: RecordKind,
    conflict: &Conflict,
    text: &str,
    today: chrono::NaiveDate,
) -> Answer<BTreeMap<FieldKey, Edit>> {
    let [field] = differing(kind, conflict)[..] else { return Err(Problem::bad("value")) };
    if entry_of(kind, field.name).is_none_or(|entry| entry == Entry::Door) {
        return Err(Problem::bad("value"));
    }
    let value = typed(kind, field.name, text, today).map_err(|untyped| match untyped {
        Untyped::Invalid => Problem::bad("value"),
        Untyped::TooLong => Problem::bad("text"),
    })?;
    Ok(BTreeMap::from([(field.key, Edit::Put(value))]))
}

/// Judges and writes under the one write lock, so that nothing that arrived meanwhile is settled unseen.
fn decide(
    county: &County,
    judge: impl FnOnce(&WriteTx<'_>) -> Answer<(Vec<CountyEdit>, crate::storage::AuditEntry)>,
) -> Answer<u64> {
    let mut problem = None;
    let written = county.write(|tx| match judge(tx) {
        Ok((edits, entry)) => {
            let wrote = county.write_in(tx, &edits)?;
            county.audit_in(tx, &entry)?;
            Ok(wrote.last)
        }
        Err(refused) => {
            problem = Some(refused);
            Err(CountyError::from(Refused::NotFound))
        }
    });
    match problem {
        Some(problem) => Err(problem),
        None => Ok(written?),
    }
}

/// `POST review/{id}/resolve`.
///
/// # Errors
/// `not_found`, `bad_request`, `changed_meanwhile`.
pub fn resolve(call: &Call, county: &County, seat: &Seat) -> Answer<Resolved> {
    let (row, kind, slot) = asked(call, county, seat)?;
    let form: ResolveForm = call.body()?;
    let seen: BTreeSet<OpId> = form.seen.iter().map(|op| op_id(op)).collect::<Answer<_>>()?;
    let today = crate::local_day::day_of(county.now_ms());
    let last = decide(county, |_| {
        let meanwhile = || Problem::new(409, "changed_meanwhile");
        let (_, _, merged) = county.merged(row.id)?.ok_or_else(Problem::not_found)?;
        let conflict =
            merged.conflicts.iter().find(|conflict| conflict.slot == slot).ok_or_else(meanwhile)?;
        if conflict.sides.iter().map(|side| side.op).collect::<BTreeSet<_>>() != seen {
            return Err(meanwhile());
        }
        let change = change_of(&form, kind, &merged, conflict, today)?;
        let edit = CountyEdit { kind, record: row.id, area: row.area, change };
        Ok((vec![edit], seat.audit("review_settled", &row.id.to_string(), "", "")))
    })?;
    Ok(Resolved { undo: Some(OpId { device: DeviceNo::COUNTY, counter: last }.to_string()) })
}

/// `POST review/{id}/reopen`.
///
/// # Errors
/// `not_found`, `bad_request`, `changed_meanwhile` when somebody has decided anew since.
pub fn reopen(call: &Call, county: &County, seat: &Seat) -> Answer<Resolved> {
    let (row, kind, _) = asked(call, county, seat)?;
    let op = op_id(&call.body::<ReopenForm>()?.op)?;
    if op.device != DeviceNo::COUNTY {
        return Err(Problem::not_found());
    }
    decide(county, |_| {
        let (_, state, _) = county.merged(row.id)?.ok_or_else(Problem::not_found)?;
        let again = state.reopening(kind, op).ok_or_else(Problem::not_found)?;
        if !state.settles(kind, op) {
            return Err(Problem::new(409, "changed_meanwhile"));
        }
        let edits = again
            .into_iter()
            .map(|(verb, payload, height)| CountyEdit {
                kind,
                record: row.id,
                area: row.area,
                change: Change::Written { verb, payload, height },
            })
            .collect();
        Ok((edits, seat.audit("review_reopened", &row.id.to_string(), "", "")))
    })?;
    Ok(Resolved { undo: None })
}
