//! Impossible speeds and gaps: where a line of believable points breaks.
//!
//! A single wild point is dropped. When several in a row agree with each other and not with what came before,
//! it was the earlier ones that were wrong, or the phone truly was elsewhere: the line breaks there and the
//! break is a gap. Nothing is drawn or measured across it.

use super::{FilterRules, GapKind, Kept, Run, filter::median};
use crate::geometry::distance_m;

/// That many points in a row that agree with each other outvote the line they do not fit.
const QUORUM: usize = 5;
/// Slack for a point that does not say how vague it is, and the most that a vague one gets, in metres.
const USUAL_SLACK_M: f64 = 10.0;
const MOST_SLACK_M: f64 = 50.0;
/// Without times, a step is a jump from this on, or from ten usual steps on.
const UNTIMED_JUMP_M: f64 = 500.0;

/// The limits of one track, found from its own points.
pub(super) struct Limits {
    speed_mps: f64,
    gap_ms: i64,
    untimed_jump_m: f64,
}

impl Limits {
    pub(super) fn of(segments: &[Vec<Kept>], rules: &FilterRules) -> Self {
        let pairs =
            || segments.iter().flat_map(|segment| segment.windows(2)).map(|pair| (&pair[0], &pair[1]));
        let mut speeds_mmps: Vec<u64> = pairs()
            .filter_map(|(a, b)| {
                let ms = elapsed_ms(a, b).filter(|&ms| ms > 0)?;
                Some((distance_m(a.at, b.at) * 1e6 / ms as f64) as u64)
            })
            .collect();
        speeds_mmps.sort_unstable();
        let brisk_mps = speeds_mmps.get(speeds_mmps.len() * 9 / 10).map_or(0.0, |&mm| mm as f64 / 1e3);
        let usual_ms = median(pairs().filter_map(|(a, b)| elapsed_ms(a, b))).unwrap_or(0);
        let usual_step_cm =
            median(pairs().map(|(a, b)| (distance_m(a.at, b.at) * 100.0) as u64)).unwrap_or(0);
        Self {
            speed_mps: (3.0 * brisk_mps).clamp(rules.speed_floor_mps, rules.speed_ceiling_mps),
            gap_ms: usual_ms.saturating_mul(5).clamp(rules.gap_floor_s * 1_000, rules.gap_ceiling_s * 1_000),
            untimed_jump_m: (usual_step_cm as f64 / 10.0).max(UNTIMED_JUMP_M),
        }
    }

    /// Whether one can have come from `a` to `b`.
    fn believable(&self, a: &Kept, b: &Kept) -> bool {
        let way_m = distance_m(a.at, b.at);
        match elapsed_ms(a, b) {
            Some(ms) => way_m - slack_m(a).max(slack_m(b)) <= self.speed_mps * ms as f64 / 1e3,
            None => way_m <= self.untimed_jump_m,
        }
    }

    fn silent_between(&self, a: &Kept, b: &Kept) -> bool {
        elapsed_ms(a, b).is_some_and(|ms| ms > self.gap_ms)
    }
}

fn elapsed_ms(a: &Kept, b: &Kept) -> Option<i64> {
    b.at_ms?.checked_sub(a.at_ms?)
}

fn slack_m(point: &Kept) -> f64 {
    point.accuracy_dm.map_or(USUAL_SLACK_M, |dm| (f64::from(dm) / 10.0).min(MOST_SLACK_M))
}

/// Splits one raw segment into runs, appends them to `runs` and returns how many points were dropped.
pub(super) fn split(segment: &[Kept], limits: &Limits, runs: &mut Vec<Run>) -> u32 {
    let mut line = Line {
        limits,
        runs,
        begins_after: GapKind::Break,
        current: Vec::new(),
        doubted: Vec::new(),
        dropped: 0,
    };
    for point in segment {
        line.take(*point);
    }
    line.finish()
}

/// One segment being split: the line that is believed, and a row of points that contradict it.
struct Line<'a> {
    limits: &'a Limits,
    runs: &'a mut Vec<Run>,
    begins_after: GapKind,
    current: Vec<Kept>,
    doubted: Vec<Kept>,
    dropped: u32,
}

impl Line<'_> {
    fn take(&mut self, point: Kept) {
        let Some(last) = self.current.last().copied() else {
            self.current.push(point);
            return;
        };
        if self.limits.believable(&last, &point) {
            self.dropped += self.doubted.len() as u32;
            self.doubted.clear();
            if self.limits.silent_between(&last, &point) {
                self.close(GapKind::Silence);
            }
            self.current.push(point);
            return;
        }
        if self.doubted.last().is_some_and(|doubted| !self.limits.believable(doubted, &point)) {
            self.dropped += self.doubted.len() as u32;
            self.doubted.clear();
        }
        self.doubted.push(point);
        if self.doubted.len() >= QUORUM {
            self.believe_the_doubted();
        }
    }

    /// The doubted points become the line; the old one stays as a run unless it was the smaller party.
    fn believe_the_doubted(&mut self) {
        let doubted = std::mem::take(&mut self.doubted);
        if self.current.len() < doubted.len() {
            self.dropped += self.current.len() as u32;
            self.current.clear();
        } else {
            self.close(GapKind::Jump);
        }
        for point in doubted {
            // They follow each other believably; only a silence can lie between them.
            if self.current.last().is_some_and(|last| self.limits.silent_between(last, &point)) {
                self.close(GapKind::Silence);
            }
            self.current.push(point);
        }
    }

    fn close(&mut self, next_begins_after: GapKind) {
        if !self.current.is_empty() {
            let points = std::mem::take(&mut self.current);
            self.runs.push(Run { points, steps: Vec::new(), begins_after: self.begins_after });
            self.begins_after = next_begins_after;
        }
    }

    fn finish(mut self) -> u32 {
        if self.doubted.len() > self.current.len() {
            self.believe_the_doubted();
        }
        self.dropped += self.doubted.len() as u32;
        self.close(GapKind::Break);
        self.dropped
    }
}
