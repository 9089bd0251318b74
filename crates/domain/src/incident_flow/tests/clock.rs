//! Working time and deadlines.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;

const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

fn terms(hours: u32) -> SlaTerms {
    SlaTerms { accept_within_min: Some(60), close_within_min: Some(hours * 60), warn_before_min: 60 }
}

#[test]
fn four_hours_from_monday_nine_end_in_the_afternoon() {
    let office = WorkCalendar::office_hours();
    // 9:00–12:00 is three hours, then 14:30–15:30.
    assert_eq!(office.after_working(MONDAY_NINE, 4 * HOUR), Some(MONDAY_NINE + 6 * HOUR + 30 * MINUTE));
    assert_eq!(
        office.after_working(MONDAY_NINE, 3 * HOUR),
        Some(MONDAY_NINE + 3 * HOUR),
        "noon, not half past two"
    );
    let friday_evening = MONDAY_NINE + 4 * DAY + 10 * HOUR;
    let monday_open = MONDAY_NINE + 7 * DAY - 30 * MINUTE;
    assert_eq!(office.after_working(friday_evening, HOUR), Some(monday_open + HOUR));
    assert_eq!(office.working_ms(friday_evening, monday_open), 0);
    assert_eq!(office.working_ms(MONDAY_NINE, MONDAY_NINE + 7 * DAY), 35 * HOUR);
    assert_eq!(
        WorkCalendar::round_the_clock().after_working(friday_evening, HOUR),
        Some(friday_evening + HOUR)
    );
}

#[test]
fn a_holiday_and_the_sunday_worked_for_it() {
    let day = |day| NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
    let office = serde_json::to_value(WorkCalendar::office_hours()).unwrap();
    let mut changed = office.clone();
    changed["days"]["2026-03-03"] = serde_json::json!([]);
    changed["days"]["2026-03-08"] = office["week"][0].clone();
    let calendar: WorkCalendar = serde_json::from_value(changed).unwrap();
    let tuesday = MONDAY_NINE + DAY;
    assert_eq!(calendar.after_working(tuesday, HOUR), Some(tuesday + DAY + 30 * MINUTE), "{}", day(3));
    let sunday = MONDAY_NINE + 6 * DAY;
    assert_eq!(calendar.after_working(sunday, HOUR), Some(sunday + HOUR));
}

#[test]
fn calendars_without_sense_are_refused() {
    let hours = |from_min, to_min| vec![Hours { from_min, to_min }];
    let new = |plan: DayPlan| WorkCalendar::new(480, std::array::from_fn(|_| plan.clone()), BTreeMap::new());
    assert_eq!(new(vec![]).unwrap_err().code(), "no_working_hours");
    assert_eq!(new(hours(600, 600)).unwrap_err().code(), "working_hours");
    assert_eq!(new(hours(600, 1_441)).unwrap_err().code(), "working_hours");
    assert_eq!(new([hours(600, 700), hours(690, 800)].concat()).unwrap_err(), CalendarError::Hours);
}

#[test]
fn the_clock_stands_while_suspended_and_goes_on_after() {
    let calendar = WorkCalendar::office_hours();
    let mut steps = dispatched();
    let plain = lived(&steps).deadlines(&terms(4), &calendar).close_by_ms.unwrap();
    assert_eq!(plain, MONDAY_NINE + 6 * HOUR + 40 * MINUTE, "four hours after ten past nine");
    steps.push(step(V::Suspend, DESK, 60).saying("waits for the pole"));
    let suspended = lived(&steps);
    assert_eq!(suspended.deadlines(&terms(4), &calendar), Deadlines::default());
    let left = SlaState::Stands { left_min: 190 };
    assert_eq!(suspended.sla(&terms(4), &calendar, MONDAY_NINE + 2 * HOUR), left);
    assert_eq!(suspended.sla(&terms(4), &calendar, MONDAY_NINE + 9 * DAY), left);
    steps.push(step(V::Resume, DESK, 120));
    let resumed = lived(&steps).deadlines(&terms(4), &calendar).close_by_ms.unwrap();
    assert_eq!(resumed, plain + HOUR);
}

#[test]
fn from_in_time_to_overdue_and_what_an_extension_does() {
    let calendar = WorkCalendar::office_hours();
    let mut steps = vec![step(V::Report, WORKER, 0)];
    let sla =
        |steps: &[Step], minute: i64| lived(steps).sla(&terms(4), &calendar, MONDAY_NINE + minute * MINUTE);
    assert_eq!(sla(&steps, 30), SlaState::DueSoon { left_min: 30 }, "to be accepted");
    assert_eq!(sla(&steps, 61), SlaState::Overdue { by_min: 1 });
    steps.extend(dispatched().into_iter().skip(1));
    assert_eq!(sla(&steps, 70), SlaState::InTime { left_min: 180 });
    assert_eq!(sla(&steps, 390), SlaState::DueSoon { left_min: 10 });
    assert_eq!(sla(&steps, 410), SlaState::Overdue { by_min: 10 });
    steps.push(Step { minutes: Some(120), ..step(V::Extend, DESK, 30).saying("rain") });
    assert_eq!(sla(&steps, 410), SlaState::InTime { left_min: 110 });
    steps.extend([
        step(V::Handle, LAMPS, 40),
        step(V::Verify, DESK, 50),
        step(V::Close, DESK, 420).saying("mended"),
    ]);
    assert_eq!(sla(&steps, 999_999), SlaState::Met);
    assert_eq!(lived(&steps).sla(&SlaTerms::default(), &calendar, 0), SlaState::NoLimit);
}

fn any_calendar() -> impl Strategy<Value = WorkCalendar> {
    let hours =
        (0u16..700, 1u16..700).prop_map(|(from_min, long)| Hours { from_min, to_min: from_min + long });
    let day = prop::collection::vec(hours, 0..2);
    let special = prop::collection::btree_map(1u32..28, day.clone(), 0..6);
    (prop::collection::vec(day, 7), special, -600i16..600).prop_filter_map(
        "some work",
        |(week, special, offset)| {
            let special = special.into_iter();
            let days =
                special.map(|(day, plan)| (NaiveDate::from_ymd_opt(2026, 3, day).unwrap(), plan)).collect();
            WorkCalendar::new(offset, week.try_into().unwrap(), days).ok()
        },
    )
}

proptest! {
    #[test]
    fn the_deadline_is_where_the_working_time_is_used_up(
        calendar in any_calendar(),
        start in 0i64..30 * DAY,
        amount in 1i64..100 * HOUR,
    ) {
        let start = MONDAY_NINE + start;
        let end = calendar.after_working(start, amount);
        if let Some(end) = end {
            prop_assert_eq!(calendar.working_ms(start, end), amount);
            prop_assert_eq!(calendar.working_ms(start, end - 1), amount - 1, "and not a moment earlier");
        }
    }

    #[test]
    fn more_time_or_a_later_start_never_means_an_earlier_deadline(
        calendar in any_calendar(),
        start in 0i64..10 * DAY,
        later in 0i64..5 * DAY,
        amount in 0i64..50 * HOUR,
        more in 0i64..50 * HOUR,
    ) {
        let start = MONDAY_NINE + start;
        let plain = calendar.after_working(start, amount);
        for other in [calendar.after_working(start + later, amount), calendar.after_working(start, amount + more)] {
            if let (Some(plain), Some(other)) = (plain, other) {
                prop_assert!(plain <= other);
            }
        }
    }

    #[test]
    fn working_time_adds_up(calendar in any_calendar(), cuts in prop::collection::vec(0i64..40 * DAY, 3)) {
        let mut cuts = cuts;
        cuts.sort_unstable();
        let [a, b, c] = [cuts[0], cuts[1], cuts[2]].map(|cut| MONDAY_NINE + cut);
        prop_assert_eq!(calendar.working_ms(a, b) + calendar.working_ms(b, c), calendar.working_ms(a, c));
    }

    #[test]
    fn whatever_is_done_within_a_round_the_deadline_only_moves_later(
        steps in super::laws::any_life(),
        calendar in any_calendar(),
    ) {
        let mut case = IncidentCase::default();
        let mut last: Option<i64> = None;
        for step in steps {
            let Ok(next) = case.after(&step) else { continue };
            if next.reopened > case.reopened || next.accepted_ms.is_none() {
                last = None;
            }
            let deadline = next.deadlines(&terms(16), &calendar).close_by_ms;
            if let (Some(last), Some(deadline)) = (last, deadline) {
                prop_assert!(last <= deadline, "after {:?}", step.verb);
            }
            last = deadline.or(last);
            case = next;
        }
    }

    #[test]
    fn overdue_exactly_after_the_deadline(
        steps in super::laws::any_life(),
        calendar in any_calendar(),
        after in 0i64..20 * DAY,
    ) {
        let (case, _) = IncidentCase::replay(&steps);
        let limits = terms(8);
        let now = case.latest_ms.unwrap_or(MONDAY_NINE) + after;
        if case.state.is_end() || case.accepted_ms.is_none() {
            return Ok(());
        }
        if let Some(deadline) = case.deadlines(&limits, &calendar).close_by_ms {
            let overdue = matches!(case.sla(&limits, &calendar, now), SlaState::Overdue { .. });
            // Between two working stretches no working time passes, so "late" begins with the next one.
            prop_assert!(!overdue || now > deadline);
            prop_assert!(overdue || calendar.working_ms(deadline, now) == 0 || now <= deadline);
        }
    }
}
