//! Clients that know nothing of this county but a URL: tus-js-client and tuspy, unmodified, over real TLS and through a link
//! that breaks once. Run by `scripts/tus.sh`, which installs them and says where they are.

use crate::authorisation::sha256;
use crate::bench::redeem;
use crate::killed::{Served, county};
use crate::phone::Phone;
use crate::pictures::picture;
use axum::http::Request;
use ed25519_dalek::SigningKey;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::value::Value;
use xunge_sync::messages::{self, BeginUpload, Enrolled, Pushed, Receipts, ReceiptsWanted};

/// A link to the county that breaks once, after so many bytes towards it.
struct BadLink {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    sent: Arc<AtomicUsize>,
}

impl BadLink {
    fn to(county: SocketAddr, breaks_after: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (connections, sent) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (counted, passed) = (connections.clone(), sent.clone());
        std::thread::spawn(move || {
            for phone in listener.incoming() {
                let (phone, county) = (phone.unwrap(), TcpStream::connect(county).unwrap());
                counted.fetch_add(1, Ordering::SeqCst);
                let (back, passed) =
                    ((county.try_clone().unwrap(), phone.try_clone().unwrap()), passed.clone());
                std::thread::spawn(move || relay(back.0, back.1, |_| true));
                std::thread::spawn(move || {
                    relay(phone, county, |bytes| {
                        let before = passed.fetch_add(bytes, Ordering::SeqCst);
                        !(before < breaks_after && before + bytes >= breaks_after)
                    });
                });
            }
        });
        Self { address, connections, sent }
    }
}

/// Passes on until one side ends or `goes_on` says no; then both are shut.
fn relay(mut from: TcpStream, mut to: TcpStream, goes_on: impl Fn(usize) -> bool) {
    let mut piece = [0; 8 * 1024];
    while let Ok(read @ 1..) = from.read(&mut piece) {
        if to.write_all(&piece[..read]).is_err() || !goes_on(read) {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

#[test]
#[ignore = "run by scripts/tus.sh, which installs the clients"]
fn clients_as_they_come_from_npm_and_pypi_upload_and_resume_after_a_cut() {
    let folder = tempfile::tempdir().unwrap();
    let (places, ca, grid, codes) = county(folder.path());
    let served = Served::start(&places, &ca);
    let authority = places.data.join("ca.pem");
    let key = SigningKey::from_bytes(&[1; 32]);
    let body = messages::encode(&redeem(&codes[0], &key));
    let enrolled = Request::post("/enrol/v1/redeem").body(body.into()).unwrap();
    let mut phone = Phone::new(key, &served.call(enrolled).unwrap().message::<Enrolled>());
    for (n, variable) in [(1, "XUNGE_TUS_NODE"), (2, "XUNGE_TUS_PYTHON")] {
        let program = std::env::var(variable).expect("scripts/tus.sh says where the clients are");
        let bytes = picture(n);
        let (incident, evidence) = ids(n);
        phone.write(RecordKind::Incident, incident, grid, [(2, Value::from("路灯不亮"))]);
        phone.write(
            RecordKind::PhotoEvidence,
            evidence,
            grid,
            [(1, Value::reference(incident)), (3, Value::Bytes(sha256(&bytes).to_vec()))],
        );
        let (push, after) = phone.push_message();
        let request = phone.request("POST", "/sync/v1/push", messages::encode(&push));
        let pushed: Pushed = served.call(request).unwrap().message();
        assert_eq!(pushed.highest, after.counter);
        (phone.chain, phone.unsent) = (after, Vec::new());
        let begin = BeginUpload {
            evidence: evidence.0.as_bytes().to_vec(),
            which: 1,
            length: bytes.len() as u64,
            sha256: sha256(&bytes).to_vec(),
        };
        let request = phone.request("POST", "/sync/v1/uploads", messages::encode(&begin));
        let begun = served.call(request).unwrap();
        assert_eq!(begun.status, 201);

        let link = BadLink::to(served.address, bytes.len() * 6 / 10);
        let file = folder.path().join(format!("{n}.jpg"));
        std::fs::write(&file, &bytes).unwrap();
        let mut words = program.split(' ');
        let ran = Command::new(words.next().unwrap())
            .args(words)
            .arg(format!("https://{}{}", link.address, begun.header("location")))
            .arg(&file)
            .env("NODE_EXTRA_CA_CERTS", &authority)
            .env("REQUESTS_CA_BUNDLE", &authority)
            .output()
            .unwrap();
        let said =
            format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        assert!(ran.status.success(), "{variable}: {said}");
        assert!(link.connections.load(Ordering::SeqCst) > 1, "{variable}: the link broke");
        let sent = link.sent.load(Ordering::SeqCst);
        assert!(
            sent < bytes.len() * 14 / 10,
            "{variable}: {sent} bytes of {} sent: it began anew",
            bytes.len()
        );
        let wanted = ReceiptsWanted { hashes: vec![sha256(&bytes).to_vec().into()] };
        let request = phone.request("POST", "/sync/v1/receipts", messages::encode(&wanted));
        assert_eq!(served.call(request).unwrap().message::<Receipts>().held.len(), 1, "{variable}");
    }
    served.kill();
}

fn ids(n: u32) -> (RecordId, RecordId) {
    let id = |n: u128| RecordId(uuid::Uuid::from_u128((0x990101 << 64) | n));
    (id(u128::from(n) * 10), id(u128::from(n) * 10 + 1))
}
