//! Search at the door, as the screen asks for it: the command with masks and doors, on a store of 50,000 people.

use crate::figures::Figures;
use crate::place::{Place, save_street};
use crate::{Run, Trouble, rows, say};
use serde_json::json;
use xunge_bridge::world::Watch;
use xunge_tests::world::Chance;

/// Questions of each kind.
const EACH: usize = 500;
/// Rows of the page that the screen asks for first.
const FIRST: u32 = 20;

pub fn measure(run: &Run, figures: &mut Figures) -> Result<(), Trouble> {
    let people = rows::people(run.people);
    let place = Place::new(run, "searching", 1)?;
    let worker = place.phone("SEARCH", 0)?;
    worker.sync()?;
    say(&format!("a street of {} people is saved", people.len()));
    let records = save_street(&*worker.open()?, &people)?;
    let bytes = worker.stored()?;
    eprintln!("  {records} records, {:.0} bytes each", bytes as f64 / records as f64);
    let chance = Chance::new(rows::SEED, "questions");
    let mut all = Vec::new();
    for kind in ["one character", "two characters", "initials", "id tail", "phone tail"] {
        let mut took = Vec::new();
        for _ in 0..EACH {
            let row = &people[usize::try_from(chance.below(people.len() as u64))?];
            let typed = match kind {
                "one character" => row.name.chars().take(1).collect(),
                "two characters" => row.name.chars().take(2).collect(),
                "initials" => initials(&row.name),
                "id tail" => row.citizen_id[12..].to_owned(),
                _ => row.phone[7..].to_owned(),
            };
            let watch = Watch::start();
            let found = worker
                .call("households", json!({ "query": typed, "page": { "offset": 0, "limit": FIRST } }))?;
            took.push(watch.seconds() * 1e3);
            if found.pointer("/rows/0").is_none() {
                return Err(format!("{kind}: nobody found").into());
            }
        }
        took.sort_by(f64::total_cmp);
        eprintln!("  {kind}: median {:.2} ms, p99 {:.2} ms", took[EACH / 2], took[EACH * 99 / 100]);
        all.extend(took);
    }
    figures.at("search_p99_ms", "ms", &all, 0.99);
    figures.median("search_median_ms", "ms", &all);
    Ok(())
}

/// First letters of the pinyin, for the characters [`rows`] uses; the second and third of a name are enough.
fn initials(name: &str) -> String {
    use pinyin::ToPinyin as _;
    name.chars().filter_map(|c| c.to_pinyin()?.plain().chars().next()).collect()
}
