//! Ids, dates and sexes as they stand in such ledgers: as text, as numbers Excel made of them, short, wrong, contradicting.

use crate::office::{C, book, codes, fill, id, read, short_id, t, wrong_id};
use crate::{head, one};
use rust_xlsxwriter::Workbook;
use xunge_domain::codes::{PartialDate, Sex};

#[test]
fn a_number_that_is_no_valid_id_is_told_masked_with_its_place_and_kept_as_written() {
    let (wrong, whole) = (wrong_id("19540305", 123), id("19540305", 123));
    let as_written = |text: &str| {
        let reading = one(["1-1-101", "孔国浩", "户主", "", text, "", "", ""]);
        let row = reading.summary().rows[0].clone();
        (reading.households[0].people[0].id_as_written.clone(), row)
    };
    let (kept, told) = as_written(&format!(" {wrong}\u{200B}"));
    assert_eq!(kept.as_deref(), Some(wrong.as_str()));
    assert_eq!((told.row, told.column.as_str(), told.code.as_str()), (2, "E 身份证号码", "id_check_digit"));
    let masked = format!("{}********{}", &wrong[..6], &wrong[14..]);
    assert!(told.what.contains(&masked) && !told.what.contains(&wrong), "{}", told.what);
    for text in [&whole[..16], &id("19540230", 123), &id("20270101", 123), "E12345678"] {
        assert_eq!(as_written(text).0.as_deref(), Some(text), "{text}");
    }
    // Digits a spreadsheet made up, words, reserved words and what a spreadsheet would run are not kept.
    for text in
        ["9.90101195403051E+17", "990101195403051000", "待办", "社区矫正 990101", "=990101195403051230"]
    {
        assert_eq!(as_written(text).0, None, "{text}");
    }
    // Another sheet that has it right makes the wrong one needless.
    let head = || ["住址", "姓名", "与户主关系", "身份证号码", "出生日期"].map(t).to_vec();
    let mut workbook = Workbook::new();
    let first = vec![t("1-1-101"), t("孔国浩"), t("户主"), t(&wrong), t("1954-03-05")];
    fill(workbook.add_worksheet().set_name("户籍人口").unwrap(), &[head(), first]);
    let second = vec![t("1-1-101"), t("孔国浩"), t("户主"), t(&whole), t("1954-03-05")];
    fill(workbook.add_worksheet().set_name("常住人口").unwrap(), &[head(), second]);
    let reading = read("台账.xlsx", &workbook.save_to_buffer().unwrap());
    let person = &reading.households[0].people[0];
    assert_eq!((reading.people(), person.id_as_written.as_deref()), (1, None));
    assert_eq!(person.citizen_id.as_ref().unwrap().reveal(), whole);
}

#[test]
fn ids_in_every_state_of_disrepair() {
    let whole = id("19540305", 123);
    let with_x = (0..999).map(|s| id("19900101", s)).find(|i| i.ends_with('X')).unwrap();
    let short = short_id(&whole);
    let wide: String = whole.chars().map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap()).collect();
    let spaced = format!(" '{} {} {}\u{200B}", &whole[..6], &whole[6..14], &whole[14..]);
    for (text, wanted, code) in [
        (whole.clone(), Some(&whole), vec![]),
        (with_x.to_lowercase(), Some(&with_x), vec![]),
        (wide, Some(&whole), vec![]),
        (spaced, Some(&whole), vec![]),
        (short, Some(&whole), vec!["id_lengthened"]),
        (wrong_id("19540305", 123), None, vec!["id_check_digit"]),
        (whole[..16].to_owned(), None, vec!["id_length"]),
        (id("20270101", 123), None, vec!["id_born_in_future"]),
        (id("19540230", 123), None, vec!["id_birth_date"]),
        ("9.90101195403051E+17".to_owned(), None, vec!["id_spoiled_by_excel"]),
        ("E12345678".to_owned(), None, vec!["id_other_document"]),
        ("待办".to_owned(), None, vec!["id_not_digits"]),
        ("不详".to_owned(), None, vec!["id_missing"]),
        (String::new(), None, vec!["id_missing"]),
    ] {
        let reading = one(["1-1-101", "孔国浩", "户主", "", &text, "", "", ""]);
        let person = &reading.households[0].people[0];
        assert_eq!(person.citizen_id.as_ref().map(|id| id.reveal()), wanted.map(String::as_str), "{text}");
        assert_eq!(codes(&reading, 2), code, "{text}");
    }
}

#[test]
fn an_id_that_excel_made_a_number_still_tells_the_birthday() {
    let cells =
        vec![t("1-1-101"), t("孔国浩"), t("户主"), C::B, C::N(990_101_195_403_051_000.0), t("1954.3")];
    let reading = read("台账.xlsx", &book("户籍人口", &[head(), cells]));
    let person = &reading.households[0].people[0];
    assert_eq!(person.birth.map(|b| b.to_string()).as_deref(), Some("1954-03-05"));
    assert_eq!((person.citizen_id.clone(), codes(&reading, 2)), (None, vec!["id_spoiled_by_excel"]));
}

#[test]
fn fifteen_digits_survive_as_a_number() {
    let whole = id("19540305", 123);
    let number: f64 = short_id(&whole).parse().unwrap();
    let reading = read(
        "t.xlsx",
        &book("户籍", &[head(), vec![t("1-1-101"), t("孔国浩"), t("户主"), C::B, C::N(number)]]),
    );
    assert_eq!(reading.households[0].people[0].citizen_id.as_ref().unwrap().reveal(), whole);
}

#[test]
fn columns_that_contradict_the_id_are_kept_beside_it() {
    let whole = id("19540305", 123);
    let reading = one(["1-1-101", "孔国浩", "户主", "女", &whole, "1955年3月5日", "", ""]);
    let person = &reading.households[0].people[0];
    assert_eq!(person.birth.unwrap().year(), 1954);
    assert_eq!(person.birth_in_column.unwrap().year(), 1955);
    assert_eq!(person.sex, Some(Sex::Female));
    assert_eq!(codes(&reading, 2), ["birth_disagrees", "sex_disagrees"]);
}

#[test]
fn dates_come_as_days_numbers_and_words() {
    let rows = vec![
        head(),
        vec![t("1-1-101"), t("甲一"), t("户主"), t("男"), t(&wrong_id("19540305", 1)), C::D(19788.0)],
        vec![C::B, t("甲二"), t("子"), t("男"), t(&wrong_id("19850601", 1)), C::N(1985.6)],
        vec![C::B, t("甲三"), t("女"), t("女"), t(&wrong_id("19850601", 2)), t("去年")],
        vec![C::B, t("甲四"), t("女"), t("女"), t(&wrong_id("19850601", 4)), t("2030-01-01")],
    ];
    let reading = read("t.xlsx", &book("户籍", &rows));
    let births: Vec<_> = reading.households[0].people.iter().map(|p| p.birth).collect();
    let day = chrono::NaiveDate::from_ymd_opt(1954, 3, 5).unwrap();
    assert_eq!(births[..2], [Some(PartialDate::Day(day)), Some(PartialDate::Month(1985, 6))]);
    assert_eq!(births[2..], [None, None]);
    assert_eq!(codes(&reading, 4), ["birth_unreadable", "id_check_digit"]);
    assert_eq!(codes(&reading, 5), ["birth_in_future", "id_check_digit"]);
}
