//! An incident as its steps tell it: who took each, what state they amount to, and what this worker may do now.
//!
//! The rules are the domain's (`incident_flow`); here the records are turned into what the rules ask. The county replays
//! the same steps the same way, so both say the same state.

use super::look::{COUNTY, Look};
use crate::error::Result;
use crate::views::incidents::StepView;
use xunge_domain::ids::{DeviceNo, RecordId};
use xunge_domain::incident_flow::turn::{Taken, in_order};
use xunge_domain::incident_flow::{Actor, IncidentCase, IncidentState, Step};
use xunge_domain::records::words::{StepVerb, WorkerRole};
use xunge_store::queries::{IncidentRow, StepRow};

/// What the worker may press; everything else is the desk's.
const OFFERED: [StepVerb; 3] = [StepVerb::Withdraw, StepVerb::Supplement, StepVerb::Rate];
/// Said for a report solved on the spot without words.
const SOLVED: &str = "自行处置";

/// An incident with its steps replayed.
pub(super) struct Told {
    case: IncidentCase,
    /// In the order in which they count.
    pub(super) steps: Vec<StepRow>,
    self_resolved: bool,
    mine: bool,
    role: WorkerRole,
}

impl Look<'_> {
    /// Replays an incident.
    pub(super) fn told(&self, incident: &IncidentRow) -> Result<Told> {
        let mut taken = Vec::new();
        for row in self.reader.steps_of(incident.incident)? {
            taken.push((self.device_of(row.step)?, row));
        }
        let taken = in_order(taken, |(device, row)| Taken {
            step: row.step,
            verb: row.verb.and_then(StepVerb::from_code),
            on_phone: *device != DeviceNo::COUNTY,
            turn: row.turn,
            at_ms: row.at_ms,
            seen: row.seen.clone(),
        });
        let (devices, rows): (Vec<_>, Vec<_>) = taken.into_iter().unzip();
        let reporter = Actor { role: WorkerRole::FullTime, reported_it: true, assigned: false };
        let reported_ms = incident.reported_ms.unwrap_or(0);
        let says = |verb: StepVerb| rows.iter().any(|row| row.verb == Some(verb.code()));
        let mut steps = Vec::new();
        // The record itself is the report: the steps that say so may still be on their way.
        if !says(StepVerb::Report) {
            steps.push(Step::new(StepVerb::Report, reporter, reported_ms));
        }
        if incident.self_resolved && !says(StepVerb::SelfResolve) {
            steps.push(Step::new(StepVerb::SelfResolve, reporter, reported_ms).saying(SOLVED));
        }
        for (row, device) in rows.iter().zip(devices) {
            if let Some(verb) = row.verb.and_then(StepVerb::from_code) {
                let actor = self.actor(device, incident.worker)?;
                steps.push(Step {
                    verb,
                    actor,
                    at_ms: row.at_ms.unwrap_or(reported_ms),
                    // A report solved on the spot always has its answer, as at the county.
                    text: if verb == StepVerb::SelfResolve && row.text.trim().is_empty() {
                        SOLVED.to_owned()
                    } else {
                        row.text.clone()
                    },
                    department: Some(row.department.clone()).filter(|name| !name.is_empty()),
                    rating: row.rating.and_then(|rating| u8::try_from(rating).ok()),
                    minutes: None,
                });
            }
        }
        let (case, _) = IncidentCase::replay(&steps);
        let answered_by_desk = steps.iter().any(|step| step.verb == StepVerb::Close);
        Ok(Told {
            self_resolved: !answered_by_desk && steps.iter().any(|step| step.verb == StepVerb::SelfResolve),
            case,
            steps: rows,
            mine: incident.worker == Some(self.me.worker),
            role: WorkerRole::from_code(self.me.role).unwrap_or(WorkerRole::Helper),
        })
    }

    /// Where a step was taken, as its first operation says.
    fn device_of(&self, step: RecordId) -> Result<DeviceNo> {
        let operations = self.reader.operations_of(step)?;
        let first = operations.iter().min_by_key(|stored| (stored.header.height, stored.id()));
        Ok(first.map_or(DeviceNo::COUNTY, |stored| stored.header.id.device))
    }

    /// Who took a step there.
    fn actor(&self, device: DeviceNo, reporter: Option<RecordId>) -> Result<Actor> {
        if device == DeviceNo::COUNTY {
            return Ok(Actor {
                role: WorkerRole::CountyCentre,
                reported_it: reporter.is_none(),
                assigned: true,
            });
        }
        let (worker, role) = if self.is_mine(device) {
            (Some(self.me.worker), Some(self.me.role))
        } else {
            let worker = self.reader.worker_of_device(device)?;
            let row = worker.map(|worker| self.reader.worker(worker)).transpose()?.flatten();
            (worker, row.and_then(|row| row.role))
        };
        let role = role.and_then(WorkerRole::from_code).unwrap_or(WorkerRole::Helper);
        Ok(Actor { role, reported_it: worker.is_some() && worker == reporter, assigned: false })
    }

    /// A step for the screen.
    pub(super) fn step_view(&self, row: &StepRow) -> StepView {
        StepView {
            verb: row.verb.and_then(StepVerb::from_code).map(StepVerb::word).unwrap_or_default().to_owned(),
            by: desk_or(&row.by, &row.department),
            at_ms: row.at_ms.unwrap_or(0),
            text: xunge_domain::codes::redact(&row.text),
            standing: self.standing(row.step, row.unsettled, 0),
        }
    }
}

/// Who took a step in the writer's words, else the department, else the county.
pub(super) fn desk_or(by: &str, department: &str) -> String {
    [by, department].into_iter().map(str::trim).find(|name| !name.is_empty()).unwrap_or(COUNTY).to_owned()
}

impl Told {
    /// The state's code at the border.
    pub(super) fn state(&self) -> &'static str {
        match self.case.state {
            IncidentState::New | IncidentState::Reported => "reported",
            IncidentState::Returned => "returned",
            IncidentState::Accepted => "accepted",
            IncidentState::Dispatched => "dispatched",
            IncidentState::Handling => "handling",
            IncidentState::Verified => "verified",
            IncidentState::Suspended => "suspended",
            IncidentState::Closed if self.self_resolved => "self_resolved",
            IncidentState::Closed => "closed",
            IncidentState::Withdrawn => "withdrawn",
            IncidentState::Voided => "void",
        }
    }

    /// Whether somebody still has to do something.
    pub(super) fn is_open(&self) -> bool {
        !self.case.state.is_end()
    }

    /// Whether it came to its end by an answer of the county.
    pub(super) fn is_answered(&self) -> bool {
        match self.case.state {
            IncidentState::Closed => !self.self_resolved,
            IncidentState::Voided => true,
            _ => false,
        }
    }

    /// Whether the county waits for the one who reported it.
    pub(super) fn is_returned(&self) -> bool {
        self.case.state == IncidentState::Returned
    }

    /// Whether the one who reported it has said what they think of the answer.
    pub(super) fn is_rated(&self) -> bool {
        self.case.rating.is_some()
    }

    /// Verbs this worker may use now. Nobody rates what they solved themselves, and nobody twice.
    pub(super) fn may(&self) -> Vec<String> {
        let actor = Actor { role: self.role, reported_it: self.mine, assigned: false };
        let open = self.case.open_to(&actor);
        let rates = !self.self_resolved && !self.is_rated();
        OFFERED
            .into_iter()
            .filter(|verb| open.contains(verb) && (*verb != StepVerb::Rate || rates))
            .map(|verb| verb.word().to_owned())
            .collect()
    }
}
