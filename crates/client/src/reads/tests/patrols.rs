//! The two rounds of a day, and the one under way.

use super::phone::{ME, Phone, at, day, link, text};
use crate::edits::patrols::RunningPatrol;
use crate::error::ClientError;
use crate::local;
use crate::views::patrols::{PatrolStartArgs, SlotView};
use xunge_domain::geometry::LatLon;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::track::{PatrolMove, RawPoint};
use xunge_domain::value::Value;
use xunge_store::OwnPatrol;

const LAT: i32 = 290_000_000;
const LON: i32 = 1_235_000_000;
/// About a metre of latitude.
const METRE: i32 = 90;

fn slots(phone: &Phone) -> Vec<SlotView> {
    phone.open.today_view().unwrap().slots
}

fn states(phone: &Phone) -> Vec<String> {
    slots(phone).into_iter().map(|slot| slot.state).collect()
}

fn with_points() -> Phone {
    let phone = Phone::new();
    for (number, metres) in [(1_i64, 0), (2, 100), (3, 5_000)] {
        let fields = vec![
            ("name", text("东门消防通道")),
            ("number", Value::Int(number)),
            ("lat_e7", Value::Int((LAT + metres * METRE).into())),
            ("lon_e7", Value::Int(LON.into())),
            ("radius_m", Value::Int(25)),
        ];
        phone.county(RecordKind::InspectionPoint, 400 + number as u128, fields);
    }
    phone
}

/// Walks north at a metre a second from `from_ms` on, one fix in five seconds.
fn walk(phone: &Phone, segment: u32, from_ms: i64, first_m: i32, metres: i32) {
    let own = phone.open.store.read(|r| r.open_patrol()).unwrap().unwrap();
    let points: Vec<RawPoint> = (0..=metres / 5)
        .map(|step| RawPoint {
            accuracy_dm: Some(40),
            wall_ms: Some(from_ms + i64::from(step) * 5_000),
            ..RawPoint::at(LatLon::from_e7(LAT + (first_m + step * 5) * METRE, LON).unwrap())
        })
        .collect();
    phone.open.store.write(|w| w.add_points(own.patrol, segment, &points)).unwrap();
}

#[test]
fn a_slot_is_later_then_due_then_missed() {
    let phone = Phone::new();
    let time = |hour, minute: i64| at("2026-11-21", hour) + minute * 60_000;
    for (moment, expected) in [
        (time(7, 0), ["later", "later"]),
        (time(8, 30), ["due", "later"]),
        (time(11, 29), ["due", "later"]),
        (time(11, 30), ["missed", "later"]),
        (time(14, 30), ["missed", "due"]),
        (time(23, 59), ["missed", "missed"]),
    ] {
        phone.set_time(moment);
        assert_eq!(states(&phone), expected);
    }
    let morning = slots(&phone).remove(0);
    assert_eq!(
        (morning.slot.as_str(), morning.from.as_str(), morning.to.as_str()),
        ("morning", "08:30", "11:30")
    );
}

#[test]
fn a_round_says_how_long_no_position_has_come() {
    let phone = with_points();
    let start = at("2026-11-21", 9);
    phone.set_time(start);
    phone.open.start_patrol(&PatrolStartArgs { slot: "morning".into() }).unwrap();
    let silent = |seconds: i64| {
        phone.set_time(start + seconds * 1_000);
        phone.open.patrol().unwrap().unwrap().silent_s
    };
    assert_eq!(silent(40), Some(40), "since the start");
    walk(&phone, 0, start, 0, 100);
    assert_eq!(silent(520), Some(420), "since the last one");
    phone.open.move_patrol(PatrolMove::Pause).unwrap();
    assert_eq!(silent(900), None);
    phone.open.move_patrol(PatrolMove::Resume).unwrap();
    assert_eq!(silent(930), Some(30), "a pause is no silence");
}

#[test]
fn a_round_is_walked_paused_and_done() {
    let phone = with_points();
    let start = at("2026-11-21", 9);
    phone.set_time(start);
    assert_eq!(phone.open.patrol().unwrap(), None);
    phone.open.start_patrol(&PatrolStartArgs { slot: "morning".into() }).unwrap();
    walk(&phone, 0, start, 0, 120);
    // Ten minutes of silence, then on from elsewhere.
    walk(&phone, 1, start + 720_000, 500, 50);
    phone.set_time(start + 780_000);
    let round = phone.open.patrol().unwrap().unwrap();
    assert_eq!((round.state.as_str(), round.slot.as_str(), round.seconds), ("walking", "morning", 780));
    let reached: Vec<Option<&str>> = round.points.iter().map(|point| point.by.as_deref()).collect();
    assert_eq!(reached, [Some("track"), Some("track"), None]);
    assert_eq!(round.track.len(), 2, "a gap is never bridged");
    assert!(
        round.gaps.iter().any(|gap| gap.from_ms == start + 120_000 && gap.to_ms == start + 720_000),
        "{:?}",
        round.gaps
    );
    assert!((160..=180).contains(&round.length_m), "{} m", round.length_m);
    assert_eq!(round.here.map(|here| here.lat_e7), Some(LAT + 550 * METRE));
    let morning = slots(&phone).remove(0);
    assert_eq!((morning.state.as_str(), morning.points, morning.reached), ("walking", 3, 2));

    phone.open.move_patrol(PatrolMove::Pause).unwrap();
    phone.set_time(start + 1_380_000);
    let paused = phone.open.patrol().unwrap().unwrap();
    assert_eq!((paused.state.as_str(), paused.seconds), ("paused", 780), "a pause takes no time");
    phone.open.move_patrol(PatrolMove::Resume).unwrap();
    let patrol = phone.open.stop_patrol().unwrap();
    let done = phone.open.finished_patrol(patrol).unwrap();
    assert_eq!((done.state.as_str(), done.seconds), ("done", 780));
    let morning = slots(&phone).remove(0);
    assert_eq!((morning.state.as_str(), morning.points, morning.reached), ("done", 3, 2));
    assert_eq!(morning.standing, Some(crate::views::Standing::OnPhone));
    assert_eq!(phone.open.patrol().unwrap(), None);
}

#[test]
fn once_its_points_have_died_a_round_says_what_its_summary_kept() {
    let phone = with_points();
    let start = at("2026-11-21", 9);
    phone.set_time(start);
    phone.open.start_patrol(&PatrolStartArgs { slot: "morning".into() }).unwrap();
    walk(&phone, 0, start, 0, 120);
    phone.set_time(start + 150_000);
    let patrol = phone.open.stop_patrol().unwrap();
    let before = phone.open.finished_patrol(patrol).unwrap();
    phone.open.store.write(|w| w.purge_track(patrol)).unwrap();
    let after = phone.open.finished_patrol(patrol).unwrap();
    assert_eq!((after.length_m, after.track.len(), after.here), (before.length_m, 0, None));
    assert_eq!(after.points, before.points);
    assert_eq!(phone.open.storage().unwrap().track_points, 0);
}

#[test]
fn a_further_round_has_a_summary_beside_the_first() {
    let phone = with_points();
    let mut walked: Vec<String> = Vec::new();
    for start in [at("2026-11-21", 9), at("2026-11-21", 10), at("2026-11-21", 11)] {
        phone.set_time(start);
        phone.open.start_patrol(&PatrolStartArgs { slot: "morning".into() }).unwrap();
        let over: Vec<String> =
            slots(&phone).remove(0).further.into_iter().map(|round| round.patrol).collect();
        assert_eq!(over, walked, "while one is under way, all that are over");
        phone.set_time(start + 60_000);
        walked.push(phone.open.stop_patrol().unwrap().to_string());
    }
    let morning = slots(&phone).remove(0);
    assert_eq!((morning.state.as_str(), morning.patrol.as_ref()), ("done", Some(&walked[0])));
    let further: Vec<_> = morning.further.iter().map(|round| (&round.patrol, round.started_ms)).collect();
    assert_eq!(further, [(&walked[1], at("2026-11-21", 10)), (&walked[2], at("2026-11-21", 11))]);
    assert!(slots(&phone)[1].further.is_empty());
}

#[test]
fn a_round_of_last_night_is_not_the_round_of_today() {
    let phone = with_points();
    phone.set_time(at("2026-11-20", 15));
    phone.open.start_patrol(&PatrolStartArgs { slot: "afternoon".into() }).unwrap();
    phone.set_time(at("2026-11-21", 15));
    assert_eq!(states(&phone), ["missed", "due"]);
    assert!(phone.open.patrol().unwrap().is_some(), "it can still be stopped");
}

#[test]
fn a_colleagues_round_is_not_mine() {
    let phone = Phone::new();
    let fields = |worker| {
        vec![
            ("worker", link(worker)),
            ("day", day("2026-11-21")),
            ("slot", Value::Int(1)),
            ("started", Value::Int(at("2026-11-21", 9))),
            ("ended", Value::Int(at("2026-11-21", 10))),
            ("points_reached", Value::Int(4)),
            ("points_due", Value::Int(7)),
        ]
    };
    phone.county(RecordKind::Patrol, 300, fields(77));
    assert_eq!(states(&phone)[0], "due");
    phone.county(RecordKind::Patrol, 301, fields(ME));
    let morning = slots(&phone).remove(0);
    assert_eq!((morning.state.as_str(), morning.reached, morning.points), ("done", 4, 7));
}

#[test]
fn a_point_reached_by_hand_says_so() {
    let phone = with_points();
    phone.set_time(at("2026-11-21", 9));
    phone.open.start_patrol(&PatrolStartArgs { slot: "morning".into() }).unwrap();
    phone
        .open
        .store
        .write(|writer| {
            let own = writer.open_patrol()?.unwrap();
            let mut running = RunningPatrol::read(&own)?;
            let point = RecordId(uuid::Uuid::from_u128(403));
            running.hand.push((point, at("2026-11-21", 9) + 60_000, "门锁好".into()));
            let state = serde_json::to_vec(&running).unwrap();
            writer.put_own_patrol(&OwnPatrol { state, ..own })?;
            Ok::<_, ClientError>(())
        })
        .unwrap();
    let round = phone.open.patrol().unwrap().unwrap();
    assert_eq!(
        (round.points[2].by.as_deref(), round.points[2].reached_ms),
        (Some("hand"), Some(at("2026-11-21", 9) + 60_000))
    );
    assert_eq!(local::day_of(round.started_ms).to_string(), "2026-11-21");
}
