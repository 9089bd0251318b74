//! Pictures from phones: an upload is begun by a signed request, continued by whoever holds its unguessable URL, and
//! ends as a picture that is durable and verified, or not at all. Pieces lie encrypted in the blob store until then.
//!
//! A hash is no key. Anybody may write any hash into evidence of their own, so a picture is shown and receipted only
//! through evidence for which its bytes came in: by a phone that sent them for this evidence, or had sent them before.
//! Whoever else has the same picture sends it again; it is kept once, under its hash, and the answers on the way are
//! those for a picture nobody ever sent.

use super::caller::Caller;
use super::error::{Refused, Result};
use super::{County, Scope};
use crate::blobs::Blobs;
use crate::storage::{DeviceState, Rows, UploadRow};
use sha2::{Digest as _, Sha256};
use xunge_domain::ids::{DeviceNo, RecordId};
use xunge_domain::operation::Hash;
use xunge_domain::planted::{Bug, planted};
use xunge_sync::messages::{BeginUpload, Receipt, Receipts, ReceiptsWanted};

/// How long an upload URL works.
pub const UPLOAD_MS: i64 = 24 * 3_600_000;
/// Most uploads a phone has under way: bounds what a stolen key can make the county store.
const MOST_UNDER_WAY: u64 = 500;
/// Most pieces of one upload. A phone on a link that breaks this often starts anew.
const MOST_PIECES: usize = 512;
/// Most hashes asked about at once.
const MOST_RECEIPTS: usize = 1_000;

/// What beginning an upload came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// The bytes came in for this evidence before.
    Held(Receipt),
    /// Go on at `offset` under this token.
    Open {
        /// Last part of the URL.
        token: String,
        /// Where to go on.
        offset: u64,
        /// Until when, UTC milliseconds.
        expires_ms: i64,
    },
}

/// Where an upload stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Bytes received and durable.
    pub offset: u64,
    /// Length announced.
    pub length: u64,
    /// Until when, UTC milliseconds.
    pub expires_ms: i64,
}

impl County {
    /// Begins an upload, or goes on with the one this phone has of this picture.
    ///
    /// # Errors
    /// [`Refused::NotFound`] when this evidence does not speak of the picture or is not in scope; [`Refused::TooLarge`]; [`Refused::Busy`].
    pub fn begin_upload(&self, caller: &Caller, begin: &BeginUpload) -> Result<Begun> {
        let sha256: Hash = begin.sha256.as_slice().try_into().map_err(|_| Refused::BadRequest("sha256"))?;
        let evidence =
            uuid::Uuid::from_slice(&begin.evidence).map_err(|_| Refused::BadRequest("evidence"))?;
        let evidence = RecordId(evidence);
        if begin.length == 0 {
            return Err(Refused::BadRequest("length").into());
        }
        if begin.length > self.settings.photo_limits.max_stored_bytes as u64 {
            return Err(Refused::TooLarge.into());
        }
        let mut secret = [0; 24];
        self.random.fill(&mut secret);
        let token: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let now_ms = self.now_ms();
        let expires_ms = now_ms + UPLOAD_MS;
        self.take_up_whole(caller.device.no, &sha256)?;
        self.write(|tx| {
            let rows = tx.rows();
            let speaks = rows.speaks_of(evidence, &sha256, begin.which)?;
            if !speaks
                || !(sees_evidence(rows, &caller.scope, evidence)? || hands_over(rows, caller, evidence)?)
            {
                return Err(Refused::NotFound.into());
            }
            if rows.gave(caller.device.no, &sha256)? {
                // One phone, the same picture twice: what it gave for one it has for the other.
                rows.give_picture(&sha256, evidence, caller.device.no)?;
            }
            if let Some(bytes) = given(rows, &sha256, evidence)? {
                return Ok(Begun::Held(Receipt { sha256: sha256.to_vec(), bytes }));
            }
            let known =
                rows.upload_of(caller.device.no, &sha256)?.filter(|upload| upload.bytes == begin.length);
            if known.is_none() && rows.uploads_under_way(caller.device.no)? >= MOST_UNDER_WAY {
                return Err(Refused::Busy { seconds: 600 }.into());
            }
            let (offset, pieces) = known.map(|upload| (upload.offset, upload.pieces)).unwrap_or_default();
            rows.put_upload(&UploadRow {
                device: caller.device.no,
                sha256,
                token: token_hash(&token),
                which: begin.which,
                evidence,
                bytes: begin.length,
                offset,
                pieces,
                expires_ms,
            })?;
            Ok(Begun::Open { token: token.clone(), offset, expires_ms })
        })
    }

    /// Where the upload with this token stands.
    ///
    /// # Errors
    /// [`Refused::NotFound`] when there is none, its time is over, or its phone was revoked.
    pub fn upload(&self, token: &str) -> Result<Standing> {
        let upload = self.read(|rows| self.open_upload(rows, token))?;
        if upload.offset == upload.bytes {
            self.finish(&upload)?;
        }
        Ok(Standing { offset: upload.offset, length: upload.bytes, expires_ms: upload.expires_ms })
    }

    fn open_upload(&self, rows: &Rows<'_>, token: &str) -> Result<UploadRow> {
        let upload = rows.upload(&token_hash(token))?.ok_or(Refused::NotFound)?;
        let device = rows.device_no(upload.device)?.ok_or(Refused::NotFound)?;
        if upload.expires_ms <= self.now_ms() || device.state == DeviceState::Revoked {
            return Err(Refused::NotFound.into());
        }
        Ok(upload)
    }

    /// Adds a piece; answers the new offset once it is durable. The last piece makes the picture, or ends the upload.
    ///
    /// # Errors
    /// [`Refused::OffsetMismatch`]; [`Refused::TooLarge`] beyond the announced length; [`Refused::HashMismatch`] and
    /// [`Refused::Picture`] for a whole picture that cannot be kept; [`Refused::NotFound`].
    pub fn continue_upload(&self, token: &str, offset: u64, piece: &[u8]) -> Result<u64> {
        let upload = self.read(|rows| self.open_upload(rows, token))?;
        if upload.offset != offset {
            return Err(Refused::OffsetMismatch { offset: upload.offset }.into());
        }
        let end = offset + piece.len() as u64;
        if end > upload.bytes {
            return Err(Refused::TooLarge.into());
        }
        if upload.pieces.len() >= MOST_PIECES {
            self.end_upload(&upload)?;
            return Err(Refused::OffsetMismatch { offset: 0 }.into());
        }
        if !piece.is_empty() {
            // Two connections that send different bytes for one place end in a wrong hash, and the phone starts anew.
            self.blobs.put(&piece_name(&upload, offset), piece)?;
            let length = u32::try_from(piece.len()).map_err(|_| Refused::TooLarge)?;
            self.write(|tx| {
                let mut now = self.open_upload(tx.rows(), token)?;
                if now.offset != offset {
                    return Err(Refused::OffsetMismatch { offset: now.offset }.into());
                }
                now.offset = end;
                now.pieces.push(length);
                Ok(tx.rows().put_upload(&now)?)
            })?;
        }
        if end == upload.bytes {
            self.finish(&self.read(|rows| self.open_upload(rows, token))?)?;
        }
        Ok(end)
    }

    /// The last piece came and the county went down before it had made the picture of it: that is made up for, or the
    /// phone would be sent away with "all of it is here" and told by receipt "nothing is", for ever.
    fn take_up_whole(&self, device: DeviceNo, sha256: &Hash) -> Result<()> {
        let known = self.read(|rows| Ok(rows.upload_of(device, sha256)?))?;
        let Some(upload) = known.filter(|upload| upload.offset == upload.bytes) else { return Ok(()) };
        match self.finish(&upload) {
            // What is no picture was dropped: the phone begins anew.
            Ok(()) | Err(super::CountyError::Refused(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn finish(&self, upload: &UploadRow) -> Result<()> {
        let mut bytes = Vec::with_capacity(usize::try_from(upload.bytes).unwrap_or(0));
        for length in &upload.pieces {
            let piece = self.blobs.get(&piece_name(upload, bytes.len() as u64))?;
            // A piece of another attempt may be longer than the one counted; what is not the picture fails its hash.
            bytes.extend(piece.unwrap_or_default().into_iter().take(*length as usize));
        }
        let kept = self.keep(&upload.sha256, &bytes, upload.evidence, upload.device);
        if kept.is_ok() || matches!(kept, Err(super::CountyError::Refused(_))) {
            self.end_upload(upload)?;
        }
        kept
    }

    /// Verifies a whole picture, makes it durable and notes for which evidence it came.
    fn keep(&self, sha256: &Hash, bytes: &[u8], evidence: RecordId, device: DeviceNo) -> Result<()> {
        xunge_photo::verify_stored(bytes, sha256, &self.settings.photo_limits).map_err(
            |error| match error {
                xunge_photo::PhotoError::HashMismatch => Refused::HashMismatch,
                other => Refused::Picture(other.code()),
            },
        )?;
        let bytes = if planted(Bug::ReceiptForAnother) {
            bytes.split_last().map_or(bytes, |(_, most)| most)
        } else {
            bytes
        };
        self.blobs.put(&picture_name(sha256), bytes)?;
        let now_ms = self.now_ms();
        self.write(|tx| {
            tx.rows().add_blob(sha256, bytes.len() as u64, now_ms)?;
            Ok(tx.rows().give_picture(sha256, evidence, device)?)
        })
    }

    /// Forgets an upload and its pieces.
    fn end_upload(&self, upload: &UploadRow) -> Result<()> {
        self.write(|tx| Ok(tx.rows().drop_upload(upload.device, &upload.sha256)?))?;
        let mut offset = 0;
        for length in &upload.pieces {
            self.blobs.remove(&piece_name(upload, offset))?;
            offset += u64::from(*length);
        }
        Ok(())
    }

    /// Forgets uploads whose time is over. To be called now and then.
    ///
    /// # Errors
    /// Of storage and blob store.
    pub fn sweep_uploads(&self) -> Result<usize> {
        let over = self.read(|rows| Ok(rows.expired_uploads(self.now_ms())?))?;
        for upload in &over {
            self.end_upload(upload)?;
        }
        Ok(over.len())
    }

    /// Which of these pictures are durable and verified, as far as the phone may know.
    ///
    /// # Errors
    /// [`Refused::TooLarge`] for more than a thousand; of the storage.
    pub fn receipts(&self, caller: &Caller, wanted: &ReceiptsWanted) -> Result<Receipts> {
        if wanted.hashes.len() > MOST_RECEIPTS {
            return Err(Refused::TooLarge.into());
        }
        self.read(|rows| {
            let mut held = Vec::new();
            for hash in &wanted.hashes {
                let Ok(sha256) = Hash::try_from(hash.as_slice()) else { continue };
                if let Some(bytes) = rows.blob(&sha256)?
                    && (sees_picture(rows, &caller.scope, &sha256)?
                        || rows.gave(caller.device.no, &sha256)?)
                {
                    held.push(Receipt { sha256: sha256.to_vec(), bytes });
                }
            }
            Ok(Receipts { held })
        })
    }

    /// A picture for a phone that sees evidence of it.
    ///
    /// # Errors
    /// [`Refused::NotFound`]; of storage and blob store.
    pub fn picture_for(&self, caller: &Caller, sha256: &Hash) -> Result<Vec<u8>> {
        if !self.read(|rows| sees_picture(rows, &caller.scope, sha256))? {
            return Err(Refused::NotFound.into());
        }
        self.picture(sha256)?.ok_or_else(|| Refused::NotFound.into())
    }

    /// A picture, whatever it was given for: for the county's own check of what it holds.
    ///
    /// # Errors
    /// Of storage and blob store.
    pub fn picture(&self, sha256: &Hash) -> Result<Option<Vec<u8>>> {
        if self.read(|rows| Ok(rows.blob(sha256)?))?.is_none() {
            return Ok(None);
        }
        Ok(self.blobs.get(&picture_name(sha256))?)
    }

    /// Copies a picture as it lies here, once its bytes were found to be that picture. Its name in the store and the
    /// bytes that were written; nothing when there is no such file.
    ///
    /// # Errors
    /// [`Refused::HashMismatch`]; of the blob stores.
    pub fn copy_picture(&self, sha256: &Hash, into: &Blobs) -> Result<Option<(String, Vec<u8>)>> {
        let name = picture_name(sha256);
        let Some(sealed) = self.blobs.sealed(&name)? else { return Ok(None) };
        if Hash::from(Sha256::digest(self.blobs.unsealed(&name, &sealed)?)) != *sha256 {
            return Err(Refused::HashMismatch.into());
        }
        into.put_sealed(&name, sealed.clone())?;
        Ok(Some((name, sealed)))
    }

    /// Removes the bytes of a picture that nothing speaks of any more.
    pub(super) fn remove_picture(&self, sha256: &Hash) -> Result<()> {
        Ok(self.blobs.remove(&picture_name(sha256))?)
    }

    /// Length of a picture held, whatever it was given for.
    ///
    /// # Errors
    /// Of the storage.
    pub fn picture_held(&self, sha256: &Hash) -> Result<Option<u64>> {
        self.read(|rows| Ok(rows.blob(sha256)?))
    }

    /// Length of a picture given for this evidence.
    ///
    /// # Errors
    /// Of the storage.
    pub fn picture_length(&self, sha256: &Hash, evidence: RecordId) -> Result<Option<u64>> {
        self.read(|rows| given(rows, sha256, evidence))
    }

    /// Bytes received so far of a picture that is not whole yet, for this evidence.
    ///
    /// # Errors
    /// Of the storage.
    pub fn picture_received(&self, sha256: &Hash, evidence: RecordId) -> Result<u64> {
        self.read(|rows| Ok(rows.received_of(sha256, evidence)?))
    }

    /// The evidence a picture was given for.
    ///
    /// # Errors
    /// Of the storage.
    pub fn evidence_of(&self, sha256: &Hash) -> Result<Vec<RecordId>> {
        self.read(|rows| Ok(rows.given_for(sha256)?))
    }

    /// Keeps a picture of the county's own evidence. It is verified all the same.
    ///
    /// # Errors
    /// [`Refused::Picture`], [`Refused::HashMismatch`]; of storage and blob store.
    pub fn keep_picture(&self, evidence: RecordId, bytes: &[u8]) -> Result<Hash> {
        let sha256: Hash = Sha256::digest(bytes).into();
        self.keep(&sha256, bytes, evidence, DeviceNo::COUNTY)?;
        Ok(sha256)
    }
}

/// Length of a picture that was given for this evidence.
fn given(rows: &Rows<'_>, sha256: &Hash, evidence: RecordId) -> Result<Option<u64>> {
    if !rows.is_given(sha256, evidence)? {
        return Ok(None);
    }
    Ok(rows.blob(sha256)?)
}

fn sees_evidence(rows: &Rows<'_>, scope: &Scope, evidence: RecordId) -> Result<bool> {
    let head = rows.record_head(evidence)?;
    Ok(head.is_some_and(|head| scope.covers(head.area) && scope.sees(head.kind, head.area, head.owner)))
}

/// Whether the caller reported this evidence in an area that was taken back a short while ago.
fn hands_over(rows: &Rows<'_>, caller: &Caller, evidence: RecordId) -> Result<bool> {
    let head = rows.record_head(evidence)?;
    Ok(head.is_some_and(|head| caller.scope.hands_over(head.area) && head.owner == Some(caller.worker.id)))
}

fn sees_picture(rows: &Rows<'_>, scope: &Scope, sha256: &Hash) -> Result<bool> {
    for evidence in rows.given_for(sha256)? {
        if sees_evidence(rows, scope, evidence)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn token_hash(token: &str) -> Hash {
    Sha256::digest(token.as_bytes()).into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn picture_name(sha256: &Hash) -> String {
    let name = hex(sha256);
    format!("photos/{}/{name}", &name[..2])
}

fn piece_name(upload: &UploadRow, offset: u64) -> String {
    format!("pieces/{}/{}/{offset}", upload.device.0, hex(&upload.sha256))
}
