//! A transaction whose first and last words are statements kept ready. Most questions are short, and those of the sync are
//! asked with every step: `BEGIN` and `ROLLBACK` read and planned anew each time were a good part of them.

use rusqlite::Connection;
use std::ops::Deref;

/// A transaction; one that is not committed is taken back when it is dropped.
pub(crate) struct Span<'a>(&'a Connection);

impl<'a> Span<'a> {
    /// One moment of the store, from the first question on.
    pub(crate) fn reading(connection: &'a Connection) -> rusqlite::Result<Self> {
        say(connection, "BEGIN DEFERRED")?;
        Ok(Self(connection))
    }

    /// The one that writes; whoever else wants to waits from now on.
    pub(crate) fn writing(connection: &'a Connection) -> rusqlite::Result<Self> {
        say(connection, "BEGIN IMMEDIATE")?;
        Ok(Self(connection))
    }

    /// Durable when this returns `Ok`, taken back otherwise.
    pub(crate) fn commit(self) -> rusqlite::Result<()> {
        say(self.0, "COMMIT")
    }
}

impl Deref for Span<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.0
    }
}

impl Drop for Span<'_> {
    fn drop(&mut self) {
        // After a commit, and after a failure over which SQLite took it back by itself, there is none.
        if !self.0.is_autocommit() {
            let _ = say(self.0, "ROLLBACK");
        }
    }
}

fn say(connection: &Connection, word: &'static str) -> rusqlite::Result<()> {
    connection.prepare_cached(word)?.execute([]).map(drop)
}
