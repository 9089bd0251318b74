//! What the area already holds, as far as a ledger can meet it again: buildings, doors, who lives where. Grows with what
//! the import adds, so that rows of one file meet each other too.

use crate::county::{self, County};
use crate::storage::{Page, RecordRow, Sort};
use std::collections::{BTreeMap, BTreeSet};
use xunge_domain::codes::names::name_key;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;

/// A person, reduced to what recognises and what is still open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Known {
    pub name_key: String,
    pub citizen_id: Option<String>,
    pub birth: Option<i64>,
    pub sex: bool,
    pub phone: bool,
    pub note: bool,
}

/// A building.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KnownBuilding {
    pub id: RecordId,
    /// Its name without the word: `1` for `1幢`.
    pub bare: String,
    pub street: String,
}

/// The area's records by what a ledger says about them.
#[derive(Debug, Default)]
pub(super) struct Present {
    pub buildings: Vec<KnownBuilding>,
    /// Building, unit, door → dwelling.
    pub dwellings: BTreeMap<(RecordId, String, String), RecordId>,
    /// Dwelling → households living there now.
    pub at_door: BTreeMap<RecordId, Vec<RecordId>>,
    pub households: BTreeSet<RecordId>,
    /// Household → people living there now.
    pub residents: BTreeMap<RecordId, Vec<RecordId>>,
    /// Person → households they live in now.
    pub homes: BTreeMap<RecordId, Vec<RecordId>>,
    pub people: BTreeMap<RecordId, Known>,
    pub by_citizen_id: BTreeMap<String, RecordId>,
}

/// The name of a building without its word.
pub(super) fn bare_building(name: &str) -> String {
    let mut bare = name.trim();
    for ending in ["号楼", "幢", "栋", "座", "楼", "#"] {
        bare = bare.strip_suffix(ending).unwrap_or(bare);
    }
    bare.to_uppercase()
}

impl Present {
    /// Reads the area.
    ///
    /// # Errors
    /// [`county::CountyError`] of the storage.
    pub(super) fn load(county: &County, area: RecordId) -> county::Result<Self> {
        let mut present = Self::default();
        let all = |kind| county.records_in(kind, area, Sort::Rising, Page::ALL);
        for row in all(RecordKind::Building)? {
            let (bare, street) = (bare_building(row.text(1)), row.text(2).to_owned());
            present.buildings.push(KnownBuilding { id: row.id, bare, street });
        }
        for row in all(RecordKind::Dwelling)? {
            if let Some(building) = row.reference(1) {
                let key = (building, row.text(2).to_owned(), row.text(4).to_owned());
                present.dwellings.insert(key, row.id);
            }
        }
        present.households = all(RecordKind::Household)?.into_iter().map(|row| row.id).collect();
        for row in all(RecordKind::Occupancy)?.iter().filter(|row| row.int(5).is_none()) {
            if let (Some(household), Some(dwelling)) = (row.reference(1), row.reference(2)) {
                present.moved_in(household, dwelling);
            }
        }
        for row in all(RecordKind::Person)? {
            present.add_person(row.id, known(&row));
        }
        for row in all(RecordKind::Residence)?.iter().filter(|row| row.int(6).is_none()) {
            if let (Some(person), Some(household)) = (row.reference(1), row.reference(2)) {
                present.lives_in(person, household);
            }
        }
        Ok(present)
    }

    pub(super) fn moved_in(&mut self, household: RecordId, dwelling: RecordId) {
        self.at_door.entry(dwelling).or_default().push(household);
    }

    pub(super) fn lives_in(&mut self, person: RecordId, household: RecordId) {
        self.residents.entry(household).or_default().push(person);
        self.homes.entry(person).or_default().push(household);
    }

    pub(super) fn add_person(&mut self, id: RecordId, known: Known) {
        if let Some(citizen_id) = &known.citizen_id {
            self.by_citizen_id.insert(citizen_id.clone(), id);
        }
        self.people.insert(id, known);
    }
}

fn known(row: &RecordRow) -> Known {
    Known {
        name_key: name_key(row.text(1)),
        citizen_id: Some(row.text(2)).filter(|id| !id.is_empty()).map(str::to_owned),
        birth: row.int(3),
        sex: row.int(4).is_some(),
        phone: !row.text(5).is_empty(),
        note: !row.text(7).is_empty(),
    }
}
