//! The queries of the screens on a small grid.

use crate::street::{GRID, Phone, id, int, move_in, operation, put, put_with, save, text, to};
use xunge_domain::ids::OpId;
use xunge_domain::records::{RecordKind, words::StepVerb};
use xunge_domain::value::Value;
use xunge_store::queries::IncidentFilter;
use xunge_store::{OpState, RowValue, Store, StoreError};

const DAY: std::ops::Range<i64> = 1_000..2_000;

fn grid() -> (Phone, Store) {
    let phone = Phone::new();
    let store = phone.create();
    store
        .write::<_, StoreError>(|w| {
            put(w, RecordKind::Building, 10, &[("name", text("2幢")), ("walk_order", int(2))])?;
            put(w, RecordKind::Building, 11, &[("name", text("1幢")), ("walk_order", int(1))])?;
            move_in(
                w,
                (10, 100, 200, 300),
                ("2", 5, "501"),
                &[("孔令霞", "990101196503120021", "14300001234"), ("单建国", "", "")],
            )?;
            move_in(w, (10, 101, 201, 310), ("1", 3, "301"), &[("欧阳娜", "", "")])?;
            move_in(w, (11, 102, 202, 320), ("", 1, "101"), &[("Anna Smith", "", "")])?;
            put(
                w,
                RecordKind::Dwelling,
                103,
                &[("building", to(10)), ("unit", text("1")), ("floor", int(5)), ("door", text("502"))],
            )
        })
        .unwrap();
    (phone, store)
}

#[test]
fn buildings_stand_in_walking_order_with_their_counts() {
    let (_phone, store) = grid();
    store
        .write::<_, StoreError>(|w| {
            put(
                w,
                RecordKind::Visit,
                400,
                &[("household", to(200)), ("at", int(1_500)), ("outcome", int(1))],
            )?;
            put(w, RecordKind::Visit, 401, &[("household", to(201)), ("at", int(500)), ("outcome", int(1))])
        })
        .unwrap();
    let buildings = store.read(|r| r.buildings(id(GRID), DAY)).unwrap();
    let seen: Vec<_> = buildings.iter().map(|b| (b.name.as_str(), b.households, b.visited)).collect();
    assert_eq!(seen, [("1幢", 1, 0), ("2幢", 2, 1)]);
    assert_eq!(store.read(|r| r.building(id(10), DAY)).unwrap().unwrap(), buildings[1]);
    let counts = store.read(|r| r.grid_counts(id(GRID), DAY)).unwrap();
    assert_eq!((counts.households, counts.people, counts.visits, counts.visited), (3, 4, 1, 1));
    let doors = store.read(|r| r.building_doors(id(10), DAY)).unwrap();
    let seen: Vec<_> =
        doors.iter().map(|d| (d.floor, d.door.as_str(), d.household, d.people, d.visited_ms)).collect();
    assert_eq!(
        seen,
        [
            (Some(5), "502", None, 0, None),
            (Some(5), "501", Some(id(200)), 2, Some(1_500)),
            (Some(3), "301", Some(id(201)), 1, None),
        ]
    );
}

#[test]
fn a_household_page_tells_who_lives_there_and_where_it_stands() {
    let (_phone, store) = grid();
    store
        .write::<_, StoreError>(|w| {
            put_with(w, RecordKind::Person, 301, &[("name", text("单建国"))], false, 1)?;
            save(w, &operation(7, 1, RecordKind::Person, 301, b"\xA0"))?;
            save(w, &operation(7, 2, RecordKind::Visit, 400, b"\xA0"))?;
            put(
                w,
                RecordKind::Visit,
                400,
                &[("household", to(200)), ("at", int(1_500)), ("note", text("门锁换了"))],
            )?;
            w.append(&operation(3, 8, RecordKind::Household, 200, b"\xA0"), OpState::Remote, Some(4))
                .map(drop)
        })
        .unwrap();
    let page = store.read(|r| r.household(id(200))).unwrap().unwrap();
    assert_eq!((page.line.head_name.as_str(), page.line.people), ("孔令霞", 2));
    assert_eq!((page.line.door.building_name.as_str(), page.line.door.door.as_str()), ("2幢", "501"));
    assert_eq!((page.line.conflicts, page.line.unsettled), (1, Some(OpState::OnPhone)));
    assert_eq!(page.line.last_visit_ms, Some(1_500));
    let people = store.read(|r| r.people_of(id(200))).unwrap();
    let seen: Vec<_> = people.iter().map(|p| (p.name.as_str(), p.conflicts, p.unsettled)).collect();
    assert_eq!(seen, [("孔令霞", 0, None), ("单建国", 1, Some(OpState::OnPhone))]);
    let history = store.read(|r| r.history_of(id(200), 10)).unwrap();
    let seen: Vec<_> = history.iter().map(|row| row.operation.id()).collect();
    assert_eq!(seen, [OpId::new(3, 8), OpId::new(7, 2), OpId::new(7, 1)]);
    assert_eq!(store.read(|r| r.household_of(id(301))).unwrap(), Some(id(200)));
    // The visit is refused, then taken; the household says the worst first.
    let outcome = |op, state| {
        store.write::<_, StoreError>(|w| w.set_outcome(OpId::new(7, op), state, None, None)).unwrap()
    };
    outcome(2, OpState::Refused);
    assert_eq!(store.read(|r| r.unsettled_in_household(id(200))).unwrap(), Some(OpState::Refused));
    outcome(1, OpState::AtCounty);
    outcome(2, OpState::AtCounty);
    assert_eq!(store.read(|r| r.unsettled_in_household(id(200))).unwrap(), None);
}

#[test]
fn whoever_moved_out_is_not_listed() {
    let (_phone, store) = grid();
    store
        .write::<_, StoreError>(|w| {
            let moved = [("person", to(301)), ("household", to(200)), ("until", int(20_000))];
            put(w, RecordKind::Residence, 301 + 0x10_0000, &moved)
        })
        .unwrap();
    assert_eq!(store.read(|r| r.people_of(id(200))).unwrap().len(), 1);
    assert!(store.read(|r| r.search_households("建国", 0, 10)).unwrap().hits.is_empty());
}

#[test]
fn without_a_search_the_last_visited_come_first_then_the_walk() {
    let (_phone, store) = grid();
    store
        .write::<_, StoreError>(|w| {
            put(w, RecordKind::Visit, 400, &[("household", to(201)), ("at", int(1_200))])?;
            put(w, RecordKind::Visit, 401, &[("household", to(200)), ("at", int(1_500))])?;
            put(w, RecordKind::Visit, 402, &[("household", to(201)), ("at", int(1_100))])
        })
        .unwrap();
    let list = |offset, limit| {
        let (lines, more) = store.read(|r| r.households_recent(id(GRID), 0, offset, limit)).unwrap();
        (lines.iter().map(|line| line.household).collect::<Vec<_>>(), more)
    };
    assert_eq!(list(0, 10), (vec![id(200), id(201), id(202)], false));
    assert_eq!(list(0, 2), (vec![id(200), id(201)], true));
    assert_eq!(list(2, 2), (vec![id(202)], false));
}

#[test]
fn a_duty_knows_when_it_was_last_done() {
    let (_phone, store) = grid();
    store
        .write::<_, StoreError>(|w| {
            let duty = [("person", to(301)), ("category", text("elder")), ("cadence", int(1))];
            put(w, RecordKind::CareDuty, 500, &duty)?;
            let done = RowValue::Many(vec![Value::reference(id(500))]);
            let visit = [("household", to(200)), ("at", int(1_000)), ("outcome", int(1)), ("duties", done)];
            put(w, RecordKind::Visit, 400, &visit)?;
            put(w, RecordKind::Visit, 401, &[("household", to(200)), ("at", int(1_500)), ("outcome", int(3))])
        })
        .unwrap();
    let of_household = store.read(|r| r.duties_of(id(200))).unwrap();
    let of_area = store.read(|r| r.duties_in(id(GRID), None, 10)).unwrap();
    assert_eq!(of_household, of_area);
    let duty = &of_area[0];
    assert_eq!((duty.person_name.as_str(), duty.household), ("单建国", Some(id(200))));
    assert_eq!((duty.last_done_ms, duty.last_visit_ms), (Some(1_000), Some(1_500)));
    assert_eq!(store.read(|r| r.duties_in(id(GRID), Some(id(500)), 10)).unwrap(), []);
}

#[test]
fn an_incident_shows_its_last_step_its_photos_and_its_answer() {
    let (_phone, store) = grid();
    let step = |n: u128, verb: StepVerb, at| {
        store
            .write::<_, StoreError>(|w| {
                let fields = [
                    ("incident", to(600)),
                    ("verb", int(verb.code())),
                    ("at", int(at)),
                    ("by", text("住建局")),
                ];
                put(w, RecordKind::IncidentStep, n, &fields)
            })
            .unwrap();
    };
    store
        .write::<_, StoreError>(|w| {
            put(w, RecordKind::IncidentCategory, 50, &[("code", text("lamp")), ("name", text("路灯不亮"))])?;
            let fields =
                [("category", text("lamp")), ("reported", int(1_500)), ("worker", to(2)), ("patrol", to(3))];
            put(w, RecordKind::Incident, 600, &fields)?;
            put(w, RecordKind::PhotoEvidence, 700, &[("incident", to(600)), ("bytes", int(12))])
        })
        .unwrap();
    step(610, StepVerb::Report, 1_500);
    step(611, StepVerb::Close, 1_900);
    let line = store.read(|r| r.incident(id(600))).unwrap().unwrap();
    assert_eq!((line.category_name.as_str(), line.photos, line.photo), ("路灯不亮", 1, Some(id(700))));
    assert_eq!(line.last_verb, Some(StepVerb::Close.code()));
    let (close, accept) = ([StepVerb::Close.code()], [StepVerb::Accept.code()]);
    for (filter, there) in [
        (IncidentFilter::All, true),
        (IncidentFilter::With(&close), true),
        (IncidentFilter::With(&accept), false),
        (IncidentFilter::WithoutOr(&close, &accept), false),
        (IncidentFilter::WithoutOr(&close, &close), true),
    ] {
        let listed = store.read(|r| r.incidents(filter, 0, 10)).unwrap();
        assert_eq!(listed, if there { vec![line.clone()] } else { Vec::new() }, "{filter:?}");
    }
    assert_eq!(store.read(|r| r.steps_of(id(600))).unwrap().len(), 2);
    assert_eq!(store.read(|r| r.evidence_of(id(600))).unwrap()[0].bytes, Some(12));
    assert_eq!(store.read(|r| r.incidents_of_patrol(id(3))).unwrap(), 1);
    let answers = store.read(|r| r.answers(id(2), &[StepVerb::Close.code()], 1_600, 10)).unwrap();
    assert_eq!((answers.len(), answers[0].incident, answers[0].step.by.as_str()), (1, id(600), "住建局"));
    assert!(store.read(|r| r.answers(id(4), &[StepVerb::Close.code()], 1_600, 10)).unwrap().is_empty());
}

#[test]
fn patrols_points_and_the_registry_are_read_back() {
    let (_phone, store) = grid();
    store
        .write::<_, StoreError>(|w| {
            put(w, RecordKind::Patrol, 3, &[("worker", to(2)), ("day", int(20_000)), ("slot", int(1))])?;
            put(w, RecordKind::InspectionPoint, 60, &[("name", text("东门消防通道")), ("number", int(1))])?;
            put(w, RecordKind::CheckIn, 61, &[("patrol", to(3)), ("point", to(60)), ("at", int(1_500))])?;
            put(w, RecordKind::Worker, 2, &[("name", text("毕文红")), ("number", text("0317"))])?;
            w.set_device(xunge_domain::ids::DeviceNo(7), id(2))
        })
        .unwrap();
    assert_eq!(store.read(|r| r.patrols_of_day(20_000)).unwrap()[0].worker, Some(id(2)));
    assert!(store.read(|r| r.patrols_of_day(20_001)).unwrap().is_empty());
    assert_eq!(store.read(|r| r.inspection_points(id(GRID))).unwrap()[0].name, "东门消防通道");
    assert_eq!(store.read(|r| r.check_ins_of(id(3))).unwrap()[0].point, Some(id(60)));
    assert_eq!(store.read(|r| r.worker(id(2))).unwrap().unwrap().number, "0317");
    assert_eq!(store.read(|r| r.worker_of_device(xunge_domain::ids::DeviceNo(7))).unwrap(), Some(id(2)));
}
