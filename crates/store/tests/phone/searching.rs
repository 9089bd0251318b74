//! Search at the door.

use crate::street::{GRID, Phone, id, move_in, put, put_with, text};
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_store::{Matched, Store, StoreError};

/// Two buildings, three doors; fictional people of area 990101.
fn street(store: &Store) {
    store
        .write::<_, StoreError>(|w| {
            put(w, RecordKind::Building, 10, &[("name", text("3幢"))])?;
            put(w, RecordKind::Building, 11, &[("name", text("富民小区12号楼"))])?;
            move_in(
                w,
                (10, 100, 200, 300),
                ("2单元", 5, "501"),
                &[("孔令霞", "990101196503120021", "14300001234"), ("单建国", "99010119620101003X", "")],
            )?;
            move_in(
                w,
                (10, 101, 201, 310),
                ("1单元", 5, "501"),
                &[("欧阳娜", "990101198001010044", "14200005678")],
            )?;
            move_in(w, (11, 102, 202, 320), ("", 3, "302室"), &[("Anna Smith", "", ""), ("𬱖建", "", "")])
        })
        .unwrap();
}

fn find(store: &Store, typed: &str) -> Vec<(RecordId, Matched)> {
    let hits = store.read(|r| r.search_households(typed, 0, 50)).unwrap();
    hits.hits.into_iter().map(|hit| (hit.household, hit.matched)).collect()
}

#[test]
fn a_household_is_found_by_what_a_worker_would_type() {
    let phone = Phone::new();
    let store = phone.create();
    street(&store);
    let (first, second, third) = (id(200), id(201), id(202));
    for (typed, expected) in [
        ("孔", vec![(first, Matched::Name)]),
        ("令霞", vec![(first, Matched::Name)]),
        ("孔令霞", vec![(first, Matched::Name)]),
        ("孔霞", vec![]),
        ("建", vec![(first, Matched::Name), (third, Matched::Name)]),
        ("kl", vec![(first, Matched::Initials)]),
        ("KLX", vec![(first, Matched::Initials)]),
        ("lx", vec![(first, Matched::Initials)]),
        ("sjg", vec![(first, Matched::Initials)]),
        ("djg", vec![(first, Matched::Initials)]),
        ("oyn", vec![(second, Matched::Initials)]),
        ("smith", vec![(third, Matched::Name)]),
        ("𬱖", vec![(third, Matched::Name)]),
        ("3-2-501", vec![(first, Matched::Door)]),
        ("3幢2单元501室", vec![(first, Matched::Door)]),
        ("501", vec![(first, Matched::Door), (second, Matched::Door)]),
        ("3-1-501", vec![(second, Matched::Door)]),
        ("12-302", vec![(third, Matched::Door)]),
        ("12号楼302", vec![(third, Matched::Door)]),
        ("0021", vec![(first, Matched::IdTail)]),
        ("120021", vec![(first, Matched::IdTail)]),
        ("990101196503120021", vec![(first, Matched::IdTail)]),
        ("003x", vec![(first, Matched::IdTail)]),
        ("1234", vec![(first, Matched::PhoneTail)]),
        ("005678", vec![(second, Matched::PhoneTail)]),
        ("14300001234", vec![(first, Matched::PhoneTail)]),
        ("196503", vec![]),
        ("", vec![]),
        ("   ", vec![]),
        ("\" OR name:*", vec![]),
        ("'; DROP TABLE person; --", vec![]),
        ("赵", vec![]),
    ] {
        assert_eq!(find(&store, typed), expected, "typed: {typed}");
    }
}

#[test]
fn the_index_follows_the_rows() {
    let phone = Phone::new();
    let store = phone.create();
    street(&store);
    // Married and renamed; the phone changed.
    store
        .write::<_, StoreError>(|w| {
            put(w, RecordKind::Person, 310, &[("name", text("欧阳一诺")), ("phone", text("14200009999"))])
        })
        .unwrap();
    assert_eq!(find(&store, "娜"), []);
    assert_eq!(find(&store, "5678"), []);
    assert_eq!(find(&store, "一诺"), [(id(201), Matched::Name)]);
    assert_eq!(find(&store, "9999"), [(id(201), Matched::PhoneTail)]);
    // Deleted people are not found; back from the dead, they are again.
    store
        .write::<_, StoreError>(|w| {
            put_with(w, RecordKind::Person, 310, &[("name", text("欧阳一诺"))], true, 0)
        })
        .unwrap();
    assert_eq!(find(&store, "一诺"), []);
    store.write::<_, StoreError>(|w| put(w, RecordKind::Person, 310, &[("name", text("欧阳一诺"))])).unwrap();
    assert_eq!(find(&store, "一诺"), [(id(201), Matched::Name)]);
    // A building that comes, or changes its number, takes its doors along.
    store.write::<_, StoreError>(|w| put(w, RecordKind::Building, 10, &[("name", text("8幢"))])).unwrap();
    assert_eq!(find(&store, "3-2-501"), []);
    assert_eq!(find(&store, "8-2-501"), [(id(200), Matched::Door)]);
    // The household's own phone.
    store
        .write::<_, StoreError>(|w| put(w, RecordKind::Household, 200, &[("phone", text("0534-5554321"))]))
        .unwrap();
    assert_eq!(find(&store, "4321"), [(id(200), Matched::PhoneTail)]);
    store.write::<_, StoreError>(|w| w.forget_deleted_words()).unwrap();
    assert_eq!(find(&store, "一诺"), [(id(201), Matched::Name)]);
}

#[test]
fn a_common_name_comes_in_pages_without_repeats() {
    let phone = Phone::new();
    let store = phone.create();
    store
        .write::<_, StoreError>(|w| {
            put(w, RecordKind::Building, 10, &[("name", text("1幢"))])?;
            for n in 0..25 {
                let door = (100 + n).to_string();
                let two = [("王强", "", ""), ("王芳", "", "")];
                move_in(w, (10, 1_000 + n, 2_000 + n, 3_000 + 2 * n), ("1", 1, &door), &two)?;
            }
            Ok(())
        })
        .unwrap();
    let mut seen = Vec::new();
    for page in 0..3 {
        let hits = store.read(|r| r.search_households("王", page * 10, 10)).unwrap();
        assert_eq!(hits.more, page < 2);
        seen.extend(hits.hits.iter().map(|hit| hit.household));
    }
    let expected: Vec<RecordId> = (0..25).map(|n| id(2_000 + n)).collect();
    assert_eq!(seen, expected);
    assert_eq!(store.read(|r| r.grid_counts(id(GRID), 0..1)).unwrap().people, 50);
}
