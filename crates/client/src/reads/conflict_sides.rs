//! The sides of a conflict in values a worker can compare: codes as words, links as doors, persons masked.
//!
//! A group of fields that moves together is shown by what differs in it: a household described as rented here and as owned
//! there, at the same door, is a conflict about how it is held.

use super::look::Look;
use super::naming::{masked_id, masked_phone};
use super::review::field_word;
use crate::error::Result;
use crate::local;
use crate::views::review::PartView;
use std::collections::BTreeSet;
use xunge_domain::codes::{mask_name, redact};
use xunge_domain::ids::RecordId;
use xunge_domain::operation::Verb;
use xunge_domain::records::typing::{Entry, entry_of};
use xunge_domain::records::words::{OccupancyKind, ResidenceKind, VisitOutcome};
use xunge_domain::records::{FieldKey, FieldSpec, FieldType, RecordKind, SlotCode, slot_name};
use xunge_domain::value::Value;
use xunge_sync::merge::{Conflict, Side};

/// Said of a deletion.
const DELETED: &str = "deleted";
/// Between the values of a group that differs in several fields.
const BETWEEN: &str = " · ";
/// The two numbers that make a place.
const PLACE_FIELDS: [&str; 2] = ["lat_e7", "lon_e7"];

/// What a conflict is about and what its sides say, in their order.
pub(super) struct Shown {
    pub(super) field: &'static str,
    pub(super) values: Vec<SideValue>,
}

/// What one side says.
pub(super) struct SideValue {
    pub(super) text: String,
    pub(super) parts: Vec<PartView>,
    pub(super) provisional: bool,
}

/// Puts a conflict into words.
pub(super) fn shown(
    look: &Look<'_>,
    kind: RecordKind,
    record: RecordId,
    conflict: &Conflict,
) -> Result<Shown> {
    if conflict.slot == SlotCode::ALIVE {
        return deletion(look, kind, record, conflict);
    }
    let differing = differing(kind, conflict);
    let field = match differing.as_slice() {
        [only] => field_word(kind, only).unwrap_or(only.name),
        _ => slot_name(kind, conflict.slot),
    };
    let first = conflict.sides.first().map(|side| &side.values);
    let mut values = Vec::new();
    for side in &conflict.sides {
        let parts = side_parts(look, kind, &differing, conflict, side)?;
        let text =
            parts.iter().map(|part| part.value.as_str()).filter(|text| !text.is_empty()).collect::<Vec<_>>();
        let text = text.join(BETWEEN);
        let parts = if differing.len() > 1 { parts } else { Vec::new() };
        values.push(SideValue { text, parts, provisional: Some(&side.values) == first });
    }
    Ok(Shown { field, values })
}

/// Deleted here, edited there: the record stays meanwhile, so the edits are what is shown.
fn deletion(look: &Look<'_>, kind: RecordKind, record: RecordId, conflict: &Conflict) -> Result<Shown> {
    let mut values = Vec::new();
    for side in &conflict.sides {
        let stored = look.reader.operation(side.op)?;
        let deletes = stored.as_ref().is_some_and(|stored| stored.header.verb == Verb::DELETE);
        let text = match stored {
            Some(stored) if !deletes => edited(look, kind, record, &stored)?,
            _ => DELETED.to_owned(),
        };
        values.push(SideValue { text, parts: Vec::new(), provisional: !deletes });
    }
    Ok(Shown { field: slot_name(kind, SlotCode::ALIVE), values })
}

/// What an edit against a deletion wrote, so that the worker sees what would be lost.
fn edited(
    look: &Look<'_>,
    kind: RecordKind,
    record: RecordId,
    stored: &xunge_store::StoredOperation,
) -> Result<String> {
    let state = crate::change::state_of(look.reader, kind, record)?;
    let written = state
        .operations()
        .find(|(id, _)| **id == stored.id())
        .map(|(_, written)| written.payload.edits.clone());
    let mut texts = Vec::new();
    for (key, edit) in written.unwrap_or_default() {
        if let (Some(field), xunge_domain::value::Edit::Put(value)) = (kind.field(key), edit) {
            texts.push(value_text(look, kind, field, &value)?);
        }
    }
    texts.retain(|text| !text.is_empty());
    Ok(texts.join(BETWEEN))
}

/// The fields of the slot on which the sides do not agree.
pub(crate) fn differing(kind: RecordKind, conflict: &Conflict) -> Vec<&'static FieldSpec> {
    let says = |side: &Side, key: FieldKey| side.values.get(&key).cloned().unwrap_or(Value::Null);
    kind.fields()
        .iter()
        .filter(|field| field.slot == conflict.slot)
        .filter(|field| {
            conflict.sides.iter().map(|side| says(side, field.key)).collect::<BTreeSet<_>>().len() > 1
        })
        .collect()
}

fn side_parts(
    look: &Look<'_>,
    kind: RecordKind,
    differing: &[&'static FieldSpec],
    conflict: &Conflict,
    side: &Side,
) -> Result<Vec<PartView>> {
    let part = |field: &str, group: &str, value: String| PartView {
        field: field.to_owned(),
        group: group.to_owned(),
        value,
    };
    let mut parts = Vec::new();
    if differing.iter().any(|field| PLACE_FIELDS.contains(&field.name)) {
        parts.extend(place_text(kind, side).map(|place| part("place", "", place)));
    }
    for field in
        differing.iter().filter(|field| !PLACE_FIELDS.contains(&field.name) && field.name != "accuracy_dm")
    {
        let Some(value) = side.values.get(&field.key) else { continue };
        let text = match (field.name, value) {
            ("birth", Value::Int(day)) => birth_text(*day, conflict, field.key),
            _ => value_text(look, kind, field, value)?,
        };
        let group = match entry_of(kind, field.name) {
            Some(Entry::Choice { group, .. }) => group,
            _ => "",
        };
        parts.push(part(field_word(kind, field).unwrap_or(field.name), group, text));
    }
    Ok(parts)
}

/// Degrees with five decimals, about a metre.
fn place_text(kind: RecordKind, side: &Side) -> Option<String> {
    let degrees = |name| {
        let value = side.values.get(&kind.field_named(name)?.key)?.as_int()?;
        Some(format!("{:.5}", value as f64 / 1e7))
    };
    Some(format!("{}, {}", degrees("lat_e7")?, degrees("lon_e7")?))
}

/// A birth date without what need not be seen: the year where the years differ, else month and day.
fn birth_text(day: i64, conflict: &Conflict, key: FieldKey) -> String {
    let Some(date) = local::date(day) else { return String::new() };
    let years: BTreeSet<String> = conflict
        .sides
        .iter()
        .filter_map(|side| local::date(side.values.get(&key)?.as_int()?))
        .map(|date| date.format("%Y").to_string())
        .collect();
    let pattern = if years.len() > 1 { "%Y-**-**" } else { "****-%m-%d" };
    date.format(pattern).to_string()
}

pub(super) fn value_text(
    look: &Look<'_>,
    kind: RecordKind,
    field: &FieldSpec,
    value: &Value,
) -> Result<String> {
    Ok(match (field.holds, value) {
        (_, Value::Null) => String::new(),
        (FieldType::Ref(target), _) => match value.as_reference() {
            Some(record) => reference_text(look, target, record)?,
            None => String::new(),
        },
        (FieldType::Day, Value::Int(day)) if field.personal => {
            local::date(*day).map(|date| date.format("%Y-**-**").to_string()).unwrap_or_default()
        }
        (FieldType::Day, Value::Int(day)) => {
            local::date(*day).map(|date| date.to_string()).unwrap_or_default()
        }
        (FieldType::Instant, Value::Int(ms)) => local::time_of(*ms).format("%Y-%m-%d %H:%M").to_string(),
        (_, Value::Text(text)) if field.personal => personal_text(field, text),
        (_, Value::Text(text)) => redact(text),
        (_, Value::Int(code)) => code_text(kind, field, *code),
        (_, Value::Bool(yes)) => if *yes { "yes" } else { "no" }.to_owned(),
        // Hashes and packed outlines say nothing to a reader.
        (_, Value::Bytes(_)) => String::new(),
    })
}

fn personal_text(field: &FieldSpec, text: &str) -> String {
    match field.name {
        "name" => mask_name(text),
        "citizen_id" => masked_id(Some(text)).unwrap_or_default(),
        "phone" | "other_phones" | "contact_phones" => masked_phone(Some(text)).unwrap_or_default(),
        _ => redact(text),
    }
}

fn code_text(kind: RecordKind, field: &FieldSpec, code: i64) -> String {
    let word = match (kind, field.name) {
        (RecordKind::Occupancy, "kind") => OccupancyKind::from_code(code).map(OccupancyKind::word),
        (RecordKind::Residence, "kind") => ResidenceKind::from_code(code).map(ResidenceKind::word),
        (RecordKind::Visit, "outcome") => VisitOutcome::from_code(code).map(VisitOutcome::word),
        _ => None,
    };
    word.map_or_else(|| code.to_string(), str::to_owned)
}

fn reference_text(look: &Look<'_>, target: RecordKind, record: RecordId) -> Result<String> {
    match target {
        RecordKind::Dwelling => look.door_of_dwelling(record),
        RecordKind::Household => look.door_of_household(record),
        RecordKind::Building => look.building_name(record),
        RecordKind::Person => look.person(record),
        RecordKind::Worker => look.worker(Some(record)),
        _ => Ok(String::new()),
    }
}
