//! What the core may ask of the world, as traits: time and randomness. Each program supplies the real ones in its one
//! `world.rs`; the simulator supplies seeded ones. Files, transport and the phone's hardware have traits where they are
//! used (`store`, `client`), because nothing here needs them.

use uuid::Uuid;

/// One reading of a phone's or server's clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Wall clock, UTC milliseconds since 1970. May be years off on a phone: evidence, never a judge.
    pub wall_ms: i64,
    /// Monotonic milliseconds since an arbitrary point; comparable only within one `boot`.
    pub mono_ms: u64,
    /// Changes whenever the monotonic clock starts anew.
    pub boot: u64,
}

/// A source of time.
pub trait Clock: Send + Sync {
    /// Reads wall and monotonic clock together.
    fn now(&self) -> Moment;
}

/// A source of randomness fit for keys in production, seeded in tests.
pub trait Randomness: Send + Sync {
    /// Fills `bytes` completely.
    fn fill(&self, bytes: &mut [u8]);
}

/// A UUIDv7 (RFC 9562 §5.7) from the given moment: sorts by the phone's wall clock, unique by 74 random bits.
pub fn uuid_v7(now: Moment, random: &dyn Randomness) -> Uuid {
    let mut bits = [0_u8; 10];
    random.fill(&mut bits);
    // A clock before 1970 must not wrap into the far future: such ids sort first, which is all that is asked of them.
    let millis = u64::try_from(now.wall_ms).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &bits).into_uuid()
}
