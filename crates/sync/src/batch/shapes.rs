//! Payloads taken apart. Payloads of one kind carry the same keys over and over, and their values resemble each other key by
//! key; so each *shape* (the keys of a map, in order) travels once, and the values of one key of one kind stand together.
//! Putting them together again gives the payload byte for byte: one that is not a plain map with integer keys in their
//! shortest form, or that could be read in another way, travels whole as shape 0.
//!
//! A value of sixteen bytes is the id of a record: in its column stands one byte that begins no CBOR value, and its number
//! among the ids of the batch in a column of its own. A column whose values are all of one length is written byte by
//! byte – all first bytes, all second bytes – because digits under digits compress and digits behind digits do not.

use super::BatchError;
use super::columns::{Column, Columns, Reader, Slice};
use super::ids::{self, IdsOut};
use minicbor::Decoder;
use std::collections::HashMap;
use uuid::Uuid;

/// Stands for a record's id in a column of values: the "break" of CBOR, which begins no value.
const IS_ID: u8 = 0xFF;
/// How CBOR begins a string of sixteen bytes.
const SIXTEEN_BYTES: u8 = 0x50;
/// How CBOR begins an empty map; a map of up to 23 entries adds their number.
const MAP: u8 = 0xA0;
/// Most entries of a map that is taken apart.
const MOST_KEYS: usize = 23;
/// Values below which a column is left as it is.
const FEW: usize = 16;

/// A payload's keys under its kind.
type Shape = (u16, Vec<u16>);

/// Payloads being written.
#[derive(Debug, Default)]
pub(super) struct ShapesOut {
    numbers: HashMap<Shape, u64>,
    places: HashMap<(u16, u16), usize>,
    values: Vec<Values>,
    last_id: i64,
}

/// The values of one key of one kind.
#[derive(Debug, Default)]
struct Values {
    bytes: Vec<u8>,
    count: usize,
    /// Length of each, while it is the same for all.
    each: Option<usize>,
}

impl Values {
    fn push(&mut self, value: &[u8]) {
        self.each =
            if self.count == 0 { Some(value.len()) } else { self.each.filter(|each| *each == value.len()) };
        self.bytes.extend_from_slice(value);
        self.count += 1;
    }

    /// The length of each value when they stand byte by byte (0 otherwise), then the values.
    fn column(self) -> Vec<u8> {
        let mut out = Column::default();
        match self.each.filter(|each| *each > 1 && self.count >= FEW) {
            None => {
                out.number(0);
                out.bytes(&self.bytes);
            }
            Some(each) => {
                out.number(each as u64);
                for at in 0..each {
                    out.all(self.bytes.iter().skip(at).step_by(each).copied());
                }
            }
        }
        out.into_bytes()
    }
}

impl ShapesOut {
    /// Writes a payload of a record of this kind.
    pub(super) fn payload(&mut self, kind: u16, payload: &[u8], ids: &mut IdsOut, out: &mut Columns) {
        let Some((keys, values)) = take_apart(payload) else {
            out.shapes.number(0);
            out.payloads.chunk(payload);
            return;
        };
        for (key, value) in keys.iter().zip(values) {
            let next = self.values.len();
            let place = *self.places.entry((kind, *key)).or_insert(next);
            if place == next {
                self.values.push(Values::default());
            }
            let Some(column) = self.values.get_mut(place) else { continue };
            match value {
                [SIXTEEN_BYTES, id @ ..] if id.len() == 16 => {
                    column.push(&[IS_ID]);
                    let number = ids.number(Uuid::from_slice(id).unwrap_or_default(), out);
                    out.references.delta(number, self.last_id);
                    self.last_id = number;
                }
                value => column.push(value),
            }
        }
        let next = self.numbers.len() as u64 + 1;
        let number = *self.numbers.entry((kind, keys)).or_insert_with_key(|(kind, keys)| {
            out.shape_list.number(u64::from(*kind));
            out.shape_list.number(keys.len() as u64);
            for key in keys {
                out.shape_list.number(u64::from(*key));
            }
            next
        });
        out.shapes.number(number);
    }

    /// The columns of values, in the order in which shapes first name them.
    pub(super) fn columns(self) -> Vec<Vec<u8>> {
        self.values.into_iter().map(Values::column).collect()
    }
}

/// Keys and values of a plain map; nothing when putting them together would not give the very bytes.
fn take_apart(payload: &[u8]) -> Option<(Vec<u16>, Vec<&[u8]>)> {
    let (first, _) = payload.split_first()?;
    let entries = usize::from(first.checked_sub(MAP)?);
    if entries > MOST_KEYS {
        return None;
    }
    let (mut keys, mut values) = (Vec::with_capacity(entries), Vec::with_capacity(entries));
    let mut rest = payload.get(1..)?;
    for _ in 0..entries {
        let (key, length) = key_of(rest)?;
        rest = rest.get(length..)?;
        let mut value = Decoder::new(rest);
        value.skip().ok()?;
        let (this, after) = rest.split_at_checked(value.position())?;
        // An empty value or one that begins like the mark of an id could not be told apart again.
        if this.first().is_none_or(|byte| *byte == IS_ID) || keys.contains(&key) {
            return None;
        }
        keys.push(key);
        values.push(this);
        rest = after;
    }
    rest.is_empty().then_some((keys, values))
}

/// A key in its shortest form, and how long it is.
fn key_of(bytes: &[u8]) -> Option<(u16, usize)> {
    match *bytes {
        [key @ 0..=23, ..] => Some((u16::from(key), 1)),
        [0x18, key, ..] if key > 23 => Some((u16::from(key), 2)),
        [0x19, high, low, ..] if high > 0 => Some((u16::from_be_bytes([high, low]), 3)),
        _ => None,
    }
}

fn put_key(key: u16, out: &mut Vec<u8>) {
    match key.to_be_bytes() {
        [0, low @ 0..=23] => out.push(low),
        [0, low] => out.extend_from_slice(&[0x18, low]),
        [high, low] => out.extend_from_slice(&[0x19, high, low]),
    }
}

/// Payloads being read.
#[derive(Debug)]
pub(super) struct ShapesIn {
    shapes: Vec<Vec<(u16, usize)>>,
    values: Vec<ValuesIn>,
    last_id: i64,
    room: usize,
}

#[derive(Debug)]
struct ValuesIn {
    bytes: Vec<u8>,
    at: usize,
}

impl ShapesIn {
    /// Reads shapes and columns; payloads may take up to `room` bytes in all.
    pub(super) fn new(input: &mut Reader<'_>, room: usize) -> Result<Self, BatchError> {
        let mut places: HashMap<(u16, u16), usize> = HashMap::new();
        let mut shapes = Vec::new();
        while !input.shape_list.is_empty() {
            let kind = super::narrow(input.shape_list.number()?)?;
            let count: usize = super::narrow(input.shape_list.number()?)?;
            if count > MOST_KEYS {
                return Err(BatchError::Damaged("shape"));
            }
            let mut keys = Vec::with_capacity(count);
            for _ in 0..count {
                let key: u16 = super::narrow(input.shape_list.number()?)?;
                let next = places.len();
                keys.push((key, *places.entry((kind, key)).or_insert(next)));
            }
            shapes.push(keys);
        }
        let mut values = Vec::with_capacity(places.len());
        for _ in 0..places.len() {
            values.push(ValuesIn::new(Slice::of(input.values.chunk()?))?);
        }
        Ok(Self { shapes, values, last_id: 0, room })
    }

    /// The next payload.
    pub(super) fn payload(&mut self, input: &mut Reader<'_>, ids: &[Uuid]) -> Result<Vec<u8>, BatchError> {
        let shape = usize::try_from(input.shapes.number()?).map_err(|_| BatchError::Damaged("shape"))?;
        let mut payload = Vec::new();
        match shape.checked_sub(1) {
            None => payload.extend_from_slice(input.payloads.chunk()?),
            Some(shape) => {
                let keys = self.shapes.get(shape).ok_or(BatchError::Damaged("shape"))?;
                payload.reserve(96);
                payload.push(MAP + u8::try_from(keys.len()).unwrap_or(0));
                for (key, place) in keys {
                    put_key(*key, &mut payload);
                    let values = self.values.get_mut(*place).ok_or(BatchError::Damaged("values"))?;
                    let value = values.next()?;
                    if value == [IS_ID] {
                        self.last_id = input.references.delta(self.last_id)?;
                        payload.push(SIXTEEN_BYTES);
                        payload.extend_from_slice(ids::at(ids, self.last_id)?.as_bytes());
                    } else {
                        payload.extend_from_slice(value);
                    }
                }
            }
        }
        self.room = self.room.checked_sub(payload.len()).ok_or(BatchError::TooLarge)?;
        Ok(payload)
    }
}

impl ValuesIn {
    fn new(mut column: Slice<'_>) -> Result<Self, BatchError> {
        let each = usize::try_from(column.number()?).map_err(|_| BatchError::Damaged("values"))?;
        let given = column.rest();
        let bytes = match each {
            0 => given.to_vec(),
            each => {
                if !given.len().is_multiple_of(each) {
                    return Err(BatchError::Damaged("values"));
                }
                let count = given.len() / each;
                let mut bytes = vec![0; given.len()];
                if count > 0 {
                    for (at, line) in given.chunks_exact(count).enumerate() {
                        for (byte, to) in line.iter().zip(bytes.iter_mut().skip(at).step_by(each)) {
                            *to = *byte;
                        }
                    }
                }
                bytes
            }
        };
        Ok(Self { bytes, at: 0 })
    }

    fn next(&mut self) -> Result<&[u8], BatchError> {
        let damaged = BatchError::Damaged("values");
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty()).ok_or(damaged.clone())?;
        let length = if rest.first() == Some(&IS_ID) {
            1
        } else {
            let mut value = Decoder::new(rest);
            value.skip().map_err(|_| damaged.clone())?;
            value.position()
        };
        self.at += length;
        rest.get(..length).ok_or(damaged)
    }
}
