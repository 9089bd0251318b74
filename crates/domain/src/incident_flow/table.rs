//! The rules of an incident's life, all of them, in one place.

use crate::records::words::{StepVerb as V, WorkerRole as R};

use super::{
    Actor,
    IncidentState::{self as S, *},
};

/// Where a step leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leads {
    /// To this state.
    To(S),
    /// Nowhere: the incident stays where it is.
    Stays,
    /// Back to where it was before it was suspended.
    Back,
}

/// Who may take a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The one who reported it, whatever their role.
    Reporter,
    /// The one who reported it, if a grid worker or grid head; a helper reports and does not settle.
    ReporterInField,
    /// Anyone who may report: everybody but a department.
    Anyone,
    /// A grid head.
    GridHead,
    /// The town's or the county's centre.
    Desk,
    /// The department it was given to.
    Assigned,
}

impl Who {
    /// Whether the actor is meant.
    pub const fn includes(self, actor: &Actor) -> bool {
        match self {
            Self::Reporter => actor.reported_it,
            Self::ReporterInField => {
                actor.reported_it && matches!(actor.role, R::FullTime | R::PartTime | R::GridHead)
            }
            Self::Anyone => !matches!(actor.role, R::Department),
            Self::GridHead => matches!(actor.role, R::GridHead),
            Self::Desk => matches!(actor.role, R::TownCentre | R::CountyCentre),
            Self::Assigned => matches!(actor.role, R::Department) && actor.assigned,
        }
    }
}

/// What a step must carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Words: a reason, or what was done.
    Text,
    /// Words for the one who reported it.
    Answer,
    /// The department it goes to.
    Department,
    /// One to five.
    Rating,
    /// Working minutes that are added.
    Minutes,
}

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The verb.
    pub verb: V,
    /// From which states.
    pub from: &'static [S],
    /// Where it leads.
    pub leads: Leads,
    /// Who may.
    pub who: &'static [Who],
    /// What it must carry.
    pub needs: &'static [Need],
}

const fn rule(
    verb: V,
    from: &'static [S],
    leads: Leads,
    who: &'static [Who],
    needs: &'static [Need],
) -> Rule {
    Rule { verb, from, leads, who, needs }
}

/// Desk and the department it was given to.
const WORKING_ON_IT: &[Who] = &[Who::Assigned, Who::Desk];
/// Everyone who has to do with it.
const CONCERNED: &[Who] = &[Who::Reporter, Who::GridHead, Who::Assigned, Who::Desk];
const OPEN: &[S] = &[Reported, Returned, Accepted, Dispatched, Handling, Verified, Suspended];

/// All rules. For one verb the first line whose `from` holds the state counts; no state appears twice for a verb.
pub const TABLE: &[Rule] = &[
    rule(V::Report, &[New], Leads::To(Reported), &[Who::Anyone], &[]),
    rule(V::Report, &[Returned], Leads::To(Reported), &[Who::Reporter], &[Need::Text]),
    rule(
        V::SelfResolve,
        &[New, Reported, Returned],
        Leads::To(Closed),
        &[Who::ReporterInField],
        &[Need::Answer],
    ),
    // Level by level: grid, town, county. The next level's desk accepts it anew.
    rule(V::Escalate, &[Reported, Accepted], Leads::To(Reported), &[Who::GridHead, Who::Desk], &[Need::Text]),
    rule(V::Accept, &[Reported], Leads::To(Accepted), &[Who::Desk], &[]),
    rule(V::Dispatch, &[Accepted], Leads::To(Dispatched), &[Who::Desk], &[Need::Department]),
    // A desk that settles a matter itself needs no department.
    rule(V::Handle, &[Accepted], Leads::To(Handling), &[Who::Desk], &[]),
    rule(V::Handle, &[Dispatched], Leads::To(Handling), WORKING_ON_IT, &[]),
    rule(V::Handle, &[Handling], Leads::Stays, WORKING_ON_IT, &[Need::Text]),
    // Whoever handles does not verify: the desk, the grid head or the worker who saw the trouble does.
    rule(V::Verify, &[Handling], Leads::To(Verified), &[Who::Desk, Who::GridHead, Who::ReporterInField], &[]),
    rule(V::Close, &[Verified], Leads::To(Closed), &[Who::Desk], &[Need::Answer]),
    // 退回 goes one step back to whoever gave it.
    rule(V::Return, &[Reported, Accepted], Leads::To(Returned), &[Who::Desk], &[Need::Text]),
    rule(V::Return, &[Dispatched, Handling], Leads::To(Accepted), WORKING_ON_IT, &[Need::Text]),
    rule(V::Return, &[Verified], Leads::To(Handling), &[Who::Desk], &[Need::Text]),
    rule(
        V::Transfer,
        &[Dispatched, Handling],
        Leads::To(Dispatched),
        WORKING_ON_IT,
        &[Need::Department, Need::Text],
    ),
    rule(
        V::Extend,
        &[Accepted, Dispatched, Handling],
        Leads::Stays,
        &[Who::Desk],
        &[Need::Minutes, Need::Text],
    ),
    rule(V::Suspend, &[Accepted, Dispatched, Handling], Leads::To(Suspended), &[Who::Desk], &[Need::Text]),
    rule(V::Resume, &[Suspended], Leads::Back, &[Who::Desk], &[]),
    rule(V::Withdraw, &[New, Reported, Returned], Leads::To(Withdrawn), &[Who::Reporter], &[]),
    rule(
        V::Void,
        &[Reported, Returned, Accepted, Dispatched, Handling, Suspended],
        Leads::To(Voided),
        &[Who::Desk],
        &[Need::Answer],
    ),
    rule(V::Supplement, OPEN, Leads::Stays, CONCERNED, &[Need::Text]),
    rule(V::Rate, &[Closed], Leads::Stays, &[Who::Reporter], &[Need::Rating]),
    rule(V::Reopen, &[Closed], Leads::To(Reported), &[Who::Reporter, Who::Desk], &[Need::Text]),
];

/// The rule for a verb in a state, if there is one.
pub fn rule_for(verb: V, state: S) -> Option<&'static Rule> {
    TABLE.iter().find(|rule| rule.verb == verb && rule.from.contains(&state))
}
