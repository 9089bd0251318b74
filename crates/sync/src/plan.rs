//! What a phone does next, given what it knows. Pure: facts in, one step out.
//!
//! Everything that must survive a crash lies in the store and comes in as [`Facts`]; the plan itself holds only what may
//! be forgotten: whether the county was greeted in this round, and the waits after failures. Four lanes wait apart, so
//! that a failing push never stops the feed and a photo never stops a record: greeting, push, feed, photos. Small things
//! go first. A wait always ends: [`Plan::next`] never answers "nothing" while something is left to do.

use std::time::Duration;
use xunge_domain::planted::{Bug, planted};

/// The four lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// Greeting.
    Hello,
    /// Records up.
    Push,
    /// Snapshot and feed down.
    Feed,
    /// Pictures up, receipts down.
    Photos,
}

const LANES: usize = 4;

/// What the phone knows, read from the store before each step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// Feed position of the phone.
    pub cursor: u64,
    /// Snapshot pages still to fetch: the position it stands for (absent before the first page) and the next page.
    pub snapshot: Option<(Option<u64>, u32)>,
    /// Operations without an answer.
    pub unsent: u64,
    /// Operations that the county keeps without applying them (waiting, refused): asked about once a greeting.
    pub unsettled: u64,
    /// Pictures whose bytes are not all at the county: thumbnails always, full pictures when they may travel now.
    pub pictures: u64,
    /// Pictures sent whole, without receipt.
    pub receipts: u64,
    /// An area is no longer granted and its records have still to go from the phone.
    pub purge: bool,
}

/// The next thing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Greet the county.
    Hello,
    /// Send at most so many operations.
    Push {
        /// Most operations in the batch; halved after 413.
        max_ops: u32,
    },
    /// Everything written is at the county: take away what the worker may no longer see.
    Purge,
    /// Ask what became of operations that the county kept without applying them.
    Outcomes,
    /// Fetch a page of the snapshot.
    Snapshot {
        /// Snapshot to go on with.
        at: Option<u64>,
        /// Page.
        page: u32,
    },
    /// Fetch the feed.
    Pull,
    /// Send the next piece of the next picture.
    Picture,
    /// Ask for receipts of pictures.
    Receipts,
    /// Everything that can be done now is done; call again after this long, or when something was saved.
    Wait {
        /// How long.
        ms: u64,
        /// Whether something is left to do then (a retry), or only the regular look at the feed.
        retry: bool,
    },
    /// The county refused this phone for good (`revoked`): only the desk can help. Nothing is deleted by this.
    Stopped,
}

/// How an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// No connection, cut, or time-out.
    Unreachable,
    /// An answer that the county never gives: a captive portal, a proxy, half an answer.
    NotTheCounty,
    /// 5xx, 429 or 503, with `Retry-After` where stated.
    Busy(Option<Duration>),
    /// 413.
    TooLarge,
    /// The county refused this request for a reason that a repetition will not change by itself.
    Refused,
    /// This device is revoked.
    Revoked,
}

/// The volatile part of a session.
#[derive(Debug, Clone)]
pub struct Plan {
    greeted: Option<u64>,
    greeted_at: u64,
    pulled_at: Option<u64>,
    more: bool,
    settled: bool,
    max_ops: u32,
    stopped: bool,
    lanes: [Wait; LANES],
}

#[derive(Debug, Clone, Copy, Default)]
struct Wait {
    failures: u32,
    until: u64,
}

/// First wait after a failure.
pub const FIRST_WAIT_MS: u64 = 2_000;
/// Longest wait.
pub const LONGEST_WAIT_MS: u64 = 5 * 60_000;
/// Regular look at the feed while nothing is waiting.
pub const IDLE_MS: u64 = 30_000;
/// A greeting older than this is repeated.
const GREETING_MS: u64 = 10 * 60_000;
/// Operations of a push to begin with: fifty kilobytes, which a weak link brings through.
pub const PUSH_OPS: u32 = 2_000;
/// Operations of a push on a link that has proved good; each costs both ends one flush to the disk.
pub const MOST_PUSH_OPS: u32 = 8_000;

impl Default for Plan {
    fn default() -> Self {
        Self {
            greeted: None,
            greeted_at: 0,
            pulled_at: None,
            more: false,
            settled: false,
            max_ops: PUSH_OPS,
            stopped: false,
            lanes: [Wait::default(); LANES],
        }
    }
}

impl Plan {
    /// The next step at monotonic time `now` (milliseconds).
    pub fn next(&self, facts: &Facts, now: u64) -> Step {
        if self.stopped {
            return Step::Stopped;
        }
        if self.greeted.is_none() || now.saturating_sub(self.greeted_at) > GREETING_MS {
            return if self.open(Lane::Hello, now) { Step::Hello } else { self.wait(now, true) };
        }
        if facts.unsent > 0 && self.open(Lane::Push, now) {
            return Step::Push { max_ops: self.max_ops };
        }
        // What is not at the county yet goes there first, whatever lane it waits in: a purge loses nothing.
        let waits = facts.unsent + facts.pictures + facts.receipts > 0;
        if facts.purge && (!waits || planted(Bug::PurgeOfUnsent)) {
            return Step::Purge;
        }
        if facts.unsettled > 0 && !self.settled && self.open(Lane::Push, now) {
            return Step::Outcomes;
        }
        if self.open(Lane::Feed, now) {
            if let Some((at, page)) = facts.snapshot {
                return Step::Snapshot { at, page };
            }
            let head = self.greeted.unwrap_or(0);
            if self.more
                || facts.cursor < head
                || self.pulled_at.is_none_or(|at| now.saturating_sub(at) >= IDLE_MS)
            {
                return Step::Pull;
            }
        }
        if self.open(Lane::Photos, now) {
            if facts.pictures > 0 {
                return Step::Picture;
            }
            if facts.receipts > 0 {
                return Step::Receipts;
            }
        }
        let left = facts.unsent + facts.pictures + facts.receipts > 0 || facts.snapshot.is_some();
        self.wait(now, left)
    }

    fn wait(&self, now: u64, retry: bool) -> Step {
        let soonest = self.lanes.iter().map(|lane| lane.until).filter(|until| *until > now).min();
        let idle = self.pulled_at.map_or(IDLE_MS, |at| (at + IDLE_MS).saturating_sub(now));
        let ms = soonest.map_or(idle, |until| until - now).clamp(1, LONGEST_WAIT_MS);
        Step::Wait { ms, retry }
    }

    const fn open(&self, lane: Lane, now: u64) -> bool {
        self.lanes[lane as usize].until <= now
    }

    /// The county answered the greeting; `head` is the end of its feed.
    pub fn greeted(&mut self, head: u64, now: u64) {
        self.greeted = Some(head);
        self.greeted_at = now;
        self.settled = false;
        self.succeeded(Lane::Hello);
    }

    /// The county said how the unsettled operations stand; it is asked again after the next greeting.
    pub fn asked_outcomes(&mut self) {
        self.settled = true;
        self.lanes[Lane::Push as usize] = Wait::default();
    }

    /// The feed was read; `more` when it said so.
    pub fn pulled(&mut self, more: bool, now: u64) {
        self.more = more;
        self.pulled_at = Some(now);
        // The head learnt at the greeting has been passed or is about to be: only `more` counts from here on.
        self.greeted = self.greeted.map(|_| 0);
        self.succeeded(Lane::Feed);
    }

    /// A step of this lane went well.
    pub fn succeeded(&mut self, lane: Lane) {
        self.lanes[lane as usize] = Wait { failures: 0, until: 0 };
        if lane == Lane::Push {
            // What went through may be larger next time, and what was too large once need not be so again.
            self.max_ops = self.max_ops.saturating_mul(2).min(MOST_PUSH_OPS);
        }
    }

    /// A step failed. `random` is any random number: it spreads the phones of a county over time.
    pub fn failed(&mut self, lane: Lane, failure: Failure, now: u64, random: u64) {
        match failure {
            Failure::Revoked => self.stopped = true,
            Failure::TooLarge if lane == Lane::Push && self.max_ops > 1 => {
                self.max_ops = (self.max_ops / 2).max(1);
                return; // at once, with half
            }
            Failure::Unreachable | Failure::NotTheCounty => {
                self.greeted = None;
                self.max_ops = self.max_ops.min(PUSH_OPS);
            }
            _ => {}
        }
        let wait = &mut self.lanes[lane as usize];
        wait.failures = wait.failures.saturating_add(1);
        let doubled = FIRST_WAIT_MS.saturating_mul(1 << (wait.failures - 1).min(20)).min(LONGEST_WAIT_MS);
        let stated = match failure {
            Failure::Busy(Some(after)) => {
                u64::try_from(after.as_millis()).unwrap_or(u64::MAX).min(LONGEST_WAIT_MS)
            }
            _ => 0,
        };
        if planted(Bug::RetryNotArmed) {
            wait.until = u64::MAX;
            return;
        }
        // Between half and the whole of it, which is a second at least, and never before a stated moment: there the phones of
        // a county are spread over a second.
        let spread = doubled / 2 + random % (doubled / 2 + 1);
        wait.until = now.saturating_add(spread.max(stated + random % 1_000));
        if matches!(failure, Failure::Unreachable | Failure::NotTheCounty) {
            // Without a county there is no lane: the greeting waits for all of them.
            let until = wait.until;
            self.lanes[Lane::Hello as usize].until = until;
            let failures = self.lanes[lane as usize].failures;
            self.lanes[Lane::Hello as usize].failures = failures;
        }
    }

    /// Signal returned or the worker asked: try everything now.
    pub fn hurry(&mut self) {
        for lane in &mut self.lanes {
            lane.until = 0;
        }
        // Asked anew where we stand: grants, lease, and what became of what the county kept.
        self.greeted = None;
        self.settled = false;
        self.pulled_at = None;
    }

    /// When the next attempt is due, if one waits.
    pub fn retry_at(&self) -> Option<u64> {
        self.lanes.iter().map(|lane| lane.until).filter(|until| *until > 0).min()
    }

    /// Whether the county refused this phone for good.
    pub const fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// The county learnt a new desk decision (a code was approved): try again.
    pub fn restart(&mut self) {
        *self = Self::default();
    }
}
