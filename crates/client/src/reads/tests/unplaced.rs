//! Somebody of a ledger without an address: listed masked, found, put into a household, and gone from the list.

use super::phone::{Phone, id, named, text};
use crate::views::Page;
use crate::views::households::HouseholdArgs;
use crate::views::people::{PersonEdit, RemovePersonArgs, UnplacedArgs, UnplacedLines};
use xunge_domain::records::RecordKind;

fn list(phone: &Phone, query: &str) -> UnplacedLines {
    phone.open.unplaced_people(&UnplacedArgs { query: query.into(), page: Page::default() }).unwrap()
}

fn phone() -> Phone {
    let phone = Phone::new();
    phone.building(10, "2幢", 1, 20, &[("1", 3, "301")]);
    phone.household(100, 20, &[named("柏英"), named("单秀兰")]);
    for (record, name, number) in [(500, "孔国浩", "14255557788"), (501, "胡静", "")] {
        let fields = vec![("name", text(name)), ("phone", text(number))];
        phone.county(RecordKind::Person, record, fields);
    }
    phone
}

#[test]
fn people_without_a_household_are_listed_masked_and_found() {
    let phone = phone();
    let all = list(&phone, "");
    assert_eq!((all.total, all.rows.len()), (2, 2));
    assert_eq!((all.rows[0].name.as_str(), all.rows[0].phone.as_deref()), ("孔**", Some("142****7788")));
    for query in ["国浩", "7788"] {
        let found = list(&phone, query);
        assert_eq!((found.total, found.rows[0].id.clone()), (1, id(500).to_string()), "{query}");
    }
    assert_eq!(list(&phone, "788").total, 0, "three digits find nobody");
    assert_eq!(list(&phone, "柏英").total, 0, "who has a household is found there");
    let args = UnplacedArgs { query: String::new(), page: Page { offset: 1, limit: 1 } };
    let second = phone.open.unplaced_people(&args).unwrap();
    assert_eq!((second.total, second.rows[0].name.as_str()), (2, "胡*"));
}

#[test]
fn whoever_is_put_into_a_household_leaves_the_list_and_does_not_come_back_by_moving_out() {
    let phone = phone();
    let (person, household) = (id(500).to_string(), id(100).to_string());
    let place = PersonEdit {
        id: Some(person.clone()),
        household: Some(household.clone()),
        moves_into: None,
        fields: Default::default(),
    };
    phone.open.save_person(&place).unwrap();
    assert_eq!(list(&phone, "").total, 1);
    let people = phone.open.household(&HouseholdArgs { id: household.clone() }).unwrap().people;
    assert!(people.iter().any(|line| line.id == person));
    // The same again changes nothing.
    phone.open.save_person(&place).unwrap();
    assert_eq!(phone.open.household(&HouseholdArgs { id: household.clone() }).unwrap().people.len(), 3);
    // A second household is not entered by naming it.
    phone.building(11, "3幢", 2, 30, &[("1", 1, "101")]);
    phone.household(200, 30, &[named("曹宇")]);
    let other = PersonEdit { household: Some(id(200).to_string()), ..place };
    assert_eq!(phone.open.save_person(&other).unwrap_err().code(), "invalid_field");
    let gone = RemovePersonArgs { id: person, household, reason: "moved_away".into() };
    phone.open.remove_person(&gone).unwrap();
    assert_eq!(list(&phone, "").total, 1, "who moved away is no loose end");
}
