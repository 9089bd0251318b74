//! How much room the disk under the county has left. The core notices a full disk by itself, write by write; this is for
//! whoever watches the county and should know before that.

use std::fmt;

/// Bytes left, or nothing where that cannot be told.
type Measure = Box<dyn Fn() -> Option<u64> + Send + Sync>;

/// See the module.
pub struct Room {
    measure: Measure,
    low: u64,
}

impl fmt::Debug for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Room").field("low", &self.low).finish_non_exhaustive()
    }
}

impl Room {
    /// `measure` says how many bytes are left; fewer than `low` are told as little.
    pub fn new(measure: impl Fn() -> Option<u64> + Send + Sync + 'static, low: u64) -> Self {
        Self { measure: Box::new(measure), low }
    }

    /// Where the room is not known: tests without a disk of their own.
    pub fn unmeasured() -> Self {
        Self::new(|| None, 0)
    }

    /// Bytes left.
    pub fn free(&self) -> Option<u64> {
        (self.measure)()
    }

    /// Whether somebody should make room now.
    pub fn is_low(&self) -> bool {
        self.free().is_some_and(|free| free < self.low)
    }
}
