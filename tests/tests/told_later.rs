//! What the county decides after the receipt reaches the phone that wrote it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so and ends")]

use serde_json::json;
use xunge_sync::messages::{OutcomeKind, Pushed, decode, encode};
use xunge_tests::phone::SimPhone;
use xunge_tests::scene::{Scene, settle, visit};

/// The next push is answered as if the county could not apply the operations yet.
fn kept_for_now(phone: &SimPhone, kind: OutcomeKind, reason: Option<&'static str>) {
    phone.link.answer_with(move |request, answer| {
        let mut answer = answer.expect("the county answers");
        if request.path == "/sync/v1/push" {
            let mut pushed: Pushed = decode(&answer.body).expect("a receipt");
            for outcome in &mut pushed.outcomes {
                (outcome.kind, outcome.seq, outcome.reason) = (kind as u8, 0, reason.map(str::to_owned));
            }
            answer.body = encode(&pushed);
        }
        Ok(answer)
    });
}

fn counts(phone: &SimPhone) -> (u64, u64, u64) {
    let state = phone.call("sync_state", json!({})).unwrap();
    let count = |name: &str| state["counts"][name].as_u64().unwrap();
    (count("on_phone"), count("at_county"), count("needs_you"))
}

#[test]
fn what_waited_for_a_parent_is_applied_and_the_phone_hears_of_it() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    visit(&phone);
    kept_for_now(&phone, OutcomeKind::WaitingForParent, None);
    // Cut off before the question: the phone knows only what the receipt said.
    phone.open().hurry();
    while phone.open().own_operations().unwrap().iter().any(|op| !op.received) {
        phone.step();
    }
    assert_eq!(counts(&phone), (0, 1, 0), "held durably, so it is at the county");
    phone.link.answer_as_it_is();
    settle(&phone);
    assert_eq!(phone.call("review", json!({})).unwrap()["refused"], json!([]));
    assert_eq!(counts(&phone), (0, 1, 0));
}

#[test]
fn what_an_older_county_did_not_know_needs_nobody_once_the_county_is_updated() {
    let scene = Scene::default();
    let mut phone = scene.phone("anna");
    visit(&phone);
    kept_for_now(&phone, OutcomeKind::Refused, Some("unknown_kind"));
    phone.open().hurry();
    while phone.open().own_operations().unwrap().iter().any(|op| !op.received) {
        phone.step();
    }
    // Refused is refused until somebody says otherwise, a restart does not change it.
    phone.link.set(false, 0);
    phone.restart();
    assert_eq!(counts(&phone), (0, 0, 1));
    let refused = phone.call("review", json!({})).unwrap()["refused"].clone();
    assert_eq!(refused[0]["reason"], "unknown_kind");

    phone.link.set(true, 0);
    phone.link.answer_as_it_is();
    settle(&phone);
    assert_eq!(counts(&phone), (0, 1, 0));
    assert_eq!(phone.call("review", json!({})).unwrap()["refused"], json!([]));
}
