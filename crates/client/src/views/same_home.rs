//! One home on record twice: what is asked, what is decided, and what both records say.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Two households that may be one, for a human to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SameHomeView {
    /// Why it is asked: `person` (somebody of the same name lives in both), `phone` (the same contact phone), `nobody` (in
    /// one of them nobody lives), `two_phones` (each was entered on a phone of its own), `again` (put together before, and
    /// somebody was entered in the other one since), `came_back` (one of them had left the flat and is behind its door
    /// again), `decided_apart` (one worker said they are one while another said they are two).
    pub reason: String,
    /// The door both are behind.
    pub door: String,
    /// The record made first, which stays when they are put together.
    pub stays: HomeSourceView,
    /// The other one.
    pub other: HomeSourceView,
}

/// A household in which somebody lives although it left its door: one phone took out the last one while another entered
/// somebody. A human says whether they still live there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DoorlessHomeView {
    /// The door it was behind.
    pub door: String,
    /// What the record says.
    pub home: HomeSourceView,
    /// Whether another household lives behind that door by now.
    pub taken: bool,
}

/// What one record says of a household, masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HomeSourceView {
    /// Household id.
    pub id: String,
    /// Masked names of who lives there.
    pub people: Vec<String>,
    /// Masked contact phone.
    pub phone: Option<String>,
    /// How the flat is held: an occupancy code.
    pub occupancy: String,
    /// Note, its numbers masked.
    pub note: String,
    /// Whether this phone made the record.
    pub mine: bool,
    /// Who made the record: a worker's name, `county`, or a role where the author is outside the reader's scope.
    pub by: String,
    /// When, by the writer's clock.
    pub at_ms: i64,
}
