//! A lamp is out: what happens to it.

use super::*;

#[test]
fn the_lamp_was_mended_on_tuesday() {
    let mut steps = dispatched();
    steps.extend([
        step(V::Handle, LAMPS, 60),
        step(V::Handle, LAMPS, 1_500).saying("new bulb"),
        step(V::Verify, WORKER, 1_600),
        step(V::Close, DESK, 1_700).saying("  The lamp was mended on Tuesday. "),
        Step { rating: Some(5), ..step(V::Rate, WORKER, 1_800) },
    ]);
    let case = lived(&steps);
    assert_eq!((case.state, case.rating), (IncidentState::Closed, Some(5)));
    assert_eq!(case.answer.as_deref(), Some("The lamp was mended on Tuesday."));
    assert_eq!(case.ended_ms, Some(MONDAY_NINE + 1_700 * MINUTE));
}

#[test]
fn nothing_is_closed_or_thrown_out_without_an_answer() {
    let mut steps = dispatched();
    let void = step(V::Void, DESK, 30);
    assert_eq!(lived(&steps).after(&void).unwrap_err().code(), "answer_needed");
    steps.extend([step(V::Handle, LAMPS, 60), step(V::Verify, DESK, 70)]);
    let case = lived(&steps);
    assert_eq!(case.after(&step(V::Close, DESK, 80)).unwrap_err(), Refusal::AnswerNeeded);
    assert_eq!(
        case.after(&step(V::Close, DESK, 80).saying(" \u{3000}\n")).unwrap_err(),
        Refusal::AnswerNeeded
    );
    let solved = step(V::SelfResolve, WORKER, 1);
    assert_eq!(IncidentCase::default().after(&solved).unwrap_err(), Refusal::AnswerNeeded);
    assert_eq!(lived(&[solved.saying("swept it")]).state, IncidentState::Closed);
}

#[test]
fn everyone_keeps_to_their_own_steps() {
    let case = lived(&dispatched());
    let refused = |actor, verb| case.after(&step(verb, actor, 30).saying("x").to("y")).unwrap_err().code();
    assert_eq!(refused(DRAINS, V::Handle), "not_yours", "another department");
    assert_eq!(refused(WORKER, V::Handle), "not_yours");
    assert_eq!(refused(WORKER, V::Withdraw), "not_now", "too late to withdraw");
    assert_eq!(refused(NEIGHBOUR, V::Supplement), "not_yours");
    assert_eq!(refused(DESK, V::Accept), "not_now", "somebody was faster");
    let reported = lived(&[step(V::Report, HELPER, 0)]);
    let solved = step(V::SelfResolve, HELPER, 1).saying("done");
    assert_eq!(
        reported.after(&solved).unwrap_err().code(),
        "not_yours",
        "a helper reports and does not settle"
    );
    assert_eq!(reported.open_to(&HELPER), vec![V::Withdraw, V::Supplement]);
    assert_eq!(case.open_to(&LAMPS), vec![V::Handle, V::Return, V::Transfer, V::Supplement]);
}

#[test]
fn not_mine_goes_back_up_and_on_to_the_right_department() {
    let mut steps = dispatched();
    steps.push(step(V::Return, LAMPS, 30).saying("a drain, not a lamp"));
    assert_eq!(lived(&steps).state, IncidentState::Accepted);
    steps.push(step(V::Dispatch, DESK, 40).to("drains"));
    let case = lived(&steps);
    assert_eq!((case.state, case.department.as_deref()), (IncidentState::Dispatched, Some("drains")));
    let elsewhere = step(V::Transfer, DESK, 50).saying("belongs to roads");
    assert_eq!(case.after(&elsewhere).unwrap_err(), Refusal::DepartmentNeeded);
    assert_eq!(case.after(&elsewhere.to("roads")).unwrap().department.as_deref(), Some("roads"));
}

#[test]
fn passing_up_ends_at_the_county() {
    let up = |minute| step(V::Escalate, DESK, minute).saying("beyond the town");
    let mut steps = vec![step(V::Report, WORKER, 0), up(1), step(V::Accept, DESK, 2), up(3)];
    let case = lived(&steps);
    assert_eq!((case.state, case.level, case.accepted_ms), (IncidentState::Reported, 2, None));
    assert!(!case.open_to(&DESK).contains(&V::Escalate));
    steps.push(up(4));
    assert_eq!(IncidentCase::replay(&steps).1, vec![(4, Refusal::NoLevelAbove)]);
}

#[test]
fn a_suspended_case_goes_on_where_it_stood() {
    let mut steps = dispatched();
    steps.extend([step(V::Handle, LAMPS, 30), step(V::Suspend, DESK, 40).saying("waits for the pole")]);
    assert_eq!(lived(&steps).state, IncidentState::Suspended);
    steps.push(step(V::Supplement, WORKER, 300).saying("it rains into the box"));
    steps.push(step(V::Resume, DESK, 400));
    let case = lived(&steps);
    assert_eq!((case.state, case.before_suspension, case.stood.len()), (IncidentState::Handling, None, 1));
}

#[test]
fn opened_again_on_request_it_starts_a_new_round_and_keeps_what_was_answered() {
    let mut steps = vec![step(V::SelfResolve, WORKER, 0).saying("swept")];
    steps.push(step(V::Reopen, WORKER, 500).saying("it is back"));
    let case = lived(&steps);
    assert_eq!((case.state, case.reopened, case.ended_ms), (IncidentState::Reported, 1, None));
    assert_eq!(case.answer.as_deref(), Some("swept"));
    assert_eq!(case.reported_ms, Some(MONDAY_NINE + 500 * MINUTE));
}

#[test]
fn two_desks_accept_at_once_and_the_second_is_told() {
    let steps = [step(V::Report, WORKER, 0), step(V::Accept, DESK, 10), step(V::Accept, DESK, 11)];
    let (case, refused) = IncidentCase::replay(&steps);
    assert_eq!(case.state, IncidentState::Accepted);
    assert_eq!(refused, vec![(2, Refusal::NotNow { state: IncidentState::Accepted, verb: V::Accept })]);
}

#[test]
fn ratings_and_extensions_must_be_numbers_that_make_sense() {
    let closed = lived(&[step(V::SelfResolve, WORKER, 0).saying("swept")]);
    for rating in [None, Some(0), Some(6)] {
        assert_eq!(closed.after(&Step { rating, ..step(V::Rate, WORKER, 1) }), Err(Refusal::RatingNeeded));
    }
    let case = lived(&dispatched());
    for minutes in [None, Some(0), Some(u32::MAX)] {
        let extend = Step { minutes, ..step(V::Extend, DESK, 30).saying("rain") };
        assert_eq!(case.after(&extend), Err(Refusal::MinutesNeeded));
    }
}
