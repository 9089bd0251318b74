//! Stories and laws of citizen ids. Every number is invented; the area 990101 exists nowhere.

use super::*;
use proptest::prelude::*;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 10, 1).unwrap()
}

fn number(area: &str, birth: &str, sequence: u32) -> String {
    let first = format!("{area}{birth}{sequence:03}");
    format!("{first}{}", char::from(check_character(first.as_bytes()).unwrap()))
}

fn read(text: &str) -> Result<CitizenId, IdError> {
    CitizenId::read(text, today()).id
}

#[test]
fn a_number_tells_birth_sex_and_age() {
    let id = read(&number("990101", "19540305", 123)).unwrap();
    assert_eq!(id.birth(), NaiveDate::from_ymd_opt(1954, 3, 5).unwrap());
    assert_eq!((id.sex(), id.age_on(today()), id.area()), (Sex::Male, 72, "990101"));
    assert_eq!(read(&number("990101", "19540305", 124)).unwrap().sex(), Sex::Female);
}

#[test]
fn the_old_fifteen_digits_become_the_same_person() {
    let long = number("990101", "19540305", 123);
    let short = format!("{}{}", &long[..6], &long[8..17]);
    let reading = CitizenId::read(&short, today());
    assert_eq!(reading.id.unwrap().reveal(), long);
    assert!(reading.notes.contains(&IdNote::Lengthened));
}

#[test]
fn typists_habits_do_not_matter_but_are_noted() {
    let with_x = (0..999).map(|s| number("990101", "19900101", s)).find(|n| n.ends_with('X')).unwrap();
    let wide: String = with_x.chars().map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap()).collect();
    for (text, note) in [
        (with_x.to_lowercase(), IdNote::LowerCaseX),
        (wide, IdNote::FullWidth),
        (format!("'{} {} {} ", &with_x[..6], &with_x[6..14], &with_x[14..]), IdNote::Separators),
        (format!("\t\u{202D}{with_x}\u{202C}"), IdNote::Separators),
    ] {
        let reading = CitizenId::read(&text, today());
        assert_eq!(reading.id.unwrap().reveal(), with_x);
        assert!(reading.notes.contains(&note), "{note:?}");
    }
}

#[test]
fn first_digits_tell_whose_it_is_and_an_unknown_area_is_only_a_note() {
    let kind = |area: &str| read(&number(area, "19900101", 12)).unwrap().kind();
    assert_eq!(kind("810000"), IdKind::HongKongMacauTaiwan);
    assert_eq!(kind("830000"), IdKind::HongKongMacauTaiwan);
    // 9, province 37, nationality digits that no country has.
    assert_eq!(kind("937999"), IdKind::PermanentResidence);
    assert_eq!(kind("990101"), IdKind::UnknownArea);
    let reading = CitizenId::read(&number("990101", "19900101", 12), today());
    assert_eq!(reading.notes, [IdNote::UnknownArea]);
}

#[test]
fn every_failure_has_its_name() {
    let good = number("990101", "19900101", 12);
    let mut wrong = good.clone().into_bytes();
    wrong[17] = if wrong[17] == b'0' { b'1' } else { b'0' };
    for (text, error) in [
        (String::from_utf8(wrong).unwrap(), IdError::CheckDigit),
        (good[..17].to_owned(), IdError::Length(17)),
        (number("990101", "19900230", 12), IdError::NoSuchBirthDate),
        (number("990101", "20261002", 12), IdError::BornInFuture),
        (number("990101", "00000101", 12), IdError::NoSuchBirthDate),
        ("9.9010119540305E+17".to_owned(), IdError::ScientificNotation),
        ("E12345678".to_owned(), IdError::OtherDocument),
        ("不详".to_owned(), IdError::NotDigits),
        ("X9010119900101001X".to_owned(), IdError::NotDigits),
        (" '".to_owned(), IdError::Empty),
    ] {
        assert_eq!(read(&text), Err(error), "{text}");
    }
}

#[test]
fn columns_beside_the_number_may_disagree() {
    let id = read(&number("990101", "19540305", 123)).unwrap();
    assert!(id.compare(Some(PartialDate::Month(1954, 3)), Some(Sex::Male)).is_empty());
    assert!(id.compare(None, Some(Sex::NotStated)).is_empty());
    assert_eq!(
        id.compare(Some(PartialDate::Year(1955)), Some(Sex::Female)),
        [ColumnWarning::Birth, ColumnWarning::Sex]
    );
}

#[test]
fn nothing_prints_the_whole_number() {
    let text = number("990101", "19540305", 123);
    let id = read(&text).unwrap();
    assert_eq!(format!("{id:?}"), format!("CitizenId(990101********{})", &text[14..]));
    assert!(!format!("{:?}", CitizenId::read(&text, today())).contains("19540305"));
}

proptest! {
    #[test]
    fn a_valid_number_round_trips_and_one_wrong_digit_never_passes(
        days in 0_u64..45_000, sequence in 0_u32..1000, at in 0_usize..17, other in 1_u8..10
    ) {
        let birth = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap() + chrono::Days::new(days);
        let text = number("990101", &birth.format("%Y%m%d").to_string(), sequence);
        let id = read(&text).unwrap();
        prop_assert_eq!(id.reveal(), text.as_str());
        prop_assert_eq!(id.birth(), birth);
        prop_assert_eq!(CitizenId::from_stored(&text), Ok(id));
        let mut bytes = text.into_bytes();
        bytes[at] = b'0' + (bytes[at] - b'0' + other) % 10;
        prop_assert!(read(std::str::from_utf8(&bytes).unwrap()).is_err());
    }

    #[test]
    fn reading_never_panics(text in "\\PC{0,40}") {
        let _ = CitizenId::read(&text, today());
    }
}
