//! Group commit: requests that write are put in a queue, and one transaction takes all that wait. Flushing to disk is the
//! ceiling of a county, so a hundred phones that push at once cost one flush. Each has its own nested transaction: one
//! bad request spoils no other. Answers go out after the commit only.
//!
//! [`GroupCommit::step`] is called by whoever owns the time: a thread in production, the test or the simulator itself
//! otherwise.

use crate::county::{County, CountyError, Result, WriteTx};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use xunge_domain::planted::{Bug, planted};

/// Most requests in one transaction: bounds how long a reader of the answer waits for its neighbours.
const MOST: usize = 128;

type Finish = Box<dyn FnOnce(bool) + Send>;
type Job = Box<dyn FnOnce(Option<&WriteTx<'_>>) -> Finish + Send>;

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

    /// Queues `work`. `done` gets its result once the transaction is committed, or [`CountyError::NotCommitted`].
    pub fn submit<T: Send + 'static>(
        &self,
        work: impl FnOnce(&WriteTx<'_>) -> Result<T> + Send + 'static,
        done: impl FnOnce(Result<T>) + Send + 'static,
    ) {
        let job: Job = Box::new(move |tx| {
            let result = tx.map_or(Err(CountyError::NotCommitted), |tx| tx.nested(work));
            Box::new(move |committed| done(if committed { result } else { Err(CountyError::NotCommitted) }))
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
        let mut finishes: Vec<Finish> = Vec::with_capacity(taken);
        let committed = self.county.write(|tx| {
            finishes.extend(jobs.drain(..).map(|job| job(Some(tx))));
            if planted(Bug::AckBeforeCommit) { Err(CountyError::NotCommitted) } else { Ok(()) }
        });
        if let Err(error) = &committed {
            tracing::error!(code = error.code(), requests = taken, "group not committed");
        }
        // Only when the transaction did not even begin.
        finishes.extend(jobs.drain(..).map(|job| job(None)));
        for finish in finishes {
            finish(committed.is_ok() || planted(Bug::AckBeforeCommit));
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
