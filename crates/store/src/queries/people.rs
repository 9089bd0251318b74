//! The people of a household, unmasked.

use super::{MAX_ROWS, id, read_unsettled, rows, text, unsettled};
use crate::error::StoreError;
use crate::operations::OpState;
use crate::store::Reader;
use rusqlite::params;
use std::collections::BTreeSet;
use xunge_domain::ids::RecordId;

/// A person living in a household.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// The person.
    pub person: RecordId,
    /// The residence that ties them to the household.
    pub residence: RecordId,
    /// Name.
    pub name: String,
    /// Citizen id.
    pub citizen_id: Option<String>,
    /// Day of birth.
    pub birth: Option<i64>,
    /// Code of GB/T 2261.1.
    pub sex: Option<i64>,
    /// Phone.
    pub phone: Option<String>,
    /// Which fields the person declined to give.
    pub declined: Option<i64>,
    /// A number of `ResidenceKind`.
    pub kind: Option<i64>,
    /// Code of GB/T 4761.
    pub relation: Option<i64>,
    /// Conflicts waiting on the person and the residence.
    pub conflicts: u32,
    /// The least settled own operation on the person or the residence.
    pub unsettled: Option<OpState>,
}

pub(super) const PEOPLE: &str = concat!(
    "SELECT who.uuid, tie.uuid, person.name, person.citizen_id, person.birth, person.sex, person.phone, person.declined,
       residence.kind, residence.relation,
       who.conflicts + tie.conflicts,
       MIN(COALESCE(", unsettled!("person.id"), ", 9), COALESCE(", unsettled!("residence.id"), ", 9)),
       folded_person.id IS NOT NULL
     FROM residence
     LEFT JOIN folded_person ON folded_person.id = residence.person
     JOIN person ON person.id = COALESCE(folded_person.stays, residence.person) AND person.deleted = 0
     JOIN record AS who ON who.id = person.id
     JOIN record AS tie ON tie.id = residence.id
     WHERE residence.household = ?1 AND residence.deleted = 0 AND residence.until IS NULL
     ORDER BY residence.relation IS NOT 0, residence.relation, person.birth, who.uuid, folded_person.id IS NOT NULL, tie.uuid
     LIMIT ?2"
);

pub(super) const TIES: &str = "SELECT record.uuid
     FROM residence
     LEFT JOIN folded_person ON folded_person.id = residence.person
     JOIN record ON record.id = residence.id
     WHERE residence.household = ?1 AND residence.deleted = 0 AND residence.until IS NULL
       AND COALESCE(folded_person.stays, residence.person) = ?2
     ORDER BY folded_person.id IS NOT NULL, record.uuid";

impl Reader<'_> {
    /// Who lives in a household now, head first, then by relation and age. A person on record twice is there once, under
    /// the record that stays, with the residence written for that record where it has one here.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn people_of(&self, household: RecordId) -> Result<Vec<PersonRow>, StoreError> {
        let Some(key) = self.key_of(household)? else { return Ok(Vec::new()) };
        let all = rows(self, PEOPLE, params![key, MAX_ROWS], |row| {
            let person = PersonRow {
                person: id(row, 0)?,
                residence: id(row, 1)?,
                name: text(row, 2)?,
                citizen_id: row.get(3)?,
                birth: row.get(4)?,
                sex: row.get(5)?,
                phone: row.get(6)?,
                declined: row.get(7)?,
                kind: row.get(8)?,
                relation: row.get(9)?,
                conflicts: row.get(10)?,
                unsettled: read_unsettled(row, 11)?,
            };
            Ok((person, row.get::<_, bool>(12)?))
        })?;
        let mut seen: BTreeSet<RecordId> =
            all.iter().filter(|(_, folded)| !folded).map(|(row, _)| row.person).collect();
        Ok(all
            .into_iter()
            .filter(|(row, folded)| !folded || seen.insert(row.person))
            .map(|(row, _)| row)
            .collect())
    }

    /// Every residence that ties a person, or a record folded into it, to a household now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn residences_in(&self, person: RecordId, household: RecordId) -> Result<Vec<RecordId>, StoreError> {
        let (Some(person), Some(household)) = (self.key_of(person)?, self.key_of(household)?) else {
            return Ok(Vec::new());
        };
        rows(self, TIES, params![household, person], |row| id(row, 0))
    }
}
