//! Homes that empty, flats that are taken, and one home entered twice: asked about, put together, taken apart again.

mod emptied;
mod twice;

use super::phone::{Phone, id, link, named, text};
use crate::views::Page;
use crate::views::households::{
    BuildingArgs, DwellingArgs, HeadArgs, HistoryHow, HouseholdArgs, HouseholdEdit, HouseholdView,
    HouseholdsArgs, ReturnArgs, Saved, UndoArgs,
};
use crate::views::people::{MoveIn, PersonEdit, RemovePersonArgs};
use crate::views::same_home::SameHomeView;
use crate::views::same_person::{PairArgs, UnmergeArgs};
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::OccupancyKind;
use xunge_domain::value::{Edit, Value};
use xunge_sync::merge::RecordState;

pub(super) fn street() -> Phone {
    let phone = Phone::new();
    phone.building(10, "2幢", 1, 20, &[("1", 3, "301"), ("1", 2, "201")]);
    phone.household(100, 20, &[named("单秀兰"), named("毕文红")]);
    phone
}

pub(super) fn page_of(phone: &Phone, household: &str) -> HouseholdView {
    phone.open.household(&HouseholdArgs { id: household.to_owned() }).unwrap()
}

pub(super) fn page(phone: &Phone, household: u128) -> HouseholdView {
    page_of(phone, &id(household).to_string())
}

pub(super) fn names(phone: &Phone, household: u128) -> Vec<String> {
    page(phone, household).people.into_iter().map(|person| person.name).collect()
}

/// Households and people, as the head of the tab counts them.
pub(super) fn counted(phone: &Phone) -> (u32, u32) {
    let head = phone.open.households_head(&HeadArgs::default()).unwrap();
    (head.households, head.people)
}

/// The households behind a door, by the grid of the building.
pub(super) fn behind(phone: &Phone, door: &str) -> Vec<Option<String>> {
    let view = phone.open.building(&BuildingArgs { id: id(10).to_string() }).unwrap();
    let doors = view.floors.into_iter().flat_map(|floor| floor.doors);
    doors.filter(|shown| shown.door == door).map(|shown| shown.household).collect()
}

pub(super) fn removal(person: &str, household: u128) -> RemovePersonArgs {
    RemovePersonArgs {
        id: person.to_owned(),
        household: id(household).to_string(),
        reason: "moved_away".into(),
    }
}

pub(super) fn undo(phone: &Phone, saved: Saved) {
    phone.open.undo(&UndoArgs { undo: saved.undo.unwrap() }).unwrap();
}

pub(super) fn moves_in(name: &str, dwelling: u128, beside: bool) -> PersonEdit {
    PersonEdit {
        id: None,
        household: None,
        moves_into: Some(MoveIn { dwelling: id(dwelling).to_string(), occupancy: None, beside }),
        fields: [("name".to_owned(), name.to_owned())].into(),
    }
}

/// A colleague registers a household in 201 on another phone.
pub(super) fn a_colleague_registers(phone: &Phone, household: u128, device: u32, name: &str, number: &str) {
    let nothing = RecordState::default();
    let home = vec![("phone", text(number))];
    phone.written_by(device, &nothing, RecordKind::Household, household, home);
    let lives = vec![
        ("household", link(household)),
        ("dwelling", link(21)),
        ("kind", Value::Int(OccupancyKind::Tenant.code())),
    ];
    phone.written_by(device, &nothing, RecordKind::Occupancy, household + 1, lives);
    phone.written_by(device, &nothing, RecordKind::Person, household + 2, named(name));
    let tie = vec![("person", link(household + 2)), ("household", link(household))];
    phone.written_by(device, &nothing, RecordKind::Residence, household + 3, tie);
}

pub(super) fn asked(phone: &Phone) -> Vec<SameHomeView> {
    phone.open.review().unwrap().same_homes
}

pub(super) fn pair(one: u128, other: u128) -> PairArgs {
    PairArgs { one: id(one).to_string(), other: id(other).to_string() }
}

/// Two households of two phones behind the door of 201.
pub(super) fn registered_twice() -> Phone {
    let phone = street();
    a_colleague_registers(&phone, 300, 8, "潘丽华", "");
    a_colleague_registers(&phone, 400, 9, "潘建", "");
    phone
}

/// Somebody is entered in a household by a phone that has not heard of the rest.
pub(super) fn entered_in(phone: &Phone, household: u128) {
    let nothing = RecordState::default();
    phone.written_by(9, &nothing, RecordKind::Person, 410, named("潘小满"));
    let tie = vec![("person", link(410)), ("household", link(household))];
    phone.written_by(9, &nothing, RecordKind::Residence, 411, tie);
}
