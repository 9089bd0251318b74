//! What the screens ask, as plain rows. Nothing is masked here (the client does that) and no word is chosen.
//!
//! No query gives more than [`MAX_ROWS`] rows but for the doors of one building and the buildings of one grid, which are
//! drawn whole, and a test reads the plan of each: none walks over a table.

/// The most rows a list gives at once.
pub const MAX_ROWS: u32 = 200;
