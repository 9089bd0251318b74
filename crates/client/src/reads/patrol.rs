//! The round as it is now: where the worker walked, what was reached, gaps shown as gaps.

use super::look::{Look, not_found};
use crate::edits::patrols::RunningPatrol;
use crate::error::Result;
use crate::local;
use crate::open::Open;
use crate::views::Place;
use crate::views::patrols::{BuildingSpot, FurtherRound, GapView, PatrolView, PointView, SlotView};
use std::collections::BTreeMap;
use xunge_domain::geometry::{LatLon, simplify_for_drawing};
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::Slot;
use xunge_domain::track::{
    Filtered, Gap, GapKind, PatrolPhase, PatrolPlan, PatrolSlot, Run, SlotWindow, SummaryInput, Times,
    TrackSummary, gaps_from_bytes, summarise,
};
use xunge_domain::value::Value;
use xunge_store::queries::{PatrolRow, PointRow};
use xunge_store::{OwnPatrol, RowValue};

/// How far a drawn line may lie off the track, in metres: less than a pixel on a phone.
const DRAWN_WITHIN_M: f64 = 2.0;
const MINUTE_MS: i64 = 60_000;

impl Open {
    /// The round under way, if any.
    ///
    /// # Errors
    /// Those of the store.
    pub fn patrol(&self) -> Result<Option<PatrolView>> {
        self.look(|look| match look.reader.open_patrol()? {
            Some(own) => look.round(&own).map(Some),
            None => Ok(None),
        })
    }

    /// Where the inspection points of the grid are, in the order of the round.
    ///
    /// # Errors
    /// Those of the store.
    pub fn places_of_round(&self) -> Result<Vec<Place>> {
        self.look(|look| Ok(look.points_of_round()?.into_iter().map(|(_, place)| place).collect()))
    }

    /// A round of this phone, also one that is over.
    ///
    /// # Errors
    /// `not_found`, and those of the store.
    pub fn finished_patrol(&self, patrol: RecordId) -> Result<PatrolView> {
        self.look(|look| {
            let own = look.reader.own_patrol(patrol)?.ok_or_else(not_found)?;
            look.round(&own)
        })
    }
}

/// What a track amounts to, or, once its points have died, what the summary kept of it.
struct Walked {
    length_m: u32,
    gaps: Vec<Gap>,
    timed: bool,
    reached: BTreeMap<RecordId, (i64, &'static str)>,
    lines: Vec<Vec<Place>>,
    here: Option<Place>,
}

impl Look<'_> {
    fn round(&self, own: &OwnPatrol) -> Result<PatrolView> {
        let running = RunningPatrol::read(own)?;
        let state = &running.state;
        let started_ms = state.started_ms.unwrap_or(self.now_ms);
        let points = self.points_of_round()?;
        let walked = self.walked(own, &running, started_ms)?;
        let until = state.ended_ms.unwrap_or(self.now_ms);
        let paused_now = state.paused_since_ms.map_or(0, |since| until.saturating_sub(since).max(0)) / 1_000;
        let seconds = until.saturating_sub(started_ms) / 1_000 - paused_now - i64::from(state.paused_s());
        let view = |(row, place): &(PointRow, Place)| {
            let reached = walked.reached.get(&row.point);
            PointView {
                id: row.point.to_string(),
                number: row.number.and_then(|number| u32::try_from(number).ok()).unwrap_or(0),
                name: row.name.clone(),
                purpose: row.purpose.clone(),
                place: *place,
                reached_ms: reached.map(|(at, _)| *at),
                by: reached.map(|(_, by)| (*by).to_owned()),
            }
        };
        Ok(PatrolView {
            id: own.patrol.to_string(),
            slot: slot_word(running.slot).to_owned(),
            state: phase_word(state.phase).to_owned(),
            started_ms,
            ended_ms: state.ended_ms,
            length_m: walked.length_m,
            seconds: u32::try_from(seconds.max(0)).unwrap_or(u32::MAX),
            points: points.iter().map(view).collect(),
            gaps: walked.gaps.iter().filter_map(gap_view).collect(),
            timed: walked.timed,
            silent_s: self.silent(own, &running, started_ms)?,
            here: walked.here,
            outline: self.outline()?,
            buildings: self.building_spots()?,
            incidents: self.reader.incidents_of_patrol(own.patrol)?,
            standing: if own.open {
                crate::views::Standing::OnPhone
            } else {
                self.standing_of(RecordKind::Patrol, own.patrol)?
            },
            track: walked.lines,
        })
    }

    /// How long no position has come: the gap that the summary will tell of is told while something can be done about it.
    fn silent(&self, own: &OwnPatrol, running: &RunningPatrol, started_ms: i64) -> Result<Option<u32>> {
        if running.state.phase != PatrolPhase::Walking {
            return Ok(None);
        }
        let resumed = running.state.pauses.last().map_or(started_ms, |pause| pause.to_ms);
        let last = self.reader.last_point_ms(own.patrol)?.unwrap_or(started_ms);
        let silent = self.now_ms.saturating_sub(last.max(resumed).max(started_ms)) / 1_000;
        Ok(Some(u32::try_from(silent.max(0)).unwrap_or(u32::MAX)))
    }

    fn walked(&self, own: &OwnPatrol, running: &RunningPatrol, started_ms: i64) -> Result<Walked> {
        let spots = self.open.spots(self.reader)?;
        let filtered = self.open.filtered(self.reader, own.patrol, running)?;
        // Coverage of the grid is for the summary that travels; the screen does not show it.
        let input = SummaryInput {
            slot: if running.slot == Slot::Afternoon.code() {
                PatrolSlot::Afternoon
            } else {
                PatrolSlot::Morning
            },
            worked: running.state.worked(),
            pauses: &running.state.pauses,
            outline: None,
            spots: &spots,
        };
        let summary = summarise(&filtered, &input);
        let mut walked = Walked {
            reached: self.reached(own, running, &summary, started_ms)?,
            length_m: summary.length_m,
            gaps: summary.gaps,
            timed: summary.times != Times::Missing || summary.points_kept == 0,
            lines: lines(&filtered),
            here: filtered.runs.iter().rev().find_map(here),
        };
        if !own.open && filtered.runs.is_empty() {
            self.recall_summary(own.patrol, &mut walked)?;
        }
        Ok(walked)
    }

    /// Which points were reached: by the track, by hand, and as the check-ins of a round that is over say.
    fn reached(
        &self,
        own: &OwnPatrol,
        running: &RunningPatrol,
        summary: &TrackSummary,
        started_ms: i64,
    ) -> Result<BTreeMap<RecordId, (i64, &'static str)>> {
        let mut reached = BTreeMap::new();
        // A track without times says that a point was reached, not when.
        for spot in &summary.reached {
            reached.entry(RecordId(spot.spot)).or_insert((spot.at_ms.unwrap_or(started_ms), "track"));
        }
        for (point, at_ms, _) in &running.hand {
            reached.entry(*point).or_insert((*at_ms, "hand"));
        }
        for row in self.reader.check_ins_of(own.patrol)? {
            if let Some(point) = row.point {
                let by = if row.by_hand { "hand" } else { "track" };
                reached.entry(point).or_insert((row.at_ms.unwrap_or(started_ms), by));
            }
        }
        Ok(reached)
    }

    /// Length and gaps as they travelled; the line is gone with the points.
    fn recall_summary(&self, patrol: RecordId, walked: &mut Walked) -> Result<()> {
        let kind = RecordKind::Patrol;
        let Some(row) = self.reader.row(kind, patrol)? else { return Ok(()) };
        if let Some(length) = row.field(kind, "length_m").int().and_then(|length| u32::try_from(length).ok())
        {
            walked.length_m = length;
        }
        if let RowValue::One(Value::Bytes(bytes)) = row.field(kind, "gaps") {
            walked.gaps = gaps_from_bytes(bytes).unwrap_or_default();
        }
        // Seconds in motion travel with every summary whose track had times.
        walked.timed = walked.length_m == 0 || row.field(kind, "moving_s").int().is_some();
        Ok(())
    }

    /// Inspection points of the grid that have a place.
    fn points_of_round(&self) -> Result<Vec<(PointRow, Place)>> {
        let Some(grid) = self.me.grid() else { return Ok(Vec::new()) };
        let rows = self.reader.inspection_points(grid)?;
        let placed = |row: PointRow| {
            let (lat_e7, lon_e7) = row.place_e7?;
            Some((row, Place { lat_e7, lon_e7, accuracy_dm: None }))
        };
        Ok(rows.into_iter().filter_map(placed).collect())
    }

    /// The outer ring of the grid, of its largest part where there are several.
    fn outline(&self) -> Result<Vec<Place>> {
        let outline = self.open.outline(self.reader)?;
        let rings = outline.iter().flat_map(|outline| outline.parts()).filter_map(|rings| rings.first());
        Ok(rings
            .max_by_key(|ring| ring.len())
            .map(|ring| ring.iter().map(|at| place(*at, None)).collect())
            .unwrap_or_default())
    }

    fn building_spots(&self) -> Result<Vec<BuildingSpot>> {
        let Some(grid) = self.me.grid() else { return Ok(Vec::new()) };
        let rows = self.reader.buildings(grid, self.day())?;
        let spot = |row: xunge_store::queries::BuildingRow| {
            let (lat_e7, lon_e7) = row.place_e7?;
            Some(BuildingSpot { name: row.name, place: Place { lat_e7, lon_e7, accuracy_dm: None } })
        };
        Ok(rows.into_iter().filter_map(spot).collect())
    }

    /// The two slots of the day, for Today.
    pub(super) fn slots(&self) -> Result<Vec<SlotView>> {
        let done = self.reader.patrols_of_day(local::number(self.today))?;
        let under_way = match self.reader.open_patrol()? {
            Some(own) => Some((own.patrol, self.round(&own)?)),
            None => None,
        };
        let points = u32::try_from(self.points_of_round()?.len()).unwrap_or(u32::MAX);
        let minute = (self.now_ms - self.day().start) / MINUTE_MS;
        let plan = PatrolPlan::two_a_day();
        plan.windows()
            .iter()
            .map(|window| {
                let code = window.slot.code();
                // A round of last night that was never stopped belongs to last night.
                let walking = under_way.as_ref().filter(|(_, round)| {
                    round.slot == slot_word(code) && local::day_of(round.started_ms) == self.today
                });
                let mut finished = done.iter().filter(|row| {
                    row.slot == Some(code)
                        && row.ended_ms.is_some()
                        && row.worker.is_none_or(|worker| worker == self.me.worker)
                });
                // While one is under way all that are over are further ones.
                let slot = match walking {
                    Some((patrol, round)) => slot_walking(window, *patrol, round),
                    None => match finished.next() {
                        Some(row) => self.slot_done(window, row, points)?,
                        None => slot_to_come(window, minute, points),
                    },
                };
                Ok(SlotView { further: self.further(finished)?, ..slot })
            })
            .collect()
    }

    fn further<'r>(&self, rounds: impl Iterator<Item = &'r PatrolRow>) -> Result<Vec<FurtherRound>> {
        let mut further = Vec::new();
        for row in rounds {
            if self.reader.own_patrol(row.patrol)?.is_some()
                && let (Some(started_ms), Some(ended_ms)) = (row.started_ms, row.ended_ms)
            {
                let standing = self.standing(row.patrol, row.unsettled, 0);
                further.push(FurtherRound { patrol: row.patrol.to_string(), started_ms, ended_ms, standing });
            }
        }
        Ok(further)
    }

    fn slot_done(&self, window: &SlotWindow, row: &PatrolRow, points: u32) -> Result<SlotView> {
        let walked_here = self.reader.own_patrol(row.patrol)?.is_some();
        let count = |number: Option<i64>| number.and_then(|number| u32::try_from(number).ok());
        Ok(SlotView {
            state: "done".to_owned(),
            points: count(row.points_due).unwrap_or(points),
            reached: count(row.points_reached).unwrap_or(0),
            incidents: row.incidents,
            patrol: walked_here.then(|| row.patrol.to_string()),
            standing: Some(self.standing(row.patrol, row.unsettled, 0)),
            ..slot_to_come(window, 0, points)
        })
    }
}

fn slot_walking(window: &SlotWindow, patrol: RecordId, round: &PatrolView) -> SlotView {
    let points = u32::try_from(round.points.len()).unwrap_or(u32::MAX);
    let reached = round.points.iter().filter(|point| point.reached_ms.is_some()).count();
    SlotView {
        state: round.state.clone(),
        reached: u32::try_from(reached).unwrap_or(u32::MAX),
        incidents: round.incidents,
        patrol: Some(patrol.to_string()),
        ..slot_to_come(window, 0, points)
    }
}

fn slot_to_come(window: &SlotWindow, minute: i64, points: u32) -> SlotView {
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let state = match minute {
        early if early < i64::from(window.from_min) => "later",
        within if within < i64::from(window.to_min) => "due",
        _ => "missed",
    };
    SlotView {
        slot: slot_word(window.slot.code()).to_owned(),
        from: clock(window.from_min),
        to: clock(window.to_min),
        state: state.to_owned(),
        points,
        reached: 0,
        incidents: 0,
        patrol: None,
        standing: None,
        further: Vec::new(),
    }
}

fn slot_word(code: i64) -> &'static str {
    Slot::from_code(code).unwrap_or(Slot::Morning).word()
}

fn phase_word(phase: PatrolPhase) -> &'static str {
    match phase {
        PatrolPhase::Ready | PatrolPhase::Walking => "walking",
        PatrolPhase::Paused => "paused",
        PatrolPhase::Stopped | PatrolPhase::Abandoned => "done",
    }
}

fn place(at: LatLon, accuracy_dm: Option<u32>) -> Place {
    Place { lat_e7: at.lat_e7(), lon_e7: at.lon_e7(), accuracy_dm }
}

/// One line a run: between two runs is a gap, and a gap is never bridged.
fn lines(filtered: &Filtered) -> Vec<Vec<Place>> {
    let drawn = |run: &Run| {
        simplify_for_drawing(&run.line(), DRAWN_WITHIN_M).into_iter().map(|at| place(at, None)).collect()
    };
    filtered.runs.iter().map(drawn).collect()
}

fn here(run: &Run) -> Option<Place> {
    run.points.last().map(|kept| place(kept.at, kept.accuracy_dm))
}

/// Pauses are the worker's own doing and no interruption.
fn gap_view(gap: &Gap) -> Option<GapView> {
    let (from_ms, to_ms) = gap.from_ms.zip(gap.to_ms)?;
    (gap.kind != GapKind::Paused).then_some(GapView { from_ms, to_ms })
}
