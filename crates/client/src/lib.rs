//! The use cases of the phone. The only door to a change: one call = one transaction = rows + outbox entry.
//! Owns the command table that every carrier (Tauri shell, development bridge) passes on unchanged.
pub mod views;
