//! A sheet as a sparse grid of cells, whatever file it came from. Rows and columns count from 0 as in the file.
//!
//! Merged areas are already spread; a spread cell says so, because a name in a merged area is one person, not three.

use std::collections::BTreeMap;

/// One sheet.
#[derive(Debug, Clone, Default)]
pub(crate) struct Grid {
    /// As in the file; clean it before showing.
    pub name: String,
    /// Hidden in the workbook.
    pub hidden: bool,
    /// Old Macs count days from 1904.
    pub date_1904: bool,
    /// Only rows with at least one cell of their own.
    pub rows: BTreeMap<u32, Row>,
    /// Cells right of the limit, not read.
    pub beyond: usize,
    /// Decoding had to replace characters in these rows.
    pub broken_rows: Vec<u32>,
}

/// Cells of one row by column.
pub(crate) type Row = BTreeMap<u32, Cell>;

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cell {
    /// What is in it.
    pub value: Value,
    /// True when it only repeats the top-left cell of a merged area.
    pub spread: bool,
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Text as typed.
    Text(String),
    /// A number.
    Number(f64),
    /// A number shown as a date: days as Excel counts them.
    ExcelDay(f64),
    /// A formula that was never computed.
    Uncomputed,
    /// `#REF!` and its kin.
    Error,
    /// Text over the limit; its length in characters.
    TooLong(usize),
}

impl Cell {
    /// A cell of its own.
    pub fn own(value: Value) -> Self {
        Self { value, spread: false }
    }

    /// The text a person sees, numbers without exponent; empty for errors and uncomputed formulas.
    pub fn text(&self) -> String {
        match &self.value {
            Value::Text(text) => text.clone(),
            Value::Number(number) | Value::ExcelDay(number) => plain_number(*number),
            Value::Uncomputed | Value::Error | Value::TooLong(_) => String::new(),
        }
    }

    /// Nothing anybody could read.
    pub fn is_blank(&self) -> bool {
        matches!(&self.value, Value::Text(text) if text.chars().all(|c| c.is_whitespace() || c == '\u{FEFF}'))
    }
}

impl Grid {
    /// Rows from the first to the last one used, blank ones between included.
    pub fn height(&self) -> u32 {
        self.rows.last_key_value().map_or(0, |(row, _)| row + 1)
    }
}

/// `14200001111`, `1985.6`: no exponent, no trailing noughts.
fn plain_number(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e18 { format!("{number:.0}") } else { format!("{number}") }
}

/// The letters of a column: 0 → A, 26 → AA.
pub(crate) fn column_letters(column: u32) -> String {
    let mut rest = column + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_in_excel() {
        let names: Vec<String> = [0, 25, 26, 701, 702].into_iter().map(column_letters).collect();
        assert_eq!(names, ["A", "Z", "AA", "ZZ", "AAA"]);
    }

    #[test]
    fn numbers_read_as_people_see_them() {
        assert_eq!(plain_number(14_200_001_111.0), "14200001111");
        assert_eq!(plain_number(1985.6), "1985.6");
    }
}
