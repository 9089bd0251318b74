//! Raw points in, believable points out, and a count of what was left away and why.
//!
//! The order of the steps is fixed, because each leans on the one before: outside the patrol → mock → delivered
//! twice → too vague → against the clock → impossible speed → gaps → standing. The limits adapt to the track
//! (a receiver among high houses is vaguer, a recorder that saves power is slower) inside bounds that are rules.
//!
//! Laws (tests hold them): deterministic; points delivered again later change nothing; what remains is, within
//! each raw segment, a subsequence, so its length never exceeds the raw one.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{GapKind, RawPoint, RawTrack, Span, speed, standing, time_order};
use crate::geometry::LatLon;

/// The bounds within which the filter adapts. Metres, seconds, metres per second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FilterRules {
    /// Whether points of a mock provider count. True for the simulated device only.
    pub accept_mock: bool,
    /// The accuracy gate never closes below this…
    pub accuracy_floor_m: f64,
    /// …nor opens above this; in between it is 2½ times the median accuracy of the track.
    pub accuracy_ceiling_m: f64,
    /// Points of a higher dilution are dropped ("poor" begins at 10 in the usual DOP tables).
    pub hdop_limit: f64,
    /// The speed gate is three times the speed that nine in ten steps stay below, never less than this
    /// (an e-bike by law does 25 km/h)…
    pub speed_floor_mps: f64,
    /// …and never more than this.
    pub speed_ceiling_mps: f64,
    /// A silence is a gap from five times the usual interval on, never below this…
    pub gap_floor_s: i64,
    /// …and at the latest from this on.
    pub gap_ceiling_s: i64,
}

impl Default for FilterRules {
    fn default() -> Self {
        Self {
            accept_mock: false,
            accuracy_floor_m: 30.0,
            accuracy_ceiling_m: 100.0,
            hdop_limit: 10.0,
            speed_floor_mps: 8.0,
            speed_ceiling_mps: 50.0,
            gap_floor_s: 60,
            gap_ceiling_s: 300,
        }
    }
}

/// How many points were left away, by reason. `standing` points still prove presence; they only add no length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    /// Recorded before the start or after the stop.
    pub outside_patrol: u32,
    /// Made by a mock provider.
    pub mock: u32,
    /// Delivered again, or a second point of the same instant.
    pub duplicate: u32,
    /// Accuracy or dilution beyond the gate.
    pub inaccurate: u32,
    /// Stamped earlier than points recorded before it.
    pub time_backwards: u32,
    /// Nobody moves that fast.
    pub impossible_speed: u32,
    /// The receiver's wander around a person who stands.
    pub standing: u32,
}

impl Dropped {
    /// All that count for nothing; `standing` ones still prove presence.
    pub fn thrown_away(&self) -> u32 {
        self.outside_patrol
            + self.mock
            + self.duplicate
            + self.inaccurate
            + self.time_backwards
            + self.impossible_speed
    }
}

/// A point that passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Where.
    pub at: LatLon,
    /// When, on the track's one clock, hung on wall time; absent where the source gave none.
    pub at_ms: Option<i64>,
    /// As in [`RawPoint`].
    pub accuracy_dm: Option<u32>,
    /// As in [`RawPoint`].
    pub hdop_tenths: Option<u32>,
    /// As in [`RawPoint`]; true only where the rules accept mock points.
    pub mock: bool,
}

/// A stretch of points without a gap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// The points, at least one.
    pub points: Vec<Kept>,
    /// Indices into `points` of those that measure length: the others are nearer to the last one than the
    /// receiver can tell apart.
    pub steps: Vec<usize>,
    /// Why the run before this one ended; [`GapKind::Break`] for the first.
    pub begins_after: GapKind,
}

impl Run {
    /// The line to draw.
    pub fn line(&self) -> Vec<LatLon> {
        self.points.iter().map(|kept| kept.at).collect()
    }
}

/// A filtered track.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filtered {
    /// Runs in order; between two of them is a gap.
    pub runs: Vec<Run>,
    /// What was left away.
    pub dropped: Dropped,
}

/// Filters a track. `worked` is the time between start and stop as pressed; points outside are dropped first,
/// because what a worker does before and after is nobody's business.
pub fn filter(track: &RawTrack, rules: &FilterRules, worked: Option<Span>) -> Filtered {
    let mut rest = Candidates::of(track);
    if let Some(worked) = worked {
        rest.retain(|d| &mut d.outside_patrol, |p| p.at_ms.is_none_or(|at| worked.contains(at)));
    }
    rest.retain(|d| &mut d.mock, |p| rules.accept_mock || !p.mock);
    rest.drop_duplicates();
    rest.drop_inaccurate(rules);
    rest.drop_backwards();

    let limits = speed::Limits::of(&rest.segments, rules);
    let mut runs = Vec::new();
    for segment in &rest.segments {
        rest.dropped.impossible_speed += speed::split(segment, &limits, &mut runs);
    }
    for run in &mut runs {
        rest.dropped.standing += standing::choose_steps(run);
    }
    Filtered { runs, dropped: rest.dropped }
}

struct Candidates {
    segments: Vec<Vec<Kept>>,
    dropped: Dropped,
}

impl Candidates {
    fn of(track: &RawTrack) -> Self {
        let moments = time_order::moments(track);
        let candidate = |(point, at_ms): (&RawPoint, Option<i64>)| Kept {
            at: point.at,
            at_ms,
            accuracy_dm: point.accuracy_dm,
            hdop_tenths: point.hdop_tenths,
            mock: point.mock,
        };
        let segments = track.segments.iter().zip(moments);
        let segments = segments.map(|(points, times)| points.iter().zip(times).map(candidate).collect());
        Self { segments: segments.collect(), dropped: Dropped::default() }
    }

    fn retain(&mut self, reason: fn(&mut Dropped) -> &mut u32, mut keep: impl FnMut(&Kept) -> bool) {
        for segment in &mut self.segments {
            let before = segment.len();
            segment.retain(&mut keep);
            *reason(&mut self.dropped) += (before - segment.len()) as u32;
        }
    }

    /// A recorder that was killed while writing delivers its last batch again. With a time, the same place at
    /// the same time is the same point wherever it comes; without one, only a repetition at once is, because
    /// coming back to a place is a fact.
    fn drop_duplicates(&mut self) {
        let mut seen = HashSet::new();
        let mut last = None;
        self.retain(
            |d| &mut d.duplicate,
            |p| match p.at_ms {
                Some(at_ms) => seen.insert((at_ms, p.at)),
                None => last.replace(p.at) != Some(p.at),
            },
        );
    }

    fn drop_inaccurate(&mut self, rules: &FilterRules) {
        let median_dm = median(self.segments.iter().flatten().filter_map(|p| p.accuracy_dm));
        let gate_m = median_dm.map_or(f64::INFINITY, |median| {
            (f64::from(median) / 10.0 * 2.5).clamp(rules.accuracy_floor_m, rules.accuracy_ceiling_m)
        });
        self.retain(
            |d| &mut d.inaccurate,
            |p| {
                p.accuracy_dm.is_none_or(|dm| f64::from(dm) / 10.0 <= gate_m)
                    && p.hdop_tenths.is_none_or(|tenths| f64::from(tenths) / 10.0 <= rules.hdop_limit)
            },
        );
    }

    fn drop_backwards(&mut self) {
        let timed: Vec<i64> = self.segments.iter().flatten().filter_map(|p| p.at_ms).collect();
        let rising = time_order::rising(&timed);
        let kept_instants: HashSet<i64> =
            timed.iter().zip(&rising).filter(|&(_, &keep)| keep).map(|(&at_ms, _)| at_ms).collect();
        let mut verdicts = rising.into_iter();
        let (mut backwards, mut same_instant) = (0, 0);
        for segment in &mut self.segments {
            segment.retain(|p| {
                let Some(at_ms) = p.at_ms else { return true };
                let keep = verdicts.next().unwrap_or(true);
                if !keep && kept_instants.contains(&at_ms) {
                    same_instant += 1;
                } else if !keep {
                    backwards += 1;
                }
                keep
            });
        }
        self.dropped.time_backwards += backwards;
        self.dropped.duplicate += same_instant;
    }
}

/// The middle value, the lower one of two; nothing of nothing.
pub(super) fn median<T: Ord + Copy>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    values.get(values.len().checked_sub(1)? / 2).copied()
}
