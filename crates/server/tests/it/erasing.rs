//! Erasing by law: nothing of a person is left in the county's files, and every chain still holds.

use crate::bench::Bench;
use crate::desk::{Desk, code};
use crate::pictures::{begin, evidence, held, patch, picture};
use axum::body::Body;
use serde_json::json;
use std::path::Path;
use xunge_domain::ids::RecordId;
use xunge_domain::operation::{Payload, Verb};
use xunge_domain::records::{RecordKind, SlotCode};
use xunge_domain::value::Value;
use xunge_server::county::erase::Erasing;
use xunge_sync::messages::{self, OutcomeKind};

const MARK: &str = "金丝雀canary990101";

fn person(bench: &Bench, name: &str) -> RecordId {
    bench.write(RecordKind::Person, bench.id(), bench.areas.grid, [(1, Value::from(name))])
}

fn erase(bench: &Bench, record: RecordId) -> xunge_server::county::erase::Erased {
    let erasing = Erasing { record, ground: "ordered", who: "cli", reason: "7号", seen: None };
    bench.county.erase(&erasing).unwrap()
}

/// Everything in the county's database that whoever has the key can ask for, packed batches opened.
fn readable(folder: &Path) -> Vec<u8> {
    let path = folder.join("county.db");
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch(&format!("PRAGMA key = \"x'{}'\"", "09".repeat(32))).unwrap();
    let mut all = Vec::new();
    for table in tables(&db) {
        let mut rows = db.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let columns = rows.column_count();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                match row.get_ref(column).unwrap() {
                    rusqlite::types::ValueRef::Text(bytes) | rusqlite::types::ValueRef::Blob(bytes) => {
                        all.extend_from_slice(bytes);
                        // Batches are packed.
                        if let Ok(ops) = xunge_sync::batch::unpack(bytes) {
                            ops.iter().for_each(|op| all.extend_from_slice(&op.payload));
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    all
}

fn tables(db: &rusqlite::Connection) -> Vec<String> {
    let mut names = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").unwrap();
    names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn lies_there(bench: &Bench) -> bool {
    let bytes = readable(bench.folder.path());
    bytes.windows(MARK.len()).any(|window| window == MARK.as_bytes())
}

fn free_pages(bench: &Bench) -> u32 {
    let db = rusqlite::Connection::open(bench.folder.path().join("county.db")).unwrap();
    db.execute_batch(&format!("PRAGMA key = \"x'{}'\"", "09".repeat(32))).unwrap();
    db.query_row("PRAGMA freelist_count", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_person_erased_is_nowhere_in_the_countys_files_and_every_chain_holds() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let mut other = bench.phone("李强", bench.areas.grid);
    // Named by the county, by phones, refused, and in the batch kept of a cloned phone.
    let erased = person(&bench, MARK);
    let stays = person(&bench, "留下的人");
    phone.write(RecordKind::Person, erased, bench.areas.grid, [(7, Value::from(MARK))]);
    phone.write(RecordKind::Household, bench.id(), bench.areas.grid, [(5, Value::Int(1))]);
    phone.write(RecordKind::Person, erased, bench.areas.foreign, [(7, Value::from(MARK))]);
    phone.push(&bench);
    let mut clone = other.clone();
    other.write(RecordKind::Household, bench.id(), bench.areas.grid, [(5, Value::Int(2))]);
    other.push(&bench);
    clone.nonce = 500;
    clone.write(RecordKind::Person, erased, bench.areas.grid, [(1, Value::from(MARK))]);
    let body = messages::encode(&clone.push_message().0);
    assert_eq!(clone.post(&bench, "/sync/v1/push", body).code().as_deref(), Some("quarantined"));
    phone.snapshot(&bench);
    assert!(lies_there(&bench), "or the test could not fail");

    let gone = erase(&bench, erased);
    assert_eq!((gone.records, gone.operations), (1, 3), "its making, the edit, and the refused one");
    assert!(bench.county.scrub().unwrap());
    assert!(!bench.county.scrub().unwrap(), "once");
    assert!(!lies_there(&bench));
    assert_eq!(free_pages(&bench), 0, "nothing lies in unused pages");
    let wal = std::fs::metadata(bench.folder.path().join("county.db-wal")).map_or(0, |file| file.len());
    assert!(wal < 64 * 1024, "the log was emptied: {wal}");
    assert_eq!(bench.county.check().unwrap().damaged, Vec::<String>::new());
    let row = bench.county.record(erased).unwrap().unwrap();
    assert!(row.erased && row.fields.is_empty());
    assert_eq!(bench.county.record(stays).unwrap().unwrap().text(1), "留下的人");

    // By feed and snapshot only the erasure goes out, with its ground.
    for ops in [phone.pull(&bench, 0).0, phone.snapshot(&bench).0] {
        let about: Vec<_> = ops.iter().filter(|op| op.header.record == erased).collect();
        assert_eq!(about.len(), 1);
        assert_eq!(about[0].header.verb, Verb::ERASE);
        assert!(about[0].header.extra.windows(7).any(|ground| ground == b"ordered"));
    }
}

#[test]
fn a_person_on_record_more_than_once_goes_with_every_record_put_together() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let (one, two, three, stays) =
        (person(&bench, MARK), person(&bench, MARK), person(&bench, MARK), person(&bench, "留下的人"));
    let residence =
        bench.write(RecordKind::Residence, bench.id(), bench.areas.grid, [(1, Value::reference(three))]);
    for (folded, into) in [(two, one), (three, two)] {
        phone.write(RecordKind::Person, folded, bench.areas.grid, [(9, Value::reference(into))]);
    }
    phone.push(&bench);
    let mut gone = Payload::default();
    let seen = bench.county.history(three).unwrap().iter().map(|fed| fed.op.id()).collect();
    gone.replaces.insert(SlotCode::ALIVE, seen);
    phone.write_payload(RecordKind::Person, three, bench.areas.grid, gone, 3);
    phone.unsent.last_mut().unwrap().header.verb = Verb::DELETE;
    phone.push(&bench);
    assert!(bench.county.record(three).unwrap().unwrap().deleted);
    let all: Vec<_> = bench.county.all_of_person(two).unwrap().into_iter().map(|row| row.id).collect();
    assert_eq!((all.len(), all[0]), (3, two));
    assert_eq!(erase(&bench, two).records, 4, "from any of them, deleted ones too");
    for record in [one, two, three, residence] {
        assert!(bench.county.record(record).unwrap().unwrap().erased);
    }
    assert!(bench.county.scrub().unwrap());
    assert!(!lies_there(&bench));
    assert!(!bench.county.record(stays).unwrap().unwrap().erased);
}

#[test]
fn what_comes_later_about_an_erased_person_is_not_kept() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let erased = person(&bench, "某人");
    erase(&bench, erased);
    phone.write(RecordKind::Person, erased, bench.areas.grid, [(7, Value::from(MARK))]);
    phone.write(RecordKind::Household, bench.id(), bench.areas.grid, [(5, Value::Int(1))]);
    let outcomes = phone.push(&bench);
    assert_eq!(outcomes[0].reason.as_deref(), Some("erased"));
    assert_eq!((outcomes[0].kind, outcomes[0].seq), (OutcomeKind::Accepted as u8, 0));
    assert!(!lies_there(&bench));
    assert!(bench.county.record(erased).unwrap().unwrap().erased);
    assert_eq!(bench.county.check().unwrap().damaged, Vec::<String>::new());
    let again = Erasing { record: erased, ground: "ordered", who: "cli", reason: "", seen: None };
    assert!(bench.county.erase(&again).is_err(), "once");
}

#[test]
fn an_incidents_photos_go_with_it_unless_another_speaks_of_the_same_picture() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let (mine, shared) = (picture(1), picture(2));
    let shown = evidence(&bench, bench.areas.grid, &mine);
    let incident = bench.county.record(shown).unwrap().unwrap().parent.unwrap();
    let second = bench.write(
        RecordKind::PhotoEvidence,
        bench.id(),
        bench.areas.grid,
        [(1, Value::reference(incident)), (3, Value::Bytes(crate::authorisation::sha256(&shared).to_vec()))],
    );
    let elsewhere = evidence(&bench, bench.areas.grid, &shared);
    for (evidence, bytes) in [(shown, &mine), (second, &shared), (elsewhere, &shared)] {
        let begun = begin(&bench, &mut phone, evidence, bytes);
        if begun.status == 201 {
            let url = begun.header("location").to_owned();
            assert_eq!(patch(&bench, &url, 0, Body::from(bytes.clone())).status, 204);
        }
    }
    let gone = erase(&bench, incident);
    assert_eq!((gone.records, gone.pictures), (3, 1));
    assert!(!held(&bench, &mut phone, &mine));
    assert!(held(&bench, &mut phone, &shared));
    assert_eq!(bench.county.check().unwrap().damaged, Vec::<String>::new());
}

#[test]
fn only_the_county_erases_and_says_on_what_ground() {
    let desk = Desk::new();
    let bench = &desk.bench;
    let (_, person) = desk.household(bench.areas.grid);
    let town = desk.account("town", "town", bench.areas.grid);
    let centre = desk.account("centre", "county", bench.areas.county);
    let path = format!("people/{person}/erase");
    let ground = |ground: &str, reason: &str| json!({"ground": ground, "reason": reason, "seen": [person.to_string()]});
    let other = json!({"ground": "ordered", "reason": "7号", "seen": [bench.id().to_string()]});
    assert_eq!(code(&desk.post(&centre, &path, &other)), (409, "changed_meanwhile".into()));
    assert_eq!(code(&desk.get(&town, &path)), (403, "not_allowed".into()));
    let shown = desk.read(&centre, &path)["people"].clone();
    assert_eq!((shown.as_array().unwrap().len(), &shown[0]["id"]), (1, &json!(person.to_string())));
    assert!(shown[0]["name"].as_str().unwrap().contains('*'), "masked");
    assert_eq!(shown[0]["deleted"], false);
    assert_eq!(code(&desk.post(&town, &path, &ground("ordered", "7号"))), (403, "not_allowed".into()));
    assert_eq!(code(&desk.post(&centre, &path, &ground("because", "7号"))).0, 400);
    assert_eq!(code(&desk.post(&centre, &path, &ground("ordered", " "))).0, 400);
    assert!(!bench.county.record(person).unwrap().unwrap().erased);
    assert_eq!(desk.post(&centre, &path, &ground("consent_withdrawn", "7号")).status, 200);
    assert!(bench.county.record(person).unwrap().unwrap().erased);
    assert_eq!(code(&desk.post(&centre, &path, &ground("ordered", "7号"))).0, 404);
    let lines = desk.read(&centre, "audit")["rows"].clone();
    let line = lines.as_array().unwrap().iter().find(|line| line["what"] == "erase").unwrap();
    assert_eq!((&line["who"], &line["reason"]), (&json!("centre"), &json!("consent_withdrawn")));
    assert_eq!((&line["file"], &line["phone_time"]), (&json!("7号"), &json!(null)));
}

#[test]
fn a_record_deleted_before_is_shown_as_such_before_it_goes_and_in_the_history() {
    let desk = Desk::new();
    let bench = &desk.bench;
    let (household, person) = desk.household(bench.areas.grid);
    let twin = bench.id();
    let folded = [(1, Value::from("欧阳建国")), (9, Value::reference(person))];
    bench.write(RecordKind::Person, twin, bench.areas.grid, folded);
    let mut phone = bench.phone("周慧", bench.areas.grid);
    phone.write(RecordKind::Household, household, bench.areas.grid, [(1, Value::from("门锁换过"))]);
    let lives = bench.county.by_second(RecordKind::Residence, person).unwrap().remove(0).id;
    for (kind, record) in [(RecordKind::Person, twin), (RecordKind::Residence, lives)] {
        let seen = bench.county.history(record).unwrap().iter().map(|fed| fed.op.id()).collect();
        let mut payload = Payload::default();
        payload.replaces.insert(SlotCode::ALIVE, seen);
        phone.write_payload(kind, record, bench.areas.grid, payload, 2);
        phone.unsent.last_mut().unwrap().header.verb = Verb::DELETE;
    }
    phone.push(bench);
    let centre = desk.account("centre", "county", bench.areas.county);
    let shown = desk.read(&centre, &format!("people/{person}/erase"))["people"].clone();
    let told: Vec<_> =
        shown.as_array().unwrap().iter().map(|one| (one["id"].clone(), one["deleted"].clone())).collect();
    assert_eq!(told, [(json!(person.to_string()), json!(false)), (json!(twin.to_string()), json!(true))]);

    let history = desk.read(&centre, &format!("households/{household}"))["history"].clone();
    let how = |kind: &str| -> Vec<String> {
        let of_kind = history.as_array().unwrap().iter().filter(|line| line["kind"] == kind);
        of_kind.map(|line| line["how"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(how("household"), ["changed", "began"]);
    assert_eq!(how("occupancy"), ["began"]);
}
