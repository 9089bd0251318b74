//! The real program: TLS, files, threads. It is killed while phones push, started again, and holds all it confirmed.

use crate::bench::{Answer, redeem};
use crate::phone::Phone;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request};
use ed25519_dalek::SigningKey;
use http_body_util::BodyExt as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::value::Value;
use xunge_server::county::{CountyEdit, Settings};
use xunge_server::world::{Places, county_ca, open_county};
use xunge_sync::messages::{self, Enrolled, Hello, Pushed, Welcome};

pub struct Served {
    pub child: Child,
    pub address: SocketAddr,
    tls: Arc<ClientConfig>,
}

impl Served {
    pub fn start(places: &Places, ca: &[u8]) -> Self {
        Self::logging(places, ca, "off", Stdio::null())
    }

    /// Logs what `filter` chooses, there.
    pub fn logging(places: &Places, ca: &[u8], filter: &str, log: impl Into<Stdio>) -> Self {
        let mut program = Command::new(env!("CARGO_BIN_EXE_xunge-county"));
        program
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(&places.data)
            .arg("--key")
            .arg(&places.key_file)
            .env("RUST_LOG", filter)
            .stderr(log);
        Self::run(program, ca)
    }

    /// Runs a command line that becomes the county.
    pub fn run(mut program: Command, ca: &[u8]) -> Self {
        let mut child = program.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().expect("the program says where it listens").unwrap();
            if let Some((_, rest)) = line.split_once("https://") {
                break rest.split('/').next().unwrap().parse().unwrap();
            }
        };
        // Whatever else it prints is read, or its pipe would fill.
        std::thread::spawn(move || lines.for_each(drop));
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(ca.to_vec())).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { child, address, tls: Arc::new(tls) }
    }

    /// One request on a connection of its own; nothing when the connection breaks.
    pub fn call(&self, request: Request<axum::body::Body>) -> Option<Answer> {
        let (parts, body) = request.into_parts();
        let body = futures_executor::block_on(body.collect()).unwrap().to_bytes();
        let name = ServerName::from(self.address.ip());
        let connection = ClientConnection::new(self.tls.clone(), name).unwrap();
        let mut stream = StreamOwned::new(connection, TcpStream::connect(self.address).ok()?);
        let mut head = format!(
            "{} {} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n",
            parts.method, parts.uri, self.address
        );
        for (name, value) in &parts.headers {
            head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)).ok()?;
        let mut whole = Vec::new();
        // A server may close without a TLS farewell; what counts is whether the answer is whole.
        let _ = stream.read_to_end(&mut whole);
        let end = whole.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&whole[..end]).ok()?;
        let mut lines = head.split("\r\n");
        let status: u16 = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let mut headers = HeaderMap::new();
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            headers.insert(name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value).ok()?);
        }
        let length: usize = match headers.get("content-length") {
            Some(length) => length.to_str().ok()?.parse().ok()?,
            // Nothing but a head: 201 with its URL, 204.
            None if matches!(status, 201 | 204) => 0,
            None => return None,
        };
        let body = whole[end + 4..].to_vec();
        (body.len() == length).then_some(Answer { status, headers, body })
    }

    /// Stops it in mid-air for the time of `look` (its files are as a kill would leave them), then kills it.
    pub fn kill_after(self, look: impl FnOnce()) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-STOP", &id]).status().unwrap().success());
        look();
        self.kill();
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Served {
    /// A test that fails leaves no county behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn county(folder: &Path) -> (Places, Vec<u8>, RecordId, Vec<String>) {
    let places = Places { data: folder.join("data"), key_file: folder.join("county.key") };
    let county = open_county(&places, Settings::default()).unwrap();
    let ca = county_ca(&places, &county).unwrap().der().to_vec();
    let (root, grid) = (county.new_id(), county.new_id());
    let area =
        |id, parent: Value| CountyEdit::new(RecordKind::Area, id, id, [(1, Value::from("区")), (3, parent)]);
    let mut edits = vec![area(root, Value::Null), area(grid, Value::reference(root))];
    let workers: Vec<RecordId> = (0..3).map(|_| county.new_id()).collect();
    edits.extend(workers.iter().map(|worker| {
        CountyEdit::new(RecordKind::Worker, *worker, grid, [(1, Value::from("周慧")), (3, Value::Int(4))])
    }));
    county.write_as_county(edits).unwrap();
    let codes = workers.iter().map(|worker| {
        county.grant(*worker, grid).unwrap();
        county.open_code(*worker, county.now_ms() + 600_000).unwrap().single_use.to_text()
    });
    let codes = codes.collect();
    (places, ca, grid, codes)
}

#[test]
fn a_county_killed_while_phones_push_holds_everything_it_confirmed() {
    let folder = tempfile::tempdir().unwrap();
    let (places, ca, grid, codes) = county(folder.path());
    let mut served = Served::start(&places, &ca);
    let mut phones: Vec<Phone> = (1_u8..)
        .zip(&codes)
        .map(|(n, code)| {
            let key = SigningKey::from_bytes(&[n; 32]);
            let body = messages::encode(&redeem(code, &key));
            let request = Request::post("/enrol/v1/redeem").body(body.into()).unwrap();
            let enrolled: Enrolled = served.call(request).unwrap().message();
            Phone::new(key, &enrolled)
        })
        .collect();
    let mut n = 0_u128;
    for round in 0..3_u64 {
        // All phones push without pause; the county is killed in the middle of it.
        let pushing: Vec<_> = std::thread::scope(|scope| {
            let served = &served;
            let threads: Vec<_> = phones
                .iter_mut()
                .map(|phone| {
                    n += 1_000_000;
                    let first = n;
                    scope.spawn(move || push_until_it_breaks(served, phone, grid, first))
                })
                .collect();
            std::thread::sleep(std::time::Duration::from_millis(700 + 333 * round));
            let killed =
                Command::new("kill").args(["-KILL", &served.child.id().to_string()]).status().unwrap();
            assert!(killed.success());
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        served.kill();
        assert!(pushing.iter().sum::<u64>() > 0, "something was confirmed before the kill");
        served = Served::start(&places, &ca);
        for phone in &mut phones {
            // Counters up to the reserved mark count as used after a restart.
            phone.nonce += 2_048;
            let hello = Hello {
                protocol: 1,
                epoch: phone.epoch.clone(),
                counter: phone.chain.counter,
                cursor: 0,
                mark: None,
                opened: None,
            };
            let request = phone.request("POST", "/sync/v1/hello", messages::encode(&hello));
            let welcome: Welcome = served.call(request).unwrap().message();
            assert!(
                welcome.highest >= phone.chain.counter,
                "{} confirmed, {} held",
                phone.chain.counter,
                welcome.highest
            );
            // What was not confirmed may be there or not; sent again it is there once.
            let (push, after) = phone.push_message();
            let request = phone.request("POST", "/sync/v1/push", messages::encode(&push));
            let pushed: Pushed = served.call(request).unwrap().message();
            assert_eq!((pushed.highest, pushed.chain.as_slice()), (after.counter, after.head.as_slice()));
            phone.chain = after;
            phone.unsent.clear();
        }
    }
    let mut expected: u64 = phones.iter().map(|phone| phone.chain.counter).sum();
    served.kill();
    let county = open_county(&places, Settings::default()).unwrap();
    expected -= county.count_in(RecordKind::Household, grid).unwrap();
    assert_eq!(expected, 0, "each operation made one household, once");
}

/// Pushes one household after the other; what has no receipt stays unsent. Says how many were confirmed.
fn push_until_it_breaks(served: &Served, phone: &mut Phone, grid: RecordId, first: u128) -> u64 {
    for n in 0.. {
        let record = RecordId(uuid::Uuid::from_u128((0x990101 << 64) | (first + n)));
        phone.write(RecordKind::Household, record, grid, [(5, Value::Int(n as i64))]);
        let (push, after) = phone.push_message();
        let request = phone.request("POST", "/sync/v1/push", messages::encode(&push));
        let Some(answer) = served.call(request) else { return n as u64 };
        let pushed: Pushed = answer.message();
        assert_eq!(pushed.chain, after.head);
        phone.chain = after;
        phone.unsent.clear();
    }
    0
}

#[test]
fn asked_to_stop_the_county_stops_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    let (places, ca, _, _) = county(folder.path());
    let mut served = Served::start(&places, &ca);
    let answer = served.call(Request::get("/healthz").body(axum::body::Body::empty()).unwrap()).unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"ok\n".as_slice()));
    let metrics = served.call(Request::get("/metrics").body(axum::body::Body::empty()).unwrap()).unwrap();
    assert!(String::from_utf8(metrics.body).unwrap().contains("xunge_feed_head"));
    Command::new("kill").args(["-TERM", &served.child.id().to_string()]).status().unwrap();
    assert!(served.child.wait().unwrap().success());
}

/// Whether the process ended by itself, with success, within ten seconds.
fn ends(child: &mut Child) -> bool {
    for _ in 0..100 {
        if let Some(status) = child.try_wait().unwrap() {
            return status.success();
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    child.kill().unwrap();
    false
}

#[test]
fn a_log_that_nobody_reads_any_more_costs_no_answer_and_no_order_to_stop() {
    let folder = tempfile::tempdir().unwrap();
    let (places, ca, grid, codes) = county(folder.path());
    let (reader, writer) = std::io::pipe().unwrap();
    let mut served = Served::logging(&places, &ca, "trace", writer);
    drop(reader);
    let key = SigningKey::from_bytes(&[1; 32]);
    let request = Request::post("/enrol/v1/redeem").body(messages::encode(&redeem(&codes[0], &key)).into());
    let enrolled: Enrolled = served.call(request.unwrap()).expect("an answer").message();
    let mut phone = Phone::new(key, &enrolled);
    for n in 0..3 {
        let record = RecordId(uuid::Uuid::from_u128((0x990101 << 64) | n));
        phone.write(RecordKind::Household, record, grid, [(5, Value::Int(1))]);
        let (push, after) = phone.push_message();
        let request = phone.request("POST", "/sync/v1/push", messages::encode(&push));
        let pushed: Pushed = served.call(request).expect("an answer").message();
        assert_eq!(pushed.chain, after.head);
        phone.chain = after;
        phone.unsent.clear();
    }
    // A refusal is logged too, and at the level that is on by default.
    let unsigned = Request::post("/sync/v1/hello").body(axum::body::Body::empty()).unwrap();
    assert_eq!(served.call(unsigned).expect("an answer").status, 401);
    Command::new("kill").args(["-TERM", &served.child.id().to_string()]).status().unwrap();
    assert!(ends(&mut served.child), "SIGTERM was swallowed");
}

#[test]
fn a_county_told_to_stop_with_its_input_stops_with_it_and_no_other_does() {
    let folder = tempfile::tempdir().unwrap();
    let (places, ca, _, _) = county(folder.path());
    let program = |with_input: bool| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_xunge-county"));
        program.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&places.data);
        program.arg("--key").arg(&places.key_file).stdin(Stdio::piped()).stderr(Stdio::null());
        program.args(with_input.then_some("--stop-with-input"));
        program
    };
    let health = || Request::get("/healthz").body(axum::body::Body::empty()).unwrap();
    let mut served = Served::run(program(false), &ca);
    drop(served.child.stdin.take());
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert_eq!(served.call(health()).expect("a service started without input goes on").status, 200);
    served.kill();
    let mut served = Served::run(program(true), &ca);
    assert_eq!(served.call(health()).unwrap().status, 200);
    drop(served.child.stdin.take());
    assert!(ends(&mut served.child));
}

#[test]
fn the_key_lies_outside_the_data_and_is_not_replaced_when_lost() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let (places, _, _, _) = county(folder.path());
    assert_eq!(std::fs::metadata(&places.key_file).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::remove_file(&places.key_file).unwrap();
    let error = open_county(&places, Settings::default()).unwrap_err();
    assert_eq!(error.code(), "key_missing");
    assert!(!places.key_file.exists());
    let inside = Places { key_file: places.data.join("county.key"), ..places };
    assert_eq!(open_county(&inside, Settings::default()).unwrap_err().code(), "key_inside_data");
}

#[test]
fn a_county_that_lost_half_of_its_ca_gets_no_other_one() {
    let folder = tempfile::tempdir().unwrap();
    let (places, ca, _, _) = county(folder.path());
    let county = open_county(&places, Settings::default()).unwrap();
    let (pem, key) = (places.data.join("ca.pem"), places.data.join("ca.key"));
    let aside = folder.path().join("aside");
    for lost in [&key, &pem] {
        std::fs::rename(lost, &aside).unwrap();
        assert_eq!(county_ca(&places, &county).unwrap_err().code(), "ca_incomplete");
        assert!(!lost.exists());
        std::fs::rename(&aside, lost).unwrap();
    }
    assert_eq!(county_ca(&places, &county).unwrap().der(), ca);
}

#[test]
fn the_private_key_of_the_ca_lies_sealed_and_an_older_plain_one_is_sealed_when_read() {
    let folder = tempfile::tempdir().unwrap();
    let (places, ca, _, _) = county(folder.path());
    let county = open_county(&places, Settings::default()).unwrap();
    let plain = county_ca(&places, &county).unwrap().to_pem().private_key;
    let key = places.data.join("ca.key");
    let lies_plain = || std::fs::read(&key).unwrap().windows(7).any(|found| found == b"PRIVATE");
    assert!(!lies_plain());
    std::fs::write(&key, plain.as_bytes()).unwrap();
    assert_eq!(county_ca(&places, &county).unwrap().der(), ca);
    assert!(!lies_plain());
    assert_eq!(county_ca(&places, &county).unwrap().der(), ca);
    std::fs::write(&key, b"something else").unwrap();
    assert_eq!(county_ca(&places, &county).unwrap_err().code(), "sealed_key");
}

#[test]
fn a_county_that_lost_its_database_is_not_served_empty() {
    let folder = tempfile::tempdir().unwrap();
    let (places, _, _, _) = county(folder.path());
    for name in ["county.db", "county.db-wal", "county.db-shm"] {
        let _ = std::fs::remove_file(places.data.join(name));
    }
    let error = open_county(&places, Settings::default()).unwrap_err();
    assert_eq!(error.code(), "database_missing");
    assert!(!places.data.join("county.db").exists());
    let elsewhere = Places { data: folder.path().join("empty"), key_file: places.key_file };
    assert!(open_county(&elsewhere, Settings::default()).is_ok());
}
