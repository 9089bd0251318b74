//! Distances on the ground, in metres.
//!
//! Haversine on a sphere: up to 0.5 % off the ellipsoid, far below what a phone's receiver is off, and it obeys
//! the triangle inequality, on which "a filtered track is never longer than the raw one" rests.

use super::{E7, LatLon};

/// Mean radius of the earth in metres (IUGG, *Moritz, Geodetic Reference System 1980*, R₁).
pub const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// Great-circle distance by the haversine formula (R. W. Sinnott, "Virtues of the Haversine", *Sky and
/// Telescope* 68(2), 1984): accurate for neighbouring points, where the law of cosines loses all digits.
pub fn distance_m(a: LatLon, b: LatLon) -> f64 {
    let (lat_a, lat_b) = (a.lat().to_radians(), b.lat().to_radians());
    let half_lat = ((lat_b - lat_a) / 2.0).sin();
    let half_lon = ((b.lon() - a.lon()).to_radians() / 2.0).sin();
    let h = half_lat * half_lat + lat_a.cos() * lat_b.cos() * half_lon * half_lon;
    // Rounding can push h a hair above 1 for antipodes, and asin of that is NaN.
    2.0 * EARTH_RADIUS_M * h.sqrt().min(1.0).asin()
}

/// Length of the line through `points` in their order; 0 for fewer than two.
pub fn length_m(points: &[LatLon]) -> f64 {
    points.windows(2).fold(0.0, |sum, pair| sum + distance_m(pair[0], pair[1]))
}

/// A flat piece of ground around one point, in metres east and north of it (equirectangular).
///
/// Good to a metre over the ten kilometres of the largest grid; not for countries, the poles or across 180°.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plane {
    origin: LatLon,
    north_m_per_e7: f64,
    east_m_per_e7: f64,
}

impl Plane {
    pub(crate) fn around(origin: LatLon) -> Self {
        let north_m_per_e7 = EARTH_RADIUS_M.to_radians() / f64::from(E7);
        // Never quite 0, so that a point at a pole does not divide by it.
        let east_m_per_e7 = north_m_per_e7 * origin.lat().to_radians().cos().max(1e-6);
        Self { origin, north_m_per_e7, east_m_per_e7 }
    }

    /// Metres (east, north) of the origin.
    pub(crate) fn metres(&self, p: LatLon) -> (f64, f64) {
        (
            (f64::from(p.lon_e7()) - f64::from(self.origin.lon_e7())) * self.east_m_per_e7,
            (f64::from(p.lat_e7()) - f64::from(self.origin.lat_e7())) * self.north_m_per_e7,
        )
    }

    /// The position that many metres (east, north) of the origin, if there is such a place.
    pub(crate) fn point(&self, (east_m, north_m): (f64, f64)) -> Option<LatLon> {
        let lat = f64::from(self.origin.lat_e7()) + north_m / self.north_m_per_e7;
        let lon = f64::from(self.origin.lon_e7()) + east_m / self.east_m_per_e7;
        LatLon::from_degrees(lat / f64::from(E7), lon / f64::from(E7)).ok()
    }
}

/// Distance from `p` to the straight piece from `a` to `b`, all in metres on one [`Plane`].
pub(crate) fn distance_to_piece_m(p: (f64, f64), a: (f64, f64), b: (f64, f64)) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let square = dx * dx + dy * dy;
    let along =
        if square > 0.0 { (((p.0 - a.0) * dx + (p.1 - a.1) * dy) / square).clamp(0.0, 1.0) } else { 0.0 };
    (p.0 - a.0 - along * dx).hypot(p.1 - a.1 - along * dy)
}
