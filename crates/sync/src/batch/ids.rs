//! Ids of records on the wire. Each id of a batch travels once, in four columns: the milliseconds of a UUIDv7 as the step
//! from the id before, the two bytes in which version and variant take up room, and the eight that are nothing but chance
//! and stay as they are. Everything that names a record is then a number.

use super::BatchError;
use super::columns::{Columns, Reader};
use std::collections::HashMap;
use uuid::Uuid;

/// Ids being written, numbered in the order in which they are first named.
#[derive(Debug, Default)]
pub(super) struct IdsOut {
    numbers: HashMap<Uuid, usize>,
    last_ms: i64,
}

impl IdsOut {
    /// The number of an id; a new one is written down.
    pub(super) fn number(&mut self, id: Uuid, out: &mut Columns) -> i64 {
        let next = self.numbers.len();
        let number = *self.numbers.entry(id).or_insert(next);
        if number == next {
            let [ms @ .., sixth, seventh, eighth, a, b, c, d, e, f, g] = *id.as_bytes();
            let ms = ms.iter().fold(0, |ms, byte| ms << 8 | i64::from(*byte));
            out.id_times.delta(ms, self.last_ms);
            out.id_sixths.bytes(&[sixth]);
            out.id_eighths.bytes(&[eighth]);
            out.id_rests.bytes(&[seventh, a, b, c, d, e, f, g]);
            self.last_ms = ms;
        }
        i64::try_from(number).unwrap_or(i64::MAX)
    }
}

/// The ids of a batch, by number.
pub(super) fn read(input: &mut Reader<'_>) -> Result<Vec<Uuid>, BatchError> {
    let mut ids = Vec::new();
    let mut last_ms = 0;
    while !input.id_times.is_empty() {
        last_ms = input.id_times.delta(last_ms)?;
        let Ok(ms) = u64::try_from(last_ms) else { return Err(BatchError::Damaged("id")) };
        let [0, 0, a, b, c, d, e, f] = ms.to_be_bytes() else { return Err(BatchError::Damaged("id")) };
        let mut id = [0; 16];
        id[..6].copy_from_slice(&[a, b, c, d, e, f]);
        id[6] = input.id_sixths.byte()?;
        id[8] = input.id_eighths.byte()?;
        let rest = input.id_rests.take(8)?;
        let (seventh, rest) = rest.split_at(1);
        id[7..8].copy_from_slice(seventh);
        id[9..].copy_from_slice(rest);
        ids.push(Uuid::from_bytes(id));
    }
    Ok(ids)
}

/// The id with this number.
pub(super) fn at(ids: &[Uuid], number: i64) -> Result<Uuid, BatchError> {
    usize::try_from(number)
        .ok()
        .and_then(|number| ids.get(number))
        .copied()
        .ok_or(BatchError::Damaged("id number"))
}
