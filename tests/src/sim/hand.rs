//! A worker with a phone in a run: the phone, its disk, its way to the county, old copies of it, and what it is known to hold.

use super::disk::{Crash, Image};
use super::ledger::Held;
use super::machine::Machine;
use super::network::{Lane, Weather};
use crate::phone::SimPhone;
use crate::scene::PIN;
use crate::world::Chance;
use serde_json::{Value, json};
use std::sync::Arc;
use xunge_client::views::Counts;
use xunge_domain::ids::{DeviceNo, RecordId};

/// An old copy of a phone.
pub struct Copy {
    /// Its files.
    pub image: Image,
    /// What they hold.
    pub held: Held,
}

/// See the module.
pub struct Hand {
    /// The phone.
    pub phone: SimPhone,
    /// Its storage.
    pub machine: Machine,
    /// Its way.
    pub lane: Arc<Lane>,
    /// Who holds it.
    pub worker: RecordId,
    /// Its number.
    pub device: DeviceNo,
    /// What it holds.
    pub held: Held,
    /// Old copies.
    pub copies: Vec<Copy>,
    /// What the last change can be undone by.
    pub undo: Option<String>,
    /// Whether it is a clone of another that lives on.
    pub is_clone: bool,
    /// How it dies when a planned crash comes.
    pub crash: Crash,
    /// An area was taken from its worker once.
    pub purged: bool,
    /// The county's epoch as it knew it then.
    pub epoch: Vec<u8>,
    /// What it told when it was last looked at.
    pub told: Option<Counts>,
}

impl Hand {
    /// Its name.
    pub fn name(&self) -> &'static str {
        self.phone.name
    }

    /// Calls a command.
    ///
    /// # Errors
    /// The code of the refusal.
    pub fn call(&self, command: &str, args: Value) -> Result<Value, String> {
        self.phone.call(command, args)
    }

    /// Whether the store is open.
    pub fn is_open(&self) -> bool {
        self.phone.is_open()
    }

    /// Starts the app on these files, locked.
    pub fn start_on(&mut self, image: &Image) {
        // The process goes before its files do: SQLite removes a write-ahead log by its name when it closes, and would take
        // that of the files put back.
        self.machine.die();
        self.phone.go_down();
        self.machine.put_back(image);
        self.lane.runs_on(self.machine.disk().cloned());
        self.phone.start_on(self.machine.files());
    }

    /// The worker types the PIN; answers the refusal's code.
    ///
    /// # Errors
    /// The code.
    pub fn unlock(&self) -> Result<(), String> {
        self.call("unlock", json!({ "pin": PIN })).map(|_| ())
    }

    /// The process goes down and the app is started again, locked.
    pub fn crash_now(&mut self, crash: Crash, chance: &Chance) {
        let left = self.machine.after(crash, chance);
        self.start_on(&left);
    }

    /// Sets the weather of its link.
    pub fn weather(&self, weather: Weather) {
        self.lane.set(weather);
    }
}
