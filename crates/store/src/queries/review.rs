//! Records with conflicts. Which slots and which values is asked of the operations (`Reader::operations_of`) and the
//! merge; here is only where to look.

use super::{MAX_ROWS, id, rows};
use crate::error::StoreError;
use crate::store::Reader;
use rusqlite::params;
use xunge_domain::ids::RecordId;
use xunge_domain::records::KindCode;

/// A record with more than one value somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConflictedRecord {
    /// The record.
    pub record: RecordId,
    /// Its kind.
    pub kind: KindCode,
    /// How many slots.
    pub conflicts: u32,
}

pub(super) const CONFLICTED: &str = "SELECT record.uuid, record.kind, record.conflicts
     FROM record
     WHERE record.conflicts > 0
     ORDER BY record.id
     LIMIT ?2 OFFSET ?1";

pub(super) const COUNT: &str = "SELECT COALESCE(SUM(record.conflicts), 0)
     FROM record
     WHERE record.conflicts > 0";

impl Reader<'_> {
    /// Records with conflicts, in the order they came to this phone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn conflicted(&self, offset: u32, limit: u32) -> Result<Vec<ConflictedRecord>, StoreError> {
        rows(self, CONFLICTED, params![offset, limit.min(MAX_ROWS)], |row| {
            Ok(ConflictedRecord { record: id(row, 0)?, kind: KindCode(row.get(1)?), conflicts: row.get(2)? })
        })
    }

    /// How many slots have more than one value, in all records together.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn conflict_count(&self) -> Result<u32, StoreError> {
        Ok(self.connection.prepare_cached(COUNT)?.query_row([], |row| row.get(0))?)
    }
}
