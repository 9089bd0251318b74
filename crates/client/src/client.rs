//! The phone as a whole and its phases: new, locked, waiting for the desk, ready.
//!
//! On disk, below one folder: the encrypted store, `key` (the store's key twice wrapped), `key-for-desk`
//! (its second copy, without the one a PIN opens), `settings.json` (how screens look), `way-back.json` (where a locked
//! phone asks for its key) and, on the way in, `typed` (address and code, sealed); nothing personal in the last three,
//! which are readable while locked.

mod before_opening;
mod enrolling;
mod leaving;
mod mending;
mod reopening;
mod scanning;
mod unlocking;

pub(crate) use before_opening::stands_before;
pub(crate) use mending::Mended;
pub(crate) use scanning::INVITATION;
pub(crate) use unlocking::check_pin;

use crate::error::{Result, rule};
use crate::open::{Open, World};
use crate::views::session::{AppState, Phase, Settings, Start, WorkerView};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use xunge_store::OpenOptions;
use xunge_store::files::FileError;
use xunge_store::keys::{KeyError, KeyFile, KeyState, LockReason, PinCost};

/// One phone.
pub struct Client {
    world: Arc<World>,
    dir: PathBuf,
    cost: PinCost,
    open: RwLock<Option<Arc<Open>>>,
}

impl Client {
    /// The phone whose files lie below `dir`. `cost` is [`PinCost::OWASP`] but in simulations.
    pub fn new(world: World, dir: &Path, cost: PinCost) -> Self {
        Self { world: Arc::new(world), dir: dir.to_path_buf(), cost, open: RwLock::new(None) }
    }

    /// The opened phone.
    ///
    /// # Errors
    /// `wrong_phase` while it is not.
    pub fn opened(&self) -> Result<Arc<Open>> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        open.clone().ok_or(rule("wrong_phase"))
    }

    fn set_open(&self, open: Option<Open>) {
        *self.open.write().unwrap_or_else(PoisonError::into_inner) = open.map(Arc::new);
    }

    /// Closes the store and forgets its key.
    pub fn lock(&self) {
        if let Ok(open) = self.opened() {
            self.keep_desk_phone(&open);
            // Tidying may fail on a full disk; locking must not.
            let _ = open.store.settle();
        }
        self.set_open(None);
    }

    /// Drops the copy of the key that the PIN opens, and closes the store. Records stay as they are.
    ///
    /// # Errors
    /// Those of the key file; the store is closed all the same.
    pub(crate) fn lock_down(&self, because: LockReason) -> Result<()> {
        let written = self.key_file().and_then(|file| match file {
            Some(mut file) => {
                file.lock_down(because);
                self.write_key_file(&file.to_bytes().map_err(|error| rule(error.code()))?)
            }
            None => Ok(()),
        });
        self.lock();
        tracing::info!(because = because.code(), "the phone locked itself");
        written
    }

    /// Which screen to open, and how it looks.
    ///
    /// # Errors
    /// Those of reading the key file.
    pub fn app_state(&self) -> Result<AppState> {
        let (phase, tries, lock_reason) = self.phase()?;
        let (worker, change) = match self.opened() {
            Ok(open) => {
                let identity = open.identity();
                let worker = WorkerView {
                    id: identity.worker.to_string(),
                    name: identity.worker_name.clone(),
                    number: identity.worker_number.clone(),
                    grid: identity.grid_name().to_owned(),
                    county: identity.county_name.clone(),
                };
                (Some(worker), open.store.record_change())
            }
            Err(_) => (None, 0),
        };
        Ok(AppState {
            phase,
            worker,
            pin_tries_left: tries,
            lock_reason: lock_reason.map(|reason| reason.code().to_owned()),
            contacts: self.opened().ok().and_then(|open| open.contacts().ok()),
            reopen: if phase == Phase::Ready { None } else { self.way_back().map(|way| way.hint()) },
            settings: self.settings(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            change,
        })
    }

    /// All that the first screen needs. What of it cannot be read is left out and asked for by its own command.
    ///
    /// # Errors
    /// Those of [`Client::app_state`].
    pub fn start(&self) -> Result<Start> {
        let app = self.app_state()?;
        let open = self.opened().ok();
        let today = open.as_ref().and_then(|open| open.today_view().ok());
        let sync = open.as_ref().and_then(|open| open.sync_state().ok());
        Ok(Start { app, today, sync })
    }

    fn phase(&self) -> Result<(Phase, Option<u32>, Option<LockReason>)> {
        if self.opened().is_ok() {
            return Ok((Phase::Ready, None, None));
        }
        Ok(match self.key_file()? {
            None => (Phase::New, None, None),
            Some(file) => match file.state() {
                KeyState::Ready { tries_left } => (Phase::Locked, Some(u32::from(tries_left)), None),
                KeyState::NeedsDesk { because } => (Phase::NeedsDesk, None, Some(because)),
            },
        })
    }

    fn key_path(&self) -> PathBuf {
        self.dir.join("key")
    }

    fn store_dir(&self) -> PathBuf {
        self.dir.join("store")
    }

    /// The key file; its second copy where it is gone or damaged. The second copy opens with the desk's help only, so that
    /// damaging the first gives nobody more tries of a PIN.
    fn key_file(&self) -> Result<Option<KeyFile>> {
        match self.world.files.read(&self.key_path()) {
            Ok(bytes) => match KeyFile::read(&bytes) {
                Ok(file) => Ok(Some(file)),
                Err(KeyError::Damaged) => {
                    self.second_key_file().map(Some).ok_or(rule(KeyError::Damaged.code()))
                }
                Err(error) => Err(rule(error.code())),
            },
            Err(FileError::NotFound) => Ok(self.second_key_file()),
            Err(error) => Err(xunge_store::StoreError::from(error).into()),
        }
    }

    fn second_key_file(&self) -> Option<KeyFile> {
        KeyFile::read(&self.world.files.read(&self.second_key_path()).ok()?).ok()
    }

    fn second_key_path(&self) -> PathBuf {
        self.dir.join("key-for-desk")
    }

    fn write_key_file(&self, bytes: &[u8]) -> Result<()> {
        Ok(self.world.files.write_durable(&self.key_path(), bytes).map_err(xunge_store::StoreError::from)?)
    }

    fn settings_path(&self) -> PathBuf {
        self.dir.join("settings.json")
    }

    /// How screens look. Unreadable settings are the usual ones: nothing depends on them.
    pub fn settings(&self) -> Settings {
        self.world
            .files
            .read(&self.settings_path())
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default()
    }

    /// Keeps how screens look.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn save_settings(&self, settings: &Settings) -> Result<AppState> {
        let bytes = serde_json::to_vec(settings).map_err(|_| rule("bad_arguments"))?;
        self.world
            .files
            .write_durable(&self.settings_path(), &bytes)
            .map_err(xunge_store::StoreError::from)?;
        if let Ok(open) = self.opened() {
            open.set_settings(settings.clone());
        }
        self.app_state()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: "zh-CN".into(),
            big_type: false,
            text_size: 0,
            theme: "system".into(),
            photos_on_mobile_data: false,
        }
    }
}

const OPEN: OpenOptions = OpenOptions { readers: 2, verify: false };
