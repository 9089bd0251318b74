//! A whole phone — its real store, its real HTTPS client — at a county that is overloaded again and again, behind a proxy
//! that takes small bodies only. It waits as long as it is told, sends less at once, and in the end everything is there.

use crate::listening::{Answered, Listening};
use axum::http::Version;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use xunge_bridge::phone::Phone;
use xunge_client::commands::dispatch;
use xunge_tests::phone::jpeg;
use xunge_tests::scene::PIN;

/// What the proxy takes of a push.
const PROXY: usize = 3_000;
/// As many as the county lets wait before it sends others away.
const CROWD: usize = 2_000;

fn call(phone: &Phone, command: &str, args: Value) -> Value {
    dispatch(&phone.client, command, args).unwrap_or_else(|error| panic!("{command}: {}", error.code))
}

/// Steps the group commit, unless a crowd holds it up.
fn commit(
    listening: &Listening,
    held_up: Arc<AtomicBool>,
    over: Arc<AtomicBool>,
) -> std::thread::JoinHandle<()> {
    let app = listening.app.clone();
    std::thread::spawn(move || {
        while !over.load(Ordering::SeqCst) {
            if !held_up.load(Ordering::SeqCst) {
                app.commit.step();
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    })
}

/// So many requests wait that others are sent away.
fn crowd(listening: &Listening, held_up: &AtomicBool) {
    held_up.store(true, Ordering::SeqCst);
    for _ in listening.app.commit.waiting()..CROWD {
        listening.app.commit.submit(|_| Ok(()), |_| {});
    }
}

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(90), "{what} does not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn sent_away(answers: &[Answered]) -> usize {
    answers.iter().filter(|one| one.status == 503).count()
}

#[test]
fn a_phone_at_an_overloaded_county_waits_as_told_sends_less_at_once_and_is_done_in_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let listening = Listening::new(folder.path(), PROXY);
    let (held_up, over) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let committing = commit(&listening, held_up.clone(), over.clone());
    let phone = Phone::new(&folder.path().join("phone")).unwrap();
    let address = listening.address.to_string();
    call(&phone, "enrol", json!({ "address": address, "code": listening.code, "pin": PIN }));
    let stop = Arc::new(AtomicBool::new(false));
    let syncing = phone.keep_in_sync(stop.clone()).unwrap();
    until("the grid", || call(&phone, "households_head", json!({}))["buildings"][0]["id"].is_string());

    // A morning without signal would be the same: much is waiting when the county has no time.
    crowd(&listening, &held_up);
    let open = phone.client.opened().unwrap();
    let grid = open.identity().grid().unwrap();
    for n in 0..400 {
        open.change(|change| {
            let fields = vec![("name", xunge_domain::value::Value::Text(format!("示例{n}")))];
            change.put(xunge_domain::records::RecordKind::Person, change.new_id(), grid, fields)
        })
        .unwrap();
    }
    phone.device.load_photos(vec![jpeg(1600, 1200, 3)]);
    call(&phone, "take_photo", json!({ "form": "incident:new" }));
    let report =
        json!({ "form": "incident:new", "category": "lamp", "text": "灯不亮", "place_name": "东门" });
    call(&phone, "report_incident", report);

    let push = "/sync/v1/push";
    // Twice it is sent away; then there is time for one batch, then again none.
    until("a refusal", || sent_away(&listening.answered(push)) >= 2);
    let state = call(&phone, "sync_state", json!({}));
    assert_eq!(state["last_error"], "county_error");
    held_up.store(false, Ordering::SeqCst);
    until("a batch", || listening.answered(push).iter().any(|one| one.status == 200));
    crowd(&listening, &held_up);
    let before = sent_away(&listening.answered(push));
    // Another refusal, or the end of it. A push that was among those waiting already hears nothing until there is time.
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(5)
        && sent_away(&listening.answered(push)) == before
        && open.own_operations().unwrap().iter().any(|op| !op.received)
    {
        std::thread::sleep(Duration::from_millis(20));
    }
    held_up.store(false, Ordering::SeqCst);
    until("the end", || {
        open.own_operations().unwrap().iter().all(|op| op.received && op.refused.is_none())
            && open.own_pictures().unwrap().iter().all(|picture| picture.received)
    });
    stop.store(true, Ordering::SeqCst);
    syncing.join().unwrap();
    over.store(true, Ordering::SeqCst);
    committing.join().unwrap();

    // Every operation is at the county, once, and the picture with its bytes.
    let own = open.own_operations().unwrap();
    assert!(own.len() > 400, "{}", own.len());
    let county = &listening.app.county;
    for op in &own {
        let stored = county.read(|rows| Ok(rows.stored(op.id)?)).unwrap().expect("held");
        assert_eq!(stored.hash, op.hash);
    }
    let pictures = open.own_pictures().unwrap();
    assert_eq!(pictures.len(), 1);
    assert_eq!(county.picture_held(&pictures[0].stored_sha256).unwrap(), Some(pictures[0].bytes));

    let pushes = listening.answered(push);
    assert!(pushes.iter().all(|one| one.version == Version::HTTP_2));
    let halved = pushes.iter().filter(|one| one.status == 413).count();
    assert!(halved >= 2, "the proxy's limit was met: {pushes:?}");
    assert!(pushes.iter().filter(|one| one.status == 200).all(|one| one.stated <= PROXY));
    for two in pushes.windows(2) {
        let [one, next] = two else { panic!() };
        if let Some(seconds) = one.retry_after {
            let waited = next.came.duration_since(one.left);
            assert!(waited >= Duration::from_millis(seconds * 1_000 - 50), "{waited:?} after {seconds} s");
        }
        // Sending less is no reason to wait.
        if one.status == 413 && next.status == 413 {
            assert!(next.came.duration_since(one.left) < Duration::from_secs(2));
        }
    }
}
