//! Synchronisation, sans-I/O: messages, merging and the plan of a session. Used by both ends; knows neither store nor HTTP.
//!
//! - [`merge`]: a record's state is a set of operations; values, heads and conflicts are computed from it
//! - [`settle`]: what a choice between two values writes, and taking it back
//! - [`batch`]: many operations as one compressed body
//! - [`messages`]: what phone and county say to each other
//! - [`plan`]: what a phone does next, given what it knows; retries and back-off
//! - [`admit`]: what the county does with an operation
//! - [`auth`]: signatures, nonces, enrolment codes, sealing, the signed registry

pub mod admit;
pub mod auth;
pub mod batch;
pub mod merge;
pub mod messages;
pub mod plan;
pub mod settle;
