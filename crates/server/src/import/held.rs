//! Ledgers that were read at the desk and wait to be imported, and the one import that runs. They are kept in memory
//! only: what was read leaves it when it is imported, when another is read by the same account, or after an hour. After
//! a restart the file is chosen again, which doubles nobody.

use super::{Counts, run};
use crate::county::County;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use uuid::Uuid;
use xunge_domain::ids::RecordId;
use xunge_ledger::{Finding, LedgerReading, Summary};

/// How long a reading is kept, in milliseconds.
const KEEP_MS: i64 = 3_600_000;
/// Readings kept at once: each may hold the people of a whole town.
const MOST: usize = 8;

/// What became of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Read; nothing is written.
    Read,
    /// Being written.
    Running,
    /// All of it is written.
    Done(Counts),
    /// Writing broke off. What was told as done is written; running it again goes on.
    BrokenOff,
}

/// One ledger.
pub struct Held {
    /// Names it to the one who read it.
    pub id: Uuid,
    /// Whose.
    pub account: String,
    /// Where it goes.
    pub area: RecordId,
    /// Name of the file, as given.
    pub file: String,
    /// Numbers of the reading.
    pub summary: Summary,
    /// What to tell of rows, notes last in weight.
    pub findings: Vec<Finding>,
    read_ms: i64,
    done: AtomicU64,
    stage: Mutex<Stage>,
    /// Gone once imported.
    reading: Mutex<Option<Arc<LedgerReading>>>,
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Held").field("id", &self.id).field("stage", &self.stage()).finish_non_exhaustive()
    }
}

impl Held {
    /// What became of it.
    pub fn stage(&self) -> Stage {
        *lock(&self.stage)
    }

    /// Rows of people written so far.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Writes it. To be called once for each [`Imports::begin`]; also a panic below leaves it as broken off.
    pub fn work(&self, county: &County) {
        let _ends = Ends(self);
        let Some(reading) = lock(&self.reading).clone() else { return };
        let progress = &mut |done, _| self.done.store(done, Ordering::Relaxed);
        match run(county, self.area, &reading, &self.account, progress) {
            Ok(counts) => {
                *lock(&self.stage) = Stage::Done(counts);
                *lock(&self.reading) = None;
            }
            Err(error) => tracing::error!(code = error.code(), "an import broke off"),
        }
    }
}

/// Whoever still runs when the work is over has broken off.
struct Ends<'a>(&'a Held);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        let mut stage = lock(&self.0.stage);
        if *stage == Stage::Running {
            *stage = Stage::BrokenOff;
        }
    }
}

/// Why an import does not begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotBegun {
    /// It is not there, or not the account's.
    NotFound,
    /// Another one runs, or this one does.
    Running,
    /// It is imported already.
    Over,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Imports(Mutex<BTreeMap<Uuid, Arc<Held>>>);

impl Imports {
    /// Keeps a reading, in place of what the account had read before. `None` while that is being written, or while
    /// too many are kept.
    pub fn keep(
        &self,
        id: Uuid,
        account: &str,
        area: RecordId,
        file: &str,
        reading: LedgerReading,
        now_ms: i64,
    ) -> Option<Arc<Held>> {
        let mut all = self.present(now_ms);
        if all.values().any(|held| held.account == account && held.stage() == Stage::Running) {
            return None;
        }
        all.retain(|_, held| held.account != account);
        if all.len() >= MOST {
            return None;
        }
        let held = Arc::new(Held {
            id,
            account: account.to_owned(),
            area,
            file: file.to_owned(),
            summary: Summary { rows: Vec::new(), ..reading.summary() },
            findings: reading.findings.clone(),
            read_ms: now_ms,
            done: AtomicU64::new(0),
            stage: Mutex::new(Stage::Read),
            reading: Mutex::new(Some(Arc::new(reading))),
        });
        all.insert(id, held.clone());
        Some(held)
    }

    /// What an account had read, the one or none.
    pub fn of(&self, account: &str, now_ms: i64) -> Vec<Arc<Held>> {
        self.present(now_ms).values().filter(|held| held.account == account).cloned().collect()
    }

    /// Takes the turn to write: one import at a time in the county.
    ///
    /// # Errors
    /// [`NotBegun`].
    pub fn begin(&self, id: Uuid, account: &str, now_ms: i64) -> Result<Arc<Held>, NotBegun> {
        let all = self.present(now_ms);
        let held = all.get(&id).filter(|held| held.account == account).ok_or(NotBegun::NotFound)?;
        if matches!(held.stage(), Stage::Done(_)) {
            return Err(NotBegun::Over);
        }
        if all.values().any(|held| held.stage() == Stage::Running) {
            return Err(NotBegun::Running);
        }
        *lock(&held.stage) = Stage::Running;
        Ok(held.clone())
    }

    fn present(&self, now_ms: i64) -> MutexGuard<'_, BTreeMap<Uuid, Arc<Held>>> {
        let mut all = lock(&self.0);
        all.retain(|_, held| held.stage() == Stage::Running || now_ms - held.read_ms < KEEP_MS);
        all
    }
}

/// What these locks guard is whole after every statement, also when a thread that held one panicked.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
