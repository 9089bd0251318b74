//! Persons: masked lines, the form, and the one opened person.

use super::Standing;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A person in a household, masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PersonLine {
    /// Person id.
    pub id: String,
    /// Masked name, `孔**`.
    pub name: String,
    /// Relation to the head, code 0–8 of GB/T 4761 as text.
    pub relation: String,
    /// `1` male, `2` female, `0` unknown, `9` not stated.
    pub sex: String,
    /// Age in full years today; absent when the birth date is unknown.
    pub age: Option<u32>,
    /// Masked citizen id; absent when none, `declined` when refused.
    pub citizen_id: Option<String>,
    /// Masked phone.
    pub phone: Option<String>,
    /// Further numbers kept beside it, masked.
    pub other_phones: Vec<String>,
    /// Residence code: `registered`, `usual`, `floating`, `overseas`.
    pub residence: String,
    /// Other records of the same person that were put together with this one.
    pub folded: Vec<super::same_person::FoldedView>,
    /// The county is finding out whether this person is on record elsewhere too.
    pub checking: bool,
    /// Conflicts waiting on this person.
    pub review: u32,
    /// Where the newest change stands.
    pub standing: Standing,
}

/// Arguments of `open_person`: full fields of one person, logged, closed again after 30 s.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct OpenPersonArgs {
    /// Person id.
    pub id: String,
    /// Reason code: `check_at_door`, `correct_record`, `call`, `care_duty`, `asked_by_person`.
    pub reason: String,
}

/// Answer of `open_person`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OpenPerson {
    /// Person id.
    pub id: String,
    /// The fields in full.
    pub fields: PersonFields,
    /// Further numbers kept beside the phone, in full.
    pub other_phones: Vec<String>,
    /// The same of the records put together with this one; each opening of one is logged too.
    pub folded: Vec<OpenFolded>,
    /// The screen masks again at this moment (phone's clock).
    pub until_ms: i64,
    /// Reveals left in this hour.
    pub left_this_hour: u32,
}

/// A record put together with the opened one, in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OpenFolded {
    /// Person id of the record.
    pub id: String,
    /// Its fields.
    pub fields: PersonFields,
}

/// The fields of a person as a form holds them. Empty text = unknown; `declined` = refused 拒绝提供.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PersonFields {
    /// Name.
    pub name: String,
    /// Citizen id, 18 characters, or `declined`.
    pub citizen_id: String,
    /// `YYYY-MM-DD`, or empty.
    pub birth: String,
    /// Code of GB/T 2261.1.
    pub sex: String,
    /// Phone, or `declined`.
    pub phone: String,
    /// Code of GB/T 4761.
    pub relation: String,
    /// Residence code.
    pub residence: String,
    /// Note (no judgement, no category).
    pub note: String,
}

/// Arguments of `save_person`. Only fields that are present change.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct PersonEdit {
    /// Person id; absent creates one.
    #[serde(default)]
    pub id: Option<String>,
    /// Household the person lives in; needed when creating.
    #[serde(default)]
    pub household: Option<String>,
    /// Instead of a household: the flat where one begins with this person. Both are saved or neither, both are undone
    /// together, and the answer's `id` is the household's.
    #[serde(default)]
    pub moves_into: Option<MoveIn>,
    /// Changed fields, names as in [`PersonFields`].
    pub fields: std::collections::BTreeMap<String, String>,
}

/// A flat somebody moves into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MoveIn {
    /// The dwelling.
    pub dwelling: String,
    /// How it is held: an occupancy code.
    #[serde(default)]
    pub occupancy: Option<String>,
    /// A household of its own beside the one that lives there already; without it that is refused with `home_taken`.
    #[serde(default)]
    pub beside: bool,
}

/// Arguments of `remove_person`: ends the residence (moved away, died); the person's record stays and it can be undone.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct RemovePersonArgs {
    /// Person id.
    pub id: String,
    /// Household.
    pub household: String,
    /// `moved_away`, `died`, `entered_by_mistake`.
    pub reason: String,
}

/// Arguments of `unplaced_people`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct UnplacedArgs {
    /// Characters of a name, or at least four last characters of an id or phone; empty = everybody.
    #[serde(default)]
    pub query: String,
    /// Which page.
    #[serde(default)]
    pub page: super::Page,
}

/// Answer of `unplaced_people`: people on record whom nobody has put into a household yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UnplacedLines {
    /// Rows, masked; without relation and residence.
    pub rows: Vec<PersonLine>,
    /// How many there are on all pages.
    pub total: u32,
}

/// Arguments of `check_citizen_id`, called while typing.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct CheckIdArgs {
    /// What is typed so far.
    pub text: String,
}

/// Answer of `check_citizen_id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CheckedId {
    /// `empty`, `incomplete`, `ok`, `wrong`.
    pub state: String,
    /// The 18-character form when whole.
    pub lengthened: Option<String>,
    /// Birth date read from it.
    pub birth: Option<String>,
    /// Sex code read from it.
    pub sex: Option<String>,
    /// Codes of what is odd about it, e.g. `checksum`, `birth_in_future`, `unknown_area`.
    pub notes: Vec<String>,
}
