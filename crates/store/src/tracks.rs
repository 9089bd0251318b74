//! Own patrols as pressed and their raw points. Points never leave the phone; when they die is the domain's rule
//! (`track::retention`), which the caller applies: this file only says which patrols still have points.

use crate::error::StoreError;
use crate::store::{Reader, Writer};
use rusqlite::{OptionalExtension, params};
use xunge_domain::geometry::LatLon;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::track::{RawPoint, RawTrack};

/// A patrol of this phone's worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnPatrol {
    /// The patrol.
    pub patrol: RecordId,
    /// Whether it is under way.
    pub open: bool,
    /// What was pressed and reached, as the client wrote it.
    pub state: Vec<u8>,
    /// When it was stopped or abandoned.
    pub ended_ms: Option<i64>,
    /// When the county's receipt for the summary came.
    pub receipt_ms: Option<i64>,
}

fn read_patrol(row: &rusqlite::Row<'_>) -> rusqlite::Result<OwnPatrol> {
    Ok(OwnPatrol {
        patrol: RecordId(uuid::Uuid::from_bytes(row.get(0)?)),
        open: row.get(1)?,
        state: row.get(2)?,
        ended_ms: row.get(3)?,
        receipt_ms: row.get(4)?,
    })
}

const SELECT_PATROL: &str =
    "SELECT record.uuid, own_patrol.open, own_patrol.state, own_patrol.ended_ms, own_patrol.receipt_ms
    FROM own_patrol
    JOIN record ON record.id = own_patrol.id";

fn read_point(row: &rusqlite::Row<'_>) -> rusqlite::Result<Option<RawPoint>> {
    let (lat, lon) = (row.get(1)?, row.get(2)?);
    Ok(LatLon::from_e7(lat, lon).ok().map(|at| RawPoint {
        at,
        accuracy_dm: row.get(3).unwrap_or(None),
        hdop_tenths: row.get(4).unwrap_or(None),
        wall_ms: row.get(5).unwrap_or(None),
        mono_ms: row.get(6).unwrap_or(None),
        mock: row.get(7).unwrap_or(false),
    }))
}

impl Reader<'_> {
    /// The patrol under way, if any.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open_patrol(&self) -> Result<Option<OwnPatrol>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!(
            "{SELECT_PATROL} WHERE own_patrol.open = 1 ORDER BY own_patrol.id DESC LIMIT 1"
        ))?;
        Ok(statement.query_row([], read_patrol).optional()?)
    }

    /// A patrol of this phone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn own_patrol(&self, patrol: RecordId) -> Result<Option<OwnPatrol>, StoreError> {
        let Some(key) = self.key_of(patrol)? else { return Ok(None) };
        let mut statement =
            self.connection.prepare_cached(&format!("{SELECT_PATROL} WHERE own_patrol.id = ?1"))?;
        Ok(statement.query_row([key], read_patrol).optional()?)
    }

    /// Patrols whose raw points still lie here: candidates for [`Writer::purge_track`]. Few: points live 30 days at most.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn patrols_with_points(&self) -> Result<Vec<OwnPatrol>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!(
            "{SELECT_PATROL}
             WHERE EXISTS (SELECT 1 FROM track_point WHERE track_point.patrol = own_patrol.id)
             ORDER BY own_patrol.id"
        ))?;
        let rows = statement.query_map([], read_patrol)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The raw track of a patrol in the order of recording.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn track(&self, patrol: RecordId) -> Result<RawTrack, StoreError> {
        let Some(key) = self.key_of(patrol)? else { return Ok(RawTrack::default()) };
        let mut statement = self.connection.prepare_cached(
            "SELECT segment, lat_e7, lon_e7, accuracy_dm, hdop_tenths, wall_ms, mono_ms, mock
             FROM track_point
             WHERE patrol = ?1
             ORDER BY id",
        )?;
        let mut rows = statement.query([key])?;
        let (mut track, mut last) = (RawTrack::default(), None);
        while let Some(row) = rows.next()? {
            let segment: u32 = row.get(0)?;
            if last != Some(segment) {
                track.segments.push(Vec::new());
                last = Some(segment);
            }
            if let (Some(points), Some(point)) = (track.segments.last_mut(), read_point(row)?) {
                points.push(point);
            }
        }
        Ok(track)
    }

    /// When the last point of a patrol was recorded, by the phone's clock; none where no point says.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn last_point_ms(&self, patrol: RecordId) -> Result<Option<i64>, StoreError> {
        let Some(key) = self.key_of(patrol)? else { return Ok(None) };
        let mut statement = self
            .connection
            .prepare_cached("SELECT wall_ms FROM track_point WHERE patrol = ?1 ORDER BY id DESC LIMIT 1")?;
        Ok(statement.query_row([key], |row| row.get(0)).optional()?.flatten())
    }

    /// Raw points still on this phone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn track_points(&self) -> Result<u64, StoreError> {
        Ok(self
            .connection
            .prepare_cached("SELECT COUNT(*) FROM track_point")?
            .query_row([], |row| row.get(0))?)
    }
}

impl Writer<'_> {
    /// Keeps a patrol as pressed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn put_own_patrol(&self, patrol: &OwnPatrol) -> Result<(), StoreError> {
        let key = self.key_for(patrol.patrol, RecordKind::Patrol.code(), false)?;
        self.connection
            .prepare_cached(
                "INSERT INTO own_patrol (id, open, state, ended_ms, receipt_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (id) DO UPDATE
                 SET open = excluded.open, state = excluded.state, ended_ms = excluded.ended_ms,
                   receipt_ms = excluded.receipt_ms",
            )?
            .execute(params![key, patrol.open, patrol.state, patrol.ended_ms, patrol.receipt_ms])?;
        self.touch();
        Ok(())
    }

    /// Adds points to a segment of a patrol.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn add_points(&self, patrol: RecordId, segment: u32, points: &[RawPoint]) -> Result<(), StoreError> {
        let key = self.key_for(patrol, RecordKind::Patrol.code(), false)?;
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO track_point (patrol, segment, lat_e7, lon_e7, accuracy_dm, hdop_tenths, wall_ms, mono_ms, mock)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        for point in points {
            insert.execute(params![
                key,
                segment,
                point.at.lat_e7(),
                point.at.lon_e7(),
                point.accuracy_dm,
                point.hdop_tenths,
                point.wall_ms,
                point.mono_ms,
                point.mock,
            ])?;
        }
        Ok(())
    }

    /// Lets the raw points of a patrol die. Returns how many there were.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn purge_track(&self, patrol: RecordId) -> Result<u64, StoreError> {
        let Some(key) = self.key_of(patrol)? else { return Ok(0) };
        let gone =
            self.connection.prepare_cached("DELETE FROM track_point WHERE patrol = ?1")?.execute([key])?;
        Ok(gone as u64)
    }
}
