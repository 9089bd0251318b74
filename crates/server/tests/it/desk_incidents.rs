//! An incident at the desk, from the report to the answer.

use crate::desk::{Desk, body, code};
use serde_json::{Value as Json, json};
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::StepVerb;
use xunge_domain::value::Value;

#[test]
fn an_incident_goes_from_report_to_answer_and_the_phone_hears_every_step() {
    let desk = Desk::new();
    desk.category();
    let mut phone = desk.bench.phone("周敏", desk.bench.areas.grid);
    let incident = desk.reported(&mut phone);
    let county = desk.account("county", "county", desk.bench.areas.county);
    assert_eq!(desk.read(&county, "counts")["incidents_new"], 1);
    let listed = desk.read(&county, "incidents");
    let row = &listed["rows"][0];
    assert_eq!((row["title"].as_str(), row["state"].as_str()), (Some("路灯不亮"), Some("reported")));
    assert_eq!((row["number"].as_str(), row["worker"].as_str()), (Some("7F2C"), Some("周敏")));
    assert!(row["due_ms"].as_i64().is_some());
    let path = format!("incidents/{incident}");
    let mut revision = desk.read(&county, &path)["revision"].clone();
    let story = [
        ("accept", json!({}), "accepted"),
        ("dispatch", json!({"department": "urban_management"}), "dispatched"),
        ("handle", json!({"text": "已派电工"}), "verifying"),
        ("verify", json!({"text": "现场看过，亮了"}), "verified"),
        ("close", json!({"text": "路灯周二已修好，谢谢您"}), "closed"),
    ];
    for (verb, mut sent, state) in story {
        let now = desk.read(&county, &path);
        assert!(now["may"].as_array().unwrap().contains(&json!(verb)), "{verb} in {}", now["may"]);
        sent["revision"] = revision.clone();
        desk.bench.clock.advance(60_000);
        let answer = desk.post(&county, &format!("{path}/{verb}"), &sent);
        assert_eq!(answer.status, 200, "{verb}: {}", body(&answer));
        assert_eq!(body(&answer)["state"], state, "{verb}");
        revision = body(&answer)["revision"].clone();
    }
    let whole = desk.read(&county, &path);
    let verbs: Vec<&str> =
        whole["steps"].as_array().unwrap().iter().map(|s| s["verb"].as_str().unwrap()).collect();
    assert_eq!(verbs, ["report", "accept", "dispatch", "handle", "verify", "close"]);
    assert_eq!(whole["department"], "综合执法局");
    let (heard, _) = phone.pull(&desk.bench, 0);
    let told = |verb: StepVerb| {
        heard.iter().any(|op| {
            op.header.kind == RecordKind::IncidentStep.code()
                && op
                    .read()
                    .unwrap()
                    .edits
                    .values()
                    .any(|edit| *edit == xunge_domain::value::Edit::Put(Value::Int(verb.code())))
        })
    };
    for verb in [StepVerb::Accept, StepVerb::Dispatch, StepVerb::Handle, StepVerb::Verify, StepVerb::Close] {
        assert!(told(verb), "{verb:?} reached the phone");
    }
    let audit = desk.read(&county, "audit");
    let steps = audit["rows"].as_array().unwrap().iter().filter(|row| row["what"] == "incident_step").count();
    assert_eq!(steps, 5);
}

#[test]
fn an_incident_is_not_closed_without_an_answer_nor_changed_by_a_desk_that_read_an_older_state() {
    let desk = Desk::new();
    desk.category();
    let mut phone = desk.bench.phone("周敏", desk.bench.areas.grid);
    let incident = desk.reported(&mut phone);
    let county = desk.account("county", "county", desk.bench.areas.county);
    let path = format!("incidents/{incident}");
    let step = |verb: &str, sent: Json| {
        let mut sent = sent;
        if sent["revision"].is_null() {
            sent["revision"] = desk.read(&county, &path)["revision"].clone();
        }
        desk.post(&county, &format!("{path}/{verb}"), &sent)
    };
    let first = desk.read(&county, &path)["revision"].clone();
    let early = step("close", json!({"text": "好了"}));
    assert_eq!(code(&early), (409, "illegal_transition".into()));
    assert_eq!(body(&early)["params"], json!({"state": "reported", "verb": "close"}));
    assert_eq!(step("accept", json!({})).status, 200);
    assert_eq!(
        code(&step("dispatch", json!({"revision": first, "department": "water"}))),
        (409, "changed_meanwhile".into())
    );
    assert_eq!(code(&step("dispatch", json!({"department": "  "}))), (400, "bad_request".into()));
    assert_eq!(step("dispatch", json!({"department": "water"})).status, 200);
    assert_eq!(code(&step("handle", json!({}))), (400, "bad_request".into()));
    assert_eq!(step("handle", json!({"text": "修了"})).status, 200);
    assert_eq!(step("verify", json!({"text": "看过"})).status, 200);
    assert_eq!(code(&step("close", json!({"text": " "}))), (422, "answer_needed".into()));
    assert_eq!(desk.read(&county, &path)["state"], "verified");
    assert_eq!(code(&step("dance", json!({}))), (404, "not_found".into()));
}

#[test]
fn an_extension_moves_the_end_of_the_limit() {
    let desk = Desk::new();
    desk.category();
    let mut phone = desk.bench.phone("周敏", desk.bench.areas.grid);
    let incident = desk.reported(&mut phone);
    let county = desk.account("county", "county", desk.bench.areas.county);
    let path = format!("incidents/{incident}");
    let revision = || desk.read(&county, &path)["revision"].clone();
    desk.post(&county, &format!("{path}/accept"), &json!({"revision": revision()}));
    let old = desk.read(&county, &path)["due_ms"].as_i64().unwrap();
    let wanted = old + 7 * 86_400_000;
    let sent = json!({"revision": revision(), "text": "等配件", "due_ms": wanted});
    let answer = desk.post(&county, &format!("{path}/extend"), &sent);
    assert_eq!((answer.status, body(&answer)["due_ms"].as_i64()), (200, Some(wanted)));
    let back = json!({"revision": revision(), "text": "改早", "due_ms": old});
    assert_eq!(code(&desk.post(&county, &format!("{path}/extend"), &back)), (400, "bad_request".into()));
}

#[test]
fn a_phone_whose_clock_is_years_off_reports_like_others_and_its_limit_is_that_of_others() {
    const YEAR_MS: i64 = 365 * 86_400_000;
    let mut limits = Vec::new();
    for off_ms in [0, 3 * YEAR_MS, -20 * YEAR_MS] {
        let desk = Desk::new();
        desk.category();
        let mut phone = desk.bench.phone("周敏", desk.bench.areas.grid);
        let (incident, grid) = (desk.bench.id(), desk.bench.areas.grid);
        let now_ms = desk.bench.county.now_ms();
        let said = Value::Int(now_ms + off_ms);
        let report = [
            (1, Value::from("lamp_out")),
            (2, Value::from("第三盏不亮")),
            (8, said.clone()),
            (9, Value::reference(phone.worker)),
        ];
        phone.write(RecordKind::Incident, incident, grid, report);
        let step = [
            (1, Value::reference(incident)),
            (2, Value::Int(StepVerb::Report.code())),
            (3, said),
            (9, Value::Int(1)),
        ];
        phone.write(RecordKind::IncidentStep, desk.bench.id(), grid, step);
        phone.push(&desk.bench);
        let county = desk.account("county", "county", desk.bench.areas.county);
        let path = format!("incidents/{incident}");
        for (verb, state) in [("accept", "accepted"), ("dispatch", "dispatched")] {
            let revision = desk.read(&county, &path)["revision"].clone();
            let sent = json!({ "revision": revision, "department": "water" });
            let answer = desk.post(&county, &format!("{path}/{verb}"), &sent);
            assert_eq!((answer.status, body(&answer)["state"].as_str()), (200, Some(state)), "{off_ms}");
        }
        let whole = desk.read(&county, &path);
        let verbs: Vec<_> =
            whole["steps"].as_array().unwrap().iter().map(|step| step["verb"].clone()).collect();
        assert_eq!(verbs, ["report", "accept", "dispatch"], "{off_ms}");
        limits.push(whole["due_ms"].as_i64().unwrap());
    }
    assert!(limits.iter().all(|limit| *limit == limits[0]), "{limits:?}");
}

#[test]
fn what_a_phone_took_back_too_late_undoes_no_answer_and_nobody_rewrites_a_step() {
    let desk = Desk::new();
    desk.category();
    let mut phone = desk.bench.phone("周敏", desk.bench.areas.grid);
    let incident = desk.reported(&mut phone);
    let grid = desk.bench.areas.grid;
    let step = |phone: &mut crate::phone::Phone, verb: StepVerb, turn: i64| {
        let fields = [
            (1, Value::reference(incident)),
            (2, Value::Int(verb.code())),
            (3, Value::Int(desk.bench.county.now_ms())),
            (9, Value::Int(turn)),
        ];
        let record = desk.bench.id();
        phone.write(RecordKind::IncidentStep, record, grid, fields);
        record
    };
    step(&mut phone, StepVerb::Report, 1);
    phone.push(&desk.bench);
    // Off the net the worker takes it back, and says so later.
    step(&mut phone, StepVerb::Withdraw, 2);
    let county = desk.account("county", "county", desk.bench.areas.county);
    let path = format!("incidents/{incident}");
    let act = |verb: &str, text: &str| {
        let revision = desk.read(&county, &path)["revision"].clone();
        let answer =
            desk.post(&county, &format!("{path}/{verb}"), &json!({ "revision": revision, "text": text }));
        assert_eq!(answer.status, 200, "{verb}: {}", body(&answer));
    };
    for (verb, text) in [("accept", ""), ("handle", "修了"), ("verify", "看过"), ("close", "修好了，谢谢")]
    {
        act(verb, text);
    }
    phone.push(&desk.bench);
    let whole = desk.read(&county, &path);
    assert_eq!(whole["state"], "closed");
    let verbs: Vec<_> = whole["steps"].as_array().unwrap().iter().map(|step| step["verb"].clone()).collect();
    assert_eq!(verbs, ["report", "accept", "handle", "verify", "close", "withdraw"]);

    let (heard, _) = phone.pull(&desk.bench, 0);
    let kind = RecordKind::IncidentStep;
    let desks = heard.iter().find(|op| op.header.kind == kind.code()).unwrap().header.record;
    phone.write(kind, desks, grid, [(2, Value::Int(StepVerb::Void.code()))]);
    let outcomes = phone.push(&desk.bench);
    assert_eq!(outcomes[0].reason.as_deref(), Some("not_author"));
    assert_eq!(desk.read(&county, &path)["state"], "closed");
}
