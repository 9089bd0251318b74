//! Which fields of a kind records are listed and ordered by.

use std::collections::BTreeMap;
use xunge_domain::ids::RecordId;
use xunge_domain::records::{FieldKey, RecordKind};
use xunge_domain::value::Value;
use xunge_sync::merge::MergedField;

type Fields = BTreeMap<FieldKey, MergedField>;

/// Field keys of (first reference, second reference, order).
const fn keys(kind: RecordKind) -> (Option<u16>, Option<u16>, Option<u16>) {
    match kind {
        RecordKind::Area => (Some(3), None, Some(2)),
        RecordKind::Building => (None, None, Some(5)),
        RecordKind::Dwelling => (Some(1), None, Some(4)),
        RecordKind::Occupancy => (Some(1), Some(2), Some(4)),
        RecordKind::Residence => (Some(2), Some(1), Some(4)),
        RecordKind::Person => (None, None, Some(1)),
        RecordKind::CareDuty => (Some(1), None, Some(2)),
        RecordKind::Visit => (Some(1), Some(6), Some(2)),
        RecordKind::Patrol => (Some(1), None, Some(4)),
        RecordKind::InspectionPoint => (None, None, Some(5)),
        RecordKind::CheckIn => (Some(1), Some(2), Some(3)),
        RecordKind::Incident => (Some(11), Some(9), Some(8)),
        RecordKind::IncidentStep => (Some(1), None, Some(9)),
        RecordKind::PhotoEvidence => (Some(1), None, Some(8)),
        RecordKind::Task => (Some(6), None, Some(3)),
        RecordKind::Worker => (None, None, Some(2)),
        RecordKind::IncidentCategory => (None, None, Some(5)),
        RecordKind::CareCategory => (None, None, Some(1)),
        RecordKind::Household => (None, None, None),
    }
}

/// First reference, second reference, order.
pub(super) fn of(kind: RecordKind, fields: &Fields) -> (Option<RecordId>, Option<RecordId>, Option<Value>) {
    let (parent, second, sort) = keys(kind);
    let one = |key: Option<u16>| match fields.get(&FieldKey(key?)) {
        Some(MergedField::One(value)) => Some(value),
        _ => None,
    };
    (
        one(parent).and_then(Value::as_reference),
        one(second).and_then(Value::as_reference),
        one(sort).filter(|value| matches!(value, Value::Int(_) | Value::Text(_))).cloned(),
    )
}
