//! Answers the county never gave: each call of a whole round — greeting, push, feed, pictures, receipts — meets each of
//! them. Nothing counts as sent by them, and the next round goes through.

use serde_json::json;
use xunge_client::ports::{Request, Response, TransportError};
use xunge_sync::messages::{CONTENT_TYPE, Refusal, encode};
use xunge_tests::phone::SimPhone;
use xunge_tests::scene::{Scene, settle, visit};

type Answer = fn(&Request, Option<Response>) -> Result<Response, TransportError>;

/// Every way, with the code the sync page then shows.
const WAYS: [(&str, Answer); 7] = [
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
    ("county_error", |_, _| {
        let headers = vec![("retry-after".into(), "1".into())];
        Ok(Response { status: 503, headers, body: Vec::new() })
    }),
    // The county itself, with a full disk.
    ("county_full", |_, _| {
        let refusal = Refusal { code: "disk_full".into(), next: None, epoch: None };
        let headers = vec![("content-type".into(), CONTENT_TYPE.into()), ("retry-after".into(), "1".into())];
        Ok(Response { status: 507, headers, body: encode(&refusal) })
    }),
    // Half an answer: the county did its work, the phone must not believe the stump.
    ("captive_portal", |_, answer| {
        let mut answer = answer.ok_or(TransportError::Unreachable)?;
        answer.body.truncate(answer.body.len() / 2);
        answer.headers.retain(|(name, _)| name != "location" && name != "upload-offset");
        Ok(answer)
    }),
];

#[test]
fn answers_that_are_not_the_countys_mark_nothing_as_sent() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    for (code, answer) in WAYS {
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
    assert_eq!(operations.len(), WAYS.len());
    assert!(operations.iter().all(|op| op.received && op.refused.is_none()), "applied once each");
}

fn last_error(phone: &SimPhone) -> String {
    phone.call("sync_state", json!({})).unwrap()["last_error"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn every_call_of_a_round_meets_every_wrong_answer_and_the_round_is_made_up_for() {
    let calls = [
        "/sync/v1/hello",
        "/sync/v1/push",
        "/sync/v1/pull",
        "/sync/v1/uploads",
        "/uploads/",
        "/sync/v1/receipts",
    ];
    let scene = Scene::default();
    let phone = scene.phone("anna");
    let mut reported = 0;
    for (n, (code, answer)) in (0_u8..).zip(WAYS) {
        for call in calls {
            // A picture of its own each time: the same one would be known to the county already.
            phone.load_photo(n * 10 + call.len() as u8);
            phone.call("take_photo", json!({ "form": "incident:new" })).unwrap();
            let report =
                json!({ "form": "incident:new", "category": "lamp", "text": "灯不亮", "place_name": "东门" });
            phone.call("report_incident", report).unwrap();
            reported += 1;
            let met = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
            let counted = met.clone();
            phone.link.answer_with(move |request, given| {
                if !request.path.starts_with(call) {
                    return given.ok_or(TransportError::Unreachable);
                }
                counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                answer(request, given)
            });
            // So that it greets again, and looks at the feed.
            phone.clock.pass(11 * 60_000);
            phone.open().hurry();
            let mut heard = String::new();
            for _ in 0..12 {
                phone.step();
                if met.load(std::sync::atomic::Ordering::Relaxed) > 0 && heard.is_empty() {
                    heard = last_error(&phone);
                }
            }
            assert_eq!(heard, code, "{call}");
            let pictures = phone.open().own_pictures().unwrap();
            assert_eq!(pictures.len(), reported, "{call} {code}");
            for picture in pictures.iter().filter(|picture| picture.received) {
                let held = scene.county.county().picture(&picture.stored_sha256).unwrap();
                assert!(held.is_some(), "{call} {code}: a receipt that the county never gave");
            }
            phone.link.answer_as_it_is();
            settle(&phone);
            settle_pictures(&phone);
        }
    }
    let county = scene.county.county();
    for op in phone.open().own_operations().unwrap() {
        assert!(op.received && op.refused.is_none(), "{}", op.id);
        assert_eq!(county.operation_of(op.id).unwrap().unwrap().op.hash(), op.hash);
    }
    for picture in phone.open().own_pictures().unwrap() {
        let held = county.picture(&picture.stored_sha256).unwrap().unwrap();
        assert_eq!(held.len() as u64, picture.bytes);
    }
}

/// Pictures travel after the records.
pub fn settle_pictures(phone: &SimPhone) {
    for _ in 0..80 {
        if phone.open().own_pictures().unwrap().iter().all(|picture| picture.received) {
            return;
        }
        phone.open().hurry();
        phone.step();
    }
    panic!("pictures stay: {:?}", phone.open().sync_state());
}
