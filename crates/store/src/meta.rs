//! Single facts about this phone: who it is, whose county, which worker, settings; the feed's cursors; the reserve of
//! nonces. Names are listed here so that no two callers use one for different things.

use crate::error::StoreError;
use crate::store::{Reader, Writer};
use rusqlite::{OptionalExtension, params};
use xunge_domain::ids::{DeviceNo, RecordId};
use xunge_domain::records::RecordKind;

/// A fact and its name on disk. Bytes, text or number as the line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fact {
    /// Bytes: who this phone is to its county (device, keys, worker, areas), as the client wrote it. Secret.
    Identity,
    /// Bytes: the county's epoch; another one means that it was restored from a backup.
    Epoch,
    /// Number: the phone's wall clock at the last answer of the county.
    LastContactMs,
    /// Number: the last server time seen.
    LastServerMs,
    /// Number: nonces up to this may have been used.
    NonceMark,
    /// Bytes: own chain at the last receipt, counter and head.
    AcknowledgedChain,
    /// Number: place in the county's feed up to which everything is here.
    FeedCursor,
    /// Number: feed place of the snapshot being loaded.
    SnapshotAt,
    /// Number: its next page; absent when no snapshot is due.
    SnapshotPage,
    /// Number: operations received of it.
    SnapshotReceived,
    /// Number: days a photo stays after its receipt.
    PhotoKeepDays,
    /// Number: server time until which the phone may be opened without contact.
    LeaseUntilMs,
    /// Bytes: areas that are no longer granted and whose records have still to go, 16 bytes each.
    LostAreas,
    /// Bytes, empty: records were taken away once because an area was no longer granted. Own operations stayed in the log,
    /// so an area that is granted again has rows to be made of them.
    Purged,
    /// Bytes: that this store was built anew after damage, or lost the end of its log, as the client wrote it.
    Mended,
    /// Bytes: the newest mark of the county's feed, as the county encoded it. Shown at each greeting.
    FeedMark,
    /// Bytes, empty: everything is being read anew; what the county does not name again goes at the end.
    Rebuilding,
    /// Number: server time of the last time everything was read anew because it differed.
    RebuiltMs,
    /// Bytes, empty: something was erased by law, and its traces in unused parts of the files have still to go.
    ScrubDue,
    /// Number: row of the access log up to which the county has it.
    OpenedToldTo,
}

impl Fact {
    const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Epoch => "epoch",
            Self::LastContactMs => "last_contact_ms",
            Self::LastServerMs => "last_server_ms",
            Self::NonceMark => "nonce_mark",
            Self::AcknowledgedChain => "acknowledged_chain",
            Self::FeedCursor => "feed_cursor",
            Self::SnapshotAt => "snapshot_at",
            Self::SnapshotPage => "snapshot_page",
            Self::SnapshotReceived => "snapshot_received",
            Self::PhotoKeepDays => "photo_keep_days",
            Self::LeaseUntilMs => "lease_until_ms",
            Self::LostAreas => "lost_areas",
            Self::Purged => "purged",
            Self::Mended => "mended",
            Self::FeedMark => "feed_mark",
            Self::Rebuilding => "rebuilding",
            Self::RebuiltMs => "rebuilt_ms",
            Self::ScrubDue => "scrub_due",
            Self::OpenedToldTo => "opened_told_to",
        }
    }
}

/// How far the feed of an area was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedState {
    /// The area.
    pub area: RecordId,
    /// Place in the feed up to which everything is here.
    pub cursor: u64,
    /// Progress of a snapshot still being loaded, as the client wrote it; nothing when complete.
    pub snapshot: Option<Vec<u8>>,
    /// County's time until which the area may stay readable here.
    pub lease_until_ms: Option<i64>,
}

impl Reader<'_> {
    /// A fact in bytes.
    ///
    /// # Errors
    /// [`StoreError`], also when the fact is not bytes.
    pub fn fact_bytes(&self, fact: Fact) -> Result<Option<Vec<u8>>, StoreError> {
        self.fact(fact)
    }

    /// A fact in words.
    ///
    /// # Errors
    /// [`StoreError`], also when the fact is not text.
    pub fn fact_text(&self, fact: Fact) -> Result<Option<String>, StoreError> {
        self.fact(fact)
    }

    /// A fact in numbers.
    ///
    /// # Errors
    /// [`StoreError`], also when the fact is not a number.
    pub fn fact_int(&self, fact: Fact) -> Result<Option<i64>, StoreError> {
        self.fact(fact)
    }

    /// A fact that is the id of a record.
    ///
    /// # Errors
    /// [`StoreError`], also when the fact is not 16 bytes.
    pub fn fact_id(&self, fact: Fact) -> Result<Option<RecordId>, StoreError> {
        Ok(self.fact::<[u8; 16]>(fact)?.map(|bytes| RecordId(uuid::Uuid::from_bytes(bytes))))
    }

    /// A fact as it lies on the disk.
    pub(crate) fn raw_fact(&self, fact: Fact) -> Result<Option<rusqlite::types::Value>, StoreError> {
        self.fact(fact)
    }

    fn fact<T: rusqlite::types::FromSql>(&self, fact: Fact) -> Result<Option<T>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT value FROM meta WHERE name = ?1")?;
        Ok(statement.query_row([fact.name()], |row| row.get(0)).optional()?)
    }

    /// Every area whose feed is read.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn feeds(&self) -> Result<Vec<FeedState>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT record.uuid, feed.cursor, feed.snapshot, feed.lease_until_ms
             FROM feed
             JOIN record ON record.id = feed.area
             ORDER BY feed.area",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(FeedState {
                area: RecordId(uuid::Uuid::from_bytes(row.get(0)?)),
                cursor: row.get(1)?,
                snapshot: row.get(2)?,
                lease_until_ms: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The worker who writes with a device, as far as the county told.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn worker_of_device(&self, device: DeviceNo) -> Result<Option<RecordId>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT record.uuid
             FROM device
             JOIN record ON record.id = device.worker
             WHERE device.id = ?1",
        )?;
        let worker = statement.query_row([device.0], |row| Ok(RecordId(uuid::Uuid::from_bytes(row.get(0)?))));
        Ok(worker.optional()?)
    }
}

impl Writer<'_> {
    /// Sets a fact in bytes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn set_fact_bytes(&self, fact: Fact, value: &[u8]) -> Result<(), StoreError> {
        self.set_fact(fact, value)
    }

    /// Sets a fact in words.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn set_fact_text(&self, fact: Fact, value: &str) -> Result<(), StoreError> {
        self.set_fact(fact, value)
    }

    /// Sets a fact in numbers.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn set_fact_int(&self, fact: Fact, value: i64) -> Result<(), StoreError> {
        self.set_fact(fact, value)
    }

    /// Sets a fact that is the id of a record.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn set_fact_id(&self, fact: Fact, value: RecordId) -> Result<(), StoreError> {
        self.set_fact(fact, value.0.as_bytes().as_slice())
    }

    /// Forgets a fact.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn drop_fact(&self, fact: Fact) -> Result<(), StoreError> {
        self.connection.prepare_cached("DELETE FROM meta WHERE name = ?1")?.execute([fact.name()])?;
        Ok(())
    }

    /// Sets a fact as it lay on the disk of another store.
    pub(crate) fn set_raw_fact(&self, fact: Fact, value: &rusqlite::types::Value) -> Result<(), StoreError> {
        self.set_fact(fact, value)
    }

    fn set_fact(&self, fact: Fact, value: impl rusqlite::ToSql) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO meta (name, value)
                 VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE
                 SET value = excluded.value",
            )?
            .execute(params![fact.name(), value])?;
        Ok(())
    }

    /// Sets how far the feed of an area was read.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn set_feed(&self, feed: &FeedState) -> Result<(), StoreError> {
        let area = self.key_for(feed.area, RecordKind::Area.code(), false)?;
        self.connection
            .prepare_cached(
                "INSERT INTO feed (area, cursor, snapshot, lease_until_ms)
                 VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (area) DO UPDATE
                 SET cursor = excluded.cursor, snapshot = excluded.snapshot, lease_until_ms = excluded.lease_until_ms",
            )?
            .execute(params![area, feed.cursor, feed.snapshot, feed.lease_until_ms])?;
        Ok(())
    }

    /// Forgets the feed of an area.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn drop_feed(&self, area: RecordId) -> Result<(), StoreError> {
        if let Some(area) = self.key_of(area)? {
            self.connection.prepare_cached("DELETE FROM feed WHERE area = ?1")?.execute([area])?;
        }
        Ok(())
    }

    /// Says who writes with a device.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn set_device(&self, device: DeviceNo, worker: RecordId) -> Result<(), StoreError> {
        let worker = self.key_for(worker, RecordKind::Worker.code(), false)?;
        self.connection
            .prepare_cached(
                "INSERT INTO device (id, worker)
                 VALUES (?1, ?2)
                 ON CONFLICT (id) DO UPDATE
                 SET worker = excluded.worker",
            )?
            .execute(params![device.0, worker])?;
        Ok(())
    }
}
