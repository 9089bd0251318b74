//! Undoing: an operation that takes the former values back. The log keeps both, so it also works after the first was
//! sent.

use crate::change::{add_stored, state_of};
use crate::error::{Result, rule};
use crate::open::Open;
use crate::views::households::UndoArgs;
use std::collections::BTreeMap;
use xunge_domain::ids::OpId;
use xunge_domain::operation::Verb;
use xunge_domain::records::{FieldKey, MergeKind, RecordKind, SlotCode};
use xunge_domain::value::{Edit, Value};
use xunge_sync::merge::{MergedField, RecordState};

impl Open {
    /// Takes back what `op` did: a created record is deleted, edited fields get their former values, a settled conflict
    /// comes up again.
    ///
    /// # Errors
    /// `undo_gone` when somebody has changed the same fields since or the area was taken away, and those of the store.
    pub fn undo(&self, args: &UndoArgs) -> Result<()> {
        let op: OpId = args.undo.parse().map_err(|_| rule("undo_gone"))?;
        self.change(|change| {
            let stored = change.writer.operation(op)?.ok_or(rule("undo_gone"))?;
            let kind = RecordKind::from_code(stored.header.kind).ok_or(rule("undo_gone"))?;
            let (record, area) = (stored.header.record, stored.header.area);
            // Without a row it went with its area: the log still has it, the worker has nothing to do with it any more.
            change.writer.row(kind, record)?.ok_or(rule("undo_gone"))?;
            let payload =
                stored.operation().and_then(|operation| operation.read().ok()).ok_or(rule("undo_gone"))?;
            if change.reopen(kind, record, area, op)? {
                return Ok(());
            }
            let mut before = RecordState::default();
            for other in change.writer.operations_of(record)? {
                if other.id() != op {
                    add_stored(&mut before, kind, &other);
                }
            }
            let now = state_of(change.writer, kind, record)?.view(kind);
            let touched = payload.slots(kind);
            let still_ours =
                touched.iter().all(|slot| now.heads.get(slot).is_none_or(|heads| heads.contains(&op)));
            if !still_ours {
                return Err(rule("undo_gone"));
            }
            if stored.header.verb == Verb::DELETE {
                change.resolve(kind, record, area, SlotCode::ALIVE, BTreeMap::new())?;
            } else if before.is_empty() {
                change.delete(kind, record, area)?;
            } else {
                let former = before.view(kind);
                let now = state_of(change.writer, kind, record)?;
                let edits = payload
                    .edits
                    .iter()
                    .filter_map(|(key, edit)| {
                        Some((*key, taken_back(kind, &former.fields, &now, *key, edit)?))
                    })
                    .collect();
                change.edit(kind, record, area, edits)?;
            }
            Ok(())
        })
    }
}

/// The edit that takes another one back: a register's former value, a set's members out and in again. A counter and a log
/// keep what they were given.
fn taken_back(
    kind: RecordKind,
    former: &BTreeMap<FieldKey, MergedField>,
    now: &RecordState,
    key: FieldKey,
    edit: &Edit,
) -> Option<Edit> {
    match (kind.field(key)?.merge, edit) {
        (MergeKind::Register, _) => Some(Edit::Put(former_value(former, key))),
        (MergeKind::Set, Edit::Members { add, remove }) => Some(Edit::Members {
            add: remove.iter().map(|(element, _)| element.clone()).collect(),
            remove: add.iter().map(|element| now.removal(key, element)).collect(),
        }),
        _ => None,
    }
}

fn former_value(fields: &BTreeMap<FieldKey, MergedField>, key: FieldKey) -> Value {
    match fields.get(&key) {
        Some(MergedField::One(value)) => value.clone(),
        _ => Value::Null,
    }
}
