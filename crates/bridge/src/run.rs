//! `make run`: the real county with demo data beside a phone, kept between runs. With a shell the app opens in its window;
//! without one the phone's page and the desk are two addresses for any browser.

use crate::carrier::{Carrier, router};
use crate::county::County;
use crate::link::Link;
use crate::pair;
use crate::phone::Phone;
use crate::world;
use serde_json::json;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use xunge_client::commands::dispatch;
use xunge_client::syncing::Next;
use xunge_domain::geometry::LatLon;
use xunge_domain::world::{Clock as _, Randomness as _};

/// The walk of a round, laid ready beside the phone of the app's window.
const WALK: &str = "walk.gpx";

/// PIN of the demo phone, printed at every start.
pub const DEMO_PIN: &str = "730592";

/// What to run.
#[derive(Debug, Clone)]
pub struct Program {
    /// The shell to open.
    pub shell: Option<PathBuf>,
    /// Where data is kept.
    pub work: PathBuf,
    /// Port of the phone's page.
    pub phone_port: u16,
    /// Port of the county.
    pub county_port: u16,
    /// Scale of the demo county.
    pub scale: String,
    /// Whether the phone is left new, over a link that can be cut.
    pub new_phone: bool,
    /// Whether a colleague's phone runs beside it, on the next port, and both can be cut off from the county.
    pub two_phones: bool,
}

/// A program that was built beside this one.
pub fn beside(name: &str) -> PathBuf {
    let here = std::env::current_exe().ok();
    here.and_then(|path| path.parent().map(|dir| dir.join(name))).unwrap_or_else(|| PathBuf::from(name))
}

/// Runs until stopped.
///
/// # Errors
/// What happened, in words.
pub fn run(program: &Program) -> Result<(), String> {
    let pages = std::env::current_dir().map_err(words)?.join("ui/dist");
    let listen = SocketAddr::from(([127, 0, 0, 1], program.county_port));
    let mut county = County::new(&beside("xunge-county"), &program.work.join("county"), &pages, listen);
    let passwords = program.work.join("desk-passwords.txt");
    let grid_file = program.work.join("grid");
    if !grid_file.exists() {
        eprintln!("· first start: a demo county is set up (all people are invented)");
        world::fresh_folder(&program.work).map_err(words)?;
        let made = county.json(&["demo", "--scale", &program.scale]).map_err(words)?;
        world::write(&passwords, accounts(&made).as_bytes()).map_err(words)?;
        let grid = made.get("known_grid").and_then(serde_json::Value::as_str).unwrap_or_default();
        for (name, number) in [("示例甲", "D0001"), ("示例乙", "D0002")].iter().take(workers(program)) {
            county
                .json(&["worker", "add", name, "--area", grid, "--role", "full_time", "--number", number])
                .map_err(words)?;
        }
        world::write(&grid_file, grid.as_bytes()).map_err(words)?;
    }
    let dir = program.work.join("phone");
    let holder = if program.shell.is_some() { program.work.join("app/phone") } else { dir.clone() };
    if program.two_phones {
        return pair::run(program, county, pages);
    }
    let enrolled = holder.join("key").exists();
    // A link is new at every start, so only a phone that is enrolled in this very run may know the county by it.
    let cuttable = program.new_phone && !enrolled && program.shell.is_none();
    let link = if cuttable { Some(Arc::new(Link::to(listen).map_err(words)?)) } else { None };
    if let Some(link) = &link {
        county.reached_at(link.address());
    }
    let code = if enrolled {
        None
    } else {
        let address = link.as_ref().map_or(listen, |link| link.address());
        let code = county.json(&["enrol-code", "D0001", "--address", &address.to_string()]).map_err(words)?;
        let code = code.get("code").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        Some(Code { code, address })
    };
    county.serve().map_err(words)?;

    print_desk(program, listen);
    match &program.shell {
        Some(shell) => with_shell(program, shell, code.as_ref()),
        None => headless(program, code.as_ref(), link, &dir, pages),
    }
}

/// With what a phone enrols.
struct Code {
    code: String,
    address: SocketAddr,
}

impl Code {
    fn print(&self) {
        println!("  县里地址      {}", self.address);
        println!("  登记码 code   {}", self.code);
    }

    fn enrol(&self, phone: &Phone) -> Result<(), String> {
        let args = json!({ "address": self.address.to_string(), "code": self.code, "pin": DEMO_PIN });
        dispatch(&phone.client, "enrol", args).map_err(|error| format!("enrol: {}", error.code))?;
        Ok(())
    }
}

fn workers(program: &Program) -> usize {
    if program.two_phones { 2 } else { 1 }
}

pub(crate) fn print_desk(program: &Program, listen: SocketAddr) {
    println!();
    println!("  县工作台 desk https://{listen}/desk/");
    let passwords = world::read(&program.work.join("desk-passwords.txt"));
    for line in
        passwords.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default().lines()
    {
        println!("               {line}");
    }
}

/// The app itself. Its phone was enrolled and has its grid, so that the window opens on a day that can begin; a new one is
/// left to whoever wants to type the code, as a worker does.
fn with_shell(program: &Program, shell: &Path, code: Option<&Code>) -> Result<(), String> {
    let home = program.work.join("app");
    match code {
        Some(code) if program.new_phone => code.print(),
        Some(code) => make_ready(&home, code)?,
        None => {}
    }
    if !program.new_phone {
        println!("  PIN          {DEMO_PIN}");
    }
    let camera = program.work.join("camera");
    for number in 0..3 {
        let picture = camera.join(format!("{number}.jpg"));
        world::write(&picture, &crate::demo::made_photo(number)).map_err(words)?;
    }
    println!("  app          {}", shell.display());
    let status = std::process::Command::new(shell)
        .env("XUNGE_HOME", &home)
        .env("XUNGE_CAMERA", &camera)
        .env("XUNGE_WALK", home.join(WALK))
        .status()
        .map_err(words)?;
    if status.success() { Ok(()) } else { Err(format!("the app ended with {status}")) }
}

/// Enrols a phone below `home` for the app's window, fetches its grid and lays ready the walk of a round.
fn make_ready(home: &Path, code: &Code) -> Result<(), String> {
    eprintln!("· the phone is enrolled and fetches its grid");
    let phone = Phone::new(&home.join("phone")).map_err(words)?;
    // The window's platform key first: without it nothing below could be opened there.
    world::write(&home.join("platform.key"), phone.platform_key_text().map_err(words)?.as_bytes())
        .map_err(words)?;
    code.enrol(&phone)?;
    while matches!(phone.client.sync_step().map_err(words)?, Next::Go) {}
    let stops = stops_of_round(&phone);
    world::write(&home.join(WALK), &crate::demo::made_gpx(&stops)).map_err(words)?;
    phone.client.lock();
    Ok(())
}

/// The inspection points of the grid in the order of the round; none before the first sync.
fn stops_of_round(phone: &Phone) -> Vec<LatLon> {
    let open = phone.client.opened();
    let places = open.ok().and_then(|open| open.places_of_round().ok()).unwrap_or_default();
    places.iter().filter_map(|place| LatLon::from_e7(place.lat_e7, place.lon_e7).ok()).collect()
}

fn headless(
    program: &Program,
    code: Option<&Code>,
    link: Option<Arc<Link>>,
    dir: &Path,
    pages: PathBuf,
) -> Result<(), String> {
    let phone = Phone::new(dir).map_err(words)?;
    match code {
        Some(code) if program.new_phone => code.print(),
        Some(code) => code.enrol(&phone)?,
        None => {}
    }
    println!("  PIN          {DEMO_PIN}");
    let token = token();
    let stop = Arc::new(AtomicBool::new(false));
    phone.keep_in_sync(Arc::clone(&stop)).map_err(words)?;
    play(&phone, &stop).map_err(words)?;
    let carrier = Carrier { client: Arc::clone(&phone.client), token: token.clone(), pages, link };
    let address = SocketAddr::from(([127, 0, 0, 1], program.phone_port));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(words)?;
    runtime.block_on(async {
        let listener = listen_at(address).await?;
        println!("  手机 phone    http://{address}/?token={token}");
        println!("\n  Ctrl-C stops both.");
        axum::serve(listener, router(carrier)).with_graceful_shutdown(told_to_stop()).await.map_err(words)
    })?;
    stop.store(true, Ordering::SeqCst);
    phone.client.lock();
    Ok(())
}

/// Listens for a phone's page.
///
/// # Errors
/// In words, with what to do.
pub(crate) async fn listen_at(address: SocketAddr) -> Result<tokio::net::TcpListener, String> {
    let listening = tokio::net::TcpListener::bind(address).await;
    listening.map_err(|error| {
        format!(
            "{address} cannot be listened to ({error}); stop what uses it, or choose another --phone-port"
        )
    })
}

/// Until Ctrl-C, SIGTERM or SIGHUP (the terminal is gone): the county is then stopped too and is left by nobody.
pub(crate) async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let heard = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()].map(signal);
    let [Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup)] = heard else { return };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
}

pub(crate) fn token() -> String {
    let mut random = [0; 16];
    world::RealRandomness.fill(&mut random);
    random.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Makes the simulated hardware lively: the camera has pictures, and whoever starts a patrol walks past the points.
pub(crate) fn play(phone: &Phone, stop: &Arc<AtomicBool>) -> std::io::Result<()> {
    phone.device.load_photos((0..3).map(crate::demo::made_photo).collect());
    let (client, device, clock, stop) =
        (Arc::clone(&phone.client), Arc::clone(&phone.device), Arc::clone(&phone.clock), Arc::clone(stop));
    world::thread("walk", move || {
        let mut walking = String::new();
        while !stop.load(Ordering::Relaxed) {
            world::pause(1_000);
            let Ok(view) = dispatch(&client, "patrol", json!({})) else { continue };
            let id = view.get("id").and_then(serde_json::Value::as_str).unwrap_or_default();
            if !id.is_empty() && id != walking {
                id.clone_into(&mut walking);
                device.load_track(crate::demo::walk_along(&view, clock.now().wall_ms));
            }
            device.walk(1, Some(clock.now().wall_ms));
        }
    })?;
    Ok(())
}

fn accounts(made: &serde_json::Value) -> String {
    let text = |account: &serde_json::Value, name: &str| {
        account.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
    };
    made.get("accounts")
        .and_then(serde_json::Value::as_array)
        .into_iter()
        .flatten()
        .map(|account| format!("{}  {}\n", text(account, "name"), text(account, "password")))
        .collect()
}

pub(crate) fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}
