//! Makes ledgers the way offices make them. Every person is invented; ids use area code 990101, which no place has.
#![allow(clippy::unwrap_used, reason = "helpers of tests panic like tests")]
#![allow(dead_code, reason = "each test binary uses its own part")]

use chrono::NaiveDate;
use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet};
use xunge_domain::codes::citizen_id::check_character;
use xunge_ledger::{Finding, LedgerReading, Severity};

/// The day all tests happen on.
pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 10, 1).unwrap()
}

/// A valid id of somebody born on a day; odd sequences are male.
pub fn id(birth: &str, sequence: u32) -> String {
    let first = format!("990101{birth}{sequence:03}");
    format!("{first}{}", char::from(check_character(first.as_bytes()).unwrap()))
}

/// The same with a wrong last character.
pub fn wrong_id(birth: &str, sequence: u32) -> String {
    let good = id(birth, sequence);
    let last = if good.ends_with('5') { '6' } else { '5' };
    format!("{}{last}", &good[..17])
}

/// The fifteen digits of the same person.
pub fn short_id(long: &str) -> String {
    format!("{}{}", &long[..6], &long[8..17])
}

/// One cell to write.
#[derive(Clone)]
pub enum C {
    T(String),
    N(f64),
    /// An Excel day shown as a date.
    D(f64),
    /// A formula and its stored value.
    F(&'static str, &'static str),
    /// Blank.
    B,
}

pub fn t(text: &str) -> C {
    C::T(text.to_owned())
}

/// Writes rows from the top.
pub fn fill(sheet: &mut Worksheet, rows: &[Vec<C>]) {
    sheet.set_formula_result_default("");
    let date = Format::new().set_num_format("yyyy-mm-dd");
    for (row, cells) in rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            let at = (u32::try_from(row).unwrap(), u16::try_from(column).unwrap());
            match cell {
                C::T(text) => {
                    sheet.write_string(at.0, at.1, text).unwrap();
                }
                C::N(number) => {
                    sheet.write_number(at.0, at.1, *number).unwrap();
                }
                C::D(day) => {
                    sheet.write_number_with_format(at.0, at.1, *day, &date).unwrap();
                }
                C::F(formula, value) => {
                    let formula = Formula::new(*formula);
                    let formula = if value.is_empty() { formula } else { formula.set_result(*value) };
                    sheet.write_formula(at.0, at.1, formula).unwrap();
                }
                C::B => {}
            }
        }
    }
}

/// Merges an area without touching what is written in it.
pub fn merge(sheet: &mut Worksheet, area: (u32, u16, u32, u16), text: &str) {
    sheet.merge_range(area.0, area.1, area.2, area.3, text, &Format::new()).unwrap();
}

/// A workbook of one sheet.
pub fn book(name: &str, rows: &[Vec<C>]) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet().set_name(name).unwrap(), rows);
    book.save_to_buffer().unwrap()
}

/// Reads, and checks what holds for every reading.
pub fn read(name: &str, bytes: &[u8]) -> LedgerReading {
    let reading = xunge_ledger::read(name, bytes, today()).unwrap();
    check(&reading);
    reading
}

/// Laws of every reading: the account balances, the summary counts its rows, reports hold no whole numbers.
pub fn check(reading: &LedgerReading) {
    assert!(reading.account.balanced(), "{:?}", reading.account);
    assert!(reading.sheets.iter().all(|(_, account)| account.balanced()), "{:?}", reading.sheets);
    assert_eq!(reading.account.people as usize, reading.people());
    assert!(reading.households.iter().all(|household| !household.people.is_empty()));
    let summary = reading.summary();
    assert_eq!(summary.rows.len(), summary.warnings + summary.refused + summary.skipped + summary.notes);
    assert!(summary.skipped as u64 >= reading.account.subtotals, "each subtotal is named");
    let people =
        reading.households.iter().flat_map(|h| &h.people).chain(reading.unplaced.iter().map(|u| &u.person));
    let shown = serde_json::to_string(&summary).unwrap() + &format!("{reading:?}");
    for person in people {
        if let Some(id) = &person.citizen_id {
            assert!(!shown.contains(id.reveal()), "an id in the report");
        }
        if let Some(written) = &person.id_as_written {
            assert!(
                person.citizen_id.is_none() && !shown.contains(written.as_str()),
                "a number in the report"
            );
        }
        for phone in person.phones.iter().map(|phone| phone.reveal()).filter(|digits| digits.len() >= 10) {
            assert!(!shown.contains(&phone), "a phone in the report");
        }
    }
}

/// Codes of a row's findings, notes included, sorted.
pub fn codes(reading: &LedgerReading, row: u32) -> Vec<&'static str> {
    let mut codes: Vec<_> = reading.findings.iter().filter(|f| f.source.row == row).map(|f| f.code).collect();
    codes.sort_unstable();
    codes
}

/// Warnings and refusals only.
pub fn told(reading: &LedgerReading) -> Vec<&Finding> {
    reading.findings.iter().filter(|finding| finding.severity >= Severity::Warning).collect()
}

/// Everybody's names, household by household.
pub fn names(reading: &LedgerReading) -> Vec<Vec<&str>> {
    reading.households.iter().map(|h| h.people.iter().map(|p| p.name.as_str()).collect()).collect()
}
