//! The payload: a CBOR map with integer keys. Key 0 lists what is replaced, every other key is a field of the kind.

use crate::ids::{OpId, RecordId};
use crate::records::{FieldKey, KindCode, MergeKind, RecordKind, SlotCode};
use crate::value::{Edit, Value};
use minicbor::{Decoder, Encoder};
use std::collections::BTreeMap;

/// Bytes that are no payload.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("damaged payload: {0}")]
pub struct DecodeError(pub String);

impl From<minicbor::decode::Error> for DecodeError {
    fn from(error: minicbor::decode::Error) -> Self {
        Self(error.to_string())
    }
}

/// The fields an operation edits and the operations it replaces.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Payload {
    /// Edits by field key.
    pub edits: BTreeMap<FieldKey, Edit>,
    /// For each slot, the operations whose value this one replaces: one normally, several when it resolves a conflict,
    /// none when the slot is written for the first time.
    pub replaces: BTreeMap<SlotCode, Vec<OpId>>,
}

impl Payload {
    /// Adds the new value of a register.
    #[must_use]
    pub fn put(mut self, key: FieldKey, value: Value) -> Self {
        self.edits.insert(key, Edit::Put(value));
        self
    }

    /// Whether it says that somebody's living in a household came to its end, or a household's in a dwelling.
    pub fn ends_a_tie(&self, kind: RecordKind) -> bool {
        matches!(self.until_of_tie(kind), Some(Edit::Put(Value::Int(_))))
    }

    /// Whether it takes such an end back.
    pub fn resumes_a_tie(&self, kind: RecordKind) -> bool {
        matches!(self.until_of_tie(kind), Some(Edit::Put(Value::Null)))
    }

    fn until_of_tie(&self, kind: RecordKind) -> Option<&Edit> {
        let tie = matches!(kind, RecordKind::Residence | RecordKind::Occupancy);
        let field = kind.field_named("until").filter(|_| tie)?;
        self.edits.get(&field.key)
    }

    /// The household that it puts another record of it together with.
    pub fn joined_home(&self, kind: RecordKind) -> Option<RecordId> {
        match self.same_home(kind) {
            Some(Edit::Put(value)) => value.as_reference(),
            _ => None,
        }
    }

    /// Whether it says that two households are two: never one, or no longer.
    pub fn parts_a_home(&self, kind: RecordKind) -> bool {
        let home = kind == RecordKind::Household;
        let parted =
            kind.field_named("not_same").filter(|_| home).and_then(|field| self.edits.get(&field.key));
        matches!(self.same_home(kind), Some(Edit::Put(Value::Null)))
            || matches!(parted, Some(Edit::Members { add, .. }) if !add.is_empty())
    }

    fn same_home(&self, kind: RecordKind) -> Option<&Edit> {
        let field = kind.field_named("same_as").filter(|_| kind == RecordKind::Household)?;
        self.edits.get(&field.key)
    }

    /// Canonical bytes: keys rise.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut out = Encoder::new(&mut bytes);
        // Writing into a Vec cannot fail.
        let _ = self.encode_into(&mut out);
        bytes
    }

    fn encode_into(
        &self,
        out: &mut Encoder<&mut Vec<u8>>,
    ) -> Result<(), minicbor::encode::Error<std::convert::Infallible>> {
        let listed = u64::from(!self.replaces.is_empty());
        out.map(self.edits.len() as u64 + listed)?;
        if listed == 1 {
            let triples: usize = self.replaces.values().map(Vec::len).sum();
            out.u8(0)?.array(3 * triples as u64)?;
            for (slot, ops) in &self.replaces {
                for op in ops {
                    out.u16(slot.0)?.u32(op.device.0)?.u64(op.counter)?;
                }
            }
        }
        for (key, edit) in &self.edits {
            out.u16(key.0)?;
            match edit {
                Edit::Put(value) | Edit::Line(value) => value.encode(out),
                Edit::Count(by) => {
                    out.i64(*by)?;
                }
                Edit::Members { add, remove } => {
                    out.array(2)?.array(add.len() as u64)?;
                    for value in add {
                        value.encode(out);
                    }
                    out.array(remove.len() as u64)?;
                    for (value, seen) in remove {
                        out.array(1 + 2 * seen.len() as u64)?;
                        value.encode(out);
                        for op in seen {
                            out.u32(op.device.0)?.u64(op.counter)?;
                        }
                    }
                }
                Edit::Unknown(raw) => out.writer_mut().extend_from_slice(raw),
            }
        }
        Ok(())
    }

    /// Reads a payload of a record of kind `kind`.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are not a map with integer keys, or a known field holds what it cannot hold.
    pub fn decode(kind: KindCode, bytes: &[u8]) -> Result<Self, DecodeError> {
        let kind = RecordKind::from_code(kind);
        let mut input = Decoder::new(bytes);
        let entries = input.map()?.ok_or_else(|| DecodeError("indefinite map".into()))?;
        let mut payload = Self::default();
        for _ in 0..entries {
            let key = input.u16()?;
            if key == 0 {
                payload.replaces = decode_replaces(&mut input)?;
                continue;
            }
            let merge = kind.and_then(|kind| kind.field(FieldKey(key))).map(|field| field.merge);
            let from = input.position();
            let edit = match merge {
                Some(MergeKind::Register) => Edit::Put(Value::decode(&mut input)?),
                Some(MergeKind::Log) => Edit::Line(Value::decode(&mut input)?),
                Some(MergeKind::Counter) => Edit::Count(input.i64()?),
                Some(MergeKind::Set) => decode_members(&mut input)?,
                None => {
                    input.skip()?;
                    Edit::Unknown(bytes.get(from..input.position()).unwrap_or_default().to_vec())
                }
            };
            payload.edits.insert(FieldKey(key), edit);
        }
        if input.position() == bytes.len() { Ok(payload) } else { Err(DecodeError("trailing bytes".into())) }
    }

    /// The slots this payload writes.
    pub fn slots(&self, kind: RecordKind) -> std::collections::BTreeSet<SlotCode> {
        self.edits.keys().filter_map(|key| kind.field(*key)).map(|field| field.slot).collect()
    }
}

fn decode_replaces(input: &mut Decoder<'_>) -> Result<BTreeMap<SlotCode, Vec<OpId>>, DecodeError> {
    let length = input.array()?.ok_or_else(|| DecodeError("indefinite array".into()))?;
    if length % 3 != 0 {
        return Err(DecodeError("replaced operations come as slot, device, counter".into()));
    }
    let mut replaces: BTreeMap<SlotCode, Vec<OpId>> = BTreeMap::new();
    for _ in 0..length / 3 {
        let slot = SlotCode(input.u16()?);
        let op = OpId::new(input.u32()?, input.u64()?);
        replaces.entry(slot).or_default().push(op);
    }
    Ok(replaces)
}

fn decode_members(input: &mut Decoder<'_>) -> Result<Edit, DecodeError> {
    let definite = |length: Option<u64>| length.ok_or_else(|| DecodeError("indefinite array".into()));
    if definite(input.array()?)? != 2 {
        return Err(DecodeError("a set edit is [added, removed]".into()));
    }
    let mut add = Vec::new();
    for _ in 0..definite(input.array()?)? {
        add.push(Value::decode(input)?);
    }
    let mut remove = Vec::new();
    for _ in 0..definite(input.array()?)? {
        let length = definite(input.array()?)?;
        if length % 2 != 1 {
            return Err(DecodeError("a removal is [element, device, counter, …]".into()));
        }
        let element = Value::decode(input)?;
        let mut seen = Vec::new();
        for _ in 0..length / 2 {
            seen.push(OpId::new(input.u32()?, input.u64()?));
        }
        remove.push((element, seen));
    }
    Ok(Edit::Members { add, remove })
}
