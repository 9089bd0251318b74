//! One person entered twice: asked about, put together, taken apart again, and what both records say meanwhile.

use super::phone::{Fields, Phone, arrive, day, id, link, named, text};
use crate::views::Page;
use crate::views::households::{HeadArgs, HouseholdArgs, HouseholdView, HouseholdsArgs, UndoArgs};
use crate::views::people::{OpenPersonArgs, RemovePersonArgs};
use crate::views::same_person::{PairArgs, SamePersonView, UnmergeArgs};
use proptest::prelude::*;
use xunge_domain::ids::OpId;
use xunge_domain::operation::{Operation, Verb};
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::Cadence;
use xunge_domain::value::{Edit, Value};
use xunge_sync::auth::signed_registry::Tier;
use xunge_sync::merge::{RecordState, Written};

const SHORT_ID: &str = "990101490307002";
const LONG_ID: &str = "990101194903070026";
/// 单秀兰 as the first worker entered her, and as the second one did.
const FIRST: u128 = 102;
const SECOND: u128 = 202;

fn shan(citizen_id: &str, number: &str) -> Fields {
    vec![
        ("name", text("单秀兰")),
        ("citizen_id", text(citizen_id)),
        ("birth", day("1949-03-07")),
        ("phone", text(number)),
    ]
}

/// She lives behind two doors, as it seems: with her son in 301, alone in 201.
fn twice() -> Phone {
    let phone = Phone::new();
    phone.building(10, "2幢", 1, 20, &[("1", 3, "301"), ("1", 2, "201")]);
    phone.household(100, 20, &[shan(SHORT_ID, "14255557788"), named("单国浩")]);
    phone.household(200, 21, &[shan(LONG_ID, "14211110000")]);
    phone
}

fn asked(phone: &Phone) -> Vec<SamePersonView> {
    phone.open.review().unwrap().same
}

fn pair(one: u128, other: u128) -> PairArgs {
    PairArgs { one: id(one).to_string(), other: id(other).to_string() }
}

fn page(phone: &Phone, household: u128) -> HouseholdView {
    phone.open.household(&HouseholdArgs { id: id(household).to_string() }).unwrap()
}

fn people(phone: &Phone, household: u128) -> Vec<String> {
    page(phone, household).people.into_iter().map(|line| line.id).collect()
}

fn counted(phone: &Phone) -> u32 {
    phone.open.households_head(&HeadArgs::default()).unwrap().people
}

fn found(phone: &Phone, query: &str) -> Vec<(String, u32)> {
    let args = HouseholdsArgs { query: query.into(), page: Page::default() };
    let rows = phone.open.households(&args).unwrap().rows;
    rows.into_iter().map(|line| (line.id, line.people)).collect()
}

fn unmerge(phone: &Phone, record: u128) {
    phone.open.unmerge_person(&UnmergeArgs { id: id(record).to_string() }).unwrap();
}

#[test]
fn an_equal_number_is_asked_about_masked_and_nothing_happens_by_itself() {
    let phone = twice();
    let questions = asked(&phone);
    assert_eq!(questions.len(), 1);
    let question = &questions[0];
    assert_eq!(question.reason, "citizen_id", "15 digits and 18 are one number");
    assert_eq!(
        (question.stays.id.clone(), question.other.id.clone()),
        (id(FIRST).to_string(), id(SECOND).to_string())
    );
    assert_eq!(
        (question.stays.door.as_str(), question.other.door.as_str()),
        ("2幢1单元 301", "2幢1单元 201")
    );
    assert_eq!((question.stays.name.as_str(), question.stays.by.as_str()), ("单**", "county"));
    assert_eq!(question.stays.phone.as_deref(), Some("142****7788"));
    assert_eq!(question.stays.birth.as_deref(), Some("1949-**-**"));
    assert_eq!(question.differs, ["phone"]);
    assert_eq!((counted(&phone), people(&phone, 200).len()), (3, 1));
    assert_eq!(phone.open.counts().unwrap().needs_you, 1);
}

#[test]
fn the_author_of_a_record_is_a_role_where_the_name_is_out_of_reach() {
    let phone = twice();
    let fields = shan(LONG_ID, "");
    phone.written_by(8, &RecordState::default(), RecordKind::Person, 300, fields);
    assert!(asked(&phone).iter().any(|question| question.other.by == "worker"));
}

#[test]
fn who_was_put_together_is_one_person_and_both_records_stay_readable() {
    let phone = twice();
    phone.open.merge_persons(&pair(SECOND, FIRST)).unwrap();
    assert_eq!(asked(&phone), []);
    assert_eq!(counted(&phone), 2);
    assert_eq!(phone.open.counts().unwrap().needs_you, 0);
    // Nobody vanished from a door: she is there under the record that stays, until somebody moves her out.
    assert_eq!(people(&phone, 200), [id(FIRST).to_string()]);
    let line = &page(&phone, 100).people[0];
    assert_eq!((line.id.clone(), line.phone.as_deref()), (id(FIRST).to_string(), Some("142****7788")));
    assert_eq!(line.folded.len(), 1);
    assert_eq!(line.folded[0].differs, ["phone"]);
    assert_eq!(line.folded[0].source.phone.as_deref(), Some("142****0000"));
    // What was typed into either finds her.
    for query in ["0000", "7788", "秀兰"] {
        let mut doors: Vec<String> = found(&phone, query).into_iter().map(|(id, _)| id).collect();
        doors.sort();
        assert_eq!(doors, [id(100).to_string(), id(200).to_string()], "{query}");
    }
    let opened = OpenPersonArgs { id: id(FIRST).to_string(), reason: "check_at_door".into() };
    let opened = phone.open.open_person(&opened).unwrap();
    assert_eq!(opened.folded[0].fields.phone, "14211110000");
    assert_eq!(opened.left_this_hour, 28, "both records were opened, and both are counted");

    unmerge(&phone, SECOND);
    assert_eq!(counted(&phone), 3);
    assert_eq!(people(&phone, 200), [id(SECOND).to_string()]);
    assert_eq!(asked(&phone).len(), 1, "the question is open again");
}

#[test]
fn one_and_two_said_apart_is_asked_again() {
    let phone = Phone::new();
    phone.building(10, "2幢", 1, 20, &[("1", 3, "301")]);
    phone.household(100, 20, &[shan("", "14255557788"), shan("", "14211110000")]);
    let says_two = || {
        let key = RecordKind::Person.field_named("not_same").unwrap().key;
        let edit = Edit::Members { add: vec![link(104)], remove: Vec::new() };
        let area = phone.row(RecordKind::Person, 102).area;
        let edits = [(key, edit)].into();
        phone.open.change(|change| change.edit(RecordKind::Person, id(102), area, edits)).unwrap();
    };
    phone.open.merge_persons(&pair(102, 104)).unwrap();
    // It arrives from somebody who had not heard that they were put together.
    says_two();
    assert_eq!(asked(&phone)[0].reason, "decided_apart");
    assert_eq!(people(&phone, 100).len(), 1, "shown as one meanwhile");
    phone.open.merge_persons(&pair(102, 104)).unwrap();
    assert_eq!(asked(&phone), []);
    says_two();
    phone.open.not_same_person(&pair(102, 104)).unwrap();
    assert_eq!((asked(&phone).len(), people(&phone, 100).len()), (0, 2));
}

#[test]
fn one_household_shows_her_once_and_moving_out_ends_both_residences() {
    let phone = Phone::new();
    phone.building(10, "2幢", 1, 20, &[("1", 3, "301")]);
    phone.household(100, 20, &[shan("", "14255557788"), shan("", "14211110000"), named("单国浩")]);
    assert_eq!(asked(&phone)[0].reason, "name_and_birth");
    phone.open.merge_persons(&pair(102, 104)).unwrap();
    assert_eq!(people(&phone, 100), [id(102).to_string(), id(106).to_string()]);
    assert_eq!(found(&phone, "301")[0].1, 2);
    let gone = RemovePersonArgs {
        id: id(102).to_string(),
        household: id(100).to_string(),
        reason: "moved_away".into(),
    };
    phone.open.remove_person(&gone).unwrap();
    assert_eq!(people(&phone, 100), [id(106).to_string()]);
}

#[test]
fn two_people_are_not_asked_about_again_and_that_too_is_undone() {
    let phone = twice();
    let saved = phone.open.not_same_person(&pair(SECOND, FIRST)).unwrap();
    assert_eq!(asked(&phone), []);
    // It is said in the record, so another phone with the same rows does not ask either.
    let row = phone.row(RecordKind::Person, FIRST);
    assert_eq!(row.field(RecordKind::Person, "not_same").many(), [link(SECOND)]);
    phone.open.undo(&UndoArgs { undo: saved.undo.unwrap() }).unwrap();
    assert_eq!(asked(&phone).len(), 1);
    // Put together after all, and that taken back: what was said before stands again, so nobody asks.
    phone.open.not_same_person(&pair(FIRST, SECOND)).unwrap();
    let saved = phone.open.merge_persons(&pair(FIRST, SECOND)).unwrap();
    assert_eq!(counted(&phone), 2);
    phone.open.undo(&UndoArgs { undo: saved.undo.unwrap() }).unwrap();
    assert_eq!((counted(&phone), asked(&phone).len()), (3, 0));
}

#[test]
fn a_number_that_differs_and_a_name_alone_are_no_reason_to_ask() {
    let phone = Phone::new();
    phone.building(10, "2幢", 1, 20, &[("1", 3, "301"), ("1", 2, "201")]);
    let other_number = ("citizen_id", text("990101199003070015"));
    let mut twin = shan("", "");
    twin.push(other_number);
    phone.household(100, 20, &[shan(LONG_ID, ""), twin]);
    phone.household(200, 21, &[shan("", "")]);
    assert_eq!(asked(&phone), []);
    assert_eq!(phone.open.merge_persons(&pair(FIRST, FIRST)).unwrap_err().code(), "invalid_field");
    assert_eq!(phone.open.merge_persons(&pair(FIRST, 999)).unwrap_err().code(), "not_found");
    let apart = UnmergeArgs { id: id(FIRST).to_string() };
    assert_eq!(phone.open.unmerge_person(&apart).unwrap_err().code(), "undo_gone");
}

#[test]
fn two_workers_put_them_together_in_opposite_directions() {
    let phone = twice();
    let (first, second) = (phone.state(RecordKind::Person, FIRST), phone.state(RecordKind::Person, SECOND));
    phone.written_by(8, &second, RecordKind::Person, SECOND, vec![("same_as", link(FIRST))]);
    phone.written_by(9, &first, RecordKind::Person, FIRST, vec![("same_as", link(SECOND))]);
    assert_eq!(people(&phone, 200), [id(FIRST).to_string()], "the record made first stays");
    let questions = asked(&phone);
    assert_eq!((questions.len(), questions[0].reason.as_str()), (1, "both_ways"));
    assert_eq!(questions[0].stays.id, id(FIRST).to_string());
    phone.open.merge_persons(&pair(FIRST, SECOND)).unwrap();
    assert_eq!((asked(&phone).len(), counted(&phone)), (0, 2));
    // The other answer.
    phone.written_by(
        9,
        &phone.state(RecordKind::Person, FIRST),
        RecordKind::Person,
        FIRST,
        vec![("same_as", link(SECOND))],
    );
    phone.open.not_same_person(&pair(FIRST, SECOND)).unwrap();
    assert_eq!((asked(&phone).len(), counted(&phone)), (0, 3));
}

#[test]
fn nobody_disappears_behind_a_record_that_was_deleted_or_is_not_here() {
    let phone = twice();
    phone.open.merge_persons(&pair(FIRST, SECOND)).unwrap();
    let stays = phone.state(RecordKind::Person, FIRST);
    phone.deleted_by(8, &stays, RecordKind::Person, FIRST);
    assert_eq!(people(&phone, 200), [id(SECOND).to_string()]);
    let phone = twice();
    let second = phone.state(RecordKind::Person, SECOND);
    phone.written_by(8, &second, RecordKind::Person, SECOND, vec![("same_as", link(777))]);
    assert_eq!(people(&phone, 200), [id(SECOND).to_string()]);
}

fn duty(phone: &Phone, record: u128, person: u128, category: &str) {
    let fields = vec![("person", link(person)), ("category", text(category)), ("since", day("2025-01-01"))];
    phone.county(RecordKind::CareDuty, record, fields);
}

#[test]
fn services_of_both_records_are_owed_once_and_none_of_tier_two_goes_along() {
    let phone = twice();
    phone.register(500, "care", Cadence::Monthly, |_| ());
    phone.register(501, "more", Cadence::Monthly, |_| ());
    phone.register(502, "orders", Cadence::Monthly, |entry| entry.tier = Tier::Two);
    for (record, person, category) in
        [(600, FIRST, "care"), (601, SECOND, "care"), (602, SECOND, "more"), (603, SECOND, "orders")]
    {
        duty(&phone, record, person, category);
    }
    phone.open.merge_persons(&pair(FIRST, SECOND)).unwrap();
    for household in [100, 200] {
        let owed: Vec<(String, String)> =
            page(&phone, household).duties.into_iter().map(|duty| (duty.category, duty.person)).collect();
        let hers = id(FIRST).to_string();
        assert_eq!(owed, [("示例服务care".to_owned(), hers.clone()), ("示例服务more".to_owned(), hers)]);
    }
    assert_eq!(phone.open.today_view().unwrap().visits_due.len(), 1, "one person, one visit due");
    unmerge(&phone, SECOND);
    assert_eq!(page(&phone, 200).duties.len(), 2);
    assert_eq!(page(&phone, 100).duties.len(), 1);
}

/// What one of two workers does, knowing only what was there before and what they did themselves.
#[derive(Debug, Clone)]
enum Deed {
    Phone(u128, u8),
    Same(u128, Option<u128>),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let who = || prop_oneof![Just(FIRST), Just(SECOND)];
    let deed = prop_oneof![
        (who(), 0_u8..9).prop_map(|(who, number)| Deed::Phone(who, number)),
        Just(Deed::Same(FIRST, Some(SECOND))),
        Just(Deed::Same(SECOND, Some(FIRST))),
        who().prop_map(|who| Deed::Same(who, None)),
    ];
    prop::collection::vec(deed, 0..4)
}

/// The operations of a worker's deeds on top of what `phone` has.
fn written(phone: &Phone, device: u32, deeds: &[Deed]) -> Vec<Operation> {
    let kind = RecordKind::Person;
    let mut seen = [FIRST, SECOND].map(|record| (record, phone.state(kind, record)));
    let mut ops = Vec::new();
    for deed in deeds {
        let (record, field, value) = match deed {
            Deed::Phone(record, number) => (*record, "phone", text(&format!("1425555000{number}"))),
            Deed::Same(record, other) => (*record, "same_as", other.map_or(Value::Null, link)),
        };
        let state = &mut seen.iter_mut().find(|(known, _)| *known == record).unwrap().1;
        let key = kind.field_named(field).unwrap().key;
        let (payload, height) = state.edit(kind, [(key, Edit::Put(value))].into());
        let mut op = phone.operation(device, Verb::WRITE, kind, record, height, payload.encode());
        op.header.id = OpId::new(device, 1_000 + ops.len() as u64);
        state.add(op.id(), Written { height, verb: Verb::WRITE, payload });
        ops.push(op);
    }
    ops
}

fn deliver(phone: &Phone, ops: &[Operation]) {
    for op in ops {
        phone.open.store.write(|writer| arrive(writer, RecordKind::Person, op)).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Putting together and taking apart go with every other edit, in whatever order two workers' deeds arrive; and both
    /// records keep what was written in them.
    #[test]
    fn the_view_is_the_same_in_whatever_order_deeds_arrive(one in deeds(), two in deeds()) {
        let (here, there) = (twice(), twice());
        let (mine, theirs) = (written(&here, 8, &one), written(&here, 9, &two));
        deliver(&here, &mine);
        deliver(&here, &theirs);
        let mut mixed: Vec<Operation> = Vec::new();
        let (mut a, mut b) = (theirs.iter(), mine.iter());
        loop {
            match (a.next(), b.next()) {
                (None, None) => break,
                (x, y) => mixed.extend(x.into_iter().chain(y).cloned()),
            }
        }
        deliver(&there, &mixed);
        for household in [100, 200] {
            prop_assert_eq!(people(&here, household), people(&there, household));
            prop_assert_eq!(
                page(&here, household).people.iter().map(|line| line.folded.clone()).collect::<Vec<_>>(),
                page(&there, household).people.iter().map(|line| line.folded.clone()).collect::<Vec<_>>()
            );
            prop_assert!(!people(&here, household).is_empty(), "a door never loses her");
        }
        prop_assert_eq!(asked(&here), asked(&there));
        let together = people(&here, 200)[0] != id(SECOND).to_string()
            || !people(&here, 100).contains(&id(FIRST).to_string());
        prop_assert_eq!(counted(&here), if together { 2 } else { 3 });
        // Whatever happened, taking it apart leaves both as they were written.
        let phones = [FIRST, SECOND].map(|record| {
            here.row(RecordKind::Person, record).field(RecordKind::Person, "phone").clone()
        });
        for record in [FIRST, SECOND] {
            here.mine(RecordKind::Person, record, vec![("same_as", Value::Null)]);
        }
        prop_assert_eq!(counted(&here), 3);
        for (record, said) in [FIRST, SECOND].into_iter().zip(phones) {
            let row = here.row(RecordKind::Person, record);
            prop_assert_eq!(row.field(RecordKind::Person, "phone"), &said);
        }
    }
}

#[test]
fn the_county_says_that_it_is_checking_and_nothing_else() {
    let phone = twice();
    phone.county(RecordKind::Person, FIRST, vec![("checking", Value::Bool(true))]);
    assert!(page(&phone, 100).people[0].checking);
    assert!(!page(&phone, 200).people[0].checking);
    phone.county(RecordKind::Person, FIRST, vec![("checking", Value::Bool(false))]);
    assert!(!page(&phone, 100).people[0].checking);
}
