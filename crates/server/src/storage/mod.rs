//! The county's storage: the only place with SQL. Embedded SQLite under SQLCipher, one writer, several readers.
//!
//! The door to another engine is narrowness: everything above calls the methods of [`Rows`], one per question, inside
//! [`Storage::write`] or [`Storage::read`]; each key starts with the county. Files, keys and their places belong to
//! `world.rs`; what an operation means belongs to `county`.

mod areas;
mod audit;
mod copy;
mod desk;
mod devices;
mod digests;
mod enrolment;
mod erasing;
mod held;
mod meta;
mod operations;
mod pictures;
mod records;
mod same_person;
mod snapshots;
mod state;
mod uploads;
mod workers;

pub use areas::AreaRow;
pub use audit::{AuditEntry, AuditRow};
pub use copy::SCHEMA;
pub use desk::{DeskAccount, DeskSession};
pub use devices::{DeviceRow, DeviceState};
pub use enrolment::{EnrolCodeRow, ReopenCodeRow};
pub use operations::{Fed, Stored};
pub use records::{Page, RecordHead, RecordRow, Sort};
pub use same_person::{PairRow, PairState};
pub use snapshots::SnapshotRow;
pub use uploads::UploadRow;
pub use workers::{GrantRow, WorkerRow};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, ffi};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once, PoisonError};
use xunge_domain::planted::{Bug, planted};
use zeroize::Zeroizing;

/// What went wrong below. Never holds values of rows.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The disk has no room: nothing of what was to be written is there, everything before it is.
    #[error("the disk is full")]
    DiskFull,
    /// SQLite took the whole transaction back in the middle of it, as it does when the disk is full or fails.
    #[error("the transaction was taken back")]
    TakenBack,
    /// SQLite says so: damaged file, failing disk.
    #[error("database: {0}")]
    Sqlite(rusqlite::Error),
    /// The file is no database under this key. It was left as it is.
    #[error("the database does not open with this key")]
    WrongKey,
    /// Written by a newer version.
    #[error("the database is of version {found}, newer than {known}")]
    Newer {
        /// In the file.
        found: i64,
        /// Newest known here.
        known: i64,
    },
    /// A row that cannot be.
    #[error("damaged row: {0}")]
    Damaged(&'static str),
    /// Somebody else used the database all the time.
    #[error("the database is in use")]
    Busy,
}

impl StorageError {
    /// Stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::DiskFull => "disk_full",
            Self::TakenBack => "taken_back",
            Self::Sqlite(_) => "database",
            Self::WrongKey => "wrong_key",
            Self::Newer { .. } => "newer_database",
            Self::Damaged(_) => "damaged_row",
            Self::Busy => "database_busy",
        }
    }
}

impl From<rusqlite::Error> for StorageError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error() {
            Some(failure) if failure.code == ErrorCode::DiskFull => Self::DiskFull,
            // The index of the log could not grow; the one reason for it is a full disk.
            Some(failure) if failure.extended_code == ffi::SQLITE_IOERR_SHMSIZE => Self::DiskFull,
            Some(failure) if failure.code == ErrorCode::DatabaseCorrupt => Self::Damaged("database"),
            Some(failure) if failure.code == ErrorCode::DatabaseBusy => Self::Busy,
            _ => Self::Sqlite(error),
        }
    }
}

/// Shorthand.
pub type Result<T> = std::result::Result<T, StorageError>;

/// Raw SQLCipher key.
pub type DbKey = Zeroizing<[u8; 32]>;

const MIGRATIONS: &[&str] = &[
    include_str!("0001_start.sql"),
    include_str!("0002_reopen_code.sql"),
    include_str!("0003_given.sql"),
    include_str!("0004_hand_over.sql"),
    include_str!("0005_hard_cases.sql"),
    include_str!("0006_openings.sql"),
    include_str!("0007_same_person.sql"),
];

/// Readers kept open between questions.
const IDLE_READERS: usize = 4;

/// The one county of an embedded database.
const COUNTY: i64 = 1;

/// The database.
pub struct Storage {
    path: PathBuf,
    key: DbKey,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

impl std::fmt::Debug for Storage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Storage").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Storage {
    /// Opens the database, creating it when there is none, and brings it up to date.
    ///
    /// # Errors
    /// [`StorageError::WrongKey`] and [`StorageError::Newer`] leave the file untouched.
    pub fn open(path: &Path, key: DbKey) -> Result<Self> {
        let mut writer = connect(path, &key, OpenFlags::default())?;
        migrate(&mut writer)?;
        Ok(Self { path: path.to_owned(), key, writer: Mutex::new(writer), readers: Mutex::new(Vec::new()) })
    }

    /// Runs `work` in a transaction that is durable when this returns `Ok`, and undone otherwise.
    ///
    /// # Errors
    /// What `work` says, or [`StorageError`] of the commit.
    pub fn write<T, E: From<StorageError>>(
        &self,
        work: impl FnOnce(&Rows<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        // A panic inside `work` rolls back when the transaction drops: the connection stays good.
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let tx =
            writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(StorageError::from)?;
        let done = work(&Rows { db: &tx, county: COUNTY })?;
        tx.commit().map_err(StorageError::from)?;
        Ok(done)
    }

    /// No more pages than so many above what there are now, as if the disk were full behind them; nothing lifts it.
    #[cfg(test)]
    pub(crate) fn leave_room_for_pages(&self, more: Option<u32>) {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let pages: u32 = writer.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
        let most = more.map_or(u32::MAX - 1, |more| pages + more);
        writer.query_row(&format!("PRAGMA max_page_count = {most}"), [], |_| Ok(())).unwrap();
    }

    /// Runs `work` over one unchanging view of what is committed.
    ///
    /// # Errors
    /// What `work` says.
    pub fn read<T, E: From<StorageError>>(
        &self,
        work: impl FnOnce(&Rows<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => connect(&self.path, &self.key, OpenFlags::default()).map_err(E::from)?,
        };
        let done = {
            let tx = reader.transaction().map_err(StorageError::from)?;
            work(&Rows { db: &tx, county: COUNTY })
        };
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < IDLE_READERS {
            readers.push(reader);
        }
        done
    }
}

/// The rows of the county within one transaction.
pub struct Rows<'a> {
    db: &'a Connection,
    county: i64,
}

impl Rows<'_> {
    /// Runs `work` so that its failure undoes only its own writes: one bad request of a batch spoils no other.
    ///
    /// # Errors
    /// What `work` says.
    pub fn nested<T, E: From<StorageError>>(
        &self,
        work: impl FnOnce(&Rows<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.stands()?;
        self.db.execute_batch("SAVEPOINT nested").map_err(StorageError::from)?;
        let done = work(self);
        if let Err(gone) = self.stands() {
            // No savepoint is left to go back to. What went wrong is what `work` says of it.
            return Err(done.err().unwrap_or_else(|| gone.into()));
        }
        let end = if done.is_ok() { "RELEASE nested" } else { "ROLLBACK TO nested; RELEASE nested" };
        self.db.execute_batch(end).map_err(StorageError::from)?;
        done
    }

    /// Nothing, while the transaction is still open. After a full disk SQLite may have taken it back as a whole and be
    /// ready for the next statement, which would then be committed alone: whoever goes on after a failure asks first.
    ///
    /// # Errors
    /// [`StorageError::TakenBack`].
    pub fn stands(&self) -> Result<()> {
        if self.db.is_autocommit() { Err(StorageError::TakenBack) } else { Ok(()) }
    }
}

/// SQLite marks itself as initialised a moment before SQLCipher has initialised itself. A second thread that opens its
/// first database in that moment is told that its key is no key. So the first open of a process waits until an empty
/// database in memory takes one.
fn wait_for_sqlcipher() {
    static READY: Once = Once::new();
    READY.call_once(|| {
        for _ in 0..100_000 {
            let taken = Connection::open_in_memory().and_then(|db| db.execute_batch("PRAGMA key = 'ready'"));
            if taken.is_ok() {
                return;
            }
            std::thread::yield_now();
        }
    });
}

fn connect(path: &Path, key: &DbKey, flags: OpenFlags) -> Result<Connection> {
    wait_for_sqlcipher();
    let db = Connection::open_with_flags(path, flags)?;
    let hex: Zeroizing<String> = Zeroizing::new(key.iter().map(|byte| format!("{byte:02x}")).collect());
    // What SQLCipher would print by itself about a wrong key is said by the error.
    db.execute_batch("PRAGMA cipher_log_level = NONE")?;
    let pragma = Zeroizing::new(format!("PRAGMA key = \"x'{}'\"", hex.as_str()));
    db.execute_batch(&pragma)?;
    // The first read tells whether the key is right; nothing has been written by then.
    db.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(())).map_err(|error| match error {
        rusqlite::Error::SqliteFailure(failure, _) if failure.code == rusqlite::ErrorCode::NotADatabase => {
            StorageError::WrongKey
        }
        other => other.into(),
    })?;
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -32768; PRAGMA busy_timeout = 10000;",
    )?;
    // A plan never looks at the values bound: otherwise each new value of a LIMIT has the statement planned anew.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    if planted(Bug::CountySkipsSync) {
        db.execute_batch("PRAGMA synchronous = OFF")?;
    }
    db.set_prepared_statement_cache_capacity(128);
    Ok(db)
}

fn migrate(db: &mut Connection) -> Result<()> {
    let found: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let known = MIGRATIONS.len() as i64;
    if found > known {
        return Err(StorageError::Newer { found, known });
    }
    for (at, migration) in MIGRATIONS.iter().enumerate().skip(usize::try_from(found).unwrap_or(0)) {
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute_batch(migration)?;
        tx.pragma_update(None, "user_version", at as i64 + 1)?;
        tx.commit()?;
    }
    Ok(())
}

/// A number that is never negative where it is written.
fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// Counters and positions stay far below the sign.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn id(bytes: &[u8]) -> Result<xunge_domain::ids::RecordId> {
    uuid::Uuid::from_slice(bytes).map(xunge_domain::ids::RecordId).map_err(|_| StorageError::Damaged("id"))
}

fn hash(bytes: &[u8]) -> Result<[u8; 32]> {
    bytes.try_into().map_err(|_| StorageError::Damaged("hash"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

    use super::{MIGRATIONS, migrate};
    use rusqlite::Connection;

    /// One row in every table, of whatever fits.
    fn fill(db: &Connection) {
        let names = |sql: &str, at: usize| -> Vec<String> {
            let mut query = db.prepare(sql).unwrap();
            let rows = query.query_map([], |row| row.get(at)).unwrap();
            rows.map(Result::unwrap).collect()
        };
        for table in
            names("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'", 0)
        {
            let values: Vec<&str> = names(&format!("PRAGMA table_info({table})"), 2)
                .iter()
                .map(|kind| match kind.as_str() {
                    "TEXT" => "'x'",
                    "BLOB" => "zeroblob(16)",
                    _ => "1",
                })
                .collect();
            db.execute(&format!("INSERT INTO {table} VALUES ({})", values.join(", ")), []).unwrap();
        }
    }

    #[test]
    fn a_county_in_use_is_brought_up_to_date_from_every_version() {
        for version in 1..=MIGRATIONS.len() {
            let mut db = Connection::open_in_memory().unwrap();
            for (at, migration) in MIGRATIONS.iter().enumerate().take(version) {
                db.execute_batch(migration).unwrap();
                db.pragma_update(None, "user_version", at as i64 + 1).unwrap();
            }
            fill(&db);
            migrate(&mut db).unwrap_or_else(|error| panic!("from version {version}: {error}"));
            let whole: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
            assert_eq!(whole, "ok");
        }
    }
}
