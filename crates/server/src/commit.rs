//! Group commit: requests that write are put in a queue, and one transaction takes all that wait. Flushing to disk is the
//! ceiling of a county, so a hundred phones that push at once cost one flush. Each has its own nested transaction: one
//! bad request spoils no other. Answers go out after the commit only.
//!
//! [`GroupCommit::step`] is called by whoever owns the time: a thread in production, the test or the simulator itself
//! otherwise.

use crate::county::{County, CountyError, Result, WriteTx};
use crate::storage::StorageError;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use xunge_domain::planted::{Bug, planted};

/// Most requests in one transaction: bounds how long a reader of the answer waits for its neighbours.
const MOST: usize = 128;

/// How the transaction of a group ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Committed,
    DiskFull,
    NotCommitted,
}

type Finish = Box<dyn FnOnce(Ended) + Send>;
/// A request's work, and whether it found the disk full.
type Job = Box<dyn FnOnce(Option<&WriteTx<'_>>) -> (Finish, bool) + Send>;

/// See the module.
pub struct GroupCommit {
    county: Arc<County>,
    queue: Mutex<Queue>,
    filled: Condvar,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    closed: bool,
}

impl std::fmt::Debug for GroupCommit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GroupCommit").field("waiting", &self.waiting()).finish_non_exhaustive()
    }
}

impl GroupCommit {
    /// Over a county.
    pub fn new(county: Arc<County>) -> Self {
        Self { county, queue: Mutex::default(), filled: Condvar::new() }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Requests that wait.
    pub fn waiting(&self) -> usize {
        self.queue().jobs.len()
    }

    /// Queues `work`. `done` gets its result once the transaction is committed; otherwise [`StorageError::DiskFull`] when
    /// that is why, or [`CountyError::NotCommitted`].
    pub fn submit<T: Send + 'static>(
        &self,
        work: impl FnOnce(&WriteTx<'_>) -> Result<T> + Send + 'static,
        done: impl FnOnce(Result<T>) + Send + 'static,
    ) {
        let job: Job = Box::new(move |tx| {
            let result = tx.map_or(Err(CountyError::NotCommitted), |tx| tx.nested(work));
            let full = result.as_ref().is_err_and(CountyError::is_disk_full);
            let finish = move |ended| {
                done(match ended {
                    Ended::Committed => result,
                    Ended::DiskFull => Err(StorageError::DiskFull.into()),
                    Ended::NotCommitted => Err(CountyError::NotCommitted),
                });
            };
            (Box::new(finish), full)
        });
        self.queue().jobs.push_back(job);
        self.filled.notify_one();
    }

    /// Takes what waits in one transaction, commits, answers. Says how many requests that were.
    pub fn step(&self) -> usize {
        let mut jobs: Vec<Job> = {
            let mut queue = self.queue();
            let some = queue.jobs.len().min(MOST);
            queue.jobs.drain(..some).collect()
        };
        let taken = jobs.len();
        if taken == 0 {
            return 0;
        }
        let mut finishes: Vec<(Finish, bool)> = Vec::with_capacity(taken);
        let committed = self.county.write(|tx| {
            finishes.extend(jobs.drain(..).map(|job| job(Some(tx))));
            if planted(Bug::AckBeforeCommit) { Err(CountyError::NotCommitted) } else { Ok(()) }
        });
        if let Err(error) = &committed {
            tracing::error!(code = error.code(), requests = taken, "group not committed");
        }
        // Only when the transaction did not even begin.
        finishes.extend(jobs.drain(..).map(|job| job(None)));
        let full = finishes.iter().any(|(_, full)| *full);
        let ended = match &committed {
            Ok(()) => Ended::Committed,
            Err(_) if planted(Bug::AckBeforeCommit) => Ended::Committed,
            Err(error) if full || error.is_disk_full() => Ended::DiskFull,
            Err(_) => Ended::NotCommitted,
        };
        for (finish, _) in finishes {
            finish(ended);
        }
        taken
    }

    /// Waits until something is queued; false once the queue is closed and empty.
    pub fn wait(&self) -> bool {
        let mut queue = self.queue();
        while queue.jobs.is_empty() && !queue.closed {
            queue = self.filled.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        !queue.jobs.is_empty()
    }

    /// No more requests come; [`GroupCommit::wait`] ends after the last.
    pub fn close(&self) {
        self.queue().closed = true;
        self.filled.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::county::{CountyEdit, Settings};
    use crate::world::{Places, open_county};
    use std::sync::Mutex;
    use xunge_domain::ids::{DeviceNo, RecordId};
    use xunge_domain::records::RecordKind;
    use xunge_domain::value::Value;

    /// Codes of what was answered, in order.
    type Answers = Arc<Mutex<Vec<&'static str>>>;

    fn area(id: RecordId) -> CountyEdit {
        CountyEdit::new(RecordKind::Area, id, id, [(1, Value::from("县")), (2, Value::from("990101"))])
    }

    /// Queues a household, or a picture's worth of something that no small disk takes, with a household before it.
    fn ask(
        commit: &GroupCommit,
        county: &Arc<County>,
        area: RecordId,
        large: bool,
        answers: &Answers,
    ) -> RecordId {
        let household = county.new_id();
        let (county, answers) = (county.clone(), answers.clone());
        commit.submit(
            move |tx| {
                let people = [(5, Value::Int(3))];
                county.write_in(tx, &[CountyEdit::new(RecordKind::Household, household, area, people)])?;
                if large {
                    tx.rows().put_meta("large", &vec![7; 4 * 1024 * 1024])?;
                }
                Ok(())
            },
            move |result| answers.lock().unwrap().push(result.map_or_else(|error| error.code(), |()| "ok")),
        );
        household
    }

    /// SQLite answers a full disk by taking the transaction back as a whole. The neighbours behind must not then be
    /// written each for itself, and sums of what areas hold must not be written without their operations.
    #[test]
    fn a_group_that_meets_a_full_disk_leaves_nothing_and_each_is_told_why() {
        let folder = tempfile::tempdir().unwrap();
        let places = Places { data: folder.path().join("data"), key_file: folder.path().join("county.key") };
        let county = Arc::new(open_county(&places, Settings::default()).unwrap());
        let root = county.new_id();
        county.write_as_county(vec![area(root)]).unwrap();
        let commit = GroupCommit::new(county.clone());
        let answers = Answers::default();
        let sums = || county.read(|rows| Ok(rows.digest_without(root, DeviceNo(9))?)).unwrap();
        let before = (sums(), county.read(|rows| Ok(rows.head()?)).unwrap());

        county.storage().leave_room_for_pages(Some(200));
        let asked = [false, true, false].map(|large| ask(&commit, &county, root, large, &answers));
        assert_eq!(commit.step(), 3);
        assert_eq!(answers.lock().unwrap().as_slice(), ["disk_full"; 3]);
        for household in asked {
            assert!(county.record(household).unwrap().is_none());
        }
        assert_eq!((sums(), county.read(|rows| Ok(rows.head()?)).unwrap()), before);

        county.storage().leave_room_for_pages(None);
        answers.lock().unwrap().clear();
        let asked = [false, true, false].map(|large| ask(&commit, &county, root, large, &answers));
        commit.step();
        assert_eq!(answers.lock().unwrap().as_slice(), ["ok"; 3]);
        assert!(asked.iter().all(|household| county.record(*household).unwrap().is_some()));
        let noted = sums();
        county.write(|tx| Ok(tx.rows().reckon_digests()?)).unwrap();
        assert_eq!(noted, sums(), "what is noted is what the operations add up to");
    }
}
