//! Buildings in walking order, the doors of one, and the numbers above them.

use super::{
    household_conflicts, household_unsettled, id, id_or_none, people_count, read_unsettled, rows, text,
};
use crate::error::StoreError;
use crate::operations::OpState;
use crate::store::Reader;
use rusqlite::params;
use std::ops::Range;
use xunge_domain::ids::RecordId;

/// Buildings of one grid are drawn whole; a grid has some fifty.
const MOST_BUILDINGS: u32 = 500;
/// Doors of one building are drawn whole; a tower has some three hundred.
const MOST_DOORS: u32 = 1_000;

/// A building.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildingRow {
    /// The building.
    pub building: RecordId,
    /// Its name.
    pub name: String,
    /// Street and number.
    pub street: String,
    /// Where, in 1e-7 degrees.
    pub place_e7: Option<(i32, i32)>,
    /// Place in the walking order.
    pub walk_order: Option<i64>,
    /// Households living in it.
    pub households: u32,
    /// Of these, visited within the given day.
    pub visited: u32,
}

/// A door, once for each household behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoorRow {
    /// The dwelling.
    pub dwelling: RecordId,
    /// Unit.
    pub unit: String,
    /// Floor.
    pub floor: Option<i64>,
    /// Door.
    pub door: String,
    /// The household, if anyone lives there.
    pub household: Option<RecordId>,
    /// People living in it.
    pub people: u32,
    /// Conflicts waiting in it.
    pub conflicts: u32,
    /// Last visit within the given day.
    pub visited_ms: Option<i64>,
    /// Outcome of that visit, a number of `VisitOutcome`.
    pub outcome: Option<i64>,
    /// Its least settled own operation.
    pub unsettled: Option<OpState>,
}

/// Numbers of a grid: households and people who are there, not those who moved away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GridCounts {
    /// Households.
    pub households: u32,
    /// People.
    pub people: u32,
    /// Visits within the given day.
    pub visits: u32,
    /// Households visited within the given day.
    pub visited: u32,
}

const LIVES_IN: &str = "FROM dwelling
     JOIN occupancy ON occupancy.dwelling = dwelling.id AND occupancy.deleted = 0 AND occupancy.until IS NULL
     JOIN household ON household.id = occupancy.household AND household.deleted = 0
     WHERE dwelling.building = building.id AND dwelling.deleted = 0";

fn building_sql(which: &str) -> String {
    format!(
        "SELECT record.uuid, building.name, building.street, building.lat_e7, building.lon_e7, building.walk_order,
           (SELECT COUNT(*) {LIVES_IN}),
           (SELECT COUNT(*) {LIVES_IN}
              AND EXISTS (
                SELECT 1
                FROM visit
                WHERE visit.household IN (
                    SELECT household.id
                    UNION ALL
                    SELECT folded.id
                    FROM household AS folded
                    WHERE folded.same_as = household.id AND folded.deleted = 0
                  )
                  AND visit.at >= ?2 AND visit.at < ?3 AND visit.deleted = 0
              ))
         FROM building
         JOIN record ON record.id = building.id
         WHERE {which}"
    )
}

pub(super) fn buildings_sql() -> String {
    format!(
        "{} ORDER BY building.walk_order, building.id LIMIT {MOST_BUILDINGS}",
        building_sql("building.area = ?1 AND building.deleted = 0")
    )
}

/// Names only: what a row of buttons needs, without counting anybody.
pub(super) const NAMES: &str = "SELECT record.uuid, building.name
     FROM building
     JOIN record ON record.id = building.id
     WHERE building.area = ?1 AND building.deleted = 0
     ORDER BY building.walk_order, building.id
     LIMIT ?2";

pub(super) fn building_by_id_sql() -> String {
    building_sql("building.id = ?1")
}

pub(super) const DOORS: &str = concat!(
    "SELECT record.uuid, dwelling.unit, dwelling.floor, dwelling.door,
       (SELECT home.uuid FROM record AS home WHERE home.id = household.id),
       ", people_count!("household.id"), ",
       ", household_conflicts!("household.id"), ",
       visit.at,
       visit.outcome,
       ", household_unsettled!("household.id"), "
     FROM dwelling
     JOIN record ON record.id = dwelling.id
     LEFT JOIN occupancy ON occupancy.dwelling = dwelling.id AND occupancy.deleted = 0 AND occupancy.until IS NULL
     LEFT JOIN household ON household.id = occupancy.household AND household.deleted = 0
     LEFT JOIN visit ON visit.id = (
       SELECT newest.id
       FROM visit AS newest
       WHERE newest.household IN (
           SELECT household.id
           UNION ALL
           SELECT folded.id FROM household AS folded WHERE folded.same_as = household.id AND folded.deleted = 0
         )
         AND newest.at >= ?2 AND newest.at < ?3 AND newest.deleted = 0
       ORDER BY newest.at DESC
       LIMIT 1
     )
     WHERE dwelling.building = ?1 AND dwelling.deleted = 0
     ORDER BY dwelling.floor DESC, dwelling.unit, dwelling.door
     LIMIT ?4"
);

pub(super) const COUNTS: &str = "SELECT
       (SELECT COUNT(*) FROM household WHERE household.area = ?1 AND household.deleted = 0)
         - (SELECT COUNT(DISTINCT household.id)
            FROM occupancy INDEXED BY occupancy_ended
            CROSS JOIN household ON household.id = occupancy.household AND household.area = ?1 AND household.deleted = 0
            WHERE occupancy.area = ?1 AND occupancy.until IS NOT NULL AND occupancy.deleted = 0
              AND NOT EXISTS (
                SELECT 1 FROM occupancy AS now
                WHERE now.household = household.id AND now.until IS NULL AND now.deleted = 0
              )
              AND NOT EXISTS (
                SELECT 1 FROM residence AS now
                WHERE now.household = household.id AND now.until IS NULL AND now.deleted = 0
              )),
       (SELECT COUNT(*) FROM person WHERE person.area = ?1 AND person.deleted = 0)
         - (SELECT COUNT(*)
            FROM folded_person
            CROSS JOIN person ON person.id = folded_person.id
            WHERE person.area = ?1 AND person.deleted = 0)
         - (SELECT COUNT(DISTINCT person.id)
            FROM residence INDEXED BY residence_ended
            LEFT JOIN folded_person ON folded_person.id = residence.person
            CROSS JOIN person ON person.id = COALESCE(folded_person.stays, residence.person)
              AND person.area = ?1 AND person.deleted = 0
            WHERE residence.area = ?1 AND residence.until IS NOT NULL AND residence.deleted = 0
              AND NOT EXISTS (
                SELECT 1 FROM residence AS now
                WHERE now.until IS NULL AND now.deleted = 0 AND now.person IN (
                  SELECT person.id
                  UNION ALL
                  SELECT folded.id FROM folded_person AS folded WHERE folded.stays = person.id
                )
              )),
       (SELECT COUNT(*) FROM visit WHERE visit.at >= ?2 AND visit.at < ?3 AND visit.deleted = 0),
       (SELECT COUNT(DISTINCT visit.household)
        FROM visit
        WHERE visit.at >= ?2 AND visit.at < ?3 AND visit.deleted = 0)";

fn read_building(row: &rusqlite::Row<'_>) -> rusqlite::Result<BuildingRow> {
    let place = (row.get::<_, Option<i32>>(3)?, row.get::<_, Option<i32>>(4)?);
    Ok(BuildingRow {
        building: id(row, 0)?,
        name: text(row, 1)?,
        street: text(row, 2)?,
        place_e7: place.0.zip(place.1),
        walk_order: row.get(5)?,
        households: row.get(6)?,
        visited: row.get(7)?,
    })
}

impl Reader<'_> {
    /// The buildings of an area in walking order, with households visited within `day` (instants, ms).
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn buildings(&self, area: RecordId, day: Range<i64>) -> Result<Vec<BuildingRow>, StoreError> {
        let Some(area) = self.key_of(area)? else { return Ok(Vec::new()) };
        rows(self, &buildings_sql(), params![area, day.start, day.end], read_building)
    }

    /// The names of an area's buildings in walking order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn building_names(&self, area: RecordId) -> Result<Vec<(RecordId, String)>, StoreError> {
        let Some(area) = self.key_of(area)? else { return Ok(Vec::new()) };
        rows(self, NAMES, params![area, MOST_BUILDINGS], |row| Ok((id(row, 0)?, text(row, 1)?)))
    }

    /// One building.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn building(&self, building: RecordId, day: Range<i64>) -> Result<Option<BuildingRow>, StoreError> {
        let Some(key) = self.key_of(building)? else { return Ok(None) };
        Ok(rows(self, &building_by_id_sql(), params![key, day.start, day.end], read_building)?
            .into_iter()
            .next())
    }

    /// The doors of a building, top floor first, then unit and door as text.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn building_doors(&self, building: RecordId, day: Range<i64>) -> Result<Vec<DoorRow>, StoreError> {
        let Some(key) = self.key_of(building)? else { return Ok(Vec::new()) };
        rows(self, DOORS, params![key, day.start, day.end, MOST_DOORS], |row| {
            Ok(DoorRow {
                dwelling: id(row, 0)?,
                unit: text(row, 1)?,
                floor: row.get(2)?,
                door: text(row, 3)?,
                household: id_or_none(row, 4)?,
                people: row.get(5)?,
                conflicts: row.get::<_, f64>(6)? as u32,
                visited_ms: row.get(7)?,
                outcome: row.get(8)?,
                unsettled: read_unsettled(row, 9)?,
            })
        })
    }

    /// The numbers of an area; visits are those within `day` on this phone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn grid_counts(&self, area: RecordId, day: Range<i64>) -> Result<GridCounts, StoreError> {
        let Some(area) = self.key_of(area)? else { return Ok(GridCounts::default()) };
        let mut statement = self.connection.prepare_cached(COUNTS)?;
        Ok(statement.query_row(params![area, day.start, day.end], |row| {
            Ok(GridCounts {
                households: row.get(0)?,
                people: row.get(1)?,
                visits: row.get(2)?,
                visited: row.get(3)?,
            })
        })?)
    }
}
