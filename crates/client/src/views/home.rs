//! Today: what is due, what came back, where everything is.

use super::{Counts, Standing, patrols::SlotView};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Answer of `today`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Today {
    /// Local date, `YYYY-MM-DD`.
    pub date: String,
    /// Name of the worker's grid.
    pub grid: String,
    /// The two patrols of the day.
    pub slots: Vec<SlotView>,
    /// The four-state counts.
    pub counts: Counts,
    /// Households to call at today, in walking order; at most 20.
    pub visits_due: Vec<DueVisit>,
    /// How many are due in all.
    pub visits_due_total: u32,
    /// Visits recorded today.
    pub visits_done: u32,
    /// Answers the county gave to this worker's reports, newest first.
    pub answers: Vec<AnswerView>,
    /// Items the county returned for more information.
    pub returned: Vec<AnswerView>,
    /// What happened to the phone's store, until the worker has read it.
    pub mended: Option<MendedView>,
}

/// A store that was damaged and goes on with what could be saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MendedView {
    /// When it was noticed.
    pub at_ms: i64,
    /// Entries written here, not known to be at the county, that were saved.
    pub kept: u64,
    /// Photos of which the same holds.
    pub photos: u64,
    /// Entries that are gone; absent until the county has said which it holds.
    pub lost: Option<u64>,
    /// Only what was written last is gone; nothing was moved aside.
    pub tail: bool,
}

/// A household that is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DueVisit {
    /// Household id.
    pub household: String,
    /// Door as people say it: `2幢1单元 301`.
    pub door: String,
    /// Name of the building; empty where it has none.
    pub building: String,
    /// Street and number of the building; empty where unknown.
    pub street: String,
    /// Why: a code, `care_duty` or `new_tenant`.
    pub reason: String,
    /// Name of the care category, where that is the reason.
    pub category: Option<String>,
    /// Last visit.
    pub last_visit_ms: Option<i64>,
    /// Day by which it is due, `YYYY-MM-DD`.
    pub due: String,
}

/// An answer or a return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AnswerView {
    /// Incident id.
    pub incident: String,
    /// Category name, e.g. `路灯不亮`.
    pub title: String,
    /// State code after the step.
    pub state: String,
    /// Who answered: department or desk name, never a private person.
    pub by: String,
    /// When.
    pub at_ms: i64,
    /// The answer in the desk's words.
    pub text: String,
    /// Where the incident stands.
    pub standing: Standing,
}

/// Arguments of `week`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct WeekArgs {
    /// A day of the week wanted, `YYYY-MM-DD`; the present week without it.
    #[serde(default)]
    pub day: Option<String>,
}

/// Answer of `week`: what this worker did from Monday to Sunday, in numbers and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Week {
    /// Monday, `YYYY-MM-DD`.
    pub first: String,
    /// Sunday.
    pub last: String,
    /// Name of the grid.
    pub grid: String,
    /// Visits.
    pub visits: u32,
    /// Households visited.
    pub households: u32,
    /// Visits that met nobody.
    pub nobody_home: u32,
    /// Patrols that were ended.
    pub patrols: u32,
    /// Their length, metres.
    pub length_m: u64,
    /// Inspection points reached.
    pub points_reached: u32,
    /// Inspection points due on these patrols.
    pub points_due: u32,
    /// Incidents reported.
    pub incidents: u32,
    /// Of these, solved on the spot.
    pub solved_here: u32,
    /// Reports the county answered.
    pub answers: u32,
}
