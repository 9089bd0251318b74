//! Where things are: WGS-84 points in fixed point, distances, outlines, and drawing.
//!
//! A coordinate is stored and sent as whole ten-millionths of a degree (1e-7°, about 1.1 cm of latitude). A
//! `float` loses the last metres on the wire, and two ends that round differently never agree on a hash; an
//! integer is the same everywhere. Everything here is WGS-84; the shift that Chinese base maps need exists only
//! as [`MapPoint`], which cannot be stored.
//!
//! Left to others: who measures a fix (the device), how a fix is written into an operation (`operation`), base
//! maps (the screens).

mod cells;
mod distance;
mod map_display;
mod outline;
mod outline_codec;
mod simplify;

pub use cells::{Cells, cells_of};
pub use distance::{EARTH_RADIUS_M, distance_m, length_m};
pub(crate) use distance::{Plane, distance_to_piece_m};
pub use map_display::{MapPoint, for_map};
pub use outline::{Outline, OutlineError};
pub use outline_codec::{DamagedOutline, outline_from_bytes, outline_to_bytes};
pub use simplify::simplify_for_drawing;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// One degree in the unit of [`LatLon`].
pub const E7: i32 = 10_000_000;

/// A WGS-84 position in whole ten-millionths of a degree, always within ±90° and ±180°.
///
/// The numbers can only be read, so that a latitude of 120° (the usual swap of the two) cannot come into being:
/// [`LatLon::from_e7`] and [`LatLon::from_degrees`] refuse it, and so does reading one from the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "WireLatLon")]
pub struct LatLon {
    lat_e7: i32,
    lon_e7: i32,
}

/// A position as it arrives, before anyone looked whether such a place exists.
#[derive(Deserialize)]
struct WireLatLon {
    lat_e7: i32,
    lon_e7: i32,
}

impl TryFrom<WireLatLon> for LatLon {
    type Error = NoSuchPlace;

    fn try_from(wire: WireLatLon) -> Result<Self, NoSuchPlace> {
        Self::from_e7(wire.lat_e7, wire.lon_e7)
    }
}

/// A latitude beyond ±90° or a longitude beyond ±180°, or a number that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no such place: latitude must lie within ±90° and longitude within ±180°")]
pub struct NoSuchPlace;

impl NoSuchPlace {
    /// The stable word a screen branches on.
    pub const fn code(self) -> &'static str {
        "no_such_place"
    }
}

impl LatLon {
    /// A position from ten-millionths of a degree.
    ///
    /// # Errors
    /// [`NoSuchPlace`] beyond ±90° of latitude or ±180° of longitude.
    pub const fn from_e7(lat_e7: i32, lon_e7: i32) -> Result<Self, NoSuchPlace> {
        if lat_e7.unsigned_abs() > 90 * E7 as u32 || lon_e7.unsigned_abs() > 180 * E7 as u32 {
            return Err(NoSuchPlace);
        }
        Ok(Self { lat_e7, lon_e7 })
    }

    /// A position from degrees, rounded to the nearest ten-millionth.
    ///
    /// # Errors
    /// [`NoSuchPlace`] out of range, and for NaN and the infinities.
    pub fn from_degrees(lat: f64, lon: f64) -> Result<Self, NoSuchPlace> {
        // Written so that NaN fails: every comparison with it is false.
        if !(lat.abs() <= 90.0 && lon.abs() <= 180.0) {
            return Err(NoSuchPlace);
        }
        Self::from_e7((lat * f64::from(E7)).round() as i32, (lon * f64::from(E7)).round() as i32)
    }

    /// Latitude in ten-millionths of a degree, north positive.
    pub const fn lat_e7(self) -> i32 {
        self.lat_e7
    }

    /// Longitude in ten-millionths of a degree, east positive.
    pub const fn lon_e7(self) -> i32 {
        self.lon_e7
    }

    /// Latitude in degrees.
    pub fn lat(self) -> f64 {
        f64::from(self.lat_e7) / f64::from(E7)
    }

    /// Longitude in degrees.
    pub fn lon(self) -> f64 {
        f64::from(self.lon_e7) / f64::from(E7)
    }
}

/// Who says that the phone is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FixSource {
    /// A satellite receiver.
    Gps,
    /// Cell towers or Wi-Fi.
    Network,
    /// The worker pointed at the map.
    Manual,
    /// The metadata of a photo.
    Photo,
}

/// A position with how far it may be off and who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fix {
    /// Where.
    pub at: LatLon,
    /// Radius of the 68 % circle in decimetres, as Android's `Location.getAccuracy` gives it in metres.
    pub accuracy_dm: u32,
    /// Who measured.
    pub source: FixSource,
    /// The platform says that a mock provider made it. Evidence, not a verdict: it is kept and shown.
    pub mock: bool,
    /// What the satellites said the time is now, UTC milliseconds; absent when the fix was not measured by them.
    pub satellite_ms: Option<i64>,
}

#[cfg(test)]
mod tests;
