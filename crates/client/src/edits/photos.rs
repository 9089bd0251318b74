//! Taking photos: the file is on the disk, encrypted and fsynced, before anything says so.

use super::id;
use crate::error::{ClientError, Result, rule};
use crate::open::Open;
use crate::views::incidents::{PhotoArgs, PhotoView, RecoveredPhoto, TakePhotoArgs};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use xunge_domain::geometry::Fix;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::world::uuid_v7;
use xunge_photo::{Limits, Stamp, process};
use xunge_store::{NewPhoto, Photo, PhotoPart, StoreError};

/// Space that must stay free: a database transaction and the picture itself must still fit.
const RESERVE: u64 = 64 * 1024 * 1024;

impl Open {
    /// Takes a photo, or processes one from the gallery, and keeps it with the form.
    ///
    /// # Errors
    /// `photo_*`, `cancelled`, `no_permission`, `disk_full`, and those of the store. The form is as before.
    pub fn take_photo(&self, args: &TakePhotoArgs) -> Result<PhotoView> {
        if let Some(text) = &args.data_base64 {
            let original = STANDARD.decode(text).map_err(|_| rule("bad_arguments"))?;
            return self.keep_photo(&args.form, &original);
        }
        // The camera holds one picture at a time: an earlier one that could not be stored then comes first.
        self.recover_photo()?;
        let original = self.world.device.take_photo(&args.form)?;
        self.taken_over(self.keep_photo(&args.form, &original))
    }

    /// Takes over a picture that was taken before the process died, into the form it was taken for.
    ///
    /// # Errors
    /// As [`Open::take_photo`]; while the disk is full the picture waits on.
    pub fn recover_photo(&self) -> Result<Option<RecoveredPhoto>> {
        let Some(waiting) = self.world.device.recover_photo()? else { return Ok(None) };
        if waiting.purpose == crate::client::INVITATION {
            self.world.device.forget_photo()?;
            return Ok(None);
        }
        let photo = self.taken_over(self.keep_photo(&waiting.purpose, &waiting.original))?;
        Ok(Some(RecoveredPhoto { form: waiting.purpose, photo }))
    }

    /// The camera's own file goes once the encrypted copy is stored, or when the picture is of no use to anyone. While the
    /// disk is full or the store in trouble it stays, and is recovered later.
    fn taken_over(&self, kept: Result<PhotoView>) -> Result<PhotoView> {
        if matches!(kept, Ok(_) | Err(ClientError::Photo(_))) {
            // A file that cannot be deleted must not make a stored picture look unsaved; it is offered again later.
            let _ = self.world.device.forget_photo();
        }
        kept
    }

    fn keep_photo(&self, form: &str, original: &[u8]) -> Result<PhotoView> {
        if self.store.free_bytes().is_some_and(|free| free < RESERVE) {
            return Err(StoreError::DiskFull.into());
        }
        let now = self.world.clock.now();
        let (taken_ms, time_verified) = self.best_time(now);
        let fix = self.fix_now();
        let photo = RecordId(uuid_v7(now, &*self.world.random));
        let number = self.number_of_form(form)?.unwrap_or_else(|| short_number(photo));
        let identity = self.identity();
        let stamp = Stamp {
            taken: crate::local::time_of(taken_ms),
            time_verified,
            place: fix.as_ref().map(place),
            place_name: None,
            worker_no: identity.worker_number.clone(),
            item_no: number.clone(),
        };
        let processed = process(original, &stamp, &Limits::default())?;
        let vault = self.store.photos();
        let key = vault.keep(photo, &processed.stored, &processed.thumbnail, &*self.world.random)?;
        let new = NewPhoto {
            id: photo,
            form: form.to_owned(),
            key,
            original_sha256: processed.original_sha256,
            stored_sha256: processed.stored_sha256,
            thumbnail_sha256: processed.thumbnail_sha256,
            bytes: processed.stored.len() as u64,
            thumbnail_bytes: processed.thumbnail.len() as u64,
            width: processed.width,
            height: processed.height,
            taken_ms,
            time_verified,
            mono_since_server: time_verified.then(|| self.evidence(now).since_server_ms),
            place_e7: fix.as_ref().map(|fix| (fix.at.lat_e7(), fix.at.lon_e7())),
            accuracy_dm: fix.as_ref().map(|fix| fix.accuracy_dm),
            mock: fix.as_ref().is_some_and(|fix| fix.mock),
            satellite_ms: fix.as_ref().and_then(|fix| fix.satellite_ms),
            number,
        };
        if let Err(error) = self.store.write(|writer| writer.add_photo(&new)) {
            // No row, no photo: the files would be swept at the next opening anyway.
            let _ = vault.remove(photo);
            return Err(error.into());
        }
        self.photo_view(photo)
    }

    /// What the stamps of a form's pictures call its report: the number of the incident it adds to, or that of the picture
    /// taken first, which the report then takes. None where there is neither.
    fn number_of_form(&self, form: &str) -> Result<Option<String>> {
        self.store.read(|reader| {
            let incident = form.strip_prefix("incident:").and_then(|text| text.parse().ok());
            if let Some(incident) = incident
                && let Some(row) = reader.row(RecordKind::Incident, incident)?
                && let Some(number) = row.field(RecordKind::Incident, "number").text()
            {
                return Ok(Some(number.to_owned()));
            }
            Ok(number_of(&reader.photos_of_form(form)?))
        })
    }

    /// Takes a photo out of its form.
    ///
    /// # Errors
    /// `not_found` once it was reported, and those of the store.
    pub fn drop_photo(&self, args: &PhotoArgs) -> Result<()> {
        let photo = id(&args.id)?;
        self.store.write(|writer| writer.drop_photo(photo))?;
        self.store.photos().remove(photo)?;
        Ok(())
    }

    /// Bytes of a picture for the screen.
    ///
    /// # Errors
    /// `not_found`, `photo_damaged`, and those of the store.
    pub fn photo_bytes(&self, photo: &str, thumbnail: bool) -> Result<Vec<u8>> {
        let photo = id(photo)?;
        let held = self.store.read(|reader| reader.photo(photo))?.ok_or(rule("not_found"))?;
        let part = if thumbnail { PhotoPart::Thumbnail } else { PhotoPart::Picture };
        Ok(self.store.photos().read(photo, &held.facts.key, part)?)
    }
}

/// What the stamps of a form's pictures call its report.
pub(super) fn number_of(photos: &[Photo]) -> Option<String> {
    photos.iter().map(|photo| &photo.facts.number).find(|number| !number.is_empty()).cloned()
}

fn place(fix: &Fix) -> xunge_photo::Fix {
    xunge_photo::Fix {
        lat_e7: fix.at.lat_e7(),
        lon_e7: fix.at.lon_e7(),
        accuracy_m: fix.accuracy_dm.div_ceil(10),
    }
}

/// The short number that people can say: the last four hexadecimal digits of an id.
pub(crate) fn short_number(record: RecordId) -> String {
    let text = record.0.simple().to_string();
    text.get(28..).unwrap_or_default().to_ascii_uppercase()
}
