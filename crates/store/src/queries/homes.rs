//! Homes on record twice: households behind one door, what ties a household to its door and its people to it, and what was
//! put together. Which pairs are asked about is the client's rule.

use super::{MAX_ROWS, id, rows};
use crate::error::StoreError;
use crate::store::Reader;
use rusqlite::params;
use xunge_domain::ids::RecordId;

/// Two households of an area behind one door now.
pub(super) const SHARED: &str = "SELECT mine.uuid, theirs.uuid
     FROM household
     CROSS JOIN occupancy ON occupancy.household = household.id AND occupancy.deleted = 0 AND occupancy.until IS NULL
     CROSS JOIN occupancy AS beside ON beside.dwelling = occupancy.dwelling AND beside.household > household.id
       AND beside.deleted = 0 AND beside.until IS NULL
     CROSS JOIN household AS other ON other.id = beside.household AND other.area = ?1 AND other.deleted = 0
     CROSS JOIN record AS mine ON mine.id = household.id
     CROSS JOIN record AS theirs ON theirs.id = other.id
     WHERE household.area = ?1 AND household.deleted = 0
     GROUP BY mine.uuid, theirs.uuid
     ORDER BY mine.uuid, theirs.uuid
     LIMIT ?2";

/// Households of an area in which somebody lives and that are behind no door any more.
pub(super) const DOORLESS: &str = "SELECT DISTINCT record.uuid
     FROM occupancy INDEXED BY occupancy_ended
     CROSS JOIN household ON household.id = occupancy.household AND household.area = ?1 AND household.deleted = 0
       AND household.same_as IS NULL
     CROSS JOIN record ON record.id = household.id
     WHERE occupancy.area = ?1 AND occupancy.until IS NOT NULL AND occupancy.deleted = 0
       AND NOT EXISTS (
         SELECT 1 FROM occupancy AS now
         WHERE now.household = household.id AND now.until IS NULL AND now.deleted = 0
       )
       AND EXISTS (
         SELECT 1
         FROM residence
         JOIN person ON person.id = residence.person AND person.deleted = 0
         WHERE residence.household = household.id AND residence.deleted = 0 AND residence.until IS NULL
       )
     ORDER BY record.uuid
     LIMIT ?2";

pub(super) const LAST_OCCUPANCY: &str = "SELECT tie.uuid, place.uuid, occupancy.kind
     FROM occupancy
     JOIN record AS tie ON tie.id = occupancy.id
     JOIN record AS place ON place.id = occupancy.dwelling
     WHERE occupancy.household = ?1 AND occupancy.deleted = 0
     ORDER BY occupancy.until IS NULL DESC, occupancy.until DESC, tie.uuid DESC
     LIMIT 1";

/// Households that left a dwelling, the last to leave first.
pub(super) const LEFT: &str = "SELECT record.uuid, occupancy.until
     FROM occupancy
     JOIN household ON household.id = occupancy.household AND household.deleted = 0
     JOIN record ON record.id = household.id
     WHERE occupancy.dwelling = ?1 AND occupancy.deleted = 0 AND occupancy.until >= ?2
     ORDER BY occupancy.until DESC, record.uuid
     LIMIT ?3";

/// Every household of an area that was put together with another one.
pub(super) const ALL_FOLDED: &str = "SELECT mine.uuid, theirs.uuid
     FROM household
     JOIN household AS other ON other.id = household.same_as AND other.deleted = 0
     JOIN record AS mine ON mine.id = household.id
     JOIN record AS theirs ON theirs.id = other.id
     WHERE household.same_as IS NOT NULL AND household.area = ?1 AND household.deleted = 0
     ORDER BY mine.uuid
     LIMIT ?2";

pub(super) const FOLDED: &str = "SELECT record.uuid
     FROM household
     JOIN record ON record.id = household.id
     WHERE household.same_as = ?1 AND household.deleted = 0
     ORDER BY record.uuid";

pub(super) const AT_DOOR: &str = "SELECT record.uuid
     FROM occupancy
     JOIN household ON household.id = occupancy.household AND household.deleted = 0
     JOIN record ON record.id = household.id
     WHERE occupancy.dwelling = ?1 AND occupancy.deleted = 0 AND occupancy.until IS NULL
     ORDER BY record.uuid";

pub(super) const OCCUPANCIES: &str = "SELECT record.uuid, occupancy.until
     FROM occupancy
     JOIN record ON record.id = occupancy.id
     WHERE occupancy.household = ?1 AND occupancy.deleted = 0
     ORDER BY record.uuid";

pub(super) const RESIDENCES: &str = "SELECT record.uuid, who.uuid, residence.until
     FROM residence
     JOIN record ON record.id = residence.id
     JOIN record AS who ON who.id = residence.person
     WHERE residence.household = ?1 AND residence.deleted = 0
     ORDER BY record.uuid";

/// What ties a household to a dwelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OccupancyTie {
    /// The occupancy.
    pub occupancy: RecordId,
    /// The dwelling.
    pub dwelling: RecordId,
    /// How it is held, a number of `OccupancyKind`.
    pub kind: Option<i64>,
}

/// What ties somebody to a household.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResidenceTie {
    /// The residence.
    pub residence: RecordId,
    /// Whose.
    pub person: RecordId,
    /// Last day, since 1970-01-01; none while it goes on.
    pub until: Option<i64>,
}

impl Reader<'_> {
    fn pairs(&self, sql: &str, area: RecordId) -> Result<Vec<(RecordId, RecordId)>, StoreError> {
        let Some(area) = self.key_of(area)? else { return Ok(Vec::new()) };
        rows(self, sql, params![area, MAX_ROWS], |row| Ok((id(row, 0)?, id(row, 1)?)))
    }

    /// Pairs of households of an area that live behind the same door now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn homes_shared(&self, area: RecordId) -> Result<Vec<(RecordId, RecordId)>, StoreError> {
        self.pairs(SHARED, area)
    }

    /// Households of an area in which somebody lives although they left their door: on one phone the last one moved out
    /// while on another somebody was entered.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn homes_without_door(&self, area: RecordId) -> Result<Vec<RecordId>, StoreError> {
        let Some(area) = self.key_of(area)? else { return Ok(Vec::new()) };
        rows(self, DOORLESS, params![area, MAX_ROWS], |row| id(row, 0))
    }

    /// What ties a household to the dwelling it lives in, or lived in last.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn last_occupancy_of(&self, household: RecordId) -> Result<Option<OccupancyTie>, StoreError> {
        let Some(key) = self.key_of(household)? else { return Ok(None) };
        let found = rows(self, LAST_OCCUPANCY, [key], |row| {
            Ok(OccupancyTie { occupancy: id(row, 0)?, dwelling: id(row, 1)?, kind: row.get(2)? })
        })?;
        Ok(found.into_iter().next())
    }

    /// Households that left a dwelling since a day (since 1970-01-01), each with its last day there, the last to leave
    /// first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn homes_left(&self, dwelling: RecordId, since: i64) -> Result<Vec<(RecordId, i64)>, StoreError> {
        let Some(key) = self.key_of(dwelling)? else { return Ok(Vec::new()) };
        rows(self, LEFT, params![key, since, MAX_ROWS], |row| Ok((id(row, 0)?, row.get(1)?)))
    }

    /// Households of an area that were put together with another one, named second.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn homes_folded(&self, area: RecordId) -> Result<Vec<(RecordId, RecordId)>, StoreError> {
        self.pairs(ALL_FOLDED, area)
    }

    /// The households put together with this one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn homes_folded_into(&self, household: RecordId) -> Result<Vec<RecordId>, StoreError> {
        let Some(key) = self.key_of(household)? else { return Ok(Vec::new()) };
        rows(self, FOLDED, [key], |row| id(row, 0))
    }

    /// The households that live in a dwelling now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn homes_at(&self, dwelling: RecordId) -> Result<Vec<RecordId>, StoreError> {
        let Some(key) = self.key_of(dwelling)? else { return Ok(Vec::new()) };
        rows(self, AT_DOOR, [key], |row| id(row, 0))
    }

    /// What ties a household to dwellings, with the last day of each that has ended.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn occupancies_of(&self, household: RecordId) -> Result<Vec<(RecordId, Option<i64>)>, StoreError> {
        let Some(key) = self.key_of(household)? else { return Ok(Vec::new()) };
        rows(self, OCCUPANCIES, [key], |row| Ok((id(row, 0)?, row.get(1)?)))
    }

    /// What ties people to a household, ended ones too.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn residences_of(&self, household: RecordId) -> Result<Vec<ResidenceTie>, StoreError> {
        let Some(key) = self.key_of(household)? else { return Ok(Vec::new()) };
        rows(self, RESIDENCES, [key], |row| {
            Ok(ResidenceTie { residence: id(row, 0)?, person: id(row, 1)?, until: row.get(2)? })
        })
    }
}
