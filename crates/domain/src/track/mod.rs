//! A patrol's track: from raw points on the phone to the summary that travels.
//!
//! Raw points say where a worker was, second by second; that is sensitive data about the worker (PIPL art. 28).
//! So they stay on the phone: [`RawPoint`] can be read from the recorder's file but has no `Serialize`, and
//! [`retention`] says when it dies. What leaves is a [`PatrolSummary`]: numbers without a single coordinate.
//!
//! The way of a track: [`gpx`] or the recorder → [`RawTrack`] → [`filter()`] → [`Filtered`] → [`summarise`] →
//! [`TrackSummary`]. Everything is pure: the same points give the same summary on every machine.
//!
//! Left to others: recording (the device), storing (`store`), drawing (`geometry::simplify_for_drawing`).

pub mod check_in;
mod filter;
mod gap_codec;
pub mod gpx;
pub mod patrol;
pub mod retention;
pub mod slot;
mod speed;
mod standing;
mod summary;
mod time_order;

pub use check_in::{CheckInRefusal, HowReached, InspectionSpot, Reached};
pub use filter::{Dropped, FilterRules, Filtered, Kept, Run, filter};
pub use gap_codec::{DamagedGaps, gaps_from_bytes, gaps_to_bytes};
pub use patrol::{IllegalMove, PatrolMove, PatrolPhase, PatrolState, PatrolSummary};
pub use slot::{PatrolDue, PatrolPlan, PatrolSlot, SlotWindow};
pub use summary::{Gap, GapKind, Share, SummaryInput, Times, TrackSummary, summarise};

use serde::{Deserialize, Serialize};

use crate::geometry::LatLon;

/// One position as the recorder wrote it. Read from the recorder, never written out again: no `Serialize`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct RawPoint {
    /// Where.
    pub at: LatLon,
    /// Radius of the 68 % circle in decimetres; absent where the source does not say (most GPX files).
    #[serde(default)]
    pub accuracy_dm: Option<u32>,
    /// Horizontal dilution of precision in tenths (GPX `hdop` 1.2 → 12).
    #[serde(default)]
    pub hdop_tenths: Option<u32>,
    /// Wall clock in milliseconds since 1970 UTC. May be wrong, may jump.
    #[serde(default)]
    pub wall_ms: Option<i64>,
    /// Monotonic clock in milliseconds since some start (Android `elapsedRealtime`). Preferred where present.
    #[serde(default)]
    pub mono_ms: Option<i64>,
    /// The platform says that a mock provider made it.
    #[serde(default)]
    pub mock: bool,
}

impl RawPoint {
    /// A bare position: nothing known but the place.
    pub const fn at(at: LatLon) -> Self {
        Self { at, accuracy_dm: None, hdop_tenths: None, wall_ms: None, mono_ms: None, mock: false }
    }
}

/// What a recorder wrote: segments in order. A new segment means that recording was interrupted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct RawTrack {
    /// Segments in the order they were recorded; empty ones are allowed and mean nothing.
    pub segments: Vec<Vec<RawPoint>>,
}

impl RawTrack {
    /// How many points there are.
    pub fn points(&self) -> usize {
        self.segments.iter().map(Vec::len).sum()
    }
}

/// A stretch of time in milliseconds since 1970 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// First moment.
    pub from_ms: i64,
    /// Last moment, not before the first.
    pub to_ms: i64,
}

impl Span {
    /// Milliseconds that both stretches share.
    pub fn shared_ms(&self, other: &Self) -> i64 {
        self.to_ms.min(other.to_ms).saturating_sub(self.from_ms.max(other.from_ms)).max(0)
    }

    /// Whether the moment lies in the stretch, both ends included.
    pub const fn contains(&self, at_ms: i64) -> bool {
        self.from_ms <= at_ms && at_ms <= self.to_ms
    }
}

#[cfg(test)]
mod tests;
