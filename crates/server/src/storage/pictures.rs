//! Which pictures evidence speaks of, for which of it the bytes were given, and which pictures the county holds.

use super::{Result, Rows, id, unsigned};
use rusqlite::OptionalExtension as _;
use xunge_domain::ids::{DeviceNo, RecordId};
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

    /// Whether this evidence speaks of a picture as its `which` (1 full, 2 thumbnail). It proves no possession.
    pub fn speaks_of(&self, evidence: RecordId, sha256: &Hash, which: u8) -> Result<bool> {
        let mut query = self.db.prepare_cached(
            "SELECT 1 FROM picture WHERE county = ?1 AND sha256 = ?2 AND evidence = ?3 AND which = ?4",
        )?;
        Ok(query.exists((self.county, sha256, evidence.0.as_bytes(), which))?)
    }

    /// Notes that a picture's bytes came in for this evidence from this device.
    pub fn give_picture(&self, sha256: &Hash, evidence: RecordId, device: DeviceNo) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO picture_given (county, sha256, evidence, device) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO NOTHING",
            )?
            .execute((self.county, sha256, evidence.0.as_bytes(), device.0))?;
        Ok(())
    }

    /// The evidence for which a picture's bytes were given.
    pub fn given_for(&self, sha256: &Hash) -> Result<Vec<RecordId>> {
        let mut query =
            self.db.prepare_cached("SELECT evidence FROM picture_given WHERE county = ?1 AND sha256 = ?2")?;
        let mut rows = query.query((self.county, sha256))?;
        let mut evidence = Vec::new();
        while let Some(row) = rows.next()? {
            evidence.push(id(row.get_ref(0)?.as_blob().unwrap_or_default())?);
        }
        Ok(evidence)
    }

    /// Whether a picture's bytes were given for this evidence.
    pub fn is_given(&self, sha256: &Hash, evidence: RecordId) -> Result<bool> {
        let mut query = self.db.prepare_cached(
            "SELECT 1 FROM picture_given WHERE county = ?1 AND sha256 = ?2 AND evidence = ?3",
        )?;
        Ok(query.exists((self.county, sha256, evidence.0.as_bytes()))?)
    }

    /// Whether this device gave a picture's bytes once, for whatever evidence.
    pub fn gave(&self, device: DeviceNo, sha256: &Hash) -> Result<bool> {
        let mut query = self.db.prepare_cached(
            "SELECT 1 FROM picture_given WHERE county = ?1 AND sha256 = ?2 AND device = ?3",
        )?;
        Ok(query.exists((self.county, sha256, device.0))?)
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

#[cfg(test)]
mod tests {
    use super::super::{MIGRATIONS, Storage, StorageError, connect};
    use rusqlite::OpenFlags;
    use xunge_domain::ids::RecordId;
    use zeroize::Zeroizing;

    #[test]
    fn pictures_of_before_are_given_for_the_evidence_that_spoke_of_them_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("county.db");
        let key = Zeroizing::new([7; 32]);
        let id = |n: u8| RecordId(uuid::Uuid::from_bytes([n; 16]));
        {
            let db = connect(&path, &key, OpenFlags::default()).unwrap();
            db.execute_batch(MIGRATIONS[0]).unwrap();
            db.pragma_update(None, "user_version", 1).unwrap();
            for (n, made_ms) in [(1_u8, 200_i64), (2, 100), (3, 300)] {
                db.execute(
                    "INSERT INTO record (county, id, kind, area, made_ms, seq, state) VALUES (1, ?1, 12, ?1, ?2, ?3, x'')",
                    (id(n).0.as_bytes(), made_ms, n),
                )
                .unwrap();
                db.execute(
                    "INSERT INTO picture (county, sha256, evidence, which) VALUES (1, ?1, ?2, 1)",
                    ([8_u8; 32], id(n).0.as_bytes()),
                )
                .unwrap();
            }
            db.execute(
                "INSERT INTO picture (county, sha256, evidence, which) VALUES (1, ?1, ?2, 2)",
                ([9_u8; 32], id(1).0.as_bytes()),
            )
            .unwrap();
            db.execute(
                "INSERT INTO blob (county, sha256, bytes, received_ms) VALUES (1, ?1, 5, 0)",
                [[8_u8; 32]],
            )
            .unwrap();
        }
        let storage = Storage::open(&path, key).unwrap();
        storage
            .read(|rows| {
                assert_eq!(rows.given_for(&[8; 32])?, [id(2)]);
                assert!(rows.given_for(&[9; 32])?.is_empty(), "it never arrived");
                Ok::<_, StorageError>(())
            })
            .unwrap();
    }
}
