//! One home registered twice: asked about, put together, taken apart again.

use super::*;

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
    assert!(page(&phone, 300).twice && page(&phone, 400).twice, "who stands at the door is told");

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
    assert!(!merged.twice);
    undo(&phone, saved);
    assert_eq!((asked(&phone).len(), names(&phone, 300).len(), names(&phone, 400).len()), (1, 1, 1));
    assert_eq!(asked(&phone)[0].reason, "two_phones", "nobody had moved out and in");

    // At any later time.
    phone.open.merge_households(&pair(300, 400)).unwrap();
    phone.open.unmerge_household(&UnmergeArgs { id: id(400).to_string() }).unwrap();
    assert_eq!((names(&phone, 300).len(), names(&phone, 400).len()), (1, 1));
    assert_eq!((behind(&phone, "201").len(), asked(&phone)), (2, Vec::new()), "and nobody is asked again");
    assert_eq!(said(&page(&phone, 300)), 1, "what stood and was taken apart is told, what was undone is not");
    let gone = phone.open.unmerge_household(&UnmergeArgs { id: id(400).to_string() });
    assert_eq!(gone.unwrap_err().code(), "undo_gone");
}

#[test]
fn what_one_said_for_the_other_goes_back_with_it_unless_it_was_changed_since() {
    let phone = street();
    a_colleague_registers(&phone, 300, 8, "潘丽华", "");
    a_colleague_registers(&phone, 400, 9, "潘建", "14255557788");
    let write = |record: u128, note: &str| {
        phone.set_time(phone.now_ms() + 1_000);
        phone.mine(RecordKind::Household, record, vec![("note", text(note))]);
    };
    let told = |record| (page(&phone, record).note, page(&phone, record).phone.is_some());
    let apart = || phone.open.unmerge_household(&UnmergeArgs { id: id(400).to_string() }).unwrap();
    write(400, "家里有条狗");
    phone.open.merge_households(&pair(300, 400)).unwrap();
    assert_eq!(told(300), ("家里有条狗".to_owned(), true));
    apart();
    phone.set_time(phone.now_ms() + 1_000);
    assert_eq!((told(300), told(400)), ((String::new(), false), ("家里有条狗".to_owned(), true)));

    phone.open.merge_households(&pair(300, 400)).unwrap();
    write(300, "狗送人了");
    apart();
    assert_eq!(told(300), ("狗送人了".to_owned(), false), "the number alone is of that time");
}

#[test]
fn what_one_of_three_said_stays_when_another_of_them_goes() {
    let phone = street();
    a_colleague_registers(&phone, 300, 8, "潘丽华", "");
    a_colleague_registers(&phone, 400, 9, "潘建", "14255557788");
    a_colleague_registers(&phone, 500, 10, "潘小", "");
    let later = || phone.set_time(phone.now_ms() + 1_000);
    let told = |record| page(&phone, record).phone.is_some();
    let apart = |record: u128| {
        later();
        phone.open.unmerge_household(&UnmergeArgs { id: id(record).to_string() }).unwrap();
    };
    phone.open.merge_households(&pair(400, 500)).unwrap();
    later();
    phone.open.merge_households(&pair(300, 400)).unwrap();
    assert!(told(300));
    apart(500);
    assert!(told(300), "it is the number of another one, who stays");
    // Put together a second time: the number is still of the first.
    phone.set_time(phone.now_ms() + 1_000);
    entered_in(&phone, 400);
    phone.open.merge_households(&pair(300, 400)).unwrap();
    apart(400);
    assert!(!told(300) && told(400));
}

#[test]
fn how_a_flat_is_held_goes_back_with_who_said_it() {
    let phone = street();
    a_colleague_registers(&phone, 300, 8, "潘丽华", "");
    a_colleague_registers(&phone, 400, 9, "潘建", "");
    phone.mine(RecordKind::Occupancy, 301, vec![("kind", Value::Int(OccupancyKind::Unknown.code()))]);
    phone.set_time(phone.now_ms() + 1_000);
    phone.open.merge_households(&pair(300, 400)).unwrap();
    assert_eq!(page(&phone, 300).occupancy, "tenant");
    phone.set_time(phone.now_ms() + 1_000);
    phone.open.unmerge_household(&UnmergeArgs { id: id(400).to_string() }).unwrap();
    assert_eq!(
        (page(&phone, 300).occupancy, page(&phone, 400).occupancy),
        ("unknown".into(), "tenant".into())
    );
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
    phone.open.unmerge_household(&UnmergeArgs { id: id(300).to_string() }).unwrap();
    let told = page(&phone, 400).history.into_iter().filter(|line| line.how == HistoryHow::Joined).count();
    assert_eq!(told, 1, "although the parting is written in the other one");
}
