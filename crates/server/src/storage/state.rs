//! Merged fields as bytes: a CBOR map from field key to a value, or to an array of values for sets and logs.

use super::{Result, StorageError};
use minicbor::data::Type;
use minicbor::{Decoder, Encoder};
use std::collections::BTreeMap;
use xunge_domain::records::FieldKey;
use xunge_domain::value::Value;
use xunge_sync::merge::MergedField;

type Fields = BTreeMap<FieldKey, MergedField>;
type Wrote = std::result::Result<(), minicbor::encode::Error<std::convert::Infallible>>;

/// Writes fields.
pub(super) fn encode(fields: &Fields) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut out = Encoder::new(&mut bytes);
    // Writing into a Vec cannot fail.
    let _ = (|| -> Wrote {
        out.map(fields.len() as u64)?;
        for (key, field) in fields {
            out.u16(key.0)?;
            match field {
                MergedField::One(one) => value(&mut out, one)?,
                MergedField::Many(many) => {
                    out.array(many.len() as u64)?;
                    for one in many {
                        value(&mut out, one)?;
                    }
                }
            }
        }
        Ok(())
    })();
    bytes
}

fn value(out: &mut Encoder<&mut Vec<u8>>, value: &Value) -> Wrote {
    match value {
        Value::Null => out.null()?,
        Value::Bool(yes) => out.bool(*yes)?,
        Value::Int(int) => out.i64(*int)?,
        Value::Text(text) => out.str(text)?,
        Value::Bytes(bytes) => out.bytes(bytes)?,
    };
    Ok(())
}

/// Reads fields.
pub(super) fn decode(bytes: &[u8]) -> Result<Fields> {
    read(bytes).map_err(|_| StorageError::Damaged("state"))
}

fn read(bytes: &[u8]) -> std::result::Result<Fields, minicbor::decode::Error> {
    let mut input = Decoder::new(bytes);
    let mut fields = Fields::new();
    for _ in 0..input.map()?.unwrap_or(0) {
        let key = FieldKey(input.u16()?);
        let field = if input.datatype()? == Type::Array {
            let many = (0..input.array()?.unwrap_or(0)).map(|_| read_value(&mut input));
            MergedField::Many(many.collect::<std::result::Result<_, _>>()?)
        } else {
            MergedField::One(read_value(&mut input)?)
        };
        fields.insert(key, field);
    }
    Ok(fields)
}

fn read_value(input: &mut Decoder<'_>) -> std::result::Result<Value, minicbor::decode::Error> {
    Ok(match input.datatype()? {
        Type::Null => {
            input.null()?;
            Value::Null
        }
        Type::Bool => Value::Bool(input.bool()?),
        Type::String => Value::Text(input.str()?.to_owned()),
        Type::Bytes => Value::Bytes(input.bytes()?.to_vec()),
        _ => Value::Int(input.i64()?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_back_as_they_were() {
        let fields = Fields::from([
            (FieldKey(1), MergedField::One(Value::Text("河西里".into()))),
            (FieldKey(2), MergedField::One(Value::Int(-7))),
            (
                FieldKey(3),
                MergedField::Many(vec![Value::Null, Value::Bool(true), Value::Bytes(vec![0, 255])]),
            ),
            (FieldKey(1000), MergedField::Many(Vec::new())),
        ]);
        assert_eq!(decode(&encode(&fields)).unwrap(), fields);
        assert!(decode(&[0xFF, 1, 2]).is_err());
    }
}
