//! What changes a photo's row: taken, reported, on its way, received, refused, gone. Each change names the states it
//! starts from, so that one that comes late or twice changes nothing.

use super::PhotoKey;
use super::rows::NewPhoto;
use crate::error::StoreError;
use crate::store::Writer;
use rusqlite::params;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;

impl Writer<'_> {
    /// Adds a photo to a form. Its files are on the disk already ([`super::PhotoVault::keep`]).
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn add_photo(&self, photo: &NewPhoto) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO photo (uuid, form, key, original_sha256, stored_sha256, thumbnail_sha256, bytes, thumbnail_bytes,
                   width, height, taken_ms, time_verified, mono_since_server, lat_e7, lon_e7, accuracy_dm, mock, satellite_ms,
                   number, state)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, 0)",
            )?
            .execute(params![
                photo.id.0.as_bytes().as_slice(),
                photo.form,
                photo.key.0.as_slice(),
                photo.original_sha256,
                photo.stored_sha256,
                photo.thumbnail_sha256,
                photo.bytes,
                photo.thumbnail_bytes,
                photo.width,
                photo.height,
                photo.taken_ms,
                photo.time_verified,
                photo.mono_since_server,
                photo.place_e7.map(|(lat, _)| lat),
                photo.place_e7.map(|(_, lon)| lon),
                photo.accuracy_dm,
                photo.mock,
                photo.satellite_ms,
                photo.number,
            ])?;
        self.touch();
        Ok(())
    }

    /// Reports a draft's photo: it leaves its form, belongs to its evidence record and is to be sent.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such draft photo.
    pub fn report_photo(&self, id: RecordId) -> Result<(), StoreError> {
        let evidence = self.key_for(id, RecordKind::PhotoEvidence.code(), false)?;
        self.photo_changed(
            "UPDATE photo SET form = NULL, evidence = ?2, state = 1 WHERE uuid = ?1 AND state = 0",
            params![id.0.as_bytes().as_slice(), evidence],
        )
    }

    /// Takes a reported photo back into a form: it is a draft's again, as if nothing of it had been sent, and another photo
    /// from here on, `anew`, whose files lie there already ([`super::PhotoVault::keep_anew`]). Its former id stays that of the
    /// evidence that was undone, at the county too, and there in the area it was reported in. One whose files are gone, or
    /// that the county refused, stays as it is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn photo_back_to_form(
        &self,
        id: RecordId,
        anew: RecordId,
        key: &PhotoKey,
        form: &str,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE photo
                 SET uuid = ?2, key = ?3, form = ?4, evidence = NULL, state = 0, upload_url = NULL, sent_bytes = 0,
                   thumbnail_sent = 0, receipt_ms = NULL
                 WHERE uuid = ?1 AND state IN (1, 2, 3)",
            )?
            .execute(params![
                id.0.as_bytes().as_slice(),
                anew.0.as_bytes().as_slice(),
                key.0.as_slice(),
                form
            ])?;
        self.touch();
        Ok(())
    }

    /// Says how far an upload has come. A photo at the county stays there.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such photo on its way.
    pub fn photo_sent(
        &self,
        id: RecordId,
        upload_url: Option<&str>,
        sent_bytes: u64,
    ) -> Result<(), StoreError> {
        self.photo_changed(
            "UPDATE photo SET upload_url = ?2, sent_bytes = ?3, state = 2 WHERE uuid = ?1 AND state IN (1, 2)",
            params![id.0.as_bytes().as_slice(), upload_url, sent_bytes],
        )
    }

    /// The county has the thumbnail.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn thumbnail_sent(&self, id: RecordId) -> Result<(), StoreError> {
        self.photo_changed(
            "UPDATE photo SET thumbnail_sent = 1 WHERE uuid = ?1 AND state > 0",
            params![id.0.as_bytes().as_slice()],
        )
    }

    /// The county does not hold what was sent: the picture, its thumbnail, or both are sent again from the start.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such photo on its way.
    pub fn photo_not_held(&self, id: RecordId, picture: bool, thumbnail: bool) -> Result<(), StoreError> {
        self.photo_changed(
            "UPDATE photo
             SET upload_url = iif(?2, NULL, upload_url), sent_bytes = iif(?2, 0, sent_bytes),
               thumbnail_sent = iif(?3, 0, thumbnail_sent), state = 2
             WHERE uuid = ?1 AND state IN (1, 2)",
            params![id.0.as_bytes().as_slice(), picture, thumbnail],
        )
    }

    /// The county's receipt came. The caller has compared the hash it states with `stored_sha256`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn photo_received(&self, id: RecordId, receipt_ms: i64) -> Result<(), StoreError> {
        self.photo_changed(
            "UPDATE photo
             SET state = 3, receipt_ms = ?2, upload_url = NULL, sent_bytes = bytes, reason = NULL
             WHERE uuid = ?1 AND state IN (1, 2, 4)",
            params![id.0.as_bytes().as_slice(), receipt_ms],
        )
    }

    /// The county did not take it; or, with no reason, it is to be sent again.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn photo_refused(&self, id: RecordId, reason: Option<&str>) -> Result<(), StoreError> {
        self.photo_changed(
            "UPDATE photo
             SET state = CASE WHEN ?2 IS NULL THEN 1 ELSE 4 END, reason = ?2, upload_url = NULL, sent_bytes = 0
             WHERE uuid = ?1 AND state IN (1, 2, 3, 4)",
            params![id.0.as_bytes().as_slice(), reason],
        )
    }

    /// The worker lets a photo go that the county did not take: its key is overwritten. Remove the files after this write.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such refused photo.
    pub fn let_photo_go(&self, id: RecordId) -> Result<(), StoreError> {
        self.photo_changed(
            "UPDATE photo SET state = 6, key = zeroblob(32) WHERE uuid = ?1 AND state = 4",
            params![id.0.as_bytes().as_slice()],
        )
    }

    /// The county went back to an older state: every photo it had received is offered again, thumbnail included. What it
    /// still holds it says at once; nothing of that travels twice.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn offer_photos_again(&self) -> Result<u64, StoreError> {
        let changed = self
            .connection
            .prepare_cached(
                "UPDATE photo
                 SET state = 1, sent_bytes = 0, thumbnail_sent = 0, upload_url = NULL, receipt_ms = NULL
                 WHERE state = 3",
            )?
            .execute([])?;
        self.touch();
        Ok(changed as u64)
    }

    /// The county has lost this one: it is offered again, like one that was never sent.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the county had no receipt for it.
    pub fn offer_photo_again(&self, id: RecordId) -> Result<(), StoreError> {
        self.photo_changed(
            "UPDATE photo
             SET state = 1, sent_bytes = 0, thumbnail_sent = 0, upload_url = NULL, receipt_ms = NULL
             WHERE uuid = ?1 AND state = 3",
            params![id.0.as_bytes().as_slice()],
        )
    }

    /// Its files may go after this write: it was received long enough ago. The key is overwritten, so that the files are
    /// shredded even if removing them fails.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the county has no receipt for it.
    pub fn photo_gone(&self, id: RecordId) -> Result<(), StoreError> {
        self.photo_changed(
            "UPDATE photo SET state = 5, key = zeroblob(32) WHERE uuid = ?1 AND state = 3",
            params![id.0.as_bytes().as_slice()],
        )
    }

    /// Takes a photo out of a draft. Remove the files after this write.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such draft photo.
    pub fn drop_photo(&self, id: RecordId) -> Result<(), StoreError> {
        self.photo_changed(
            "DELETE FROM photo WHERE uuid = ?1 AND state = 0",
            params![id.0.as_bytes().as_slice()],
        )
    }

    fn photo_changed(&self, sql: &str, values: impl rusqlite::Params) -> Result<(), StoreError> {
        let changed = self.connection.prepare_cached(sql)?.execute(values)?;
        self.touch();
        if changed == 1 { Ok(()) } else { Err(StoreError::NotFound("photo")) }
    }
}
