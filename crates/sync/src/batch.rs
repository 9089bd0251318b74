//! Many operations as one compressed body.
//!
//! Operations of a batch resemble each other column by column (kinds, areas, clocks a second apart), so each column
//! stands together before zstd sees it (`frames`). Numbers are zig-zag varints of differences to the operation before.
//! Each record's id travels once (`ids`), each payload taken apart into its keys and values (`shapes`).
//!
//! Salts are 16 random bytes and would not compress. A phone derives them, `HMAC-SHA-256(block key, counter)` cut to 16
//! bytes, with a fresh key for every [`SALT_BLOCK`] operations, and sends the block keys. The reader stores the single
//! salts and forgets the key, so that erasing one payload and its salt reveals nothing about it. Where a block's key is
//! gone (something in it was erased), its salts travel one by one. The feed to phones carries no salts at all: they do
//! not check other devices' chains.

mod columns;
mod frames;
mod ids;
mod salts;
mod shapes;

pub use salts::{BlockKey, SALT_BLOCK, derive_salt};

use columns::{Columns, Reader};
use ids::IdsOut;
use shapes::{ShapesIn, ShapesOut};
use std::collections::{BTreeMap, HashMap};
use xunge_domain::ids::{DeviceNo, OpId, RecordId};
use xunge_domain::operation::{Header, HeaderEvidence, Operation, Salt, Verb};
use xunge_domain::records::KindCode;

/// Body that is no batch, or claims more than it may.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// zstd or a column is broken.
    #[error("damaged batch: {0}")]
    Damaged(&'static str),
    /// Larger than [`MAX_BYTES`] once unpacked.
    #[error("batch too large")]
    TooLarge,
}

/// First byte of a batch once unpacked: what follows is laid out as here.
pub const FORMAT: u8 = 2;
/// Most operations in a batch.
pub const MAX_OPS: usize = 20_000;
/// Most bytes of a batch once unpacked: bounds memory at both ends.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// How salts travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Salts<'a> {
    /// Not at all (feed and snapshot).
    None,
    /// By block key where there is one, singly otherwise (push).
    Blocks(&'a BTreeMap<u64, BlockKey>),
}

/// Packs operations. Order is kept.
///
/// # Errors
/// [`BatchError::TooLarge`] beyond [`MAX_OPS`] or [`MAX_BYTES`]; [`BatchError::Damaged`] when zstd fails.
pub fn pack(ops: &[Operation], salts: Salts<'_>) -> Result<Vec<u8>, BatchError> {
    if ops.len() > MAX_OPS {
        return Err(BatchError::TooLarge);
    }
    if ops.iter().map(|op| op.payload.len()).sum::<usize>() > MAX_BYTES {
        return Err(BatchError::TooLarge);
    }
    let mut out = Columns::default();
    let mut areas: HashMap<RecordId, usize> = HashMap::new();
    let (mut ids, mut shapes) = (IdsOut::default(), ShapesOut::default());
    let mut last = (0_u32, 0_u64, 0_i64, 0_i64, 0_u64, 0_i64);
    out.count(ops.len() as u64);
    for op in ops {
        let header = &op.header;
        out.devices.delta(i64::from(header.id.device.0), i64::from(last.0));
        out.counters.delta(header.id.counter as i64, last.1 as i64);
        out.kinds.number(u64::from(header.kind.0));
        out.verbs.number(u64::from(header.verb.0));
        out.heights.number(u64::from(header.height));
        let record = ids.number(header.record.0, &mut out);
        out.records.delta(record, last.5);
        let next = areas.len();
        let area = *areas.entry(header.area).or_insert(next);
        if area == next {
            out.area_list.bytes(header.area.0.as_bytes());
        }
        out.areas.number(area as u64);
        out.walls.delta(header.evidence.wall_ms, last.2);
        out.servers.delta(header.evidence.server_ms, last.3);
        out.sinces.delta(header.evidence.since_server_ms as i64, last.4 as i64);
        out.extras.chunk(&header.extra);
        shapes.payload(header.kind.0, &op.payload, &mut ids, &mut out);
        last = (
            header.id.device.0,
            header.id.counter,
            header.evidence.wall_ms,
            header.evidence.server_ms,
            header.evidence.since_server_ms,
            record,
        );
    }
    salts::write(ops, salts, &mut out);
    let (plain, cuts) = out.join(&shapes.columns());
    if plain.len() > MAX_BYTES {
        return Err(BatchError::TooLarge);
    }
    frames::compress(&plain, &cuts)
}

/// Unpacks operations; salts are zero where none travelled.
///
/// # Errors
/// [`BatchError`]; never allocates more than [`MAX_BYTES`] for a hostile body.
pub fn unpack(body: &[u8]) -> Result<Vec<Operation>, BatchError> {
    let plain = frames::decompress(body)?;
    let mut input = Reader::split(&plain)?;
    let count = usize::try_from(input.count()?).map_err(|_| BatchError::TooLarge)?;
    if count > MAX_OPS {
        return Err(BatchError::TooLarge);
    }
    let mut areas = Vec::new();
    while !input.area_list.is_empty() {
        areas.push(RecordId(input.area_list.uuid()?));
    }
    let ids = ids::read(&mut input)?;
    let mut shapes = ShapesIn::new(&mut input, MAX_BYTES)?;
    let mut ops = Vec::with_capacity(count);
    let mut last = (0_i64, 0_i64, 0_i64, 0_i64, 0_i64, 0_i64);
    for _ in 0..count {
        last.0 = input.devices.delta(last.0)?;
        last.1 = input.counters.delta(last.1)?;
        let kind = KindCode(narrow(input.kinds.number()?)?);
        let verb = Verb(narrow(input.verbs.number()?)?);
        let height: u32 = narrow(input.heights.number()?)?;
        last.5 = input.records.delta(last.5)?;
        let record = RecordId(ids::at(&ids, last.5)?);
        let area_index = usize::try_from(input.areas.number()?).map_err(|_| BatchError::Damaged("area"))?;
        let area = *areas.get(area_index).ok_or(BatchError::Damaged("area"))?;
        last.2 = input.walls.delta(last.2)?;
        last.3 = input.servers.delta(last.3)?;
        last.4 = input.sinces.delta(last.4)?;
        let extra = input.extras.chunk()?.to_vec();
        let payload = shapes.payload(&mut input, &ids)?;
        let device: u32 = u32::try_from(last.0).map_err(|_| BatchError::Damaged("device"))?;
        let counter = u64::try_from(last.1).map_err(|_| BatchError::Damaged("counter"))?;
        let evidence = HeaderEvidence {
            wall_ms: last.2,
            server_ms: last.3,
            since_server_ms: u64::try_from(last.4).map_err(|_| BatchError::Damaged("since"))?,
        };
        let id = OpId { device: DeviceNo(device), counter };
        let header = Header { id, verb, kind, record, area, height, evidence, extra };
        ops.push(Operation { header, salt: Salt::default(), payload });
    }
    salts::read(&mut input, &mut ops)?;
    Ok(ops)
}

fn narrow<T: TryFrom<u64>>(number: u64) -> Result<T, BatchError> {
    T::try_from(number).map_err(|_| BatchError::Damaged("number out of range"))
}
