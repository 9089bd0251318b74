//! The file that keeps the store's key twice, and the rules of locking and coming back.
//!
//! Copy 1 opens with the worker's PIN and the platform's key. Copy 2 is a box sealed to the county; the desk opens it when
//! copy 1 is gone, and sends the key back. Locking (lease over, phone reported lost, ten wrong PINs, PIN forgotten) drops
//! copy 1 only: no record is touched, nothing unsent is lost.
//!
//! Trying a PIN is two steps with a durable write between them, so that pulling the battery after a wrong try does not
//! give it back:
//!
//! ```text
//! file.begin() → Begun::Attempt(a)     write a.to_persist() durably
//! a.finish(pin, platform) → Outcome    write the outcome's file durably
//! ```
//!
//! A try cut off between the two counts as wrong; after success the count starts anew. What this cannot stop: somebody
//! with the phone's bare flash memory may put an old file back and with it the count. They still need the platform key,
//! which the hardware keeps.
//!
//! How it is written: `on_disk`.

use thiserror::Error;
use xunge_domain::world::Randomness;

use super::pin::{ChosenPin, Pin};
use super::pin_copy::{PinCopy, PinCost, Unwrapped};
use super::secret::{PlatformKey, Secret};

mod on_disk;
#[cfg(test)]
mod tests;

/// Wrong PINs after which copy 1 is dropped.
pub const MAX_WRONG_PINS: u8 = 10;

/// The file's content. Holds no secret in the clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFile {
    check: [u8; 16],
    /// Copy 1, or why it is gone.
    pin_copy: Result<PinCopy, LockReason>,
    desk_copy: Vec<u8>,
    wrong_pins: u8,
}

/// Whether a PIN can open the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Yes.
    Ready {
        /// Tries until copy 1 is dropped.
        tries_left: u8,
    },
    /// No: the county's desk has to give the key back.
    NeedsDesk {
        /// Why copy 1 was dropped.
        because: LockReason,
    },
}

/// Why copy 1 was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockReason {
    /// Ten wrong PINs.
    WrongPins,
    /// No contact with the county for longer than the lease.
    LeaseOver,
    /// The county says that the phone is lost, or the worker's access ended.
    ReportedLost,
    /// The worker said that they forgot the PIN.
    ForgottenPin,
    /// The file itself was damaged or gone; what is here came from its second copy, which holds no PIN.
    FileDamaged,
}

/// Why something could not be done. The file is as before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyError {
    /// The bytes are no key file, or not the ones that were written.
    #[error("the key file is damaged")]
    Damaged,
    /// Written by a newer app.
    #[error("the key file is of version {found}, newer than this app")]
    Newer {
        /// That version.
        found: u32,
    },
    /// Copy 1 is gone: only the desk can help.
    #[error("the county's desk has to give the key back")]
    NeedsDesk,
    /// The key offered is not the one this store is encrypted with.
    #[error("this is not the key of this store")]
    WrongStoreKey,
    /// Argon2 parameters outside the bounds.
    #[error("the cost of a PIN is out of bounds")]
    BadCost,
}

impl KeyError {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Damaged => "key_file_damaged",
            Self::Newer { .. } => "key_file_newer",
            Self::NeedsDesk => "needs_desk",
            Self::WrongStoreKey => "wrong_store_key",
            Self::BadCost => "bad_pin_cost",
        }
    }
}

impl LockReason {
    const ALL: [Self; 5] =
        [Self::WrongPins, Self::LeaseOver, Self::ReportedLost, Self::ForgottenPin, Self::FileDamaged];

    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::WrongPins => "wrong_pins",
            Self::LeaseOver => "lease_over",
            Self::ReportedLost => "reported_lost",
            Self::ForgottenPin => "forgotten_pin",
            Self::FileDamaged => "key_file_damaged",
        }
    }

    /// Number in the file.
    fn number(self) -> u8 {
        match self {
            Self::WrongPins => 1,
            Self::LeaseOver => 2,
            Self::ReportedLost => 3,
            Self::ForgottenPin => 4,
            Self::FileDamaged => 5,
        }
    }
}

/// What [`KeyFile::begin`] gives.
#[derive(Debug)]
pub enum Begun {
    /// Write [`Attempt::to_persist`] durably, then [`Attempt::finish`].
    Attempt(Attempt),
    /// No PIN can open it. Write this file when it differs from the one on disk (the tenth try was cut off).
    NeedsDesk(KeyFile),
}

/// A try that is counted already.
#[derive(Debug)]
pub struct Attempt {
    counted: KeyFile,
    copy: PinCopy,
}

/// What came of a try. Each carries the file to write.
#[derive(Debug)]
pub enum Outcome {
    /// Right: the store's key.
    Open {
        /// The key.
        key: Secret,
        /// With the count back at zero.
        file: KeyFile,
    },
    /// Wrong.
    Wrong {
        /// How often it may still be tried.
        tries_left: u8,
        /// With this try counted.
        file: KeyFile,
    },
    /// Wrong for the tenth time.
    NeedsDesk {
        /// Without copy 1.
        file: KeyFile,
    },
    /// The platform's key store gave another key than before, so no PIN could be right: its content was wiped, or the
    /// file came from another phone. Not counted; only the desk can help.
    OtherPlatformKey {
        /// With this try taken back.
        file: KeyFile,
    },
}

impl KeyFile {
    /// A new file. `desk_copy` is the same `key`, sealed to the county by the caller.
    pub fn create(
        random: &dyn Randomness,
        key: &Secret,
        pin: &ChosenPin,
        platform: &PlatformKey,
        cost: PinCost,
        desk_copy: Vec<u8>,
    ) -> Result<Self, KeyError> {
        let copy = PinCopy::wrap(random, key, pin.pin(), platform, cost).ok_or(KeyError::BadCost)?;
        Ok(Self { check: key.check_value(), pin_copy: Ok(copy), desk_copy, wrong_pins: 0 })
    }

    /// Whether a PIN can open the store, and how often one may be tried.
    pub fn state(&self) -> KeyState {
        match self.pin_copy {
            Ok(_) => KeyState::Ready { tries_left: MAX_WRONG_PINS.saturating_sub(self.wrong_pins) },
            Err(because) => KeyState::NeedsDesk { because },
        }
    }

    /// Copy 2, to be sent to the desk.
    pub fn desk_copy(&self) -> &[u8] {
        &self.desk_copy
    }

    /// Begins a try by counting it.
    pub fn begin(mut self) -> Begun {
        if self.wrong_pins >= MAX_WRONG_PINS {
            self.lock_down(LockReason::WrongPins);
        }
        match self.pin_copy.clone() {
            Err(_) => Begun::NeedsDesk(self),
            Ok(copy) => {
                self.wrong_pins += 1;
                Begun::Attempt(Attempt { counted: self, copy })
            }
        }
    }

    /// Drops copy 1. Write the file durably. An earlier reason stays.
    pub fn lock_down(&mut self, because: LockReason) {
        if self.pin_copy.is_ok() {
            self.pin_copy = Err(because);
        }
        self.wrong_pins = 0;
    }

    /// The desk opened copy 2 and sent the key back; the worker sets a new PIN.
    pub fn restore_from_desk(
        &mut self,
        random: &dyn Randomness,
        key: &Secret,
        new_pin: &ChosenPin,
        platform: &PlatformKey,
        cost: PinCost,
    ) -> Result<(), KeyError> {
        self.owns(key)?;
        let copy = PinCopy::wrap(random, key, new_pin.pin(), platform, cost).ok_or(KeyError::BadCost)?;
        self.pin_copy = Ok(copy);
        self.wrong_pins = 0;
        Ok(())
    }

    /// A new PIN for a store that is open; `key` came from [`Outcome::Open`], so the old PIN was given.
    pub fn change_pin(
        &mut self,
        random: &dyn Randomness,
        key: &Secret,
        new_pin: &ChosenPin,
        platform: &PlatformKey,
        cost: PinCost,
    ) -> Result<(), KeyError> {
        if self.pin_copy.is_err() {
            return Err(KeyError::NeedsDesk);
        }
        self.restore_from_desk(random, key, new_pin, platform, cost)
    }

    /// Another box for the desk, because the county changed its key. `key` is asked for so that only an open store can
    /// do it: a wrong box would be noticed when it is too late.
    pub fn replace_desk_copy(&mut self, key: &Secret, desk_copy: Vec<u8>) -> Result<(), KeyError> {
        self.owns(key)?;
        self.desk_copy = desk_copy;
        Ok(())
    }

    fn owns(&self, key: &Secret) -> Result<(), KeyError> {
        if key.check_value() == self.check { Ok(()) } else { Err(KeyError::WrongStoreKey) }
    }
}

impl Attempt {
    /// The bytes to write durably before [`finish`](Self::finish).
    pub fn to_persist(&self) -> Result<Vec<u8>, KeyError> {
        self.counted.to_bytes()
    }

    /// Tries the PIN; takes as long as [`PinCost`] says.
    pub fn finish(self, pin: &Pin, platform: &PlatformKey) -> Result<Outcome, KeyError> {
        let mut file = self.counted;
        match self.copy.unwrap(pin, platform).ok_or(KeyError::Damaged)? {
            Unwrapped::Key(key) => {
                file.owns(&key)?;
                file.wrong_pins = 0;
                Ok(Outcome::Open { key, file })
            }
            Unwrapped::WrongPin if file.wrong_pins >= MAX_WRONG_PINS => {
                file.lock_down(LockReason::WrongPins);
                Ok(Outcome::NeedsDesk { file })
            }
            Unwrapped::WrongPin => Ok(Outcome::Wrong { tries_left: MAX_WRONG_PINS - file.wrong_pins, file }),
            Unwrapped::OtherPlatformKey => {
                file.wrong_pins -= 1;
                Ok(Outcome::OtherPlatformKey { file })
            }
        }
    }
}
