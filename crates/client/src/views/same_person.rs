//! One person on record twice: what is asked, what is decided, and what both records say.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Two records that may be one person, for a human to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SamePersonView {
    /// Why it is asked: `citizen_id` (the same number), `name_and_birth` (both, behind the same door),
    /// `name_and_door` (the name behind the same door, a birth date not known of both),
    /// `decided_apart` (one worker put them together while another said they are two), `both_ways` (two
    /// workers put them together at the same time, each into the other's record; [`SamePersonView::stays`] is shown).
    pub reason: String,
    /// The record made first, which stays when they are put together.
    pub stays: SourceView,
    /// The other one.
    pub other: SourceView,
    /// Fields in which they do not agree, as names of [`SourceView`]; masked values may look alike.
    pub differs: Vec<String>,
}

/// What one record says of a person, masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SourceView {
    /// Person id of this record.
    pub id: String,
    /// Masked name.
    pub name: String,
    /// Masked citizen id; absent when none, `declined` when refused.
    pub citizen_id: Option<String>,
    /// `1949-**-**`; absent when unknown.
    pub birth: Option<String>,
    /// Code of GB/T 2261.1.
    pub sex: String,
    /// Masked phone.
    pub phone: Option<String>,
    /// Household it was entered in; absent when none.
    pub household: Option<String>,
    /// Door of that household.
    pub door: String,
    /// Whether this phone made the record.
    pub mine: bool,
    /// Who made the record: a worker's name, `county`, or a role where the author is outside the reader's scope.
    pub by: String,
    /// When, by the writer's clock.
    pub at_ms: i64,
}

/// A record folded into the person shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FoldedView {
    /// What it says.
    pub source: SourceView,
    /// Fields in which it does not agree with the record that stays, as names of [`SourceView`].
    pub differs: Vec<String>,
}

/// Arguments of `merge_persons` and `not_same_person`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PairArgs {
    /// Person id.
    pub one: String,
    /// Person id.
    pub other: String,
}

/// Arguments of `unmerge_person`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct UnmergeArgs {
    /// Person id of the record that was folded into another.
    pub id: String,
}
