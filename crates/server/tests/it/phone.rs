//! A phone as the county sees one: a key, a log, request counters.

use crate::bench::{Answer, Bench};
use axum::body::Body;
use axum::http::Request;
use ed25519_dalek::{Signer as _, SigningKey};
use std::collections::BTreeMap;
use uuid::Uuid;
use xunge_domain::ids::{DeviceNo, OpId, RecordId};
use xunge_domain::operation::{Chain, Header, HeaderEvidence, Operation, Payload, Verb};
use xunge_domain::records::{FieldKey, RecordKind};
use xunge_domain::value::Value;
use xunge_sync::auth::http_signature::{RequestParts, sign};
use xunge_sync::batch::{self, BlockKey, Salts};
use xunge_sync::messages::{self, Enrolled, Outcome, Pull, Pulled, Push, Pushed, SnapshotBody, SnapshotPage};

#[derive(Clone)]
pub struct Phone {
    pub key: SigningKey,
    pub id: Uuid,
    pub no: DeviceNo,
    pub worker: RecordId,
    pub nonce: u64,
    /// End of its log.
    pub chain: Chain,
    pub epoch: Vec<u8>,
    pub unsent: Vec<Operation>,
}

impl Phone {
    pub fn new(key: SigningKey, enrolled: &Enrolled) -> Self {
        Self {
            key,
            id: Uuid::from_slice(&enrolled.device).unwrap(),
            no: DeviceNo(enrolled.device_no),
            worker: RecordId(Uuid::from_slice(&enrolled.worker).unwrap()),
            nonce: 0,
            chain: Chain::default(),
            epoch: enrolled.epoch.clone(),
            unsent: Vec::new(),
        }
    }

    /// A signed request.
    pub fn request(&mut self, method: &str, path: &str, body: Vec<u8>) -> Request<Body> {
        self.nonce += 1;
        let parts = RequestParts { method, path, query: None, body: &body };
        let signed = sign(&self.key, &parts, self.id, self.nonce).unwrap();
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in signed.pairs() {
            request = request.header(name, value);
        }
        request.body(Body::from(body)).unwrap()
    }

    pub fn post(&mut self, bench: &Bench, path: &str, body: Vec<u8>) -> Answer {
        let request = self.request("POST", path, body);
        bench.call(request)
    }

    /// Writes an operation into the log, unsent.
    pub fn write<const N: usize>(
        &mut self,
        kind: RecordKind,
        record: RecordId,
        area: RecordId,
        values: [(u16, Value); N],
    ) -> OpId {
        let payload =
            values.into_iter().fold(Payload::default(), |p, (key, value)| p.put(FieldKey(key), value));
        self.write_payload(kind, record, area, payload, 1)
    }

    pub fn write_payload(
        &mut self,
        kind: RecordKind,
        record: RecordId,
        area: RecordId,
        payload: Payload,
        height: u32,
    ) -> OpId {
        let written = self.chain.counter + self.unsent.len() as u64;
        let id = OpId { device: self.no, counter: written + 1 };
        let header = Header {
            id,
            verb: Verb::WRITE,
            kind: kind.code(),
            record,
            area,
            height,
            evidence: HeaderEvidence { wall_ms: 1_790_000_000_000, server_ms: 0, since_server_ms: 0 },
            extra: Vec::new(),
        };
        let salt = batch::derive_salt(&self.block(id.counter), id.counter);
        self.unsent.push(Operation { header, salt, payload: payload.encode() });
        id
    }

    fn block(&self, counter: u64) -> BlockKey {
        let mut key: BlockKey = [3; 32];
        key[..8].copy_from_slice(&(counter / batch::SALT_BLOCK).to_be_bytes());
        key
    }

    /// The push of everything unsent, and the log's end after it.
    pub fn push_message(&self) -> (Push, Chain) {
        let mut after = self.chain;
        let mut keys = BTreeMap::new();
        for op in &self.unsent {
            after = after.with(&op.hash());
            let counter = op.header.id.counter;
            keys.insert(counter / batch::SALT_BLOCK, self.block(counter));
        }
        let push = Push {
            epoch: self.epoch.clone(),
            first: self.chain.counter + 1,
            chain_before: self.chain.head.to_vec(),
            batch: batch::pack(&self.unsent, Salts::Blocks(&keys)).unwrap(),
            signature: self.key.sign(&after.head).to_bytes().to_vec(),
            withdrawn: None,
            erased: None,
        };
        (push, after)
    }

    /// Pushes everything unsent; the log moves on when the receipt proves that the county holds it.
    pub fn push(&mut self, bench: &Bench) -> Vec<Outcome> {
        let (push, after) = self.push_message();
        let pushed: Pushed = self.post(bench, "/sync/v1/push", messages::encode(&push)).message();
        assert_eq!((pushed.highest, pushed.chain.as_slice()), (after.counter, after.head.as_slice()));
        self.chain = after;
        self.unsent.clear();
        pushed.outcomes
    }

    pub fn pull(&mut self, bench: &Bench, after: u64) -> (Vec<Operation>, u64) {
        let mut ops = Vec::new();
        let mut after = after;
        loop {
            let pull = Pull { epoch: self.epoch.clone(), after, limit: 1_000, compare: None };
            let pulled: Pulled = self.post(bench, "/sync/v1/pull", messages::encode(&pull)).message();
            ops.extend(batch::unpack(&pulled.batch).unwrap());
            assert!(pulled.upto >= after);
            after = pulled.upto;
            if !pulled.more {
                return (ops, after);
            }
        }
    }

    pub fn snapshot(&mut self, bench: &Bench) -> (Vec<Operation>, u64) {
        let mut ops = Vec::new();
        let mut wanted = SnapshotPage { at: None, page: 0, differed: None };
        loop {
            let body: SnapshotBody =
                self.post(bench, "/sync/v1/snapshot", messages::encode(&wanted)).message();
            ops.extend(batch::unpack(&body.batch).unwrap());
            wanted = SnapshotPage { at: Some(body.at), page: wanted.page + 1, differed: None };
            if wanted.page >= body.pages {
                assert_eq!(ops.len() as u64, body.operations);
                return (ops, body.at);
            }
        }
    }
}
