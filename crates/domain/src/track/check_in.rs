//! When a worker has been at an inspection point.
//!
//! Walking by is enough unless the point asks for a stay. A vague receiver gets the benefit of the doubt, but
//! only so much of it. Pressing the button works too, and without a fix: nobody is kept at a door by a receiver
//! that finds no satellite, but then a reason is asked for and it is shown as what it is.
//!
//! Left to others: what an inspection point is for and who sets it (`work`), photos.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use super::{Kept, Run};
use crate::geometry::{Fix, LatLon, Plane, distance_m, distance_to_piece_m};

/// The most metres that a vague fix may stretch the radius of a point.
const MOST_DOUBT_M: f64 = 30.0;
/// A fix vaguer than this says nothing about a point, in metres.
const TOO_VAGUE_M: f64 = 100.0;
/// Between two fixes at most this far apart, the straight way counts as walked, in seconds.
const ONE_STRIDE_MS: i64 = 60_000;

/// What the rule needs to know of an inspection point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InspectionSpot {
    /// Its id.
    pub id: Uuid,
    /// Where it is.
    pub at: LatLon,
    /// How near is near enough, in metres.
    pub radius_m: u32,
    /// How long one has to stay, in seconds; 0 for walking by.
    pub dwell_s: u32,
}

/// An inspection point that was reached. No coordinate: the place of the point is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// Which point.
    pub spot: Uuid,
    /// When first, ms since 1970 UTC; absent on a track without times.
    pub at_ms: Option<i64>,
    /// By what.
    pub how: HowReached,
}

/// What says that a point was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HowReached {
    /// The track passed or stayed there.
    Track,
    /// The worker pressed the button with a fix near enough.
    Button,
    /// The worker pressed the button without a usable fix and gave a reason.
    Reason,
}

/// Why pressing the button does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CheckInRefusal {
    /// The fix is clear and elsewhere.
    #[error("the inspection point is {metres} m away")]
    TooFar {
        /// Whole metres to the point.
        metres: u32,
    },
    /// There is no fix, or one too vague, and no reason was given.
    #[error("there is no usable position; give a reason instead")]
    ReasonNeeded,
    /// A mock provider made the fix.
    #[error("the position comes from a mock provider; give a reason instead")]
    Mock,
}

impl CheckInRefusal {
    /// The stable word a screen branches on.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooFar { .. } => "too_far",
            Self::ReasonNeeded => "note_needed",
            Self::Mock => "mock_location",
        }
    }
}

/// Judges a press of the button. A blank `reason` is none.
///
/// # Errors
/// See [`CheckInRefusal`]. A clear fix elsewhere is refused whatever the reason: the worker can come nearer.
pub fn press(spot: &InspectionSpot, fix: Option<&Fix>, reason: &str) -> Result<HowReached, CheckInRefusal> {
    let reasoned = !reason.trim().is_empty();
    let Some(fix) = fix.filter(|fix| f64::from(fix.accuracy_dm) / 10.0 <= TOO_VAGUE_M) else {
        return if reasoned { Ok(HowReached::Reason) } else { Err(CheckInRefusal::ReasonNeeded) };
    };
    if fix.mock {
        return if reasoned { Ok(HowReached::Reason) } else { Err(CheckInRefusal::Mock) };
    }
    let away_m = distance_m(fix.at, spot.at);
    if away_m - doubt_m(Some(fix.accuracy_dm)) > f64::from(spot.radius_m) {
        return Err(CheckInRefusal::TooFar { metres: away_m.round() as u32 });
    }
    Ok(HowReached::Button)
}

/// The points that the runs reached, in the order of `spots`. Nothing counts between two runs.
pub(super) fn reached_spots(spots: &[InspectionSpot], runs: &[Run]) -> Vec<Reached> {
    let reached = |spot: &InspectionSpot| {
        let first =
            runs.iter().find_map(|run| if spot.dwell_s == 0 { passed(spot, run) } else { stayed(spot, run) });
        first.map(|at_ms| Reached { spot: spot.id, at_ms, how: HowReached::Track })
    };
    spots.iter().filter_map(reached).collect()
}

fn doubt_m(accuracy_dm: Option<u32>) -> f64 {
    accuracy_dm.map_or(0.0, |dm| (f64::from(dm) / 10.0).min(MOST_DOUBT_M))
}

fn near(spot: &InspectionSpot, point: &Kept) -> bool {
    distance_m(spot.at, point.at) - doubt_m(point.accuracy_dm) <= f64::from(spot.radius_m)
}

/// The moment of the first point near, or of the end of the first stride that led past.
fn passed(spot: &InspectionSpot, run: &Run) -> Option<Option<i64>> {
    if run.points.first().is_some_and(|first| near(spot, first)) {
        return run.points.first().map(|first| first.at_ms);
    }
    let plane = Plane::around(spot.at);
    let by = run.points.windows(2).find(|pair| {
        let stride = pair[0].at_ms.zip(pair[1].at_ms).is_some_and(|(a, b)| b - a <= ONE_STRIDE_MS);
        let way = || distance_to_piece_m((0.0, 0.0), plane.metres(pair[0].at), plane.metres(pair[1].at));
        near(spot, &pair[1]) || stride && way() <= f64::from(spot.radius_m)
    })?;
    Some(by[1].at_ms)
}

/// The arrival of the first stay that was long enough. Without times no stay can be told.
fn stayed(spot: &InspectionSpot, run: &Run) -> Option<Option<i64>> {
    let mut arrived = None;
    for point in &run.points {
        let Some(at_ms) = point.at_ms else { continue };
        if !near(spot, point) {
            arrived = None;
            continue;
        }
        let since = *arrived.get_or_insert(at_ms);
        if at_ms - since >= i64::from(spot.dwell_s) * 1_000 {
            return Some(Some(since));
        }
    }
    None
}
