//! Where the desk has to look, real phones go on: two phones under one number, deletions in a mass, a mirror that differs.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so and ends")]
#![allow(clippy::disallowed_methods, reason = "clones a phone by copying its files")]

use serde_json::json;
use std::path::Path;
use xunge_domain::records::RecordKind;
use xunge_server::storage::DeviceState;
use xunge_tests::phone::SimPhone;
use xunge_tests::scene::{Scene, first_household, settle, visit};

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(from, to).unwrap();
        }
    }
}

/// Steps for a while, whatever comes of it.
fn try_for_a_while(phone: &SimPhone) {
    phone.open().hurry();
    for _ in 0..20 {
        phone.step();
    }
}

fn visits(phone: &SimPhone) -> usize {
    let view = phone.call("household", json!({ "id": first_household(phone) })).unwrap();
    view["visits"].as_array().unwrap().len()
}

#[test]
fn a_cloned_phone_is_stopped_and_when_the_desk_lifts_it_both_go_on_with_everything_unsent() {
    let scene = Scene::default();
    let mut phone = scene.phone("anna");
    visit(&phone);
    settle(&phone);
    phone.call("lock", json!({})).unwrap();
    copy(&scene.folder().join("anna"), &scene.folder().join("bert"));
    phone.restart();
    let mut twin = scene.new_phone("bert");
    twin.restart();
    // Both have greeted before either has sent: neither knows that the other writes under its numbers.
    settle(&phone);
    settle(&twin);
    visit(&phone);
    visit(&twin);
    visit(&twin);
    settle_push_only(&phone);
    // The twin does not greet anew: it pushes what it has.
    for _ in 0..6 {
        twin.step();
    }
    let county = scene.county.county();
    let device = || scene.county.county().devices().unwrap().pop().unwrap();
    assert_eq!((device().state, device().trouble.as_str()), (DeviceState::Quarantined, "cloned"));
    try_for_a_while(&twin);
    try_for_a_while(&phone);
    assert_eq!(device().chain.counter, 2, "neither gets anything in");
    visit(&phone);

    county.lift_quarantine(device().id, "desk", "旧手机已收回").unwrap();
    for _ in 0..3 {
        settle(&phone);
        settle(&twin);
    }
    for phone in [&phone, &twin] {
        let own = phone.open().own_operations().unwrap();
        assert!(own.len() == 5 && own.iter().all(|op| op.received && op.refused.is_none()), "{own:?}");
        assert_eq!(visits(phone), 5, "one together, one and one more here, two there");
    }
    assert_eq!((device().state, device().chain.counter), (DeviceState::Active, 5));
    assert_eq!(county.check().unwrap().damaged, Vec::<String>::new());
}

/// Sends without greeting first.
fn settle_push_only(phone: &SimPhone) {
    for _ in 0..20 {
        if !phone.step() && phone.is_quiet() {
            return;
        }
    }
    panic!("does not come to rest");
}

/// Sixty visits, taken back two days later: within the day that would be a change of mind.
fn delete_sixty(scene: &Scene, phone: &SimPhone) {
    let household = first_household(phone);
    let saved: Vec<String> = (0..60)
        .map(|_| {
            let args = json!({ "household": household, "outcome": "nothing_changed" });
            phone.call("record_visit", args).unwrap()["undo"].as_str().unwrap().to_owned()
        })
        .collect();
    settle(phone);
    scene.clock.pass(48 * 3_600_000);
    for undo in saved {
        phone.call("undo", json!({ "undo": undo })).unwrap();
    }
    settle(phone);
}

#[test]
fn a_phone_that_deletes_in_a_mass_is_told_and_hears_what_the_desk_decided() {
    for release in [true, false] {
        let scene = Scene::default();
        let phone = scene.phone("anna");
        delete_sixty(&scene, &phone);
        let county = scene.county.county();
        let device = county.devices().unwrap().pop().unwrap();
        let live = || county.count_in(RecordKind::Visit, scene.county.grid).unwrap();
        assert_eq!((live(), county.held_deletes(device.no).unwrap()), (60, 60));
        let told = phone.call("sync_state", json!({})).unwrap();
        assert_eq!(told["held_deletes"], 60, "{told}");
        assert_eq!(told["counts"]["at_county"], 120, "they are at the county: kept");

        county.settle_held(device.id, release, "desk", "核实").unwrap();
        settle(&phone);
        let told = phone.call("sync_state", json!({})).unwrap();
        let refused = phone.call("review", json!({})).unwrap()["refused"].as_array().unwrap().len();
        assert_eq!(told["held_deletes"], 0);
        assert_eq!((live(), refused > 0), if release { (0, false) } else { (60, true) });
    }
}

#[test]
fn a_phone_whose_mirror_differs_reads_everything_anew_and_keeps_what_it_has_not_sent() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    let other = scene.phone("bert");
    visit(&other);
    visit(&phone);
    settle(&other);
    settle(&phone);
    assert_eq!(phone.open().compared(), Some(true));
    // A piece of the feed gets lost on the way in: the county says it was given, the phone has not got it.
    visit(&other);
    settle(&other);
    phone.link.answer_with(|request, answer| {
        let mut answer = answer.expect("the county answers");
        if request.path == "/sync/v1/pull" {
            let mut pulled: xunge_sync::messages::Pulled =
                xunge_sync::messages::decode(&answer.body).expect("a piece of the feed");
            pulled.batch = xunge_sync::batch::pack(&[], xunge_sync::batch::Salts::None).unwrap();
            pulled.digests = None;
            answer.body = xunge_sync::messages::encode(&pulled);
        }
        Ok(answer)
    });
    try_for_a_while(&phone);
    phone.link.answer_as_it_is();
    assert_eq!(visits(&phone), 2, "one of the colleague's three is missing here");

    visit(&phone);
    settle(&phone);
    settle(&phone);
    assert_eq!(visits(&phone), 4);
    assert_eq!(phone.open().compared(), Some(true));
    let own = phone.open().own_operations().unwrap();
    assert!(own.len() == 2 && own.iter().all(|op| op.received), "{own:?}");
}
