//! Which pictures evidence speaks of, and which the county holds.

use super::{Result, Rows, id, unsigned};
use rusqlite::OptionalExtension as _;
use xunge_domain::ids::RecordId;
use xunge_domain::operation::Hash;

impl Rows<'_> {
    /// Notes that evidence speaks of a picture (`which`: 1 full, 2 thumbnail).
    pub fn add_picture(&self, sha256: &[u8], evidence: RecordId, which: u8) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO picture (county, sha256, evidence, which) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
            )?
            .execute((self.county, sha256, evidence.0.as_bytes(), which))?;
        Ok(())
    }

    /// The evidence that speaks of a picture.
    pub fn evidence_of(&self, sha256: &Hash) -> Result<Vec<(RecordId, u8)>> {
        let mut query = self
            .db
            .prepare_cached("SELECT evidence, which FROM picture WHERE county = ?1 AND sha256 = ?2")?;
        let mut rows = query.query((self.county, sha256))?;
        let mut evidence = Vec::new();
        while let Some(row) = rows.next()? {
            evidence.push((id(row.get_ref(0)?.as_blob().unwrap_or_default())?, row.get(1)?));
        }
        Ok(evidence)
    }

    /// Every picture that evidence speaks of.
    pub fn pictures(&self) -> Result<Vec<Hash>> {
        let mut query = self
            .db
            .prepare_cached("SELECT DISTINCT sha256 FROM picture WHERE county = ?1 ORDER BY sha256")?;
        let mut rows = query.query([self.county])?;
        let mut hashes = Vec::new();
        while let Some(row) = rows.next()? {
            // A phone may announce anything; what is no hash is no picture.
            hashes.extend(Hash::try_from(row.get_ref(0)?.as_blob().unwrap_or_default()));
        }
        Ok(hashes)
    }

    /// Notes that a picture is durable and verified.
    pub fn add_blob(&self, sha256: &Hash, bytes: u64, now_ms: i64) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO blob (county, sha256, bytes, received_ms) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
            )?
            .execute((self.county, sha256, super::signed(bytes), now_ms))?;
        Ok(())
    }

    /// Length of a picture held.
    pub fn blob(&self, sha256: &Hash) -> Result<Option<u64>> {
        let mut query = self.db.prepare_cached("SELECT bytes FROM blob WHERE county = ?1 AND sha256 = ?2")?;
        let bytes: Option<i64> = query.query_row((self.county, sha256), |row| row.get(0)).optional()?;
        Ok(bytes.map(unsigned))
    }
}
