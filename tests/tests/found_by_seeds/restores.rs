//! A county put back from a backup, and phones of which there are two.

use super::{households, note_of, worker};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;
use xunge_domain::ids::RecordId;
use xunge_domain::records::{FieldKey, RecordKind};
use xunge_domain::value::Edit;
use xunge_server::county::CountyEdit;
use xunge_server::storage::{Page, Sort};
use xunge_tests::marks::files_below;
use xunge_tests::phone::SimPhone;
use xunge_tests::scene::{PIN, Scene, first_household, settle, visit};

/// The county's database as it is now, to be put back with [`put_back`].
fn back_up(scene: &Scene) {
    scene.county.kill();
    let backup = scene.folder().join("backup");
    for file in files_below(scene.folder()).iter().filter(|file| file.parent() == Some(scene.folder())) {
        std::fs::create_dir_all(&backup).unwrap();
        std::fs::copy(file, backup.join(file.file_name().unwrap())).unwrap();
    }
    scene.county.start();
}

fn put_back(scene: &Scene) {
    scene.county.kill();
    for name in ["county.db-wal", "county.db-shm"] {
        let _ = std::fs::remove_file(scene.folder().join(name));
    }
    for file in files_below(&scene.folder().join("backup")) {
        std::fs::copy(&file, scene.folder().join(file.file_name().unwrap())).unwrap();
    }
    scene.county.start();
    scene.county.county().begin_epoch().unwrap();
}

/// An edit of the first household that arrives after the hand-over: kept for the desk, and gone from the phone.
fn too_late(scene: &Scene, phone: &SimPhone) -> RecordId {
    let household = first_household(phone);
    phone.link.set(false, 0);
    phone.call("save_household", json!({ "id": household, "note": "太晚了" })).unwrap();
    scene.county.county().revoke_grant(worker(scene), scene.county.grid).unwrap();
    scene.clock.pass(8 * 86_400_000);
    phone.link.set(true, 0);
    settle(phone);
    assert_eq!(households(phone), 0);
    household.parse().unwrap()
}

#[test]
fn what_a_county_lost_with_its_backup_goes_from_the_phones_and_numbers_given_anew_are_heard() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    let county = scene.county.county();
    let rows = county.records_in(RecordKind::Household, scene.county.grid, Sort::Rising, Page::ALL).unwrap();
    let (first, second) = (rows[0].id, rows[1].id);
    let note = |record, text: &str| {
        vec![CountyEdit::new(RecordKind::Household, record, scene.county.grid, [(1, text.into())])]
    };
    drop(county);
    back_up(&scene);
    scene.county.county().write_as_county(note(first, "丢了的")).unwrap();
    settle(&phone);
    assert_eq!(note_of(&phone, first), "丢了的");

    put_back(&scene);
    // The same number in the county's own log, given to something else.
    scene.county.county().write_as_county(note(second, "新的")).unwrap();
    settle(&phone);
    assert_eq!((note_of(&phone, first), note_of(&phone, second)), (json!(""), json!("新的")));
}

#[test]
fn what_two_copies_of_a_phone_both_held_unsent_is_applied_once() {
    let scene = Scene::default();
    let mut phone = scene.phone("anna");
    phone.link.set(false, 0);
    let empty = clone_of(&scene, &mut phone, "anna'");
    visit(&phone);
    let full = clone_of(&scene, &mut phone, "anna''");
    phone.link.set(true, 0);

    // The emptiest one comes first: everybody else has to write under other numbers.
    visit(&empty);
    settle(&empty);
    settle(&phone);
    settle(&full);
    settle(&phone);
    let device = scene.county.county().devices().unwrap().pop().unwrap();
    assert_eq!(device.chain.counter, 2, "two visits were written");
    for copy in [&phone, &full] {
        assert_eq!(copy.open().own_operations().unwrap().len(), 2);
    }
}

#[test]
fn what_was_kept_for_the_desk_and_is_applied_after_a_restore_shows_on_every_copy_of_the_phone() {
    let scene = Scene::default();
    let mut phone = scene.phone("anna");
    back_up(&scene);
    let household = too_late(&scene, &phone);
    let clone = clone_of(&scene, &mut phone, "anna'");
    // The county is put back to before it took the area away: one copy gives it the edit, the other finds it there.
    put_back(&scene);
    for copy in [&phone, &clone] {
        settle(copy);
        assert_eq!(note_of(copy, household), "太晚了", "{}", copy.name);
    }
    let row = scene.county.county().record(household).unwrap().unwrap();
    assert_eq!(row.text(1), "太晚了");
}

#[test]
fn what_was_taken_back_here_and_stands_at_the_county_through_another_copy_is_shown() {
    let scene = Scene::default();
    let mut phone = scene.phone("anna");
    let other = scene.county.sibling;
    back_up(&scene);
    phone.link.set(false, 0);
    // Written just before the area was found to be somebody else's.
    let edits = BTreeMap::from([(FieldKey(1), Edit::Put("养狗".into()))]);
    let write = |change: &mut xunge_client::change::Change<'_, '_>| {
        let household = change.new_id();
        change.edit(RecordKind::Household, household, other, edits)?;
        Ok(household)
    };
    let household = phone.open().change(write).unwrap();
    let clone = clone_of(&scene, &mut phone, "anna'");
    phone.link.set(true, 0);
    settle(&phone);
    let refused = |phone: &SimPhone| phone.call("review", json!({})).unwrap()["refused"].clone();
    assert_eq!(refused(&phone)[0]["reason"], "out_of_scope");
    phone.call("withdraw_refused", json!({ "op": refused(&phone)[0]["op"] })).unwrap();

    put_back(&scene);
    scene.county.county().grant(worker(&scene), other).unwrap();
    settle(&clone);
    settle(&phone);
    let row = scene.county.county().record(household).unwrap().unwrap();
    assert_eq!(row.text(1), "养狗", "the other copy had it still");
    for copy in [&phone, &clone] {
        assert_eq!(note_of(copy, household), "养狗", "{}", copy.name);
        assert_eq!(refused(copy), json!([]));
    }
}

#[test]
fn what_is_refused_again_after_a_restore_does_not_bring_its_area_back_onto_the_phone() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    let worker = worker(&scene);
    scene.county.county().revoke_grant(worker, scene.county.grid).unwrap();
    scene.county.county().grant(worker, scene.county.grid).unwrap();
    settle(&phone);
    let first = first_household(&phone);
    phone.call("save_household", json!({ "id": first, "note": "来得及" })).unwrap();
    settle(&phone);
    scene.county.county().revoke_grant(worker, scene.county.grid).unwrap();
    scene.clock.pass(8 * 86_400_000);
    back_up(&scene);
    scene.county.county().grant(worker, scene.county.grid).unwrap();
    settle(&phone);
    let household = too_late(&scene, &phone);
    // The county knows nothing of the second edit any more, is sent it again and refuses it again.
    put_back(&scene);
    settle(&phone);
    assert_eq!(phone.call("review", json!({})).unwrap()["refused"], json!([]), "it is the desk's");
    assert_eq!(households(&phone), 0);
    assert_eq!(phone.call("household", json!({ "id": household.to_string() })).unwrap_err(), "not_found");
}

fn copy(from: &Path, to: &Path) {
    for file in files_below(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(&file, target).unwrap();
    }
}

/// A second copy of a phone that lives on beside it.
fn clone_of(scene: &Scene, phone: &mut SimPhone, name: &'static str) -> SimPhone {
    phone.call("lock", json!({})).unwrap();
    copy(&scene.folder().join(phone.name), &scene.folder().join(name));
    phone.restart();
    let clone = scene.new_phone(name);
    clone.call("unlock", json!({ "pin": PIN })).unwrap();
    clone
}
