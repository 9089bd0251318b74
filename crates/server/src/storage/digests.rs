//! Operations added up by area and writer.

use super::{Result, Rows, signed, unsigned};
use rusqlite::OptionalExtension as _;
use std::collections::BTreeMap;
use xunge_domain::ids::{DeviceNo, RecordId};
use xunge_domain::operation::{DigestSum, Operation};

fn sum(operations: i64, bytes: &[u8]) -> Result<DigestSum> {
    let bytes: [u8; 16] = bytes.try_into().map_err(|_| super::StorageError::Damaged("digest"))?;
    Ok(DigestSum { operations: unsigned(operations), sum: u128::from_be_bytes(bytes) })
}

impl Rows<'_> {
    /// Adds a change to what is noted of a writer in an area.
    pub fn add_digest(&self, area: RecordId, device: DeviceNo, change: &DigestSum) -> Result<()> {
        let mut query = self.db.prepare_cached(
            "SELECT operations, sum FROM area_digest WHERE county = ?1 AND area = ?2 AND device = ?3",
        )?;
        let found: Option<(i64, Vec<u8>)> = query
            .query_row((self.county, area.0.as_bytes(), device.0), |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let mut now =
            found.map(|(operations, bytes)| sum(operations, &bytes)).transpose()?.unwrap_or_default();
        now.merge(change);
        self.db
            .prepare_cached(
                "INSERT INTO area_digest (county, area, device, operations, sum) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (county, area, device) DO UPDATE
                   SET operations = excluded.operations, sum = excluded.sum",
            )?
            .execute((
                self.county,
                area.0.as_bytes(),
                device.0,
                signed(now.operations),
                now.sum.to_be_bytes(),
            ))?;
        Ok(())
    }

    /// What everybody but `but` wrote in an area.
    pub fn digest_without(&self, area: RecordId, but: DeviceNo) -> Result<DigestSum> {
        let mut query = self.db.prepare_cached(
            "SELECT operations, sum FROM area_digest WHERE county = ?1 AND area = ?2 AND device <> ?3",
        )?;
        let mut rows = query.query((self.county, area.0.as_bytes(), but.0))?;
        let mut all = DigestSum::default();
        while let Some(row) = rows.next()? {
            all.merge(&sum(row.get(0)?, row.get_ref(1)?.as_blob().unwrap_or_default())?);
        }
        Ok(all)
    }

    /// Adds everything up from the applied operations themselves, whatever was noted before.
    pub fn reckon_digests(&self) -> Result<()> {
        let mut sums: BTreeMap<(RecordId, DeviceNo), DigestSum> = BTreeMap::new();
        let mut query = self.db.prepare(&format!(
            "{} WHERE county = ?1 AND seq IS NOT NULL AND payload_hash IS NULL",
            super::operations::OPERATION
        ))?;
        let mut rows = query.query([self.county])?;
        while let Some(row) = rows.next()? {
            let Operation { header, payload, .. } = super::operations::operation(row)?.op;
            let digest = xunge_domain::operation::digest(&header, &payload);
            sums.entry((header.area, header.id.device)).or_default().add(digest);
        }
        self.db.execute("DELETE FROM area_digest WHERE county = ?1", [self.county])?;
        sums.iter().try_for_each(|((area, device), sum)| self.add_digest(*area, *device, sum))
    }
}
