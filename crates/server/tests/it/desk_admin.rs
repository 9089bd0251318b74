//! What the desk administers: areas, workers, accounts; and the map of an area.

use crate::desk::{Desk, PASSWORD, body, code};
use serde_json::{Value as Json, json};
use xunge_domain::geometry::{LatLon, Outline, outline_to_bytes};
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::WorkerRole;
use xunge_domain::value::Value;

fn audited(desk: &Desk) -> Vec<(String, String)> {
    let page = xunge_server::storage::Page { offset: 0, limit: 50 };
    let rows = desk.bench.county.audit_page(page).unwrap();
    rows.into_iter().map(|row| (row.entry.what, row.entry.subject)).collect()
}

fn there(desk: &Desk, what: &str, subject: &str) -> bool {
    audited(desk).contains(&(what.to_owned(), subject.to_owned()))
}

#[test]
fn an_area_is_added_below_ones_own_with_a_code_nobody_has_and_a_lower_level() {
    let desk = Desk::new();
    let areas = desk.bench.areas;
    let town = desk.account("town", "town", areas.community);
    let add = |parent: &str, code: &str, name: &str, kind: &str| {
        let sent = json!({"parent": parent, "code": code, "name": name, "kind": kind});
        desk.post(&town, "areas", &sent)
    };
    let own = areas.community.to_string();
    let added = add(&own, "990101001003005", " 富民五格 ", "grid");
    assert_eq!(added.status, 200, "{}", body(&added));
    assert_eq!(
        (body(&added)["name"].as_str(), body(&added)["kind"].as_str()),
        (Some("富民五格"), Some("grid"))
    );
    let tree = desk.read(&town, "areas");
    assert!(tree.as_array().unwrap().iter().any(|line| line["code"] == "990101001003005"));
    assert!(there(&desk, "area_add", "990101001003005"));
    for (parent, kind, told) in [
        (areas.county.to_string(), "grid", (404, "not_found".to_owned())),
        (areas.foreign.to_string(), "micro_grid", (404, "not_found".to_owned())),
        (own.clone(), "community", (400, "bad_request".to_owned())),
        (own.clone(), "planet", (400, "bad_request".to_owned())),
        (areas.grid.to_string(), "grid", (400, "bad_request".to_owned())),
    ] {
        assert_eq!(code(&add(&parent, "990101001003006", "六格", kind)), told, "{kind} below {parent}");
    }
    assert_eq!(code(&add(&own, "990101001003005", "重复", "grid")), (409, "code_taken".into()));
    let plain = "990101001003007";
    for (bad, name, field) in [
        ("1 2", "格", "code"),
        ("", "格", "code"),
        ("-1", "格", "code"),
        (plain, " ", "name"),
        // What a spreadsheet would run, and what shows another name than it holds.
        (plain, "=HYPERLINK(\"x\")", "name"),
        (plain, "+格", "name"),
        (plain, "-1+1", "name"),
        (plain, "@SUM(1)", "name"),
        (plain, "＝格", "name"),
        (plain, "富民\u{202E}五格", "name"),
        (plain, "富民\u{0007}五格", "name"),
        (plain, "富民\n五格", "name"),
    ] {
        let refused = add(&own, bad, name, "grid");
        assert_eq!((refused.status, body(&refused)["params"]["field"].as_str()), (400, Some(field)));
    }
    // What was refused left nothing behind.
    assert_eq!(audited(&desk).iter().filter(|(what, _)| what == "area_add").count(), 1);
}

#[test]
fn an_area_takes_another_name_but_a_town_does_not_rename_its_own_top() {
    let desk = Desk::new();
    let areas = desk.bench.areas;
    let town = desk.account("town", "town", areas.community);
    let county = desk.account("county", "county", areas.county);
    let rename = |session, area, name: &str| {
        desk.post(session, &format!("areas/{area}/rename"), &json!({"name": name}))
    };
    assert_eq!(body(&rename(&town, areas.grid, "富民三格"))["name"], "富民三格");
    assert_eq!(code(&rename(&town, areas.grid, "=1+1")), (400, "bad_request".into()));
    assert_eq!(code(&rename(&town, areas.community, "自己")), (403, "not_allowed".into()));
    assert_eq!(code(&rename(&town, areas.county, "县")), (404, "not_found".into()));
    assert_eq!(body(&rename(&county, areas.community, "富民社区"))["name"], "富民社区");
    // The phone hears it: it is an operation like every other.
    let mut phone = desk.bench.phone("周敏", areas.grid);
    let (heard, _) = phone.pull(&desk.bench, 0);
    assert!(
        heard.iter().any(|op| op.header.kind == RecordKind::Area.code() && op.header.record == areas.grid)
    );
    assert!(there(&desk, "area_rename", "990101004"));
}

#[test]
fn a_worker_is_added_sees_more_and_sees_less() {
    let desk = Desk::new();
    let areas = desk.bench.areas;
    let town = desk.account("town", "town", areas.community);
    let sent = |role: &str, area| json!({"name": "李红霞", "number": "", "role": role, "area": area});
    let added = desk.post(&town, "workers", &sent("full_time", areas.grid.to_string()));
    assert_eq!(added.status, 200, "{}", body(&added));
    let (id, number) = (body(&added)["id"].clone(), body(&added)["number"].as_str().unwrap().to_owned());
    assert_eq!(body(&added)["grids"].as_array().unwrap().len(), 1);
    assert!(there(&desk, "worker_add", &number), "written down by the number, not by the name");
    assert!(!audited(&desk).iter().any(|(_, subject)| subject.contains("李红霞")));
    let id = id.as_str().unwrap();
    let grant = |how: &str, area| desk.post(&town, &format!("workers/{id}/{how}"), &json!({"area": area}));
    assert_eq!(body(&grant("grant", areas.sibling.to_string()))["grids"].as_array().unwrap().len(), 2);
    assert_eq!(code(&grant("grant", areas.foreign.to_string())), (404, "not_found".into()));
    let mut phone = desk.bench.phone_of(id.parse().unwrap());
    let household = desk.household(areas.sibling).0;
    let mut sees = || phone.pull(&desk.bench, 0).0.iter().any(|op| op.header.record == household);
    assert!(sees());
    assert_eq!(grant("revoke-grant", areas.sibling.to_string()).status, 200);
    assert!(!sees(), "from the next request on");
    assert!(there(&desk, "grant", &number) && there(&desk, "revoke_grant", &number));
    let twice =
        json!({"name": "王五", "number": number, "role": "full_time", "area": areas.grid.to_string()});
    assert_eq!(code(&desk.post(&town, "workers", &twice)), (409, "number_taken".into()));
    assert_eq!(code(&desk.post(&town, "workers", &sent("county_centre", areas.grid.to_string()))).0, 403);
    assert_eq!(code(&desk.post(&town, "workers", &sent("full_time", areas.foreign.to_string()))).0, 404);
    for name in ["=cmd|'/C calc'!A0", "+李红霞", "-李红霞", "@李红霞", "李\u{202E}红霞", "李\u{0000}红霞"]
    {
        let named = json!({"name": name, "number": "", "role": "full_time", "area": areas.grid.to_string()});
        let refused = desk.post(&town, "workers", &named);
        assert_eq!(
            (refused.status, body(&refused)["params"]["field"].as_str()),
            (400, Some("name")),
            "{name}"
        );
    }
    let numbered =
        json!({"name": "李红霞", "number": "=1", "role": "full_time", "area": areas.grid.to_string()});
    assert_eq!(body(&desk.post(&town, "workers", &numbered))["params"]["field"], "number");
    assert_eq!(code(&desk.post(&town, "workers", &sent("king", areas.grid.to_string()))).0, 400);
}

#[test]
fn accounts_are_the_county_centres_and_a_password_is_shown_once() {
    let desk = Desk::new();
    let areas = desk.bench.areas;
    let county = desk.account("county", "county", areas.county);
    let part = desk.account("part", "county", areas.community);
    let town = desk.account("town", "town", areas.community);
    let sent = |name: &str, area| json!({"name": name, "role": "town", "area": area});
    assert_eq!(code(&desk.get(&town, "accounts")), (403, "not_allowed".into()));
    assert_eq!(code(&desk.post(&town, "accounts", &sent("x1", areas.grid.to_string()))).0, 403);
    assert_eq!(code(&desk.post(&part, "accounts", &sent("x1", areas.county.to_string()))).0, 404);
    assert_eq!(desk.read(&county, "accounts")["total"], 3);
    assert_eq!(desk.read(&part, "accounts")["total"], 2, "what lies above is not listed");
    assert_eq!(code(&desk.post(&part, "accounts/county/password", &json!({}))), (404, "not_found".into()));

    let made = body(&desk.post(&county, "accounts", &sent("fumin", areas.community.to_string())));
    let password = made["password"].as_str().unwrap();
    let entered = desk.login("fumin", password);
    assert_eq!(entered.status, 200);
    assert!(!desk.read(&county, "accounts").to_string().contains(password));
    assert_eq!(code(&desk.post(&county, "accounts", &sent("fumin", areas.grid.to_string()))).1, "name_taken");
    assert_eq!(code(&desk.post(&county, "accounts", &sent("=1+1", areas.grid.to_string()))).0, 400);

    let anew = body(&desk.post(&county, "accounts/fumin/password", &json!({})));
    assert_eq!(desk.login("fumin", password).status, 401);
    assert_eq!(desk.login("fumin", anew["password"].as_str().unwrap()).status, 200);
    let state = |name: &str, disabled: bool| {
        desk.post(&county, &format!("accounts/{name}/state"), &json!({"disabled": disabled}))
    };
    assert_eq!(body(&state("town", true))["disabled"], true);
    assert_eq!(code(&desk.get(&town, "me")), (401, "no_session".into()), "at once");
    assert_eq!(desk.login("town", PASSWORD).status, 401);
    assert_eq!(body(&state("town", false))["disabled"], false);
    assert_eq!(desk.login("town", PASSWORD).status, 200);
    assert_eq!(code(&state("county", true)), (409, "own_account".into()));
    for (what, whom) in [
        ("account_add", "fumin"),
        ("account_password", "fumin"),
        ("account_disable", "town"),
        ("account_enable", "town"),
    ] {
        assert!(there(&desk, what, whom), "{what}");
    }
}

fn outline(lat: f64, lon: f64) -> Value {
    let at = |north: f64, east: f64| LatLon::from_degrees(lat + north, lon + east).unwrap();
    let ring = vec![at(0.0, 0.0), at(0.0, 0.01), at(0.01, 0.01), at(0.01, 0.0)];
    Value::Bytes(outline_to_bytes(&Outline::of_ring(ring).unwrap()))
}

#[test]
fn a_map_shows_outlines_buildings_and_open_incidents_of_its_area_and_no_track() {
    let desk = Desk::new();
    desk.category();
    let areas = desk.bench.areas;
    desk.bench.write(RecordKind::Area, areas.community, areas.community, [(5, outline(29.0, 123.5))]);
    desk.bench.write(RecordKind::Area, areas.grid, areas.grid, [(5, outline(29.001, 123.501))]);
    desk.bench.write(RecordKind::Area, areas.foreign, areas.foreign, [(5, outline(29.5, 123.9))]);
    let place = |kind, name: &str, lat: i64| {
        let values = [
            (1, Value::from(name)),
            (3, Value::Int(lat)),
            (4, Value::Int(1_235_000_000)),
            (5, Value::Int(1)),
        ];
        desk.bench.write(kind, desk.bench.id(), areas.grid, values);
    };
    place(RecordKind::Building, "2幢", 290_000_000);
    place(RecordKind::InspectionPoint, "南门岗亭", 290_010_000);
    let worker = desk.bench.worker("周敏", areas.grid, WorkerRole::FullTime);
    let incident = |place: Option<i64>, reported: i64| {
        let id = desk.bench.id();
        let mut values =
            vec![(1, Value::from("lamp_out")), (8, Value::Int(reported)), (9, Value::reference(worker))];
        if let Some(lat) = place {
            values.extend([(4, Value::Int(lat)), (5, Value::Int(1_235_000_500))]);
        }
        let edits = values
            .into_iter()
            .map(|(key, value)| (xunge_domain::records::FieldKey(key), xunge_domain::value::Edit::Put(value)))
            .collect();
        let change = xunge_server::county::Change::Edits(edits);
        let edit = xunge_server::county::CountyEdit {
            kind: RecordKind::Incident,
            record: id,
            area: areas.grid,
            change,
        };
        desk.bench.county.write_as_county(vec![edit]).unwrap();
        id
    };
    let placed = incident(Some(290_005_000), 1_789_999_000_000);
    incident(None, 1_789_999_500_000);
    let started = 1_789_990_000_000;
    let patrol =
        [(1, Value::reference(worker)), (4, Value::Int(started)), (5, Value::Int(started + 3_600_000))];
    desk.bench.write(RecordKind::Patrol, desk.bench.id(), areas.grid, patrol);

    let town = desk.account("town", "town", areas.community);
    let map = desk.read(&town, &format!("areas/{}/map", areas.community));
    let shapes = map["shapes"].as_array().unwrap();
    let ids: Vec<&str> = shapes.iter().map(|shape| shape["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [areas.community.to_string(), areas.grid.to_string()], "the one asked for first");
    assert_eq!(shapes[1]["rings"][0].as_array().unwrap().len(), 4);
    assert_eq!((&shapes[0]["incidents_open"], &shapes[0]["last_patrol_ms"]), (&json!(2), &json!(started)));
    assert_eq!(
        (map["buildings"][0]["name"].as_str(), map["points"][0]["name"].as_str()),
        (Some("2幢"), Some("南门岗亭"))
    );
    assert_eq!(map["incidents"].as_array().unwrap().len(), 1);
    assert_eq!(map["incidents"][0]["id"], placed.to_string());
    assert_eq!((&map["incidents_open"], &map["incidents_unplaced"]), (&json!(2), &json!(1)));
    assert_eq!(map["last_patrol"]["worker"], "周敏");
    assert_eq!(map["last_patrol"]["track"], Json::Null);
    let foreign = desk.account("foreign", "town", areas.foreign);
    assert_eq!(desk.get(&foreign, &format!("areas/{}/map", areas.grid)).status, 404);
    assert_eq!(desk.read(&foreign, &format!("areas/{}/map", areas.foreign))["incidents_open"], 0);
}
