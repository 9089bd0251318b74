//! Questions to the log of operations: which there are, how many stand where, and what goes to the county next.

use super::{COLUMNS, OpCounts, OpState, StoredOperation, complete, read_columns, read_operation};
use crate::error::StoreError;
use crate::records::{pack, unpack};
use crate::store::Reader;
use rusqlite::{OptionalExtension, params};
use xunge_domain::ids::{DeviceNo, OpId, RecordId};
use xunge_domain::operation::Chain;

/// About what a header takes on the wire, for [`Reader::unsent`].
const HEADER_BYTES: usize = 40;

impl Reader<'_> {
    fn operations(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
    ) -> Result<Vec<StoredOperation>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!("SELECT {COLUMNS} {sql}"))?;
        let rows = statement.query_map(values, read_columns)?;
        rows.map(|raw| complete(self, raw?)).collect()
    }

    /// Whether the operation is here.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn has_operation(&self, op: OpId) -> Result<bool, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT 1 FROM operation WHERE id = ?1")?;
        Ok(statement.exists([pack(op)?])?)
    }

    /// One operation.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn operation(&self, op: OpId) -> Result<Option<StoredOperation>, StoreError> {
        read_operation(self, pack(op)?)
    }

    /// Everything that happened to a record, by (device, counter): what a merge needs. Withdrawn ones are among them, for
    /// the caller to leave out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn operations_of(&self, record: RecordId) -> Result<Vec<StoredOperation>, StoreError> {
        let Some(key) = self.key_of(record)? else { return Ok(Vec::new()) };
        self.operations("FROM operation WHERE record = ?1 ORDER BY id", [key])
    }

    /// Own operations without an answer (on the phone, offered) from this counter on, in order of writing, at most
    /// `max_ops` and about `max_bytes` of payload; always one when there is one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn unsent(
        &self,
        from: u64,
        max_ops: u32,
        max_bytes: usize,
    ) -> Result<Vec<StoredOperation>, StoreError> {
        let Some((device, _)) = self.own_chain()? else { return Ok(Vec::new()) };
        let bound = |counter: u64| pack(OpId { device, counter: counter.min(u64::from(u32::MAX)) });
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT {COLUMNS}
             FROM operation
             WHERE id BETWEEN ?1 AND ?2 AND state IN (1, 2)
             ORDER BY id
             LIMIT ?3"
        ))?;
        self.about(statement.query(params![bound(from)?, bound(u64::from(u32::MAX))?, max_ops])?, max_bytes)
    }

    /// Rows until there are about `max_bytes` of payload; always one when there is one.
    fn about(
        &self,
        mut rows: rusqlite::Rows<'_>,
        max_bytes: usize,
    ) -> Result<Vec<StoredOperation>, StoreError> {
        let (mut taken, mut bytes) = (Vec::new(), 0_usize);
        while let Some(row) = rows.next()? {
            let operation = complete(self, read_columns(row)?)?;
            bytes += operation.payload.as_ref().map_or(0, Vec::len) + HEADER_BYTES;
            if bytes > max_bytes && !taken.is_empty() {
                break;
            }
            taken.push(operation);
        }
        Ok(taken)
    }

    /// Own operations from this counter on, whatever their state, in order of writing, at most `max_ops` and about
    /// `max_bytes` of payload; always one when there is one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn own_from(
        &self,
        first: u64,
        max_ops: u32,
        max_bytes: usize,
    ) -> Result<Vec<StoredOperation>, StoreError> {
        let Some((device, _)) = self.own_chain()? else { return Ok(Vec::new()) };
        let bound = |counter: u64| pack(OpId { device, counter: counter.min(u64::from(u32::MAX)) });
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM operation WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT ?3"
        ))?;
        self.about(statement.query(params![bound(first)?, bound(u64::from(u32::MAX))?, max_ops])?, max_bytes)
    }

    /// Own operations between two counters, both included, whatever their state: for a county that lost them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn own_between(
        &self,
        first: u64,
        last: u64,
        max_ops: u32,
    ) -> Result<Vec<StoredOperation>, StoreError> {
        let Some((device, _)) = self.own_chain()? else { return Ok(Vec::new()) };
        let bound = |counter: u64| pack(OpId { device, counter: counter.min(u64::from(u32::MAX)) });
        self.operations(
            "FROM operation WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT ?3",
            params![bound(first)?, bound(last)?, max_ops],
        )
    }

    /// Operations that the county did not take, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn refused(&self, offset: u32, limit: u32) -> Result<Vec<StoredOperation>, StoreError> {
        self.operations(
            "FROM operation
             WHERE state = 4 AND state IN (1, 2, 3, 4, 5)
             ORDER BY id DESC
             LIMIT ?2 OFFSET ?1",
            params![offset, limit.min(crate::queries::MAX_ROWS)],
        )
    }

    /// Counters of own operations that the county keeps without applying them (waiting, refused), oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn unsettled(&self, limit: u32) -> Result<Vec<u64>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id FROM operation WHERE state IN (3, 4) AND state IN (1, 2, 3, 4, 5) ORDER BY id LIMIT ?1",
        )?;
        let rows = statement.query_map([limit], |row| Ok(unpack(row.get(0)?).counter))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many own operations the county keeps waiting for this reason.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn waiting_because(&self, reason: &str) -> Result<u64, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT COUNT(*) FROM operation WHERE state = 3 AND state IN (1, 2, 3, 4, 5) AND reason = ?1",
        )?;
        Ok(statement.query_row([reason], |row| row.get(0))?)
    }

    /// How many own operations stand where. The log is dense, so those at the county are what the others leave.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn op_counts(&self) -> Result<OpCounts, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT state, COUNT(*)
             FROM operation
             WHERE state IN (1, 2, 3, 4, 5)
             GROUP BY state",
        )?;
        let mut counts = OpCounts::default();
        let mut rows = statement.query([])?;
        let mut open = 0;
        while let Some(row) = rows.next()? {
            let count: u64 = row.get(1)?;
            open += count;
            match OpState::from_number(row.get(0)?)? {
                OpState::OnPhone => counts.on_phone = count,
                OpState::Offered => counts.offered = count,
                OpState::Waiting => counts.waiting = count,
                OpState::Refused => counts.refused = count,
                OpState::Withdrawn => counts.withdrawn = count,
                OpState::Remote | OpState::AtCounty => {}
            }
        }
        let written = self.own_chain()?.map_or(0, |(_, chain)| chain.counter);
        counts.at_county = written.saturating_sub(open);
        Ok(counts)
    }

    /// This phone's device number and the running hash over its log; nothing before enrolment.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn own_chain(&self) -> Result<Option<(DeviceNo, Chain)>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT device, counter, head FROM own_chain WHERE id = 1")?;
        let chain = statement.query_row([], |row| {
            Ok((DeviceNo(row.get(0)?), Chain { counter: row.get(1)?, head: row.get(2)? }))
        });
        Ok(chain.optional()?)
    }

    /// Key from which the salts of a block of own operations are derived; nothing once something in it was erased.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn salt_block(&self, block: u64) -> Result<Option<[u8; 32]>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT key FROM salt_block WHERE block = ?1")?;
        Ok(statement.query_row([block], |row| row.get(0)).optional()?)
    }
}
