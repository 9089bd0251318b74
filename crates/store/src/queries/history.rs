//! What happened to a household and where it stands.

use super::{MAX_ROWS, household_unsettled, id, members, read_unsettled, rows, unsettled};
use crate::error::StoreError;
use crate::operations::{OpState, StoredOperation, read_operation};
use crate::store::Reader;
use rusqlite::params;
use xunge_domain::ids::RecordId;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRow {
    /// The operation: who, when, which fields, where it stands.
    pub operation: StoredOperation,
}

/// Without what was taken back, and what the county kept for the desk without applying it (at the county with a reason):
/// neither changed the record.
pub(super) const HISTORY: &str = concat!(
    "SELECT DISTINCT operation.id
     FROM ",
    members!("?1"),
    "
     JOIN operation ON operation.record = member.id
     WHERE operation.state <> 5 AND NOT (operation.state = 6 AND operation.reason IS NOT NULL)
     ORDER BY operation.wall_ms DESC, operation.id DESC
     LIMIT ?2"
);

pub(super) const HOUSEHOLD: &str = concat!("SELECT ", household_unsettled!("?1"));

pub(super) const RECORD: &str = concat!("SELECT ", unsettled!("?1"));

pub(super) const HOME_OF: &str = "SELECT record.uuid
     FROM (
       SELECT household.id AS id FROM household WHERE household.id = ?1
       UNION ALL
       SELECT residence.household FROM residence WHERE residence.id = ?1
       UNION ALL
       SELECT occupancy.household FROM occupancy WHERE occupancy.id = ?1
       UNION ALL
       SELECT visit.household FROM visit WHERE visit.id = ?1
       UNION ALL
       SELECT residence.household
       FROM residence
       WHERE residence.person = ?1 AND residence.deleted = 0 AND residence.until IS NULL
       UNION ALL
       SELECT residence.household
       FROM folded_person
       JOIN residence ON residence.person = folded_person.id AND residence.deleted = 0 AND residence.until IS NULL
       WHERE folded_person.stays = ?1
       UNION ALL
       SELECT incident.household FROM incident WHERE incident.id = ?1
     ) AS home
     JOIN record ON record.id = home.id
     LIMIT 1";

impl Reader<'_> {
    /// Changes that stand of a household, where it lives, who lives in it and its visits; newest first by the writers' clocks.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn history_of(&self, household: RecordId, limit: u32) -> Result<Vec<HistoryRow>, StoreError> {
        let Some(key) = self.key_of(household)? else { return Ok(Vec::new()) };
        let ids: Vec<i64> = rows(self, HISTORY, params![key, limit.min(MAX_ROWS)], |row| row.get(0))?;
        let mut history = Vec::new();
        for id in ids {
            history.extend(read_operation(self, id)?.map(|operation| HistoryRow { operation }));
        }
        Ok(history)
    }

    /// The least settled own operation of a record; nothing when all of it is at the county.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn unsettled_of(&self, record: RecordId) -> Result<Option<OpState>, StoreError> {
        self.worst(RECORD, record)
    }

    /// The same for a household with everything that makes it up.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn unsettled_in_household(&self, household: RecordId) -> Result<Option<OpState>, StoreError> {
        self.worst(HOUSEHOLD, household)
    }

    fn worst(&self, sql: &str, record: RecordId) -> Result<Option<OpState>, StoreError> {
        let Some(key) = self.key_of(record)? else { return Ok(None) };
        Ok(self.connection.prepare_cached(sql)?.query_row([key], |row| read_unsettled(row, 0))?)
    }

    /// The household a record belongs to, for context: of a person the one they live in now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn household_of(&self, record: RecordId) -> Result<Option<RecordId>, StoreError> {
        let Some(key) = self.key_of(record)? else { return Ok(None) };
        Ok(rows(self, HOME_OF, [key], |row| id(row, 0))?.into_iter().next())
    }
}
