//! Time and chance, owned by the test.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use xunge_domain::world::{Clock, Moment, Randomness};

/// A clock that moves only when told. Each phone has one of its own, which may be years off.
#[derive(Debug)]
pub struct VirtualClock {
    wall_ms: AtomicI64,
    mono_ms: AtomicU64,
    boot: AtomicU64,
}

impl VirtualClock {
    /// A clock that shows `wall_ms`.
    pub fn at(wall_ms: i64) -> Self {
        Self { wall_ms: AtomicI64::new(wall_ms), mono_ms: AtomicU64::new(1_000), boot: AtomicU64::new(1) }
    }

    /// What it shows, UTC milliseconds.
    pub fn shows(&self) -> i64 {
        self.wall_ms.load(Ordering::SeqCst)
    }

    /// Shows this from now on, UTC milliseconds.
    pub fn show(&self, wall_ms: i64) {
        self.wall_ms.store(wall_ms, Ordering::SeqCst);
    }

    /// Time passes.
    pub fn pass(&self, ms: u64) {
        self.wall_ms.fetch_add(i64::try_from(ms).unwrap_or(i64::MAX), Ordering::SeqCst);
        self.mono_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// Somebody sets the wall clock.
    pub fn jump(&self, ms: i64) {
        self.wall_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// The device starts anew.
    pub fn reboot(&self) {
        self.boot.fetch_add(1, Ordering::SeqCst);
        self.mono_ms.store(1_000, Ordering::SeqCst);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Moment {
        Moment {
            wall_ms: self.wall_ms.load(Ordering::SeqCst),
            mono_ms: self.mono_ms.load(Ordering::SeqCst),
            boot: self.boot.load(Ordering::SeqCst),
        }
    }
}

/// Chance from a seed (SplitMix64). One stream for each purpose, so that one more draw here changes nothing there.
#[derive(Debug)]
pub struct Chance(AtomicU64);

impl Chance {
    /// The stream `purpose` of `seed`.
    pub fn new(seed: u64, purpose: &str) -> Self {
        let mut state = seed ^ 0x5851_F42D_4C95_7F2D;
        for byte in purpose.bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
        Self(AtomicU64::new(state))
    }

    /// A number.
    pub fn number(&self) -> u64 {
        let step = 0x9E37_79B9_7F4A_7C15;
        let mut z = self.0.fetch_add(step, Ordering::SeqCst).wrapping_add(step);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `most`.
    pub fn below(&self, most: u64) -> u64 {
        self.number() % most.max(1)
    }

    /// Happens in `percent` of a hundred cases.
    pub fn happens(&self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

impl Randomness for Chance {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let number = self.number().to_le_bytes();
            for (byte, from) in chunk.iter_mut().zip(number) {
                *byte = from;
            }
        }
    }
}
