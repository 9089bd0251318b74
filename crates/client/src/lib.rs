//! The use cases of the phone. The only door to a change: one call = one transaction = rows + search + outbox entry.
//!
//! - [`client`]: the phone and its phases (new, locked, ready); [`commands`]: the table every carrier passes on
//! - `edits`: what a worker does; `reads`: what the screens see ([`views`] are the shapes)
//! - [`change`]: one durable change; [`syncing`]: one step of synchronisation at a time
//! - [`ports`]: hardware and the way to the county, supplied by each program; [`simulated`] plays the hardware
//!
//! Knows neither Tauri nor HTTP beyond [`ports::Transport`]; `https` (a feature) is the real one.

pub mod change;
pub mod client;
pub mod commands;
pub mod edits;
pub mod error;
#[cfg(feature = "https")]
pub mod https;
pub mod local;
pub mod open;
pub mod ports;
mod position;
pub mod reads;
pub mod simulated;
pub mod syncing;
pub mod views;

pub use client::Client;
pub use error::ClientError;
pub use open::{Open, World};
