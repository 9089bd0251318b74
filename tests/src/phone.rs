//! A phone with a name, on a real encrypted store in a folder.

use crate::county::SimCounty;
use crate::link::{SimConnector, SimLink};
use crate::trace::Trace;
use crate::world::{Chance, VirtualClock};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use xunge_client::commands::dispatch;
use xunge_client::ports::Device as _;
use xunge_client::simulated::SimulatedDevice;
use xunge_client::syncing::Next;
use xunge_client::{Client, ClientError, World};
use xunge_store::files::{Files, RealFiles};
use xunge_store::keys::PinCost;

const PIN: &str = "730592";

/// A phone.
pub struct SimPhone {
    /// Whose it is.
    pub name: &'static str,
    /// Its clock.
    pub clock: Arc<VirtualClock>,
    /// Its hardware.
    pub device: Arc<SimulatedDevice>,
    /// Its link.
    pub link: Arc<SimLink>,
    dir: PathBuf,
    files: Arc<dyn Files>,
    random: Arc<Chance>,
    /// Nothing between the end of a process and the start of the next.
    client: Option<Client>,
    trace: Arc<Trace>,
}

impl SimPhone {
    /// A new phone, enrolled with a code of the county.
    pub fn enrolled(
        dir: &Path,
        seed: u64,
        name: &'static str,
        county: &Arc<SimCounty>,
        clock: Arc<VirtualClock>,
        trace: Arc<Trace>,
    ) -> Self {
        let phone = Self::new(dir, seed, name, county, clock, trace);
        let code = county.code_for(name);
        phone
            .call("enrol", json!({ "address": "county.test:8443", "code": code, "pin": PIN }))
            .expect("enrols");
        phone
    }

    /// A phone as it comes out of the box.
    pub fn new(
        dir: &Path,
        seed: u64,
        name: &'static str,
        county: &Arc<SimCounty>,
        clock: Arc<VirtualClock>,
        trace: Arc<Trace>,
    ) -> Self {
        Self::on(Arc::new(RealFiles), dir, seed, name, county, clock, trace)
    }

    /// A phone whose files lie below `dir` on the disk that `files` reaches.
    pub fn on(
        files: Arc<dyn Files>,
        dir: &Path,
        seed: u64,
        name: &'static str,
        county: &Arc<SimCounty>,
        clock: Arc<VirtualClock>,
        trace: Arc<Trace>,
    ) -> Self {
        Self::standing(files, &dir.join(name), seed, name, county, clock, trace)
    }

    /// A phone whose files lie in `dir` itself, which may be those of a phone that was in use.
    pub fn standing(
        files: Arc<dyn Files>,
        dir: &Path,
        seed: u64,
        name: &'static str,
        county: &Arc<SimCounty>,
        clock: Arc<VirtualClock>,
        trace: Arc<Trace>,
    ) -> Self {
        let link = SimLink::new(county.clone(), seed, name, trace.clone());
        let random = Arc::new(Chance::new(seed, name));
        let device = Arc::new(SimulatedDevice::new([3; 32]));
        let dir = dir.to_path_buf();
        let client = Some(open(&dir, files.clone(), &clock, &random, &device, &link));
        Self { name, clock, device, link, dir, files, random, client, trace }
    }

    /// Calls a command as a screen would; a refusal gives its code.
    ///
    /// # Errors
    /// The code.
    pub fn call(&self, command: &str, args: Value) -> Result<Value, String> {
        let answer = dispatch(self.client(), command, args).map_err(|error| error.code);
        let told = match &answer {
            Ok(_) => "ok".to_owned(),
            Err(code) => code.clone(),
        };
        self.trace.note(format!("{} {command} {told}", self.name));
        answer
    }

    /// The process is killed and started again; the worker types the PIN.
    pub fn restart(&mut self) {
        self.start_on(self.files.clone());
        self.call("unlock", json!({ "pin": PIN })).expect("the PIN opens it");
    }

    /// The app starts anew, locked, on the disk that `files` reaches.
    pub fn start_on(&mut self, files: Arc<dyn Files>) {
        self.files = files;
        let fresh = open(&self.dir, self.files.clone(), &self.clock, &self.random, &self.device, &self.link);
        self.client = Some(fresh);
    }

    /// The process ends; what it has open is closed.
    pub fn go_down(&mut self) {
        self.client = None;
    }

    fn client(&self) -> &Client {
        self.client.as_ref().expect("the app runs")
    }

    /// The process dies where it stands: nothing is closed, folded in or tidied, and the app starts locked.
    pub fn crash(&mut self) {
        let fresh = open(&self.dir, self.files.clone(), &self.clock, &self.random, &self.device, &self.link);
        std::mem::forget(self.client.replace(fresh));
    }

    /// Takes one step of synchronisation; true while there is more to do at once.
    pub fn step(&self) -> bool {
        match self.client().sync_step().expect("the store works") {
            Next::Go => true,
            Next::Wait(ms) => {
                self.trace.note(format!("{} waits {ms}", self.name));
                self.clock.pass(ms);
                false
            }
            Next::Stopped => false,
        }
    }

    /// Takes one step of synchronisation; no time passes.
    ///
    /// # Errors
    /// Those of the client.
    pub fn sync_step(&self) -> Result<Next, ClientError> {
        self.client().sync_step()
    }

    /// Rises with every change of a record here.
    ///
    /// # Errors
    /// `wrong_phase` while it is not open.
    pub fn record_change(&self) -> Result<u64, ClientError> {
        Ok(self.client().opened()?.record_change())
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.client.as_ref().is_some_and(|client| client.opened().is_ok())
    }

    /// The opened phone.
    pub fn open(&self) -> Arc<xunge_client::Open> {
        self.client().opened().expect("open")
    }

    /// Whether nothing waits to be sent.
    pub fn is_quiet(&self) -> bool {
        let counts = self.open().counts().expect("counts");
        counts.on_phone == 0 && counts.sending == 0
    }

    /// What the camera sees next.
    pub fn load_photo(&self, seed: u8) {
        self.load_photo_bytes(jpeg(320, 240, seed));
        let _ = self.device.metered();
    }

    /// The same with the bytes at hand.
    pub fn load_photo_bytes(&self, bytes: Vec<u8>) {
        self.device.load_photos(vec![bytes]);
    }
}

/// A picture as a camera gives it.
pub fn jpeg(width: u32, height: u32, seed: u8) -> Vec<u8> {
    let picture = image::ImageBuffer::from_fn(width, height, |x, y| {
        image::Rgb([seed.wrapping_mul(40).wrapping_add(x as u8 / 4), (y as u8) / 3, 90])
    });
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 85)
        .encode_image(&picture)
        .expect("encodes");
    bytes
}

fn open(
    dir: &Path,
    files: Arc<dyn Files>,
    clock: &Arc<VirtualClock>,
    random: &Arc<Chance>,
    device: &Arc<SimulatedDevice>,
    link: &Arc<SimLink>,
) -> Client {
    let world = World {
        clock: clock.clone(),
        random: random.clone(),
        files,
        device: device.clone(),
        connector: Arc::new(SimConnector(link.clone())),
    };
    Client::new(world, dir, PinCost::LEAST)
}
