//! The county's own writes, and what its rows show of them.

use crate::bench::Bench;
use xunge_domain::ids::{DeviceNo, OpId};
use xunge_domain::incident_flow::IncidentState;
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::StepVerb;
use xunge_domain::value::Value;
use xunge_server::county::query::incident_state;
use xunge_server::county::{Change, CountyEdit};
use xunge_server::storage::{AuditEntry, Page, Sort, Storage, StorageError};
use zeroize::Zeroizing;

#[test]
fn many_edits_form_one_dense_log() {
    let bench = Bench::new();
    let before = bench.county.read(|rows| Ok(rows.chain(DeviceNo::COUNTY)?.counter)).unwrap();
    let edits: Vec<CountyEdit> = (0..12_000)
        .map(|n| CountyEdit::new(RecordKind::Household, bench.id(), bench.areas.grid, [(5, Value::Int(n))]))
        .collect();
    let wrote = bench.county.write_as_county(edits).unwrap();
    assert_eq!((wrote.operations, wrote.last), (12_000, before + 12_000));
    for counter in [before + 1, before + 5_000, before + 12_000] {
        assert!(bench.county.operation_of(OpId { device: DeviceNo::COUNTY, counter }).unwrap().is_some());
    }
    assert_eq!(bench.county.count_by_area(RecordKind::Household).unwrap()[&bench.areas.grid], 12_000);
}

#[test]
fn an_edit_replaces_what_it_saw_and_a_deleted_record_leaves_the_lists() {
    let bench = Bench::new();
    let household = bench.write(RecordKind::Household, bench.id(), bench.areas.grid, [(2, Value::from("1"))]);
    bench.write(RecordKind::Household, household, bench.areas.grid, [(2, Value::from("2"))]);
    let row = bench.county.record(household).unwrap().unwrap();
    assert_eq!((row.text(2), row.conflicts), ("2", 0));
    let delete = CountyEdit {
        kind: RecordKind::Household,
        record: household,
        area: bench.areas.grid,
        change: Change::Delete,
    };
    bench.county.write_as_county(vec![delete]).unwrap();
    assert!(bench.county.record(household).unwrap().unwrap().deleted);
    assert_eq!(bench.county.count_in(RecordKind::Household, bench.areas.grid).unwrap(), 0);
}

#[test]
fn an_area_moves_in_the_tree_when_its_record_says_so() {
    let bench = Bench::new();
    let Areas { grid, sibling, .. } = bench.areas;
    bench.write(RecordKind::Area, grid, grid, [(3, Value::reference(sibling))]);
    assert!(bench.county.areas().within(grid, sibling));
    let elsewhere = CountyEdit::new(RecordKind::Area, grid, sibling, [(1, Value::from("x"))]);
    assert!(bench.county.write_as_county(vec![elsewhere]).is_err(), "an area lies in itself");
}

use crate::bench::Areas;

#[test]
fn an_incidents_steps_move_its_state_in_the_list() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let incident = bench.id();
    phone.write(
        RecordKind::Incident,
        incident,
        bench.areas.grid,
        [(1, Value::from("street_light")), (2, Value::from("路灯不亮")), (8, Value::Int(1_790_000_000_000))],
    );
    phone.push(&bench);
    let state = || incident_state(&bench.county.record(incident).unwrap().unwrap());
    assert_eq!(state(), IncidentState::Reported);
    for (n, (verb, text, leaves)) in [
        (StepVerb::Accept, "", IncidentState::Accepted),
        (StepVerb::Handle, "", IncidentState::Handling),
        (StepVerb::Verify, "", IncidentState::Verified),
        (StepVerb::Close, "周二修好了", IncidentState::Closed),
    ]
    .into_iter()
    .enumerate()
    {
        bench.write(
            RecordKind::IncidentStep,
            bench.id(),
            bench.areas.grid,
            [
                (1, Value::reference(incident)),
                (2, Value::Int(verb.code())),
                (3, Value::Int(1_790_000_001_000 + n as i64)),
                (5, Value::from(text)),
            ],
        );
        assert_eq!(state(), leaves);
    }
    assert_eq!(bench.county.incident_case(incident).unwrap().unwrap().answer.as_deref(), Some("周二修好了"));
    phone.write(
        RecordKind::IncidentStep,
        bench.id(),
        bench.areas.grid,
        [
            (1, Value::reference(incident)),
            (2, Value::Int(StepVerb::Rate.code())),
            (3, Value::Int(1_790_000_009_000)),
            (6, Value::Int(5)),
        ],
    );
    phone.push(&bench);
    assert_eq!(bench.county.incident_case(incident).unwrap().unwrap().rating, Some(5), "the reporter rates");
}

#[test]
fn lists_over_several_areas_keep_their_order() {
    let bench = Bench::new();
    for (n, area) in
        [(3, bench.areas.grid), (1, bench.areas.lane), (2, bench.areas.grid), (9, bench.areas.sibling)]
    {
        bench.write(
            RecordKind::Building,
            bench.id(),
            area,
            [(1, Value::Text(n.to_string())), (5, Value::Int(n))],
        );
    }
    let areas = bench.county.areas().subtree(bench.areas.grid);
    let page = Page { offset: 0, limit: 2 };
    let listed = bench.county.records(RecordKind::Building, &areas, Sort::Rising, page, |_| true).unwrap();
    assert_eq!(listed.rows.iter().map(|row| row.text(1)).collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(listed.total, 3);
    let listed = bench.county.records(RecordKind::Building, &areas, Sort::Falling, page, |_| true).unwrap();
    assert_eq!(listed.rows[0].text(1), "3");
}

#[test]
fn the_audit_log_is_a_chain_and_a_changed_line_breaks_it() {
    let bench = Bench::new();
    for n in 0..5 {
        let entry = AuditEntry {
            who: "desk".into(),
            what: "open_person".into(),
            subject: n.to_string(),
            ok: true,
            ..Default::default()
        };
        bench.county.audit(&entry).unwrap();
    }
    assert_eq!(bench.county.audit_break().unwrap(), None);
    assert_eq!(bench.county.audit_page(Page { offset: 0, limit: 2 }).unwrap()[0].n, 5);
    assert_eq!(bench.county.audit_count("desk", "open_person", 0).unwrap(), 5);
    let db = rusqlite::Connection::open(bench.folder.path().join("county.db")).unwrap();
    db.execute_batch(&format!(
        "PRAGMA key = \"x'{}'\"; UPDATE audit SET subject = 'x' WHERE n = 3",
        "09".repeat(32)
    ))
    .unwrap();
    assert_eq!(bench.county.audit_break().unwrap(), Some(3));
}

#[test]
fn a_wrong_key_is_an_error_and_leaves_the_file_alone() {
    let bench = Bench::new();
    let path = bench.folder.path().join("county.db");
    drop(bench.county.clone());
    let before = std::fs::read(&path).unwrap();
    let wrong = Storage::open(&path, Zeroizing::new([1; 32]));
    assert!(matches!(wrong, Err(StorageError::WrongKey)), "{wrong:?}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn nothing_readable_lies_on_the_countys_disk() {
    let bench = Bench::new();
    bench.write(RecordKind::Person, bench.id(), bench.areas.grid, [(1, Value::from("CANARY-990101"))]);
    for entry in std::fs::read_dir(bench.folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"CANARY"));
    }
}

/// Prints how fast a county is filled; `cargo test -- --ignored --nocapture filling`.
#[test]
#[ignore = "a measurement"]
fn filling_a_county() {
    let bench = Bench::new();
    let edits: Vec<CountyEdit> = (0..250_000)
        .map(|n| {
            let values = [
                (1, Value::Text(format!("某某{n}"))),
                (5, Value::from("14300000000")),
                (4, Value::Int(n % 2)),
            ];
            CountyEdit::new(RecordKind::Person, bench.id(), bench.areas.grid, values)
        })
        .collect();
    let start = std::time::Instant::now();
    let wrote = bench.county.write_as_county(edits).unwrap();
    println!("{} operations in {:?}", wrote.operations, start.elapsed());
}
