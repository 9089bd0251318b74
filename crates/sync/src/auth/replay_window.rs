//! A signed request counts once. The county keeps, for each device, a sliding window of 1,024 counters.
//!
//! Requests overtake each other, so a counter is accepted when it is new and not more than 1,023 below the highest seen.
//! Writing the window for each request would cost a disk write each; instead the county writes ahead a *reserved mark*
//! and accepts nothing above it. After a restart everything up to the mark counts as used: no replay gets through, the
//! phone is told where to go on, and the price is one write per 1,024 requests.
//!
//! ```text
//! match window.reserve_to(nonce) {            // must a higher mark be written first?
//!     Some(mark) => { write(mark); window.reserved(mark) }
//!     None => {}
//! }
//! window.accept(nonce)                        // true answer, at most once per nonce
//! ```
//!
//! Leaves to others: writing the mark durably, one lock per device, checking the signature before any of this.

use thiserror::Error;

/// How far below the highest counter a late request may be.
pub const WINDOW: u64 = 1024;

/// By how much the reserved mark runs ahead.
pub const RESERVE_STEP: u64 = 1024;

/// The farthest a counter may leap ahead. A phone sends some thousand requests a day; one that leaps by billions is
/// broken, and following it would bring it to the end of its counters, where nothing could be accepted any more.
pub const MAX_LEAP: u64 = 1 << 32;

const WORDS: usize = (WINDOW / 64) as usize;

/// The window of one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayWindow {
    /// Highest counter that counts as used.
    highest: u64,
    /// Everything up to here counts as used: from before the restart.
    floor: u64,
    /// Bit `n % 1024` says whether counter `n` of the window was used.
    used: [u64; WORDS],
    /// Nothing above is accepted until a higher mark is durable.
    reserved: u64,
}

/// Why a counter is refused. Every variant carries what helps the phone go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ReplayError {
    /// Used already, or too old to know. The phone goes on with `next`.
    #[error("this counter does not count any more; go on with {next}")]
    NonceStale {
        /// Lowest counter that is certainly free.
        next: u64,
    },
    /// Farther ahead than [`MAX_LEAP`]. The phone goes on with `next`.
    #[error("this counter leaps too far; go on with {next}")]
    NonceTooFar {
        /// Lowest counter that is certainly free.
        next: u64,
    },
    /// The county has to make `mark` durable first: a mistake of the caller, not of the phone.
    #[error("counters above the reserved mark; make {mark} durable first")]
    NotReserved {
        /// See [`ReplayWindow::reserve_to`].
        mark: u64,
    },
}

impl ReplayError {
    /// Stable code; the phone branches on the first two.
    pub fn code(self) -> &'static str {
        match self {
            Self::NonceStale { .. } => "nonce_stale",
            Self::NonceTooFar { .. } => "nonce_too_far",
            Self::NotReserved { .. } => "nonce_not_reserved",
        }
    }
}

impl Default for ReplayWindow {
    /// A device that never called.
    fn default() -> Self {
        Self::restore(0)
    }
}

impl ReplayWindow {
    /// After a restart: `mark` is the last reserved mark that was made durable (0 for a new device).
    pub fn restore(mark: u64) -> Self {
        Self { highest: mark, floor: mark, used: [0; WORDS], reserved: mark }
    }

    /// The mark to make durable before `nonce` can be accepted; `None` when no write is needed, which includes counters
    /// that will be refused anyway (a flood of replays must not become a flood of writes).
    pub fn reserve_to(&self, nonce: u64) -> Option<u64> {
        let refused = nonce == 0 || nonce <= self.floor || nonce > self.farthest();
        (!refused && nonce > self.reserved).then(|| nonce.saturating_add(RESERVE_STEP - 1))
    }

    /// Says that `mark` is durable now. A lower mark than before changes nothing.
    pub fn reserved(&mut self, mark: u64) {
        self.reserved = self.reserved.max(mark);
    }

    /// Uses up `nonce`: `Ok` exactly once for each.
    pub fn accept(&mut self, nonce: u64) -> Result<(), ReplayError> {
        let too_old = self.highest >= WINDOW && nonce <= self.highest - WINDOW;
        if nonce == 0 || nonce <= self.floor || too_old {
            return Err(ReplayError::NonceStale { next: self.next() });
        }
        if nonce > self.farthest() {
            return Err(ReplayError::NonceTooFar { next: self.next() });
        }
        if let Some(mark) = self.reserve_to(nonce) {
            return Err(ReplayError::NotReserved { mark });
        }
        if nonce > self.highest {
            self.slide_to(nonce);
        } else if self.bit(nonce) {
            return Err(ReplayError::NonceStale { next: self.next() });
        }
        self.used[Self::word(nonce)] |= Self::mask(nonce);
        Ok(())
    }

    /// Lowest counter above everything seen; what the county tells a phone that lost its own.
    pub fn next(&self) -> u64 {
        self.highest.saturating_add(1)
    }

    fn farthest(&self) -> u64 {
        self.highest.saturating_add(MAX_LEAP)
    }

    /// Frees the places of the counters that enter the window.
    fn slide_to(&mut self, nonce: u64) {
        if nonce - self.highest >= WINDOW {
            self.used = [0; WORDS];
        } else {
            for entering in self.highest + 1..=nonce {
                self.used[Self::word(entering)] &= !Self::mask(entering);
            }
        }
        self.highest = nonce;
    }

    fn bit(&self, nonce: u64) -> bool {
        self.used[Self::word(nonce)] & Self::mask(nonce) != 0
    }

    fn word(nonce: u64) -> usize {
        (nonce % WINDOW / 64) as usize
    }

    fn mask(nonce: u64) -> u64 {
        1 << (nonce % 64)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// A county: the window in memory, the mark on disk, and how often it was written.
    #[derive(Default)]
    struct County {
        window: ReplayWindow,
        on_disk: u64,
        writes: u32,
    }

    impl County {
        fn receive(&mut self, nonce: u64) -> Result<(), ReplayError> {
            if let Some(mark) = self.window.reserve_to(nonce) {
                self.on_disk = mark;
                self.writes += 1;
                self.window.reserved(mark);
            }
            self.window.accept(nonce)
        }

        fn restart(&mut self) {
            self.window = ReplayWindow::restore(self.on_disk);
        }
    }

    #[test]
    fn a_request_counts_once_and_late_ones_still_count() {
        let mut county = County::default();
        for nonce in [1, 2, 5, 3, 4, 900] {
            assert_eq!(county.receive(nonce), Ok(()), "{nonce}");
            assert_eq!(county.receive(nonce), Err(ReplayError::NonceStale { next: county.window.next() }));
        }
        assert_eq!(county.receive(0), Err(ReplayError::NonceStale { next: 901 }));
    }

    #[test]
    fn a_request_just_inside_the_window_counts_and_one_outside_does_not() {
        let mut county = County::default();
        county.receive(5000).unwrap();
        assert_eq!(county.receive(5000 - WINDOW + 1), Ok(()));
        assert_eq!(county.receive(5000 - WINDOW), Err(ReplayError::NonceStale { next: 5001 }));
    }

    #[test]
    fn a_thousand_requests_cost_one_write() {
        let mut county = County::default();
        for nonce in 1..=3 * RESERVE_STEP {
            county.receive(nonce).unwrap();
        }
        assert_eq!(county.writes, 3);
    }

    #[test]
    fn a_restarted_county_accepts_no_replay_and_says_where_to_go_on() {
        let mut county = County::default();
        for nonce in 1..=10 {
            county.receive(nonce).unwrap();
        }
        county.restart();
        let refused = county.receive(11);
        assert_eq!(refused, Err(ReplayError::NonceStale { next: RESERVE_STEP + 1 }));
        assert_eq!(county.receive(RESERVE_STEP + 1), Ok(()));
    }

    #[test]
    fn nothing_is_accepted_above_a_mark_that_is_not_durable() {
        let mut window = ReplayWindow::default();
        assert_eq!(window.accept(1), Err(ReplayError::NotReserved { mark: 1024 }));
        window.reserved(1024);
        assert_eq!(window.accept(1), Ok(()));
    }

    #[test]
    fn a_flood_of_replays_causes_no_write() {
        let mut county = County::default();
        county.receive(7).unwrap();
        county.restart();
        let writes = county.writes;
        for nonce in 0..100 {
            assert!(county.receive(nonce).is_err());
        }
        assert_eq!(county.writes, writes);
    }

    #[test]
    fn a_phone_cannot_leap_to_the_end_of_its_counters() {
        let mut county = County::default();
        county.receive(10).unwrap();
        assert_eq!(county.receive(u64::MAX), Err(ReplayError::NonceTooFar { next: 11 }));
        assert_eq!(county.receive(11), Ok(()));
    }

    #[test]
    fn the_last_counters_of_all_do_not_overflow() {
        let mut county =
            County { window: ReplayWindow::restore(u64::MAX - 2), on_disk: u64::MAX - 2, writes: 0 };
        assert_eq!(county.receive(u64::MAX), Ok(()));
        assert_eq!(county.receive(u64::MAX - 1), Ok(()));
        assert_eq!(county.receive(u64::MAX), Err(ReplayError::NonceStale { next: u64::MAX }));
    }

    proptest! {
        /// Against a set of everything ever accepted, with restarts in between: nothing twice, and nothing new that
        /// lies inside the window is refused while no restart came between.
        #[test]
        fn accepted_at_most_once_for_ever(
            steps in proptest::collection::vec((0_u64..4000, 0_u8..40), 1..400)
        ) {
            let mut county = County::default();
            let mut accepted = BTreeSet::new();
            let mut never_restarted = true;
            for (nonce, dice) in steps {
                if dice == 0 {
                    county.restart();
                    never_restarted = false;
                }
                let highest = accepted.last().copied().unwrap_or(0);
                let fresh = nonce > 0 && !accepted.contains(&nonce) && nonce + WINDOW > highest;
                match county.receive(nonce) {
                    Ok(()) => prop_assert!(accepted.insert(nonce), "{nonce} accepted twice"),
                    Err(ReplayError::NonceStale { next }) => {
                        prop_assert!(!accepted.contains(&next));
                        prop_assert!(!(fresh && never_restarted), "{nonce} was new and inside the window");
                    }
                    Err(other) => prop_assert!(false, "{other}"),
                }
            }
        }
    }
}
