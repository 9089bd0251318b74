//! What needs a human: conflicts with both values kept, and refused operations.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Answer of `review`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Review {
    /// Conflicts, computed from the heads.
    pub conflicts: Vec<ConflictView>,
    /// Operations the county did not take, kept here.
    pub refused: Vec<RefusedView>,
}

/// One field (or field group) with more than one value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConflictView {
    /// Handle for `resolve`.
    pub id: String,
    /// Record kind code, e.g. `person`, `household`.
    pub kind: String,
    /// Record id.
    pub record: String,
    /// Household to open for context.
    pub household: Option<String>,
    /// Door as people say it, where the record has one.
    pub door: String,
    /// Masked name of the person, where it is about one.
    pub subject: String,
    /// Field name (or group name), a code of the language files, e.g. `phone`, `dwelling`.
    pub field: String,
    /// The values, provisional one first.
    pub sides: Vec<SideView>,
    /// Whether keeping both is possible (sets and append-only fields).
    pub both: bool,
}

/// One side of a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SideView {
    /// Operation id as `device:counter`, the choice for `resolve`.
    pub op: String,
    /// Whether this phone wrote it.
    pub mine: bool,
    /// Worker name, `county` for an import, or a role where the author is outside the reader's scope.
    pub by: String,
    /// When it was written, by the writer's clock: evidence, not a judge.
    pub at_ms: i64,
    /// The value, masked where the field is personal. A deleted record says `deleted`.
    pub value: String,
    /// Shown meanwhile.
    pub provisional: bool,
}

/// Arguments of `resolve`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ResolveArgs {
    /// Handle from [`ConflictView::id`].
    pub conflict: String,
    /// Operation id chosen; absent when `value` is given.
    #[serde(default)]
    pub op: Option<String>,
    /// A third value, typed; wins over `op`.
    #[serde(default)]
    pub value: Option<String>,
    /// Keep both (sets only).
    #[serde(default)]
    pub both: bool,
}

/// An operation the county refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RefusedView {
    /// Operation id as `device:counter`; `photo:` and its id for a photo that was not taken.
    pub op: String,
    /// Record kind code.
    pub kind: String,
    /// Record id.
    pub record: String,
    /// Why, a code of the language files, e.g. `out_of_scope`, `unknown_category`.
    pub reason: String,
    /// Fields it changed.
    pub fields: Vec<String>,
    /// When it was written.
    pub at_ms: i64,
    /// Door or subject, masked.
    pub subject: String,
}

/// Arguments of `withdraw_refused` and `resend_refused`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct RefusedArgs {
    /// Operation id as `device:counter`.
    pub op: String,
}
