//! The county's core: what phones may see and write, and what becomes of it. Synchronous and without a world of its own:
//! storage, blobs, clock and randomness come in at construction, so that a simulation runs it in one thread.
//!
//! - [`areas`]: the tree of areas; `register`: signed care categories; [`scope`]: what one phone sees
//! - [`push`], `apply`: operations in; `feed`, `snapshot`: operations out;
//!   `openings`: persons opened on phones
//! - [`mod@write`]: the county's own operations (desk, import, demo)
//! - `epoch`: after a restore; [`check`]: everything reckoned anew from the disk
//! - [`erase`]: by law; [`held`]: deletions the desk is asked about
//! - [`enrol`]: codes, phones, grants; `reopen`: a locked phone gets its key back; [`caller`]: who is calling
//! - `same_person`: one person in two areas
//! - [`pictures`]: uploads and receipts; [`query`]: what the desk asks
//!
//! Leaves to others: HTTP, accounts of the desk, reading ledgers, making demo people.

mod apply;
pub mod areas;
pub mod caller;
pub mod check;
mod collect;
mod columns;
pub mod enrol;
mod epoch;
pub mod erase;
pub mod error;
mod feed;
pub mod held;
mod incidents;
mod openings;
pub mod pictures;
pub mod push;
pub mod query;
mod register;
mod reopen;
mod same_person;
pub mod scope;
mod secrets;
mod snapshot;
mod tx;
pub mod write;

pub use areas::{AreaNode, AreaTree};
pub use caller::Caller;
pub use enrol::OpenedCode;
pub use error::{CountyError, Refused, Result};
pub use push::PreparedPush;
pub use scope::Scope;
pub use tx::WriteTx;
pub use write::{Change, CountyEdit, Wrote};

use crate::blobs::Blobs;
use crate::storage::Storage;
use register::CareRegister;
use secrets::Secrets;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use xunge_domain::ids::DeviceNo;
use xunge_domain::records::RecordKind;
use xunge_domain::world::{Clock, Moment, Randomness};
use xunge_sync::auth::replay_window::ReplayWindow;

/// What a county may set. Lives in the program's configuration, not in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Days a photo stays on the phone after its receipt.
    pub photo_keep_days: u32,
    /// Days without contact after which a phone locks itself.
    pub lease_days: u32,
    /// Days after a grant was taken back in which what was written under it is still taken in.
    pub hand_over_days: u32,
    /// Largest picture.
    pub photo_limits: xunge_photo::Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            photo_keep_days: 7,
            lease_days: 30,
            hand_over_days: 7,
            photo_limits: xunge_photo::Limits::default(),
        }
    }
}

/// The county.
pub struct County {
    storage: Storage,
    blobs: Blobs,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Randomness>,
    settings: Settings,
    secrets: Secrets,
    epoch: RwLock<[u8; 16]>,
    areas: RwLock<Arc<AreaTree>>,
    care: RwLock<Arc<CareRegister>>,
    windows: Mutex<HashMap<DeviceNo, ReplayWindow>>,
    /// One writer from the first row to the refreshed tree of areas and register of care.
    gate: Mutex<()>,
    /// One snapshot is built at a time: a hundred phones enrolled in one morning would build a hundred equal ones.
    building: Mutex<()>,
    /// One epoch is begun at a time.
    beginning: Mutex<()>,
}

impl std::fmt::Debug for County {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("County").field("storage", &self.storage).finish_non_exhaustive()
    }
}

impl County {
    /// Takes over an opened database; makes epoch and keys when it is new.
    ///
    /// # Errors
    /// [`CountyError`] of the storage.
    pub fn open(
        storage: Storage,
        blobs: Blobs,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Randomness>,
        settings: Settings,
    ) -> Result<Self> {
        let (secrets, epoch) = storage.write(|rows| secrets::load_or_make(rows, random.as_ref()))?;
        let (tree, categories) = storage.read(|rows| {
            Ok::<_, CountyError>((AreaTree::new(rows.areas()?), rows.records_of(RecordKind::CareCategory)?))
        })?;
        let mut care = CareRegister::default();
        for row in &categories {
            care.put(row, &secrets.registry.verifying_key());
        }
        let county = Self {
            storage,
            blobs,
            clock,
            random,
            settings,
            secrets,
            epoch: RwLock::new(epoch),
            areas: RwLock::new(Arc::new(tree)),
            care: RwLock::new(Arc::new(care)),
            windows: Mutex::new(HashMap::new()),
            gate: Mutex::new(()),
            building: Mutex::new(()),
            beginning: Mutex::new(()),
        };
        county.reckon_digests_once()?;
        county.take_up_unknown_kinds()?;
        county.match_persons_once()?;
        Ok(county)
    }

    /// The present tree of areas.
    pub fn areas(&self) -> Arc<AreaTree> {
        self.areas.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The present register of care categories.
    fn care(&self) -> Arc<CareRegister> {
        self.care.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The rows themselves, for questions that have no method here (accounts and sessions of the desk).
    pub const fn storage(&self) -> &Storage {
        &self.storage
    }

    /// Pictures.
    pub const fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// Randomness given at construction.
    pub fn random(&self) -> &dyn Randomness {
        self.random.as_ref()
    }

    /// Limits and periods.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The clock's reading.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// UTC milliseconds.
    pub fn now_ms(&self) -> i64 {
        self.clock.now().wall_ms
    }

    /// The local day.
    fn today(&self) -> chrono::NaiveDate {
        crate::local_day::day_of(self.now_ms())
    }

    /// Name of the county; empty until set.
    ///
    /// # Errors
    /// [`CountyError`] of the storage.
    pub fn name(&self) -> Result<String> {
        self.read(|rows| {
            Ok(String::from_utf8_lossy(&rows.meta(secrets::NAME)?.unwrap_or_default()).into_owned())
        })
    }

    /// Names the county.
    ///
    /// # Errors
    /// [`CountyError`] of the storage.
    pub fn set_name(&self, name: &str) -> Result<()> {
        self.write(|tx| Ok(tx.rows().put_meta(secrets::NAME, name.as_bytes())?))
    }

    /// Runs `work` in one transaction; durable when this returns `Ok`.
    ///
    /// # Errors
    /// What `work` says, or [`CountyError`] of the storage.
    pub fn write<T>(&self, work: impl FnOnce(&WriteTx<'_>) -> Result<T>) -> Result<T> {
        let _gate = lock(&self.gate);
        let before = (self.areas(), self.care());
        let mut after = before.clone();
        let done = self.storage.write(|rows| {
            let tx = WriteTx::begin(rows, before.0.clone(), before.1.clone())?;
            let done = work(&tx)?;
            self.write_marks(&tx)?;
            tx.keep_digests()?;
            after = (tx.tree(), tx.care());
            Ok::<_, CountyError>(done)
        })?;
        if !Arc::ptr_eq(&before.0, &after.0) {
            *self.areas.write().unwrap_or_else(PoisonError::into_inner) = after.0;
        }
        if !Arc::ptr_eq(&before.1, &after.1) {
            *self.care.write().unwrap_or_else(PoisonError::into_inner) = after.1;
        }
        Ok(done)
    }

    /// Runs `work` over what is committed.
    ///
    /// # Errors
    /// What `work` says, or [`CountyError`] of the storage.
    pub fn read<T>(&self, work: impl FnOnce(&crate::storage::Rows<'_>) -> Result<T>) -> Result<T> {
        self.storage.read(work)
    }
}

/// A poisoned lock guards data that is still whole: every change under these locks is one assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
