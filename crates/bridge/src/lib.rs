//! Development only: a headless phone whose command table is carried over loopback HTTP, so that the same screens run in
//! any browser; the launcher of `make run`; the day of `make demo`. Never part of a release of the app.
//!
//! - [`world`]: the real clock, randomness, files, threads of this program
//! - [`phone`]: one headless phone with its sync thread
//! - [`carrier`]: the command table over loopback, token in the URL
//! - [`county`]: the real `xunge-county` as a child process; [`link`]: a link to it that can be cut
//! - [`run`] and [`demo`]: what the make targets call; [`pair`]: two phones side by side

pub mod carrier;
pub mod county;
pub mod demo;
pub mod link;
pub mod pair;
pub mod phone;
pub mod run;
pub mod world;
