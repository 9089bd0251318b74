//! Dates as ledgers write them: `2026.3.5`, `2026年3月5日`, `20260305`, `1954-03`, `1954年`, Excel day numbers, each
//! kept with the precision it was written in.
//!
//! Leaves to others: lunar dates, two-digit years and day-first orders are refused rather than guessed.

use std::fmt;

use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::text::{half_width, visible};

/// Years a ledger can mean; outside them a number is something else.
const YEARS: std::ops::RangeInclusive<i32> = 1850..=2199;

/// A date known to the day, the month or the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartialDate {
    /// Only the year was written.
    Year(i32),
    /// Year and month (1–12).
    Month(i32, u32),
    /// The whole date.
    Day(NaiveDate),
}

/// Why a text is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DateError {
    /// Nothing was written.
    #[error("no date")]
    Empty,
    /// Not a date in any of the known forms, or one that can be read two ways.
    #[error("cannot be read as a date")]
    Unreadable,
    /// The year has two digits: the century would be a guess.
    #[error("the year has two digits")]
    TwoDigitYear,
    /// The calendar has no such day.
    #[error("no such day")]
    NoSuchDay,
}

impl DateError {
    /// Stable snake_case code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "date_missing",
            Self::Unreadable => "date_unreadable",
            Self::TwoDigitYear => "date_two_digit_year",
            Self::NoSuchDay => "date_no_such_day",
        }
    }
}

impl PartialDate {
    /// Reads one cell's text.
    pub fn read(text: &str) -> Result<Self, DateError> {
        let folded = visible(&half_width(text));
        let folded = folded.trim_matches(|c: char| c == '\'' || c == '’' || c.is_whitespace());
        if folded.is_empty() {
            return Err(DateError::Empty);
        }
        // A time of day behind the date is dropped: midnight from Excel, mostly.
        let date = match folded.split_once(['T', ' ']) {
            Some((date, time)) if time.contains(':') => date,
            _ => folded,
        };
        if date.chars().all(|c| c.is_ascii_digit()) {
            return from_digits(date);
        }
        let mut parts = Vec::new();
        for piece in date.split(|c: char| ".-/年月日号、。,_ ".contains(c)).filter(|p| !p.is_empty()) {
            if piece.len() > 4 || !piece.chars().all(|c| c.is_ascii_digit()) {
                return Err(DateError::Unreadable);
            }
            parts.push(piece);
        }
        from_parts(&parts)
    }

    /// A number from a cell: an Excel day number, `19540305`, `195403` or a bare year. A fraction such as `1985.1`
    /// (October that lost its nought, or January?) keeps only its year when the month is in doubt.
    pub fn from_number(number: f64, date_1904: bool) -> Result<Self, DateError> {
        if !(0.0..=99_991_231.0).contains(&number) {
            return Err(DateError::Unreadable);
        }
        let whole = number.trunc() as u32;
        if number.fract() > 1e-9 && YEARS.contains(&(whole as i32)) {
            // Not an Excel day with a time (those years would be 1905): a year and month typed as a number.
            let hundredths = (number.fract() * 100.0).round() as u32;
            return match hundredths {
                10 => Ok(Self::Year(whole as i32)),
                20 | 30 | 40 | 50 | 60 | 70 | 80 | 90 => Self::month(whole as i32, hundredths / 10),
                1..=12 => Self::month(whole as i32, hundredths),
                _ => Err(DateError::Unreadable),
            };
        }
        if (10_000..=99_999).contains(&whole) {
            return from_excel_day(whole, date_1904);
        }
        from_digits(&whole.to_string())
    }

    /// The year, always known.
    pub fn year(self) -> i32 {
        match self {
            Self::Year(year) | Self::Month(year, _) => year,
            Self::Day(day) => day.year(),
        }
    }

    /// The whole date, when it is known.
    pub fn day(self) -> Option<NaiveDate> {
        match self {
            Self::Day(day) => Some(day),
            _ => None,
        }
    }

    /// True when both can be the same day: they are equal as far as both are known.
    pub fn agrees_with(self, other: Self) -> bool {
        let month = |date: Self| match date {
            Self::Year(_) => None,
            Self::Month(_, month) => Some(month),
            Self::Day(day) => Some(day.month()),
        };
        let both = |a: Option<u32>, b: Option<u32>| a.is_none() || b.is_none() || a == b;
        self.year() == other.year()
            && both(month(self), month(other))
            && both(self.day().map(|d| d.day()), other.day().map(|d| d.day()))
    }

    /// True when the first possible day lies after `today`.
    pub fn is_after(self, today: NaiveDate) -> bool {
        match self {
            Self::Day(day) => day > today,
            Self::Month(year, month) => (year, month) > (today.year(), today.month()),
            Self::Year(year) => year > today.year(),
        }
    }

    fn month(year: i32, month: u32) -> Result<Self, DateError> {
        if !(1..=12).contains(&month) { Err(DateError::NoSuchDay) } else { Ok(Self::Month(year, month)) }
    }
}

/// ISO 8601 with as many parts as are known: `1954`, `1954-03`, `1954-03-05`.
impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Year(year) => write!(f, "{year:04}"),
            Self::Month(year, month) => write!(f, "{year:04}-{month:02}"),
            Self::Day(day) => write!(f, "{:04}-{:02}-{:02}", day.year(), day.month(), day.day()),
        }
    }
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, DateError> {
    text.parse().map_err(|_| DateError::Unreadable)
}

fn from_digits(digits: &str) -> Result<PartialDate, DateError> {
    match digits.len() {
        4 => from_parts(&[digits]),
        5 => from_excel_day(number(digits)?, false),
        6 => from_parts(&[&digits[..4], &digits[4..]]),
        8 => from_parts(&[&digits[..4], &digits[4..6], &digits[6..]]),
        _ => Err(DateError::Unreadable),
    }
}

fn from_parts(parts: &[&str]) -> Result<PartialDate, DateError> {
    let Some(first) = parts.first() else { return Err(DateError::Unreadable) };
    if first.len() <= 2 {
        let year_last = parts.len() == 3 && parts[2].len() == 4;
        return Err(if year_last { DateError::Unreadable } else { DateError::TwoDigitYear });
    }
    let year: i32 = number(first)?;
    if first.len() != 4 || !YEARS.contains(&year) || parts.iter().skip(1).any(|p| p.len() > 2) {
        return Err(DateError::Unreadable);
    }
    match parts {
        [_] => Ok(PartialDate::Year(year)),
        [_, month] => PartialDate::month(year, number(month)?),
        [_, month, day] => NaiveDate::from_ymd_opt(year, number(month)?, number(day)?)
            .map(PartialDate::Day)
            .ok_or(DateError::NoSuchDay),
        _ => Err(DateError::Unreadable),
    }
}

/// Excel counts days from 1900 and believes that 1900 was a leap year; files from old Macs count from 1904.
fn from_excel_day(day: u32, date_1904: bool) -> Result<PartialDate, DateError> {
    let (year, month, first) = if date_1904 { (1904, 1, 1) } else { (1899, 12, 30) };
    NaiveDate::from_ymd_opt(year, month, first)
        .and_then(|start| start.checked_add_days(Days::new(u64::from(day))))
        .filter(|date| YEARS.contains(&date.year()))
        .map(PartialDate::Day)
        .ok_or(DateError::Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(y: i32, m: u32, d: u32) -> PartialDate {
        PartialDate::Day(NaiveDate::from_ymd_opt(y, m, d).unwrap())
    }

    #[test]
    fn every_way_an_office_writes_one_day_is_the_same_day() {
        for text in [
            "2026.3.5",
            "2026.03.05",
            "2026-3-5",
            "2026/03/05",
            "2026年3月5日",
            "2026年03月05号",
            "20260305",
            "２０２６．３．５",
            " 2026-03-05 00:00:00",
            "2026-03-05T00:00:00",
            "46086",
            "'2026.3.5",
            "2026 3 5",
        ] {
            assert_eq!(PartialDate::read(text), Ok(day(2026, 3, 5)), "{text}");
        }
        assert_eq!(PartialDate::from_number(46086.0, false), Ok(day(2026, 3, 5)));
        assert_eq!(PartialDate::from_number(44624.0, true), Ok(day(2026, 3, 5)));
        assert_eq!(PartialDate::from_number(20260305.0, false), Ok(day(2026, 3, 5)));
    }

    #[test]
    fn a_date_is_as_exact_as_it_was_written() {
        assert_eq!(PartialDate::read("1954-03"), Ok(PartialDate::Month(1954, 3)));
        assert_eq!(PartialDate::read("1954年3月"), Ok(PartialDate::Month(1954, 3)));
        assert_eq!(PartialDate::read("195412"), Ok(PartialDate::Month(1954, 12)));
        assert_eq!(PartialDate::read("1954年"), Ok(PartialDate::Year(1954)));
        assert_eq!(PartialDate::from_number(1985.6, false), Ok(PartialDate::Month(1985, 6)));
        assert_eq!(PartialDate::from_number(1985.12, false), Ok(PartialDate::Month(1985, 12)));
        assert_eq!(
            PartialDate::from_number(1985.1, false),
            Ok(PartialDate::Year(1985)),
            "January or October"
        );
    }

    #[test]
    fn what_would_be_a_guess_is_refused() {
        assert_eq!(PartialDate::read("54.3.5"), Err(DateError::TwoDigitYear));
        assert_eq!(PartialDate::read("3/5/1954"), Err(DateError::Unreadable));
        assert_eq!(PartialDate::read("2025.2.29"), Err(DateError::NoSuchDay));
        assert_eq!(PartialDate::read("1954.13"), Err(DateError::NoSuchDay));
        assert_eq!(PartialDate::read("农历三月初五"), Err(DateError::Unreadable));
        assert_eq!(PartialDate::read(" "), Err(DateError::Empty));
    }

    #[test]
    fn a_month_agrees_with_each_of_its_days() {
        assert!(PartialDate::Month(1954, 3).agrees_with(day(1954, 3, 5)));
        assert!(day(1954, 3, 5).agrees_with(PartialDate::Year(1954)));
        assert!(!PartialDate::Month(1954, 4).agrees_with(day(1954, 3, 5)));
        assert!(!day(1954, 3, 6).agrees_with(day(1954, 3, 5)));
    }

    #[test]
    fn it_is_shown_as_known() {
        assert_eq!(PartialDate::Month(1954, 3).to_string(), "1954-03");
        assert_eq!(day(1954, 3, 5).to_string(), "1954-03-05");
    }
}
