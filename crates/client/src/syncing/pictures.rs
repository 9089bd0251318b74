//! Pictures up: thumbnails first, then the stored pictures in pieces, resuming where the link broke. A picture counts as
//! held only when the county names its hash in a receipt.

use super::call::{Failed, trouble};
use crate::error::{ClientError, Result};
use crate::open::Open;
use crate::ports::{Request, Response};
use xunge_domain::ids::RecordId;
use xunge_domain::planted::{Bug, planted};
use xunge_store::{OpState, Photo, PhotoPart, PhotosFrom, Reader, StoreError};
use xunge_sync::messages::{BeginUpload, CONTENT_TYPE, Receipts, ReceiptsWanted, Refusal, decode, encode};
use xunge_sync::plan::{Failure, Lane};

/// Bytes of a piece: lost at most once when the link breaks.
const PIECE: usize = 256 * 1024;
/// Pictures looked at in one step.
const LOOK: u32 = 50;

/// How far the pictures are.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Backlog {
    /// Pictures with bytes that may travel now.
    pub to_send: u64,
    /// Pictures sent whole, without receipt.
    pub to_confirm: u64,
    /// Pictures that wait for a network that is not paid by the byte.
    pub held: u64,
    /// Pictures without receipt.
    pub waiting: u64,
    /// Pictures with receipt among `all`.
    pub done: u64,
    /// Pictures reported on this phone.
    pub all: u64,
    /// Those of this time: since there was none to send.
    pub now: PhotosFrom,
}

const fn sent_whole(photo: &Photo) -> bool {
    photo.thumbnail_sent && photo.sent_bytes >= photo.facts.bytes
}

impl Open {
    pub(super) fn pictures_waiting(&self, reader: &Reader<'_>, metered: bool) -> Result<Backlog> {
        let mut backlog = Backlog::default();
        let hold = metered && !self.settings().photos_on_mobile_data;
        for photo in arrived(reader)? {
            if sent_whole(&photo) {
                backlog.to_confirm += 1;
            } else if !photo.thumbnail_sent || !hold {
                backlog.to_send += 1;
            } else {
                backlog.held += 1;
            }
        }
        let (waiting, first) = reader.photos_waiting()?;
        backlog.waiting = waiting;
        backlog.all = reader.photo_count()?;
        backlog.done = backlog.all.saturating_sub(waiting + reader.photos_refused()?);
        let from = {
            let mut contact = self.contact();
            contact.photos = match (contact.photos, first) {
                (Some((from, false)), Some(first)) => Some((from.min(first), false)),
                (_, Some(first)) => Some((first, false)),
                (known, None) => known.map(|(from, _)| (from, true)),
            };
            contact.photos
        };
        if let Some((from, _)) = from {
            backlog.now = reader.photos_from(from)?;
        }
        Ok(backlog)
    }

    pub(super) fn send_picture(&self) -> std::result::Result<(), Failed> {
        let (waiting, purge) = self.store.read_shortly(|reader| {
            Ok::<_, ClientError>((arrived(reader)?, super::housekeeping::purge_due(reader)?))
        })?;
        let hold = self.world.device.metered() && !self.settings().photos_on_mobile_data && !purge;
        let next = waiting
            .iter()
            .find(|photo| !photo.thumbnail_sent)
            .or_else(|| waiting.iter().find(|photo| !hold && !sent_whole(photo)));
        let Some(photo) = next else { return Ok(()) };
        let sent = if photo.thumbnail_sent { self.send_piece(photo) } else { self.send_thumbnail(photo) };
        match sent {
            // This picture will not be taken however often it is sent: it is kept, the worker is told, the next one goes.
            Err(Failed::Call { failure: Failure::Refused | Failure::TooLarge, code, .. })
                if is_final(&code) =>
            {
                tracing::info!(code, "a picture was refused");
                self.store.write(|writer| {
                    Ok::<_, ClientError>(on_its_way(writer.photo_refused(photo.id(), Some(&code)))?)
                })?;
            }
            // Its file is gone or was changed here: the worker is told, and the others do not wait for it.
            Err(Failed::Local(ClientError::Store(StoreError::PhotoDamaged))) => {
                tracing::warn!("a picture on this phone is damaged and cannot be sent");
                self.store.write(|writer| {
                    Ok::<_, ClientError>(on_its_way(writer.photo_refused(photo.id(), Some("photo_damaged")))?)
                })?;
            }
            other => other?,
        }
        self.plan().succeeded(Lane::Photos);
        Ok(())
    }

    fn send_thumbnail(&self, photo: &Photo) -> std::result::Result<(), Failed> {
        let bytes = self.store.photos().read(photo.id(), &photo.facts.key, PhotoPart::Thumbnail)?;
        let wanted = BeginUpload {
            evidence: photo.id().0.as_bytes().to_vec(),
            which: 2,
            length: bytes.len() as u64,
            sha256: photo.facts.thumbnail_sha256.to_vec(),
        };
        if let Some(url) = self.begin_upload(&wanted)? {
            let mut response = self.patch(&url, 0, bytes.clone())?;
            if response.status == 409 {
                // A link that broke in mid-thumbnail: the county goes on with what it has of it.
                let held = self.send(Lane::Photos, &tus("HEAD", &url, Vec::new(), Vec::new()))?;
                let at = upload_offset(&held).ok_or_else(|| unexpected(&held))?;
                let rest =
                    usize::try_from(at).ok().and_then(|at| bytes.get(at..)).unwrap_or_default().to_vec();
                response = self.patch(&url, at, rest)?;
            }
            // A portal may say 204 as well; it does not know where the upload stands.
            if response.status != 204 || upload_offset(&response) != Some(wanted.length) {
                return Err(unexpected(&response));
            }
        }
        self.store.write(|writer| Ok::<_, ClientError>(on_its_way(writer.thumbnail_sent(photo.id()))?))?;
        Ok(())
    }

    fn send_piece(&self, photo: &Photo) -> std::result::Result<(), Failed> {
        let Some(url) = photo.upload_url.clone() else {
            let wanted = BeginUpload {
                evidence: photo.id().0.as_bytes().to_vec(),
                which: 1,
                length: photo.facts.bytes,
                sha256: photo.facts.stored_sha256.to_vec(),
            };
            let url = self.begin_upload(&wanted)?;
            // Held already (the receipt was lost on the way): everything counts as sent, and the receipt is asked for.
            let sent = if url.is_some() { 0 } else { photo.facts.bytes };
            return Ok(self.keep_progress(photo, url.as_deref(), sent)?);
        };
        let offset = photo.sent_bytes;
        let piece = self.store.photos().read_range(
            photo.id(),
            &photo.facts.key,
            PhotoPart::Picture,
            offset,
            PIECE,
        )?;
        let response = self.patch(&url, offset, piece)?;
        match response.status {
            204 => {
                let at = upload_offset(&response).ok_or_else(|| unexpected(&response))?;
                Ok(self.keep_progress(photo, Some(&url), at.min(photo.facts.bytes))?)
            }
            // The county has more or less than we think: a piece arrived whose answer did not. Ask where to go on.
            409 => {
                let response = self.send(Lane::Photos, &tus("HEAD", &url, Vec::new(), Vec::new()))?;
                let at = upload_offset(&response).ok_or_else(|| unexpected(&response))?;
                Ok(self.keep_progress(photo, Some(&url), at.min(photo.facts.bytes))?)
            }
            // The URL is over, or the bytes did not arrive as they were: begin anew.
            404 | 410 | 460 => Ok(self.keep_progress(photo, None, 0)?),
            _ => Err(unexpected(&response)),
        }
    }

    /// An upload URL, or nothing when the county holds the bytes already.
    fn begin_upload(&self, wanted: &BeginUpload) -> std::result::Result<Option<String>, Failed> {
        let headers = [("content-type", CONTENT_TYPE), ("tus-resumable", "1.0.0")];
        let response =
            self.send_signed(Lane::Photos, "POST", "/sync/v1/uploads", &headers, encode(wanted))?;
        if let Some(refusal) = self.judge(Lane::Photos, &response)? {
            return Err(Failed::refused(Lane::Photos, &refusal.code));
        }
        if response.status == 201 {
            let url = response.header("location").filter(|url| url.starts_with('/'));
            return url.map(|url| Some(url.to_owned())).ok_or_else(|| Failed::not_the_county(Lane::Photos));
        }
        let held: Receipts = decode(&response.body).map_err(|_| Failed::not_the_county(Lane::Photos))?;
        if held.held.iter().any(|receipt| receipt.sha256 == wanted.sha256) {
            Ok(None)
        } else {
            Err(Failed::not_the_county(Lane::Photos))
        }
    }

    fn patch(&self, url: &str, offset: u64, piece: Vec<u8>) -> std::result::Result<Response, Failed> {
        let headers = vec![
            ("content-type".to_owned(), "application/offset+octet-stream".to_owned()),
            ("upload-offset".to_owned(), offset.to_string()),
        ];
        self.send(Lane::Photos, &tus("PATCH", url, headers, piece))
    }

    fn keep_progress(&self, photo: &Photo, url: Option<&str>, bytes: u64) -> Result<()> {
        if planted(Bug::PhotoGoneBeforeReceipt) && bytes >= photo.facts.bytes {
            self.store.photos().remove(photo.id())?;
        }
        self.store
            .write(|writer| Ok::<_, ClientError>(on_its_way(writer.photo_sent(photo.id(), url, bytes))?))
    }

    /// Which of these pictures, received some time ago, the county holds now. Nothing when it cannot be asked just now.
    pub(super) fn still_held(&self, photos: &[RecordId]) -> Result<Vec<(RecordId, bool)>> {
        let known = self.store.read_shortly(|reader| {
            let known = photos.iter().map(|id| reader.photo(*id));
            Ok::<_, ClientError>(known.collect::<std::result::Result<Vec<_>, _>>()?)
        })?;
        let known: Vec<Photo> = known.into_iter().flatten().collect();
        if known.is_empty() {
            return Ok(Vec::new());
        }
        let hashes = known.iter().flat_map(|photo| [photo.facts.stored_sha256, photo.facts.thumbnail_sha256]);
        let wanted = ReceiptsWanted { hashes: hashes.map(|hash| hash.to_vec().into()).collect() };
        let receipts: Receipts = match self.post(Lane::Photos, "/sync/v1/receipts", &wanted) {
            Ok(Ok(receipts)) => receipts,
            Err(Failed::Local(error)) => return Err(error),
            Ok(Err(_)) | Err(Failed::Call { .. }) => return Ok(Vec::new()),
        };
        let holds = |hash: &[u8; 32]| receipts.held.iter().any(|receipt| receipt.sha256 == hash);
        Ok(known
            .iter()
            .map(|photo| {
                (photo.id(), holds(&photo.facts.stored_sha256) && holds(&photo.facts.thumbnail_sha256))
            })
            .collect())
    }

    pub(super) fn ask_receipts(&self) -> std::result::Result<(), Failed> {
        let waiting = self.store.read_shortly(arrived)?;
        let sent: Vec<&Photo> = waiting.iter().filter(|photo| sent_whole(photo)).collect();
        let wanted = ReceiptsWanted {
            hashes: sent
                .iter()
                .flat_map(|photo| [photo.facts.stored_sha256, photo.facts.thumbnail_sha256])
                .map(|hash| hash.to_vec().into())
                .collect(),
        };
        let receipts: Receipts = match self.post(Lane::Photos, "/sync/v1/receipts", &wanted)? {
            Ok(receipts) => receipts,
            Err(refusal) => return Err(Failed::refused(Lane::Photos, &refusal.code)),
        };
        let holds = |hash: &[u8; 32], bytes: u64| {
            receipts.held.iter().any(|receipt| receipt.sha256 == hash && receipt.bytes == bytes)
        };
        let (server_ms, _) = self.best_time(self.world.clock.now());
        self.store.write(|writer| {
            for photo in sent {
                let picture = holds(&photo.facts.stored_sha256, photo.facts.bytes);
                let thumbnail = holds(&photo.facts.thumbnail_sha256, photo.facts.thumbnail_bytes);
                if picture && thumbnail {
                    on_its_way(writer.photo_received(photo.id(), server_ms))?;
                } else {
                    // Sent, yet not held: it is sent again from the start. Nothing is deleted before a receipt.
                    on_its_way(writer.photo_not_held(photo.id(), !picture, !thumbnail))?;
                }
            }
            Ok::<_, ClientError>(())
        })?;
        self.plan().succeeded(Lane::Photos);
        Ok(())
    }
}

/// A picture that the worker took back into its form while it travelled has no progress to keep.
fn on_its_way(kept: std::result::Result<(), StoreError>) -> std::result::Result<(), StoreError> {
    match kept {
        Err(StoreError::NotFound(_)) => Ok(()),
        kept => kept,
    }
}

/// Pictures whose evidence the county holds: before that it takes no bytes of them.
fn arrived(reader: &Reader<'_>) -> Result<Vec<Photo>> {
    let mut photos = Vec::new();
    for photo in reader.photos_to_send(LOOK)? {
        if !matches!(reader.unsettled_of(photo.id())?, Some(OpState::OnPhone | OpState::Offered)) {
            photos.push(photo);
        }
    }
    Ok(photos)
}

/// Refusals of this very picture, as against those of the phone or the moment.
fn is_final(code: &str) -> bool {
    matches!(
        code,
        "not_found"
            | "too_large"
            | "bad_request"
            | "empty"
            | "not_an_image"
            | "unsupported_format"
            | "too_large_bytes"
            | "too_many_pixels"
            | "damaged"
            | "metadata_present"
            | "trailing_data"
    )
}

fn tus(method: &'static str, url: &str, mut headers: Vec<(String, String)>, body: Vec<u8>) -> Request {
    headers.push(("tus-resumable".to_owned(), "1.0.0".to_owned()));
    Request { method, path: url.to_owned(), headers, body }
}

fn upload_offset(response: &Response) -> Option<u64> {
    response.header("upload-offset").and_then(|text| text.parse().ok())
}

fn is_message(response: &Response) -> bool {
    response.header("content-type").is_some_and(|kind| kind.starts_with(CONTENT_TYPE))
}

fn unexpected(response: &Response) -> Failed {
    match response.status {
        429 | 500..=599 => Failed::Call {
            lane: Lane::Photos,
            failure: Failure::Busy(response.retry_after()),
            code: trouble(response).into(),
        },
        // Of the county only: a proxy's limit says nothing about this picture.
        413 if is_message(response) => Failed::refused(Lane::Photos, "too_large"),
        422 => {
            let refusal: Option<Refusal> = decode(&response.body).ok();
            Failed::refused(Lane::Photos, refusal.as_ref().map_or("damaged", |refusal| refusal.code.as_str()))
        }
        _ => Failed::not_the_county(Lane::Photos),
    }
}
