//! The plan of a session as a table of cases.

use std::time::Duration;
use xunge_sync::plan::{Facts, Failure, LONGEST_WAIT_MS, Lane, MOST_PUSH_OPS, PUSH_OPS, Plan, Step};

const NOW: u64 = 1_000_000;

fn greeted() -> Plan {
    let mut plan = Plan::default();
    plan.greeted(0, NOW);
    plan
}

#[test]
fn a_round_goes_from_small_to_large() {
    let mut facts = Facts {
        cursor: 0,
        snapshot: Some((None, 0)),
        unsent: 3,
        unsettled: 0,
        pictures: 2,
        receipts: 0,
        purge: false,
    };
    let mut plan = Plan::default();
    assert_eq!(plan.next(&facts, NOW), Step::Hello);
    plan.greeted(10, NOW);
    assert!(matches!(plan.next(&facts, NOW), Step::Push { .. }));
    facts.unsent = 0;
    assert_eq!(plan.next(&facts, NOW), Step::Snapshot { at: None, page: 0 });
    facts.snapshot = None;
    assert_eq!(plan.next(&facts, NOW), Step::Pull);
    facts.cursor = 10;
    plan.pulled(false, NOW);
    assert_eq!(plan.next(&facts, NOW), Step::Picture);
    facts.pictures = 0;
    facts.receipts = 2;
    assert_eq!(plan.next(&facts, NOW), Step::Receipts);
    facts.receipts = 0;
    assert!(matches!(plan.next(&facts, NOW), Step::Wait { retry: false, .. }));
}

#[test]
fn a_failing_push_does_not_stop_the_feed_or_the_photos() {
    let mut plan = greeted();
    let facts = Facts { unsent: 1, pictures: 1, ..Facts::default() };
    plan.failed(Lane::Push, Failure::Busy(None), NOW, 7);
    assert_eq!(plan.next(&facts, NOW), Step::Pull);
    plan.pulled(false, NOW);
    assert_eq!(plan.next(&facts, NOW), Step::Picture);
}

#[test]
fn a_retry_is_always_armed() {
    let facts = Facts { unsent: 1, ..Facts::default() };
    for failure in [
        Failure::Unreachable,
        Failure::NotTheCounty,
        Failure::Busy(None),
        Failure::Refused,
        Failure::TooLarge,
    ] {
        for lane in [Lane::Hello, Lane::Push, Lane::Feed, Lane::Photos] {
            let mut plan = greeted();
            let mut now = NOW;
            for round in 0..50_u64 {
                plan.failed(lane, failure, now, round * 7919);
                match plan.next(&facts, now) {
                    Step::Wait { ms, .. } => {
                        assert!((1..=LONGEST_WAIT_MS).contains(&ms), "{failure:?} {lane:?} {ms}");
                        now += ms;
                    }
                    Step::Stopped => panic!("{failure:?} stopped the phone"),
                    _ => {}
                }
            }
            assert!(!matches!(plan.next(&facts, now + LONGEST_WAIT_MS), Step::Wait { .. } | Step::Stopped));
        }
    }
}

#[test]
fn too_large_is_halved_at_once() {
    let mut plan = greeted();
    let facts = Facts { unsent: 1, ..Facts::default() };
    let Step::Push { max_ops: first } = plan.next(&facts, NOW) else { panic!() };
    plan.failed(Lane::Push, Failure::TooLarge, NOW, 0);
    assert_eq!(plan.next(&facts, NOW), Step::Push { max_ops: first / 2 });
}

#[test]
fn a_push_grows_on_a_good_link_and_begins_small_again_after_a_cut() {
    let mut plan = greeted();
    let facts = Facts { unsent: 1, ..Facts::default() };
    let mut sizes = Vec::new();
    for _ in 0..4 {
        let Step::Push { max_ops } = plan.next(&facts, NOW) else { panic!() };
        sizes.push(max_ops);
        plan.succeeded(Lane::Push);
    }
    assert_eq!(sizes, [PUSH_OPS, 2 * PUSH_OPS, MOST_PUSH_OPS, MOST_PUSH_OPS]);
    plan.failed(Lane::Push, Failure::Unreachable, NOW, 0);
    plan.hurry();
    plan.greeted(0, NOW);
    assert_eq!(plan.next(&facts, NOW), Step::Push { max_ops: PUSH_OPS });
}

#[test]
fn retry_after_is_kept() {
    let mut plan = greeted();
    let facts = Facts { unsent: 1, ..Facts::default() };
    plan.pulled(false, NOW);
    plan.failed(Lane::Push, Failure::Busy(Some(Duration::from_secs(20))), NOW, 3);
    let Step::Wait { ms, retry: true } = plan.next(&facts, NOW) else { panic!() };
    assert!(ms >= 20_000, "{ms}");
}

#[test]
fn a_revoked_phone_stops_and_keeps_everything() {
    let mut plan = greeted();
    plan.failed(Lane::Push, Failure::Revoked, NOW, 0);
    assert_eq!(plan.next(&Facts { unsent: 9, ..Facts::default() }, NOW + LONGEST_WAIT_MS), Step::Stopped);
}

#[test]
fn no_failure_happens_without_asking_the_county_again_first() {
    let mut plan = greeted();
    plan.failed(Lane::Push, Failure::Unreachable, NOW, 0);
    let facts = Facts { unsent: 1, pictures: 1, ..Facts::default() };
    assert!(matches!(plan.next(&facts, NOW), Step::Wait { retry: true, .. }));
    assert_eq!(plan.next(&facts, NOW + LONGEST_WAIT_MS), Step::Hello);
}
