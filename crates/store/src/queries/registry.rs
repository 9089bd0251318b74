//! What the county registered: categories of incidents and care, and who the workers are.

use super::{MAX_ROWS, id, rows, text};
use crate::error::StoreError;
use crate::store::Reader;
use rusqlite::params;
use xunge_domain::ids::RecordId;

/// A category of incidents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentCategoryRow {
    /// The record.
    pub category: RecordId,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Class.
    pub class: String,
    /// Time limit in working hours.
    pub limit_hours: Option<u32>,
    /// Order of display.
    pub rank: Option<i64>,
}

/// A care category as the county signed it. Whether the signature holds and the entry is in force, the client checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CareCategoryRow {
    /// The record.
    pub category: RecordId,
    /// Code.
    pub code: String,
    /// The entry, as signed.
    pub entry: Vec<u8>,
    /// The county's signature over it.
    pub signature: Vec<u8>,
}

/// A worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerRow {
    /// The worker.
    pub worker: RecordId,
    /// Name.
    pub name: String,
    /// Number.
    pub number: String,
    /// A number of `WorkerRole`.
    pub role: Option<i64>,
}

pub(super) const INCIDENT_CATEGORIES: &str =
    "SELECT record.uuid, incident_category.code, incident_category.name,
       incident_category.class, incident_category.limit_hours, incident_category.rank
     FROM incident_category
     JOIN record ON record.id = incident_category.id
     WHERE incident_category.code > '' AND incident_category.deleted = 0
     ORDER BY incident_category.rank, incident_category.code
     LIMIT ?1";

pub(super) const CARE_CATEGORIES: &str =
    "SELECT record.uuid, care_category.code, care_category.entry, care_category.signature
     FROM care_category
     JOIN record ON record.id = care_category.id
     WHERE care_category.code > '' AND care_category.deleted = 0
       AND care_category.entry IS NOT NULL AND care_category.signature IS NOT NULL
     ORDER BY care_category.code
     LIMIT ?1";

pub(super) const WORKER: &str = "SELECT record.uuid, worker.name, worker.number, worker.role
     FROM worker
     JOIN record ON record.id = worker.id
     WHERE worker.id = ?1";

impl Reader<'_> {
    /// Categories of incidents, in the county's order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn incident_categories(&self) -> Result<Vec<IncidentCategoryRow>, StoreError> {
        rows(self, INCIDENT_CATEGORIES, params![MAX_ROWS], |row| {
            Ok(IncidentCategoryRow {
                category: id(row, 0)?,
                code: text(row, 1)?,
                name: text(row, 2)?,
                class: text(row, 3)?,
                limit_hours: row.get(4)?,
                rank: row.get(5)?,
            })
        })
    }

    /// Care categories with entry and signature, by code.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn care_categories(&self) -> Result<Vec<CareCategoryRow>, StoreError> {
        rows(self, CARE_CATEGORIES, params![MAX_ROWS], |row| {
            Ok(CareCategoryRow {
                category: id(row, 0)?,
                code: text(row, 1)?,
                entry: row.get(2)?,
                signature: row.get(3)?,
            })
        })
    }

    /// A worker by id; by device through [`Reader::worker_of_device`].
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn worker(&self, worker: RecordId) -> Result<Option<WorkerRow>, StoreError> {
        let Some(key) = self.key_of(worker)? else { return Ok(None) };
        let found = rows(self, WORKER, [key], |row| {
            Ok(WorkerRow {
                worker: id(row, 0)?,
                name: text(row, 1)?,
                number: text(row, 2)?,
                role: row.get(3)?,
            })
        })?;
        Ok(found.into_iter().next())
    }
}
