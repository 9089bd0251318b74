//! The county's machine: it can be killed between two requests or in the middle of one, backed up and put back.

use super::disk::{Crash, Image};
use super::machine::Machine;
use super::tally::Tally;
use crate::county::SimCounty;
use crate::trace::Trace;
use crate::world::Chance;
use object_store::memory::InMemory;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use xunge_client::ports::{Request, Response};

/// A backup of the county: database and pictures of one moment.
pub struct Backup {
    image: Image,
    blobs: InMemory,
}

/// See the module.
pub struct Host {
    /// The county that runs on it.
    pub county: Arc<SimCounty>,
    machine: Mutex<Machine>,
    blobs: Mutex<Arc<InMemory>>,
    crash: Mutex<Crash>,
    chance: Chance,
    tally: Arc<Tally>,
    trace: Arc<Trace>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Host {
    /// Starts the county on this machine.
    pub fn new(
        county: Arc<SimCounty>,
        machine: Machine,
        blobs: Arc<InMemory>,
        chance: Chance,
        tally: Arc<Tally>,
        trace: Arc<Trace>,
    ) -> Self {
        county.start();
        let (machine, blobs) = (Mutex::new(machine), Mutex::new(blobs));
        Self { county, machine, blobs, crash: Mutex::new(Crash::Killed), chance, tally, trace }
    }

    /// Has a request answered; nothing when the county died over it.
    pub fn serve(&self, request: &Request, cut_after: Option<usize>) -> Option<Response> {
        let answer = match cut_after {
            None => self.county.call(request),
            Some(after) => self.county.call_cut(request, after),
        };
        if !lock(&self.machine).is_dead() {
            return answer;
        }
        let crash = *lock(&self.crash);
        self.tally.add("county killed in mid-write");
        self.trace.note(format!("the county dies in the middle of a request ({crash:?})"));
        self.come_back(crash);
        None
    }

    /// The county will die before the nth write or sync from now.
    pub fn plan_crash(&self, writes: u64, crash: Crash) {
        if let Some(disk) = lock(&self.machine).disk() {
            disk.crash_after(writes);
            *lock(&self.crash) = crash;
        }
    }

    /// No crash is planned any more.
    pub fn calm(&self) {
        if let Some(disk) = lock(&self.machine).disk() {
            disk.calm();
        }
    }

    /// Kills the county between two requests and starts it on what is left.
    pub fn kill(&self, crash: Crash) {
        self.come_back(crash);
    }

    fn come_back(&self, crash: Crash) {
        let mut machine = lock(&self.machine);
        let left = machine.after(crash, &self.chance);
        if crash == Crash::PowerCut {
            self.tally.add("county power cut");
        }
        self.county.kill();
        machine.put_back(&left);
        self.county.start();
    }

    /// What a backup program takes of a running county.
    pub fn back_up(&self) -> Backup {
        Backup { image: lock(&self.machine).image(), blobs: lock(&self.blobs).fork() }
    }

    /// Puts a backup back, in the place of what was there, and begins a new epoch.
    pub fn restore(&self, backup: &Backup) {
        self.county.kill();
        lock(&self.machine).put_back(&backup.image);
        let blobs = Arc::new(backup.blobs.fork());
        self.county.keep_pictures_in(blobs.clone());
        *lock(&self.blobs) = blobs;
        self.county.start();
        self.county.county().begin_epoch().expect("an epoch begins");
    }
}

impl Host {
    /// To be called after the county was worked on past the network: if the planned crash came, it starts anew.
    pub fn look_after(&self) {
        if lock(&self.machine).is_dead() {
            let crash = *lock(&self.crash);
            self.tally.add("county killed in mid-write");
            self.come_back(crash);
        }
    }
}
