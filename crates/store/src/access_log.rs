//! Who was opened, when and why: the log that the worker may read back and the county is told (PIPL art. 51). A row
//! changed or taken out of the middle breaks the chain; rows taken off the end show in the mark beside the database.

use crate::error::StoreError;
use crate::store::{Reader, Writer};
use rusqlite::{OptionalExtension, params};
use xunge_domain::access::{Access, NOTHING_OPENED};
use xunge_domain::ids::RecordId;
use xunge_domain::operation::Hash;

/// The first row of the log that does not fit the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("row {row} of the access log does not fit the chain")]
pub struct BrokenLog {
    /// Its number, from 1.
    pub row: u64,
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Access> {
    let id = |at| Ok::<_, rusqlite::Error>(RecordId(uuid::Uuid::from_bytes(row.get(at)?)));
    Ok(Access { at_ms: row.get(0)?, person: id(1)?, worker: id(2)?, reason: row.get(3)? })
}

impl Reader<'_> {
    /// The log, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn access_log(&self, offset: u32, limit: u32) -> Result<Vec<Access>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT at_ms, person, worker, reason
             FROM access_log
             ORDER BY id DESC
             LIMIT ?2 OFFSET ?1",
        )?;
        let rows = statement.query_map([offset, limit.min(crate::queries::MAX_ROWS)], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every opening from the first on, as far as the log reads.
    pub(crate) fn accesses(&self) -> Result<Vec<Access>, StoreError> {
        let mut statement =
            self.connection.prepare("SELECT at_ms, person, worker, reason FROM access_log ORDER BY id")?;
        let rows = statement.query_map([], read)?;
        Ok(rows.map_while(Result::ok).collect())
    }

    /// Openings after a row, oldest first: the number of the first, the chain before it, and the rows. A log that has fewer
    /// rows than that goes on after its last.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn accesses_after(&self, row: u64, limit: usize) -> Result<(u64, Hash, Vec<Access>), StoreError> {
        let mut last = self
            .connection
            .prepare_cached("SELECT id, hash FROM access_log WHERE id <= ?1 ORDER BY id DESC LIMIT 1")?;
        let row = i64::try_from(row).unwrap_or(i64::MAX);
        let found: Option<(u64, Hash)> =
            last.query_row([row], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let (number, before) = found.unwrap_or((0, NOTHING_OPENED));
        let mut statement = self.connection.prepare_cached(
            "SELECT at_ms, person, worker, reason
             FROM access_log
             WHERE id > ?1
             ORDER BY id
             LIMIT ?2",
        )?;
        let rows = statement.query_map(params![number, i64::try_from(limit).unwrap_or(i64::MAX)], read)?;
        Ok((number + 1, before, rows.collect::<Result<_, _>>()?))
    }

    /// How many openings were logged since this moment: for the limit an hour.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn accesses_since(&self, at_ms: i64) -> Result<u32, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT COUNT(*) FROM access_log WHERE at_ms > ?1")?;
        Ok(statement.query_row([at_ms], |row| row.get(0))?)
    }

    /// Checks the chain from the first row to the last.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn check_access_log(&self) -> Result<Result<(), BrokenLog>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT at_ms, person, worker, reason, id, hash FROM access_log ORDER BY id")?;
        let mut rows = statement.query([])?;
        let (mut before, mut number) = (NOTHING_OPENED, 0_u64);
        while let Some(row) = rows.next()? {
            number += 1;
            let (id, hash): (u64, Hash) = (row.get(4)?, row.get(5)?);
            before = read(row)?.hash(&before);
            if id != number || hash != before {
                return Ok(Err(BrokenLog { row: number }));
            }
        }
        Ok(Ok(()))
    }
}

impl Writer<'_> {
    /// Logs an opening. Belongs into the write that comes before the fields are shown.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn log_access(&self, access: &Access) -> Result<(), StoreError> {
        let last: Option<(i64, Hash)> = self
            .connection
            .prepare_cached("SELECT id, hash FROM access_log ORDER BY id DESC LIMIT 1")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (id, before) = last.unwrap_or((0, NOTHING_OPENED));
        self.connection
            .prepare_cached(
                "INSERT INTO access_log (id, at_ms, person, worker, reason, hash)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                id + 1,
                access.at_ms,
                access.person.0.as_bytes().as_slice(),
                access.worker.0.as_bytes().as_slice(),
                access.reason,
                access.hash(&before),
            ])?;
        self.came_forward()
    }
}
