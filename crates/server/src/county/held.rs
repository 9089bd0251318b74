//! The breaker of mass deletions: a phone that deletes very many records in a short run — a confused hand, a broken
//! phone, a stolen one — is stopped at the county. Its deletions are kept and acknowledged like everything it writes, but
//! not applied until the desk has looked: released or rejected, all of them together.
//!
//! It sits at the county because every deletion passes here before it reaches anybody else: docs/adr/0015.

use super::caller::Caller;
use super::error::{Refused, Result};
use super::{County, WriteTx};
use crate::storage::AuditEntry;
use std::collections::BTreeSet;
use uuid::Uuid;
use xunge_domain::ids::DeviceNo;
use xunge_domain::operation::{Operation, Verb};
use xunge_sync::messages::{Outcome, OutcomeKind};

/// Reason of the outcome while deletions are held.
pub const MASS_DELETE: &str = "mass_delete";
/// Reason once the desk rejected them.
pub const DELETE_REJECTED: &str = "delete_rejected";
/// Deletions so close together are one run.
const RUN_MS: i64 = 3_600_000;
/// Records in a run from which it is held, whatever there is.
const MOST: u64 = 50;
/// Records below which no run is held: a household that moved away is ten of them at most.
const FEW: u64 = 10;
/// Whoever takes back what they reported themselves this long ago, or less, deletes nothing of anybody: a report undone
/// takes its photos along.
const FRESH_MS: i64 = 24 * 3_600_000;
/// A run is held when it is more than one in so many of what the phone sees.
const ONE_IN: u64 = 20;

impl County {
    /// Whether the deletions among `new` make a run that is to be held. Once one is held, those that follow are too, but
    /// for a push of nothing but what the worker takes back of their own.
    pub(super) fn too_many_deletes<'a>(
        &self,
        tx: &WriteTx<'_>,
        by: &Caller,
        new: impl Iterator<Item = &'a Operation>,
        now_ms: i64,
    ) -> Result<bool> {
        let (rows, device) = (tx.rows(), by.device.no);
        let mut records = BTreeSet::new();
        for op in new.filter(|op| op.header.verb == Verb::DELETE) {
            // What is not here yet was begun by this very push.
            let taken_back = rows
                .record(op.header.record)?
                .is_none_or(|row| row.owner == Some(by.worker.id) && row.made_ms >= now_ms - FRESH_MS);
            if !taken_back {
                records.insert(op.header.record);
            }
        }
        if records.is_empty() {
            return Ok(false);
        }
        let mut hold = rows.held(device)? > 0;
        if !hold {
            let run =
                records.len() as u64 + rows.deleted_since(device, now_ms - RUN_MS, by.worker.id, FRESH_MS)?;
            hold = run >= MOST;
            if !hold && run >= FEW {
                let mut live = 0;
                for area in by.scope.below() {
                    live += rows.live_in(area)?;
                }
                hold = run * ONE_IN > live;
            }
            if hold {
                let entry = AuditEntry {
                    who: format!("device:{}", device.0),
                    what: "deletes_held".to_owned(),
                    subject: by.device.id.to_string(),
                    detail: format!("{run} records"),
                    ok: true,
                    ..AuditEntry::default()
                };
                self.audit_in(tx, &entry)?;
                tracing::warn!(
                    device = device.0,
                    records = run,
                    "deletions of this device are held for the desk"
                );
            }
        }
        Ok(hold)
    }

    /// How many deletions of a phone are held.
    ///
    /// # Errors
    /// [`super::CountyError`] of the storage.
    pub fn held_deletes(&self, device: DeviceNo) -> Result<u64> {
        self.read(|rows| Ok(rows.held(device)?))
    }

    /// Applies the held deletions of a phone, or rejects them; written to the audit log with the reason. Answers how many.
    /// The phone learns at its next greeting.
    ///
    /// # Errors
    /// [`Refused::NotFound`] when nothing of this phone is held; [`super::CountyError`] of the storage.
    pub fn settle_held(&self, device: Uuid, release: bool, who: &str, reason: &str) -> Result<u64> {
        let now_ms = self.now_ms();
        self.write(|tx| {
            let row = tx.rows().device(device)?.ok_or(Refused::NotFound)?;
            let held = tx.rows().take_held(row.no)?;
            if held.is_empty() {
                return Err(Refused::NotFound.into());
            }
            for id in &held {
                if release {
                    if let Some(applied) = self.take_again(tx, *id, now_ms)? {
                        self.settle(tx, applied, now_ms)?;
                    }
                } else {
                    let outcome = Outcome {
                        counter: id.counter,
                        kind: OutcomeKind::Refused as u8,
                        seq: 0,
                        reason: Some(DELETE_REJECTED.to_owned()),
                    };
                    tx.rows().put_outcome(row.no, &outcome)?;
                }
            }
            let entry = AuditEntry {
                who: who.to_owned(),
                what: if release { "deletes_released" } else { "deletes_rejected" }.to_owned(),
                subject: device.to_string(),
                reason: reason.to_owned(),
                detail: format!("{} operations", held.len()),
                ok: true,
            };
            self.audit_in(tx, &entry)?;
            Ok(held.len() as u64)
        })
    }

    /// Lets a phone push again whose number lay in quarantine; written to the audit log with the reason. What it has
    /// not sent goes on from there; of two phones under one number the one that is not the county's takes the county's
    /// log first (`client::syncing::returning`).
    ///
    /// # Errors
    /// [`Refused::NotFound`] for a phone that is not in quarantine; [`super::CountyError`] of the storage.
    pub fn lift_quarantine(&self, device: Uuid, who: &str, reason: &str) -> Result<()> {
        use crate::storage::DeviceState;
        let now_ms = self.now_ms();
        self.write(|tx| {
            let row = tx.rows().device(device)?.filter(|row| row.state == DeviceState::Quarantined);
            let row = row.ok_or(Refused::NotFound)?;
            tx.rows().put_device_state(row.no, DeviceState::Active)?;
            tx.rows().put_trouble(row.no, "", now_ms)?;
            tx.rows().lift_quarantine(row.no, now_ms)?;
            let entry = AuditEntry {
                who: who.to_owned(),
                what: "quarantine_lift".to_owned(),
                subject: device.to_string(),
                reason: reason.to_owned(),
                detail: row.trouble.clone(),
                ok: true,
            };
            self.audit_in(tx, &entry)?;
            Ok(())
        })
    }
}
