//! Statements kept at hand within a transaction. Finding a statement in the connection's cache and putting it back costs
//! about as much as a small insert (it hashes the text both times); the few that run once an operation are looked up once a
//! transaction.

use rusqlite::{CachedStatement, Connection};
use std::cell::RefCell;

/// The statements of one transaction, by where their text lies.
#[derive(Default)]
pub(crate) struct Kept<'a>(RefCell<Vec<(&'static str, CachedStatement<'a>)>>);

impl<'a> Kept<'a> {
    /// Runs `work` with the statement of this text. Whatever `work` does with others of them meets them as usual.
    pub(crate) fn with<T, E: From<rusqlite::Error>>(
        &self,
        connection: &'a Connection,
        sql: &'static str,
        work: impl FnOnce(&mut CachedStatement<'a>) -> Result<T, E>,
    ) -> Result<T, E> {
        let found = {
            let mut kept = self.0.borrow_mut();
            let at = kept.iter().position(|(text, _)| std::ptr::eq(*text, sql));
            at.map(|at| kept.swap_remove(at).1)
        };
        let mut statement = match found {
            Some(statement) => statement,
            None => connection.prepare_cached(sql)?,
        };
        let done = work(&mut statement)?;
        self.0.borrow_mut().push((sql, statement));
        Ok(done)
    }
}
