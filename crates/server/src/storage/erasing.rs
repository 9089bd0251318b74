//! Erasing by law, table by table.

use super::{Fed, Result, Rows, hash, id, signed, unsigned};
use xunge_domain::ids::{DeviceNo, RecordId};
use xunge_domain::operation::{Hash, Operation};
use xunge_domain::records::RecordKind;

/// A batch kept as evidence against a cloned phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The number it came under.
    pub device: DeviceNo,
    /// The first counter that was taken.
    pub counter: u64,
    /// Hash of the operation that came second.
    pub hash: Vec<u8>,
    /// As received.
    pub batch: Vec<u8>,
}

impl Rows<'_> {
    /// Every operation about a record, also those refused or waiting.
    pub fn everything_about(&self, record: RecordId) -> Result<Vec<Fed>> {
        let mut query = self.db.prepare_cached(&format!(
            "{} WHERE county = ?1 AND record = ?2 ORDER BY device, counter",
            super::operations::OPERATION
        ))?;
        let mut rows = query.query((self.county, record.0.as_bytes()))?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(super::operations::operation(row)?);
        }
        Ok(all)
    }

    /// Takes payload and salt of an operation away; the salted hash stays.
    pub fn erase_payload(&self, op: &Operation) -> Result<()> {
        let of = (self.county, op.header.id.device.0, signed(op.header.id.counter));
        self.db
            .prepare_cached(
                "UPDATE operation SET payload = x'', salt = zeroblob(16), payload_hash = ?4
                  WHERE county = ?1 AND device = ?2 AND counter = ?3",
            )?
            .execute((of.0, of.1, of.2, op.payload_hash()))?;
        for table in ["waiting", "held_delete"] {
            self.db.execute(
                &format!("DELETE FROM {table} WHERE county = ?1 AND device = ?2 AND counter = ?3"),
                of,
            )?;
        }
        Ok(())
    }

    /// Records of a kind that refer to `target` as their first (`parent`) or second reference, deleted ones too.
    pub fn all_referring(&self, kind: RecordKind, target: RecordId) -> Result<Vec<RecordId>> {
        let mut query = self.db.prepare_cached(
            "SELECT id FROM record INDEXED BY record_by_parent WHERE county = ?1 AND parent = ?2 AND kind = ?3 AND gone <> 2
             UNION
             SELECT id FROM record INDEXED BY record_by_second WHERE county = ?1 AND second = ?2 AND kind = ?3 AND gone <> 2",
        )?;
        let mut rows = query.query((self.county, target.0.as_bytes(), kind.code().0))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(id(row.get_ref(0)?.as_blob().unwrap_or_default())?);
        }
        Ok(found)
    }

    /// Forgets which pictures an evidence speaks of. Answers those that nothing speaks of any more: their bytes are to go
    /// after the commit.
    pub fn drop_pictures_of(&self, evidence: RecordId) -> Result<Vec<Hash>> {
        let mut query =
            self.db.prepare_cached("SELECT sha256 FROM picture WHERE county = ?1 AND evidence = ?2")?;
        let mut rows = query.query((self.county, evidence.0.as_bytes()))?;
        let mut spoken_of = Vec::new();
        while let Some(row) = rows.next()? {
            spoken_of.push(hash(row.get_ref(0)?.as_blob().unwrap_or_default())?);
        }
        for table in ["picture", "picture_given", "upload"] {
            self.db.execute(
                &format!("DELETE FROM {table} WHERE county = ?1 AND evidence = ?2"),
                (self.county, evidence.0.as_bytes()),
            )?;
        }
        let mut orphans = Vec::new();
        for sha256 in spoken_of {
            let mut left =
                self.db.prepare_cached("SELECT 1 FROM picture WHERE county = ?1 AND sha256 = ?2")?;
            if !left.exists((self.county, sha256))? {
                self.drop_blob(&sha256)?;
                orphans.push(sha256);
            }
        }
        Ok(orphans)
    }

    /// Everything kept as evidence against cloned phones.
    pub fn quarantine_batches(&self) -> Result<Vec<Evidence>> {
        let mut query = self
            .db
            .prepare_cached("SELECT device, counter, hash, batch FROM quarantine WHERE county = ?1")?;
        let rows = query.query_map([self.county], |row| {
            Ok(Evidence {
                device: DeviceNo(row.get(0)?),
                counter: unsigned(row.get(1)?),
                hash: row.get(2)?,
                batch: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<std::result::Result<_, _>>()?)
    }

    /// Writes a batch kept as evidence anew, without what was erased.
    pub fn put_quarantine_batch(&self, of: &Evidence, batch: &[u8]) -> Result<()> {
        self.db.execute(
            "UPDATE quarantine SET batch = ?5 WHERE county = ?1 AND device = ?2 AND counter = ?3 AND hash = ?4",
            (self.county, of.device.0, signed(of.counter), &of.hash, batch),
        )?;
        Ok(())
    }
}
