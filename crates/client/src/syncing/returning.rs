//! A phone whose store came back from an older copy, or lost its tail, finds that the county holds operations of its own
//! that it does not know. They are pulled back; what this copy wrote meanwhile is written again after them, under counters
//! that nobody has used. Nothing of either is lost.
//!
//! A second living copy of a phone would do the same, and everything it writes arrives too; the county notes each time that
//! the phone went back, for the desk to see.

use super::call::Failed;
use super::push::{chain_at, from_bytes, hash_of, settle, to_bytes};
use crate::change::{put_merged, salt_for, state_of};
use crate::client::Mended;
use crate::error::{ClientError, Result};
use crate::open::Open;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use xunge_domain::ids::{DeviceNo, OpId, RecordId};
use xunge_domain::operation::{Chain, Hash, Operation, Payload};
use xunge_domain::records::RecordKind;
use xunge_store::{Fact, OpState, Reader, StoredOperation, Writer};
use xunge_sync::batch::unpack;
use xunge_sync::messages::{Erased, Outcome, OwnBody, OwnWanted, Welcome};
use xunge_sync::plan::Lane;

/// Own operations asked for at once.
const OWN_OPS: u32 = 2_000;

/// Whether the county's log of this phone is not a beginning of ours.
pub(super) fn went_back(reader: &Reader<'_>, welcome: &Welcome) -> Result<bool> {
    let counter = reader.own_chain()?.map_or(0, |(_, chain)| chain.counter);
    if is_unsettled(reader)? {
        return Ok(true);
    }
    if welcome.highest > counter {
        return Ok(true);
    }
    let ours = chain_at(reader, welcome.highest)?;
    Ok(ours.is_none_or(|chain| chain.head.as_slice() != welcome.chain))
}

/// Whether the store was built anew after damage and has not met the county since: its chain is not the true one.
fn is_unsettled(reader: &Reader<'_>) -> Result<bool> {
    Ok(Mended::read(reader)?.is_some_and(|mended| !mended.settled))
}

/// What the county holds of this phone after what both have in common.
struct Theirs<'a> {
    ops: &'a [Operation],
    outcomes: &'a [Outcome],
    erased: &'a [Erased],
    end: Chain,
}

impl Open {
    /// Brings both logs together. Answers what the county's log and ours have in common from then on.
    pub(super) fn return_to(&self, welcome: &Welcome) -> std::result::Result<(), Failed> {
        // Up to the last receipt both are known to be the same.
        let common = self.store.read(|reader| {
            let held = reader.fact_bytes(Fact::AcknowledgedChain)?.as_deref().and_then(from_bytes);
            Ok::<_, ClientError>(held.filter(|held| held.counter <= welcome.highest).unwrap_or_default())
        })?;
        let (mut ops, mut outcomes, mut erased) = (Vec::new(), Vec::new(), Vec::new());
        let mut chain = common;
        while chain.counter < welcome.highest {
            let wanted = OwnWanted { after: chain.counter, limit: OWN_OPS };
            let body: OwnBody = match self.post(Lane::Hello, "/sync/v1/own", &wanted)? {
                Ok(body) => body,
                Err(refusal) => return Err(Failed::refused(Lane::Hello, &refusal.code)),
            };
            let some = unpack(&body.batch).map_err(|_| Failed::not_the_county(Lane::Hello))?;
            let dense = some.iter().zip(chain.counter + 1..).all(|(op, counter)| {
                op.header.id.counter == counter && op.header.id.device == self.own_device()
            });
            if some.is_empty() || !dense || body.outcomes.len() != some.len() {
                return Err(Failed::refused(Lane::Hello, "own_log_incomplete"));
            }
            let gone = body.erased.unwrap_or_default();
            chain = some.iter().fold(chain, |chain, op| chain.with(&Erased::hash_of(op, &gone)));
            erased.extend(gone);
            ops.extend(some);
            outcomes.extend(body.outcomes);
        }
        if chain.head.as_slice() != welcome.chain {
            // Not even what was received is the same: nothing is touched, the desk has to look.
            return Err(Failed::refused(Lane::Hello, "chain_mismatch"));
        }
        self.store.write(|writer| {
            self.adopt(
                writer,
                common,
                &Theirs { ops: &ops, outcomes: &outcomes, erased: &erased, end: chain },
            )
        })?;
        tracing::info!(pulled = ops.len(), "the phone took back what it had written before");
        Ok(())
    }

    fn own_device(&self) -> DeviceNo {
        DeviceNo(self.identity().device_no)
    }

    fn adopt(
        &self,
        writer: &Writer<'_>,
        common: Chain,
        Theirs { ops, outcomes, erased, end: theirs }: &Theirs<'_>,
    ) -> Result<()> {
        let theirs = *theirs;
        let ours = writer.own_between(common.counter + 1, u64::from(u32::MAX), u32::MAX)?;
        let same = ours
            .iter()
            .zip(*ops)
            .take_while(|(stored, op)| hash_of(stored) == Erased::hash_of(op, erased))
            .count();
        let mut touched: BTreeSet<RecordId> = BTreeSet::new();
        let (_, fresh) = ops.split_at(same);
        let mended = Mended::read(writer)?.filter(|mended| !mended.settled);
        let anew = !fresh.is_empty() || mended.is_some();
        let mut written_here =
            if anew { writer.take_out_from(common.counter + 1 + same as u64)? } else { Vec::new() };
        // What had arrived although no receipt came back is there already.
        let arrived: HashSet<Hash> = fresh.iter().map(|op| Erased::hash_of(op, erased)).collect();
        written_here.retain(|stored| !arrived.contains(&hash_of(stored)));
        for op in fresh {
            let gone = erased.iter().find(|erased| erased.counter == op.header.id.counter);
            match gone.and_then(|erased| Hash::try_from(erased.payload_hash.as_slice()).ok()) {
                Some(hash) => writer.append_erased(&op.header, &hash, OpState::AtCounty)?,
                None => writer.append(op, OpState::AtCounty, None)?,
            };
            touched.insert(op.header.record);
        }
        for (op, outcome) in ops.iter().zip(*outcomes) {
            settle(writer, op.id(), outcome)?;
        }
        let mut chain = anew.then_some(theirs);
        let renamed: BTreeMap<OpId, OpId> = written_here
            .iter()
            .zip(theirs.counter + 1..)
            .map(|(stored, counter)| (stored.id(), OpId { device: stored.id().device, counter }))
            .collect();
        for stored in &written_here {
            let Some(again) = self.again(writer, stored, &renamed)? else { continue };
            writer.append(&again, stored.state, None)?;
            touched.insert(again.header.record);
            chain = chain.map(|chain| chain.with(&again.hash()));
        }
        if let Some(chain) = chain {
            writer.set_own_chain(self.own_device(), &chain)?;
        }
        writer.set_fact_bytes(Fact::AcknowledgedChain, &to_bytes(theirs))?;
        if let Some(mended) = mended {
            let ours: Vec<u64> = written_here.iter().map(|stored| stored.id().counter).collect();
            mended.settle(theirs.counter, &ours).keep(writer)?;
        }
        for record in touched {
            let Some(kind) = writer.kind_of(record)?.and_then(RecordKind::from_code) else { continue };
            let area = writer.operations_of(record)?.last().map(|stored| stored.header.area);
            if let Some(area) = area {
                put_merged(writer, kind, record, area, &state_of(writer, kind, record)?)?;
            }
        }
        Ok(())
    }

    /// The same operation under its new counter, with what it replaces named anew. One whose payload was erased keeps its
    /// place by an empty payload: the log stays dense.
    fn again(
        &self,
        writer: &Writer<'_>,
        stored: &StoredOperation,
        renamed: &BTreeMap<OpId, OpId>,
    ) -> Result<Option<Operation>> {
        let Some(id) = renamed.get(&stored.id()) else { return Ok(None) };
        let mut header = stored.header.clone();
        header.id = *id;
        let bytes = stored.payload.clone().unwrap_or_default();
        let payload = match Payload::decode(header.kind, &bytes) {
            Ok(mut payload) => {
                for replaced in payload.replaces.values_mut().flatten() {
                    if let Some(now) = renamed.get(replaced) {
                        *replaced = *now;
                    }
                }
                payload.encode()
            }
            Err(_) => bytes,
        };
        Ok(Some(Operation { header, salt: salt_for(writer, &*self.world.random, id.counter)?, payload }))
    }
}
