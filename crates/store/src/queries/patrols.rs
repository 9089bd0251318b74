//! Patrol summaries, the points of a round and which were reached.

use super::{MAX_ROWS, id, id_or_none, read_unsettled, rows, text, unsettled};
use crate::error::StoreError;
use crate::operations::OpState;
use crate::store::Reader;
use rusqlite::params;
use xunge_domain::ids::RecordId;

/// The summary of a patrol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatrolRow {
    /// The patrol.
    pub patrol: RecordId,
    /// Who walked.
    pub worker: Option<RecordId>,
    /// The day, as days since 1970.
    pub day: Option<i64>,
    /// A number of `Slot`.
    pub slot: Option<i64>,
    /// Start.
    pub started_ms: Option<i64>,
    /// End.
    pub ended_ms: Option<i64>,
    /// Metres.
    pub length_m: Option<i64>,
    /// Points reached.
    pub points_reached: Option<i64>,
    /// Points of the round.
    pub points_due: Option<i64>,
    /// Incidents reported during it.
    pub incidents: u32,
    /// Its least settled own operation.
    pub unsettled: Option<OpState>,
}

/// An inspection point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointRow {
    /// The point.
    pub point: RecordId,
    /// Number on the map.
    pub number: Option<i64>,
    /// Name.
    pub name: String,
    /// What to look at.
    pub purpose: String,
    /// Where, in 1e-7 degrees.
    pub place_e7: Option<(i32, i32)>,
    /// How near counts as reached.
    pub radius_m: Option<i64>,
}

/// A point reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckInRow {
    /// The check-in.
    pub check_in: RecordId,
    /// Which point.
    pub point: Option<RecordId>,
    /// When.
    pub at_ms: Option<i64>,
    /// By hand.
    pub by_hand: bool,
    /// Note.
    pub note: String,
}

pub(super) const OF_DAY: &str = concat!(
    "SELECT record.uuid,
       (SELECT other.uuid FROM record AS other WHERE other.id = patrol.worker),
       patrol.day, patrol.slot, patrol.started, patrol.ended, patrol.length_m, patrol.points_reached, patrol.points_due,
       (SELECT COUNT(*) FROM incident WHERE incident.patrol = patrol.id AND incident.deleted = 0),
       ", unsettled!("patrol.id"), "
     FROM patrol
     JOIN record ON record.id = patrol.id
     WHERE patrol.day = ?1 AND patrol.deleted = 0
     ORDER BY patrol.slot, patrol.id
     LIMIT ?2"
);

pub(super) const POINTS: &str = "SELECT record.uuid, inspection_point.number, inspection_point.name,
       inspection_point.purpose, inspection_point.lat_e7, inspection_point.lon_e7, inspection_point.radius_m
     FROM inspection_point
     JOIN record ON record.id = inspection_point.id
     WHERE inspection_point.area = ?1 AND inspection_point.deleted = 0
     ORDER BY inspection_point.number, inspection_point.id
     LIMIT ?2";

pub(super) const CHECK_INS: &str = "SELECT record.uuid,
       (SELECT other.uuid FROM record AS other WHERE other.id = check_in.point),
       check_in.at, check_in.by_hand, check_in.note
     FROM check_in
     JOIN record ON record.id = check_in.id
     WHERE check_in.patrol = ?1 AND check_in.deleted = 0
     ORDER BY check_in.at, check_in.id
     LIMIT ?2";

impl Reader<'_> {
    /// Patrols of a day (days since 1970), in order of slot.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn patrols_of_day(&self, day: i64) -> Result<Vec<PatrolRow>, StoreError> {
        rows(self, OF_DAY, params![day, MAX_ROWS], |row| {
            Ok(PatrolRow {
                patrol: id(row, 0)?,
                worker: id_or_none(row, 1)?,
                day: row.get(2)?,
                slot: row.get(3)?,
                started_ms: row.get(4)?,
                ended_ms: row.get(5)?,
                length_m: row.get(6)?,
                points_reached: row.get(7)?,
                points_due: row.get(8)?,
                incidents: row.get(9)?,
                unsettled: read_unsettled(row, 10)?,
            })
        })
    }

    /// The inspection points of an area, by number.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn inspection_points(&self, area: RecordId) -> Result<Vec<PointRow>, StoreError> {
        let Some(area) = self.key_of(area)? else { return Ok(Vec::new()) };
        rows(self, POINTS, params![area, MAX_ROWS], |row| {
            let place = (row.get::<_, Option<i32>>(4)?, row.get::<_, Option<i32>>(5)?);
            Ok(PointRow {
                point: id(row, 0)?,
                number: row.get(1)?,
                name: text(row, 2)?,
                purpose: text(row, 3)?,
                place_e7: place.0.zip(place.1),
                radius_m: row.get(6)?,
            })
        })
    }

    /// What was reached during a patrol, in order of time.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn check_ins_of(&self, patrol: RecordId) -> Result<Vec<CheckInRow>, StoreError> {
        let Some(key) = self.key_of(patrol)? else { return Ok(Vec::new()) };
        rows(self, CHECK_INS, params![key, MAX_ROWS], |row| {
            Ok(CheckInRow {
                check_in: id(row, 0)?,
                point: id_or_none(row, 1)?,
                at_ms: row.get(2)?,
                by_hand: row.get::<_, Option<bool>>(3)?.unwrap_or(false),
                note: text(row, 4)?,
            })
        })
    }
}
