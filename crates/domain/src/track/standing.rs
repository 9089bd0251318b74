//! The wander of a receiver around a person who stands.
//!
//! A phone lying still draws a star of some metres and would walk a kilometre in an hour. So length is measured
//! between *steps*: points further from the last step than the receiver can tell apart. The points between
//! steps stay in the run; they prove presence and carry time.

use super::{Kept, Run};
use crate::geometry::distance_m;

/// Slower than this between two steps is standing, in metres a second (a slow walk is 0.8).
pub(super) const STANDING_MPS: f64 = 0.3;
/// A step is at least this long where a point does not say how vague it is…
const USUAL_STEP_M: f64 = 5.0;
/// …and otherwise seven tenths of its accuracy within these bounds.
const STEP_BOUNDS_M: (f64, f64) = (4.0, 20.0);

/// Chooses the steps of a run and returns how many of its points merely stood.
pub(super) fn choose_steps(run: &mut Run) -> u32 {
    let points = &run.points;
    let mut steps = vec![0];
    let mut standing = 0;
    let mut last = 0;
    for index in 1..points.len() {
        if distance_m(points[last].at, points[index].at) >= step_m(&points[index]) {
            standing += stood_between(points, last, index);
            steps.push(index);
            last = index;
        }
    }
    // The tail: walked on a little, or stood until the end?
    let end = points.len() - 1;
    if end > last {
        if stands(&points[last], &points[end]) {
            standing += (end - last) as u32;
        } else {
            steps.push(end);
        }
    }
    run.steps = steps;
    standing
}

/// Whether the way from one point to the other was slower than a walk. Without times nobody can say: no.
pub(super) fn stands(from: &Kept, to: &Kept) -> bool {
    let (Some(a), Some(b)) = (from.at_ms, to.at_ms) else { return false };
    distance_m(from.at, to.at) < STANDING_MPS * (b - a) as f64 / 1e3
}

fn stood_between(points: &[Kept], from: usize, to: usize) -> u32 {
    if stands(&points[from], &points[to]) { (to - from - 1) as u32 } else { 0 }
}

fn step_m(point: &Kept) -> f64 {
    point
        .accuracy_dm
        .map_or(USUAL_STEP_M, |dm| (f64::from(dm) / 10.0 * 0.7).clamp(STEP_BOUNDS_M.0, STEP_BOUNDS_M.1))
}
