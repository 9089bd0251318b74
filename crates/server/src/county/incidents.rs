//! Where an incident stands: its steps replayed by the rules of the domain, kept beside its row so that a list need not
//! replay all of them.

use super::error::Result;
use super::{County, WriteTx};
use crate::storage::{RecordRow, Rows};
use xunge_domain::ids::{DeviceNo, RecordId};
use xunge_domain::incident_flow::turn::{Taken, in_order};
use xunge_domain::incident_flow::{Actor, IncidentCase, IncidentState, Step};
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::{StepVerb, WorkerRole};
use xunge_domain::value::Value;

/// The state kept in an incident's row.
pub fn incident_state(row: &RecordRow) -> IncidentState {
    let index = usize::try_from(row.standing - 1).ok();
    index.and_then(|index| IncidentState::ALL.get(index)).copied().unwrap_or_default()
}

/// Replays an incident and keeps its state.
pub(super) fn settle(tx: &WriteTx<'_>, incident: RecordId) -> Result<()> {
    let Some(case) = case(tx.rows(), incident)? else { return Ok(()) };
    let index = IncidentState::ALL.iter().position(|state| *state == case.state).unwrap_or(0);
    Ok(tx.rows().put_standing(incident, index as i64 + 1)?)
}

fn case(rows: &Rows<'_>, incident: RecordId) -> Result<Option<IncidentCase>> {
    let Some(row) = rows.record(incident)? else { return Ok(None) };
    let mut steps = Vec::new();
    for (device, step) in steps_in_order(rows, incident)? {
        if let Some(verb) = step.int(2).and_then(StepVerb::from_code) {
            let actor = actor(rows, device, row.owner)?;
            let department = Some(step.text(7)).filter(|name| !name.is_empty()).map(str::to_owned);
            let rating = step.int(6).and_then(|rating| u8::try_from(rating).ok());
            let minutes = step.int(8).and_then(|minutes| u32::try_from(minutes).ok());
            let text = step.text(5).to_owned();
            steps.push(Step {
                verb,
                actor,
                at_ms: when(rows, device, step.int(3), step.made_ms)?,
                text,
                department,
                rating,
                minutes,
            });
        }
    }
    let reporter = Actor { role: WorkerRole::FullTime, reported_it: true, assigned: false };
    let device = device_of(rows, incident)?;
    let reported = when(rows, device, row.int(8), row.made_ms)?;
    let first = |verb| Step { at_ms: reported, ..Step::new(verb, reporter, reported) };
    // The record itself is the report; a phone need not write the step as well.
    let says = |verb| steps.iter().any(|step| step.verb == verb);
    let mut told = Vec::new();
    if !says(StepVerb::Report) {
        told.push(first(StepVerb::Report));
    }
    if row.int(13) == Some(1) && !says(StepVerb::SelfResolve) {
        let said = Some(row.text(2)).filter(|text| !text.trim().is_empty()).unwrap_or("自行处置");
        told.push(first(StepVerb::SelfResolve).saying(said));
    }
    told.extend(steps);
    Ok(Some(IncidentCase::replay(&told).0))
}

/// Steps of an incident in the order in which they count, with where each was taken.
fn steps_in_order(rows: &Rows<'_>, incident: RecordId) -> Result<Vec<(DeviceNo, RecordRow)>> {
    let mut steps = Vec::new();
    for step in rows.by_parent(RecordKind::IncidentStep, incident)? {
        steps.push((device_of(rows, step.id)?, step));
    }
    Ok(in_order(steps, |(device, step)| Taken {
        step: step.id,
        verb: step.int(2).and_then(StepVerb::from_code),
        on_phone: *device != DeviceNo::COUNTY,
        turn: step.int(9),
        at_ms: step.int(3),
        seen: step.one(10).and_then(Value::as_bytes).map(<[u8]>::to_vec).unwrap_or_default(),
    }))
}

/// Where a record was first written.
fn device_of(rows: &Rows<'_>, record: RecordId) -> Result<DeviceNo> {
    let first = rows.operations_of(record)?.into_iter().next();
    Ok(first.map_or(DeviceNo::COUNTY, |fed| fed.op.header.id.device))
}

/// When something was done, for reckoning time limits. A phone's clock may be years off: nothing was done on it before it
/// was enrolled, and nothing after it arrived.
fn when(rows: &Rows<'_>, device: DeviceNo, said_ms: Option<i64>, arrived_ms: i64) -> Result<i64> {
    let Some(said_ms) = said_ms else { return Ok(arrived_ms) };
    if device == DeviceNo::COUNTY {
        return Ok(said_ms);
    }
    let enrolled_ms = rows.device_no(device)?.map_or(arrived_ms, |device| device.enrolled_ms);
    Ok(said_ms.clamp(enrolled_ms.min(arrived_ms), arrived_ms))
}

/// Who took a step: the desk's come from the county's own log, a phone's from its worker.
fn actor(rows: &Rows<'_>, device: DeviceNo, reporter: Option<RecordId>) -> Result<Actor> {
    if device == DeviceNo::COUNTY {
        return Ok(Actor { role: WorkerRole::CountyCentre, reported_it: reporter.is_none(), assigned: true });
    }
    let worker = rows.device_no(device)?.map(|device| device.worker);
    let role = worker.map(|worker| rows.worker(worker)).transpose()?.flatten().map(|worker| worker.role);
    let role = role.and_then(WorkerRole::from_code).unwrap_or(WorkerRole::Helper);
    Ok(Actor { role, reported_it: worker == reporter, assigned: false })
}

impl County {
    /// Steps of an incident in the order in which they count, with where each was taken.
    ///
    /// # Errors
    /// [`super::CountyError`] of the storage.
    pub fn incident_steps(&self, incident: RecordId) -> Result<Vec<(DeviceNo, RecordRow)>> {
        self.read(|rows| steps_in_order(rows, incident))
    }

    /// An incident's steps replayed.
    ///
    /// # Errors
    /// [`super::CountyError`] of the storage.
    pub fn incident_case(&self, incident: RecordId) -> Result<Option<IncidentCase>> {
        self.read(|rows| case(rows, incident))
    }
}
