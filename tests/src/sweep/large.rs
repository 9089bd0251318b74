//! Much of it: tens of thousands of operations waiting at once, and a store beyond a gigabyte. What holds of a small phone
//! holds of these: it opens, saves, synchronises, dies in between, and in the end the county holds all of it, once.

use super::phone::{Phone, folder};
use crate::county::SimCounty;
use crate::scene::{PIN, START_MS};
use crate::world::{Chance, VirtualClock};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use xunge_domain::records::RecordKind;
use xunge_domain::value::Value;
use xunge_store::files::RealFiles;

/// Operations in a transaction while the phone is filled.
const AT_ONCE: usize = 500;

/// Steps of synchronisation with deaths between them; the rest goes up without.
const STEPS: u32 = 2_000;
/// Fewer are waiting than the worker adds meanwhile.
const NEARLY_NONE: u32 = 20;

/// What a run found.
#[derive(Debug, Default)]
pub struct Large {
    /// Operations that waited.
    pub waiting: u64,
    /// Bytes of the phone's store before the first was sent.
    pub bytes: u64,
    /// How often phone and county died on the way.
    pub deaths: u64,
    /// What did not hold.
    pub broken: Vec<String>,
}

/// A phone, its county, and where they lie.
struct Place {
    folder: tempfile::TempDir,
    county: Arc<SimCounty>,
    started: u32,
}

impl Place {
    fn new() -> Self {
        let folder = folder();
        let county_folder = folder.path().join("county");
        std::fs::create_dir_all(&county_folder).expect("a folder");
        let clock = Arc::new(VirtualClock::at(START_MS));
        let county = Arc::new(SimCounty::new(&county_folder, 1, clock));
        Self { folder, county, started: 0 }
    }

    fn start(&mut self, name: &str) -> Phone {
        self.started += 1;
        let chance = format!("{name} {}", self.started);
        Phone::in_folder(&self.folder.path().join(name), &chance, &self.county, Arc::new(RealFiles), None)
    }

    fn enrolled(&mut self, name: &'static str) -> Result<Phone, String> {
        let phone = self.start(name);
        let code = self.county.code_for(name);
        phone.call("enrol", json!({ "address": "county.test:8443", "code": code, "pin": PIN }))?;
        phone.settle()?;
        Ok(phone)
    }
}

/// So many people are saved without signal; then everything goes up while phone and county die again and again.
pub fn drain(waiting: usize) -> Large {
    run(waiting, |n| {
        let name = Value::Text(format!("示例{n}"));
        vec![("name", name), ("phone", Value::Text(format!("139{:08}", n % 100_000_000)))]
    })
}

/// The same with long notes, until the store is larger than `bytes`.
pub fn beyond(bytes: u64) -> Large {
    // A note goes into the operation, the row and the index.
    let chars = 2_700_usize;
    let chance = Chance::new(1, "notes");
    let note: Vec<char> = (0..50_000)
        .map(|_| char::from_u32(0x4E00 + u32::try_from(chance.below(0x2000)).unwrap_or(0)).unwrap_or('一'))
        .collect();
    let each = 2 * 3 * chars as u64;
    let waiting = usize::try_from(bytes / each).unwrap_or(usize::MAX) * 11 / 10;
    let mut large = run(waiting, |n| {
        let from = n * 37 % (note.len() - chars);
        let text: String = note.iter().skip(from).take(chars).collect();
        vec![("name", Value::Text(format!("示例{n}"))), ("note", Value::Text(text))]
    });
    if large.bytes <= bytes {
        large.broken.push(format!("the store has only {} bytes", large.bytes));
    }
    large
}

fn run(waiting: usize, fields: impl Fn(usize) -> Vec<(&'static str, Value)>) -> Large {
    let mut large = Large { waiting: waiting as u64, ..Large::default() };
    let mut place = Place::new();
    if let Err(why) = live(&mut place, waiting, fields, &mut large) {
        large.broken.push(why);
    }
    large
}

fn live(
    place: &mut Place,
    waiting: usize,
    fields: impl Fn(usize) -> Vec<(&'static str, Value)>,
    large: &mut Large,
) -> Result<(), String> {
    let mut phone = place.enrolled("anna")?;
    let grid = place.county.grid;
    let open = phone.open();
    for first in (0..waiting).step_by(AT_ONCE) {
        open.change(|change| {
            for n in first..(first + AT_ONCE).min(waiting) {
                let id = change.new_id();
                change.put(RecordKind::Person, id, grid, fields(n))?;
            }
            Ok(())
        })
        .map_err(|error| error.code())?;
    }
    drop(open);
    large.bytes = size(&place.folder.path().join("anna/store"));
    let household = super::deeds::household(&phone, 0);
    phone.open().hurry();
    for step in 0..STEPS {
        if !phone.step()? {
            phone.open().hurry();
        }
        let counts = phone.open().counts().map_err(|error| error.code())?;
        if counts.on_phone + counts.sending < NEARLY_NONE {
            break;
        }
        if step % 7 == 3 {
            // The worker goes on working meanwhile.
            phone.call("record_visit", json!({ "household": household, "outcome": "nothing_changed" }))?;
        }
        if step % 11 == 5 {
            large.deaths += 1;
            let fresh = place.start("anna");
            std::mem::forget(std::mem::replace(&mut phone, fresh));
            phone.unlock()?;
        }
        if step % 13 == 8 {
            large.deaths += 1;
            place.county.kill();
            place.county.start();
        }
    }
    phone.settle()?;
    phone.has_handed_over_everything(&place.county)?;
    let mut colleague = place.enrolled("bert")?;
    for phone in [&mut phone, &mut colleague] {
        let head = phone.call("households_head", json!({}))?;
        // Four people were there before.
        if head["people"] != json!(waiting + 4) {
            return Err(format!("{} people instead of {}", head["people"], waiting + 4));
        }
    }
    phone.call("lock", json!({}))?;
    drop(phone);
    let again = place.start("anna");
    again.unlock()?;
    again.has_handed_over_everything(&place.county)
}

fn size(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).map(|about| about.len()).sum()
}
