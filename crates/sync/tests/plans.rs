//! The plan of a session as a table of cases.

use std::time::Duration;
use xunge_sync::plan::{Facts, Failure, IDLE_MS, LONGEST_WAIT_MS, Lane, MOST_PUSH_OPS, PUSH_OPS, Plan, Step};

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

#[test]
fn a_greeting_holds_for_ten_minutes_and_not_longer() {
    const TEN_MINUTES: u64 = 600_000;
    let facts = Facts { unsent: 1, ..Facts::default() };
    let plan = greeted();
    assert!(matches!(plan.next(&facts, NOW + TEN_MINUTES), Step::Push { .. }));
    assert_eq!(plan.next(&facts, NOW + TEN_MINUTES + 1), Step::Hello);
    assert_eq!(plan.next(&facts, NOW + 2 * TEN_MINUTES), Step::Hello);
}

#[test]
fn the_longest_wait_is_five_minutes() {
    let mut plan = greeted();
    for _ in 0..40 {
        plan.failed(Lane::Push, Failure::Refused, NOW, u64::MAX / 2);
    }
    assert_eq!(LONGEST_WAIT_MS, 300_000);
    let due = plan.retry_at().unwrap_or_default();
    assert!((NOW + LONGEST_WAIT_MS / 2..=NOW + LONGEST_WAIT_MS).contains(&due), "{due}");
}

#[test]
fn a_purge_waits_for_everything_that_is_not_at_the_county_and_for_nothing_else() {
    let purge = Facts { purge: true, ..Facts::default() };
    assert_eq!(greeted().next(&purge, NOW), Step::Purge);
    for facts in [
        Facts { unsent: 1, ..purge },
        Facts { pictures: 1, ..purge },
        Facts { receipts: 1, ..purge },
        Facts { unsent: 1, pictures: 1, receipts: 1, ..purge },
    ] {
        let mut plan = greeted();
        assert_ne!(plan.next(&facts, NOW), Step::Purge, "{facts:?}");
        // Whatever lane it waits in.
        plan.failed(Lane::Push, Failure::Refused, NOW, 0);
        plan.failed(Lane::Photos, Failure::Refused, NOW, 0);
        assert_ne!(plan.next(&facts, NOW), Step::Purge, "{facts:?}");
    }
}

#[test]
fn the_feed_is_read_for_each_reason_by_itself() {
    let end = Facts { cursor: 10, ..Facts::default() };
    let mut plan = greeted();
    plan.pulled(false, NOW);
    assert!(matches!(plan.next(&end, NOW), Step::Wait { .. }), "there is none");
    plan.pulled(true, NOW);
    assert_eq!(plan.next(&end, NOW), Step::Pull, "it said that there is more");
    plan.pulled(false, NOW);
    plan.greeted(11, NOW);
    assert_eq!(plan.next(&end, NOW), Step::Pull, "its end lies further on");
    plan.greeted(10, NOW);
    assert_eq!(plan.next(&end, NOW + IDLE_MS), Step::Pull, "it was not looked at for a while");
}

#[test]
fn what_the_county_kept_is_asked_about_once_a_greeting() {
    let facts = Facts { unsettled: 1, ..Facts::default() };
    let mut plan = greeted();
    assert_eq!(plan.next(&facts, NOW), Step::Outcomes);
    plan.asked_outcomes();
    assert_eq!(plan.next(&facts, NOW), Step::Pull);
    plan.greeted(0, NOW);
    assert_eq!(plan.next(&facts, NOW), Step::Outcomes);
    assert_eq!(plan.next(&Facts::default(), NOW), Step::Pull, "where nothing was kept nothing is asked");
}

#[test]
fn a_wait_ends_when_the_first_lane_is_due_or_the_feed_is_to_be_looked_at() {
    let mut plan = greeted();
    plan.pulled(false, NOW);
    let idle = |ms| Step::Wait { ms, retry: false };
    assert_eq!(plan.next(&Facts::default(), NOW), idle(IDLE_MS));
    assert_eq!(plan.next(&Facts::default(), NOW + 10_000), idle(IDLE_MS - 10_000));

    let facts = Facts { unsent: 1, ..Facts::default() };
    plan.failed(Lane::Push, Failure::Refused, NOW, 0);
    let due = plan.retry_at().unwrap_or_default();
    assert!(due > NOW + 500);
    assert_eq!(plan.next(&facts, NOW + 500), Step::Wait { ms: due - NOW - 500, retry: true });
    // A lane that is due by now is no reason to wait for it.
    plan.pulled(false, due);
    assert_eq!(plan.next(&Facts::default(), due), idle(IDLE_MS));
}

#[test]
fn a_wait_says_whether_anything_is_left_to_send() {
    for n in 0..8_u64 {
        let facts =
            Facts { unsent: n & 1, pictures: (n >> 1) & 1, receipts: (n >> 2) & 1, ..Facts::default() };
        let mut plan = greeted();
        plan.pulled(false, NOW);
        plan.failed(Lane::Push, Failure::Refused, NOW, 0);
        plan.failed(Lane::Photos, Failure::Refused, NOW, 0);
        match plan.next(&facts, NOW) {
            Step::Wait { retry, .. } => assert_eq!(retry, n > 0, "{facts:?}"),
            step => panic!("{facts:?}: {step:?}"),
        }
    }
}

#[test]
fn what_cannot_be_halved_waits() {
    let mut plan = greeted();
    plan.failed(Lane::Photos, Failure::TooLarge, NOW, 0);
    assert!(plan.retry_at().is_some(), "a picture is one");

    let (mut plan, facts) = (greeted(), Facts { unsent: 1, ..Facts::default() });
    while plan.next(&facts, NOW) != (Step::Push { max_ops: 1 }) {
        plan.failed(Lane::Push, Failure::TooLarge, NOW, 0);
        assert_eq!(plan.retry_at(), None, "at once, with half");
    }
    plan.failed(Lane::Push, Failure::TooLarge, NOW, 0);
    assert!(plan.retry_at().is_some(), "one operation is not halved");
}

#[test]
fn a_wait_doubles_and_is_spread_over_its_second_half() {
    for failures in 1..=12_u32 {
        let whole = (2_000 << (failures - 1)).min(LONGEST_WAIT_MS);
        let due = |random| {
            let mut plan = greeted();
            for _ in 1..failures {
                plan.failed(Lane::Push, Failure::Refused, NOW, 0);
            }
            plan.failed(Lane::Push, Failure::Refused, NOW, random);
            plan.retry_at().map(|at| at - NOW)
        };
        assert_eq!(due(0), Some(whole / 2), "after {failures}");
        assert_eq!(due(whole / 2), Some(whole), "after {failures}");
        assert_eq!(due(whole / 2 + 1), Some(whole / 2), "after {failures}");
    }
}

#[test]
fn a_stated_moment_is_kept_within_a_second() {
    let mut plan = greeted();
    plan.failed(Lane::Push, Failure::Busy(Some(Duration::from_secs(60))), NOW, 3_007);
    assert_eq!(plan.retry_at(), Some(NOW + 60_007));
}

#[test]
fn a_phone_that_was_refused_begins_anew_when_the_desk_has_decided() {
    let mut plan = greeted();
    assert!(!plan.is_stopped());
    plan.failed(Lane::Hello, Failure::Revoked, NOW, 0);
    assert!(plan.is_stopped());
    plan.restart();
    assert!(!plan.is_stopped());
    assert_eq!(plan.next(&Facts::default(), NOW), Step::Hello);
}
