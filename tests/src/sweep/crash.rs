//! The power cut after every step of a deed.
//!
//! A deed is done once, on tape. Then, for each step of the tape and each of the four things a cut can leave, the disk as it
//! was is laid down in a fresh folder and a phone is started on it, beside a county as it was at that moment. States that
//! are the same to the last byte are looked at once.

use super::deeds::{Deed, Judged, Known, NEW_PIN};
use super::disk::{Contents, Disk, Left};
use super::phone::{Phone, contents_of, folder, lay_down};
use super::tape::{Said, Step, Tape};
use super::taped_files::TapedFiles;
use crate::county::SimCounty;
use crate::scene::{PIN, START_MS};
use crate::world::{Chance, VirtualClock};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet, hash_map::DefaultHasher};
use std::hash::{Hash, Hasher};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use xunge_domain::ids::OpId;
use xunge_store::files::RealFiles;

const SEED: u64 = 1;

/// What a sweep found.
#[derive(Debug, Default)]
pub struct Swept {
    /// Steps after which the power was cut.
    pub points: u64,
    /// Disks that differ, each of which a phone was started on.
    pub states: u64,
    /// What did not hold: the step, what was left, and why.
    pub broken: Vec<String>,
}

/// A deed on tape.
struct Recording {
    deed: Deed,
    begun_with: Contents,
    root: std::path::PathBuf,
    steps: Vec<Step>,
    /// What the screens showed before the first call and after each.
    shown: Vec<String>,
    /// The county's folder before the first answer and after each.
    counties: Vec<Contents>,
    county: Arc<SimCounty>,
    _place: tempfile::TempDir,
    code: String,
    /// The ids and hashes of what the phone had written in the end.
    written: Vec<(OpId, [u8; 32])>,
    /// Counts the phones that were started.
    started: AtomicUsize,
}

fn clock() -> Arc<VirtualClock> {
    Arc::new(VirtualClock::at(START_MS))
}

fn enrol(phone: &Phone, code: &str) -> Result<Value, String> {
    phone.call("enrol", json!({ "address": "county.test:8443", "code": code, "pin": PIN }))
}

/// Does the deed on tape.
fn record(deed: Deed) -> Recording {
    let place = folder();
    let county_folder = place.path().join("county");
    std::fs::create_dir_all(&county_folder).expect("a folder");
    let county = Arc::new(SimCounty::new(&county_folder, SEED, clock()));
    let colleague = Phone::in_folder(&place.path().join("bert"), "bert", &county, Arc::new(RealFiles), None);
    enrol(&colleague, &county.code_for("bert")).expect("a colleague enrols");
    colleague.settle().expect("a colleague has the grid");
    let root = place.path().join("anna");
    std::fs::create_dir_all(&root).expect("a folder");
    let mut code = county.code_for("anna");
    if deed != Deed::Migrate {
        let phone = Phone::in_folder(&root, "anna before", &county, Arc::new(RealFiles), None);
        enrol(&phone, &code).expect("enrols");
        phone.settle().expect("has the grid");
        for act in deed.before() {
            act(&phone, &Known { code: "" }).expect("what comes before the deed works");
        }
        if deed == Deed::Reopen {
            // The power was cut already: the log was never folded in.
            std::mem::forget(phone);
        } else {
            phone.call("lock", json!({})).expect("locks");
        }
    }
    deed.meanwhile(&county, &colleague);
    if deed == Deed::Rekey {
        code = county.reopen_code_for("anna");
    }
    let begun_with = contents_of(&root);
    let counties = Arc::new(Mutex::new(vec![contents_of(&county_folder)]));

    let tape = Tape::recording(&root);
    let phone =
        Phone::in_folder(&root, "anna", &county, Arc::new(TapedFiles(tape.clone())), Some(tape.clone()));
    let (kept, taped) = (counties.clone(), tape.clone());
    phone.link.answer_with(move |_, response| {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(contents_of(&county_folder));
        taped.said(Said::County(kept.len() - 1));
        response.ok_or(xunge_client::ports::TransportError::Unreachable)
    });
    let mut shown = Vec::new();
    if deed.begins_open() {
        phone.unlock().expect("unlocks");
        shown.push(phone.shown().expect("shows"));
    }
    let (mut written, known) = (Vec::new(), Known { code: &code });
    for (n, act) in (1..).zip(deed.calls()) {
        act(&phone, &known).unwrap_or_else(|error| panic!("{}, call {n}: {error}", deed.name()));
        tape.said(Said::Done(n));
        // The last call may have locked it.
        if let Ok(now) = phone.shown_if_open() {
            shown.push(now);
            written = phone.written().expect("written");
        } else {
            shown.push(shown.last().cloned().unwrap_or_default());
        }
    }
    drop(phone);
    let counties = std::mem::take(&mut *counties.lock().unwrap_or_else(PoisonError::into_inner));
    let steps = tape.steps();
    let started = AtomicUsize::new(0);
    Recording {
        deed,
        begun_with,
        root,
        steps,
        shown,
        counties,
        county,
        _place: place,
        code,
        written,
        started,
    }
}

/// Cuts the power after every step of the deed and looks what comes back.
/// What is left by chance is drawn `tries` times for each step.
pub fn sweep(deed: Deed, tries: usize) -> Swept {
    cut_everywhere(&record(deed), tries, false)
}

/// The same on a disk that says "synced" and does nothing, up to the first state that this ruins: what a sweep must notice.
pub fn sweep_without_syncs(deed: Deed) -> Swept {
    let mut recording = record(deed);
    recording.steps.retain(|step| !matches!(step, Step::SyncFile(_) | Step::SyncFolder(_)));
    cut_everywhere(&recording, 1, true)
}

fn cut_everywhere(recording: &Recording, tries: usize, only_the_first: bool) -> Swept {
    let deed = recording.deed;
    let chance = Chance::new(SEED, deed.name());
    let mut disk = Disk::holding(&recording.begun_with);
    let (mut done, mut county, mut forgot) = (0, 0, 0);
    let mut seen = HashSet::new();
    let mut swept = Swept::default();
    let steps = recording.steps.iter().map(Some);
    for (at, step) in std::iter::once(None).chain(steps).enumerate() {
        match step {
            Some(Step::Said(Said::Done(n))) => done = *n,
            Some(Step::Said(Said::County(n))) => county = *n,
            Some(Step::Said(Said::CameraForgot)) => forgot += 1,
            Some(step) => disk.take(&recording.root, step),
            None => {}
        }
        swept.points += 1;
        let by_chance = std::iter::repeat_n([Left::First, Left::Scattered], tries).flatten();
        for left in [Left::All, Left::Nothing].into_iter().chain(by_chance) {
            let contents = disk.cut(left, &chance);
            let mut hasher = DefaultHasher::new();
            (&contents, done, county, forgot).hash(&mut hasher);
            if !seen.insert(hasher.finish()) {
                continue;
            }
            swept.states += 1;
            if let Err(why) = recording.judge(&contents, done, county, swept.states % 2 == 0) {
                swept.broken.push(format!(
                    "{}: step {at} ({}), {left:?} left: {why}",
                    deed.name(),
                    brief(step)
                ));
                if only_the_first {
                    return swept;
                }
            }
        }
    }
    swept
}

fn brief(step: Option<&Step>) -> String {
    match step {
        Some(Step::Write { path, offset, bytes }) => {
            format!("write {} {offset}+{}", path.file_name().unwrap_or_default().display(), bytes.len())
        }
        Some(other) => format!("{other:?}"),
        None => "before the first".into(),
    }
}

impl Recording {
    /// Whether a phone started on this disk is what it has to be.
    fn judge(&self, contents: &Contents, done: usize, county: usize, verified: bool) -> Result<(), String> {
        let place = folder();
        let dir = place.path().join("anna");
        lay_down(&Contents::from([("".into(), None)]), &dir);
        lay_down(contents, &dir);
        let county = match self.deed.judged() {
            // Nobody calls it.
            Judged::ByCalls => self.county.clone(),
            _ => {
                let folder = place.path().join("county");
                lay_down(&self.counties[county], &folder);
                Arc::new(SimCounty::lying_in(&folder, SEED, clock()))
            }
        };
        let start = |what: &str| {
            let chance = format!("{what} {}", self.started.fetch_add(1, Ordering::Relaxed));
            Phone::in_folder(&dir, &chance, &county, Arc::new(RealFiles), None)
        };
        // Every other time the store reads and checks every page when it opens.
        if verified && dir.join("store/xunge.db").exists() {
            lay_down(&Contents::from([("store/xunge.check".into(), Some(b"check".to_vec()))]), &dir);
        }
        let phone = start("after the cut");
        match self.deed.judged() {
            Judged::ByCalls => {
                phone.unlock().map_err(|code| format!("does not open: {code}"))?;
                let now = phone.shown().map_err(|code| format!("does not show: {code}"))?;
                let allowed = self.shown.get(done..).unwrap_or_default().iter().take(2);
                if !allowed.clone().any(|shown| *shown == now) {
                    let closest = allowed.map(|shown| difference(shown, &now)).collect::<Vec<_>>();
                    return Err(format!("after {done} calls it is neither before nor after: {closest:?}"));
                }
                photos_are_whole(&dir, &phone)
            }
            Judged::ByTheCounty => {
                phone.unlock().map_err(|code| format!("does not open: {code}"))?;
                self.holds_all_that_was_written(&phone)?;
                phone.has_only_true_receipts(&county)?;
                phone.settle()?;
                self.holds_all_that_was_written(&phone)?;
                phone.has_handed_over_everything(&county)?;
                let (now, expected) = (phone.shown()?, self.shown.last().cloned().unwrap_or_default());
                if now == expected { Ok(()) } else { Err(difference(&expected, &now)) }
            }
            Judged::ByEnrolling => {
                let state = phone.call("app_state", json!({}))?;
                match state["phase"].as_str() {
                    Some("new") if done == 0 => drop(enrol(&phone, &self.code)?),
                    Some("locked") => drop(phone.unlock()?),
                    other => return Err(format!("after {done} calls the phone is {other:?}")),
                }
                phone.settle()?;
                let shown = phone.shown()?;
                // A grid of four doors: it came down, and the screens have it.
                if shown.matches("household {").count() == 4 {
                    Ok(())
                } else {
                    Err(format!("no grid: {shown}"))
                }
            }
            Judged::ByPin => {
                let new = phone.call("unlock", json!({ "pin": NEW_PIN }));
                let phone = match new {
                    Ok(_) => phone,
                    Err(code) if done > 0 => return Err(format!("the new PIN does not open it: {code}")),
                    Err(_) => {
                        phone.unlock().map_err(|code| format!("neither PIN opens it: {code}"))?;
                        phone.call("lock", json!({}))?;
                        drop(phone);
                        // Asked again, the county answers again.
                        let again = start("asked again");
                        let args =
                            json!({ "address": "county.test:8443", "code": self.code, "pin": NEW_PIN });
                        again.call("reopen", args).map_err(|code| format!("the code is spent: {code}"))?;
                        again
                    }
                };
                let now = phone.shown()?;
                let before = self.shown.last().cloned().unwrap_or_default();
                if now == before { Ok(()) } else { Err(difference(&before, &now)) }
            }
        }
    }

    fn holds_all_that_was_written(&self, phone: &Phone) -> Result<(), String> {
        let held = phone.written()?;
        if held == self.written {
            Ok(())
        } else {
            Err(format!("the log holds {} of {}", held.len(), self.written.len()))
        }
    }
}

/// Photo files lie there in pairs, as many as there are photos: none half, none too many.
fn photos_are_whole(dir: &Path, phone: &Phone) -> Result<(), String> {
    let drafts = phone.call("draft_photos", json!({ "form": "incident:new" }))?;
    let drafts = drafts.as_array().map_or(0, Vec::len);
    let reported = phone.open().own_pictures().map_err(|error| error.code())?.len();
    let mut pairs: BTreeMap<String, u32> = BTreeMap::new();
    if let Ok(entries) = std::fs::read_dir(dir.join("store/photos")) {
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            *pairs.entry(name.split('.').next().unwrap_or_default().to_owned()).or_default() += 1;
        }
    }
    let whole = pairs.values().all(|files| *files == 2) && pairs.len() == drafts + reported;
    if whole { Ok(()) } else { Err(format!("{drafts} + {reported} photos, files: {pairs:?}")) }
}

/// The first line in which two texts differ.
fn difference(expected: &str, found: &str) -> String {
    let lines = expected.lines().zip(found.lines()).find(|(expected, found)| expected != found);
    lines.map_or_else(
        || format!("{} lines against {}", expected.lines().count(), found.lines().count()),
        |(expected, found)| {
            let same =
                expected.chars().zip(found.chars()).take_while(|(a, b)| a == b).count().saturating_sub(60);
            let from = |text: &str| text.chars().skip(same).take(260).collect::<String>();
            format!("expected …{}… found …{}…", from(expected), from(found))
        },
    )
}
