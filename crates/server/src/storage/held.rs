//! Deletions held for the desk.

use super::{Result, Rows, signed, unsigned};
use xunge_domain::ids::{DeviceNo, OpId, RecordId};

impl Rows<'_> {
    /// How many records a phone deleted since a moment, held ones among them; without those that `owner` had begun no
    /// more than `fresh_ms` before deleting them.
    pub fn deleted_since(
        &self,
        device: DeviceNo,
        since_ms: i64,
        owner: RecordId,
        fresh_ms: i64,
    ) -> Result<u64> {
        let mut query = self.db.prepare_cached(
            "SELECT count(DISTINCT record) FROM operation
              WHERE county = ?1 AND device = ?2 AND received_ms >= ?3 AND verb = 2
                AND NOT EXISTS (
                  SELECT 1 FROM record
                   WHERE record.county = ?1 AND record.id = operation.record AND record.owner = ?4
                     AND record.made_ms >= operation.received_ms - ?5)",
        )?;
        let by = (self.county, device.0, since_ms, owner.0.as_bytes(), fresh_ms);
        let count: i64 = query.query_row(by, |row| row.get(0))?;
        Ok(unsigned(count))
    }

    /// How many live records lie in an area.
    pub fn live_in(&self, area: RecordId) -> Result<u64> {
        let mut live = 0;
        for kind in xunge_domain::records::RecordKind::ALL {
            live += self.count_in(kind, area)?;
        }
        Ok(live)
    }

    /// Holds a deletion.
    pub fn hold(&self, op: OpId, now_ms: i64) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO held_delete (county, device, counter, held_ms) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO NOTHING",
            )?
            .execute((self.county, op.device.0, signed(op.counter), now_ms))?;
        Ok(())
    }

    /// How many deletions of a phone are held.
    pub fn held(&self, device: DeviceNo) -> Result<u64> {
        let mut query =
            self.db.prepare_cached("SELECT count(*) FROM held_delete WHERE county = ?1 AND device = ?2")?;
        let count: i64 = query.query_row((self.county, device.0), |row| row.get(0))?;
        Ok(unsigned(count))
    }

    /// Takes out the deletions of a phone that were held, in order of writing.
    pub fn take_held(&self, device: DeviceNo) -> Result<Vec<OpId>> {
        let mut query = self
            .db
            .prepare_cached("DELETE FROM held_delete WHERE county = ?1 AND device = ?2 RETURNING counter")?;
        let counters = query.query_map((self.county, device.0), |row| row.get(0))?;
        let mut counters: Vec<i64> = counters.collect::<std::result::Result<_, _>>()?;
        counters.sort_unstable();
        Ok(counters.into_iter().map(|counter| OpId { device, counter: unsigned(counter) }).collect())
    }
}
