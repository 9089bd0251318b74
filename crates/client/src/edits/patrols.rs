//! A patrol: started, paused and stopped by the worker. Raw points go from the recorder into the store and stay there;
//! what travels is the summary and the check-ins.

use super::{id, short};
use crate::change::Fields;
use crate::error::{ClientError, Result, rule, rule_with};
use crate::open::Open;
use crate::views::patrols::{CheckInArgs, PatrolStartArgs};
use serde::{Deserialize, Serialize};
use xunge_domain::geometry::{LatLon, Outline, outline_from_bytes};
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::Slot;
use xunge_domain::track::check_in::{CheckInRefusal, press};
use xunge_domain::track::retention::raw_points_must_die;
use xunge_domain::track::{
    FilterRules, Filtered, InspectionSpot, PatrolMove, PatrolSlot, PatrolState, RawTrack, SummaryInput,
    TrackSummary, filter, gaps_to_bytes, summarise,
};
use xunge_domain::value::Value;
use xunge_store::{OpState, OwnPatrol, Reader};

/// The patrol under way, as it lies in the store.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunningPatrol {
    /// Number of the slot.
    pub slot: i64,
    /// Start, pauses, stop.
    pub state: PatrolState,
    /// Points reached by hand: point, when, what was seen.
    pub hand: Vec<(RecordId, i64, String)>,
    /// Segments in the store so far.
    pub segments: u32,
    /// The next points begin a segment of their own: the round was started or resumed since the last ones.
    #[serde(default)]
    pub fresh: bool,
}

impl RunningPatrol {
    pub(crate) fn read(own: &OwnPatrol) -> Result<Self> {
        serde_json::from_slice(&own.state).map_err(|_| xunge_store::StoreError::Damaged.into())
    }

    fn bytes(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(|_| xunge_store::StoreError::Damaged.into())
    }
}

impl Open {
    /// Starts the round of a slot.
    ///
    /// # Errors
    /// `patrol_under_way`, `invalid_field`, those of the recorder and the store.
    pub fn start_patrol(&self, args: &PatrolStartArgs) -> Result<()> {
        let slot = Slot::from_word(&args.slot).ok_or(rule_with("invalid_field", "field", "slot"))?;
        if self.store.read(|reader| Ok::<_, ClientError>(reader.open_patrol()?))?.is_some() {
            return Err(rule("patrol_under_way"));
        }
        self.purge_tracks()?;
        let now = self.world.clock.now();
        let state = PatrolState::default().after(PatrolMove::Start, now.wall_ms).map_err(illegal)?;
        let running = RunningPatrol { slot: slot.code(), state, fresh: true, ..RunningPatrol::default() };
        let patrol = RecordId(xunge_domain::world::uuid_v7(now, &*self.world.random));
        let identity = self.identity();
        let area = identity.grid().ok_or(rule("no_grid"))?;
        self.world.device.start_recording()?;
        // The record is there from the first step: an incident of the round refers to it and must not wait for its end.
        self.change(|change| {
            let fields = vec![
                ("worker", Value::reference(identity.worker)),
                ("day", Value::Int(crate::local::number(crate::local::day_of(now.wall_ms)))),
                ("slot", Value::Int(running.slot)),
                ("started", Value::Int(now.wall_ms)),
            ];
            change.put(RecordKind::Patrol, patrol, area, fields)?;
            let state = running.bytes()?;
            change.writer.put_own_patrol(&OwnPatrol {
                patrol,
                open: true,
                state,
                ended_ms: None,
                receipt_ms: None,
            })?;
            Ok(())
        })
    }

    /// Pauses, resumes.
    ///
    /// # Errors
    /// `no_patrol`, `illegal_transition`, those of the recorder and the store.
    pub fn move_patrol(&self, tried: PatrolMove) -> Result<()> {
        self.take_over_points()?;
        let (own, mut running) = self.running()?;
        running.state = running.state.after(tried, self.world.clock.now().wall_ms).map_err(illegal)?;
        match tried {
            PatrolMove::Pause => self.world.device.stop_recording()?,
            PatrolMove::Resume => {
                running.fresh = true;
                self.world.device.start_recording()?;
            }
            _ => {}
        }
        self.keep(own.patrol, true, &running, None)
    }

    /// Reached by hand.
    ///
    /// # Errors
    /// `no_patrol`, `not_found`, `too_far` with `metres`, `note_needed`, `mock_location`, and those of the store.
    pub fn check_in(&self, args: &CheckInArgs) -> Result<()> {
        let (own, mut running) = self.running()?;
        let point = id(&args.point)?;
        let note = short(&args.note, "note")?;
        let spots = self.store.read(|reader| self.spots(reader))?;
        let spot = spots.iter().find(|spot| spot.id == point.0).ok_or(rule("not_found"))?;
        let fix = self.world.device.fix().unwrap_or(None);
        press(spot, fix.as_ref(), &note).map_err(|refusal| match refusal {
            CheckInRefusal::TooFar { metres } => rule_with(refusal.code(), "metres", metres),
            CheckInRefusal::ReasonNeeded | CheckInRefusal::Mock => rule(refusal.code()),
        })?;
        running.hand.push((point, self.world.clock.now().wall_ms, note));
        self.keep(own.patrol, true, &running, None)
    }

    /// Moves what the recorder has into the store. Called while the patrol screen is open and before every summary.
    ///
    /// # Errors
    /// Those of the recorder and the store; the recorder keeps what was not taken over.
    pub fn take_over_points(&self) -> Result<()> {
        let Some(own) = self.store.read(|reader| Ok::<_, ClientError>(reader.open_patrol()?))? else {
            return Ok(());
        };
        let recorded: RawTrack = self.world.device.recorded()?;
        if recorded.points() == 0 {
            return Ok(());
        }
        let mut running = RunningPatrol::read(&own)?;
        self.store.write(|writer| {
            // Reading the recorder is no interruption: what comes first goes on where the last reading ended. A real gap
            // within it shows by its times.
            let goes_on = !running.fresh && running.segments > 0;
            let first = if goes_on { running.segments - 1 } else { running.segments };
            for (number, segment) in (first..).zip(&recorded.segments) {
                writer.add_points(own.patrol, number, segment)?;
                running.segments = number + 1;
            }
            running.fresh = false;
            let state = running.bytes()?;
            writer.put_own_patrol(&OwnPatrol { state, ..own })?;
            Ok::<_, ClientError>(())
        })?;
        Ok(self.world.device.forget_recorded()?)
    }

    /// Ends the round: the summary and the check-ins become records, the raw points stay here for their week.
    ///
    /// # Errors
    /// `no_patrol`, those of the recorder and the store.
    pub fn stop_patrol(&self) -> Result<RecordId> {
        // Points first: a recorder that cannot be stopped must not keep the summary from being written.
        self.take_over_points()?;
        let (own, mut running) = self.running()?;
        running.state =
            running.state.after(PatrolMove::Stop, self.world.clock.now().wall_ms).map_err(illegal)?;
        let identity = self.identity();
        let summary = self.store.read(|reader| self.summary(reader, own.patrol, &running))?;
        self.change(|change| {
            let mut fields = summary_fields(&summary, &running);
            fields.push(("worker", Value::reference(identity.worker)));
            // Where it began: the grid of the phone may be another by now.
            let area = super::existing(change, RecordKind::Patrol, own.patrol)?.area;
            change.put(RecordKind::Patrol, own.patrol, area, fields)?;
            let tracked = summary
                .reached
                .iter()
                .map(|reached| (RecordId(reached.spot), reached.at_ms, false, String::new()));
            let by_hand =
                running.hand.iter().map(|(point, at, note)| (*point, Some(*at), true, note.clone()));
            let mut seen = std::collections::BTreeSet::new();
            for (point, at, hand, note) in tracked.chain(by_hand) {
                if seen.insert(point) {
                    let check_in = change.new_id();
                    let mut fields: Fields = vec![
                        ("patrol", Value::reference(own.patrol)),
                        ("point", Value::reference(point)),
                        ("at", at.map_or(Value::Null, Value::Int)),
                        ("by_hand", Value::Bool(hand)),
                    ];
                    if !note.is_empty() {
                        fields.push(("note", Value::Text(note)));
                    }
                    change.put(RecordKind::CheckIn, check_in, area, fields)?;
                }
            }
            let ended = running.state.ended_ms;
            change.writer.put_own_patrol(&OwnPatrol {
                patrol: own.patrol,
                open: false,
                state: running.bytes()?,
                ended_ms: ended,
                receipt_ms: None,
            })?;
            Ok(())
        })?;
        self.world.device.stop_recording()?;
        Ok(own.patrol)
    }

    /// Deletes raw points whose time has come: at each greeting, each PIN and each new round.
    ///
    /// # Errors
    /// Those of the store.
    pub fn purge_tracks(&self) -> Result<()> {
        let now = self.world.clock.now();
        // The latest moment known: a clock set back does not keep points alive.
        let (best, _) = self.best_time(now);
        self.store.write(|writer| {
            for mut own in writer.patrols_with_points()? {
                let Some(ended) = own.ended_ms else { continue };
                if own.receipt_ms.is_none() {
                    let held = writer
                        .operations_of(own.patrol)?
                        .iter()
                        .all(|op| !matches!(op.state, OpState::OnPhone | OpState::Offered));
                    if held {
                        own.receipt_ms = Some(best);
                        writer.put_own_patrol(&own)?;
                    }
                }
                if raw_points_must_die(ended, own.receipt_ms, best.max(now.wall_ms)) {
                    writer.purge_track(own.patrol)?;
                }
            }
            Ok::<_, ClientError>(())
        })
    }

    fn running(&self) -> Result<(OwnPatrol, RunningPatrol)> {
        let own = self
            .store
            .read(|reader| Ok::<_, ClientError>(reader.open_patrol()?))?
            .ok_or(rule("no_patrol"))?;
        let running = RunningPatrol::read(&own)?;
        Ok((own, running))
    }

    fn keep(
        &self,
        patrol: RecordId,
        open: bool,
        running: &RunningPatrol,
        ended_ms: Option<i64>,
    ) -> Result<()> {
        let state = running.bytes()?;
        self.store.write(|writer| {
            writer.put_own_patrol(&OwnPatrol { patrol, open, state, ended_ms, receipt_ms: None })?;
            Ok::<_, ClientError>(())
        })
    }

    /// The inspection points of the grid.
    pub(crate) fn spots(&self, reader: &Reader<'_>) -> Result<Vec<InspectionSpot>> {
        let Some(grid) = self.identity().grid() else { return Ok(Vec::new()) };
        let points = reader.inspection_points(grid)?;
        Ok(points
            .iter()
            .filter_map(|point| {
                let at = point.place_e7.and_then(|(lat, lon)| LatLon::from_e7(lat, lon).ok())?;
                Some(InspectionSpot {
                    id: point.point.0,
                    at,
                    radius_m: point.radius_m.and_then(|m| u32::try_from(m).ok()).unwrap_or(30),
                    dwell_s: 0,
                })
            })
            .collect())
    }

    /// The outline of the grid, where the county drew one.
    pub(crate) fn outline(&self, reader: &Reader<'_>) -> Result<Option<Outline>> {
        let Some(grid) = self.identity().grid() else { return Ok(None) };
        let row = reader.row(RecordKind::Area, grid)?;
        let packed = row.as_ref().map(|row| row.field(RecordKind::Area, "outline").clone());
        Ok(match packed {
            Some(xunge_store::RowValue::One(Value::Bytes(bytes))) => outline_from_bytes(&bytes).ok(),
            _ => None,
        })
    }

    /// The track so far, filtered.
    pub(crate) fn filtered(
        &self,
        reader: &Reader<'_>,
        patrol: RecordId,
        running: &RunningPatrol,
    ) -> Result<Filtered> {
        let track = reader.track(patrol)?;
        // A walk of a phone whose positions are played is still shown as played: the patrol's points say `mock`.
        let rules = FilterRules { accept_mock: self.plays_positions(), ..FilterRules::default() };
        Ok(filter(&track, &rules, running.state.worked()))
    }

    /// What the round amounts to so far.
    pub(crate) fn summary(
        &self,
        reader: &Reader<'_>,
        patrol: RecordId,
        running: &RunningPatrol,
    ) -> Result<TrackSummary> {
        let (spots, outline) = (self.spots(reader)?, self.outline(reader)?);
        let filtered = self.filtered(reader, patrol, running)?;
        let input = SummaryInput {
            slot: slot_of(running.slot),
            worked: running.state.worked(),
            pauses: &running.state.pauses,
            outline: outline.as_ref(),
            spots: &spots,
        };
        Ok(summarise(&filtered, &input))
    }
}

fn slot_of(code: i64) -> PatrolSlot {
    if code == Slot::Afternoon.code() { PatrolSlot::Afternoon } else { PatrolSlot::Morning }
}

fn illegal(error: xunge_domain::track::IllegalMove) -> ClientError {
    rule_with("illegal_transition", "state", error.code())
}

fn summary_fields(summary: &TrackSummary, running: &RunningPatrol) -> Fields {
    let int = |n: u32| Value::Int(i64::from(n));
    let dropped = summary.points_dropped.thrown_away();
    let day = running.state.started_ms.map(|ms| crate::local::number(crate::local::day_of(ms)));
    let by_hand: std::collections::BTreeSet<_> = running.hand.iter().map(|(point, _, _)| point.0).collect();
    let tracked: std::collections::BTreeSet<_> = summary.reached.iter().map(|reached| reached.spot).collect();
    let reached = u32::try_from(by_hand.union(&tracked).count()).unwrap_or(u32::MAX);
    let mut fields: Fields = vec![
        ("day", day.map_or(Value::Null, Value::Int)),
        ("slot", Value::Int(running.slot)),
        ("started", running.state.started_ms.map_or(Value::Null, Value::Int)),
        ("ended", running.state.ended_ms.map_or(Value::Null, Value::Int)),
        ("length_m", int(summary.length_m)),
        ("points_reached", int(reached)),
        ("points_due", int(summary.spots.of)),
        ("gaps", Value::Bytes(gaps_to_bytes(&summary.gaps))),
        ("dropped_points", int(dropped)),
    ];
    if let Some(moving) = summary.moving_s {
        fields.push(("moving_s", int(moving)));
    }
    if let Some(inside) = summary.inside.per_mille() {
        fields.push(("inside_permille", int(inside)));
    }
    if let Some(ground) = summary.ground.per_mille() {
        fields.push(("coverage_permille", int(ground)));
    }
    fields
}
