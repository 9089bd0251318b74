//! Two records that may be one: what people and households have in common when somebody says that they are two, or
//! takes that back. Both kinds carry the set `not_same`; it is written into the record made first, so that nobody is
//! asked again on any phone.

use super::existing;
use crate::change::{Change, state_of};
use crate::error::{Result, rule, rule_with};
use std::collections::BTreeMap;
use xunge_domain::ids::RecordId;
use xunge_domain::records::{FieldKey, RecordKind};
use xunge_domain::same_person::who_stays;
use xunge_domain::value::{Edit, Value};

/// The area two different records lie in.
///
/// # Errors
/// `invalid_field` for one record twice and for records of two areas; `not_found`.
pub(super) fn shared_area(
    change: &Change<'_, '_>,
    kind: RecordKind,
    one: RecordId,
    other: RecordId,
) -> Result<RecordId> {
    let (a, b) = (existing(change, kind, one)?, existing(change, kind, other)?);
    if one == other || a.area != b.area {
        return Err(rule_with("invalid_field", "field", "other"));
    }
    Ok(a.area)
}

/// Says that two records are two.
pub(super) fn part(
    change: &mut Change<'_, '_>,
    kind: RecordKind,
    one: RecordId,
    other: RecordId,
) -> Result<()> {
    let (keeper, parted) = who_stays(one, other);
    let area = existing(change, kind, keeper)?.area;
    let edit = Edit::Members { add: vec![Value::reference(parted)], remove: Vec::new() };
    change.edit(kind, keeper, area, BTreeMap::from([(not_same(kind)?, edit)]))?;
    Ok(())
}

/// What was said before about the two being two no longer holds, whichever of them it was written into.
pub(super) fn forget_parting(
    change: &mut Change<'_, '_>,
    kind: RecordKind,
    one: RecordId,
    other: RecordId,
) -> Result<()> {
    let key = not_same(kind)?;
    for (record, named) in [(one, other), (other, one)] {
        let removal = state_of(change.writer, kind, record)?.removal(key, &Value::reference(named));
        if !removal.1.is_empty() {
            let area = existing(change, kind, record)?.area;
            let edit = Edit::Members { add: Vec::new(), remove: vec![removal] };
            change.edit(kind, record, area, BTreeMap::from([(key, edit)]))?;
        }
    }
    Ok(())
}

fn not_same(kind: RecordKind) -> Result<FieldKey> {
    Ok(kind.field_named("not_same").ok_or(rule("internal"))?.key)
}
