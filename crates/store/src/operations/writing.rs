//! Changes of the log of operations: appended with the rows they change, settled by what the county answers, taken back.

use super::{OpState, StoredOperation};
use crate::error::StoreError;
use crate::records::pack;
use crate::store::Writer;
use rusqlite::params;
use xunge_domain::ids::{DeviceNo, OpId};
use xunge_domain::operation::{Chain, Operation, Salt, digest};

impl Writer<'_> {
    /// Appends an operation. The salt is kept unless the operation is [`OpState::Remote`] (salts do not travel to
    /// phones). Appending one that is here already changes nothing and answers false.
    ///
    /// Own operations also need [`Writer::set_own_chain`] in the same write.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn append(
        &self,
        operation: &Operation,
        state: OpState,
        seq: Option<u64>,
    ) -> Result<bool, StoreError> {
        let header = &operation.header;
        let record = self.key_for(header.record, header.kind, true)?;
        let area = self.key_for(header.area, xunge_domain::records::RecordKind::Area.code(), false)?;
        let id = pack(header.id)?;
        let added = self.with(
            "INSERT INTO operation (id, verb, kind, record, area, height, wall_ms, server_ms, since_server_ms, state,
                   extra, salt, payload, seq)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
                 ON CONFLICT (id) DO NOTHING",
            |insert| insert.execute(params![
                id,
                header.verb.0,
                header.kind.0,
                record,
                area,
                header.height,
                header.evidence.wall_ms,
                header.evidence.server_ms,
                i64::try_from(header.evidence.since_server_ms).unwrap_or(i64::MAX),
                state as u8,
                Some(&header.extra).filter(|extra| !extra.is_empty()),
                (state != OpState::Remote).then_some(operation.salt),
                operation.payload,
                seq,
            ]),
        )?;
        self.touch();
        if state == OpState::Remote && added == 1 {
            self.count(area, digest(header, &operation.payload), true);
        }
        if state == OpState::Remote && self.see_again(operation, added == 0)? {
            // What lay here under this id was something else.
            return self.append(operation, state, seq).map(|_| true);
        }
        Ok(added == 1)
    }

    /// Says where an own operation stands now. A `seq` once known is not forgotten.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such operation.
    pub fn set_outcome(
        &self,
        op: OpId,
        state: OpState,
        reason: Option<&str>,
        seq: Option<u64>,
    ) -> Result<(), StoreError> {
        let changed = self
            .connection
            .prepare_cached(
                "UPDATE operation
                 SET state = ?2, reason = ?3, seq = COALESCE(?4, seq)
                 WHERE id = ?1",
            )?
            .execute(params![pack(op)?, state as u8, reason, seq])?;
        self.touch();
        if changed == 1 { Ok(()) } else { Err(StoreError::NotFound("operation")) }
    }

    /// Says where the own operations from `first` on, so many in a row, stand now, all alike; their places in the feed
    /// follow on each other from `seq` on, if given. One that the worker took back meanwhile stays taken back.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when one of them is not here.
    pub fn set_outcomes(
        &self,
        first: OpId,
        count: u64,
        state: OpState,
        reason: Option<&str>,
        seq: Option<u64>,
    ) -> Result<(), StoreError> {
        let Some(more) = count.checked_sub(1) else { return Ok(()) };
        let from = pack(first)?;
        let to = pack(OpId { device: first.device, counter: first.counter + more })?;
        let changed = self
            .connection
            .prepare_cached(
                "UPDATE operation
                 SET state = ?3, reason = ?4, seq = COALESCE(?5 + (id - ?1), seq)
                 WHERE id BETWEEN ?1 AND ?2 AND state <> 5",
            )?
            .execute(params![from, to, state as u8, reason, seq])?;
        self.touch();
        if changed as u64 == count {
            return Ok(());
        }
        let here: u64 = self
            .connection
            .prepare_cached("SELECT COUNT(*) FROM operation WHERE id BETWEEN ?1 AND ?2")?
            .query_row([from, to], |row| row.get(0))?;
        if here == count { Ok(()) } else { Err(StoreError::NotFound("operation")) }
    }

    /// Takes an own operation out of what will be sent. Only what has not left the phone, or was refused, can go.
    /// The operation stays in the log and in the chain.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such operation in these states.
    pub fn withdraw(&self, op: OpId) -> Result<(), StoreError> {
        let changed = self
            .connection
            .prepare_cached("UPDATE operation SET state = 5 WHERE id = ?1 AND state IN (1, 4)")?
            .execute([pack(op)?])?;
        self.touch();
        if changed == 1 { Ok(()) } else { Err(StoreError::NotFound("operation that can be withdrawn")) }
    }

    /// Takes own operations from this counter on out of the log, to be written again under other counters. The caller
    /// sets the chain in the same write.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn take_out_from(&self, counter: u64) -> Result<Vec<StoredOperation>, StoreError> {
        let taken = self.own_between(counter, u64::from(u32::MAX), u32::MAX)?;
        for operation in &taken {
            self.connection
                .prepare_cached("DELETE FROM operation WHERE id = ?1")?
                .execute([pack(operation.id())?])?;
        }
        self.touch();
        Ok(taken)
    }

    /// Keeps the salt of one own operation by itself.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn keep_salt(&self, op: OpId, salt: &Salt) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE operation SET salt = ?2 WHERE id = ?1 AND payload IS NOT NULL")?
            .execute(params![pack(op)?, salt])?;
        Ok(())
    }

    /// Sets the device number and the chain after the last own operation.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn set_own_chain(&self, device: DeviceNo, chain: &Chain) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO own_chain (id, device, counter, head)
                 VALUES (1, ?1, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE
                 SET device = excluded.device, counter = excluded.counter, head = excluded.head",
            )?
            .execute(params![device.0, chain.counter, chain.head])?;
        self.came_forward()
    }

    /// Keeps the key of a block of salts.
    ///
    /// # Errors
    /// [`StoreError`]; a block that has a key keeps it.
    pub fn put_salt_block(&self, block: u64, key: &[u8; 32]) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("INSERT INTO salt_block (block, key) VALUES (?1, ?2)")?
            .execute(params![block, key])?;
        Ok(())
    }
}
