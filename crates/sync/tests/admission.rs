//! What the county does with an operation: one table of cases. Whatever the answer, the operation is kept.

use std::collections::BTreeMap;
use uuid::Uuid;
use xunge_domain::ids::{DeviceNo, OpId, RecordId};
use xunge_domain::operation::{Header, HeaderEvidence, Operation, Payload, Verb};
use xunge_domain::records::words::WorkerRole;
use xunge_domain::records::{FieldKey, KindCode, RecordKind};
use xunge_domain::value::{Edit, Value};
use xunge_sync::admit::{Admission, Ledger, Reason, Refusal, admit, outcome, told};
use xunge_sync::merge::{RecordState, Written};
use xunge_sync::messages::OutcomeKind;

const OWN: RecordId = RecordId(Uuid::from_u128(1));
const SIBLING: RecordId = RecordId(Uuid::from_u128(2));
const HOUSEHOLD: RecordId = RecordId(Uuid::from_u128(10));
const STRANGERS_HOUSEHOLD: RecordId = RecordId(Uuid::from_u128(11));
const OWN_STEP: RecordId = RecordId(Uuid::from_u128(20));
const DESKS_STEP: RecordId = RecordId(Uuid::from_u128(21));
const NEW: RecordId = RecordId(Uuid::from_u128(99));

struct Grid(BTreeMap<RecordId, (KindCode, RecordId)>);

impl Ledger for Grid {
    fn may_write(&self, area: RecordId) -> bool {
        area == OWN
    }
    fn record(&self, id: RecordId) -> Option<(KindCode, RecordId)> {
        self.0.get(&id).copied()
    }
    fn own(&self, id: RecordId) -> bool {
        id == OWN_STEP
    }
}

fn grid() -> Grid {
    let household = RecordKind::Household.code();
    Grid(BTreeMap::from([(HOUSEHOLD, (household, OWN)), (STRANGERS_HOUSEHOLD, (household, SIBLING))]))
}

fn write(kind: KindCode, record: RecordId, area: RecordId, payload: Payload) -> Operation {
    Operation {
        header: Header {
            id: OpId::new(1, 1),
            verb: Verb::WRITE,
            kind,
            record,
            area,
            height: 1,
            evidence: HeaderEvidence::default(),
            extra: vec![],
        },
        salt: [0; 16],
        payload: payload.encode(),
    }
}

fn visit_of(household: RecordId) -> Payload {
    Payload::default().put(FieldKey(1), Value::reference(household))
}

fn judged(op: &Operation) -> Admission {
    admit(op, WorkerRole::FullTime, &grid())
}

#[test]
fn a_visit_to_an_own_household_is_applied() {
    assert_eq!(judged(&write(RecordKind::Visit.code(), NEW, OWN, visit_of(HOUSEHOLD))), Admission::Apply);
}

#[test]
fn what_a_newer_app_writes_is_kept_until_the_county_knows_it() {
    let op = write(KindCode(900), NEW, OWN, Payload::default());
    assert_eq!(judged(&op), Admission::Refuse(Reason::UnknownKind.into()));
}

#[test]
fn a_visit_that_overtook_its_household_waits_for_it() {
    assert_eq!(judged(&write(RecordKind::Visit.code(), NEW, OWN, visit_of(NEW))), Admission::WaitFor(NEW));
}

#[test]
fn nothing_is_written_into_or_pulled_out_of_a_siblings_grid() {
    let note = || Payload::default().put(FieldKey(1), "记".into());
    let kind = RecordKind::Household.code();
    for (record, area) in [(NEW, SIBLING), (STRANGERS_HOUSEHOLD, OWN), (STRANGERS_HOUSEHOLD, SIBLING)] {
        assert_eq!(judged(&write(kind, record, area, note())), Admission::Refuse(Reason::OutOfScope.into()));
    }
    let op = write(RecordKind::Visit.code(), NEW, OWN, visit_of(STRANGERS_HOUSEHOLD));
    let named = Refusal { reason: Reason::OutOfScope, field: Some(FieldKey(1)) };
    assert_eq!(judged(&op), Admission::Refuse(named));
}

#[test]
fn care_duties_and_their_categories_come_from_the_county_only() {
    for kind in [RecordKind::CareDuty, RecordKind::CareCategory, RecordKind::Area, RecordKind::Worker] {
        let op = write(kind.code(), NEW, OWN, Payload::default());
        assert_eq!(judged(&op), Admission::Refuse(Reason::CountyOnly.into()), "{kind:?}");
    }
}

#[test]
fn a_helper_reports_and_sees_no_persons() {
    let person = write(RecordKind::Person.code(), NEW, OWN, Payload::default());
    assert_eq!(admit(&person, WorkerRole::Helper, &grid()), Admission::Refuse(Reason::Role.into()));
    let incident = write(RecordKind::Incident.code(), NEW, OWN, Payload::default());
    assert_eq!(admit(&incident, WorkerRole::Helper, &grid()), Admission::Apply);
}

#[test]
fn a_phone_cannot_erase() {
    let mut op = write(RecordKind::Household.code(), HOUSEHOLD, OWN, Payload::default());
    op.header.verb = Verb::ERASE;
    assert_eq!(judged(&op), Admission::Refuse(Reason::VerbNotAllowed.into()));
}

#[test]
fn bad_fields_are_named() {
    let long = Payload::default().put(FieldKey(1), Value::Text("长".repeat(4_000)));
    let wrong = Payload::default().put(FieldKey(1), Value::Int(3));
    let kind = RecordKind::Household.code();
    for (edits, reason) in [(long, Reason::TooLong), (wrong, Reason::BadField)] {
        let refusal = Refusal { reason, field: Some(FieldKey(1)) };
        assert_eq!(judged(&write(kind, HOUSEHOLD, OWN, edits)), Admission::Refuse(refusal));
        assert_eq!(told(&refusal.written()), (reason.code(), Some(FieldKey(1))));
    }
    let mut damaged = write(kind, HOUSEHOLD, OWN, Payload::default());
    damaged.payload = vec![0xFF, 0x00];
    assert_eq!(judged(&damaged), Admission::Refuse(Reason::DamagedPayload.into()));
    let other_kind = write(RecordKind::Person.code(), HOUSEHOLD, OWN, Payload::default());
    assert_eq!(judged(&other_kind), Admission::Refuse(Reason::KindMismatch.into()));
}

#[test]
fn what_a_county_of_another_version_gives_as_a_reason_is_read_whole() {
    for reason in ["", "asked_back", "bad_field:", "bad_field:name", "bad_field:99999", ":"] {
        assert_eq!(told(reason), (reason, None));
    }
}

#[test]
fn a_reference_names_a_record_of_the_kind_the_field_holds() {
    let person = RecordKind::Person.code();
    let mut grid = grid();
    grid.0.insert(SIBLING, (person, OWN));
    let op = write(RecordKind::Visit.code(), NEW, OWN, visit_of(SIBLING));
    let named = Refusal { reason: Reason::BadField, field: Some(FieldKey(1)) };
    assert_eq!(admit(&op, WorkerRole::FullTime, &grid), Admission::Refuse(named));
}

#[test]
fn codes_of_refusals_are_words_that_screens_know() {
    let codes = [
        (Reason::UnknownKind, "unknown_kind"),
        (Reason::VerbNotAllowed, "verb_not_allowed"),
        (Reason::DamagedPayload, "damaged_payload"),
        (Reason::OutOfScope, "out_of_scope"),
        (Reason::CountyOnly, "county_only"),
        (Reason::Role, "role"),
        (Reason::KindMismatch, "kind_mismatch"),
        (Reason::BadField, "bad_field"),
        (Reason::TooLong, "too_long"),
    ];
    for (reason, code) in codes {
        assert_eq!(Refusal::from(reason).written(), code);
        assert_eq!(told(code), (code, None));
    }
}

#[test]
fn an_outcome_says_whether_somebody_else_was_at_it() {
    let kind = RecordKind::Person;
    let (name, phone) = (FieldKey(1), FieldKey(5));
    let puts = |key, text: &str| BTreeMap::from([(key, Edit::Put(text.into()))]);
    let mut before = RecordState::default();
    let (payload, height) = before.edit(kind, puts(name, "孔示"));
    before.add(OpId { device: DeviceNo::COUNTY, counter: 1 }, Written { height, verb: Verb::WRITE, payload });

    // What `device` does to what it knows, and how the county calls it.
    let told = |known: &RecordState, held: &RecordState, device: u32, key, text: &str| {
        let id = OpId::new(device, 1);
        let (payload, height) = known.edit(kind, puts(key, text));
        let mut after = held.clone();
        after.add(id, Written { height, verb: Verb::WRITE, payload: payload.clone() });
        (outcome(id, &payload, kind, &held.view(kind), &after.view(kind)), after)
    };
    let (kind_of, with_phone) = told(&before, &before, 1, phone, "14200000001");
    assert_eq!(kind_of, OutcomeKind::Accepted, "only the county was there before");
    let (kind_of, _) = told(&with_phone, &with_phone, 1, name, "孔某");
    assert_eq!(kind_of, OutcomeKind::Accepted, "one's own work beside is nobody else's");
    let (kind_of, _) = told(&before, &with_phone, 2, name, "孔某");
    assert_eq!(kind_of, OutcomeKind::Merged, "beside what another phone wrote");
    let (kind_of, both) = told(&before, &with_phone, 2, phone, "14200000002");
    assert_eq!(kind_of, OutcomeKind::Review, "against what another phone wrote");
    let (kind_of, _) = told(&before, &both, 3, phone, "14200000003");
    assert_eq!(kind_of, OutcomeKind::Review, "a third value is new too");
    let (kind_of, _) = told(&both, &both, 3, name, "孔某");
    assert_eq!(kind_of, OutcomeKind::Merged, "a conflict that was there already is not this one's");
}

#[test]
fn a_step_of_an_incident_is_changed_by_nobody_but_its_author() {
    let kind = RecordKind::IncidentStep.code();
    let steps = Grid(BTreeMap::from([(OWN_STEP, (kind, OWN)), (DESKS_STEP, (kind, OWN))]));
    for (record, decided) in [
        (OWN_STEP, Admission::Apply),
        (DESKS_STEP, Admission::Refuse(Reason::NotAuthor.into())),
        (NEW, Admission::Apply),
    ] {
        for verb in [Verb::WRITE, Verb::DELETE] {
            let mut op = write(kind, record, OWN, Payload::default());
            op.header.verb = verb;
            assert_eq!(admit(&op, WorkerRole::FullTime, &steps), decided, "{verb:?}");
        }
    }
}
