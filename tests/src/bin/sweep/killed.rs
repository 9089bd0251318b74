//! SIGKILL, to the real `xunge-county` and to a real phone process, while the phone saves and sends as fast as it can. In
//! the end both hold the same, each picture is the one whose hash was promised, and whatever the phone had called saved is
//! there.
//!
//! The phone is this same program, called again as `sweep phone`: it says `saved <id>` on standard output once a call came
//! back.

use serde_json::{Value, json};
use sha2::Digest as _;
use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use xunge_bridge::county::{County, free_port};
use xunge_bridge::phone::Phone;
use xunge_bridge::world::{self, pause};
use xunge_client::commands::dispatch;
use xunge_client::syncing::Next;
use xunge_server::county::Settings;
use xunge_server::world::{Places, open_county};
use xunge_tests::scene::PIN;
use xunge_tests::world::Chance;

type Trouble = Box<dyn std::error::Error>;

/// What a sweep found.
#[derive(Debug, Default)]
pub struct Killed {
    /// Kills of the county, of the phone.
    pub kills: (u64, u64),
    /// Operations the phone holds and the county has.
    pub operations: u64,
    /// Pictures compared byte by byte.
    pub pictures: u64,
    /// What did not hold.
    pub broken: Vec<String>,
}

const GRID: &str = "99010100100101";

/// A county with one grid and one worker, and the folder of a phone that has enrolled.
fn set_up(program: &Path, work: &Path) -> Result<(County, PathBuf), Trouble> {
    world::fresh_folder(work)?;
    let mut county = County::new(program, &work.join("county"), work, free_port()?);
    let table = format!(
        "code,name,parent,level\n990101,示范县,,county\n990101001,示范镇,990101,town\n990101001001,示范社区,990101001,community\n{GRID},示范一格,990101001001,grid\n"
    );
    let path = work.join("areas.csv");
    world::write(&path, table.as_bytes())?;
    county.command(&["area", "import", &path.to_string_lossy()])?;
    county.command(&[
        "worker",
        "add",
        "张示例",
        "--area",
        GRID,
        "--role",
        "full_time",
        "--number",
        "0001",
    ])?;
    county.serve()?;
    let code = county.json(&["enrol-code", "0001", "--address", &county.address().to_string()])?;
    let dir = work.join("phone");
    let phone = Phone::new(&dir)?;
    let args = json!({ "address": county.address().to_string(), "code": code["code"], "pin": PIN });
    call(&phone, "enrol", args)?;
    settle(&phone)?;
    Ok((county, dir))
}

fn call(phone: &Phone, command: &str, args: Value) -> Result<Value, Trouble> {
    Ok(dispatch(&phone.client, command, args).map_err(|error| error.code)?)
}

fn settle(phone: &Phone) -> Result<(), Trouble> {
    phone.client.opened()?.hurry();
    for _ in 0..5_000 {
        if let Next::Wait(ms) = phone.client.sync_step()? {
            let counts = phone.client.opened()?.counts()?;
            if counts.on_phone + counts.sending == 0 {
                return Ok(());
            }
            pause(ms.min(200));
            phone.client.opened()?.hurry();
        }
    }
    Err(format!("the phone does not come to rest: {:?}", phone.client.opened()?.sync_state()?).into())
}

/// The phone's process: opens the store, keeps in sync, saves without pause and says what it saved. Never ends by itself.
pub fn phone(dir: &Path) -> Result<(), Trouble> {
    let phone = Phone::new(dir)?;
    phone.device.load_photos((0..4).map(xunge_tests::sweep::phone::picture).collect());
    call(&phone, "unlock", json!({ "pin": PIN }))?;
    let sync = phone.keep_in_sync(Arc::new(AtomicBool::new(false)))?;
    let mut out = std::io::stdout();
    writeln!(out, "open")?;
    for n in 0_u64.. {
        let open = phone.client.opened()?;
        let grid = open.identity().grid().ok_or("no grid")?;
        let id = open.change(|change| {
            let id = change.new_id();
            let fields = vec![("name", xunge_domain::value::Value::Text(format!("示例{n}")))];
            change.put(xunge_domain::records::RecordKind::Person, id, grid, fields)?;
            Ok(id)
        })?;
        writeln!(out, "saved {id}")?;
        if n % 8 == 7 {
            call(&phone, "take_photo", json!({ "form": "incident:new" }))?;
            let report = json!({ "form": "incident:new", "category": "other", "text": "灯不亮", "place_name": "东门" });
            match call(&phone, "report_incident", report) {
                Ok(saved) => writeln!(out, "saved {}", saved["id"].as_str().unwrap_or_default())?,
                Err(error) => writeln!(out, "refused {error}")?,
            }
        }
        out.flush()?;
        pause(3);
    }
    drop(sync);
    Ok(())
}

struct Running {
    child: Child,
    said: Arc<AtomicU64>,
}

fn start_phone(
    dir: &Path,
    saved: &Arc<Mutex<BTreeSet<String>>>,
    odd: &Arc<Mutex<Vec<String>>>,
) -> Result<Running, Trouble> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(["phone", "--work"])
        .arg(dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let said = Arc::new(AtomicU64::new(0));
    let out = child.stdout.take().ok_or("no output")?;
    let err = child.stderr.take().ok_or("no errors")?;
    let (saved, count, odd, odd_too) = (saved.clone(), said.clone(), odd.clone(), odd.clone());
    world::thread("phone says", move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            match line.split_once(' ') {
                Some(("saved", id)) => {
                    saved.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned());
                }
                Some(("refused", why)) => {
                    odd.lock().unwrap_or_else(PoisonError::into_inner).push(why.to_owned())
                }
                _ => {}
            }
            count.fetch_add(1, Ordering::Relaxed);
        }
    })?;
    world::thread("phone complains", move || {
        for line in BufReader::new(err).lines().map_while(Result::ok) {
            odd_too.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    })?;
    Ok(Running { child, said })
}

/// Kills so often.
pub fn sweep(program: &Path, work: &Path, times: u64) -> Result<Killed, Trouble> {
    let (mut county, dir) = set_up(program, work)?;
    let chance = Chance::new(1, "kills");
    let (saved, odd) = (Arc::new(Mutex::new(BTreeSet::new())), Arc::new(Mutex::new(Vec::new())));
    let mut killed = Killed::default();
    let mut running = start_phone(&dir, &saved, &odd)?;
    for _ in 0..times {
        // The phone has opened its store and saved something since it was started, or there is nothing to kill.
        for _ in 0..600 {
            if running.said.load(Ordering::Relaxed) > 2 {
                break;
            }
            if let Some(status) = running.child.try_wait()? {
                return Err(format!("the phone ended by itself: {status}; {:?}", odd.lock()).into());
            }
            pause(50);
        }
        pause(chance.below(150));
        if chance.happens(50) {
            county.kill();
            killed.kills.0 += 1;
            pause(chance.below(60));
            county.serve()?;
        } else {
            running.child.kill()?;
            running.child.wait()?;
            killed.kills.1 += 1;
            running = start_phone(&dir, &saved, &odd)?;
        }
    }
    running.child.kill()?;
    running.child.wait()?;
    killed.kills.1 += 1;
    compare(&mut county, &dir, work, &saved, &mut killed)?;
    let odd = odd.lock().unwrap_or_else(PoisonError::into_inner);
    killed.broken.extend(odd.iter().take(5).map(|line| format!("the phone complained: {line}")));
    Ok(killed)
}

fn compare(
    county: &mut County,
    dir: &Path,
    work: &Path,
    saved: &Mutex<BTreeSet<String>>,
    killed: &mut Killed,
) -> Result<(), Trouble> {
    let phone = Phone::new(dir)?;
    call(&phone, "unlock", json!({ "pin": PIN }))?;
    settle(&phone)?;
    county.stop();
    let places = Places { data: work.join("county"), key_file: work.join("county.key") };
    let ledger = open_county(&places, Settings::default())?;
    let open = phone.client.opened()?;
    let mut records = BTreeSet::new();
    for op in open.own_operations()? {
        match ledger.operation_of(op.id)? {
            Some(held) if held.op.hash() == op.hash && op.received => {
                records.insert(held.op.header.record.to_string());
                killed.operations += 1;
            }
            Some(_) => killed.broken.push(format!("{} is not at the county as it was written", op.id)),
            None => killed.broken.push(format!("{} is not at the county", op.id)),
        }
        if let Some(reason) = op.refused {
            killed.broken.push(format!("{} was refused: {reason}", op.id));
        }
    }
    if let Some(last) = open.own_operations()?.last() {
        let next = xunge_domain::ids::OpId { counter: last.id.counter + 1, ..last.id };
        if ledger.operation_of(next)?.is_some() {
            killed.broken.push("the county holds more than the phone wrote".into());
        }
    }
    for picture in open.own_pictures()? {
        let held = ledger.picture(&picture.stored_sha256)?;
        let same = held.is_some_and(|bytes| sha2::Sha256::digest(&bytes).as_slice() == picture.stored_sha256);
        if same && picture.received {
            killed.pictures += 1;
        } else {
            killed.broken.push("a picture is not at the county as it was taken".into());
        }
    }
    let saved = saved.lock().unwrap_or_else(PoisonError::into_inner);
    let lost = saved.iter().filter(|id| !records.contains(*id)).count();
    if lost > 0 {
        killed.broken.push(format!("{lost} of {} records that were called saved are gone", saved.len()));
    }
    if killed.pictures == 0 || killed.operations < saved.len() as u64 {
        killed.broken.push("too little was written to mean anything".into());
    }
    Ok(())
}
