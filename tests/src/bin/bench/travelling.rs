//! What travels: records up, the feed down, the first sync of a phone. Through TLS on loopback, the county in a process of
//! its own, bytes counted at the socket, both ways, with handshakes and headers.

use crate::figures::Figures;
use crate::place::{Place, save_people, save_street};
use crate::{Run, Trouble, rows, say};
use xunge_bridge::world::Watch;
use xunge_client::syncing::Next;

/// People of a grid.
const GRID: usize = 1_000;

#[derive(Default)]
struct Taken {
    push: Vec<f64>,
    push_bytes: Vec<f64>,
    pull: Vec<f64>,
    pull_bytes: Vec<f64>,
    first_asker: Vec<f64>,
    first: Vec<f64>,
    first_bytes: Vec<f64>,
    page: Vec<f64>,
    grid: Vec<f64>,
}

pub fn measure(run: &Run, figures: &mut Figures) -> Result<(), Trouble> {
    let mut taken = Taken::default();
    for time in 0..run.times {
        say(&format!("{} records up, down, and to a new phone ({})", run.people, time + 1));
        once(run, &mut taken)?;
    }
    figures.median("push_ops_per_s", "1/s", &taken.push);
    figures.median("push_bytes_per_op", "B", &taken.push_bytes);
    figures.median("pull_ops_per_s", "1/s", &taken.pull);
    figures.median("pull_bytes_per_op", "B", &taken.pull_bytes);
    figures.median("first_page_ms", "ms", &taken.page);
    figures.median("first_sync_grid_ms", "ms", &taken.grid);
    figures.median("first_sync_50k_s", "s", &taken.first);
    figures.median("first_sync_50k_first_asker_s", "s", &taken.first_asker);
    figures.median("first_sync_bytes_per_op", "B", &taken.first_bytes);
    Ok(())
}

fn once(run: &Run, taken: &mut Taken) -> Result<(), Trouble> {
    let people = rows::people(run.people);
    let count = people.len() as f64;
    let place = Place::new(run, "travelling", 2)?;
    let (writer, reader) = (place.phone("W1", 0)?, place.phone("R1", 0)?);
    writer.sync()?;
    reader.sync()?;
    save_people(&*writer.open()?, &people, 1_000)?;

    let before = writer.bytes();
    let up = writer.sync_until(|open| {
        let counts = open.counts()?;
        Ok(counts.on_phone + counts.sending == 0)
    })?;
    taken.push.push(count / up);
    taken.push_bytes.push((writer.bytes() - before) as f64 / count);
    let held = writer.open()?.counts()?.at_county;
    if held as usize != people.len() {
        return Err(format!("the county holds {held} of {}", people.len()).into());
    }

    let before = reader.bytes();
    reader.open()?.hurry();
    // The regular look at the feed is not due yet; a greeting is what brings it forward, as after a restart of the app.
    reader.call("lock", serde_json::Value::Null)?;
    reader.call("unlock", serde_json::json!({ "pin": "730592" }))?;
    let down = reader.sync()?;
    expect(&reader, people.len())?;
    taken.pull.push(count / down);
    taken.pull_bytes.push((reader.bytes() - before) as f64 / count);

    // The first to ask has the snapshot built; the next one finds it.
    for (name, figure) in [("F1", &mut taken.first_asker), ("F2", &mut taken.first)] {
        let fresh = place.phone(name, 0)?;
        let before = fresh.bytes();
        figure.push(fresh.sync()?);
        expect(&fresh, people.len())?;
        if name == "F2" {
            taken.first_bytes.push((fresh.bytes() - before) as f64 / count);
        }
    }

    let street = place.phone("G1", 1)?;
    street.sync()?;
    save_street(&*street.open()?, &rows::people(GRID))?;
    street.sync()?;
    for name in ["G2", "G3", "G4", "G5"] {
        let fresh = place.phone(name, 1)?;
        let open = fresh.open()?;
        let watch = Watch::start();
        let mut page = None;
        loop {
            let step = fresh.step()?;
            let first = open.sync_state()?.first_sync;
            if page.is_none() && first.is_none_or(|progress| progress.done > 0) {
                page = Some(watch.seconds());
            }
            if !matches!(step, Next::Go) {
                break;
            }
        }
        let whole = watch.seconds();
        if name != "G2" {
            taken.page.push(page.unwrap_or(whole) * 1e3);
            taken.grid.push(whole * 1e3);
        }
        drop(open);
        expect(&fresh, GRID)?;
    }
    Ok(())
}

/// Whether the phone has these people.
fn expect(worker: &crate::place::Worker, count: usize) -> Result<(), Trouble> {
    let held = worker.call("households_head", serde_json::Value::Null)?.get("people").cloned();
    if held == Some(count.into()) {
        Ok(())
    } else {
        Err(format!("the phone has {held:?} of {count} people").into())
    }
}
