//! How long things stay on the phone: photos until the county has held them for its keep-days, raw points of a track until
//! its summary is received and a week has passed, and never beyond thirty days.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so and ends")]

use serde_json::json;
use xunge_domain::geometry::LatLon;
use xunge_domain::track::{RawPoint, RawTrack};
use xunge_tests::phone::SimPhone;
use xunge_tests::scene::{Scene, settle};

const DAY_MS: u64 = 86_400_000;

fn storage(phone: &SimPhone, what: &str) -> u64 {
    phone.call("storage", json!({})).unwrap()[what].as_u64().unwrap()
}

/// Time goes by everywhere.
fn days(scene: &Scene, phone: &SimPhone, n: u64) {
    scene.clock.pass(n * DAY_MS);
    phone.clock.pass(n * DAY_MS);
}

fn round(phone: &SimPhone) {
    let points = (0..60)
        .map(|n| RawPoint::at(LatLon::from_e7(374_900_000 + n * 400, 1_182_500_000).unwrap()))
        .collect::<Vec<_>>();
    phone.device.load_track(RawTrack { segments: vec![points] });
    phone.call("patrol_start", json!({ "slot": "morning" })).unwrap();
    for _ in 0..6 {
        phone.clock.pass(60_000);
        phone.device.walk(10, None);
        phone.call("patrol", json!({})).unwrap();
    }
    phone.call("patrol_stop", json!({})).unwrap();
}

#[test]
fn a_photo_goes_from_the_phone_a_week_after_its_receipt_and_not_before() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    phone.load_photo(3);
    phone.call("take_photo", json!({ "form": "incident:new" })).unwrap();
    phone
        .call(
            "report_incident",
            json!({ "form": "incident:new", "category": "lamp", "text": "灯不亮", "no_fix_reason": "indoors" }),
        )
        .unwrap();
    phone.link.set(false, 0);
    days(&scene, &phone, 60);
    phone.open().hurry();
    phone.step();
    assert!(storage(&phone, "photos_bytes") > 0, "without a receipt it stays, however long");

    phone.link.set(true, 0);
    settle(&phone);
    days(&scene, &phone, 6);
    settle(&phone);
    assert!(storage(&phone, "photos_bytes") > 0);
    days(&scene, &phone, 2);
    settle(&phone);
    assert_eq!(storage(&phone, "photos_bytes"), 0);
    let incidents = phone.call("incidents", json!({ "filter": "all" })).unwrap();
    let id = incidents["rows"][0]["id"].clone();
    let incident = phone.call("incident", json!({ "id": id })).unwrap();
    assert_eq!(incident["photos"].as_array().unwrap().len(), 1, "that there was one is still said");
}

#[test]
fn a_photo_the_county_has_lost_since_its_receipt_is_sent_again_and_not_let_go() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    phone.load_photo(4);
    phone.call("take_photo", json!({ "form": "incident:new" })).unwrap();
    let report =
        json!({ "form": "incident:new", "category": "lamp", "text": "灯不亮", "no_fix_reason": "indoors" });
    phone.call("report_incident", report).unwrap();
    settle(&phone);
    let sha256 = phone.open().own_pictures().unwrap()[0].stored_sha256;
    let county = scene.county.county();
    assert!(county.picture_held(&sha256).unwrap().is_some());
    county.write(|tx| Ok(tx.rows().drop_blob(&sha256)?)).unwrap();

    days(&scene, &phone, 8);
    settle(&phone);
    assert!(storage(&phone, "photos_bytes") > 0, "it stays");
    assert!(county.picture_held(&sha256).unwrap().is_some(), "and is at the county again");
    days(&scene, &phone, 8);
    settle(&phone);
    assert_eq!(storage(&phone, "photos_bytes"), 0);
}

#[test]
fn raw_points_die_a_week_after_the_round_once_its_summary_is_received() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    round(&phone);
    let points = storage(&phone, "track_points");
    assert!(points > 0);
    settle(&phone);
    days(&scene, &phone, 6);
    settle(&phone);
    assert_eq!(storage(&phone, "track_points"), points);
    days(&scene, &phone, 1);
    settle(&phone);
    assert_eq!(storage(&phone, "track_points"), 0);
}

#[test]
fn raw_points_die_after_thirty_days_also_without_any_contact() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    phone.link.set(false, 0);
    round(&phone);
    days(&scene, &phone, 29);
    phone.call("lock", json!({})).unwrap();
    phone.call("unlock", json!({ "pin": "730592" })).unwrap();
    assert!(storage(&phone, "track_points") > 0);
    days(&scene, &phone, 1);
    phone.call("lock", json!({})).unwrap();
    // The lease is over too by now: the points died before the phone locked itself.
    assert_eq!(phone.call("unlock", json!({ "pin": "730592" })).unwrap_err(), "lease_over");
    phone.link.set(true, 0);
    let code = scene.county.reopen_code_for("anna");
    phone.call("reopen", json!({ "address": "county.test:8443", "code": code, "pin": "730592" })).unwrap();
    assert_eq!(storage(&phone, "track_points"), 0);
    settle(&phone);
    assert!(
        phone.open().own_operations().unwrap().iter().all(|op| op.received),
        "the summary went all the same"
    );
}
