//! Opening the store, and going on after damage: a store that does not read is moved aside, what can be read of it goes into
//! a new one, and the worker works on at once. Records of others come with the next sync. What was written here gets its
//! counters anew then, because nobody but the county knows any more which of them it holds (see `syncing/returning.rs`).
//!
//! The worker is told in plain words what happened and what is lost; see [`MendedView`].

use super::{Client, OPEN};
use crate::change::{put_merged, state_of};
use crate::error::{ClientError, Result};
use crate::open::Open;
use crate::syncing::begin_first_sync;
use crate::views::home::MendedView;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use xunge_domain::ids::{DeviceNo, RecordId};
use xunge_domain::operation::Chain;
use xunge_domain::records::RecordKind;
use xunge_store::keys::Secret;
use xunge_store::{Fact, OpState, OpenError, Reader, Salvaged, Store, StoreError, TailLost, Writer};

/// Days for which the files of a damaged store stay after the county holds everything that was salvaged.
const KEEP_DAYS: i64 = 30;

/// What [`Fact::Mended`] says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mended {
    /// When, by the phone's clock.
    pub at_ms: i64,
    /// Own operations that could be read and were not known to be at the county.
    pub kept: u64,
    /// Pictures of which the same holds.
    pub photos: u64,
    /// Counter of the last own operation before.
    pub expected: u64,
    /// Own operations that are gone; nothing while only the county can tell.
    pub lost: Option<u64>,
    /// Only the end of the log was gone; the store itself is the old one.
    pub tail: bool,
    /// Own log and the county's stand together again.
    pub settled: bool,
    /// The worker has read the notice.
    pub seen: bool,
}

impl Mended {
    /// The last mishap, if there was one.
    pub(crate) fn read(reader: &Reader<'_>) -> Result<Option<Self>> {
        let Some(bytes) = reader.fact_bytes(Fact::Mended)? else { return Ok(None) };
        Ok(Some(serde_json::from_slice(&bytes).map_err(|_| StoreError::Damaged)?))
    }

    pub(crate) fn keep(&self, writer: &Writer<'_>) -> Result<()> {
        let bytes = serde_json::to_vec(self).map_err(|_| StoreError::Damaged)?;
        Ok(writer.set_fact_bytes(Fact::Mended, &bytes)?)
    }

    /// The own log was put together again under the county's; `held` is the last counter the county has and `ours` says
    /// which counters had been read that it has not.
    pub(crate) fn settle(self, held: u64, ours: &[u64]) -> Self {
        let unsent = self.expected.saturating_sub(held);
        let read = ours.iter().filter(|counter| **counter > held && **counter <= self.expected).count();
        Self { lost: Some(unsent.saturating_sub(read as u64)), settled: true, ..self }
    }

    /// What the screen shows; nothing once read.
    pub(crate) fn view(&self) -> Option<MendedView> {
        (!self.seen).then_some(MendedView {
            at_ms: self.at_ms,
            kept: self.kept,
            photos: self.photos,
            lost: self.lost,
            tail: self.tail,
        })
    }
}

impl Client {
    /// Opens the store; a damaged one is mended on the way.
    ///
    /// # Errors
    /// Those of [`Store::open`], `store_damaged` when not even the phone's identity could be read.
    pub(super) fn open_store(&self, key: &Secret) -> Result<Store> {
        let (dir, files) = (self.store_dir(), Arc::clone(&self.world.files));
        let store = match Store::open(&dir, key, Arc::clone(&files), OPEN) {
            Err(OpenError::Damaged(salvaged)) => self.mend(key, &salvaged)?,
            // A mending that broke off left no store but the one moved aside.
            Err(OpenError::Missing) => match Store::salvage_aside(&dir, key, &*files) {
                Some(salvaged) => self.mend(key, &salvaged)?,
                None => return Err(OpenError::Missing.into()),
            },
            other => other?,
        };
        if let Some(lost) = store.report().tail_lost {
            self.note_lost_tail(&store, lost)?;
        }
        Ok(store)
    }

    fn mend(&self, key: &Secret, salvaged: &Salvaged) -> Result<Store> {
        let Some(identity) = salvaged.identity().and_then(|bytes| crate::open::read_identity(bytes).ok())
        else {
            return Err(crate::error::rule("store_damaged"));
        };
        let last = salvaged.operations.last().map_or(0, |op| op.id().counter);
        let expected = salvaged.expected.map_or(last, |progress| progress.counter.max(last));
        let mended = Mended {
            at_ms: self.world.clock.now().wall_ms,
            kept: salvaged.operations.len() as u64,
            photos: salvaged.photos.len() as u64,
            expected,
            ..Mended::default()
        };
        let store = Store::rebuild(
            &self.store_dir(),
            key,
            Arc::clone(&self.world.files),
            OPEN,
            salvaged,
            |writer| {
                put_salvaged(writer, salvaged)?;
                // Nobody knows the head of this chain; it only makes new counters begin above the old ones. The first
                // greeting brings the true one.
                let chain = Chain { counter: expected, ..Chain::default() };
                writer.set_own_chain(DeviceNo(identity.device_no), &chain)?;
                begin_first_sync(writer)?;
                mended.keep(writer)
            },
        )?;
        tracing::warn!(
            operations = mended.kept,
            photos = mended.photos,
            complete = salvaged.complete,
            "a damaged store was moved aside and what could be read put into a new one"
        );
        Ok(store)
    }

    fn note_lost_tail(&self, store: &Store, lost: TailLost) -> Result<()> {
        let gone = lost.expected.counter.saturating_sub(lost.found.counter);
        tracing::warn!(gone, "the end of the store's log did not survive");
        store.write(|writer| {
            if gone > 0 {
                let mended = Mended {
                    at_ms: self.world.clock.now().wall_ms,
                    expected: lost.expected.counter,
                    lost: Some(gone),
                    tail: true,
                    settled: true,
                    ..Mended::default()
                };
                mended.keep(writer)?;
            }
            // Setting the chain as it is makes the mark beside the store forget what is gone: it is told once.
            if let Some((device, chain)) = writer.own_chain()? {
                writer.set_own_chain(device, &chain)?;
            }
            Ok::<_, ClientError>(())
        })
    }
}

/// The operations as they were, and the rows they make. Rows of records that others began are whole after the next sync.
fn put_salvaged(writer: &Writer<'_>, salvaged: &Salvaged) -> Result<()> {
    let mut touched: BTreeMap<RecordId, (RecordKind, RecordId)> = BTreeMap::new();
    for stored in &salvaged.operations {
        // One whose payload was erased by law before it left leaves nothing to send.
        let Some(op) = stored.operation() else { continue };
        let state = if stored.state == OpState::Offered { OpState::OnPhone } else { stored.state };
        writer.append(&op, state, None)?;
        if stored.state == OpState::Refused {
            writer.set_outcome(op.id(), state, stored.reason.as_deref(), None)?;
        }
        if let Some(kind) = RecordKind::from_code(op.header.kind) {
            touched.insert(op.header.record, (kind, op.header.area));
        }
    }
    for (record, (kind, area)) in touched {
        put_merged(writer, kind, record, area, &state_of(writer, kind, record)?)?;
    }
    Ok(())
}

impl Open {
    /// The worker has read what happened to the store.
    ///
    /// # Errors
    /// Those of the store.
    pub fn mended_seen(&self) -> Result<()> {
        self.store.write(|writer| match Mended::read(writer)? {
            Some(mended) => Mended { seen: true, ..mended }.keep(writer),
            None => Ok(()),
        })
    }

    /// Lets the files of a damaged store go once they are of no use: everything read out of it has been at the county for
    /// a month.
    pub(crate) fn discard_damaged(&self, now_ms: i64) -> Result<()> {
        let due = self.store.read_shortly(|reader| {
            let counts = reader.op_counts()?;
            let waits = counts.on_phone + counts.offered > 0 || reader.photos_waiting()?.0 > 0;
            Ok::<_, ClientError>(Mended::read(reader)?.is_some_and(|mended| {
                mended.settled && !mended.tail && !waits && now_ms - mended.at_ms > KEEP_DAYS * 86_400_000
            }))
        })?;
        if due {
            self.store.discard_asides().map_err(StoreError::from)?;
        }
        Ok(())
    }
}
