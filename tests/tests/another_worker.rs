//! A phone passes from one worker to another: not before everything written on it is at the county, and then with nothing of
//! the first worker left on it that anybody could read.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so and ends")]
#![allow(clippy::disallowed_methods, reason = "looks at the phone's files")]

use serde_json::json;
use xunge_tests::phone::SimPhone;
use xunge_tests::scene::{Scene, enrol, settle, visit};

fn report_with_photo(phone: &SimPhone) {
    phone.load_photo(3);
    phone.call("take_photo", json!({ "form": "incident:new" })).unwrap();
    let report =
        json!({ "form": "incident:new", "category": "lamp", "text": "灯不亮", "no_fix_reason": "indoors" });
    phone.call("report_incident", report).unwrap();
}

#[test]
fn it_is_refused_while_anything_waits() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    phone.link.set(false, 0);
    visit(&phone);
    report_with_photo(&phone);
    assert_eq!(phone.call("leave", json!({})).unwrap_err(), "unsent");
    phone.link.set(true, 0);
    phone.link.answer_with(|request, response| {
        // Records arrive, pictures do not.
        let upload = request.path.starts_with("/uploads/");
        response.filter(|_| !upload).ok_or(xunge_client::ports::TransportError::Unreachable)
    });
    for _ in 0..30 {
        phone.step();
    }
    assert!(phone.open().own_operations().unwrap().iter().all(|op| op.received));
    assert_eq!(phone.call("leave", json!({})).unwrap_err(), "unsent", "a photo waits");
    phone.link.answer_as_it_is();
    settle(&phone);
    phone.call("patrol_start", json!({ "slot": "morning" })).unwrap();
    settle(&phone);
    assert_eq!(phone.call("leave", json!({})).unwrap_err(), "patrol_under_way");
    assert!(phone.is_open(), "a refusal changes nothing");
}

#[test]
fn the_next_worker_finds_a_new_phone_and_nothing_of_the_first() {
    let scene = Scene::default();
    let mut phone = scene.phone("anna");
    visit(&phone);
    report_with_photo(&phone);
    settle(&phone);
    let at_county = scene.county.county().devices().unwrap().pop().unwrap().chain.counter;
    let state = phone.call("leave", json!({})).unwrap();
    assert_eq!(state["phase"], "new");
    assert_eq!(state["worker"], json!(null));
    let folder = scene.folder().join("anna");
    for name in ["key", "key-for-desk", "way-back.json", "store/xunge.db", "store/xunge.who"] {
        assert!(!folder.join(name).exists(), "{name}");
    }
    assert_eq!(std::fs::read_dir(folder.join("store/photos")).map_or(0, Iterator::count), 0);

    let code = scene.county.code_for("bert");
    enrol(&phone, &code).unwrap();
    settle(&phone);
    phone.restart();
    assert_eq!(phone.call("app_state", json!({})).unwrap()["worker"]["number"], "bert");
    assert_eq!(phone.call("sync_state", json!({})).unwrap()["counts"]["at_county"], 0);
    visit(&phone);
    settle(&phone);
    let devices = scene.county.county().devices().unwrap();
    assert_eq!(devices.len(), 2, "a new registration, not the old one under another name");
    assert!(
        devices.iter().any(|device| device.chain.counter == at_county),
        "the first worker's log stays whole"
    );
}
