//! Areas taken away, and given again.

use super::{households, note_of, worker};
use serde_json::{Value, json};
use xunge_domain::records::RecordKind;
use xunge_server::county::CountyEdit;
use xunge_server::storage::{Page, Sort};
use xunge_tests::scene::{Scene, first_household, settle, visit};

#[test]
fn nothing_in_an_area_taken_away_can_be_undone_back_onto_the_phone() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    let household = first_household(&phone);
    let saved = phone.call("save_household", json!({ "id": household, "note": "养狗" })).unwrap();
    settle(&phone);
    scene.county.county().revoke_grant(worker(&scene), scene.county.grid).unwrap();
    settle(&phone);
    assert_eq!(phone.call("undo", json!({ "undo": saved["undo"] })).unwrap_err(), "undo_gone");
    assert_eq!(phone.call("household", json!({ "id": household })).unwrap_err(), "not_found");
    assert_eq!(phone.open().own_operations().unwrap().len(), 1);
}

#[test]
fn a_round_under_way_ends_with_its_area() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    phone.call("patrol_start", json!({ "slot": "morning" })).unwrap();
    scene.county.county().revoke_grant(worker(&scene), scene.county.grid).unwrap();
    settle(&phone);
    assert_eq!(phone.call("patrol", json!({})).unwrap(), Value::Null);
    assert_eq!(phone.call("patrol_stop", json!({})).unwrap_err(), "no_patrol");
    assert_eq!(phone.open().own_operations().unwrap().len(), 1, "the start, which the county has");
}

#[test]
fn a_round_is_ended_where_it_began_also_when_the_grid_of_the_phone_is_another_by_then() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    let county = scene.county.county();
    let worker = worker(&scene);
    // Whichever of the two areas comes first is the phone's grid: both orders are tried.
    for (first, then) in
        [(scene.county.grid, scene.county.sibling), (scene.county.sibling, scene.county.grid)]
    {
        county.grant(worker, first).unwrap();
        county.revoke_grant(worker, then).unwrap();
        settle(&phone);
        phone.call("patrol_start", json!({ "slot": "morning" })).unwrap();
        county.grant(worker, then).unwrap();
        settle(&phone);
        phone.call("patrol_stop", json!({})).unwrap();
        settle(&phone);
    }
    let own = phone.open().own_operations().unwrap();
    assert!(own.iter().all(|op| op.received && op.refused.is_none()), "{own:?}");
}

#[test]
fn a_grant_given_and_taken_back_between_two_greetings_leaves_nothing_behind() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    let county = scene.county.county();
    let one = households(&phone);
    let worker = worker(&scene);
    county.grant(worker, scene.county.sibling).unwrap();
    let theirs =
        county.records_in(RecordKind::Household, scene.county.sibling, Sort::Rising, Page::ALL).unwrap()[0]
            .id;
    let edit = CountyEdit::new(RecordKind::Household, theirs, scene.county.sibling, [(1, "别家的".into())]);
    county.write_as_county(vec![edit]).unwrap();
    // The feed brings it although the phone was told of no grant yet.
    for _ in 0..4 {
        phone.clock.pass(31_000);
        phone.step();
    }
    county.revoke_grant(worker, scene.county.sibling).unwrap();
    settle(&phone);
    assert_eq!(phone.call("household", json!({ "id": theirs.to_string() })).unwrap_err(), "not_found");
    assert_eq!(households(&phone), one);
    county.grant(worker, scene.county.sibling).unwrap();
    settle(&phone);
    assert_eq!((households(&phone), note_of(&phone, theirs)), (2 * one, json!("别家的")));
}

#[test]
fn what_the_county_kept_for_the_desk_is_not_laid_over_an_area_that_is_granted_again() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    let county = scene.county.county();
    let household = first_household(&phone);
    phone.link.set(false, 0);
    phone.call("save_household", json!({ "id": household, "note": "太晚了" })).unwrap();
    visit(&phone);
    county.revoke_grant(worker(&scene), scene.county.grid).unwrap();
    scene.clock.pass(8 * 86_400_000);
    phone.link.set(true, 0);
    settle(&phone);
    assert_eq!(households(&phone), 0);
    county.grant(worker(&scene), scene.county.grid).unwrap();
    settle(&phone);
    let view = phone.call("household", json!({ "id": household })).unwrap();
    assert_eq!((&view["note"], &view["visits"]), (&json!(""), &json!([])), "{view}");
    let history = view["history"].as_array().unwrap();
    assert!(
        !history.is_empty() && history.iter().all(|line| line["fields"] != json!(["note"])),
        "{history:?}"
    );
}

#[test]
fn a_report_undone_in_one_grid_and_made_again_in_another_arrives_with_its_photos() {
    let scene = Scene::default();
    let county = scene.county.county();
    let phone = scene.phone("anna");
    let worker = worker(&scene);
    let one = scene.county.grid;
    let other = scene.county.sibling;
    phone.load_photo(3);
    phone.call("take_photo", json!({ "form": "incident:new" })).unwrap();
    let report = json!({ "form": "incident:new", "category": "lamp", "text": "灯不亮", "place_name": "东门",
        "self_resolved": false, "resolution": "", "no_fix_reason": "indoors" });
    let first = phone.call("report_incident", report.clone()).unwrap();
    settle(&phone);
    phone.call("undo", json!({ "undo": first["undo"] })).unwrap();
    settle(&phone);
    county.grant(worker, other).unwrap();
    county.revoke_grant(worker, one).unwrap();
    settle(&phone);
    let again = phone.call("report_incident", report).unwrap();
    settle(&phone);
    assert_eq!(phone.call("review", json!({})).unwrap()["refused"], json!([]), "the county takes all of it");
    let told = phone.call("incident", json!({ "id": again["id"] })).unwrap();
    assert_eq!(told["photos"].as_array().unwrap().len(), 1);
    let evidence = county.records_in(RecordKind::PhotoEvidence, other, Sort::Rising, Page::ALL).unwrap();
    assert_eq!(evidence.len(), 1);
    assert_eq!(evidence[0].id.to_string(), told["photos"][0]["id"]);
    assert!(phone.call("today", json!({})).unwrap()["counts"]["needs_you"].as_u64() == Some(0));
}
