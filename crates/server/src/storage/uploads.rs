//! Uploads under way: one for each picture and phone, found by the hash of its token.

use super::{Result, Rows, hash, id, signed, unsigned};
use rusqlite::{OptionalExtension as _, Row};
use xunge_domain::ids::{DeviceNo, RecordId};
use xunge_domain::operation::Hash;

/// An upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRow {
    /// Whose.
    pub device: DeviceNo,
    /// Of which picture.
    pub sha256: Hash,
    /// SHA-256 of the token in its URL.
    pub token: Hash,
    /// 1 full, 2 thumbnail.
    pub which: u8,
    /// The evidence that speaks of it.
    pub evidence: RecordId,
    /// Length announced.
    pub bytes: u64,
    /// Bytes received and durable.
    pub offset: u64,
    /// Lengths of the pieces that make up `offset`, in order.
    pub pieces: Vec<u32>,
    /// Until when the URL works.
    pub expires_ms: i64,
}

const UPLOAD: &str = "SELECT device, sha256, token, which, evidence, bytes, offset, pieces, expires_ms FROM upload WHERE county = ?1";

fn upload(row: &Row<'_>) -> Result<UploadRow> {
    let pieces: Vec<u8> = row.get(7)?;
    let word = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().unwrap_or_default());
    Ok(UploadRow {
        device: DeviceNo(row.get(0)?),
        sha256: hash(row.get_ref(1)?.as_blob().unwrap_or_default())?,
        token: hash(row.get_ref(2)?.as_blob().unwrap_or_default())?,
        which: row.get(3)?,
        evidence: id(row.get_ref(4)?.as_blob().unwrap_or_default())?,
        bytes: unsigned(row.get(5)?),
        offset: unsigned(row.get(6)?),
        pieces: pieces.chunks_exact(4).map(word).collect(),
        expires_ms: row.get(8)?,
    })
}

impl Rows<'_> {
    /// Writes an upload.
    pub fn put_upload(&self, row: &UploadRow) -> Result<()> {
        let pieces: Vec<u8> = row.pieces.iter().flat_map(|length| length.to_be_bytes()).collect();
        self.db
            .prepare_cached(
                "INSERT INTO upload (county, device, sha256, token, which, evidence, bytes, offset, pieces, expires_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                 ON CONFLICT (county, device, sha256) DO UPDATE SET token = excluded.token, which = excluded.which,
                   evidence = excluded.evidence, bytes = excluded.bytes, offset = excluded.offset,
                   pieces = excluded.pieces, expires_ms = excluded.expires_ms",
            )?
            .execute((
                self.county,
                row.device.0,
                row.sha256,
                row.token,
                row.which,
                row.evidence.0.as_bytes(),
                signed(row.bytes),
                signed(row.offset),
                pieces,
                row.expires_ms,
            ))?;
        Ok(())
    }

    /// A phone's upload of a picture.
    pub fn upload_of(&self, device: DeviceNo, sha256: &Hash) -> Result<Option<UploadRow>> {
        let mut query = self.db.prepare_cached(&format!("{UPLOAD} AND device = ?2 AND sha256 = ?3"))?;
        query.query_row((self.county, device.0, sha256), |row| Ok(upload(row))).optional()?.transpose()
    }

    /// The upload with this token.
    pub fn upload(&self, token: &Hash) -> Result<Option<UploadRow>> {
        let mut query = self.db.prepare_cached(&format!("{UPLOAD} AND token = ?2"))?;
        query.query_row((self.county, token), |row| Ok(upload(row))).optional()?.transpose()
    }

    /// Forgets an upload.
    pub fn drop_upload(&self, device: DeviceNo, sha256: &Hash) -> Result<()> {
        self.db
            .prepare_cached("DELETE FROM upload WHERE county = ?1 AND device = ?2 AND sha256 = ?3")?
            .execute((self.county, device.0, sha256))?;
        Ok(())
    }

    /// Bytes received of a picture by an upload under way for this evidence.
    pub fn received_of(&self, sha256: &Hash, evidence: RecordId) -> Result<u64> {
        let mut query = self.db.prepare_cached(
            "SELECT max(offset) FROM upload WHERE county = ?1 AND sha256 = ?2 AND evidence = ?3",
        )?;
        let offset: Option<i64> =
            query.query_row((self.county, sha256, evidence.0.as_bytes()), |row| row.get(0))?;
        Ok(offset.map_or(0, unsigned))
    }

    /// Uploads whose time is over.
    pub fn expired_uploads(&self, now_ms: i64) -> Result<Vec<UploadRow>> {
        let mut query = self.db.prepare_cached(&format!("{UPLOAD} AND expires_ms < ?2"))?;
        let mut rows = query.query((self.county, now_ms))?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(upload(row)?);
        }
        Ok(all)
    }

    /// How many uploads a phone has under way.
    pub fn uploads_under_way(&self, device: DeviceNo) -> Result<u64> {
        let count: i64 = self.db.query_row(
            "SELECT count(*) FROM upload WHERE county = ?1 AND device = ?2",
            (self.county, device.0),
            |row| row.get(0),
        )?;
        Ok(unsigned(count))
    }
}
