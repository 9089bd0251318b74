//! Outcomes on the wire: a push of two thousand operations that were all accepted has one outcome worth saying.

use super::Outcome;
use crate::batch::MAX_OPS;
use minicbor::decode::Error as Unread;
use minicbor::encode::{Error as Unwritten, Write};
use minicbor::{Decoder, Encoder};

/// How many outcomes from the first on differ in nothing but counter and place in the feed, both rising by one.
pub fn alike(outcomes: &[Outcome]) -> usize {
    let follows = |a: &Outcome, b: &Outcome| {
        let places = if a.seq == 0 { b.seq == 0 } else { b.seq == a.seq + 1 };
        places && b.counter == a.counter + 1 && (a.kind, &a.reason) == (b.kind, &b.reason)
    };
    let pairs = outcomes.iter().zip(outcomes.iter().skip(1));
    let more = pairs.take_while(|(a, b)| follows(a, b)).count();
    if outcomes.is_empty() { 0 } else { 1 + more }
}

pub(super) fn encode<C, W: Write>(
    outcomes: &[Outcome],
    out: &mut Encoder<W>,
    _: &mut C,
) -> Result<(), Unwritten<W::Error>> {
    let mut runs = Vec::new();
    let mut rest = outcomes;
    while let Some(first) = rest.first() {
        let (run, after) = rest.split_at(alike(rest));
        runs.push((first, run.len()));
        rest = after;
    }
    out.array(runs.len() as u64)?;
    for (first, count) in runs {
        out.array(5)?.u64(first.counter)?.u64(count as u64)?.u8(first.kind)?.u64(first.seq)?;
        match &first.reason {
            Some(reason) => out.str(reason)?,
            None => out.null()?,
        };
    }
    Ok(())
}

pub(super) fn decode<C>(input: &mut Decoder<'_>, _: &mut C) -> Result<Vec<Outcome>, Unread> {
    let mut outcomes = Vec::new();
    for _ in 0..input.array()?.ok_or_else(|| Unread::message("indefinite runs"))? {
        if input.array()? != Some(5) {
            return Err(Unread::message("a run has five entries"));
        }
        let (counter, count, kind, seq) = (input.u64()?, input.u64()?, input.u8()?, input.u64()?);
        let reason: Option<String> = input.decode()?;
        // No push has more operations than a batch: what says so is no receipt.
        if count > (MAX_OPS - outcomes.len()) as u64 {
            return Err(Unread::message("more outcomes than operations"));
        }
        for step in 0..count {
            outcomes.push(Outcome {
                counter: counter.saturating_add(step),
                kind,
                seq: if seq == 0 { 0 } else { seq.saturating_add(step) },
                reason: reason.clone(),
            });
        }
    }
    Ok(outcomes)
}

#[cfg(test)]
mod tests {
    use super::super::{Pushed, decode, encode};
    use super::*;
    use proptest::prelude::*;

    fn pushed(outcomes: Vec<Outcome>) -> Pushed {
        Pushed { epoch: vec![1; 16], server_ms: 2, highest: 3, chain: vec![4; 32], outcomes, mark: None }
    }

    fn outcome() -> impl Strategy<Value = Outcome> {
        let reason = proptest::option::weighted(0.2, "[a-z]{1,4}");
        (0..9_u64, 1..3_u8, 0..9_u64, reason).prop_map(|(counter, kind, seq, reason)| Outcome {
            counter,
            kind,
            seq,
            reason,
        })
    }

    proptest! {
        #[test]
        fn every_outcome_comes_back(outcomes in proptest::collection::vec(outcome(), 0..40)) {
            let sent = pushed(outcomes);
            prop_assert_eq!(decode::<Pushed>(&encode(&sent)).unwrap(), sent);
        }
    }

    #[test]
    fn a_push_that_was_taken_whole_has_one_entry() {
        let taken = |counter| Outcome { counter, kind: 1, seq: 500 + counter, reason: None };
        let sent = pushed((1..=2_000).map(taken).collect());
        assert!(encode(&sent).len() < 100);
        assert_eq!(decode::<Pushed>(&encode(&sent)).unwrap(), sent);
    }

    #[test]
    fn more_outcomes_than_a_push_can_have_are_no_receipt() {
        let mut bytes = Vec::new();
        let mut out = Encoder::new(&mut bytes);
        out.array(1).unwrap().array(5).unwrap().u64(1).unwrap().u64(u64::MAX).unwrap();
        out.u8(1).unwrap().u64(1).unwrap().null().unwrap();
        assert!(super::decode(&mut Decoder::new(&bytes), &mut ()).is_err());
    }
}
