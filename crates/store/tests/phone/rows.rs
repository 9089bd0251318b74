//! Rows: every field of the registry has its column, and what goes in comes out.

use crate::street::{Phone, id, int, put, put_with, text, to};
use proptest::prelude::*;
use std::collections::BTreeMap;
use xunge_domain::ids::OpId;
use xunge_domain::records::{FieldKey, FieldSpec, FieldType, MergeKind, RecordKind};
use xunge_domain::value::Value;
use xunge_store::{RowToPut, RowValue, StoreError};

fn column_type(field: &FieldSpec) -> &'static str {
    match (field.merge, field.holds) {
        (MergeKind::Set | MergeKind::Log, _) | (_, FieldType::Bytes) => "BLOB",
        (_, FieldType::Text) => "TEXT",
        _ => "INTEGER",
    }
}

#[test]
fn every_field_of_the_registry_has_its_column_and_no_column_is_without_a_field() {
    let schema = rusqlite::Connection::open_in_memory().unwrap();
    schema.execute_batch(include_str!("../../schema.sql")).unwrap();
    for kind in RecordKind::ALL {
        let mut statement = schema.prepare("SELECT name, type FROM pragma_table_info(?1)").unwrap();
        let rows = statement.query_map([kind.name()], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        let mut columns: BTreeMap<String, String> = rows.map(Result::unwrap).collect();
        for own in ["id", "area", "deleted", "newest_op"] {
            assert_eq!(columns.remove(own).as_deref(), Some("INTEGER"), "{}.{own}", kind.name());
        }
        let fields: BTreeMap<String, String> = kind
            .fields()
            .iter()
            .map(|field| (field.name.to_owned(), column_type(field).to_owned()))
            .collect();
        assert_eq!(columns, fields, "{}", kind.name());
    }
}

fn plain(holds: FieldType) -> BoxedStrategy<Value> {
    match holds {
        FieldType::Text => "\\PC{0,20}".prop_map(Value::Text).boxed(),
        FieldType::Int | FieldType::Day | FieldType::Instant => any::<i64>().prop_map(Value::Int).boxed(),
        FieldType::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        FieldType::Ref(_) => (1_u128..50).prop_map(|n| Value::reference(id(n))).boxed(),
        FieldType::Bytes => proptest::collection::vec(any::<u8>(), 0..20).prop_map(Value::Bytes).boxed(),
    }
}

fn value_of(field: &'static FieldSpec) -> BoxedStrategy<RowValue> {
    let some = match field.merge {
        MergeKind::Set | MergeKind::Log => {
            proptest::collection::vec(plain(field.holds), 1..4).prop_map(RowValue::Many).boxed()
        }
        MergeKind::Counter => any::<i64>().prop_map(|sum| RowValue::One(Value::Int(sum))).boxed(),
        MergeKind::Register => plain(field.holds).prop_map(RowValue::One).boxed(),
    };
    prop_oneof![1 => Just(RowValue::Absent), 4 => some].boxed()
}

fn any_row() -> impl Strategy<Value = (RecordKind, BTreeMap<FieldKey, RowValue>, bool, u32)> {
    (0..RecordKind::ALL.len()).prop_flat_map(|at| {
        let kind = RecordKind::ALL[at];
        let fields: Vec<_> = kind.fields().iter().map(|field| (Just(field.key), value_of(field))).collect();
        let values = fields.prop_map(|pairs| pairs.into_iter().collect());
        (Just(kind), values, any::<bool>(), 0_u32..5)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn what_goes_into_a_row_comes_out(rows in proptest::collection::vec((100_u128..104, any_row()), 1..20)) {
        let phone = Phone::new();
        let store = phone.create();
        let mut last = BTreeMap::new();
        store.write::<_, StoreError>(|w| {
            for (number, (kind, values, deleted, conflicts)) in &rows {
                // Each kind has records of its own: a record does not change its kind.
                let record = id(number + 1_000 * u128::from(kind.code().0));
                let newest = OpId::new(3, 12);
                let (deleted, conflicts) = (*deleted, *conflicts);
                let row = RowToPut { kind: *kind, record, area: id(1), values, deleted, conflicts, newest };
                assert_eq!(w.put_row(&row)?, Vec::new());
                last.insert((*kind, record), (values.clone(), deleted, conflicts));
            }
            Ok(())
        }).unwrap();
        store.read::<_, StoreError>(|r| {
            for ((kind, record), (values, deleted, conflicts)) in &last {
                let row = r.row(*kind, *record)?.unwrap();
                assert_eq!(&row.values, values);
                assert_eq!((row.deleted, row.conflicts, row.area), (*deleted, *conflicts, id(1)));
                assert_eq!(row.newest, OpId::new(3, 12));
            }
            Ok(())
        }).unwrap();
    }
}

#[test]
fn a_child_may_come_before_its_parent() {
    let phone = Phone::new();
    let store = phone.create();
    store.write::<_, StoreError>(|w| put(w, RecordKind::Dwelling, 20, &[("building", to(10))])).unwrap();
    assert_eq!(store.read(|r| r.kind_of(id(10))).unwrap(), Some(RecordKind::Building.code()));
    assert!(store.read(|r| r.row(RecordKind::Building, id(10))).unwrap().is_none());
    store.write::<_, StoreError>(|w| put(w, RecordKind::Building, 10, &[("name", text("3幢"))])).unwrap();
    let dwelling = store.read(|r| r.row(RecordKind::Dwelling, id(20))).unwrap().unwrap();
    assert_eq!(dwelling.field(RecordKind::Dwelling, "building").reference(), Some(id(10)));
}

#[test]
fn a_value_of_the_wrong_type_stops_nothing_and_is_named() {
    let phone = Phone::new();
    let store = phone.create();
    let floor = RecordKind::Dwelling.field_named("floor").unwrap().key;
    let door = RecordKind::Dwelling.field_named("door").unwrap().key;
    let values = BTreeMap::from([(floor, text("third")), (door, text("301"))]);
    let row = RowToPut {
        kind: RecordKind::Dwelling,
        record: id(20),
        area: id(1),
        values: &values,
        deleted: false,
        conflicts: 0,
        newest: OpId::new(3, 1),
    };
    assert_eq!(store.write(|w| w.put_row(&row)).unwrap(), [floor]);
    let read = store.read(|r| r.row(RecordKind::Dwelling, id(20))).unwrap().unwrap();
    assert_eq!(read.values[&floor], RowValue::Absent);
    assert_eq!(read.values[&door], text("301"));
}

#[test]
fn conflicts_are_found_and_go_when_they_are_resolved() {
    let phone = Phone::new();
    let store = phone.create();
    let conflicts = |n| {
        store.write::<_, StoreError>(|w| put_with(w, RecordKind::Person, 30, &[("sex", int(1))], false, n))
    };
    conflicts(2).unwrap();
    let found = store.read(|r| r.conflicted(0, 10)).unwrap();
    assert_eq!((found[0].record, found[0].conflicts), (id(30), 2));
    assert_eq!(store.read(|r| r.conflict_count()).unwrap(), 2);
    conflicts(0).unwrap();
    assert_eq!(store.read(|r| r.conflicted(0, 10)).unwrap(), []);
}
