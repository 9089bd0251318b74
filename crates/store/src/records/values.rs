//! Values of fields as SQLite holds them: what a type allows goes into its column, sets and logs as a CBOR array.

use super::RowValue;
use crate::error::StoreError;
use crate::store::Reader;
use minicbor::data::Type;
use minicbor::{Decoder, Encoder};
use rusqlite::types::Value as Sql;
use xunge_domain::records::{FieldSpec, FieldType, MergeKind};
use xunge_domain::value::Value;

/// Members of a set or lines of a log as one blob.
fn encode_list(values: &[Value]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut out = Encoder::new(&mut bytes);
    // Writing into a Vec cannot fail.
    let _ = (|| {
        out.array(values.len() as u64)?;
        for value in values {
            match value {
                Value::Null => out.null()?,
                Value::Bool(yes) => out.bool(*yes)?,
                Value::Int(int) => out.i64(*int)?,
                Value::Text(text) => out.str(text)?,
                Value::Bytes(held) => out.bytes(held)?,
            };
        }
        Ok::<(), minicbor::encode::Error<std::convert::Infallible>>(())
    })();
    bytes
}

/// The other way. Only this crate writes these blobs, so anything else is damage.
pub(crate) fn decode_list(bytes: &[u8]) -> Result<Vec<Value>, StoreError> {
    let mut input = Decoder::new(bytes);
    let read = |input: &mut Decoder<'_>| -> Result<Vec<Value>, minicbor::decode::Error> {
        let length = input.array()?.unwrap_or(0);
        let mut values = Vec::new();
        for _ in 0..length {
            values.push(match input.datatype()? {
                Type::Null => {
                    input.null()?;
                    Value::Null
                }
                Type::Bool => Value::Bool(input.bool()?),
                Type::String => Value::Text(input.str()?.to_owned()),
                Type::Bytes => Value::Bytes(input.bytes()?.to_vec()),
                _ => Value::Int(input.i64()?),
            });
        }
        Ok(values)
    };
    read(&mut input).map_err(|_| StoreError::Damaged)
}

/// The column's value of anything but a reference; nothing when the value is not of the field's type.
pub(super) fn plain_sql(field: &FieldSpec, value: &RowValue) -> Option<Sql> {
    match (field.merge, value) {
        (_, RowValue::Absent) | (MergeKind::Register | MergeKind::Counter, RowValue::One(Value::Null)) => {
            Some(Sql::Null)
        }
        (MergeKind::Set | MergeKind::Log, RowValue::Many(values)) if values.is_empty() => Some(Sql::Null),
        (MergeKind::Set | MergeKind::Log, RowValue::Many(values)) => Some(Sql::Blob(encode_list(values))),
        (MergeKind::Counter, RowValue::One(Value::Int(sum))) => Some(Sql::Integer(*sum)),
        (MergeKind::Register, RowValue::One(single)) => match (field.holds, single) {
            (FieldType::Text, Value::Text(text)) => Some(Sql::Text(text.clone())),
            (FieldType::Int | FieldType::Day | FieldType::Instant, Value::Int(int)) => {
                Some(Sql::Integer(*int))
            }
            (FieldType::Bool, Value::Bool(yes)) => Some(Sql::Integer(i64::from(*yes))),
            (FieldType::Bytes, Value::Bytes(bytes)) => Some(Sql::Blob(bytes.clone())),
            _ => None,
        },
        _ => None,
    }
}

impl Reader<'_> {
    /// A column's value as a field's.
    pub(super) fn column_value(&self, field: &FieldSpec, sql: Sql) -> Result<RowValue, StoreError> {
        Ok(match (field.merge, field.holds, sql) {
            (_, _, Sql::Null) => RowValue::Absent,
            (MergeKind::Set | MergeKind::Log, _, Sql::Blob(bytes)) => RowValue::Many(decode_list(&bytes)?),
            (_, FieldType::Ref(_), Sql::Integer(key)) => {
                RowValue::One(Value::reference(self.record_of(key)?.ok_or(StoreError::Damaged)?))
            }
            (_, FieldType::Bool, Sql::Integer(yes)) => RowValue::One(Value::Bool(yes != 0)),
            (_, _, Sql::Integer(int)) => RowValue::One(Value::Int(int)),
            (_, _, Sql::Text(text)) => RowValue::One(Value::Text(text)),
            (_, _, Sql::Blob(bytes)) => RowValue::One(Value::Bytes(bytes)),
            (_, _, Sql::Real(_)) => return Err(StoreError::Damaged),
        })
    }
}
