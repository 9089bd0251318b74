//! Workers and the areas granted to them.

use super::{Result, Rows, id, signed, unsigned};
use rusqlite::{OptionalExtension as _, Row};
use xunge_domain::ids::RecordId;

/// A worker as its record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerRow {
    /// Record id.
    pub id: RecordId,
    /// Area of the record.
    pub area: RecordId,
    /// Number.
    pub number: String,
    /// Name.
    pub name: String,
    /// A number of `WorkerRole`.
    pub role: i64,
}

/// A grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrantRow {
    /// Whose.
    pub worker: RecordId,
    /// Of which area, with all below it.
    pub area: RecordId,
    /// Rises with each change.
    pub version: u64,
    /// No longer in force.
    pub revoked: bool,
    /// When it was taken back, UTC milliseconds; 0 while it is in force.
    pub revoked_ms: i64,
}

const WORKER: &str = "SELECT id, area, number, name, role FROM worker";

fn worker(row: &Row<'_>) -> Result<WorkerRow> {
    Ok(WorkerRow {
        id: id(row.get_ref(0)?.as_blob().unwrap_or_default())?,
        area: id(row.get_ref(1)?.as_blob().unwrap_or_default())?,
        number: row.get(2)?,
        name: row.get(3)?,
        role: row.get(4)?,
    })
}

impl Rows<'_> {
    /// Writes a worker.
    pub fn put_worker(&self, worker: &WorkerRow) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO worker (county, id, area, number, name, role) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (county, id) DO UPDATE SET area = excluded.area, number = excluded.number,
                   name = excluded.name, role = excluded.role",
            )?
            .execute((
                self.county,
                worker.id.0.as_bytes(),
                worker.area.0.as_bytes(),
                &worker.number,
                &worker.name,
                worker.role,
            ))?;
        Ok(())
    }

    /// A worker.
    pub fn worker(&self, worker_id: RecordId) -> Result<Option<WorkerRow>> {
        let mut query = self.db.prepare_cached(&format!("{WORKER} WHERE county = ?1 AND id = ?2"))?;
        query.query_row((self.county, worker_id.0.as_bytes()), |row| Ok(worker(row))).optional()?.transpose()
    }

    /// All workers, by number.
    pub fn workers(&self) -> Result<Vec<WorkerRow>> {
        let mut query = self.db.prepare_cached(&format!("{WORKER} WHERE county = ?1 ORDER BY number, id"))?;
        let mut rows = query.query([self.county])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(worker(row)?);
        }
        Ok(all)
    }

    /// Grants, of one worker or of all, revoked ones included.
    pub fn grants(&self, of: Option<RecordId>) -> Result<Vec<GrantRow>> {
        let mut query = self.db.prepare_cached(
            "SELECT worker, area, version, revoked, revoked_ms
               FROM area_grant
              WHERE county = ?1 AND (?2 IS NULL OR worker = ?2)
              ORDER BY worker, area",
        )?;
        let mut rows = query.query((self.county, of.map(|of| *of.0.as_bytes())))?;
        let mut grants = Vec::new();
        while let Some(row) = rows.next()? {
            grants.push(GrantRow {
                worker: id(row.get_ref(0)?.as_blob().unwrap_or_default())?,
                area: id(row.get_ref(1)?.as_blob().unwrap_or_default())?,
                version: unsigned(row.get(2)?),
                revoked: row.get(3)?,
                revoked_ms: row.get(4)?,
            });
        }
        Ok(grants)
    }

    /// Writes a grant.
    pub fn put_grant(&self, grant: &GrantRow) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO area_grant (county, worker, area, version, revoked, revoked_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (county, worker, area) DO UPDATE SET version = excluded.version,
                   revoked = excluded.revoked, revoked_ms = excluded.revoked_ms",
            )?
            .execute((
                self.county,
                grant.worker.0.as_bytes(),
                grant.area.0.as_bytes(),
                signed(grant.version),
                grant.revoked,
                grant.revoked_ms,
            ))?;
        Ok(())
    }
}
