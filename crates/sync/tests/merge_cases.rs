//! Single cases of merging, each for a line that the laws of merging cannot tell from another.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

use std::collections::BTreeMap;
use xunge_domain::ids::OpId;
use xunge_domain::operation::{Payload, Verb};
use xunge_domain::records::{FieldKey, RecordKind, SlotCode};
use xunge_domain::value::{Edit, Value};
use xunge_sync::merge::{Merged, RecordState, Written};

const KIND: RecordKind = RecordKind::Person;
const CITIZEN_ID: FieldKey = FieldKey(2);
const BIRTH: FieldKey = FieldKey(3);
const SEX: FieldKey = FieldKey(4);
const PHONE: FieldKey = FieldKey(5);

fn puts(fields: &[(FieldKey, Value)]) -> BTreeMap<FieldKey, Edit> {
    fields.iter().map(|(key, value)| (*key, Edit::Put(value.clone()))).collect()
}

/// Somebody who sees `state` writes.
fn write(state: &mut RecordState, id: OpId, fields: &[(FieldKey, Value)]) {
    let (payload, height) = state.edit(KIND, puts(fields));
    state.add(id, Written { height, verb: Verb::WRITE, payload });
}

#[test]
fn a_record_is_empty_until_something_is_written() {
    let mut state = RecordState::default();
    assert!(state.is_empty());
    write(&mut state, OpId::new(1, 1), &[(PHONE, "1".into())]);
    assert!(!state.is_empty());
}

#[test]
fn what_was_erased_says_so_and_nothing_else() {
    let mut state = RecordState::default();
    write(&mut state, OpId::new(1, 1), &[(PHONE, "1".into())]);
    let payload = Payload { edits: BTreeMap::new(), replaces: BTreeMap::new() };
    state.add(OpId::new(0, 1), Written { height: 2, verb: Verb::ERASE, payload });
    assert_eq!(state.view(KIND), Merged { erased: true, ..Merged::default() });
}

#[test]
fn a_field_of_a_group_is_written_with_the_rest_of_it_and_no_other() {
    let mut state = RecordState::default();
    let (number, birth, sex) = ((CITIZEN_ID, "11".into()), (BIRTH, Value::Int(7)), (SEX, Value::Int(1)));
    write(&mut state, OpId::new(1, 1), &[number.clone(), birth, sex.clone(), (PHONE, "1".into())]);
    let (payload, _) = state.edit(KIND, puts(&[(BIRTH, Value::Int(8))]));
    assert_eq!(payload.edits, puts(&[number, (BIRTH, Value::Int(8)), sex]));
    let (payload, _) = state.edit(KIND, puts(&[(PHONE, "2".into())]));
    assert_eq!(payload.edits, puts(&[(PHONE, "2".into())]), "what stands alone is written alone");
}

#[test]
fn who_was_not_asked_about_a_conflict_replaces_what_is_shown_and_its_equals_only() {
    let mut state = RecordState::default();
    for (device, phone) in [(1, "shown"), (2, "other"), (3, "shown")] {
        let mut own = RecordState::default();
        write(&mut own, OpId::new(device, 1), &[(PHONE, phone.into())]);
        state.merge(&own);
    }
    let (payload, _) = state.edit(KIND, puts(&[(PHONE, "new".into())]));
    let mut replaced = payload.replaces.get(&SlotCode(PHONE.0)).cloned().unwrap();
    replaced.sort();
    assert_eq!(replaced, [OpId::new(1, 1), OpId::new(3, 1)]);
}
