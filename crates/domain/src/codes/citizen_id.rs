//! Citizen identity numbers: 18 digits and the older 15 (GB 11643), the numbers of residents from Hong Kong, Macau
//! and Taiwan (81/82/83…), and the 18-digit permanent-residence numbers of foreigners (9 + province, since 2023).
//!
//! A [`CitizenId`] can only be made from a number whose shape, birth date and check digit hold. It never prints
//! itself: `Debug` is masked, there is no `Display` and no serialisation; whoever needs the text calls
//! [`CitizenId::reveal`] and answers for it.
//!
//! Leaves to others: which person a number belongs to, other documents (passports), what a ledger does with a
//! number that fails.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use thiserror::Error;

use super::date::PartialDate;
use super::lists::Sex;
use super::masking::mask_id_text;
use super::text::{half_width, is_invisible};

/// Weights of the first 17 digits (GB 11643; ISO 7064 MOD 11-2).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// Check characters by the weighted sum modulo 11.
const CHECKS: &[u8; 11] = b"10X98765432";
/// Two-digit province codes of GB/T 2260 that a number may carry, 83 being the permits of Taiwan residents.
const PROVINCES: [&str; 35] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42",
    "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82",
    "83",
];

/// A number whose shape, birth date and check digit hold. Always the 18-character form with a capital `X`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CitizenId([u8; 18]);

/// Whose number it is, told by its first digits alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdKind {
    /// A citizen's number with a province code in use.
    Citizen,
    /// A residence permit of Hong Kong (81), Macau (82) or Taiwan (83) residents.
    HongKongMacauTaiwan,
    /// A foreigner's permanent-residence number: 9, then a province code.
    PermanentResidence,
    /// No place has this area code; kept, because codes were renamed often and tests use 990101.
    UnknownArea,
}

/// Something a reader may want to know about a number that was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdNote {
    /// A 15-digit number was lengthened: 19 put before the year, check digit computed.
    Lengthened,
    /// Blanks, apostrophes, dashes or invisible characters were taken out.
    Separators,
    /// Full-width characters were folded.
    FullWidth,
    /// The check character was a lower-case x (or a look-alike: ×, Cyrillic Х).
    LowerCaseX,
    /// The first digits belong to no province; never more than a note.
    UnknownArea,
}

/// Why a text is not a citizen id. The text itself is not carried, so that it cannot reach a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum IdError {
    /// Nothing was written.
    #[error("no number")]
    Empty,
    /// Neither 15 nor 18 characters.
    #[error("{0} characters where 18 (or 15) are due")]
    Length(usize),
    /// Something other than digits (and a last X).
    #[error("not only digits")]
    NotDigits,
    /// It has letters where a passport or travel permit has them.
    #[error("looks like a passport or travel permit")]
    OtherDocument,
    /// The birth part is no day of the calendar.
    #[error("the birth part is no date")]
    NoSuchBirthDate,
    /// The birth part lies after today.
    #[error("the birth part lies in the future")]
    BornInFuture,
    /// The last character does not fit the others.
    #[error("the check digit does not fit")]
    CheckDigit,
    /// Written in scientific notation: the last digits are gone for good.
    #[error("spoiled by a spreadsheet")]
    ScientificNotation,
}

/// A disagreement between a valid number and a column beside it. Both are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnWarning {
    /// The birth column says another date than the number.
    Birth,
    /// The sex column says otherwise than the 17th digit.
    Sex,
}

/// The result of reading one text: an id or the reason, and what was done to it on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdReading {
    /// The id, or why there is none.
    pub id: Result<CitizenId, IdError>,
    /// What was folded, stripped or lengthened; also given when the id failed.
    pub notes: Vec<IdNote>,
}

impl IdNote {
    /// Stable snake_case code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Lengthened => "id_lengthened",
            Self::Separators => "id_separators",
            Self::FullWidth => "id_full_width",
            Self::LowerCaseX => "id_lower_case_x",
            Self::UnknownArea => "id_unknown_area",
        }
    }
}

impl IdError {
    /// Stable snake_case code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "id_missing",
            Self::Length(_) => "id_length",
            Self::NotDigits => "id_not_digits",
            Self::OtherDocument => "id_other_document",
            Self::NoSuchBirthDate => "id_birth_date",
            Self::BornInFuture => "id_born_in_future",
            Self::CheckDigit => "id_check_digit",
            Self::ScientificNotation => "id_spoiled_by_excel",
        }
    }
}

impl ColumnWarning {
    /// Stable snake_case code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Birth => "birth_disagrees",
            Self::Sex => "sex_disagrees",
        }
    }
}

impl CitizenId {
    /// Reads a number as people write it; `today` bounds the birth date.
    pub fn read(text: &str, today: NaiveDate) -> IdReading {
        let mut notes = Vec::new();
        let id = digits_of(text, &mut notes).and_then(|digits| match digits.len() {
            18 => checked(&digits, today),
            15 => lengthened(&digits, today).inspect(|_| notes.push(IdNote::Lengthened)),
            other => Err(IdError::Length(other)),
        });
        if let Ok(id) = &id
            && id.kind() == IdKind::UnknownArea
        {
            notes.push(IdNote::UnknownArea);
        }
        IdReading { id, notes }
    }

    /// Takes back a number this program stored: exactly 18 characters with a right check digit. The birth date is
    /// not held against any clock again.
    pub fn from_stored(text: &str) -> Result<Self, IdError> {
        checked(text.as_bytes(), NaiveDate::MAX)
    }

    /// The full number. Every call is a place where a person's number leaves its guard: keep them few and logged.
    pub fn reveal(&self) -> &str {
        // The bytes are ASCII by construction.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// First six and last four characters (the mask of every screen: 6+4).
    pub fn masked(&self) -> String {
        mask_id_text(self.reveal())
    }

    /// The last four characters, which people at the door tell each other apart by.
    pub fn tail(&self) -> &str {
        &self.reveal()[14..]
    }

    /// The first six characters: where the number was first given, not where the person lives.
    pub fn area(&self) -> &str {
        &self.reveal()[..6]
    }

    /// The birth date inside the number.
    pub fn birth(&self) -> NaiveDate {
        // Valid by construction; the fallback can only be reached if that is broken.
        birth_of(&self.0).unwrap_or(NaiveDate::MIN)
    }

    /// Odd 17th digit: male.
    pub fn sex(&self) -> Sex {
        if self.0[16] % 2 == 1 { Sex::Male } else { Sex::Female }
    }

    /// Whose number it is, by its first digits.
    pub fn kind(&self) -> IdKind {
        let text = self.reveal();
        match &text[..2] {
            "81" | "82" | "83" => IdKind::HongKongMacauTaiwan,
            two if PROVINCES.contains(&two) => IdKind::Citizen,
            _ if text.starts_with('9') && PROVINCES.contains(&&text[1..3]) => IdKind::PermanentResidence,
            _ => IdKind::UnknownArea,
        }
    }

    /// Whole years of age on a day; 29 February birthdays count from 1 March. Zero before birth.
    pub fn age_on(&self, day: NaiveDate) -> u32 {
        day.years_since(self.birth()).unwrap_or(0)
    }

    /// Holds the number against the columns beside it.
    pub fn compare(&self, birth: Option<PartialDate>, sex: Option<Sex>) -> Vec<ColumnWarning> {
        let mut warnings = Vec::new();
        if birth.is_some_and(|birth| !birth.agrees_with(PartialDate::Day(self.birth()))) {
            warnings.push(ColumnWarning::Birth);
        }
        if matches!(sex, Some(sex @ (Sex::Male | Sex::Female)) if sex != self.sex()) {
            warnings.push(ColumnWarning::Sex);
        }
        warnings
    }
}

impl fmt::Debug for CitizenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CitizenId({})", self.masked())
    }
}

/// The check character of 17 digits; `None` when they are not digits.
pub fn check_character(first_17: &[u8]) -> Option<u8> {
    if first_17.len() != 17 || !first_17.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let sum: u32 = first_17.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    Some(CHECKS[(sum % 11) as usize])
}

/// Folds, strips and notes; leaves only digits and a last `X`.
fn digits_of(text: &str, notes: &mut Vec<IdNote>) -> Result<Vec<u8>, IdError> {
    let mut note = |n: IdNote| {
        if !notes.contains(&n) {
            notes.push(n);
        }
    };
    let folded = half_width(text);
    if text.chars().any(|c| matches!(c, '\u{FF01}'..='\u{FF5E}')) {
        note(IdNote::FullWidth);
    }
    let mut out = Vec::with_capacity(18);
    let mut letters = 0_usize;
    for c in folded.chars() {
        match c {
            '0'..='9' | 'X' => out.push(c as u8),
            'x' | '×' | 'Х' | 'х' | '✕' => {
                note(IdNote::LowerCaseX);
                out.push(b'X');
            }
            '\'' | '’' | '‘' | '`' | '"' | '-' | '—' | '–' | '_' => note(IdNote::Separators),
            c if c.is_whitespace() || is_invisible(c) => note(IdNote::Separators),
            c if c.is_ascii_alphabetic() => {
                letters += 1;
                out.push(c as u8);
            }
            _ => return Err(if out.is_empty() { IdError::NotDigits } else { not_digits(&folded) }),
        }
    }
    if out.is_empty() {
        return Err(IdError::Empty);
    }
    if letters > 0 {
        return Err(not_digits(&folded));
    }
    if out.iter().rev().skip(1).any(|b| *b == b'X') {
        return Err(IdError::NotDigits);
    }
    Ok(out)
}

/// Tells a spoiled number and a passport from plain rubbish.
fn not_digits(folded: &str) -> IdError {
    let text = folded.trim().trim_start_matches('\'');
    let scientific = text.split_once(['E', 'e']).is_some_and(|(mantissa, exponent)| {
        mantissa.contains('.')
            && mantissa.chars().all(|c| c.is_ascii_digit() || c == '.')
            && exponent.trim_start_matches('+').parse::<u32>().is_ok()
    });
    let letters = text.chars().take_while(char::is_ascii_alphabetic).count();
    let digits = text.chars().skip(letters).filter(char::is_ascii_digit).count();
    match () {
        _ if scientific => IdError::ScientificNotation,
        // Passports have one or two letters and 6–8 digits, old permanent-residence cards three and twelve.
        _ if (1..=3).contains(&letters)
            && letters + digits == text.chars().count()
            && (6..=12).contains(&digits) =>
        {
            IdError::OtherDocument
        }
        _ => IdError::NotDigits,
    }
}

fn lengthened(digits: &[u8], today: NaiveDate) -> Result<CitizenId, IdError> {
    let mut long = Vec::with_capacity(18);
    long.extend_from_slice(&digits[..6]);
    long.extend_from_slice(b"19");
    long.extend_from_slice(&digits[6..]);
    long.push(check_character(&long).ok_or(IdError::NotDigits)?);
    checked(&long, today)
}

fn checked(digits: &[u8], today: NaiveDate) -> Result<CitizenId, IdError> {
    let number: [u8; 18] = digits.try_into().map_err(|_| IdError::Length(digits.len()))?;
    let check = check_character(&number[..17]).ok_or(IdError::NotDigits)?;
    let birth = birth_of(&number).ok_or(IdError::NoSuchBirthDate)?;
    if birth > today {
        return Err(IdError::BornInFuture);
    }
    if check != number[17] {
        return Err(IdError::CheckDigit);
    }
    Ok(CitizenId(number))
}

fn birth_of(number: &[u8; 18]) -> Option<NaiveDate> {
    let part = |from: usize, to: usize| -> Option<u32> {
        number[from..to]
            .iter()
            .try_fold(0_u32, |sum, b| b.is_ascii_digit().then(|| sum * 10 + u32::from(b - b'0')))
    };
    let date = NaiveDate::from_ymd_opt(part(6, 10)?.try_into().ok()?, part(10, 12)?, part(12, 14)?)?;
    // Numbers were first given in 1984 to the living.
    (date.year() >= 1850).then_some(date)
}

#[cfg(test)]
mod tests;
