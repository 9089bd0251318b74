//! A code lets one phone in.

use crate::bench::{Bench, redeem};
use ed25519_dalek::SigningKey;
use std::sync::Arc;
use xunge_domain::records::words::WorkerRole;
use xunge_server::commit::GroupCommit;
use xunge_server::county::{CountyError, Refused};
use xunge_sync::messages::{self, Enrolled};

#[test]
fn of_a_thousand_phones_that_redeem_one_code_at_once_one_wins() {
    let bench = Bench::new();
    let worker = bench.worker("周慧", bench.areas.grid, WorkerRole::FullTime);
    let code = bench.code(worker);
    let commit = Arc::new(GroupCommit::new(bench.county.clone()));
    let (answers, received) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        for lane in 0..8_u16 {
            let (commit, answers, county) = (commit.clone(), answers.clone(), bench.county.clone());
            let code = code.clone();
            scope.spawn(move || {
                for n in 0..125_u16 {
                    let mut seed = [0; 32];
                    seed[..2].copy_from_slice(&(lane * 125 + n).to_be_bytes());
                    let message = redeem(&code, &SigningKey::from_bytes(&seed));
                    let (answers, county) = (answers.clone(), county.clone());
                    commit.submit(
                        move |tx| county.redeem(tx, &message, &[]),
                        move |answer| answers.send((seed, answer)).unwrap(),
                    );
                    commit.step();
                }
            });
        }
    });
    while commit.step() > 0 {}
    drop(answers);
    let (mut won, mut lost) = (Vec::new(), 0);
    for (seed, answer) in received {
        match answer {
            Ok(enrolled) => won.push((seed, enrolled)),
            Err(CountyError::Refused(Refused::CodeUsed)) => lost += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((won.len(), lost), (1, 999));
    assert_eq!(bench.county.devices().unwrap().len(), 1);

    // A lost answer locks nobody out: the winner asks again and is told the same.
    let (seed, enrolled) = won.remove(0);
    let again: Enrolled = bench.redeem(&code, &SigningKey::from_bytes(&seed)).message();
    assert_eq!((again.device, again.device_no), (enrolled.device, enrolled.device_no));
}

#[test]
fn a_wrong_an_expired_and_a_used_code_are_told_apart() {
    let bench = Bench::new();
    let worker = bench.worker("周慧", bench.areas.grid, WorkerRole::FullTime);
    let key = SigningKey::from_bytes(&[1; 32]);
    let code = bench.code(worker);
    let wrong = bench.redeem("0000000Z", &key);
    assert_eq!((wrong.status, wrong.code().as_deref()), (404, Some("bad_code")));
    let beyond = bench.redeem("ZZZZZZZZ", &key);
    assert_eq!((beyond.status, beyond.code().as_deref()), (404, Some("bad_code")));
    bench.clock.advance(600_001);
    let expired = bench.redeem(&code, &key);
    assert_eq!((expired.status, expired.code().as_deref()), (410, Some("code_expired")));
    let code = bench.code(worker);
    assert_eq!(bench.redeem(&code, &key).status, 200);
    let used = bench.redeem(&code, &SigningKey::from_bytes(&[2; 32]));
    assert_eq!((used.status, used.code().as_deref()), (409, Some("code_used")));
}

#[test]
fn a_code_cannot_be_redeemed_for_a_key_one_does_not_have() {
    let bench = Bench::new();
    let worker = bench.worker("周慧", bench.areas.grid, WorkerRole::FullTime);
    let code = bench.code(worker);
    let mut message = redeem(&code, &SigningKey::from_bytes(&[1; 32]));
    message.device_key = SigningKey::from_bytes(&[2; 32]).verifying_key().as_bytes().to_vec();
    let answer = bench.post("/enrol/v1/redeem", messages::encode(&message));
    assert_eq!((answer.status, answer.code().as_deref()), (401, Some("bad_signature")));
    assert!(bench.county.devices().unwrap().is_empty());
}

#[test]
fn wrong_codes_are_tried_slowly_and_right_ones_are_not_counted() {
    let bench = Bench::new();
    let worker = bench.worker("周慧", bench.areas.grid, WorkerRole::FullTime);
    for _ in 0..20 {
        let code = bench.code(worker);
        assert_eq!(bench.redeem(&code, &SigningKey::from_bytes(&[3; 32])).status, 200);
    }
    for n in 0..10 {
        assert_eq!(bench.redeem(&format!("0000000{n}"), &SigningKey::from_bytes(&[3; 32])).status, 404);
    }
    let code = bench.code(worker);
    let answer = bench.redeem(&code, &SigningKey::from_bytes(&[4; 32]));
    assert_eq!((answer.status, answer.code().as_deref()), (429, Some("busy")));
    assert!(answer.header("retry-after").parse::<u32>().unwrap() <= 60);
    bench.clock.advance(60_000);
    assert_eq!(bench.redeem(&code, &SigningKey::from_bytes(&[4; 32])).status, 200);
}

#[test]
fn the_certificate_of_the_county_is_there_for_anybody() {
    let bench = Bench::new();
    let answer =
        bench.call(axum::http::Request::get("/enrol/v1/ca").body(axum::body::Body::empty()).unwrap());
    assert_eq!((answer.status, answer.body.as_slice()), (200, crate::bench::CA));
}
