//! Codes that a person carries to a phone, known by keyed hashes only: for enrolment, and for reopening a locked phone.

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

/// A code that reopens a locked phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReopenCodeRow {
    /// Which phone.
    pub device: DeviceNo,
    /// Until when.
    pub expires_ms: i64,
    /// The reply key that redeemed it.
    pub reply_key: Option<[u8; 32]>,
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
        self.db.execute(
            "DELETE FROM reopen_code WHERE county = ?1 AND expires_ms < ?2",
            (self.county, before_ms),
        )?;
        Ok(())
    }

    /// Opens a code for a locked phone; an earlier one of the same phone is over. `lookup` is its keyed hash.
    pub fn add_reopen_code(&self, lookup: &[u8; 32], device: DeviceNo, expires_ms: i64) -> Result<()> {
        self.db
            .execute("DELETE FROM reopen_code WHERE county = ?1 AND device = ?2", (self.county, device.0))?;
        self.db.execute(
            "INSERT INTO reopen_code (county, lookup, device, expires_ms) VALUES (?1, ?2, ?3, ?4)",
            (self.county, lookup, device.0, expires_ms),
        )?;
        Ok(())
    }

    /// A code for a locked phone.
    pub fn reopen_code(&self, lookup: &[u8; 32]) -> Result<Option<ReopenCodeRow>> {
        let mut query = self.db.prepare_cached(
            "SELECT device, expires_ms, reply_key FROM reopen_code WHERE county = ?1 AND lookup = ?2",
        )?;
        let found = query
            .query_row((self.county, lookup), |row| {
                Ok((DeviceNo(row.get(0)?), row.get(1)?, row.get::<_, Option<Vec<u8>>>(2)?))
            })
            .optional()?;
        let Some((device, expires_ms, reply_key)) = found else { return Ok(None) };
        let reply_key = reply_key.map(|key| hash(&key)).transpose()?;
        Ok(Some(ReopenCodeRow { device, expires_ms, reply_key }))
    }

    /// Notes the reply key that redeemed a code. The caller has seen, in the same transaction, that none had.
    pub fn redeem_reopen_code(&self, lookup: &[u8; 32], reply_key: &[u8; 32]) -> Result<()> {
        self.db.execute(
            "UPDATE reopen_code SET reply_key = ?3 WHERE county = ?1 AND lookup = ?2 AND reply_key IS NULL",
            (self.county, lookup, reply_key),
        )?;
        Ok(())
    }
}
