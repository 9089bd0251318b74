//! The log of operations: own ones with where each stands, those of others as the county sent them.
//!
//! An operation is appended in the same transaction as the rows it changes. Its payload can be erased by law later; the
//! header and the payload's hash stay, so that the chain of its device stays whole.
//!
//! - `asking`: which there are, how many, what comes next; `writing`: appended, settled, taken back

mod asking;
mod writing;

use crate::error::StoreError;
use crate::records::unpack;
use crate::store::Reader;
use rusqlite::OptionalExtension;
use xunge_domain::ids::{OpId, RecordId};
use xunge_domain::operation::{Hash, Header, HeaderEvidence, Operation, Salt, Verb};
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
