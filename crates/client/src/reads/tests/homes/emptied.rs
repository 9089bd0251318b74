//! Homes that empty, flats that are taken, and who comes back.

use super::*;

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
    assert_eq!(phone.open.return_person(&back).unwrap().undo, None, "a colleague was quicker");
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
    let back = ReturnArgs { id: people[0].id.clone(), household: id(100).to_string() };
    assert_eq!(phone.open.return_person(&back).unwrap_err().code(), "lives_elsewhere");
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
