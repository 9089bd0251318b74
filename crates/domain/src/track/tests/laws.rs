//! Laws that hold for every track, however broken.

use super::*;
use crate::geometry::length_m;
use proptest::prelude::*;

/// Points of a recorder that lies: any clock, any place around, vague or not, with and without times.
fn any_point() -> impl Strategy<Value = RawPoint> {
    (
        (-900.0..900.0_f64, -900.0..900.0_f64),
        prop::option::weighted(0.9, 0i64..7_200_000),
        prop::option::weighted(0.9, 0u32..2_000),
        prop::option::weighted(0.1, 0u32..300),
        prop::bool::weighted(0.05),
    )
        .prop_map(|((east, north), wall, accuracy_dm, hdop_tenths, mock)| RawPoint {
            at: place(east, north),
            accuracy_dm,
            hdop_tenths,
            wall_ms: wall.map(|ms| NINE + ms),
            mono_ms: None,
            mock,
        })
}

/// A walk in small steps with now and then a wild point and a silence.
fn any_walk() -> impl Strategy<Value = Vec<RawPoint>> {
    prop::collection::vec((-12.0..12.0_f64, -12.0..12.0_f64, 1i64..20, 0u8..40), 1..120).prop_map(|steps| {
        let (mut east, mut north, mut second) = (0.0, 0.0, 0);
        let point = |(step_east, step_north, pause, event)| {
            east += step_east;
            north += step_north;
            second += if event == 0 { 400 } else { pause };
            let wild = if event == 1 { 3_000.0 } else { 0.0 };
            RawPoint { mono_ms: None, ..fix(second, east + wild, north) }
        };
        steps.into_iter().map(point).collect()
    })
}

fn any_track() -> impl Strategy<Value = RawTrack> {
    let broken = prop::collection::vec(prop::collection::vec(any_point(), 0..40), 0..4);
    let walked = prop::collection::vec(any_walk(), 1..3);
    prop_oneof![broken, walked].prop_map(of)
}

fn raw_length_m(track: &RawTrack) -> f64 {
    track.segments.iter().map(|segment| length_m(&segment.iter().map(|p| p.at).collect::<Vec<_>>())).sum()
}

proptest! {
    #[test]
    fn never_longer_than_the_raw_line_and_the_same_each_time(track in any_track()) {
        let once = filter(&track, &FilterRules::default(), None);
        prop_assert_eq!(&once, &filter(&track, &FilterRules::default(), None));
        let walked: f64 = once.runs.iter().map(super::super::summary::walked_m).sum();
        let drawn: f64 = once.runs.iter().map(|run| length_m(&run.line())).sum();
        prop_assert!(walked <= drawn + 1e-6 && drawn <= raw_length_m(&track) + 1e-6);
    }

    #[test]
    fn every_point_is_kept_or_counted_once(track in any_track()) {
        let result = filter(&track, &FilterRules::default(), None);
        let d = result.dropped;
        // Standing points are kept: they prove presence.
        let gone = d.outside_patrol + d.mock + d.duplicate + d.inaccurate + d.time_backwards + d.impossible_speed;
        let kept: usize = result.runs.iter().map(|run| run.points.len()).sum();
        prop_assert_eq!(kept + gone as usize, track.points());
        prop_assert!(d.standing as usize <= kept);
        prop_assert!(result.runs.iter().all(|run| !run.points.is_empty() && run.steps.first() == Some(&0)));
    }

    #[test]
    fn times_only_rise(track in any_track()) {
        let result = filter(&track, &FilterRules::default(), None);
        let times: Vec<_> = result.runs.iter().flat_map(|run| &run.points).filter_map(|p| p.at_ms).collect();
        prop_assert!(times.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn a_batch_delivered_again_changes_nothing(
        walk in any_walk(),
        again in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..30),
    ) {
        let mut twice = walk.clone();
        for (which, later) in again {
            let source = which.index(walk.len());
            // Anywhere after its original, in any order among themselves.
            let original = twice.iter().position(|p| *p == walk[source]).unwrap();
            let at = original + 1 + later.index(twice.len() - original);
            twice.insert(at, walk[source]);
        }
        let copies = (twice.len() - walk.len()) as u32;
        let (plain, doubled) = (filtered(vec![walk]), filtered(vec![twice]));
        prop_assert_eq!(plain.runs, doubled.runs);
        prop_assert_eq!(plain.dropped.duplicate + copies, doubled.dropped.duplicate);
    }

    #[test]
    fn gaps_and_covered_seconds_are_the_duration(
        track in any_track(),
        frame in prop::option::of((0i64..3_000_000, 0i64..5_000_000)),
    ) {
        let worked = frame.map(|(from, long)| Span { from_ms: NINE + from, to_ms: NINE + from + long });
        let sum = summarise(&filter(&track, &FilterRules::default(), worked), &bare(worked));
        if let Some(covered) = sum.covered_s {
            let gaps: u32 = sum.gaps.iter().filter_map(|gap| gap.seconds).sum();
            prop_assert_eq!(Some(covered + gaps), sum.duration_s);
            prop_assert!(sum.moving_s.unwrap_or(0) <= covered);
        }
    }

    #[test]
    fn shares_are_shares_and_no_coordinate_travels(track in any_track()) {
        let outline = grid();
        let input = SummaryInput { outline: Some(&outline), ..bare(None) };
        let sum = summarise(&filter(&track, &FilterRules::default(), None), &input);
        for share in [sum.inside, sum.spots, sum.ground] {
            prop_assert!(share.part <= share.of);
        }
        let wire = serde_json::to_string(&sum).unwrap();
        prop_assert!(!wire.contains("lat") && !wire.contains("lon"));
        prop_assert_eq!(serde_json::from_str::<TrackSummary>(&wire).unwrap(), sum);
    }

    #[test]
    fn gaps_come_back_from_their_bytes_and_any_bytes_are_survived(
        track in any_track(),
        noise in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let gaps = summarise(&filter(&track, &FilterRules::default(), None), &bare(None)).gaps;
        let bytes = gaps_to_bytes(&gaps);
        prop_assert_eq!(gaps_from_bytes(&bytes), Ok(gaps.clone()));
        if !gaps.is_empty() {
            prop_assert_eq!(gaps_from_bytes(&bytes[..bytes.len() - 1]), Err(DamagedGaps));
        }
        let _ = gaps_from_bytes(&noise);
    }

    #[test]
    fn raw_points_die_between_seven_and_thirty_days(receipt in prop::option::of(0i64..60 * 86_400_000)) {
        let day = 86_400_000;
        let dies = retention::raw_points_die_at(NINE, receipt.map(|after| NINE + after)) - NINE;
        prop_assert!((7 * day..=30 * day).contains(&dies));
        match receipt {
            None => prop_assert_eq!(dies, 30 * day),
            Some(after) => prop_assert_eq!(dies, after.clamp(7 * day, 30 * day)),
        }
    }
}
