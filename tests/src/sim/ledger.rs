//! What the worker of each phone was told is saved, written down beside the programs: the other side of every comparison.
//!
//! An operation is known by its *content*: everything it says but its number and what it replaces. A phone that comes back
//! from an older copy writes the same again under other numbers; the content stays.

use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use xunge_client::Open;
use xunge_domain::ids::DeviceNo;
use xunge_domain::operation::{Hash, Operation, Payload};
use xunge_store::{OpState, StoredOperation};

/// See the module.
pub type Content = Hash;

/// What an operation says.
pub fn content(op: &Operation) -> Content {
    let header = &op.header;
    let said = match Payload::decode(header.kind, &op.payload) {
        Ok(payload) => Payload { replaces: BTreeMap::new(), ..payload }.encode(),
        Err(_) => op.payload.clone(),
    };
    let mut hasher = Sha256::new();
    hasher.update([header.verb.0]);
    hasher.update(header.kind.0.to_be_bytes());
    hasher.update(header.record.0.as_bytes());
    hasher.update(header.area.0.as_bytes());
    hasher.update(header.evidence.wall_ms.to_be_bytes());
    hasher.update(header.evidence.server_ms.to_be_bytes());
    hasher.update(header.evidence.since_server_ms.to_be_bytes());
    hasher.update(said);
    hasher.finalize().into()
}

/// What the workers of one device number were told.
#[derive(Debug, Default)]
pub struct Saved {
    /// Must be at the county in the end, once each.
    pub required: BTreeSet<Content>,
    /// Was lost with a disk that was put back, by the fault and not by the programs. It may still turn up, in a request that
    /// was late.
    pub forgiven: BTreeSet<Content>,
    /// Was refused and taken back by the worker on some copy of the phone. A county put back to before the refusal is sent
    /// it again, because the log is dense, and keeps it as taken back.
    pub withdrawn: BTreeSet<Content>,
    /// Operations that the county acknowledged, by counter, since it was last put back itself.
    pub acknowledged: BTreeMap<u64, Hash>,
}

impl Saved {
    /// Notes what the phone's log says the worker took back.
    pub fn note_withdrawn(&mut self, log: &[Own]) {
        let withdrawn = log.iter().filter(|own| own.stored.state == OpState::Withdrawn);
        self.withdrawn.extend(withdrawn.map(|own| own.content));
    }
}

/// By device number.
pub type Ledger = BTreeMap<DeviceNo, Saved>;

/// What one phone is known to hold.
#[derive(Debug, Default, Clone)]
pub struct Held {
    /// Counter of its last operation.
    pub counter: u64,
    /// Contents in its log, with the counter of each.
    pub contents: BTreeMap<Content, u64>,
    /// Counters of which the phone says that they are at the county.
    pub received: BTreeSet<u64>,
}

/// An operation of the phone's own log.
pub struct Own {
    /// As it lies there.
    pub stored: StoredOperation,
    /// Its hash.
    pub hash: Hash,
    /// What it says.
    pub content: Content,
}

impl Own {
    /// Whether the phone says that the county holds it.
    pub fn is_received(&self) -> bool {
        matches!(
            self.stored.state,
            OpState::AtCounty | OpState::Refused | OpState::Waiting | OpState::Withdrawn
        )
    }
}

/// The phone's own log after a counter.
///
/// # Errors
/// The code of the store's error.
pub fn own_log(open: &Open, after: u64) -> Result<Vec<Own>, String> {
    let stored = open
        .change(|change| Ok(change.writer.own_between(after + 1, u64::from(u32::MAX), u32::MAX)?))
        .map_err(|error| error.code())?;
    Ok(stored
        .into_iter()
        .filter_map(|stored| {
            let op = stored.operation()?;
            Some(Own { hash: op.hash(), content: content(&op), stored })
        })
        .collect())
}

impl Held {
    /// What this log holds.
    pub fn of(log: &[Own]) -> Self {
        Self {
            counter: log.last().map_or(0, |own| own.stored.id().counter),
            contents: log.iter().map(|own| (own.content, own.stored.id().counter)).collect(),
            received: log.iter().filter(|own| own.is_received()).map(|own| own.stored.id().counter).collect(),
        }
    }
}
