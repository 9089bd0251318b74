//! What goes wrong on an ordinary day: each a typed answer, nothing lost, and afterwards everything goes on.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so and ends")]

use serde_json::json;
use xunge_client::ports::{Request, Response, TransportError};
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
fn answers_that_are_not_the_countys_mark_nothing_as_sent() {
    type Answer = fn(&Request, Option<Response>) -> Result<Response, TransportError>;
    let cases: [(&str, Answer); 5] = [
        ("county_unreachable", |_, _| Err(TransportError::Unreachable)),
        ("captive_portal", |_, _| {
            let headers = vec![("content-type".into(), "text/html".into())];
            Ok(Response { status: 200, headers, body: b"<html>wifi login</html>".to_vec() })
        }),
        ("captive_portal", |_, _| {
            let headers = vec![("location".into(), "http://portal.example/".into())];
            Ok(Response { status: 302, headers, body: Vec::new() })
        }),
        ("county_error", |_, _| Ok(Response { status: 500, headers: Vec::new(), body: b"oops".to_vec() })),
        // Half an answer: the county did its work, the phone must not believe the stump.
        ("captive_portal", |_, answer| {
            let mut answer = answer.ok_or(TransportError::Unreachable)?;
            answer.body.truncate(answer.body.len() / 2);
            Ok(answer)
        }),
    ];
    let scene = Scene::default();
    let phone = scene.phone("anna");
    for (code, answer) in cases {
        visit(&phone);
        phone.link.answer_with(answer);
        phone.open().hurry();
        for _ in 0..6 {
            phone.step();
        }
        let state = phone.call("sync_state", json!({})).unwrap();
        assert_eq!(state["last_error"], code);
        assert_eq!(state["counts"]["on_phone"], 1, "{code}: {state}");
        assert!(phone.step() || phone.step(), "it is tried again after {code}");
        phone.link.answer_as_it_is();
        settle(&phone);
    }
    let operations = phone.open().own_operations().unwrap();
    assert_eq!(operations.len(), 5);
    assert!(operations.iter().all(|op| op.received && op.refused.is_none()), "applied once each");
}

#[test]
fn a_photo_that_is_none_is_refused_and_the_form_stays() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    let form = json!({ "form": "incident:new", "fields": { "text": "门口堆物" }, "saved_ms": 0 });
    phone.call("draft_save", form).unwrap();
    phone.load_photo(1);
    phone.call("take_photo", json!({ "form": "incident:new" })).unwrap();
    // A PNG that claims 20,000 × 10,000 pixels.
    let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bomb.extend(20_000_u32.to_be_bytes());
    bomb.extend(10_000_u32.to_be_bytes());
    bomb.extend([8, 2, 0, 0, 0]);
    bomb.extend(0x7646_DFF5_u32.to_be_bytes()); // the header's checksum is right
    bomb.extend(b"\0\0\x01\0IDAT");
    bomb.extend([0; 64]);
    for (bytes, code) in [
        (Vec::new(), "photo_empty"),
        (b"<html>not a picture</html>".to_vec(), "photo_not_an_image"),
        (bomb, "photo_too_many_pixels"),
    ] {
        phone.device.load_photos(vec![bytes]);
        assert_eq!(phone.call("take_photo", json!({ "form": "incident:new" })).unwrap_err(), code);
    }
    let photos = phone.call("draft_photos", json!({ "form": "incident:new" })).unwrap();
    assert_eq!(photos.as_array().unwrap().len(), 1);
    let draft = phone.call("draft_load", json!({ "form": "incident:new" })).unwrap();
    assert_eq!(draft["fields"]["text"], "门口堆物");
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
#[expect(clippy::disallowed_methods, reason = "plays the crash: the file that is written last is not there")]
fn an_enrolment_cut_off_before_its_end_can_be_done_again() {
    let scene = Scene::default();
    drop(scene.phone("anna"));
    std::fs::remove_file(scene.folder.path().join("anna/key")).unwrap();
    let phone = scene.new_phone("anna");
    assert_eq!(phone.call("app_state", json!({})).unwrap()["phase"], "new");
    let code = scene.county.code_for("anna");
    enrol(&phone, &code).unwrap();
    settle(&phone);
    visit(&phone);
    settle(&phone);
}
