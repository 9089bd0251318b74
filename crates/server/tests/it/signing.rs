//! Whatever byte of a signed request changes, the answer is 401 and nothing has happened.

use crate::bench::Bench;
use axum::body::Body;
use axum::http::{HeaderValue, Request, Uri};
use xunge_domain::records::RecordKind;
use xunge_domain::value::Value;
use xunge_sync::messages::{self, Pushed};

#[test]
fn every_changed_byte_of_a_push_is_noticed() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    phone.write(RecordKind::Household, bench.id(), bench.areas.grid, [(1, Value::from("搬来不久"))]);
    let body = messages::encode(&phone.push_message().0);
    let (parts, _) = phone.request("POST", "/sync/v1/push", body.clone()).into_parts();
    let refused = |request: Request<Body>, what: &str| {
        let answer = bench.call(request);
        assert_eq!(answer.status, 401, "{what}: {:?}", answer.code());
    };
    for at in 0..body.len() {
        let mut changed = body.clone();
        changed[at] ^= 1 << (at % 8);
        refused(Request::from_parts(parts.clone(), Body::from(changed)), "a byte of the body");
    }
    refused(
        Request::from_parts(parts.clone(), Body::from(body[..body.len() - 1].to_vec())),
        "a body cut short",
    );
    for name in ["content-digest", "signature-input", "signature"] {
        let value = parts.headers[name].as_bytes().to_vec();
        for at in 0..value.len() {
            let mut changed = value.clone();
            // Stays within what a header may hold.
            changed[at] = if changed[at] == b'x' { b'y' } else { b'x' };
            let mut parts = parts.clone();
            parts.headers.insert(name, HeaderValue::from_bytes(&changed).unwrap());
            refused(Request::from_parts(parts, Body::from(body.clone())), name);
        }
    }
    let mut elsewhere = parts.clone();
    elsewhere.uri = Uri::from_static("/sync/v1/pull");
    refused(Request::from_parts(elsewhere, Body::from(body.clone())), "another path");
    let mut queried = parts.clone();
    queried.uri = Uri::from_static("/sync/v1/push?all=1");
    refused(Request::from_parts(queried, Body::from(body.clone())), "a query");

    assert_eq!(bench.device(phone.no).chain.counter, 0, "nothing has happened");
    let pushed: Pushed = bench.call(Request::from_parts(parts, Body::from(body))).message();
    assert_eq!(pushed.highest, 1, "and the true request still counts");
}

#[test]
fn a_body_beyond_the_limit_is_refused_before_it_is_read() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let answer = phone.post(&bench, "/sync/v1/push", vec![0; 4 * 1024 * 1024 + 1]);
    assert_eq!((answer.status, answer.code().as_deref()), (413, Some("too_large")));
    let answer = phone.post(&bench, "/sync/v1/hello", vec![0; 64 * 1024 + 1]);
    assert_eq!((answer.status, answer.code().as_deref()), (413, Some("too_large")));
}

#[test]
fn a_signed_body_that_is_no_message_is_a_bad_request() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    for path in ["hello", "push", "pull", "snapshot", "receipts", "uploads"] {
        for body in [Vec::new(), b"<html>".to_vec(), vec![0xFF; 300], vec![0xA0]] {
            let answer = phone.post(&bench, &format!("/sync/v1/{path}"), body);
            assert!(
                (400..500).contains(&answer.status) || path == "snapshot" || path == "receipts",
                "{path}"
            );
            assert!(answer.status < 500, "{path} {}", answer.status);
        }
    }
}

#[test]
fn after_a_restart_a_replay_is_still_refused() {
    let mut bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let hello = messages::Hello {
        protocol: 1,
        epoch: phone.epoch.clone(),
        counter: 0,
        cursor: 0,
        mark: None,
        opened: None,
    };
    let body = messages::encode(&hello);
    let (parts, _) = phone.request("POST", "/sync/v1/hello", body.clone()).into_parts();
    let again = || Request::from_parts(parts.clone(), Body::from(body.clone()));
    assert_eq!(bench.call(again()).status, 200);
    bench.restart();
    let answer = bench.call(again());
    assert_eq!((answer.status, answer.code().as_deref()), (401, Some("nonce_stale")));
    let refusal: messages::Refusal = messages::decode(&answer.body).unwrap();
    phone.nonce = refusal.next.unwrap() - 1;
    assert_eq!(
        phone.post(&bench, "/sync/v1/hello", body.clone()).status,
        200,
        "the phone goes on with what it was told"
    );
}
