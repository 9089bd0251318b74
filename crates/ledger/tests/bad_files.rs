//! Files that are no ledger, or no longer one: each a typed error with a code and something to do.
#![allow(clippy::unwrap_used, reason = "helpers of tests panic like tests")]

mod office;

use std::io::Write;

use office::{C, book, id, t, today};
use xunge_ledger::{LedgerError, limits};
use zip::write::SimpleFileOptions;

fn code(bytes: &[u8]) -> Option<&'static str> {
    xunge_ledger::read("x.xlsx", bytes, today()).err().map(LedgerError::code)
}

fn good() -> Vec<u8> {
    let mut rows = vec![["住址", "姓名", "与户主关系", "身份证号"].map(t).to_vec()];
    rows.extend(
        (1..200).map(|n| vec![C::T(format!("1-1-{n}")), t("孔国浩"), t("户主"), C::T(id("19720101", n))]),
    );
    book("户籍人口", &rows)
}

/// The envelope of old Excel files and of workbooks with a password, with the names of its streams.
fn compound(stream: &str) -> Vec<u8> {
    let mut bytes = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    bytes.resize(1_024, 0);
    bytes.extend(stream.encode_utf16().flat_map(u16::to_le_bytes));
    bytes.resize(4_096, 0);
    bytes
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn each_wrong_file_has_its_code() {
    assert_eq!(code(&good()), None);
    for (bytes, wanted) in [
        (Vec::new(), "empty"),
        (b"  \r\n".to_vec(), "empty"),
        (b"%PDF-1.7 ...".to_vec(), "not_a_ledger"),
        (b"\x89PNG\r\n\x1a\n....".to_vec(), "not_a_ledger"),
        (b"<html><table><tr><td>x".to_vec(), "not_a_ledger"),
        (vec![0, 1, 2, 3, 0, 0, 9, 200, 0, 255], "not_a_ledger"),
        (compound("Workbook"), "old_format"),
        (compound("EncryptedPackage"), "encrypted"),
        (zipped(&[("word/document.xml", b"<w/>")]), "not_a_ledger"),
        (zipped(&[("xl/workbook.xml", b"<workbook")]), "damaged"),
        ("今天天气很好，\n没有表头。\n".as_bytes().to_vec(), "no_header"),
        (book("空", &[]), "empty"),
        (book("说明", &[vec![t("使用说明")]]), "no_header"),
    ] {
        assert_eq!(code(&bytes), Some(wanted), "{:?}", &bytes[..bytes.len().min(12)]);
    }
}

#[test]
fn a_locked_workbook_is_told_by_its_streams_or_by_its_name() {
    let told = |name: &str, stream: &str| {
        xunge_ledger::read(name, &compound(stream), today()).err().map(LedgerError::code)
    };
    assert_eq!(told("台账.xlsx", "EncryptionInfo"), Some("encrypted"));
    // Some programs lock files with streams of their own; a workbook of the old kind has its stream's name.
    assert_eq!(told("台账.xlsx", "DRMContent"), Some("encrypted"));
    assert_eq!(told("台账.xlsx", "Workbook"), Some("old_format"));
    assert_eq!(told("台账.xls", "DRMContent"), Some("old_format"));
}

#[test]
fn a_file_cut_anywhere_is_damaged_and_never_half_read() {
    let whole = good();
    for kept in [30, whole.len() / 4, whole.len() / 2, whole.len() - 30, whole.len() - 1] {
        assert_eq!(code(&whole[..kept]), Some("damaged"), "{kept} of {}", whole.len());
    }
}

#[test]
fn flipped_bytes_never_panic() {
    let whole = good();
    for at in (0..whole.len()).step_by(37) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x5A;
        if let Ok(reading) = xunge_ledger::read("x.xlsx", &bytes, today()) {
            office::check(&reading);
        }
    }
}

#[test]
fn a_packed_bomb_is_too_large_whatever_it_claims() {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file("xl/workbook.xml", SimpleFileOptions::default()).unwrap();
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..=(limits::UNPACKED_BYTES >> 20) {
        writer.write_all(&zeros).unwrap();
    }
    let bytes = writer.finish().unwrap().into_inner();
    assert!(bytes.len() < 2 << 20, "small when packed");
    assert_eq!(code(&bytes), Some("too_large"));
}

#[test]
fn a_stray_cell_at_the_far_end_costs_nothing() {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet().set_name("户籍人口").unwrap();
    office::fill(
        sheet,
        &[["住址", "姓名", "与户主关系"].map(t).to_vec(), ["1-1-101", "孔国浩", "户主"].map(t).to_vec()],
    );
    sheet.write_string(1_048_575, 16_383, "x").unwrap();
    sheet.write_string(1_048_575, 0, "y").unwrap();
    office::merge(sheet, (1_000, 0, 1_300, 20), "z");
    let reading = office::read("x.xlsx", &workbook.save_to_buffer().unwrap());
    assert_eq!((reading.people(), reading.account.rows_seen), (1, 1_048_576));
}

#[test]
fn every_error_tells_what_to_do() {
    use LedgerError::*;
    for error in [Empty, NotALedger, OldFormat, Encrypted, TooLarge, Damaged, NoHeader, Misread("Big5")] {
        assert!(!error.to_string().is_empty() && error.suggestion().starts_with('请'), "{}", error.code());
    }
}
