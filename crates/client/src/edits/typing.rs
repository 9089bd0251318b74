//! What a form sends for one field, as a value of the record.

use crate::error::{Result, rule_with};
use chrono::NaiveDate;
use xunge_domain::records::RecordKind;
use xunge_domain::records::typing::{Untyped, typed};
use xunge_domain::value::Value;

/// The value of what was typed.
///
/// # Errors
/// `invalid_field` or `too_long`, with the field's name.
pub(crate) fn typed_value(
    kind: RecordKind,
    field: &'static str,
    text: &str,
    today: NaiveDate,
) -> Result<Value> {
    typed(kind, field, text, today).map_err(|untyped| match untyped {
        Untyped::Invalid => rule_with("invalid_field", "field", field),
        Untyped::TooLong => rule_with("too_long", "field", field),
    })
}
