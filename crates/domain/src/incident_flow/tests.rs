//! Lives of incidents: drawn ones as stories, random ones against the laws.

mod clock;
mod laws;
mod stories;

use super::*;
use crate::records::words::{StepVerb as V, WorkerRole as R};

/// Monday 2026-03-02 09:00 in China.
const MONDAY_NINE: i64 = 1_772_413_200_000;
const MINUTE: i64 = 60_000;

const WORKER: Actor = Actor { role: R::FullTime, reported_it: true, assigned: false };
const NEIGHBOUR: Actor = Actor { role: R::FullTime, reported_it: false, assigned: false };
const HELPER: Actor = Actor { role: R::Helper, reported_it: true, assigned: false };
const DESK: Actor = Actor { role: R::TownCentre, reported_it: false, assigned: false };
const LAMPS: Actor = Actor { role: R::Department, reported_it: false, assigned: true };
const DRAINS: Actor = Actor { role: R::Department, reported_it: false, assigned: false };

fn step(verb: V, actor: Actor, minute: i64) -> Step {
    Step::new(verb, actor, MONDAY_NINE + minute * MINUTE)
}

/// A case after these steps, none of which may be refused.
fn lived(steps: &[Step]) -> IncidentCase {
    let (case, refused) = IncidentCase::replay(steps);
    assert_eq!(refused, vec![]);
    case
}

/// Reported at nine, accepted ten minutes later, dispatched to the lamps.
fn dispatched() -> Vec<Step> {
    vec![step(V::Report, WORKER, 0), step(V::Accept, DESK, 10), step(V::Dispatch, DESK, 20).to("lamps")]
}
