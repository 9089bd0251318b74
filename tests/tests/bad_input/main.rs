//! What goes wrong on an ordinary day: each a typed answer, nothing lost, and afterwards everything goes on.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so and ends")]

mod answers;
mod clocks;
mod newer;
mod photos;
mod tracks;
mod uploads;

use serde_json::json;
use xunge_client::ports::TransportError;
use xunge_tests::scene::{Scene, enrol, first_household, settle, visit};

#[test]
fn a_code_that_is_wrong_expired_or_used_says_which() {
    let scene = Scene::default();
    let (one, two, three) = (scene.new_phone("anna"), scene.new_phone("bert"), scene.new_phone("cora"));
    let code = scene.county.code_for("anna");
    assert_eq!(enrol(&one, "ABCD").unwrap_err(), "bad_code_length");
    let other_county = code.get(..code.len() - 4).unwrap().to_owned() + "0000";
    assert_eq!(enrol(&one, &other_county).unwrap_err(), "ca_mismatch");
    let weak = one.call("enrol", json!({ "address": "county.test:8443", "code": code, "pin": "123456" }));
    assert_eq!(weak.unwrap_err(), "weak_pin");
    enrol(&one, &code).unwrap();
    assert_eq!(enrol(&two, &code).unwrap_err(), "code_used");

    let late = scene.county.code_for("cora");
    scene.clock.pass(11 * 60_000);
    assert_eq!(enrol(&three, &late).unwrap_err(), "code_expired");
    let fresh = scene.county.code_for("cora");
    enrol(&three, &fresh).unwrap();
}

#[test]
fn an_answer_lost_while_enrolling_locks_nobody_out() {
    let scene = Scene::default();
    let phone = scene.new_phone("anna");
    let code = scene.county.code_for("anna");
    phone.link.answer_with(|_, _| Err(TransportError::Unreachable));
    assert_eq!(enrol(&phone, &code).unwrap_err(), "county_unreachable");
    phone.link.answer_as_it_is();
    enrol(&phone, &code).unwrap();
}

#[test]
fn wrong_pins_are_counted_and_then_only_the_desk_can_help() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    visit(&phone);
    phone.call("lock", json!({})).unwrap();
    for _ in 0..9 {
        assert_eq!(phone.call("unlock", json!({ "pin": "999999" })).unwrap_err(), "wrong_pin");
    }
    assert_eq!(phone.call("app_state", json!({})).unwrap()["pin_tries_left"], 1);
    assert_eq!(phone.call("unlock", json!({ "pin": "999999" })).unwrap_err(), "pin_locked");
    assert_eq!(phone.call("unlock", json!({ "pin": "730592" })).unwrap_err(), "pin_locked");
    assert_eq!(phone.call("app_state", json!({})).unwrap()["phase"], "needs_desk");
}

#[test]
fn wrong_pins_and_then_the_right_one_lose_nothing_that_was_not_sent() {
    let scene = Scene::default();
    let mut phone = scene.phone("anna");
    phone.link.set(false, 0);
    let form = json!({ "form": "incident:new", "fields": { "text": "门口堆物" }, "saved_ms": 0 });
    phone.call("draft_save", form).unwrap();
    phone.load_photo(1);
    phone.call("take_photo", json!({ "form": "incident:new" })).unwrap();
    for _ in 0..3 {
        visit(&phone);
    }
    let before = phone.open().own_operations().unwrap();
    phone.crash();
    for (wrong, left) in [("999999", 9), ("730593", 8), ("111111", 7)] {
        assert_eq!(phone.call("unlock", json!({ "pin": wrong })).unwrap_err(), "wrong_pin");
        let state = phone.call("app_state", json!({})).unwrap();
        assert_eq!((state["phase"].as_str(), &state["pin_tries_left"]), (Some("locked"), &json!(left)));
    }
    // What is no PIN at all costs no try.
    for typed in ["73059", "", "七三〇五九二", "730592 or 1=1"] {
        assert_eq!(phone.call("unlock", json!({ "pin": typed })).unwrap_err(), "bad_pin");
    }
    assert_eq!(phone.call("app_state", json!({})).unwrap()["pin_tries_left"], 7);
    phone.call("unlock", json!({ "pin": xunge_tests::scene::PIN })).unwrap();
    assert_eq!(phone.open().own_operations().unwrap(), before);
    assert_eq!(phone.call("sync_state", json!({})).unwrap()["counts"]["on_phone"], 3);
    assert_eq!(
        phone.call("draft_photos", json!({ "form": "incident:new" })).unwrap().as_array().unwrap().len(),
        1
    );
    let draft = phone.call("draft_load", json!({ "form": "incident:new" })).unwrap();
    assert_eq!(draft["fields"]["text"], "门口堆物");
    phone.link.set(true, 0);
    settle(&phone);
    assert!(phone.open().own_operations().unwrap().iter().all(|op| op.received));
    // The tries begin anew after the right one.
    phone.call("lock", json!({})).unwrap();
    assert_eq!(phone.call("app_state", json!({})).unwrap()["pin_tries_left"], 10);
}

#[test]
fn nonsense_from_a_screen_is_an_error_with_a_code() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    for (command, args, code) in [
        ("no_such_command", json!({}), "unknown_command"),
        ("household", json!({ "id": "not an id" }), "not_found"),
        ("household", json!([1, 2]), "bad_arguments"),
        (
            "record_visit",
            json!({ "household": first_household(&phone), "outcome": "flown" }),
            "invalid_field",
        ),
        ("save_person", json!({ "household": first_household(&phone), "fields": {} }), "invalid_field"),
        ("patrol_stop", json!({}), "no_patrol"),
        ("undo", json!({ "undo": "7:7" }), "undo_gone"),
        ("resolve", json!({ "conflict": "person:x:1" }), "not_found"),
        ("enrol", json!({ "address": "a", "code": "b", "pin": "c" }), "wrong_phase"),
    ] {
        assert_eq!(phone.call(command, args).unwrap_err(), code, "{command}");
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "plays the crash: the files that are written last are not there"
)]
fn an_enrolment_cut_off_before_its_end_can_be_done_again() {
    let scene = Scene::default();
    drop(scene.phone("anna"));
    for last in ["key", "key-for-desk"] {
        std::fs::remove_file(scene.folder().join("anna").join(last)).unwrap();
    }
    let phone = scene.new_phone("anna");
    assert_eq!(phone.call("app_state", json!({})).unwrap()["phase"], "new");
    let code = scene.county.code_for("anna");
    enrol(&phone, &code).unwrap();
    settle(&phone);
    visit(&phone);
    settle(&phone);
}
