//! The field tables, kind by kind. Keys are forever.

use super::FieldType::{Bool, Bytes, Day, Instant, Int, Ref, Text};
use super::MergeKind::{Counter, Log, Register, Set};
use super::{FieldKey, FieldSpec, FieldType, MergeKind, RecordKind, SlotCode};

const fn field(key: u16, name: &'static str, holds: FieldType) -> FieldSpec {
    FieldSpec {
        key: FieldKey(key),
        name,
        holds,
        merge: Register,
        slot: SlotCode(key),
        personal: false,
        county_only: false,
    }
}

impl FieldSpec {
    const fn personal(mut self) -> Self {
        self.personal = true;
        self
    }
    const fn by_county(mut self) -> Self {
        self.county_only = true;
        self
    }
    const fn merged(mut self, merge: MergeKind) -> Self {
        self.merge = merge;
        self
    }
    const fn within(mut self, group: u16) -> Self {
        self.slot = SlotCode(group);
        self
    }
}

/// Position and accuracy of a record move together: half of either is a wrong place.
pub const PLACE: u16 = 1000;
/// Dwelling and how it is held: a household moved by one worker and re-described by another is a conflict to look at.
pub const MOVE: u16 = 1001;
/// Id number with the birth date and sex read from it.
pub const IDENTITY: u16 = 1002;

const AREA: &[FieldSpec] = &[
    field(1, "name", Text),
    field(2, "code", Text),
    field(3, "parent", Ref(RecordKind::Area)),
    field(4, "level", Int),
    field(5, "outline", Bytes),
    field(6, "grid_kind", Int),
    field(7, "desk_phone", Text),
    field(8, "complaint_phone", Text),
    field(9, "basis", Text),
];

const BUILDING: &[FieldSpec] = &[
    field(1, "name", Text),
    field(2, "street", Text),
    field(3, "lat_e7", Int).within(PLACE),
    field(4, "lon_e7", Int).within(PLACE),
    field(5, "walk_order", Int),
    field(6, "floors", Int),
];

const DWELLING: &[FieldSpec] = &[
    field(1, "building", Ref(RecordKind::Building)),
    field(2, "unit", Text),
    field(3, "floor", Int),
    field(4, "door", Text),
    field(5, "use", Int),
];

const HOUSEHOLD: &[FieldSpec] = &[
    field(1, "note", Text).personal(),
    field(2, "phone", Text).personal(),
    field(3, "contact_phones", Text).merged(Set).personal(),
    field(4, "remarks", Text).merged(Log).personal(),
    field(5, "kind", Int),
    // On the household that was put together with another one (`docs/adr/0021-one-home-twice.md`).
    field(6, "same_as", Ref(RecordKind::Household)),
    // Ids of households that somebody said live behind the same door and are others.
    field(7, "not_same", Bytes).merged(Set),
];

const OCCUPANCY: &[FieldSpec] = &[
    field(1, "household", Ref(RecordKind::Household)),
    field(2, "dwelling", Ref(RecordKind::Dwelling)).within(MOVE),
    field(3, "kind", Int).within(MOVE),
    field(4, "since", Day),
    field(5, "until", Day),
];

const PERSON: &[FieldSpec] = &[
    field(1, "name", Text).personal(),
    field(2, "citizen_id", Text).within(IDENTITY).personal(),
    field(3, "birth", Day).within(IDENTITY).personal(),
    field(4, "sex", Int).within(IDENTITY).personal(),
    field(5, "phone", Text).personal(),
    field(6, "other_phones", Text).merged(Set).personal(),
    field(7, "note", Text).personal(),
    field(8, "declined", Int),
    // On the record that is folded into the other one (`crate::same_person`).
    field(9, "same_as", Ref(RecordKind::Person)),
    // Ids of records that somebody said are other people, so that nobody is asked again.
    field(10, "not_same", Bytes).merged(Set),
    // The county is finding out whether this person is on record somewhere else. No more than that is said.
    field(11, "checking", Bool).by_county(),
];

const RESIDENCE: &[FieldSpec] = &[
    field(1, "person", Ref(RecordKind::Person)),
    field(2, "household", Ref(RecordKind::Household)),
    field(3, "kind", Int),
    field(4, "relation", Int),
    field(5, "since", Day),
    field(6, "until", Day),
    field(7, "ended_because", Int),
];

const CARE_CATEGORY: &[FieldSpec] =
    &[field(1, "code", Text), field(2, "entry", Bytes), field(3, "signature", Bytes)];

const CARE_DUTY: &[FieldSpec] = &[
    field(1, "person", Ref(RecordKind::Person)),
    field(2, "category", Text),
    field(3, "source", Text),
    field(4, "since", Day),
    field(5, "until", Day),
    field(6, "cadence", Int),
];

const VISIT: &[FieldSpec] = &[
    field(1, "household", Ref(RecordKind::Household)),
    field(2, "at", Instant),
    field(3, "outcome", Int),
    field(4, "note", Text).personal(),
    field(5, "duties", Bytes).merged(Set),
    field(6, "worker", Ref(RecordKind::Worker)),
    field(7, "checks", Text).merged(Set),
];

const PATROL: &[FieldSpec] = &[
    field(1, "worker", Ref(RecordKind::Worker)),
    field(2, "day", Day),
    field(3, "slot", Int),
    field(4, "started", Instant),
    field(5, "ended", Instant),
    field(6, "length_m", Int),
    field(7, "moving_s", Int),
    field(8, "points_reached", Int),
    field(9, "points_due", Int),
    field(10, "gaps", Bytes),
    field(11, "inside_permille", Int),
    field(12, "coverage_permille", Int),
    field(13, "dropped_points", Int),
];

const INSPECTION_POINT: &[FieldSpec] = &[
    field(1, "name", Text),
    field(2, "purpose", Text),
    field(3, "lat_e7", Int).within(PLACE),
    field(4, "lon_e7", Int).within(PLACE),
    field(5, "number", Int),
    field(6, "radius_m", Int),
    field(7, "hazards_found", Int).merged(Counter),
];

const CHECK_IN: &[FieldSpec] = &[
    field(1, "patrol", Ref(RecordKind::Patrol)),
    field(2, "point", Ref(RecordKind::InspectionPoint)),
    field(3, "at", Instant),
    field(4, "by_hand", Bool),
    field(5, "note", Text),
];

const INCIDENT: &[FieldSpec] = &[
    field(1, "category", Text),
    field(2, "text", Text).personal(),
    field(3, "place_name", Text).within(PLACE),
    field(4, "lat_e7", Int).within(PLACE),
    field(5, "lon_e7", Int).within(PLACE),
    field(6, "accuracy_dm", Int).within(PLACE),
    field(7, "no_fix_reason", Text).within(PLACE),
    field(8, "reported", Instant),
    field(9, "worker", Ref(RecordKind::Worker)),
    field(10, "patrol", Ref(RecordKind::Patrol)),
    field(11, "household", Ref(RecordKind::Household)),
    field(12, "number", Text),
    field(13, "self_resolved", Bool),
];

const INCIDENT_STEP: &[FieldSpec] = &[
    field(1, "incident", Ref(RecordKind::Incident)),
    field(2, "verb", Int),
    field(3, "at", Instant),
    field(4, "by", Text),
    field(5, "text", Text).personal(),
    field(6, "rating", Int),
    field(7, "department", Text),
    field(8, "minutes", Int),
    field(9, "turn", Int),
    field(10, "seen", Bytes),
];

const PHOTO_EVIDENCE: &[FieldSpec] = &[
    field(1, "incident", Ref(RecordKind::Incident)),
    field(2, "original_sha256", Bytes),
    field(3, "stored_sha256", Bytes),
    field(4, "thumbnail_sha256", Bytes),
    field(5, "bytes", Int),
    field(6, "width", Int),
    field(7, "height", Int),
    field(8, "taken", Instant),
    field(9, "time_verified", Bool),
    field(10, "lat_e7", Int).within(PLACE),
    field(11, "lon_e7", Int).within(PLACE),
    field(12, "accuracy_dm", Int).within(PLACE),
    field(13, "mock", Bool).within(PLACE),
    field(14, "mono_since_server", Int),
    field(15, "satellite", Instant).within(PLACE),
];

const TASK: &[FieldSpec] = &[
    field(1, "title", Text),
    field(2, "basis", Text),
    field(3, "due", Day),
    field(4, "state", Int),
    field(5, "log", Text).merged(Log),
    field(6, "household", Ref(RecordKind::Household)),
];

const WORKER: &[FieldSpec] = &[field(1, "name", Text), field(2, "number", Text), field(3, "role", Int)];

const INCIDENT_CATEGORY: &[FieldSpec] = &[
    field(1, "code", Text),
    field(2, "name", Text),
    field(3, "class", Text),
    field(4, "limit_hours", Int),
    field(5, "rank", Int),
];

pub(super) const fn of(kind: RecordKind) -> &'static [FieldSpec] {
    match kind {
        RecordKind::Area => AREA,
        RecordKind::Building => BUILDING,
        RecordKind::Dwelling => DWELLING,
        RecordKind::Household => HOUSEHOLD,
        RecordKind::Occupancy => OCCUPANCY,
        RecordKind::Person => PERSON,
        RecordKind::Residence => RESIDENCE,
        RecordKind::CareCategory => CARE_CATEGORY,
        RecordKind::CareDuty => CARE_DUTY,
        RecordKind::Visit => VISIT,
        RecordKind::Patrol => PATROL,
        RecordKind::InspectionPoint => INSPECTION_POINT,
        RecordKind::CheckIn => CHECK_IN,
        RecordKind::Incident => INCIDENT,
        RecordKind::IncidentStep => INCIDENT_STEP,
        RecordKind::PhotoEvidence => PHOTO_EVIDENCE,
        RecordKind::Task => TASK,
        RecordKind::Worker => WORKER,
        RecordKind::IncidentCategory => INCIDENT_CATEGORY,
    }
}

/// Name of a slot for screens and errors: the field's name, or the group's.
pub fn slot_name(kind: RecordKind, slot: SlotCode) -> &'static str {
    match slot.0 {
        0 => "deleted",
        PLACE => "place",
        MOVE => "dwelling",
        IDENTITY => "citizen_id",
        key => kind.field(FieldKey(key)).map_or("unknown", |field| field.name),
    }
}
