//! Delimited text (`.csv`, `.tsv`, `.txt`) into a grid: encoding and separator are found out, quotes respected, and
//! a quote that never closes does not swallow the rest of the file.
//!
//! Leaves the meaning of rows to `sheet.rs`.

use encoding_rs::{BIG5, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use crate::error::LedgerError;
use crate::grid::{Cell, Grid, Row};
use crate::limits;
use crate::workbook::text_value;

/// Reads the whole text as one sheet.
pub(crate) fn read(name: &str, bytes: &[u8]) -> Result<Grid, LedgerError> {
    let text = decode(bytes)?;
    let separator = separator(&text);
    let records = match records(&text, separator, true) {
        Some(records) => records,
        None => records(&text, separator, false).ok_or(LedgerError::Damaged)?,
    };
    let mut grid = Grid { name: name.to_owned(), ..Grid::default() };
    for (at, fields) in records.into_iter().enumerate() {
        if grid.rows.len() >= limits::ROWS {
            return Err(LedgerError::TooLarge);
        }
        let at = u32::try_from(at).map_err(|_| LedgerError::TooLarge)?;
        let mut row = Row::new();
        for (column, field) in fields.into_iter().enumerate() {
            let cell = Cell::own(text_value(&field));
            if cell.is_blank() {
                continue;
            }
            if field.contains('\u{FFFD}') {
                grid.broken_rows.push(at);
            }
            match u32::try_from(column) {
                Ok(column) if column < limits::COLUMNS => drop(row.insert(column, cell)),
                _ => grid.beyond += 1,
            }
        }
        if !row.is_empty() {
            grid.rows.insert(at, row);
        }
    }
    grid.broken_rows.dedup();
    Ok(grid)
}

/// UTF-8 and UTF-16 by their marks, UTF-16 also by its noughts, UTF-8 when it holds, else GB18030 (which contains
/// GBK). Whatever leaves more than one replaced character in fifty is no text.
fn decode(bytes: &[u8]) -> Result<String, LedgerError> {
    let zeros = |parity: usize| bytes.iter().take(2_000).skip(parity).step_by(2).filter(|b| **b == 0).count();
    let sampled = bytes.len().min(2_000) / 2;
    // A program of an office put the mark of UTF-8 before what it wrote in GBK: the mark is not believed.
    let bytes = match bytes.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) if std::str::from_utf8(rest).is_err() && !GB18030.decode_without_bom_handling(rest).1 => {
            rest
        }
        _ => bytes,
    };
    let encoding: &Encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        // Chinese text in UTF-16 has few zero bytes, but separators and digits bring enough.
        None if zeros(1) * 5 > sampled && zeros(0) == 0 => UTF_16LE,
        None if zeros(0) * 5 > sampled && zeros(1) == 0 => UTF_16BE,
        None if bytes.contains(&0) => return Err(LedgerError::NotALedger),
        None if std::str::from_utf8(bytes).is_ok() => UTF_8,
        None => {
            let replaced = |encoding: &'static Encoding| {
                encoding.decode(bytes).0.chars().filter(|c| *c == '\u{FFFD}').count()
            };
            if replaced(GB18030) <= replaced(UTF_8) { GB18030 } else { UTF_8 }
        }
    };
    let (text, _, faulty) = encoding.decode(bytes);
    let total = text.chars().count();
    // A replacement character that was typed is the writer's; one that decoding put there is damage.
    let damaged = |c: char| (faulty && c == '\u{FFFD}') || (c.is_control() && !c.is_whitespace());
    let bad = text.chars().filter(|c| damaged(*c)).count();
    if bad * 50 > total.max(50) { Err(LedgerError::NotALedger) } else { Ok(text.into_owned()) }
}

/// The encoding that text without headings was perhaps written in: only where it holds throughout and shows a word that
/// such a ledger has. It is told, not taken: a wrong guess would turn names into other names.
pub(crate) fn misread(bytes: &[u8]) -> Option<&'static str> {
    if std::str::from_utf8(bytes).is_ok() {
        return None;
    }
    let (text, _, faulty) = BIG5.decode(bytes);
    let words = ["姓名", "住址", "地址", "電話", "戶", "身分證", "身份證"];
    (!faulty && words.iter().any(|word| text.contains(word))).then_some("Big5")
}

/// The separator that splits the first lines most often and most evenly.
fn separator(text: &str) -> char {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(20).collect();
    [',', '\t', ';', '，', '|']
        .into_iter()
        .max_by_key(|separator| {
            let mut counts: Vec<usize> = lines.iter().map(|line| line.matches(*separator).count()).collect();
            counts.sort_unstable();
            counts.get(counts.len() / 2).copied().unwrap_or(0)
        })
        .filter(|separator| text.contains(*separator))
        .unwrap_or(',')
}

/// Records of fields; `None` when a quote is never closed or one field swallows too many lines.
fn records(text: &str, separator: char, quotes: bool) -> Option<Vec<Vec<String>>> {
    let mut records = Vec::new();
    let mut record = Vec::new();
    let mut field = String::new();
    let mut quoted = false;
    let mut lines_in_quotes = 0;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if quotes && field.is_empty() => {
                quoted = true;
                lines_in_quotes = 0;
            }
            '\n' if quoted => {
                lines_in_quotes += 1;
                if lines_in_quotes > 50 {
                    return None;
                }
                field.push('\n');
            }
            c if quoted => field.push(c),
            c if c == separator => record.push(std::mem::take(&mut field)),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\r' => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            c => field.push(c),
        }
    }
    if !field.is_empty() || !record.is_empty() {
        record.push(field);
        records.push(record);
    }
    (!quoted).then_some(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "姓名,性别,住址\n孔国浩,男,\"1幢,1单元\n101\"\n";

    fn texts(grid: &Grid, row: u32) -> Vec<String> {
        grid.rows[&row].values().map(Cell::text).collect()
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn the_same_text_in_every_encoding_an_office_has() {
        let gbk = encoding_rs::GBK.encode(TEXT).0.into_owned();
        let marked = [b"\xEF\xBB\xBF", TEXT.as_bytes()].concat();
        let le = [b"\xFF\xFE".to_vec(), utf16(TEXT, u16::to_le_bytes)].concat();
        let be = [b"\xFE\xFF".to_vec(), utf16(TEXT, u16::to_be_bytes)].concat();
        for bytes in [TEXT.as_bytes().to_vec(), gbk, marked, le, be] {
            let grid = read("x", &bytes).unwrap();
            assert_eq!(texts(&grid, 1), ["孔国浩", "男", "1幢,1单元\n101"]);
        }
    }

    #[test]
    fn four_byte_characters_survive_gb18030() {
        let bytes = GB18030.encode("姓名;性别\n𠮷国浩;男\n").0.into_owned();
        let falsely_marked = [b"\xEF\xBB\xBF", bytes.as_slice()].concat();
        assert_eq!(decode(&falsely_marked).unwrap(), decode(&bytes).unwrap());
        assert_eq!(texts(&read("x", &bytes).unwrap(), 1), ["𠮷国浩", "男"]);
    }

    #[test]
    fn tabs_and_blank_lines_keep_their_rows() {
        let grid = read("x", "姓名\t性别\r\n\r\n孔国浩\t男\r\n".as_bytes()).unwrap();
        assert_eq!((texts(&grid, 2), grid.height()), (vec!["孔国浩".to_owned(), "男".to_owned()], 3));
    }

    #[test]
    fn a_quote_that_never_closes_costs_one_cell_only() {
        let grid = read("x", "姓名,备注\n孔国浩,\"半句\n崔明,好\n".as_bytes()).unwrap();
        assert_eq!(texts(&grid, 2), ["崔明", "好"]);
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        let noise: Vec<u8> = (0..4_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert_eq!(read("x", &noise).err(), Some(LedgerError::NotALedger));
    }
}
