//! Known bugs, planted on purpose to show that the simulator can fail. They exist only under the feature `planted`, which
//! nothing but `make simulate PLANT=…` turns on: without it [`planted`] is `false` when the compiler looks at it, and not an
//! instruction of them is left.

#[cfg(all(feature = "planted", not(debug_assertions)))]
compile_error!("planted bugs are for the simulator; no release has them");

/// A bug that somebody has made before, here or elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// The county answers a push although its transaction was undone.
    AckBeforeCommit,
    /// The county's database does not wait for the disk.
    CountySkipsSync,
    /// The phone's database does not wait for the disk.
    PhoneSkipsSync,
    /// A row is saved without the operation that would travel.
    RowWithoutOperation,
    /// "Saved" is said although the commit failed.
    SavedWithoutCommit,
    /// An area that is taken away takes along what was written there and not sent.
    PurgeOfUnsent,
    /// An area that is taken away stays.
    NoPurge,
    /// The feed is taken for read one place beyond what came.
    CursorTooFar,
    /// Of two values only the shown one is kept.
    DroppedLoser,
    /// A phone that came back from an old copy writes again what the county already holds.
    AppliedTwice,
    /// A phone that came back from an old copy does not notice.
    CountersReused,
    /// A picture goes from the phone once it was sent.
    PhotoGoneBeforeReceipt,
    /// The county keeps a picture that is not the one its name says.
    ReceiptForAnother,
    /// A county put back from a backup is taken for the one before.
    EpochIgnored,
    /// A failed attempt is never made again.
    RetryNotArmed,
    /// What lies on the phone is counted as being at the county.
    CountsLie,
}

impl Bug {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::AckBeforeCommit,
        Self::CountySkipsSync,
        Self::PhoneSkipsSync,
        Self::RowWithoutOperation,
        Self::SavedWithoutCommit,
        Self::PurgeOfUnsent,
        Self::NoPurge,
        Self::CursorTooFar,
        Self::DroppedLoser,
        Self::AppliedTwice,
        Self::CountersReused,
        Self::PhotoGoneBeforeReceipt,
        Self::ReceiptForAnother,
        Self::EpochIgnored,
        Self::RetryNotArmed,
        Self::CountsLie,
    ];
}

#[cfg(feature = "planted")]
thread_local! {
    static PLANTED: std::cell::Cell<Option<Bug>> = const { std::cell::Cell::new(None) };
}

/// Plants one bug in this thread, or takes it out.
#[cfg(feature = "planted")]
pub fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
}

/// Whether this bug is planted.
#[cfg(feature = "planted")]
pub fn planted(bug: Bug) -> bool {
    PLANTED.get() == Some(bug)
}

/// Whether this bug is planted: never.
#[cfg(not(feature = "planted"))]
#[inline(always)]
pub const fn planted(_: Bug) -> bool {
    false
}
