//! A phone on whatever disk it is given, and everything its screens would show, as one text to compare.

use super::disk::Contents;
use super::tape::{Said, Tape};
use crate::county::SimCounty;
use crate::link::{SimConnector, SimLink};
use crate::scene::{PIN, START_MS};
use crate::world::{Chance, VirtualClock};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use xunge_client::commands::dispatch;
use xunge_client::ports::{Device, DeviceError, WaitingPhoto};
use xunge_client::simulated::SimulatedDevice;
use xunge_client::syncing::Next;
use xunge_client::{Client, Open, World};
use xunge_domain::geometry::Fix;
use xunge_domain::ids::OpId;
use xunge_domain::operation::Hash;
use xunge_domain::track::RawTrack;
use xunge_store::files::Files;
use xunge_store::keys::PinCost;

/// See the module.
pub struct Phone {
    client: Client,
    /// Its way to the county.
    pub link: Arc<SimLink>,
    clock: Arc<VirtualClock>,
}

/// The simulated hardware, and a note on the tape when the camera's picture goes.
struct Camera {
    inner: Arc<SimulatedDevice>,
    tape: Option<Arc<Tape>>,
}

impl Device for Camera {
    fn take_photo(&self, purpose: &str) -> Result<Vec<u8>, DeviceError> {
        self.inner.take_photo(purpose)
    }
    fn recover_photo(&self) -> Result<Option<WaitingPhoto>, DeviceError> {
        self.inner.recover_photo()
    }
    fn forget_photo(&self) -> Result<(), DeviceError> {
        if let Some(tape) = &self.tape {
            tape.said(Said::CameraForgot);
        }
        self.inner.forget_photo()
    }
    fn fix(&self) -> Result<Option<Fix>, DeviceError> {
        self.inner.fix()
    }
    fn start_recording(&self) -> Result<(), DeviceError> {
        self.inner.start_recording()
    }
    fn stop_recording(&self) -> Result<(), DeviceError> {
        self.inner.stop_recording()
    }
    fn recorded(&self) -> Result<RawTrack, DeviceError> {
        self.inner.recorded()
    }
    fn forget_recorded(&self) -> Result<(), DeviceError> {
        self.inner.forget_recorded()
    }
    fn platform_key(&self) -> Result<zeroize::Zeroizing<[u8; 32]>, DeviceError> {
        self.inner.platform_key()
    }
    fn metered(&self) -> bool {
        self.inner.metered()
    }
    fn is_simulated(&self) -> bool {
        true
    }
}

impl Phone {
    /// The phone whose files lie in `dir`, closed. `chance` names the stream of its randomness: no two phones share one.
    pub fn in_folder(
        dir: &Path,
        chance: &str,
        county: &Arc<SimCounty>,
        files: Arc<dyn Files>,
        tape: Option<Arc<Tape>>,
    ) -> Self {
        let link = SimLink::new(county.clone(), 1, "sweep", Arc::default());
        let clock = Arc::new(VirtualClock::at(START_MS));
        let device = Arc::new(SimulatedDevice::new([3; 32]));
        device.load_photos(pictures());
        let world = World {
            clock: clock.clone(),
            random: Arc::new(Chance::new(7, chance)),
            files,
            device: Arc::new(Camera { inner: device, tape }),
            connector: Arc::new(SimConnector(link.clone())),
        };
        Self { client: Client::new(world, dir, PinCost::LEAST), link, clock }
    }

    /// Calls a command as a screen would.
    ///
    /// # Errors
    /// The code of the refusal.
    pub fn call(&self, command: &str, args: Value) -> Result<Value, String> {
        dispatch(&self.client, command, args).map_err(|error| error.code)
    }

    /// Types the PIN.
    ///
    /// # Errors
    /// The code of the refusal.
    pub fn unlock(&self) -> Result<Value, String> {
        self.call("unlock", json!({ "pin": PIN }))
    }

    /// The opened phone.
    ///
    /// # Panics
    /// When it is locked.
    pub fn open(&self) -> Arc<Open> {
        self.client.opened().expect("open")
    }

    /// One step of synchronisation; waits pass at once.
    ///
    /// # Errors
    /// The code of a failing store.
    pub fn step(&self) -> Result<bool, String> {
        match self.client.sync_step().map_err(|error| error.code())? {
            Next::Go => Ok(true),
            Next::Wait(ms) => {
                self.clock.pass(ms);
                Ok(false)
            }
            Next::Stopped => Ok(false),
        }
    }

    /// Synchronises until nothing is left to do.
    ///
    /// # Errors
    /// What it could not come to rest with.
    pub fn settle(&self) -> Result<(), String> {
        self.open().hurry();
        // A phone that does a step after the other is on its way, however much there is; one that waits is not.
        for _ in 0..200 {
            let mut steps = 0;
            while self.step()? {
                steps += 1;
                if steps > 100_000 {
                    return Err("steps for ever".into());
                }
            }
            let counts = self.open().counts().map_err(|error| error.code())?;
            if counts.on_phone + counts.sending == 0 {
                return Ok(());
            }
        }
        Err(format!("does not come to rest: {:?}", self.open().sync_state()))
    }

    /// Everything the screens show and the log holds; of two phones that hold the same it is the same.
    ///
    /// # Errors
    /// The code of whatever could not be read.
    pub fn shown(&self) -> Result<String, String> {
        let mut all = vec![format!("{:?}", self.open().own_operations().map_err(|error| error.code())?)];
        let mut show = |name: &str, args: Value| -> Result<Value, String> {
            let answer = self.call(name, args)?;
            all.push(format!("{name} {answer}"));
            Ok(answer)
        };
        let head = show("households_head", json!({}))?;
        for building in list(&head, "buildings") {
            let view = show("building", json!({ "id": building["id"] }))?;
            for floor in list(&view, "floors") {
                for door in list(floor, "doors").iter().filter(|door| door["household"].is_string()) {
                    show("household", json!({ "id": door["household"] }))?;
                }
            }
        }
        show("households", json!({ "query": "示" }))?;
        show("review", json!({}))?;
        show("draft_load", json!({ "form": "incident:new" }))?;
        show("access_log", json!({}))?;
        show("patrol", json!({}))?;
        let mut pictures = show("draft_photos", json!({ "form": "incident:new" }))?;
        let incidents = show("incidents", json!({ "filter": "all" }))?;
        for line in list(&incidents, "rows") {
            let incident = show("incident", json!({ "id": line["id"] }))?;
            if let (Value::Array(all), Some(Value::Array(some))) = (&mut pictures, incident.get("photos")) {
                all.extend(some.iter().cloned());
            }
        }
        for picture in pictures.as_array().into_iter().flatten() {
            let id = picture["id"].as_str().unwrap_or_default();
            for thumbnail in [true, false] {
                // Each picture opens and is the one it was.
                let bytes = self.open().photo_bytes(id, thumbnail).map_err(|error| error.code())?;
                all.push(format!("{id} {thumbnail} {}", crate::trace::hash_of(&bytes)));
            }
        }
        Ok(all.join("\n"))
    }

    /// The same, or nothing of a phone that is locked.
    ///
    /// # Errors
    /// `wrong_phase` while it is locked.
    pub fn shown_if_open(&self) -> Result<String, String> {
        self.client.opened().map_err(|error| error.code())?;
        self.shown()
    }

    /// Ids and hashes of what it has written.
    ///
    /// # Errors
    /// The code of whatever could not be read.
    pub fn written(&self) -> Result<Vec<(OpId, Hash)>, String> {
        let open = self.client.opened().map_err(|error| error.code())?;
        let own = open.own_operations().map_err(|error| error.code())?;
        Ok(own.iter().map(|op| (op.id, op.hash)).collect())
    }

    /// That whatever it takes for received lies at the county.
    ///
    /// # Errors
    /// What does not.
    pub fn has_only_true_receipts(&self, county: &SimCounty) -> Result<(), String> {
        let ledger = county.county();
        let own = self.open().own_operations().map_err(|error| error.code())?;
        for op in own.iter().filter(|op| op.received) {
            match ledger.operation_of(op.id) {
                Ok(Some(held)) if held.op.hash() == op.hash => {}
                _ => return Err(format!("{} counts as received, and the county does not hold it", op.id)),
            }
        }
        let pictures = self.open().own_pictures().map_err(|error| error.code())?;
        for picture in pictures.iter().filter(|picture| picture.received) {
            if !matches!(ledger.picture(&picture.stored_sha256), Ok(Some(_))) {
                return Err("a picture counts as received, and the county does not hold it".into());
            }
        }
        Ok(())
    }

    /// That all it has written, pictures included, lies at the county, once.
    ///
    /// # Errors
    /// What does not.
    pub fn has_handed_over_everything(&self, county: &SimCounty) -> Result<(), String> {
        self.has_only_true_receipts(county)?;
        let own = self.open().own_operations().map_err(|error| error.code())?;
        if let Some(op) = own.iter().find(|op| !op.received) {
            return Err(format!("{} did not arrive", op.id));
        }
        let next = own.last().map(|op| OpId { counter: op.id.counter + 1, ..op.id });
        if next.is_some_and(|next| !matches!(county.county().operation_of(next), Ok(None))) {
            return Err("something arrived that nobody wrote".into());
        }
        let pictures = self.open().own_pictures().map_err(|error| error.code())?;
        match pictures.iter().find(|picture| !picture.received) {
            Some(lost) => Err(format!("a picture of {} bytes did not arrive", lost.bytes)),
            None => Ok(()),
        }
    }
}

/// The array of that name.
pub fn list<'a>(value: &'a Value, name: &str) -> Vec<&'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten().collect()
}

/// What the camera sees, drawn once.
fn pictures() -> Vec<Vec<u8>> {
    static DRAWN: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    DRAWN.get_or_init(|| (0..3).map(picture).collect()).clone()
}

/// A small photograph; another for each number.
///
/// # Panics
/// Never: it is encoded into memory.
pub fn picture(seed: u8) -> Vec<u8> {
    let pixels = image::ImageBuffer::from_fn(320, 240, |x, y| {
        image::Rgb([seed.wrapping_mul(70).wrapping_add(x as u8 / 4), (y as u8) / 3, 90])
    });
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 85)
        .encode_image(&pixels)
        .expect("encodes");
    bytes
}

/// A folder in memory where the system has one: thousands of phones are laid down there and none need the disk.
pub fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a folder")
}

/// What lies below a folder, but for the shared memory of logs, which no power cut survives.
#[expect(clippy::disallowed_methods, reason = "looks at the real files")]
pub fn contents_of(folder: &Path) -> Contents {
    let mut contents = Contents::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(at) = folders.pop() {
        for entry in std::fs::read_dir(&at).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(folder).expect("below").to_path_buf();
            if path.is_dir() {
                contents.insert(name, None);
                folders.push(path);
            } else if !path.to_string_lossy().ends_with("-shm") {
                contents.insert(name, Some(std::fs::read(&path).expect("a file")));
            }
        }
    }
    contents
}

/// Lays files down in an empty folder.
#[expect(clippy::disallowed_methods, reason = "lays down real files")]
pub fn lay_down(contents: &Contents, folder: &Path) {
    for (name, bytes) in contents {
        let path = folder.join(name);
        match bytes {
            None => std::fs::create_dir_all(&path).expect("a folder"),
            Some(bytes) => {
                if let Some(parent) = path.parent() {
                    std::fs::create_dir_all(parent).expect("a folder");
                }
                std::fs::write(&path, bytes).expect("a file");
            }
        }
    }
}
