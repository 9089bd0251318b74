//! A phone that comes back after weeks: 50,000 operations wait, signal returns, and the worker goes on saving. What a save
//! takes meanwhile, beside what it takes at rest in the same process; and how much memory the phone's process ever had.
//! Between two saves one page is written to a file and flushed: what the disk itself takes, then and at rest.
//!
//! The phone is a process of its own, this program called again, so that its memory is a phone's and nothing else.

use crate::figures::Figures;
use crate::place::{Place, save_people, save_street};
use crate::{Run, Trouble, rows, say};
use serde_json::{Value, json};
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use xunge_bridge::phone::Phone;
use xunge_bridge::world::{Watch, pause};
use xunge_client::commands::dispatch;

/// Saves at rest.
const AT_REST: usize = 500;
/// Between two saves, ms: a worker is slower, a p99 wants many.
const BREATH: u64 = 2;
/// Below so many waiting operations the phone counts as drained: those are the saves made meanwhile.
const DRAINED: u32 = 200;

pub fn measure(run: &Run, figures: &mut Figures) -> Result<(), Trouble> {
    let (mut ratios, mut memory, mut rest, mut busy) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut flushes = Vec::new();
    for time in 0..run.times {
        say(&format!("{} waiting operations drain while the worker saves ({})", run.people, time + 1));
        let place = Place::new(run, "draining", 1)?;
        let worker = place.phone("D1", 0)?;
        worker.sync()?;
        save_street(&*worker.open()?, &rows::people(60))?;
        worker.sync()?;
        save_people(&*worker.open()?, &rows::people(run.people), 1_000)?;
        worker.call("lock", Value::Null)?;
        let told =
            Command::new(std::env::current_exe()?).arg("drain").arg("--dir").arg(worker.dir()).output()?;
        if !told.status.success() {
            return Err(String::from_utf8_lossy(&told.stderr).into_owned().into());
        }
        let told: Value = serde_json::from_slice(&told.stdout)?;
        let number = |name: &str| told[name].as_f64().ok_or_else(|| format!("no {name} in {told}"));
        ratios.push(number("draining_ms")? / number("at_rest_ms")?);
        rest.push(number("at_rest_ms")?);
        busy.push(number("draining_ms")?);
        flushes.push(number("flush_draining_ms")? / number("flush_at_rest_ms")?);
        memory.push(number("rss_mb")?);
        worker.call("unlock", json!({ "pin": "730592" }))?;
        worker.sync()?;
        let held = worker.open()?.counts()?;
        if held.on_phone + held.sending > 0 || (held.at_county as usize) < run.people {
            return Err(format!("not everything is at the county: {held:?}").into());
        }
    }
    figures.median("save_p99_draining_ratio", "x", &ratios);
    figures.median("save_p99_draining_ms", "ms", &busy);
    figures.median("save_p99_at_rest_ms", "ms", &rest);
    figures.median("flush_p99_draining_ratio", "x", &flushes);
    figures.median("phone_rss_draining_mb", "MB", &memory);
    Ok(())
}

/// The phone's process: prints what it measured as JSON.
pub fn phone(dir: &Path) -> Result<(), Trouble> {
    let phone = Phone::new(dir)?;
    let call =
        |command: &str, args: Value| dispatch(&phone.client, command, args).map_err(|error| error.code);
    call("unlock", json!({ "pin": "730592" }))?;
    let head = call("households_head", Value::Null)?;
    let building = call("building", json!({ "id": head["buildings"][0]["id"] }))?;
    let household = building["floors"][0]["doors"][0]["household"].clone();
    #[expect(clippy::disallowed_methods, reason = "it is the disk itself that is measured")]
    let page = File::create(dir.join("page"))?;
    let flush = || -> Result<f64, Trouble> {
        let watch = Watch::start();
        page.write_all_at(&[7; 4096], 0)?;
        page.sync_data()?;
        let took = watch.seconds() * 1e3;
        pause(BREATH);
        Ok(took)
    };
    let save = || -> Result<f64, Trouble> {
        let args = json!({ "household": household, "outcome": "nothing_changed" });
        let watch = Watch::start();
        call("record_visit", args)?;
        let took = watch.seconds() * 1e3;
        pause(BREATH);
        Ok(took)
    };
    let both = || Ok::<_, Trouble>((save()?, flush()?));
    let (mut at_rest, mut flush_at_rest): (Vec<f64>, Vec<f64>) =
        (0..AT_REST).map(|_| both()).collect::<Result<_, _>>()?;
    let stop = Arc::new(AtomicBool::new(false));
    let sync = phone.keep_in_sync(Arc::clone(&stop))?;
    let open = phone.client.opened()?;
    let (mut draining, mut flush_draining, watch) = (Vec::new(), Vec::new(), Watch::start());
    while open.counts()?.on_phone > DRAINED {
        if watch.seconds() > 600.0 {
            return Err(format!("it does not drain: {:?}", open.sync_state()?).into());
        }
        let (saved, flushed) = both()?;
        draining.push(saved);
        flush_draining.push(flushed);
    }
    stop.store(true, Ordering::Relaxed);
    open.hurry();
    sync.join().map_err(|_| "the thread that synchronises panicked")?;
    let told = json!({
        "at_rest_ms": p99(&mut at_rest), "draining_ms": p99(&mut draining), "saves": draining.len(),
        "flush_at_rest_ms": p99(&mut flush_at_rest), "flush_draining_ms": p99(&mut flush_draining),
        "seconds": watch.seconds(), "rss_mb": most_memory()?,
    });
    println!("{told}");
    Ok(())
}

fn p99(took: &mut [f64]) -> f64 {
    took.sort_by(f64::total_cmp);
    took.get(took.len() * 99 / 100).copied().unwrap_or(f64::NAN)
}

/// The most memory this process ever had resident, in MB.
fn most_memory() -> Result<f64, Trouble> {
    let status = String::from_utf8(xunge_bridge::world::read(Path::new("/proc/self/status"))?)?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib / 1024.0)
}
