//! The outline of a grid, and whether a place lies in it.
//!
//! Containment is decided on the integers of [`LatLon`] themselves: 1e-7° fit a double exactly and `geo` uses
//! Shewchuk's exact predicates, so a point on the boundary counts as inside on every machine alike.

use geo::{BoundingRect, Coord, Intersects, LineString, MultiPolygon, Polygon, Validation};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::LatLon;

/// The outline of a grid: one part or several (a village with a hamlet across the river), each with holes.
///
/// Shape on the wire: parts → rings → points; the first ring of a part is its outside, the others are holes.
/// Rings close by themselves. An outline must not cross 180°.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Vec<Vec<LatLon>>>", into = "Vec<Vec<Vec<LatLon>>>")]
pub struct Outline {
    parts: Vec<Vec<Vec<LatLon>>>,
    shape: MultiPolygon<f64>,
}

/// Why a drawing is no outline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OutlineError {
    /// No part, or a part without a ring.
    #[error("the outline is empty")]
    Empty,
    /// A ring of fewer than three different points.
    #[error("a ring of the outline has fewer than three different points")]
    TooFewPoints,
    /// Rings that cross themselves or each other, so that "inside" has no meaning.
    #[error("the rings of the outline cross themselves or each other")]
    Crossing,
}

impl OutlineError {
    /// The stable word a screen branches on.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "outline_empty",
            Self::TooFewPoints => "outline_too_few_points",
            Self::Crossing => "outline_crossing",
        }
    }
}

impl Outline {
    /// An outline of one part without holes.
    ///
    /// # Errors
    /// See [`OutlineError`].
    pub fn of_ring(ring: Vec<LatLon>) -> Result<Self, OutlineError> {
        Self::new(vec![vec![ring]])
    }

    /// An outline from parts → rings → points.
    ///
    /// # Errors
    /// See [`OutlineError`].
    pub fn new(parts: Vec<Vec<Vec<LatLon>>>) -> Result<Self, OutlineError> {
        if parts.is_empty() || parts.iter().any(Vec::is_empty) {
            return Err(OutlineError::Empty);
        }
        for ring in parts.iter().flatten() {
            let mut different = ring.clone();
            different.sort_unstable();
            different.dedup();
            if different.len() < 3 {
                return Err(OutlineError::TooFewPoints);
            }
        }
        let shape: MultiPolygon<f64> = parts.iter().map(|rings| polygon(rings)).collect();
        if !shape.is_valid() {
            return Err(OutlineError::Crossing);
        }
        Ok(Self { parts, shape })
    }

    /// Parts → rings → points, as they were given.
    pub fn parts(&self) -> &[Vec<Vec<LatLon>>] {
        &self.parts
    }

    /// Whether `at` lies inside or on the boundary.
    pub fn contains(&self, at: LatLon) -> bool {
        self.shape.intersects(&coord(at))
    }

    /// South-west and north-east corner.
    pub fn corners(&self) -> (LatLon, LatLon) {
        let whole = self.shape.bounding_rect();
        let corner = |pick: fn(&geo::Rect<f64>) -> Coord<f64>| {
            // The corners of valid points are valid; an outline has at least one point.
            whole.as_ref().map(pick).and_then(|c| LatLon::from_e7(c.y as i32, c.x as i32).ok())
        };
        let any = self.parts[0][0][0];
        (corner(|r| r.min()).unwrap_or(any), corner(|r| r.max()).unwrap_or(any))
    }
}

impl TryFrom<Vec<Vec<Vec<LatLon>>>> for Outline {
    type Error = OutlineError;

    fn try_from(parts: Vec<Vec<Vec<LatLon>>>) -> Result<Self, OutlineError> {
        Self::new(parts)
    }
}

impl From<Outline> for Vec<Vec<Vec<LatLon>>> {
    fn from(outline: Outline) -> Self {
        outline.parts
    }
}

/// East is x and north is y, in the exact integers of [`LatLon`].
fn coord(at: LatLon) -> Coord<f64> {
    Coord { x: f64::from(at.lon_e7()), y: f64::from(at.lat_e7()) }
}

fn polygon(rings: &[Vec<LatLon>]) -> Polygon<f64> {
    let mut lines = rings.iter().map(|ring| ring.iter().map(|&at| coord(at)).collect::<LineString<f64>>());
    let outside = lines.next().unwrap_or_else(|| LineString::new(Vec::new()));
    Polygon::new(outside, lines.collect())
}
