//! Households: lines of lists, the page of one, its visits.

use super::{
    MAX_ROWS, household_conflicts, household_unsettled, id, id_or_none, people_count, read_unsettled, rows,
    text, unsettled,
};
use crate::error::StoreError;
use crate::operations::OpState;
use crate::records::decode_list;
use crate::store::Reader;
use rusqlite::{OptionalExtension, params};
use std::collections::BTreeSet;
use xunge_domain::ids::RecordId;

/// Where a household lives; empty where it has no door.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Door {
    /// The building.
    pub building: Option<RecordId>,
    /// Its name.
    pub building_name: String,
    /// The dwelling.
    pub dwelling: Option<RecordId>,
    /// Unit.
    pub unit: String,
    /// Floor.
    pub floor: Option<i64>,
    /// Door.
    pub door: String,
}

/// A household in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HouseholdLine {
    /// The household.
    pub household: RecordId,
    /// Where.
    pub door: Door,
    /// The head, or whoever was entered first.
    pub head: Option<RecordId>,
    /// Name of the head, unmasked.
    pub head_name: String,
    /// People living in it.
    pub people: u32,
    /// Last visit.
    pub last_visit_ms: Option<i64>,
    /// Conflicts waiting in it.
    pub conflicts: u32,
    /// Its least settled own operation.
    pub unsettled: Option<OpState>,
}

/// The page of a household, but for its people, duties, visits and history, which are asked by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HouseholdPage {
    /// What the line says.
    pub line: HouseholdLine,
    /// Note.
    pub note: String,
    /// Contact phone, unmasked.
    pub phone: Option<String>,
    /// The occupancy that ties it to its dwelling.
    pub occupancy: Option<RecordId>,
    /// How it holds it, a number of `OccupancyKind`.
    pub occupancy_kind: Option<i64>,
}

/// A visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitRow {
    /// The visit.
    pub visit: RecordId,
    /// When.
    pub at_ms: Option<i64>,
    /// A number of `VisitOutcome`.
    pub outcome: Option<i64>,
    /// Note.
    pub note: String,
    /// Care duties it fulfilled.
    pub duties: Vec<RecordId>,
    /// By whom.
    pub worker: Option<RecordId>,
    /// Its least settled own operation.
    pub unsettled: Option<OpState>,
}

pub(super) const PAGE: &str = concat!(
    "SELECT record.uuid,
       (SELECT place.uuid FROM record AS place WHERE place.id = building.id),
       building.name,
       (SELECT place.uuid FROM record AS place WHERE place.id = dwelling.id),
       dwelling.unit, dwelling.floor, dwelling.door,
       (SELECT head.uuid FROM record AS head WHERE head.id = person.id),
       person.name,
       ",
    people_count!("household.id"),
    ",
       (SELECT MAX(visit.at)
        FROM visit
        WHERE visit.household IN (
            SELECT household.id
            UNION ALL
            SELECT folded.id FROM household AS folded WHERE folded.same_as = household.id AND folded.deleted = 0
          )
          AND visit.deleted = 0),
       ",
    household_conflicts!("household.id"),
    ",
       ",
    household_unsettled!("household.id"),
    ",
       household.note, household.phone,
       (SELECT tie.uuid FROM record AS tie WHERE tie.id = occupancy.id),
       occupancy.kind
     FROM household
     JOIN record ON record.id = household.id
     LEFT JOIN occupancy ON occupancy.id = (
       SELECT newest.id
       FROM occupancy AS newest
       WHERE newest.household = household.id AND newest.deleted = 0 AND newest.until IS NULL
       ORDER BY (SELECT tie.uuid FROM record AS tie WHERE tie.id = newest.id) DESC
       LIMIT 1
     )
     LEFT JOIN dwelling ON dwelling.id = occupancy.dwelling
     LEFT JOIN building ON building.id = dwelling.building
     LEFT JOIN person ON person.id = (
       SELECT COALESCE(folded_person.stays, residence.person)
       FROM residence
       LEFT JOIN folded_person ON folded_person.id = residence.person
       JOIN person AS one ON one.id = COALESCE(folded_person.stays, residence.person) AND one.deleted = 0
       JOIN record AS who ON who.id = one.id
       WHERE residence.household = household.id AND residence.deleted = 0 AND residence.until IS NULL
       ORDER BY residence.relation IS NOT 0, residence.relation, one.birth, who.uuid
       LIMIT 1
     )
     WHERE household.id = ?1 AND household.deleted = 0"
);

pub(super) const DOOR: &str = "SELECT
       (SELECT place.uuid FROM record AS place WHERE place.id = building.id),
       building.name,
       (SELECT place.uuid FROM record AS place WHERE place.id = dwelling.id),
       dwelling.unit, dwelling.floor, dwelling.door
     FROM household
     LEFT JOIN occupancy ON occupancy.id = (
       SELECT newest.id
       FROM occupancy AS newest
       WHERE newest.household = household.id AND newest.deleted = 0 AND newest.until IS NULL
       ORDER BY (SELECT tie.uuid FROM record AS tie WHERE tie.id = newest.id) DESC
       LIMIT 1
     )
     LEFT JOIN dwelling ON dwelling.id = occupancy.dwelling
     LEFT JOIN building ON building.id = dwelling.building
     WHERE household.id = ?1 AND household.deleted = 0";

pub(super) const VISITED: &str = "SELECT visit.household
     FROM visit
     WHERE visit.at > ?1 AND visit.household IS NOT NULL AND visit.deleted = 0
     ORDER BY visit.at DESC
     LIMIT 2000";

pub(super) const WALK: &str = "SELECT household.id
     FROM building
     JOIN dwelling ON dwelling.building = building.id AND dwelling.deleted = 0
     JOIN occupancy ON occupancy.dwelling = dwelling.id AND occupancy.deleted = 0 AND occupancy.until IS NULL
     JOIN household ON household.id = occupancy.household AND household.deleted = 0
     WHERE building.area = ?1 AND building.deleted = 0
     ORDER BY building.walk_order, building.id, dwelling.unit, dwelling.floor, dwelling.door";

pub(super) const VISITS: &str = concat!(
    "SELECT record.uuid, visit.at, visit.outcome, visit.note, visit.duties,
       (SELECT who.uuid FROM record AS who WHERE who.id = visit.worker),
       ",
    unsettled!("visit.id"),
    "
     FROM visit
     JOIN record ON record.id = visit.id
     WHERE visit.household IN (
         SELECT ?1
         UNION ALL
         SELECT folded.id FROM household AS folded WHERE folded.same_as = ?1 AND folded.deleted = 0
       )
       AND visit.deleted = 0
     ORDER BY visit.at DESC
     LIMIT ?2"
);

fn read_page(row: &rusqlite::Row<'_>) -> rusqlite::Result<HouseholdPage> {
    Ok(HouseholdPage {
        line: HouseholdLine {
            household: id(row, 0)?,
            door: Door {
                building: id_or_none(row, 1)?,
                building_name: text(row, 2)?,
                dwelling: id_or_none(row, 3)?,
                unit: text(row, 4)?,
                floor: row.get(5)?,
                door: text(row, 6)?,
            },
            head: id_or_none(row, 7)?,
            head_name: text(row, 8)?,
            people: row.get(9)?,
            last_visit_ms: row.get(10)?,
            conflicts: row.get::<_, f64>(11)? as u32,
            unsettled: read_unsettled(row, 12)?,
        },
        note: text(row, 13)?,
        phone: row.get(14)?,
        occupancy: id_or_none(row, 15)?,
        occupancy_kind: row.get(16)?,
    })
}

impl Reader<'_> {
    /// The page of a household; nothing when it is not here or deleted.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn household(&self, household: RecordId) -> Result<Option<HouseholdPage>, StoreError> {
        match self.key_of(household)? {
            Some(key) => self.household_by_key(key),
            None => Ok(None),
        }
    }

    /// Where a household lives, without the rest of its page; nothing when it is not here or deleted.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn door_of(&self, household: RecordId) -> Result<Option<Door>, StoreError> {
        let Some(key) = self.key_of(household)? else { return Ok(None) };
        let found = self.connection.prepare_cached(DOOR)?.query_row([key], |row| {
            Ok(Door {
                building: id_or_none(row, 0)?,
                building_name: text(row, 1)?,
                dwelling: id_or_none(row, 2)?,
                unit: text(row, 3)?,
                floor: row.get(4)?,
                door: text(row, 5)?,
            })
        });
        Ok(found.optional()?)
    }

    fn household_by_key(&self, key: i64) -> Result<Option<HouseholdPage>, StoreError> {
        Ok(self.connection.prepare_cached(PAGE)?.query_row([key], read_page).optional()?)
    }

    /// Lines for households found elsewhere (by search), in the order given; those that are gone are left out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn household_lines(&self, households: &[RecordId]) -> Result<Vec<HouseholdLine>, StoreError> {
        let mut lines = Vec::new();
        for household in households.iter().take(MAX_ROWS as usize) {
            lines.extend(self.household(*household)?.map(|page| page.line));
        }
        Ok(lines)
    }

    /// Households without a search: those visited since `since_ms` first, newest visit first, then the others in walking
    /// order. Also says whether more follow.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn households_recent(
        &self,
        area: RecordId,
        since_ms: i64,
        offset: u32,
        limit: u32,
    ) -> Result<(Vec<HouseholdLine>, bool), StoreError> {
        let Some(area) = self.key_of(area)? else { return Ok((Vec::new(), false)) };
        let limit = limit.min(MAX_ROWS) as usize;
        let wanted = offset as usize + limit + 1;
        let (mut keys, mut seen) = (Vec::new(), BTreeSet::new());
        for (sql, value) in [(VISITED, since_ms), (WALK, area)] {
            let mut statement = self.connection.prepare_cached(sql)?;
            let mut found = statement.query([value])?;
            while keys.len() < wanted {
                let Some(row) = found.next()? else { break };
                let key: i64 = row.get(0)?;
                if seen.insert(key) {
                    keys.push(key);
                }
            }
        }
        let more = keys.len() >= wanted;
        let mut lines = Vec::new();
        for key in keys.into_iter().skip(offset as usize).take(limit) {
            lines.extend(self.household_by_key(key)?.map(|page| page.line));
        }
        Ok((lines, more))
    }

    /// Visits to a household, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn visits_of(&self, household: RecordId, limit: u32) -> Result<Vec<VisitRow>, StoreError> {
        let Some(key) = self.key_of(household)? else { return Ok(Vec::new()) };
        self.visits_by_key(key, limit)
    }

    pub(super) fn visits_by_key(&self, key: i64, limit: u32) -> Result<Vec<VisitRow>, StoreError> {
        let raw = rows(self, VISITS, params![key, limit.min(MAX_ROWS)], |row| {
            let visit = VisitRow {
                visit: id(row, 0)?,
                at_ms: row.get(1)?,
                outcome: row.get(2)?,
                note: text(row, 3)?,
                duties: Vec::new(),
                worker: id_or_none(row, 5)?,
                unsettled: read_unsettled(row, 6)?,
            };
            Ok((visit, row.get::<_, Option<Vec<u8>>>(4)?))
        })?;
        raw.into_iter()
            .map(|(mut visit, duties)| {
                let duties = duties.map(|bytes| decode_list(&bytes)).transpose()?.unwrap_or_default();
                visit.duties = duties.iter().filter_map(|duty| duty.as_reference()).collect();
                Ok(visit)
            })
            .collect()
    }
}
