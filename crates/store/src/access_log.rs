//! Who was opened, when and why: the log that the worker may read back and the desk may check (PIPL art. 51).
//!
//! `hash_n = SHA-256(hash_{n-1} ‖ at_ms ‖ person ‖ worker ‖ length of reason ‖ reason)`, numbers as 8 bytes big-endian,
//! `hash_0` = 32 zero bytes. A row changed or taken out of the middle breaks the chain; rows taken off the end show in
//! the mark beside the database.

use crate::error::StoreError;
use crate::store::{Reader, Writer};
use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};
use xunge_domain::ids::RecordId;
use xunge_domain::operation::Hash;

/// One opened person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// When, by the phone's clock.
    pub at_ms: i64,
    /// The record opened.
    pub person: RecordId,
    /// By whom.
    pub worker: RecordId,
    /// The reason given, a code.
    pub reason: String,
}

/// The first row of the log that does not fit the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("row {row} of the access log does not fit the chain")]
pub struct BrokenLog {
    /// Its number, from 1.
    pub row: u64,
}

impl Access {
    fn hash(&self, before: &Hash) -> Hash {
        let mut hasher = Sha256::new();
        hasher.update(before);
        hasher.update(self.at_ms.to_be_bytes());
        hasher.update(self.person.0.as_bytes());
        hasher.update(self.worker.0.as_bytes());
        hasher.update((self.reason.len() as u64).to_be_bytes());
        hasher.update(self.reason.as_bytes());
        hasher.finalize().into()
    }

    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        let id = |at| Ok::<_, rusqlite::Error>(RecordId(uuid::Uuid::from_bytes(row.get(at)?)));
        Ok(Self { at_ms: row.get(0)?, person: id(1)?, worker: id(2)?, reason: row.get(3)? })
    }
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
        let rows = statement.query_map([offset, limit.min(crate::queries::MAX_ROWS)], Access::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every opening from the first on, as far as the log reads.
    pub(crate) fn accesses(&self) -> Result<Vec<Access>, StoreError> {
        let mut statement =
            self.connection.prepare("SELECT at_ms, person, worker, reason FROM access_log ORDER BY id")?;
        let rows = statement.query_map([], Access::read)?;
        Ok(rows.map_while(Result::ok).collect())
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
        let (mut before, mut number) = ([0; 32], 0_u64);
        while let Some(row) = rows.next()? {
            number += 1;
            let (id, hash): (u64, Hash) = (row.get(4)?, row.get(5)?);
            before = Access::read(row)?.hash(&before);
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
        let (id, before) = last.unwrap_or((0, [0; 32]));
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
