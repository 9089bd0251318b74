//! Settling what needs a human: conflicts and refused operations.

use super::households::{phone_value, text_or_null};
use super::people::{code, person_field};
use crate::change::state_of;
use crate::error::{ClientError, Result, rule, rule_with};
use crate::open::Open;
use crate::views::households::Saved;
use crate::views::review::{RefusedArgs, ResolveArgs};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use xunge_domain::ids::{OpId, RecordId};
use xunge_domain::records::words::{OccupancyKind, ResidenceKind};
use xunge_domain::records::{FieldKey, FieldType, RecordKind, SlotCode};
use xunge_domain::value::{Edit, Value};
use xunge_store::OpState;
use xunge_sync::merge::{Conflict, Side};

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
    /// `not_found` when it was settled meanwhile, `invalid_field`, and those of the store.
    pub fn resolve(&self, args: &ResolveArgs) -> Result<Saved> {
        let (kind, record, slot) = read_handle(&args.conflict).ok_or(rule("not_found"))?;
        self.change(|change| {
            let merged = state_of(change.writer, kind, record)?.view(kind);
            let conflict =
                merged.conflicts.iter().find(|conflict| conflict.slot == slot).ok_or(rule("not_found"))?;
            let area = change.writer.row(kind, record)?.ok_or(rule("not_found"))?.area;
            let chosen =
                args.op.as_deref().map(str::parse::<OpId>).transpose().map_err(|_| rule("not_found"))?;
            if slot == SlotCode::ALIVE {
                let chosen = chosen.ok_or(rule("not_found"))?;
                let op = if merged.deletions.contains(&chosen) {
                    change.delete(kind, record, area)?
                } else {
                    change.resolve(kind, record, area, slot, BTreeMap::new())?
                };
                return Ok(Saved { id: record.to_string(), undo: Some(op.to_string()) });
            }
            let mut edits = match (&args.value, chosen) {
                (Some(text), _) => third_value(kind, conflict, text, self.today())?,
                (None, Some(op)) => values_of(side(conflict, op)?),
                (None, None) if args.both => values_of(conflict.sides.first().ok_or(rule("not_found"))?),
                (None, None) => return Err(rule_with("invalid_field", "field", "op")),
            };
            if args.both {
                keep_others(kind, slot, conflict, &mut edits)?;
            }
            let op = change.resolve(kind, record, area, slot, edits)?;
            Ok(Saved { id: record.to_string(), undo: Some(op.to_string()) })
        })
    }

    /// Takes a refused operation back: it stays in the log, the record shows the county's state again.
    ///
    /// # Errors
    /// `not_found`, and those of the store.
    pub fn withdraw_refused(&self, args: &RefusedArgs) -> Result<()> {
        if let Some(photo) = photo_of(args)? {
            self.store.write(|writer| Ok::<_, ClientError>(writer.let_photo_go(photo)?))?;
            // Its key is gone already; a file that stays behind is noise and is swept at the next start.
            let _ = self.store.photos().remove(photo);
            return Ok(());
        }
        let (op, kind, record, area) = self.refused_operation(args)?;
        self.store.write(|writer| {
            writer.withdraw(op)?;
            let state = state_of(writer, kind, record)?;
            crate::change::put_merged(writer, kind, record, area, &state)?;
            Ok::<_, ClientError>(())
        })
    }

    /// Offers the same edit again as a new operation (the grid was granted meanwhile, the county was updated).
    ///
    /// # Errors
    /// `not_found`, and those of the store.
    pub fn resend_refused(&self, args: &RefusedArgs) -> Result<()> {
        if let Some(photo) = photo_of(args)? {
            self.store.write(|writer| Ok::<_, ClientError>(writer.photo_refused(photo, None)?))?;
            self.nudge();
            return Ok(());
        }
        let (op, kind, record, area) = self.refused_operation(args)?;
        self.change(|change| {
            let stored = change.writer.operation(op)?.ok_or(rule("not_found"))?;
            let payload =
                stored.operation().and_then(|operation| operation.read().ok()).ok_or(rule("not_found"))?;
            change.writer.withdraw(op)?;
            change.edit(kind, record, area, payload.edits)?;
            Ok(())
        })
    }

    fn refused_operation(&self, args: &RefusedArgs) -> Result<(OpId, RecordKind, RecordId, RecordId)> {
        let op: OpId = args.op.parse().map_err(|_| rule("not_found"))?;
        let stored = self.store.read(|reader| Ok::<_, ClientError>(reader.operation(op)?))?;
        let stored = stored.filter(|stored| stored.state == OpState::Refused).ok_or(rule("not_found"))?;
        let kind = RecordKind::from_code(stored.header.kind).ok_or(rule("not_found"))?;
        Ok((op, kind, stored.header.record, stored.header.area))
    }
}

/// Begins the name of a photo among refused items.
pub(crate) const PHOTO: &str = "photo:";

fn photo_of(args: &RefusedArgs) -> Result<Option<RecordId>> {
    let Some(id) = args.op.strip_prefix(PHOTO) else { return Ok(None) };
    id.parse().map(Some).map_err(|_| rule("not_found"))
}

fn side(conflict: &Conflict, op: OpId) -> Result<&Side> {
    conflict.sides.iter().find(|side| side.op == op).ok_or(rule("not_found"))
}

fn values_of(side: &Side) -> BTreeMap<FieldKey, Edit> {
    side.values.iter().map(|(key, value)| (*key, Edit::Put(value.clone()))).collect()
}

/// A typed third value for the one field on which the sides do not agree; the rest of its group stays as shown.
fn third_value(
    kind: RecordKind,
    conflict: &Conflict,
    text: &str,
    today: NaiveDate,
) -> Result<BTreeMap<FieldKey, Edit>> {
    let bad = || rule_with("invalid_field", "field", "value");
    let [field] = crate::reads::differing(kind, conflict)[..] else { return Err(bad()) };
    let value = match (kind, field.name) {
        (RecordKind::Person, name) => person_field(name, text, today)?.1,
        (RecordKind::Occupancy, "kind") => {
            OccupancyKind::from_word(text).map(|kind| Value::Int(kind.code())).ok_or_else(bad)?
        }
        (RecordKind::Residence, "kind") => {
            ResidenceKind::from_word(text).map(|kind| Value::Int(kind.code())).ok_or_else(bad)?
        }
        (RecordKind::Residence, "relation") => code(text, "relation", 0..=8)?,
        (_, "phone") => phone_value(text)?,
        _ if field.holds == FieldType::Text => text_or_null(&super::short(text, field.name)?),
        _ => return Err(bad()),
    };
    Ok(BTreeMap::from([(field.key, Edit::Put(value))]))
}

/// Which field takes the values not chosen when both are kept.
pub(crate) fn room_for_both(kind: RecordKind, slot: SlotCode) -> Option<FieldKey> {
    let name = match (kind, xunge_domain::records::slot_name(kind, slot)) {
        (RecordKind::Person, "phone") => "other_phones",
        (RecordKind::Household, "phone") => "contact_phones",
        (RecordKind::Household, "note") => "remarks",
        _ => return None,
    };
    kind.field_named(name).map(|field| field.key)
}

fn keep_others(
    kind: RecordKind,
    slot: SlotCode,
    conflict: &Conflict,
    edits: &mut BTreeMap<FieldKey, Edit>,
) -> Result<()> {
    let room = room_for_both(kind, slot).ok_or(rule_with("invalid_field", "field", "both"))?;
    let key = FieldKey(slot.0);
    let kept = match edits.get(&key) {
        Some(Edit::Put(value)) => Some(value.clone()),
        _ => None,
    };
    let others: Vec<Value> = conflict
        .sides
        .iter()
        .filter_map(|side| side.values.get(&key).cloned())
        .filter(|value| Some(value) != kept.as_ref() && *value != Value::Null)
        .collect();
    let is_log = kind.field(room).is_some_and(|field| field.merge == xunge_domain::records::MergeKind::Log);
    match (is_log, others.first()) {
        (_, None) => {}
        // A log takes one line an operation: the values go into it together.
        (true, Some(_)) => {
            let line = others.iter().filter_map(Value::as_text).collect::<Vec<_>>().join("；");
            edits.insert(room, Edit::Line(Value::Text(line)));
        }
        (false, Some(_)) => {
            edits.insert(room, Edit::Members { add: others, remove: Vec::new() });
        }
    }
    Ok(())
}
