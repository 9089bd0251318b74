//! Every step of a deed failing: the nth write, sync or read, once or from then on, with an error or because the disk is
//! full. Nothing may panic, nothing may be called saved that is not, every refusal has a code, and when the disk is well
//! again the phone goes on without being started anew.

use super::deeds::{Deed, Judged, Known};
use super::disk::Contents;
use super::phone::{Phone, contents_of, folder, lay_down};
use super::tape::{Fault, How, Kind, Tape};
use super::taped_files::TapedFiles;
use crate::county::SimCounty;
use crate::scene::{PIN, START_MS};
use crate::world::VirtualClock;
use serde_json::json;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use xunge_store::files::RealFiles;

const SEED: u64 = 1;

/// Codes with which a call may refuse because of a failing disk. SQLCipher cannot tell a page that did not come from one
/// that was changed, hence `store_damaged`; whether the store is damaged shows at the next opening.
const TYPED: [&str; 7] = [
    "disk_full",
    "no_room_to_unlock",
    "file_error",
    "store_error",
    "store_busy",
    "store_damaged",
    "photo_damaged",
];

/// What fails.
const FAULTS: [(Kind, How); 4] =
    [(Kind::Write, How::Error), (Kind::Write, How::Full), (Kind::Sync, How::Error), (Kind::Read, How::Error)];

/// What a sweep found.
#[derive(Debug, Default)]
pub struct Failed {
    /// Runs in which something failed.
    pub runs: u64,
    /// Calls that were refused because of it.
    pub refused: u64,
    /// What did not hold.
    pub broken: Vec<String>,
}

/// A phone and its county at rest, before the deed.
struct Start {
    deed: Deed,
    phone: Contents,
    county: Contents,
}

fn clock() -> Arc<VirtualClock> {
    Arc::new(VirtualClock::at(START_MS))
}

fn start(deed: Deed) -> Start {
    let place = folder();
    let (dir, county_folder) = (place.path().join("anna"), place.path().join("county"));
    std::fs::create_dir_all(&county_folder).expect("a folder");
    let county = Arc::new(SimCounty::new(&county_folder, SEED, clock()));
    let person = |name: &'static str| {
        let phone = Phone::in_folder(&place.path().join(name), name, &county, Arc::new(RealFiles), None);
        let code = county.code_for(name);
        let args = json!({ "address": "county.test:8443", "code": code, "pin": PIN });
        phone.call("enrol", args).expect("enrols");
        phone.settle().expect("has the grid");
        phone
    };
    let (colleague, phone) = (person("bert"), person("anna"));
    for act in deed.before() {
        act(&phone, &Known { code: "" }).expect("what comes before the deed works");
    }
    phone.call("lock", json!({})).expect("locks");
    drop(phone);
    deed.meanwhile(&county, &colleague);
    drop(colleague);
    county.kill();
    Start { deed, phone: contents_of(&dir), county: contents_of(&county_folder) }
}

/// Lets every `stride`th step of the deed fail, each in every way.
pub fn sweep(deed: Deed, stride: usize) -> Failed {
    let start = start(deed);
    let mut failed = Failed::default();
    let (counted, whole) = start.run(None);
    assert_eq!(whole, Ok(0), "without a fault nothing is refused");
    for (kind, how) in FAULTS {
        for for_ever in [false, true] {
            for nth in (1..=counted[kind as usize]).step_by(stride) {
                let fault = Fault { kind, how, nth, for_ever };
                failed.runs += 1;
                match start.run(Some(fault)).1 {
                    Ok(refused) => failed.refused += refused,
                    Err(why) => failed.broken.push(format!("{}, {fault:?}: {why}", deed.name())),
                }
            }
        }
    }
    failed
}

impl Start {
    /// One run: how many steps of each kind there were, and how many calls were refused.
    fn run(&self, fault: Option<Fault>) -> ([u64; 3], Result<u64, String>) {
        let place = folder();
        let (dir, county_folder) = (place.path().join("anna"), place.path().join("county"));
        lay_down(&self.phone, &dir);
        lay_down(&self.county, &county_folder);
        let county = Arc::new(SimCounty::lying_in(&county_folder, SEED, clock()));
        let tape = Tape::failing(&dir);
        tape.plant(fault);
        let lived = catch_unwind(AssertUnwindSafe(|| self.live(&dir, &county, &tape)));
        let counted = [Kind::Write, Kind::Sync, Kind::Read].map(|kind| tape.seen(kind));
        (counted, lived.unwrap_or_else(|_| Err("it panicked".into())))
    }

    fn live(&self, dir: &std::path::Path, county: &Arc<SimCounty>, tape: &Arc<Tape>) -> Result<u64, String> {
        let files = Arc::new(TapedFiles(tape.clone()));
        let phone = Phone::in_folder(dir, "failing", county, files, None);
        let mut refused = 0;
        if let Err(code) = phone.unlock() {
            typed("unlock", &code)?;
            refused += 1;
            tape.plant_nothing();
            // What the disk refused is no wrong PIN.
            phone.unlock().map_err(|code| format!("well again, and it does not open: {code}"))?;
        }
        let look = |what: &str| {
            tape.unseen(|| phone.written()).map_err(|code| format!("{what}: the log does not read: {code}"))
        };
        let mut held = look("unlocked")?;
        for (n, act) in (1..).zip(self.deed.calls()) {
            let answer = act(&phone, &Known { code: "" });
            if tape.unseen(|| phone.shown_if_open()).is_err_and(|code| code == "wrong_phase") {
                // The deed ends with locking.
                break;
            }
            let now = look("after a call")?;
            match answer {
                Ok(_) => held = now,
                Err(code) => {
                    // Which household to visit was read from a disk that does not read: then nothing was tried.
                    if !(tape.struck() > 0
                        && ["not_found", "bad_arguments", "invalid_field"].contains(&code.as_str()))
                    {
                        typed(&format!("call {n}"), &code)?;
                    }
                    refused += 1;
                    if self.deed.judged() == Judged::ByCalls && now != held {
                        return Err(format!(
                            "call {n} was refused with {code}, and something of it is there"
                        ));
                    }
                }
            }
            if self.deed.judged() == Judged::ByTheCounty {
                tape.unseen(|| phone.has_only_true_receipts(county))?;
            }
        }
        tape.plant_nothing();
        self.goes_on(dir, county, phone, &held)?;
        Ok(refused)
    }

    /// The disk is well again: the phone goes on, and what it called saved is there after a new start.
    fn goes_on(
        &self,
        dir: &std::path::Path,
        county: &Arc<SimCounty>,
        phone: Phone,
        held: &[(xunge_domain::ids::OpId, xunge_domain::operation::Hash)],
    ) -> Result<(), String> {
        if phone.written().is_err() {
            phone.unlock().map_err(|code| format!("does not open again: {code}"))?;
        }
        if self.deed != Deed::Purge {
            let household = super::deeds::household(&phone, 1);
            let visit = json!({ "household": household, "outcome": "nothing_changed" });
            phone.call("record_visit", visit).map_err(|code| format!("does not save any more: {code}"))?;
        }
        phone.settle().map_err(|code| format!("does not synchronise any more: {code}"))?;
        phone.has_handed_over_everything(county)?;
        let written = phone.written()?;
        if !written.starts_with(held) {
            return Err("something that was called saved is gone".into());
        }
        let shown = phone.shown()?;
        drop(phone);
        let again = Phone::in_folder(dir, "well again", county, Arc::new(RealFiles), None);
        again.unlock().map_err(|code| format!("does not open after a new start: {code}"))?;
        if again.shown()? == shown { Ok(()) } else { Err("it shows something else after a new start".into()) }
    }
}

fn typed(what: &str, code: &str) -> Result<(), String> {
    if TYPED.contains(&code) { Ok(()) } else { Err(format!("{what} was refused with {code}")) }
}
