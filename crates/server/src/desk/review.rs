//! Fields with two values that wait for a human.

use super::call::{Call, Rows, Seat, piece};
use super::labels::Labels;
use super::problem::Answer;
use crate::county::County;
use crate::storage::{Page, RecordRow};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use xunge_domain::codes::{mask_id_text, mask_name, mask_phone_text, redact};
use xunge_domain::ids::RecordId;
use xunge_domain::records::{FieldKey, RecordKind, slot_name};
use xunge_domain::value::Value;

/// One field with its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct ReviewRow {
    pub id: String,
    pub kind: &'static str,
    pub door: String,
    pub subject: String,
    pub field: &'static str,
    pub grid: String,
    pub sides: Vec<SideRow>,
}

/// One value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct SideRow {
    pub by: String,
    pub at_ms: i64,
    pub value: String,
    pub provisional: bool,
}

/// A value as the desk may read it without opening the person.
fn shown(kind: RecordKind, key: FieldKey, value: &Value) -> String {
    let text = match value {
        Value::Null => return String::new(),
        Value::Bool(yes) => return yes.to_string(),
        Value::Int(int) if kind == RecordKind::Person && key == FieldKey(3) => {
            // A birthday tells people apart: the year is enough to decide.
            let year =
                chrono::DateTime::from_timestamp(int * 86_400, 0).map(|day| day.format("%Y").to_string());
            return year.map(|year| format!("{year}-**-**")).unwrap_or_default();
        }
        Value::Int(int) => return int.to_string(),
        Value::Bytes(_) => return String::new(),
        Value::Text(text) => text,
    };
    match kind.field(key).map(|field| field.name) {
        Some("name") if kind == RecordKind::Person => mask_name(text),
        Some("citizen_id") => mask_id_text(text),
        Some("phone") => mask_phone_text(text),
        _ => redact(text),
    }
}

fn side_text(county: &County, kind: RecordKind, values: &BTreeMap<FieldKey, Value>) -> Answer<String> {
    let mut parts = Vec::new();
    for (key, value) in values {
        let text = match value.as_reference() {
            Some(record) => refers_to(county, record)?,
            None => shown(kind, *key, value),
        };
        if !text.is_empty() {
            parts.push(text);
        }
    }
    Ok(parts.join(" · "))
}

fn refers_to(county: &County, record: RecordId) -> Answer<String> {
    let Some(row) = county.record(record)? else { return Ok(String::new()) };
    Ok(match RecordKind::from_code(row.kind) {
        Some(RecordKind::Dwelling) => super::labels::door("", row.text(2), row.text(4)),
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

/// `GET review`.
///
/// # Errors
/// `bad_request`.
pub fn list(call: &Call, county: &County, seat: &Seat) -> Answer<Rows<ReviewRow>> {
    let tree = county.areas();
    let labels = Labels::new(county);
    let mut rows = Vec::new();
    for row in county.in_review(Page::ALL)?.iter().filter(|row| tree.within(row.area, seat.area)) {
        let Some((kind, _, merged)) = county.merged(row.id)? else { continue };
        let household = household_of(county, row)?;
        for conflict in &merged.conflicts {
            let mut sides = Vec::new();
            for (index, side) in conflict.sides.iter().enumerate() {
                let written = county.operation_of(side.op)?;
                sides.push(SideRow {
                    by: labels.device(side.op.device)?,
                    at_ms: written.map_or(0, |fed| fed.op.header.evidence.wall_ms),
                    value: side_text(county, kind, &side.values)?,
                    provisional: index == 0,
                });
            }
            rows.push(ReviewRow {
                id: format!("{}:{}", row.id, conflict.slot.0),
                kind: kind.name(),
                door: household.map(|household| labels.household(household)).transpose()?.unwrap_or_default(),
                subject: if kind == RecordKind::Person { mask_name(row.text(1)) } else { String::new() },
                field: slot_name(kind, conflict.slot),
                grid: labels.area(row.area),
                sides,
            });
        }
    }
    Ok(piece(rows, call.page()?))
}
