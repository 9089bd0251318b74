//! The shift that Chinese base maps need (GCJ-02), for drawing and for nothing else.
//!
//! Public base maps in mainland China are drawn in GCJ-02, which lies 50–500 m off WGS-84. The true
//! transformation is not published; this is the approximation that has circulated since 2010 (Krasovsky 1940
//! ellipsoid plus sums of sines), which agrees with public maps to a few metres. Because it is approximate and
//! cannot be undone exactly, its result is a type of its own without a way back: it can be sent to a screen, not
//! read from the wire and not turned into a [`LatLon`].

use std::f64::consts::PI;

use serde::Serialize;

use super::LatLon;

/// Semi-major axis of the Krasovsky 1940 ellipsoid in metres.
const AXIS_M: f64 = 6_378_245.0;
/// Its first eccentricity squared.
const ECCENTRICITY_2: f64 = 0.006_693_421_622_965_943;

/// A position as a GCJ-02 base map draws it, in degrees. Serialises only: nobody may store it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct MapPoint {
    /// Degrees north on the map.
    pub lat: f64,
    /// Degrees east on the map.
    pub lon: f64,
}

/// Where to draw `at` on a GCJ-02 base map. Outside the rectangle around mainland China the maps are plain
/// WGS-84, and so is the answer.
pub fn for_map(at: LatLon) -> MapPoint {
    let (lat, lon) = (at.lat(), at.lon());
    if !(0.8293..=55.8271).contains(&lat) || !(72.004..=137.8347).contains(&lon) {
        return MapPoint { lat, lon };
    }
    let (x, y) = (lon - 105.0, lat - 35.0);
    let radians = lat.to_radians();
    let magic = 1.0 - ECCENTRICITY_2 * radians.sin().powi(2);
    let meridian_m = AXIS_M * (1.0 - ECCENTRICITY_2) / (magic * magic.sqrt());
    let parallel_m = AXIS_M / magic.sqrt() * radians.cos();
    MapPoint {
        lat: lat + (shift_north(x, y) / meridian_m).to_degrees(),
        lon: lon + (shift_east(x, y) / parallel_m).to_degrees(),
    }
}

/// The ripples of short period that both shifts share, in metres before the factor 2/3.
fn ripple(x: f64) -> f64 {
    20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()
}

fn shift_north(x: f64, y: f64) -> f64 {
    let plane = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * x.abs().sqrt();
    let short = ripple(x);
    let middle = 20.0 * (y * PI).sin() + 40.0 * (y / 3.0 * PI).sin();
    let long = 160.0 * (y / 12.0 * PI).sin() + 320.0 * (y * PI / 30.0).sin();
    plane + (short + middle + long) * 2.0 / 3.0
}

fn shift_east(x: f64, y: f64) -> f64 {
    let plane = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * x.abs().sqrt();
    let short = ripple(x);
    let middle = 20.0 * (x * PI).sin() + 40.0 * (x / 3.0 * PI).sin();
    let long = 150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin();
    plane + (short + middle + long) * 2.0 / 3.0
}
