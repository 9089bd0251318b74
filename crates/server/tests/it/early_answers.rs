//! A refusal that is known before the body is there: the county says it while the phone is still sending, and the phone —
//! the app's own HTTPS client, over TLS and HTTP/2 — must get the answer itself, not a broken connection, which would mean
//! "send all of it again".

use crate::authorisation::sha256;
use crate::bench::redeem;
use crate::killed::{Served, county};
use crate::phone::Phone;
use axum::body::Body;
use axum::http::Request as HttpRequest;
use ed25519_dalek::SigningKey;
use http_body_util::BodyExt as _;
use xunge_client::https::HttpsConnector;
use xunge_client::ports::{Connector as _, Request, Response, Transport};
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::value::Value;
use xunge_sync::messages::{self, BeginUpload, CONTENT_TYPE, Enrolled, Refusal};

const MIB: usize = 1024 * 1024;

/// Nothing that compresses or repeats: what is sent is what is stated.
fn noise(bytes: usize) -> Vec<u8> {
    (0..bytes as u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

fn request(method: &'static str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Request {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Request { method, path: path.to_owned(), headers, body }
}

/// A signed request as the app's transport takes it.
fn as_sent(method: &'static str, signed: HttpRequest<Body>) -> Request {
    let (parts, body) = signed.into_parts();
    let body = futures_executor::block_on(body.collect()).unwrap().to_bytes().to_vec();
    let headers = parts.headers.iter();
    let headers =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    Request { method, path: parts.uri.to_string(), headers, body }
}

fn code(response: &Response) -> String {
    messages::decode::<Refusal>(&response.body).map(|refusal| refusal.code).unwrap_or_default()
}

fn post(transport: &dyn Transport, phone: &mut Phone, path: &str, body: Vec<u8>) -> Response {
    transport.send(&as_sent("POST", phone.request("POST", path, body))).unwrap()
}

struct Setting {
    served: Served,
    /// Opens a connection of its own, as the app does.
    connect: Box<dyn Fn() -> Box<dyn Transport>>,
    transport: Box<dyn Transport>,
    phone: Phone,
    /// Of an upload that stands at 10,000 bytes.
    url: String,
    _folder: tempfile::TempDir,
}

fn setting() -> Setting {
    let folder = tempfile::tempdir().unwrap();
    let (places, ca, grid, codes) = county(folder.path());
    let served = Served::start(&places, &ca);
    let (connector, address) = (HttpsConnector::new().unwrap(), served.address.to_string());
    let connect = Box::new(move || connector.connect(&address, std::slice::from_ref(&ca)).unwrap());
    let transport = connect();
    let key = SigningKey::from_bytes(&[1; 32]);
    let redeemed = messages::encode(&redeem(&codes[0], &key));
    let enrolled = transport.send(&request("POST", "/enrol/v1/redeem", &[], redeemed)).unwrap();
    let mut phone = Phone::new(key, &messages::decode::<Enrolled>(&enrolled.body).unwrap());
    let picture = noise(5 * MIB);
    let id = |n: u128| RecordId(uuid::Uuid::from_u128((0x990101 << 64) | n));
    phone.write(RecordKind::Incident, id(1), grid, [(2, Value::from("路灯不亮"))]);
    let evidence = [(1, Value::reference(id(1))), (3, Value::Bytes(sha256(&picture).to_vec()))];
    phone.write(RecordKind::PhotoEvidence, id(2), grid, evidence);
    let (push, after) = phone.push_message();
    assert_eq!(post(&*transport, &mut phone, "/sync/v1/push", messages::encode(&push)).status, 200);
    (phone.chain, phone.unsent) = (after, Vec::new());
    let begin = BeginUpload {
        evidence: id(2).0.as_bytes().to_vec(),
        which: 1,
        length: picture.len() as u64,
        sha256: sha256(&picture).to_vec(),
    };
    let begun = post(&*transport, &mut phone, "/sync/v1/uploads", messages::encode(&begin));
    let url = begun.header("location").unwrap().to_owned();
    let piece = piece(&url, 0, picture[..10_000].to_vec());
    assert_eq!(transport.send(&piece).unwrap().status, 204);
    Setting { served, connect, transport, phone, url, _folder: folder }
}

const UNKNOWN: &str = "/uploads/00112233445566778899aabbccddeeff0011223344556677";

fn piece(url: &str, offset: usize, body: Vec<u8>) -> Request {
    let offset = offset.to_string();
    let kind = ("content-type", "application/offset+octet-stream");
    request("PATCH", url, &[("tus-resumable", "1.0.0"), kind, ("upload-offset", &offset)], body)
}

#[test]
fn a_refusal_while_the_body_is_being_sent_reaches_the_phone_as_what_it_is() {
    let Setting { served, connect, transport, mut phone, url, _folder } = setting();
    let message = [("content-type", CONTENT_TYPE)];
    for bytes in [200 * 1024, 3 * MIB, 4 * MIB + 4_096, 24 * MIB] {
        let body = noise(bytes);
        let post = |path| request("POST", path, &message, body.clone());
        let mut refused: Vec<(&str, Request, u16, &str)> = vec![
            ("a stranger's push", post("/sync/v1/push"), 401, "bad_signature"),
            ("a code too long", post("/enrol/v1/redeem"), 413, "too_large"),
            ("a way that is none", post("/sync/v1/nothing"), 404, "not_found"),
            ("an upload nobody began", piece(UNKNOWN, 0, body.clone()), 404, "not_found"),
            ("a piece for another place", piece(&url, 0, body.clone()), 409, "offset_mismatch"),
            ("another tus", request("PATCH", &url, &[], body.clone()), 412, "tus_version"),
            (
                "a piece of no kind",
                request("PATCH", &url, &[("tus-resumable", "1.0.0")], body.clone()),
                415,
                "content_type",
            ),
            (
                "a greeting too long",
                as_sent("POST", phone.request("POST", "/sync/v1/hello", body.clone())),
                413,
                "too_large",
            ),
        ];
        if bytes > 4 * MIB {
            let push = phone.request("POST", "/sync/v1/push", body.clone());
            refused.push(("a push too large", as_sent("POST", push), 413, "too_large"));
        }
        if bytes > 5 * MIB {
            refused.push(("more than the picture", piece(&url, 10_000, body.clone()), 413, "too_large"));
        }
        for (what, sent, status, expected) in refused {
            // Several times, because it is a race between the answer and the rest of the body. Each kind on a connection of
            // its own: what arrives after the answer counts as trouble there, and at 1,024 frames of it the connection ends.
            let transport = connect();
            for nth in 0..5 {
                let answer = transport.send(&sent);
                let answer =
                    answer.unwrap_or_else(|error| panic!("{what}, {bytes} bytes, try {nth}: {error}"));
                assert_eq!(
                    (answer.status, code(&answer).as_str()),
                    (status, expected),
                    "{what}, {bytes} bytes, try {nth}"
                );
                if status == 409 {
                    assert_eq!(answer.header("upload-offset"), Some("10000"));
                }
            }
        }
        // The connection is good for what comes next, and nothing of all that was taken in.
        assert_eq!(transport.send(&request("GET", "/healthz", &[], Vec::new())).unwrap().status, 200);
        let head = request("HEAD", &url, &[("tus-resumable", "1.0.0")], Vec::new());
        assert_eq!(transport.send(&head).unwrap().header("upload-offset"), Some("10000"));
    }
    served.kill();
}

/// However often it happens on one connection: once the county has had enough of what is sent after its answers it closes
/// the connection, which is told as a broken one, and the next request opens another and is answered.
#[test]
fn a_connection_the_county_has_had_enough_of_is_followed_by_another() {
    let Setting { served, transport, _folder, .. } = setting();
    let sent = piece(UNKNOWN, 0, noise(3 * MIB));
    let mut broken_before = false;
    for nth in 0..400 {
        match transport.send(&sent) {
            Ok(answer) => {
                assert_eq!((answer.status, code(&answer).as_str()), (404, "not_found"), "try {nth}");
                broken_before = false;
            }
            Err(error) => {
                assert!(!broken_before, "try {nth}: broken twice in a row, {error}");
                broken_before = true;
            }
        }
    }
    assert_eq!(transport.send(&request("GET", "/healthz", &[], Vec::new())).unwrap().status, 200);
    served.kill();
}
