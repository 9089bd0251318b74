//! What the county does with an operation that arrived whole and signed: apply, keep without applying, or hold until
//! the record it refers to arrives. Whatever the answer, the operation is kept durably and the phone is told.
//!
//! One operation never blocks another: every rule looks at one operation only.

use crate::merge::Merged;
use crate::messages::OutcomeKind;
use xunge_domain::ids::{DeviceNo, OpId, RecordId};
use xunge_domain::operation::{Operation, Payload, Verb};
use xunge_domain::records::words::WorkerRole;
use xunge_domain::records::{FieldKey, FieldType, KindCode, MAX_TEXT, RecordKind};
use xunge_domain::value::{Edit, Value};

/// What admission asks of the county's records, as the pushing device may see them.
pub trait Ledger {
    /// Whether the device was granted `area` or one above it.
    fn may_write(&self, area: RecordId) -> bool;
    /// Kind and area of a record, if it is known.
    fn record(&self, id: RecordId) -> Option<(KindCode, RecordId)>;
    /// Whether a known record was first written on a phone of the same worker.
    fn own(&self, id: RecordId) -> bool;
}

/// The decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// Apply it.
    Apply,
    /// Keep it, do not apply it, say why.
    Refuse(Refusal),
    /// Keep it; apply it once this record is known.
    WaitFor(RecordId),
}

/// Why an operation is kept but not applied. Codes are stable; screens have words for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// A kind of record this county does not know yet (a newer app). Taken up again after an update of the county.
    UnknownKind,
    /// A verb this county does not know, or one a phone may not use.
    VerbNotAllowed,
    /// The payload cannot be read.
    DamagedPayload,
    /// The record, or the area written, is not granted to this phone.
    OutOfScope,
    /// Records of this kind, or this field, are written by the county only.
    CountyOnly,
    /// The worker's role does not write records of this kind.
    Role,
    /// The record exists as another kind.
    KindMismatch,
    /// A field holds what it cannot hold.
    BadField,
    /// A text is longer than fields take.
    TooLong,
    /// A step of an incident is not changed by others: it says what somebody did.
    NotAuthor,
}

impl Reason {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownKind => "unknown_kind",
            Self::VerbNotAllowed => "verb_not_allowed",
            Self::DamagedPayload => "damaged_payload",
            Self::OutOfScope => "out_of_scope",
            Self::CountyOnly => "county_only",
            Self::Role => "role",
            Self::KindMismatch => "kind_mismatch",
            Self::BadField => "bad_field",
            Self::TooLong => "too_long",
            Self::NotAuthor => "not_author",
        }
    }
}

/// Why an operation is kept but not applied, and the field to blame where it is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// Which field of the record's kind.
    pub field: Option<FieldKey>,
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self { reason, field: None }
    }
}

impl Refusal {
    const fn of(reason: Reason, field: FieldKey) -> Self {
        Self { reason, field: Some(field) }
    }

    /// As it stands in an outcome: `bad_field:7`, or the code alone. [`told`] reads it.
    pub fn written(self) -> String {
        match self.field {
            Some(field) => format!("{}{FIELD}{}", self.reason.code(), field.0),
            None => self.reason.code().to_owned(),
        }
    }
}

/// Between a reason's code and its field.
const FIELD: char = ':';

/// Code and field of the reason in an outcome. A county of another version may say what nobody here knows: then all of it
/// is the code.
pub fn told(reason: &str) -> (&str, Option<FieldKey>) {
    let parts = reason.split_once(FIELD);
    match parts.and_then(|(code, field)| Some((code, FieldKey(field.parse().ok()?)))) {
        Some((code, field)) => (code, Some(field)),
        None => (reason, None),
    }
}

/// Decides about an operation from a phone whose worker has `role`.
pub fn admit(op: &Operation, role: WorkerRole, ledger: &dyn Ledger) -> Admission {
    match check(op, role, ledger) {
        Ok(None) => Admission::Apply,
        Ok(Some(missing)) => Admission::WaitFor(missing),
        Err(reason) => Admission::Refuse(reason),
    }
}

fn check(op: &Operation, role: WorkerRole, ledger: &dyn Ledger) -> Result<Option<RecordId>, Refusal> {
    let header = &op.header;
    let kind = RecordKind::from_code(header.kind).ok_or(Reason::UnknownKind)?;
    if !matches!(header.verb, Verb::WRITE | Verb::DELETE) {
        return Err(Reason::VerbNotAllowed.into());
    }
    if kind.county_only() {
        return Err(Reason::CountyOnly.into());
    }
    if role == WorkerRole::Helper && !helper_may_write(kind) {
        return Err(Reason::Role.into());
    }
    let existing = ledger.record(header.record);
    if existing.is_some_and(|(known, _)| known != header.kind) {
        return Err(Reason::KindMismatch.into());
    }
    if existing.is_some() && kind == RecordKind::IncidentStep && !ledger.own(header.record) {
        return Err(Reason::NotAuthor.into());
    }
    // The feed is cut by the area an operation names. It must be the record's own, also for somebody who may write in
    // several: else a record's edits would travel to phones of another grid.
    let home = existing.map_or(header.area, |(_, area)| area);
    if header.area != home || !ledger.may_write(home) {
        return Err(Reason::OutOfScope.into());
    }
    let payload = op.read().map_err(|_| Reason::DamagedPayload)?;
    check_fields(kind, &payload, ledger)
}

const fn helper_may_write(kind: RecordKind) -> bool {
    matches!(kind, RecordKind::Incident | RecordKind::IncidentStep | RecordKind::PhotoEvidence)
}

fn check_fields(
    kind: RecordKind,
    payload: &Payload,
    ledger: &dyn Ledger,
) -> Result<Option<RecordId>, Refusal> {
    let mut missing = None;
    for (key, edit) in &payload.edits {
        let Some(field) = kind.field(*key) else { continue };
        if field.county_only {
            return Err(Refusal::of(Reason::CountyOnly, *key));
        }
        for value in values(edit) {
            if !fits(field.holds, value) {
                return Err(Refusal::of(Reason::BadField, *key));
            }
            if matches!(value, Value::Text(text) if text.len() > MAX_TEXT) {
                return Err(Refusal::of(Reason::TooLong, *key));
            }
            if let FieldType::Ref(wanted) = field.holds
                && let Some(target) = value.as_reference()
            {
                match ledger.record(target) {
                    None => missing = missing.or(Some(target)),
                    Some((found, _)) if found != wanted.code() => {
                        return Err(Refusal::of(Reason::BadField, *key));
                    }
                    // A worker record lies above or beside the grid; everything else must be the phone's own.
                    Some((_, area)) if wanted != RecordKind::Worker && !ledger.may_write(area) => {
                        return Err(Refusal::of(Reason::OutOfScope, *key));
                    }
                    Some(_) => {}
                }
            }
        }
    }
    Ok(missing)
}

fn values(edit: &Edit) -> Vec<&Value> {
    match edit {
        Edit::Put(value) | Edit::Line(value) => vec![value],
        Edit::Members { add, .. } => add.iter().collect(),
        Edit::Count(_) | Edit::Unknown(_) => Vec::new(),
    }
}

const fn fits(holds: FieldType, value: &Value) -> bool {
    match (holds, value) {
        (_, Value::Null)
        | (FieldType::Text, Value::Text(_))
        | (FieldType::Int | FieldType::Day | FieldType::Instant, Value::Int(_))
        | (FieldType::Bool, Value::Bool(_))
        | (FieldType::Bytes, Value::Bytes(_)) => true,
        (FieldType::Ref(_), Value::Bytes(bytes)) => bytes.len() == 16,
        _ => false,
    }
}

/// The outcome of the applied operation `id`, from the record before and after it.
pub fn outcome(
    id: OpId,
    payload: &Payload,
    kind: RecordKind,
    before: &Merged,
    after: &Merged,
) -> OutcomeKind {
    let newly = after.conflicts.iter().any(|conflict| {
        let old = before.conflicts.iter().find(|old| old.slot == conflict.slot);
        old.is_none_or(|old| old.sides.len() < conflict.sides.len())
    });
    if newly {
        return OutcomeKind::Review;
    }
    // Beside what another phone wrote into other slots of the same record.
    let touched = payload.slots(kind);
    let of_another_phone = |head: &OpId| head.device != id.device && head.device != DeviceNo::COUNTY;
    let beside = before
        .heads
        .iter()
        .any(|(slot, heads)| !touched.contains(slot) && heads.iter().any(of_another_phone));
    if beside { OutcomeKind::Merged } else { OutcomeKind::Accepted }
}
