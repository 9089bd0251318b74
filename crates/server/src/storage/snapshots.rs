//! Prebuilt snapshot pages, one set for all phones that see the same.

use super::{Result, Rows, signed, unsigned};
use rusqlite::OptionalExtension as _;
use xunge_domain::operation::Hash;

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotRow {
    /// Feed position it stands for.
    pub at: u64,
    /// From 0.
    pub page: u32,
    /// Pages in all.
    pub pages: u32,
    /// Operations in all.
    pub operations: u64,
    /// Packed operations.
    pub batch: Vec<u8>,
}

impl Rows<'_> {
    /// Positions of the snapshots kept for a scope, newest first.
    pub fn snapshots(&self, scope: &Hash) -> Result<Vec<u64>> {
        let mut query = self.db.prepare_cached(
            "SELECT at FROM snapshot WHERE county = ?1 AND scope = ?2 AND page = 0 ORDER BY at DESC",
        )?;
        let found = query.query_map((self.county, scope), |row| row.get(0))?;
        let found: std::result::Result<Vec<i64>, _> = found.collect();
        Ok(found?.into_iter().map(unsigned).collect())
    }

    /// A page.
    pub fn snapshot_page(&self, scope: &Hash, at: u64, page: u32) -> Result<Option<SnapshotRow>> {
        let mut query = self.db.prepare_cached(
            "SELECT pages, operations, batch FROM snapshot WHERE county = ?1 AND scope = ?2 AND at = ?3 AND page = ?4",
        )?;
        Ok(query
            .query_row((self.county, scope, signed(at), page), |row| {
                Ok(SnapshotRow {
                    at,
                    page,
                    pages: row.get(0)?,
                    operations: unsigned(row.get(1)?),
                    batch: row.get(2)?,
                })
            })
            .optional()?)
    }

    /// Writes a page.
    pub fn put_snapshot_page(&self, scope: &Hash, page: &SnapshotRow, now_ms: i64) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO snapshot (county, scope, at, page, pages, operations, made_ms, batch)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                 ON CONFLICT DO NOTHING",
            )?
            .execute((
                self.county,
                scope,
                signed(page.at),
                page.page,
                page.pages,
                signed(page.operations),
                now_ms,
                &page.batch,
            ))?;
        Ok(())
    }

    /// Forgets snapshots of a scope older than the given position.
    pub fn drop_snapshots_before(&self, scope: &Hash, at: u64) -> Result<()> {
        self.db.execute(
            "DELETE FROM snapshot WHERE county = ?1 AND scope = ?2 AND at < ?3",
            (self.county, scope, signed(at)),
        )?;
        Ok(())
    }

    /// Forgets snapshots made before a moment.
    pub fn forget_snapshots(&self, before_ms: i64) -> Result<()> {
        self.db
            .execute("DELETE FROM snapshot WHERE county = ?1 AND made_ms < ?2", (self.county, before_ms))?;
        Ok(())
    }

    /// Forgets all snapshots: after a restore or an erasure none of them may be handed out.
    pub fn drop_snapshots(&self) -> Result<()> {
        self.db.execute("DELETE FROM snapshot WHERE county = ?1", [self.county])?;
        Ok(())
    }
}
