//! `.xlsx` bytes into grids: containers told apart by their first bytes, unpacked size counted before anything is
//! parsed, merged areas spread, formulas taken by their stored value.
//!
//! Leaves the meaning of rows to `sheet.rs`.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx};

use crate::error::LedgerError;
use crate::grid::{Cell, Grid, Value};
use crate::limits;

/// What the first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Container {
    /// A zip archive: a workbook, perhaps.
    Zip,
    /// Anything that may be text.
    Text,
}

/// Tells the container, and refuses what is certainly no ledger.
pub(crate) fn container(file_name: &str, bytes: &[u8]) -> Result<Container, LedgerError> {
    if bytes.len() > limits::FILE_BYTES {
        return Err(LedgerError::TooLarge);
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(LedgerError::Empty);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Ok(Container::Zip);
    }
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
        // The container of .xls is also the envelope of a workbook with a password.
        let holds = |stream: &str| contains_utf16(bytes, stream);
        // A new workbook is a zip: in this envelope, and without the stream of an old one, it is locked, however the
        // program that locked it names its streams.
        let lower = file_name.to_ascii_lowercase();
        let named_new = [".xlsx", ".xlsm", ".et"].iter().any(|ending| lower.ends_with(ending));
        let encrypted = holds("EncryptedPackage")
            || holds("EncryptionInfo")
            || (named_new && !holds("Workbook") && !holds("Book"));
        return Err(if encrypted { LedgerError::Encrypted } else { LedgerError::OldFormat });
    }
    let head = &bytes[..bytes.len().min(512)];
    let lower = head.to_ascii_lowercase();
    let starts = |magic: &[u8]| lower.trim_ascii_start().starts_with(magic);
    let foreign: [&[u8]; 9] = [
        b"%pdf",
        b"\x89png",
        b"\xff\xd8\xff",
        b"gif8",
        b"<!doctype",
        b"<html",
        b"<?xml",
        b"rar!",
        b"7z\xbc\xaf",
    ];
    if foreign.into_iter().any(starts)
        || bytes.starts_with(&[0x09, 0x08])
        || bytes.starts_with(b"SQLite format")
    {
        return Err(LedgerError::NotALedger);
    }
    Ok(Container::Text)
}

fn contains_utf16(bytes: &[u8], word: &str) -> bool {
    let wanted: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// Reads every worksheet.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Grid>, LedgerError> {
    measure(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| match error {
        calamine::XlsxError::Password => LedgerError::Encrypted,
        _ => LedgerError::Damaged,
    })?;
    let date_1904 = book.has_1904_epoch();
    let sheets: Vec<(String, bool)> = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .map(|sheet| (sheet.name.clone(), sheet.visible != SheetVisible::Visible))
        .collect();
    let mut left = Budget { cells: limits::CELLS, rows: limits::ROWS };
    let mut grids = Vec::new();
    for (name, hidden) in sheets {
        let mut grid = Grid { name, hidden, date_1904, ..Grid::default() };
        fill(&mut book, &mut grid, &mut left)?;
        spread_merged(&mut book, &mut grid, &mut left)?;
        grids.push(grid);
    }
    Ok(grids)
}

struct Budget {
    cells: usize,
    rows: usize,
}

/// Unpacks every part into nowhere and counts: the sizes an archive claims are not believed.
fn measure(bytes: &[u8]) -> Result<(), LedgerError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| LedgerError::Damaged)?;
    if archive.index_for_name("xl/workbook.xml").is_none() {
        let office = archive.file_names().flatten().any(|name| name.starts_with("xl/"));
        return Err(if office { LedgerError::Damaged } else { LedgerError::NotALedger });
    }
    let mut left = limits::UNPACKED_BYTES;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| match error {
            zip::result::ZipError::UnsupportedArchive(why) if why.contains("assword") => {
                LedgerError::Encrypted
            }
            _ => LedgerError::Damaged,
        })?;
        let mut bounded = part.take(left + 1);
        let size = std::io::copy(&mut bounded, &mut std::io::sink()).map_err(|_| LedgerError::Damaged)?;
        left = left.checked_sub(size).ok_or(LedgerError::TooLarge)?;
    }
    Ok(())
}

fn fill(book: &mut Xlsx<Cursor<&[u8]>>, grid: &mut Grid, left: &mut Budget) -> Result<(), LedgerError> {
    let mut cells = book.worksheet_cells_reader(&grid.name).map_err(|_| LedgerError::Damaged)?;
    while let Some(cell) = cells.next_cell().map_err(|_| LedgerError::Damaged)? {
        let (row, column) = cell.get_position();
        let value = match cell.get_value() {
            DataRef::Empty => continue,
            DataRef::Int(number) => Value::Number(*number as f64),
            DataRef::Float(number) => Value::Number(*number),
            DataRef::DateTime(date) if date.is_datetime() => Value::ExcelDay(date.as_f64()),
            DataRef::DateTime(duration) => Value::Number(duration.as_f64()),
            DataRef::Bool(yes) => Value::Text(if *yes { "是" } else { "否" }.to_owned()),
            DataRef::Error(_) => Value::Error,
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
                text_value(text)
            }
            DataRef::SharedString(text) => text_value(text),
        };
        put(grid, (row, column), Cell::own(value), left)?;
    }
    drop(cells);
    let mut formulas = book.worksheet_cells_reader(&grid.name).map_err(|_| LedgerError::Damaged)?;
    let mut uncomputed = BTreeSet::new();
    while let Some(cell) = formulas.next_formula().map_err(|_| LedgerError::Damaged)? {
        let at = cell.get_position();
        let valued = grid.rows.get(&at.0).is_some_and(|row| row.get(&at.1).is_some_and(|c| !c.is_blank()));
        if !cell.get_value().is_empty() && !valued {
            uncomputed.insert(at);
        }
    }
    for at in uncomputed {
        put(grid, at, Cell::own(Value::Uncomputed), left)?;
    }
    Ok(())
}

pub(crate) fn text_value(text: &str) -> Value {
    // Bytes first: counting the characters of ten megabytes in every cell would take its time.
    if text.len() > limits::CELL_CHARS * 4 || text.chars().count() > limits::CELL_CHARS {
        Value::TooLong(text.chars().count())
    } else {
        Value::Text(text.to_owned())
    }
}

fn put(grid: &mut Grid, (row, column): (u32, u32), cell: Cell, left: &mut Budget) -> Result<(), LedgerError> {
    if cell.is_blank() {
        return Ok(());
    }
    if column >= limits::COLUMNS {
        grid.beyond += 1;
        return Ok(());
    }
    left.cells = left.cells.checked_sub(1).ok_or(LedgerError::TooLarge)?;
    if !grid.rows.contains_key(&row) {
        left.rows = left.rows.checked_sub(1).ok_or(LedgerError::TooLarge)?;
    }
    grid.rows.entry(row).or_default().insert(column, cell);
    Ok(())
}

/// Copies the top-left cell of each merged area over the area, into rows that have cells of their own.
fn spread_merged(
    book: &mut Xlsx<Cursor<&[u8]>>,
    grid: &mut Grid,
    left: &mut Budget,
) -> Result<(), LedgerError> {
    let areas = book.merge_cells_by_sheet_name(&grid.name).map_err(|_| LedgerError::Damaged)?;
    for area in areas {
        if area.start.0 > area.end.0 || area.start.1 > area.end.1 {
            continue;
        }
        let Some(first) = grid.rows.get(&area.start.0).and_then(|row| row.get(&area.start.1)) else {
            continue;
        };
        let copy = Cell { value: first.value.clone(), spread: true };
        for (_, row) in grid.rows.range_mut(area.start.0..=area.end.0) {
            for column in area.start.1..=area.end.1.min(limits::COLUMNS - 1) {
                left.cells = left.cells.checked_sub(1).ok_or(LedgerError::TooLarge)?;
                row.entry(column).or_insert_with(|| copy.clone());
            }
        }
    }
    Ok(())
}
