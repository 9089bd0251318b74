//! The county's router behind a real TLS listener in this process, so that a test may stand between the two: it sees every
//! answer with its moment, and may give some of its own.

use axum::extract::Request;
use axum::http::{StatusCode, Version};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum_server::tls_rustls::RustlsConfig;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::value::Value;
use xunge_server::county::{County, CountyEdit, Settings};
use xunge_server::http::{App, CaChain, Executor, Stepping, router};
use xunge_server::tls::{CertificateSlot, ServerCertificate, server_config};
use xunge_server::world::{Places, county_ca, open_county};
use xunge_sync::auth::enrol_code::EnrolCode;

/// A request as it was answered.
#[derive(Debug, Clone)]
pub struct Answered {
    pub path: String,
    pub status: u16,
    /// Seconds to wait, where stated.
    pub retry_after: Option<u64>,
    pub came: Instant,
    pub left: Instant,
    /// Bytes of the body as announced.
    pub stated: usize,
    pub version: Version,
}

/// See the module.
pub struct Listening {
    pub app: Arc<App>,
    pub address: SocketAddr,
    pub answered: Arc<Mutex<Vec<Answered>>>,
    pub code: String,
    _runtime: tokio::runtime::Runtime,
}

struct Threads;

impl Executor for Threads {
    fn run(&self, work: Box<dyn FnOnce() + Send>) {
        std::thread::spawn(work);
    }
}

/// A county with one grid, one household in it, one worker and a code for their phone.
fn prepare(folder: &Path) -> (Places, Arc<County>, String) {
    let places = Places { data: folder.join("county"), key_file: folder.join("county.key") };
    let county = Arc::new(open_county(&places, Settings::default()).unwrap());
    let ca = county_ca(&places, &county).unwrap();
    let ids: Vec<RecordId> = (0..8).map(|_| county.new_id()).collect();
    let [root, grid, building, dwelling, household, occupancy, worker, category] = ids[..] else { panic!() };
    let area = |id, parent: Value, code: &str, level| {
        let fields = [(1, Value::from("区")), (2, Value::from(code)), (3, parent), (4, Value::Int(level))];
        CountyEdit::new(RecordKind::Area, id, id, fields)
    };
    let link = Value::reference;
    let edits = vec![
        area(root, Value::Null, "990101", 1),
        area(grid, link(root), "990101001", 4),
        CountyEdit::new(
            RecordKind::IncidentCategory,
            category,
            root,
            [(1, "lamp".into()), (2, "路灯不亮".into()), (3, "公用设施".into()), (5, Value::Int(1))],
        ),
        CountyEdit::new(RecordKind::Building, building, grid, [(1, "2幢".into()), (5, Value::Int(2))]),
        CountyEdit::new(
            RecordKind::Dwelling,
            dwelling,
            grid,
            [(1, link(building)), (2, "1".into()), (3, Value::Int(1)), (4, "101".into())],
        ),
        CountyEdit::new(RecordKind::Household, household, grid, [(5, Value::Int(1))]),
        CountyEdit::new(
            RecordKind::Occupancy,
            occupancy,
            grid,
            [(1, link(household)), (2, link(dwelling)), (3, Value::Int(1))],
        ),
        CountyEdit::new(
            RecordKind::Worker,
            worker,
            grid,
            [(1, "周慧".into()), (2, "W1".into()), (3, Value::Int(4))],
        ),
    ];
    county.write_as_county(edits).unwrap();
    county.grant(worker, grid).unwrap();
    let opened = county.open_code(worker, county.now_ms() + 600_000).unwrap();
    let code = EnrolCode::new(opened.single_use, ca.der()).to_typed();
    (places, county, code)
}

impl Listening {
    /// A fresh county below `folder`. A push longer than `proxy_takes` bytes is answered as a proxy does: 413 and a page.
    /// Nobody steps the group commit.
    pub fn new(folder: &Path, proxy_takes: usize) -> Self {
        let (places, county, code) = prepare(folder);
        let ca = county_ca(&places, &county).unwrap();
        let names = ["localhost", "127.0.0.1"];
        let certificate = ServerCertificate::make(&ca, &names, county.now(), county.random()).unwrap();
        let tls = server_config(Arc::new(CertificateSlot::new(&certificate).unwrap())).unwrap();
        let chain = CaChain { current: ca.der().to_vec(), next: Vec::new() };
        let app =
            App { stepping: Stepping::Elsewhere, executor: Arc::new(Threads), ..App::inline(county, chain) };
        let app = Arc::new(app);
        let answered = Arc::new(Mutex::new(Vec::new()));
        let noted = answered.clone();
        let between = move |request: Request, next: Next| {
            let noted = noted.clone();
            async move {
                let (came, path) = (Instant::now(), request.uri().path().to_owned());
                let version = request.version();
                let stated = request.headers().get("content-length");
                let stated = stated.map_or(0, |stated| stated.to_str().unwrap().parse().unwrap());
                let response: Response = if path == "/sync/v1/push" && stated > proxy_takes {
                    (StatusCode::PAYLOAD_TOO_LARGE, "<html>413 Request Entity Too Large</html>")
                        .into_response()
                } else {
                    next.run(request).await
                };
                let retry_after = response.headers().get("retry-after");
                let retry_after = retry_after.map(|seconds| seconds.to_str().unwrap().parse().unwrap());
                let status = response.status().as_u16();
                let left = Instant::now();
                noted.lock().unwrap().push(Answered {
                    path,
                    status,
                    retry_after,
                    came,
                    left,
                    stated,
                    version,
                });
                response
            }
        };
        let desk = xunge_server::desk::router(app.clone());
        let routes = router(app.clone(), desk, xunge_server::desk::openapi());
        let routes = routes.layer(middleware::from_fn(between));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let guard = runtime.enter();
        let server = axum_server::from_tcp_rustls(listener, RustlsConfig::from_config(tls)).unwrap();
        drop(guard);
        runtime.spawn(server.serve(routes.into_make_service_with_connect_info::<SocketAddr>()));
        Self { app, address, answered, code, _runtime: runtime }
    }

    /// How it answered so far, one route's requests in order.
    pub fn answered(&self, path: &str) -> Vec<Answered> {
        self.answered.lock().unwrap().iter().filter(|one| one.path == path).cloned().collect()
    }
}
