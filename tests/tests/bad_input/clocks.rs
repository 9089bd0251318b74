//! Phones whose clocks are years off: they enrol, save and send like others, and no clock decides whose value counts.

use super::answers::settle_pictures;
use serde_json::{Value, json};
use xunge_domain::geometry::LatLon;
use xunge_domain::records::RecordKind;
use xunge_domain::track::{RawPoint, RawTrack};
use xunge_tests::phone::SimPhone;
use xunge_tests::scene::{START_MS, Scene, enrol, first_household, settle};

const YEAR_MS: i64 = 365 * 86_400_000;

fn sides(phone: &SimPhone) -> Vec<Value> {
    let review = phone.call("review", json!({})).unwrap();
    let conflicts = review["conflicts"].as_array().unwrap();
    assert_eq!(conflicts.len(), 1, "{review}");
    let mut sides = conflicts[0]["sides"].as_array().unwrap().clone();
    for side in &mut sides {
        // Whose it is differs from phone to phone; the rest must not.
        side.as_object_mut()
            .unwrap()
            .retain(|name, _| matches!(name.as_str(), "op" | "value" | "provisional"));
    }
    sides.sort_by_key(|side| side["op"].to_string());
    sides
}

#[test]
fn clocks_that_are_years_off_lose_nothing_and_decide_nothing() {
    let scene = Scene::default();
    // A factory's date, a battery that was empty, and a hand that typed the wrong century.
    let clocks =
        [("anna", 946_684_800_000), ("bert", START_MS - 11 * YEAR_MS), ("cora", START_MS + 60 * YEAR_MS)];
    let mut phones: Vec<SimPhone> = clocks
        .map(|(name, wall_ms)| {
            let phone = scene.phone_at(name, wall_ms);
            enrol(&phone, &scene.county.code_for(name)).unwrap();
            settle(&phone);
            phone
        })
        .into();
    let household = first_household(&phones[0]);
    for (n, phone) in (0_u8..).zip(&phones) {
        phone.link.set(false, 0);
        let edit = json!({ "id": household, "phone": format!("1421111222{n}") });
        phone.call("save_household", edit).unwrap();
        phone.load_photo(n);
        phone.call("take_photo", json!({ "form": "incident:new" })).unwrap();
        let report =
            json!({ "form": "incident:new", "category": "lamp", "text": "灯不亮", "place_name": "东门" });
        phone.call("report_incident", report).unwrap();
        // While it lies there the clock is set right, and wrong again the other way.
        phone.clock.jump(7 * YEAR_MS);
        phone.call("record_visit", json!({ "household": household, "outcome": "nobody_home" })).unwrap();
        phone.clock.jump(-20 * YEAR_MS);
    }
    phones[1].restart();
    for round in 0..2 {
        for phone in &phones {
            phone.link.set(true, 0);
            settle(phone);
            settle_pictures(phone);
            assert!(round == 0 || phone.is_quiet());
        }
    }
    let county = scene.county.county();
    for phone in &phones {
        for op in phone.open().own_operations().unwrap() {
            assert!(op.received && op.refused.is_none(), "{} {}", phone.name, op.id);
            assert_eq!(county.operation_of(op.id).unwrap().unwrap().op.hash(), op.hash);
        }
        phone.open().hurry();
        for _ in 0..4 {
            phone.step();
        }
    }
    // Three values for one field: all three are kept, and every phone shows the same one until somebody decides.
    let seen: Vec<Vec<Value>> = phones.iter().map(sides).collect();
    assert_eq!(seen[0].len(), 3, "{:?}", seen[0]);
    assert!(seen.iter().all(|sides| *sides == seen[0]), "{seen:?}");
    // The county knows that these clocks are wrong; it says so and takes their records all the same.
    let off: Vec<i64> =
        county.devices().unwrap().iter().filter_map(|device| device.clock_off_ms).map(i64::abs).collect();
    assert_eq!(off.len(), 3);
    assert!(off.iter().all(|off| *off > YEAR_MS), "{off:?}");
}

#[test]
fn a_photo_says_what_time_the_satellites_had_beside_a_clock_that_is_wrong() {
    let scene = Scene::default();
    let phone = scene.phone_at("anna", START_MS - 11 * YEAR_MS);
    enrol(&phone, &scene.county.code_for("anna")).unwrap();
    settle(&phone);
    let place = LatLon::from_e7(301_234_567, 1_201_234_567).unwrap();
    let point = RawPoint { wall_ms: Some(START_MS), accuracy_dm: Some(60), ..RawPoint::at(place) };
    phone.device.load_track(RawTrack { segments: vec![vec![point]] });
    phone.call("patrol_start", json!({ "slot": "morning" })).unwrap();
    phone.device.walk(1, None);
    phone.load_photo(1);
    phone.call("take_photo", json!({ "form": "incident:new" })).unwrap();
    let report =
        json!({ "form": "incident:new", "category": "lamp", "text": "灯不亮", "place_name": "东门" });
    phone.call("report_incident", report).unwrap();
    settle(&phone);
    settle_pictures(&phone);
    let county = scene.county.county();
    let kind = RecordKind::PhotoEvidence;
    let evidence = county.read(|rows| Ok(rows.records_of(kind)?)).unwrap().pop().unwrap();
    let key = kind.field_named("satellite").unwrap().key.0;
    assert_eq!(evidence.int(key), Some(START_MS));
}
