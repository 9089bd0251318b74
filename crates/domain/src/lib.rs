//! (being written)

pub mod codes;
pub mod geometry;
