//! Who may do what to an incident (事件), what comes of it, and by when.
//!
//! An incident's life is a row of steps, one verb each (上报 受理 派遣 处置 核查 结案 …); its state is what the steps
//! amount to and is stored nowhere. Phones and county replay the same steps to the same state. The rules stand in
//! one [`table`]; [`IncidentCase::after`] applies one step or refuses it with a reason a screen can branch on.
//!
//! Two rules are law here: nothing is closed or thrown out without words for the one who reported it, and nothing
//! leaves `Closed` except a rating, or a request to open it again.
//!
//! Left to others: the records and their operations (`records`, `operation`), which worker reported what and which
//! department someone sits in (the caller says so in [`Actor`]), notices.

mod calendar;
mod case;
mod sla;
pub mod table;
pub mod turn;

pub use calendar::{CalendarError, DayPlan, Hours, WorkCalendar};
pub use case::{Actor, IncidentCase, Refusal, Step};
pub use sla::{Deadlines, SlaState, SlaTerms};

use serde::{Deserialize, Serialize};

/// Where an incident stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentState {
    /// Not reported yet: a draft on one phone.
    #[default]
    New,
    /// 已上报: waits for the desk.
    Reported,
    /// 退回: waits for the one who reported it.
    Returned,
    /// 已受理: the desk has it.
    Accepted,
    /// 已派遣: waits for a department.
    Dispatched,
    /// 处置中: the work is being done.
    Handling,
    /// 已核查: done, seen to be done, waits for its answer.
    Verified,
    /// 挂账: waits for something outside; its clock stands.
    Suspended,
    /// 已结案, with an answer.
    Closed,
    /// 已撤回 by the one who reported it.
    Withdrawn,
    /// 已作废 by the desk, with a reason.
    Voided,
}

impl IncidentState {
    /// Every state.
    pub const ALL: [Self; 11] = [
        Self::New,
        Self::Reported,
        Self::Returned,
        Self::Accepted,
        Self::Dispatched,
        Self::Handling,
        Self::Verified,
        Self::Suspended,
        Self::Closed,
        Self::Withdrawn,
        Self::Voided,
    ];

    /// Whether nobody has to do anything any more.
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Closed | Self::Withdrawn | Self::Voided)
    }

    /// Whether the clock stands, because the next move is not the county's.
    pub const fn clock_stands(self) -> bool {
        matches!(self, Self::Returned | Self::Suspended)
    }
}

#[cfg(test)]
mod tests;
