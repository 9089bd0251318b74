//! The opened phone: store, identity, the way to the county, and what may be forgotten when the process dies.

use crate::error::{Result, rule};
use crate::ports::{Connector, Device, Transport};
use crate::position::Position;
use crate::views::session::{Changes, ChangesArgs, Settings};
use ed25519_dalek::SigningKey;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use uuid::Uuid;
use xunge_domain::ids::RecordId;
use xunge_domain::operation::HeaderEvidence;
use xunge_domain::world::{Clock, Moment, Randomness};
use xunge_store::files::Files;
use xunge_store::{Fact, Reader, Store, StoreError, Writer};
use xunge_sync::auth::nonce_source::{NonceSource, Taken};
use xunge_sync::plan::Plan;

/// The world as this program supplies it.
pub struct World {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness fit for keys.
    pub random: Arc<dyn Randomness>,
    /// Files.
    pub files: Arc<dyn Files>,
    /// Camera, position, recorder, key store.
    pub device: Arc<dyn Device>,
    /// Ways to a county.
    pub connector: Arc<dyn Connector>,
}

/// Who this phone is to its county. Lies inside the encrypted store.
#[derive(Clone, Serialize, Deserialize)]
pub struct Identity {
    /// `keyid` of signed requests.
    pub device: Uuid,
    /// Number in operation ids.
    pub device_no: u32,
    /// Seed of the device's Ed25519 key.
    pub signing_seed: [u8; 32],
    /// Worker record.
    pub worker: RecordId,
    /// Name of the worker.
    pub worker_name: String,
    /// Number of the worker.
    pub worker_number: String,
    /// Role, a number of `WorkerRole`.
    pub role: i64,
    /// Name of the county.
    pub county_name: String,
    /// `host:port`.
    pub address: String,
    /// CAs trusted, DER.
    pub authorities: Vec<Vec<u8>>,
    /// Ed25519 key of the registry of care categories.
    pub registry_key: [u8; 32],
    /// X25519 key of the county.
    pub sealing_key: [u8; 32],
    /// Granted areas: id, name, version.
    pub areas: Vec<(RecordId, String, u64)>,
}

impl Identity {
    /// The worker's own grid: the first area granted.
    pub fn grid(&self) -> Option<RecordId> {
        self.areas.first().map(|(id, _, _)| *id)
    }

    /// Name of it.
    pub fn grid_name(&self) -> &str {
        self.areas.first().map_or("", |(_, name, _)| name)
    }
}

/// What the phone learnt since it was opened, and progress of the round under way.
#[derive(Debug, Clone, Default)]
pub(crate) struct Contact {
    /// Last server time and the moment it was learnt.
    pub server: Option<(i64, Moment)>,
    /// Counters being offered just now.
    pub offering: Option<(u64, u64)>,
    /// Records sent since there was nothing to send, of how many.
    pub sent: (u64, u64),
    /// Number of the first photo since there was none to send, and whether all from there have arrived.
    pub photos: Option<(i64, bool)>,
    /// Code of the last failure.
    pub last_error: Option<String>,
    /// Wall time of the last good answer.
    pub last_contact_ms: Option<i64>,
    /// A step is being carried out.
    pub running: bool,
    /// Operations of the snapshot, in all.
    pub snapshot_operations: u64,
    /// What is here is to be compared with what the county has, at the next pull.
    pub compare: bool,
    /// Whether it was the same when last compared.
    pub same: Option<bool>,
    /// When persons were opened in full since this start, by the clock that nobody sets.
    openings: Vec<u64>,
}

impl Contact {
    /// So many persons were opened.
    pub fn opened(&mut self, mono_ms: u64, persons: usize) {
        self.openings.extend(std::iter::repeat_n(mono_ms, persons));
    }

    /// How many were opened after a moment.
    pub fn opened_since(&self, mono_ms: u64) -> u32 {
        let since = self.openings.iter().filter(|at| **at >= mono_ms).count();
        u32::try_from(since).unwrap_or(u32::MAX)
    }
}

/// The opened phone.
pub struct Open {
    pub(crate) store: Store,
    pub(crate) world: Arc<World>,
    pub(crate) transport: Box<dyn Transport>,
    pub(crate) signing: SigningKey,
    identity: Mutex<Identity>,
    nonces: Mutex<NonceSource>,
    plan: Mutex<Plan>,
    contact: Mutex<Contact>,
    settings: Mutex<Settings>,
    /// At which change of the records the pairs that may be one person were counted, and how many they were.
    pub(crate) same_persons: Mutex<Option<(u64, u32)>>,
    position: Mutex<Option<Position>>,
    work: (Mutex<bool>, Condvar),
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What lies behind these locks is replaced whole, never left half-changed by a panic.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Open {
    pub(crate) fn new(store: Store, world: Arc<World>, settings: Settings) -> Result<Self> {
        let (identity, mark, server_ms) = store.read_shortly(|reader| {
            let identity = identity_of(reader)?.ok_or(rule("wrong_phase"))?;
            Ok::<_, crate::error::ClientError>((
                identity,
                read_u64(reader, Fact::NonceMark)?,
                read_u64(reader, Fact::LastServerMs)?,
            ))
        })?;
        let transport = world.connector.connect(&identity.address, &identity.authorities)?;
        let contact = Contact::default();
        let this = Self {
            signing: SigningKey::from_bytes(&identity.signing_seed),
            identity: Mutex::new(identity),
            nonces: Mutex::new(NonceSource::restore(mark.unwrap_or(0))),
            plan: Mutex::new(Plan::default()),
            contact: Mutex::new(contact),
            settings: Mutex::new(settings),
            position: Mutex::new(None),
            same_persons: Mutex::new(None),
            work: (Mutex::new(true), Condvar::new()),
            store,
            world,
            transport,
        };
        this.copy_identity();
        // A server time from before the restart is still evidence, only without a monotonic distance to it.
        if let Some(ms) = server_ms.and_then(|ms| i64::try_from(ms).ok()) {
            this.contact().server = Some((ms, Moment { wall_ms: 0, mono_ms: 0, boot: u64::MAX }));
        }
        Ok(this)
    }

    /// Who this phone is.
    pub fn identity(&self) -> Identity {
        lock(&self.identity).clone()
    }

    pub(crate) fn set_identity(&self, identity: Identity) {
        *lock(&self.identity) = identity;
        self.copy_identity();
    }

    /// Keeps a copy of the identity beside the database. On a full disk the older one stays, which is nearly as good.
    fn copy_identity(&self) {
        if let Ok(bytes) = serde_json::to_vec(&*lock(&self.identity)) {
            let _ = self.store.keep_identity_copy(&bytes, &*self.world.random);
        }
    }

    pub(crate) fn settings(&self) -> Settings {
        lock(&self.settings).clone()
    }

    pub(crate) fn set_settings(&self, settings: Settings) {
        *lock(&self.settings) = settings;
    }

    /// Whether positions are played from a file: then the recorder's mock mark does not throw the walk away. The marks
    /// themselves stay in what travels.
    pub(crate) fn plays_positions(&self) -> bool {
        self.world.device.is_simulated()
    }

    /// Rises with every change of a record here; starts at 0 with each opening.
    pub fn record_change(&self) -> u64 {
        self.store.record_change()
    }

    /// What changed since the screen last looked.
    ///
    /// # Errors
    /// Those of the store.
    pub fn changes(&self, args: &ChangesArgs) -> Result<Changes> {
        let change = self.record_change();
        Ok(Changes { change, records: change > args.after, sync: self.sync_state()? })
    }

    pub(crate) fn plan(&self) -> MutexGuard<'_, Plan> {
        lock(&self.plan)
    }

    pub(crate) fn position(&self) -> MutexGuard<'_, Option<Position>> {
        lock(&self.position)
    }

    pub(crate) fn contact(&self) -> MutexGuard<'_, Contact> {
        lock(&self.contact)
    }

    /// A counter for a signed request; each is used once, restarts included.
    pub(crate) fn nonce(&self) -> Result<u64> {
        let mut nonces = lock(&self.nonces);
        loop {
            match nonces.take() {
                Taken::Nonce(nonce) => return Ok(nonce),
                Taken::Reserve(mark) => {
                    self.store.write(|writer| write_u64(writer, Fact::NonceMark, mark))?;
                    nonces.reserved(mark);
                }
            }
        }
    }

    pub(crate) fn go_on_with_nonce(&self, next: u64, too_far: bool) {
        lock(&self.nonces).go_on_with(next, too_far);
    }

    /// Times for a new operation.
    pub(crate) fn evidence(&self, now: Moment) -> HeaderEvidence {
        let (server_ms, since_server_ms) = match self.contact().server {
            Some((ms, at)) if at.boot == now.boot => (ms, now.mono_ms.saturating_sub(at.mono_ms)),
            Some((ms, _)) => (ms, 0),
            None => (0, 0),
        };
        HeaderEvidence { wall_ms: now.wall_ms, server_ms, since_server_ms }
    }

    /// The best estimate of the true time, and whether it rests on the county within this boot.
    pub(crate) fn best_time(&self, now: Moment) -> (i64, bool) {
        match self.contact().server {
            Some((ms, at)) if at.boot == now.boot => {
                (ms + i64::try_from(now.mono_ms.saturating_sub(at.mono_ms)).unwrap_or(0), true)
            }
            _ => (now.wall_ms, false),
        }
    }

    /// Wakes the sync loop: something was saved, or the worker asked.
    pub(crate) fn nudge(&self) {
        *lock(&self.work.0) = true;
        self.work.1.notify_all();
    }

    /// Sleeps until there is work or the time is over. For the program's own sync thread; the simulator never calls it.
    pub fn wait_for_work(&self, ms: u64) {
        let guard = lock(&self.work.0);
        let waited = self.work.1.wait_timeout_while(guard, Duration::from_millis(ms), |work| !*work);
        let (mut guard, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *guard = false;
    }
}

pub(crate) fn identity_of(reader: &Reader<'_>) -> Result<Option<Identity>> {
    let Some(bytes) = reader.fact_bytes(Fact::Identity)? else { return Ok(None) };
    Ok(Some(read_identity(&bytes)?))
}

pub(crate) fn read_identity(bytes: &[u8]) -> Result<Identity> {
    Ok(serde_json::from_slice(bytes).map_err(|_| StoreError::Damaged)?)
}

pub(crate) fn keep_identity(writer: &Writer<'_>, identity: &Identity) -> Result<()> {
    let bytes = serde_json::to_vec(identity).map_err(|_| StoreError::Damaged)?;
    Ok(writer.set_fact_bytes(Fact::Identity, &bytes)?)
}

pub(crate) fn read_u64(reader: &Reader<'_>, fact: Fact) -> Result<Option<u64>> {
    Ok(reader.fact_int(fact)?.and_then(|value| u64::try_from(value).ok()))
}

pub(crate) fn write_u64(writer: &Writer<'_>, fact: Fact, value: u64) -> Result<()> {
    Ok(writer.set_fact_int(fact, i64::try_from(value).unwrap_or(i64::MAX))?)
}
