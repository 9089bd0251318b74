//! What saving costs: many records at once and one at a time, each beside the floor, in turn within one run.

use crate::figures::Figures;
use crate::floor::{Floor, words_of};
use crate::place::{Place, save_people, save_street};
use crate::{Run, Trouble, rows, say};
use serde_json::json;
use xunge_bridge::world::Watch;

/// People in a transaction, on both sides.
const AT_ONCE: usize = 1_000;
/// Single saves.
const SINGLE: usize = 400;

pub fn measure(run: &Run, figures: &mut Figures) -> Result<(), Trouble> {
    let people = rows::people(run.people);
    say("words of the search index");
    let words = words_of(&run.work.join("words"), &people)?;
    let place = Place::new(run, "saving", 2)?;
    let (mut ratios, mut ours, mut plain) = (Vec::new(), Vec::new(), Vec::new());
    let (mut whole, mut lean) = (Vec::new(), Vec::new());
    for time in 0..run.times {
        say(&format!("{} people saved at once, beside the floor ({})", people.len(), time + 1));
        let worker = place.phone(&format!("S{time:04}"), 0)?;
        worker.sync()?;
        let empty = worker.stored()?;
        let mut floor = Floor::new(&run.work.join("floor"))?;
        let empty_floor = floor.bytes()?;
        let under = floor.save_people(&people, Some(&words), AT_ONCE)?;
        let open = worker.open()?;
        let watch = Watch::start();
        let saved = save_people(&open, &people, AT_ONCE)?.len();
        let took = watch.seconds();
        drop(open);
        if saved != people.len() {
            return Err("not everything was saved".into());
        }
        ratios.push(took / under);
        ours.push(saved as f64 / took);
        plain.push(saved as f64 / under);
        let with_index = floor.bytes()? - empty_floor;
        let mut bare = Floor::new(&run.work.join("floor"))?;
        bare.save_people(&people, None, AT_ONCE)?;
        let index = with_index - (bare.bytes()? - empty_floor);
        let bytes = worker.stored()? - empty;
        whole.push(bytes as f64 / saved as f64);
        lean.push((bytes - index) as f64 / saved as f64);
    }
    figures.median("save_bulk_ratio", "x", &ratios);
    figures.median("save_bulk_per_s", "1/s", &ours);
    figures.median("plain_bulk_per_s", "1/s", &plain);
    figures.median("stored_bytes_per_record", "B", &whole);
    figures.median("stored_bytes_without_index", "B", &lean);
    one_by_one(run, &place, figures)
}

fn one_by_one(run: &Run, place: &Place, figures: &mut Figures) -> Result<(), Trouble> {
    say("visits saved one by one, in turn with plain transactions");
    let worker = place.phone("ONE", 1)?;
    worker.sync()?;
    save_street(&*worker.open()?, &rows::people(1_000))?;
    let found = worker.call("households", json!({ "query": "1-1-101" }))?;
    let household = found.pointer("/rows/0/id").cloned().ok_or("no household at the first door")?;
    let mut floor = Floor::new(&run.work.join("floor"))?;
    floor.save_people(&rows::people(3_000), None, 1_000)?;
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    for _ in 0..SINGLE {
        plain.push(floor.save_visit()? * 1e3);
        let args = json!({ "household": household, "outcome": "nothing_changed" });
        let watch = Watch::start();
        worker.call("record_visit", args)?;
        ours.push(watch.seconds() * 1e3);
    }
    figures.median("save_one_ms", "ms", &ours);
    figures.median("plain_commit_ms", "ms", &plain);
    // Pair by pair: what the disk does meanwhile happens to both.
    let ratios: Vec<f64> = ours.iter().zip(&plain).map(|(ours, plain)| ours / plain).collect();
    figures.median("save_one_ratio_to_plain_commit", "x", &ratios);
    Ok(())
}
