//! What the county did not take, and what was taken back.

use super::{households, report, worker};
use serde_json::json;
use std::collections::BTreeMap;
use xunge_domain::ids::RecordId;
use xunge_domain::records::{FieldKey, MAX_TEXT, RecordKind};
use xunge_domain::value::Edit;
use xunge_store::RowValue;
use xunge_tests::phone::SimPhone;
use xunge_tests::scene::{Scene, first_household, settle};

/// A household whose note is longer than the county takes, as an app of next year may write it: refused.
fn refused_household(phone: &SimPhone) -> String {
    let open = phone.open();
    let grid = open.identity().grid().unwrap();
    let edits = BTreeMap::from([(FieldKey(1), Edit::Put("长".repeat(MAX_TEXT).as_str().into()))]);
    open.change(|change| {
        let household = change.new_id();
        change.edit(RecordKind::Household, household, grid, edits)?;
        Ok(())
    })
    .unwrap();
    settle(phone);
    let refused = phone.call("review", json!({})).unwrap()["refused"].clone();
    assert_eq!((refused.as_array().unwrap().len(), &refused[0]["reason"]), (1, &json!("too_long")));
    assert_eq!((&refused[0]["blamed"], &refused[0]["wrote"][0]["bad"]), (&json!("note"), &json!(true)));
    refused[0]["op"].as_str().unwrap().to_owned()
}

fn person_of(phone: &SimPhone) -> String {
    let view = phone.call("household", json!({ "id": first_household(phone) })).unwrap();
    view["people"][0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_household_whose_making_was_refused_and_taken_back_is_counted_nowhere() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    let before = households(&phone);
    let op = refused_household(&phone);
    assert_eq!(households(&phone), before + 1, "the worker sees what they wrote until they have decided");
    phone.call("withdraw_refused", json!({ "op": op })).unwrap();
    assert_eq!(households(&phone), before);
}

#[test]
fn a_set_that_was_filled_and_emptied_is_the_same_at_phone_and_county() {
    let scene = Scene::default();
    let (one, two) = (scene.phone("anna"), scene.phone("bert"));
    let person = person_of(&one);
    for (phone, number) in [(&one, "14311110000"), (&two, "14322220000")] {
        phone.link.set(false, 0);
        phone.call("save_person", json!({ "id": person, "fields": { "phone": number } })).unwrap();
    }
    for phone in [&one, &two, &one] {
        phone.link.set(true, 0);
        settle(phone);
    }
    // Both numbers are kept, one of them in a set beside the first; then that is taken back.
    let conflict = one.call("review", json!({})).unwrap()["conflicts"][0].clone();
    let args = json!({ "conflict": conflict["id"], "op": conflict["sides"][0]["op"], "both": true });
    let saved = one.call("resolve", args).unwrap();
    one.call("undo", json!({ "undo": saved["undo"] })).unwrap();
    settle(&one);
    let record: RecordId = person.parse().unwrap();
    let others = RecordKind::Person.field_named("other_phones").unwrap().key;
    let row = scene.county.county().record(record).unwrap().unwrap();
    assert_eq!(row.fields.get(&others), None);
    let (_, _, merged) = scene.county.county().merged(record).unwrap().unwrap();
    assert_eq!((merged.fields.get(&others), merged.conflicts.len()), (None, 1), "and the conflict is back");
    let held =
        one.open().change(|change| Ok(change.writer.row(RecordKind::Person, record)?)).unwrap().unwrap();
    assert_eq!(held.field(RecordKind::Person, "other_phones"), &RowValue::Absent);
}

#[test]
fn a_picture_that_was_refused_and_let_go_is_not_told_to_be_at_the_county() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    phone.link.set(false, 0);
    report(&phone);
    scene.county.county().revoke_grant(worker(&scene), scene.county.grid).unwrap();
    // Beyond the days of the hand-over: the report is kept for the desk, its picture is not taken.
    scene.clock.pass(8 * 86_400_000);
    phone.link.set(true, 0);
    settle(&phone);
    let photos = || {
        let state = phone.open().sync_state().unwrap().photos;
        (state.done, state.of)
    };
    let review = phone.call("review", json!({})).unwrap();
    let mut refused = review["refused"].as_array().unwrap().iter().map(|item| item["op"].as_str().unwrap());
    let picture = refused.find(|op| op.starts_with("photo:")).expect("it was refused").to_owned();
    assert_eq!(photos(), (0, 1), "a refused one does not count as sent");
    phone.call("withdraw_refused", json!({ "op": picture })).unwrap();
    assert_eq!(photos(), (0, 0));
    assert!(phone.open().own_pictures().unwrap().iter().all(|picture| !picture.received));
    let id = picture.trim_start_matches("photo:").parse().unwrap();
    assert_eq!(phone.open().photo_view(id).unwrap_err().code(), "not_found");
}
