//! The log: appended once, sent in order, each with its own outcome; a full disk leaves nothing half-written.

use crate::street::{Phone, id, operation, put, save, text};
use xunge_domain::ids::{DeviceNo, OpId};
use xunge_domain::operation::Chain;
use xunge_domain::records::RecordKind;
use xunge_store::{Access, OpCounts, OpState, StoreError};

fn note(counter: u64) -> xunge_domain::operation::Operation {
    operation(7, counter, RecordKind::Household, 50 + u128::from(counter), b"\xA1\x01\x61x")
}

#[test]
fn an_operation_comes_back_as_it_was_written() {
    let store = Phone::new();
    let store = store.create();
    let mut written = note(1);
    written.header.extra = vec![0xA1, 0x18, 0x63, 0x01];
    store.write::<_, StoreError>(|w| save(w, &written)).unwrap();
    let read = store.read(|r| r.operation(OpId::new(7, 1))).unwrap().unwrap();
    assert_eq!(read.operation().unwrap(), written);
    assert_eq!(read.operation().unwrap().hash(), written.hash());
    assert_eq!(read.state, OpState::OnPhone);
    let (device, chain) = store.read(|r| r.own_chain()).unwrap().unwrap();
    assert_eq!((device, chain), (DeviceNo(7), Chain::default().with(&written.hash())));
}

#[test]
fn the_same_operation_twice_is_once() {
    let phone = Phone::new();
    let store = phone.create();
    let theirs = operation(3, 9, RecordKind::Person, 5, b"\xA0");
    for expected in [true, false] {
        let added = store.write::<_, StoreError>(|w| w.append(&theirs, OpState::Remote, Some(12))).unwrap();
        assert_eq!(added, expected);
    }
    let all = store.read(|r| r.operations_of(id(5))).unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].salt, all[0].seq), (None, Some(12)), "salts do not travel to phones");
}

#[test]
fn one_bad_operation_blocks_no_other() {
    let phone = Phone::new();
    let store = phone.create();
    for counter in 1..=6 {
        store.write::<_, StoreError>(|w| save(w, &note(counter))).unwrap();
    }
    store
        .write::<_, StoreError>(|w| {
            w.set_outcome(OpId::new(7, 1), OpState::AtCounty, None, Some(100))?;
            w.set_outcome(OpId::new(7, 2), OpState::Refused, Some("out_of_scope"), None)?;
            w.set_outcome(OpId::new(7, 3), OpState::Waiting, None, None)?;
            w.set_outcome(OpId::new(7, 4), OpState::Offered, None, None)
        })
        .unwrap();
    let unsent: Vec<u64> =
        store.read(|r| r.unsent(1, 100, 1 << 20)).unwrap().iter().map(|op| op.id().counter).collect();
    assert_eq!(unsent, [4, 5, 6], "what waits for its parent lies at the county already");
    let counts = OpCounts { on_phone: 2, offered: 1, waiting: 1, refused: 1, withdrawn: 0, at_county: 1 };
    assert_eq!(store.read(|r| r.op_counts()).unwrap(), counts);
    let refused = store.read(|r| r.refused(0, 10)).unwrap();
    assert_eq!(refused[0].reason.as_deref(), Some("out_of_scope"));
    // The worker takes it back; one already offered cannot be taken back.
    store.write::<_, StoreError>(|w| w.withdraw(OpId::new(7, 2))).unwrap();
    assert!(matches!(store.write(|w| w.withdraw(OpId::new(7, 4))), Err(StoreError::NotFound(_))));
    assert_eq!(store.read(|r| r.op_counts()).unwrap().withdrawn, 1);
}

#[test]
fn a_batch_ends_at_its_bytes_but_never_stays_empty() {
    let phone = Phone::new();
    let store = phone.create();
    for counter in 1..=5 {
        let mut big = note(counter);
        big.payload = vec![0x40; 10_000];
        store.write::<_, StoreError>(|w| save(w, &big)).unwrap();
    }
    let take = |from, ops, bytes| store.read(|r| r.unsent(from, ops, bytes)).unwrap().len();
    assert_eq!(take(1, 100, 25_000), 2);
    assert_eq!(take(1, 100, 10), 1);
    assert_eq!(take(4, 100, 1 << 20), 2);
    assert_eq!(take(1, 3, 1 << 20), 3);
    assert_eq!(take(6, 3, 1 << 20), 0);
}

#[test]
fn erasing_leaves_header_and_hash_and_no_payload() {
    let phone = Phone::new();
    let store = phone.create();
    let written = note(1);
    store.write::<_, StoreError>(|w| save(w, &written)).unwrap();
    store
        .write::<_, StoreError>(|w| {
            w.put_salt_block(0, &[1; 32])?;
            w.erase_payload(written.id(), &written.payload_hash(), Some(0))
        })
        .unwrap();
    let left = store.read(|r| r.operation(written.id())).unwrap().unwrap();
    assert_eq!((left.salt, &left.payload), (None, &None));
    assert_eq!(left.header.hash(&left.payload_hash.unwrap()), written.hash(), "the chain stays whole");
    assert_eq!(store.read(|r| r.salt_block(0)).unwrap(), None);
}

#[test]
fn a_failed_write_takes_everything_back() {
    let phone = Phone::new();
    let store = phone.create();
    let change = store.change();
    let failed: Result<(), StoreError> = store.write(|w| {
        save(w, &note(1))?;
        put(w, RecordKind::Household, 51, &[("note", text("门口有台阶"))])?;
        Err(StoreError::Unstorable("on purpose"))
    });
    assert!(failed.is_err());
    assert_eq!(store.change(), change);
    assert!(store.read(|r| r.operation(OpId::new(7, 1))).unwrap().is_none());
    assert!(store.read(|r| r.row(RecordKind::Household, id(51))).unwrap().is_none());
    assert!(phone.open().unwrap().report().tail_lost.is_none(), "what was never saved was never marked");
}

#[test]
fn a_full_disk_is_told_and_leaves_nothing_half_written() {
    let phone = Phone::new();
    let store = phone.create();
    store.write::<_, StoreError>(|w| save(w, &note(1))).unwrap();
    store.limit_pages(1).unwrap(); // SQLite keeps what it has and takes no more
    let mut refused = None;
    let mut saved = 1;
    for counter in 2..200 {
        let mut big = note(counter);
        big.payload = vec![0x40; 3_000];
        let outcome = store.write::<_, StoreError>(|w| {
            put(w, RecordKind::Household, 50 + u128::from(counter), &[("note", text("很长的备注"))])?;
            save(w, &big)
        });
        match outcome {
            Ok(()) => saved = counter,
            Err(error) => {
                refused = Some(error);
                break;
            }
        }
    }
    let error = refused.expect("the disk is full before two hundred");
    assert_eq!(error.code(), "disk_full");
    assert_eq!(store.read(|r| r.own_chain()).unwrap().unwrap().1.counter, saved);
    assert!(store.read(|r| r.row(RecordKind::Household, id(50 + u128::from(saved) + 1))).unwrap().is_none());
    // Room again: the same work goes through.
    store.limit_pages(1_000_000).unwrap();
    store.write::<_, StoreError>(|w| save(w, &note(saved + 1))).unwrap();
    store.verify().unwrap();
}

#[test]
fn a_reader_sees_one_moment_while_the_writer_goes_on() {
    let phone = Phone::new();
    let store = phone.create();
    store
        .read::<_, StoreError>(|r| {
            assert!(r.own_chain()?.is_none());
            store.write::<_, StoreError>(|w| save(w, &note(1)))?;
            assert!(r.own_chain()?.is_none(), "the same moment still");
            Ok(())
        })
        .unwrap();
    assert!(store.read(|r| r.own_chain()).unwrap().is_some());
    assert_eq!(store.change(), 1);
}

#[test]
fn the_access_log_shows_any_later_change() {
    let phone = Phone::new();
    let store = phone.create();
    for at_ms in 1..=5 {
        let access = Access { at_ms, person: id(9), worker: id(2), reason: "check_at_door".into() };
        store.write::<_, StoreError>(|w| w.log_access(&access)).unwrap();
    }
    assert_eq!(store.read(|r| r.check_access_log()).unwrap(), Ok(()));
    assert_eq!(store.read(|r| r.accesses_since(3)).unwrap(), 2);
    assert_eq!(store.read(|r| r.access_log(0, 2)).unwrap()[0].at_ms, 5);
    drop(store);
    let raw = |sql: &str| {
        let database = rusqlite::Connection::open(phone.database()).unwrap();
        database
            .execute_batch(&format!("PRAGMA key = \"{}\"", phone.key.sqlcipher_raw_key().as_str()))
            .unwrap();
        database.execute_batch(sql).unwrap();
    };
    raw("UPDATE access_log SET reason = 'call' WHERE id = 3");
    let broken = phone.open().unwrap().read(|r| r.check_access_log()).unwrap();
    assert_eq!(broken.unwrap_err().row, 3);
    // Taking rows off the end leaves a sound chain, but the mark remembers.
    raw("DELETE FROM access_log WHERE id >= 3");
    let store = phone.open().unwrap();
    assert_eq!(store.read(|r| r.check_access_log()).unwrap(), Ok(()));
    assert_eq!(store.report().tail_lost.unwrap().expected.access, 5);
}
