//! A whole copy of the database: consistent while others write, under the same key, for a backup.

use super::{MIGRATIONS, Result, Rows, Storage, StorageError, connect, hash};
use rusqlite::OpenFlags;
use std::path::Path;
use xunge_domain::operation::Hash;

/// The version of the tables this program writes.
pub const SCHEMA: i64 = MIGRATIONS.len() as i64;

impl Storage {
    /// Writes everything committed by now into a new file under the same key. One reading moment: whoever writes
    /// meanwhile goes on, and is not in it. Pages that hold nothing are left out, and with them what was erased.
    ///
    /// # Errors
    /// [`StorageError`]; the caller removes a file that was begun, and makes a finished one durable.
    pub fn copy_to(&self, path: &Path) -> Result<()> {
        let name = path.to_str().ok_or(StorageError::Damaged("path"))?;
        let db = connect(&self.path, &self.key, OpenFlags::default())?;
        db.execute("VACUUM INTO ?1", [name])?;
        Ok(())
    }

    /// Reads every page and compares it with its authentication code, then the shape of the whole.
    ///
    /// # Errors
    /// [`StorageError::Damaged`].
    pub fn verify(&self) -> Result<()> {
        let db = connect(&self.path, &self.key, OpenFlags::default())?;
        let mut pages = db.prepare("PRAGMA cipher_integrity_check")?;
        if pages.exists([])? {
            return Err(StorageError::Damaged("page"));
        }
        let shape: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if shape == "ok" { Ok(()) } else { Err(StorageError::Damaged("shape")) }
    }

    /// Rewrites the database without what was erased or replaced, and empties its log: nothing of it can be read back
    /// from the files, not even with the key. Waits for readers that are under way.
    ///
    /// # Errors
    /// [`StorageError`]: somebody else used the database all the time; to be tried again.
    pub fn scrub(&self) -> Result<()> {
        let writer = self.writer.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // Idle readers hold no transaction, so they stop nothing; their page caches are read anew.
        writer.execute_batch("VACUUM")?;
        self.settle_on(&writer)
    }

    /// Moves the log into the database and empties it.
    ///
    /// # Errors
    /// [`StorageError`].
    pub fn settle(&self) -> Result<()> {
        let writer = self.writer.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        self.settle_on(&writer)
    }

    fn settle_on(&self, writer: &rusqlite::Connection) -> Result<()> {
        let busy: bool = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if busy { Err(StorageError::Busy) } else { Ok(()) }
    }
}

impl Rows<'_> {
    /// Every picture held, by its hash.
    pub fn held_blobs(&self) -> Result<Vec<Hash>> {
        let mut query =
            self.db.prepare_cached("SELECT sha256 FROM blob WHERE county = ?1 ORDER BY sha256")?;
        let mut rows = query.query([self.county])?;
        let mut hashes = Vec::new();
        while let Some(row) = rows.next()? {
            hashes.push(hash(row.get_ref(0)?.as_blob().unwrap_or_default())?);
        }
        Ok(hashes)
    }

    /// Forgets that a picture was held: its bytes went while the copy was made.
    pub fn drop_blob(&self, sha256: &Hash) -> Result<()> {
        self.db.execute("DELETE FROM blob WHERE county = ?1 AND sha256 = ?2", (self.county, sha256))?;
        self.db
            .execute("DELETE FROM picture_given WHERE county = ?1 AND sha256 = ?2", (self.county, sha256))?;
        Ok(())
    }

    /// Takes out of a copy what only the running county had a use for: sessions of the desk, codes, uploads under way
    /// (their pieces are not copied), prebuilt snapshots.
    pub fn tidy_copy(&self) -> Result<()> {
        for table in ["desk_session", "enrol_code", "reopen_code", "upload", "snapshot"] {
            self.db.execute(&format!("DELETE FROM {table} WHERE county = ?1"), [self.county])?;
        }
        Ok(())
    }
}
