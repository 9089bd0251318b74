//! A phone comes back from an older copy of itself and goes on writing: what it had sent before comes back from the county,
//! what it wrote meanwhile is kept under new counters, and both stand at the county.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so and ends")]
#![allow(clippy::disallowed_methods, reason = "plays the backup program of a phone")]

use serde_json::{Value, json};
use std::path::Path;
use xunge_tests::phone::SimPhone;
use xunge_tests::scene::{Scene, first_household, settle, visit};

fn copy(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(from, to).unwrap();
        }
    }
}

/// The phone's files as they are now.
fn back_up(scene: &Scene, phone: &mut SimPhone) {
    phone.call("lock", json!({})).unwrap();
    copy(&scene.folder().join(phone.name), &scene.folder().join("backup"));
    phone.restart();
}

fn restore(scene: &Scene, phone: &mut SimPhone) {
    phone.call("lock", json!({})).unwrap();
    copy(&scene.folder().join("backup"), &scene.folder().join(phone.name));
    phone.restart();
}

fn visits(phone: &SimPhone) -> usize {
    let view = phone.call("household", json!({ "id": first_household(phone) })).unwrap();
    view["visits"].as_array().unwrap().len()
}

fn rename(phone: &SimPhone, phone_number: &str) {
    let household = first_household(phone);
    let view = phone.call("household", json!({ "id": household })).unwrap();
    let person = view["people"][0]["id"].clone();
    phone.call("save_person", json!({ "id": person, "fields": { "phone": phone_number } })).unwrap();
}

fn whole(scene: &Scene, phone: &SimPhone, written: u64) {
    settle(phone);
    let own = phone.open().own_operations().unwrap();
    assert_eq!(own.len() as u64, written);
    assert!(own.iter().all(|op| op.received && op.refused.is_none()));
    let device = scene.county.county().devices().unwrap().pop().unwrap();
    assert_eq!(device.chain.counter, written, "the county holds as much");
    assert_eq!(device.state, xunge_server::storage::DeviceState::Active);
}

#[test]
fn what_was_sent_before_and_what_was_written_after_both_stand() {
    let scene = Scene::default();
    let mut phone = scene.phone("anna");
    visit(&phone);
    settle(&phone);
    back_up(&scene, &mut phone);
    visit(&phone);
    visit(&phone);
    settle(&phone);

    restore(&scene, &mut phone);
    assert_eq!(visits(&phone), 1, "the copy is of the past");
    phone.link.set(false, 0);
    visit(&phone);
    phone.link.set(true, 0);
    whole(&scene, &phone, 4);
    assert_eq!(visits(&phone), 4);
    let audit =
        scene.county.county().audit_page(xunge_server::storage::Page { limit: 10, offset: 0 }).unwrap();
    assert!(audit.iter().any(|row| row.entry.what == "phone_went_back"), "the desk can see it");
    visit(&phone);
    whole(&scene, &phone, 5);
}

#[test]
fn a_copy_that_wrote_more_than_was_lost_is_noticed_too_and_its_edits_keep_their_order() {
    let scene = Scene::default();
    let mut phone = scene.phone("anna");
    visit(&phone);
    settle(&phone);
    back_up(&scene, &mut phone);
    visit(&phone);
    settle(&phone);

    restore(&scene, &mut phone);
    phone.link.set(false, 0);
    for number in ["14200001111", "14200002222", "14200003333"] {
        rename(&phone, number);
    }
    phone.link.set(true, 0);
    whole(&scene, &phone, 5);
    assert_eq!(
        phone.call("review", json!({})).unwrap()["conflicts"],
        json!([]),
        "each edit replaces the one before"
    );
    assert_eq!(visits(&phone), 2);
    // Another phone of the same grid sees the last number only.
    let other = scene.phone("bert");
    settle(&other);
    let household = first_household(&phone);
    let shown = |phone: &SimPhone| -> Value {
        phone.call("household", json!({ "id": household })).unwrap()["people"][0]["phone"].clone()
    };
    assert_eq!(shown(&other), shown(&phone));
    assert!(shown(&other).as_str().unwrap().ends_with("3333"), "{}", shown(&other));
}

#[test]
fn an_old_copy_that_only_lost_its_receipts_sends_nothing_twice() {
    let scene = Scene::default();
    let mut phone = scene.phone("anna");
    phone.link.set(false, 0);
    visit(&phone);
    visit(&phone);
    back_up(&scene, &mut phone);
    phone.link.set(true, 0);
    settle(&phone);
    restore(&scene, &mut phone);
    whole(&scene, &phone, 2);
    assert_eq!(visits(&phone), 2);
}

#[test]
fn hundreds_of_lost_operations_come_back_over_a_link_that_breaks() {
    let scene = Scene::default();
    let mut phone = scene.phone("anna");
    visit(&phone);
    settle(&phone);
    back_up(&scene, &mut phone);
    for _ in 0..700 {
        visit(&phone);
    }
    settle(&phone);
    restore(&scene, &mut phone);
    for _ in 0..5 {
        visit(&phone);
    }
    phone.link.set(true, 40);
    for _ in 0..200 {
        phone.step();
    }
    phone.link.set(true, 0);
    whole(&scene, &phone, 706);
}

/// Lines of the county's audit log of this kind.
fn audited(scene: &Scene, what: &str) -> usize {
    let lines = scene.county.county().audit_page(xunge_server::storage::Page::ALL).unwrap();
    lines.iter().filter(|line| line.entry.what == what).count()
}

#[test]
fn who_was_opened_reaches_the_county_also_from_a_phone_that_went_back() {
    let scene = Scene::default();
    let mut phone = scene.phone("anna");
    let household = first_household(&phone);
    let view = phone.call("household", json!({ "id": household })).unwrap();
    let person = view["people"][0]["id"].clone();
    let open = |phone: &SimPhone| {
        phone.call("open_person", json!({ "id": person, "reason": "call" })).unwrap();
    };
    open(&phone);
    back_up(&scene, &mut phone);
    settle(&phone);
    assert_eq!(audited(&scene, "phone_opened"), 1);
    open(&phone);
    phone.call("lock", json!({})).unwrap();
    phone.restart();
    settle(&phone);
    assert_eq!((audited(&scene, "phone_opened"), audited(&scene, "openings_differ")), (2, 0));

    restore(&scene, &mut phone);
    settle(&phone);
    assert_eq!(audited(&scene, "openings_differ"), 1, "the second opening is not in the copy: told");
    open(&phone);
    phone.call("lock", json!({})).unwrap();
    phone.restart();
    settle(&phone);
    // The one in the copy a second time, and the new one.
    assert!(audited(&scene, "phone_opened") >= 4);
}
