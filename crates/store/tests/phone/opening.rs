//! Opening: what is found, and that nothing found is ever destroyed.

use crate::street::{Phone, operation, save};
use std::sync::Arc;
use xunge_domain::ids::OpId;
use xunge_domain::records::RecordKind;
use xunge_store::files::RealFiles;
use xunge_store::keys::Secret;
use xunge_store::{OpState, OpenError, OpenOptions, Progress, SCHEMA_VERSION, Store, StoreError, TailLost};

fn visit(counter: u64) -> xunge_domain::operation::Operation {
    operation(7, counter, RecordKind::Visit, 1000 + u128::from(counter), &[0xA0])
}

/// A phone on which three visits were saved, closed.
fn phone_with_three_visits() -> Phone {
    let phone = Phone::new();
    let store = phone.create();
    for counter in 1..=3 {
        store.write::<_, StoreError>(|w| save(w, &visit(counter))).unwrap();
    }
    phone
}

#[test]
fn a_store_is_made_once_and_opened_ever_after() {
    let phone = Phone::new();
    assert!(matches!(phone.open(), Err(OpenError::Missing)));
    drop(phone.create());
    let again = Store::create_new(&phone.dir, &phone.key, phone.files.clone(), OpenOptions::default());
    assert!(matches!(again, Err(OpenError::AlreadyThere)));
    let store = phone.open().unwrap();
    assert_eq!(*store.report(), Default::default());
}

#[test]
fn a_wrong_key_changes_no_byte() {
    let phone = phone_with_three_visits();
    let before = phone.contents();
    let wrong = Secret::from_bytes(&[43; 32]);
    let refused = Store::open(&phone.dir, &wrong, Arc::new(RealFiles), OpenOptions::default());
    assert!(matches!(refused, Err(OpenError::WrongKey)));
    assert!(before == phone.contents(), "a byte changed");
    assert_eq!(phone.open().unwrap().read(|r| r.op_counts()).unwrap().on_phone, 3);
}

#[test]
fn a_wrong_key_changes_no_byte_without_the_mark_and_with_a_log() {
    let phone = phone_with_three_visits();
    // As after a battery pulled: the write-ahead log was not folded in. The mark is gone too.
    let store = phone.open().unwrap();
    store.write::<_, StoreError>(|w| save(w, &visit(4))).unwrap();
    let left = phone.contents();
    drop(store);
    for (path, bytes) in left.iter().filter(|(path, _)| !path.to_string_lossy().ends_with("-shm")) {
        std::fs::write(path, bytes).unwrap();
    }
    std::fs::remove_file(phone.dir.join("xunge.mark")).unwrap();
    // The -shm is SQLite's index over the log, made anew at each opening; it holds no record.
    let records = || {
        let mut files = phone.contents();
        files.retain(|path, _| !path.to_string_lossy().ends_with("-shm"));
        files
    };
    let before = records();
    assert!(before.contains_key(&phone.dir.join("xunge.db-wal")));
    let wrong = Secret::from_bytes(&[43; 32]);
    let refused = Store::open(&phone.dir, &wrong, Arc::new(RealFiles), OpenOptions::default());
    assert!(matches!(refused, Err(OpenError::WrongKey)));
    assert!(before == records(), "a byte changed");
    assert_eq!(phone.open().unwrap().read(|r| r.op_counts()).unwrap().on_phone, 4);
}

#[test]
fn a_store_of_a_newer_app_changes_no_byte() {
    let phone = phone_with_three_visits();
    let database = rusqlite::Connection::open(phone.database()).unwrap();
    database.execute_batch(&format!("PRAGMA key = \"{}\"", phone.key.sqlcipher_raw_key().as_str())).unwrap();
    database.execute_batch("PRAGMA user_version = 4000").unwrap();
    drop(database);
    let before = phone.contents();
    assert!(matches!(phone.open(), Err(OpenError::NewerSchema { found: 4000, known: SCHEMA_VERSION })));
    let after = phone.contents();
    for (path, bytes) in &before {
        assert!(Some(bytes) == after.get(path), "{}", path.display());
    }
}

#[test]
fn a_damaged_first_page_moves_everything_aside_and_makes_nothing_anew() {
    let phone = phone_with_three_visits();
    let mut bytes = std::fs::read(phone.database()).unwrap();
    bytes[100] ^= 1;
    std::fs::write(phone.database(), &bytes).unwrap();
    let Err(OpenError::Damaged(salvaged)) = phone.open() else { panic!("one flipped byte must be noticed") };
    assert!(!salvaged.complete);
    assert_eq!(std::fs::read(phone.aside().join("xunge.db")).unwrap(), bytes);
    assert!(matches!(phone.open(), Err(OpenError::Missing)));
    // The caller decides to build anew; the damaged one stays.
    let again = Store::salvage_aside(&phone.dir, &phone.key, &RealFiles).unwrap();
    assert_eq!(again.moved_to, phone.aside());
    let rebuilt = Store::rebuild::<OpenError>(
        &phone.dir,
        &phone.key,
        phone.files.clone(),
        OpenOptions::default(),
        &again,
        |_| Ok(()),
    );
    drop(rebuilt.unwrap());
    assert!(phone.aside().join("xunge.db").exists());
    assert!(
        phone.open().unwrap().report().tail_lost.is_none(),
        "the old mark says nothing about the new store"
    );
}

#[test]
fn a_damaged_page_is_noticed_and_what_lies_around_it_is_salvaged() {
    let phone = Phone::new();
    let store = phone.create();
    let long = vec![0x40; 3_000]; // one operation a page
    for counter in 1..=60 {
        let mut visit = visit(counter);
        visit.payload.clone_from(&long);
        store.write::<_, StoreError>(|w| save(w, &visit)).unwrap();
    }
    store
        .write::<_, StoreError>(|w| w.set_outcome(OpId::new(7, 60), OpState::AtCounty, None, Some(5)))
        .unwrap();
    store.settle().unwrap();
    drop(store);
    let mut bytes = std::fs::read(phone.database()).unwrap();
    let middle = bytes.len() * 3 / 4 / 4096 * 4096 + 2_000;
    bytes[middle] ^= 1;
    std::fs::write(phone.database(), &bytes).unwrap();

    // Opening reads little and may well succeed; the check of the idle phone does not.
    let store = phone.open().unwrap();
    assert!(matches!(store.verify(), Err(StoreError::Damaged)));
    drop(store);
    let Err(OpenError::Damaged(salvaged)) = phone.open() else {
        panic!("a suspected store is checked at opening")
    };
    let counters: Vec<u64> = salvaged.operations.iter().map(|operation| operation.id().counter).collect();
    assert!(!salvaged.complete);
    assert!(counters.len() >= 50, "only what lies on or under the page is lost: {counters:?}");
    assert!(counters.contains(&1) && counters.contains(&59));
    assert!(!counters.contains(&60), "what the county has is not salvaged");
    assert!(salvaged.operations.iter().all(|operation| operation.payload.as_deref() == Some(&long)));
}

#[test]
fn an_emptied_file_is_damage_and_no_new_store() {
    let phone = phone_with_three_visits();
    std::fs::write(phone.database(), b"").unwrap();
    assert!(matches!(phone.open(), Err(OpenError::Damaged(_))));
    assert!(phone.aside().join("xunge.db").exists());
}

#[test]
fn a_log_that_lost_its_end_is_noticed() {
    let phone = phone_with_three_visits();
    let store = phone.open().unwrap();
    store.write::<_, StoreError>(|w| save(w, &visit(4))).unwrap();
    store.write::<_, StoreError>(|w| save(w, &visit(5))).unwrap();
    let left = phone.contents();
    drop(store);
    // Back to the moment of the pulled battery, with one byte of the last commit flipped.
    for (path, bytes) in &left {
        let mut bytes = bytes.clone();
        if path.to_string_lossy().ends_with("-wal") {
            let at = bytes.len() - 100;
            bytes[at] ^= 1;
        }
        if !path.to_string_lossy().ends_with("-shm") {
            std::fs::write(path, bytes).unwrap();
        }
    }
    let store = phone.open().unwrap();
    let lost =
        TailLost { expected: Progress { counter: 5, access: 0 }, found: Progress { counter: 4, access: 0 } };
    assert_eq!(store.report().tail_lost, Some(lost));
}

#[test]
fn a_page_torn_while_the_log_was_folded_in_is_whole_in_the_log() {
    let phone = phone_with_three_visits();
    let store = phone.open().unwrap();
    store.write::<_, StoreError>(|w| save(w, &visit(4))).unwrap();
    let before = phone.contents();
    store.settle().unwrap();
    let after = std::fs::read(phone.database()).unwrap();
    drop(store);
    // The power goes while the first page that changed is being written: its first sector is new, the log still there.
    for (path, bytes) in &before {
        let mut bytes = bytes.clone();
        if *path == phone.database() {
            let changed =
                (0..bytes.len()).step_by(4096).find(|at| bytes[*at..at + 4096] != after[*at..at + 4096]);
            let at = changed.expect("folding the log in changes a page");
            bytes[at..at + 512].copy_from_slice(&after[at..at + 512]);
        }
        if !path.to_string_lossy().ends_with("-shm") {
            std::fs::write(path, bytes).unwrap();
        }
    }
    let store = phone.open().unwrap();
    let doubted: Result<(), _> = store.read(|_| Err(StoreError::Damaged));
    assert!(doubted.is_err());
    store.verify().unwrap();
    drop(store);
    assert!(phone.open().unwrap().report().tail_lost.is_none());
}

#[test]
fn whatever_tells_of_damage_has_every_page_looked_at_by_the_next_opening() {
    let phone = phone_with_three_visits();
    let asked = phone.dir.join("xunge.check");
    type Work = fn(&Store, Result<(), StoreError>) -> Result<(), StoreError>;
    let ways: [Work; 3] =
        [|s, told| s.read(|_| told), |s, told| s.read_shortly(|_| told), |s, told| s.write(|_| told)];
    for done in ways {
        let store = phone.open().unwrap();
        assert!(done(&store, Err(StoreError::NotFound("visit"))).is_err());
        assert!(!asked.exists(), "what is wrong with a question is not wrong with the pages");
        assert!(done(&store, Err(StoreError::Damaged)).is_err());
        assert!(asked.exists());
        drop(store);
        drop(phone.open().unwrap());
        assert!(!asked.exists(), "it was looked at and found whole");
    }
}

#[test]
fn a_page_that_came_wrong_once_stops_no_question_after_it() {
    let phone = phone_with_three_visits();
    let whole = std::fs::read(phone.database()).unwrap();
    // Every page but the first, which holds what a connection is opened with.
    let mut wrong = whole.clone();
    for page in (4096..wrong.len()).step_by(4096) {
        wrong[page + 100] ^= 1;
    }
    let counted = |store: &Store| store.read(|r| r.op_counts()).map(|counts| counts.on_phone);
    let over_the_writer = |store: &Store| store.read_shortly(|r| r.operations_of(visit(2).header.record));

    let store = phone.open().unwrap();
    std::fs::write(phone.database(), &wrong).unwrap();
    assert!(matches!(counted(&store), Err(StoreError::Damaged)));
    assert!(matches!(over_the_writer(&store), Err(StoreError::Damaged)));
    assert!(store.write::<_, StoreError>(|w| save(w, &visit(4))).is_err(), "nothing is called saved");

    std::fs::write(phone.database(), &whole).unwrap();
    assert_eq!(counted(&store).unwrap(), 3);
    assert_eq!(over_the_writer(&store).unwrap().len(), 1);
    store.write::<_, StoreError>(|w| save(w, &visit(4))).unwrap();
    assert_eq!(counted(&store).unwrap(), 4);
    drop(store);
    // The next opening looks at every page and finds nothing amiss.
    assert_eq!(counted(&phone.open().unwrap()).unwrap(), 4);
}
