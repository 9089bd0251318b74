//! Rows of photos: what is known about each and how far its upload has come. What changes them stands in `writing`.

use super::PhotoKey;
use crate::error::StoreError;
use crate::store::Reader;
use rusqlite::{OptionalExtension, params};
use uuid::Uuid;
use xunge_domain::ids::RecordId;
use xunge_domain::operation::Hash;
use zeroize::Zeroizing;

/// Where a photo stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum PhotoState {
    /// In a form that was not reported yet.
    Draft = 0,
    /// Reported; not sent.
    ToSend = 1,
    /// An upload was begun.
    Sending = 2,
    /// The county holds it whole and said so by receipt.
    AtCounty = 3,
    /// The county did not take it; it is kept.
    Refused = 4,
    /// Its files are gone from the phone after receipt and the county's keep-days.
    Gone = 5,
    /// The county did not take it and the worker let it go: it is nowhere any more.
    LetGo = 6,
}

impl PhotoState {
    fn from_number(number: u8) -> Option<Self> {
        use PhotoState::{AtCounty, Draft, Gone, LetGo, Refused, Sending, ToSend};
        [Draft, ToSend, Sending, AtCounty, Refused, Gone, LetGo]
            .into_iter()
            .find(|state| *state as u8 == number)
    }
}

/// A photo as it comes out of the pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPhoto {
    /// Its id; later the id of its evidence record.
    pub id: RecordId,
    /// The form it belongs to.
    pub form: String,
    /// From [`super::PhotoVault::keep`].
    pub key: PhotoKey,
    /// Hash of the bytes the camera gave.
    pub original_sha256: Hash,
    /// Hash of the stored picture.
    pub stored_sha256: Hash,
    /// Hash of the thumbnail.
    pub thumbnail_sha256: Hash,
    /// Bytes of the stored picture.
    pub bytes: u64,
    /// Bytes of the thumbnail.
    pub thumbnail_bytes: u64,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// When taken, by the phone's clock.
    pub taken_ms: i64,
    /// Whether the county's time was seen recently.
    pub time_verified: bool,
    /// Monotonic ms since the county's time was seen.
    pub mono_since_server: Option<u64>,
    /// Latitude and longitude in 1e-7 degrees.
    pub place_e7: Option<(i32, i32)>,
    /// Radius of uncertainty.
    pub accuracy_dm: Option<u32>,
    /// Whether the position came from a mock provider.
    pub mock: bool,
    /// What satellites said the time was, UTC ms.
    pub satellite_ms: Option<i64>,
    /// The short number that its stamp gives the report.
    pub number: String,
}

/// A photo as it lies here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// What came out of the pipeline; `form` is empty once reported.
    pub facts: NewPhoto,
    /// Its evidence record, once reported.
    pub evidence: Option<RecordId>,
    /// Where it stands.
    pub state: PhotoState,
    /// Where a broken-off upload goes on.
    pub upload_url: Option<String>,
    /// Bytes the county has.
    pub sent_bytes: u64,
    /// Whether the county has the thumbnail.
    pub thumbnail_sent: bool,
    /// Why the county refused it.
    pub reason: Option<String>,
    /// County's time of the receipt.
    pub receipt_ms: Option<i64>,
}

/// How far some photos are: finished ones count with all their bytes, so that the sums only grow while they travel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PhotosFrom {
    /// All of them.
    pub photos: u64,
    /// Those with a receipt.
    pub received: u64,
    /// Bytes of all.
    pub bytes: u64,
    /// Bytes the county has.
    pub sent_bytes: u64,
}

impl Photo {
    /// Its id.
    pub fn id(&self) -> RecordId {
        self.facts.id
    }
}

pub(crate) const SELECT_PHOTO: &str = "SELECT uuid, form, key, original_sha256, stored_sha256, thumbnail_sha256, bytes,
    thumbnail_bytes, width, height, taken_ms, time_verified, mono_since_server, lat_e7, lon_e7, accuracy_dm, mock,
    (SELECT record.uuid FROM record WHERE record.id = photo.evidence), state, upload_url, sent_bytes, thumbnail_sent,
    reason, receipt_ms, satellite_ms, number
    FROM photo";

pub(crate) fn read_photo(row: &rusqlite::Row<'_>) -> rusqlite::Result<Photo> {
    let place = (row.get::<_, Option<i32>>(13)?, row.get::<_, Option<i32>>(14)?);
    let state = row.get(18)?;
    Ok(Photo {
        facts: NewPhoto {
            id: RecordId(Uuid::from_bytes(row.get(0)?)),
            form: row.get::<_, Option<String>>(1)?.unwrap_or_default(),
            key: PhotoKey(Zeroizing::new(row.get(2)?)),
            original_sha256: row.get(3)?,
            stored_sha256: row.get(4)?,
            thumbnail_sha256: row.get(5)?,
            bytes: row.get(6)?,
            thumbnail_bytes: row.get(7)?,
            width: row.get(8)?,
            height: row.get(9)?,
            taken_ms: row.get(10)?,
            time_verified: row.get(11)?,
            mono_since_server: row.get(12)?,
            place_e7: place.0.zip(place.1),
            accuracy_dm: row.get(15)?,
            mock: row.get(16)?,
            satellite_ms: row.get(24)?,
            number: row.get(25)?,
        },
        evidence: row.get::<_, Option<[u8; 16]>>(17)?.map(|bytes| RecordId(Uuid::from_bytes(bytes))),
        state: PhotoState::from_number(state)
            .ok_or(rusqlite::Error::IntegralValueOutOfRange(18, i64::from(state)))?,
        upload_url: row.get(19)?,
        sent_bytes: row.get(20)?,
        thumbnail_sent: row.get(21)?,
        reason: row.get(22)?,
        receipt_ms: row.get(23)?,
    })
}

impl Reader<'_> {
    fn photos(&self, rest: &str, values: impl rusqlite::Params) -> Result<Vec<Photo>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!("{SELECT_PHOTO} {rest}"))?;
        let rows = statement.query_map(values, read_photo)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One photo.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn photo(&self, id: RecordId) -> Result<Option<Photo>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!("{SELECT_PHOTO} WHERE uuid = ?1"))?;
        Ok(statement.query_row([id.0.as_bytes().as_slice()], read_photo).optional()?)
    }

    /// Photos of a form, in the order taken.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn photos_of_form(&self, form: &str) -> Result<Vec<Photo>, StoreError> {
        self.photos("WHERE form = ?1 ORDER BY id LIMIT 50", [form])
    }

    /// Photos still to be sent: those without thumbnail at the county first, then oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn photos_to_send(&self, limit: u32) -> Result<Vec<Photo>, StoreError> {
        self.photos(
            "WHERE state IN (1, 2) ORDER BY thumbnail_sent, id LIMIT ?1",
            [limit.min(crate::queries::MAX_ROWS)],
        )
    }

    /// Every photo that was reported on this phone, in the order taken.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn photos_reported(&self) -> Result<Vec<Photo>, StoreError> {
        self.photos("WHERE state > 0 ORDER BY id", [])
    }

    /// How many photos were reported on this phone; those that the worker let go are none any more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn photo_count(&self) -> Result<u64, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT COUNT(*) FROM photo WHERE state BETWEEN 1 AND 5")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// How many photos the county has and said so by receipt, those whose files have gone from the phone since too.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn photos_at_county(&self) -> Result<u64, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT COUNT(*) FROM photo WHERE state IN (3, 5)")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// How many photos the county did not take; they are kept.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn photos_refused(&self) -> Result<u64, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT COUNT(*) FROM photo WHERE state = 4")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// Photos the county did not take, or that cannot be sent, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn refused_photos(&self, limit: u32) -> Result<Vec<Photo>, StoreError> {
        self.photos("WHERE state = 4 ORDER BY id LIMIT ?1", [limit])
    }

    /// How many photos are to be sent, and the number of the first of them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn photos_waiting(&self) -> Result<(u64, Option<i64>), StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT COUNT(*), MIN(id) FROM photo WHERE state IN (1, 2)")?;
        Ok(statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// How far the photos are that were reported from that number on; those the county did not take are left out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn photos_from(&self, first: i64) -> Result<PhotosFrom, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT COUNT(*), COALESCE(SUM(state = 3), 0), COALESCE(SUM(bytes), 0), COALESCE(SUM(sent_bytes), 0)
             FROM photo
             WHERE id >= ?1 AND state BETWEEN 1 AND 3",
        )?;
        Ok(statement.query_row([first], |row| {
            Ok(PhotosFrom {
                photos: row.get(0)?,
                received: row.get(1)?,
                bytes: row.get(2)?,
                sent_bytes: row.get(3)?,
            })
        })?)
    }

    /// Photos with a receipt older than this county's time: their files may go from the phone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn photos_received_before(&self, receipt_ms: i64, limit: u32) -> Result<Vec<RecordId>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT uuid
             FROM photo
             WHERE state = 3 AND receipt_ms < ?1
             ORDER BY receipt_ms
             LIMIT ?2",
        )?;
        let rows = statement
            .query_map(params![receipt_ms, limit], |row| Ok(RecordId(Uuid::from_bytes(row.get(0)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every photo whose files must be there.
    pub(super) fn photos_with_files(&self) -> Result<Vec<RecordId>, StoreError> {
        let mut statement = self.connection.prepare("SELECT uuid FROM photo WHERE state NOT IN (5, 6)")?;
        let rows = statement.query_map([], |row| Ok(RecordId(Uuid::from_bytes(row.get(0)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
