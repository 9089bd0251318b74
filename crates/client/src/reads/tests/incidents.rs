//! Incidents through their life, from the report to the answer.

use super::phone::{ME, Phone, at, id, link, text};
use crate::views::Page;
use crate::views::Standing;
use crate::views::incidents::{IncidentArgs, IncidentStepArgs, IncidentView, IncidentsArgs, ReportArgs};
use xunge_domain::incident_flow::turn::{next_turn, seen_to_bytes};
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::StepVerb;
use xunge_domain::value::Value;

pub(super) fn with_categories() -> Phone {
    let phone = Phone::new();
    for (record, code, name, rank) in
        [(800, "lamp_out", "路灯不亮", 2), (801, "fire_lane", "占用消防通道", 1)]
    {
        let fields = vec![
            ("code", text(code)),
            ("name", text(name)),
            ("class", text("公用设施")),
            ("rank", Value::Int(rank)),
        ];
        phone.county(RecordKind::IncidentCategory, record, fields);
    }
    phone
}

pub(super) fn report(phone: &Phone, self_resolved: bool) -> String {
    let args = ReportArgs {
        form: "incident:new".into(),
        category: "lamp_out".into(),
        text: "第三盏，晚上很黑，房东14211118841".into(),
        place_name: "2幢北路".into(),
        self_resolved,
        resolution: if self_resolved { "换了灯泡".into() } else { String::new() },
        no_fix_reason: Some("indoors".into()),
    };
    phone.open.report_incident(&args).unwrap().id
}

fn desk(phone: &Phone, record: u128, incident: &str, verb: StepVerb, at_ms: i64, words: &str) {
    let incident: xunge_domain::ids::RecordId = incident.parse().unwrap();
    let seen = phone.open.store.read(|reader| reader.steps_of(incident)).unwrap();
    let fields = vec![
        ("incident", Value::reference(incident)),
        ("verb", Value::Int(verb.code())),
        ("turn", Value::Int(next_turn(seen.iter().map(|step| step.turn)))),
        ("seen", Value::Bytes(seen_to_bytes(seen.iter().map(|step| step.step)))),
        ("at", Value::Int(at_ms)),
        ("by", text("富民镇网格中心")),
        ("text", text(words)),
        ("department", text(if verb == StepVerb::Dispatch { "电力班组" } else { "" })),
    ];
    phone.county(RecordKind::IncidentStep, record, fields);
}

pub(super) fn view(phone: &Phone, incident: &str) -> IncidentView {
    phone.open.incident(&IncidentArgs { id: incident.into() }).unwrap()
}

fn listed(phone: &Phone, filter: &str) -> Vec<String> {
    let args = IncidentsArgs { filter: filter.into(), page: Page::default() };
    phone.open.incidents(&args).unwrap().rows.into_iter().map(|line| line.id).collect()
}

#[test]
fn categories_come_in_the_order_of_the_county() {
    let names: Vec<String> =
        with_categories().open.incident_categories().unwrap().into_iter().map(|c| c.name).collect();
    assert_eq!(names, ["占用消防通道", "路灯不亮"]);
}

#[test]
fn the_lamp_is_reported_mended_and_answered() {
    let phone = with_categories();
    let lamp = report(&phone, false);
    let fresh = view(&phone, &lamp);
    assert_eq!((fresh.line.title.as_str(), fresh.line.state.as_str()), ("路灯不亮", "reported"));
    assert_eq!((fresh.line.number.len(), fresh.line.standing), (4, Standing::OnPhone));
    assert_eq!(fresh.may, ["withdraw", "supplement"]);
    assert!(!fresh.text.contains("14211118841"), "{}", fresh.text);
    assert_eq!(fresh.steps.iter().map(|step| step.verb.as_str()).collect::<Vec<_>>(), ["report"]);

    let day = |hour| at("2026-11-21", hour);
    desk(&phone, 1, &lamp, StepVerb::Accept, day(11), "");
    desk(&phone, 3, &lamp, StepVerb::Dispatch, day(12), "派给电力班组");
    assert_eq!(view(&phone, &lamp).line.state, "dispatched");
    assert_eq!(view(&phone, &lamp).may, ["supplement"]);
    desk(&phone, 4, &lamp, StepVerb::Handle, day(13), "");
    desk(&phone, 5, &lamp, StepVerb::Verify, day(14), "");
    assert_eq!((listed(&phone, "open"), listed(&phone, "answered")), (vec![lamp.clone()], vec![]));
    desk(&phone, 6, &lamp, StepVerb::Close, day(15), "路灯修好了，请到现场看一眼。");
    phone.set_time(day(16));
    let today = phone.open.today_view().unwrap();
    assert_eq!(today.answers.len(), 1);
    assert_eq!((today.answers[0].state.as_str(), today.answers[0].by.as_str()), ("closed", "富民镇网格中心"));
    assert_eq!(today.answers[0].text, "路灯修好了，请到现场看一眼。");
    assert_eq!((listed(&phone, "open"), listed(&phone, "answered")), (vec![], vec![lamp.clone()]));
    assert_eq!(view(&phone, &lamp).may, ["rate"]);

    let rate =
        IncidentStepArgs { id: lamp.clone(), verb: "rate".into(), text: "5 很快".into(), form: None };
    phone.open.incident_step(&rate).unwrap();
    assert_eq!(phone.open.today_view().unwrap().answers, [], "rated is read");
    assert_eq!(view(&phone, &lamp).may, Vec::<String>::new());
    assert_eq!(listed(&phone, "answered"), [lamp]);
}

#[test]
fn what_the_desk_returns_waits_for_the_worker() {
    let phone = with_categories();
    let lamp = report(&phone, false);
    desk(&phone, 1, &lamp, StepVerb::Return, at("2026-11-21", 11), "请补充是哪一盏");
    phone.set_time(at("2026-11-21", 12));
    let today = phone.open.today_view().unwrap();
    assert_eq!((today.answers.len(), today.returned.len()), (0, 1));
    assert_eq!(
        (today.returned[0].state.as_str(), today.returned[0].text.as_str()),
        ("returned", "请补充是哪一盏")
    );
    assert!(view(&phone, &lamp).may.contains(&"supplement".to_owned()));
    assert_eq!(listed(&phone, "open"), [lamp]);
}

#[test]
fn solved_on_the_spot_is_no_answer_of_the_county() {
    let phone = with_categories();
    let lamp = report(&phone, true);
    let shown = view(&phone, &lamp);
    assert_eq!((shown.line.state.as_str(), shown.may.len()), ("self_resolved", 0));
    assert_eq!((listed(&phone, "open"), listed(&phone, "answered")), (vec![], vec![]));
    assert_eq!(listed(&phone, "all"), [lamp]);
}

#[test]
fn others_reports_are_followed_and_not_touched() {
    let phone = with_categories();
    let fields = vec![
        ("category", text("fire_lane")),
        ("reported", Value::Int(at("2026-11-20", 9))),
        ("worker", link(77)),
    ];
    phone.county(RecordKind::Incident, 50, fields);
    let shown = view(&phone, &id(50).to_string());
    assert_eq!((shown.line.state.as_str(), shown.line.title.as_str()), ("reported", "占用消防通道"));
    assert_eq!(shown.may, Vec::<String>::new());
    assert_eq!((shown.steps[0].verb.as_str(), shown.steps[0].by.as_str()), ("report", "worker"));
    let close = at("2026-11-21", 9);
    desk(&phone, 51, &id(50).to_string(), StepVerb::Void, close, "重复");
    assert_eq!(phone.open.today_view().unwrap().answers, [], "answers go to the one who reported");
}

#[test]
fn pages_follow_each_other_newest_first() {
    let phone = with_categories();
    let all = (0..130_u128).map(|n| {
        let at_ms = at("2026-11-01", 0) + i64::try_from(n).unwrap() * 1_000;
        (
            RecordKind::Incident,
            1_000 + n,
            vec![("category", text("lamp_out")), ("reported", Value::Int(at_ms)), ("worker", link(ME))],
        )
    });
    phone.county_all(all.collect());
    let page = |offset| {
        let args = IncidentsArgs { filter: "open".into(), page: Page { offset, limit: 50 } };
        phone.open.incidents(&args).unwrap()
    };
    let (first, last) = (page(0), page(100));
    assert_eq!((first.rows.len(), first.more, last.rows.len(), last.more), (50, true, 30, false));
    assert_eq!(
        (first.rows[0].id.clone(), last.rows[29].id.clone()),
        (id(1_129).to_string(), id(1_000).to_string())
    );
}
