//! Two workers of one grid enter the same person without knowing of each other, and find out once signal is back.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so and ends")]

use serde_json::{Value, json};
use xunge_tests::phone::SimPhone;
use xunge_tests::scene::{Scene, first_household, settle};

const CITIZEN_ID: &str = "990101194903070026";

fn enter(phone: &SimPhone, number: &str) -> String {
    let fields = json!({ "name": "单秀兰", "citizen_id": CITIZEN_ID, "phone": number, "relation": "5" });
    let household = first_household(phone);
    let saved = phone.call("save_person", json!({ "household": household, "fields": fields })).unwrap();
    saved["id"].as_str().unwrap().to_owned()
}

fn asked(phone: &SimPhone) -> Vec<Value> {
    phone.call("review", json!({})).unwrap()["same"].as_array().unwrap().clone()
}

/// Her records on the page of the household, with how many were put together in each.
fn shown(phone: &SimPhone) -> Vec<(String, usize)> {
    let page = phone.call("household", json!({ "id": first_household(phone) })).unwrap();
    let people = page["people"].as_array().unwrap().iter().filter(|person| person["name"] == "单**");
    people
        .map(|person| (person["id"].as_str().unwrap().to_owned(), person["folded"].as_array().unwrap().len()))
        .collect()
}

#[test]
fn both_phones_ask_one_decides_and_it_holds_on_both_until_it_is_taken_back() {
    let scene = Scene::default();
    let (anna, bert) = (scene.phone("anna"), scene.phone("bert"));
    let first = enter(&anna, "14255557788");
    let second = enter(&bert, "14211110000");
    assert!(asked(&anna).is_empty(), "nothing is known of the other yet");
    for phone in [&anna, &bert, &anna] {
        settle(phone);
    }
    for phone in [&anna, &bert] {
        assert_eq!((asked(phone).len(), shown(phone).len()), (1, 2), "nothing happens by itself");
    }
    let stays = first.clone().min(second.clone());
    let folded = first.clone().max(second.clone());
    bert.call("merge_persons", json!({ "one": first, "other": second })).unwrap();
    // Meanwhile the other goes on with the record that is folded.
    anna.call("save_person", json!({ "id": folded, "fields": { "note": "耳背" } })).unwrap();
    for phone in [&bert, &anna, &bert] {
        settle(phone);
    }
    for phone in [&anna, &bert] {
        assert_eq!((asked(phone).len(), shown(phone)), (0, vec![(stays.clone(), 1)]));
        assert_eq!(phone.call("review", json!({})).unwrap()["conflicts"], json!([]));
    }
    anna.call("unmerge_person", json!({ "id": folded })).unwrap();
    for phone in [&anna, &bert] {
        settle(phone);
        assert_eq!((asked(phone).len(), shown(phone).len()), (1, 2));
        let opened = phone.call("open_person", json!({ "id": folded, "reason": "check_at_door" })).unwrap();
        assert_eq!(opened["fields"]["note"], "耳背", "what was written meanwhile is there");
    }
    // Two people after all: said on one phone, not asked on the other.
    bert.call("not_same_person", json!({ "one": first, "other": second })).unwrap();
    for phone in [&bert, &anna] {
        settle(phone);
        assert!(asked(phone).is_empty());
    }
}
