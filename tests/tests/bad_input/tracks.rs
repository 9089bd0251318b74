//! Walks that a recorder or a file tells badly: what is known is kept, what is not known is said, and the round goes on.

use serde_json::{Value, json};
use xunge_domain::ids::RecordId;
use xunge_domain::track::gaps_from_bytes;
use xunge_domain::track::gpx::{GpxError, GpxLimits, GpxNote, read_gpx};
use xunge_tests::phone::SimPhone;
use xunge_tests::scene::{START_MS, Scene, settle};

/// All points of a way in one segment.
const WHOLE: std::ops::Range<i64> = 0..60;

/// A way of 60 points, a metre and a half and a second apart; `time` writes what stands in a point.
fn gpx(segments: &[std::ops::Range<i64>], time: impl Fn(i64) -> String) -> Vec<u8> {
    let point = |n: i64| {
        let lat = 30.123_456_7 + n as f64 * 0.000_013_5;
        format!("<trkpt lat=\"{lat:.7}\" lon=\"120.1234567\">{}</trkpt>", time(n))
    };
    let segments: String = segments
        .iter()
        .map(|range| format!("<trkseg>{}</trkseg>", range.clone().map(point).collect::<String>()))
        .collect();
    format!("<?xml version=\"1.0\"?><gpx version=\"1.1\" xmlns=\"http://www.topografix.com/GPX/1/1\"><trk>{segments}</trk></gpx>")
        .into_bytes()
}

fn at(n: i64) -> String {
    let time = chrono::DateTime::from_timestamp_millis(START_MS + 1_000 * (n + 60)).unwrap();
    format!("<time>{}</time>", time.format("%Y-%m-%dT%H:%M:%SZ"))
}

/// Walks a file as a round, with a report and a check of what is shown, and sends it.
fn walk(scene: &Scene, phone: &SimPhone, file: &[u8]) -> (Value, RecordId) {
    let read = read_gpx(file, &GpxLimits::default()).unwrap();
    let points = read.track.points();
    phone.device.load_track(read.track);
    phone.call("patrol_start", json!({ "slot": "morning" })).unwrap();
    phone.device.walk(points / 2, None);
    phone.call("patrol", json!({})).unwrap();
    let report =
        json!({ "form": "incident:new", "category": "lamp", "text": "灯不亮", "place_name": "东门" });
    phone.call("report_incident", report).unwrap();
    phone.device.walk(points, None);
    phone.clock.pass(20 * 60_000);
    let done = phone.call("patrol_stop", json!({})).unwrap();
    assert_eq!(done["state"], "done");
    assert_eq!(done["incidents"], 1, "what was met on the way is there: {done}");
    settle(phone);
    assert!(phone.open().own_operations().unwrap().iter().all(|op| op.received && op.refused.is_none()));
    let id: RecordId = done["id"].as_str().unwrap().parse().unwrap();
    let row = scene.county.county().record(id).unwrap().unwrap();
    assert_eq!(row.int(6), done["length_m"].as_i64(), "the county has the same length");
    // Every point the recorder had lies on the phone for its week.
    assert_eq!(phone.call("storage", json!({})).unwrap()["track_points"], points);
    (done, id)
}

fn gaps_at_county(scene: &Scene, patrol: RecordId) -> usize {
    let row = scene.county.county().record(patrol).unwrap().unwrap();
    gaps_from_bytes(row.one(10).unwrap().as_bytes().unwrap()).unwrap().len()
}

#[test]
fn a_walk_without_times_keeps_its_way_and_makes_no_duration_up() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    let file = gpx(&[WHOLE], |_| String::new());
    assert_eq!(read_gpx(&file, &GpxLimits::default()).unwrap().notes, [GpxNote::TimesMissing]);
    let (done, id) = walk(&scene, &phone, &file);
    let length = done["length_m"].as_i64().unwrap();
    assert!((80..=100).contains(&length), "89 m were walked: {length}");
    let row = scene.county.county().record(id).unwrap().unwrap();
    assert_eq!(row.int(7), None, "no time in motion is claimed");
    assert_eq!(done["timed"], false, "that no gap is known is told, which is not the same as none: {done}");
}

#[test]
fn times_that_are_half_missing_or_nonsense_lose_no_point() {
    let scene = Scene::default();
    for (name, time) in [
        ("anna", (|n| if n % 2 == 0 { at(n) } else { String::new() }) as fn(i64) -> String),
        ("bert", |n| if n == 7 { "<time>yesterday</time>".into() } else { at(n) }),
        ("cora", |n| if n == 7 { "<time>0001-01-01T00:00:00Z</time>".into() } else { at(n) }),
    ] {
        let phone = scene.phone(name);
        let (done, _) = walk(&scene, &phone, &gpx(&[WHOLE], time));
        let length = done["length_m"].as_i64().unwrap();
        assert!((80..=100).contains(&length), "{name}: {length}");
    }
}

#[test]
fn empty_segments_are_left_out_and_a_real_hole_is_a_gap() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    let file = gpx(&[0..0, 0..30, 30..30, 30..60, 60..60], at);
    assert_eq!(
        read_gpx(&file, &GpxLimits::default()).unwrap().notes,
        [GpxNote::EmptySegments { segments: 3 }]
    );
    let (done, id) = walk(&scene, &phone, &file);
    assert_eq!(done["timed"], true);
    let whole = done["length_m"].as_i64().unwrap();
    assert!((75..=100).contains(&whole), "{whole}");
    let before = gaps_at_county(&scene, id);

    // The same way with ten minutes and 300 m missing in the middle: not bridged, and shown.
    let phone = scene.phone("bert");
    let holed = gpx(&[0..30, 230..260], |n| at(if n >= 230 { n + 400 } else { n }));
    let (done, id) = walk(&scene, &phone, &holed);
    let length = done["length_m"].as_i64().unwrap();
    assert!((70..=100).contains(&length), "what nobody saw is not counted: {length}");
    assert!(gaps_at_county(&scene, id) > before, "{done}");
    assert_eq!(done["track"].as_array().unwrap().len(), 2, "two pieces, no line between");
}

#[test]
fn a_file_that_is_no_walk_says_why_and_the_round_is_not_touched() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    phone.call("patrol_start", json!({ "slot": "morning" })).unwrap();
    let whole = gpx(&[WHOLE], at);
    for (file, code) in [
        (Vec::new(), "not_gpx"),
        (b"<html>please log in</html>".to_vec(), "not_gpx"),
        (gpx(&[], at), "no_points"),
        (gpx(&[0..0, 0..0], at), "no_points"),
        (whole[..whole.len() / 2].to_vec(), "damaged"),
    ] {
        assert_eq!(read_gpx(&file, &GpxLimits::default()).map_err(GpxError::code).unwrap_err(), code);
    }
    // A recorder that gave nothing at all: the round ends with nothing walked, and says so.
    phone.clock.pass(10 * 60_000);
    let done = phone.call("patrol_stop", json!({})).unwrap();
    assert_eq!((done["length_m"].as_i64(), done["state"].as_str()), (Some(0), Some("done")));
    assert_eq!(done["track"], json!([]));
    settle(&phone);
    assert!(phone.open().own_operations().unwrap().iter().all(|op| op.received));
}
