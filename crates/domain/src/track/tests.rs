//! Walks that never happened: laws of the filter and the summary on random ones, stories on drawn ones.

mod days;
mod laws;
mod stories;

use super::*;
use crate::geometry::{LatLon, Outline, Plane};

/// 2026-03-02 09:00 in China.
const NINE: i64 = 1_772_413_200_000;

fn place(east_m: f64, north_m: f64) -> LatLon {
    Plane::around(LatLon::from_degrees(40.0, 90.0).unwrap()).point((east_m, north_m)).unwrap()
}

/// A fix that many seconds after nine, that many metres east and north of the town's middle.
fn fix(second: i64, east_m: f64, north_m: f64) -> RawPoint {
    RawPoint {
        accuracy_dm: Some(60),
        wall_ms: Some(NINE + second * 1_000),
        mono_ms: Some(5_000_000 + second * 1_000),
        ..RawPoint::at(place(east_m, north_m))
    }
}

/// Walking east at 1.5 m/s, a fix every five seconds.
fn walk(seconds: std::ops::Range<i64>) -> Vec<RawPoint> {
    seconds.step_by(5).map(|second| fix(second, second as f64 * 1.5, 0.0)).collect()
}

fn of(segments: Vec<Vec<RawPoint>>) -> RawTrack {
    RawTrack { segments }
}

fn filtered(segments: Vec<Vec<RawPoint>>) -> Filtered {
    filter(&of(segments), &FilterRules::default(), None)
}

fn bare(worked: Option<Span>) -> SummaryInput<'static> {
    SummaryInput { slot: PatrolSlot::Morning, worked, pauses: &[], outline: None, spots: &[] }
}

fn summed(segments: Vec<Vec<RawPoint>>) -> TrackSummary {
    summarise(&filtered(segments), &bare(None))
}

fn grid() -> Outline {
    Outline::of_ring(vec![
        place(-10.0, -200.0),
        place(450.0, -200.0),
        place(450.0, 200.0),
        place(-10.0, 200.0),
    ])
    .unwrap()
}
