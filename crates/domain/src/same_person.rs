//! One person on record twice: when two records look like the same person, and which of them stays when people said they
//! are.
//!
//! Saying so is an ordinary edit of the field `same_as`, on the record that is folded into the other one. Nothing is
//! copied and nothing is lost: both records keep what was written, and taking it back is another edit of that one field.
//! Which record stands for the person is therefore always computed, never stored as a fact of its own
//! (`docs/adr/0019-one-person-twice.md`).

use crate::codes::CitizenId;
use crate::ids::RecordId;
use std::collections::{BTreeMap, BTreeSet};

/// The record that stands for `person`, given which record each one was said to be the same as.
///
/// Follows what was said as long as the next record is `here`: where the one to stay is out of the reader's sight, was
/// deleted, or has not arrived yet, nobody disappears behind it. Two workers who folded two records into each other at
/// the same time made a ring: of a ring the lowest id stays, which is the record that was made first.
pub fn stands_for(
    person: RecordId,
    said: &BTreeMap<RecordId, RecordId>,
    here: impl Fn(RecordId) -> bool,
) -> RecordId {
    let mut seen = BTreeSet::from([person]);
    let mut at = person;
    while let Some(next) = said.get(&at).copied().filter(|next| here(*next)) {
        if !seen.insert(next) {
            return ring(next, said);
        }
        at = next;
    }
    at
}

/// The lowest id of the ring that `on` lies in.
fn ring(on: RecordId, said: &BTreeMap<RecordId, RecordId>) -> RecordId {
    let mut lowest = on;
    let mut at = on;
    while let Some(next) = said.get(&at).copied().filter(|next| *next != on) {
        lowest = lowest.min(next);
        at = next;
    }
    lowest
}

/// Which of two records stays when somebody says that they are one person: the one made first. Two people who decide the
/// same thing apart from each other then say the same.
pub fn who_stays(a: RecordId, b: RecordId) -> (RecordId, RecordId) {
    if a <= b { (a, b) } else { (b, a) }
}

/// What a citizen id is compared by: checked, 15 digits lengthened to 18. None for anything that is not a valid one
/// (unknown, declined, a passport): two people who gave nothing are not the same person.
pub fn id_key(citizen_id: &str) -> Option<String> {
    CitizenId::read(citizen_id, chrono::NaiveDate::MAX).id.ok().map(|id| id.reveal().to_owned())
}

/// What is compared of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traits<'a> {
    /// Name.
    pub name: &'a str,
    /// Citizen id as stored.
    pub citizen_id: Option<&'a str>,
    /// Day of birth, days since 1970-01-01.
    pub birth: Option<i64>,
    /// Dwellings and households the person lives in now.
    pub homes: &'a BTreeSet<RecordId>,
}

/// Why two records may be the same person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Likeness {
    /// The same valid citizen id.
    CitizenId,
    /// The same name and birth date behind the same door.
    NameAndBirth,
    /// The same name behind the same door, where a birth date is not known of both.
    NameAndDoor,
}

impl Likeness {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::CitizenId => "citizen_id",
            Self::NameAndBirth => "name_and_birth",
            Self::NameAndDoor => "name_and_door",
        }
    }
}

/// Whether two records look like the same person. It is a reason to ask a human, and no more: twins share a birth date,
/// and a mistyped number can be somebody else's.
pub fn likeness(a: &Traits<'_>, b: &Traits<'_>) -> Option<Likeness> {
    if let (Some(one), Some(other)) = (a.citizen_id.and_then(id_key), b.citizen_id.and_then(id_key)) {
        return (one == other).then_some(Likeness::CitizenId);
    }
    let named = crate::codes::name_key(a.name) == crate::codes::name_key(b.name) && !a.name.trim().is_empty();
    let likeness = match (a.birth, b.birth) {
        (Some(one), Some(other)) => (one == other).then_some(Likeness::NameAndBirth),
        _ => Some(Likeness::NameAndDoor),
    };
    likeness.filter(|_| named && !a.homes.is_disjoint(b.homes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn id(number: u8) -> RecordId {
        RecordId(Uuid::from_bytes([number; 16]))
    }

    fn said(links: &[(u8, u8)]) -> BTreeMap<RecordId, RecordId> {
        links.iter().map(|(from, to)| (id(*from), id(*to))).collect()
    }

    #[test]
    fn a_chain_ends_where_nobody_was_said_to_be_another() {
        let said = said(&[(3, 2), (2, 1)]);
        assert_eq!(stands_for(id(3), &said, |_| true), id(1));
        assert_eq!(stands_for(id(1), &said, |_| true), id(1));
    }

    #[test]
    fn of_two_folded_into_each_other_the_first_made_stays() {
        let said = said(&[(1, 2), (2, 1), (7, 2)]);
        for person in [1, 2, 7] {
            assert_eq!(stands_for(id(person), &said, |_| true), id(1), "{person}");
        }
    }

    #[test]
    fn nobody_disappears_behind_a_record_that_is_not_here() {
        let said = said(&[(3, 2), (2, 1)]);
        assert_eq!(stands_for(id(3), &said, |record| record != id(1)), id(2));
        assert_eq!(stands_for(id(3), &said, |record| record != id(2)), id(3));
    }

    fn traits<'a>(citizen_id: Option<&'a str>, birth: i64, homes: &'a BTreeSet<RecordId>) -> Traits<'a> {
        Traits { name: "单秀兰", citizen_id, birth: Some(birth), homes }
    }

    #[test]
    fn an_equal_number_is_enough_and_a_different_one_speaks_against() {
        let (here, there) = (BTreeSet::from([id(1)]), BTreeSet::from([id(2)]));
        let old = "990101490307002";
        let new = "990101194903070026";
        assert_eq!(id_key(old), id_key(new), "15 digits are lengthened");
        assert!(id_key(new).is_some());
        let other = "990101199003070015";
        assert!(id_key(other).is_some());
        let alike = |a, b, home| likeness(&traits(a, 0, &here), &traits(b, 0, home));
        assert_eq!(alike(Some(old), Some(new), &there), Some(Likeness::CitizenId));
        assert_eq!(alike(Some(old), Some(other), &here), None, "same name, birth and door, another number");
        assert_eq!(alike(Some(old), None, &here), Some(Likeness::NameAndBirth));
        assert_eq!(alike(None, None, &there), None, "a name and a birth date are not enough");
        assert_eq!(alike(Some("declined"), Some("declined"), &there), None);
    }

    #[test]
    fn one_name_behind_one_door_is_asked_about_until_two_birth_dates_speak_against() {
        let (here, there) = (BTreeSet::from([id(1)]), BTreeSet::from([id(2)]));
        let born = |birth| Traits { birth, ..traits(None, 0, &here) };
        assert_eq!(likeness(&born(None), &born(Some(5))), Some(Likeness::NameAndDoor));
        assert_eq!(likeness(&born(None), &born(None)), Some(Likeness::NameAndDoor));
        assert_eq!(likeness(&born(Some(5)), &born(Some(5))), Some(Likeness::NameAndBirth));
        assert_eq!(likeness(&born(Some(5)), &born(Some(6))), None);
        assert_eq!(likeness(&born(None), &Traits { homes: &there, ..born(None) }), None);
        assert_eq!(likeness(&born(None), &Traits { name: "单文", ..born(None) }), None);
    }

    proptest! {
        /// Whatever was said, in whatever order it arrived: everybody stands behind somebody who stands for themselves,
        /// and everybody on the way says the same.
        #[test]
        fn the_one_who_stays_is_the_same_from_everywhere(
            links in prop::collection::btree_map(0_u8..12, 0_u8..12, 0..12),
            gone in prop::collection::btree_set(0_u8..12, 0..4),
        ) {
            let said: BTreeMap<_, _> = links.iter().map(|(from, to)| (id(*from), id(*to))).collect();
            let here = |record: RecordId| !gone.iter().any(|number| id(*number) == record);
            for number in (0..12).filter(|number| !gone.contains(number)) {
                let stays = stands_for(id(number), &said, here);
                prop_assert!(here(stays));
                prop_assert_eq!(stands_for(stays, &said, here), stays);
                if let Some(next) = said.get(&id(number)).filter(|next| here(**next)) {
                    prop_assert_eq!(stands_for(*next, &said, here), stays);
                }
            }
        }
    }
}
