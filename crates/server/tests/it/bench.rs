//! A small county with a clock that stands until it is moved and randomness from a seed.
//!
//! ```text
//! county ─ town ─ community ─ grid ─ lane        the worker's grid and a micro-grid below it
//!       │                  └─ sibling
//!       └─ other town ─ other community ─ foreign
//! ```

use crate::phone::Phone;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use ed25519_dalek::{Signer as _, SigningKey};
use http_body_util::BodyExt as _;
use object_store::memory::InMemory;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use tempfile::TempDir;
use tower::ServiceExt as _;
use uuid::Uuid;
use xunge_domain::ids::{DeviceNo, RecordId};
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::WorkerRole;
use xunge_domain::value::Value;
use xunge_domain::world::{Clock, Moment, Randomness};
use xunge_server::blobs::Blobs;
use xunge_server::county::{County, CountyEdit, Settings};
use xunge_server::http::{App, CaChain, router};
use xunge_server::storage::Storage;
use xunge_sync::messages::{self, Enrolled, Redeem};
use zeroize::Zeroizing;

pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn advance(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Moment {
        let wall_ms = self.0.load(Ordering::Relaxed);
        Moment { wall_ms, mono_ms: wall_ms as u64, boot: 1 }
    }
}

/// SplitMix64.
pub struct Seeded(AtomicU64);

impl Seeded {
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Randomness for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let mut z = self
                .0
                .fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed)
                .wrapping_add(0x9E37_79B9_7F4A_7C15);
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

/// Where the areas of the small county lie.
#[derive(Debug, Clone, Copy)]
pub struct Areas {
    pub county: RecordId,
    pub community: RecordId,
    pub grid: RecordId,
    pub lane: RecordId,
    pub sibling: RecordId,
    pub foreign: RecordId,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn message<'b, T: minicbor::Decode<'b, ()>>(&'b self) -> T {
        assert_eq!(self.status, 200, "{:?}", self.code());
        messages::decode(&self.body).expect("a message")
    }

    /// Code of the refusal.
    pub fn code(&self) -> Option<String> {
        messages::decode::<messages::Refusal>(&self.body).ok().map(|refusal| refusal.code)
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub struct Bench {
    pub clock: Arc<TestClock>,
    pub random: Arc<Seeded>,
    pub county: Arc<County>,
    pub router: Router,
    pub areas: Areas,
    pub blobs: Arc<InMemory>,
    pub folder: TempDir,
    ids: AtomicU64,
}

pub const CA: &[u8] = b"stands for a certificate";

impl Bench {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock(AtomicI64::new(1_790_000_000_000)));
        let random = Arc::new(Seeded::new(7));
        let blobs = Arc::new(InMemory::new());
        let county = open(&folder, &clock, &random, &blobs);
        let app = App::inline(county.clone(), CaChain { current: CA.to_vec(), next: Vec::new() });
        let router = router(Arc::new(app), Router::new(), utoipa::openapi::OpenApiBuilder::new().build());
        let id = |n: u128| RecordId(Uuid::from_u128(0x990101_u128 << 64 | n));
        let areas = Areas {
            county: id(1),
            community: id(3),
            grid: id(4),
            lane: id(5),
            sibling: id(6),
            foreign: id(9),
        };
        let bench = Self { clock, random, county, router, areas, blobs, folder, ids: AtomicU64::new(100) };
        for (n, parent, level) in [
            (1, None, 1),
            (2, Some(1), 2),
            (3, Some(2), 3),
            (4, Some(3), 4),
            (5, Some(4), 5),
            (6, Some(3), 4),
            (7, Some(1), 2),
            (8, Some(7), 3),
            (9, Some(8), 4),
        ] {
            let parent = parent.map_or(Value::Null, |parent| Value::reference(id(parent)));
            bench.write(
                RecordKind::Area,
                id(n),
                id(n),
                [
                    (1, Value::Text(format!("区{n}"))),
                    (2, Value::Text(format!("990101{n:03}"))),
                    (3, parent),
                    (4, Value::Int(level)),
                ],
            );
        }
        bench
    }

    /// The same database and blobs opened again, as after a restart.
    pub fn restart(&mut self) {
        let county = open(&self.folder, &self.clock, &self.random, &self.blobs);
        let app = App::inline(county.clone(), CaChain { current: CA.to_vec(), next: Vec::new() });
        self.router = router(Arc::new(app), Router::new(), utoipa::openapi::OpenApiBuilder::new().build());
        self.county = county;
    }

    pub fn id(&self) -> RecordId {
        RecordId(Uuid::from_u128(0x990101_u128 << 64 | u128::from(self.ids.fetch_add(1, Ordering::Relaxed))))
    }

    /// The county writes a record.
    pub fn write<const N: usize>(
        &self,
        kind: RecordKind,
        record: RecordId,
        area: RecordId,
        values: [(u16, Value); N],
    ) -> RecordId {
        self.county.write_as_county(vec![CountyEdit::new(kind, record, area, values)]).unwrap();
        record
    }

    pub fn worker(&self, name: &str, area: RecordId, role: WorkerRole) -> RecordId {
        let worker = self.id();
        self.write(
            RecordKind::Worker,
            worker,
            area,
            [
                (1, Value::from(name)),
                (2, Value::Text(format!("W{}", worker.0.as_u128() & 0xFFFF))),
                (3, Value::Int(role.code())),
            ],
        );
        self.county.grant(worker, area).unwrap();
        worker
    }

    /// A fresh code, as it is sent.
    pub fn code(&self, worker: RecordId) -> String {
        self.county.open_code(worker, self.county.now_ms() + 600_000).unwrap().single_use.to_text()
    }

    /// A phone of a new worker with `area` granted.
    pub fn phone(&self, name: &str, area: RecordId) -> Phone {
        self.phone_of(self.worker(name, area, WorkerRole::FullTime))
    }

    pub fn phone_of(&self, worker: RecordId) -> Phone {
        let code = self.code(worker);
        let mut seed = [0; 32];
        self.random.fill(&mut seed);
        let key = SigningKey::from_bytes(&seed);
        let enrolled: Enrolled = self.redeem(&code, &key).message();
        Phone::new(key, &enrolled)
    }

    pub fn redeem(&self, code: &str, key: &SigningKey) -> Answer {
        self.post("/enrol/v1/redeem", messages::encode(&redeem(code, key)))
    }

    pub fn post(&self, path: &str, body: Vec<u8>) -> Answer {
        self.call(Request::post(path).body(Body::from(body)).unwrap())
    }

    pub fn call(&self, request: Request<Body>) -> Answer {
        call(&self.router, request)
    }

    pub fn device(&self, no: DeviceNo) -> xunge_server::storage::DeviceRow {
        self.county.device_no(no).unwrap().unwrap()
    }
}

fn open(
    folder: &TempDir,
    clock: &Arc<TestClock>,
    random: &Arc<Seeded>,
    blobs: &Arc<InMemory>,
) -> Arc<County> {
    let storage = Storage::open(&folder.path().join("county.db"), Zeroizing::new([9; 32])).unwrap();
    let blobs = Blobs::new(blobs.clone(), Zeroizing::new([8; 32]), random.clone());
    Arc::new(County::open(storage, blobs, clock.clone(), random.clone(), Settings::default()).unwrap())
}

pub fn call(router: &Router, request: Request<Body>) -> Answer {
    futures_executor::block_on(async {
        let response = router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    })
}

pub fn redeem(code: &str, key: &SigningKey) -> Redeem {
    let device_key = key.verifying_key().as_bytes().to_vec();
    let proof = key.sign(&messages::enrol_proof(code, &device_key)).to_bytes().to_vec();
    Redeem { code: code.to_owned(), device_key, proof, app: "0.1.0".into() }
}
