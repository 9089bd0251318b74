//! What a person types into one field: how it is asked for, and the value it becomes. The same at the phone's forms, where
//! a refused record is put right, and where a third value settles a conflict.
//!
//! Leaves to others: which of these a form offers, words for the choices, and whether a referred record exists.

#[cfg(test)]
use super::FieldType;
use super::RecordKind;
use super::words::{OccupancyKind, ResidenceKind, VisitOutcome};
use crate::codes::text::visible;
use crate::codes::{CitizenId, Phone, clean_name};
use crate::value::Value;
use chrono::{Datelike, NaiveDate};

/// An ordinary value of a voluntary field: the person does not say.
pub const DECLINED: &str = "declined";
/// Longest free text a form takes, in bytes of UTF-8.
pub const LONGEST_TYPED: usize = 2_000;

/// How a field is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// One line of text.
    Line,
    /// A few lines of text.
    Note,
    /// A telephone number; `declined` is an answer.
    Phone,
    /// A citizen id; `declined` is an answer.
    CitizenId,
    /// A calendar day in the past, `YYYY-MM-DD`.
    Day,
    /// One of these codes, with words in the language files under `group`.
    Choice {
        /// Group of the language files.
        group: &'static str,
        /// The codes.
        codes: &'static [&'static str],
    },
    /// One of the incident categories that the county registered, by code.
    Category,
    /// A door: the id of a dwelling.
    Door,
}

impl Entry {
    /// Name at the border.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Note => "note",
            Self::Phone => "phone",
            Self::CitizenId => "citizen_id",
            Self::Day => "day",
            Self::Choice { .. } => "choice",
            Self::Category => "category",
            Self::Door => "door",
        }
    }
}

/// How a field is asked for; none for what nobody types (hashes, times, links).
pub fn entry_of(kind: RecordKind, field: &str) -> Option<Entry> {
    let choice = |group, codes| Entry::Choice { group, codes };
    Some(match (kind, field) {
        (RecordKind::Person, "name") | (RecordKind::Incident, "place_name") => Entry::Line,
        (RecordKind::Person, "citizen_id") => Entry::CitizenId,
        (RecordKind::Person, "birth") => Entry::Day,
        (RecordKind::Person, "sex") => choice("sex", &["1", "2", "9", "0"]),
        (RecordKind::Person | RecordKind::Household, "phone") => Entry::Phone,
        (RecordKind::Person | RecordKind::Household | RecordKind::Visit | RecordKind::CheckIn, "note")
        | (RecordKind::Incident | RecordKind::IncidentStep, "text") => Entry::Note,
        (RecordKind::Occupancy, "kind") => {
            choice("occupancy", &["owner", "tenant", "public", "other", "unknown"])
        }
        (RecordKind::Occupancy, "dwelling") => Entry::Door,
        (RecordKind::Residence, "kind") => {
            choice("residence", &["registered", "usual", "floating", "overseas"])
        }
        (RecordKind::Residence, "relation") => {
            choice("relation", &["0", "1", "2", "3", "4", "5", "6", "7", "8"])
        }
        (RecordKind::Visit, "outcome") => {
            choice("outcome", &["nothing_changed", "changed", "met", "nobody_home", "declined"])
        }
        (RecordKind::IncidentStep, "rating") => choice("rating", &["5", "4", "3", "2", "1"]),
        (RecordKind::Incident, "category") => Entry::Category,
        _ => return None,
    })
}

/// Why a typed text is no value of its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Untyped {
    /// Not what the field holds.
    Invalid,
    /// Longer than [`LONGEST_TYPED`].
    TooLong,
}

/// The value of a typed text; an empty one clears the field.
///
/// # Errors
/// [`Untyped`]; what was typed is not repeated in it.
pub fn typed(kind: RecordKind, field: &str, text: &str, today: NaiveDate) -> Result<Value, Untyped> {
    let entry = entry_of(kind, field).ok_or(Untyped::Invalid)?;
    let text = text.trim();
    if text.is_empty() {
        return Ok(Value::Null);
    }
    match entry {
        Entry::Line if kind == RecordKind::Person => name(&clean_name(&short(text)?)),
        Entry::Line | Entry::Note | Entry::Category => short(text).map(Value::Text),
        Entry::Phone | Entry::CitizenId if text == DECLINED => Ok(Value::Text(DECLINED.into())),
        Entry::Phone => {
            Phone::read(text).map(|phone| Value::Text(phone.reveal())).map_err(|_| Untyped::Invalid)
        }
        Entry::CitizenId => CitizenId::read(text, today)
            .id
            .map(|citizen| Value::Text(citizen.reveal().to_owned()))
            .map_err(|_| Untyped::Invalid),
        Entry::Day => {
            let day: NaiveDate = text.parse().map_err(|_| Untyped::Invalid)?;
            if day > today || day.year() <= 1890 {
                return Err(Untyped::Invalid);
            }
            Ok(Value::Int((day - NaiveDate::default()).num_days()))
        }
        Entry::Choice { group, codes } if codes.contains(&text) => Ok(Value::Int(
            match group {
                "occupancy" => OccupancyKind::from_word(text).map(OccupancyKind::code),
                "residence" => ResidenceKind::from_word(text).map(ResidenceKind::code),
                "outcome" => VisitOutcome::from_word(text).map(VisitOutcome::code),
                _ => text.parse().ok(),
            }
            .ok_or(Untyped::Invalid)?,
        )),
        Entry::Choice { .. } => Err(Untyped::Invalid),
        Entry::Door => text.parse().map(Value::reference).map_err(|_| Untyped::Invalid),
    }
}

/// A name has letters, and begins with none of the signs that make a spreadsheet run what follows: lists are printed from
/// what stands here.
fn name(text: &str) -> Result<Value, Untyped> {
    let runs = text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if runs || !text.chars().any(char::is_alphabetic) {
        return Err(Untyped::Invalid);
    }
    Ok(Value::Text(text.to_owned()))
}

fn short(text: &str) -> Result<String, Untyped> {
    let clean = visible(text);
    if clean.len() > LONGEST_TYPED { Err(Untyped::TooLong) } else { Ok(clean.trim().to_owned()) }
}

/// A value as it would be typed: the code of a choice, the text of a text. The other way of [`typed`].
pub fn as_typed(kind: RecordKind, field: &str, value: &Value) -> Option<String> {
    let entry = entry_of(kind, field)?;
    Some(match (entry, value) {
        (_, Value::Null) => String::new(),
        (Entry::Choice { group: "occupancy", .. }, Value::Int(code)) => {
            OccupancyKind::from_code(*code)?.word().to_owned()
        }
        (Entry::Choice { group: "residence", .. }, Value::Int(code)) => {
            ResidenceKind::from_code(*code)?.word().to_owned()
        }
        (Entry::Choice { group: "outcome", .. }, Value::Int(code)) => {
            VisitOutcome::from_code(*code)?.word().to_owned()
        }
        (Entry::Choice { .. }, Value::Int(code)) => code.to_string(),
        (Entry::Day, Value::Int(days)) => {
            NaiveDate::default().checked_add_signed(chrono::TimeDelta::try_days(*days)?)?.to_string()
        }
        (Entry::Door, value) => value.as_reference()?.to_string(),
        (_, Value::Text(text)) => text.clone(),
        _ => return None,
    })
}

/// Whether a kind of field holds what [`typed`] makes of it; for the test that keeps the two tables in step.
#[cfg(test)]
fn holds(field: FieldType, value: &Value) -> bool {
    matches!(
        (field, value),
        (FieldType::Text, Value::Text(_))
            | (FieldType::Int | FieldType::Day, Value::Int(_))
            | (FieldType::Ref(_), Value::Bytes(_))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_letters_and_runs_nowhere() {
        let today = "2026-11-22".parse().unwrap();
        let read = |text: &str| typed(RecordKind::Person, "name", text, today);
        for good in ["单秀兰", "古丽·阿不都", "王\u{202E}芳", "O'Neil-Smith", "𠮷田"] {
            assert!(read(good).is_ok(), "{good}");
        }
        assert_eq!(read("王\u{202E}芳"), Ok(Value::Text("王芳".into())));
        for bad in ["=cmd|1", "＝1", "@x", "+86", "-1", "12345", "…"] {
            assert_eq!(read(bad), Err(Untyped::Invalid), "{bad}");
        }
    }

    #[test]
    fn what_is_typed_fits_the_field_and_comes_back_as_typed() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let mut asked = 0;
        for kind in RecordKind::ALL {
            for field in kind.fields() {
                let Some(entry) = entry_of(kind, field.name) else { continue };
                let text = match entry {
                    Entry::Phone => "14200001111",
                    Entry::CitizenId => "990101195403050015",
                    Entry::Day => "1954-03-05",
                    Entry::Choice { codes, .. } => codes[0],
                    Entry::Door => "01936f2e-0000-7000-8000-000000000001",
                    Entry::Line | Entry::Note | Entry::Category => "轮椅",
                };
                let value = typed(kind, field.name, text, today).unwrap();
                assert!(holds(field.holds, &value), "{} {}", kind.name(), field.name);
                let back = as_typed(kind, field.name, &value).unwrap();
                if entry != Entry::CitizenId {
                    assert_eq!(back, text, "{} {}", kind.name(), field.name);
                }
                assert_eq!(typed(kind, field.name, &back, today), Ok(value));
                asked += 1;
            }
        }
        assert!(asked >= 15, "only {asked} fields are asked for");
    }

    #[test]
    fn what_is_no_value_is_refused() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let bad = |field: &str, text: &str| typed(RecordKind::Person, field, text, today);
        assert_eq!(bad("birth", "2026-11-23"), Err(Untyped::Invalid), "a day to come");
        assert_eq!(bad("sex", "7"), Err(Untyped::Invalid));
        assert_eq!(bad("phone", "12"), Err(Untyped::Invalid));
        assert_eq!(bad("citizen_id", "990101195403050014"), Err(Untyped::Invalid));
        let endless = "长".repeat(700);
        assert_eq!(bad("note", &endless), Err(Untyped::TooLong));
        assert_eq!(bad("unheard_of", "x"), Err(Untyped::Invalid));
        assert_eq!(bad("phone", " "), Ok(Value::Null));
        assert_eq!(bad("phone", DECLINED), Ok(Value::Text(DECLINED.into())));
    }
}
