//! What the reader has to say about single rows, and the account that shows that no row was dropped silently.
//!
//! Texts are plain Chinese for the person with the ledger. They never hold a whole id or phone, nor the text of a
//! reserved remark.

use serde::Serialize;
use xunge_domain::codes::{redact, text};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Taken as meant; worth knowing, nothing to do.
    Note,
    /// A row that holds nobody and was left out on purpose: a subtotal, a signature, an explanation.
    Skipped,
    /// Taken, or one value left out; somebody should look.
    Warning,
    /// Not imported: a row, a sheet, or a value that must not be.
    Refused,
}

/// Where a row stands in the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Source {
    /// The sheet's name, cleaned; the file's name for delimited text.
    pub sheet: String,
    /// The row as Excel numbers it, from 1; 0 for the sheet as a whole.
    pub row: u32,
}

/// One thing to tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Where.
    #[serde(flatten)]
    pub source: Source,
    /// Letter and heading, such as `I 身份证号码`; empty for the row as a whole.
    pub column: String,
    /// How much it matters.
    pub severity: Severity,
    /// Stable snake_case code; the table is in the crate's description.
    pub code: &'static str,
    /// What was found.
    pub what: String,
    /// What to do about it.
    pub suggestion: String,
}

/// What became of the rows of one or all sheets. `rows_seen` counts every row from the first to the last used one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Account {
    /// All rows, also blank ones between.
    pub rows_seen: u64,
    /// Rows that brought a new person.
    pub people: u64,
    /// Rows of people already read.
    pub repeated: u64,
    /// Rows that only continue the person above (a second phone under a merged name).
    pub continued: u64,
    /// Rows of dwellings where nobody lives.
    pub empty_dwellings: u64,
    /// Rows not imported, each told in a finding (hidden and refused sheets in one finding for all their rows).
    pub reported: u64,
    /// Titles above the headings, signatures and explanations.
    pub titles: u64,
    /// Rows of headings, also repeated ones.
    pub headings: u64,
    /// Subtotals and totals.
    pub subtotals: u64,
    /// Blank rows.
    pub blank: u64,
}

impl Account {
    /// Rows whose content is in the reading.
    pub fn imported(&self) -> u64 {
        self.people + self.repeated + self.continued + self.empty_dwellings
    }

    /// True when every row went somewhere.
    pub fn balanced(&self) -> bool {
        let furniture = self.titles + self.headings + self.subtotals + self.blank;
        self.rows_seen == self.imported() + self.reported + furniture
    }

    /// Adds another sheet's account.
    pub fn add(&mut self, other: &Self) {
        self.rows_seen += other.rows_seen;
        self.people += other.people;
        self.repeated += other.repeated;
        self.continued += other.continued;
        self.empty_dwellings += other.empty_dwellings;
        self.reported += other.reported;
        self.titles += other.titles;
        self.headings += other.headings;
        self.subtotals += other.subtotals;
        self.blank += other.blank;
    }
}

/// Text from the file made fit for a report: visible, short, numbers masked, safe as a cell.
pub(crate) fn showable(from_file: &str) -> String {
    let clean = redact(&text::visible(from_file));
    let clean = clean.trim_start_matches(['=', '+', '-', '@', '\t']).trim();
    let mut out: String = clean.chars().take(40).collect();
    if clean.chars().count() > 40 {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_name_cannot_smuggle_numbers_or_formulas_into_the_report() {
        assert_eq!(showable("=cmd|14212345678\u{202E}"), "cmd|142****5678");
        assert_eq!(showable(&"长".repeat(100)).chars().count(), 41);
    }
}
