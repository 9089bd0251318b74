//! Pictures whose connection breaks inside a body: thumbnail and full picture go on where the county stands, with the
//! phone's own uploader over the county's own tus routes, and never stand still on "the offset differs".

use super::answers::settle_pictures;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use xunge_client::ports::{Response, TransportError};
use xunge_domain::records::RecordKind;
use xunge_server::storage::{Page, RecordRow, Sort};
use xunge_sync::messages::{BeginUpload, decode};
use xunge_tests::phone::SimPhone;
use xunge_tests::scene::{Scene, settle};

/// A picture with so much noise that it takes several pieces.
fn load_large(phone: &SimPhone) {
    let noise = |x: u32, y: u32| {
        (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503_001)).wrapping_mul(2_246_822_519)
    };
    let picture = image::ImageBuffer::from_fn(1_200, 900, |x, y| {
        let [r, g, b, _] = noise(x, y).to_be_bytes();
        image::Rgb([r, g, b])
    });
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 95).encode_image(&picture).unwrap();
    phone.device.load_photos(vec![bytes]);
}

/// Reports one photo and lets everything but its bytes arrive.
fn reported(scene: &Scene) -> SimPhone {
    let phone = scene.phone("anna");
    load_large(&phone);
    phone.call("take_photo", json!({ "form": "incident:new" })).unwrap();
    let report =
        json!({ "form": "incident:new", "category": "lamp", "text": "灯不亮", "place_name": "东门" });
    phone.call("report_incident", report).unwrap();
    phone
}

fn arrived(scene: &Scene, phone: &SimPhone) {
    settle(phone);
    settle_pictures(phone);
    let pictures = phone.open().own_pictures().unwrap();
    assert_eq!(pictures.len(), 1);
    let held = scene.county.county().picture(&pictures[0].stored_sha256).unwrap().unwrap();
    assert_eq!(held.len() as u64, pictures[0].bytes);
    assert!(pictures[0].bytes > 550_000, "several pieces: {}", pictures[0].bytes);
}

/// Bytes the county has of pictures that are not whole yet.
fn under_way(scene: &Scene) -> u64 {
    let county = scene.county.county();
    let evidence =
        county.records(RecordKind::PhotoEvidence, &[scene.county.grid], Sort::Rising, Page::ALL, |_| true);
    let hash = |row: &RecordRow, key| row.one(key)?.as_bytes()?.try_into().ok();
    let of = |row: &RecordRow| -> u64 {
        let hashes: Vec<[u8; 32]> = [3, 4].into_iter().filter_map(|key| hash(row, key)).collect();
        hashes.iter().map(|hash| county.picture_received(hash, row.id).unwrap()).sum()
    };
    evidence.unwrap().rows.iter().map(of).sum()
}

/// Counts the bytes of bodies that go up, cutting those whose number is in `cuts` after so many bytes.
fn cutting(scene: &Scene, phone: &SimPhone, cuts: &'static [(u64, usize)]) -> Arc<AtomicU64> {
    let (county, bytes, number) = (scene.county.clone(), Arc::new(AtomicU64::new(0)), AtomicU64::new(0));
    let sent = bytes.clone();
    phone.link.answer_with_call(move |request| {
        if request.method != "PATCH" {
            return county.call(request).ok_or(TransportError::Unreachable);
        }
        let this = number.fetch_add(1, Ordering::Relaxed);
        match cuts.iter().find(|(cut, _)| *cut == this) {
            Some((_, after)) => {
                sent.fetch_add(*after as u64, Ordering::Relaxed);
                county.call_cut(request, *after);
                Err(TransportError::Unreachable)
            }
            None => {
                sent.fetch_add(request.body.len() as u64, Ordering::Relaxed);
                county.call(request).ok_or(TransportError::Unreachable)
            }
        }
    });
    bytes
}

#[test]
fn a_thumbnail_cut_in_the_middle_goes_on_where_the_county_stands() {
    let scene = Scene::default();
    let phone = reported(&scene);
    cutting(&scene, &phone, &[(0, 1_000)]);
    phone.open().hurry();
    for _ in 0..20 {
        phone.step();
        if under_way(&scene) > 0 {
            break;
        }
    }
    assert_eq!(under_way(&scene), 1_000, "what arrived of the thumbnail is durable");
    arrived(&scene, &phone);
}

#[test]
fn a_picture_cut_in_the_middle_of_its_pieces_goes_on_and_sends_little_twice() {
    let scene = Scene::default();
    let phone = reported(&scene);
    // Body 0 is the thumbnail; then pieces, cut early, late, and at nothing at all.
    let sent = cutting(&scene, &phone, &[(1, 9_000), (3, 262_143), (5, 0), (6, 1)]);
    phone.open().hurry();
    for _ in 0..60 {
        phone.step();
    }
    arrived(&scene, &phone);
    let bytes = phone.open().own_pictures().unwrap()[0].bytes;
    let sent = sent.load(Ordering::Relaxed);
    // The thumbnail beside it; a piece whose head the county had is offered again once, then cut to what is missing.
    assert!(sent < bytes + 4 * 256 * 1024 + 64 * 1024, "{sent} bytes were sent for {bytes}");
}

#[test]
fn answers_lost_after_whole_bodies_do_not_stop_it_either() {
    let scene = Scene::default();
    let phone = reported(&scene);
    let (county, number) = (scene.county.clone(), AtomicU64::new(0));
    phone.link.answer_with_call(move |request| {
        let answer = county.call(request).ok_or(TransportError::Unreachable);
        let lost = request.method == "PATCH" && number.fetch_add(1, Ordering::Relaxed) % 2 == 0;
        if lost { Err(TransportError::Unreachable) } else { answer }
    });
    phone.open().hurry();
    for _ in 0..60 {
        phone.step();
    }
    phone.link.answer_as_it_is();
    arrived(&scene, &phone);
}

#[test]
fn a_county_that_restarts_within_a_picture_goes_on_from_what_it_kept() {
    let scene = Scene::default();
    let phone = reported(&scene);
    cutting(&scene, &phone, &[(0, 700), (2, 100_000)]);
    phone.open().hurry();
    for _ in 0..40 {
        phone.step();
        scene.county.kill();
        scene.county.start();
    }
    arrived(&scene, &phone);
}

#[test]
fn a_portal_that_says_204_to_a_thumbnail_is_not_believed() {
    let scene = Scene::default();
    let phone = reported(&scene);
    let (county, begun) = (scene.county.clone(), Arc::new(AtomicU64::new(0)));
    let full = begun.clone();
    phone.link.answer_with_call(move |request| {
        if request.method == "PATCH" {
            return Ok(Response { status: 204, headers: Vec::new(), body: Vec::new() });
        }
        if request.path == "/sync/v1/uploads" {
            let begin: BeginUpload = decode(&request.body).unwrap();
            full.fetch_add(u64::from(begin.which == 1), Ordering::Relaxed);
        }
        county.call(request).ok_or(TransportError::Unreachable)
    });
    phone.open().hurry();
    let mut told = std::collections::BTreeSet::new();
    for _ in 0..30 {
        phone.step();
        let state = phone.call("sync_state", json!({})).unwrap();
        told.extend(state["last_error"].as_str().map(str::to_owned));
        assert_eq!(state["photo_bytes"]["done"], 0, "{state}");
    }
    assert_eq!(told.into_iter().collect::<Vec<_>>(), ["captive_portal"]);
    assert_eq!(begun.load(Ordering::Relaxed), 0, "the picture waits for its thumbnail");
    phone.link.answer_as_it_is();
    arrived(&scene, &phone);
}

#[test]
fn what_the_county_turns_out_not_to_hold_is_sent_again_thumbnail_included() {
    let scene = Scene::default();
    let phone = reported(&scene);
    // Somebody who plays the county well enough says that everything arrived.
    let county = scene.county.clone();
    phone.link.answer_with_call(move |request| {
        if request.method != "PATCH" {
            return county.call(request).ok_or(TransportError::Unreachable);
        }
        let from = request.headers.iter().find(|(name, _)| name == "upload-offset").unwrap();
        let offset = from.1.parse::<u64>().unwrap() + request.body.len() as u64;
        let headers =
            vec![("upload-offset".into(), offset.to_string()), ("tus-resumable".into(), "1.0.0".into())];
        Ok(Response { status: 204, headers, body: Vec::new() })
    });
    phone.open().hurry();
    for _ in 0..30 {
        phone.step();
    }
    assert!(phone.open().own_pictures().unwrap().iter().all(|picture| !picture.received));
    phone.link.answer_as_it_is();
    arrived(&scene, &phone);
}
