//! One story each: what a receiver, a recorder or a worker does, and what becomes of it.

use super::*;
use uuid::Uuid;

#[test]
fn ten_minutes_straight_on_are_nine_hundred_metres() {
    let sum = summed(vec![walk(0..601)]);
    assert_eq!(
        (sum.length_m, sum.duration_s, sum.covered_s, sum.moving_s),
        (900, Some(600), Some(600), Some(600))
    );
    assert_eq!((sum.gaps, sum.points_dropped, sum.times), (vec![], Dropped::default(), Times::Whole));
}

#[test]
fn one_wild_fix_adds_nothing() {
    let mut points = walk(0..601);
    points[40] = fix(200, 300.0, 4_000.0);
    let sum = summed(vec![points]);
    assert_eq!((sum.length_m, sum.points_dropped.impossible_speed), (900, 1));
}

#[test]
fn a_wrong_first_fix_does_not_cost_the_walk() {
    let mut points = walk(0..601);
    points[0] = fix(0, 9_000.0, 0.0);
    let sum = summed(vec![points]);
    assert_eq!((sum.points_kept, sum.points_dropped.impossible_speed), (120, 1));
    assert!((890..=893).contains(&sum.length_m));
}

#[test]
fn a_phone_that_was_elsewhere_shows_a_jump_and_no_way_between() {
    let mut points = walk(0..301);
    points.extend((305..601).step_by(5).map(|second| fix(second, 20_000.0 + second as f64 * 1.5, 0.0)));
    let sum = summed(vec![points]);
    assert_eq!(sum.gaps.len(), 1);
    assert_eq!(sum.gaps[0].kind, GapKind::Jump);
    assert!(sum.gaps[0].metres > 19_000 && sum.length_m < 900);
}

#[test]
fn standing_at_a_door_for_ten_minutes_is_no_walk() {
    let wander = |second: i64| ((second * 7 % 11) as f64 / 4.0, (second * 5 % 13) as f64 / 5.0);
    let points = (0..601).step_by(5).map(|second| fix(second, wander(second).0, wander(second).1)).collect();
    let sum = summed(vec![points]);
    assert_eq!((sum.length_m, sum.moving_s, sum.covered_s), (0, Some(0), Some(600)));
    assert!(sum.points_dropped.standing > 100 && sum.gaps.is_empty());
}

#[test]
fn vague_and_diluted_fixes_are_dropped_and_alleys_are_not_punished() {
    let mut points = walk(0..301);
    points[10].accuracy_dm = Some(5_000);
    points[20].hdop_tenths = Some(3_000);
    assert_eq!(summed(vec![points]).points_dropped.inaccurate, 2);
    let alley = walk(0..301).into_iter().map(|point| RawPoint { accuracy_dm: Some(350), ..point }).collect();
    assert_eq!(summed(vec![alley]).points_dropped.inaccurate, 0);
}

#[test]
fn a_stamp_in_the_future_costs_one_fix() {
    let mut points = walk(0..301);
    for point in &mut points {
        point.mono_ms = None;
    }
    points[5].wall_ms = Some(NINE + 900_000);
    let sum = summed(vec![points]);
    assert_eq!((sum.points_dropped.time_backwards, sum.points_kept, sum.duration_s), (1, 60, Some(300)));
}

#[test]
fn a_wall_clock_set_back_in_mid_walk_moves_nothing() {
    let mut points = walk(0..301);
    for point in &mut points[30..] {
        point.wall_ms = point.wall_ms.map(|wall| wall - 3_600_000);
    }
    assert_eq!(summed(vec![points]), summed(vec![walk(0..301)]));
}

#[test]
fn silence_with_the_screen_off_is_a_gap_and_no_length() {
    let mut points = walk(0..201);
    points.extend(walk(500..601));
    let sum = summed(vec![points]);
    let [gap] = sum.gaps[..] else { panic!("one gap: {:?}", sum.gaps) };
    assert_eq!((gap.kind, gap.seconds, gap.metres), (GapKind::Silence, Some(300), 450));
    assert_eq!((sum.length_m, sum.covered_s, sum.duration_s), (450, Some(300), Some(600)));
}

#[test]
fn a_recorder_that_saves_power_is_not_all_gaps() {
    let slow = (0..1_800).step_by(50).map(|second| fix(second, second as f64 * 1.2, 0.0)).collect();
    assert_eq!(summed(vec![slow]).gaps, vec![]);
}

#[test]
fn start_and_stop_frame_the_walk_and_what_lies_outside_is_nobodys_business() {
    let worked = Span { from_ms: NINE - 300_000, to_ms: NINE + 400_000 };
    let track = filter(&of(vec![walk(0..601)]), &FilterRules::default(), Some(worked));
    let sum = summarise(&track, &bare(Some(worked)));
    assert_eq!(sum.points_dropped.outside_patrol, 40);
    let [late] = sum.gaps[..] else { panic!("{:?}", sum.gaps) };
    assert_eq!((late.kind, late.seconds), (GapKind::BeforeFirstFix, Some(300)));
    assert_eq!((sum.duration_s, sum.covered_s), (Some(700), Some(400)));
}

#[test]
fn a_pause_is_called_a_pause_and_a_day_without_a_fix_is_one_gap() {
    let pauses = [Span { from_ms: NINE + 200_000, to_ms: NINE + 500_000 }];
    let input = SummaryInput { pauses: &pauses, ..bare(None) };
    let sum = summarise(&filtered(vec![walk(0..201), walk(500..601)]), &input);
    assert_eq!(sum.gaps[0].kind, GapKind::Paused);

    let worked = Span { from_ms: NINE, to_ms: NINE + 3_600_000 };
    let nothing = summarise(&Filtered::default(), &bare(Some(worked)));
    assert_eq!((nothing.gaps.len(), nothing.gaps[0].seconds, nothing.covered_s), (1, Some(3_600), Some(0)));
}

#[test]
fn without_times_there_is_a_length_and_no_duration() {
    let timeless = |point: RawPoint| RawPoint { wall_ms: None, mono_ms: None, ..point };
    let sum = summed(vec![walk(0..301).into_iter().map(timeless).collect()]);
    assert_eq!((sum.length_m, sum.times), (450, Times::Missing));
    assert_eq!((sum.started_ms, sum.duration_s, sum.covered_s, sum.moving_s), (None, None, None, None));
}

#[test]
fn mock_fixes_count_only_for_the_simulated_device() {
    let mock: Vec<_> = walk(0..301).into_iter().map(|point| RawPoint { mock: true, ..point }).collect();
    assert_eq!(summed(vec![mock.clone()]).points_dropped.mock, 61);
    let rules = FilterRules { accept_mock: true, ..FilterRules::default() };
    assert_eq!(summarise(&filter(&of(vec![mock]), &rules, None), &bare(None)).length_m, 450);
}

fn spot(id: u128, east_m: f64, north_m: f64, dwell_s: u32) -> InspectionSpot {
    InspectionSpot { id: Uuid::from_u128(id), at: place(east_m, north_m), radius_m: 20, dwell_s }
}

#[test]
fn walking_by_reaches_a_point_a_gap_does_not_and_staying_takes_time() {
    let mut points = walk(0..101);
    points.extend((105..=200).step_by(5).map(|second| fix(second, 150.0, 0.0)));
    let later = walk(400..601);
    let spots = [
        spot(1, 75.0, 15.0, 0),
        spot(2, 400.0, 0.0, 0),
        spot(3, 150.0, 0.0, 60),
        spot(4, 75.0, 0.0, 60),
        spot(5, 300.0, 90.0, 0),
    ];
    let outline = grid();
    let input = SummaryInput { spots: &spots, outline: Some(&outline), ..bare(None) };
    let sum = summarise(&filtered(vec![points, later]), &input);
    let reached: Vec<_> = sum.reached.iter().map(|one| one.spot.as_u128()).collect();
    assert_eq!(reached, vec![1, 3], "2 lies in the gap, 4 was only passed, 5 is 90 m off the way");
    assert_eq!(sum.spots, Share { part: 2, of: 5 });
    assert!(sum.inside.part < sum.inside.of, "the walk left the grid after 450 m");
    assert!(sum.ground.part > 0 && sum.ground.part < sum.ground.of);
}

#[test]
fn pressing_the_button_needs_to_be_near_or_to_say_why() {
    use crate::geometry::{Fix, FixSource};
    let spot = spot(1, 0.0, 0.0, 0);
    let fix = |east_m, accuracy_dm| Fix {
        at: place(east_m, 0.0),
        accuracy_dm,
        source: FixSource::Gps,
        mock: false,
        satellite_ms: None,
    };
    assert_eq!(check_in::press(&spot, Some(&fix(15.0, 50)), ""), Ok(HowReached::Button));
    assert_eq!(
        check_in::press(&spot, Some(&fix(45.0, 300)), ""),
        Ok(HowReached::Button),
        "benefit of the doubt"
    );
    assert_eq!(
        check_in::press(&spot, Some(&fix(80.0, 300)), "tired"),
        Err(CheckInRefusal::TooFar { metres: 80 })
    );
    assert_eq!(check_in::press(&spot, Some(&fix(0.0, 20_000)), " "), Err(CheckInRefusal::ReasonNeeded));
    assert_eq!(check_in::press(&spot, None, "underground garage"), Ok(HowReached::Reason));
    let mock = Fix { mock: true, ..fix(0.0, 50) };
    assert_eq!(check_in::press(&spot, Some(&mock), ""), Err(CheckInRefusal::Mock));
}

#[test]
fn a_gap_of_a_later_version_is_still_a_gap() {
    // [[1000, 61000, 60, 12, 99, "why"]]
    let bytes = [0x81, 0x86, 0x19, 3, 0xE8, 0x19, 0xEE, 0x48, 0x18, 60, 12, 0x18, 99, 0x63, b'w', b'h', b'y'];
    let gap = Gap {
        from_ms: Some(1_000),
        to_ms: Some(61_000),
        seconds: Some(60),
        metres: 12,
        kind: GapKind::Break,
    };
    assert_eq!(gaps_from_bytes(&bytes), Ok(vec![gap]));
    assert_eq!(gaps_from_bytes(&[0x81, 0x82, 1, 2]), Err(DamagedGaps));
    // A claim of four thousand million gaps.
    assert_eq!(gaps_from_bytes(&[0x9A, 0xFF, 0xFF, 0xFF, 0xFF]), Err(DamagedGaps));
}
