//! Operations in: exactly once, in order, and never silently dropped.

use crate::bench::Bench;
use crate::phone::Phone;
use std::sync::Arc;
use xunge_domain::operation::Payload;
use xunge_domain::records::{FieldKey, KindCode, RecordKind, SlotCode};
use xunge_domain::value::Value;
use xunge_server::commit::GroupCommit;
use xunge_server::county::push::PushAnswer;
use xunge_server::storage::DeviceState;
use xunge_sync::messages::{self, OutcomeKind, Outcomes, OutcomesWanted, Pushed, Refusal};

#[test]
fn a_push_sent_twice_is_written_once_and_answered_the_same() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    for n in 0..300 {
        phone.write(RecordKind::Household, bench.id(), bench.areas.grid, [(5, Value::Int(n))]);
    }
    let body = messages::encode(&phone.push_message().0);
    let first: Pushed = phone.post(&bench, "/sync/v1/push", body.clone()).message();
    let again: Pushed = phone.post(&bench, "/sync/v1/push", body).message();
    assert_eq!(first, again);
    assert_eq!(first.outcomes.len(), 300);
    assert_eq!(bench.county.count_in(RecordKind::Household, bench.areas.grid).unwrap(), 300);
}

#[test]
fn a_push_that_overlaps_what_is_held_adds_only_the_rest() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    phone.write(RecordKind::Household, bench.id(), bench.areas.grid, [(5, Value::Int(1))]);
    let mut early = phone.clone();
    assert_eq!(early.push(&bench).len(), 1);
    phone.nonce = early.nonce;
    phone.write(RecordKind::Household, bench.id(), bench.areas.grid, [(5, Value::Int(2))]);
    let outcomes = phone.push(&bench);
    assert_eq!(outcomes.iter().map(|outcome| outcome.counter).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(bench.county.count_in(RecordKind::Household, bench.areas.grid).unwrap(), 2);
}

#[test]
fn a_gap_is_refused_and_says_where_to_go_on() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    phone.chain.counter = 5;
    phone.write(RecordKind::Household, bench.id(), bench.areas.grid, [(5, Value::Int(1))]);
    let body = messages::encode(&phone.push_message().0);
    let answer = phone.post(&bench, "/sync/v1/push", body);
    let refusal: Refusal = messages::decode(&answer.body).unwrap();
    assert_eq!((answer.status, refusal.code.as_str(), refusal.next), (409, "gap", Some(1)));
}

#[test]
fn a_cloned_phone_is_noticed_and_nothing_of_it_is_applied() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let mut clone = phone.clone();
    let (mine, others) = (bench.id(), bench.id());
    phone.write(RecordKind::Household, mine, bench.areas.grid, [(1, Value::from("我写的"))]);
    phone.push(&bench);
    clone.nonce = 100;
    clone.write(RecordKind::Household, others, bench.areas.grid, [(1, Value::from("别人写的"))]);
    let body = messages::encode(&clone.push_message().0);
    let answer = clone.post(&bench, "/sync/v1/push", body);
    assert_eq!((answer.status, answer.code().as_deref()), (409, Some("quarantined")));
    assert_eq!(bench.device(phone.no).state, DeviceState::Quarantined);
    assert_eq!(bench.county.quarantined(phone.no).unwrap(), 1, "kept as evidence");
    assert!(bench.county.record(mine).unwrap().is_some());
    assert!(bench.county.record(others).unwrap().is_none());
    // Neither may push now, both may read.
    phone.nonce = 200;
    phone.write(RecordKind::Household, bench.id(), bench.areas.grid, [(1, Value::from("再来"))]);
    let body = messages::encode(&phone.push_message().0);
    assert_eq!(phone.post(&bench, "/sync/v1/push", body).status, 409);
    phone.pull(&bench, 0);
}

#[test]
fn a_log_with_another_past_is_noticed_at_its_next_operation() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    phone.write(RecordKind::Household, bench.id(), bench.areas.grid, [(1, Value::from("一"))]);
    phone.push(&bench);
    phone.chain.head = [1; 32];
    phone.write(RecordKind::Household, bench.id(), bench.areas.grid, [(1, Value::from("二"))]);
    let body = messages::encode(&phone.push_message().0);
    assert_eq!(phone.post(&bench, "/sync/v1/push", body).code().as_deref(), Some("quarantined"));
}

#[test]
fn one_bad_operation_blocks_no_other() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let good = bench.id();
    phone.write(RecordKind::Area, bench.id(), bench.areas.grid, [(1, Value::from("自划网格"))]);
    phone.write(RecordKind::Household, bench.id(), bench.areas.foreign, [(1, Value::from("邻区"))]);
    phone.write(RecordKind::Household, bench.id(), bench.areas.grid, [(1, Value::Int(7))]);
    phone.write_payload(RecordKind::Household, bench.id(), bench.areas.grid, Payload::default(), 1);
    phone.unsent[3].header.kind = KindCode(4_000);
    phone.write(RecordKind::Household, good, bench.areas.grid, [(1, Value::from("好的"))]);
    let outcomes = phone.push(&bench);
    let reasons: Vec<_> =
        outcomes.iter().map(|outcome| outcome.reason.as_deref().unwrap_or("applied")).collect();
    assert_eq!(reasons, ["county_only", "out_of_scope", "bad_field:1", "unknown_kind", "applied"]);
    assert!(bench.county.record(good).unwrap().is_some());
}

#[test]
fn a_visit_that_arrives_before_its_household_waits_for_it() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let mut other = bench.phone("李强", bench.areas.grid);
    let (household, visit) = (bench.id(), bench.id());
    phone.write(
        RecordKind::Visit,
        visit,
        bench.areas.grid,
        [(1, Value::reference(household)), (2, Value::Int(5))],
    );
    let outcomes = phone.push(&bench);
    assert_eq!(outcomes[0].kind, OutcomeKind::WaitingForParent as u8);
    assert!(bench.county.record(visit).unwrap().is_none());
    let asked = |phone: &mut Phone| {
        let wanted = OutcomesWanted { counters: vec![1, 77] };
        let request = phone.request("POST", "/sync/v1/outcomes", messages::encode(&wanted));
        bench.call(request).message::<Outcomes>().outcomes
    };
    assert_eq!(asked(&mut other), [], "another phone's operations are not spoken of either");
    assert_eq!(asked(&mut phone), outcomes, "it waits still; what was never sent is not spoken of");
    other.write(RecordKind::Household, household, bench.areas.grid, [(1, Value::from("到了"))]);
    other.push(&bench);
    let settled = asked(&mut phone);
    assert_eq!((settled.len(), settled[0].kind), (1, OutcomeKind::Accepted as u8));
    assert!(settled[0].seq > 0);
    let row = bench.county.record(visit).unwrap().unwrap();
    assert_eq!(row.parent, Some(household));
    let visits = bench.county.by_parent(RecordKind::Visit, household).unwrap();
    assert_eq!(visits.len(), 1);
    assert!(other.pull(&bench, 0).0.iter().any(|op| op.header.record == visit), "and goes out by the feed");
}

#[test]
fn two_workers_change_the_same_phone_number_and_both_values_stay() {
    let bench = Bench::new();
    let mut zhou = bench.phone("周慧", bench.areas.grid);
    let mut li = bench.phone("李强", bench.areas.grid);
    let household =
        bench.write(RecordKind::Household, bench.id(), bench.areas.grid, [(2, Value::from("14300000000"))]);
    let seen = zhou.pull(&bench, 0).0.into_iter().find(|op| op.header.record == household).unwrap().id();
    for (phone, number) in [(&mut zhou, "14311110000"), (&mut li, "14322220000")] {
        let mut payload = Payload::default().put(FieldKey(2), Value::from(number));
        payload.replaces.insert(SlotCode(2), vec![seen]);
        phone.write_payload(RecordKind::Household, household, bench.areas.grid, payload, 2);
    }
    assert_eq!(zhou.push(&bench)[0].kind, OutcomeKind::Accepted as u8);
    assert_eq!(li.push(&bench)[0].kind, OutcomeKind::Review as u8);
    let (_, _, merged) = bench.county.merged(household).unwrap().unwrap();
    assert_eq!(merged.conflicts.len(), 1);
    assert_eq!(merged.conflicts[0].sides.len(), 2);
    assert_eq!(bench.county.record(household).unwrap().unwrap().conflicts, 1);
}

#[test]
fn a_push_under_an_old_epoch_learns_the_present_one() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let epoch = bench.county.begin_epoch().unwrap();
    phone.write(RecordKind::Household, bench.id(), bench.areas.grid, [(5, Value::Int(1))]);
    let body = messages::encode(&phone.push_message().0);
    let answer = phone.post(&bench, "/sync/v1/push", body);
    let refusal: Refusal = messages::decode(&answer.body).unwrap();
    assert_eq!((refusal.code.as_str(), refusal.epoch.unwrap().to_vec()), ("wrong_epoch", epoch.to_vec()));
}

#[test]
fn pushes_of_one_group_stand_or_fall_each_for_itself() {
    let bench = Bench::new();
    let commit = Arc::new(GroupCommit::new(bench.county.clone()));
    let (answers, received) = std::sync::mpsc::channel();
    for n in 0..10_u64 {
        let mut phone = bench.phone("某某", bench.areas.grid);
        phone.write(RecordKind::Household, bench.id(), bench.areas.grid, [(5, Value::Int(1))]);
        if n % 2 == 1 {
            phone.chain.counter = 7;
            phone.unsent[0].header.id.counter = 8;
        }
        let caller =
            bench.county.let_in(xunge_sync::auth::http_signature::Verified { device: phone.id, nonce: 900 });
        let prepared = bench.county.prepare_push(caller.unwrap(), phone.push_message().0).unwrap();
        let (county, answers) = (bench.county.clone(), answers.clone());
        commit.submit(
            move |tx| county.push(tx, prepared),
            move |answer| answers.send((n, answer.and_then(PushAnswer::receipt).is_ok())).unwrap(),
        );
    }
    assert_eq!(received.try_iter().count(), 0, "no answer before the commit");
    assert_eq!(commit.step(), 10);
    let answers: Vec<_> = received.try_iter().collect();
    assert_eq!(answers, (0..10).map(|n| (n, n % 2 == 0)).collect::<Vec<_>>());
    assert_eq!(bench.county.count_in(RecordKind::Household, bench.areas.grid).unwrap(), 5);
}
