//! Fields with two values that wait for a human.

use super::call::{Call, Rows, Seat, piece};
use super::labels::{COUNTY, Labels};
use super::problem::Answer;
use crate::county::County;
use crate::storage::{Page, RecordRow};
use serde::Serialize;
use utoipa::ToSchema;
use xunge_domain::codes::{mask_id_text, mask_name, mask_phone_text, redact};
use xunge_domain::ids::{DeviceNo, RecordId};
use xunge_domain::operation::{Payload, Verb};
use xunge_domain::records::typing::{Entry, as_typed, entry_of};
use xunge_domain::records::{FieldSpec, RecordKind, SlotCode, slot_name};
use xunge_domain::value::{Edit, Value};
use xunge_sync::merge::{Conflict, RecordState, Side};
use xunge_sync::settle::room_for_both;

/// Said of a deletion.
const DELETED: &str = "deleted";

/// One field with its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct ReviewRow {
    pub id: String,
    pub kind: &'static str,
    pub household: Option<String>,
    pub door: String,
    pub subject: String,
    pub field: &'static str,
    pub grid: String,
    pub sides: Vec<SideRow>,
    pub both: bool,
    pub third: Option<EntryRow>,
}

/// One value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct SideRow {
    pub op: String,
    pub by: String,
    pub at_ms: i64,
    pub deletes: bool,
    pub parts: Vec<PartRow>,
    pub provisional: bool,
}

/// What a value says, field by field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct PartRow {
    pub field: &'static str,
    pub group: &'static str,
    pub value: String,
}

/// How a third value is typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct EntryRow {
    pub kind: &'static str,
    pub group: &'static str,
    pub codes: &'static [&'static str],
}

/// The fields of the slot on which the sides do not agree.
pub(super) fn differing(kind: RecordKind, conflict: &Conflict) -> Vec<&'static FieldSpec> {
    let says = |side: &Side, field: &FieldSpec| side.values.get(&field.key).cloned();
    kind.fields()
        .iter()
        .filter(|field| field.slot == conflict.slot)
        .filter(|field| {
            let first = conflict.sides.first().and_then(|side| says(side, field));
            conflict.sides.iter().any(|side| says(side, field) != first)
        })
        .collect()
}

/// A value as the desk may read it without opening the person.
fn shown(county: &County, kind: RecordKind, field: &FieldSpec, value: &Value) -> Answer<String> {
    if let (Some(record), false) = (value.as_reference(), matches!(field.name, "gaps")) {
        return refers_to(county, record);
    }
    Ok(match (field.name, value) {
        // A birthday tells people apart: the year is enough to decide.
        ("birth", value) => as_typed(kind, field.name, value)
            .map(|day| format!("{}-**-**", day.split('-').next().unwrap_or_default()))
            .unwrap_or_default(),
        ("name", Value::Text(text)) if kind == RecordKind::Person => mask_name(text),
        ("citizen_id", Value::Text(text)) => mask_id_text(text),
        ("phone", Value::Text(text)) => mask_phone_text(text),
        (_, Value::Text(text)) => redact(text),
        (_, Value::Int(_) | Value::Bool(_)) => as_typed(kind, field.name, value)
            .or_else(|| value.as_int().map(|int| int.to_string()))
            .unwrap_or_default(),
        (_, Value::Null | Value::Bytes(_)) => String::new(),
    })
}

fn part(county: &County, kind: RecordKind, field: &FieldSpec, value: &Value) -> Answer<PartRow> {
    let group = match entry_of(kind, field.name) {
        Some(Entry::Choice { group, .. }) => group,
        _ => "",
    };
    let name = match (kind, field.name) {
        (RecordKind::Occupancy, "kind") => "occupancy",
        (RecordKind::Residence, "kind") => "residence",
        (_, name) => name,
    };
    Ok(PartRow { field: name, group, value: shown(county, kind, field, value)? })
}

fn refers_to(county: &County, record: RecordId) -> Answer<String> {
    let Some(row) = county.record(record)? else { return Ok(String::new()) };
    Ok(match RecordKind::from_code(row.kind) {
        Some(RecordKind::Dwelling) => Labels::new(county).dwelling(record)?,
        Some(RecordKind::Person) => mask_name(row.text(1)),
        _ => String::new(),
    })
}

/// The household a record belongs to.
fn household_of(county: &County, row: &RecordRow) -> Answer<Option<RecordId>> {
    Ok(match RecordKind::from_code(row.kind) {
        Some(RecordKind::Household) => Some(row.id),
        Some(RecordKind::Occupancy) => row.reference(1),
        Some(RecordKind::Residence) => row.reference(2),
        Some(RecordKind::Visit) => row.reference(1),
        Some(RecordKind::Person) => {
            let residences = county.by_second(RecordKind::Residence, row.id)?;
            residences.iter().rev().find(|row| row.int(6).is_none()).and_then(|row| row.reference(2))
        }
        _ => None,
    })
}

/// Who wrote with a device: a name where the writer's own area is in the account's sight, a role where it is not.
fn author(county: &County, seat: &Seat, labels: &Labels<'_>, device: DeviceNo) -> Answer<String> {
    if device == DeviceNo::COUNTY {
        return Ok(COUNTY.to_owned());
    }
    match county.device_no(device)? {
        Some(row) => role_or_name(county, seat, labels, row.worker),
        None => Ok("worker".to_owned()),
    }
}

/// A worker's name where their own area is in the account's sight, the role where it is not.
pub(super) fn role_or_name(
    county: &County,
    seat: &Seat,
    labels: &Labels<'_>,
    worker: RecordId,
) -> Answer<String> {
    Ok(match county.worker(worker)? {
        Some(worker) if county.areas().within(worker.area, seat.area) => labels.worker(Some(worker.id))?,
        Some(worker) => xunge_domain::records::words::WorkerRole::from_code(worker.role)
            .map_or("worker", xunge_domain::records::words::WorkerRole::word)
            .to_owned(),
        None => "worker".to_owned(),
    })
}

fn side_row(
    county: &County,
    seat: &Seat,
    labels: &Labels<'_>,
    kind: RecordKind,
    conflict: &Conflict,
    state: &RecordState,
    side: &Side,
) -> Answer<SideRow> {
    let origin = state.origin(kind, conflict.slot, side.op);
    let written = county.operation_of(origin)?;
    let deletes = written.as_ref().is_some_and(|fed| fed.op.header.verb == Verb::DELETE);
    let mut parts = Vec::new();
    if conflict.slot == SlotCode::ALIVE {
        // What an edit against a deletion wrote, so that it is seen what would be lost.
        let payload = written.as_ref().filter(|_| !deletes).and_then(|fed| fed.op.read().ok());
        for (key, edit) in payload.unwrap_or(Payload::default()).edits {
            if let (Some(field), Edit::Put(value)) = (kind.field(key), edit) {
                parts.push(part(county, kind, field, &value)?);
            }
        }
    } else {
        for field in differing(kind, conflict) {
            let value = side.values.get(&field.key).cloned().unwrap_or(Value::Null);
            parts.push(part(county, kind, field, &value)?);
        }
    }
    Ok(SideRow {
        op: side.op.to_string(),
        by: author(county, seat, labels, origin.device)?,
        at_ms: written.map_or(0, |fed| fed.op.header.evidence.wall_ms),
        deletes,
        parts,
        provisional: conflict.sides.first().is_some_and(|first| first.op == side.op),
    })
}

/// Fields in sight of the account that wait for a human, for the navigation.
///
/// # Errors
/// `internal`.
pub fn open_fields(county: &County, seat: &Seat) -> Answer<u64> {
    let tree = county.areas();
    let mut open = 0;
    for row in county.in_review(Page::ALL)?.iter().filter(|row| tree.within(row.area, seat.area)) {
        let merged = county.merged(row.id)?;
        open += merged.map_or(0, |(_, _, merged)| merged.conflicts.len() as u64);
    }
    Ok(open)
}

/// `GET review`.
///
/// # Errors
/// `bad_request`.
pub fn list(call: &Call, county: &County, seat: &Seat) -> Answer<Rows<ReviewRow>> {
    let tree = county.areas();
    let labels = Labels::new(county);
    let mut rows = Vec::new();
    for row in county.in_review(Page::ALL)?.iter().filter(|row| tree.within(row.area, seat.area)) {
        let Some((kind, state, merged)) = county.merged(row.id)? else { continue };
        let household = household_of(county, row)?;
        for conflict in &merged.conflicts {
            let mut sides = Vec::new();
            for side in &conflict.sides {
                sides.push(side_row(county, seat, &labels, kind, conflict, &state, side)?);
            }
            let (field, third) = match differing(kind, conflict)[..] {
                [only] => (part(county, kind, only, &Value::Null)?.field, entry_of(kind, only.name)),
                _ => (slot_name(kind, conflict.slot), None),
            };
            rows.push(ReviewRow {
                id: format!("{}:{}", row.id, conflict.slot.0),
                kind: kind.name(),
                household: household.map(|household| household.to_string()),
                door: household.map(|household| labels.household(household)).transpose()?.unwrap_or_default(),
                subject: if kind == RecordKind::Person { mask_name(row.text(1)) } else { String::new() },
                field: if conflict.slot == SlotCode::ALIVE { DELETED } else { field },
                grid: labels.area(row.area),
                sides,
                both: room_for_both(kind, conflict.slot).is_some(),
                // Doors are chosen on the phone, in front of them.
                third: third.filter(|entry| *entry != Entry::Door).map(|entry| EntryRow {
                    kind: entry.name(),
                    group: if let Entry::Choice { group, .. } = entry { group } else { "" },
                    codes: if let Entry::Choice { codes, .. } = entry { codes } else { &[] },
                }),
            });
        }
    }
    Ok(piece(rows, call.page()?))
}
