//! Pictures: begun signed, continued by anybody with the URL, held only when whole and verified.

use crate::authorisation::{hex, sha256};
use crate::bench::{Answer, Bench};
use crate::phone::Phone;
use axum::body::{Body, Bytes};
use axum::http::Request;
use http_body_util::StreamBody;
use jpeg_encoder::{ColorType, Encoder};
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::value::Value;
use xunge_photo::{Limits, Stamp, process};
use xunge_sync::messages::{self, BeginUpload, Receipts, ReceiptsWanted};

/// A picture as a phone stores it; another for each `seed`.
pub fn picture(seed: u32) -> Vec<u8> {
    let (width, height) = (800_u16, 600_u16);
    let noise = |n: u32| (n.wrapping_mul(2_654_435_761).wrapping_add(seed.wrapping_mul(40_503)) >> 24) as u8;
    let raw: Vec<u8> = (0..u32::from(width) * u32::from(height) * 3).map(noise).collect();
    let mut bytes = Vec::new();
    Encoder::new(&mut bytes, 90).encode(&raw, width, height, ColorType::Rgb).unwrap();
    let taken = chrono::DateTime::from_timestamp_millis(1_790_000_000_000).unwrap().naive_utc();
    let stamp = Stamp {
        taken,
        time_verified: true,
        place: None,
        place_name: None,
        worker_no: "W1".into(),
        item_no: "7F2C".into(),
    };
    process(&bytes, &stamp, &Limits::default()).unwrap().stored
}

/// Evidence in `area` that speaks of this picture.
pub fn evidence(bench: &Bench, area: RecordId, bytes: &[u8]) -> RecordId {
    let incident = bench.write(RecordKind::Incident, bench.id(), area, [(2, Value::from("路灯不亮"))]);
    bench.write(
        RecordKind::PhotoEvidence,
        bench.id(),
        area,
        [(1, Value::reference(incident)), (3, Value::Bytes(sha256(bytes).to_vec()))],
    )
}

pub fn begin(bench: &Bench, phone: &mut Phone, evidence: RecordId, bytes: &[u8]) -> Answer {
    let begin = BeginUpload {
        evidence: evidence.0.as_bytes().to_vec(),
        which: 1,
        length: bytes.len() as u64,
        sha256: sha256(bytes).to_vec(),
    };
    phone.post(bench, "/sync/v1/uploads", messages::encode(&begin))
}

pub fn patch(bench: &Bench, url: &str, offset: u64, body: Body) -> Answer {
    bench.call(
        Request::patch(url)
            .header("tus-resumable", "1.0.0")
            .header("content-type", "application/offset+octet-stream")
            .header("upload-offset", offset)
            .body(body)
            .unwrap(),
    )
}

pub fn head(bench: &Bench, url: &str) -> Answer {
    bench.call(Request::head(url).header("tus-resumable", "1.0.0").body(Body::empty()).unwrap())
}

pub fn held(bench: &Bench, phone: &mut Phone, bytes: &[u8]) -> bool {
    let wanted = ReceiptsWanted { hashes: vec![sha256(bytes).to_vec().into()] };
    let receipts: Receipts = phone.post(bench, "/sync/v1/receipts", messages::encode(&wanted)).message();
    receipts.held.len() == 1 && receipts.held[0].bytes == bytes.len() as u64
}

#[test]
fn a_picture_cut_in_the_middle_goes_on_where_it_broke_off() {
    let mut bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let bytes = picture(1);
    let evidence = evidence(&bench, bench.areas.grid, &bytes);
    let answer = begin(&bench, &mut phone, evidence, &bytes);
    assert_eq!(answer.status, 201, "{:?}", answer.code());
    let url = answer.header("location").to_owned();
    assert_eq!(answer.header("upload-offset"), "0");

    // The link breaks after 10,000 bytes of the body.
    let frames = [
        Ok(http_body::Frame::data(Bytes::copy_from_slice(&bytes[..10_000]))),
        Err(std::io::Error::other("cut")),
    ];
    let cut = Body::new(StreamBody::new(futures_stream(frames)));
    assert_eq!(patch(&bench, &url, 0, cut).status, 400);
    assert_eq!(head(&bench, &url).header("upload-offset"), "10000", "what arrived is kept");

    bench.restart();
    let standing = head(&bench, &url);
    assert_eq!((standing.status, standing.header("upload-offset")), (200, "10000"), "also over a restart");
    assert_eq!(standing.header("upload-length"), bytes.len().to_string());

    // A phone that lost the URL begins again and goes on at the same place, under a new URL.
    let answer = begin(&bench, &mut phone_after_restart(&mut phone), evidence, &bytes);
    assert_eq!((answer.status, answer.header("upload-offset")), (201, "10000"));
    let fresh = answer.header("location").to_owned();
    assert_eq!(head(&bench, &url).status, 404, "the old URL is over");

    let wrong = patch(&bench, &fresh, 0, Body::from(bytes.clone()));
    assert_eq!((wrong.status, wrong.header("upload-offset")), (409, "10000"));
    assert!(!held(&bench, &mut phone, &bytes));
    let rest = patch(&bench, &fresh, 10_000, Body::from(bytes[10_000..].to_vec()));
    assert_eq!((rest.status, rest.header("upload-offset")), (204, bytes.len().to_string().as_str()));
    assert!(held(&bench, &mut phone, &bytes));
    assert_eq!(bench.county.picture(&sha256(&bytes)).unwrap().unwrap(), bytes);
    let path = format!("/sync/v1/photos/{}", hex(&sha256(&bytes)));
    let request = phone.request("GET", &path, Vec::new());
    assert_eq!(bench.call(request).body, bytes);
    let again = begin(&bench, &mut phone, evidence, &bytes);
    let already: Receipts = again.message();
    assert_eq!(already.held.len(), 1, "what is held is not sent again");
}

/// After a restart counters below the reserved mark count as used.
fn phone_after_restart(phone: &mut Phone) -> Phone {
    phone.nonce += 2_000;
    let at_county = phone.clone();
    phone.nonce += 10;
    at_county
}

fn futures_stream<T: Send + 'static, const N: usize>(items: [T; N]) -> impl futures_core::Stream<Item = T> {
    struct Items<T>(std::vec::IntoIter<T>);
    impl<T> Unpin for Items<T> {}
    impl<T> futures_core::Stream for Items<T> {
        type Item = T;
        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<T>> {
            std::task::Poll::Ready(self.0.next())
        }
    }
    Items(Vec::from(items).into_iter())
}

#[test]
fn bytes_that_are_not_the_announced_picture_are_not_held() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let bytes = picture(2);
    let evidence = evidence(&bench, bench.areas.grid, &bytes);
    let mut changed = bytes.clone();
    changed[5_000] ^= 1;
    let url = begin(&bench, &mut phone, evidence, &bytes).header("location").to_owned();
    let answer = patch(&bench, &url, 0, Body::from(changed));
    assert_eq!((answer.status, answer.code().as_deref()), (460, Some("hash_mismatch")));
    assert!(!held(&bench, &mut phone, &bytes));
    let url = begin(&bench, &mut phone, evidence, &bytes);
    assert_eq!(url.header("upload-offset"), "0", "from the beginning");
    let url = url.header("location").to_owned();
    assert_eq!(patch(&bench, &url, 0, Body::from(bytes.clone())).status, 204);
    assert!(held(&bench, &mut phone, &bytes));
}

#[test]
fn a_file_that_is_no_clean_picture_is_refused_with_the_reason() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let mut trailing = picture(3);
    trailing.extend_from_slice(b"PK\x03\x04 an archive behind the picture");
    for (bytes, code) in
        [(b"<html>not a picture</html>".to_vec(), "not_an_image"), (trailing, "trailing_data")]
    {
        let evidence = evidence(&bench, bench.areas.grid, &bytes);
        let url = begin(&bench, &mut phone, evidence, &bytes).header("location").to_owned();
        let answer = patch(&bench, &url, 0, Body::from(bytes.clone()));
        assert_eq!((answer.status, answer.code().as_deref()), (422, Some(code)));
        assert!(!held(&bench, &mut phone, &bytes));
        assert_eq!(head(&bench, &url).status, 404);
    }
}

#[test]
fn an_upload_url_dies_with_its_phone_and_after_a_day() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let bytes = picture(4);
    let evidence = evidence(&bench, bench.areas.grid, &bytes);
    let url = begin(&bench, &mut phone, evidence, &bytes).header("location").to_owned();
    assert_eq!(patch(&bench, &url, 0, Body::from(bytes[..100].to_vec())).status, 204);
    bench.clock.advance(24 * 3_600_000);
    assert_eq!(head(&bench, &url).status, 404, "a day later");
    bench.clock.advance(1);
    assert_eq!(bench.county.sweep_uploads().unwrap(), 1);
    let url = begin(&bench, &mut phone, evidence, &bytes).header("location").to_owned();
    bench.county.revoke_device(phone.id).unwrap();
    assert_eq!(head(&bench, &url).status, 404, "revoked");
    assert_eq!(patch(&bench, &url, 0, Body::from(bytes)).status, 404);
}

#[test]
fn hostile_uploads_get_a_refusal_and_nothing_else() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let bytes = picture(5);
    let evidence = evidence(&bench, bench.areas.grid, &bytes);
    let begin_with = |phone: &mut Phone, length, which, hash: Vec<u8>| {
        let begin = BeginUpload { evidence: evidence.0.as_bytes().to_vec(), which, length, sha256: hash };
        phone.post(&bench, "/sync/v1/uploads", messages::encode(&begin)).status
    };
    assert_eq!(begin_with(&mut phone, u64::MAX, 1, sha256(&bytes).to_vec()), 413);
    assert_eq!(begin_with(&mut phone, 0, 1, sha256(&bytes).to_vec()), 400);
    assert_eq!(begin_with(&mut phone, 9, 1, vec![1; 31]), 400);
    assert_eq!(
        begin_with(&mut phone, 9, 2, sha256(&bytes).to_vec()),
        404,
        "the evidence calls it the full picture"
    );
    assert_eq!(begin_with(&mut phone, 9, 1, vec![7; 32]), 404, "no evidence speaks of it");
    let url = begin(&bench, &mut phone, evidence, &bytes).header("location").to_owned();
    let mut long = bytes.clone();
    long.push(0);
    assert_eq!(patch(&bench, &url, 0, Body::from(long)).status, 413);
    assert_eq!(head(&bench, "/uploads/0000").status, 404);
    let old = bench.call(Request::head(&url).body(Body::empty()).unwrap());
    assert_eq!((old.status, old.header("tus-version")), (412, "1.0.0"));
    let kind = Request::patch(&url).header("tus-resumable", "1.0.0").header("upload-offset", 0);
    assert_eq!(bench.call(kind.body(Body::empty()).unwrap()).status, 415);
    let options = bench.call(Request::options("/uploads/x").body(Body::empty()).unwrap());
    assert_eq!((options.status, options.header("tus-version")), (204, "1.0.0"));
}

#[test]
fn pieces_and_pictures_lie_encrypted() {
    use object_store::{ObjectStore as _, ObjectStoreExt as _};
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let bytes = picture(6);
    let evidence = evidence(&bench, bench.areas.grid, &bytes);
    let url = begin(&bench, &mut phone, evidence, &bytes).header("location").to_owned();
    let look = |label: &str| {
        let listed = futures_executor::block_on_stream(bench.blobs.list(None));
        let names: Vec<_> = listed.map(|found| found.unwrap().location).collect();
        assert!(!names.is_empty(), "{label}");
        for name in &names {
            let raw =
                futures_executor::block_on(async { bench.blobs.get(name).await?.bytes().await }).unwrap();
            assert!(!raw.windows(4).any(|window| window == b"JFIF"), "{label}: {name}");
        }
        names.len()
    };
    patch(&bench, &url, 0, Body::from(bytes[..50_000].to_vec()));
    assert_eq!(look("a piece"), 1);
    patch(&bench, &url, 50_000, Body::from(bytes[50_000..].to_vec()));
    assert_eq!(look("a picture, its pieces gone"), 1);
}
