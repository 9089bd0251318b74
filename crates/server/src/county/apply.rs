//! Applying an admitted operation: merge, the record's row, and what hangs on it (tree of areas, workers, pictures,
//! state of incidents), then the operations that waited for this record.

use super::areas::AreaNode;
use super::error::Result;
use super::{County, WriteTx, caller, columns, incidents};
use crate::storage::{Fed, RecordHead, RecordRow, WorkerRow};
use std::cell::RefCell;
use xunge_domain::ids::{DeviceNo, OpId, RecordId};
use xunge_domain::operation::{Hash, Operation, Payload};
use xunge_domain::records::{KindCode, RecordKind};
use xunge_domain::value::Value;
use xunge_sync::admit::{self, Admission, Reason};
use xunge_sync::merge::{Merged, RecordState, Written};
use xunge_sync::messages::{Outcome, OutcomeKind};

/// The county's records as admission asks for them. A broken database must not look like an absent record, so the first
/// error is kept and ends the transaction.
struct Asked<'a> {
    tx: &'a WriteTx<'a>,
    scope: &'a super::Scope,
    broken: RefCell<Option<crate::storage::StorageError>>,
}

impl admit::Ledger for Asked<'_> {
    fn may_write(&self, area: RecordId) -> bool {
        self.scope.may_write(area)
    }

    fn record(&self, id: RecordId) -> Option<(KindCode, RecordId)> {
        self.tx
            .record_head(id)
            .unwrap_or_else(|error| {
                self.broken.borrow_mut().get_or_insert(error);
                None
            })
            .map(|head| (head.kind, head.area))
    }

    fn own(&self, id: RecordId) -> bool {
        self.first_written_by(id).unwrap_or_else(|error| {
            self.broken.borrow_mut().get_or_insert(error);
            None
        }) == Some(self.scope.worker())
    }
}

impl Asked<'_> {
    /// Whose phone first wrote a record; nobody's for the county's own.
    fn first_written_by(
        &self,
        id: RecordId,
    ) -> std::result::Result<Option<RecordId>, crate::storage::StorageError> {
        let rows = self.tx.rows();
        let Some(first) = rows.operations_of(id)?.into_iter().next() else { return Ok(None) };
        let device = first.op.header.id.device;
        Ok(rows.device_no(device)?.filter(|row| row.no != DeviceNo::COUNTY).map(|row| row.worker))
    }
}

/// What [`County::apply`] did.
pub(super) struct Applied {
    pub(super) outcome: OutcomeKind,
    pub(super) seq: u64,
    kind: RecordKind,
    pub(super) new_record: bool,
    pub(super) row: RecordRow,
}

impl County {
    /// Admits one operation of a phone and does what was decided. The caller writes the operation's row with this outcome,
    /// then calls [`County::settle`].
    pub(super) fn take(
        &self,
        tx: &WriteTx<'_>,
        by: &caller::Caller,
        op: &Operation,
        now_ms: i64,
    ) -> Result<(Outcome, Option<Applied>)> {
        let asked = Asked { tx, scope: &by.scope, broken: RefCell::new(None) };
        let decided = admit::admit(op, by.scope.role(), &asked);
        if let Some(broken) = asked.broken.into_inner() {
            return Err(broken.into());
        }
        let counter = op.header.id.counter;
        let kept =
            |kind: OutcomeKind, reason: Option<String>| Outcome { counter, kind: kind as u8, seq: 0, reason };
        match decided {
            Admission::Refuse(refusal) => Ok((kept(OutcomeKind::Refused, Some(refusal.written())), None)),
            Admission::WaitFor(parent) => {
                tx.wait_for(parent, op.id())?;
                Ok((kept(OutcomeKind::WaitingForParent, None), None))
            }
            Admission::Apply => {
                let (Some(kind), Ok(payload)) = (RecordKind::from_code(op.header.kind), op.read()) else {
                    return Ok((
                        kept(OutcomeKind::Refused, Some(Reason::DamagedPayload.code().to_owned())),
                        None,
                    ));
                };
                let applied = self.apply(tx, kind, op, payload, Some(by.worker.id), now_ms)?;
                let outcome =
                    Outcome { counter, kind: applied.outcome as u8, seq: applied.seq, reason: None };
                Ok((outcome, Some(applied)))
            }
        }
    }

    /// Merges an operation into its record and gives it its place in the feed. To be followed, once the operation's row is
    /// written, by [`County::settle`].
    pub(super) fn apply(
        &self,
        tx: &WriteTx<'_>,
        kind: RecordKind,
        op: &Operation,
        payload: Payload,
        author: Option<RecordId>,
        now_ms: i64,
    ) -> Result<Applied> {
        let rows = tx.rows();
        let header = &op.header;
        let known = tx.record_head(header.record)?;
        let mut state = RecordState::default();
        if known.is_some() {
            state = state_of(&rows.operations_of(header.record)?);
        }
        let before = if state.is_empty() { Merged::default() } else { state.view(kind) };
        state.add(op.id(), Written { height: header.height, verb: header.verb, payload: payload.clone() });
        let after = state.view(kind);
        let outcome = admit::outcome(op.id(), &payload, kind, &before, &after);
        let seq = tx.next_seq();
        let row = self.merged_row(tx, kind, op, known, &after, author, seq, now_ms)?;
        tx.put_record(&row)?;
        Ok(Applied { outcome, seq, kind, new_record: known.is_none(), row })
    }

    #[expect(clippy::too_many_arguments, reason = "the columns of one row")]
    fn merged_row(
        &self,
        tx: &WriteTx<'_>,
        kind: RecordKind,
        op: &Operation,
        known: Option<RecordHead>,
        after: &Merged,
        author: Option<RecordId>,
        seq: u64,
        now_ms: i64,
    ) -> Result<RecordRow> {
        let header = &op.header;
        let (parent, second, sort) = columns::of(kind, &after.fields);
        // Only the county moves a record to another area; a phone that granted areas overlap would tug at it.
        let area = match known {
            Some(head) if header.id.device != DeviceNo::COUNTY => head.area,
            _ => header.area,
        };
        let owner = match (known, kind, parent) {
            (Some(head), _, _) => head.owner,
            // What belongs to an incident is for the one who reported it, whoever wrote it.
            (None, RecordKind::IncidentStep | RecordKind::PhotoEvidence, Some(incident)) => {
                tx.record_head(incident)?.and_then(|head| head.owner)
            }
            _ => author,
        };
        Ok(RecordRow {
            id: header.record,
            kind: header.kind,
            area,
            parent,
            second,
            sort,
            standing: 0,
            owner,
            made_ms: now_ms,
            seq,
            conflicts: u32::try_from(after.conflicts.len()).unwrap_or(u32::MAX),
            deleted: after.deleted,
            erased: after.erased,
            fields: after.fields.clone(),
        })
    }

    fn project(&self, tx: &WriteTx<'_>, kind: RecordKind, row: &RecordRow) -> Result<()> {
        match kind {
            RecordKind::Area if row.deleted || row.erased => tx.drop_area(row.id),
            RecordKind::Area => tx.put_area(AreaNode {
                id: row.id,
                parent: row.reference(3).filter(|parent| *parent != row.id),
                code: row.text(2).to_owned(),
                name: row.text(1).to_owned(),
                level: row.int(4).unwrap_or(0),
            }),
            RecordKind::Worker => Ok(tx.rows().put_worker(&WorkerRow {
                id: row.id,
                area: row.area,
                number: row.text(2).to_owned(),
                name: row.text(1).to_owned(),
                role: row.int(3).unwrap_or(0),
            })?),
            RecordKind::PhotoEvidence => {
                for (key, which) in [(3, 1), (4, 2)] {
                    if let Some(sha256) =
                        row.one(key).and_then(Value::as_bytes).filter(|sha256| sha256.len() == 32)
                    {
                        tx.rows().add_picture(sha256, row.id, which)?;
                    }
                }
                Ok(())
            }
            RecordKind::CareCategory => {
                tx.put_category(row, &self.secrets.registry.verifying_key());
                Ok(())
            }
            RecordKind::Person => self.match_person(tx, row),
            RecordKind::Incident => incidents::settle(tx, row.id),
            RecordKind::IncidentStep => row.parent.map_or(Ok(()), |incident| incidents::settle(tx, incident)),
            _ => Ok(()),
        }
    }

    /// Brings what hangs on the record up to date, then takes up what waited for it, and what waited for that in turn.
    pub(super) fn settle(&self, tx: &WriteTx<'_>, applied: Applied, now_ms: i64) -> Result<()> {
        let mut next = vec![applied];
        while let Some(applied) = next.pop() {
            self.project(tx, applied.kind, &applied.row)?;
            if applied.new_record {
                for id in tx.take_waiting(applied.row.id)? {
                    next.extend(self.take_again(tx, id, now_ms)?);
                }
            }
        }
        Ok(())
    }

    /// Decides anew about an operation kept earlier.
    pub(super) fn take_again(&self, tx: &WriteTx<'_>, id: OpId, now_ms: i64) -> Result<Option<Applied>> {
        let Some(Fed { op, .. }) = tx.rows().operation(id)? else { return Ok(None) };
        let Some(device) = tx.rows().device_no(id.device)? else { return Ok(None) };
        let by = self.author(tx.rows(), device, tx.tree())?;
        let (outcome, applied) = self.take(tx, &by, &op, now_ms)?;
        tx.rows().put_outcome(id.device, &outcome)?;
        if applied.is_some() {
            tx.count(&op, true);
        }
        Ok(applied)
    }

    /// After an update: operations of kinds that were unknown then and are known now.
    pub(super) fn take_up_unknown_kinds(&self) -> Result<()> {
        let kept = self.read(|rows| Ok(rows.refused_for(Reason::UnknownKind.code())?))?;
        let known: Vec<OpId> = kept
            .iter()
            .filter(|fed| RecordKind::from_code(fed.op.header.kind).is_some())
            .map(|fed| fed.op.id())
            .collect();
        if known.is_empty() {
            return Ok(());
        }
        let now_ms = self.now_ms();
        self.write(|tx| {
            for id in known {
                if let Some(applied) = self.take_again(tx, id, now_ms)? {
                    self.settle(tx, applied, now_ms)?;
                }
            }
            Ok(())
        })
    }
}

/// A record's state from its operations. One that cannot be read (written by a newer county) counts as no edit.
pub(super) fn state_of(ops: &[Fed]) -> RecordState {
    let mut state = RecordState::default();
    for Fed { op, .. } in ops {
        let payload = op.read().unwrap_or_default();
        state.add(op.id(), Written { height: op.header.height, verb: op.header.verb, payload });
    }
    state
}

/// The hash of an operation, for callers that need it once.
pub(super) fn hash_of(op: &Operation) -> Hash {
    op.hash()
}
