//! The laws of merging, on histories that two or three people could have written: union commutes, associates and is
//! idempotent; no concurrent value is ever dropped; one resolving operation settles a conflict for everybody.
//!
//! `XUNGE_MERGE_CASES` raises the number of cases (a sweep runs 200,000).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use xunge_domain::ids::OpId;
use xunge_domain::operation::Verb;
use xunge_domain::records::{FieldKey, RecordKind, SlotCode};
use xunge_domain::value::{Edit, Value};
use xunge_sync::merge::{MergedField, RecordState, Written};

const KIND: RecordKind = RecordKind::Person;
const NAME: FieldKey = FieldKey(1);
const BIRTH: FieldKey = FieldKey(3);
const PHONE: FieldKey = FieldKey(5);
const OTHER_PHONES: FieldKey = FieldKey(6);

/// What somebody does on their own replica.
#[derive(Debug, Clone)]
enum Act {
    Put(FieldKey, u8),
    AddPhone(u8),
    RemovePhone(u8),
    Delete,
    ResolvePhone(u8),
    ResolveDeletion,
    /// Hears everything the given replica knows.
    Hear(usize),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (prop_oneof![Just(NAME), Just(BIRTH), Just(PHONE)], 0..4_u8).prop_map(|(key, value)| Act::Put(key, value)),
        1 => (0..3_u8).prop_map(Act::AddPhone),
        1 => (0..3_u8).prop_map(Act::RemovePhone),
        1 => Just(Act::Delete),
        1 => (0..4_u8).prop_map(Act::ResolvePhone),
        1 => Just(Act::ResolveDeletion),
        3 => (0..3_usize).prop_map(Act::Hear),
    ]
}

fn history() -> impl Strategy<Value = Vec<(usize, Act)>> {
    proptest::collection::vec((0..3_usize, act()), 1..24)
}

fn value(key: FieldKey, n: u8) -> Value {
    if key == BIRTH { Value::Int(i64::from(n)) } else { Value::Text(format!("值{n}")) }
}

/// Three replicas that lived through `history`.
fn live(history: &[(usize, Act)]) -> [RecordState; 3] {
    let mut replicas: [RecordState; 3] = Default::default();
    let mut counters = [0_u64; 3];
    for (who, act) in history {
        let state = &replicas[*who];
        let single = |key: FieldKey, n: u8| BTreeMap::from([(key, Edit::Put(value(key, n)))]);
        let (verb, (payload, height)) = match act {
            Act::Hear(other) => {
                let heard = replicas[*other].clone();
                replicas[*who].merge(&heard);
                continue;
            }
            Act::Put(key, n) => (Verb::WRITE, state.edit(KIND, single(*key, *n))),
            Act::AddPhone(n) => {
                let members = Edit::Members { add: vec![value(OTHER_PHONES, *n)], remove: vec![] };
                (Verb::WRITE, state.edit(KIND, BTreeMap::from([(OTHER_PHONES, members)])))
            }
            Act::RemovePhone(n) => {
                let removal = state.removal(OTHER_PHONES, &value(OTHER_PHONES, *n));
                let members = Edit::Members { add: vec![], remove: vec![removal] };
                (Verb::WRITE, state.edit(KIND, BTreeMap::from([(OTHER_PHONES, members)])))
            }
            Act::Delete => (Verb::DELETE, state.delete(KIND)),
            Act::ResolvePhone(n) => (Verb::WRITE, state.resolve(KIND, SlotCode(PHONE.0), single(PHONE, *n))),
            Act::ResolveDeletion => (Verb::WRITE, state.resolve(KIND, SlotCode::ALIVE, BTreeMap::new())),
        };
        counters[*who] += 1;
        let id = OpId::new(u32::try_from(*who).unwrap() + 1, counters[*who]);
        replicas[*who].add(id, Written { height, verb, payload });
    }
    replicas
}

fn union(states: &[&RecordState]) -> RecordState {
    let mut all = RecordState::default();
    for state in states {
        all.merge(state);
    }
    all
}

fn cases() -> u32 {
    std::env::var("XUNGE_MERGE_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(20_000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases() / 4, ..ProptestConfig::default() })]

    #[test]
    fn order_and_repetition_do_not_matter(history in history()) {
        let [a, b, c] = live(&history);
        let one = union(&[&a, &b, &c]);
        prop_assert_eq!(&one, &union(&[&c, &b, &a]));
        prop_assert_eq!(&one, &union(&[&union(&[&b, &c]), &a, &b, &b]));
        prop_assert_eq!(one.view(KIND), union(&[&b, &a, &c]).view(KIND));
    }

    #[test]
    fn every_value_written_unseen_of_its_rivals_stays_in_review(history in history()) {
        let [a, b, c] = live(&history);
        let all = union(&[&a, &b, &c]);
        let view = all.view(KIND);
        // Independent reckoning: a write of the phone is lost only when some known operation says that it replaces it.
        let slot = SlotCode(PHONE.0);
        let replaced: BTreeSet<OpId> =
            all.operations().flat_map(|(_, op)| op.payload.replaces.get(&slot).cloned().unwrap_or_default()).collect();
        let standing: BTreeSet<Value> = all
            .operations()
            .filter(|(id, _)| !replaced.contains(id))
            .filter_map(|(_, op)| match op.payload.edits.get(&PHONE) {
                Some(Edit::Put(value)) => Some(value.clone()),
                _ => None,
            })
            .collect();
        let in_review: BTreeSet<Value> = view
            .conflicts
            .iter()
            .filter(|conflict| conflict.slot == slot)
            .flat_map(|conflict| conflict.sides.iter().filter_map(|side| side.values.get(&PHONE).cloned()))
            .collect();
        match standing.len() {
            0 => prop_assert!(view.one(PHONE).is_none()),
            1 => {
                prop_assert_eq!(view.one(PHONE), standing.first());
                prop_assert!(in_review.is_empty());
            }
            _ => {
                prop_assert_eq!(&in_review, &standing);
                prop_assert!(standing.contains(view.one(PHONE).unwrap()));
            }
        }
    }

    #[test]
    fn one_resolving_operation_settles_it_for_everybody(history in history(), choice in 0..4_u8) {
        let [a, b, c] = live(&history);
        let mut all = union(&[&a, &b, &c]);
        let edits = BTreeMap::from([(PHONE, Edit::Put(value(PHONE, choice)))]);
        let (payload, height) = all.resolve(KIND, SlotCode(PHONE.0), edits);
        all.add(OpId::new(9, 1), Written { height, verb: Verb::WRITE, payload });
        for late in [&a, &b, &c] {
            all.merge(late);
        }
        let view = all.view(KIND);
        prop_assert!(view.conflicts.iter().all(|conflict| conflict.slot != SlotCode(PHONE.0)));
        prop_assert_eq!(view.one(PHONE), Some(&value(PHONE, choice)));
    }

    #[test]
    fn a_group_is_never_mixed_from_two_writers(history in history()) {
        // Birth moves with citizen id and sex: whatever head is shown, all its fields come from one operation.
        let [a, b, c] = live(&history);
        let view = union(&[&a, &b, &c]).view(KIND);
        if let Some(conflict) = view.conflicts.iter().find(|conflict| conflict.slot.0 >= SlotCode::FIRST_GROUP) {
            let shown = &conflict.sides[0].values;
            for (key, value) in shown {
                prop_assert_eq!(view.one(*key), Some(value));
            }
        }
    }
}

#[test]
fn two_workers_change_the_same_phone_number() {
    let mut grid = RecordState::default();
    let (payload, height) = grid.edit(KIND, BTreeMap::from([(PHONE, Edit::Put("14200000000".into()))]));
    grid.add(OpId::new(0, 1), Written { height, verb: Verb::WRITE, payload });

    let (mut kong, mut meng) = (grid.clone(), grid.clone());
    for (state, device, phone) in [(&mut kong, 1, "14200000001"), (&mut meng, 2, "14200000002")] {
        let (payload, height) = state.edit(KIND, BTreeMap::from([(PHONE, Edit::Put(phone.into()))]));
        state.add(OpId::new(device, 1), Written { height, verb: Verb::WRITE, payload });
    }
    kong.merge(&meng);
    let view = kong.view(KIND);
    assert_eq!(view.conflicts.len(), 1);
    assert_eq!(view.conflicts[0].sides.len(), 2, "both values are kept");
    assert_eq!(
        view.one(PHONE),
        Some(&"14200000002".into()),
        "equal height: the greater (device, counter) is shown"
    );

    // Kong edits once more without being asked about the conflict: Meng's value stays in review.
    let (payload, height) = kong.edit(KIND, BTreeMap::from([(NAME, Edit::Put("孔某".into()))]));
    kong.add(OpId::new(1, 2), Written { height, verb: Verb::WRITE, payload });
    assert_eq!(kong.view(KIND).conflicts.len(), 1);
}

#[test]
fn the_same_value_typed_twice_is_no_conflict() {
    let mut state = RecordState::default();
    for device in [1, 2] {
        let (payload, height) =
            RecordState::default().edit(KIND, BTreeMap::from([(PHONE, Edit::Put("1".into()))]));
        state.add(OpId::new(device, 1), Written { height, verb: Verb::WRITE, payload });
    }
    assert!(state.view(KIND).conflicts.is_empty());
}

#[test]
fn deleting_what_somebody_else_just_edited_is_asked_about() {
    let mut base = RecordState::default();
    let (payload, height) = base.edit(KIND, BTreeMap::from([(NAME, Edit::Put("甲".into()))]));
    base.add(OpId::new(0, 1), Written { height, verb: Verb::WRITE, payload });
    let mut edited = base.clone();
    let (payload, height) = edited.edit(KIND, BTreeMap::from([(NAME, Edit::Put("乙".into()))]));
    edited.add(OpId::new(1, 1), Written { height, verb: Verb::WRITE, payload });
    let (payload, height) = base.delete(KIND);
    base.add(OpId::new(2, 1), Written { height, verb: Verb::DELETE, payload });
    assert!(base.view(KIND).deleted);

    base.merge(&edited);
    let view = base.view(KIND);
    assert!(!view.deleted, "shown until a human has decided");
    assert_eq!(view.conflicts[0].slot, SlotCode::ALIVE);

    let (payload, height) = base.delete(KIND);
    base.add(OpId::new(1, 2), Written { height, verb: Verb::DELETE, payload });
    assert!(base.view(KIND).deleted, "deleted again by someone who saw the edit");
}

#[test]
fn a_removal_does_not_take_an_addition_it_has_not_seen() {
    let phone: Value = "14200000003".into();
    let add = || Edit::Members { add: vec![phone.clone()], remove: vec![] };
    let mut state = RecordState::default();
    let (payload, height) = state.edit(KIND, BTreeMap::from([(OTHER_PHONES, add())]));
    state.add(OpId::new(1, 1), Written { height, verb: Verb::WRITE, payload });
    let mut other = state.clone();
    let (payload, height) = other.edit(KIND, BTreeMap::from([(OTHER_PHONES, add())]));
    other.add(OpId::new(2, 1), Written { height, verb: Verb::WRITE, payload });

    let removal = Edit::Members { add: vec![], remove: vec![state.removal(OTHER_PHONES, &phone)] };
    let (payload, height) = state.edit(KIND, BTreeMap::from([(OTHER_PHONES, removal)]));
    state.add(OpId::new(1, 2), Written { height, verb: Verb::WRITE, payload });
    assert_eq!(state.view(KIND).fields.get(&OTHER_PHONES), None, "an emptied set is as one never written");
    state.merge(&other);
    assert_eq!(state.view(KIND).fields.get(&OTHER_PHONES), Some(&MergedField::Many(vec![phone])));
}
