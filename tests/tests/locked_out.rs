//! A worker who cannot open the phone any more gets back in through the desk, with everything unsent intact; nobody else
//! does.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so and ends")]
#![allow(clippy::disallowed_methods, reason = "looks at the phone's files")]

use serde_json::{Value, json};
use xunge_client::ports::{Response, TransportError};
use xunge_tests::phone::SimPhone;
use xunge_tests::scene::{Scene, enrol, settle, visit};

const NEW_PIN: &str = "581427";

fn reopen(phone: &SimPhone, code: &str) -> Result<Value, String> {
    phone.call("reopen", json!({ "address": "county.test:8443", "code": code, "pin": NEW_PIN }))
}

fn lock(phone: &SimPhone) {
    phone.call("lock", json!({})).unwrap();
}

fn unlock(phone: &SimPhone, pin: &str) -> Result<Value, String> {
    phone.call("unlock", json!({ "pin": pin }))
}

/// Ten wrong PINs over a visit that was never sent.
fn locked_out(scene: &Scene, name: &'static str) -> SimPhone {
    let phone = scene.phone(name);
    phone.link.set(false, 0);
    visit(&phone);
    lock(&phone);
    for _ in 0..10 {
        unlock(&phone, "999999").unwrap_err();
    }
    phone.link.set(true, 0);
    phone
}

#[test]
fn after_ten_wrong_pins_the_desk_brings_back_everything_unsent() {
    let scene = Scene::default();
    let phone = locked_out(&scene, "anna");
    let state = phone.call("app_state", json!({})).unwrap();
    assert_eq!(
        (state["phase"].as_str(), state["lock_reason"].as_str()),
        (Some("needs_desk"), Some("wrong_pins"))
    );
    assert_eq!(state["reopen"]["address"], "county.test:8443");
    assert_eq!(state["worker"], Value::Null, "a locked phone does not say whose it is");
    let device =
        scene.county.county().devices().unwrap().last().unwrap().id.simple().to_string().to_uppercase();
    assert_eq!(state["reopen"]["phone"], device[device.len() - 4..], "the desk finds it by these");

    let opened = reopen(&phone, &scene.county.reopen_code_for("anna")).unwrap();
    assert_eq!(opened["phase"], "ready");
    assert_eq!(phone.open().own_operations().unwrap().iter().filter(|op| !op.received).count(), 1);
    settle(&phone);
    assert!(phone.open().own_operations().unwrap().iter().all(|op| op.received));
    lock(&phone);
    assert_eq!(unlock(&phone, "730592").unwrap_err(), "wrong_pin", "the old PIN is over");
    assert_eq!(unlock(&phone, NEW_PIN).unwrap()["phase"], "ready");
    let audit =
        scene.county.county().audit_page(xunge_server::storage::Page { limit: 5, offset: 0 }).unwrap();
    assert!(audit.iter().any(|row| row.entry.what == "reopened"));
}

#[test]
fn a_wrong_pin_is_wrong_on_an_open_phone_too_and_counts_as_one() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    phone.link.set(false, 0);
    visit(&phone);
    assert_eq!(unlock(&phone, "999999").unwrap_err(), "wrong_pin");
    assert_eq!(unlock(&phone, "99").unwrap_err(), "bad_pin");
    assert!(phone.is_open(), "one mistake shuts nothing");
    assert_eq!(unlock(&phone, "730592").unwrap()["phase"], "ready");
    for _ in 0..9 {
        assert_eq!(unlock(&phone, "999999").unwrap_err(), "wrong_pin");
    }
    assert_eq!(unlock(&phone, "999999").unwrap_err(), "pin_locked", "ten, as on a locked phone");
    assert_eq!(phone.call("app_state", json!({})).unwrap()["phase"], "needs_desk");
    phone.link.set(true, 0);
    reopen(&phone, &scene.county.reopen_code_for("anna")).unwrap();
    settle(&phone);
    assert!(phone.open().own_operations().unwrap().iter().all(|op| op.received), "nothing went with it");
}

#[test]
fn a_forgotten_pin_and_a_wiped_key_store_come_back_the_same_way() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    visit(&phone);
    lock(&phone);
    reopen(&phone, &scene.county.reopen_code_for("anna")).unwrap();
    assert_eq!(phone.open().own_operations().unwrap().len(), 1);

    lock(&phone);
    phone.device.wipe_key_store([9; 32]);
    assert_eq!(unlock(&phone, NEW_PIN).unwrap_err(), "key_store_lost");
    let tries = phone.call("app_state", json!({})).unwrap()["pin_tries_left"].clone();
    assert_eq!(tries, 10, "it was not the worker's mistake");
    reopen(&phone, &scene.county.reopen_code_for("anna")).unwrap();
    lock(&phone);
    unlock(&phone, NEW_PIN).unwrap();
    settle(&phone);
    assert!(phone.open().own_operations().unwrap().iter().all(|op| op.received));
}

/// What a form before opening holds, as the screens see it.
fn typed(phone: &SimPhone, form: &str) -> Value {
    phone.call("draft_load", json!({ "form": form })).unwrap()["fields"].clone()
}

#[test]
fn what_was_typed_before_the_phone_is_open_comes_back_after_the_process_died_and_goes_with_its_use() {
    let scene = Scene::default();
    let fields = json!({ "address": "county.test:8443", "code": "7K3M 9QXT" });
    let mut new = scene.new_phone("anna");
    assert_eq!(typed(&new, "enrol"), Value::Null);
    new.call("draft_save", json!({ "form": "enrol", "fields": fields })).unwrap();
    new.crash();
    assert_eq!(typed(&new, "enrol"), fields);
    assert_eq!(typed(&new, "reopen"), Value::Null, "one form is not the other");
    let bytes = std::fs::read(scene.folder().join("anna/typed")).unwrap();
    assert!(!bytes.windows(4).any(|four| four == b"7K3M"), "sealed");
    enrol(&new, &scene.county.code_for("anna")).unwrap();
    assert!(!scene.folder().join("anna/typed").exists(), "used");
    settle(&new);

    let mut phone = locked_out(&scene, "bert");
    phone.call("draft_save", json!({ "form": "reopen", "fields": fields })).unwrap();
    phone.crash();
    assert_eq!(typed(&phone, "reopen"), fields);
    for bad in [json!({ "pin": "730592" }), json!({ "code": "7".repeat(2_000) })] {
        phone.call("draft_save", json!({ "form": "reopen", "fields": bad })).unwrap_err();
    }
    assert_eq!(phone.call("draft_save", json!({ "form": "x", "fields": {} })).unwrap_err(), "wrong_phase");
    reopen(&phone, &scene.county.reopen_code_for("bert")).unwrap();
    assert!(!scene.folder().join("bert/typed").exists(), "used");
    let open = phone.call("draft_save", json!({ "form": "reopen", "fields": fields }));
    assert_eq!(open.unwrap_err(), "wrong_phase", "nothing is typed there any more");
    lock(&phone);
    phone.call("draft_save", json!({ "form": "reopen", "fields": fields })).unwrap();
    unlock(&phone, NEW_PIN).unwrap();
    assert!(!scene.folder().join("bert/typed").exists(), "the PIN came back to mind");
}

#[test]
fn a_code_opens_one_phone_once_and_every_refusal_leaves_the_phone_as_it_was() {
    let scene = Scene::default();
    let (anna, bert) = (locked_out(&scene, "anna"), locked_out(&scene, "bert"));
    let code = scene.county.reopen_code_for("anna");
    assert_eq!(reopen(&bert, &code).unwrap_err(), "wrong_phone");
    assert_eq!(reopen(&anna, "ABCD").unwrap_err(), "bad_code_length");
    let other_county = code.get(..code.len() - 4).unwrap().to_owned() + "0000";
    assert_eq!(reopen(&anna, &other_county).unwrap_err(), "ca_mismatch");
    // What enrols a phone reopens none.
    let enrolment = scene.county.code_for("anna");
    assert_eq!(reopen(&anna, &enrolment).unwrap_err(), "bad_code");
    let weak = anna.call("reopen", json!({ "address": "county.test:8443", "code": code, "pin": "123456" }));
    assert_eq!(weak.unwrap_err(), "weak_pin");

    // A newer code ends the older one, and each ends by itself.
    let newer = scene.county.reopen_code_for("anna");
    assert_eq!(reopen(&anna, &code).unwrap_err(), "bad_code");
    scene.clock.pass(11 * 60_000);
    assert_eq!(reopen(&anna, &newer).unwrap_err(), "code_expired");
    for phone in [&anna, &bert] {
        assert_eq!(phone.call("app_state", json!({})).unwrap()["phase"], "needs_desk");
        assert_eq!(unlock(phone, "730592").unwrap_err(), "pin_locked");
    }
    reopen(&anna, &scene.county.reopen_code_for("anna")).unwrap();
    assert_eq!(reopen(&anna, &newer).unwrap_err(), "wrong_phase");
    settle(&anna);
}

#[test]
fn a_lost_answer_costs_no_new_code_and_a_second_asker_gets_nothing() {
    let scene = Scene::default();
    let phone = locked_out(&scene, "anna");
    let code = scene.county.reopen_code_for("anna");
    phone.link.answer_with(|_, _| Err(TransportError::Unreachable));
    assert_eq!(reopen(&phone, &code).unwrap_err(), "county_unreachable");
    // The county answered, and the answer was lost.
    phone.link.answer_with(|request, answer| match answer {
        Some(answer) if request.path == "/enrol/v1/ca" => Ok(answer),
        _ => Err(TransportError::Unreachable),
    });
    assert_eq!(reopen(&phone, &code).unwrap_err(), "county_unreachable");
    phone.link.answer_with(|request, answer| match answer {
        Some(answer) if request.path == "/enrol/v1/ca" => Ok(answer),
        _ => {
            let headers = vec![("content-type".into(), "text/html".into())];
            Ok(Response { status: 200, headers, body: b"<html>wifi login</html>".to_vec() })
        }
    });
    assert_eq!(reopen(&phone, &code).unwrap_err(), "captive_portal");

    phone.link.answer_as_it_is();
    // A copy of the phone's files in other hands has another reply key.
    let copy = scene.new_phone("copy");
    copy_files(&scene.folder().join("anna"), &scene.folder().join("copy"));
    assert_eq!(reopen(&copy, &code).unwrap_err(), "code_used");

    reopen(&phone, &code).unwrap();
    settle(&phone);
}

#[test]
fn a_phone_without_contact_for_longer_than_its_lease_locks_and_comes_back_with_everything() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    phone.link.set(false, 0);
    // A clock that is set back meanwhile only makes the lease longer; one set forward counts.
    for (days, opens) in [(29, true), (2, false)] {
        visit(&phone);
        lock(&phone);
        phone.clock.pass(days * 86_400_000);
        match unlock(&phone, "730592") {
            Ok(_) => assert!(opens),
            Err(code) => assert_eq!((code.as_str(), opens), ("lease_over", false)),
        }
    }
    let state = phone.call("app_state", json!({})).unwrap();
    assert_eq!(
        (state["phase"].as_str(), state["lock_reason"].as_str()),
        (Some("needs_desk"), Some("lease_over"))
    );
    phone.clock.jump(-40 * 86_400_000);
    assert_eq!(unlock(&phone, "730592").unwrap_err(), "pin_locked", "setting the clock back reopens nothing");

    phone.link.set(true, 0);
    reopen(&phone, &scene.county.reopen_code_for("anna")).unwrap();
    lock(&phone);
    unlock(&phone, NEW_PIN).unwrap();
    settle(&phone);
    assert_eq!(phone.open().own_operations().unwrap().iter().filter(|op| op.received).count(), 2);
}

#[test]
fn a_revoked_phone_stays_shut() {
    let scene = Scene::default();
    let phone = locked_out(&scene, "anna");
    let code = scene.county.reopen_code_for("anna");
    let county = scene.county.county();
    county.revoke_device(county.devices().unwrap().last().unwrap().id).unwrap();
    assert_eq!(reopen(&phone, &code).unwrap_err(), "device_revoked");
    assert_eq!(phone.call("app_state", json!({})).unwrap()["phase"], "needs_desk");
}

#[test]
fn a_phone_reported_lost_locks_itself_and_comes_back_with_everything_when_it_is_found() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    let county = scene.county.county();
    let device = county.devices().unwrap().last().unwrap().id;
    county.revoke_device(device).unwrap();
    visit(&phone);
    phone.open().hurry();
    while phone.is_open() {
        phone.step();
    }
    let state = phone.call("app_state", json!({})).unwrap();
    assert_eq!(
        (state["phase"].as_str(), state["lock_reason"].as_str()),
        (Some("needs_desk"), Some("reported_lost"))
    );
    assert_eq!(unlock(&phone, "730592").unwrap_err(), "pin_locked", "the PIN alone opens nothing now");

    county.reinstate_device(device).unwrap();
    reopen(&phone, &scene.county.reopen_code_for("anna")).unwrap();
    settle(&phone);
    assert!(phone.open().own_operations().unwrap().iter().all(|op| op.received && op.refused.is_none()));
}

fn copy_files(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for name in ["key", "way-back.json"] {
        std::fs::copy(from.join(name), to.join(name)).unwrap();
    }
}
