//! Enrolment codes, known by keyed hashes only.

use super::{Result, Rows, hash, id};
use rusqlite::OptionalExtension as _;
use xunge_domain::ids::{DeviceNo, RecordId};

/// An open or redeemed code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolCodeRow {
    /// Whose phone it enrols.
    pub worker: RecordId,
    /// Until when.
    pub expires_ms: i64,
    /// The device key that redeemed it, and the device made of it.
    pub redeemed: Option<([u8; 32], DeviceNo)>,
}

impl Rows<'_> {
    /// Opens a code. `lookup` is its keyed hash.
    pub fn add_enrol_code(&self, lookup: &[u8; 32], worker: RecordId, expires_ms: i64) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO enrol_code (county, lookup, worker, expires_ms) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((self.county, lookup, worker.0.as_bytes(), expires_ms))?;
        Ok(())
    }

    /// A code.
    pub fn enrol_code(&self, lookup: &[u8; 32]) -> Result<Option<EnrolCodeRow>> {
        let mut query = self.db.prepare_cached(
            "SELECT worker, expires_ms, redeemed_by, device FROM enrol_code WHERE county = ?1 AND lookup = ?2",
        )?;
        let found = query
            .query_row((self.county, lookup), |row| {
                let worker: Vec<u8> = row.get(0)?;
                let by: Option<Vec<u8>> = row.get(2)?;
                let device: Option<u32> = row.get(3)?;
                Ok((worker, row.get(1)?, by.zip(device)))
            })
            .optional()?;
        let Some((worker, expires_ms, redeemed)) = found else { return Ok(None) };
        let redeemed = redeemed
            .map(|(key, no)| Ok::<_, super::StorageError>((hash(&key)?, DeviceNo(no))))
            .transpose()?;
        Ok(Some(EnrolCodeRow { worker: id(&worker)?, expires_ms, redeemed }))
    }

    /// Notes who redeemed a code. The caller has seen, in the same transaction, that nobody had.
    pub fn redeem_code(&self, lookup: &[u8; 32], key: &[u8; 32], device: DeviceNo) -> Result<()> {
        self.db
            .prepare_cached(
                "UPDATE enrol_code SET redeemed_by = ?3, device = ?4
                  WHERE county = ?1 AND lookup = ?2 AND redeemed_by IS NULL",
            )?
            .execute((self.county, lookup, key, device.0))?;
        Ok(())
    }

    /// Forgets a worker's codes that nobody redeemed; says how many there were.
    pub fn forget_open_codes(&self, worker: RecordId) -> Result<usize> {
        Ok(self.db.execute(
            "DELETE FROM enrol_code WHERE county = ?1 AND worker = ?2 AND redeemed_by IS NULL",
            (self.county, worker.0.as_bytes()),
        )?)
    }

    /// Forgets codes that expired before `before_ms`.
    pub fn forget_codes(&self, before_ms: i64) -> Result<()> {
        self.db.execute(
            "DELETE FROM enrol_code WHERE county = ?1 AND expires_ms < ?2",
            (self.county, before_ms),
        )?;
        Ok(())
    }
}
