//! Files that were damaged on the phone, and a county that was put back from an older copy: what is whole goes on, and what
//! can be brought back is.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so and ends")]
#![allow(clippy::disallowed_methods, reason = "plays the failing disk")]

use serde_json::json;
use std::path::{Path, PathBuf};
use xunge_tests::phone::SimPhone;
use xunge_tests::scene::{Scene, settle, visit};

fn report(phone: &SimPhone, seed: u8) {
    phone.load_photo(seed);
    phone.call("take_photo", json!({ "form": "incident:new" })).unwrap();
    let report =
        json!({ "form": "incident:new", "category": "lamp", "text": "灯不亮", "no_fix_reason": "indoors" });
    phone.call("report_incident", report).unwrap();
}

fn below(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().map(Result::unwrap) {
        if entry.path().is_dir() { found.extend(below(&entry.path())) } else { found.push(entry.path()) }
    }
    found.sort();
    found
}

fn flip_a_byte(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(file, bytes).unwrap();
}

#[test]
fn one_damaged_picture_is_told_and_holds_up_no_other() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    phone.link.set(false, 0);
    for seed in [1, 2, 3] {
        report(&phone, seed);
    }
    let pictures = below(&scene.folder().join("anna"));
    let thumbnail = |file: &&PathBuf| file.to_string_lossy().ends_with("thumbnail");
    flip_a_byte(pictures.iter().find(thumbnail).unwrap());
    phone.link.set(true, 0);
    settle(&phone);
    let state = phone.call("sync_state", json!({})).unwrap();
    assert_eq!(state["counts"]["needs_you"], 1, "{state}");
    let received = phone.open().own_pictures().unwrap().iter().filter(|picture| picture.received).count();
    assert_eq!(received, 2, "the others are at the county");
    assert!(phone.open().own_operations().unwrap().iter().all(|op| op.received));

    let refused = phone.call("review", json!({})).unwrap()["refused"].clone();
    assert_eq!(
        (refused[0]["kind"].as_str(), refused[0]["reason"].as_str()),
        (Some("photo_evidence"), Some("photo_damaged"))
    );
    phone.call("withdraw_refused", json!({ "op": refused[0]["op"] })).unwrap();
    assert_eq!(phone.call("review", json!({})).unwrap()["refused"], json!([]));
    let state = phone.call("sync_state", json!({})).unwrap();
    assert_eq!(state["counts"]["needs_you"], 0);
}

#[test]
fn a_damaged_or_lost_key_file_leaves_the_desks_way_and_gives_no_pin_another_try() {
    let scene = Scene::default();
    let mut phone = scene.phone("anna");
    let key = scene.folder().join("anna/key");
    let damages: [fn(&Path); 2] = [flip_a_byte, |key| std::fs::remove_file(key).unwrap()];
    for (number, damage) in (1..).zip(damages) {
        phone.link.set(false, 0);
        visit(&phone);
        phone.call("lock", json!({})).unwrap();
        damage(&key);
        phone = scene.new_phone("anna");
        let state = phone.call("app_state", json!({})).unwrap();
        assert_eq!(
            (state["phase"].as_str(), state["lock_reason"].as_str()),
            (Some("needs_desk"), Some("key_file_damaged"))
        );
        assert_eq!(phone.call("unlock", json!({ "pin": "730592" })).unwrap_err(), "pin_locked");
        let code = scene.county.reopen_code_for("anna");
        let args = json!({ "address": "county.test:8443", "code": code, "pin": "730592" });
        phone.call("reopen", args).unwrap();
        settle(&phone);
        assert_eq!(phone.open().own_operations().unwrap().iter().filter(|op| op.received).count(), number);
    }
}

#[test]
fn a_county_put_back_from_an_older_copy_gets_records_and_photos_again() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    visit(&phone);
    settle(&phone);
    let blobs = scene.folder().join("blobs");
    let files = ["county.db", "county.db-wal", "county.db-shm"].map(|name| scene.folder().join(name));
    scene.county.kill();
    let kept: Vec<Option<Vec<u8>>> = files.iter().map(|file| std::fs::read(file).ok()).collect();
    scene.county.start();

    report(&phone, 7);
    settle(&phone);
    let whole = below(&blobs).len();
    assert!(whole >= 2, "picture and thumbnail lie at the county");

    scene.county.kill();
    for (file, kept) in files.iter().zip(kept) {
        match kept {
            Some(bytes) => std::fs::write(file, bytes).unwrap(),
            None => drop(std::fs::remove_file(file)),
        }
    }
    for blob in below(&blobs) {
        std::fs::remove_file(blob).unwrap();
    }
    scene.county.start();
    settle(&phone);
    assert!(phone.open().own_operations().unwrap().iter().all(|op| op.received));
    assert!(phone.open().own_pictures().unwrap().iter().all(|picture| picture.received));
    assert_eq!(below(&blobs).len(), whole, "the photo is there again");
}
