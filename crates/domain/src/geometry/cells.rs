//! An outline cut into squares, to say how much of a grid a walk saw.
//!
//! "Seen" is a share of ground, so it needs countable ground: squares of one size whose centre lies in the
//! outline. The size adapts within limits, so that neither an alley nor a mountain village gives a silly count.

use super::{LatLon, Outline, Plane, distance_m, distance_to_piece_m};

/// Squares are 50 m wide unless the outline asks for other.
const EDGE_M: f64 = 50.0;
/// Above this many squares in the bounding box, the edge doubles: a share needs no more.
const MOST: f64 = 20_000.0;
/// Below this many squares inside, the edge halves (down to [`SMALLEST_EDGE_M`]).
const FEWEST: usize = 12;
const SMALLEST_EDGE_M: f64 = 3.0;

/// The squares of one outline. See [`cells_of`].
#[derive(Clone, Debug)]
pub struct Cells {
    plane: Plane,
    edge_m: f64,
    columns: usize,
    rows: usize,
    /// Row by row from the south-west: does the centre lie in the outline?
    inside: Vec<bool>,
    count: usize,
}

/// The squares whose centre lies in `outline`. Deterministic; at least one square unless the outline is thinner
/// than three metres everywhere.
pub fn cells_of(outline: &Outline) -> Cells {
    let mut edge_m = EDGE_M;
    let mut best = loop {
        match lattice(outline, edge_m) {
            Some(cells) => break cells,
            None => edge_m *= 2.0,
        }
    };
    while best.count < FEWEST && edge_m / 2.0 >= SMALLEST_EDGE_M {
        edge_m /= 2.0;
        // A long thin outline can have too few squares and yet too large a box: then the coarser answer stands.
        let Some(finer) = lattice(outline, edge_m) else { break };
        best = finer;
    }
    best
}

/// The squares of this edge, or nothing when the bounding box would hold more than [`MOST`].
fn lattice(outline: &Outline, edge_m: f64) -> Option<Cells> {
    let (south_west, north_east) = outline.corners();
    let plane = Plane::around(south_west);
    let (width_m, height_m) = plane.metres(north_east);
    let (columns, rows) = ((width_m / edge_m).ceil().max(1.0), (height_m / edge_m).ceil().max(1.0));
    if columns * rows > MOST {
        return None;
    }
    let (columns, rows) = (columns as usize, rows as usize);
    let mut cells = Cells { plane, edge_m, columns, rows, inside: Vec::new(), count: 0 };
    cells.inside = (0..columns * rows)
        .map(|index| plane.point(cells.centre_m(index)).is_some_and(|at| outline.contains(at)))
        .collect();
    cells.count = cells.inside.iter().filter(|&&inside| inside).count();
    Some(cells)
}

impl Cells {
    /// How many squares the outline has.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Width of a square in metres.
    pub fn edge_m(&self) -> f64 {
        self.edge_m
    }

    /// How many squares have their centre within `sight_m` metres of one of the `lines`. Each line is a run of
    /// fixes without a gap; a gap between two lines is never bridged.
    pub fn seen_from(&self, lines: &[Vec<LatLon>], sight_m: f64) -> usize {
        let mut seen = vec![false; self.inside.len()];
        for line in lines {
            for pair in line.windows(2) {
                self.mark(&mut seen, pair[0], pair[1], sight_m);
            }
            if let [only] = line[..] {
                self.mark(&mut seen, only, only, sight_m);
            }
        }
        seen.iter().zip(&self.inside).filter(|&(&seen, &inside)| seen && inside).count()
    }

    fn mark(&self, seen: &mut [bool], from: LatLon, to: LatLon, sight_m: f64) {
        // A piece that starts on another continent must not overflow the index arithmetic below.
        if distance_m(from, to) > 50_000.0 {
            return;
        }
        let (a, b) = (self.plane.metres(from), self.plane.metres(to));
        let columns = self.range(a.0.min(b.0) - sight_m, a.0.max(b.0) + sight_m, self.columns);
        let rows = self.range(a.1.min(b.1) - sight_m, a.1.max(b.1) + sight_m, self.rows);
        for row in rows {
            for column in columns.clone() {
                let index = row * self.columns + column;
                seen[index] = seen[index] || distance_to_piece_m(self.centre_m(index), a, b) <= sight_m;
            }
        }
    }

    /// Indices of the squares that a stretch of metres touches, cut to the lattice.
    fn range(&self, from_m: f64, to_m: f64, count: usize) -> std::ops::Range<usize> {
        let index = |metres: f64| (metres / self.edge_m).clamp(0.0, count as f64) as usize;
        index(from_m.floor())..(index(to_m) + 1).min(count)
    }

    fn centre_m(&self, index: usize) -> (f64, f64) {
        let (row, column) = (index / self.columns, index % self.columns);
        ((column as f64 + 0.5) * self.edge_m, (row as f64 + 0.5) * self.edge_m)
    }
}
