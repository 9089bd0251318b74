//! The photo pipeline as its two users see it: a phone that processes what a camera wrote, and a county that lets in
//! only what such a phone made. All pictures are generated here.
#![allow(clippy::unwrap_used, reason = "fixtures are no tests to clippy, but fail like tests")]

mod fixtures;
mod hostile;
mod hostile_files;
mod laws;
mod pictures;
mod received;
