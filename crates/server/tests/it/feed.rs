//! Operations out: the feed and the snapshot.

use crate::bench::Bench;
use xunge_domain::ids::DeviceNo;
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::WorkerRole;
use xunge_domain::value::Value;
use xunge_sync::messages::{self, Hello, Refusal, SnapshotBody, SnapshotPage, Welcome};

#[test]
fn a_phone_pulls_what_others_wrote_and_not_its_own() {
    let bench = Bench::new();
    let mut zhou = bench.phone("周慧", bench.areas.grid);
    let mut li = bench.phone("李强", bench.areas.lane);
    let (mine, theirs) = (bench.id(), bench.id());
    zhou.write(RecordKind::Household, mine, bench.areas.grid, [(1, Value::from("周"))]);
    zhou.push(&bench);
    li.write(RecordKind::Household, theirs, bench.areas.lane, [(1, Value::from("李"))]);
    li.push(&bench);
    let (ops, at) = zhou.pull(&bench, 0);
    assert!(ops.iter().any(|op| op.header.record == theirs));
    assert!(ops.iter().all(|op| op.header.id.device != zhou.no));
    assert!(ops.iter().all(|op| op.salt == [0; 16]), "salts stay at the county");
    assert_eq!(zhou.pull(&bench, at), (Vec::new(), at));
    // The lane lies in the grid, not the other way round.
    assert!(li.pull(&bench, 0).0.iter().all(|op| op.header.record != mine));
}

#[test]
fn the_feed_in_small_pieces_is_the_feed() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    for n in 0..100 {
        let area = [bench.areas.grid, bench.areas.lane, bench.areas.sibling, bench.areas.community][n % 4];
        bench.write(RecordKind::Household, bench.id(), area, [(5, Value::Int(n as i64))]);
    }
    let (whole, head) = phone.pull(&bench, 0);
    let (mut pieces, mut after) = (Vec::new(), 0);
    loop {
        let pull = messages::Pull { epoch: phone.epoch.clone(), after, limit: 7, compare: None };
        let pulled: messages::Pulled = phone.post(&bench, "/sync/v1/pull", messages::encode(&pull)).message();
        pieces.extend(xunge_sync::batch::unpack(&pulled.batch).unwrap());
        after = pulled.upto;
        if !pulled.more {
            break;
        }
    }
    assert_eq!(pieces, whole);
    assert_eq!(after, head);
    assert_eq!(whole.iter().filter(|op| op.header.kind == RecordKind::Household.code()).count(), 50);
}

#[test]
fn the_snapshot_holds_parents_before_children_and_the_feed_goes_on_after_it() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let household = bench.id();
    bench.write(RecordKind::Visit, bench.id(), bench.areas.grid, [(1, Value::reference(household))]);
    bench.write(RecordKind::Household, household, bench.areas.grid, [(1, Value::from("户"))]);
    let (ops, at) = phone.snapshot(&bench);
    let place = |kind: RecordKind| ops.iter().position(|op| op.header.kind == kind.code()).unwrap();
    assert!(place(RecordKind::Area) < place(RecordKind::Household));
    assert!(place(RecordKind::Household) < place(RecordKind::Visit));
    let later = bench.write(RecordKind::Household, bench.id(), bench.areas.grid, [(1, Value::from("后来"))]);
    let (more, _) = phone.pull(&bench, at);
    assert_eq!(more.iter().map(|op| op.header.record).collect::<Vec<_>>(), [later]);
}

#[test]
fn a_snapshot_begun_is_finished_with_the_same_pages_though_others_write_meanwhile() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let note = |n: u32| Value::Text(format!("{n:08x}").repeat(60));
    let edits = (0..4_000).map(|n| {
        xunge_server::county::CountyEdit::new(
            RecordKind::Household,
            bench.id(),
            bench.areas.grid,
            [(1, note(n))],
        )
    });
    bench.county.write_as_county(edits.collect()).unwrap();
    let page = |phone: &mut crate::phone::Phone, at, page| -> SnapshotBody {
        phone
            .post(&bench, "/sync/v1/snapshot", messages::encode(&SnapshotPage { at, page, differed: None }))
            .message()
    };
    let first = page(&mut phone, None, 0);
    assert!(first.pages > 3, "{} pages", first.pages);
    let second = page(&mut phone, Some(first.at), 1);
    bench.write(RecordKind::Household, bench.id(), bench.areas.grid, [(1, Value::from("其间"))]);
    assert_eq!(page(&mut phone, Some(first.at), 1), second);
    let mut colleague = bench.phone("李强", bench.areas.grid);
    assert_eq!(page(&mut colleague, None, 0), first, "who sees the same is given the same");
    let beyond = SnapshotPage { at: Some(first.at), page: first.pages, differed: None };
    let answer = phone.post(&bench, "/sync/v1/snapshot", messages::encode(&beyond));
    assert_eq!(answer.status, 404);
}

#[test]
fn a_helper_sees_no_people_and_follows_own_incidents_only() {
    let bench = Bench::new();
    let helper = bench.worker("楼长", bench.areas.grid, WorkerRole::Helper);
    let mut helper = bench.phone_of(helper);
    let mut worker = bench.phone("周慧", bench.areas.grid);
    bench.write(RecordKind::Person, bench.id(), bench.areas.grid, [(1, Value::from("张三"))]);
    bench.write(RecordKind::Household, bench.id(), bench.areas.grid, [(1, Value::from("户"))]);
    let (own, other) = (bench.id(), bench.id());
    helper.write(RecordKind::Incident, own, bench.areas.grid, [(2, Value::from("路灯不亮"))]);
    helper.write(RecordKind::Household, bench.id(), bench.areas.grid, [(1, Value::from("想写"))]);
    let outcomes = helper.push(&bench);
    assert_eq!(outcomes[1].reason.as_deref(), Some("role"));
    worker.write(RecordKind::Incident, other, bench.areas.grid, [(2, Value::from("井盖"))]);
    worker.push(&bench);
    for incident in [own, other] {
        bench.write(
            RecordKind::IncidentStep,
            bench.id(),
            bench.areas.grid,
            [(1, Value::reference(incident)), (2, Value::Int(3)), (3, Value::Int(1))],
        );
    }
    let check = |ops: Vec<xunge_domain::operation::Operation>| {
        let kinds: Vec<_> = ops.iter().filter_map(|op| RecordKind::from_code(op.header.kind)).collect();
        assert!(!kinds.contains(&RecordKind::Person) && !kinds.contains(&RecordKind::Household));
        assert!(ops.iter().all(|op| op.header.record != other));
        assert_eq!(
            kinds.iter().filter(|kind| **kind == RecordKind::IncidentStep).count(),
            1,
            "the answer to the own one"
        );
    };
    check(helper.pull(&bench, 0).0);
    check(helper.snapshot(&bench).0);
}

#[test]
fn the_greeting_says_what_is_durable_and_the_desk_sees_the_contact() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    phone.write(RecordKind::Household, bench.id(), bench.areas.grid, [(1, Value::from("户"))]);
    phone.push(&bench);
    bench.clock.advance(5_000);
    let hello =
        Hello { protocol: 1, epoch: phone.epoch.clone(), counter: 4, cursor: 0, mark: None, opened: None };
    let welcome: Welcome = phone.post(&bench, "/sync/v1/hello", messages::encode(&hello)).message();
    assert_eq!((welcome.highest, welcome.chain.as_slice()), (1, phone.chain.head.as_slice()));
    assert_eq!(welcome.head, bench.county.read(|rows| Ok(rows.head()?)).unwrap());
    let device = bench.device(phone.no);
    assert_eq!((device.last_contact_ms, device.said_counter), (bench.county.now_ms(), Some(4)));
    assert_ne!(device.no, DeviceNo::COUNTY);
}

#[test]
fn a_pull_under_an_old_epoch_learns_the_present_one() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    bench.county.begin_epoch().unwrap();
    let pull = messages::Pull { epoch: phone.epoch.clone(), after: 0, limit: 1, compare: None };
    let answer = phone.post(&bench, "/sync/v1/pull", messages::encode(&pull));
    let refusal: Refusal = messages::decode(&answer.body).unwrap();
    assert_eq!((answer.status, refusal.code.as_str()), (409, "wrong_epoch"));
}
