//! A disk without room: the worker is told, nothing is half-written, and what was saved stays.

use super::phone::{ME, Phone, id};
use crate::views::households::{HouseholdArgs, VisitArgs};
use xunge_domain::records::RecordKind;

/// Pages of 4 KiB; less than any store has, so that nothing more fits.
const NO_ROOM: u32 = 1;

#[test]
fn a_visit_that_does_not_fit_is_not_said_to_be_saved() {
    let phone = Phone::new();
    let household = id(ME + 10);
    phone.county_all(vec![(RecordKind::Household, ME + 10, vec![])]);
    let visit = |note: &str| {
        phone.open.record_visit(&VisitArgs {
            household: household.to_string(),
            outcome: "nothing_changed".into(),
            note: note.into(),
            duties: Vec::new(),
            checks: Vec::new(),
        })
    };
    visit("存得下").unwrap();
    phone.open.store.limit_pages(NO_ROOM).unwrap();
    // Free pages left inside the file may still take some: it fills, then it says so.
    let refusal = (0..2_000).find_map(|number| visit(&format!("{number}{}", "长".repeat(500))).err());
    assert_eq!(refusal.expect("a full disk is noticed").code(), "disk_full");
    let saved = phone.open.own_operations().unwrap();
    let page = phone.open.household(&HouseholdArgs { id: household.to_string() }).unwrap();
    assert!(page.visits.iter().any(|visit| visit.note == "存得下") || page.visits.len() == 10);
    assert!((1..).zip(&saved).all(|(counter, op)| op.id.counter == counter), "the log has no gap");

    phone.open.store.limit_pages(u32::MAX / 2).unwrap();
    visit("又有地方了").unwrap();
    assert_eq!(phone.open.own_operations().unwrap().len(), saved.len() + 1);
}
