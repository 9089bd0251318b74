//! Settling a conflict and taking that back: what stood before stands again, at every end and in any order of arrival.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use xunge_domain::ids::OpId;
use xunge_domain::operation::{Payload, Verb};
use xunge_domain::records::{FieldKey, RecordKind, SlotCode};
use xunge_domain::value::{Edit, Value};
use xunge_sync::merge::{Conflict, MergedField, RecordState, Written};
use xunge_sync::settle::{Room, choosing, keeping_both, room_for_both};

const KIND: RecordKind = RecordKind::Person;
const NAME: FieldKey = FieldKey(1);
const PHONE: FieldKey = FieldKey(5);
const OTHER_PHONES: FieldKey = FieldKey(6);
const NOTE: FieldKey = FieldKey(7);
const DESK: u32 = 0;

struct Grid {
    state: RecordState,
    counters: BTreeMap<u32, u64>,
}

impl Grid {
    fn new() -> Self {
        let mut grid = Self { state: RecordState::default(), counters: BTreeMap::new() };
        let at_first = BTreeMap::from([
            (NAME, Edit::Put("甲".into())),
            (PHONE, Edit::Put("0".into())),
            (NOTE, Edit::Put("旧".into())),
        ]);
        let (payload, height) = grid.state.edit(KIND, at_first);
        grid.add(DESK, Verb::WRITE, payload, height);
        grid
    }

    fn add(&mut self, device: u32, verb: Verb, payload: Payload, height: u32) -> OpId {
        let counter = self.counters.entry(device).or_default();
        *counter += 1;
        let id = OpId::new(device, *counter);
        self.state.add(id, Written { height, verb, payload });
        id
    }

    /// Somebody writes a value without having seen what others wrote since `seen`.
    fn apart(&mut self, seen: &RecordState, device: u32, key: FieldKey, value: &str) -> OpId {
        let (payload, height) = seen.edit(KIND, BTreeMap::from([(key, Edit::Put(value.into()))]));
        self.add(device, Verb::WRITE, payload, height)
    }

    fn conflict(&self, slot: SlotCode) -> Option<Conflict> {
        self.state.view(KIND).conflicts.into_iter().find(|conflict| conflict.slot == slot)
    }

    fn settle(&mut self, device: u32, slot: SlotCode, edits: BTreeMap<FieldKey, Edit>) -> OpId {
        let (payload, height) = self.state.resolve(KIND, slot, edits);
        self.add(device, Verb::WRITE, payload, height)
    }

    fn take_back(&mut self, device: u32, op: OpId) {
        for (verb, payload, height) in self.state.reopening(KIND, op).unwrap() {
            self.add(device, verb, payload, height);
        }
    }
}

fn values(conflict: &Conflict, key: FieldKey) -> BTreeSet<Value> {
    conflict.sides.iter().filter_map(|side| side.values.get(&key).cloned()).collect()
}

proptest! {
    #[test]
    fn a_settlement_taken_back_leaves_the_same_values_and_shows_the_same_one(
        writes in proptest::collection::vec((1..5_u32, 0..4_u8), 2..7),
        choice in 0..8_usize,
    ) {
        let mut grid = Grid::new();
        let seen = grid.state.clone();
        for (device, n) in &writes {
            grid.apart(&seen, *device, PHONE, &format!("号{n}"));
        }
        let slot = SlotCode(PHONE.0);
        let Some(before) = grid.conflict(slot) else { return Ok(()) };
        let chosen = before.sides[choice % before.sides.len()].op;
        let settled = grid.settle(2, slot, choosing(&before, chosen).unwrap());
        prop_assert!(grid.conflict(slot).is_none());
        let meant = before.sides.iter().find(|side| side.op == chosen).and_then(|side| side.values.get(&PHONE));
        let view = grid.state.view(KIND);
        prop_assert_eq!(view.one(PHONE), meant);
        let elsewhere = grid.state.clone();
        grid.take_back(2, settled);
        let after = grid.conflict(slot);
        prop_assert!(after.is_some());
        let after = after.unwrap();
        prop_assert_eq!(values(&after, PHONE), values(&before, PHONE));
        let view = grid.state.view(KIND);
        prop_assert_eq!(view.one(PHONE), before.sides[0].values.get(&PHONE));
        // Whoever wrote a value first is still told: every side leads back to one that stood in the conflict.
        for side in &after.sides {
            let origin = grid.state.origin(KIND, slot, side.op);
            let was = before.sides.iter().find(|old| old.op == origin).map(|old| &old.values);
            prop_assert_eq!(was, Some(&side.values));
        }
        // A phone that hears of it later sees the same.
        let mut late = elsewhere;
        late.merge(&grid.state);
        prop_assert_eq!(late.view(KIND), grid.state.view(KIND));
    }
}

#[test]
fn both_numbers_are_kept_and_only_one_again_when_it_is_taken_back() {
    let mut grid = Grid::new();
    let seen = grid.state.clone();
    grid.apart(&seen, 1, PHONE, "一");
    grid.apart(&seen, 2, PHONE, "二");
    let slot = SlotCode(PHONE.0);
    let before = grid.conflict(slot).unwrap();
    let settled = grid.settle(1, slot, keeping_both(KIND, &before).unwrap());
    let view = grid.state.view(KIND);
    assert_eq!(view.one(PHONE), Some(&"二".into()), "the one shown meanwhile stays the first");
    assert_eq!(view.fields.get(&OTHER_PHONES), Some(&MergedField::Many(vec!["一".into()])));
    grid.take_back(1, settled);
    let view = grid.state.view(KIND);
    assert_eq!(view.conflicts.len(), 1);
    assert_eq!(view.fields.get(&OTHER_PHONES), None, "an emptied set is as one never written");
}

#[test]
fn two_notes_become_one_text_with_both() {
    let mut grid = Grid::new();
    let seen = grid.state.clone();
    grid.apart(&seen, 1, NOTE, "轮椅");
    grid.apart(&seen, 2, NOTE, "耳背");
    let conflict = grid.conflict(SlotCode(NOTE.0)).unwrap();
    grid.settle(1, SlotCode(NOTE.0), keeping_both(KIND, &conflict).unwrap());
    let view = grid.state.view(KIND);
    assert!(view.conflicts.is_empty());
    assert_eq!(view.one(NOTE), Some(&"耳背；轮椅".into()));
    assert_eq!(room_for_both(KIND, SlotCode(NAME.0)), None, "nobody has two names");
}

#[test]
fn two_people_who_settle_it_differently_meet_again() {
    let mut grid = Grid::new();
    let seen = grid.state.clone();
    let first = grid.apart(&seen, 1, PHONE, "一");
    let second = grid.apart(&seen, 2, PHONE, "二");
    let slot = SlotCode(PHONE.0);
    let conflict = grid.conflict(slot).unwrap();
    let asked = grid.state.clone();
    for (device, op) in [(1, first), (2, second)] {
        let (payload, height) = asked.resolve(KIND, slot, choosing(&conflict, op).unwrap());
        grid.add(device, Verb::WRITE, payload, height);
    }
    let again = grid.conflict(slot).unwrap();
    assert_eq!(values(&again, PHONE), values(&conflict, PHONE));
}

#[test]
fn deleting_after_all_or_keeping_after_all_is_taken_back_alike() {
    for delete in [true, false] {
        let mut grid = Grid::new();
        let seen = grid.state.clone();
        grid.apart(&seen, 1, NAME, "乙");
        let (payload, height) = seen.delete(KIND);
        grid.add(2, Verb::DELETE, payload, height);
        assert!(grid.conflict(SlotCode::ALIVE).is_some());
        let settled = if delete {
            let (payload, height) = grid.state.delete(KIND);
            grid.add(3, Verb::DELETE, payload, height)
        } else {
            grid.settle(3, SlotCode::ALIVE, BTreeMap::new())
        };
        let view = grid.state.view(KIND);
        assert_eq!((view.deleted, view.conflicts.len()), (delete, 0));
        assert!(grid.state.settles(KIND, settled), "delete: {delete}");
        grid.take_back(3, settled);
        assert!(!grid.state.settles(KIND, settled), "delete: {delete}");
        let view = grid.state.view(KIND);
        assert!(!view.deleted && grid.conflict(SlotCode::ALIVE).is_some(), "delete: {delete}");
    }
}

#[test]
fn an_ordinary_edit_settles_nothing_and_cannot_be_reopened() {
    let mut grid = Grid::new();
    let seen = grid.state.clone();
    let op = grid.apart(&seen, 1, PHONE, "一");
    assert_eq!(grid.state.reopening(KIND, op), None);
    let (payload, height) = grid.state.delete(KIND);
    let deleted = grid.add(1, Verb::DELETE, payload, height);
    assert_eq!(grid.state.reopening(KIND, deleted), None);
}

#[test]
fn a_household_has_room_for_both_numbers_too() {
    let key = |name| RecordKind::Household.field_named(name).unwrap().key;
    let room = room_for_both(RecordKind::Household, SlotCode(key("phone").0));
    assert_eq!(room, Some(Room::Beside(key("contact_phones"))));
}

#[test]
fn of_a_number_and_none_keeping_both_keeps_the_number_alone() {
    let mut grid = Grid::new();
    let seen = grid.state.clone();
    let (payload, height) = seen.edit(KIND, BTreeMap::from([(PHONE, Edit::Put(Value::Null))]));
    grid.add(1, Verb::WRITE, payload, height);
    grid.apart(&seen, 2, PHONE, "二");
    let slot = SlotCode(PHONE.0);
    let before = grid.conflict(slot).unwrap();
    grid.settle(1, slot, keeping_both(KIND, &before).unwrap());
    let view = grid.state.view(KIND);
    assert_eq!((view.one(PHONE), view.fields.get(&OTHER_PHONES)), (Some(&"二".into()), None));
}

#[test]
fn a_settlement_stands_until_somebody_writes_there_anew() {
    let mut grid = Grid::new();
    let seen = grid.state.clone();
    let first = grid.apart(&seen, 1, PHONE, "一");
    grid.apart(&seen, 2, PHONE, "二");
    let slot = SlotCode(PHONE.0);
    assert!(!grid.state.settles(KIND, OpId::new(9, 1)), "nobody wrote that");
    let edits = choosing(&grid.conflict(slot).unwrap(), first).unwrap();
    let settled = grid.settle(1, slot, edits);
    assert!(grid.state.settles(KIND, settled));
    let now = grid.state.clone();
    grid.apart(&now, 2, NOTE, "别处");
    assert!(grid.state.settles(KIND, settled), "something else was written");
    grid.apart(&now, 2, PHONE, "三");
    assert!(!grid.state.settles(KIND, settled));
}

#[test]
fn whoever_writes_an_old_value_anew_wrote_it_themself() {
    let slot = SlotCode(PHONE.0);
    let own_again = |grid: &Grid, op| assert_eq!(grid.state.origin(KIND, slot, op), op);

    // Another phone, over a settlement, deliberately.
    let mut grid = Grid::new();
    let seen = grid.state.clone();
    grid.apart(&seen, 1, PHONE, "一");
    let second = grid.apart(&seen, 2, PHONE, "二");
    let edits = choosing(&grid.conflict(slot).unwrap(), second).unwrap();
    grid.settle(1, slot, edits);
    let now = grid.state.clone();
    let again = grid.apart(&now, 3, PHONE, "一");
    own_again(&grid, again);

    // The same phone, where nothing had been settled.
    let mut grid = Grid::new();
    for value in ["一", "二"] {
        let now = grid.state.clone();
        grid.apart(&now, 1, PHONE, value);
    }
    let now = grid.state.clone();
    let again = grid.apart(&now, 1, PHONE, "一");
    own_again(&grid, again);

    // A settlement that claims to know no more than what it settled.
    let mut grid = Grid::new();
    let seen = grid.state.clone();
    let first = grid.apart(&seen, 1, PHONE, "一");
    grid.apart(&seen, 2, PHONE, "二");
    let edits = choosing(&grid.conflict(slot).unwrap(), first).unwrap();
    let (payload, height) = grid.state.resolve(KIND, slot, edits);
    let low = height - 1;
    let settled = grid.add(1, Verb::WRITE, payload, low);
    let edits = BTreeMap::from([(PHONE, Edit::Put("二".into()))]);
    let payload = Payload { edits, replaces: BTreeMap::from([(slot, vec![settled])]) };
    let again = grid.add(1, Verb::WRITE, payload, height);
    own_again(&grid, again);
}
