//! The day's two patrols and the buttons of one.

use super::*;
use proptest::prelude::*;

const MINUTE: i64 = 60_000;

#[test]
fn what_is_due_through_a_day() {
    let plan = PatrolPlan::two_a_day();
    let due =
        |minutes_after_nine: i64, walked: &[PatrolSlot]| plan.due(NINE + minutes_after_nine * MINUTE, walked);
    let morning_end = NINE + 150 * MINUTE;
    let afternoon = NINE + 330 * MINUTE;
    assert_eq!(due(0, &[]), PatrolDue::Now { slot: PatrolSlot::Morning, until_ms: morning_end });
    let later = PatrolDue::Later { slot: PatrolSlot::Afternoon, from_ms: afternoon };
    assert_eq!(due(0, &[PatrolSlot::Morning]), later);
    assert_eq!(due(150, &[]), later, "a window that closed is over, not owed");
    assert_eq!(due(340, &[PatrolSlot::Afternoon]), PatrolDue::Nothing);
    assert_eq!(due(12 * 60, &[]), PatrolDue::Nothing);
    assert_eq!(due(i64::MAX / MINUTE / 2, &[]), PatrolDue::Nothing, "beyond any calendar");
}

#[test]
fn a_walk_at_night_is_extra_and_a_little_early_is_still_the_morning() {
    let plan = PatrolPlan::two_a_day();
    let slot = |minutes: i64| plan.slot_at(NINE + minutes * MINUTE);
    assert_eq!(slot(-60), PatrolSlot::Morning);
    assert_eq!(slot(-61), PatrolSlot::Extra);
    assert_eq!(slot(149), PatrolSlot::Morning);
    assert_eq!(slot(150), PatrolSlot::Extra);
    assert_eq!(slot(12 * 60), PatrolSlot::Extra);
    assert_eq!(plan.local(NINE).unwrap(), (chrono::NaiveDate::from_ymd_opt(2026, 3, 2).unwrap(), 540));
}

#[test]
fn windows_that_make_no_sense_are_refused() {
    let window = |slot, from_min, to_min| SlotWindow { slot, from_min, to_min };
    let refused = |windows| PatrolPlan::new(480, windows).unwrap_err().code();
    assert_eq!(refused(vec![window(PatrolSlot::Morning, 600, 600)]), "patrol_window");
    assert_eq!(refused(vec![window(PatrolSlot::Extra, 0, 60)]), "patrol_window_order");
    let overlap = vec![window(PatrolSlot::Morning, 500, 700), window(PatrolSlot::Afternoon, 690, 900)];
    assert_eq!(refused(overlap), "patrol_window_order");
    assert!(serde_json::from_str::<PatrolPlan>(r#"{"utc_offset_min":9999,"windows":[]}"#).is_err());
}

#[test]
fn a_patrol_with_a_rest_in_between() {
    let press =
        |state: PatrolState, pressed, minutes: i64| state.after(pressed, NINE + minutes * MINUTE).unwrap();
    let mut patrol = PatrolState::default();
    for (pressed, at) in
        [(PatrolMove::Start, 0), (PatrolMove::Pause, 20), (PatrolMove::Resume, 25), (PatrolMove::Stop, 60)]
    {
        patrol = press(patrol, pressed, at);
    }
    assert_eq!((patrol.phase, patrol.paused_s()), (PatrolPhase::Stopped, 300));
    assert_eq!(patrol.worked(), Some(Span { from_ms: NINE, to_ms: NINE + 60 * MINUTE }));
    let again = patrol.after(PatrolMove::Start, NINE).unwrap_err();
    assert_eq!((again.code(), again.tried), ("patrol_stopped", PatrolMove::Start));
}

#[test]
fn a_press_counts_once_and_only_on_points_that_are_due() {
    let ids: Vec<_> = (1..=3).map(uuid::Uuid::from_u128).collect();
    let reached = |index: usize, how| Reached { spot: ids[index], at_ms: None, how };
    let mut track = summed(vec![walk(0..301)]);
    track.reached = vec![reached(0, HowReached::Track)];
    track.spots = Share { part: 1, of: 2 };
    let pressed = vec![
        reached(0, HowReached::Button),
        reached(1, HowReached::Reason),
        reached(1, HowReached::Button),
        reached(2, HowReached::Button),
    ];
    let day = chrono::NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
    let sum = PatrolSummary::new(day, track, pressed, &ids[..2], &PatrolState::default(), String::new());
    assert_eq!(sum.track.spots, Share { part: 2, of: 2 });
    assert_eq!(sum.pressed, vec![reached(1, HowReached::Reason), reached(2, HowReached::Button)]);
}

fn any_move() -> impl Strategy<Value = PatrolMove> {
    use PatrolMove::*;
    prop::sample::select(vec![Start, Pause, Resume, Stop, Abandon])
}

proptest! {
    #[test]
    fn whatever_is_pressed_stretches_are_in_order_and_the_end_is_the_end(
        presses in prop::collection::vec((any_move(), -600_000i64..600_000), 0..30),
    ) {
        let mut patrol = PatrolState::default();
        let mut now = NINE;
        for (pressed, passes) in presses {
            now += passes;
            let before = patrol.clone();
            if let Ok(next) = patrol.after(pressed, now) {
                prop_assert!(!matches!(before.phase, PatrolPhase::Stopped | PatrolPhase::Abandoned));
                patrol = next;
            }
            let mut last = patrol.started_ms.unwrap_or(i64::MIN);
            for pause in &patrol.pauses {
                prop_assert!(last <= pause.from_ms && pause.from_ms <= pause.to_ms);
                last = pause.to_ms;
            }
            prop_assert_eq!(patrol.paused_since_ms.is_some(), patrol.phase == PatrolPhase::Paused);
            if let Some(worked) = patrol.worked() {
                prop_assert!(worked.from_ms <= worked.to_ms && worked.to_ms >= last);
            }
        }
    }
}
