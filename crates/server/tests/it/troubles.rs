//! Phones whose log goes wrong, and the desk that decides: quarantine and its end, deletions in a mass, gaps.

use crate::bench::Bench;
use crate::desk::{Desk, code};
use crate::phone::Phone;
use serde_json::json;
use xunge_domain::ids::RecordId;
use xunge_domain::operation::{Payload, Verb};
use xunge_domain::records::{RecordKind, SlotCode};
use xunge_domain::value::Value;
use xunge_server::storage::{DeviceState, Page};
use xunge_sync::messages::{self, Outcome, OutcomeKind, Outcomes, OutcomesWanted, Pushed};

fn households(bench: &Bench, many: usize) -> Vec<RecordId> {
    (0..many)
        .map(|n| {
            bench.write(RecordKind::Household, bench.id(), bench.areas.grid, [(5, Value::Int(n as i64))])
        })
        .collect()
}

/// Writes a deletion of each, having seen it.
fn delete(bench: &Bench, phone: &mut Phone, records: &[RecordId]) {
    for record in records {
        let seen = bench.county.history(*record).unwrap().iter().map(|fed| fed.op.id()).collect();
        let mut payload = Payload::default();
        payload.replaces.insert(SlotCode::ALIVE, seen);
        phone.write_payload(RecordKind::Household, *record, bench.areas.grid, payload, 2);
        phone.unsent.last_mut().unwrap().header.verb = Verb::DELETE;
    }
}

fn asked(bench: &Bench, phone: &mut Phone, counters: Vec<u64>) -> Vec<Outcome> {
    let wanted = messages::encode(&OutcomesWanted { counters });
    phone.post(bench, "/sync/v1/outcomes", wanted).message::<Outcomes>().outcomes
}

fn live(bench: &Bench) -> u64 {
    bench.county.count_in(RecordKind::Household, bench.areas.grid).unwrap()
}

fn audited(bench: &Bench, what: &str) -> Option<(String, String)> {
    let page = bench.county.audit_page(Page { offset: 0, limit: 50 }).unwrap();
    page.into_iter().find(|row| row.entry.what == what).map(|row| (row.entry.who, row.entry.reason))
}

#[test]
fn fifty_deletions_in_a_run_are_kept_and_not_applied_until_the_desk_has_looked() {
    let desk = Desk::new();
    let bench = &desk.bench;
    let session = desk.account("centre", "county", bench.areas.county);
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let all = households(bench, 2_000);
    delete(bench, &mut phone, &all[..49]);
    assert!(phone.push(bench).iter().all(|outcome| outcome.kind == OutcomeKind::Accepted as u8));
    assert_eq!(live(bench), 1_951, "forty-nine are a day's work");

    delete(bench, &mut phone, &all[49..51]);
    phone.write(RecordKind::Household, all[100], bench.areas.grid, [(1, Value::from("照常"))]);
    let outcomes = phone.push(bench);
    let told: Vec<_> = outcomes.iter().map(|outcome| (outcome.kind, outcome.reason.as_deref())).collect();
    let waits = (OutcomeKind::WaitingForParent as u8, Some("mass_delete"));
    assert_eq!(told, [waits, waits, (OutcomeKind::Accepted as u8, None)], "edits go on");
    assert_eq!(live(bench), 1_951);
    // What follows is held too, however little it is.
    bench.clock.advance(3 * 3_600_000);
    delete(bench, &mut phone, &all[51..52]);
    assert_eq!(phone.push(bench)[0].reason.as_deref(), Some("mass_delete"));
    let row = &desk.read(&session, "devices")["rows"][0];
    assert_eq!((&row["held_deletes"], &row["odd"]), (&json!(3), &json!(["mass_delete"])));
    assert_eq!(audited(bench, "deletes_held").unwrap().0, format!("device:{}", phone.no.0));

    let path = format!("devices/{}/deletes", phone.id);
    let without = desk.post(&session, &path, &json!({"release": true, "reason": " "}));
    assert_eq!(code(&without), (400, "bad_request".into()));
    let answer = desk.post(&session, &path, &json!({"release": true, "reason": "整栋拆迁"}));
    assert_eq!(answer.status, 200);
    assert_eq!(live(bench), 1_948);
    assert_eq!(audited(bench, "deletes_released").unwrap(), ("centre".into(), "整栋拆迁".into()));
    let settled = asked(bench, &mut phone, vec![50, 51, 53]);
    assert!(settled.iter().all(|outcome| outcome.kind == OutcomeKind::Accepted as u8 && outcome.seq > 0));
    assert_eq!(
        code(&desk.post(&session, &path, &json!({"release": true, "reason": "再来"}))).1,
        "nothing_held"
    );
}

#[test]
fn more_than_one_in_twenty_is_a_mass_too_and_what_is_rejected_never_was() {
    let desk = Desk::new();
    let bench = &desk.bench;
    let session = desk.account("town", "town", bench.areas.grid);
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let all = households(bench, 150);
    delete(bench, &mut phone, &all[..9]);
    phone.push(bench);
    assert_eq!(live(bench), 141, "fewer than ten never are");
    delete(bench, &mut phone, &all[9..12]);
    let outcomes = phone.push(bench);
    assert!(outcomes.iter().all(|outcome| outcome.reason.as_deref() == Some("mass_delete")));

    let path = format!("devices/{}/deletes", phone.id);
    assert_eq!(desk.post(&session, &path, &json!({"release": false, "reason": "误触"})).status, 200);
    assert_eq!(live(bench), 141);
    let settled = asked(bench, &mut phone, vec![10, 11, 12]);
    assert!(settled.iter().all(|outcome| {
        (outcome.kind, outcome.reason.as_deref()) == (OutcomeKind::Refused as u8, Some("delete_rejected"))
    }));
    // An hour later the run is over.
    bench.clock.advance(3_600_001);
    delete(bench, &mut phone, &all[20..22]);
    assert!(phone.push(bench).iter().all(|outcome| outcome.kind == OutcomeKind::Accepted as u8));
}

/// Households that this phone begins.
fn begun(bench: &Bench, phone: &mut Phone, count: usize) -> Vec<RecordId> {
    let begin = |_| {
        let id = bench.id();
        phone.write(RecordKind::Household, id, bench.areas.grid, [(1, Value::from("刚登记"))]);
        id
    };
    (0..count).map(begin).collect()
}

#[test]
fn what_a_worker_began_within_the_day_and_takes_back_is_no_mass() {
    let desk = Desk::new();
    let bench = &desk.bench;
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let taken = |outcomes: &[Outcome]| {
        outcomes.iter().filter(|outcome| outcome.kind == OutcomeKind::Accepted as u8).count()
    };
    let known = begun(bench, &mut phone, 20);
    phone.push(bench);
    delete(bench, &mut phone, &known);
    assert_eq!(taken(&phone.push(bench)), 20, "taken back after it was sent");
    let older = households(bench, 9);
    delete(bench, &mut phone, &older);
    assert_eq!(taken(&phone.push(bench)), 9, "and it does not add up with what others wrote");

    let mut other = bench.phone("李明", bench.areas.grid);
    let days_old = begun(bench, &mut other, 20);
    other.push(bench);
    bench.clock.advance(25 * 3_600_000);
    delete(bench, &mut other, &days_old);
    let outcomes = other.push(bench);
    assert!(outcomes.iter().all(|outcome| outcome.reason.as_deref() == Some("mass_delete")));
}

#[test]
fn what_was_taken_back_in_time_does_not_become_a_mass_later() {
    let desk = Desk::new();
    let bench = &desk.bench;
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let own = begun(bench, &mut phone, 20);
    phone.push(bench);
    bench.clock.advance(24 * 3_600_000 - 60_000);
    delete(bench, &mut phone, &own);
    assert_eq!(phone.push(bench)[0].kind, OutcomeKind::Accepted as u8);
    bench.clock.advance(30 * 60_000);
    let older = households(bench, 1);
    delete(bench, &mut phone, &older);
    assert_eq!(phone.push(bench)[0].kind, OutcomeKind::Accepted as u8);
}

#[test]
fn a_quarantine_is_lifted_for_a_reason_and_the_phone_goes_on_with_what_it_had_not_sent() {
    let desk = Desk::new();
    let bench = &desk.bench;
    let session = desk.account("centre", "county", bench.areas.county);
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let mut clone = phone.clone();
    let path = format!("devices/{}/lift", phone.id);
    let early = desk.post(&session, &path, &json!({"reason": "核实"}));
    assert_eq!(code(&early), (409, "not_quarantined".into()));
    phone.write(RecordKind::Household, bench.id(), bench.areas.grid, [(1, Value::from("我写的"))]);
    phone.push(bench);
    clone.nonce = 100;
    clone.write(RecordKind::Household, bench.id(), bench.areas.grid, [(1, Value::from("别人写的"))]);
    let body = messages::encode(&clone.push_message().0);
    assert_eq!(clone.post(bench, "/sync/v1/push", body).code().as_deref(), Some("quarantined"));
    let row = &desk.read(&session, "devices")["rows"][0];
    assert_eq!((&row["state"], &row["trouble"]), (&json!("quarantined"), &json!("cloned")));
    assert_eq!(desk.read(&session, "counts")["devices_odd"], 1);

    phone.nonce = 200;
    let mine = bench.id();
    phone.write(RecordKind::Household, mine, bench.areas.grid, [(1, Value::from("隔离时写的"))]);
    let body = messages::encode(&phone.push_message().0);
    assert_eq!(phone.post(bench, "/sync/v1/push", body.clone()).code().as_deref(), Some("quarantined"));
    assert_eq!(code(&desk.post(&session, &path, &json!({"reason": ""}))).0, 400);
    assert_eq!(desk.post(&session, &path, &json!({"reason": "旧手机已收回"})).status, 200);
    let pushed: Pushed = phone.post(bench, "/sync/v1/push", body).message();
    assert_eq!(pushed.highest, 2);
    assert!(bench.county.record(mine).unwrap().is_some());
    let row = &desk.read(&session, "devices")["rows"][0];
    assert_eq!((&row["state"], &row["odd"]), (&json!("active"), &json!([])));
    assert_eq!(bench.county.quarantined(phone.no).unwrap(), 1, "the evidence stays");
    assert_eq!(audited(bench, "quarantine_lift").unwrap(), ("centre".into(), "旧手机已收回".into()));
    // The copy does the same again, and is stopped again.
    clone.nonce = 300;
    let body = messages::encode(&clone.push_message().0);
    clone.post(bench, "/sync/v1/push", body);
    assert_eq!(bench.device(phone.no).state, DeviceState::Quarantined);
}

#[test]
fn another_past_and_a_gap_are_told_apart_and_a_gap_is_over_once_it_is_filled() {
    let desk = Desk::new();
    let bench = &desk.bench;
    let session = desk.account("centre", "county", bench.areas.county);
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let trouble = || desk.read(&session, "devices")["rows"][0]["trouble"].clone();
    for n in 0..3 {
        phone.write(RecordKind::Household, bench.id(), bench.areas.grid, [(5, Value::Int(n))]);
    }
    let mut late = phone.clone();
    late.chain = late.unsent[..2].iter().fold(late.chain, |chain, op| chain.with(&op.hash()));
    late.unsent.drain(..2);
    let body = messages::encode(&late.push_message().0);
    assert_eq!(late.post(bench, "/sync/v1/push", body).code().as_deref(), Some("gap"));
    assert_eq!(trouble(), json!("gap"));
    phone.nonce = late.nonce;
    phone.push(bench);
    assert_eq!(trouble(), json!(null));

    phone.chain.head = [1; 32];
    phone.write(RecordKind::Household, bench.id(), bench.areas.grid, [(5, Value::Int(9))]);
    let body = messages::encode(&phone.push_message().0);
    assert_eq!(phone.post(bench, "/sync/v1/push", body).code().as_deref(), Some("quarantined"));
    assert_eq!(trouble(), json!("other_past"));
}
