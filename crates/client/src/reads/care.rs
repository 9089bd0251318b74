//! Care duties as the screens may see them.
//!
//! A duty shows only while its category is registered: signed by the county, in force, of tier 1, readable for this role.
//! Everything else is invisible here, not merely unnamed. It is done once a visit of its period names it: whoever rings at
//! a door may have met the daughter, and only who was there knows whether that was the service owed.

use super::due::period_of;
use super::look::Look;
use crate::error::Result;
use crate::local;
use chrono::NaiveDate;
use ed25519_dalek::VerifyingKey;
use std::collections::BTreeMap;
use xunge_domain::records::words::{Cadence, WorkerRole};
use xunge_store::queries::DutyRow;
use xunge_sync::auth::signed_registry::{CareCategoryEntry, SignedCategory, Tier};

/// The registered categories that hold today for this worker, by code.
pub(super) fn entries_in_force(look: &Look<'_>) -> Result<BTreeMap<String, CareCategoryEntry>> {
    let Ok(key) = VerifyingKey::from_bytes(&look.me.registry_key) else { return Ok(BTreeMap::new()) };
    let role = WorkerRole::from_code(look.me.role);
    let mut entries = BTreeMap::new();
    for row in look.reader.care_categories()? {
        let signed = SignedCategory { entry: row.entry, signature: row.signature };
        if let Ok(entry) = signed.verify(&key, look.latest_day, Tier::One)
            && role.is_some_and(|role| entry.readers.contains(&role))
        {
            entries.insert(entry.code.clone(), entry);
        }
    }
    Ok(entries)
}

/// Whether a service goes with its person when two records are put together. One of tier 2 never does, also if a later
/// version shows such services here: it stays with the record that its office named, until that office says otherwise.
fn carries_over(entry: &CareCategoryEntry) -> bool {
    entry.tier == Tier::One
}

/// A duty in force.
pub(super) struct Duty<'l> {
    pub(super) row: DutyRow,
    pub(super) entry: &'l CareCategoryEntry,
    pub(super) cadence: Cadence,
    /// Whether a visit of the present period counted for it.
    pub(super) done: bool,
    /// Day by which the next contact is due; none for a duty on task.
    pub(super) due: Option<NaiveDate>,
}

impl Look<'_> {
    /// The duty of a row, if it is in force and may be seen.
    pub(super) fn duty(&self, row: DutyRow) -> Result<Option<Duty<'_>>> {
        let today = local::number(self.today);
        if row.since.is_some_and(|day| day > today) || row.until.is_some_and(|day| day < today) {
            return Ok(None);
        }
        let Some(entry) = self.registry()?.get(&row.category) else { return Ok(None) };
        if row.carried && !carries_over(entry) {
            return Ok(None);
        }
        let cadence = row.cadence.and_then(Cadence::from_code).unwrap_or(entry.cadence);
        let Some(period) = period_of(cadence, self.today) else {
            return Ok(Some(Duty { row, entry, cadence, done: false, due: None }));
        };
        let start = local::start_of(period.first);
        let done = row.last_done_ms.is_some_and(|at| at >= start);
        let due = if done { period.next_last(cadence) } else { period.last };
        Ok(Some(Duty { row, entry, cadence, done, due: Some(due) }))
    }
}
