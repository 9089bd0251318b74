//! An area passes from one worker to another: what was written goes to the county first, then the area goes from the phone;
//! granted again, it comes back whole.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so and ends")]

use serde_json::{Value, json};
use xunge_tests::phone::SimPhone;
use xunge_tests::scene::{Scene, first_household, settle, visit};

fn households(phone: &SimPhone) -> u64 {
    phone.call("households_head", json!({})).unwrap()["households"].as_u64().unwrap()
}

fn found(phone: &SimPhone, text: &str) -> usize {
    let page = json!({ "offset": 0, "limit": 50 });
    let lines: Value = phone.call("households", json!({ "query": text, "page": page })).unwrap();
    lines["rows"].as_array().unwrap().len()
}

#[test]
fn an_area_taken_away_goes_from_the_phone_and_comes_back_whole_when_granted_again() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    let county = scene.county.county();
    let worker = county.devices().unwrap().last().unwrap().worker;
    visit(&phone);
    settle(&phone);
    let (all, household) = (households(&phone), first_household(&phone));
    assert!(all > 0 && found(&phone, "孔") > 0);
    phone
        .call(
            "draft_save",
            json!({ "form": format!("visit:{household}"), "fields": { "note": "半句" }, "saved_ms": 1 }),
        )
        .unwrap();

    county.revoke_grant(worker, scene.county.grid).unwrap();
    settle(&phone);
    assert_eq!((households(&phone), found(&phone, "孔")), (0, 0));
    assert_eq!(phone.call("household", json!({ "id": household })).unwrap_err(), "not_found");
    assert_eq!(
        phone.call("draft_load", json!({ "form": format!("visit:{household}") })).unwrap(),
        Value::Null
    );
    assert!(phone.open().own_operations().unwrap().iter().all(|op| op.received), "the log stays");

    county.grant(worker, scene.county.grid).unwrap();
    settle(&phone);
    assert_eq!(households(&phone), all);
    let view = phone.call("household", json!({ "id": household })).unwrap();
    assert_eq!(view["visits"].as_array().unwrap().len(), 1, "the own visit too: {view}");
}

#[test]
fn one_area_of_two_goes_and_the_other_stays() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    let county = scene.county.county();
    let worker = county.devices().unwrap().last().unwrap().worker;
    let one = households(&phone);
    county.grant(worker, scene.county.sibling).unwrap();
    settle(&phone);
    assert_eq!(households(&phone), 2 * one);
    county.revoke_grant(worker, scene.county.grid).unwrap();
    settle(&phone);
    assert_eq!(households(&phone), one);
    visit(&phone);
    settle(&phone);
    assert!(phone.open().own_operations().unwrap().iter().all(|op| op.refused.is_none()));
}

#[test]
fn what_was_written_before_the_phone_knew_is_taken_in_with_its_photo_and_then_the_area_goes() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    let county = scene.county.county();
    let worker = county.devices().unwrap().last().unwrap().worker;
    phone.link.set(false, 0);
    visit(&phone);
    phone.load_photo(3);
    phone.call("take_photo", json!({ "form": "incident:new" })).unwrap();
    let report =
        json!({ "form": "incident:new", "category": "lamp", "text": "灯不亮", "no_fix_reason": "indoors" });
    phone.call("report_incident", report).unwrap();
    county.revoke_grant(worker, scene.county.grid).unwrap();
    // On mobile data photos wait for Wi-Fi, but not those of an area that is to go.
    phone.device.set_metered(true);
    scene.clock.pass(2 * 86_400_000);

    phone.link.set(true, 0);
    settle(&phone);
    assert!(phone.open().own_operations().unwrap().iter().all(|op| op.received && op.refused.is_none()));
    let pictures = phone.open().own_pictures().unwrap();
    assert!(pictures.iter().all(|picture| picture.received), "{pictures:?}");
    assert_eq!((pictures.len(), households(&phone)), (1, 0));
    let storage = phone.call("storage", json!({})).unwrap();
    assert_eq!(storage["photos_bytes"], 0, "the photo went with its area");
    let incidents = phone.call("incidents", json!({ "filter": "all" })).unwrap();
    assert_eq!(incidents["rows"], json!([]));
}

#[test]
fn after_the_hand_over_the_county_keeps_late_work_for_the_desk_and_the_phone_lets_go() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    let county = scene.county.county();
    let worker = county.devices().unwrap().last().unwrap().worker;
    phone.link.set(false, 0);
    visit(&phone);
    county.revoke_grant(worker, scene.county.grid).unwrap();
    scene.clock.pass(8 * 86_400_000);
    phone.link.set(true, 0);
    settle(&phone);
    let own = phone.open().own_operations().unwrap();
    assert!(own.iter().all(|op| op.received));
    assert_eq!(own[0].refused.as_deref(), Some("out_of_scope"), "kept, not applied");
    assert_eq!(households(&phone), 0);
    assert_eq!(phone.call("review", json!({})).unwrap()["refused"], json!([]), "the desk has it now");
}
