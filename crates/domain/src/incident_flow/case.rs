//! One incident: its steps replayed, one after the other, and refusals that say why.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    IncidentState,
    table::{Leads, Need, TABLE, rule_for},
};
use crate::{
    records::words::{StepVerb, WorkerRole},
    track::Span,
};

/// Levels an incident can be passed up through: grid, town, county.
const TOP_LEVEL: u8 = 2;
/// The most that one extension may add: a working quarter of a year of eight-hour days.
const MOST_EXTENSION_MIN: u32 = 66 * 8 * 60;

/// Who takes a step, as the caller knows from the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Their role.
    pub role: WorkerRole,
    /// Whether they reported this incident (or are about to).
    pub reported_it: bool,
    /// Whether the incident lies with their department now.
    pub assigned: bool,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The verb.
    pub verb: StepVerb,
    /// Who.
    pub actor: Actor,
    /// When, ms since 1970 UTC.
    pub at_ms: i64,
    /// Reason, what was done, or the answer; blank is none.
    pub text: String,
    /// The department it goes to.
    pub department: Option<String>,
    /// One to five.
    pub rating: Option<u8>,
    /// Working minutes that are added.
    pub minutes: Option<u32>,
}

impl Step {
    /// A step that carries nothing.
    pub const fn new(verb: StepVerb, actor: Actor, at_ms: i64) -> Self {
        Self { verb, actor, at_ms, text: String::new(), department: None, rating: None, minutes: None }
    }

    /// The same with words.
    #[must_use]
    pub fn saying(mut self, text: &str) -> Self {
        text.clone_into(&mut self.text);
        self
    }

    /// The same going to a department.
    #[must_use]
    pub fn to(mut self, department: &str) -> Self {
        self.department = Some(department.to_owned());
        self
    }
}

/// Why a step is not taken. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The state knows no such step. Often somebody else was faster.
    #[error("an incident that is {state:?} cannot be changed by {verb:?}")]
    NotNow {
        /// Where it stands.
        state: IncidentState,
        /// What was tried.
        verb: StepVerb,
    },
    /// The step exists, for somebody else.
    #[error("{verb:?} is not for {role:?} here")]
    NotYours {
        /// What was tried.
        verb: StepVerb,
        /// By whom.
        role: WorkerRole,
    },
    /// Words are missing.
    #[error("say why, or what was done")]
    TextNeeded,
    /// The answer to the one who reported it is missing.
    #[error("write what the one who reported it should hear")]
    AnswerNeeded,
    /// The department is missing.
    #[error("say which department")]
    DepartmentNeeded,
    /// The rating is missing or not one to five.
    #[error("rate from 1 to 5")]
    RatingNeeded,
    /// The added working minutes are missing, none, or more than a working quarter.
    #[error("say how much working time is added")]
    MinutesNeeded,
    /// It already lies with the county.
    #[error("there is no level above the county")]
    NoLevelAbove,
}

impl Refusal {
    /// The stable word a screen branches on.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotNow { .. } => "not_now",
            Self::NotYours { .. } => "not_yours",
            Self::TextNeeded => "text_needed",
            Self::AnswerNeeded => "answer_needed",
            Self::DepartmentNeeded => "department_needed",
            Self::RatingNeeded => "rating_needed",
            Self::MinutesNeeded => "minutes_needed",
            Self::NoLevelAbove => "no_level_above",
        }
    }
}

/// What an incident's steps amount to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentCase {
    /// Where it stands.
    pub state: IncidentState,
    /// Where it stood before it was suspended.
    pub before_suspension: Option<IncidentState>,
    /// 0 grid, 1 town, 2 county.
    pub level: u8,
    /// Where it was dispatched to.
    pub department: Option<String>,
    /// How often it was opened again.
    pub reopened: u32,
    /// When this round was reported, ms since 1970 UTC.
    pub reported_ms: Option<i64>,
    /// When this round was first accepted.
    pub accepted_ms: Option<i64>,
    /// When it came to its end.
    pub ended_ms: Option<i64>,
    /// Finished stretches of this round in which the clock stood.
    pub stood: Vec<Span>,
    /// Since when the clock stands.
    pub stands_since_ms: Option<i64>,
    /// Working minutes added in this round.
    pub extended_min: u32,
    /// What the one who reported it was told last.
    pub answer: Option<String>,
    /// What they thought of it, one to five.
    pub rating: Option<u8>,
    /// The latest moment of any step.
    pub latest_ms: Option<i64>,
}

impl IncidentCase {
    /// Replays steps in the order given. Steps that the rules refuse change nothing and come back with their
    /// index and the reason, so that a screen can show them ("somebody else was faster").
    pub fn replay<'a>(steps: impl IntoIterator<Item = &'a Step>) -> (Self, Vec<(usize, Refusal)>) {
        let mut case = Self::default();
        let mut refused = Vec::new();
        for (index, step) in steps.into_iter().enumerate() {
            match case.after(step) {
                Ok(next) => case = next,
                Err(refusal) => refused.push((index, refusal)),
            }
        }
        (case, refused)
    }

    /// The incident after one more step. A clock set back counts as no time passed.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub fn after(&self, step: &Step) -> Result<Self, Refusal> {
        let Some(rule) = rule_for(step.verb, self.state) else {
            return Err(Refusal::NotNow { state: self.state, verb: step.verb });
        };
        if !rule.who.iter().any(|who| who.includes(&step.actor)) {
            return Err(Refusal::NotYours { verb: step.verb, role: step.actor.role });
        }
        if step.verb == StepVerb::Escalate && self.level >= TOP_LEVEL {
            return Err(Refusal::NoLevelAbove);
        }
        for need in rule.needs {
            step.carries(*need)?;
        }
        let at_ms = self.latest_ms.map_or(step.at_ms, |latest| latest.max(step.at_ms));
        let mut next = Self { latest_ms: Some(at_ms), ..self.clone() };
        next.record(step, rule.needs, at_ms);
        let state = match rule.leads {
            Leads::To(state) => state,
            Leads::Stays => self.state,
            // A suspended case always knows where it came from; the desk is a safe place otherwise.
            Leads::Back => next.before_suspension.take().unwrap_or(IncidentState::Accepted),
        };
        next.enter(state, at_ms);
        Ok(next)
    }

    /// The verbs that this actor may use now, in the order of the table: the buttons to show.
    pub fn open_to(&self, actor: &Actor) -> Vec<StepVerb> {
        let fits = |verb| verb != StepVerb::Escalate || self.level < TOP_LEVEL;
        let rules = TABLE.iter().filter(|rule| rule.from.contains(&self.state) && fits(rule.verb));
        rules.filter(|rule| rule.who.iter().any(|who| who.includes(actor))).map(|rule| rule.verb).collect()
    }

    /// What the step says, apart from where it leads.
    fn record(&mut self, step: &Step, needs: &[Need], at_ms: i64) {
        if needs.contains(&Need::Answer) {
            self.answer = Some(step.text.trim().to_owned());
        }
        if needs.contains(&Need::Department) {
            self.department.clone_from(&step.department);
        }
        match step.verb {
            StepVerb::Escalate => {
                self.level += 1;
                // The next level's desk has the whole time from when it accepts.
                self.accepted_ms = None;
            }
            StepVerb::Extend => {
                self.extended_min = self.extended_min.saturating_add(step.minutes.unwrap_or(0));
            }
            StepVerb::Rate => self.rating = step.rating,
            StepVerb::Reopen => {
                let round = Self {
                    level: self.level,
                    answer: self.answer.take(),
                    latest_ms: self.latest_ms,
                    ..Self::default()
                };
                *self = Self { reopened: self.reopened + 1, ..round };
            }
            StepVerb::Accept => self.accepted_ms = self.accepted_ms.or(Some(at_ms)),
            _ => {}
        }
    }

    fn enter(&mut self, state: IncidentState, at_ms: i64) {
        // A word added while suspended must not overwrite where the case came from.
        if state == IncidentState::Suspended && self.state != state {
            self.before_suspension = Some(self.state);
        }
        if state.clock_stands() {
            self.stands_since_ms = self.stands_since_ms.or(Some(at_ms));
        } else if let Some(from_ms) = self.stands_since_ms.take() {
            self.stood.push(Span { from_ms, to_ms: at_ms });
        }
        if state == IncidentState::Reported {
            self.reported_ms = self.reported_ms.or(Some(at_ms));
        }
        if state.is_end() {
            self.before_suspension = None;
            self.ended_ms = self.ended_ms.or(Some(at_ms));
        }
        self.state = state;
    }
}

impl Step {
    fn carries(&self, need: Need) -> Result<(), Refusal> {
        let said = !self.text.trim().is_empty();
        let (carried, refusal) = match need {
            Need::Text => (said, Refusal::TextNeeded),
            Need::Answer => (said, Refusal::AnswerNeeded),
            Need::Department => (
                self.department.as_ref().is_some_and(|name| !name.trim().is_empty()),
                Refusal::DepartmentNeeded,
            ),
            Need::Rating => {
                (self.rating.is_some_and(|stars| (1..=5).contains(&stars)), Refusal::RatingNeeded)
            }
            Need::Minutes => (
                self.minutes.is_some_and(|minutes| (1..=MOST_EXTENSION_MIN).contains(&minutes)),
                Refusal::MinutesNeeded,
            ),
        };
        if carried { Ok(()) } else { Err(refusal) }
    }
}
