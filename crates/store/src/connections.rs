//! The connections of an open store: one that writes, and those that read beside it. A reader is opened when it is first
//! needed: reading the schema costs as much as a dozen questions, and most of the time one of them is enough, or none when
//! the writer is free.
//!
//! SQLCipher cannot tell a page that the disk did not give this once from one that was changed, and after either a
//! connection is given no page any more, for as long as it lives. So whoever is refused over such a connection has
//! it replaced: when the disk is well again the next question is answered, without the phone being started anew. (Work that
//! hides such an error is not looked after: then the question after it is refused, and the one after that answered.)

use crate::connection::{Role, connect, reads, settle};
use crate::error::{StoreError, WorkError};
use crate::files::Files;
use crate::keys::Secret;
use crate::open::Layout;
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

/// See the module.
pub(crate) struct Connections {
    database: PathBuf,
    /// Lies here when the next opening is to check every page.
    suspect: PathBuf,
    key: Secret,
    files: Arc<dyn Files>,
    /// Before the writer: fields are dropped in this order, and only the connection that writes can fold the log into the
    /// database when it closes last.
    readers: Vec<Mutex<Place>>,
    writer: Mutex<Place>,
    /// Whoever wants to write holds it until the writer is theirs: a thread that writes again and again then waits for the
    /// one that came meanwhile. A mutex alone would let it go first every time, and a save would wait for a whole receipt.
    turn: Mutex<()>,
    /// How many wait for their turn.
    waiting: AtomicUsize,
    next: AtomicUsize,
}

/// Where a connection is, or will be.
#[derive(Default)]
struct Place {
    connection: Option<Connection>,
    /// It is given no page any more.
    spent: bool,
}

impl Connections {
    /// The one that writes, and at most so many that read, at least one.
    pub(crate) fn new(
        layout: &Layout,
        key: &Secret,
        files: Arc<dyn Files>,
        writer: Connection,
        most: usize,
    ) -> Self {
        Self {
            database: layout.database.clone(),
            suspect: layout.suspect.clone(),
            key: Secret::from_bytes(key.expose()),
            files,
            readers: (0..most.max(1)).map(|_| Mutex::default()).collect(),
            writer: Mutex::new(Place { connection: Some(writer), spent: false }),
            turn: Mutex::new(()),
            waiting: AtomicUsize::new(0),
            next: AtomicUsize::new(0),
        }
    }

    /// Runs `work` over the first reader that is free: its pages and statements are warm, those of the others are not. Who
    /// finds none waits for one in turn.
    ///
    /// # Errors
    /// Those of `work`, and [`StoreError`] of an opening.
    pub(crate) fn reading<T, E: WorkError>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let free = self.readers.iter().find_map(free);
        let mut place = free.unwrap_or_else(|| {
            let next = self.next.fetch_add(1, Ordering::Relaxed);
            lock(&self.readers[next % self.readers.len()])
        });
        self.run(&mut place, Role::Read, work)
    }

    /// Runs `work` over the connection that writes, in turn.
    ///
    /// # Errors
    /// As [`Connections::reading`].
    pub(crate) fn writing<T, E: WorkError>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let mut place = {
            let _turn = lock(&self.turn);
            lock(&self.writer)
        };
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        self.run(&mut place, Role::Write, work)
    }

    /// How many wait to write.
    pub(crate) fn waiting(&self) -> &AtomicUsize {
        &self.waiting
    }

    /// Runs `work` over the connection that writes if that is free, over one that reads otherwise.
    ///
    /// # Errors
    /// As [`Connections::reading`].
    pub(crate) fn reading_warm<T, E: WorkError>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        match free(&self.writer) {
            Some(mut place) => self.run(&mut place, Role::Write, work),
            None => self.reading(work),
        }
    }

    fn run<T, E: WorkError>(
        &self,
        place: &mut Place,
        role: Role,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let connection = match &mut place.connection {
            Some(connection) if !place.spent => connection,
            // The one before is closed when its successor is open: the last one to close puts the files in order.
            gone => {
                let fresh = self.open(role).inspect_err(|error| self.look_at(error))?;
                place.spent = false;
                gone.insert(fresh)
            }
        };
        let done = work(connection);
        if let Err(error) = &done {
            place.spent = !reads(connection);
            if place.spent {
                self.suspect();
            } else if let Some(error) = error.of_store() {
                self.look_at(error);
            }
        }
        done
    }

    fn look_at(&self, error: &StoreError) {
        if matches!(error, StoreError::Damaged) {
            self.suspect();
        }
    }

    /// Remembers beside the database that it did not read well: the next opening checks every page and moves the store aside
    /// if one is bad.
    fn suspect(&self) {
        if !self.files.exists(&self.suspect) {
            // If not even this can be written, the next damaged read will try again.
            let _ = self.files.write_durable(&self.suspect, b"check");
        }
    }

    fn open(&self, role: Role) -> Result<Connection, StoreError> {
        let fresh = connect(&self.database, &self.key, role, self.files.sqlite_vfs())?;
        settle(&fresh, role)?;
        Ok(fresh)
    }
}

/// A panic in a closure rolled its transaction back while unwinding, so what is behind the lock is sound.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn free<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match mutex.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}
