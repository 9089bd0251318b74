//! Operations of others that this phone holds from before its county was put back from a backup.
//!
//! The county may have lost them for good, and it may since have given their numbers to something else: its own log goes
//! on from where the backup ends. So all of them are in doubt until the county sends them again. What it sends under a
//! known number takes the place of what stood there, and what it does not send goes. Own operations are never in doubt.

use crate::error::StoreError;
use crate::meta::Fact;
use crate::operations::{OpState, read_operation};
use crate::records::pack;
use crate::store::Writer;
use rusqlite::params;
use xunge_domain::ids::RecordId;
use xunge_domain::operation::Operation;

/// The place in the feed of an operation in doubt: places begin with 1.
const DOUBTED: u64 = 0;

impl Writer<'_> {
    /// Puts every operation of others in doubt.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn doubt_others(&self) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE operation SET seq = ?1 WHERE state = ?2")?
            .execute(params![DOUBTED, OpState::Remote as u8])?;
        self.set_fact_bytes(Fact::Doubted, &[])
    }

    /// The county sends an operation of others that is here already: it is out of doubt. Answers the record that has to be
    /// merged anew because something else stood under its number; that is gone then, and the caller appends what was sent.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn confirm(&self, sent: &Operation) -> Result<Option<RecordId>, StoreError> {
        let id = pack(sent.id())?;
        let Some(held) = read_operation(self, id)?.filter(|held| held.state == OpState::Remote) else {
            return Ok(None);
        };
        let erased = held.payload.is_none();
        if held.header == sent.header && (erased || held.payload.as_ref() == Some(&sent.payload)) {
            if held.seq == Some(DOUBTED) {
                self.connection
                    .prepare_cached("UPDATE operation SET seq = NULL WHERE id = ?1")?
                    .execute([id])?;
            }
            return Ok(None);
        }
        self.connection.prepare_cached("DELETE FROM operation WHERE id = ?1")?.execute([id])?;
        self.touch();
        Ok(Some(held.header.record))
    }

    /// The county has sent everything it holds: what is still in doubt goes. Answers the records to be merged anew.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn drop_doubted(&self) -> Result<Vec<RecordId>, StoreError> {
        if self.fact_bytes(Fact::Doubted)?.is_none() {
            return Ok(Vec::new());
        }
        let doubted = params![DOUBTED, OpState::Remote as u8];
        let mut statement = self.connection.prepare_cached(
            "SELECT DISTINCT record.uuid
             FROM operation
             JOIN record ON record.id = operation.record
             WHERE operation.seq = ?1 AND operation.state = ?2
             ORDER BY record.id",
        )?;
        let rows = statement.query_map(doubted, |row| Ok(RecordId(uuid::Uuid::from_bytes(row.get(0)?))))?;
        let records = rows.collect::<Result<Vec<_>, _>>()?;
        self.connection
            .prepare_cached("DELETE FROM operation WHERE seq = ?1 AND state = ?2")?
            .execute(doubted)?;
        self.drop_fact(Fact::Doubted)?;
        self.touch();
        Ok(records)
    }
}
