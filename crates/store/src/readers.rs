//! The connections that read beside the writer. Each is opened when it is first needed: reading the schema costs as much as
//! a dozen questions, and most of the time one of them is enough, or none when the writer is free.

use crate::connection::{Role, connect, settle};
use crate::error::StoreError;
use crate::files::Files;
use crate::keys::Secret;
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

/// See the module.
pub(crate) struct Readers {
    database: PathBuf,
    key: Secret,
    places: Vec<Mutex<Option<Connection>>>,
    next: AtomicUsize,
}

impl Readers {
    /// At most so many, at least one; none is open yet.
    pub(crate) fn new(database: PathBuf, key: &Secret, most: usize) -> Self {
        let places = (0..most.max(1)).map(|_| Mutex::new(None)).collect();
        Self { database, key: Secret::from_bytes(key.expose()), places, next: AtomicUsize::new(0) }
    }

    /// Runs `work` over the first that is free: its pages and statements are warm, those of the others are not. Who finds
    /// none waits for one in turn.
    ///
    /// # Errors
    /// Those of `work`, and [`StoreError`] of a first opening, which `noticed` has seen.
    pub(crate) fn with<T, E: From<StoreError>>(
        &self,
        files: &dyn Files,
        noticed: impl FnOnce(StoreError) -> StoreError,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let free = self.places.iter().find_map(|place| match place.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        });
        let mut place = free.unwrap_or_else(|| self.in_turn());
        let connection = match &mut *place {
            Some(connection) => connection,
            empty => empty.insert(self.open(files).map_err(noticed)?),
        };
        work(connection)
    }

    /// A panic in a closure rolled its transaction back while unwinding, so the connection behind the lock is sound.
    fn in_turn(&self) -> MutexGuard<'_, Option<Connection>> {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        self.places[next % self.places.len()].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self, files: &dyn Files) -> Result<Connection, StoreError> {
        let fresh = connect(&self.database, &self.key, Role::Read, files.sqlite_vfs())?;
        settle(&fresh, Role::Read)?;
        Ok(fresh)
    }
}
