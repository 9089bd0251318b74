//! The desk, by its routes: who gets in and what they see.

use crate::bench::{CA, call};
use crate::desk::{Desk, PASSWORD, Session, body, code, path_of, sha};
use crate::pictures::{evidence, picture};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value as Json, json};
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::WorkerRole;
use xunge_domain::value::Value;
use xunge_server::desk::{self, Action, ROUTES};
use xunge_server::http::routes::Who;
use xunge_sync::auth::enrol_code::{EnrolCode, Invitation};

#[test]
fn without_a_session_every_route_answers_401_and_without_the_token_every_post_403() {
    let desk = Desk::new();
    let session = desk.account("county", "county", desk.bench.areas.county);
    for bound in ROUTES.iter().filter(|bound| bound.route.who == Who::Desk) {
        let path = path_of(bound.action, &desk.bench.id().to_string(), &"0".repeat(64));
        for cookie in ["", "xunge_desk=", "xunge_desk=0000"] {
            let request = Request::builder()
                .method(bound.route.method)
                .uri(format!("/desk/api/{path}"))
                .header("cookie", cookie)
                .header("x-csrf-token", &session.csrf);
            let answer = call(&desk.router, request.body(Body::from("{}")).unwrap());
            assert_eq!(code(&answer), (401, "no_session".into()), "{path}");
        }
        if bound.route.method == "POST" {
            for token in [String::new(), "wrong".into(), format!("{}0", session.csrf)] {
                let forged = Session { csrf: token, ..session.clone() };
                assert_eq!(code(&desk.post(&forged, &path, &json!({}))), (403, "csrf".into()), "{path}");
            }
        }
    }
    // None of them did anything: the session still stands.
    assert_eq!(desk.read(&session, "me")["name"], "county");
}

#[test]
fn a_desk_sees_its_area_and_what_lies_below_and_everything_else_is_404() {
    let desk = Desk::new();
    desk.category();
    let areas = desk.bench.areas;
    let (household, person) = desk.household(areas.grid);
    let mut phone = desk.bench.phone("周敏", areas.grid);
    let incident = desk.reported(&mut phone);
    let patrol = desk.write(RecordKind::Patrol, areas.grid, [(4, Value::Int(1_790_000_000_000))]);
    let bytes = picture(1);
    let shown = evidence(&desk.bench, areas.grid, &bytes);
    desk.bench.county.keep_picture(shown, &bytes).unwrap();
    let sha256: String = sha(&bytes);
    let own = desk.account("own", "town", areas.community);
    let ledger = "姓名,与户主关系,住址\n王建军,户主,1幢1单元101\n";
    let read = desk.post_bytes(&own, &format!("imports?area={}", areas.grid), ledger.into());
    let import = body(&read)["id"].as_str().unwrap().to_owned();
    let sibling = desk.account("sibling", "town", areas.sibling);
    let foreign = desk.account("foreign", "town", areas.foreign);
    let probes: Vec<(Action, String, Json)> = vec![
        (Action::Incident, incident.to_string(), Json::Null),
        (Action::Step, incident.to_string(), json!({"revision": 0})),
        (Action::Photo, String::new(), Json::Null),
        (Action::Patrol, patrol.to_string(), Json::Null),
        (Action::Households, areas.grid.to_string(), Json::Null),
        (Action::Household, household.to_string(), Json::Null),
        (Action::Unplaced, areas.grid.to_string(), Json::Null),
        (Action::OpenPerson, person.to_string(), json!({"reason": "call", "text": ""})),
        (Action::EnrolCode, phone.worker.to_string(), json!({"hours": null})),
        (Action::ReopenCode, phone.id.to_string(), json!({"reason": "at_the_desk"})),
        (Action::AreaMap, areas.grid.to_string(), Json::Null),
        (Action::RenameArea, areas.grid.to_string(), json!({"name": "另一格"})),
        (Action::Contacts, areas.grid.to_string(), Json::Null),
        (Action::SetContacts, areas.grid.to_string(), json!({"desk_phone": "14200001010"})),
        (Action::SetOutline, areas.grid.to_string(), json!({"type": "Polygon", "coordinates": []})),
        (Action::Resolve, format!("{household}:2"), json!({"seen": [], "op": null})),
        (Action::ReopenReview, format!("{household}:2"), json!({"op": "no operation"})),
        (
            Action::DecideDuplicate,
            desk.twins(areas.grid, areas.lane),
            json!({"decision": "not_same", "seen": "open"}),
        ),
        (Action::Grant, phone.worker.to_string(), json!({"area": areas.grid.to_string()})),
        (Action::RevokeGrant, phone.worker.to_string(), json!({"area": areas.lane.to_string()})),
        (Action::NewPassword, "own".into(), json!({})),
        (Action::AccountState, "own".into(), json!({"disabled": true})),
        (Action::Import, import.clone(), Json::Null),
        (Action::ImportRows, import.clone(), Json::Null),
        (Action::RunImport, import, json!({})),
        (Action::Lift, phone.id.to_string(), json!({"reason": "checked"})),
        (Action::Deletes, phone.id.to_string(), json!({"release": true, "reason": "checked"})),
        (Action::ToErase, person.to_string(), Json::Null),
        (
            Action::ErasePerson,
            person.to_string(),
            json!({"ground": "ordered", "reason": "7", "seen": [person.to_string()]}),
        ),
        (Action::Revoke, phone.id.to_string(), json!({"reason": "lost"})),
        (Action::Reinstate, phone.id.to_string(), json!({"reason": "found"})),
    ];
    let with_id = ROUTES.iter().filter(|bound| bound.route.path.contains('{'));
    assert_eq!(with_id.count(), probes.len(), "a route that names something has a probe here");
    for (action, id, sent) in &probes {
        let path = path_of(*action, id, &sha256);
        let ask = |session: &Session| {
            if sent.is_null() { desk.get(session, &path) } else { desk.post(session, &path, sent) }
        };
        for stranger in [&sibling, &foreign] {
            assert_eq!(code(&ask(stranger)), (404, "not_found".into()), "{path}");
        }
        assert_ne!(ask(&own).status, 404, "{path}");
    }
    let lists = ["incidents?filter=all", "patrols", "visits", "review", "duplicates", "workers", "devices"];
    for list in lists {
        assert_eq!(desk.read(&foreign, list)["total"], 0, "{list}");
        if matches!(list, "review" | "duplicates") {
            continue; // takes no area
        }
        let (path, joint) = (list, if list.contains('?') { '&' } else { '?' });
        let elsewhere = desk.get(&foreign, &format!("{path}{joint}area={}", areas.grid));
        assert_eq!(elsewhere.status, 404, "{list}");
    }
    let seen: Vec<Json> = desk.read(&sibling, "areas").as_array().unwrap().clone();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0]["parent"], Json::Null, "not even the id of what lies above");
}

#[test]
fn a_search_for_nothing_but_a_word_of_doors_finds_no_household() {
    let desk = Desk::new();
    desk.household(desk.bench.areas.grid);
    let county = desk.account("county", "county", desk.bench.areas.county);
    let found = |query: &str| {
        desk.read(&county, &format!("areas/{}/households?query={query}", desk.bench.areas.community))["total"]
            .clone()
    };
    // 室, -, 2-1-301, 欧阳: the last two are its door and the name of somebody in it.
    let queries = ["%E5%AE%A4", "-", "2-1-301", "%E6%AC%A7%E9%98%B3"];
    assert_eq!(queries.map(found), [json!(0), json!(0), json!(1), json!(1)]);
}

#[test]
fn a_visit_to_a_record_put_together_with_another_counts_there_and_keeps_its_door() {
    let desk = Desk::new();
    let grid = desk.bench.areas.grid;
    let (stays, _) = desk.household(grid);
    let dwelling = desk.write(RecordKind::Dwelling, grid, [(2, Value::from("3")), (4, Value::from("501"))]);
    let folded = desk.write(RecordKind::Household, grid, [(6, Value::reference(stays))]);
    let home = [(1, Value::reference(folded)), (2, Value::reference(dwelling)), (5, Value::Int(20_000))];
    desk.write(RecordKind::Occupancy, grid, home);
    let visit = [(1, Value::reference(folded)), (2, Value::Int(1_700_000_000_000)), (3, Value::Int(1))];
    desk.write(RecordKind::Visit, grid, visit);

    let county = desk.account("county", "county", desk.bench.areas.county);
    let list = desk.read(&county, &format!("areas/{}/households", desk.bench.areas.community));
    assert_eq!(list["rows"].as_array().unwrap().len(), 1, "one that left is none of the grid's");
    assert_eq!(list["rows"][0]["last_visit_ms"], 1_700_000_000_000_i64);
    let one = desk.read(&county, &format!("households/{stays}"));
    assert_eq!(one["visits"].as_array().unwrap().len(), 1);
    let how: Vec<&str> =
        one["history"].as_array().unwrap().iter().filter_map(|line| line["how"].as_str()).collect();
    assert!(how.contains(&"joined"), "{how:?}");
    assert_eq!(desk.read(&county, "visits")["rows"][0]["door"], "3单元 501");
}

#[test]
fn people_are_masked_until_one_is_opened_for_a_reason_that_is_written_down_first() {
    let desk = Desk::new();
    let (household, person) = desk.household(desk.bench.areas.grid);
    let county = desk.account("county", "county", desk.bench.areas.county);
    let canaries = ["欧阳建国", "990101195403051233", "14211112222", "14200001234", "19540305"];
    let list = desk.get(&county, &format!("areas/{}/households?query=2-1-301", desk.bench.areas.community));
    let one = desk.get(&county, &format!("households/{household}"));
    for answer in [&list, &one] {
        let text = String::from_utf8(answer.body.clone()).unwrap();
        for canary in canaries {
            assert!(!text.contains(canary), "{canary} in {text}");
        }
    }
    assert_eq!(body(&list)["rows"][0]["door"], "2幢1单元 301");
    assert_eq!(body(&one)["people"][0]["citizen_id"], "990101********1233");
    assert_eq!(body(&one)["people"][0]["relation"], "head");
    let history = body(&one)["history"].clone();
    assert!(history.as_array().unwrap().iter().all(|line| line["how"] == "began"), "{history}");
    let path = format!("people/{person}/open");
    let refused = desk.post(&county, &path, &json!({"reason": "curious", "text": ""}));
    assert_eq!(code(&refused), (400, "bad_request".into()));
    for left in (0..30).rev() {
        let opened = body(&desk.post(&county, &path, &json!({"reason": "call", "text": ""})));
        assert_eq!(opened["fields"]["citizen_id"], "990101195403051233");
        assert_eq!(opened["left_this_hour"], left);
    }
    let limit = desk.post(&county, &path, &json!({"reason": "call", "text": ""}));
    assert_eq!(code(&limit), (429, "reveal_limit".into()));
    let audit = desk.read(&county, "audit?limit=50");
    let rows = audit["rows"].as_array().unwrap();
    let opened = rows.iter().filter(|row| row["what"] == "open_person" && row["ok"] == true).count();
    assert_eq!(opened, 30);
    assert_eq!(rows.iter().filter(|row| row["what"] == "open_person" && row["ok"] == false).count(), 1);
    desk.bench.clock.advance(3_600_001);
    assert_eq!(desk.post(&county, &path, &json!({"reason": "call", "text": ""})).status, 200);
}

#[test]
fn wrong_passwords_are_tried_slowly_and_leave_a_trace() {
    let desk = Desk::new();
    let county = desk.account("county", "county", desk.bench.areas.county);
    for _ in 0..10 {
        assert_eq!(code(&desk.login("county", "wrong")), (401, "bad_login".into()));
    }
    let answer = desk.login("county", PASSWORD);
    assert_eq!(code(&answer), (429, "too_many_tries".into()));
    assert!(body(&answer)["params"]["seconds"].as_str().is_some());
    let audit = desk.read(&county, "audit");
    let failed = audit["rows"].as_array().unwrap().iter().filter(|row| row["what"] == "login_failed").count();
    assert_eq!(failed, 10);
    desk.bench.clock.advance(6 * 60_000);
    assert_eq!(desk.login("nobody", PASSWORD).status, 401);
    assert_eq!(desk.login("county", PASSWORD).status, 200);
}

#[test]
fn a_session_ends_with_logout_and_eight_hours_after_its_last_request() {
    let desk = Desk::new();
    let first = desk.account("county", "county", desk.bench.areas.county);
    assert_eq!(desk.post(&first, "logout", &json!({})).status, 204);
    assert_eq!(desk.get(&first, "me").status, 401);
    let second = desk.account("county", "county", desk.bench.areas.county);
    for _ in 0..3 {
        desk.bench.clock.advance(7 * 3_600_000);
        assert_eq!(desk.get(&second, "me").status, 200, "each request prolongs it");
    }
    desk.bench.clock.advance(8 * 3_600_000 + 1);
    assert_eq!(desk.get(&second, "me").status, 401);
}

#[test]
fn a_code_from_the_desk_enrols_a_phone_and_revoking_it_acts_at_once() {
    let desk = Desk::new();
    let grid = desk.bench.areas.grid;
    let worker = desk.bench.worker("李红霞", grid, WorkerRole::FullTime);
    let county = desk.account("county", "county", desk.bench.areas.county);
    let answer = body(&desk.post(&county, &format!("workers/{worker}/enrol-code"), &json!({"hours": null})));
    let typed = EnrolCode::read_typed(answer["code"].as_str().unwrap()).unwrap();
    let scanned = Invitation::read(answer["qr"].as_str().unwrap()).unwrap();
    assert!(typed.matches_ca(CA) && scanned.code().matches_ca(CA));
    assert_eq!(typed.single_use.to_text(), scanned.single_use.to_text());
    assert_eq!(answer["expires_ms"], desk.bench.county.now_ms() + 600_000);
    let late = desk.post(&county, &format!("workers/{worker}/enrol-code"), &json!({"hours": 25}));
    assert_eq!(code(&late), (400, "bad_request".into()));
    let phone = desk.bench.phone_of(worker);
    let devices = desk.read(&county, "devices");
    assert_eq!((devices["total"].as_u64(), devices["rows"][0]["state"].as_str()), (Some(1), Some("active")));
    let revoked = desk.post(&county, &format!("devices/{}/revoke", phone.id), &json!({"reason": "lost"}));
    assert_eq!(body(&revoked)["state"], "revoked");
    assert_eq!(desk.read(&county, "workers")["rows"][0]["devices"], 0);
    // A town whose area is only a part of what the worker was granted may not hand out the whole.
    let town = desk.account("town", "town", desk.bench.areas.sibling);
    desk.bench.county.grant(worker, desk.bench.areas.sibling).unwrap();
    let more = desk.post(&town, &format!("workers/{worker}/enrol-code"), &json!({"hours": null}));
    assert_eq!(code(&more), (403, "not_allowed".into()));
}

#[test]
fn a_worker_whose_areas_were_taken_back_gets_no_code_until_one_is_granted() {
    let desk = Desk::new();
    let grid = desk.bench.areas.grid;
    let worker = desk.bench.worker("李红霞", grid, WorkerRole::FullTime);
    let county = desk.account("county", "county", desk.bench.areas.county);
    let ask = |what: &str, sent: Json| desk.post(&county, &format!("workers/{worker}/{what}"), &sent);
    let (area, none) = (json!({"area": grid.to_string()}), json!({"hours": null}));
    assert_eq!(ask("revoke-grant", area.clone()).status, 200);
    assert_eq!(code(&ask("enrol-code", none.clone())), (409, "worker_without_area".into()));
    assert_eq!(desk.bench.county.forget_open_codes(worker).unwrap(), 0);
    assert_eq!(ask("grant", area).status, 200);
    assert_eq!(ask("enrol-code", none).status, 200);
}

#[test]
fn the_counts_name_the_desks_routes_and_nothing_that_was_asked_for() {
    let desk = Desk::new();
    let county = desk.account("county", "county", desk.bench.areas.county);
    let (household, _) = desk.household(desk.bench.areas.grid);
    desk.read(&county, &format!("households/{household}"));
    assert_eq!(desk.get(&county, "households/00000000-0000-0000-0000-000000000000").status, 404);
    assert_eq!(desk.login("county", "wrong").status, 401);
    let answer = call(&desk.router, Request::get("/metrics").body(Body::empty()).unwrap());
    let text = String::from_utf8(answer.body).unwrap();
    for (route, class, count) in [
        ("households/{id}", "2xx", 1),
        ("households/{id}", "4xx", 1),
        ("login", "2xx", 1),
        ("login", "4xx", 1),
    ] {
        let line = format!("xunge_requests_total{{route=\"/desk/api/{route}\",class=\"{class}\"}} {count}");
        assert!(text.lines().any(|found| found == line), "{line} in {text}");
    }
    assert!(!text.contains(&household.to_string()), "{text}");
}

#[test]
fn the_document_speaks_of_every_route() {
    let document = serde_json::to_value(desk::openapi()).unwrap();
    for bound in ROUTES {
        let method = bound.route.method.to_lowercase();
        assert!(document["paths"][bound.route.path][&method].is_object(), "{}", bound.route.path);
        let form = &document["components"]["schemas"][bound.answers];
        assert!(bound.answers.is_empty() || form.is_object(), "{}", bound.answers);
        let answer = &document["paths"][bound.route.path][&method]["responses"]["200"];
        let pages = answer["content"]["application/json"]["schema"]["properties"]["rows"].is_object();
        assert_eq!(pages, bound.route.summary.contains("a page"), "{}", bound.route.path);
    }
}
