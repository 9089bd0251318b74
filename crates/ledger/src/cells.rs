//! Single cells into values: the id with what can be saved of a spoiled one, birth, sex, phones, free text. Each
//! fault is told where it is met; the value is left out and the person stays.

use chrono::NaiveDate;
use xunge_domain::codes::text::visible;
use xunge_domain::codes::{CitizenId, DateError, IdError, IdNote, PartialDate, Phone, Sex, mask_id_text};

use crate::fault::{Fault, Findings};
use crate::finding::Source;
use crate::grid::{Cell, Grid, Row, Value};
use crate::headings::{Field, Headings};
use crate::reading::WrittenDigits;
use crate::reserved::is_reserved;

/// One row under its headings.
pub(crate) struct RowView<'a> {
    pub grid: &'a Grid,
    pub headings: &'a Headings,
    pub row: &'a Row,
    pub source: Source,
    pub today: NaiveDate,
}

impl RowView<'_> {
    /// True when the field has something of the row's own.
    pub fn has_own(&self, field: Field) -> bool {
        self.headings.cell(self.row, field).is_some_and(|(_, cell)| !cell.spread && !is_nothing(cell))
    }

    /// The field's text, visible characters only, merged areas included. Faulty cells read as empty and say nothing.
    pub fn peek(&self, field: Field) -> String {
        let cell = self.headings.cell(self.row, field);
        cell.filter(|(_, cell)| !is_nothing(cell)).map(|(_, cell)| visible(&cell.text())).unwrap_or_default()
    }

    /// Tells a fault at a column.
    pub fn tell(&self, findings: &mut Findings, column: Option<u32>, fault: Fault, detail: &str) {
        let label = column.map(|column| self.headings.label(column)).unwrap_or_default();
        findings.push(&self.source, &label, fault, detail);
    }

    /// Tells names, addresses and remarks that hold characters which hide or turn around what is written; they are
    /// removed wherever such a text is taken.
    pub fn tell_hidden_characters(&self, findings: &mut Findings) {
        let fields = [Field::Name, Field::HeadName, Field::Address, Field::Remark];
        for column in fields.into_iter().flat_map(|field| self.headings.columns_of(field)) {
            let Some(cell) = self.row.get(column).filter(|cell| !cell.spread) else { continue };
            if matches!(&cell.value, Value::Text(text) if text.chars().any(hides)) {
                self.tell(findings, Some(*column), Fault::HiddenCharacters, "");
            }
        }
    }

    /// Filled cells of the row that nothing reads: columns left out on purpose, without a known heading, without any
    /// heading, and second columns of a field that takes one value.
    pub fn unread_columns(&self) -> Vec<u32> {
        let filled = |column: &u32| {
            self.row.get(column).is_some_and(|cell| !cell.spread && !cell.is_blank() && !is_nothing(cell))
        };
        self.row
            .keys()
            .copied()
            .filter(|column| filled(column) && !self.headings.reads(self.row, *column))
            .collect()
    }

    /// Free text of one cell: nothing reserved, nothing that a spreadsheet would run, no faulty cell.
    pub fn free_text(&self, column: u32, cell: &Cell, findings: &mut Findings) -> String {
        if cell.spread || self.is_faulty(column, cell, findings) || is_nothing(cell) {
            return String::new();
        }
        let text = visible(&cell.text());
        if is_reserved(&text) {
            self.tell(findings, Some(column), Fault::ReservedCategory, "");
            return String::new();
        }
        if runs_as_formula(&text) {
            self.tell(findings, Some(column), Fault::FormulaText, "");
            return String::new();
        }
        text.trim_start_matches(['-', '\'']).trim().to_owned()
    }

    /// Free text of every column of a field, joined.
    pub fn free_texts(&self, field: Field, findings: &mut Findings) -> String {
        let mut texts: Vec<String> = Vec::new();
        for column in self.headings.columns_of(field) {
            let Some(cell) = self.row.get(column) else { continue };
            let text = self.free_text(*column, cell, findings);
            if !text.is_empty() && !texts.contains(&text) {
                texts.push(text);
            }
        }
        texts.join("；")
    }

    /// Columns whose heading is reserved: anything but "no" is refused.
    pub fn refuse_reserved_columns(&self, findings: &mut Findings) {
        for column in self.headings.columns_of(Field::Reserved) {
            let Some(cell) = self.row.get(column).filter(|cell| !cell.spread) else { continue };
            let text = visible(&cell.text());
            if !is_nothing(cell) && !matches!(text.as_str(), "否" | "没有" | "0" | "不" | "不是" | "非" | "×")
            {
                self.tell(findings, Some(*column), Fault::ReservedCategory, "");
            }
        }
    }

    /// The id; of one that failed what is certain, and how it was written where a human may read something out of it.
    pub fn citizen_id(&self, findings: &mut Findings) -> (Option<CitizenId>, WrittenDigits, Option<String>) {
        let mut digits = WrittenDigits::default();
        if !self.headings.has(Field::Id) {
            return (None, digits, None);
        }
        let first_column = self.headings.columns_of(Field::Id).first().copied();
        let Some((column, cell)) = self.headings.cell(self.row, Field::Id).filter(|(_, cell)| !cell.spread)
        else {
            self.tell(findings, first_column, Fault::IdMissing, "");
            return (None, digits, None);
        };
        if self.is_faulty(column, cell, findings) {
            return (None, digits, None);
        }
        if let Value::Number(number) | Value::ExcelDay(number) = cell.value
            && number >= 1e16
        {
            digits.certain = certain_digits(number).filter(|digits| self.real_birth(digits).is_some());
            self.tell(findings, Some(column), Fault::IdSpoiledByExcel, "");
            return (None, digits, None);
        }
        let text = if is_nothing(cell) { String::new() } else { cell.text() };
        let reading = CitizenId::read(&text, self.today);
        let fault = match reading.id {
            Ok(id) => {
                if reading.notes.contains(&IdNote::Lengthened) {
                    self.tell(findings, Some(column), Fault::IdLengthened, &id.masked());
                }
                return (Some(id), digits, None);
            }
            Err(IdError::CheckDigit) => {
                let whole = plain_digits(&text);
                digits.certain = Some(whole.chars().take(14).collect());
                // Eighteen digits that end in noughts went through a spreadsheet and back into text.
                let spoiled = whole.ends_with("000");
                digits.whole = (!spoiled).then_some(whole);
                if spoiled { Fault::IdSpoiledByExcel } else { Fault::IdCheckDigit }
            }
            Err(IdError::ScientificNotation) => {
                digits.certain = certain_of_text(&text).filter(|digits| self.real_birth(digits).is_some());
                Fault::IdSpoiledByExcel
            }
            Err(IdError::Empty) => Fault::IdMissing,
            Err(IdError::Length(_)) => Fault::IdLength,
            Err(IdError::NotDigits) if says_none(&text) => Fault::IdMissing,
            Err(IdError::NotDigits) => Fault::IdNotDigits,
            Err(IdError::OtherDocument) => Fault::IdOtherDocument,
            Err(IdError::NoSuchBirthDate) => Fault::IdBirthDate,
            Err(IdError::BornInFuture) => Fault::IdBornInFuture,
        };
        let written = number_as_written(&text).filter(|_| fault != Fault::IdSpoiledByExcel);
        let masked = written.as_deref().map(mask_id_text);
        let length = match &reading.id {
            Err(IdError::Length(length)) => Some(format!("{length} 位")),
            _ => None,
        };
        let detail: Vec<String> = masked.into_iter().chain(length).collect();
        self.tell(findings, Some(column), fault, &detail.join("，"));
        (None, digits, written)
    }

    /// The birth date inside digits that are certain.
    pub fn real_birth(&self, digits: &str) -> Option<PartialDate> {
        let date = PartialDate::read(digits.get(6..14)?).ok()?;
        (!date.is_after(self.today)).then_some(date)
    }

    /// The birth column.
    pub fn birth(&self, findings: &mut Findings) -> Option<PartialDate> {
        let (column, cell) = self.headings.cell(self.row, Field::Birth)?;
        if cell.spread || self.is_faulty(column, cell, findings) || is_nothing(cell) {
            return None;
        }
        match self.date(cell) {
            Ok(date) if date.is_after(self.today) => {
                self.tell(findings, Some(column), Fault::BirthInFuture, "");
                None
            }
            Ok(date) => Some(date),
            Err(_) if says_none(&cell.text()) => None,
            Err(_) => {
                self.tell(findings, Some(column), Fault::BirthUnreadable, "");
                None
            }
        }
    }

    /// The day on which the household moved in; one cell often speaks for all who did.
    pub fn moved_in(&self, findings: &mut Findings) -> Option<NaiveDate> {
        let (column, cell) = self.headings.cell(self.row, Field::MovedIn)?;
        if is_nothing(cell) || (!cell.spread && self.is_faulty(column, cell, findings)) {
            return None;
        }
        match self.date(cell) {
            Ok(day) if day.is_after(self.today) => {
                self.tell(findings, Some(column), Fault::MovedInInFuture, "");
                None
            }
            Ok(PartialDate::Day(day)) => Some(day),
            _ if cell.spread || says_none(&cell.text()) => None,
            _ => {
                self.tell(findings, Some(column), Fault::MovedInUnreadable, "");
                None
            }
        }
    }

    fn date(&self, cell: &Cell) -> Result<PartialDate, DateError> {
        match &cell.value {
            Value::ExcelDay(day) => PartialDate::from_number(day.trunc(), self.grid.date_1904),
            Value::Number(number) => PartialDate::from_number(*number, self.grid.date_1904),
            _ => PartialDate::read(&cell.text()),
        }
    }

    /// The sex column.
    pub fn sex(&self, findings: &mut Findings) -> Option<Sex> {
        let (column, cell) = self.headings.cell(self.row, Field::Sex)?;
        if cell.spread || self.is_faulty(column, cell, findings) || is_nothing(cell) {
            return None;
        }
        let sex = Sex::read(&cell.text());
        if sex.is_none() && !says_none(&cell.text()) {
            self.tell(findings, Some(column), Fault::SexUnreadable, "");
        }
        sex
    }

    /// Every readable number of every phone column, each once.
    pub fn phones(&self, findings: &mut Findings) -> Vec<Phone> {
        let mut phones: Vec<Phone> = Vec::new();
        for column in self.headings.columns_of(Field::Phone) {
            let Some(cell) = self.row.get(column).filter(|cell| !cell.spread) else { continue };
            if self.is_faulty(*column, cell, findings) || is_nothing(cell) || says_none(&cell.text()) {
                continue;
            }
            for phone in Phone::read_all(&cell.text()) {
                match phone {
                    Ok(phone) if !phones.contains(&phone) => phones.push(phone),
                    Ok(_) => {}
                    Err(_) => self.tell(findings, Some(*column), Fault::PhoneUnreadable, ""),
                }
            }
        }
        phones
    }

    /// Tells and skips cells that hold no value of their own.
    pub fn is_faulty(&self, column: u32, cell: &Cell, findings: &mut Findings) -> bool {
        let fault = match &cell.value {
            Value::Uncomputed => Fault::FormulaWithoutValue,
            Value::Error => Fault::CellError,
            Value::TooLong(_) => Fault::CellTooLong,
            Value::Text(_) | Value::Number(_) | Value::ExcelDay(_) => return false,
        };
        self.tell(findings, Some(column), fault, "");
        true
    }
}

/// Marks of writing direction and control characters: `王\u{202E}芳` shows another name than it holds.
fn hides(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
        || (c.is_control() && !c.is_whitespace())
}

/// Blank, or one of the dashes people put for "nothing".
pub(crate) fn is_nothing(cell: &Cell) -> bool {
    match &cell.value {
        Value::Text(text) => {
            matches!(visible(text).as_str(), "" | "-" | "—" | "——" | "/" | "／" | "\\" | "无" | "－" | "'")
        }
        _ => false,
    }
}

/// Words for "not known" and "declined", both ordinary.
fn says_none(text: &str) -> bool {
    let text = visible(text);
    let words = [
        "无",
        "不详",
        "未知",
        "不清楚",
        "待核实",
        "暂无",
        "没有",
        "拒绝",
        "不愿",
        "未提供",
        "未登记",
        "待补",
        "未办",
        "空",
        "不便",
    ];
    words.iter().any(|word| text.starts_with(word))
}

/// A leading sign that makes a spreadsheet run the text.
pub(crate) fn runs_as_formula(text: &str) -> bool {
    let text = text.trim_start_matches(['\'', '"', ' ', '\t']);
    text.starts_with(['=', '+', '@', '＝', '＋', '＠'])
        || (text.starts_with('-') && text.contains(['(', '|', '!']))
}

/// Longest text kept as a number that is no valid id: two ids with something between them.
const LONGEST_NUMBER: usize = 60;

/// A cell that is some number, though not a valid id: what a spreadsheet would run, reserved words and whole sentences
/// are none.
fn number_as_written(text: &str) -> Option<String> {
    let text = visible(text).trim_start_matches('\'').trim().to_owned();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let fits = digits >= 6 && text.chars().count() <= LONGEST_NUMBER;
    (fits && !runs_as_formula(&text) && !is_reserved(&text)).then_some(text)
}

fn plain_digits(text: &str) -> String {
    let folded = xunge_domain::codes::text::half_width(text);
    folded.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_uppercase()).collect()
}

/// Area and birth of an 18-digit number that became a float. Excel keeps fifteen digits and writes noughts behind
/// them; other programs keep what a float holds, about sixteen, and there fourteen are certain only when rounding to
/// fifteen leaves them as they are.
fn certain_digits(number: f64) -> Option<String> {
    let exact = format!("{number:.0}");
    let rounded: String =
        format!("{number:.14e}").chars().take_while(|c| *c != 'e').filter(|c| *c != '.').collect();
    let by_excel = format!("{rounded}000").parse::<f64>().is_ok_and(|whole| whole == number);
    let certain = rounded.get(..14)?;
    (exact.len() == 18 && (by_excel || exact.get(..14)? == certain)).then(|| certain.to_owned())
}

/// The same for `9.9010119540305E+17` in text: the last digit shown may be rounded, so one more must be there.
fn certain_of_text(text: &str) -> Option<String> {
    let plain = xunge_domain::codes::text::half_width(text);
    let (mantissa, exponent) = plain.trim().trim_start_matches('\'').split_once(['E', 'e'])?;
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let magnitude: u32 = exponent.trim_start_matches('+').parse().ok()?;
    // With fourteen digits the rest was noughts, or rounded away: the day may be one off, so it is not certain.
    (magnitude == 17 && digits.len() >= 15).then(|| digits[..14].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fourteen_digits_of_a_float_are_certain_unless_rounding_carries() {
        assert_eq!(certain_digits(9.901_011_954_030_51e17), Some("99010119540305".to_owned()));
        assert_eq!(certain_digits(9.901_011_954_030_597e17), None);
        // Excel's fifteen digits, which no float meets exactly.
        assert_eq!(certain_digits(9.901_011_996_112_9e17), Some("99010119961129".to_owned()));
        assert_eq!(certain_digits(9.9e14), None);
    }

    #[test]
    fn what_a_screen_showed_of_a_number_is_not_trusted_to_its_last_digit() {
        assert_eq!(certain_of_text("9.90101195403051E+17"), Some("99010119540305".to_owned()));
        assert_eq!(certain_of_text("9.9010119540305E17"), None);
        assert_eq!(certain_of_text("9.90101E+17"), None);
    }

    #[test]
    fn signs_that_a_spreadsheet_would_run() {
        assert!(
            ["=cmd|' /C calc'!A0", "+1+1", "@SUM(1)", "'=1", "-2+3+cmd|x", "＝1"]
                .into_iter()
                .all(runs_as_formula)
        );
        assert!(!["-低保", "独居", "1+1"].into_iter().any(runs_as_formula));
    }
}
