//! Laws of the table and of every life that can be lived by it.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::incident_flow::table::{Leads, TABLE, rule_for};

/// States that a rule can lead to from a state.
fn next_states(rule: &table::Rule, from: IncidentState) -> Vec<IncidentState> {
    match rule.leads {
        Leads::To(state) => vec![state],
        Leads::Stays => vec![from],
        // Whatever can be suspended can be come back to.
        Leads::Back => TABLE.iter().filter(|r| r.verb == V::Suspend).flat_map(|r| r.from).copied().collect(),
    }
}

fn reachable(from: IncidentState) -> BTreeSet<IncidentState> {
    let mut seen = BTreeSet::from([from]);
    let mut fresh = vec![from];
    while let Some(state) = fresh.pop() {
        for rule in TABLE.iter().filter(|rule| rule.from.contains(&state)) {
            fresh.extend(next_states(rule, state).into_iter().filter(|&next| seen.insert(next)));
        }
    }
    seen
}

#[test]
fn every_state_is_reached_and_reaches_an_end() {
    let from_new = reachable(IncidentState::New);
    for state in IncidentState::ALL {
        assert!(from_new.contains(&state), "{state:?} is never reached");
        assert!(reachable(state).iter().any(|end| end.is_end()), "{state:?} never ends");
    }
}

#[test]
fn only_a_rating_and_a_request_touch_a_closed_case_and_nothing_the_other_ends() {
    for rule in TABLE {
        if rule.from.contains(&IncidentState::Closed) {
            assert!(matches!(rule.verb, V::Rate | V::Reopen), "{:?}", rule.verb);
        }
        let other_end = |state: &IncidentState| state.is_end() && *state != IncidentState::Closed;
        assert!(!rule.from.iter().any(other_end), "{:?}", rule.verb);
    }
}

#[test]
fn every_verb_has_its_rule_and_no_state_two_for_one_verb() {
    for &verb in V::ALL {
        assert!(TABLE.iter().any(|rule| rule.verb == verb), "{verb:?}");
        for state in IncidentState::ALL {
            assert!(TABLE.iter().filter(|rule| rule.verb == verb && rule.from.contains(&state)).count() <= 1);
        }
    }
}

#[test]
fn whatever_closes_or_throws_out_carries_an_answer() {
    for rule in TABLE {
        if matches!(rule.leads, Leads::To(IncidentState::Closed | IncidentState::Voided)) {
            assert!(rule.needs.contains(&table::Need::Answer), "{:?}", rule.verb);
        }
    }
}

/// A step that may be anything, by anyone.
fn any_step() -> impl Strategy<Value = Step> {
    let actors = [WORKER, NEIGHBOUR, HELPER, DESK, LAMPS, DRAINS, Actor { role: R::GridHead, ..NEIGHBOUR }];
    (
        prop::sample::select(V::ALL),
        prop::sample::select(actors.to_vec()),
        -30i64..600,
        prop::sample::select(vec!["", " ", "words"]),
        prop::option::of(0u8..7),
        prop::option::of(0u32..2_000),
    )
        .prop_map(|(verb, actor, minute, text, rating, minutes)| Step {
            rating,
            minutes,
            ..step(verb, actor, minute).saying(text).to("lamps")
        })
}

/// A life: mostly steps that the state offers to somebody, so that it comes far, and some that are refused.
/// Each step comes so many minutes after the one before.
pub(super) fn any_life() -> impl Strategy<Value = Vec<Step>> {
    let seed = (any_step(), any::<prop::sample::Index>(), prop::bool::weighted(0.85));
    prop::collection::vec(seed, 0..60).prop_map(|seeds| {
        let (mut case, mut now, mut life) = (IncidentCase::default(), 0, Vec::new());
        for (mut step, pick, sensible) in seeds {
            now += step.at_ms - MONDAY_NINE;
            step.at_ms = MONDAY_NINE + now;
            let offers: Vec<(V, Actor)> = [WORKER, DESK, LAMPS]
                .into_iter()
                .flat_map(|actor| case.open_to(&actor).into_iter().map(move |verb| (verb, actor)))
                .collect();
            if sensible && !offers.is_empty() {
                let (verb, actor) = offers[pick.index(offers.len())];
                let carrying =
                    Step { rating: Some(3), minutes: Some(60), ..Step::new(verb, actor, step.at_ms) };
                step = carrying.saying("words").to("lamps");
            }
            case = case.after(&step).unwrap_or(case);
            life.push(step);
        }
        life
    })
}

proptest! {
    #[test]
    fn a_step_follows_the_table_or_changes_nothing(steps in any_life()) {
        let mut case = IncidentCase::default();
        for step in steps {
            let rule = rule_for(step.verb, case.state);
            let offered = case.open_to(&step.actor).contains(&step.verb);
            match case.after(&step) {
                Ok(next) => {
                    prop_assert!(offered, "a button that was not shown worked");
                    prop_assert!(next_states(rule.unwrap(), case.state).contains(&next.state));
                    if next.state == IncidentState::Closed || next.state == IncidentState::Voided {
                        prop_assert!(next.answer.is_some());
                    }
                    prop_assert_eq!(next.state.is_end(), next.ended_ms.is_some());
                    prop_assert_eq!(next.state.clock_stands(), next.stands_since_ms.is_some());
                    prop_assert!(next.latest_ms >= case.latest_ms);
                    case = next;
                }
                Err(Refusal::NotNow { .. }) => prop_assert!(rule.is_none()),
                Err(Refusal::NotYours { .. } | Refusal::NoLevelAbove) => prop_assert!(!offered),
                Err(_) => prop_assert!(offered, "only something missing keeps a shown button from working"),
            }
        }
        let wire = serde_json::to_string(&case).unwrap();
        prop_assert_eq!(serde_json::from_str::<IncidentCase>(&wire).unwrap(), case);
    }

    #[test]
    fn replay_is_the_steps_one_by_one(steps in any_life()) {
        let (whole, refused) = IncidentCase::replay(&steps);
        let taken = steps.iter().enumerate().filter(|(index, _)| !refused.iter().any(|(no, _)| no == index));
        let (again, none) = IncidentCase::replay(taken.map(|(_, step)| step));
        prop_assert_eq!((whole, vec![]), (again, none));
    }
}
