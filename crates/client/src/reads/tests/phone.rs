//! A phone with a store of its own, a clock that is set by hand, and a county that writes into it.

use crate::change::{put_merged, state_of};
use crate::error::ClientError;
use crate::local;
use crate::open::{Identity, Open, World, keep_identity};
use crate::ports::{Connector, Request, Response, Transport, TransportError};
use crate::simulated::SimulatedDevice;
use crate::views::session::Settings;
use chrono::NaiveDate;
use ed25519_dalek::SigningKey;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use tempfile::TempDir;
use uuid::Uuid;
use xunge_domain::ids::{DeviceNo, OpId, RecordId};
use xunge_domain::operation::{Chain, Header, HeaderEvidence, Operation, Verb};
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::{Cadence, WorkerRole};
use xunge_domain::value::{Edit, Value};
use xunge_domain::world::{Clock, Moment, Randomness};
use xunge_store::files::RealFiles;
use xunge_store::keys::Secret;
use xunge_store::{OpState, OpenOptions, Store, Writer};
use xunge_sync::auth::signed_registry::{CareCategoryEntry, Tier};
use xunge_sync::merge::RecordState;

/// The worker's grid.
pub const GRID: u128 = 1;
/// The worker of this phone.
pub const ME: u128 = 2;
/// The device number of this phone.
pub const MY_DEVICE: u32 = 7;
const HOUR_MS: i64 = 3_600_000;

pub type Fields = Vec<(&'static str, Value)>;

pub fn id(number: u128) -> RecordId {
    RecordId(Uuid::from_u128(number))
}

pub fn link(number: u128) -> Value {
    Value::reference(id(number))
}

pub fn text(text: &str) -> Value {
    text.into()
}

/// Days since 1970 of a date.
pub fn day(date: &str) -> Value {
    Value::Int(local::number(date.parse().unwrap()))
}

/// Local date and hour as an instant.
pub fn at(date: &str, hour: i64) -> i64 {
    local::start_of(date.parse::<NaiveDate>().unwrap()) + hour * HOUR_MS
}

struct HandClock(AtomicI64);

impl Clock for HandClock {
    fn now(&self) -> Moment {
        let wall_ms = self.0.load(Ordering::Relaxed);
        let passed = u64::try_from(wall_ms - at("2026-11-21", 10)).unwrap_or(0);
        Moment { wall_ms, mono_ms: 1_000 + passed, boot: 1 }
    }
}

struct Counting(AtomicU64);

impl Randomness for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let next = self.0.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            *byte = next.to_be_bytes()[0];
        }
    }
}

struct NoCounty;

impl Transport for NoCounty {
    fn send(&self, _: &Request) -> Result<Response, TransportError> {
        Err(TransportError::Unreachable)
    }
}

impl Connector for NoCounty {
    fn fetch_ca(&self, _: &str) -> Result<Vec<u8>, TransportError> {
        Err(TransportError::Unreachable)
    }
    fn connect(&self, _: &str, _: &[Vec<u8>]) -> Result<Box<dyn Transport>, TransportError> {
        Ok(Box::new(Self))
    }
}

/// The phone. Its folder goes away with it.
pub struct Phone {
    pub open: Open,
    pub device: Arc<SimulatedDevice>,
    clock: Arc<HandClock>,
    counters: AtomicU64,
    registry: SigningKey,
    dir: TempDir,
}

impl Phone {
    /// On Saturday 2026-11-21 at ten in the morning.
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(HandClock(AtomicI64::new(at("2026-11-21", 10))));
        let registry = SigningKey::from_bytes(&[5; 32]);
        let device = Arc::new(SimulatedDevice::new([9; 32]));
        let world = World {
            clock: clock.clone(),
            random: Arc::new(Counting(AtomicU64::new(1))),
            files: Arc::new(RealFiles),
            device: device.clone(),
            connector: Arc::new(NoCounty),
        };
        let identity = Identity {
            device: Uuid::from_u128(70),
            device_no: MY_DEVICE,
            signing_seed: [3; 32],
            worker: id(ME),
            worker_name: "周敏".into(),
            worker_number: "3107".into(),
            role: WorkerRole::FullTime.code(),
            county_name: "示范县".into(),
            address: "127.0.0.1:1".into(),
            authorities: Vec::new(),
            registry_key: registry.verifying_key().to_bytes(),
            sealing_key: [0; 32],
            areas: vec![(id(GRID), "富民三格".into(), 1)],
        };
        let key = Secret::from_bytes(&[42; 32]);
        let store = Store::create_new(dir.path(), &key, Arc::new(RealFiles), OpenOptions::default()).unwrap();
        store
            .write(|writer| {
                keep_identity(writer, &identity)?;
                Ok::<_, ClientError>(writer.set_own_chain(DeviceNo(MY_DEVICE), &Chain::default())?)
            })
            .unwrap();
        let open = Open::new(store, Arc::new(world), Settings::default()).unwrap();
        Self { open, device, clock, counters: AtomicU64::new(1), registry, dir }
    }

    /// Where its encrypted photos lie.
    pub fn photo_folder(&self) -> std::path::PathBuf {
        self.dir.path().join("photos")
    }

    /// What the clock shows.
    pub fn now_ms(&self) -> i64 {
        self.clock.now().wall_ms
    }

    /// Sets the clock.
    pub fn set_time(&self, ms: i64) {
        self.clock.0.store(ms, Ordering::Relaxed);
    }

    /// The county writes one record.
    pub fn county(&self, kind: RecordKind, record: u128, fields: Fields) -> OpId {
        self.written_by(0, &self.state(kind, record), kind, record, fields)
    }

    /// What happened to a record so far.
    pub fn state(&self, kind: RecordKind, record: u128) -> RecordState {
        self.open.store.read(|reader| state_of(reader, kind, id(record))).unwrap()
    }

    /// A record's row as it stands.
    pub fn row(&self, kind: RecordKind, record: u128) -> xunge_store::Row {
        let row = self.open.store.read(|reader| reader.row(kind, id(record)));
        row.unwrap().unwrap()
    }

    /// Another device writes, having seen `seen`.
    pub fn written_by(
        &self,
        device: u32,
        seen: &RecordState,
        kind: RecordKind,
        record: u128,
        fields: Fields,
    ) -> OpId {
        self.open.store.write(|writer| self.put(writer, device, seen, kind, record, fields)).unwrap()
    }

    /// Another device deletes, having seen `seen`.
    pub fn deleted_by(&self, device: u32, seen: &RecordState, kind: RecordKind, record: u128) -> OpId {
        let (payload, height) = seen.delete(kind);
        let operation = self.operation(device, Verb::DELETE, kind, record, height, payload.encode());
        self.open.store.write(|writer| arrive(writer, kind, &operation)).unwrap();
        operation.id()
    }

    /// The county writes many new records in one go.
    pub fn county_all(&self, records: Vec<(RecordKind, u128, Fields)>) {
        self.open
            .store
            .write(|writer| {
                for (kind, record, fields) in records {
                    self.put(writer, 0, &RecordState::default(), kind, record, fields)?;
                }
                Ok::<_, ClientError>(())
            })
            .unwrap();
    }

    fn put(
        &self,
        writer: &Writer<'_>,
        device: u32,
        seen: &RecordState,
        kind: RecordKind,
        record: u128,
        fields: Fields,
    ) -> Result<OpId, ClientError> {
        let edits: BTreeMap<_, _> = fields
            .into_iter()
            .map(|(name, value)| {
                (kind.field_named(name).unwrap_or_else(|| panic!("{name}")).key, Edit::Put(value))
            })
            .collect();
        let (payload, height) = seen.edit(kind, edits);
        let operation = self.operation(device, Verb::WRITE, kind, record, height, payload.encode());
        arrive(writer, kind, &operation)?;
        Ok(operation.id())
    }

    pub fn operation(
        &self,
        device: u32,
        verb: Verb,
        kind: RecordKind,
        record: u128,
        height: u32,
        payload: Vec<u8>,
    ) -> Operation {
        let header = Header {
            id: OpId::new(device, self.counters.fetch_add(1, Ordering::Relaxed)),
            verb,
            kind: kind.code(),
            record: id(record),
            area: id(GRID),
            height,
            evidence: HeaderEvidence { wall_ms: self.clock.now().wall_ms, server_ms: 0, since_server_ms: 0 },
            extra: Vec::new(),
        };
        Operation { header, salt: [0; 16], payload }
    }

    /// This worker writes.
    pub fn mine(&self, kind: RecordKind, record: u128, fields: Fields) -> OpId {
        self.open.change(|change| change.put(kind, id(record), id(GRID), fields)).unwrap()
    }

    /// Registers a care category of tier 1, signed by the county; `change` may spoil it first.
    pub fn register(
        &self,
        record: u128,
        code: &str,
        cadence: Cadence,
        change: impl FnOnce(&mut CareCategoryEntry),
    ) {
        let signed = self.entry(code, cadence, change).sign(&self.registry).unwrap();
        self.register_bytes(record, code, signed.entry, signed.signature);
    }

    /// A category record with these bytes.
    pub fn register_bytes(&self, record: u128, code: &str, entry: Vec<u8>, signature: Vec<u8>) {
        let fields = vec![
            ("code", text(code)),
            ("entry", Value::Bytes(entry)),
            ("signature", Value::Bytes(signature)),
        ];
        self.county(RecordKind::CareCategory, record, fields);
    }

    /// An entry as a county would register it.
    pub fn entry(
        &self,
        code: &str,
        cadence: Cadence,
        change: impl FnOnce(&mut CareCategoryEntry),
    ) -> CareCategoryEntry {
        let mut entry = CareCategoryEntry {
            code: code.into(),
            name_zh: format!("示例服务{code}"),
            law: "示例法".into(),
            article: "第一条".into(),
            purpose: "定期探访".into(),
            controller: "示范县民政局".into(),
            source: "养老服务科".into(),
            readers: vec![WorkerRole::FullTime],
            allowed_fields: vec!["name".into()],
            cadence,
            keep_days: 180,
            assessment_number: "示范评估1".into(),
            assessment_date: "2026-01-15".parse().unwrap(),
            expires: "2030-12-31".parse().unwrap(),
            tier: Tier::One,
        };
        change(&mut entry);
        entry
    }

    /// A building with one dwelling a door; `doors` are unit, floor, door. Dwellings are numbered from `first`.
    pub fn building(
        &self,
        building: u128,
        name: &str,
        walk_order: i64,
        first: u128,
        doors: &[(&str, i64, &str)],
    ) {
        let mut all = vec![(
            RecordKind::Building,
            building,
            vec![("name", text(name)), ("walk_order", Value::Int(walk_order))],
        )];
        for (number, (unit, floor, door)) in (first..).zip(doors) {
            let fields = vec![
                ("building", link(building)),
                ("unit", text(unit)),
                ("floor", Value::Int(*floor)),
                ("door", text(door)),
            ];
            all.push((RecordKind::Dwelling, number, fields));
        }
        self.county_all(all);
    }

    /// A household in a dwelling with people in it, the first one its head. Household, occupancy, persons and residences
    /// are numbered from `household` on: `household`, `+1`, then pairs.
    pub fn household(&self, household: u128, dwelling: u128, people: &[Fields]) {
        let occupancy =
            vec![("household", link(household)), ("dwelling", link(dwelling)), ("kind", Value::Int(1))];
        let mut all = vec![
            (RecordKind::Household, household, Fields::new()),
            (RecordKind::Occupancy, household + 1, occupancy),
        ];
        for (nth, fields) in people.iter().enumerate() {
            let person = household + 2 + 2 * nth as u128;
            let relation = if nth == 0 { 0 } else { 2 };
            let residence = vec![
                ("person", link(person)),
                ("household", link(household)),
                ("kind", Value::Int(1)),
                ("relation", Value::Int(relation)),
            ];
            all.push((RecordKind::Person, person, fields.clone()));
            all.push((RecordKind::Residence, person + 1, residence));
        }
        self.county_all(all);
    }

    /// A visit by this worker, as the county sends it back.
    pub fn visit(&self, record: u128, household: u128, at_ms: i64, outcome: i64) {
        self.visit_for(record, household, at_ms, outcome, &[]);
    }

    /// A visit that counts for these duties.
    pub fn visit_for(&self, record: u128, household: u128, at_ms: i64, outcome: i64, duties: &[u128]) {
        let kind = RecordKind::Visit;
        let key = |name| kind.field_named(name).unwrap().key;
        let add = duties.iter().map(|duty| link(*duty)).collect();
        let edits = BTreeMap::from([
            (key("household"), Edit::Put(link(household))),
            (key("at"), Edit::Put(Value::Int(at_ms))),
            (key("outcome"), Edit::Put(Value::Int(outcome))),
            (key("worker"), Edit::Put(link(ME))),
            (key("duties"), Edit::Members { add, remove: Vec::new() }),
        ]);
        let (payload, height) = RecordState::default().edit(kind, edits);
        let operation = self.operation(0, Verb::WRITE, kind, record, height, payload.encode());
        self.open.store.write(|writer| arrive(writer, kind, &operation)).unwrap();
    }

    /// Says where an own operation stands.
    pub fn settle(&self, op: OpId, state: OpState, reason: Option<&str>) {
        self.open
            .store
            .write(|writer| Ok::<_, ClientError>(writer.set_outcome(op, state, reason, None)?))
            .unwrap();
    }
}

pub fn arrive(writer: &Writer<'_>, kind: RecordKind, operation: &Operation) -> Result<(), ClientError> {
    let header = &operation.header;
    writer.append(operation, OpState::Remote, None)?;
    let state = state_of(writer, kind, header.record)?;
    put_merged(writer, kind, header.record, header.area, &state)?;
    Ok(())
}

/// A person with this name and nothing else known.
pub fn named(name: &str) -> Fields {
    vec![("name", text(name))]
}
