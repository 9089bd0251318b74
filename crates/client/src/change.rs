//! The only door to a change. One call of [`Open::change`] is one transaction: rows, search index, operation and outbox
//! entry stand or fall together, and "saved" is said after the commit.

use crate::error::{Result, rule};
use crate::open::Open;
use crate::views::households::Saved;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use xunge_domain::ids::{DeviceNo, OpId, RecordId};
use xunge_domain::operation::{Chain, Header, HeaderEvidence, Operation, Payload, Salt, Verb};
use xunge_domain::planted::{Bug, planted};
use xunge_domain::records::{FieldKey, RecordKind, SlotCode};
use xunge_domain::value::{Edit, Value};
use xunge_domain::world::{Moment, Randomness, uuid_v7};
use xunge_store::{OpState, Reader, RowToPut, RowValue, StoredOperation, Writer};
use xunge_sync::batch::{BlockKey, SALT_BLOCK, derive_salt};
use xunge_sync::merge::{Merged, MergedField, RecordState, Written};

/// New values of registers by field name: what most use cases write.
pub type Fields = Vec<(&'static str, Value)>;

/// A change under way.
pub struct Change<'a, 'w> {
    /// The transaction.
    pub writer: &'a Writer<'w>,
    /// When it happens.
    pub now: Moment,
    open: &'a Open,
    device: DeviceNo,
    chain: Chain,
    evidence: HeaderEvidence,
    /// Ids drawn here that nothing was written under yet: there is no past to look up.
    unwritten: RefCell<HashSet<RecordId>>,
    /// Key of the block of salts used last.
    salt_key: Option<(u64, BlockKey)>,
    /// What was written so far, in order.
    written: Vec<OpId>,
}

impl Open {
    /// Runs `body` as one durable change.
    ///
    /// # Errors
    /// Those of `body` and of the store; nothing is changed then.
    pub fn change<T>(&self, body: impl FnOnce(&mut Change<'_, '_>) -> Result<T>) -> Result<T> {
        let saved = self.store.write(|writer| {
            let now = self.world.clock.now();
            let (device, chain) = writer.own_chain()?.ok_or(rule("wrong_phase"))?;
            let evidence = self.evidence(now);
            let mut change = Change {
                writer,
                now,
                open: self,
                device,
                chain,
                evidence,
                unwritten: RefCell::default(),
                salt_key: None,
                written: Vec::new(),
            };
            let value = body(&mut change)?;
            if change.chain != chain {
                writer.set_own_chain(device, &change.chain)?;
            }
            Ok::<_, crate::error::ClientError>(value)
        })?;
        self.nudge();
        Ok(saved)
    }
}

impl Change<'_, '_> {
    /// What was saved, with the handle that takes all of it back.
    pub fn saved(&self, record: RecordId) -> Saved {
        let handle = self.written.iter().map(OpId::to_string).collect::<Vec<_>>().join(" ");
        Saved { id: record.to_string(), undo: Some(handle).filter(|handle| !handle.is_empty()) }
    }

    /// A fresh record id.
    pub fn new_id(&self) -> RecordId {
        let id = RecordId(uuid_v7(self.now, &*self.open.world.random));
        self.unwritten.borrow_mut().insert(id);
        id
    }

    fn state(&self, kind: RecordKind, record: RecordId) -> Result<RecordState> {
        if self.unwritten.borrow_mut().remove(&record) {
            return Ok(RecordState::default());
        }
        state_of(self.writer, kind, record)
    }

    /// Creates a record or edits some of its registers.
    ///
    /// # Errors
    /// Those of the store.
    pub fn put(
        &mut self,
        kind: RecordKind,
        record: RecordId,
        area: RecordId,
        fields: Fields,
    ) -> Result<OpId> {
        let edits = fields
            .into_iter()
            .filter_map(|(name, value)| Some((kind.field_named(name)?.key, Edit::Put(value))))
            .collect();
        self.edit(kind, record, area, edits)
    }

    /// Edits fields of any type.
    ///
    /// # Errors
    /// Those of the store.
    pub fn edit(
        &mut self,
        kind: RecordKind,
        record: RecordId,
        area: RecordId,
        edits: BTreeMap<FieldKey, Edit>,
    ) -> Result<OpId> {
        let state = self.state(kind, record)?;
        let (payload, height) = state.edit(kind, edits);
        self.append(Verb::WRITE, kind, record, area, payload, height, state)
    }

    /// Settles a slot for good.
    ///
    /// # Errors
    /// Those of the store.
    pub fn resolve(
        &mut self,
        kind: RecordKind,
        record: RecordId,
        area: RecordId,
        slot: SlotCode,
        edits: BTreeMap<FieldKey, Edit>,
    ) -> Result<OpId> {
        let state = self.state(kind, record)?;
        let (payload, height) = state.resolve(kind, slot, edits);
        self.append(Verb::WRITE, kind, record, area, payload, height, state)
    }

    /// Deletes a record.
    ///
    /// # Errors
    /// Those of the store.
    pub fn delete(&mut self, kind: RecordKind, record: RecordId, area: RecordId) -> Result<OpId> {
        let state = self.state(kind, record)?;
        let (payload, height) = state.delete(kind);
        self.append(Verb::DELETE, kind, record, area, payload, height, state)
    }

    /// Brings up again what `settled` settled; false when it settled nothing.
    ///
    /// # Errors
    /// `undo_gone` when somebody has decided anew since, and those of the store.
    pub fn reopen(
        &mut self,
        kind: RecordKind,
        record: RecordId,
        area: RecordId,
        settled: OpId,
    ) -> Result<bool> {
        let mut state = self.state(kind, record)?;
        let Some(again) = state.reopening(kind, settled) else { return Ok(false) };
        if !state.settles(kind, settled) {
            return Err(rule("undo_gone"));
        }
        for (verb, payload, height) in again {
            let op = self.append(verb, kind, record, area, payload.clone(), height, state.clone())?;
            state.add(op, Written { height, verb, payload });
        }
        Ok(true)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of one operation; a struct would be taken apart at once"
    )]
    fn append(
        &mut self,
        verb: Verb,
        kind: RecordKind,
        record: RecordId,
        area: RecordId,
        payload: Payload,
        height: u32,
        mut state: RecordState,
    ) -> Result<OpId> {
        let id = OpId { device: self.device, counter: self.chain.counter + 1 };
        let header = Header {
            id,
            verb,
            kind: kind.code(),
            record,
            area,
            height,
            evidence: self.evidence,
            extra: Vec::new(),
        };
        let operation = Operation { header, salt: self.salt(id.counter)?, payload: payload.encode() };
        if !planted(Bug::RowWithoutOperation) {
            self.writer.append(&operation, OpState::OnPhone, None)?;
            self.chain = self.chain.with(&operation.hash());
        }
        state.add(id, Written { height, verb, payload });
        put_merged(self.writer, kind, record, area, &state)?;
        self.written.push(id);
        Ok(id)
    }

    fn salt(&mut self, counter: u64) -> Result<Salt> {
        let block = counter / SALT_BLOCK;
        let key = match self.salt_key.filter(|(held, _)| *held == block) {
            Some((_, key)) => key,
            None => salt_key(self.writer, &*self.open.world.random, block)?,
        };
        self.salt_key = Some((block, key));
        Ok(derive_salt(&key, counter))
    }
}

/// The salt of the own operation `counter`, from the key of its block, which is drawn with the block's first.
///
/// # Errors
/// Those of the store.
pub fn salt_for(writer: &Writer<'_>, random: &dyn Randomness, counter: u64) -> Result<Salt> {
    Ok(derive_salt(&salt_key(writer, random, counter / SALT_BLOCK)?, counter))
}

fn salt_key(writer: &Writer<'_>, random: &dyn Randomness, block: u64) -> Result<BlockKey> {
    if let Some(key) = writer.salt_block(block)? {
        return Ok(key);
    }
    let mut key = [0; 32];
    random.fill(&mut key);
    writer.put_salt_block(block, &key)?;
    Ok(key)
}

/// Everything that happened to a record, ready to be merged. Operations taken back are left out, erased and unreadable
/// ones too: they stay in the log.
///
/// # Errors
/// Those of the store.
pub fn state_of(reader: &Reader<'_>, kind: RecordKind, record: RecordId) -> Result<RecordState> {
    let mut state = RecordState::default();
    for stored in reader.operations_of(record)? {
        add_stored(&mut state, kind, &stored);
    }
    Ok(state)
}

/// The same of operations at hand that are all there is of the record.
pub fn arrived_state(kind: RecordKind, ops: &[&Operation]) -> RecordState {
    let mut state = RecordState::default();
    for op in ops {
        if let Ok(payload) = Payload::decode(kind.code(), &op.payload) {
            state.add(op.id(), Written { height: op.header.height, verb: op.header.verb, payload });
        }
    }
    state
}

/// Whether the county keeps an operation for the desk without having applied it, and its area went from here. Granted
/// again, the area shows what the county shows.
pub fn is_handed_over(stored: &StoredOperation) -> bool {
    stored.state == OpState::AtCounty && stored.reason.is_some()
}

/// Whether an operation counts for its record: it was not taken back, and is not the county's alone.
pub fn counts(stored: &StoredOperation) -> bool {
    stored.state != OpState::Withdrawn && !is_handed_over(stored)
}

/// Adds an operation as it lies in the store.
///
/// Refused ones stay laid over the county's state: the worker sees what they typed, marked as needing them.
pub fn add_stored(state: &mut RecordState, kind: RecordKind, stored: &StoredOperation) {
    if !counts(stored) {
        return;
    }
    let Some(payload) = stored.payload.as_deref().and_then(|bytes| Payload::decode(kind.code(), bytes).ok())
    else {
        return;
    };
    let written = Written { height: stored.header.height, verb: stored.header.verb, payload };
    state.add(stored.id(), written);
}

/// Writes a record's merged row. A record of which nothing stands any more (all of it was taken back, or was erased) has
/// none: an empty one would be counted and listed as if it were there.
///
/// # Errors
/// Those of the store.
pub fn put_merged(
    writer: &Writer<'_>,
    kind: RecordKind,
    record: RecordId,
    area: RecordId,
    state: &RecordState,
) -> Result<Merged> {
    let merged = state.view(kind);
    if merged.erased || state.is_empty() {
        writer.remove_row(kind, record)?;
        return Ok(merged);
    }
    let values: BTreeMap<FieldKey, RowValue> = merged
        .fields
        .iter()
        .map(|(key, field)| {
            let value = match field {
                MergedField::One(Value::Null) => RowValue::Absent,
                MergedField::One(value) => RowValue::One(value.clone()),
                MergedField::Many(values) => RowValue::Many(values.clone()),
            };
            (*key, value)
        })
        .collect();
    let newest =
        state.operations().map(|(id, op)| (op.height, *id)).max().map_or(OpId::new(0, 0), |(_, id)| id);
    writer.put_row(&RowToPut {
        kind,
        record,
        area,
        values: &values,
        deleted: merged.deleted,
        conflicts: u32::try_from(merged.conflicts.len()).unwrap_or(u32::MAX),
        newest,
    })?;
    Ok(merged)
}
