//! What lies here of other people's: erased by law, added up, and read anew.

use crate::street::{GRID, Phone, id, int, move_in, operation, put, save, text};
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use xunge_domain::ids::OpId;
use xunge_domain::operation::{DigestSum, Operation, Verb};
use xunge_domain::records::RecordKind;
use xunge_store::{Draft, OpState, Store, StoreError};

const NAME: &str = "欧阳鼹鹮";
const PERSON: u128 = 900;

/// Everything in the database that whoever has the key can ask for, the words of the search index among it.
fn readable(phone: &Phone) -> Vec<u8> {
    let db = Connection::open(phone.database()).unwrap();
    db.execute_batch(&format!("PRAGMA key = \"x'{}'\"", "2a".repeat(32))).unwrap();
    db.execute_batch("CREATE VIRTUAL TABLE temp.words USING fts5vocab('main', 'search', 'row')").unwrap();
    let mut names: Vec<String> = {
        let mut tables =
            db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'search'").unwrap();
        tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    names.push("temp.words".into());
    let mut all = Vec::new();
    for name in names {
        let mut rows = db.prepare(&format!("SELECT * FROM {name}")).unwrap();
        let columns = rows.column_count();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = row.get_ref(column).unwrap() {
                    all.extend_from_slice(bytes);
                    all.push(0);
                }
            }
        }
    }
    all
}

fn lies_there(phone: &Phone, what: &str) -> bool {
    readable(phone).windows(what.len()).any(|window| window == what.as_bytes())
}

/// A payload that writes the name.
fn named(device: u32, counter: u64) -> Operation {
    let mut payload = vec![0xA1, 0x01, 0x60 | NAME.len() as u8];
    payload.extend_from_slice(NAME.as_bytes());
    operation(device, counter, RecordKind::Person, PERSON, &payload)
}

fn street(store: &Store) {
    store
        .write::<_, StoreError>(|w| {
            put(w, RecordKind::Area, GRID, &[("name", text("一格"))])?;
            put(w, RecordKind::Building, 10, &[("name", text("2幢")), ("walk_order", int(1))])?;
            move_in(
                w,
                (10, 11, 12, PERSON),
                ("1", 3, "301"),
                &[(NAME, "990101195403051233", "14211112222")],
            )?;
            move_in(w, (10, 13, 14, 950), ("1", 3, "302"), &[("李强", "", "")])?;
            w.append(&named(0, 5), OpState::Remote, Some(5))?;
            w.append(&operation(0, 6, RecordKind::Household, 12, &[0xA0]), OpState::Remote, Some(6))?;
            w.put_salt_block(0, &[1; 32])?;
            save(w, &named(7, 1))?;
            save(w, &operation(7, 2, RecordKind::Household, 12, &[0xA0]))
        })
        .unwrap();
}

fn sum(ops: &[&Operation]) -> DigestSum {
    let mut sum = DigestSum::default();
    ops.iter().for_each(|op| sum.add(op.digest()));
    sum
}

#[test]
fn a_person_erased_is_nowhere_on_the_phone_and_the_own_log_stays_whole() {
    let phone = Phone::new();
    let store = phone.create();
    street(&store);
    store
        .write::<_, StoreError>(|w| {
            let form = format!("person:{}", id(PERSON));
            w.put_draft(&Draft { form, fields: [("name".into(), NAME.into())].into(), saved_ms: 1 })
        })
        .unwrap();
    store.settle().unwrap();
    assert!(lies_there(&phone, NAME) && lies_there(&phone, "鼹"), "or the test could not fail");

    let mut erasure = operation(0, 9, RecordKind::Person, PERSON, &[0xA0]);
    erasure.header.verb = Verb::ERASE;
    store
        .write::<_, StoreError>(|w| {
            w.append(&erasure, OpState::Remote, Some(9))?;
            assert_eq!(w.erase_record(RecordKind::Person, id(PERSON), 256)?, []);
            w.remove_row(RecordKind::Residence, id(PERSON + 0x10_0000))
        })
        .unwrap();
    assert!(store.scrub_due().unwrap());
    store.scrub().unwrap();
    assert!(!store.scrub_due().unwrap());
    for what in [NAME, "鼹", "oyyh", "990101195403051233", "14211112222", "2222"] {
        assert!(!lies_there(&phone, what), "{what}");
    }
    let db = Connection::open(phone.database()).unwrap();
    db.execute_batch(&format!("PRAGMA key = \"x'{}'\"", "2a".repeat(32))).unwrap();
    let free: u32 = db.query_row("PRAGMA freelist_count", [], |row| row.get(0)).unwrap();
    assert_eq!(free, 0, "nothing lies in unused pages");

    let own = store.read(|r| r.own_from(1, 10, 1 << 20)).unwrap();
    assert_eq!(own.len(), 2, "dense");
    assert_eq!(own[0].header.hash(&own[0].payload_hash.unwrap()), named(7, 1).hash());
    assert_eq!((own[0].salt, own[1].salt), (None, Some([9; 16])), "the others keep theirs");
    assert_eq!(store.read(|r| r.salt_block(0)).unwrap(), None, "no key is left to make the salt of");
    let rest = operation(0, 6, RecordKind::Household, 12, &[0xA0]);
    assert_eq!(store.read(|r| r.digest_of(id(GRID))).unwrap(), sum(&[&rest, &erasure]));
}

#[test]
fn sums_follow_what_comes_and_goes_and_own_operations_are_no_part_of_them() {
    let phone = Phone::new();
    let store = phone.create();
    street(&store);
    let (one, two) = (named(0, 5), operation(0, 6, RecordKind::Household, 12, &[0xA0]));
    assert_eq!(store.read(|r| r.digest_of(id(GRID))).unwrap(), sum(&[&two, &one]));
    // The same again changes nothing, and a write that fails counts nothing.
    store.write::<_, StoreError>(|w| w.append(&one, OpState::Remote, Some(5))).unwrap();
    let failed: Result<(), StoreError> = store.write(|w| {
        w.append(&named(0, 7), OpState::Remote, Some(7))?;
        Err(StoreError::Unstorable("on purpose"))
    });
    failed.unwrap_err();
    assert_eq!(store.read(|r| r.digest_of(id(GRID))).unwrap(), sum(&[&one, &two]));
    store.write::<_, StoreError>(|w| w.purge_area(id(GRID), false)).unwrap();
    assert_eq!(store.read(|r| r.digest_of(id(GRID))).unwrap(), DigestSum::default());
}

#[test]
fn what_is_not_named_again_goes_what_was_another_is_replaced_and_the_outbox_stays() {
    let phone = Phone::new();
    let store = phone.create();
    street(&store);
    let again = operation(0, 6, RecordKind::Household, 12, &[0xA0]);
    let fresh = operation(0, 8, RecordKind::Household, 14, &[0xA0]);
    // The county's log goes on otherwise than the one it lost: under the same id something else, about another household.
    let mut other = named(0, 5);
    other.header.record = id(950);
    store
        .write::<_, StoreError>(|w| {
            w.append(&operation(0, 7, RecordKind::Household, 14, &[0xA0]), OpState::Remote, Some(7))?;
            w.begin_rebuild()
        })
        .unwrap();
    // In several writes, with a restart between them.
    store
        .write::<_, StoreError>(|w| {
            assert!(!w.append(&again, OpState::Remote, Some(6))?);
            w.append(&other, OpState::Remote, Some(5)).map(|replaced| assert!(replaced))
        })
        .unwrap();
    drop(store);
    let store = phone.open().unwrap();
    let merge = store
        .write::<_, StoreError>(|w| {
            assert!(w.append(&fresh, OpState::Remote, Some(8))?);
            w.finish_rebuild()
        })
        .unwrap();
    let records: Vec<_> = merge.iter().map(|(_, record)| *record).collect();
    assert_eq!(records, [id(PERSON), id(14)], "whose operations went, or are another's now");
    let here = |device, counter| store.read(|r| r.has_operation(OpId::new(device, counter))).unwrap();
    assert!(here(0, 5) && here(0, 6) && here(0, 8) && !here(0, 7));
    assert!(here(7, 1) && here(7, 2), "the own log is untouched");
    assert_eq!(store.read(|r| r.digest_of(id(GRID))).unwrap(), sum(&[&again, &other, &fresh]));
    assert!(!store.read(|r| r.rebuilding()).unwrap());
}
