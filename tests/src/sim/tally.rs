//! How often what happened, over all seeds of a process. A run of many seeds fails when something it claims to try never
//! came about.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Faults that are put in.
pub const FAULTS: &[&str] = &[
    "request lost",
    "answer lost",
    "request doubled",
    "request delayed",
    "requests reordered",
    "request cut",
    "answer cut",
    "captive portal",
    "error status",
    "no signal",
    "phone killed",
    "phone killed in mid-write",
    "phone power cut",
    "county killed",
    "county killed in mid-write",
    "county power cut",
    "disk full",
    "clock forward",
    "clock back",
    "reboot",
    "newer app",
    "county restored",
    "area moved",
    "phone cloned",
    "phone restored",
    "phone reported lost",
];

/// Hard ways that these, or what people do, lead down.
pub const HARD: &[&str] = &[
    "conflict in review",
    "deletion against edit",
    "conflict resolved",
    "home registered twice",
    "refused: out_of_scope",
    "refused: unknown_kind",
    "refused: too_long",
    "epoch changed",
    "offered again",
    "taken back from the county",
    "renumbered",
    "quarantine",
    "handed over",
    "area purged",
    "area granted again",
    "locked, opened by the desk",
    "save refused for want of room",
    "picture received",
    "undone",
    "withdrawn",
    "sent again",
];

/// Counts by name.
#[derive(Debug, Default)]
pub struct Tally(Mutex<BTreeMap<String, u64>>);

impl Tally {
    /// It happened.
    pub fn add(&self, what: &str) {
        self.add_many(what, 1);
    }

    /// It happened so often.
    pub fn add_many(&self, what: &str, times: u64) {
        if times > 0 {
            let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match counts.get_mut(what) {
                Some(count) => *count += times,
                None => drop(counts.insert(what.to_owned(), times)),
            }
        }
    }

    /// All counts.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many faults there were in all.
    pub fn faults(&self) -> u64 {
        let counts = self.counts();
        FAULTS.iter().filter_map(|name| counts.get(*name)).sum()
    }

    /// Takes over another's counts.
    pub fn take_over(&self, other: &Self) {
        for (what, times) in other.counts() {
            self.add_many(&what, times);
        }
    }
}
