//! People of an area whom nobody has put into a household yet: a ledger names people without saying where they live.
//! Masked like everybody; whoever once lived in a household, and moved out of it or died, is not among them.

use super::call::{Call, Rows, Seat, piece};
use super::people::{PersonRow, masked};
use super::problem::Answer;
use crate::county::County;
use crate::storage::{Page, RecordRow, Sort};
use std::collections::BTreeSet;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;

/// The fewest digits that find a person by the end of a number.
const FEWEST_DIGITS: usize = 4;

/// `GET areas/{id}/unplaced`: area after area.
///
/// # Errors
/// `not_found`, `bad_request`.
pub fn list(call: &Call, county: &County, seat: &Seat) -> Answer<Rows<PersonRow>> {
    let (area, page) = (call.id()?, call.page()?);
    let tree = county.areas();
    seat.sees(&tree, area)?;
    let mut areas = tree.subtree(area);
    areas.sort_by_key(|id| tree.get(*id).map(|node| node.code.clone()));
    let query = call.word("query").map(str::trim).filter(|query| !query.is_empty());
    let now_ms = county.now_ms();
    let mut rows = Vec::new();
    for area in areas {
        if county.count_in(RecordKind::Person, area)? == 0 {
            continue;
        }
        for person in of_area(county, area)? {
            if query.is_none_or(|query| matches(&person, query)) {
                rows.push(masked(&person, None, now_ms));
            }
        }
    }
    Ok(piece(rows, page))
}

fn of_area(county: &County, area: RecordId) -> Answer<Vec<RecordRow>> {
    let all = |kind| county.records_in(kind, area, Sort::Rising, Page::ALL);
    let housed: BTreeSet<RecordId> =
        all(RecordKind::Residence)?.iter().filter_map(|row| row.reference(1)).collect();
    let mut left = Vec::new();
    for person in all(RecordKind::Person)?.into_iter().filter(|person| !housed.contains(&person.id)) {
        // Somebody may live in a household of another area.
        let elsewhere = county.by_second(RecordKind::Residence, person.id)?;
        // And under which of two records somebody was put into a household does not matter.
        let itself = county.stands_for(person.id)? == person.id;
        if itself && elsewhere.iter().all(|residence| residence.deleted) {
            left.push(person);
        }
    }
    Ok(left)
}

fn matches(person: &RecordRow, query: &str) -> bool {
    let ends = |key: u16| {
        query.len() >= FEWEST_DIGITS && person.text(key).to_uppercase().ends_with(&query.to_uppercase())
    };
    person.text(1).contains(query) || ends(2) || ends(5)
}
