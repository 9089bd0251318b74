//! What a screen gets never holds a person as written.

use super::phone::{Phone, at, day, id, text};
use crate::views::Page;
use crate::views::households::{HouseholdArgs, HouseholdsArgs};
use crate::views::session::AccessLogArgs;
use xunge_domain::records::RecordKind;
use xunge_domain::value::Value;
use xunge_store::Access;

const NAME: &str = "孔国浩";
const CITIZEN_ID: &str = "990101195403050018";
const PHONE: &str = "14255557788";
const HOME_PHONE: &str = "14266669900";

fn kong() -> Phone {
    let phone = Phone::new();
    phone.building(10, "2幢", 1, 20, &[("1", 3, "301")]);
    let person = vec![
        ("name", text(NAME)),
        ("citizen_id", text(CITIZEN_ID)),
        ("phone", text(PHONE)),
        ("birth", day("1954-03-05")),
        ("sex", Value::Int(1)),
    ];
    phone.household(100, 20, &[person]);
    let note = format!("白天打{HOME_PHONE}，证件 {CITIZEN_ID}");
    phone.county(RecordKind::Household, 100, vec![("note", text(&note)), ("phone", text(HOME_PHONE))]);
    phone.visit(200, 100, at("2026-11-20", 10), 1);
    phone.county(RecordKind::Visit, 200, vec![("note", text(&format!("他的新号码{PHONE}")))]);
    phone
}

fn holds_no_person(json: &str) {
    for secret in [NAME, "国浩", CITIZEN_ID, "19540305", PHONE, HOME_PHONE, "1954-03-05"] {
        assert!(!json.contains(secret), "{secret} in {json}");
    }
}

#[test]
fn the_page_of_a_household_shows_people_by_their_masks() {
    let phone = kong();
    let page = phone.open.household(&HouseholdArgs { id: id(100).to_string() }).unwrap();
    let person = &page.people[0];
    assert_eq!(page.door, "2幢1单元 301");
    assert_eq!(page.occupancy, "owner");
    assert_eq!(person.name, "孔**");
    assert_eq!(person.citizen_id.as_deref(), Some("990101********0018"));
    assert_eq!(person.phone.as_deref(), Some("142****7788"));
    assert_eq!(page.phone.as_deref(), Some("142****9900"));
    assert_eq!(
        (person.age, person.relation.as_str(), person.residence.as_str()),
        (Some(72), "0", "registered")
    );
    assert_eq!((page.visits[0].outcome.as_str(), page.visits[0].by.as_str()), ("nothing_changed", "周敏"));
    assert!(page.note.starts_with("白天打142"), "{}", page.note);
    assert!(
        page.history.iter().any(|line| line.kind == "person"
            && line.by == "county"
            && line.fields.contains(&"phone".into()))
    );
    holds_no_person(&serde_json::to_string(&page).unwrap());
}

#[test]
fn lists_searches_review_and_log_are_masked_too() {
    let phone = kong();
    let before = phone.state(RecordKind::Person, 102);
    phone.written_by(
        8,
        &before,
        RecordKind::Person,
        102,
        vec![("phone", text("14211112222")), ("name", text("孔国豪"))],
    );
    phone.written_by(
        9,
        &before,
        RecordKind::Person,
        102,
        vec![("phone", text("14233334444")), ("name", text("孔囯浩"))],
    );
    phone
        .open
        .store
        .write(|w| {
            let access =
                Access { at_ms: at("2026-11-21", 9), person: id(102), worker: id(2), reason: "call".into() };
            w.log_access(&access)
        })
        .unwrap();
    let query = |query: &str| HouseholdsArgs { query: query.into(), page: Page::default() };
    let found = phone.open.households(&query("孔")).unwrap();
    assert_eq!((found.rows[0].head.as_str(), found.rows[0].matched.as_deref()), ("孔**", Some("name")));
    let recent = phone.open.households(&query("")).unwrap();
    assert_eq!((recent.rows[0].head.as_str(), recent.rows[0].matched.as_deref()), ("孔**", None));
    let review = phone.open.review().unwrap();
    assert_eq!(review.conflicts.len(), 2);
    let log = phone.open.access_log(&AccessLogArgs::default()).unwrap();
    assert_eq!((log[0].person.as_str(), log[0].reason.as_str()), ("孔**", "call"));
    for json in [
        serde_json::to_string(&found).unwrap(),
        serde_json::to_string(&recent).unwrap(),
        serde_json::to_string(&review).unwrap(),
        serde_json::to_string(&log).unwrap(),
        serde_json::to_string(&phone.open.today_view().unwrap()).unwrap(),
    ] {
        holds_no_person(&json);
        assert!(!json.contains("14211112222") && !json.contains("14233334444"), "{json}");
    }
}

#[test]
fn declined_stays_an_ordinary_value() {
    let phone = Phone::new();
    phone.building(10, "2幢", 1, 20, &[("1", 3, "301")]);
    phone.household(100, 20, &[vec![("name", text("单秀兰")), ("phone", text("declined"))]]);
    let page = phone.open.household(&HouseholdArgs { id: id(100).to_string() }).unwrap();
    assert_eq!(
        (page.people[0].phone.as_deref(), page.people[0].citizen_id.as_deref()),
        (Some("declined"), None)
    );
}

#[test]
fn no_page_is_longer_than_fifty() {
    let phone = Phone::new();
    let doors: Vec<(String, i64)> = (1..=60).map(|n| (format!("{n:03}"), 1)).collect();
    let doors: Vec<(&str, i64, &str)> =
        doors.iter().map(|(door, floor)| ("1", *floor, door.as_str())).collect();
    phone.building(10, "2幢", 1, 20, &doors);
    for n in 0..60 {
        phone.household(1_000 + n * 10, 20 + n, &[super::phone::named("柏英")]);
    }
    let all = HouseholdsArgs { query: String::new(), page: Page { offset: 0, limit: 1_000 } };
    let lines = phone.open.households(&all).unwrap();
    assert_eq!((lines.rows.len(), lines.more), (50, true));
    let rest =
        phone.open.households(&HouseholdsArgs { page: Page { offset: 50, limit: 1_000 }, ..all }).unwrap();
    assert_eq!((rest.rows.len(), rest.more), (10, false));
}
