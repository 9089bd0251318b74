//! The two patrols of a day.

use super::{Place, Standing};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A slot of the day on Today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SlotView {
    /// `morning` or `afternoon`.
    pub slot: String,
    /// `HH:MM` local.
    pub from: String,
    /// `HH:MM` local.
    pub to: String,
    /// `later`, `due`, `walking`, `paused`, `done`, `missed`.
    pub state: String,
    /// Inspection points of the round.
    pub points: u32,
    /// Points reached.
    pub reached: u32,
    /// Incidents reported during it.
    pub incidents: u32,
    /// The patrol's id once started; of one that is over only where it was walked with this phone.
    pub patrol: Option<String>,
    /// Where it stands, once finished.
    pub standing: Option<Standing>,
    /// Rounds of this slot beside the one shown that are over and were walked with this phone, in order.
    pub further: Vec<FurtherRound>,
}

/// A round of a slot beside the one its card shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FurtherRound {
    /// The patrol, for `finished_patrol`.
    pub patrol: String,
    /// Start.
    pub started_ms: i64,
    /// End.
    pub ended_ms: i64,
    /// Where it stands.
    pub standing: Standing,
}

/// Arguments of `patrol_start`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PatrolStartArgs {
    /// `morning` or `afternoon`.
    pub slot: String,
}

/// Arguments of `finished_patrol`: what is known of a round of this phone that is over.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct FinishedPatrolArgs {
    /// From [`SlotView::patrol`].
    pub id: String,
}

/// Answer of `patrol` and of every patrol verb: the round as it is now. Absent (`null`) when none is under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PatrolView {
    /// Patrol id.
    pub id: String,
    /// Slot.
    pub slot: String,
    /// `walking`, `paused`, `done`.
    pub state: String,
    /// Start.
    pub started_ms: i64,
    /// End, when done.
    pub ended_ms: Option<i64>,
    /// Metres walked, gaps left out.
    pub length_m: u32,
    /// Seconds since start without pauses.
    pub seconds: u32,
    /// Inspection points with whether they were reached.
    pub points: Vec<PointView>,
    /// Own track, simplified for drawing; one list per unbroken piece: a gap is never bridged.
    pub track: Vec<Vec<Place>>,
    /// Interruptions, shown honestly.
    pub gaps: Vec<GapView>,
    /// Whether the track says when it was walked. Without, no interruption can be seen, which is not the same as none.
    pub timed: bool,
    /// Seconds without a position up to now, since the start or the last pause at most; absent unless it is being walked.
    pub silent_s: Option<u32>,
    /// Where the worker is now.
    pub here: Option<Place>,
    /// Outline of the grid.
    pub outline: Vec<Place>,
    /// Buildings, for orientation without a base map.
    pub buildings: Vec<BuildingSpot>,
    /// Incidents reported during the round.
    pub incidents: u32,
    /// Where it stands, when done.
    pub standing: Standing,
}

/// An inspection point of the round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PointView {
    /// Inspection point id.
    pub id: String,
    /// Number on the map.
    pub number: u32,
    /// Name, e.g. `东门消防通道`.
    pub name: String,
    /// What to look at there.
    pub purpose: String,
    /// Where.
    pub place: Place,
    /// When it was reached in this round.
    pub reached_ms: Option<i64>,
    /// Reached by `track` or by `hand` (with a note).
    pub by: Option<String>,
}

/// A gap in the track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct GapView {
    /// From.
    pub from_ms: i64,
    /// To.
    pub to_ms: i64,
}

/// A building on the map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BuildingSpot {
    /// Name.
    pub name: String,
    /// Where.
    pub place: Place,
}

/// Arguments of `patrol_check_in`: reached by hand, where the fix is poor.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct CheckInArgs {
    /// Inspection point id.
    pub point: String,
    /// What was seen; may be empty.
    #[serde(default)]
    pub note: String,
}
