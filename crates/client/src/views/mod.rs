//! What the screens see: the arguments and answers of the command table, as plain data.
//!
//! Shapes only; no sentence is written here. Words for codes live in the UI's language files, so that one phone can
//! speak two languages. Ids travel as UUID text, instants as UTC milliseconds, coordinates as 1e-7 degrees.
//! Persons are masked in every view except [`people::OpenPerson`], which needs a reason and is logged.
//! TypeScript types are generated from these (`ui/src/api/types/`); a test fails when the two drift.

pub mod home;
pub mod households;
pub mod incidents;
pub mod patrols;
pub mod people;
pub mod review;
pub mod same_home;
pub mod same_person;
pub mod session;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An error as it crosses the border to a screen. The screen branches on `code`, never on text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CallError {
    /// Stable `snake_case` code; the language files hold `errors.<code>.{what,safe,do}`.
    pub code: String,
    /// Values the sentence needs (a number of tries left, a file name); never personal data.
    pub params: std::collections::BTreeMap<String, String>,
    /// Whether trying the same thing again later can help.
    pub retry: bool,
}

/// Where a record stands, in the four words the worker knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Saved here, not yet offered to the county.
    OnPhone,
    /// On its way: offered, or its photos are travelling.
    Sending,
    /// The county holds it and said so by receipt.
    AtCounty,
    /// A conflict or a refusal waits for a human.
    NeedsYou,
}

/// The four-state counts of Today, in operations and photos.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Counts {
    /// Operations and photos saved here and not yet offered.
    pub on_phone: u32,
    /// Operations or photos on their way.
    pub sending: u32,
    /// Operations and photos of this phone with a durable receipt.
    pub at_county: u32,
    /// Review items and refused operations.
    pub needs_you: u32,
}

/// A page request. No command returns more than 50 rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Page {
    /// Rows to skip.
    #[serde(default)]
    pub offset: u32,
    /// Rows wanted; clamped to 50.
    #[serde(default = "Page::default_limit")]
    pub limit: u32,
}

impl Page {
    fn default_limit() -> u32 {
        50
    }
}

impl Default for Page {
    fn default() -> Self {
        Self { offset: 0, limit: Self::default_limit() }
    }
}

/// A place on the map, WGS-84.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Place {
    /// Latitude in 1e-7 degrees.
    pub lat_e7: i32,
    /// Longitude in 1e-7 degrees.
    pub lon_e7: i32,
    /// Radius of uncertainty in decimetres; absent where the place was drawn by hand.
    pub accuracy_dm: Option<u32>,
}
