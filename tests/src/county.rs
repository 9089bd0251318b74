//! The county as a service: its real router, called without a socket, over its real encrypted database in a folder.

use crate::world::{Chance, VirtualClock};
use axum::body::Body;
use axum::http::Request as HttpRequest;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tower::ServiceExt;
use xunge_client::ports::{Request, Response};
use xunge_domain::ids::{DeviceNo, RecordId};
use xunge_domain::records::RecordKind;
use xunge_domain::value::Value;
use xunge_server::county::{County, CountyEdit, Settings};
use xunge_server::http::{App, CaChain, router};
use xunge_server::storage::Storage;
use xunge_sync::auth::enrol_code::EnrolCode;
use zeroize::Zeroizing;

/// Stands for the county's certificate: the simulator has no TLS, enrolment compares its hash all the same.
pub(crate) const CA: &[u8] = b"the certificate of a county that does not exist";

/// Where the county keeps pictures.
pub type BlobStore = Arc<dyn object_store::ObjectStore>;

/// A started county: its core and its routes.
#[derive(Clone)]
struct Running {
    app: Arc<App>,
    routes: axum::Router,
}

/// The county and the means to kill it.
pub struct SimCounty {
    dir: PathBuf,
    clock: Arc<VirtualClock>,
    seed: u64,
    starts: Mutex<u64>,
    blobs: Mutex<BlobStore>,
    running: Mutex<Option<Running>>,
    /// The grid of the story.
    pub grid: RecordId,
    /// A grid beside it.
    pub sibling: RecordId,
}

impl SimCounty {
    /// A fresh county with one town, two grids and a few households in each, in a folder.
    pub fn new(dir: &Path, seed: u64, clock: Arc<VirtualClock>) -> Self {
        let store = object_store::local::LocalFileSystem::new_with_prefix(blobs_dir(dir));
        Self::fresh(dir, Arc::new(store.expect("a folder for blobs")), seed, clock)
    }

    /// The county whose database lies below `dir`, not started. `seed` is that of what is drawn from now on; its records
    /// keep the ids that `made_under` gave them.
    pub fn standing(
        dir: &Path,
        blobs: BlobStore,
        made_under: u64,
        seed: u64,
        clock: Arc<VirtualClock>,
    ) -> Self {
        let id = |n: u128| RecordId(uuid_from(made_under, n));
        Self {
            dir: dir.to_path_buf(),
            clock,
            seed,
            starts: Mutex::new(0),
            blobs: Mutex::new(blobs),
            running: Mutex::new(None),
            grid: id(3),
            sibling: id(4),
        }
    }

    /// The same as [`SimCounty::new`], with pictures in this store.
    pub fn fresh(dir: &Path, blobs: BlobStore, seed: u64, clock: Arc<VirtualClock>) -> Self {
        let id = |n: u128| RecordId(uuid_from(seed, n));
        let this = Self::standing(dir, blobs, seed, seed, clock);
        this.start();
        let county = this.county();
        let mut edits = Vec::new();
        let mut area = |area: RecordId, parent: Option<RecordId>, name: &str, code: &str, level: i64| {
            let parent = parent.map_or(Value::Null, Value::reference);
            edits.push(CountyEdit::new(
                RecordKind::Area,
                area,
                area,
                [(1, name.into()), (2, code.into()), (3, parent), (4, Value::Int(level))],
            ));
        };
        area(id(1), None, "示范县", "990101", 1);
        area(id(2), Some(id(1)), "示范镇", "990101001", 2);
        area(this.grid, Some(id(2)), "一格", "990101001001", 4);
        area(this.sibling, Some(id(2)), "二格", "990101001002", 4);
        edits.push(CountyEdit::new(
            RecordKind::IncidentCategory,
            id(5),
            id(1),
            [
                (1, "lamp".into()),
                (2, "路灯不亮".into()),
                (3, "公用设施".into()),
                (4, Value::Int(8)),
                (5, Value::Int(1)),
            ],
        ));
        for (place, grid) in [(100, this.grid), (200, this.sibling)] {
            for n in 0..4 {
                edits.extend(household(grid, |part| id(place + 10 * n + part), n));
            }
        }
        county.write_as_county(edits).expect("a fresh county takes its first records");
        this
    }

    /// A county that lies in the folder already, with everything it holds.
    pub fn lying_in(dir: &Path, seed: u64, clock: Arc<VirtualClock>) -> Self {
        let store = object_store::local::LocalFileSystem::new_with_prefix(blobs_dir(dir));
        let this = Self::standing(dir, Arc::new(store.expect("a folder for blobs")), seed, seed, clock);
        // Its chance is not the one it had: nothing is drawn twice.
        *this.starts.lock().unwrap_or_else(PoisonError::into_inner) = 1_000;
        this.start();
        this
    }

    /// Starts it on what lies on the disk.
    pub fn start(&self) {
        let mut starts = self.starts.lock().unwrap_or_else(PoisonError::into_inner);
        *starts += 1;
        let storage = Storage::open(&self.dir.join("county.db"), Zeroizing::new([7; 32]))
            .expect("the county's database opens");
        let chance = Arc::new(Chance::new(self.seed, &format!("county {starts}")));
        let store = self.blobs.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let blobs = xunge_server::blobs::Blobs::new(store, Zeroizing::new([8; 32]), chance.clone());
        let county = County::open(storage, blobs, self.clock.clone(), chance, Settings::default())
            .expect("the county opens");
        let ca = CaChain { current: CA.to_vec(), next: Vec::new() };
        let app = Arc::new(App::inline(Arc::new(county), ca));
        let routes = router(app.clone(), axum::Router::new(), xunge_server::desk::openapi());
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(Running { app, routes });
    }

    /// Another store of pictures, from the next start on.
    pub fn keep_pictures_in(&self, blobs: BlobStore) {
        *self.blobs.lock().unwrap_or_else(PoisonError::into_inner) = blobs;
    }

    /// Kills it: whatever was not durable is gone.
    pub fn kill(&self) {
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The running county.
    pub fn county(&self) -> Arc<County> {
        self.running().expect("the county runs").app.county.clone()
    }

    fn running(&self) -> Option<Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A worker of the story's grid, and a code for a phone.
    pub fn code_for(&self, number: &str) -> String {
        let county = self.county();
        let worker = RecordId(uuid_from(self.seed, 50 + u128::from(hash_number(number))));
        let edit = CountyEdit::new(
            RecordKind::Worker,
            worker,
            self.grid,
            [(1, format!("示例{number}").as_str().into()), (2, number.into()), (3, Value::Int(4))],
        );
        county.write_as_county(vec![edit]).expect("a worker is added");
        county.grant(worker, self.grid).expect("a grid is granted");
        let opened = county.open_code(worker, county.now_ms() + 600_000).expect("a code is opened");
        EnrolCode::new(opened.single_use, CA).to_typed()
    }

    /// A code with which the desk gives the one phone of that worker its key back.
    pub fn reopen_code_for(&self, number: &str) -> String {
        let county = self.county();
        let worker = RecordId(uuid_from(self.seed, 50 + u128::from(hash_number(number))));
        let devices = county.devices().expect("devices are read");
        let device = devices.iter().find(|row| row.worker == worker).expect("the worker has a phone").no;
        self.reopen_code_of(device).expect("a code is opened")
    }

    /// The same for the phone of that number.
    ///
    /// # Errors
    /// The code of the county's refusal.
    pub fn reopen_code_of(&self, device: DeviceNo) -> Result<String, String> {
        let county = self.county();
        let devices = county.devices().map_err(|error| error.code().to_owned())?;
        let device = devices.iter().find(|row| row.no == device).ok_or("unknown_device")?;
        let opened = county.open_reopen_code(device.id).map_err(|error| error.code().to_owned())?;
        Ok(EnrolCode::new(opened.single_use, CA).to_typed())
    }

    /// Calls the router.
    pub fn call(&self, request: &Request) -> Option<Response> {
        self.answer(request, Body::from(request.body.clone()))
    }

    /// Calls the router over a connection that breaks after so many bytes of the request's body.
    pub fn call_cut(&self, request: &Request, after: usize) -> Option<Response> {
        let sent = request.body.get(..after).unwrap_or(&request.body).to_vec();
        self.answer(request, Body::new(crate::cut::CutBody::after(sent)))
    }

    fn answer(&self, request: &Request, body: Body) -> Option<Response> {
        let running = self.running()?;
        let mut building = HttpRequest::builder().method(request.method).uri(&request.path);
        for (name, value) in &request.headers {
            building = building.header(name, value);
        }
        let http = building.body(body).ok()?;
        pollster::block_on(async {
            let answer = running.routes.oneshot(http).await.ok()?;
            let status = answer.status().as_u16();
            let headers = answer
                .headers()
                .iter()
                .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
                .collect();
            let body = axum::body::to_bytes(answer.into_body(), 64 * 1024 * 1024).await.ok()?.to_vec();
            Some(Response { status, headers, body })
        })
    }
}

fn blobs_dir(dir: &Path) -> PathBuf {
    let blobs = dir.join("blobs");
    std::fs::create_dir_all(&blobs).expect("a folder");
    blobs
}

fn hash_number(text: &str) -> u64 {
    text.bytes().fold(0, |sum, byte| (sum * 31 + u64::from(byte)) % 40)
}

/// A UUIDv7-shaped id that depends on the seed and nothing else.
fn uuid_from(seed: u64, n: u128) -> uuid::Uuid {
    let chance = Chance::new(seed, &format!("id {n}"));
    xunge_domain::world::uuid_v7(
        xunge_domain::world::Moment { wall_ms: 1_790_000_000_000, mono_ms: 0, boot: 0 },
        &chance,
    )
}

fn household(grid: RecordId, id: impl Fn(u128) -> RecordId, n: u128) -> Vec<CountyEdit> {
    let text = |text: String| Value::Text(text);
    let number = i64::try_from(n).unwrap_or(0);
    let link = |part| Value::reference(id(part));
    vec![
        CountyEdit::new(
            RecordKind::Building,
            id(0),
            grid,
            [(1, text(format!("{}幢", n + 1))), (5, Value::Int(number))],
        ),
        CountyEdit::new(
            RecordKind::Dwelling,
            id(1),
            grid,
            [(1, link(0)), (2, "1".into()), (3, Value::Int(1)), (4, "101".into())],
        ),
        CountyEdit::new(RecordKind::Household, id(2), grid, [(5, Value::Int(1))]),
        CountyEdit::new(RecordKind::Occupancy, id(3), grid, [(1, link(2)), (2, link(1)), (3, Value::Int(1))]),
        CountyEdit::new(
            RecordKind::Person,
            id(4),
            grid,
            [(1, text(format!("孔示{n}"))), (5, text(format!("1420000000{n}")))],
        ),
        CountyEdit::new(
            RecordKind::Residence,
            id(5),
            grid,
            [(1, link(4)), (2, link(2)), (3, Value::Int(2)), (4, Value::Int(0))],
        ),
    ]
}
