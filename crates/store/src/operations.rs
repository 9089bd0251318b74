//! The log of operations: own ones with where each stands, those of others as the county sent them.
//!
//! An operation is appended in the same transaction as the rows it changes. Its payload can be erased by law later; the
//! header and the payload's hash stay, so that the chain of its device stays whole.

use crate::error::StoreError;
use crate::records::{pack, unpack};
use crate::store::{Reader, Writer};
use rusqlite::{OptionalExtension, params};
use xunge_domain::ids::{DeviceNo, OpId, RecordId};
use xunge_domain::operation::{Chain, Hash, Header, HeaderEvidence, Operation, Salt, Verb, digest};
use xunge_domain::records::KindCode;

/// Where an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum OpState {
    /// Of another device, or of the county.
    Remote = 0,
    /// Saved here, not offered yet.
    OnPhone = 1,
    /// Sent; no answer yet.
    Offered = 2,
    /// The county waits for the record's parent.
    Waiting = 3,
    /// The county did not take it; it is kept, visible and editable.
    Refused = 4,
    /// Taken back by the worker before or after a refusal; never sent again.
    Withdrawn = 5,
    /// The county holds it and said so by receipt.
    AtCounty = 6,
}

impl OpState {
    fn from_number(number: u8) -> Result<Self, StoreError> {
        use OpState::{AtCounty, Offered, OnPhone, Refused, Remote, Waiting, Withdrawn};
        [Remote, OnPhone, Offered, Waiting, Refused, Withdrawn, AtCounty]
            .into_iter()
            .find(|state| *state as u8 == number)
            .ok_or(StoreError::Damaged)
    }
}

/// An operation as it lies here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredOperation {
    /// Who, which record, when.
    pub header: Header,
    /// Salt of the payload's hash; only own operations have one, until erased.
    pub salt: Option<Salt>,
    /// The payload as written; nothing once erased.
    pub payload: Option<Vec<u8>>,
    /// The payload's hash, kept only once it is erased.
    pub payload_hash: Option<Hash>,
    /// Where it stands.
    pub state: OpState,
    /// Why the county refused it.
    pub reason: Option<String>,
    /// Its place in the county's feed, once known.
    pub seq: Option<u64>,
}

impl StoredOperation {
    /// Its identity.
    pub fn id(&self) -> OpId {
        self.header.id
    }

    /// The whole operation, with a salt of zeros where none is kept; nothing once erased.
    pub fn operation(&self) -> Option<Operation> {
        self.payload.clone().map(|payload| Operation {
            header: self.header.clone(),
            salt: self.salt.unwrap_or_default(),
            payload,
        })
    }
}

/// Own operations by where they stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OpCounts {
    /// Not offered yet.
    pub on_phone: u64,
    /// Offered.
    pub offered: u64,
    /// Waiting for a parent.
    pub waiting: u64,
    /// Refused.
    pub refused: u64,
    /// Withdrawn.
    pub withdrawn: u64,
    /// With a receipt.
    pub at_county: u64,
}

const COLUMNS: &str =
    "id, verb, kind, record, area, height, wall_ms, server_ms, since_server_ms, state, extra, salt, payload,
    payload_hash, reason, seq";

fn read_columns(row: &rusqlite::Row<'_>) -> rusqlite::Result<(StoredOperation, u8, i64, i64)> {
    let header = Header {
        id: unpack(row.get(0)?),
        verb: Verb(row.get(1)?),
        kind: KindCode(row.get(2)?),
        record: RecordId(uuid::Uuid::nil()),
        area: RecordId(uuid::Uuid::nil()),
        height: row.get(5)?,
        evidence: HeaderEvidence {
            wall_ms: row.get(6)?,
            server_ms: row.get(7)?,
            since_server_ms: row.get(8)?,
        },
        extra: row.get::<_, Option<Vec<u8>>>(10)?.unwrap_or_default(),
    };
    let operation = StoredOperation {
        header,
        salt: row.get(11)?,
        payload: row.get(12)?,
        payload_hash: row.get(13)?,
        state: OpState::Remote,
        reason: row.get(14)?,
        seq: row.get(15)?,
    };
    Ok((operation, row.get(9)?, row.get(3)?, row.get(4)?))
}

fn complete(
    reader: &Reader<'_>,
    (mut operation, state, record, area): (StoredOperation, u8, i64, i64),
) -> Result<StoredOperation, StoreError> {
    operation.state = OpState::from_number(state)?;
    operation.header.record = reader.record_of(record)?.ok_or(StoreError::Damaged)?;
    operation.header.area = reader.record_of(area)?.ok_or(StoreError::Damaged)?;
    Ok(operation)
}

/// The operation with this packed id.
pub(crate) fn read_operation(reader: &Reader<'_>, id: i64) -> Result<Option<StoredOperation>, StoreError> {
    let mut statement =
        reader.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM operation WHERE id = ?1"))?;
    let raw = statement.query_row([id], read_columns).optional()?;
    raw.map(|raw| complete(reader, raw)).transpose()
}

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
        let device = self.own_chain()?.map_or(0, |(device, _)| device.0);
        let first = pack(OpId::new(device, from.min(u64::from(u32::MAX))))?;
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT {COLUMNS}
             FROM operation
             WHERE state IN (1, 2, 3) AND state < 3 AND id >= ?1
             ORDER BY id
             LIMIT ?2"
        ))?;
        let mut rows = statement.query(params![first, max_ops])?;
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
        let mut rows = statement.query(params![bound(first)?, bound(u64::from(u32::MAX))?, max_ops])?;
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

/// About what a header takes on the wire, for [`Reader::unsent`].
const HEADER_BYTES: usize = 40;

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
