//! What the simulator found, each told as a story of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so and ends")]
#![allow(clippy::disallowed_methods, reason = "plays the backup programs of a phone and of the county")]

mod areas;
mod refused;
mod restores;

use serde_json::{Value, json};
use std::sync::Mutex;
use xunge_client::ports::{Response, TransportError};
use xunge_domain::ids::RecordId;
use xunge_server::storage::UploadRow;
use xunge_tests::phone::SimPhone;
use xunge_tests::scene::{Scene, settle};

fn households(phone: &SimPhone) -> u64 {
    phone.call("households_head", json!({})).unwrap()["households"].as_u64().unwrap()
}

fn worker(scene: &Scene) -> RecordId {
    scene.county.county().devices().unwrap().last().unwrap().worker
}

fn report(phone: &SimPhone) {
    phone.load_photo(3);
    phone.call("take_photo", json!({ "form": "incident:new" })).unwrap();
    let report =
        json!({ "form": "incident:new", "category": "lamp", "text": "灯不亮", "no_fix_reason": "indoors" });
    phone.call("report_incident", report).unwrap();
}

fn note_of(phone: &SimPhone, household: RecordId) -> Value {
    phone.call("household", json!({ "id": household.to_string() })).unwrap()["note"].clone()
}

#[test]
fn a_proxys_limit_refuses_no_picture() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    report(&phone);
    phone.link.answer_with_call({
        let county = scene.county.clone();
        let left = Mutex::new(3);
        move |request| {
            let mut left = left.lock().unwrap();
            if request.path.contains("uploads") && *left > 0 {
                *left -= 1;
                let headers = vec![("content-type".into(), "text/html".into())];
                return Ok(Response { status: 413, headers, body: b"too large".to_vec() });
            }
            county.call(request).ok_or(TransportError::Unreachable)
        }
    });
    settle(&phone);
    assert_eq!(phone.call("review", json!({})).unwrap()["refused"], json!([]));
    assert!(phone.open().own_pictures().unwrap().iter().all(|picture| picture.received));
}

#[test]
fn an_upload_whose_last_piece_came_just_before_the_county_died_becomes_a_picture() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    report(&phone);
    let picture = phone.open().own_pictures().unwrap()[0].clone();
    let device = scene.county.county().devices().unwrap().last().unwrap().no;
    phone.link.answer_with_call({
        let county = scene.county.clone();
        let left = Mutex::new(true);
        move |request| {
            let core = county.county();
            let known = core.read(|rows| Ok(rows.upload_of(device, &picture.stored_sha256)?)).unwrap();
            let mut left = left.lock().unwrap();
            if let Some(upload) = known.filter(|_| *left && request.method == "PATCH") {
                // The piece is there and counted; then the county dies.
                *left = false;
                let hash: String = upload.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
                core.blobs().put(&format!("pieces/{}/{hash}/0", device.0), &request.body).unwrap();
                let length = request.body.len();
                let whole = UploadRow {
                    offset: length as u64,
                    pieces: vec![u32::try_from(length).unwrap()],
                    ..upload
                };
                core.write(|tx| Ok(tx.rows().put_upload(&whole)?)).unwrap();
                drop(core);
                county.kill();
                county.start();
                return Err(TransportError::Unreachable);
            }
            county.call(request).ok_or(TransportError::Unreachable)
        }
    });
    settle(&phone);
    settle(&phone);
    assert!(phone.open().own_pictures().unwrap().iter().all(|picture| picture.received));
}
