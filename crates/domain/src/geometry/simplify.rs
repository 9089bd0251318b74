//! Fewer points for drawing; never for measuring.

use geo::{Coord, LineString, SimplifyIdx};

use super::{LatLon, Plane};

/// Points handed to `geo` at once: its recursion can go as deep as the line is long.
const PIECE: usize = 2_000;

/// The points of `line` that a drawing needs so that no dropped point lies more than `tolerance_m` metres off
/// it (Ramer–Douglas–Peucker). What remains are original points, both ends included, in their order.
pub fn simplify_for_drawing(line: &[LatLon], tolerance_m: f64) -> Vec<LatLon> {
    let Some(&first) = line.first() else { return Vec::new() };
    let plane = Plane::around(first);
    let mut kept = vec![first];
    let mut start = 0;
    // Pieces share their end points, so that nothing is lost between two of them.
    while start + 1 < line.len() {
        let piece = &line[start..(start + PIECE).min(line.len())];
        let flat: LineString<f64> = piece.iter().map(|&at| plane.metres(at)).map(Coord::from).collect();
        kept.extend(flat.simplify_idx(tolerance_m).into_iter().skip(1).filter_map(|index| piece.get(index)));
        start += piece.len() - 1;
    }
    kept
}
