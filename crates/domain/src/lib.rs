//! The words and rules of grid work (网格工作), pure: no I/O, no clock, no randomness. Those are passed in
//! ([`world`]). Everything else in the workspace may use this crate; it uses nothing of ours.
//!
//! - [`records`]: which kinds of record there are and what each consists of
//! - [`operation`]: how a record changes; [`value`]: what a field holds
//! - [`access`]: who was opened, as a chain
//! - [`codes`]: national codes (citizen ids, phones, areas, lists), masking
//! - [`geometry`], [`track`]: places, patrols and the track filter
//! - [`same_person`]: one person on record twice
//! - [`incident_flow`]: who may do what to an incident, and by when

pub mod access;
pub mod codes;
pub mod geometry;
pub mod ids;
pub mod incident_flow;
pub mod operation;
pub mod planted;
pub mod records;
pub mod same_person;
pub mod track;
pub mod value;
pub mod world;
