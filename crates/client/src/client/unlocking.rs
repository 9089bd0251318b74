//! The PIN: counted before it is tried, so that pulling the battery gives no try back.

use super::Client;
use crate::error::{Result, rule, rule_with};
use crate::open::{Open, read_u64};
use crate::views::session::AppState;
use std::sync::Arc;
use xunge_store::Fact;
use xunge_store::keys::{Begun, ChosenPin, LockReason, Outcome, Pin, PlatformKey, Secret};

/// Whether a PIN may be chosen, before it is typed a second time.
///
/// # Errors
/// `bad_pin`, `weak_pin`.
pub fn check_pin(pin: &str) -> Result<()> {
    ChosenPin::read(pin).map(drop).map_err(|error| rule(error.code()))
}

impl Client {
    /// Opens the store with the PIN. On a phone that is open already (a second touch, a second window) the PIN is tried all
    /// the same, and counted: whoever holds the phone never learns "right" from a wrong one.
    ///
    /// # Errors
    /// `wrong_pin` with `tries_left`, `pin_locked` when only the desk can help, `lease_over` after too long without contact,
    /// `key_store_lost`, `no_room_to_unlock`, and those of opening
    /// the store. Records are untouched by any of them.
    pub fn unlock(&self, pin: &str) -> Result<AppState> {
        let opened = self.try_pin(pin);
        if self.opened().is_ok() {
            if opened.as_ref().is_err_and(|error| error.code() == "pin_locked") {
                self.lock();
            }
            opened?;
            return self.app_state();
        }
        let store = self.open_store(&opened?)?;
        let open = Open::new(store, Arc::clone(&self.world), self.settings())?;
        // A phone without contact must not keep raw points for ever; a full disk must not keep it shut.
        let _ = open.purge_tracks();
        if open.lease_is_over()? {
            drop(open);
            self.lock_down(LockReason::LeaseOver)?;
            return Err(rule("lease_over"));
        }
        self.set_open(Some(open));
        // Whoever had begun to ask the desk and then remembered.
        self.drop_draft_before().ok();
        self.app_state()
    }

    /// The store's key for this PIN. The try counts before it is made.
    fn try_pin(&self, pin: &str) -> Result<Secret> {
        let file = self.key_file()?.ok_or(rule("wrong_phase"))?;
        let pin = Pin::read(pin).map_err(|_| rule("bad_pin"))?;
        let attempt = match file.begin() {
            Begun::Attempt(attempt) => attempt,
            Begun::NeedsDesk(file) => {
                self.write_key_file(&file.to_bytes().map_err(|error| rule(error.code()))?)?;
                return Err(rule("pin_locked"));
            }
        };
        // No try without its count on the disk, also when that is full: else filling it would give as many as one likes.
        self.write_key_file(&attempt.to_persist().map_err(|error| rule(error.code()))?)
            .map_err(|error| if error.code() == "disk_full" { rule("no_room_to_unlock") } else { error })?;
        let platform = PlatformKey(Secret::from_bytes(&*self.world.device.platform_key()?));
        let outcome = attempt.finish(&pin, &platform).map_err(|error| rule(error.code()))?;
        let (file, opened) = match outcome {
            Outcome::Open { key, file } => (file, Ok(key)),
            Outcome::Wrong { tries_left, file } => {
                (file, Err(rule_with("wrong_pin", "tries_left", tries_left)))
            }
            Outcome::NeedsDesk { file } => (file, Err(rule("pin_locked"))),
            Outcome::OtherPlatformKey { file } => (file, Err(rule("key_store_lost"))),
        };
        self.write_key_file(&file.to_bytes().map_err(|error| rule(error.code()))?)?;
        opened
    }
}

impl Open {
    /// Whether the county was not reached for longer than it allowed. Reckoned from the phone's own clock at the last
    /// contact, so that a clock that was wrong all the time does not count; setting it back later reopens nothing, because
    /// the key is gone by then.
    fn lease_is_over(&self) -> Result<bool> {
        let fact = |fact| self.store.read_shortly(|reader| read_u64(reader, fact));
        let (Some(until), Some(server), Some(contact)) =
            (fact(Fact::LeaseUntilMs)?, fact(Fact::LastServerMs)?, fact(Fact::LastContactMs)?)
        else {
            return Ok(false);
        };
        let now = u64::try_from(self.world.clock.now().wall_ms).unwrap_or(0);
        Ok(now.saturating_sub(contact) > until.saturating_sub(server))
    }

    /// The county itself has just opened the phone: the lease begins anew with the next greeting.
    pub(super) fn forget_lease(&self) -> Result<()> {
        self.store.write(|writer| Ok(writer.drop_fact(Fact::LeaseUntilMs)?))
    }
}
