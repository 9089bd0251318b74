//! Many phones and one county in one thread under one seed: the real client on real encrypted stores, the real county
//! behind its own router, a virtual clock, and a link that loses, repeats and cuts. The same seed gives the same trace.
//!
//! - [`world`]: clock and randomness under a seed; [`county`]: the county as a service; [`link`]: a way to it
//! - [`phone`]: a phone with a name; [`scene`]: a county with phones in one folder, for stories; [`sim`]: the simulator
//! - [`marks`]: looks for readable text where there must be none
//! - [`sweep`]: the power cut and the disk failing at every write there is

#![expect(clippy::expect_used, reason = "a test that cannot go on says so and ends")]

pub mod county;
mod cut;
pub mod link;
pub mod marks;
pub mod phone;
pub mod scene;
pub mod sim;
pub mod sweep;
pub mod trace;
pub mod world;
