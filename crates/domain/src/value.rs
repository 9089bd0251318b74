//! Values of fields and edits of fields, in CBOR (RFC 8949).

use crate::ids::OpId;
use minicbor::data::Type;
use minicbor::{Decoder, Encoder};

/// A single value. Days, instants and codes are `Int`; ids are 16 `Bytes`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Known to be absent.
    Null,
    /// Yes or no.
    Bool(bool),
    /// Whole number.
    Int(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Value {
    /// A reference to a record.
    pub fn reference(id: crate::ids::RecordId) -> Self {
        Self::Bytes(id.0.as_bytes().to_vec())
    }

    /// The record referred to, if these are 16 bytes.
    pub fn as_reference(&self) -> Option<crate::ids::RecordId> {
        match self {
            Self::Bytes(bytes) => uuid::Uuid::from_slice(bytes).ok().map(crate::ids::RecordId),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one; yes is 1, no is 0.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(int) => Some(*int),
            Self::Bool(yes) => Some(i64::from(*yes)),
            _ => None,
        }
    }

    /// The bytes, if they are.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub(crate) fn encode(&self, out: &mut Encoder<&mut Vec<u8>>) {
        // Writing into a Vec cannot fail.
        let _ = match self {
            Self::Null => out.null().map(|_| ()),
            Self::Bool(yes) => out.bool(*yes).map(|_| ()),
            Self::Int(int) => out.i64(*int).map(|_| ()),
            Self::Text(text) => out.str(text).map(|_| ()),
            Self::Bytes(bytes) => out.bytes(bytes).map(|_| ()),
        };
    }

    pub(crate) fn decode(input: &mut Decoder<'_>) -> Result<Self, minicbor::decode::Error> {
        Ok(match input.datatype()? {
            Type::Null | Type::Undefined => {
                input.skip()?;
                Self::Null
            }
            Type::Bool => Self::Bool(input.bool()?),
            Type::String => Self::Text(input.str()?.to_owned()),
            Type::Bytes => Self::Bytes(input.bytes()?.to_vec()),
            Type::U8 | Type::U16 | Type::U32 | Type::U64 | Type::I8 | Type::I16 | Type::I32 | Type::I64 => {
                Self::Int(input.i64()?)
            }
            other => return Err(minicbor::decode::Error::type_mismatch(other)),
        })
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Value {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}

impl From<bool> for Value {
    fn from(yes: bool) -> Self {
        Self::Bool(yes)
    }
}

/// An edit of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// A register takes this value.
    Put(Value),
    /// A set gains and loses elements. A removal names the additions it has seen: an addition it has not seen stays.
    Members {
        /// Elements added by this operation.
        add: Vec<Value>,
        /// Elements removed, each with the operations that had added it.
        remove: Vec<(Value, Vec<OpId>)>,
    },
    /// A counter moves by this much.
    Count(i64),
    /// A log gains this line.
    Line(Value),
    /// An edit this version cannot read, kept byte for byte.
    Unknown(Vec<u8>),
}
