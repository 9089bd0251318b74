//! What a worker does: one function a use case, one durable change a call.

pub mod drafts;
pub mod homes;
pub mod households;
pub mod incidents;
mod pairs;
pub mod patrols;
pub mod people;
pub mod photos;
pub mod refused;
pub mod resolving;
pub mod same_person;
mod typing;
pub mod undo;

use crate::change::Change;
use crate::error::{Result, rule};
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_store::Row;

/// Reads an id from the border.
pub(crate) fn id(text: &str) -> Result<RecordId> {
    text.parse().map_err(|_| rule("not_found"))
}

/// The row of a record that must be here.
pub(crate) fn existing(change: &Change<'_, '_>, kind: RecordKind, record: RecordId) -> Result<Row> {
    change.writer.row(kind, record)?.filter(|row| !row.deleted).ok_or(rule("not_found"))
}

/// Longest free text a form takes, in bytes.
pub(crate) const LONGEST_NOTE: usize = xunge_domain::records::typing::LONGEST_TYPED;

/// Refuses a text that no form should send.
pub(crate) fn short(text: &str, field: &str) -> Result<String> {
    let clean = xunge_domain::codes::text::visible(text);
    if clean.len() > LONGEST_NOTE {
        return Err(crate::error::rule_with("too_long", "field", field));
    }
    Ok(clean.trim().to_owned())
}
