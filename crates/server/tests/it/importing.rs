//! An office's ledger into a grid: once, twice, and beside what workers wrote.

use crate::bench::Bench;
use chrono::NaiveDate;
use std::collections::BTreeSet;
use xunge_domain::codes::citizen_id::check_character;
use xunge_domain::records::RecordKind;
use xunge_domain::value::Value;
use xunge_ledger::LedgerReading;
use xunge_server::import::{Counts, run};
use xunge_server::storage::{Page, RecordRow, Sort};

fn number(birth: &str, sequence: u32) -> String {
    let first = format!("990101{birth}{sequence:03}");
    format!("{first}{}", char::from(check_character(first.as_bytes()).unwrap()))
}

fn ledger(rows: &[[&str; 7]]) -> LedgerReading {
    let mut text = String::from("幢,单元,室,姓名,与户主关系,身份证号码,联系电话\n");
    for row in rows {
        text.push_str(&row.join(","));
        text.push('\n');
    }
    xunge_ledger::read("台账.csv", text.as_bytes(), NaiveDate::from_ymd_opt(2026, 10, 1).unwrap()).unwrap()
}

fn import(bench: &Bench, reading: &LedgerReading) -> Counts {
    run(&bench.county, bench.areas.grid, reading, "test", &mut |_, _| {}).unwrap()
}

fn all(bench: &Bench, kind: RecordKind) -> Vec<RecordRow> {
    bench.county.records_in(kind, bench.areas.grid, Sort::Rising, Page::ALL).unwrap()
}

fn family() -> (String, String) {
    (number("19720312", 151), number("19740809", 242))
}

#[test]
fn a_ledger_becomes_buildings_doors_households_and_people() {
    let bench = Bench::new();
    let (head, spouse) = family();
    let reading = ledger(&[
        ["1幢", "1", "101", "王建军", "户主", &head, "14200000001"],
        ["1幢", "1", "101", "李丽娟", "妻", &spouse, ""],
        ["1幢", "1", "102", "张桂兰", "户主", "", "14200000002"],
    ]);
    let counts = import(&bench, &reading);
    assert_eq!((counts.buildings, counts.dwellings, counts.households, counts.people), (1, 2, 2, 3));
    let people = all(&bench, RecordKind::Person);
    let spouse_row = people.iter().find(|row| row.text(1) == "李丽娟").unwrap();
    assert_eq!(spouse_row.text(2), spouse);
    let residence = &bench.county.by_second(RecordKind::Residence, spouse_row.id).unwrap()[0];
    assert_eq!(residence.int(4), Some(1), "the spouse of the head");
    let dwelling = &all(&bench, RecordKind::Dwelling)[0];
    assert_eq!((dwelling.text(2), dwelling.int(3), dwelling.text(4)), ("1", Some(1), "101"));
}

#[test]
fn the_same_file_twice_makes_nobody_and_writes_nothing() {
    let bench = Bench::new();
    let (head, spouse) = family();
    let reading = ledger(&[
        ["1幢", "1", "101", "王建军", "户主", &head, "14200000001"],
        ["1幢", "1", "101", "李丽娟", "妻", &spouse, ""],
        ["1幢", "1", "102", "张桂兰", "户主", "", "14200000002"],
        ["2幢", "", "", "孙福生", "户主", "", ""],
    ]);
    import(&bench, &reading);
    let before: BTreeSet<_> = all(&bench, RecordKind::Person).iter().map(|row| (row.id, row.seq)).collect();
    let again = import(&bench, &reading);
    assert_eq!((again.people, again.households, again.dwellings, again.buildings), (0, 0, 0, 0));
    let after: BTreeSet<_> = all(&bench, RecordKind::Person).iter().map(|row| (row.id, row.seq)).collect();
    assert_eq!(before, after);
}

#[test]
fn a_list_fills_gaps_and_never_overwrites_what_a_worker_wrote() {
    let bench = Bench::new();
    let (head, _) = family();
    import(&bench, &ledger(&[["1幢", "1", "101", "王建军", "户主", "", "14200000001"]]));
    let person = all(&bench, RecordKind::Person)[0].id;
    bench.write(RecordKind::Person, person, bench.areas.grid, [(5, Value::from("14299999999"))]);
    let counts = import(&bench, &ledger(&[["1幢", "1", "101", "王建军", "户主", &head, "14200000001"]]));
    assert_eq!((counts.people, counts.people_known), (0, 1));
    let row = bench.county.record(person).unwrap().unwrap();
    assert_eq!((row.text(2), row.text(5)), (head.as_str(), "14299999999"));
}

#[test]
fn another_family_at_the_door_is_another_household() {
    let bench = Bench::new();
    let (head, spouse) = family();
    import(&bench, &ledger(&[["1幢", "1", "101", "王建军", "户主", &head, ""]]));
    let counts = import(&bench, &ledger(&[["1幢", "1", "101", "赵文静", "户主", &spouse, ""]]));
    assert_eq!((counts.households, counts.people, counts.dwellings), (1, 1, 0));
    assert_eq!(all(&bench, RecordKind::Occupancy).len(), 2);
}

#[test]
fn a_birthday_known_to_the_month_is_kept_as_words() {
    let bench = Bench::new();
    let text = "幢,单元,室,姓名,与户主关系,出生日期\n1,1,101,王建军,户主,1972.12\n";
    let today = NaiveDate::from_ymd_opt(2026, 10, 1).unwrap();
    let reading = xunge_ledger::read("台账.csv", text.as_bytes(), today).unwrap();
    import(&bench, &reading);
    let row = &all(&bench, RecordKind::Person)[0];
    assert_eq!((row.int(3), row.text(7)), (None, "台账出生：1972年12月"));
}

#[test]
fn a_number_that_is_no_valid_id_is_kept_in_the_note_and_never_taken_for_an_id() {
    let bench = Bench::new();
    let (head, _) = family();
    let last = if head.ends_with('1') { '2' } else { '1' };
    let wrong = format!("{}{last}", &head[..17]);
    let rows = [["1幢", "1", "101", "王建军", "户主", wrong.as_str(), "14200000001"]];
    import(&bench, &ledger(&rows));
    let row = all(&bench, RecordKind::Person).remove(0);
    assert_eq!((row.text(2), row.text(7)), ("", format!("台账证件号待核对：{wrong}").as_str()));
    let again = import(&bench, &ledger(&rows));
    assert_eq!((again.people, again.people_known), (0, 1));
    // The right number fills the gap; the note is a worker's to tidy.
    import(&bench, &ledger(&[["1幢", "1", "101", "王建军", "户主", &head, "14200000001"]]));
    assert_eq!(all(&bench, RecordKind::Person)[0].text(2), head);
}

#[test]
fn progress_ends_with_everybody() {
    let bench = Bench::new();
    let reading = ledger(&[["1幢", "1", "101", "王建军", "户主", "", ""]]);
    let mut heard = Vec::new();
    run(&bench.county, bench.areas.grid, &reading, "test", &mut |done, of| heard.push((done, of))).unwrap();
    assert_eq!((heard.first(), heard.last()), (Some(&(0, 1)), Some(&(1, 1))));
}
