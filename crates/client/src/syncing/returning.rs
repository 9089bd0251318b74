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
use std::collections::{BTreeMap, BTreeSet};
use xunge_domain::ids::{DeviceNo, OpId, RecordId};
use xunge_domain::operation::{Chain, Hash, Header, Operation, Payload};
use xunge_domain::planted::{Bug, planted};
use xunge_domain::records::RecordKind;
use xunge_store::{Fact, OpState, Reader, StoredOperation, Writer};
use xunge_sync::batch::unpack;
use xunge_sync::messages::{Erased, Outcome, OwnBody, OwnWanted, Welcome};
use xunge_sync::plan::Lane;

/// Own operations asked for at once.
const OWN_OPS: u32 = 2_000;

/// Whether the county's log of this phone is not a beginning of ours.
pub(super) fn went_back(reader: &Reader<'_>, welcome: &Welcome) -> Result<bool> {
    if planted(Bug::CountersReused) {
        return Ok(false);
    }
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

/// Operations of this phone as the county holds them, what became of each, and the chain after the last.
struct Theirs {
    ops: Vec<Operation>,
    outcomes: Vec<Outcome>,
    erased: Vec<Erased>,
    chain: Chain,
}

impl Open {
    /// Brings both logs together. Answers what the county's log and ours have in common from then on.
    pub(super) fn return_to(&self, welcome: &Welcome) -> std::result::Result<(), Failed> {
        // Up to the last receipt both are known to be the same, unless the county was put back to before it and has since
        // heard from a second copy of this phone: then all of it is compared.
        let received = self.store.read(|reader| {
            let held = reader.fact_bytes(Fact::AcknowledgedChain)?.as_deref().and_then(from_bytes);
            Ok::<_, ClientError>(held.filter(|held| held.counter <= welcome.highest).unwrap_or_default())
        })?;
        let mut theirs = self.fetch_own(received, welcome)?;
        let mut common = received;
        if theirs.chain.head.as_slice() != welcome.chain && received.counter > 0 {
            common = Chain::default();
            theirs = self.fetch_own(common, welcome)?;
        }
        if theirs.chain.head.as_slice() != welcome.chain {
            // Not even what it sends is what it says it holds: nothing is touched, the desk has to look.
            return Err(Failed::refused(Lane::Hello, "chain_mismatch"));
        }
        self.store.write(|writer| self.adopt(writer, common, &theirs))?;
        tracing::info!(pulled = theirs.ops.len(), "the phone took back what it had written before");
        Ok(())
    }

    /// The county's log of this phone after `common`.
    fn fetch_own(&self, common: Chain, welcome: &Welcome) -> std::result::Result<Theirs, Failed> {
        let mut theirs = Theirs { ops: Vec::new(), outcomes: Vec::new(), erased: Vec::new(), chain: common };
        while theirs.chain.counter < welcome.highest {
            let wanted = OwnWanted { after: theirs.chain.counter, limit: OWN_OPS };
            let body: OwnBody = match self.post(Lane::Hello, "/sync/v1/own", &wanted)? {
                Ok(body) => body,
                Err(refusal) => return Err(Failed::refused(Lane::Hello, &refusal.code)),
            };
            let some = unpack(&body.batch).map_err(|_| Failed::not_the_county(Lane::Hello))?;
            let dense = some.iter().zip(theirs.chain.counter + 1..).all(|(op, counter)| {
                op.header.id.counter == counter && op.header.id.device == self.own_device()
            });
            if some.is_empty() || !dense || body.outcomes.len() != some.len() {
                return Err(Failed::refused(Lane::Hello, "own_log_incomplete"));
            }
            let gone = body.erased.unwrap_or_default();
            theirs.chain =
                some.iter().fold(theirs.chain, |chain, op| chain.with(&Erased::hash_of(op, &gone)));
            theirs.erased.extend(gone);
            theirs.ops.extend(some);
            theirs.outcomes.extend(body.outcomes);
        }
        Ok(theirs)
    }

    fn own_device(&self) -> DeviceNo {
        DeviceNo(self.identity().device_no)
    }

    fn adopt(&self, writer: &Writer<'_>, common: Chain, theirs: &Theirs) -> Result<()> {
        let Theirs { ops, outcomes, erased, chain: theirs } = theirs;
        let ours = writer.own_between(common.counter + 1, u64::from(u32::MAX), u32::MAX)?;
        let mut same = ours
            .iter()
            .zip(ops)
            .take_while(|(stored, op)| hash_of(stored) == Erased::hash_of(op, erased))
            .count();
        if planted(Bug::AppliedTwice) {
            same = 0;
        }
        let mut touched: BTreeSet<RecordId> = BTreeSet::new();
        let (_, fresh) = ops.split_at(same);
        let mended = Mended::read(writer)?.filter(|mended| !mended.settled);
        let anew = !fresh.is_empty() || mended.is_some();
        let written_here =
            if anew { writer.take_out_from(common.counter + 1 + same as u64)? } else { Vec::new() };
        for op in fresh {
            let gone = erased.iter().find(|erased| erased.counter == op.header.id.counter);
            match gone.and_then(|erased| Hash::try_from(erased.payload_hash.as_slice()).ok()) {
                Some(hash) => writer.append_erased(&op.header, &hash, OpState::AtCounty)?,
                None => writer.append(op, OpState::AtCounty, None)?,
            };
            touched.insert(op.header.record);
        }
        for (op, outcome) in ops.iter().zip(outcomes) {
            settle(writer, op.id(), outcome)?;
        }
        let mut chain = anew.then_some(*theirs);
        let mut renamed = already_there(&written_here, fresh);
        if planted(Bug::AppliedTwice) {
            renamed.clear();
        }
        let written_here: Vec<StoredOperation> =
            written_here.into_iter().filter(|stored| !renamed.contains_key(&stored.id())).collect();
        renamed.extend(
            written_here
                .iter()
                .zip(theirs.counter + 1..)
                .map(|(stored, counter)| (stored.id(), OpId { device: stored.id().device, counter })),
        );
        for stored in &written_here {
            let Some(again) = self.again(writer, stored, &renamed)? else { continue };
            writer.append(&again, stored.state, None)?;
            touched.insert(again.header.record);
            chain = chain.map(|chain| chain.with(&again.hash()));
        }
        if let Some(chain) = chain {
            writer.set_own_chain(self.own_device(), &chain)?;
        }
        writer.set_fact_bytes(Fact::AcknowledgedChain, &to_bytes(*theirs))?;
        if let Some(mended) = mended {
            let ours: Vec<u64> = written_here.iter().map(|stored| stored.id().counter).collect();
            mended.settle(theirs.counter, &ours).keep(writer)?;
        }
        let granted = self.areas_granted(writer)?;
        for record in touched {
            let Some(kind) = writer.kind_of(record)?.and_then(RecordKind::from_code) else { continue };
            let Some(area) = writer.operations_of(record)?.last().map(|stored| stored.header.area) else {
                continue;
            };
            if !granted.contains(&area) && writer.row(kind, record)?.is_none() {
                // Gone from here with its area: the log has it back, the screens do not until the area is granted again.
                writer.set_fact_bytes(Fact::Purged, &[])?;
                continue;
            }
            put_merged(writer, kind, record, area, &state_of(writer, kind, record)?)?;
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

/// Of what was written here, that which the county holds: it had arrived although no receipt came back, or a second copy of
/// this phone held it unsent as well and was renumbered before. Written again it would be there twice.
fn already_there(written_here: &[StoredOperation], theirs: &[Operation]) -> BTreeMap<OpId, OpId> {
    let known: BTreeMap<Vec<u8>, OpId> = theirs.iter().map(|op| (said(op), op.id())).collect();
    let here = written_here.iter().filter_map(|stored| Some((stored.id(), said(&stored.operation()?))));
    here.filter_map(|(id, said)| Some((id, *known.get(&said)?))).collect()
}

/// What an operation says but for its number and what it replaces, which follow from where it came to stand.
fn said(op: &Operation) -> Vec<u8> {
    let header = Header { id: OpId::new(0, 0), height: 0, ..op.header.clone() };
    let said = match Payload::decode(header.kind, &op.payload) {
        Ok(payload) => Payload { replaces: BTreeMap::new(), ..payload }.encode(),
        Err(_) => op.payload.clone(),
    };
    [header.encode(&[0; 32]), said].concat()
}
