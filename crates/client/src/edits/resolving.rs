//! Settling conflicts: one of the values, both, or a third one; and taking that back.

use super::typing::typed_value;
use crate::change::state_of;
use crate::error::{Result, rule, rule_with};
use crate::open::Open;
use crate::views::households::Saved;
use crate::views::review::ResolveArgs;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use xunge_domain::ids::{OpId, RecordId};
use xunge_domain::records::{FieldKey, FieldType, RecordKind, SlotCode};
use xunge_domain::value::{Edit, Value};
use xunge_sync::merge::Conflict;
use xunge_sync::settle::{choosing, keeping_both};

/// The handle of a conflict: `kind:record:slot`.
pub(crate) fn handle(kind: RecordKind, record: RecordId, slot: SlotCode) -> String {
    format!("{}:{record}:{}", kind.name(), slot.0)
}

fn read_handle(text: &str) -> Option<(RecordKind, RecordId, SlotCode)> {
    let mut parts = text.split(':');
    let name = parts.next()?;
    let kind = RecordKind::ALL.into_iter().find(|kind| kind.name() == name)?;
    Some((kind, parts.next()?.parse().ok()?, SlotCode(parts.next()?.parse().ok()?)))
}

impl Open {
    /// Settles a conflict: one of the sides, both where the field has room, or a third value. The operation replaces all
    /// heads, so the item vanishes everywhere.
    ///
    /// # Errors
    /// `not_found` when it was settled meanwhile, `changed_meanwhile` when another value has come, `invalid_field`, `too_long`, and those of the store.
    pub fn resolve(&self, args: &ResolveArgs) -> Result<Saved> {
        let (kind, record, slot) = read_handle(&args.conflict).ok_or(rule("not_found"))?;
        self.change(|change| {
            let merged = state_of(change.writer, kind, record)?.view(kind);
            let conflict =
                merged.conflicts.iter().find(|conflict| conflict.slot == slot).ok_or(rule("not_found"))?;
            // What arrived while the worker was deciding is not settled unseen.
            let standing: BTreeSet<String> = conflict.sides.iter().map(|side| side.op.to_string()).collect();
            if !args.seen.is_empty() && standing != args.seen.iter().cloned().collect() {
                return Err(rule("changed_meanwhile"));
            }
            let area = change.writer.row(kind, record)?.ok_or(rule("not_found"))?.area;
            let chosen =
                args.op.as_deref().map(str::parse::<OpId>).transpose().map_err(|_| rule("not_found"))?;
            if slot == SlotCode::ALIVE {
                let chosen = chosen.ok_or(rule("not_found"))?;
                if merged.deletions.contains(&chosen) {
                    change.delete(kind, record, area)?;
                } else {
                    change.resolve(kind, record, area, slot, BTreeMap::new())?;
                }
                return Ok(change.saved(record));
            }
            let edits = match (&args.value, chosen) {
                (Some(text), _) => third_value(change.writer, kind, conflict, text, self.today())?,
                (None, _) if args.both => {
                    keeping_both(kind, conflict).ok_or(rule_with("invalid_field", "field", "both"))?
                }
                (None, Some(op)) => choosing(conflict, op).ok_or(rule("not_found"))?,
                (None, None) => return Err(rule_with("invalid_field", "field", "op")),
            };
            change.resolve(kind, record, area, slot, edits)?;
            Ok(change.saved(record))
        })
    }
}

/// A typed third value for the one field on which the sides do not agree; the rest of its group stays as shown.
fn third_value(
    reader: &xunge_store::Reader<'_>,
    kind: RecordKind,
    conflict: &Conflict,
    text: &str,
    today: NaiveDate,
) -> Result<BTreeMap<FieldKey, Edit>> {
    let bad = || rule_with("invalid_field", "field", "value");
    let [field] = crate::reads::differing(kind, conflict)[..] else { return Err(bad()) };
    let value = typed_value(kind, field.name, text, today)?;
    if let (FieldType::Ref(target), Some(record)) = (field.holds, value.as_reference())
        && reader.row(target, record)?.is_none_or(|row| row.deleted)
    {
        return Err(rule("not_found"));
    }
    if value == Value::Null && matches!(field.holds, FieldType::Ref(_)) {
        return Err(bad());
    }
    Ok(BTreeMap::from([(field.key, Edit::Put(value))]))
}
