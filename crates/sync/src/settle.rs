//! Settling a conflict and taking that back, for both ends: which values a choice writes, what becomes of the others, and
//! the operations that bring a settled conflict up again.
//!
//! Taking a settlement back is an operation like every other: nothing is cut out of the log. Each value that had stood
//! beside the chosen one is written anew, one operation each, all of them replacing the settlement and none of them each
//! other – so the slot has its heads again at every end. Who wrote a value first is still told by [`RecordState::origin`].

use crate::merge::{Conflict, RecordState, Written};
use std::collections::{BTreeMap, BTreeSet};
use xunge_domain::ids::OpId;
use xunge_domain::operation::{Payload, Verb};
use xunge_domain::records::{FieldKey, RecordKind, SlotCode, slot_name};
use xunge_domain::value::{Edit, Value};

/// Between two texts that are kept both.
const AND: &str = "；";

/// Where the values go that are not chosen when both are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// Into a set of the same record.
    Beside(FieldKey),
    /// Into the same text, one after the other.
    Within(FieldKey),
}

/// Whether a slot has room for both values, and where.
pub fn room_for_both(kind: RecordKind, slot: SlotCode) -> Option<Room> {
    let name = slot_name(kind, slot);
    let beside = |name| kind.field_named(name).map(|field| Room::Beside(field.key));
    match (kind, name) {
        (RecordKind::Person, "phone") => beside("other_phones"),
        (RecordKind::Household, "phone") => beside("contact_phones"),
        (_, "note") | (RecordKind::Incident | RecordKind::IncidentStep, "text") => {
            kind.field_named(name).map(|field| Room::Within(field.key))
        }
        _ => None,
    }
}

/// The edits that make one side's values the only ones.
pub fn choosing(conflict: &Conflict, op: OpId) -> Option<BTreeMap<FieldKey, Edit>> {
    let side = conflict.sides.iter().find(|side| side.op == op)?;
    Some(side.values.iter().map(|(key, value)| (*key, Edit::Put(value.clone()))).collect())
}

/// The edits that keep every side's value; none where the slot has no room for that.
pub fn keeping_both(kind: RecordKind, conflict: &Conflict) -> Option<BTreeMap<FieldKey, Edit>> {
    let room = room_for_both(kind, conflict.slot)?;
    let key = FieldKey(conflict.slot.0);
    let mut values: Vec<Value> = Vec::new();
    for value in conflict.sides.iter().filter_map(|side| side.values.get(&key)) {
        if *value != Value::Null && !values.contains(value) {
            values.push(value.clone());
        }
    }
    let first = values.first().cloned().unwrap_or(Value::Null);
    Some(match room {
        Room::Within(key) => {
            let texts: Vec<&str> = values.iter().filter_map(Value::as_text).collect();
            let whole = if texts.is_empty() { Value::Null } else { Value::Text(texts.join(AND)) };
            BTreeMap::from([(key, Edit::Put(whole))])
        }
        Room::Beside(set) => {
            let others: Vec<Value> = values.into_iter().skip(1).collect();
            let mut edits = BTreeMap::from([(key, Edit::Put(first))]);
            if !others.is_empty() {
                edits.insert(set, Edit::Members { add: others, remove: Vec::new() });
            }
            edits
        }
    })
}

/// An operation to be written, without its header.
pub type Unwritten = (Verb, Payload, u32);

impl RecordState {
    fn written(&self, op: OpId) -> Option<&Written> {
        self.operations().find(|(id, _)| **id == op).map(|(_, written)| written)
    }

    /// The operations that bring up again what `op` settled; none when it settled nothing. In this order the value shown
    /// before is shown again.
    pub fn reopening(&self, kind: RecordKind, op: OpId) -> Option<Vec<Unwritten>> {
        let settled = self.written(op)?;
        let height = settled.height.saturating_add(1);
        let mut again: Vec<Unwritten> = Vec::new();
        for (slot, replaced) in &settled.payload.replaces {
            if *slot == SlotCode::ALIVE {
                again.extend(self.deletions_again(op, replaced, height));
            } else {
                again.extend(self.values_again(kind, *slot, op, replaced, height));
            }
        }
        let (_, first, _) = again.first_mut()?;
        // What was put beside the chosen value goes away with it.
        for (key, edit) in &settled.payload.edits {
            if let Edit::Members { add, .. } = edit
                && !add.is_empty()
            {
                let remove = add.iter().map(|element| (element.clone(), vec![op])).collect();
                first.edits.insert(*key, Edit::Members { add: Vec::new(), remove });
            }
        }
        Some(again)
    }

    /// Whether what `op` settled still stands: nobody wrote the slot anew or took it back.
    pub fn settles(&self, kind: RecordKind, op: OpId) -> bool {
        let Some(settled) = self.written(op) else { return false };
        let merged = self.view(kind);
        settled.payload.replaces.keys().all(|slot| {
            if *slot == SlotCode::ALIVE {
                let deletes = settled.verb == Verb::DELETE;
                if deletes { merged.deletions.contains(&op) } else { merged.deletions.is_empty() }
            } else {
                merged.heads.get(slot).is_some_and(|heads| heads.contains(&op))
            }
        })
    }

    fn values_again(
        &self,
        kind: RecordKind,
        slot: SlotCode,
        op: OpId,
        replaced: &[OpId],
        height: u32,
    ) -> Vec<Unwritten> {
        let mut heads: Vec<(u32, OpId, BTreeMap<FieldKey, Value>)> = replaced
            .iter()
            .filter_map(|id| {
                let written = self.written(*id)?;
                let values = puts(kind, slot, &written.payload);
                (!values.is_empty()).then_some((written.height, *id, values))
            })
            .collect();
        heads.sort();
        let mut told: BTreeSet<BTreeMap<FieldKey, Value>> = BTreeSet::new();
        // Of equal values the last one counts: it is the one whose height decides what is shown.
        heads.reverse();
        heads.retain(|(_, _, values)| told.insert(values.clone()));
        heads.reverse();
        if heads.len() < 2 {
            return Vec::new();
        }
        heads
            .into_iter()
            .map(|(_, _, values)| {
                let edits = values.into_iter().map(|(key, value)| (key, Edit::Put(value))).collect();
                (Verb::WRITE, Payload { edits, replaces: BTreeMap::from([(slot, vec![op])]) }, height)
            })
            .collect()
    }

    fn deletions_again(&self, op: OpId, replaced: &[OpId], height: u32) -> Vec<Unwritten> {
        let is_deletion = |written: &&Written| written.verb == Verb::DELETE;
        let settled_by_deleting = self.written(op).is_some_and(|written| is_deletion(&written));
        replaced
            .iter()
            .filter_map(|id| self.written(*id))
            .filter(is_deletion)
            .map(|deletion| {
                // Deleted as it was then: knowing what it knew, and no more.
                let mut seen = deletion.payload.replaces.get(&SlotCode::ALIVE).cloned().unwrap_or_default();
                if settled_by_deleting {
                    seen.push(op);
                }
                let replaces = BTreeMap::from([(SlotCode::ALIVE, seen)]);
                (Verb::DELETE, Payload { edits: BTreeMap::new(), replaces }, height)
            })
            .collect()
    }

    /// Who wrote a side's value first: the operation itself, or, where it only brought a settled conflict up again, the one
    /// whose value it repeats.
    pub fn origin(&self, kind: RecordKind, slot: SlotCode, op: OpId) -> OpId {
        let mut at = op;
        // A chain of repetitions is finite: each step goes to a lower height.
        while let Some(before) = self.repeated(kind, slot, at) {
            at = before;
        }
        at
    }

    fn repeated(&self, kind: RecordKind, slot: SlotCode, op: OpId) -> Option<OpId> {
        let written = self.written(op)?;
        let [settlement] = written.payload.replaces.get(&slot)?[..] else { return None };
        let settled = self.written(settlement)?;
        let heads = settled.payload.replaces.get(&slot)?;
        if settlement.device != op.device || heads.len() < 2 || settled.height >= written.height {
            return None;
        }
        let values = puts(kind, slot, &written.payload);
        let same = |id: &&OpId| {
            self.written(**id)
                .is_some_and(|head| head.height < settled.height && puts(kind, slot, &head.payload) == values)
        };
        heads.iter().rev().find(same).copied()
    }
}

/// What an operation puts into the registers of a slot.
fn puts(kind: RecordKind, slot: SlotCode, payload: &Payload) -> BTreeMap<FieldKey, Value> {
    payload
        .edits
        .iter()
        .filter(|(key, _)| kind.field(**key).is_some_and(|field| field.slot == slot))
        .filter_map(
            |(key, edit)| if let Edit::Put(value) = edit { Some((*key, value.clone())) } else { None },
        )
        .collect()
}
