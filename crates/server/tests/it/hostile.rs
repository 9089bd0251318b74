//! Files sent to do harm, over the real upload routes to the real program: each gets a refusal with its reason, none is
//! kept, none makes the county stumble or grow, and what it does keep and serve says nothing but what is seen on it.

use crate::authorisation::hex;
use crate::bench::{Answer, redeem};
use crate::fixtures::{
    CANARY, before_end, contains, insert_segment, jpeg, jpeg_with, jpeg_with_metadata, scene, sha256, stamp,
};
use crate::hostile_files::refused;
use crate::killed::{Served, county};
use crate::phone::Phone;
use crate::pictures::picture;
use axum::body::Body;
use axum::http::Request;
use ed25519_dalek::SigningKey;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::value::Value;
use xunge_photo::{Limits, process};
use xunge_sync::messages::{self, BeginUpload, Enrolled, Pushed, Receipts, ReceiptsWanted};

/// Most memory the county may ever have held, kilobytes.
const MOST_KB: u64 = 256 * 1024;

fn id(n: usize) -> RecordId {
    RecordId(uuid::Uuid::from_u128((0x990101 << 64) | n as u128))
}

/// The most memory a process held at once, kilobytes.
fn peak_kb(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn enrolled(served: &Served, code: &str) -> Phone {
    let key = SigningKey::from_bytes(&[1; 32]);
    let asked = Request::post("/enrol/v1/redeem").body(messages::encode(&redeem(code, &key)).into()).unwrap();
    Phone::new(key, &served.call(asked).unwrap().message::<Enrolled>())
}

/// Evidence for each file, numbered from `first` on.
fn speak_of(served: &Served, phone: &mut Phone, grid: RecordId, first: usize, files: &[Vec<u8>]) {
    phone.write(RecordKind::Incident, id(first - 1), grid, [(2, Value::from("路灯不亮"))]);
    for (n, bytes) in (first..).zip(files) {
        let of = [(1, Value::reference(id(first - 1))), (3, Value::Bytes(sha256(bytes).to_vec()))];
        phone.write(RecordKind::PhotoEvidence, id(n), grid, of);
    }
    let (push, after) = phone.push_message();
    let answer = served.call(phone.request("POST", "/sync/v1/push", messages::encode(&push))).unwrap();
    assert_eq!(answer.message::<Pushed>().chain, after.head);
    (phone.chain, phone.unsent) = (after, Vec::new());
}

fn begin(served: &Served, phone: &mut Phone, evidence: usize, bytes: &[u8]) -> Answer {
    let begin = BeginUpload {
        evidence: id(evidence).0.as_bytes().to_vec(),
        which: 1,
        length: bytes.len() as u64,
        sha256: sha256(bytes).to_vec(),
    };
    served.call(phone.request("POST", "/sync/v1/uploads", messages::encode(&begin))).unwrap()
}

fn patch(served: &Served, url: &str, bytes: &[u8]) -> Answer {
    let request = Request::patch(url)
        .header("tus-resumable", "1.0.0")
        .header("content-type", "application/offset+octet-stream")
        .header("upload-offset", 0)
        // What other programs say about the file; nobody here reads it.
        .header("upload-metadata", "filename Li4vLi4vZXRjL3Bhc3N3ZA==")
        .body(Body::from(bytes.to_vec()));
    served.call(request.unwrap()).expect("an answer")
}

fn held(served: &Served, phone: &mut Phone, bytes: &[u8]) -> bool {
    let wanted = ReceiptsWanted { hashes: vec![sha256(bytes).to_vec().into()] };
    let request = phone.request("POST", "/sync/v1/receipts", messages::encode(&wanted));
    !served.call(request).unwrap().message::<Receipts>().held.is_empty()
}

/// What a phone never makes, and what only a county must refuse: whole pictures with more in them.
fn whole_pictures() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let honest = process(&jpeg(&scene(640, 480)), &stamp(), &Limits::default()).unwrap().stored;
    let page = b"<html><script>CANARY-7Q2</script></html>";
    let progressive = jpeg_with(&scene(64, 64), |encoder| encoder.set_progressive(true));
    let scan = progressive.windows(2).rposition(|pair| pair == [0xFF, 0xDA]).unwrap();
    let scans = before_end(&progressive, &progressive[scan..progressive.len() - 2].repeat(1_000));
    vec![
        ("a camera's picture with its EXIF", jpeg_with_metadata(&scene(640, 480), 6), "metadata_present"),
        ("a picture and an archive", [&honest[..], b"PK\x05\x06", page].concat(), "trailing_data"),
        ("a picture twice", [&honest[..], &honest[..]].concat(), "trailing_data"),
        ("a page before the end", before_end(&honest, page), "trailing_data"),
        ("a page as a comment", insert_segment(&honest, 0xFE, page), "metadata_present"),
        ("a page in a segment", insert_segment(&honest, 0xE4, page), "metadata_present"),
        ("a picture cut in half", honest[..honest.len() / 2].to_vec(), "damaged"),
        ("a picture without its end", honest[..honest.len() - 2].to_vec(), "damaged"),
        ("a thousand scans", scans, "unsupported_format"),
        ("larger than phones send", jpeg(&scene(3000, 2000)), "too_many_pixels"),
    ]
}

#[test]
fn hostile_files_are_refused_with_their_reason_and_the_county_neither_stumbles_nor_grows() {
    let folder = tempfile::tempdir().unwrap();
    let (places, ca, grid, codes) = county(folder.path());
    let served = Served::start(&places, &ca);
    let mut phone = enrolled(&served, &codes[0]);
    let files: Vec<_> = refused().into_iter().map(|(name, bytes, _)| (name, bytes, None)).collect();
    let more = whole_pictures().into_iter().map(|(name, bytes, code)| (name, bytes, Some(code)));
    let files: Vec<(&str, Vec<u8>, Option<&str>)> = files.into_iter().chain(more).collect();
    assert!(files.len() >= 50, "{}", files.len());
    let bytes: Vec<Vec<u8>> = files.iter().map(|(_, bytes, _)| bytes.clone()).collect();
    speak_of(&served, &mut phone, grid, 1_000, &bytes);
    for (n, (name, bytes, expected)) in (1_000..).zip(&files) {
        let begun = begin(&served, &mut phone, n, bytes);
        if bytes.is_empty() {
            assert_eq!((begun.status, begun.code().as_deref()), (400, Some("bad_request")), "{name}");
            continue;
        }
        assert_eq!(begun.status, 201, "{name}: {:?}", begun.code());
        let url = begun.header("location").to_owned();
        let answer = patch(&served, &url, bytes);
        assert_eq!(answer.status, 422, "{name}: {:?}", answer.code());
        let code = answer.code().expect("a reason");
        assert_eq!(expected.unwrap_or(&code), code, "{name}");
        // A byte of it: this plain client does not read an answer that overtakes its own sending.
        assert_eq!(patch(&served, &url, &bytes[..1]).status, 404, "{name}: the upload is over");
        assert!(!held(&served, &mut phone, bytes), "{name}");
        let path = format!("/sync/v1/photos/{}", hex(&sha256(bytes)));
        assert_eq!(served.call(phone.request("GET", &path, Vec::new())).unwrap().status, 404, "{name}");
    }
    for path in [
        "/uploads/..%2f..%2fetc%2fpasswd",
        "/uploads/../county.db",
        "/uploads/%00",
        "/uploads/....//....//county.key",
        "/sync/v1/photos/..%2f..%2fcounty.db",
        "/desk/..%2fcounty.db",
        "/desk/../../county.key",
    ] {
        for method in ["GET", "HEAD", "PATCH"] {
            let request = Request::builder().method(method).uri(path).header("tus-resumable", "1.0.0");
            let status = served.call(request.body(Body::empty()).unwrap()).map(|answer| answer.status);
            assert!(status.is_none_or(|status| (400..500).contains(&status)), "{method} {path}: {status:?}");
        }
    }
    let metrics = served.call(Request::get("/metrics").body(Body::empty()).unwrap()).unwrap();
    let metrics = String::from_utf8(metrics.body).unwrap();
    assert!(!metrics.contains("class=\"5xx\""), "{metrics}");
    let peak = peak_kb(served.child.id());
    println!("figure hostile_files {} ; county_peak_rss_mb {}", files.len(), peak / 1024);
    assert!(peak < MOST_KB, "{peak} kB");
    let blobs: Vec<_> = crate::marks::files_below(&places.data.join("blobs"));
    assert!(blobs.is_empty(), "nothing of them is left: {blobs:?}");
    served.kill();
}

/// The largest pictures phones send and more of a usual size, more than the county has threads, all at the same moment.
/// Each is looked at whole, in memory.
#[test]
fn many_of_the_largest_pictures_at_once_are_taken_in_bounded_memory_and_say_nothing_of_their_camera() {
    const LARGE: u32 = 40;
    const USUAL: u32 = 40;
    let folder = tempfile::tempdir().unwrap();
    let (places, ca, grid, codes) = county(folder.path());
    let served = Served::start(&places, &ca);
    let mut phone = enrolled(&served, &codes[0]);
    let original = jpeg_with_metadata(&scene(2048, 2048), 1);
    assert!(contains(&original, CANARY.as_bytes()) && contains(&original, b"Exif"));
    let large = (0..LARGE).map(|n| {
        let stamp = xunge_photo::Stamp { item_no: format!("{n:04}"), ..stamp() };
        process(&original, &stamp, &Limits::default()).unwrap().stored
    });
    let files: Vec<Vec<u8>> = large.chain((0..USUAL).map(picture)).collect();
    speak_of(&served, &mut phone, grid, 1_000, &files);
    let urls: Vec<String> = (1_000..)
        .zip(&files)
        .map(|(n, bytes)| begin(&served, &mut phone, n, bytes).header("location").to_owned())
        .collect();
    std::thread::scope(|scope| {
        let sent: Vec<_> = urls
            .iter()
            .zip(&files)
            .map(|(url, bytes)| scope.spawn(|| patch(&served, url, bytes).status))
            .collect();
        assert!(sent.into_iter().all(|sent| sent.join().unwrap() == 204));
    });
    for bytes in &files {
        let path = format!("/sync/v1/photos/{}", hex(&sha256(bytes)));
        let shown = served.call(phone.request("GET", &path, Vec::new())).unwrap();
        assert!(shown.status == 200 && shown.body == *bytes);
        for mark in [CANARY.as_bytes(), b"Exif", b"xmpmeta", b"ICC_PROFILE", b"2026:11:23"] {
            assert!(!contains(&shown.body, mark), "{}", String::from_utf8_lossy(mark));
        }
        // JFIF and nothing else: no other application segment, no comment.
        let segments = segments(&shown.body);
        assert!(segments.iter().all(|marker| !matches!(marker, 0xE1..=0xEF | 0xFE)), "{segments:02x?}");
    }
    let peak = peak_kb(served.child.id());
    println!("figure pictures_at_once {} ; county_peak_rss_mb {}", files.len(), peak / 1024);
    assert!(peak < MOST_KB, "{peak} kB");
    served.kill();
}

/// Markers of a JPEG's segments up to its picture data.
fn segments(jpeg: &[u8]) -> Vec<u8> {
    let (mut at, mut markers) = (2, Vec::new());
    while let [0xFF, marker, high, low, ..] = jpeg[at..] {
        markers.push(marker);
        if marker == 0xDA {
            break;
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
    }
    assert_eq!(markers.last(), Some(&0xDA));
    markers
}
