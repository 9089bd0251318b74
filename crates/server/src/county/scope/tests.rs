//! The rules of scope, each for itself: whose area, whose record, whose care category.

use super::*;
use crate::county::areas::AreaNode;
use uuid::Uuid;

const COUNTY: u128 = 1;
const TOWN: u128 = 10;
const OTHER_TOWN: u128 = 11;
const COMMUNITY: u128 = 100;
const GRID: u128 = 1000;
const NEXT_GRID: u128 = 1001;
const OTHER_COMMUNITY: u128 = 110;
const OTHER_GRID: u128 = 1100;

fn id(n: u128) -> RecordId {
    RecordId(Uuid::from_u128(n))
}

fn ids(all: &[u128]) -> Vec<RecordId> {
    all.iter().copied().map(id).collect()
}

fn scope(role: WorkerRole, granted: &[u128], leaving: &[u128]) -> Scope {
    let node = |n: u128, parent: Option<u128>| AreaNode {
        id: id(n),
        parent: parent.map(id),
        code: n.to_string(),
        name: String::new(),
        level: 0,
    };
    let tree = AreaTree::new(vec![
        node(COUNTY, None),
        node(TOWN, Some(COUNTY)),
        node(OTHER_TOWN, Some(COUNTY)),
        node(COMMUNITY, Some(TOWN)),
        node(GRID, Some(COMMUNITY)),
        node(NEXT_GRID, Some(COMMUNITY)),
        node(OTHER_COMMUNITY, Some(OTHER_TOWN)),
        node(OTHER_GRID, Some(OTHER_COMMUNITY)),
    ]);
    Scope {
        tree: Arc::new(tree),
        granted: ids(granted),
        leaving: ids(leaving),
        role,
        worker: id(7),
        care: BTreeSet::from(["living_alone".to_owned()]),
    }
}

#[test]
fn what_is_granted_reaches_down_and_never_up_or_aside() {
    let scope = scope(WorkerRole::FullTime, &[COMMUNITY], &[]);
    for (area, covered) in [
        (COMMUNITY, true),
        (GRID, true),
        (NEXT_GRID, true),
        (TOWN, false),
        (COUNTY, false),
        (OTHER_COMMUNITY, false),
        (OTHER_GRID, false),
        (5, false),
    ] {
        assert_eq!((scope.covers(id(area)), scope.may_write(id(area))), (covered, covered), "{area}");
        assert!(!scope.hands_over(id(area)), "{area}");
    }
    assert_eq!(scope.below(), BTreeSet::from_iter(ids(&[COMMUNITY, GRID, NEXT_GRID])));
    assert_eq!(scope.above(), BTreeSet::from_iter(ids(&[COUNTY, TOWN])));
    assert_eq!((scope.role(), scope.worker()), (WorkerRole::FullTime, id(7)));
}

#[test]
fn what_lies_above_and_is_granted_too_is_not_above() {
    let scope = scope(WorkerRole::FullTime, &[GRID, TOWN], &[]);
    assert_eq!(scope.above(), BTreeSet::from([id(COUNTY)]));
}

#[test]
fn what_was_taken_back_is_written_to_and_not_seen() {
    let scope = scope(WorkerRole::FullTime, &[GRID], &[OTHER_COMMUNITY]);
    for area in [OTHER_COMMUNITY, OTHER_GRID] {
        assert!(scope.hands_over(id(area)) && scope.may_write(id(area)), "{area}");
        assert!(!scope.covers(id(area)) && !scope.sees(RecordKind::Person.code(), id(area), None), "{area}");
    }
    assert!(!scope.hands_over(id(OTHER_TOWN)) && !scope.may_write(id(OTHER_TOWN)));
    assert!(scope.may_write(id(GRID)) && !scope.hands_over(id(GRID)));
    assert!(!scope.may_write(id(NEXT_GRID)));
}

#[test]
fn from_above_comes_only_what_names_things() {
    let scope = scope(WorkerRole::FullTime, &[GRID], &[]);
    for kind in [RecordKind::Person, RecordKind::Household, RecordKind::Worker, RecordKind::CareDuty] {
        assert!(scope.sees(kind.code(), id(GRID), None), "{kind:?}");
        for area in [COMMUNITY, TOWN, COUNTY, NEXT_GRID, OTHER_GRID] {
            assert!(!scope.sees(kind.code(), id(area), None), "{kind:?} {area}");
        }
    }
    for kind in [RecordKind::Area, RecordKind::IncidentCategory, RecordKind::CareCategory] {
        for area in [GRID, COMMUNITY, TOWN, COUNTY] {
            assert!(scope.sees(kind.code(), id(area), None), "{kind:?} {area}");
        }
        for area in [NEXT_GRID, OTHER_TOWN, OTHER_GRID] {
            assert!(!scope.sees(kind.code(), id(area), None), "{kind:?} {area}");
        }
    }
    assert!(!scope.sees(KindCode(60_000), id(GRID), None), "a kind this county does not know");
    assert!(!scope.asks_for_owner());
}

#[test]
fn a_helper_sees_places_and_their_own_reports() {
    let scope = scope(WorkerRole::Helper, &[GRID], &[]);
    assert!(scope.asks_for_owner());
    let sees = |kind: RecordKind, owner| scope.sees(kind.code(), id(GRID), owner);
    for kind in [
        RecordKind::Area,
        RecordKind::IncidentCategory,
        RecordKind::Building,
        RecordKind::InspectionPoint,
        RecordKind::Worker,
    ] {
        assert!(sees(kind, None), "{kind:?}");
    }
    for kind in [RecordKind::Incident, RecordKind::IncidentStep, RecordKind::PhotoEvidence] {
        assert!(sees(kind, Some(id(7))), "{kind:?}");
        assert!(!sees(kind, Some(id(8))) && !sees(kind, None), "{kind:?}");
    }
    for kind in [RecordKind::Person, RecordKind::Household, RecordKind::Visit, RecordKind::CareDuty] {
        assert!(!sees(kind, Some(id(7))), "{kind:?}");
    }
}

#[test]
fn care_is_read_by_the_code_that_is_in_force_for_the_role() {
    let scope = scope(WorkerRole::FullTime, &[GRID], &[]);
    assert!(scope.reads(Some("living_alone")));
    assert!(!scope.reads(Some("disability")) && !scope.reads(None));
    assert!(Scope::asks_for_care(RecordKind::CareDuty.code()));
    assert!(Scope::asks_for_care(RecordKind::CareCategory.code()));
    assert!(!Scope::asks_for_care(RecordKind::Person.code()));
}

#[test]
fn only_who_sees_the_same_is_given_the_same_snapshot() {
    let plain = scope(WorkerRole::FullTime, &[GRID], &[]);
    let mut colleague = plain.clone();
    colleague.worker = id(8);
    assert_eq!(plain.fingerprint(), colleague.fingerprint(), "one grid, two workers");
    assert_ne!(plain.fingerprint(), scope(WorkerRole::FullTime, &[NEXT_GRID], &[]).fingerprint());
    assert_ne!(plain.fingerprint(), scope(WorkerRole::FullTime, &[GRID, NEXT_GRID], &[]).fingerprint());
    let mut other_care = plain.clone();
    other_care.care.insert("disability".to_owned());
    assert_ne!(plain.fingerprint(), other_care.fingerprint());
    let helper = scope(WorkerRole::Helper, &[GRID], &[]);
    let mut other_helper = helper.clone();
    other_helper.worker = id(8);
    assert_ne!(plain.fingerprint(), helper.fingerprint());
    assert_ne!(helper.fingerprint(), other_helper.fingerprint(), "each sees their own reports");
}
