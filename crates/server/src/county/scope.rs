//! What one phone sees and may write: its granted areas with everything below, and from the areas above only what a
//! phone needs to name things (areas, categories). Every read and write of a phone passes here.

use super::areas::AreaTree;
use super::register::CareRegister;
use crate::storage::WorkerRow;
use chrono::NaiveDate;
use std::collections::BTreeSet;
use std::sync::Arc;
use xunge_domain::ids::RecordId;
use xunge_domain::records::words::WorkerRole;
use xunge_domain::records::{KindCode, RecordKind};

/// See the module.
#[derive(Debug, Clone)]
pub struct Scope {
    tree: Arc<AreaTree>,
    granted: Vec<RecordId>,
    /// Taken back a short while ago: what was written there is taken in, nothing of it is shown.
    leaving: Vec<RecordId>,
    role: WorkerRole,
    worker: RecordId,
    /// Codes of the care categories that the role reads today.
    care: BTreeSet<String>,
}

impl Scope {
    /// The scope of a worker with these areas granted.
    pub(super) fn new(
        tree: Arc<AreaTree>,
        register: &CareRegister,
        worker: &WorkerRow,
        granted: Vec<RecordId>,
        leaving: Vec<RecordId>,
        today: NaiveDate,
    ) -> Self {
        // A role this version does not know gets the narrowest one.
        let role = WorkerRole::from_code(worker.role).unwrap_or(WorkerRole::Helper);
        let care = register.readable(role, today);
        Self { tree, granted, leaving, role, worker: worker.id, care }
    }

    /// Role of the worker.
    pub const fn role(&self) -> WorkerRole {
        self.role
    }

    /// The worker.
    pub const fn worker(&self) -> RecordId {
        self.worker
    }

    /// Whether `area` was granted, or lies below one that was.
    pub fn covers(&self, area: RecordId) -> bool {
        self.granted.contains(&area)
            || self.tree.ancestors(area).iter().any(|above| self.granted.contains(above))
    }

    /// Whether operations on `area` are taken in: granted, or taken back so recently that a phone may still hand over
    /// what was written before it knew.
    pub fn may_write(&self, area: RecordId) -> bool {
        self.covers(area) || self.hands_over(area)
    }

    /// Whether `area` was taken back a short while ago.
    pub fn hands_over(&self, area: RecordId) -> bool {
        self.leaving.contains(&area)
            || self.tree.ancestors(area).iter().any(|above| self.leaving.contains(above))
    }

    /// Granted areas and everything below.
    pub fn below(&self) -> BTreeSet<RecordId> {
        self.granted.iter().flat_map(|area| self.tree.subtree(*area)).collect()
    }

    /// Areas above the granted ones that are not covered themselves.
    pub fn above(&self) -> BTreeSet<RecordId> {
        let above: BTreeSet<RecordId> =
            self.granted.iter().flat_map(|area| self.tree.ancestors(*area)).collect();
        above.into_iter().filter(|area| !self.covers(*area)).collect()
    }

    /// Whether ownership has to be looked up: helpers see their own incidents only.
    pub fn asks_for_owner(&self) -> bool {
        self.role == WorkerRole::Helper
    }

    /// Whether records of this kind are for the readers of their care category only ([`Scope::reads`]).
    pub fn asks_for_care(kind: KindCode) -> bool {
        matches!(RecordKind::from_code(kind), Some(RecordKind::CareCategory | RecordKind::CareDuty))
    }

    /// Whether the role reads the care category with this code. One that is not in force is read by nobody, and neither is
    /// a duty of which it is in dispute what it falls under.
    pub fn reads(&self, care: Option<&str>) -> bool {
        care.is_some_and(|code| self.care.contains(code))
    }

    /// Whether the phone sees a record of this kind, area and owner, care aside. `owner` may be absent when
    /// [`Scope::asks_for_owner`] says no.
    pub fn sees(&self, kind: KindCode, area: RecordId, owner: Option<RecordId>) -> bool {
        let Some(kind) = RecordKind::from_code(kind) else { return false };
        if self.covers(area) {
            return self.role != WorkerRole::Helper || self.helper_sees(kind, owner);
        }
        let named =
            matches!(kind, RecordKind::Area | RecordKind::IncidentCategory | RecordKind::CareCategory);
        named && self.granted.iter().any(|granted| self.tree.ancestors(*granted).contains(&area))
    }

    fn helper_sees(&self, kind: RecordKind, owner: Option<RecordId>) -> bool {
        match kind {
            RecordKind::Area
            | RecordKind::IncidentCategory
            | RecordKind::Building
            | RecordKind::InspectionPoint
            | RecordKind::Worker => true,
            RecordKind::Incident | RecordKind::IncidentStep | RecordKind::PhotoEvidence => {
                owner == Some(self.worker)
            }
            _ => false,
        }
    }

    /// What two phones must have in common to be given the same snapshot.
    pub(super) fn fingerprint(&self) -> [u8; 32] {
        use sha2::{Digest as _, Sha256};
        let mut hasher = Sha256::new();
        // Pages built before an update lie packed as they were: the phones of today are not given them.
        hasher.update([xunge_sync::batch::FORMAT]);
        for set in [self.below(), self.above()] {
            hasher.update((set.len() as u64).to_be_bytes());
            for area in set {
                hasher.update(area.0.as_bytes());
            }
        }
        if self.asks_for_owner() {
            hasher.update(self.worker.0.as_bytes());
        }
        // Codes are lower-case words: the separator is in none.
        for code in &self.care {
            hasher.update(code.as_bytes());
            hasher.update(b"\0");
        }
        hasher.finalize().into()
    }
}

#[cfg(test)]
mod tests;
