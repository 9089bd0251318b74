//! People: masked in every list; one at a time unmasked, for a reason that is written to the audit log first.

use super::call::{Call, Seat};
use super::problem::{Answer, Problem};
use crate::county::County;
use crate::storage::RecordRow;
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use xunge_domain::codes::{Relation, Sex, mask_id_text, mask_name, mask_phone_text};
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::ResidenceKind;

/// How long an opened person stays open on the screen.
const OPEN_MS: i64 = 30_000;
const HOUR_MS: i64 = 3_600_000;
/// Opened persons an hour.
const MOST_AN_HOUR: u64 = 30;
const REASONS: [&str; 5] = ["correct_record", "call", "care_duty", "asked_by_person", "incident"];
const LONGEST_WORDS: usize = 500;

/// A person, masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct PersonRow {
    pub id: String,
    pub name: String,
    pub relation: String,
    pub sex: &'static str,
    pub age: Option<u32>,
    pub citizen_id: Option<String>,
    pub phone: Option<String>,
    pub residence: Option<&'static str>,
    pub conflicts: u32,
}

/// A person opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct Opened {
    pub id: String,
    pub fields: OpenedFields,
    pub until_ms: i64,
    pub left_this_hour: u64,
}

/// What there is to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct OpenedFields {
    pub name: String,
    pub citizen_id: Option<String>,
    pub birth: Option<String>,
    pub sex: &'static str,
    pub phone: Option<String>,
    pub relation: String,
    pub residence: Option<&'static str>,
    pub note: String,
}

/// Why a person is opened.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct OpenForm {
    /// A code of the list.
    pub reason: String,
    /// Words that go with it.
    #[serde(default)]
    pub text: String,
}

fn sex(person: &RecordRow) -> &'static str {
    match person.int(4).and_then(|code| u8::try_from(code).ok()).and_then(Sex::from_code) {
        Some(Sex::Male) => "male",
        Some(Sex::Female) => "female",
        Some(Sex::NotStated) => "not_stated",
        _ => "unknown",
    }
}

/// The relation's word, `head` … `other`; empty when it is not known.
pub fn relation(residence: Option<&RecordRow>) -> String {
    let code = residence.and_then(|row| row.int(4)).and_then(|code| u8::try_from(code).ok());
    let word = match code.and_then(Relation::from_code) {
        Some(Relation::Head) => "head",
        Some(Relation::Spouse) => "spouse",
        Some(Relation::Son) => "son",
        Some(Relation::Daughter) => "daughter",
        Some(Relation::Grandchild) => "grandchild",
        Some(Relation::Parent) => "parent",
        Some(Relation::Grandparent) => "grandparent",
        Some(Relation::Sibling) => "sibling",
        Some(Relation::Other) => "other",
        None => "",
    };
    word.to_owned()
}

fn residence_word(residence: Option<&RecordRow>) -> Option<&'static str> {
    residence.and_then(|row| row.int(3)).and_then(ResidenceKind::from_code).map(ResidenceKind::word)
}

fn day(days: i64) -> Option<NaiveDate> {
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1)?;
    match u64::try_from(days) {
        Ok(days) => epoch.checked_add_days(Days::new(days)),
        Err(_) => epoch.checked_sub_days(Days::new(days.unsigned_abs())),
    }
}

fn text(row: &RecordRow, key: u16) -> Option<String> {
    Some(row.text(key)).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A person as lists show it.
pub fn masked(person: &RecordRow, residence: Option<&RecordRow>, now_ms: i64) -> PersonRow {
    let today = chrono::DateTime::from_timestamp_millis(now_ms).map(|now| now.date_naive());
    let age = person.int(3).and_then(day).zip(today).and_then(|(birth, today)| today.years_since(birth));
    PersonRow {
        id: person.id.to_string(),
        name: mask_name(person.text(1)),
        relation: relation(residence),
        sex: sex(person),
        age,
        citizen_id: text(person, 2).map(|id| mask_id_text(&id)),
        phone: text(person, 5).map(|phone| mask_phone_text(&phone)),
        residence: residence_word(residence),
        conflicts: person.conflicts + residence.map_or(0, |row| row.conflicts),
    }
}

/// `POST people/{id}/open`.
///
/// # Errors
/// `not_found`, `bad_request`, `reveal_limit`.
pub fn open(call: &Call, county: &County, seat: &Seat) -> Answer<Opened> {
    let person = seat.record(county, RecordKind::Person, call.id()?)?;
    let form: OpenForm = call.body()?;
    if !REASONS.contains(&form.reason.as_str()) {
        return Err(Problem::bad("reason"));
    }
    if form.text.chars().count() > LONGEST_WORDS {
        return Err(Problem::bad("text"));
    }
    let now_ms = county.now_ms();
    // Counted and written under the one write lock: two requests at once cannot both be the thirtieth.
    let opened = county.write(|tx| {
        let so_far = tx.rows().audit_count(&seat.account, "open_person", now_ms - HOUR_MS)?;
        let allowed = so_far < MOST_AN_HOUR;
        let entry = seat.audit("open_person", &person.id.to_string(), &form.reason, form.text.trim());
        county.audit_in(tx, &crate::storage::AuditEntry { ok: allowed, ..entry })?;
        Ok(if allowed { Some(MOST_AN_HOUR - so_far - 1) } else { None })
    })?;
    let left_this_hour = opened.ok_or_else(|| Problem::new(429, "reveal_limit"))?;
    let residences = county.by_second(RecordKind::Residence, person.id)?;
    let residence = residences.iter().rev().find(|row| row.int(6).is_none());
    Ok(Opened {
        id: person.id.to_string(),
        fields: OpenedFields {
            name: person.text(1).to_owned(),
            citizen_id: text(&person, 2),
            birth: person.int(3).and_then(day).map(|day| day.to_string()),
            sex: sex(&person),
            phone: text(&person, 5),
            relation: relation(residence),
            residence: residence_word(residence),
            note: person.text(7).to_owned(),
        },
        until_ms: now_ms + OPEN_MS,
        left_this_hour,
    })
}
