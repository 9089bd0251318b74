//! Merging: a record's state is the *set* of its operations, so merging two states is set union, and order cannot matter.
//!
//! A slot (a field, or a group that moves together) is a multi-value register: its heads are the operations that write
//! it and that no known operation replaces. Heads of equal value are no conflict. Otherwise all heads stay, a review
//! item is computed from them, and one is shown meanwhile: the longest chain of edits, then (device, counter) — never a
//! clock, an id or the order of arrival. The item vanishes everywhere once one operation replaces all the heads.
//!
//! Sets (adding wins), counters (sum) and logs (all lines) never conflict. Deleting conflicts with an edit that the
//! deleter had not seen; the record is shown meanwhile. Erasure by law beats everything.

use std::collections::{BTreeMap, BTreeSet};
use xunge_domain::ids::OpId;
use xunge_domain::operation::{Payload, Verb};
use xunge_domain::planted::{Bug, planted};
use xunge_domain::records::{FieldKey, MergeKind, RecordKind, SlotCode};
use xunge_domain::value::{Edit, Value};

/// What merging needs of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Length of the chain of edits, from the header.
    pub height: u32,
    /// From the header.
    pub verb: Verb,
    /// What it edits and replaces.
    pub payload: Payload,
}

/// The operations of one record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordState {
    ops: BTreeMap<OpId, Written>,
}

impl RecordState {
    /// Adds an operation; adding it again changes nothing.
    pub fn add(&mut self, id: OpId, op: Written) {
        self.ops.entry(id).or_insert(op);
    }

    /// Set union.
    pub fn merge(&mut self, other: &Self) {
        for (id, op) in &other.ops {
            self.add(*id, op.clone());
        }
    }

    /// The operations, by id.
    pub fn operations(&self) -> impl Iterator<Item = (&OpId, &Written)> {
        self.ops.iter()
    }

    /// Whether no operation is known.
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    /// Computes values, heads and conflicts.
    pub fn view(&self, kind: RecordKind) -> Merged {
        if self.ops.values().any(|op| op.verb == Verb::ERASE) {
            return Merged { erased: true, ..Merged::default() };
        }
        let mut merged = Merged::default();
        let replaced: BTreeSet<(SlotCode, OpId)> = self
            .ops
            .values()
            .flat_map(|op| &op.payload.replaces)
            .flat_map(|(slot, ids)| ids.iter().map(|id| (*slot, *id)))
            .collect();
        for (id, op) in &self.ops {
            for slot in register_slots(kind, &op.payload) {
                if !replaced.contains(&(slot, *id)) {
                    merged.heads.entry(slot).or_default().push(*id);
                }
            }
        }
        self.settle_registers(kind, &mut merged);
        self.settle_others(kind, &mut merged);
        self.settle_deletion(&replaced, &mut merged);
        merged
    }

    fn settle_registers(&self, kind: RecordKind, merged: &mut Merged) {
        for (slot, heads) in &merged.heads {
            let mut sides: Vec<Side> = heads
                .iter()
                .filter_map(|id| {
                    let op = self.ops.get(id)?;
                    Some(Side { op: *id, height: op.height, values: slot_values(kind, *slot, &op.payload) })
                })
                .collect();
            sides.sort_by_key(|side| std::cmp::Reverse((side.height, side.op)));
            let Some(shown) = sides.first() else { continue };
            for (key, value) in &shown.values {
                merged.fields.insert(*key, MergedField::One(value.clone()));
            }
            if sides.iter().any(|side| side.values != shown.values) && !planted(Bug::DroppedLoser) {
                merged.conflicts.push(Conflict { slot: *slot, sides });
            }
        }
    }

    fn settle_others(&self, kind: RecordKind, merged: &mut Merged) {
        for field in kind.fields() {
            let mut edits: Vec<(u32, OpId, &Edit)> = self
                .ops
                .iter()
                .filter_map(|(id, op)| op.payload.edits.get(&field.key).map(|edit| (op.height, *id, edit)))
                .collect();
            edits.sort_by_key(|(height, id, _)| (*height, *id));
            if edits.is_empty() {
                continue;
            }
            let settled = match field.merge {
                MergeKind::Register => continue,
                MergeKind::Set => MergedField::Many(members(&edits).into_keys().collect()),
                MergeKind::Counter => {
                    MergedField::One(Value::Int(edits.iter().fold(0_i64, |sum, (_, _, edit)| {
                        if let Edit::Count(by) = edit { sum.wrapping_add(*by) } else { sum }
                    })))
                }
                MergeKind::Log => MergedField::Many(
                    edits
                        .iter()
                        .filter_map(
                            |(_, _, edit)| {
                                if let Edit::Line(line) = edit { Some(line.clone()) } else { None }
                            },
                        )
                        .collect(),
                ),
            };
            // A set that everything was taken out of says what one says that nobody ever wrote: nothing. The phone's rows
            // cannot hold the difference, so no end may see one.
            if settled != MergedField::Many(Vec::new()) {
                merged.fields.insert(field.key, settled);
            }
        }
    }

    fn settle_deletion(&self, replaced: &BTreeSet<(SlotCode, OpId)>, merged: &mut Merged) {
        let deletes: Vec<(&OpId, &Written)> = self
            .ops
            .iter()
            .filter(|(id, op)| op.verb == Verb::DELETE && !replaced.contains(&(SlotCode::ALIVE, **id)))
            .collect();
        merged.deletions = deletes.iter().map(|(id, _)| **id).collect();
        if deletes.is_empty() {
            return;
        }
        let seen: BTreeSet<OpId> = deletes
            .iter()
            .filter_map(|(_, op)| op.payload.replaces.get(&SlotCode::ALIVE))
            .flatten()
            .copied()
            .collect();
        let unseen: BTreeSet<OpId> =
            merged.heads.values().flatten().copied().filter(|id| !seen.contains(id)).collect();
        if unseen.is_empty() {
            merged.deleted = true;
            return;
        }
        let side =
            |id: &OpId, values| Side { op: *id, height: self.ops.get(id).map_or(0, |op| op.height), values };
        let mut sides: Vec<Side> = unseen.iter().map(|id| side(id, BTreeMap::new())).collect();
        sides.extend(merged.deletions.iter().map(|id| side(id, BTreeMap::new())));
        merged.conflicts.push(Conflict { slot: SlotCode::ALIVE, sides });
    }

    /// The payload and height of an edit made by someone who sees this state.
    ///
    /// Groups are written whole. The shown head and its equals are replaced; other heads of a conflict stay in review,
    /// because the editor has not been asked about them: that takes [`RecordState::resolve`].
    pub fn edit(&self, kind: RecordKind, edits: BTreeMap<FieldKey, Edit>) -> (Payload, u32) {
        if self.is_empty() {
            // Nothing is there to be replaced or completed.
            return (Payload { edits, replaces: BTreeMap::new() }, 1);
        }
        let merged = self.view(kind);
        let payload = self.complete_groups(kind, &merged, edits);
        let mut replaces: BTreeMap<SlotCode, Vec<OpId>> = BTreeMap::new();
        for slot in register_slots(kind, &payload) {
            let heads = merged.heads.get(&slot).cloned().unwrap_or_default();
            let replaced: Vec<OpId> = match merged.conflicts.iter().find(|conflict| conflict.slot == slot) {
                None => heads,
                Some(conflict) => conflict.equals_of_shown(),
            };
            if !replaced.is_empty() {
                replaces.insert(slot, replaced);
            }
        }
        self.with_height(Payload { replaces, ..payload })
    }

    /// The payload and height of an operation that settles `slot` for good: it replaces all its heads.
    pub fn resolve(
        &self,
        kind: RecordKind,
        slot: SlotCode,
        edits: BTreeMap<FieldKey, Edit>,
    ) -> (Payload, u32) {
        let merged = self.view(kind);
        let mut payload = self.complete_groups(kind, &merged, edits);
        for touched in register_slots(kind, &payload) {
            let heads = merged.heads.get(&touched).cloned().unwrap_or_default();
            if !heads.is_empty() {
                payload.replaces.insert(touched, heads);
            }
        }
        if slot == SlotCode::ALIVE {
            payload.replaces.insert(SlotCode::ALIVE, merged.deletions);
        }
        self.with_height(payload)
    }

    /// The payload and height of a deletion by someone who sees this state.
    pub fn delete(&self, kind: RecordKind) -> (Payload, u32) {
        let merged = self.view(kind);
        let mut seen: BTreeSet<OpId> = merged.heads.values().flatten().copied().collect();
        seen.extend(merged.deletions);
        let replaces = BTreeMap::from([(SlotCode::ALIVE, seen.into_iter().collect())]);
        self.with_height(Payload { edits: BTreeMap::new(), replaces })
    }

    /// Removal of a set's element, naming the additions seen.
    pub fn removal(&self, key: FieldKey, element: &Value) -> (Value, Vec<OpId>) {
        let seen = self
            .ops
            .iter()
            .filter(|(_, op)| matches!(op.payload.edits.get(&key), Some(Edit::Members { add, .. }) if add.contains(element)))
            .map(|(id, _)| *id)
            .collect();
        (element.clone(), seen)
    }

    fn complete_groups(
        &self,
        kind: RecordKind,
        merged: &Merged,
        mut edits: BTreeMap<FieldKey, Edit>,
    ) -> Payload {
        let groups: BTreeSet<SlotCode> = edits
            .keys()
            .filter_map(|key| kind.field(*key))
            .map(|field| field.slot)
            .filter(|slot| slot.0 >= SlotCode::FIRST_GROUP)
            .collect();
        for field in kind.fields().iter().filter(|field| groups.contains(&field.slot)) {
            if let Some(MergedField::One(value)) = merged.fields.get(&field.key) {
                edits.entry(field.key).or_insert_with(|| Edit::Put(value.clone()));
            }
        }
        Payload { edits, replaces: BTreeMap::new() }
    }

    fn with_height(&self, payload: Payload) -> (Payload, u32) {
        let below =
            payload.replaces.values().flatten().filter_map(|id| self.ops.get(id)).map(|op| op.height).max();
        let height = below.map_or(1, |height| height.saturating_add(1));
        (payload, height)
    }
}

fn register_slots(kind: RecordKind, payload: &Payload) -> BTreeSet<SlotCode> {
    payload
        .edits
        .keys()
        .filter_map(|key| kind.field(*key))
        .filter(|field| field.merge == MergeKind::Register)
        .map(|field| field.slot)
        .collect()
}

fn slot_values(kind: RecordKind, slot: SlotCode, payload: &Payload) -> BTreeMap<FieldKey, Value> {
    payload
        .edits
        .iter()
        .filter(|(key, _)| kind.field(**key).is_some_and(|field| field.slot == slot))
        .filter_map(
            |(key, edit)| if let Edit::Put(value) = edit { Some((*key, value.clone())) } else { None },
        )
        .collect()
}

fn members(edits: &[(u32, OpId, &Edit)]) -> BTreeMap<Value, BTreeSet<OpId>> {
    let mut present: BTreeMap<Value, BTreeSet<OpId>> = BTreeMap::new();
    for (_, id, edit) in edits {
        if let Edit::Members { add, .. } = edit {
            for element in add {
                present.entry(element.clone()).or_default().insert(*id);
            }
        }
    }
    for (_, _, edit) in edits {
        if let Edit::Members { remove, .. } = edit {
            for (element, seen) in remove {
                if let Some(tags) = present.get_mut(element) {
                    tags.retain(|tag| !seen.contains(tag));
                }
            }
        }
    }
    present.retain(|_, tags| !tags.is_empty());
    present
}

/// A record as merged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merged {
    /// Value of each field that was ever written: the provisional one where there is a conflict. A set without members is
    /// left out, as if it had never been written.
    pub fields: BTreeMap<FieldKey, MergedField>,
    /// Heads of each register slot.
    pub heads: BTreeMap<SlotCode, Vec<OpId>>,
    /// Deletions in force.
    pub deletions: Vec<OpId>,
    /// Slots with more than one value.
    pub conflicts: Vec<Conflict>,
    /// Deleted, and nobody edited it unseen.
    pub deleted: bool,
    /// Erased by law: no fields are left.
    pub erased: bool,
}

/// A merged field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MergedField {
    /// Register or counter.
    One(Value),
    /// Set or log.
    Many(Vec<Value>),
}

impl Merged {
    /// The single value of a field.
    pub fn one(&self, key: FieldKey) -> Option<&Value> {
        match self.fields.get(&key) {
            Some(MergedField::One(value)) => Some(value),
            _ => None,
        }
    }
}

/// A slot with several values: a review item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The slot; [`SlotCode::ALIVE`] for delete against edit.
    pub slot: SlotCode,
    /// All heads, the shown one first.
    pub sides: Vec<Side>,
}

impl Conflict {
    fn equals_of_shown(&self) -> Vec<OpId> {
        let shown = self.sides.first().map(|side| &side.values);
        self.sides.iter().filter(|side| Some(&side.values) == shown).map(|side| side.op).collect()
    }
}

/// One head of a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// The operation.
    pub op: OpId,
    /// Its height.
    pub height: u32,
    /// What it says for the fields of the slot; empty for a deletion and for the edits against it.
    pub values: BTreeMap<FieldKey, Value>,
}
