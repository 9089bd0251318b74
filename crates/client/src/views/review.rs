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
    /// Records that may be one person, in the rows of this phone.
    pub same: Vec<super::same_person::SamePersonView>,
    /// Pairs of households that may be one.
    pub same_homes: Vec<super::same_home::SameHomeView>,
    /// Households in which somebody lives, behind no door.
    pub doorless: Vec<super::same_home::DoorlessHomeView>,
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
    /// What that person is to the head of the household, a code; empty where it is not known. Two of one family look alike
    /// behind the mask.
    pub relation: String,
    /// Field name (or group name), a code of the language files, e.g. `phone`, `dwelling`.
    pub field: String,
    /// The values, provisional one first.
    pub sides: Vec<SideView>,
    /// Whether keeping both is possible (numbers, notes).
    pub both: bool,
    /// How a third value is typed; absent where there is none to type (a deletion, several fields at once).
    pub third: Option<EntryView>,
}

/// How one value is typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EntryView {
    /// `line`, `note`, `phone`, `citizen_id`, `day` (`YYYY-MM-DD`), `choice`, `category` (an incident category's code),
    /// `door` (a dwelling's id).
    pub kind: String,
    /// Group of the language files for the codes of a choice; empty otherwise.
    pub group: String,
    /// The codes of a choice.
    pub codes: Vec<String>,
}

/// One side of a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SideView {
    /// Operation id as `device:counter`, the choice for `resolve`.
    pub op: String,
    /// Whether this phone wrote the value first.
    pub mine: bool,
    /// Worker name, `county` for an import or the desk, or a role where the author is outside the reader's scope.
    pub by: String,
    /// When it was written, by the writer's clock: evidence, not a judge.
    pub at_ms: i64,
    /// The value, masked where the field is personal. A deleted record says `deleted`.
    pub value: String,
    /// The same field by field, where several differ.
    pub parts: Vec<PartView>,
    /// Shown meanwhile.
    pub provisional: bool,
}

/// One field of a side that differs in several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PartView {
    /// Code of the language files.
    pub field: String,
    /// Group of the language files, where the value is one of its codes; empty otherwise.
    pub group: String,
    /// The value, masked.
    pub value: String,
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
    /// Keep both, where [`ConflictView::both`] says so.
    #[serde(default)]
    pub both: bool,
    /// The operation ids between which it was decided; when they are no longer the conflict's, nothing is settled.
    /// Empty: whatever stands there.
    #[serde(default)]
    pub seen: Vec<String>,
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
    /// The field to blame, as a code of the language files; empty where it is no single one.
    pub blamed: String,
    /// Fields it changed.
    pub fields: Vec<String>,
    /// When it was written.
    pub at_ms: i64,
    /// Door or subject, masked.
    pub subject: String,
    /// Household it is about.
    pub household: Option<String>,
    /// Incident it is about, or a step or photo of it.
    pub incident: Option<String>,
    /// The verb of an incident's step; empty otherwise.
    pub verb: String,
    /// What it wrote, field by field, masked: what `amend_refused` can change and what it keeps.
    pub wrote: Vec<RefusedField>,
}

/// One field of a refused operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RefusedField {
    /// Name for `amend_refused`.
    pub name: String,
    /// Code of the language files.
    pub field: String,
    /// What it says, masked where it is personal, as in a conflict.
    pub shown: String,
    /// The value as it would be typed; absent where the mask hides some of it.
    pub value: Option<String>,
    /// How it is typed; absent where nobody types it.
    pub entry: Option<EntryView>,
    /// Whether the county named this field.
    pub bad: bool,
}

/// Arguments of `amend_refused`: the refused operation is taken back and written anew with these fields changed.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct AmendArgs {
    /// Operation id as `device:counter`.
    pub op: String,
    /// Changed fields by [`RefusedField::name`]; the others stay as they were written.
    pub fields: std::collections::BTreeMap<String, String>,
}

/// Arguments of `withdraw_refused` and `resend_refused`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct RefusedArgs {
    /// Operation id as `device:counter`.
    pub op: String,
}
