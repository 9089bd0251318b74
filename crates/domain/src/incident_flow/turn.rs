//! In which order the steps of an incident count.
//!
//! Not by their times: a phone whose clock runs ahead reports in the future, and the desk's acceptance would stand before
//! the report it answers. The county is where an incident's steps come together, so the desk's own steps form one line,
//! and each of them names the steps of phones that had arrived when it was taken. A phone's step counts just before the
//! first step of the desk that names it, and after all of them when none does: what comes too late undoes nothing.
//! Phones and county come to the same order from the records alone.

use crate::ids::RecordId;
use crate::records::words::StepVerb;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What puts a step into order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The step.
    pub step: RecordId,
    /// Its verb, if it is known.
    pub verb: Option<StepVerb>,
    /// Whether it was taken on a phone; otherwise by the county.
    pub on_phone: bool,
    /// Its number: one above every number its writer saw.
    pub turn: Option<i64>,
    /// When, as it says.
    pub at_ms: Option<i64>,
    /// Steps of phones that a step of the desk names, as [`seen_to_bytes`] wrote them.
    pub seen: Vec<u8>,
}

/// Sorts steps into the order in which they count; `of` says what each is.
pub fn in_order<T>(steps: Vec<T>, of: impl Fn(&T) -> Taken) -> Vec<T> {
    let mut steps: Vec<(Taken, T)> = steps.into_iter().map(|step| (of(&step), step)).collect();
    // By number, then as they say and as they are called: also for what older versions wrote without numbers.
    steps.sort_by_key(|(taken, _)| (taken.turn.unwrap_or(0), taken.at_ms.unwrap_or(0), taken.step));
    let mut place_of: BTreeMap<RecordId, usize> = BTreeMap::new();
    let mut desk = 0;
    for (taken, _) in &steps {
        if !taken.on_phone {
            desk += 1;
            for named in seen_from_bytes(&taken.seen) {
                place_of.entry(named).or_insert(desk);
            }
        }
    }
    let mut at_desk = 0;
    let place = |taken: &Taken, at_desk: &mut usize| {
        if !taken.on_phone {
            *at_desk += 1;
            return (*at_desk, true, false);
        }
        // What begins an incident is the first of it, whoever names it.
        let begins = matches!(taken.verb, Some(StepVerb::Report | StepVerb::SelfResolve));
        let place = if begins { 0 } else { place_of.get(&taken.step).copied().unwrap_or(desk + 1) };
        (place, false, taken.verb != Some(StepVerb::Report))
    };
    let mut placed: Vec<_> =
        steps.into_iter().map(|(taken, step)| (place(&taken, &mut at_desk), step)).collect();
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, step)| step).collect()
}

/// The number of a step whose writer saw steps with these.
pub fn next_turn(seen: impl IntoIterator<Item = Option<i64>>) -> i64 {
    seen.into_iter().flatten().max().unwrap_or(0).saturating_add(1)
}

/// Steps as a field holds them: 16 bytes each.
pub fn seen_to_bytes(steps: impl IntoIterator<Item = RecordId>) -> Vec<u8> {
    steps.into_iter().flat_map(|step| *step.0.as_bytes()).collect()
}

fn seen_from_bytes(bytes: &[u8]) -> impl Iterator<Item = RecordId> {
    bytes.chunks_exact(16).filter_map(|id| Uuid::from_slice(id).ok()).map(RecordId)
}

#[cfg(test)]
mod tests {
    use super::{Taken, in_order, next_turn, seen_to_bytes};
    use crate::ids::RecordId;
    use crate::records::words::StepVerb as V;
    use uuid::Uuid;

    fn step(n: u128, verb: V, on_phone: bool, turn: i64, at_ms: i64, seen: &[u128]) -> Taken {
        let id = |n| RecordId(Uuid::from_u128(n));
        let seen = seen_to_bytes(seen.iter().map(|n| id(*n)));
        Taken { step: id(n), verb: Some(verb), on_phone, turn: Some(turn), at_ms: Some(at_ms), seen }
    }

    /// The order, from every order in which the steps can come.
    fn order(steps: &[Taken]) -> Vec<V> {
        let verbs = |steps: Vec<Taken>| -> Vec<V> {
            in_order(steps, Clone::clone).into_iter().filter_map(|taken| taken.verb).collect()
        };
        let straight = verbs(steps.to_vec());
        for first in 0..steps.len() {
            let mut turned = steps.to_vec();
            turned.rotate_left(first);
            assert_eq!(verbs(turned.clone()), straight);
            turned.reverse();
            assert_eq!(verbs(turned), straight);
        }
        straight
    }

    #[test]
    fn an_answer_comes_after_what_it_answers_and_no_clock_changes_that() {
        let report = step(1, V::Report, true, 1, 9_000_000, &[]);
        let accept = step(2, V::Accept, false, 2, 1_000, &[1]);
        assert_eq!(order(&[report, accept]), [V::Report, V::Accept]);
        assert_eq!(next_turn([Some(4), None]), 5);
    }

    #[test]
    fn what_arrives_after_an_answer_comes_after_it_however_many_steps_the_desk_had_taken() {
        let steps = [
            step(1, V::Report, true, 1, 100, &[]),
            step(2, V::Supplement, false, 2, 200, &[1]),
            step(3, V::Accept, false, 3, 300, &[]),
            step(4, V::Close, false, 4, 400, &[]),
            step(5, V::Withdraw, true, 2, 150, &[]),
        ];
        assert_eq!(order(&steps), [V::Report, V::Supplement, V::Accept, V::Close, V::Withdraw]);
    }

    #[test]
    fn what_the_desk_had_seen_comes_before_what_it_did_then() {
        let steps = [
            step(1, V::Report, true, 1, 100, &[]),
            step(2, V::Return, false, 2, 200, &[1]),
            step(3, V::Supplement, true, i64::MAX, -5, &[]),
            step(4, V::Accept, false, 3, 300, &[3]),
            step(5, V::Rate, true, 0, 0, &[]),
        ];
        assert_eq!(order(&steps), [V::Report, V::Return, V::Supplement, V::Accept, V::Rate]);
    }

    #[test]
    fn steps_without_numbers_are_still_told_from_the_report_on() {
        let old = |n, verb, on_phone, at_ms| Taken { turn: None, ..step(n, verb, on_phone, 0, at_ms, &[]) };
        let steps = [
            old(1, V::SelfResolve, true, 50),
            old(2, V::Report, true, 50),
            old(3, V::Accept, false, 20),
            old(4, V::Close, false, 30),
            old(5, V::Rate, true, 40),
        ];
        assert_eq!(order(&steps), [V::Report, V::SelfResolve, V::Accept, V::Close, V::Rate]);
    }
}
