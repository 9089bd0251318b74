//! One person entered in two areas by two workers who do not know of each other: the desk is asked, each phone learns that
//! something is being checked, and nothing more.

use crate::desk::{Desk, body, code, pair_of};
use crate::phone::Phone;
use serde_json::json;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::value::Value;

const SHORT_ID: &str = "990101490307002";
const LONG_ID: &str = "990101194903070026";
const CHECKING: u16 = 11;

struct Twice {
    desk: Desk,
    here: Phone,
    there: Phone,
    mine: RecordId,
    theirs: RecordId,
}

fn entered(desk: &Desk, phone: &mut Phone, area: RecordId, citizen_id: &str) -> RecordId {
    let person = desk.bench.id();
    let fields = [(1, Value::from("单秀兰")), (2, Value::from(citizen_id)), (5, Value::from("14211112222"))];
    phone.write(RecordKind::Person, person, area, fields);
    phone.push(&desk.bench);
    person
}

impl Twice {
    fn new() -> Self {
        let desk = Desk::new();
        let areas = desk.bench.areas;
        let mut here = desk.bench.phone("周敏", areas.grid);
        let mut there = desk.bench.phone("何军", areas.foreign);
        let mine = entered(&desk, &mut here, areas.grid, SHORT_ID);
        let theirs = entered(&desk, &mut there, areas.foreign, LONG_ID);
        Self { desk, here, there, mine, theirs }
    }

    fn checking(&self, person: RecordId) -> bool {
        let row = self.desk.bench.county.record(person).unwrap().unwrap();
        row.one(CHECKING) == Some(&Value::Bool(true))
    }

    fn pair(&self) -> String {
        pair_of(self.mine, self.theirs)
    }
}

#[test]
fn a_match_across_areas_goes_to_the_desk_and_its_decision_can_be_taken_back() {
    let twice = Twice::new();
    let desk = &twice.desk;
    assert!(twice.checking(twice.mine) && twice.checking(twice.theirs), "15 digits and 18 are one number");
    let session = desk.account("centre", "county", desk.bench.areas.county);
    let listed = desk.read(&session, "duplicates?state=open");
    assert_eq!(listed["total"], 1);
    assert_eq!(desk.read(&session, "counts")["duplicates_open"], 1);
    let row = &listed["rows"][0];
    assert_eq!((row["id"].as_str(), row["state"].as_str()), (Some(twice.pair().as_str()), Some("open")));
    let text = row.to_string();
    assert!(!text.contains(LONG_ID) && !text.contains(SHORT_ID) && !text.contains("单秀兰"), "{text}");
    let sides: Vec<&str> =
        row["sides"].as_array().unwrap().iter().map(|side| side["by"].as_str().unwrap()).collect();
    assert_eq!(sides, ["周敏", "何军"]);

    let path = format!("duplicates/{}/decide", twice.pair());
    let same = desk.post(&session, &path, &json!({"decision": "same", "seen": "open", "text": "核对户口本"}));
    assert_eq!((same.status, body(&same)["state"].as_str()), (200, Some("same")));
    assert!(!twice.checking(twice.mine) && !twice.checking(twice.theirs));
    let late = desk.post(&session, &path, &json!({"decision": "not_same", "seen": "open"}));
    assert_eq!(code(&late), (409, "changed_meanwhile".into()));
    assert!(desk.read(&session, "audit")["rows"].to_string().contains("duplicate_decided"));

    let back = desk.post(&session, &path, &json!({"decision": "open", "seen": "same"}));
    assert_eq!(back.status, 200);
    assert!(twice.checking(twice.mine), "the question is open again");
    let apart = desk.post(&session, &path, &json!({"decision": "not_same", "seen": "open"}));
    assert_eq!(apart.status, 200);
    assert!(!twice.checking(twice.theirs));
    assert_eq!(desk.read(&session, "counts")["duplicates_open"], 0);
}

#[test]
fn who_sees_one_of_the_areas_only_is_not_asked_and_not_told() {
    let twice = Twice::new();
    let desk = &twice.desk;
    let session = desk.account("town", "town", desk.bench.areas.community);
    assert_eq!(desk.read(&session, "duplicates")["total"], 0);
    let path = format!("duplicates/{}/decide", twice.pair());
    let refused = desk.post(&session, &path, &json!({"decision": "same", "seen": "open"}));
    assert_eq!(code(&refused), (404, "not_found".into()));
}

#[test]
fn a_phone_is_told_that_something_is_checked_and_nothing_of_the_other_area() {
    let Twice { desk, mut here, mut there, mine, theirs } = Twice::new();
    for (phone, own, other) in [(&mut here, mine, theirs), (&mut there, theirs, mine)] {
        let (pulled, _) = phone.pull(&desk.bench, 0);
        let of_own: Vec<_> = pulled.iter().filter(|op| op.header.record == own).collect();
        assert_eq!(of_own.len(), 1, "the mark; its own writing does not come back");
        for op in &pulled {
            assert_ne!(op.header.record, other);
            let bytes = [op.payload.as_slice(), op.header.extra.as_slice()].concat();
            assert!(!bytes.windows(16).any(|window| window == other.0.as_bytes()), "{op:?}");
            let payload = op.read().unwrap();
            if op.header.record == own {
                assert_eq!(payload.edits.len(), 1);
                assert_eq!(payload.edits.keys().next().unwrap().0, CHECKING);
            }
        }
    }
}

#[test]
fn a_number_put_right_ends_the_question_and_a_phone_may_not_write_the_mark() {
    let mut twice = Twice::new();
    let areas = twice.desk.bench.areas;
    twice.here.write(RecordKind::Person, twice.mine, areas.grid, [(2, Value::from("990101199003070015"))]);
    twice.here.push(&twice.desk.bench);
    assert!(!twice.checking(twice.mine) && !twice.checking(twice.theirs));
    let session = twice.desk.account("centre", "county", areas.county);
    assert_eq!(twice.desk.read(&session, "duplicates")["total"], 0);
    twice.here.write(RecordKind::Person, twice.mine, areas.grid, [(CHECKING, Value::Bool(true))]);
    let answer = twice.here.push(&twice.desk.bench);
    assert_eq!(answer.last().unwrap().reason.as_deref(), Some("county_only:11"), "told with its field");
    assert!(!twice.checking(twice.mine));
}

#[test]
fn two_records_of_one_area_are_the_phones_matter_and_show_as_one_at_the_desk() {
    let desk = Desk::new();
    let area = desk.bench.areas.grid;
    let (first, second) = (desk.numbered(area), desk.numbered(area));
    let session = desk.account("centre", "county", desk.bench.areas.county);
    assert_eq!(desk.read(&session, "duplicates")["total"], 0);
    let unplaced = format!("areas/{area}/unplaced");
    assert_eq!(desk.read(&session, &unplaced)["total"], 2);
    let same_as = [(9, Value::reference(first))];
    desk.bench
        .county
        .write_as_county(vec![xunge_server::county::CountyEdit::new(
            RecordKind::Person,
            second,
            area,
            same_as,
        )])
        .unwrap();
    assert_eq!(desk.read(&session, &unplaced)["total"], 1);
    // The folded record asks no questions of its own, also when the person turns up elsewhere.
    desk.numbered(desk.bench.areas.foreign);
    assert_eq!(desk.read(&session, "duplicates")["total"], 1);
}
