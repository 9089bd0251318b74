//! In which order the steps of an incident count.
//!
//! Not by their times: a phone whose clock runs ahead reports in the future, and the desk's acceptance would stand before
//! the report it answers. Each step carries a turn, one above every turn its writer saw (a Lamport clock), so a step
//! comes after all that it answers, on every phone and at the county alike. Two that did not know of each other have the
//! same turn; then the desk's comes first, because the county has told it to people already.

use crate::ids::RecordId;

/// Where a step stands among those of its incident. Ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn {
    number: i64,
    from_phone: bool,
    at_ms: i64,
    step: RecordId,
}

impl Turn {
    /// Of a step as its record has it. One without a turn comes first.
    pub fn new(number: Option<i64>, from_phone: bool, at_ms: Option<i64>, step: RecordId) -> Self {
        Self { number: number.unwrap_or(0), from_phone, at_ms: at_ms.unwrap_or(0), step }
    }

    /// The turn of a step whose writer saw steps with these.
    pub fn next(seen: impl IntoIterator<Item = Option<i64>>) -> i64 {
        seen.into_iter().flatten().max().unwrap_or(0).saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::Turn;
    use crate::ids::RecordId;
    use uuid::Uuid;

    fn turn(number: i64, from_phone: bool, at_ms: i64) -> Turn {
        Turn::new(
            Some(number),
            from_phone,
            Some(at_ms),
            RecordId(Uuid::from_u128(at_ms.unsigned_abs().into())),
        )
    }

    #[test]
    fn an_answer_comes_after_what_it_answers_and_no_clock_changes_that() {
        let report = turn(Turn::next([]), true, 9_000_000);
        let accept = turn(Turn::next([Some(1)]), false, 1_000);
        assert!(report < accept);
    }

    #[test]
    fn of_two_that_did_not_know_of_each_other_the_desks_comes_first() {
        let (withdrawn, accepted) = (turn(2, true, 1_000), turn(2, false, 2_000));
        assert!(accepted < withdrawn);
        assert!(withdrawn < turn(3, false, 500));
    }
}
