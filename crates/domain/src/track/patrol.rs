//! A patrol from start to stop, pressed by the worker, and what of it travels.
//!
//! Left to others: the track itself (`track`), the row and its operation (`client`).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Reached, Span, TrackSummary};

/// Where a patrol stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PatrolPhase {
    /// Not started.
    Ready,
    /// Recording.
    Walking,
    /// Not recording, to be resumed.
    Paused,
    /// Over; it has a summary.
    Stopped,
    /// Over and thrown away by the worker; its points die at once.
    Abandoned,
}

/// What the worker presses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PatrolMove {
    /// 开始.
    Start,
    /// 暂停.
    Pause,
    /// 继续.
    Resume,
    /// 结束.
    Stop,
    /// 放弃.
    Abandon,
}

/// A move that the phase does not allow. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a patrol that is {from:?} cannot {tried:?}")]
pub struct IllegalMove {
    /// Where the patrol stands.
    pub from: PatrolPhase,
    /// What was pressed.
    pub tried: PatrolMove,
}

impl IllegalMove {
    /// The stable word a screen branches on: what the patrol is, since that explains every refusal.
    pub const fn code(self) -> &'static str {
        match self.from {
            PatrolPhase::Ready => "patrol_not_started",
            PatrolPhase::Walking => "patrol_walking",
            PatrolPhase::Paused => "patrol_paused",
            PatrolPhase::Stopped => "patrol_stopped",
            PatrolPhase::Abandoned => "patrol_abandoned",
        }
    }
}

/// A patrol as pressed. Kept on the phone; survives a killed app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatrolState {
    /// Where it stands.
    pub phase: PatrolPhase,
    /// When it was started, ms since 1970 UTC.
    pub started_ms: Option<i64>,
    /// When it was stopped or abandoned.
    pub ended_ms: Option<i64>,
    /// Finished pauses in order.
    pub pauses: Vec<Span>,
    /// Since when it is paused.
    pub paused_since_ms: Option<i64>,
}

impl Default for PatrolState {
    fn default() -> Self {
        Self {
            phase: PatrolPhase::Ready,
            started_ms: None,
            ended_ms: None,
            pauses: Vec::new(),
            paused_since_ms: None,
        }
    }
}

impl PatrolState {
    /// The patrol after a move at `at_ms`. A clock set back meanwhile counts as no time passed, so that no
    /// stretch ever ends before it begins.
    ///
    /// # Errors
    /// [`IllegalMove`] where the phase does not allow it.
    pub fn after(&self, tried: PatrolMove, at_ms: i64) -> Result<Self, IllegalMove> {
        use PatrolMove as M;
        use PatrolPhase as P;
        let phase = match (self.phase, tried) {
            (P::Ready, M::Start) | (P::Paused, M::Resume) => P::Walking,
            (P::Walking, M::Pause) => P::Paused,
            (P::Walking | P::Paused, M::Stop) => P::Stopped,
            (P::Ready | P::Walking | P::Paused, M::Abandon) => P::Abandoned,
            (from, tried) => return Err(IllegalMove { from, tried }),
        };
        let at_ms = self.latest_ms().map_or(at_ms, |latest| at_ms.max(latest));
        let mut next = Self { phase, ..self.clone() };
        match tried {
            M::Start => next.started_ms = Some(at_ms),
            M::Pause => next.paused_since_ms = Some(at_ms),
            M::Resume | M::Stop | M::Abandon => {
                next.pauses.extend(next.paused_since_ms.take().map(|from_ms| Span { from_ms, to_ms: at_ms }));
            }
        }
        if matches!(tried, M::Stop | M::Abandon) {
            next.ended_ms = Some(at_ms);
        }
        Ok(next)
    }

    /// From start to stop, once both are known.
    pub fn worked(&self) -> Option<Span> {
        Some(Span { from_ms: self.started_ms?, to_ms: self.ended_ms? })
    }

    /// Whole seconds of all finished pauses.
    pub fn paused_s(&self) -> u32 {
        let ms: i64 = self.pauses.iter().map(|pause| pause.to_ms.saturating_sub(pause.from_ms)).sum();
        u32::try_from(ms / 1_000).unwrap_or(u32::MAX)
    }

    fn latest_ms(&self) -> Option<i64> {
        let paused = self.pauses.last().map(|pause| pause.to_ms);
        [self.started_ms, self.paused_since_ms, paused, self.ended_ms].into_iter().flatten().max()
    }
}

/// What travels to the county of a patrol: no raw points, no coordinates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatrolSummary {
    /// The local day it began.
    pub day: NaiveDate,
    /// What the track amounts to; its `reached` holds what the track alone proves.
    pub track: TrackSummary,
    /// Inspection points confirmed by pressing, which the track does not prove.
    pub pressed: Vec<Reached>,
    /// Seconds paused.
    pub paused_s: u32,
    /// What the worker wrote, empty for nothing.
    pub note: String,
}

impl PatrolSummary {
    /// Puts a summary together. Points that the track already proves are not counted twice, and presses on
    /// points that are not due (`due`) are kept but do not count.
    pub fn new(
        day: NaiveDate,
        mut track: TrackSummary,
        pressed: Vec<Reached>,
        due: &[uuid::Uuid],
        patrol: &PatrolState,
        note: String,
    ) -> Self {
        let mut fresh: Vec<Reached> = Vec::new();
        for press in pressed {
            if !track.reached.iter().chain(&fresh).any(|known| known.spot == press.spot) {
                fresh.push(press);
            }
        }
        let counted = fresh.iter().filter(|press| due.contains(&press.spot)).count();
        track.spots.part = (track.reached.len() + counted).min(track.spots.of as usize) as u32;
        Self { day, track, pressed: fresh, paused_s: patrol.paused_s(), note }
    }
}
