//! Knowing a picture's hash is not having the picture: who never gave the bytes is told nothing and shown nothing, however
//! many records of theirs name the hash; two workers who both have the same bytes are both served.

use crate::authorisation::{hex, sha256};
use crate::bench::{Answer, Bench};
use crate::desk::{Desk, Session, body};
use crate::phone::Phone;
use crate::pictures::{begin, head, held, patch, picture};
use axum::body::Body;
use object_store::ObjectStore as _;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::value::Value;
use xunge_sync::messages::{self, BeginUpload, Receipts};

/// A phone's own evidence, with these hashes as full picture and thumbnail.
fn names(
    bench: &Bench,
    phone: &mut Phone,
    area: RecordId,
    full: [u8; 32],
    thumbnail: [u8; 32],
) -> (RecordId, RecordId) {
    let (incident, evidence) = (bench.id(), bench.id());
    phone.write(RecordKind::Incident, incident, area, [(2, Value::from("门口堆物"))]);
    phone.write(
        RecordKind::PhotoEvidence,
        evidence,
        area,
        [
            (1, Value::reference(incident)),
            (3, Value::Bytes(full.to_vec())),
            (4, Value::Bytes(thumbnail.to_vec())),
        ],
    );
    for outcome in phone.push(bench) {
        assert_eq!(outcome.reason, None, "the evidence itself is in order");
    }
    (incident, evidence)
}

fn begin_as(bench: &Bench, phone: &mut Phone, evidence: RecordId, which: u8, hash: [u8; 32]) -> Answer {
    let begin = BeginUpload {
        evidence: evidence.0.as_bytes().to_vec(),
        which,
        length: 40_000,
        sha256: hash.to_vec(),
    };
    phone.post(bench, "/sync/v1/uploads", messages::encode(&begin))
}

fn fetch(bench: &Bench, phone: &mut Phone, hash: [u8; 32]) -> Answer {
    let request = phone.request("GET", &format!("/sync/v1/photos/{}", hex(&hash)), Vec::new());
    bench.call(request)
}

fn give(bench: &Bench, phone: &mut Phone, evidence: RecordId, bytes: &[u8]) {
    let answer = begin(bench, phone, evidence, bytes);
    assert_eq!((answer.status, answer.header("upload-offset")), (201, "0"), "{:?}", answer.code());
    let url = answer.header("location").to_owned();
    assert_eq!(patch(bench, &url, 0, Body::from(bytes.to_vec())).status, 204);
}

fn see(desk: &Desk, session: &Session, hash: [u8; 32], query: &str) -> Answer {
    desk.get(session, &format!("photos/{}{query}", hex(&hash)))
}

fn pictures_stored(bench: &Bench) -> usize {
    let listed = futures_executor::block_on_stream(bench.blobs.list(None));
    listed.filter(|found| found.as_ref().unwrap().location.as_ref().starts_with("photos/")).count()
}

#[test]
fn a_worker_who_knows_the_hash_of_a_strangers_picture_learns_nothing_by_naming_it() {
    let desk = Desk::new();
    let bench = &desk.bench;
    let mut owner = bench.phone("周慧", bench.areas.foreign);
    let mut thief = bench.phone("吴磊", bench.areas.grid);
    let secret = picture(1);
    let known = sha256(&secret);
    let (_, evidence) = names(bench, &mut owner, bench.areas.foreign, known, [1; 32]);
    give(bench, &mut owner, evidence, &secret);
    assert!(held(bench, &mut owner, &secret));

    // Named as a picture and as a thumbnail, beside a hash that nobody has at all.
    let unknown = [9; 32];
    let (incident, as_full) = names(bench, &mut thief, bench.areas.grid, known, unknown);
    let own = picture(2);
    let (_, as_thumbnail) = names(bench, &mut thief, bench.areas.grid, sha256(&own), known);
    give(bench, &mut thief, as_thumbnail, &own);
    assert!(!held(bench, &mut thief, &secret), "not held: send it");
    assert_eq!(fetch(bench, &mut thief, known).status, 404);
    assert_eq!(fetch(bench, &mut thief, unknown).status, 404);

    // Beginning an upload answers as for bytes that never came.
    let mut begun = Vec::new();
    for (evidence, which, hash) in [(as_full, 1, known), (as_thumbnail, 2, known), (as_full, 2, unknown)] {
        let answer = begin_as(bench, &mut thief, evidence, which, hash);
        let names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
        begun.push((answer.status, answer.header("upload-offset").to_owned(), names, answer.body.clone()));
        let standing = head(bench, answer.header("location"));
        assert_eq!((standing.status, standing.header("upload-offset")), (200, "0"));
    }
    assert_eq!(begun[0].0, 201);
    assert!(begun.iter().all(|answer| *answer == begun[0]), "{begun:?}");
    let url = begin_as(bench, &mut thief, as_full, 1, known).header("location").to_owned();
    let guess = patch(bench, &url, 0, Body::from(vec![0; 40_000]));
    assert_eq!((guess.status, guess.code().as_deref()), (460, Some("hash_mismatch")));
    assert!(!held(bench, &mut thief, &secret));
    assert_eq!(fetch(bench, &mut thief, known).status, 404);

    // Nor does it help to have somebody at the desk look.
    let thiefs = desk.account("own", "town", bench.areas.community);
    let owners = desk.account("foreign", "town", bench.areas.foreign);
    assert_eq!(see(&desk, &thiefs, known, "").status, 404);
    let small = see(&desk, &thiefs, sha256(&own), "?thumbnail=1");
    assert_eq!(
        (small.status, small.body == own),
        (200, true),
        "the own picture, never the one named beside it"
    );
    let case = desk.read(&thiefs, &format!("incidents/{incident}"));
    assert_eq!(case["photos"][0]["complete"], false, "{}", case["photos"]);
    assert_eq!(case["photos"][0]["received_bytes"], 0);
    assert_eq!(see(&desk, &owners, known, "").body, secret, "its own desk sees it all the while");
    assert_eq!(see(&desk, &owners, sha256(&own), "").status, 404);
}

#[test]
fn an_upload_under_way_elsewhere_shows_nowhere_else() {
    let desk = Desk::new();
    let bench = &desk.bench;
    let mut owner = bench.phone("周慧", bench.areas.foreign);
    let mut thief = bench.phone("吴磊", bench.areas.grid);
    let secret = picture(3);
    let (_, evidence) = names(bench, &mut owner, bench.areas.foreign, sha256(&secret), [1; 32]);
    let url = begin(bench, &mut owner, evidence, &secret).header("location").to_owned();
    assert_eq!(patch(bench, &url, 0, Body::from(secret[..9_000].to_vec())).status, 204);
    let (incident, own) = names(bench, &mut thief, bench.areas.grid, sha256(&secret), [2; 32]);
    assert_eq!(begin(bench, &mut thief, own, &secret).header("upload-offset"), "0");
    let session = desk.account("own", "town", bench.areas.community);
    let case = desk.read(&session, &format!("incidents/{incident}"));
    assert_eq!(case["photos"][0]["received_bytes"], 0, "{}", case["photos"]);
}

#[test]
fn two_workers_with_the_same_picture_both_send_it_and_it_is_kept_once() {
    let desk = Desk::new();
    let bench = &desk.bench;
    let mut first = bench.phone("周慧", bench.areas.foreign);
    let mut second = bench.phone("吴磊", bench.areas.grid);
    let bytes = picture(4);
    let (_, evidence) = names(bench, &mut first, bench.areas.foreign, sha256(&bytes), [1; 32]);
    give(bench, &mut first, evidence, &bytes);
    let (incident, evidence) = names(bench, &mut second, bench.areas.grid, sha256(&bytes), [1; 32]);
    assert!(!held(bench, &mut second, &bytes));
    give(bench, &mut second, evidence, &bytes);
    assert!(held(bench, &mut first, &bytes) && held(bench, &mut second, &bytes));
    assert_eq!(fetch(bench, &mut first, sha256(&bytes)).body, bytes);
    assert_eq!(fetch(bench, &mut second, sha256(&bytes)).body, bytes);
    assert_eq!(pictures_stored(bench), 1);
    let session = desk.account("own", "town", bench.areas.community);
    assert_eq!(see(&desk, &session, sha256(&bytes), "").body, bytes);
    let case = desk.read(&session, &format!("incidents/{incident}"));
    assert_eq!(case["photos"][0]["complete"], true, "{}", case["photos"]);
    let beside = desk.account("beside", "town", bench.areas.sibling);
    assert_eq!(see(&desk, &beside, sha256(&bytes), "").status, 404, "in neither area");
    assert!(body(&see(&desk, &beside, sha256(&bytes), ""))["code"].is_string());
}

#[test]
fn a_phone_that_gave_a_picture_once_need_not_give_it_again_for_another_record() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let bytes = picture(5);
    let (_, first) = names(&bench, &mut phone, bench.areas.grid, sha256(&bytes), [1; 32]);
    give(&bench, &mut phone, first, &bytes);
    let (_, second) = names(&bench, &mut phone, bench.areas.grid, sha256(&bytes), [1; 32]);
    let answer = begin(&bench, &mut phone, second, &bytes);
    let already: Receipts = answer.message();
    assert_eq!(already.held.len(), 1);
    assert_eq!(bench.county.evidence_of(&sha256(&bytes)).unwrap().len(), 2);
    // Another worker of the same grid sees the picture, as they see the record; for their own record they send it.
    let mut colleague = bench.phone("吴磊", bench.areas.grid);
    assert_eq!(fetch(&bench, &mut colleague, sha256(&bytes)).body, bytes);
    let (_, third) = names(&bench, &mut colleague, bench.areas.grid, sha256(&bytes), [1; 32]);
    give(&bench, &mut colleague, third, &bytes);
}
