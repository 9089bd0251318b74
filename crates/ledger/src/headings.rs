//! Headings: which column holds what, learned anew for each sheet from one to three rows of titles, and again where
//! a sheet repeats or changes its headings further down.
//!
//! A column whose heading nobody knows is reported once, not guessed from its content.

use std::collections::BTreeMap;

use xunge_domain::codes::text::{half_width, is_invisible};

use crate::grid::{Cell, Grid, Row, column_letters};
use crate::reserved::is_reserved;
use crate::synonyms::SYNONYMS;

/// What a column can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Field {
    HouseholdNumber,
    Address,
    Building,
    Unit,
    Room,
    Name,
    HeadName,
    Relation,
    Id,
    Sex,
    Birth,
    Phone,
    Residence,
    Tenure,
    MovedIn,
    Remark,
    /// Known, and left out on purpose: serial numbers, ages, what no form of ours needs.
    Ignored,
    /// The heading itself names a reserved category.
    Reserved,
}

/// A sheet's columns.
#[derive(Debug, Clone, Default)]
pub(crate) struct Headings {
    /// The column of each field; the first one where several match.
    columns: BTreeMap<Field, Vec<u32>>,
    /// Heading texts by column, lowest row.
    texts: BTreeMap<u32, String>,
    /// Columns with a heading nobody knows.
    pub unknown: Vec<u32>,
    /// How many rows the headings take.
    pub height: u32,
}

impl Headings {
    /// The cell of a field: the first of its columns that has something, one of its own before a spread one.
    pub fn cell<'a>(&self, row: &'a Row, field: Field) -> Option<(u32, &'a Cell)> {
        let filled = || self.columns_of(field).iter().filter_map(|c| row.get(c).map(|cell| (*c, cell)));
        filled().find(|(_, cell)| !cell.spread && !is_dash(cell)).or_else(|| filled().next())
    }

    /// Every column of a field.
    pub fn columns_of(&self, field: Field) -> &[u32] {
        self.columns.get(&field).map_or(&[], Vec::as_slice)
    }

    pub fn has(&self, field: Field) -> bool {
        self.columns.contains_key(&field)
    }

    /// True when rows belong to households: their heads, relations or household numbers are told.
    pub fn has_households(&self) -> bool {
        self.has(Field::Relation) || self.has(Field::HouseholdNumber) || self.has(Field::HeadName)
    }

    /// `I 身份证号码`; the letter alone where the heading is reserved.
    pub fn label(&self, column: u32) -> String {
        let letters = column_letters(column);
        match self.texts.get(&column) {
            Some(text) if !is_reserved(text) => {
                format!("{letters} {}", crate::finding::showable(text)).trim_end().to_owned()
            }
            _ => letters,
        }
    }

    /// Whether the cell of a row at this column is read. Of a field with one value only the first filled column is.
    pub fn reads(&self, row: &Row, column: u32) -> bool {
        let field =
            self.columns.iter().find(|(_, columns)| columns.contains(&column)).map(|(field, _)| *field);
        match field {
            None | Some(Field::Ignored) => false,
            // Each of these is joined, or told cell by cell.
            Some(
                Field::Phone
                | Field::Remark
                | Field::Residence
                | Field::Tenure
                | Field::Reserved
                | Field::Name,
            ) => true,
            Some(field) => self.cell(row, field).is_some_and(|(read, _)| read == column),
        }
    }

    fn score(&self) -> usize {
        self.columns.iter().filter(|(field, _)| !matches!(field, Field::Ignored)).count()
    }
}

fn is_dash(cell: &Cell) -> bool {
    matches!(cell.text().trim(), "" | "-" | "—" | "/" | "无")
}

/// The headings that begin exactly at this row, if any: at least three known fields, a name among them; a name and an id
/// are enough.
pub(crate) fn headings_at(grid: &Grid, row: u32) -> Option<Headings> {
    let first = grid.rows.get(&row)?;
    if own_headings(first) < 2 {
        return None;
    }
    let mut best: Option<Headings> = None;
    for height in 1..=3 {
        let candidate = learn(grid, row, height);
        let named = candidate.has(Field::Name) || candidate.has(Field::HeadName);
        let enough = candidate.score() >= 3 || (candidate.score() == 2 && candidate.has(Field::Id));
        if named && enough && best.as_ref().is_none_or(|b| candidate.score() > b.score()) {
            best = Some(candidate);
        }
    }
    best
}

fn own_headings(row: &Row) -> usize {
    row.values().filter(|cell| !cell.spread && field_of(&cell.text()).is_some()).count()
}

/// Reads `height` rows as headings, the lowest known text of each column winning.
fn learn(grid: &Grid, top: u32, height: u32) -> Headings {
    let mut texts: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for row in (top..top + height).rev() {
        for (column, cell) in grid.rows.get(&row).into_iter().flatten() {
            texts.entry(*column).or_default().push(cell.text());
        }
    }
    let mut headings = Headings { height, ..Headings::default() };
    for (column, texts) in texts {
        let known = texts.iter().find_map(|text| field_of(text).map(|field| (field, text)));
        let (field, text) = match known {
            Some((field, text)) => (Some(field), text.clone()),
            None => (None, texts.first().cloned().unwrap_or_default()),
        };
        // A reserved word in a row above covers the column too ("信访情况" over "备注").
        let field = if texts.iter().any(|text| is_reserved(text)) { Some(Field::Reserved) } else { field };
        headings.texts.insert(column, text);
        match field {
            Some(field) => headings.columns.entry(field).or_default().push(column),
            None => headings.unknown.push(column),
        }
    }
    headings
}

/// The field a heading names.
fn field_of(text: &str) -> Option<Field> {
    let squeezed = squeeze(text);
    if squeezed.is_empty() || squeezed.chars().count() > 12 {
        return None;
    }
    let exact =
        |text: &str| SYNONYMS.iter().find(|(_, words)| words.contains(&text)).map(|(field, _)| *field);
    exact(&squeezed)
        .or_else(|| exact(squeezed.trim_start_matches("必填").trim_end_matches("必填")))
        .or_else(|| is_reserved(&squeezed).then_some(Field::Reserved))
}

/// Lower case, half-width, without blanks, stars, slashes and anything in brackets.
fn squeeze(text: &str) -> String {
    let mut depth = 0_usize;
    let mut out = String::new();
    for c in half_width(text).chars() {
        match c {
            '(' | '[' | '【' | '〔' | '<' => depth += 1,
            ')' | ']' | '】' | '〕' | '>' => depth = depth.saturating_sub(1),
            c if depth > 0 || c.is_whitespace() || is_invisible(c) => {}
            '*' | '/' | '、' | ':' | '：' | '.' | '-' | '_' | '"' | '\'' => {}
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_known_by_many_names() {
        for (text, field) in [
            ("姓 名", Field::Name),
            ("＊公民身份号码（18位）", Field::Id),
            ("室/房号", Field::Room),
            ("楼栋/幢号", Field::Building),
            ("出生日期\n(年月日)", Field::Birth),
            ("手机：", Field::Phone),
            ("与户主\n关系", Field::Relation),
            ("年龄", Field::Ignored),
            ("宗教信仰", Field::Reserved),
        ] {
            assert_eq!(field_of(text), Some(field), "{text}");
        }
        assert_eq!(field_of("孔国浩"), None);
    }
}
