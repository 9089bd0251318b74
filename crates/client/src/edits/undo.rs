//! Undoing: operations that take the former values back. The log keeps both, so it also works after the first were sent.
//!
//! A report that is undone goes back into its form, words and photos: nothing of it is on its way then, and nothing is
//! lost. Its photos are other photos from then on: the county keeps the evidence that was undone under its id and in its area
//! for good, and the form may be reported from another grid.

use crate::change::{Change, add_stored, state_of};
use crate::error::{Result, rule};
use crate::open::Open;
use crate::views::households::UndoArgs;
use std::collections::BTreeMap;
use xunge_domain::ids::{OpId, RecordId};
use xunge_domain::operation::{Payload, Verb};
use xunge_domain::records::words::StepVerb;
use xunge_domain::records::{FieldKey, MergeKind, RecordKind, SlotCode};
use xunge_domain::value::{Edit, Value};
use xunge_domain::world::uuid_v7;
use xunge_store::{PhotoKey, StoreError};
use xunge_sync::merge::{MergedField, RecordState};

/// The form of a new report: where an undone one goes back to.
const NEW_REPORT: &str = "incident:new";

impl Open {
    /// Takes back what the operations of a handle did, all of them or none: a created record is deleted, edited fields get
    /// their former values, a settled conflict comes up again, a report is a form again.
    ///
    /// # Errors
    /// `undo_gone` when somebody has changed the same fields since, the desk has answered, or the area was taken away;
    /// `report_begun` when a report would come back into a form in which another was begun; and
    /// those of the store.
    pub fn undo(&self, args: &UndoArgs) -> Result<()> {
        let ops: Vec<OpId> = args
            .undo
            .split_whitespace()
            .map(|op| op.parse().map_err(|_| rule("undo_gone")))
            .collect::<Result<_>>()?;
        if ops.is_empty() {
            return Err(rule("undo_gone"));
        }
        let anew = self.photos_anew(&ops)?;
        let undone = self.change(|change| {
            if undoes_report(change, &ops)? && form_is_begun(change)? {
                return Err(rule("report_begun"));
            }
            let mut words = BTreeMap::new();
            for op in ops.iter().rev() {
                take_back(change, *op, &anew, &mut words)?;
            }
            Ok(())
        });
        for (photo, (again, _)) in &anew {
            // What cannot be removed now is swept at the next opening: it has no row.
            let _ = self.store.photos().remove(if undone.is_ok() { *photo } else { *again });
        }
        undone
    }

    /// Seals the photos of the evidence that is undone anew. One whose files are gone or damaged is not among them: it stays
    /// where it is, and is told of there.
    fn photos_anew(&self, ops: &[OpId]) -> Result<Anew> {
        let photos = self.store.read(|reader| {
            let mut photos = Vec::new();
            for op in ops {
                let written = reader.operation(*op)?.filter(|stored| {
                    stored.header.verb != Verb::DELETE
                        && stored.header.kind == RecordKind::PhotoEvidence.code()
                });
                if let Some(stored) = written {
                    photos.extend(reader.photo(stored.header.record)?);
                }
            }
            Ok::<_, StoreError>(photos)
        })?;
        let (vault, random) = (self.store.photos(), &*self.world.random);
        let mut anew = Anew::new();
        for photo in photos {
            let again = RecordId(uuid_v7(self.world.clock.now(), random));
            match vault.keep_anew(photo.id(), &photo.facts.key, again, random) {
                Ok(key) => {
                    anew.insert(photo.id(), (again, key));
                }
                Err(StoreError::PhotoDamaged) => {}
                Err(error) => {
                    for (kept, _) in anew.values() {
                        let _ = vault.remove(*kept);
                    }
                    return Err(error.into());
                }
            }
        }
        Ok(anew)
    }
}

/// Photos that go back into the form, and the id and key that each has there.
type Anew = BTreeMap<RecordId, (RecordId, PhotoKey)>;

/// Whether a handle is that of a new report.
fn undoes_report(change: &Change<'_, '_>, ops: &[OpId]) -> Result<bool> {
    for op in ops {
        let stored = change.writer.operation(*op)?;
        if stored.is_some_and(|stored| {
            stored.header.verb == Verb::WRITE && stored.header.kind == RecordKind::Incident.code()
        }) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Words or photos of another report: those of the undone one must not be mixed with them.
fn form_is_begun(change: &Change<'_, '_>) -> Result<bool> {
    let typed = change
        .writer
        .draft(NEW_REPORT)?
        .is_some_and(|draft| draft.fields.values().any(|text| !text.trim().is_empty()));
    Ok(typed || !change.writer.photos_of_form(NEW_REPORT)?.is_empty())
}

/// `words` gathers what an undone report said, by the names of its form.
fn take_back(
    change: &mut Change<'_, '_>,
    op: OpId,
    anew: &Anew,
    words: &mut BTreeMap<String, String>,
) -> Result<()> {
    let stored = change.writer.operation(op)?.ok_or(rule("undo_gone"))?;
    let kind = RecordKind::from_code(stored.header.kind).ok_or(rule("undo_gone"))?;
    let (record, area) = (stored.header.record, stored.header.area);
    // Without a row it went with its area: the log still has it, the worker has nothing to do with it any more.
    let row = change.writer.row(kind, record)?.ok_or(rule("undo_gone"))?;
    if row.deleted && stored.header.verb != Verb::DELETE {
        return Err(rule("undo_gone"));
    }
    let payload = stored.operation().and_then(|operation| operation.read().ok()).ok_or(rule("undo_gone"))?;
    if kind == RecordKind::PhotoEvidence && stored.header.verb != Verb::DELETE {
        // Written by its report and by nothing else: there is no former value to come back.
        if let Some((again, key)) = anew.get(&record) {
            change.writer.photo_back_to_form(record, *again, key, NEW_REPORT)?;
        }
        change.delete(kind, record, area)?;
        return Ok(());
    }
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
    let still_ours = touched.iter().all(|slot| now.heads.get(slot).is_none_or(|heads| heads.contains(&op)));
    if !still_ours {
        return Err(rule("undo_gone"));
    }
    if stored.header.verb == Verb::DELETE {
        change.resolve(kind, record, area, SlotCode::ALIVE, BTreeMap::new())?;
    } else if before.is_empty() {
        back_into_form(change, kind, record, &payload, words)?;
        change.delete(kind, record, area)?;
    } else {
        let former = before.view(kind);
        let now = state_of(change.writer, kind, record)?;
        let taken_back = |(key, edit): (&FieldKey, &Edit)| {
            Some((*key, taken_back(kind, &former.fields, &now, *key, edit)?))
        };
        change.edit(kind, record, area, payload.edits.iter().filter_map(taken_back).collect())?;
    }
    Ok(())
}

/// What a report said goes back into the form it came from, before its records go.
fn back_into_form(
    change: &Change<'_, '_>,
    kind: RecordKind,
    record: RecordId,
    payload: &Payload,
    words: &mut BTreeMap<String, String>,
) -> Result<()> {
    let said = |name: &str| match payload.edits.get(&kind.field_named(name)?.key) {
        Some(Edit::Put(Value::Text(text))) => Some(text.clone()),
        _ => None,
    };
    match kind {
        RecordKind::IncidentStep => {
            let verb = kind.field_named("verb").and_then(|field| payload.edits.get(&field.key));
            let resolved = verb == Some(&Edit::Put(Value::Int(StepVerb::SelfResolve.code())));
            if let Some(text) = said("text").filter(|_| resolved) {
                words.insert("resolution".to_owned(), text);
            }
        }
        RecordKind::Incident => {
            // The steps of the report are gone by now; one that is left is somebody's answer to it.
            if !change.writer.steps_of(record)?.is_empty() {
                return Err(rule("undo_gone"));
            }
            let names = ["category", "text", "place_name", "no_fix_reason"];
            words.extend(names.into_iter().filter_map(|name| Some((name.to_owned(), said(name)?))));
            change.writer.put_draft(&xunge_store::Draft {
                form: NEW_REPORT.to_owned(),
                fields: std::mem::take(words),
                saved_ms: change.now.wall_ms,
            })?;
        }
        _ => {}
    }
    Ok(())
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
