//! What the desk asks. Scope is the asker's duty: these answers know no accounts.

use super::apply::state_of;
use super::error::Result;
use super::{County, WriteTx};
use crate::storage::{AuditEntry, AuditRow, DeviceRow, DeviceState, Fed, Page, RecordRow, Sort, WorkerRow};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use uuid::Uuid;
use xunge_domain::ids::{DeviceNo, OpId, RecordId};
use xunge_domain::records::RecordKind;
use xunge_domain::value::Value;
use xunge_sync::merge::{Merged, RecordState};

pub use super::incidents::incident_state;

/// A worker with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerView {
    /// The worker.
    pub row: WorkerRow,
    /// Areas granted and in force.
    pub grants: Vec<RecordId>,
    /// Phones that are not revoked.
    pub devices: u32,
    /// Last contact of any of its phones, UTC milliseconds; 0 when never.
    pub last_contact_ms: i64,
}

/// A piece of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The rows of this page.
    pub rows: Vec<RecordRow>,
    /// Rows in all.
    pub total: u64,
}

/// Errors of all methods: [`super::CountyError`] of the storage.
#[expect(clippy::missing_errors_doc, reason = "said once above")]
impl County {
    /// A record as merged.
    pub fn record(&self, id: RecordId) -> Result<Option<RecordRow>> {
        self.read(|rows| Ok(rows.record(id)?))
    }

    /// Live records of a kind in several areas that `keep` wants, by `sort`. Reads all of them: meant for kinds of which
    /// an area has hundreds.
    pub fn records(
        &self,
        kind: RecordKind,
        areas: &[RecordId],
        sort: Sort,
        page: Page,
        mut keep: impl FnMut(&RecordRow) -> bool,
    ) -> Result<Listed> {
        let mut found = self.read(|rows| {
            let mut found = Vec::new();
            for area in areas {
                found.extend(
                    rows.records_in(kind, *area, sort, Page::ALL)?.into_iter().filter(|row| keep(row)),
                );
            }
            Ok(found)
        })?;
        found.sort_by(|a, b| {
            let order = in_order(a.sort.as_ref(), b.sort.as_ref()).then(a.id.cmp(&b.id));
            if sort == Sort::Falling { order.reverse() } else { order }
        });
        let total = found.len() as u64;
        let offset = usize::try_from(page.offset).unwrap_or(usize::MAX);
        let rows = found.into_iter().skip(offset).take(page.limit as usize).collect();
        Ok(Listed { rows, total })
    }

    /// Live records of a kind in one area.
    pub fn records_in(
        &self,
        kind: RecordKind,
        area: RecordId,
        sort: Sort,
        page: Page,
    ) -> Result<Vec<RecordRow>> {
        self.read(|rows| Ok(rows.records_in(kind, area, sort, page)?))
    }

    /// How many live records of a kind lie in one area.
    pub fn count_in(&self, kind: RecordKind, area: RecordId) -> Result<u64> {
        self.read(|rows| Ok(rows.count_in(kind, area)?))
    }

    /// How many live records of a kind lie in each area.
    pub fn count_by_area(&self, kind: RecordKind) -> Result<BTreeMap<RecordId, u64>> {
        self.read(|rows| Ok(rows.count_by_area(kind)?))
    }

    /// Live records whose first reference is `parent`.
    pub fn by_parent(&self, kind: RecordKind, parent: RecordId) -> Result<Vec<RecordRow>> {
        self.read(|rows| Ok(rows.by_parent(kind, parent)?))
    }

    /// Live records whose second reference is `target`.
    pub fn by_second(&self, kind: RecordKind, target: RecordId) -> Result<Vec<RecordRow>> {
        self.read(|rows| Ok(rows.by_second(kind, target)?))
    }

    /// Records in which some slot has several values.
    pub fn in_review(&self, page: Page) -> Result<Vec<RecordRow>> {
        self.read(|rows| Ok(rows.in_review(page)?))
    }

    /// A record with heads and conflicts, and its state for further edits.
    pub fn merged(&self, id: RecordId) -> Result<Option<(RecordKind, RecordState, Merged)>> {
        let ops = self.history(id)?;
        let kind = ops.first().and_then(|fed| RecordKind::from_code(fed.op.header.kind));
        Ok(kind.map(|kind| {
            let state = state_of(&ops);
            let merged = state.view(kind);
            (kind, state, merged)
        }))
    }

    /// A record's operations, in feed order.
    pub fn history(&self, id: RecordId) -> Result<Vec<Fed>> {
        self.read(|rows| Ok(rows.operations_of(id)?))
    }

    /// An operation.
    pub fn operation_of(&self, id: OpId) -> Result<Option<Fed>> {
        self.read(|rows| Ok(rows.operation(id)?))
    }

    /// All workers, by number.
    pub fn workers(&self) -> Result<Vec<WorkerView>> {
        self.read(|rows| {
            let workers = rows.workers()?;
            let mut views: BTreeMap<RecordId, WorkerView> = workers
                .iter()
                .map(|row| {
                    let view =
                        WorkerView { row: row.clone(), grants: Vec::new(), devices: 0, last_contact_ms: 0 };
                    (row.id, view)
                })
                .collect();
            for grant in rows.grants(None)?.into_iter().filter(|grant| !grant.revoked) {
                if let Some(view) = views.get_mut(&grant.worker) {
                    view.grants.push(grant.area);
                }
            }
            for device in rows.devices()? {
                if let Some(view) = views.get_mut(&device.worker) {
                    view.devices += u32::from(device.state != DeviceState::Revoked);
                    view.last_contact_ms = view.last_contact_ms.max(device.last_contact_ms);
                }
            }
            Ok(workers.iter().filter_map(|row| views.remove(&row.id)).collect())
        })
    }

    /// A worker.
    pub fn worker(&self, id: RecordId) -> Result<Option<WorkerRow>> {
        self.read(|rows| Ok(rows.worker(id)?))
    }

    /// The worker with this number.
    pub fn worker_numbered(&self, number: &str) -> Result<Option<WorkerRow>> {
        Ok(self.read(|rows| Ok(rows.workers()?))?.into_iter().find(|worker| worker.number == number))
    }

    /// All phones.
    pub fn devices(&self) -> Result<Vec<DeviceRow>> {
        self.read(|rows| Ok(rows.devices()?))
    }

    /// A phone.
    pub fn device(&self, id: Uuid) -> Result<Option<DeviceRow>> {
        self.read(|rows| Ok(rows.device(id)?.filter(|row| row.no != DeviceNo::COUNTY)))
    }

    /// A phone by number.
    pub fn device_no(&self, no: DeviceNo) -> Result<Option<DeviceRow>> {
        self.read(|rows| Ok(rows.device_no(no)?.filter(|row| row.no != DeviceNo::COUNTY)))
    }

    /// How many operations of a phone lie in quarantine.
    pub fn quarantined(&self, no: DeviceNo) -> Result<u64> {
        self.read(|rows| Ok(rows.quarantined(no)?))
    }

    /// Adds a line to the audit log; durable when this returns.
    pub fn audit(&self, entry: &AuditEntry) -> Result<AuditRow> {
        self.write(|tx| self.audit_in(tx, entry))
    }

    /// Adds a line to the audit log inside a transaction.
    pub fn audit_in(&self, tx: &WriteTx<'_>, entry: &AuditEntry) -> Result<AuditRow> {
        Ok(tx.rows().add_audit(entry, self.now_ms())?)
    }

    /// Lines of the audit log, newest first.
    pub fn audit_page(&self, page: Page) -> Result<Vec<AuditRow>> {
        self.read(|rows| Ok(rows.audit(page)?))
    }

    /// How many lines the audit log has.
    pub fn audit_length(&self) -> Result<u64> {
        self.read(|rows| Ok(rows.audit_length()?))
    }

    /// How often `who` did `what` since a moment.
    pub fn audit_count(&self, who: &str, what: &str, since_ms: i64) -> Result<u64> {
        self.read(|rows| Ok(rows.audit_count(who, what, since_ms)?))
    }

    /// The first line of the audit log that does not follow from the one before; none when the chain holds.
    pub fn audit_break(&self) -> Result<Option<u64>> {
        self.read(|rows| Ok(rows.audit_break()?))
    }
}

/// As SQLite orders them: nothing, then numbers, then texts.
fn in_order(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    let rank = |value: Option<&Value>| match value {
        Some(Value::Int(_)) => 1,
        Some(Value::Text(_)) => 2,
        _ => 0,
    };
    rank(a).cmp(&rank(b)).then_with(|| a.cmp(&b))
}
