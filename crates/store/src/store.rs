//! The open store: one connection that writes, others that read when they are needed, and a number that rises with every
//! change.
//!
//! A write is one transaction: either all of it is on the disk when `write` returns `Ok`, or nothing of it is there. A
//! read sees one moment of the store from its first query to its last. Readers never wait for the writer.

use crate::connections::Connections;
use crate::error::{StoreError, WorkError};
use crate::files::Files;
use crate::kept::Kept;
use crate::keys::Secret;
use crate::mark::{Mark, Progress};
use crate::open::{Layout, OpenReport};
use crate::photos::PhotoVault;
use crate::sealed_file;
use crate::span::Span;
use rusqlite::{CachedStatement, Connection, OptionalExtension};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use xunge_domain::ids::RecordId;
use xunge_domain::operation::DigestSum;
use xunge_domain::planted::{Bug, planted};
use xunge_domain::records::RecordKind;
use xunge_domain::world::Randomness;

/// The phone's records, encrypted. Share it by reference; it may be used from any thread.
pub struct Store {
    layout: Layout,
    files: Arc<dyn Files>,
    connections: Connections,
    change: AtomicU64,
    record_change: AtomicU64,
    home_change: AtomicU64,
    mark: Mark,
    /// Key of the identity's copy.
    seal: Secret,
    report: OpenReport,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // No key, no path, no content.
        f.debug_struct("Store").field("change", &self.change()).finish_non_exhaustive()
    }
}

impl Store {
    pub(crate) fn from_parts(
        layout: Layout,
        files: Arc<dyn Files>,
        connections: Connections,
        mark: Mark,
        seal: Secret,
        report: OpenReport,
    ) -> Self {
        Self {
            layout,
            files,
            connections,
            change: AtomicU64::new(0),
            record_change: AtomicU64::new(0),
            home_change: AtomicU64::new(0),
            mark,
            seal,
            report,
        }
    }

    pub(crate) fn files(&self) -> &dyn Files {
        &*self.files
    }

    /// The folder of the store.
    pub(crate) fn dir(&self) -> &Path {
        self.layout.database.parent().unwrap_or_else(|| Path::new(""))
    }

    /// Keeps a sealed copy of [`crate::Fact::Identity`] beside the database, for the day on which its page is damaged.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::File`]; the older copy stays then.
    pub fn keep_identity_copy(&self, identity: &[u8], random: &dyn Randomness) -> Result<(), StoreError> {
        sealed_file::write(
            &self.layout.copy,
            &self.seal,
            sealed_file::IDENTITY,
            identity,
            random,
            &*self.files,
        )
    }

    /// What was noticed while opening.
    pub fn report(&self) -> &OpenReport {
        &self.report
    }

    /// The encrypted photo files.
    pub fn photos(&self) -> PhotoVault {
        PhotoVault::new(self.layout.photos.clone(), self.files.clone())
    }

    /// Rises with every committed write; starts at 0 with each opening.
    pub fn change(&self) -> u64 {
        self.change.load(Ordering::Acquire)
    }

    /// Rises with every committed write that touched a record, an operation's state or a photo: screens reload.
    pub fn record_change(&self) -> u64 {
        self.record_change.load(Ordering::Acquire)
    }

    /// Rises with every committed write that touched who is on record and who lives where.
    pub fn home_change(&self) -> u64 {
        self.home_change.load(Ordering::Acquire)
    }

    /// Runs `body` in one transaction and commits it durably. An error of `body` takes everything back.
    ///
    /// # Errors
    /// Those of `body`, and [`StoreError`] of the transaction itself.
    pub fn write<T, E: WorkError>(&self, body: impl FnOnce(&Writer<'_>) -> Result<T, E>) -> Result<T, E> {
        self.connections.writing(|connection| {
            let transaction = Span::writing(connection).map_err(StoreError::from)?;
            let writer = Writer::new(&transaction, self.connections.waiting());
            let value = body(&writer)?;
            writer.keep_digests()?;
            let (progress, touched, homes) =
                (writer.progress.get(), writer.touched.get(), writer.homes.get());
            // Its statements go back before the transaction ends.
            drop(writer);
            let committed = transaction.commit().map_err(StoreError::from);
            if !planted(Bug::SavedWithoutCommit) {
                committed?;
            }
            if let Some(progress) = progress {
                // The commit is durable. A mark that cannot be written only notices less next time.
                let _ = self.mark.take(progress, &*self.files);
            }
            // After the commit, not in a commit hook: that one runs before, and a screen would reload the old rows.
            if homes {
                self.home_change.fetch_add(1, Ordering::AcqRel);
            }
            if touched {
                self.record_change.fetch_add(1, Ordering::AcqRel);
            }
            self.change.fetch_add(1, Ordering::AcqRel);
            Ok(value)
        })
    }

    /// Runs `body` on one moment of the store.
    ///
    /// # Errors
    /// Those of `body`, and [`StoreError`] of the transaction itself.
    pub fn read<T, E: WorkError>(&self, body: impl FnOnce(&Reader<'_>) -> Result<T, E>) -> Result<T, E> {
        self.connections.reading(|connection| self.one_moment(connection, body))
    }

    /// As [`Store::read`], for the few short questions that are asked again after every write: over the connection that writes
    /// when that is free, because a commit leaves its pages warm and makes every other connection read and check them anew.
    /// A save waits for `body`, so it must be short.
    ///
    /// # Errors
    /// Those of `body`, and [`StoreError`] of the transaction itself.
    pub fn read_shortly<T, E: WorkError>(
        &self,
        body: impl FnOnce(&Reader<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.connections.reading_warm(|connection| self.one_moment(connection, body))
    }

    fn one_moment<T, E: WorkError>(
        &self,
        connection: &Connection,
        body: impl FnOnce(&Reader<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let transaction = Span::reading(connection).map_err(StoreError::from)?;
        body(&Reader::new(&transaction))
    }

    /// Runs `work` over the connection that writes, for what is no transaction.
    pub(crate) fn over_writer<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        self.connections.writing(|connection| work(connection).map_err(StoreError::from))
    }

    /// Reads and checks every page: what a store does when the phone lies idle.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when a page was changed or is unreadable; the store should be closed and opened again.
    pub fn verify(&self) -> Result<(), StoreError> {
        self.connections.writing(|connection| match crate::open::is_whole(connection)? {
            true => Ok(()),
            false => Err(StoreError::Damaged),
        })
    }

    /// Moves the write-ahead log into the database and empties it, and waits until the mark is on the disk: before
    /// locking, when the app goes to the background, after an erasure.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is lost then, it is only not tidied.
    pub fn settle(&self) -> Result<(), StoreError> {
        self.over_writer(|writer| writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())))?;
        if self.files.exists(self.mark.path()) {
            self.mark.sync(&*self.files)?;
        }
        Ok(())
    }

    /// Bytes of the database with its log, and of the photo files.
    ///
    /// # Errors
    /// [`StoreError::File`].
    pub fn bytes(&self) -> Result<(u64, u64), StoreError> {
        let wal = self.layout.database.with_file_name("xunge.db-wal");
        let records = self.files.size(&self.layout.database)? + self.files.size(&wal).unwrap_or(0);
        let mut photos = 0;
        for path in self.files.list(&self.layout.photos)? {
            photos += self.files.size(&path).unwrap_or(0);
        }
        Ok((records, photos))
    }

    /// Bytes free where the store lies; nothing when the system does not say.
    pub fn free_bytes(&self) -> Option<u64> {
        self.files.free_bytes(&self.layout.database)
    }

    /// Limits the database to so many pages of 4 KiB: how a test makes the disk full.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn limit_pages(&self, pages: u32) -> Result<(), StoreError> {
        let sql = format!("PRAGMA max_page_count = {pages}");
        self.over_writer(|writer| writer.query_row(&sql, [], |_| Ok(())))
    }
}

/// One moment of the store. The queries are methods on it, each beside its SQL.
pub struct Reader<'a> {
    pub(crate) connection: &'a Connection,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(connection: &'a Connection) -> Self {
        Self { connection }
    }

    /// How far the store has come.
    pub(crate) fn progress(&self) -> Result<Progress, StoreError> {
        let counter = self
            .connection
            .prepare_cached("SELECT counter FROM own_chain WHERE id = 1")?
            .query_row([], |row| row.get::<_, i64>(0))
            .optional()?;
        let access: Option<i64> = self
            .connection
            .prepare_cached("SELECT MAX(id) FROM access_log")?
            .query_row([], |row| row.get(0))?;
        let positive = |value: Option<i64>| u64::try_from(value.unwrap_or(0)).unwrap_or(0);
        Ok(Progress { counter: positive(counter), access: positive(access) })
    }
}

/// A write under way. Everything a [`Reader`] can do, it can do too, and sees its own changes.
pub struct Writer<'a> {
    reader: Reader<'a>,
    /// How many others wait to write.
    waiting: &'a AtomicUsize,
    progress: Cell<Option<Progress>>,
    touched: Cell<bool>,
    homes: Cell<bool>,
    /// Records met in this transaction: an area or a household is asked for with every one of its operations. Gone with
    /// the transaction, so what is rolled back is forgotten here too.
    pub(crate) met: RefCell<HashMap<RecordId, Met>>,
    /// What was counted in and out of areas, not written down yet.
    pub(crate) digests: RefCell<HashMap<i64, DigestSum>>,
    /// Whether everything is being read anew; not known before it was asked.
    pub(crate) rebuild_known: Cell<Option<bool>>,
    kept: Kept<'a>,
}

/// A record met in a transaction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Met {
    /// Its key.
    pub(crate) key: i64,
    /// Its kind as it stands in `record`.
    pub(crate) kind: u16,
    /// Made by this transaction, and no row of its kind written yet: nothing about it can lie here.
    pub(crate) blank: bool,
}

impl<'a> Writer<'a> {
    fn new(connection: &'a Connection, waiting: &'a AtomicUsize) -> Self {
        Self {
            reader: Reader::new(connection),
            waiting,
            progress: Cell::new(None),
            touched: Cell::new(false),
            homes: Cell::new(false),
            met: RefCell::default(),
            digests: RefCell::default(),
            rebuild_known: Cell::new(None),
            kept: Kept::default(),
        }
    }

    /// Runs `work` with a statement that is needed again and again.
    pub(crate) fn with<T, E: From<rusqlite::Error>>(
        &self,
        sql: &'static str,
        work: impl FnOnce(&mut CachedStatement<'a>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.kept.with(self.reader.connection, sql, work)
    }

    /// Whether somebody else waits to write: work that may as well be done in two transactions ends this one.
    pub fn is_waited_for(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    /// To be called after the own chain or the access log grew.
    pub(crate) fn came_forward(&self) -> Result<(), StoreError> {
        self.progress.set(Some(self.reader.progress()?));
        Ok(())
    }

    /// To be called when a screen would show something else now.
    pub(crate) fn touch(&self) {
        self.touched.set(true);
    }

    /// To be called when somebody, or where somebody lives, is on record otherwise now.
    pub(crate) fn touch_homes(&self) {
        self.touch();
        self.homes.set(true);
    }

    /// To be called when a record of this kind says something else now.
    pub(crate) fn touch_row(&self, kind: RecordKind) {
        if matches!(kind, RecordKind::Person | RecordKind::Residence | RecordKind::Occupancy) {
            self.touch_homes();
        } else {
            self.touch();
        }
    }
}

impl<'a> Deref for Writer<'a> {
    type Target = Reader<'a>;
    fn deref(&self) -> &Reader<'a> {
        &self.reader
    }
}
