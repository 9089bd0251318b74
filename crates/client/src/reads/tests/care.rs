//! When a household is due, who decides that, and in which order the doors are walked.

use super::phone::{Fields, Phone, at, day, id, link, named, text};
use crate::views::home::DueVisit;
use crate::views::households::{HeadArgs, HistoryHow, HouseholdArgs, HouseholdView};
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::{Cadence, OccupancyKind, WorkerRole};
use xunge_domain::value::Value;
use xunge_sync::auth::signed_registry::Tier;

const NOTHING_CHANGED: i64 = 1;
const NOBODY_HOME: i64 = 3;
const DECLINED: i64 = 4;
const MET: i64 = 5;

/// A house with two doors; 单秀兰 behind the first has a duty of category `care`.
fn shan(cadence: Cadence) -> Phone {
    let phone = Phone::new();
    phone.building(10, "2幢", 1, 20, &[("1", 3, "301"), ("1", 2, "201")]);
    phone.household(100, 20, &[named("单秀兰")]);
    phone.register(500, "care", cadence, |_| ());
    duty(&phone, 600, 102, "care", vec![]);
    phone
}

fn duty(phone: &Phone, record: u128, person: u128, category: &str, more: Fields) {
    let mut fields =
        vec![("person", link(person)), ("category", text(category)), ("since", day("2025-01-01"))];
    fields.extend(more);
    phone.county(RecordKind::CareDuty, record, fields);
}

fn due(phone: &Phone) -> Vec<DueVisit> {
    phone.open.today_view().unwrap().visits_due
}

/// A visit that its worker let count for the duty 600.
fn counted(phone: &Phone, record: u128, at_ms: i64) {
    phone.visit_for(record, 100, at_ms, NOTHING_CHANGED, &[600]);
}

fn page(phone: &Phone, household: u128) -> HouseholdView {
    phone.open.household(&HouseholdArgs { id: id(household).to_string() }).unwrap()
}

#[test]
fn a_monthly_duty_is_due_until_a_visit_of_this_month_counts_for_it() {
    let phone = shan(Cadence::Monthly);
    counted(&phone, 700, at("2026-10-31", 23));
    let visits = due(&phone);
    assert_eq!(visits.len(), 1);
    assert_eq!((visits[0].door.as_str(), visits[0].reason.as_str()), ("2幢1单元 301", "care_duty"));
    assert_eq!((visits[0].due.as_str(), visits[0].category.as_deref()), ("2026-11-30", Some("示例服务care")));
    assert_eq!(visits[0].last_visit_ms, Some(at("2026-10-31", 23)));

    counted(&phone, 701, at("2026-11-01", 0));
    assert_eq!(due(&phone), []);
    let duties = page(&phone, 100).duties;
    assert_eq!(
        (duties[0].done, duties[0].due.as_str(), duties[0].cadence.as_str()),
        (true, "2026-12-31", "monthly")
    );

    phone.set_time(at("2026-12-01", 8));
    assert_eq!(due(&phone).len(), 1, "a new month asks anew");
}

#[test]
fn nobody_home_and_declined_leave_it_due() {
    let phone = shan(Cadence::Monthly);
    phone.visit(700, 100, at("2026-11-10", 9), NOBODY_HOME);
    phone.visit(701, 100, at("2026-11-11", 9), DECLINED);
    assert_eq!(due(&phone).len(), 1);
    counted(&phone, 702, at("2026-11-09", 9));
    assert_eq!(due(&phone).len(), 0, "an earlier visit of the month counts");
}

#[test]
fn a_visit_stands_among_the_visits_and_is_no_change_besides() {
    let phone = shan(Cadence::Monthly);
    phone.visit(700, 100, at("2026-11-10", 9), NOTHING_CHANGED);
    let told = |phone: &Phone| -> Vec<String> {
        page(phone, 100).history.into_iter().filter(|line| line.kind == "visit").map(|line| line.by).collect()
    };
    assert_eq!((page(&phone, 100).visits.len(), told(&phone).len()), (1, 0));
    phone.mine(RecordKind::Visit, 700, vec![("note", text("补一句"))]);
    assert_eq!(told(&phone).len(), 1, "what was changed of it later is");
    let saved = phone
        .open
        .record_visit(&crate::views::households::VisitArgs {
            household: id(100).to_string(),
            outcome: "met".into(),
            note: String::new(),
            duties: Vec::new(),
            checks: vec!["people=declined".into()],
        })
        .unwrap();
    assert_eq!(page(&phone, 100).visits[0].outcome, "met");
    phone.open.undo(&crate::views::households::UndoArgs { undo: saved.undo.unwrap() }).unwrap();
    let how: Vec<HistoryHow> = page(&phone, 100).history.iter().map(|line| line.how).collect();
    assert_eq!(how[0], HistoryHow::Removed, "taken back, and said as that");
    assert!(how.contains(&HistoryHow::Began) && how.contains(&HistoryHow::Changed));
}

#[test]
fn a_visit_that_was_not_let_count_leaves_it_due() {
    let phone = shan(Cadence::Monthly);
    phone.visit(700, 100, at("2026-11-10", 9), NOTHING_CHANGED);
    let visits = due(&phone);
    assert_eq!((visits.len(), visits[0].last_visit_ms), (1, Some(at("2026-11-10", 9))));
    assert!(!page(&phone, 100).duties[0].done);
}

#[test]
fn a_visit_that_names_the_duty_fulfils_it_whatever_came_of_it() {
    let phone = shan(Cadence::Monthly);
    let args = crate::views::households::VisitArgs {
        household: id(100).to_string(),
        outcome: "declined".into(),
        note: "在电话里问过了".into(),
        duties: vec![id(600).to_string()],
        checks: Vec::new(),
    };
    phone.open.record_visit(&args).unwrap();
    assert_eq!(due(&phone), []);
    let today = phone.open.today_view().unwrap();
    assert_eq!((today.visits_done, today.visits_due_total), (1, 0));
}

#[test]
fn quarters_and_years_are_those_of_the_calendar() {
    let quarterly = shan(Cadence::Quarterly);
    counted(&quarterly, 700, at("2026-09-30", 20));
    assert_eq!(due(&quarterly)[0].due, "2026-12-31");
    counted(&quarterly, 701, at("2026-10-01", 1));
    assert_eq!(due(&quarterly), []);
    assert_eq!(page(&quarterly, 100).duties[0].due, "2027-03-31");

    let yearly = shan(Cadence::Yearly);
    counted(&yearly, 700, at("2025-12-31", 20));
    assert_eq!(due(&yearly)[0].due, "2026-12-31");
    counted(&yearly, 701, at("2026-01-01", 1));
    assert_eq!(due(&yearly), []);
}

#[test]
fn a_duty_on_task_is_shown_and_never_due_by_itself() {
    let phone = shan(Cadence::OnTask);
    assert_eq!(due(&phone), []);
    let duties = page(&phone, 100).duties;
    assert_eq!((duties.len(), duties[0].due.as_str(), duties[0].done), (1, "", false));
}

#[test]
fn the_cadence_of_the_duty_goes_before_that_of_the_category() {
    let phone = shan(Cadence::Yearly);
    phone.county(RecordKind::CareDuty, 600, vec![("cadence", Value::Int(Cadence::Monthly.code()))]);
    assert_eq!(due(&phone)[0].due, "2026-11-30");
}

#[test]
fn a_duty_holds_from_its_first_day_to_its_last() {
    let phone = shan(Cadence::Monthly);
    phone.county(RecordKind::CareDuty, 600, vec![("until", day("2026-11-20"))]);
    assert_eq!((due(&phone).len(), page(&phone, 100).duties.len()), (0, 0), "ended yesterday");
    phone.county(RecordKind::CareDuty, 600, vec![("until", day("2026-11-21"))]);
    assert_eq!(due(&phone).len(), 1, "ends today");
    phone.county(RecordKind::CareDuty, 600, vec![("since", day("2026-11-22"))]);
    assert_eq!(due(&phone).len(), 0, "begins tomorrow");
}

#[test]
fn only_what_the_county_registered_for_this_role_shows_at_all() {
    let phone = shan(Cadence::Monthly);
    let good = phone.entry("good", Cadence::Monthly, |_| ());
    let signed = good.sign(&ed25519_dalek::SigningKey::from_bytes(&[6; 32])).unwrap();
    phone.register_bytes(501, "forged", signed.entry.clone(), signed.signature);
    phone.register_bytes(502, "unsigned", signed.entry, Vec::new());
    phone.register(503, "expired", Cadence::Monthly, |entry| entry.expires = "2026-11-20".parse().unwrap());
    phone.register(504, "tier_two", Cadence::Monthly, |entry| entry.tier = Tier::Two);
    phone.register(505, "others", Cadence::Monthly, |entry| entry.readers = vec![WorkerRole::TownCentre]);
    let hidden = ["forged", "good", "unsigned", "expired", "tier_two", "others", "never_registered"];
    for (record, category) in (610..).zip(hidden) {
        duty(&phone, record, 102, category, vec![]);
    }
    let duties = page(&phone, 100).duties;
    assert_eq!(duties.len(), 1);
    assert_eq!((duties[0].category.as_str(), duties[0].basis.as_str()), ("示例服务care", "示例法 第一条"));
    let json = serde_json::to_string(&phone.open.today_view().unwrap()).unwrap();
    assert!(hidden.iter().all(|category| !json.contains(&format!("示例服务{category}"))), "{json}");
}

#[test]
fn a_clock_set_back_revives_no_category() {
    let phone = shan(Cadence::Monthly);
    phone.register(500, "care", Cadence::Monthly, |entry| entry.expires = "2026-11-20".parse().unwrap());
    let last_seen = at("2026-11-21", 9);
    phone.open.contact().server =
        Some((last_seen, xunge_domain::world::Moment { wall_ms: 0, mono_ms: 0, boot: 99 }));
    phone.set_time(at("2026-11-01", 9));
    assert_eq!((due(&phone).len(), page(&phone, 100).duties.len()), (0, 0));
}

#[test]
fn due_doors_come_in_walking_order_and_one_a_household() {
    let phone = Phone::new();
    phone.register(500, "care", Cadence::Monthly, |_| ());
    phone.register(501, "yearly", Cadence::Yearly, |_| ());
    // The second building on the map is walked first.
    phone.building(11, "1幢", 2, 40, &[("1", 1, "101")]);
    phone.building(10, "2幢", 1, 20, &[("2", 1, "102"), ("1", 10, "1001"), ("1", 9, "901"), ("1", 9, "902")]);
    for (household, dwelling) in [(100, 40), (200, 20), (300, 21), (400, 23), (450, 22)] {
        phone.household(household, dwelling, &[named("荆海燕"), named("鹿鸣")]);
        duty(&phone, 2_000 + household, household + 2, "care", vec![]);
        duty(&phone, 3_000 + household, household + 4, "yearly", vec![]);
    }
    let today = phone.open.today_view().unwrap();
    let doors: Vec<&str> = today.visits_due.iter().map(|visit| visit.door.as_str()).collect();
    assert_eq!(doors, ["2幢1单元 901", "2幢1单元 902", "2幢1单元 1001", "2幢2单元 102", "1幢1单元 101"]);
    assert!(
        today.visits_due.iter().all(|visit| visit.due == "2026-11-30"),
        "the earlier of two duties is named"
    );
    let head = phone.open.households_head(&HeadArgs::default()).unwrap();
    let due: Vec<(String, u32)> = head.buildings.into_iter().map(|line| (line.name, line.due)).collect();
    assert_eq!(due, [("2幢".to_owned(), 4), ("1幢".to_owned(), 1)]);
    assert_eq!((head.households, head.people), (5, 10));
}

/// A household whose tenancy began on this day, as the county tells it.
fn tenants(phone: &Phone, household: u128, dwelling: u128, since: &str) {
    phone.household(household, dwelling, &[named("邬小满")]);
    let told = vec![("kind", Value::Int(OccupancyKind::Tenant.code())), ("since", day(since))];
    phone.county(RecordKind::Occupancy, household + 1, told);
}

#[test]
fn a_tenant_told_by_others_is_due_until_somebody_has_met_them() {
    let phone = Phone::new();
    phone.building(10, "2幢", 1, 20, &[("2", 5, "502"), ("2", 5, "501"), ("2", 4, "402"), ("2", 4, "401")]);
    tenants(&phone, 100, 20, "2026-11-11");
    tenants(&phone, 200, 21, "2026-10-22");
    tenants(&phone, 300, 22, "2026-10-21");
    tenants(&phone, 400, 23, "2026-11-22");
    phone.visit(700, 100, at("2026-11-10", 9), NOTHING_CHANGED);
    phone.visit(701, 100, at("2026-11-12", 9), NOBODY_HOME);
    let told: Vec<(String, String, Option<String>, String)> =
        due(&phone).into_iter().map(|visit| (visit.door, visit.reason, visit.category, visit.due)).collect();
    let one = |door: &str, due: &str| (door.to_owned(), "new_tenant".to_owned(), None, due.to_owned());
    assert_eq!(
        told,
        [one("2幢2单元 501", "2026-11-21"), one("2幢2单元 502", "2026-12-11")],
        "not who moved in longer ago than thirty days, or tomorrow"
    );

    assert_eq!(page(&phone, 100).tenant_due.as_deref(), Some("2026-12-11"));
    phone.visit(702, 100, at("2026-11-12", 18), MET);
    assert_eq!(due(&phone).len(), 1);
    assert_eq!(page(&phone, 100).tenant_due, None);
    phone.county(RecordKind::Occupancy, 201, vec![("until", day("2026-11-20"))]);
    assert_eq!(due(&phone), [], "who has left again is not called at");
}

#[test]
fn a_tenant_whom_this_worker_entered_is_known() {
    let phone = Phone::new();
    phone.building(10, "2幢", 1, 20, &[("2", 5, "502")]);
    phone.household(100, 20, &[named("邬小满")]);
    let entered = vec![("kind", Value::Int(OccupancyKind::Tenant.code())), ("since", day("2026-11-20"))];
    phone.mine(RecordKind::Occupancy, 101, entered);
    assert_eq!(due(&phone), []);
}

#[test]
fn a_service_owed_goes_before_a_new_tenancy() {
    let phone = shan(Cadence::Yearly);
    let told = vec![("kind", Value::Int(OccupancyKind::Tenant.code())), ("since", day("2026-11-11"))];
    phone.county(RecordKind::Occupancy, 101, told);
    let visits = due(&phone);
    assert_eq!((visits.len(), visits[0].reason.as_str()), (1, "care_duty"));
    counted(&phone, 700, at("2026-11-20", 9));
    assert_eq!(due(&phone), [], "one visit is enough for both");
}

#[test]
fn today_shows_twenty_and_says_how_many_there_are() {
    let phone = Phone::new();
    phone.register(500, "care", Cadence::Monthly, |_| ());
    let doors: Vec<String> = (1..=25).map(|n| format!("1{n:02}")).collect();
    let doors: Vec<(&str, i64, &str)> = doors.iter().map(|door| ("1", 1, door.as_str())).collect();
    phone.building(10, "2幢", 1, 20, &doors);
    for n in 0..25 {
        phone.household(1_000 + n * 10, 20 + n, &[named("柏英")]);
        duty(&phone, 5_000 + n, 1_002 + n * 10, "care", vec![]);
    }
    let today = phone.open.today_view().unwrap();
    assert_eq!((today.visits_due.len(), today.visits_due_total), (20, 25));
    assert_eq!(today.visits_due[0].door, "2幢1单元 101");
}
