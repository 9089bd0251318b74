//! Homes that empty, flats that are taken, and one home entered twice: asked about, put together, taken apart again.

use super::phone::{Phone, id, link, named, text};
use crate::views::Page;
use crate::views::households::{
    BuildingArgs, DwellingArgs, HeadArgs, HistoryHow, HouseholdArgs, HouseholdEdit, HouseholdView,
    HouseholdsArgs, ReturnArgs, Saved, UndoArgs,
};
use crate::views::people::{MoveIn, PersonEdit, RemovePersonArgs};
use crate::views::same_home::SameHomeView;
use crate::views::same_person::{PairArgs, UnmergeArgs};
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::OccupancyKind;
use xunge_domain::value::{Edit, Value};
use xunge_sync::merge::RecordState;

fn street() -> Phone {
    let phone = Phone::new();
    phone.building(10, "2幢", 1, 20, &[("1", 3, "301"), ("1", 2, "201")]);
    phone.household(100, 20, &[named("单秀兰"), named("毕文红")]);
    phone
}

fn page_of(phone: &Phone, household: &str) -> HouseholdView {
    phone.open.household(&HouseholdArgs { id: household.to_owned() }).unwrap()
}

fn page(phone: &Phone, household: u128) -> HouseholdView {
    page_of(phone, &id(household).to_string())
}

fn names(phone: &Phone, household: u128) -> Vec<String> {
    page(phone, household).people.into_iter().map(|person| person.name).collect()
}

/// Households and people, as the head of the tab counts them.
fn counted(phone: &Phone) -> (u32, u32) {
    let head = phone.open.households_head(&HeadArgs::default()).unwrap();
    (head.households, head.people)
}

/// The households behind a door, by the grid of the building.
fn behind(phone: &Phone, door: &str) -> Vec<Option<String>> {
    let view = phone.open.building(&BuildingArgs { id: id(10).to_string() }).unwrap();
    let doors = view.floors.into_iter().flat_map(|floor| floor.doors);
    doors.filter(|shown| shown.door == door).map(|shown| shown.household).collect()
}

fn removal(person: &str, household: u128) -> RemovePersonArgs {
    RemovePersonArgs {
        id: person.to_owned(),
        household: id(household).to_string(),
        reason: "moved_away".into(),
    }
}

fn undo(phone: &Phone, saved: Saved) {
    phone.open.undo(&UndoArgs { undo: saved.undo.unwrap() }).unwrap();
}

fn moves_in(name: &str, dwelling: u128, beside: bool) -> PersonEdit {
    PersonEdit {
        id: None,
        household: None,
        moves_into: Some(MoveIn { dwelling: id(dwelling).to_string(), occupancy: None, beside }),
        fields: [("name".to_owned(), name.to_owned())].into(),
    }
}

/// A colleague registers a household in 201 on another phone.
fn a_colleague_registers(phone: &Phone, household: u128, device: u32, name: &str, number: &str) {
    let nothing = RecordState::default();
    let home = vec![("phone", text(number))];
    phone.written_by(device, &nothing, RecordKind::Household, household, home);
    let lives = vec![
        ("household", link(household)),
        ("dwelling", link(21)),
        ("kind", Value::Int(OccupancyKind::Tenant.code())),
    ];
    phone.written_by(device, &nothing, RecordKind::Occupancy, household + 1, lives);
    phone.written_by(device, &nothing, RecordKind::Person, household + 2, named(name));
    let tie = vec![("person", link(household + 2)), ("household", link(household))];
    phone.written_by(device, &nothing, RecordKind::Residence, household + 3, tie);
}

fn asked(phone: &Phone) -> Vec<SameHomeView> {
    phone.open.review().unwrap().same_homes
}

fn pair(one: u128, other: u128) -> PairArgs {
    PairArgs { one: id(one).to_string(), other: id(other).to_string() }
}

#[test]
fn when_the_last_one_moves_out_the_flat_is_free_and_nobody_is_counted() {
    let phone = street();
    assert_eq!(counted(&phone), (1, 2));
    let people = page(&phone, 100).people;
    phone.open.remove_person(&removal(&people[0].id, 100)).unwrap();
    assert_eq!(counted(&phone), (1, 1));
    assert!(behind(&phone, "301")[0].is_some());
    assert!(!page(&phone, 100).left);
    let last = phone.open.remove_person(&removal(&people[1].id, 100)).unwrap();
    assert_eq!((counted(&phone), behind(&phone, "301")), ((0, 0), vec![None]));
    let left = page(&phone, 100);
    assert!(left.left && left.people.is_empty());
    let how = |view: &HouseholdView| -> Vec<(String, HistoryHow)> {
        view.history.iter().take(2).map(|line| (line.kind.clone(), line.how)).collect()
    };
    assert_eq!(
        how(&left),
        [("occupancy".to_owned(), HistoryHow::Ended), ("residence".to_owned(), HistoryHow::Ended)]
    );
    let all = HouseholdsArgs { query: String::new(), page: Page { offset: 0, limit: 50 } };
    assert!(phone.open.households(&all).unwrap().rows.is_empty(), "nor is it among the recent ones");

    // Who comes next is another household, and has not the phone of the one before.
    let next = phone.open.save_person(&moves_in("示例新人", 20, false)).unwrap();
    assert_ne!(next.id, id(100).to_string());
    assert_eq!(counted(&phone), (1, 1));
    undo(&phone, next);
    undo(&phone, last);
    assert_eq!((counted(&phone), page(&phone, 100).left), ((1, 1), false));
}

#[test]
fn a_flat_that_was_taken_meanwhile_is_said_to_be_and_nothing_is_written() {
    let phone = street();
    a_colleague_registers(&phone, 300, 8, "潘丽华", "14255557788");
    let before = phone.open.own_operations().unwrap().len();
    let refused = phone.open.save_person(&moves_in("示例新人", 21, false)).unwrap_err();
    assert_eq!(refused.code(), "home_taken");
    assert!(format!("{refused:?}").contains(&id(300).to_string()), "and whose it is");
    assert_eq!(phone.open.own_operations().unwrap().len(), before);

    phone.open.save_person(&moves_in("示例新人", 21, true)).unwrap();
    assert_eq!(behind(&phone, "201").len(), 2);
    assert_eq!(asked(&phone), [], "who knew of the other one is not asked");
}

#[test]
fn a_home_that_two_phones_registered_is_asked_about_put_together_and_taken_apart() {
    let phone = street();
    a_colleague_registers(&phone, 300, 8, "潘丽华", "14255557788");
    a_colleague_registers(&phone, 400, 9, "潘建", "");
    phone.visit(700, 400, phone.now_ms() - 1_000, 1);
    let question = asked(&phone);
    assert_eq!((question.len(), question[0].reason.as_str()), (1, "two_phones"));
    assert_eq!(question[0].door, "2幢1单元 201");
    assert_eq!((&question[0].stays.id, &question[0].other.id), (&id(300).to_string(), &id(400).to_string()));
    assert_eq!(
        (question[0].stays.people.clone(), question[0].other.people.clone()),
        (vec!["潘**".to_owned()], vec!["潘*".to_owned()])
    );
    assert_eq!(phone.open.counts().unwrap().needs_you, 1);

    let saved = phone.open.merge_households(&pair(400, 300)).unwrap();
    assert_eq!((asked(&phone), phone.open.counts().unwrap().needs_you), (Vec::new(), 0));
    assert_eq!(
        (names(&phone, 300).len(), behind(&phone, "201"), counted(&phone)),
        (2, vec![Some(id(300).to_string())], (2, 4))
    );
    let merged = page(&phone, 300);
    assert_eq!(merged.visits.len(), 1, "who called there called here");
    let said =
        |page: &HouseholdView| page.history.iter().filter(|line| line.how == HistoryHow::Joined).count();
    assert_eq!((said(&merged), said(&page(&phone, 400))), (1, 1), "on both pages");
    assert_eq!(merged.joined.iter().map(|other| other.id.clone()).collect::<Vec<_>>(), [id(400).to_string()]);
    assert_eq!(page(&phone, 400).stays, Some(id(300).to_string()));
    undo(&phone, saved);
    assert_eq!((asked(&phone).len(), names(&phone, 300).len(), names(&phone, 400).len()), (1, 1, 1));

    // At any later time.
    phone.open.merge_households(&pair(300, 400)).unwrap();
    phone.open.unmerge_household(&UnmergeArgs { id: id(400).to_string() }).unwrap();
    assert_eq!((names(&phone, 300).len(), names(&phone, 400).len()), (1, 1));
    assert_eq!((behind(&phone, "201").len(), asked(&phone)), (2, Vec::new()), "and nobody is asked again");
    let gone = phone.open.unmerge_household(&UnmergeArgs { id: id(400).to_string() });
    assert_eq!(gone.unwrap_err().code(), "undo_gone");
}

#[test]
fn two_homes_behind_one_door_are_two_when_somebody_says_so() {
    let phone = street();
    a_colleague_registers(&phone, 300, 8, "潘丽华", "14255557788");
    a_colleague_registers(&phone, 400, 9, "戴志远", "14255557788");
    assert_eq!(asked(&phone)[0].reason, "phone");
    let saved = phone.open.not_same_household(&pair(300, 400)).unwrap();
    assert_eq!(asked(&phone), []);
    undo(&phone, saved);
    assert_eq!(asked(&phone).len(), 1);
    let across = PairArgs { one: id(300).to_string(), other: id(300).to_string() };
    assert_eq!(phone.open.merge_households(&across).unwrap_err().code(), "invalid_field");
}

#[test]
fn homes_of_the_ledger_behind_one_door_are_asked_about_only_for_the_same_person() {
    let phone = street();
    phone.household(500, 21, &[named("潘丽华")]);
    phone.household(600, 21, &[named("戴志远")]);
    assert_eq!(asked(&phone), [], "sharing a flat is no mistake");
    phone.household(700, 21, &[named("戴志远")]);
    let reasons: Vec<String> = asked(&phone).into_iter().map(|pair| pair.reason).collect();
    assert_eq!(reasons, ["person"]);
}

#[test]
fn somebody_entered_in_the_home_that_went_is_asked_about_again() {
    let phone = street();
    a_colleague_registers(&phone, 300, 8, "潘丽华", "");
    a_colleague_registers(&phone, 400, 9, "潘建", "");
    phone.open.merge_households(&pair(300, 400)).unwrap();
    entered_in(&phone, 400);
    assert_eq!(asked(&phone)[0].reason, "again");
    phone.open.merge_households(&pair(300, 400)).unwrap();
    assert_eq!((names(&phone, 300).len(), asked(&phone)), (3, Vec::new()));
}

#[test]
fn a_visit_of_today_can_be_taken_back_from_the_page_and_nobody_elses() {
    let phone = street();
    let args = crate::views::households::VisitArgs {
        household: id(100).to_string(),
        outcome: "nothing_changed".into(),
        note: String::new(),
        duties: Vec::new(),
        checks: Vec::new(),
    };
    phone.open.record_visit(&args).unwrap();
    phone.visit(700, 100, phone.now_ms() - 5_000, 1);
    let visits = page(&phone, 100).visits;
    assert_eq!((visits.len(), visits[1].undo.clone()), (2, None));
    phone.open.undo(&UndoArgs { undo: visits[0].undo.clone().unwrap() }).unwrap();
    assert_eq!(page(&phone, 100).visits.len(), 1);
}

/// Two households of two phones behind the door of 201.
fn registered_twice() -> Phone {
    let phone = street();
    a_colleague_registers(&phone, 300, 8, "潘丽华", "");
    a_colleague_registers(&phone, 400, 9, "潘建", "");
    phone
}

/// Somebody is entered in a household by a phone that has not heard of the rest.
fn entered_in(phone: &Phone, household: u128) {
    let nothing = RecordState::default();
    phone.written_by(9, &nothing, RecordKind::Person, 410, named("潘小满"));
    let tie = vec![("person", link(410)), ("household", link(household))];
    phone.written_by(9, &nothing, RecordKind::Residence, 411, tie);
}

#[test]
fn whoever_writes_the_first_note_did_not_register_the_home() {
    let phone = registered_twice();
    phone.mine(RecordKind::Household, 400, vec![("note", text("白天没人"))]);
    assert_eq!(asked(&phone)[0].reason, "two_phones", "device 7 wrote in what device 9 had begun");
    assert_eq!(asked(&phone)[0].other.note, "白天没人");
}

#[test]
fn who_says_of_the_home_that_went_that_it_is_another_has_both_behind_the_door() {
    let phone = registered_twice();
    phone.open.merge_households(&pair(300, 400)).unwrap();
    entered_in(&phone, 400);
    phone.open.not_same_household(&pair(300, 400)).unwrap();
    assert_eq!((names(&phone, 300).len(), names(&phone, 400).len()), (1, 2), "each has its own");
    assert_eq!((behind(&phone, "201").len(), asked(&phone)), (2, Vec::new()));
}

#[test]
fn a_home_that_somebody_is_put_into_is_behind_its_door_again() {
    let phone = registered_twice();
    phone.open.merge_households(&pair(300, 400)).unwrap();
    for person in page(&phone, 300).people {
        phone.open.remove_person(&removal(&person.id, 300)).unwrap();
    }
    assert_eq!(behind(&phone, "201"), [None]);
    entered_in(&phone, 400);
    phone.open.merge_households(&pair(300, 400)).unwrap();
    assert_eq!((behind(&phone, "201"), names(&phone, 300).len()), (vec![Some(id(300).to_string())], 1));

    let last = page(&phone, 300).people.remove(0);
    phone.open.remove_person(&removal(&last.id, 300)).unwrap();
    let again = PersonEdit {
        household: Some(id(300).to_string()),
        moves_into: None,
        ..moves_in("示例新人", 21, false)
    };
    phone.open.save_person(&again).unwrap();
    assert!(!page(&phone, 300).left);
    assert_eq!(behind(&phone, "201"), [Some(id(300).to_string())]);
}

#[test]
fn a_home_whose_two_were_taken_out_by_two_phones_can_be_left() {
    let phone = street();
    let args = HouseholdArgs { id: id(100).to_string() };
    assert_eq!(phone.open.leave_household(&args).unwrap_err().code(), "home_lived_in");
    let people = page(&phone, 100).people;
    phone.open.remove_person(&removal(&people[0].id, 100)).unwrap();
    // The other phone ended the other one's residence and saw somebody left.
    let other = phone.open.store.read(|reader| reader.residences_of(id(100))).unwrap();
    let open = other.iter().find(|tie| tie.until.is_none()).unwrap().residence;
    phone.county(RecordKind::Residence, open.0.as_u128(), vec![("until", Value::Int(20_000))]);
    assert_eq!((names(&phone, 100).len(), behind(&phone, "301").len()), (0, 1));
    assert!(behind(&phone, "301")[0].is_some(), "nobody's, and not free");
    let saved = phone.open.leave_household(&args).unwrap();
    assert_eq!(behind(&phone, "301"), [None]);
    undo(&phone, saved);
    assert!(behind(&phone, "301")[0].is_some());
}

/// Both moved out here, while another phone entered somebody.
fn emptied_and_entered() -> Phone {
    let phone = street();
    for person in page(&phone, 100).people {
        phone.open.remove_person(&removal(&person.id, 100)).unwrap();
    }
    entered_in(&phone, 100);
    phone
}

#[test]
fn a_home_that_left_its_door_while_somebody_was_entered_is_asked_about() {
    let phone = emptied_and_entered();
    let lost = phone.open.review().unwrap().doorless;
    assert_eq!((lost.len(), lost[0].door.as_str(), lost[0].taken), (1, "2幢1单元 301", false));
    assert_eq!(lost[0].home.people, ["潘**"]);
    assert_eq!(phone.open.counts().unwrap().needs_you, 1);
    let view = page(&phone, 100);
    assert_eq!((view.left, view.door.as_str()), (false, "2幢1单元 301"), "its page says where it was");

    let args = HouseholdArgs { id: id(100).to_string() };
    let saved = phone.open.return_household(&args).unwrap();
    assert_eq!(behind(&phone, "301"), [Some(id(100).to_string())]);
    assert_eq!((phone.open.review().unwrap().doorless.len(), phone.open.counts().unwrap().needs_you), (0, 0));
    undo(&phone, saved);
    assert_eq!(phone.open.counts().unwrap().needs_you, 1);

    // The other answer: that one moved out, too.
    phone.open.remove_person(&removal(&id(410).to_string(), 100)).unwrap();
    assert_eq!(phone.open.counts().unwrap().needs_you, 0);
    let left = page(&phone, 100);
    assert_eq!((left.left, left.door.as_str()), (true, "2幢1单元 301"));
}

#[test]
fn a_home_without_a_door_says_when_its_flat_was_taken() {
    let phone = emptied_and_entered();
    phone.open.save_person(&moves_in("示例新人", 20, false)).unwrap();
    assert!(phone.open.review().unwrap().doorless[0].taken);
    phone.open.return_household(&HouseholdArgs { id: id(100).to_string() }).unwrap();
    assert_eq!(behind(&phone, "301").len(), 2);
}

#[test]
fn homes_put_together_both_ways_round_lead_to_one_page() {
    let phone = registered_twice();
    phone.county(RecordKind::Residence, 403, vec![("until", Value::Int(20_000))]);
    let said =
        |one: u128, other: u128| phone.county(RecordKind::Household, one, vec![("same_as", link(other))]);
    said(300, 400);
    said(400, 300);
    assert_eq!((page(&phone, 300).stays, page(&phone, 400).stays), (None, Some(id(300).to_string())));
    phone.open.merge_households(&pair(300, 400)).unwrap();
    let folded = |household: u128| {
        phone.open.store.read(|reader| reader.homes_folded_into(id(household))).unwrap().len()
    };
    assert_eq!((folded(300), folded(400)), (1, 0), "and one of them stays");
}

#[test]
fn somebody_taken_out_by_mistake_is_found_by_the_door_and_lives_there_again() {
    let phone = street();
    for person in page(&phone, 100).people {
        let wrong = RemovePersonArgs { reason: "entered_by_mistake".into(), ..removal(&person.id, 100) };
        phone.set_time(phone.now_ms() + 1_000);
        phone.open.remove_person(&wrong).unwrap();
    }
    let flat = DwellingArgs { id: id(20).to_string() };
    let before = phone.open.former_homes(&flat).unwrap();
    assert_eq!((before.len(), before[0].household.clone()), (1, id(100).to_string()));
    assert_eq!(before[0].people.len(), 2);
    let left = page(&phone, 100);
    assert_eq!((left.left, left.former.len(), left.occupancy.as_str()), (true, 2, "owner"));
    assert_eq!(left.former[0].reason, "entered_by_mistake");

    let back = ReturnArgs { id: left.former[0].id.clone(), household: left.id.clone() };
    phone.set_time(phone.now_ms() + 1_000);
    let saved = phone.open.return_person(&back).unwrap();
    let again = page(&phone, 100);
    assert_eq!((again.left, again.people.len(), again.former.len()), (false, 1, 1));
    let offered = again.history.iter().filter(|line| line.undo.is_some()).count();
    assert_eq!(offered, 1, "not for the one who is back");
    assert_eq!(behind(&phone, "301"), [Some(left.id.clone())]);
    assert!(again.history.iter().any(|line| line.how == HistoryHow::Resumed));
    assert_eq!(phone.open.former_homes(&flat).unwrap(), []);
    assert_eq!(phone.open.return_person(&back).unwrap_err().code(), "lives_elsewhere");
    phone.set_time(phone.now_ms() + 1_000);
    undo(&phone, saved);
    assert!(page(&phone, 100).left);

    // What today's line of the history takes back is the whole touch: the flat with the last one.
    let lines = page(&phone, 100).history;
    let handle = lines.iter().find(|line| line.kind == "residence").and_then(|line| line.undo.clone());
    phone.open.undo(&UndoArgs { undo: handle.unwrap() }).unwrap();
    assert_eq!(behind(&phone, "301"), [Some(left.id)]);
    assert_eq!(names(&phone, 100).len(), 1);
}

#[test]
fn an_empty_flat_is_found_by_its_door() {
    let phone = street();
    let found = |typed: &str| {
        let args = HouseholdsArgs { query: typed.into(), page: Page { offset: 0, limit: 50 } };
        let answer = phone.open.households(&args).unwrap();
        (answer.rows.len(), answer.empty.into_iter().map(|flat| flat.door).collect::<Vec<_>>())
    };
    assert_eq!(found("2-1-301"), (1, Vec::new()));
    assert_eq!(found("2-1-201"), (0, vec!["2幢1单元 201".to_owned()]));
    assert_eq!(found("2-1").1.len(), 1, "after those that are lived in");
    assert_eq!(found("单"), (1, Vec::new()));
    for person in page(&phone, 100).people {
        phone.open.remove_person(&removal(&person.id, 100)).unwrap();
    }
    assert_eq!(found("301"), (0, vec!["2幢1单元 301".to_owned()]));
}

#[test]
fn who_left_long_ago_or_lives_elsewhere_is_not_shown() {
    let phone = street();
    let people = page(&phone, 100).people;
    phone.open.remove_person(&removal(&people[0].id, 100)).unwrap();
    phone.open.remove_person(&removal(&people[1].id, 100)).unwrap();
    let moves = PersonEdit { id: Some(people[0].id.clone()), fields: [].into(), ..moves_in("", 21, false) };
    phone.open.save_person(&moves).unwrap();
    let former: Vec<String> = page(&phone, 100).former.into_iter().map(|line| line.id).collect();
    assert_eq!(former, [people[1].id.clone()]);
    phone.set_time(phone.now_ms() + 91 * 86_400_000);
    assert_eq!(page(&phone, 100).former, []);
    assert_eq!(phone.open.former_homes(&DwellingArgs { id: id(20).to_string() }).unwrap(), []);
}

#[test]
fn a_household_that_moves_into_a_taken_flat_is_told_so() {
    let phone = street();
    a_colleague_registers(&phone, 300, 8, "潘丽华", "");
    let moves = |beside| HouseholdEdit {
        id: Some(id(100).to_string()),
        dwelling: Some(id(21).to_string()),
        occupancy: None,
        note: None,
        phone: None,
        beside,
    };
    let refused = phone.open.save_household(&moves(false)).unwrap_err();
    assert_eq!(refused.code(), "home_taken");
    phone.open.save_household(&moves(true)).unwrap();
    assert_eq!((behind(&phone, "201").len(), asked(&phone)), (2, Vec::new()));
    phone.open.save_household(&moves(false)).unwrap();
}

#[test]
fn one_that_moves_to_a_flat_registered_twice_lives_there_and_goes_back_in_one_step() {
    let phone = street();
    a_colleague_registers(&phone, 300, 8, "潘丽华", "");
    let merged = phone.open.merge_households(&pair(100, 300)).unwrap();
    assert_eq!(merged.id, id(100).to_string());
    let there = HouseholdEdit {
        id: Some(merged.id),
        dwelling: Some(id(21).to_string()),
        occupancy: None,
        note: None,
        phone: None,
        beside: true,
    };
    let moved = phone.open.save_household(&there).unwrap();
    assert_eq!((behind(&phone, "201"), behind(&phone, "301")), (vec![Some(id(100).to_string())], vec![None]));
    let handle = format!("{} {}", merged.undo.unwrap(), moved.undo.unwrap());
    phone.open.undo(&UndoArgs { undo: handle }).unwrap();
    assert_eq!(behind(&phone, "201"), [Some(id(300).to_string())]);
    assert_eq!(behind(&phone, "301"), [Some(id(100).to_string())]);
    assert_eq!((names(&phone, 100).len(), names(&phone, 300).len()), (2, 1));
}

#[test]
fn a_move_out_undone_after_the_flat_was_let_is_asked_about() {
    let phone = street();
    let mut last = None;
    for person in page(&phone, 100).people {
        last = Some(phone.open.remove_person(&removal(&person.id, 100)).unwrap());
    }
    phone.open.save_person(&moves_in("示例新人", 20, false)).unwrap();
    undo(&phone, last.unwrap());
    assert_eq!(behind(&phone, "301").len(), 2);
    assert_eq!(asked(&phone)[0].reason, "came_back");
}

#[test]
fn who_is_entered_in_a_form_that_was_open_during_the_putting_together_lives_in_the_one_that_stays() {
    let phone = registered_twice();
    phone.open.merge_households(&pair(300, 400)).unwrap();
    let late = PersonEdit {
        household: Some(id(400).to_string()),
        moves_into: None,
        ..moves_in("示例新人", 21, false)
    };
    phone.open.save_person(&late).unwrap();
    assert_eq!((names(&phone, 300).len(), names(&phone, 400).len()), (3, 0));
    assert_eq!((behind(&phone, "201").len(), asked(&phone)), (1, Vec::new()));
}

#[test]
fn a_form_open_during_the_putting_together_changes_the_one_that_stays() {
    let phone = registered_twice();
    phone.mine(RecordKind::Occupancy, 301, vec![("kind", Value::Int(OccupancyKind::Unknown.code()))]);
    phone.open.merge_households(&pair(300, 400)).unwrap();
    assert_eq!(page(&phone, 300).occupancy, "tenant", "how the other record says the flat is held is kept");
    let late = HouseholdEdit {
        id: Some(id(400).to_string()),
        dwelling: Some(id(20).to_string()),
        occupancy: Some("owner".into()),
        note: Some("白天没人".into()),
        phone: None,
        beside: true,
    };
    phone.open.save_household(&late).unwrap();
    let merged = page(&phone, 300);
    assert_eq!(
        (merged.door.as_str(), merged.note.as_str(), merged.occupancy.as_str()),
        ("2幢1单元 301", "白天没人", "owner")
    );
    assert_eq!((behind(&phone, "201"), behind(&phone, "301").len()), (vec![None], 2));
}

#[test]
fn who_left_the_record_that_went_can_come_back_to_the_one_that_stays() {
    let phone = registered_twice();
    entered_in(&phone, 400);
    phone.open.remove_person(&removal(&id(410).to_string(), 400)).unwrap();
    phone.set_time(phone.now_ms() + 1_000);
    phone.open.merge_households(&pair(300, 400)).unwrap();
    let former = page(&phone, 300).former;
    assert_eq!(former.len(), 1);
    let back = ReturnArgs { id: former[0].id.clone(), household: id(300).to_string() };
    phone.open.return_person(&back).unwrap();
    assert_eq!((names(&phone, 300).len(), names(&phone, 400).len(), asked(&phone)), (3, 0, Vec::new()));
}

#[test]
fn a_pair_is_asked_about_once_and_its_page_stays_while_somebody_lives_there() {
    let phone = registered_twice();
    phone.open.merge_households(&pair(300, 400)).unwrap();
    entered_in(&phone, 400);
    // Behind the door again, as an app of before put it.
    phone.county(RecordKind::Occupancy, 401, vec![("until", Value::Null)]);
    let reasons: Vec<String> = asked(&phone).into_iter().map(|pair| pair.reason).collect();
    assert_eq!(reasons, ["again"]);
    assert_eq!(page(&phone, 400).stays, None, "somebody lives here");
}

/// "They are two" arrives from somebody who had not heard that they were put together.
fn says_two(phone: &Phone, one: u128, other: u128) {
    let key = RecordKind::Household.field_named("not_same").unwrap().key;
    let edit = Edit::Members { add: vec![link(other)], remove: Vec::new() };
    let area = phone.row(RecordKind::Household, one).area;
    phone
        .open
        .change(|change| change.edit(RecordKind::Household, id(one), area, [(key, edit)].into()))
        .unwrap();
}

#[test]
fn one_and_two_said_apart_is_asked_again() {
    let phone = registered_twice();
    phone.open.merge_households(&pair(300, 400)).unwrap();
    says_two(&phone, 300, 400);
    assert_eq!(asked(&phone)[0].reason, "decided_apart");
    let how = |household: u128| {
        page(&phone, household).history.into_iter().map(|line| line.how).collect::<Vec<_>>()
    };
    assert!(how(300).contains(&HistoryHow::Parted) && how(400).contains(&HistoryHow::Joined));
    phone.open.merge_households(&pair(300, 400)).unwrap();
    assert_eq!(asked(&phone), []);
    says_two(&phone, 300, 400);
    phone.open.not_same_household(&pair(300, 400)).unwrap();
    assert_eq!((asked(&phone), names(&phone, 400).len()), (Vec::new(), 1));
}

#[test]
fn of_three_records_of_one_home_each_leads_to_the_one_that_stays() {
    let phone = registered_twice();
    a_colleague_registers(&phone, 500, 9, "潘小满", "");
    phone.visit(700, 500, phone.now_ms() - 1_000, 1);
    phone.open.merge_households(&pair(400, 500)).unwrap();
    phone.open.merge_households(&pair(300, 400)).unwrap();
    for record in [400, 500] {
        assert_eq!(page(&phone, record).stays, Some(id(300).to_string()));
    }
    let merged = page(&phone, 300);
    assert_eq!((merged.people.len(), merged.joined.len(), merged.visits.len()), (3, 2, 1));

    // Apart again: what was together before stays together.
    phone.open.unmerge_household(&UnmergeArgs { id: id(400).to_string() }).unwrap();
    assert_eq!((names(&phone, 300).len(), names(&phone, 400).len()), (1, 2));
    assert_eq!(page(&phone, 500).stays, Some(id(400).to_string()));
    assert_eq!(page(&phone, 400).visits.len(), 1);
}

#[test]
fn who_called_at_the_other_record_today_called_at_the_door() {
    let phone = registered_twice();
    phone.visit(700, 400, phone.now_ms() - 1_000, 1);
    phone.open.merge_households(&pair(300, 400)).unwrap();
    let view = phone.open.building(&BuildingArgs { id: id(10).to_string() }).unwrap();
    let door = view.floors.into_iter().flat_map(|floor| floor.doors).find(|door| door.door == "201").unwrap();
    assert_eq!(door.state, "visited");
    let all = HouseholdsArgs { query: "潘".into(), page: Page { offset: 0, limit: 50 } };
    assert!(phone.open.households(&all).unwrap().rows[0].last_visit_ms.is_some());
}

#[test]
fn of_one_name_in_one_home_somebody_is_asked_whether_they_are_one() {
    let phone = street();
    a_colleague_registers(&phone, 300, 8, "潘丽华", "");
    a_colleague_registers(&phone, 400, 9, "潘丽华", "");
    phone.open.merge_households(&pair(300, 400)).unwrap();
    let same = phone.open.review().unwrap().same;
    assert_eq!((same.len(), same[0].reason.as_str()), (1, "name_and_door"));
    // With two birth dates they are two.
    phone.mine(RecordKind::Person, 302, vec![("birth", Value::Int(1_000))]);
    assert_eq!(phone.open.review().unwrap().same.len(), 1, "of the other one it is not known");
    phone.mine(RecordKind::Person, 402, vec![("birth", Value::Int(2_000))]);
    assert_eq!(phone.open.review().unwrap().same, []);
}

#[test]
fn taking_apart_brings_nobody_back_who_was_entered_by_mistake_before() {
    let phone = registered_twice();
    entered_in(&phone, 400);
    let wrong =
        RemovePersonArgs { reason: "entered_by_mistake".into(), ..removal(&id(410).to_string(), 400) };
    phone.open.remove_person(&wrong).unwrap();
    phone.set_time(phone.now_ms() + 60_000);
    phone.open.merge_households(&pair(300, 400)).unwrap();
    phone.open.unmerge_household(&UnmergeArgs { id: id(400).to_string() }).unwrap();
    assert_eq!(names(&phone, 400).len(), 1);
}

#[test]
fn of_two_homes_the_one_that_is_lived_in_stays() {
    let phone = street();
    a_colleague_registers(&phone, 300, 8, "潘丽华", "");
    phone.county(RecordKind::Residence, 303, vec![("until", Value::Int(20_000))]);
    a_colleague_registers(&phone, 400, 9, "潘建", "14255557788");
    let question = asked(&phone).remove(0);
    assert_eq!((question.reason.as_str(), question.stays.id), ("nobody", id(400).to_string()));
    phone.open.merge_households(&pair(300, 400)).unwrap();
    assert_eq!(behind(&phone, "201"), [Some(id(400).to_string())]);
}
