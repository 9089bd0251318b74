//! The own log is dense: what the worker took back and what was erased by law travel too, and count for nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so and ends")]
#![allow(clippy::disallowed_methods, reason = "puts an older copy of the county's database back")]

use serde_json::{Value, json};
use xunge_client::ports::Response;
use xunge_domain::ids::RecordId;
use xunge_server::county::erase::Erasing;
use xunge_sync::messages::{OutcomeKind, Pushed, decode, encode};
use xunge_tests::phone::SimPhone;
use xunge_tests::scene::{Scene, first_household, settle, visit};

fn visits(phone: &SimPhone) -> usize {
    let view = phone.call("household", json!({ "id": first_household(phone) })).unwrap();
    view["visits"].as_array().unwrap().len()
}

/// The county's database is put back as it was before `between`.
fn county_goes_back(scene: &Scene, between: impl FnOnce()) {
    let (database, copy) = (scene.folder().join("county.db"), scene.folder().join("older.db"));
    scene.county.kill();
    std::fs::copy(&database, &copy).unwrap();
    scene.county.start();
    between();
    scene.county.kill();
    for ending in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(scene.folder().join(format!("county.db{ending}")));
    }
    std::fs::copy(&copy, &database).unwrap();
    scene.county.start();
}

/// The next push is answered as if the county refused it.
fn refused(phone: &SimPhone) {
    phone.link.answer_with(|request, answer| {
        let mut answer = answer.expect("the county answers");
        if request.path == "/sync/v1/push" {
            let mut pushed: Pushed = decode(&answer.body).expect("a receipt");
            for outcome in &mut pushed.outcomes {
                (outcome.kind, outcome.seq) = (OutcomeKind::Refused as u8, 0);
                outcome.reason = Some("out_of_scope".to_owned());
            }
            answer.body = encode(&pushed);
        }
        Ok(answer)
    });
    phone.open().hurry();
    while phone.open().own_operations().unwrap().iter().any(|op| !op.received) {
        phone.step();
    }
    phone.link.answer_as_it_is();
}

#[test]
fn what_the_worker_took_back_is_not_applied_by_a_county_that_had_forgotten_it() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    visit(&phone);
    settle(&phone);
    county_goes_back(&scene, || {
        visit(&phone);
        refused(&phone);
        let op = phone.call("review", json!({})).unwrap()["refused"][0]["op"].clone();
        phone.call("withdraw_refused", json!({ "op": op })).unwrap();
        assert_eq!(visits(&phone), 1);
        visit(&phone);
        settle(&phone);
    });
    settle(&phone);
    let county = scene.county.county();
    let device = county.devices().unwrap().pop().unwrap();
    assert_eq!(device.chain.counter, 3, "the log is whole at the county");
    assert_eq!(county.check().unwrap().damaged, Vec::<String>::new());
    let household: RecordId = first_household(&phone).parse().unwrap();
    let there = county.by_parent(xunge_domain::records::RecordKind::Visit, household).unwrap();
    assert_eq!((there.len(), visits(&phone)), (2, 2), "the first and the third");
    assert_eq!(phone.call("review", json!({})).unwrap()["refused"], json!([]), "and asks nobody again");
}

#[test]
fn what_was_erased_before_it_was_sent_leaves_no_hole_in_the_log() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    visit(&phone);
    settle(&phone);
    let household = first_household(&phone);
    let view = phone.call("household", json!({ "id": household })).unwrap();
    let person = view["people"][0]["id"].as_str().unwrap().to_owned();
    // Pushes find the county busy; the feed goes on.
    let county = scene.county.clone();
    phone.link.answer_with_call(move |request| {
        if request.path == "/sync/v1/push" {
            return Ok(Response { status: 503, headers: Vec::new(), body: Vec::new() });
        }
        Ok(county.call(request).unwrap())
    });
    visit(&phone);
    phone.call("save_person", json!({ "id": person, "fields": { "note": "canary-mark-8812" } })).unwrap();
    visit(&phone);
    let record: RecordId = person.parse().unwrap();
    let erasing = Erasing { record, ground: "consent_withdrawn", who: "desk", reason: "7号", seen: None };
    scene.county.county().erase(&erasing).unwrap();
    phone.open().hurry();
    for _ in 0..8 {
        phone.step();
    }
    let view = phone.call("household", json!({ "id": household })).unwrap();
    assert!(view["people"].as_array().unwrap().iter().all(|known| known["id"] != person.as_str()), "{view}");
    assert_eq!(visits(&phone), 3);

    phone.link.answer_as_it_is();
    settle(&phone);
    let own = phone.open().own_operations().unwrap();
    assert!(own.len() == 4 && own.iter().all(|op| op.received && op.refused.is_none()), "{own:?}");
    let county = scene.county.county();
    assert_eq!(county.devices().unwrap().pop().unwrap().chain.counter, 4);
    assert_eq!(county.check().unwrap().damaged, Vec::<String>::new());
    assert!(county.record(record).unwrap().unwrap().erased);

    drop(county);
    // A county that goes back behind all of it is given all of it again, the erased one as a hash.
    county_goes_back(&scene, || {
        visit(&phone);
        settle(&phone);
    });
    settle(&phone);
    let county = scene.county.county();
    assert_eq!(county.devices().unwrap().pop().unwrap().chain.counter, 5);
    assert_eq!(county.check().unwrap().damaged, Vec::<String>::new());
}

#[test]
fn a_phone_restored_from_before_an_erasure_takes_its_log_back_and_not_what_was_erased() {
    let scene = Scene::default();
    let mut phone = scene.phone("anna");
    let household = first_household(&phone);
    let view = phone.call("household", json!({ "id": household })).unwrap();
    let person = view["people"][0]["id"].as_str().unwrap().to_owned();
    visit(&phone);
    settle(&phone);
    phone.call("lock", json!({})).unwrap();
    let (dir, copy) = (scene.folder().join("anna"), scene.folder().join("older"));
    copy_folder(&dir, &copy);
    phone.restart();
    phone.call("save_person", json!({ "id": person, "fields": { "note": "要删的" } })).unwrap();
    settle(&phone);
    let record: RecordId = person.parse().unwrap();
    let erasing = Erasing { record, ground: "ordered", who: "desk", reason: "7号", seen: None };
    scene.county.county().erase(&erasing).unwrap();
    settle(&phone);

    phone.call("lock", json!({})).unwrap();
    std::fs::remove_dir_all(&dir).unwrap();
    copy_folder(&copy, &dir);
    phone.restart();
    settle(&phone);
    let own = phone.open().own_operations().unwrap();
    assert!(own.len() == 2 && own.iter().all(|op| op.received), "{own:?}");
    let view: Value = phone.call("household", json!({ "id": household })).unwrap();
    assert!(view["people"].as_array().unwrap().iter().all(|known| known["id"] != person.as_str()), "{view}");
    visit(&phone);
    settle(&phone);
    assert_eq!(scene.county.county().check().unwrap().damaged, Vec::<String>::new());
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy_folder(&from, &to);
        } else {
            std::fs::copy(from, to).unwrap();
        }
    }
}
