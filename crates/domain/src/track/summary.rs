//! What a patrol amounts to, without saying where it was.
//!
//! Gaps are shown as they are: their time is not covered time, their metres are not walked metres, and no
//! inspection point counts as reached inside one. Seconds are counted from the start in whole seconds, so that
//! covered seconds and gap seconds add up to the duration exactly.

use serde::{Deserialize, Serialize};

use super::{
    Dropped, Filtered, InspectionSpot, Kept, PatrolSlot, Reached, Run, Span, check_in::reached_spots,
    standing::stands,
};
use crate::geometry::{Outline, cells_of, distance_m};

/// From how far a person walking by is taken to have seen a square of the grid, in metres.
const SIGHT_M: f64 = 40.0;

/// A receiver may take this long for its first fix, and the last one may be this old, before it is a gap.
const FIRST_FIX_S: u32 = 60;

/// A share with its numerator and denominator, as whoever reads an indicator may ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// How many.
    pub part: u32,
    /// Of how many; 0 means that there was nothing to count.
    pub of: u32,
}

impl Share {
    /// In thousandths, rounded down; nothing when there was nothing to count.
    pub fn per_mille(self) -> Option<u32> {
        (u64::from(self.part) * 1_000).checked_div(u64::from(self.of)).map(|share| share as u32)
    }
}

/// Why there is a gap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapKind {
    /// The recorder began a new segment: it was stopped or killed in between.
    #[default]
    Break,
    /// No fix for longer than the recorder usually takes.
    Silence,
    /// The points before and after cannot both belong to one walk.
    Jump,
    /// The worker had paused for at least half of it.
    Paused,
    /// Between pressing start and the first fix.
    BeforeFirstFix,
    /// Between the last fix and pressing stop.
    AfterLastFix,
}

/// A stretch about which the track says nothing. Without times, moments and seconds are absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Last moment known before, ms since 1970 UTC.
    pub from_ms: Option<i64>,
    /// First moment known after.
    pub to_ms: Option<i64>,
    /// Its length in whole seconds of the patrol.
    pub seconds: Option<u32>,
    /// Straight distance between the last place before and the first after; walked or not, nobody knows.
    pub metres: u32,
    /// Why.
    pub kind: GapKind,
}

/// How far the times of a track are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Times {
    /// Every point has one.
    Whole,
    /// Some have none: length counts all points, durations only the timed ones.
    Partly,
    /// None has one: there is a length and no duration.
    Missing,
}

/// What a track amounts to. No field holds a coordinate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackSummary {
    /// Which patrol of the day.
    pub slot: PatrolSlot,
    /// Start as pressed, otherwise the first fix; ms since 1970 UTC.
    pub started_ms: Option<i64>,
    /// Stop as pressed, otherwise the last fix.
    pub ended_ms: Option<i64>,
    /// Metres walked, gaps excluded.
    pub length_m: u32,
    /// From start to end in seconds.
    pub duration_s: Option<u32>,
    /// Seconds of it that are no gap: with the seconds of all gaps they add up to `duration_s`. Absent where
    /// points have no times at all.
    pub covered_s: Option<u32>,
    /// Seconds of the covered ones in which the worker moved.
    pub moving_s: Option<u32>,
    /// How far the times are known.
    pub times: Times,
    /// In order.
    pub gaps: Vec<Gap>,
    /// Points that passed the filter.
    pub points_kept: u32,
    /// Points that did not, by reason.
    pub points_dropped: Dropped,
    /// Points inside the grid's outline, of those kept. Of 0 without an outline.
    pub inside: Share,
    /// Inspection points reached, of those due.
    pub spots: Share,
    /// Squares of the outline seen, of all its squares. Of 0 without an outline.
    pub ground: Share,
    /// Which inspection points were reached and when first, in the order given.
    pub reached: Vec<Reached>,
}

/// What a summary is made from besides the track.
#[derive(Clone, Copy, Debug)]
pub struct SummaryInput<'a> {
    /// Which patrol of the day.
    pub slot: PatrolSlot,
    /// Start and stop as pressed.
    pub worked: Option<Span>,
    /// Pauses as pressed.
    pub pauses: &'a [Span],
    /// The grid.
    pub outline: Option<&'a Outline>,
    /// The inspection points due.
    pub spots: &'a [InspectionSpot],
}

/// Sums up a filtered track.
pub fn summarise(track: &Filtered, input: &SummaryInput<'_>) -> TrackSummary {
    let kept = || track.runs.iter().flat_map(|run| &run.points);
    let points_kept = kept().count() as u32;
    let timed = kept().filter(|point| point.at_ms.is_some()).count() as u32;
    let first = kept().find_map(|point| point.at_ms);
    let last = kept().filter_map(|point| point.at_ms).next_back();
    let span = input.worked.or_else(|| Some(Span { from_ms: first?, to_ms: last? }));
    // Points without any time say nothing about when: then no stretch is covered and none is a gap in time.
    let known_when = timed > 0 || points_kept == 0;
    let mut tally = Tally {
        span: span.filter(|_| known_when),
        pressed: input.worked.filter(|_| known_when),
        pauses: input.pauses,
        covered_s: 0,
        moving_s: 0,
        gaps: Vec::new(),
    };
    tally.walk(&track.runs);

    let lines: Vec<_> = track.runs.iter().map(Run::line).collect();
    let ground = input.outline.map_or(Share::default(), |outline| {
        let cells = cells_of(outline);
        Share { part: cells.seen_from(&lines, SIGHT_M) as u32, of: cells.count() as u32 }
    });
    let inside = input.outline.map_or(Share::default(), |outline| Share {
        part: kept().filter(|point| outline.contains(point.at)).count() as u32,
        of: points_kept,
    });
    let reached = reached_spots(input.spots, &track.runs);
    TrackSummary {
        slot: input.slot,
        started_ms: span.map(|span| span.from_ms),
        ended_ms: span.map(|span| span.to_ms),
        length_m: whole(track.runs.iter().map(walked_m).sum()),
        duration_s: span.map(|span| seconds_since(span.from_ms, span.to_ms)),
        covered_s: tally.span.map(|_| tally.covered_s),
        moving_s: (timed > 0).then_some(tally.moving_s),
        times: match timed {
            0 => Times::Missing,
            some if some < points_kept => Times::Partly,
            _ => Times::Whole,
        },
        gaps: tally.gaps,
        points_kept,
        points_dropped: track.dropped,
        inside,
        spots: Share { part: reached.len() as u32, of: input.spots.len() as u32 },
        ground,
        reached,
    }
}

/// Length of a run between its steps, in metres.
pub(super) fn walked_m(run: &Run) -> f64 {
    run.steps.windows(2).map(|pair| distance_m(run.points[pair[0]].at, run.points[pair[1]].at)).sum()
}

fn whole(metres: f64) -> u32 {
    metres.round() as u32
}

fn seconds_since(start_ms: i64, at_ms: i64) -> u32 {
    u32::try_from(at_ms.saturating_sub(start_ms).div_euclid(1_000)).unwrap_or(0)
}

/// Time as it is shared out between covered stretches and gaps.
struct Tally<'a> {
    span: Option<Span>,
    pressed: Option<Span>,
    pauses: &'a [Span],
    covered_s: u32,
    moving_s: u32,
    gaps: Vec<Gap>,
}

impl Tally<'_> {
    fn walk(&mut self, runs: &[Run]) {
        let mut known = self.pressed.map(|span| span.from_ms);
        let mut before: Option<&Kept> = None;
        // Metres of gaps around runs without times, kept until a moment says how long they took together.
        let mut metres = 0.0;
        let mut kind = GapKind::BeforeFirstFix;
        for run in runs {
            if let (Some(before), Some(first)) = (before, run.points.first()) {
                metres += distance_m(before.at, first.at);
                kind = run.begins_after;
            }
            before = run.points.last();
            let mut times = run.points.iter().filter_map(|point| point.at_ms);
            let Some(first) = times.next() else {
                if self.span.is_none() && kind != GapKind::BeforeFirstFix {
                    self.gap(None, None, std::mem::take(&mut metres), kind);
                }
                continue;
            };
            self.gap(known, Some(first), metres, kind);
            metres = 0.0;
            let last = times.next_back().unwrap_or(first);
            self.covered_s += self.seconds(first, last);
            self.moving_s += self.moving(run);
            known = Some(last);
        }
        let end = self.pressed.map(|span| span.to_ms);
        if metres > 0.0 || runs.is_empty() {
            self.gap(known, end, metres, kind);
        } else {
            self.gap(known, end, 0.0, GapKind::AfterLastFix);
        }
    }

    fn seconds(&self, from_ms: i64, to_ms: i64) -> u32 {
        self.span.map_or(0, |span| {
            seconds_since(span.from_ms, to_ms).saturating_sub(seconds_since(span.from_ms, from_ms))
        })
    }

    fn moving(&self, run: &Run) -> u32 {
        let steps = run.steps.windows(2).map(|pair| (&run.points[pair[0]], &run.points[pair[1]]));
        let moving = steps.filter(|(from, to)| !stands(from, to));
        moving.filter_map(|(from, to)| Some(self.seconds(from.at_ms?, to.at_ms?))).sum()
    }

    fn gap(&mut self, from_ms: Option<i64>, to_ms: Option<i64>, metres: f64, kind: GapKind) {
        let seconds = from_ms.zip(to_ms).map(|(from, to)| self.seconds(from, to));
        let at_an_end = matches!(kind, GapKind::BeforeFirstFix | GapKind::AfterLastFix);
        if at_an_end && seconds.unwrap_or(0) <= FIRST_FIX_S {
            self.covered_s += seconds.unwrap_or(0);
            return;
        }
        let paused = from_ms.zip(to_ms).is_some_and(|(from_ms, to_ms)| {
            let gap = Span { from_ms, to_ms };
            let paused_ms: i64 = self.pauses.iter().map(|pause| pause.shared_ms(&gap)).sum();
            paused_ms > 0 && paused_ms.saturating_mul(2) >= to_ms.saturating_sub(from_ms)
        });
        let kind = if paused { GapKind::Paused } else { kind };
        self.gaps.push(Gap { from_ms, to_ms, seconds, metres: whole(metres), kind });
    }
}
