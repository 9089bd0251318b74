//! How much a ledger may hold. Far above any grid's ledger, far below what would hurt the county's machine.

/// Bytes of the file as given.
pub const FILE_BYTES: usize = 64 * 1024 * 1024;
/// Bytes of all parts of a workbook once unpacked (a packed file may claim anything, so they are counted).
pub const UNPACKED_BYTES: u64 = 256 * 1024 * 1024;
/// Rows with something in them, over all sheets.
pub const ROWS: usize = 200_000;
/// Columns looked at; cells further right are counted and reported.
pub const COLUMNS: u32 = 256;
/// Cells over all sheets, including those filled from merged areas.
pub const CELLS: usize = 4_000_000;
/// Characters of one cell; a longer one is not taken.
pub const CELL_CHARS: usize = 2_000;
