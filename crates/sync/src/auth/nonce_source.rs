//! Where a phone's request counters come from: each is given out once, restarts included.
//!
//! The mirror of [`replay_window`](super::replay_window): the phone writes a mark ahead and starts above it after a
//! restart. Some counters are skipped, none is used twice, and a write is due once per [`STEP`] requests.

/// By how much the mark runs ahead.
pub const STEP: u64 = 256;

/// Gives out counters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NonceSource {
    next: u64,
    /// Highest counter that may be given out before a new mark is durable.
    reserved: u64,
}

/// What [`NonceSource::take`] gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Use this counter, once.
    Nonce(u64),
    /// Make this mark durable, say so by [`NonceSource::reserved`], take again.
    Reserve(u64),
}

impl NonceSource {
    /// From the last durable mark; 0 for a phone that never called.
    pub fn restore(mark: u64) -> Self {
        Self { next: mark.saturating_add(1), reserved: mark }
    }

    /// The next counter, or the mark to write first.
    pub fn take(&mut self) -> Taken {
        if self.next > self.reserved {
            return Taken::Reserve(self.next.saturating_add(STEP - 1));
        }
        let nonce = self.next;
        self.next = self.next.saturating_add(1);
        Taken::Nonce(nonce)
    }

    /// Says that `mark` is durable.
    pub fn reserved(&mut self, mark: u64) {
        self.reserved = self.reserved.max(mark);
    }

    /// The county answered `nonce_stale` or `nonce_too_far`: go on with what it named. Never goes back, except out of a
    /// leap the county refused to follow (`too_far`): those counters were never accepted, so they are free.
    pub fn go_on_with(&mut self, next: u64, too_far: bool) {
        if too_far {
            // The mark has to come down too, or the leap would return at the next restart: it is written anew by the
            // next `take`.
            self.next = next;
            self.reserved = next.saturating_sub(1);
        } else {
            self.next = self.next.max(next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::replay_window::{ReplayError, ReplayWindow};
    use super::*;

    /// A phone with its mark on disk.
    struct Phone {
        source: NonceSource,
        on_disk: u64,
    }

    impl Phone {
        fn nonce(&mut self) -> u64 {
            loop {
                match self.source.take() {
                    Taken::Nonce(nonce) => return nonce,
                    Taken::Reserve(mark) => {
                        self.on_disk = mark;
                        self.source.reserved(mark);
                    }
                }
            }
        }

        fn restart(&mut self) {
            self.source = NonceSource::restore(self.on_disk);
        }
    }

    fn receive(window: &mut ReplayWindow, nonce: u64) -> Result<(), ReplayError> {
        if let Some(mark) = window.reserve_to(nonce) {
            window.reserved(mark);
        }
        window.accept(nonce)
    }

    #[test]
    fn a_phone_that_is_killed_often_never_repeats_a_counter() {
        let mut phone = Phone { source: NonceSource::restore(0), on_disk: 0 };
        let mut seen = std::collections::BTreeSet::new();
        for round in 0..1000 {
            assert!(seen.insert(phone.nonce()));
            if round % 7 == 0 {
                phone.restart();
            }
        }
    }

    #[test]
    fn a_phone_restored_from_a_backup_is_led_on_by_the_county() {
        let mut window = ReplayWindow::restore(50_000);
        let mut phone = Phone { source: NonceSource::restore(300), on_disk: 300 };
        let nonce = phone.nonce();
        let Err(ReplayError::NonceStale { next }) = receive(&mut window, nonce) else {
            panic!("accepted {nonce}")
        };
        phone.source.go_on_with(next, false);
        let nonce = phone.nonce();
        assert_eq!(receive(&mut window, nonce), Ok(()));
        phone.restart();
        let nonce = phone.nonce();
        assert_eq!(receive(&mut window, nonce), Ok(()));
    }

    #[test]
    fn a_phone_that_leapt_comes_back() {
        let mut window = ReplayWindow::restore(10);
        let mut phone = Phone { source: NonceSource::restore(u64::MAX - 5), on_disk: u64::MAX - 5 };
        let nonce = phone.nonce();
        let Err(ReplayError::NonceTooFar { next }) = receive(&mut window, nonce) else {
            panic!("accepted {nonce}")
        };
        phone.source.go_on_with(next, true);
        let nonce = phone.nonce();
        assert_eq!(receive(&mut window, nonce), Ok(()));
        assert!(phone.on_disk < 1000, "the lowered mark is on disk");
    }
}
