//! Carries out the plan of `xunge_sync::plan`, one step a call, against a [`crate::ports::Transport`].
//!
//! Every step reads what it needs from the store and writes what it learnt in one transaction, so a crash between any
//! two instructions leaves a phone that simply takes the step again. Only a well-formed receipt counts: an answer is
//! believed when it is the county's (its certificate), a message (content type, whole CBOR), and its chain head is ours.

mod again;
mod call;
mod feed;
mod greeting;
mod housekeeping;
mod mirror;
mod pictures;
mod push;
mod returning;
mod written;

use crate::client::Client;
use crate::error::Result;
use crate::open::Open;
use crate::views::session::{Progress, SyncPhase, SyncState};
use xunge_domain::planted::{Bug, planted};
use xunge_store::Fact;
use xunge_store::keys::LockReason;

use crate::views::Counts;
pub(crate) use call::trouble;
pub(crate) use feed::begin_snapshot as begin_first_sync;
pub use written::{OwnOperation, OwnPicture};
use xunge_sync::plan::{Facts, Step};

/// Why the county keeps a deletion without applying it: the desk is asked first.
const MASS_DELETE: &str = "mass_delete";

/// What to do after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Take the next step at once.
    Go,
    /// Nothing to do for this many milliseconds, or until something is saved.
    Wait(u64),
    /// The county refused this phone; only the desk can help.
    Stopped,
}

impl Client {
    /// Takes one step of synchronisation. Failures to reach the county are no errors: they become waits. A phone that the
    /// county has revoked locks itself: its records stay, only the desk can give the key back.
    ///
    /// # Errors
    /// `wrong_phase` while the phone is not open, and those of the store.
    pub fn sync_step(&self) -> Result<Next> {
        let open = self.opened()?;
        let next = open.step()?;
        if open.plan().is_stopped() {
            self.lock_down(LockReason::ReportedLost)?;
            return Ok(Next::Stopped);
        }
        Ok(next)
    }
}

impl Open {
    /// One step, without looking at what it means for the lock: see [`Client::sync_step`].
    fn step(&self) -> Result<Next> {
        let facts = self.facts()?;
        let now = self.world.clock.now();
        let step = self.plan().next(&facts, now.mono_ms);
        let outcome = match step {
            Step::Wait { ms, .. } => {
                self.contact().running = false;
                return Ok(Next::Wait(ms));
            }
            Step::Stopped => return Ok(Next::Stopped),
            _ => {
                self.contact().running = true;
                self.carry_out(step)
            }
        };
        self.contact().offering = None;
        match outcome {
            Ok(()) => self.succeeded(),
            Err(call::Failed::Local(error)) => {
                self.contact().running = false;
                return Err(error);
            }
            Err(call::Failed::Call { lane, failure, code }) => self.failed(lane, failure, code),
        }
        Ok(Next::Go)
    }

    fn carry_out(&self, step: Step) -> std::result::Result<(), call::Failed> {
        match step {
            Step::Hello => self.greet(),
            Step::Push { max_ops } => self.push(max_ops),
            Step::Outcomes => self.ask_outcomes(),
            Step::Purge => self.purge(),
            Step::Snapshot { at, page } => self.fetch_snapshot(at, page),
            Step::Pull => self.pull(),
            Step::Picture => self.send_picture(),
            Step::Receipts => self.ask_receipts(),
            Step::Wait { .. } | Step::Stopped => Ok(()),
        }
    }

    fn succeeded(&self) {
        let now = self.world.clock.now();
        let mut contact = self.contact();
        contact.last_contact_ms = Some(now.wall_ms);
        contact.last_error = None;
    }

    fn failed(&self, lane: xunge_sync::plan::Lane, failure: xunge_sync::plan::Failure, code: String) {
        let mut random = [0; 8];
        self.world.random.fill(&mut random);
        let now = self.world.clock.now();
        self.plan().failed(lane, failure, now.mono_ms, u64::from_be_bytes(random));
        tracing::info!(?lane, ?failure, code, "sync step failed");
        self.contact().last_error = Some(code);
    }

    fn facts(&self) -> Result<Facts> {
        let metered = self.world.device.metered();
        self.store.read_shortly(|reader| {
            let mut pictures = self.pictures_waiting(reader, metered)?;
            let purge = housekeeping::purge_due(reader)?;
            if purge {
                // Pictures of an area that is to go do not wait for Wi-Fi: they are what the purge waits for.
                pictures = self.pictures_waiting(reader, false)?;
            }
            let counts = reader.op_counts()?;
            Ok(Facts {
                cursor: feed::cursor(reader)?,
                snapshot: feed::snapshot_due(reader)?,
                unsent: push::unacknowledged(reader)?,
                unsettled: counts.waiting + counts.refused,
                pictures: pictures.to_send,
                receipts: pictures.to_confirm,
                purge,
            })
        })
    }

    /// Tries everything now: signal returned, or the worker asked.
    pub fn hurry(&self) {
        self.plan().hurry();
        self.nudge();
    }

    /// The four-state counts.
    ///
    /// # Errors
    /// Those of the store.
    pub fn counts(&self) -> Result<Counts> {
        let (offering, running) = {
            let contact = self.contact();
            (contact.offering.map_or(0, |(first, last)| last + 1 - first), contact.running)
        };
        let small = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        let same_persons = self.same_persons_waiting()?;
        self.store.read_shortly(|reader| {
            let ops = reader.op_counts()?;
            let pictures = self.pictures_waiting(reader, self.world.device.metered())?;
            let unsent = ops.on_phone + ops.offered;
            // A picture that waits for the network, or for one that costs nothing, is on the phone and nowhere else.
            let travelling = if running { pictures.to_send + pictures.to_confirm } else { 0 };
            Ok(Counts {
                on_phone: small(
                    unsent.saturating_sub(offering) + pictures.waiting.saturating_sub(travelling),
                ),
                sending: small(offering.min(unsent) + travelling),
                at_county: small(
                    ops.at_county
                        + ops.waiting
                        + reader.photos_at_county()?
                        + if planted(Bug::CountsLie) { unsent } else { 0 },
                ),
                needs_you: small(
                    ops.refused
                        + u64::from(reader.conflict_count()?)
                        + u64::from(same_persons)
                        + reader.photos_refused()?,
                ),
            })
        })
    }

    /// The sync page.
    ///
    /// # Errors
    /// Those of the store.
    pub fn sync_state(&self) -> Result<SyncState> {
        let now = self.world.clock.now();
        let counts = self.counts()?;
        let (unsent, pictures, snapshot, received, last_contact, held) =
            self.store.read_shortly(|reader| {
                let ops = reader.op_counts()?;
                Ok::<_, crate::error::ClientError>((
                    ops.on_phone + ops.offered,
                    self.pictures_waiting(reader, self.world.device.metered())?,
                    feed::snapshot_due(reader)?,
                    feed::snapshot_received(reader)?,
                    crate::open::read_u64(reader, Fact::LastContactMs)?,
                    reader.waiting_because(MASS_DELETE)?,
                ))
            })?;
        let plan = self.plan().clone();
        let contact = self.contact().clone();
        let retry_in_ms = plan
            .retry_at()
            .filter(|at| *at > now.mono_ms)
            .and_then(|at| i64::try_from(at - now.mono_ms).ok());
        let phase = match () {
            () if plan.is_stopped() => SyncPhase::Stopped,
            () if contact.running => SyncPhase::Running,
            // Just opened, nothing tried yet: whoever still holds records must not be told that there is nothing to send.
            () if retry_in_ms.is_some() || counts.on_phone + counts.sending > 0 => SyncPhase::Waiting,
            () => SyncPhase::Idle,
        };
        let stored = last_contact.and_then(|ms| i64::try_from(ms).ok());
        Ok(SyncState {
            phase,
            counts,
            first_sync: snapshot
                .map(|_| Progress { done: received, of: contact.snapshot_operations.max(received) }),
            records: match contact.sent {
                (done, of) if done < of => Progress { done, of: of.max(done + unsent) },
                _ if unsent > 0 => Progress { done: 0, of: unsent },
                (done, of) => Progress { done, of },
            },
            photos: Progress { done: pictures.done, of: pictures.all },
            photos_now: Progress { done: pictures.now.received, of: pictures.now.photos },
            photo_bytes: Progress { done: pictures.now.sent_bytes, of: pictures.now.bytes },
            photos_held: u32::try_from(pictures.held).unwrap_or(u32::MAX),
            last_contact_ms: contact.last_contact_ms.or(stored),
            last_error: contact.last_error,
            retry_in_ms,
            held_deletes: u32::try_from(held).unwrap_or(u32::MAX),
        })
    }
}
