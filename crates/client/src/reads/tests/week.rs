//! The week in numbers, what was asked at the door, and whom to call.

use super::phone::{GRID, Phone, id, link, named, text};
use crate::views::home::WeekArgs;
use crate::views::households::{HouseholdArgs, VisitArgs};
use xunge_domain::records::RecordKind;
use xunge_domain::value::Value;

fn at_home(phone: &Phone, outcome: &str, checks: &[&str]) -> Result<String, String> {
    let args = VisitArgs {
        household: id(100).to_string(),
        outcome: outcome.into(),
        note: String::new(),
        duties: Vec::new(),
        checks: checks.iter().map(|check| (*check).to_owned()).collect(),
    };
    phone.open.record_visit(&args).map(|saved| saved.id).map_err(|error| error.code())
}

fn lived_in() -> Phone {
    let phone = Phone::new();
    phone.building(10, "2幢", 1, 20, &[("2", 5, "502")]);
    phone.household(100, 20, &[named("魏长青")]);
    phone
}

#[test]
fn the_week_counts_what_this_worker_did_and_nobody_else() {
    let phone = lived_in();
    at_home(&phone, "nothing_changed", &[]).unwrap();
    at_home(&phone, "nobody_home", &[]).unwrap();
    // A colleague was there too.
    let now = phone.open.today_view().unwrap().date;
    phone.written_by(
        8,
        &xunge_sync::merge::RecordState::default(),
        RecordKind::Visit,
        700,
        vec![("household", link(100)), ("at", Value::Int(super::phone::at(&now, 9))), ("worker", link(901))],
    );
    let week = phone.open.week(&WeekArgs { day: Some(now) }).unwrap();
    assert_eq!((week.visits, week.households, week.nobody_home), (2, 1, 1));
    assert!(week.first < week.last);
    let before = phone.open.week(&WeekArgs { day: Some("2001-01-01".into()) }).unwrap();
    assert_eq!((before.first.as_str(), before.last.as_str(), before.visits), ("2001-01-01", "2001-01-07", 0));
    assert_eq!(
        phone.open.week(&WeekArgs { day: Some("gestern".into()) }).unwrap_err().code(),
        "invalid_field"
    );
}

#[test]
fn what_was_asked_at_the_door_stands_with_the_visit() {
    let phone = lived_in();
    at_home(&phone, "nothing_changed", &["people=same", "phone=declined"]).unwrap();
    let view = phone.open.household(&HouseholdArgs { id: id(100).to_string() }).unwrap();
    assert_eq!(view.visits[0].checks, ["people=same", "phone=declined"]);
    for wrong in ["religion=same", "people=maybe", "people", ""] {
        assert_eq!(at_home(&phone, "nothing_changed", &[wrong]), Err("invalid_field".into()), "{wrong}");
    }
}

#[test]
fn the_nearest_area_that_says_something_is_the_one_to_call() {
    let phone = Phone::new();
    phone.county(RecordKind::Area, 3, vec![("desk_phone", text("14200001010")), ("basis", text("依据"))]);
    phone.county(RecordKind::Area, 2, vec![("parent", link(3)), ("desk_phone", text("14200002020"))]);
    phone.county(RecordKind::Area, GRID, vec![("parent", link(2))]);
    let contacts = phone.open.contacts().unwrap();
    assert_eq!((contacts.desk_phone.as_str(), contacts.basis.as_str()), ("14200002020", "依据"));
    assert_eq!(contacts.complaint_phone, "");
}
