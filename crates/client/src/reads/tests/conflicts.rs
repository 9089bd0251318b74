//! Conflicts as the worker meets them: whose, what, what is shown meanwhile.

use super::phone::{MY_DEVICE, Phone, day, id, link, named, text};
use crate::views::households::UndoArgs;
use crate::views::review::{AmendArgs, ConflictView, ResolveArgs};
use xunge_domain::records::RecordKind;
use xunge_domain::value::Value;
use xunge_store::OpState;

const OTHER: u32 = 8;

fn wei() -> Phone {
    let phone = Phone::new();
    phone.building(10, "2幢", 1, 20, &[("2", 5, "502"), ("2", 5, "501")]);
    phone.household(100, 20, &[named("魏长青")]);
    phone
}

fn conflicts(phone: &Phone) -> Vec<ConflictView> {
    phone.open.review().unwrap().conflicts
}

fn values(conflict: &ConflictView) -> Vec<(&str, &str, bool)> {
    conflict.sides.iter().map(|side| (side.by.as_str(), side.value.as_str(), side.provisional)).collect()
}

#[test]
fn two_workers_change_the_same_phone_number() {
    let phone = wei();
    let before = phone.state(RecordKind::Person, 102);
    phone.written_by(0, &before, RecordKind::Person, 102, vec![("phone", text("14211118841"))]);
    let theirs =
        phone.written_by(OTHER, &before, RecordKind::Person, 102, vec![("phone", text("14233335566"))]);
    let seen = phone.state(RecordKind::Person, 102);
    assert!(!seen.is_empty());
    // Mine replaces what this phone shows, which is the higher device's; the county's stays a side.
    let mine = phone.mine(RecordKind::Person, 102, vec![("phone", text("14255552207"))]);
    let found = conflicts(&phone);
    assert_eq!(found.len(), 1);
    let conflict = &found[0];
    assert_eq!((conflict.kind.as_str(), conflict.field.as_str()), ("person", "phone"));
    assert_eq!((conflict.door.as_str(), conflict.subject.as_str()), ("2幢2单元 502", "魏**"));
    assert_eq!(conflict.household.as_deref(), Some(id(100).to_string().as_str()));
    assert_eq!(values(conflict), [("周敏", "142****2207", true), ("county", "142****8841", false)]);
    assert_eq!((conflict.sides[0].mine, conflict.sides[1].mine), (true, false));
    assert_eq!(conflict.sides[0].op, mine.to_string());
    assert!(conflict.sides.iter().all(|side| side.op != theirs.to_string()));
    assert_eq!(mine.device.0, MY_DEVICE);
    assert!(conflict.both, "the other number has room");
}

#[test]
fn two_of_one_family_are_told_apart_by_what_they_are_to_the_head() {
    let phone = Phone::new();
    phone.building(10, "2幢", 1, 20, &[("2", 5, "502")]);
    phone.household(100, 20, &[named("魏长青"), named("魏小青")]);
    let differ = |kind, record, name, one: Value, other: Value| {
        let before = phone.state(kind, record);
        phone.written_by(OTHER, &before, kind, record, vec![(name, one)]);
        phone.written_by(9, &before, kind, record, vec![(name, other)]);
    };
    for person in [102, 104] {
        differ(RecordKind::Person, person, "phone", text("14211118841"), text("14233335566"));
    }
    let told = || {
        let mut told: Vec<_> =
            conflicts(&phone).into_iter().map(|one| (one.field, one.subject, one.relation)).collect();
        told.sort();
        told
    };
    let line = |field: &str, relation: &str| (field.to_owned(), "魏**".to_owned(), relation.to_owned());
    assert_eq!(told(), [line("phone", "0"), line("phone", "2")]);
    // What they are is the question itself: then it is not said.
    differ(RecordKind::Residence, 105, "relation", Value::Int(3), Value::Int(8));
    assert!(told().contains(&line("relation", "")), "{:?}", told());
}

#[test]
fn the_author_is_a_name_where_it_is_known_and_a_role_where_not() {
    let phone = wei();
    let before = phone.state(RecordKind::Person, 102);
    phone.written_by(OTHER, &before, RecordKind::Person, 102, vec![("note", text("轮椅"))]);
    phone.written_by(9, &before, RecordKind::Person, 102, vec![("note", text("耳背"))]);
    phone.county(RecordKind::Worker, 900, vec![("name", text("何军"))]);
    phone.open.store.write(|writer| writer.set_device(xunge_domain::ids::DeviceNo(9), id(900))).unwrap();
    assert_eq!(values(&conflicts(&phone)[0]), [("何军", "耳背", true), ("worker", "轮椅", false)]);
}

#[test]
fn equal_values_are_no_conflict_and_resolving_ends_one() {
    let phone = wei();
    let before = phone.state(RecordKind::Person, 102);
    phone.written_by(0, &before, RecordKind::Person, 102, vec![("phone", text("14211118841"))]);
    phone.written_by(OTHER, &before, RecordKind::Person, 102, vec![("phone", text("14211118841"))]);
    assert_eq!(conflicts(&phone), []);
    phone.written_by(9, &before, RecordKind::Person, 102, vec![("phone", text("14299990000"))]);
    let conflict = conflicts(&phone).remove(0);
    assert_eq!(conflict.sides.len(), 3);
    let op = conflict.sides[0].op.clone();
    let args =
        ResolveArgs { conflict: conflict.id, op: Some(op), value: None, both: false, seen: Vec::new() };
    phone.open.resolve(&args).unwrap();
    assert_eq!(conflicts(&phone), []);
}

#[test]
fn a_group_is_shown_by_what_differs_in_it() {
    let phone = wei();
    let before = phone.state(RecordKind::Occupancy, 101);
    phone.written_by(0, &before, RecordKind::Occupancy, 101, vec![("kind", Value::Int(1))]);
    phone.written_by(OTHER, &before, RecordKind::Occupancy, 101, vec![("kind", Value::Int(2))]);
    let conflict = conflicts(&phone).remove(0);
    assert_eq!((conflict.field.as_str(), conflict.door.as_str()), ("occupancy", "2幢2单元 502"));
    assert_eq!(values(&conflict), [("worker", "tenant", true), ("county", "owner", false)]);

    let phone = wei();
    let before = phone.state(RecordKind::Occupancy, 101);
    phone.written_by(0, &before, RecordKind::Occupancy, 101, vec![("dwelling", link(20))]);
    phone.written_by(OTHER, &before, RecordKind::Occupancy, 101, vec![("dwelling", link(21))]);
    let conflict = conflicts(&phone).remove(0);
    assert_eq!(conflict.field, "dwelling");
    assert_eq!(values(&conflict), [("worker", "2幢2单元 501", true), ("county", "2幢2单元 502", false)]);
}

#[test]
fn birth_dates_show_only_what_tells_them_apart() {
    let sides = |first: &str, second: &str| {
        let phone = wei();
        let before = phone.state(RecordKind::Person, 102);
        phone.written_by(0, &before, RecordKind::Person, 102, vec![("birth", day(first))]);
        phone.written_by(OTHER, &before, RecordKind::Person, 102, vec![("birth", day(second))]);
        let conflict = conflicts(&phone).remove(0);
        assert_eq!(conflict.field, "birth");
        conflict.sides.into_iter().map(|side| side.value).collect::<Vec<_>>()
    };
    assert_eq!(sides("1954-03-05", "1945-03-05"), ["1945-**-**", "1954-**-**"]);
    assert_eq!(sides("1954-03-05", "1954-05-03"), ["****-05-03", "****-03-05"]);
}

#[test]
fn deleted_here_and_edited_there_is_asked_about() {
    let phone = wei();
    let before = phone.state(RecordKind::Household, 100);
    phone.deleted_by(0, &before, RecordKind::Household, 100);
    phone.written_by(
        OTHER,
        &before,
        RecordKind::Household,
        100,
        vec![("note", text("敲门请大声，电话14211118841"))],
    );
    let conflict = conflicts(&phone).remove(0);
    assert_eq!((conflict.field.as_str(), conflict.both), ("deleted", false));
    assert_eq!(conflict.sides.len(), 2);
    let deleted = conflict.sides.iter().find(|side| side.by == "county").unwrap();
    assert_eq!((deleted.value.as_str(), deleted.provisional), ("deleted", false));
    let edited = conflict.sides.iter().find(|side| side.by == "worker").unwrap();
    assert!(
        edited.value.starts_with("敲门请大声") && !edited.value.contains("14211118841"),
        "{}",
        edited.value
    );
    assert!(edited.provisional);
}

#[test]
fn a_refused_operation_says_what_it_was_and_why() {
    let phone = wei();
    let op =
        phone.mine(RecordKind::Person, 102, vec![("phone", text("14255552207")), ("note", text("轮椅"))]);
    phone.settle(op, OpState::Refused, Some("out_of_scope"));
    let refused = phone.open.review().unwrap().refused;
    assert_eq!(refused.len(), 1);
    assert_eq!(
        (refused[0].op.as_str(), refused[0].reason.as_str()),
        (op.to_string().as_str(), "out_of_scope")
    );
    assert_eq!(refused[0].fields, ["phone", "note"]);
    assert_eq!(refused[0].subject, "2幢2单元 502 魏**");
}

fn two_numbers() -> (Phone, ConflictView) {
    let phone = wei();
    let before = phone.state(RecordKind::Person, 102);
    phone.written_by(0, &before, RecordKind::Person, 102, vec![("phone", text("14211118841"))]);
    phone.written_by(OTHER, &before, RecordKind::Person, 102, vec![("phone", text("14233335566"))]);
    let conflict = conflicts(&phone).remove(0);
    (phone, conflict)
}

fn choose(conflict: &ConflictView, side: usize) -> ResolveArgs {
    ResolveArgs {
        conflict: conflict.id.clone(),
        op: Some(conflict.sides[side].op.clone()),
        value: None,
        both: false,
        seen: conflict.sides.iter().map(|side| side.op.clone()).collect(),
    }
}

#[test]
fn a_decision_taken_back_asks_again_and_still_says_who_wrote_what() {
    let (phone, before) = two_numbers();
    let undo = phone.open.resolve(&choose(&before, 1)).unwrap().undo.unwrap();
    assert_eq!(conflicts(&phone), []);
    phone.open.undo(&UndoArgs { undo: undo.clone() }).unwrap();
    let after = conflicts(&phone).remove(0);
    assert_eq!(values(&after), values(&before));
    assert!(after.sides.iter().all(|side| !side.mine), "taking it back makes none of them mine");
    let gone = phone.open.undo(&UndoArgs { undo }).unwrap_err();
    assert_eq!(gone.code(), "undo_gone");
}

#[test]
fn a_third_value_is_read_as_at_the_form_and_a_bad_one_settles_nothing() {
    let (phone, conflict) = two_numbers();
    assert_eq!(conflict.third.as_ref().unwrap().kind, "phone");
    let third = |typed: &str| ResolveArgs { value: Some(typed.into()), op: None, ..choose(&conflict, 0) };
    assert_eq!(phone.open.resolve(&third("12")).unwrap_err().code(), "invalid_field");
    assert_eq!(conflicts(&phone).len(), 1);
    phone.open.resolve(&third("142 9999 0000")).unwrap();
    let row = phone.row(RecordKind::Person, 102);
    assert_eq!(row.field(RecordKind::Person, "phone").text(), Some("14299990000"));
}

#[test]
fn what_came_while_deciding_is_not_settled_unseen() {
    let (phone, conflict) = two_numbers();
    let before = xunge_sync::merge::RecordState::default();
    phone.written_by(9, &before, RecordKind::Person, 102, vec![("phone", text("14277776666"))]);
    assert_eq!(phone.open.resolve(&choose(&conflict, 0)).unwrap_err().code(), "changed_meanwhile");
    assert_eq!(conflicts(&phone).remove(0).sides.len(), 3);
}

#[test]
fn a_group_that_differs_in_several_fields_says_each() {
    let phone = wei();
    let before = phone.state(RecordKind::Occupancy, 101);
    let moved = |dwelling, kind| vec![("dwelling", link(dwelling)), ("kind", Value::Int(kind))];
    phone.written_by(0, &before, RecordKind::Occupancy, 101, moved(20, 1));
    phone.written_by(OTHER, &before, RecordKind::Occupancy, 101, moved(21, 2));
    let conflict = conflicts(&phone).remove(0);
    assert_eq!((conflict.field.as_str(), &conflict.third), ("dwelling", &None));
    let parts: Vec<_> = conflict.sides[0]
        .parts
        .iter()
        .map(|part| (part.field.as_str(), part.group.as_str(), part.value.as_str()))
        .collect();
    assert_eq!(parts, [("dwelling", "", "2幢2单元 501"), ("occupancy", "occupancy", "tenant")]);
}

#[test]
fn a_refused_change_is_put_right_in_one_step() {
    let phone = wei();
    let op =
        phone.mine(RecordKind::Person, 102, vec![("phone", text("14255552207")), ("note", text("轮椅"))]);
    phone.settle(op, OpState::Refused, Some("bad_field"));
    let refused = phone.open.review().unwrap().refused.remove(0);
    let wrote: Vec<_> = refused
        .wrote
        .iter()
        .map(|field| (field.name.as_str(), field.shown.as_str(), field.value.as_deref()))
        .collect();
    assert_eq!(wrote, [("phone", "142****2207", None), ("note", "轮椅", Some("轮椅"))], "masked, not lost");
    let amend = |field: &str, typed: &str| AmendArgs {
        op: refused.op.clone(),
        fields: [(field.to_owned(), typed.to_owned())].into(),
    };
    assert_eq!(phone.open.amend_refused(&amend("phone", "7")).unwrap_err().code(), "invalid_field");
    assert_eq!(phone.open.amend_refused(&amend("name", "别人")).unwrap_err().code(), "invalid_field");
    assert_eq!(phone.open.review().unwrap().refused.len(), 1);
    phone.open.amend_refused(&amend("note", "坐轮椅")).unwrap();
    assert_eq!(phone.open.review().unwrap().refused, []);
    let row = phone.row(RecordKind::Person, 102);
    assert_eq!(row.field(RecordKind::Person, "note").text(), Some("坐轮椅"));
    assert_eq!(
        row.field(RecordKind::Person, "phone").text(),
        Some("14255552207"),
        "what was not touched stays"
    );
}
