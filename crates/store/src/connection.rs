//! One connection to the encrypted database: its key and its settings, each with its reason.

use crate::keys::Secret;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::sync::Once;
use std::time::Duration;
use xunge_domain::planted::{Bug, planted};
use zeroize::Zeroizing;

/// How long a connection waits for another before it says busy. Only a checkpoint or a long write comes in the way.
const BUSY_WAIT: Duration = Duration::from_secs(5);
/// Statements kept ready: one insert a kind, and the queries of the screens.
const CACHED_STATEMENTS: usize = 160;

/// What a connection may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Makes the file when it is missing.
    Create,
    /// Reads and writes.
    Write,
    /// Reads only.
    Read,
}

/// Raw (`x'…'`): SQLCipher takes it as the key itself and derives nothing (0.3 ms instead of 145 ms an open).
fn key_pragma(key: &Secret) -> Zeroizing<String> {
    let raw = key.sqlcipher_raw_key();
    let mut text = Zeroizing::new(String::with_capacity(96));
    text.push_str("PRAGMA key = \"");
    text.push_str(&raw);
    text.push('"');
    text
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

/// Opens the file and gives the key. Nothing is read and nothing written yet: a wrong key shows at the first read.
///
/// `vfs` is the file system of SQLite's that reaches the disk, as [`crate::files::Files::sqlite_vfs`] names it.
pub(crate) fn connect(
    path: &Path,
    key: &Secret,
    role: Role,
    vfs: Option<&str>,
) -> rusqlite::Result<Connection> {
    let access = match role {
        Role::Create => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        Role::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
        Role::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
    };
    wait_for_sqlcipher();
    // NO_MUTEX: each connection lies behind a mutex of ours.
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs)?,
        None => Connection::open_with_flags(path, flags)?,
    };
    // Until the key proved right and the schema known, closing must leave the files as they are.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // SQLCipher would tell the system's log about pages that do not verify; we tell by typed errors.
    connection.execute_batch("PRAGMA cipher_log_level = NONE")?;
    connection.execute_batch(&key_pragma(key))?;
    // A plan never looks at the values bound. By default it does, and every new value of a LIMIT, or of what a partial index
    // asks for, has the statement read and planned anew: a third of the time of a list.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.busy_timeout(BUSY_WAIT)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    Ok(connection)
}

/// Settings of every connection once the key is known to be right.
pub(crate) fn settle(connection: &Connection, role: Role) -> rusqlite::Result<()> {
    // cipher_memory_security stays off. It locks and wipes each allocation of SQLite, which costs on every read, while
    // the same rows lie unprotected in our own heap and in the web view: a phone whose memory can be read is lost anyway.
    //
    // temp_store: temporary tables never reach the disk (Android has no place for them, and they would be unencrypted).
    // trusted_schema: a schema that someone tampered with calls no function with side effects.
    // cell_size_check: a damaged page is noticed when it is read, not when it is written back.
    connection.execute_batch(
        "PRAGMA temp_store = MEMORY;
         PRAGMA trusted_schema = OFF;
         PRAGMA cell_size_check = ON;
         PRAGMA foreign_keys = ON;
         PRAGMA cache_size = -8000;",
    )?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    if role == Role::Read {
        return connection.execute_batch("PRAGMA query_only = ON");
    }
    // synchronous = FULL: in WAL the default would lose the last commits at a power cut, after "saved" was said.
    // secure_delete: what is erased by law is overwritten in its page; under the key, free pages would still tell it.
    connection.execute_batch(
        "PRAGMA synchronous = FULL;
         PRAGMA secure_delete = ON;
         PRAGMA wal_autocheckpoint = 1000;
         PRAGMA journal_size_limit = 16777216;",
    )?;
    if planted(Bug::PhoneSkipsSync) {
        connection.execute_batch("PRAGMA synchronous = OFF")?;
    }
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(())
}

/// Whether SQLCipher still gives this connection pages. After one that did not verify it gives none any more.
pub(crate) fn reads(connection: &Connection) -> bool {
    let status = connection.query_row("PRAGMA cipher_status", [], |row| row.get::<_, String>(0));
    status.is_ok_and(|status| status == "1")
}
