//! The county's own operations, device 0: desk, import, demo. They form a dense, chained log like a phone's, and reach
//! phones by the same feed.

use super::apply::{Applied, hash_of, state_of};
use super::error::{Refused, Result};
use super::register::{self, DUTY_CATEGORY};
use super::{County, WriteTx};
use std::collections::BTreeMap;
use xunge_domain::ids::{DeviceNo, OpId, RecordId};
use xunge_domain::operation::{Header, HeaderEvidence, Operation, Payload, Salt, Verb};
use xunge_domain::records::{FieldKey, RecordKind, SlotCode};
use xunge_domain::value::{Edit, Value};
use xunge_domain::world::uuid_v7;
use xunge_sync::merge::RecordState;
use xunge_sync::messages::Outcome;

/// Edits in one transaction: large enough that commits cost nothing, small enough that phones are not kept waiting.
const AT_ONCE: usize = 5_000;

/// One edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountyEdit {
    /// Kind of the record.
    pub kind: RecordKind,
    /// The record, new or known.
    pub record: RecordId,
    /// Where it lies; for an area the area itself.
    pub area: RecordId,
    /// What changes.
    pub change: Change,
}

/// What changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// These fields, replacing the values seen now.
    Edits(BTreeMap<FieldKey, Edit>),
    /// These fields, settling a conflict in `slot`.
    Resolve {
        /// The slot.
        slot: SlotCode,
        /// Its values.
        edits: BTreeMap<FieldKey, Edit>,
    },
    /// The record goes.
    Delete,
    /// What was said about the record is gone by law; the entry says on what ground and when.
    Erase {
        /// Further entries of the header.
        extra: Vec<u8>,
    },
    /// An operation made by the caller.
    Written {
        /// What it does.
        verb: Verb,
        /// Its payload.
        payload: Payload,
        /// Its height.
        height: u32,
    },
}

impl CountyEdit {
    /// An edit that gives fields values.
    pub fn new<const N: usize>(
        kind: RecordKind,
        record: RecordId,
        area: RecordId,
        values: [(u16, Value); N],
    ) -> Self {
        let edits = values.into_iter().map(|(key, value)| (FieldKey(key), Edit::Put(value))).collect();
        Self { kind, record, area, change: Change::Edits(edits) }
    }
}

impl CountyEdit {
    /// Whether a value for this field is among what changes.
    fn names(&self, key: u16) -> bool {
        match &self.change {
            Change::Edits(edits) | Change::Resolve { edits, .. } => edits.contains_key(&FieldKey(key)),
            Change::Written { payload, .. } => payload.edits.contains_key(&FieldKey(key)),
            Change::Delete | Change::Erase { .. } => false,
        }
    }
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wrote {
    /// How many operations.
    pub operations: u64,
    /// Counter of the last one in the county's own log.
    pub last: u64,
    /// Its place in the feed.
    pub seq: u64,
}

impl County {
    /// A new record's id.
    pub fn new_id(&self) -> RecordId {
        RecordId(uuid_v7(self.now(), self.random.as_ref()))
    }

    /// Writes edits, in transactions of some thousand; all of it is durable when this returns.
    ///
    /// # Errors
    /// [`Refused::BadRequest`] for an area that does not lie in itself; [`Refused::CareNotRegistered`] for a category that
    /// the county did not sign and for a duty under none that holds today; [`super::CountyError`] of the storage. What went
    /// before in earlier transactions stays.
    pub fn write_as_county(&self, edits: Vec<CountyEdit>) -> Result<Wrote> {
        let mut wrote = Wrote::default();
        for some in edits.chunks(AT_ONCE) {
            let more = self.write(|tx| self.write_in(tx, some))?;
            wrote = Wrote { operations: wrote.operations + more.operations, ..more };
        }
        Ok(wrote)
    }

    /// Writes edits inside a transaction.
    ///
    /// # Errors
    /// See [`County::write_as_county`].
    pub fn write_in(&self, tx: &WriteTx<'_>, edits: &[CountyEdit]) -> Result<Wrote> {
        let now_ms = self.now_ms();
        let mut chain = tx.rows().chain(DeviceNo::COUNTY)?;
        let mut seq = 0;
        for edit in edits {
            if edit.kind == RecordKind::Area && edit.record != edit.area {
                return Err(Refused::BadRequest("area").into());
            }
            let (op, payload) = self.operation(tx, edit, chain.counter + 1, now_ms)?;
            let hash = hash_of(&op);
            let applied = self.apply(tx, edit.kind, &op, payload, None, now_ms)?;
            self.keeps_to_the_register(tx, edit, &applied)?;
            let outcome = Outcome {
                counter: op.header.id.counter,
                kind: applied.outcome as u8,
                seq: applied.seq,
                reason: None,
            };
            tx.rows().add_operation(&op, &hash, &outcome, now_ms, None)?;
            tx.count(&op, true);
            chain = chain.with(&hash);
            seq = applied.seq;
            self.settle(tx, applied, now_ms)?;
        }
        tx.rows().put_chain(DeviceNo::COUNTY, &chain)?;
        Ok(Wrote { operations: edits.len() as u64, last: chain.counter, seq })
    }

    /// Whether what was written is a care category of the county's own, or a duty begun under one.
    fn keeps_to_the_register(&self, tx: &WriteTx<'_>, edit: &CountyEdit, applied: &Applied) -> Result<()> {
        let row = &applied.row;
        if row.deleted || row.erased {
            return Ok(());
        }
        let kept = match edit.kind {
            RecordKind::CareCategory => register::read(row, &self.secrets.registry.verifying_key()).is_ok(),
            // One that ran on when its category expired can still be ended, and cannot be begun.
            RecordKind::CareDuty if applied.new_record || edit.names(DUTY_CATEGORY) => {
                tx.care().holds(row.text(DUTY_CATEGORY), self.today())
            }
            _ => true,
        };
        if kept { Ok(()) } else { Err(Refused::CareNotRegistered.into()) }
    }

    fn operation(
        &self,
        tx: &WriteTx<'_>,
        edit: &CountyEdit,
        counter: u64,
        now_ms: i64,
    ) -> Result<(Operation, Payload)> {
        let known = match edit.change {
            Change::Written { .. } => None,
            _ => tx.rows().record_head(edit.record)?,
        };
        let state = match known {
            Some(_) => state_of(&tx.rows().operations_of(edit.record)?),
            None => RecordState::default(),
        };
        let (payload, height) = match &edit.change {
            Change::Edits(edits) => state.edit(edit.kind, edits.clone()),
            Change::Resolve { slot, edits } => state.resolve(edit.kind, *slot, edits.clone()),
            Change::Delete => state.delete(edit.kind),
            Change::Erase { .. } => (Payload::default(), 1),
            Change::Written { payload, height, .. } => (payload.clone(), *height),
        };
        let verb = match &edit.change {
            Change::Delete => Verb::DELETE,
            Change::Erase { .. } => Verb::ERASE,
            Change::Written { verb, .. } => *verb,
            Change::Edits(_) | Change::Resolve { .. } => Verb::WRITE,
        };
        let mut salt = Salt::default();
        self.random.fill(&mut salt);
        let header = Header {
            id: OpId { device: DeviceNo::COUNTY, counter },
            verb,
            kind: edit.kind.code(),
            record: edit.record,
            area: edit.area,
            height,
            evidence: HeaderEvidence { wall_ms: now_ms, server_ms: now_ms, since_server_ms: 0 },
            extra: match &edit.change {
                Change::Erase { extra } => extra.clone(),
                _ => Vec::new(),
            },
        };
        Ok((Operation { header, salt, payload: payload.encode() }, payload))
    }
}
