//! Records up. The receipt counts only when the county's chain head is our own.

use super::call::Failed;
use crate::error::{ClientError, Result};
use crate::open::Open;
use ed25519_dalek::Signer;
use std::collections::BTreeMap;
use xunge_domain::ids::{DeviceNo, OpId};
use xunge_domain::operation::{Chain, Hash, Operation, Salt};
use xunge_store::{Fact, OpState, Reader, StoreError, StoredOperation, Writer};
use xunge_sync::batch::{BlockKey, SALT_BLOCK, Salts, pack};
use xunge_sync::messages::{
    Erased, MOST_OUTCOMES, Outcome, OutcomeKind, Outcomes, OutcomesWanted, Push, Pushed, alike,
};
use xunge_sync::plan::{Failure, Lane};

/// Most bytes of payload in a batch.
const PUSH_BYTES: usize = 1024 * 1024;
/// Most outcomes written in a transaction. Each says something true by itself, and a receipt of thousands in one transaction
/// would hold up the worker's save.
const RECEIPT_AT_ONCE: usize = 500;
/// After so many of them a save that waits has its turn.
const RECEIPT_PIECE: usize = 50;

impl Open {
    pub(super) fn push(&self, max_ops: u32) -> std::result::Result<(), Failed> {
        let Some(offer) = self.store.read(|reader| Offer::read(reader, max_ops))? else { return Ok(()) };
        let after =
            offer.ops.iter().fold(offer.before, |chain, op| chain.with(&Erased::hash_of(op, &offer.erased)));
        let (first, last) = (offer.before.counter + 1, after.counter);
        {
            let mut contact = self.contact();
            contact.offering = Some((first, last));
            // Several batches are one way: what went before counts on until all is there.
            let before = if contact.sent.0 < contact.sent.1 { contact.sent.0 } else { 0 };
            contact.sent = (before, before + offer.waiting);
        }
        let batch = pack(&offer.ops, Salts::Blocks(&offer.keys)).map_err(|_| Failed::Call {
            lane: Lane::Push,
            failure: Failure::TooLarge,
            code: "too_large".into(),
        })?;
        let push = Push {
            epoch: offer.epoch,
            first,
            chain_before: offer.before.head.to_vec(),
            batch,
            signature: self.signing.sign(&after.head).to_bytes().to_vec(),
            withdrawn: Some(offer.withdrawn).filter(|counters| !counters.is_empty()),
            erased: Some(offer.erased).filter(|erased| !erased.is_empty()),
        };
        match self.post::<_, Pushed>(Lane::Push, "/sync/v1/push", &push)? {
            Ok(pushed) => self.receive_receipt(offer.device, first, after, &pushed),
            Err(refusal) if refusal.code == "gap" || refusal.code == "wrong_epoch" => {
                // Where we stand to each other has changed: greet again, which re-offers what is missing.
                let now = self.world.clock.now();
                let mut plan = self.plan();
                plan.restart();
                plan.failed(Lane::Push, Failure::Refused, now.mono_ms, 0);
                Ok(())
            }
            Err(refusal) => Err(Failed::refused(Lane::Push, &refusal.code)),
        }
    }

    fn receive_receipt(
        &self,
        device: DeviceNo,
        first: u64,
        after: Chain,
        pushed: &Pushed,
    ) -> std::result::Result<(), Failed> {
        let whole = pushed.outcomes.len() as u64 == after.counter + 1 - first
            && pushed.outcomes.iter().zip(first..).all(|(outcome, counter)| outcome.counter == counter);
        if !whole {
            return Err(Failed::not_the_county(Lane::Push));
        }
        let expected = if pushed.highest == after.counter {
            Some(after.head)
        } else {
            self.store.read(|reader| {
                Ok::<_, ClientError>(chain_at(reader, pushed.highest)?.map(|chain| chain.head))
            })?
        };
        if expected.map(|head| head.to_vec()).as_ref() != Some(&pushed.chain) {
            // The county holds something else under our counters: a copy of this phone is about. Nothing is marked sent.
            return Err(Failed::refused(Lane::Push, "chain_mismatch"));
        }
        let mut rest = pushed.outcomes.as_slice();
        while !rest.is_empty() {
            rest = self.store.write(|writer| {
                let mut rest = rest;
                for _ in 0..RECEIPT_AT_ONCE / RECEIPT_PIECE {
                    let (piece, further) = rest.split_at(rest.len().min(RECEIPT_PIECE));
                    write_outcomes(writer, device, piece)?;
                    rest = further;
                    if writer.is_waited_for() {
                        break;
                    }
                }
                if rest.is_empty() {
                    writer.set_fact_bytes(Fact::AcknowledgedChain, &to_bytes(after))?;
                    super::feed::keep_mark(writer, pushed.mark.as_ref(), false)?;
                }
                Ok::<_, ClientError>(rest)
            })?;
        }
        self.contact().sent.0 += pushed.outcomes.len() as u64;
        self.plan().succeeded(Lane::Push);
        Ok(())
    }
}

/// Outcomes of own operations, a run of alike ones at a time.
fn write_outcomes(writer: &Writer<'_>, device: DeviceNo, outcomes: &[Outcome]) -> Result<()> {
    let mut rest = outcomes;
    while let Some(first) = rest.first() {
        let run = alike(rest);
        let seq = Some(first.seq).filter(|seq| *seq > 0);
        let id = OpId { device, counter: first.counter };
        writer.set_outcomes(id, run as u64, state_after(first), reason_of(first), seq)?;
        rest = rest.get(run..).unwrap_or_default();
    }
    Ok(())
}

impl Open {
    /// Asks what became of operations that the county kept without applying them.
    pub(super) fn ask_outcomes(&self) -> std::result::Result<(), Failed> {
        let (device, counters) = self.store.read_shortly(|reader| {
            let device = reader.own_chain()?.map_or(DeviceNo::COUNTY, |(device, _)| device);
            let most = u32::try_from(MOST_OUTCOMES).unwrap_or(u32::MAX);
            Ok::<_, ClientError>((device, reader.unsettled(most)?))
        })?;
        let answered: Outcomes = match self.post(
            Lane::Push,
            "/sync/v1/outcomes",
            &OutcomesWanted { counters: counters.clone() },
        )? {
            Ok(outcomes) => outcomes,
            // A county of an older version does not know the question: nothing is lost by not asking.
            Err(_) => Outcomes { outcomes: Vec::new() },
        };
        self.store.write(|writer| {
            for outcome in answered.outcomes.iter().filter(|outcome| counters.contains(&outcome.counter)) {
                let id = OpId { device, counter: outcome.counter };
                settle(writer, id, outcome)?;
                let Some(kept) = writer.operation(id)?.filter(|kept| kept.state == OpState::Refused) else {
                    continue;
                };
                if self.is_of_an_area_gone(writer, &kept)? {
                    writer.set_outcome(id, OpState::AtCounty, kept.reason.as_deref(), None)?;
                }
            }
            Ok::<_, ClientError>(())
        })?;
        self.plan().asked_outcomes();
        Ok(())
    }
}

/// Notes what the county did with an own operation. One that the worker took back meanwhile stays taken back.
pub(super) fn settle(writer: &Writer<'_>, id: OpId, outcome: &Outcome) -> Result<()> {
    let state = state_after(outcome);
    let Some(held) = writer.operation(id)? else { return Ok(()) };
    let reason = reason_of(outcome);
    if held.state != OpState::Withdrawn && (held.state != state || held.reason.as_deref() != reason) {
        let seq = Some(outcome.seq).filter(|seq| *seq > 0);
        writer.set_outcome(id, state, reason, seq)?;
    }
    Ok(())
}

/// Why the county keeps an operation without applying it; what was taken needs no reason.
fn reason_of(outcome: &Outcome) -> Option<&str> {
    outcome.reason.as_deref().filter(|_| state_after(outcome) != OpState::AtCounty)
}

fn state_after(outcome: &Outcome) -> OpState {
    match OutcomeKind::from_code(outcome.kind) {
        Some(OutcomeKind::Refused) => OpState::Refused,
        Some(OutcomeKind::WaitingForParent) => OpState::Waiting,
        _ => OpState::AtCounty,
    }
}

struct Offer {
    device: DeviceNo,
    epoch: Vec<u8>,
    before: Chain,
    ops: Vec<Operation>,
    keys: BTreeMap<u64, BlockKey>,
    /// Among `ops`, taken back by the worker.
    withdrawn: Vec<u64>,
    /// Among `ops`, without a payload any more.
    erased: Vec<Erased>,
    waiting: u64,
}

impl Offer {
    /// Everything after the last receipt, whatever became of it here: the county takes a log without holes or none.
    fn read(reader: &Reader<'_>, max_ops: u32) -> Result<Option<Self>> {
        let Some((device, _)) = reader.own_chain()? else { return Ok(None) };
        let before = acknowledged(reader)?;
        let first = before.counter + 1;
        let unsent = reader.own_from(first, max_ops, PUSH_BYTES)?;
        let (mut ops, mut withdrawn, mut erased) = (Vec::new(), Vec::new(), Vec::new());
        for (stored, counter) in unsent.into_iter().zip(first..) {
            if stored.header.id.counter != counter {
                return Err(StoreError::Damaged.into());
            }
            if stored.state == OpState::Withdrawn {
                withdrawn.push(counter);
            }
            ops.push(match (stored.operation(), stored.payload_hash) {
                (Some(operation), _) => operation,
                (None, Some(hash)) => {
                    erased.push(Erased { counter, payload_hash: hash.to_vec() });
                    Operation { header: stored.header, salt: Salt::default(), payload: Vec::new() }
                }
                (None, None) => return Err(StoreError::Damaged.into()),
            });
        }
        if ops.is_empty() {
            return Ok(None);
        }
        let mut keys = BTreeMap::new();
        for block in first / SALT_BLOCK..=(first + ops.len() as u64) / SALT_BLOCK {
            if let Some(key) = reader.salt_block(block)? {
                keys.insert(block, key);
            }
        }
        let counts = reader.op_counts()?;
        Ok(Some(Self {
            device,
            epoch: reader.fact_bytes(Fact::Epoch)?.unwrap_or_default(),
            before,
            ops,
            keys,
            withdrawn,
            erased,
            waiting: counts.on_phone + counts.offered,
        }))
    }
}

/// The own chain at the last receipt.
pub(super) fn acknowledged(reader: &Reader<'_>) -> Result<Chain> {
    let held = reader.fact_bytes(Fact::AcknowledgedChain)?;
    Ok(held.as_deref().and_then(from_bytes).unwrap_or_default())
}

/// Own operations that the county does not hold, as far as this phone knows.
pub(super) fn unacknowledged(reader: &Reader<'_>) -> Result<u64> {
    let written = reader.own_chain()?.map_or(0, |(_, chain)| chain.counter);
    Ok(written.saturating_sub(acknowledged(reader)?.counter))
}

/// The own chain at `counter`: from the last receipt where it is that one, else reckoned from the start.
pub(super) fn chain_at(reader: &Reader<'_>, counter: u64) -> Result<Option<Chain>> {
    let mut chain = Chain::default();
    if let Some(held) = reader.fact_bytes(Fact::AcknowledgedChain)?.as_deref().and_then(from_bytes)
        && held.counter <= counter
    {
        chain = held;
    }
    while chain.counter < counter {
        let some = reader.own_between(chain.counter + 1, counter, 1_000)?;
        if some.is_empty() {
            return Ok(None);
        }
        for stored in &some {
            chain = chain.with(&hash_of(stored));
        }
    }
    Ok(Some(chain))
}

pub(super) fn hash_of(stored: &StoredOperation) -> Hash {
    match (stored.operation(), stored.payload_hash) {
        (Some(operation), _) => operation.hash(),
        (None, Some(hash)) => stored.header.hash(&hash),
        (None, None) => [0; 32],
    }
}

pub(super) fn to_bytes(chain: Chain) -> Vec<u8> {
    [chain.counter.to_be_bytes().as_slice(), &chain.head].concat()
}

pub(super) fn from_bytes(bytes: &[u8]) -> Option<Chain> {
    let (counter, head) = bytes.split_at_checked(8)?;
    Some(Chain { counter: u64::from_be_bytes(counter.try_into().ok()?), head: head.try_into().ok()? })
}
