//! Operations from a phone. Everything that needs no database is done before ([`County::prepare_push`]), the rest inside
//! the group's transaction ([`County::push`]); the answer is a receipt and may leave only after the commit.
//!
//! A phone's log is dense and chained. What comes again with the same hash is answered as before; the same id with
//! another hash means that two phones write under one number: nothing of it is applied, it is kept as evidence, and the
//! number may not push any more until the desk has looked.

use super::caller::Caller;
use super::error::{CountyError, Refused, Result};
use super::held::MASS_DELETE;
use super::{County, WriteTx};
use crate::storage::{DeviceState, Fed};
use ed25519_dalek::{Signature, VerifyingKey};
use std::collections::BTreeMap;
use xunge_domain::ids::{DeviceNo, OpId};
use xunge_domain::operation::{Chain, Hash, Operation, Verb};
use xunge_sync::batch::{self, BatchError, Salts};
use xunge_sync::messages::{
    Erased, MOST_OUTCOMES, Outcome, OutcomeKind, Outcomes, OutcomesWanted, OwnBody, OwnWanted, Push, Pushed,
};

/// A push whose shape and signature hold.
#[derive(Debug, Clone)]
pub struct PreparedPush {
    caller: Caller,
    first: u64,
    before: Hash,
    /// Dense, from `first` on.
    ops: Vec<Sent>,
    /// As received: kept when it turns out to be evidence.
    batch: Vec<u8>,
}

impl PreparedPush {
    /// Who pushes.
    pub const fn device(&self) -> DeviceNo {
        self.caller.device.no
    }
}

/// An operation as it was sent.
#[derive(Debug, Clone)]
struct Sent {
    op: Operation,
    hash: Hash,
    /// The chain after it.
    after: Chain,
    kept: Kept,
}

/// How an operation is to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// To be judged and applied.
    AsWritten,
    /// The worker took it back: part of the log, and nothing more.
    Withdrawn,
    /// Its payload was erased by law; its salted hash.
    Erased(Hash),
}

/// What a push came to. A quarantine and a gap are refusals that must be committed, for the desk to see; hence no errors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushAnswer {
    /// The receipt.
    Receipt(Pushed),
    /// The number was put into quarantine, or lies there.
    Quarantined,
    /// Operations are missing before these.
    Gap {
        /// The counter expected next.
        next: u64,
    },
}

impl PushAnswer {
    /// The receipt, or the refusal.
    ///
    /// # Errors
    /// [`Refused::Quarantined`], [`Refused::Gap`].
    pub fn receipt(self) -> Result<Pushed> {
        match self {
            Self::Receipt(pushed) => Ok(pushed),
            Self::Quarantined => Err(Refused::Quarantined.into()),
            Self::Gap { next } => Err(Refused::Gap { next }.into()),
        }
    }
}

impl County {
    /// Checks everything about a push that needs no database.
    ///
    /// # Errors
    /// [`Refused::BadRequest`], [`Refused::TooLarge`], [`Refused::BadSignature`], [`Refused::WrongEpoch`].
    pub fn prepare_push(&self, caller: Caller, push: Push) -> Result<PreparedPush> {
        if push.epoch != self.epoch() {
            return Err(Refused::WrongEpoch { epoch: self.epoch() }.into());
        }
        let before: Hash =
            push.chain_before.as_slice().try_into().map_err(|_| Refused::BadRequest("chain"))?;
        let signature =
            Signature::from_slice(&push.signature).map_err(|_| Refused::BadRequest("signature"))?;
        let unpacked = batch::unpack(&push.batch).map_err(|error| match error {
            BatchError::TooLarge => Refused::TooLarge,
            BatchError::Damaged(_) => Refused::BadRequest("batch"),
        })?;
        if unpacked.is_empty() || push.first == 0 {
            return Err(Refused::BadRequest("empty").into());
        }
        let (withdrawn, erased) = (push.withdrawn.unwrap_or_default(), push.erased.unwrap_or_default());
        let mut chain = Chain { counter: push.first - 1, head: before };
        let mut ops = Vec::with_capacity(unpacked.len());
        for op in unpacked {
            let expected = OpId { device: caller.device.no, counter: chain.counter + 1 };
            if op.id() != expected {
                return Err(Refused::BadRequest("counters").into());
            }
            let hash = Erased::hash_of(&op, &erased);
            chain = chain.with(&hash);
            let kept = kept(&op, &withdrawn, &erased)?;
            ops.push(Sent { op, hash, after: chain, kept });
        }
        let key = VerifyingKey::from_bytes(&caller.device.key).map_err(|_| Refused::BadSignature)?;
        key.verify_strict(&chain.head, &signature).map_err(|_| Refused::BadSignature)?;
        Ok(PreparedPush { caller, first: push.first, before, ops, batch: push.batch })
    }

    /// Takes a prepared push inside a transaction. The answer counts once that is committed.
    ///
    /// # Errors
    /// [`Refused::Revoked`], or of the storage: nothing of the push is there then.
    pub fn push(&self, tx: &WriteTx<'_>, push: PreparedPush) -> Result<PushAnswer> {
        let now_ms = self.now_ms();
        let rows = tx.rows();
        let device = rows.device_no(push.caller.device.no)?.ok_or(Refused::BadSignature)?;
        // Asked again inside the transaction: revocation may have overtaken this request.
        if device.state == DeviceState::Quarantined {
            return Ok(PushAnswer::Quarantined);
        }
        let by = self.caller(rows, device, tx.tree())?;
        let held = by.device.chain;
        if push.first > held.counter + 1 {
            // The desk sees it while it lasts; the phone greets and offers what is missing.
            rows.put_trouble(by.device.no, "gap", now_ms)?;
            return Ok(PushAnswer::Gap { next: held.counter + 1 });
        }
        if let Some(Differs { counter, hash, trouble }) = differs(tx, &push, &held)? {
            rows.quarantine(by.device.no, counter, &hash, &push.batch, now_ms)?;
            rows.put_device_state(by.device.no, DeviceState::Quarantined)?;
            rows.put_trouble(by.device.no, trouble, now_ms)?;
            return Ok(PushAnswer::Quarantined);
        }
        let new = push.ops.iter().filter(|sent| sent.op.header.id.counter > held.counter);
        let new = new.filter(|sent| sent.kept == Kept::AsWritten).map(|sent| &sent.op);
        let hold_deletes = self.too_many_deletes(tx, &by, new, now_ms)?;
        let mut outcomes: Vec<Outcome> = Vec::with_capacity(push.ops.len());
        let mut chain = held;
        for Sent { op, hash, after, kept } in &push.ops {
            if op.header.id.counter <= held.counter {
                // Known: answered as before. Kept apart from the new ones because it may have been released meanwhile.
                let stored =
                    rows.stored(op.id())?.ok_or(crate::storage::StorageError::Damaged("log of a device"))?;
                outcomes.push(stored.outcome);
                continue;
            }
            let counter = op.header.id.counter;
            let kept = match kept {
                // What was said about a record that is erased by law is not kept, however late it comes.
                Kept::AsWritten | Kept::Withdrawn
                    if tx.record_head(op.header.record)?.is_some_and(|head| head.erased) =>
                {
                    Kept::Erased(op.payload_hash())
                }
                kept => *kept,
            };
            let held_back = kept == Kept::AsWritten && hold_deletes && op.header.verb == Verb::DELETE;
            let (outcome, applied) = match kept {
                Kept::Erased(_) => (log_only(counter, OutcomeKind::Accepted, "erased"), None),
                Kept::Withdrawn => (log_only(counter, OutcomeKind::Refused, "withdrawn"), None),
                Kept::AsWritten if held_back => {
                    (log_only(counter, OutcomeKind::WaitingForParent, MASS_DELETE), None)
                }
                Kept::AsWritten => self.take(tx, &by, op, now_ms)?,
            };
            let erased = if let Kept::Erased(hash) = &kept { Some(hash) } else { None };
            rows.add_operation(op, hash, &outcome, now_ms, erased)?;
            if held_back {
                rows.hold(op.id(), now_ms)?;
            }
            if let Some(applied) = applied {
                tx.count(op, true);
                self.settle(tx, applied, now_ms)?;
            }
            chain = *after;
            outcomes.push(outcome);
        }
        rows.put_chain(by.device.no, &chain)?;
        if by.device.trouble == "gap" {
            rows.put_trouble(by.device.no, "", now_ms)?;
        }
        rows.touch_device(by.device.no, now_ms, None, clock_off(&push))?;
        Ok(PushAnswer::Receipt(Pushed {
            epoch: self.epoch().to_vec(),
            server_ms: now_ms,
            highest: chain.counter,
            chain: chain.head.to_vec(),
            outcomes,
            mark: self.mark_of_head(tx)?,
        }))
    }

    /// Prepares and takes a push in a transaction of its own. Where many phones push, use [`crate::commit::GroupCommit`].
    ///
    /// # Errors
    /// As [`County::prepare_push`] and [`County::push`], and [`Refused::Quarantined`].
    pub fn push_alone(&self, caller: Caller, push: Push) -> Result<Pushed> {
        let prepared = self.prepare_push(caller, push)?;
        self.write(|tx| self.push(tx, prepared))?.receipt()
    }
}

impl County {
    /// How operations of the calling phone stand now; those the county does not hold are left out.
    ///
    /// # Errors
    /// [`Refused::TooLarge`]; [`CountyError`] of the storage.
    pub fn outcomes(&self, caller: &Caller, wanted: &OutcomesWanted) -> Result<Outcomes> {
        if wanted.counters.len() > MOST_OUTCOMES {
            return Err(Refused::TooLarge.into());
        }
        let device = caller.device.no;
        self.read(|rows| {
            let mut outcomes = Vec::with_capacity(wanted.counters.len());
            for counter in &wanted.counters {
                let stored = rows.stored(OpId { device, counter: *counter })?;
                outcomes.extend(stored.map(|stored| stored.outcome));
            }
            Ok(Outcomes { outcomes })
        })
    }
}

impl County {
    /// Operations that the calling phone wrote itself, with what became of each.
    ///
    /// # Errors
    /// [`CountyError`] of the storage.
    pub fn own(&self, caller: &Caller, wanted: &OwnWanted) -> Result<OwnBody> {
        let device = caller.device.no;
        let (ops, outcomes, erased) = self.read(|rows| {
            let (mut ops, mut outcomes, mut erased, mut bytes) = (Vec::new(), Vec::new(), Vec::new(), 0);
            for Fed { op, .. } in rows.written_by(device, wanted.after, wanted.limit.clamp(1, MOST_OWN))? {
                bytes += op.payload.len() + 64;
                if bytes > ENOUGH_OWN_BYTES && !ops.is_empty() {
                    break;
                }
                if let Some(stored) = rows.stored(op.id())? {
                    let counter = op.header.id.counter;
                    erased.extend(stored.erased.map(|hash| Erased { counter, payload_hash: hash.to_vec() }));
                    outcomes.push(stored.outcome);
                }
                ops.push(op);
            }
            Ok::<_, CountyError>((ops, outcomes, erased))
        })?;
        let batch = batch::pack(&ops, Salts::Blocks(&BTreeMap::new())).map_err(|_| Refused::TooLarge)?;
        Ok(OwnBody { batch, outcomes, erased: Some(erased).filter(|erased| !erased.is_empty()) })
    }
}

/// Most own operations in one answer, and the bytes of payload after which it ends.
const MOST_OWN: u32 = 2_000;
const ENOUGH_OWN_BYTES: usize = 1024 * 1024;

fn kept(op: &Operation, withdrawn: &[u64], erased: &[Erased]) -> Result<Kept> {
    let counter = op.header.id.counter;
    if let Some(erased) = erased.iter().find(|erased| erased.counter == counter) {
        let hash = Hash::try_from(erased.payload_hash.as_slice());
        return match hash {
            Ok(hash) if op.payload.is_empty() => Ok(Kept::Erased(hash)),
            _ => Err(Refused::BadRequest("erased").into()),
        };
    }
    Ok(if withdrawn.contains(&counter) { Kept::Withdrawn } else { Kept::AsWritten })
}

/// The outcome of an operation that is part of the log and not of any record.
fn log_only(counter: u64, kind: OutcomeKind, reason: &str) -> Outcome {
    Outcome { counter, kind: kind as u8, seq: 0, reason: Some(reason.to_owned()) }
}

/// Where a push is not what the county holds.
struct Differs {
    counter: u64,
    hash: Hash,
    /// As `DeviceRow::trouble` has it.
    trouble: &'static str,
}

/// The first operation that is not the one the county holds under its id, or whose past is not.
fn differs(tx: &WriteTx<'_>, push: &PreparedPush, held: &Chain) -> Result<Option<Differs>> {
    for Sent { op, hash, after: chain, .. } in &push.ops {
        let counter = op.header.id.counter;
        if counter > held.counter {
            break;
        }
        let known = tx.rows().stored(op.id())?.is_some_and(|stored| stored.hash == *hash);
        if !known {
            return Ok(Some(Differs { counter, hash: *hash, trouble: "cloned" }));
        }
        if counter == held.counter && chain.head != held.head {
            return Ok(Some(Differs { counter, hash: *hash, trouble: "other_past" }));
        }
    }
    let joins = push.first == held.counter + 1;
    match push.ops.first() {
        Some(Sent { op, hash, .. }) if joins && push.before != held.head => {
            Ok(Some(Differs { counter: op.header.id.counter, hash: *hash, trouble: "other_past" }))
        }
        _ => Ok::<_, CountyError>(None),
    }
}

/// How far the phone's wall clock was ahead of what it knew of the county's, at the newest operation that says both.
fn clock_off(push: &PreparedPush) -> Option<i64> {
    push.ops.iter().rev().map(|sent| sent.op.header.evidence).find(|evidence| evidence.server_ms > 0).map(
        |evidence| {
            let since = i64::try_from(evidence.since_server_ms).unwrap_or(i64::MAX);
            evidence.wall_ms.saturating_sub(evidence.server_ms.saturating_add(since))
        },
    )
}
