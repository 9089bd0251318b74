//! One run under a seed: what there is, and what a step is.

use super::acts;
use super::desk;
use super::disk::Crash;
use super::faults;
use super::hand::Hand;
use super::host::{Backup, Host};
use super::ledger::{Held, Ledger, own_log};
use super::machine::Machine;
use super::network::{Network, Weather};
use super::seal::Seal;
use super::tally::Tally;
use super::template::{MADE_UNDER, Template, WORKERS, template};
use crate::county::SimCounty;
use crate::phone::SimPhone;
use crate::trace::Trace;
use crate::world::{Chance, VirtualClock};
use object_store::memory::InMemory;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use xunge_client::syncing::Next;
use xunge_domain::ids::{DeviceNo, RecordId};

/// Something that must hold and did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Which invariant.
    pub invariant: &'static str,
    /// What was seen.
    pub what: String,
}

/// An area that was taken from a worker.
pub struct Moved {
    /// Whose phone.
    pub device: DeviceNo,
    /// The area.
    pub area: RecordId,
    /// The last operation of the phone that the county held then.
    pub counter: u64,
}

/// See the module.
pub struct Run {
    pub(super) chance: Chance,
    pub(super) trace: Arc<Trace>,
    pub(super) tally: Arc<Tally>,
    pub(super) clock: Arc<VirtualClock>,
    pub(super) host: Arc<Host>,
    pub(super) network: Arc<Network>,
    pub(super) hands: Vec<Hand>,
    pub(super) ledger: Ledger,
    pub(super) backups: Vec<Backup>,
    pub(super) moved: Vec<Moved>,
    pub(super) broken: Vec<Broken>,
    /// The county was put back from a backup once.
    pub(super) restored: bool,
    /// Number of the present step: texts that people write carry it.
    pub(super) step: u64,
    pub(super) seed: u64,
    /// What it began with.
    pub(super) made: &'static Template,
    pub(super) root: PathBuf,
    /// The folder of a run on the real disk.
    _folder: Option<tempfile::TempDir>,
}

impl Run {
    /// Sets up the run of `seed`; on the real disk if wanted.
    pub fn new(seed: u64, on_disk: bool) -> Self {
        static RUNS: AtomicU64 = AtomicU64::new(0);
        let folder = on_disk.then(|| tempfile::tempdir().expect("a folder"));
        let root = match &folder {
            Some(folder) => folder.path().to_path_buf(),
            None => PathBuf::from(format!("/simulated/{}", RUNS.fetch_add(1, Ordering::Relaxed))),
        };
        let made = template(Seal::of(seed));
        let trace = Arc::new(Trace::default());
        let tally = Arc::new(Tally::default());
        let clock = Arc::new(VirtualClock::at(made.now_ms));
        let blobs = Arc::new(InMemory::new());
        let machine = machine(root.join("county"), &made.county, on_disk);
        let county = SimCounty::standing(machine.root(), blobs.clone(), MADE_UNDER, seed, clock.clone());
        let stream = |purpose: &str| Chance::new(seed, purpose);
        let host = Host::new(Arc::new(county), machine, blobs, stream("host"), tally.clone(), trace.clone());
        let host = Arc::new(host);
        let network = Network::new(host.clone(), stream("network"), tally.clone(), trace.clone());
        let mut run = Self {
            chance: stream("story"),
            trace,
            tally,
            clock,
            host,
            network,
            hands: Vec::new(),
            ledger: Ledger::new(),
            backups: Vec::new(),
            moved: Vec::new(),
            broken: Vec::new(),
            restored: false,
            step: 0,
            seed,
            made,
            root,
            _folder: folder,
        };
        let phones = 2 + run.chance.below(WORKERS.len() as u64 - 1) as usize;
        for ((name, _), made) in WORKERS.into_iter().zip(&made.phones).take(phones) {
            let hand = run.hand(name, name, &made.image, made.worker, made.device, &Held::default());
            run.hands.push(hand);
        }
        // A clock that is wrong from the first day: nothing may depend on it.
        let off = [0, 0, 90_000, -3 * 365 * 86_400_000, 3_600_000];
        for (hand, off) in run.hands.iter().zip(off) {
            hand.phone.clock.jump(off);
        }
        for at in 0..run.hands.len() {
            run.come_up(at);
        }
        run
    }

    /// A phone with these files, not unlocked.
    pub(super) fn hand(
        &self,
        name: &'static str,
        place: &str,
        image: &super::disk::Image,
        worker: RecordId,
        device: DeviceNo,
        held: &Held,
    ) -> Hand {
        let folder = self.root.join(place);
        // Every phone looks for its files below its own name.
        let machine = machine(folder.clone(), image, self._folder.is_some());
        let lane = self.network.lane(name);
        lane.runs_on(machine.disk().cloned());
        let clock = Arc::new(VirtualClock::at(self.clock.shows()));
        let phone = SimPhone::standing(
            machine.files(),
            &folder,
            self.seed ^ u64::from(device.0) << 32 ^ place.len() as u64,
            name,
            &self.host.county,
            clock,
            self.trace.clone(),
        );
        let way = lane.clone();
        phone.link.answer_with_call(move |request| way.send(request));
        Hand {
            phone,
            machine,
            lane,
            worker,
            device,
            held: held.clone(),
            copies: Vec::new(),
            undo: None,
            is_clone: false,
            crash: Crash::Killed,
            purged: false,
            epoch: Vec::new(),
            told: None,
        }
    }

    /// Says that an invariant does not hold.
    pub(super) fn breaks(&mut self, invariant: &'static str, what: impl Into<String>) {
        let what = what.into();
        self.trace.note(format!("BROKEN {invariant}: {what}"));
        self.broken.push(Broken { invariant, what });
    }

    pub(super) fn note(&self, line: impl Into<String>) {
        self.trace.note(line);
    }

    /// Time goes by, everywhere alike.
    pub(super) fn pass(&self, ms: u64) {
        self.clock.pass(ms);
        for hand in &self.hands {
            hand.phone.clock.pass(ms);
        }
    }

    /// One step.
    pub fn take_step(&mut self, step: u64) {
        self.step = step;
        let ms = match self.chance.below(100) {
            0..=64 => 100 + self.chance.below(3_000),
            65..=91 => 5_000 + self.chance.below(60_000),
            92..=97 => 300_000 + self.chance.below(900_000),
            _ => 6 * 3_600_000 + self.chance.below(20 * 3_600_000),
        };
        self.pass(ms);
        let who = self.chance.below(self.hands.len() as u64) as usize;
        match self.chance.below(100) {
            0..=41 => acts::act(self, who),
            42..=76 => {
                let steps = 1 + self.chance.below(5);
                self.synchronise(who, steps);
            }
            77..=81 => desk::act(self),
            82..=87 => faults::weather(self, who),
            _ => faults::strike(self, who),
        }
    }

    /// Synchronises a phone for so many steps, then puts up what a planned crash left.
    pub(super) fn synchronise(&mut self, who: usize, steps: u64) {
        if !self.hands[who].is_open() {
            self.come_up(who);
        }
        if self.chance.happens(50) {
            // Somebody looks at the sync page, or the radio says that signal returned.
            let _ = self.hands[who].call("sync_now", serde_json::json!({}));
        }
        for _ in 0..steps {
            if !self.hands[who].is_open() {
                break;
            }
            match self.hands[who].phone.sync_step() {
                Ok(Next::Go) => self.pass(20 + self.chance.below(200)),
                Ok(Next::Wait(_)) => break,
                Ok(Next::Stopped) => {
                    self.note(format!("{}: locked by the county", self.hands[who].name()));
                    break;
                }
                Err(error) => {
                    self.note(format!("{}: a step fails: {}", self.hands[who].name(), error.code()));
                    break;
                }
            }
        }
        if !self.bury(who) && self.hands[who].is_open() {
            self.look_at(who);
        }
    }

    /// Puts a phone up again that died with a planned crash; answers whether it did.
    pub(super) fn bury(&mut self, who: usize) -> bool {
        if !self.hands[who].machine.is_dead() {
            return false;
        }
        let crash = self.hands[who].crash;
        self.tally.add("phone killed in mid-write");
        self.note(format!("{} dies in mid-write ({crash:?})", self.hands[who].name()));
        self.crash_phone(who, crash);
        true
    }

    /// A phone goes down now and comes up on what is left.
    pub(super) fn crash_phone(&mut self, who: usize, crash: Crash) {
        if crash == Crash::PowerCut {
            self.tally.add("phone power cut");
        }
        let chance = Chance::new(self.chance.number(), "crash");
        self.hands[who].crash_now(crash, &chance);
        self.come_up(who);
    }

    /// The worker types the PIN; where that is not enough, the desk helps.
    pub(super) fn come_up(&mut self, who: usize) {
        match self.hands[who].unlock() {
            Ok(()) => self.read_log(who),
            Err(code) if matches!(code.as_str(), "lease_over" | "pin_locked" | "wrong_phase") => {
                self.reopen(who);
            }
            // The planned crash came while it was opening; whoever planned it puts the phone up again.
            Err(_) if self.hands[who].machine.is_dead() => {}
            Err(code) => {
                let name = self.hands[who].name();
                self.breaks("saved stays on the phone", format!("{name} does not open: {code}"));
            }
        }
    }

    fn reopen(&mut self, who: usize) {
        let device = self.hands[who].device;
        let code = match self.host.county.reopen_code_of(device) {
            Ok(code) => code,
            Err(code) => {
                // A planned crash may have come over it.
                self.host.look_after();
                return self.note(format!("the desk gives no code: {code}"));
            }
        };
        let args =
            serde_json::json!({ "address": "county.test:8443", "code": code, "pin": crate::scene::PIN });
        if self.hands[who].call("reopen", args).is_ok() {
            self.tally.add("locked, opened by the desk");
            self.read_log(who);
        }
    }

    /// After an opening: what the phone held must still be there; what it holds beyond that was saved a moment before it
    /// died.
    pub(super) fn read_log(&mut self, who: usize) {
        if self.hands[who].machine.is_dead() {
            // The planned crash came with the last thing that opening wrote, and opening does not need that to succeed. Whoever
            // planned it puts the phone up again, and then the log is read.
            return;
        }
        let log = match own_log(&self.hands[who].phone.open(), 0) {
            Ok(log) => log,
            Err(code) => return self.breaks("saved stays on the phone", format!("no log: {code}")),
        };
        let now = Held::of(&log);
        let hand = &self.hands[who];
        let gone: Vec<u64> = hand
            .held
            .contents
            .iter()
            .filter(|(content, _)| !now.contents.contains_key(*content))
            .map(|(_, counter)| *counter)
            .collect();
        let (name, device) = (hand.name(), hand.device);
        if !gone.is_empty() {
            let here = now.contents.values().collect::<std::collections::BTreeSet<_>>();
            let what = format!("{name} lost its operations {gone:?} and holds {here:?}");
            self.breaks("saved stays on the phone", what);
        }
        let saved = self.ledger.entry(device).or_default();
        saved.note_withdrawn(&log);
        for content in now.contents.keys() {
            if !saved.forgiven.contains(content) {
                saved.required.insert(*content);
            }
        }
        self.hands[who].held = now;
        self.hands[who].told = None;
    }
}

fn machine(root: PathBuf, image: &super::disk::Image, on_disk: bool) -> Machine {
    if on_disk { Machine::in_folder(root, image) } else { Machine::in_memory(root, image) }
}

/// The weather that most days have.
pub(super) fn usual(chance: &Chance) -> Weather {
    match chance.below(10) {
        0..=3 => Weather::Clear,
        4..=7 => Weather::Rough(10 + chance.below(50)),
        _ => Weather::Gone,
    }
}
