//! Records down: the snapshot of what this phone may see, then the feed after it.

use super::call::Failed;
use crate::change::{arrived_state, is_handed_over, put_merged, state_of};
use crate::error::{ClientError, Result};
use crate::open::{Open, read_u64, write_u64};
use ed25519_dalek::VerifyingKey;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use xunge_domain::ids::{DeviceNo, RecordId};
use xunge_domain::operation::{Operation, Verb};
use xunge_domain::planted::{Bug, planted};
use xunge_domain::records::RecordKind;
use xunge_domain::value::Edit;
use xunge_store::{Fact, OpState, Reader, Writer};
use xunge_sync::auth::signed_registry::{RegistryError, SignedCategory, Tier};
use xunge_sync::batch::{SALT_BLOCK, unpack};
use xunge_sync::messages::{FeedMark, Pull, Pulled, SnapshotBody, SnapshotPage, decode, encode};
use xunge_sync::plan::Lane;

/// Operations of a pull.
const PULL_OPS: u32 = 5_000;

pub(super) fn cursor(reader: &Reader<'_>) -> Result<u64> {
    Ok(read_u64(reader, Fact::FeedCursor)?.unwrap_or(0))
}

pub(super) fn snapshot_due(reader: &Reader<'_>) -> Result<Option<(Option<u64>, u32)>> {
    let Some(page) = read_u64(reader, Fact::SnapshotPage)? else { return Ok(None) };
    Ok(Some((read_u64(reader, Fact::SnapshotAt)?, u32::try_from(page).unwrap_or(0))))
}

pub(super) fn snapshot_received(reader: &Reader<'_>) -> Result<u64> {
    Ok(read_u64(reader, Fact::SnapshotReceived)?.unwrap_or(0))
}

/// The newest mark of the county, to be shown at the greeting.
pub(super) fn mark(reader: &Reader<'_>) -> Result<Option<FeedMark>> {
    let bytes = reader.fact_bytes(Fact::FeedMark)?;
    Ok(bytes.as_deref().and_then(|bytes| decode(bytes).ok()))
}

/// Keeps a mark when it is newer than the one kept, or when those of before are void.
pub(super) fn keep_mark(writer: &Writer<'_>, said: Option<&FeedMark>, void: bool) -> Result<()> {
    let kept = if void { None } else { mark(writer)? };
    match said {
        Some(said) if kept.is_none_or(|kept| kept.seq < said.seq) => {
            Ok(writer.set_fact_bytes(Fact::FeedMark, &encode(said))?)
        }
        None if void => Ok(writer.drop_fact(Fact::FeedMark)?),
        _ => Ok(()),
    }
}

/// From now on a snapshot is due. What is here stays: operations are a set.
pub(crate) fn begin_snapshot(writer: &Writer<'_>) -> Result<()> {
    writer.drop_fact(Fact::SnapshotAt)?;
    write_u64(writer, Fact::SnapshotPage, 0)?;
    write_u64(writer, Fact::SnapshotReceived, 0)
}

impl Open {
    pub(super) fn fetch_snapshot(&self, at: Option<u64>, page: u32) -> std::result::Result<(), Failed> {
        let differed = (page == 0 && self.store.read_shortly(super::mirror::differed)?).then_some(true);
        let body: SnapshotBody =
            match self.post(Lane::Feed, "/sync/v1/snapshot", &SnapshotPage { at, page, differed })? {
                Ok(body) => body,
                Err(refusal) => return Err(Failed::refused(Lane::Feed, &refusal.code)),
            };
        let other = at.is_some_and(|at| at != body.at);
        let ops = unpack(&body.batch).map_err(|_| Failed::not_the_county(Lane::Feed))?;
        self.contact().snapshot_operations = body.operations;
        let mut photos = Vec::new();
        self.store.write(|writer| {
            keep_mark(writer, body.mark.as_ref(), false)?;
            if other && page > 0 {
                // The one we were reading is gone. What came of it stays; the new one is read from its start.
                if writer.rebuilding()? {
                    writer.begin_rebuild()?;
                }
                return begin_snapshot(writer);
            }
            photos = self.apply(writer, &ops)?;
            write_u64(writer, Fact::SnapshotReceived, snapshot_received(writer)? + ops.len() as u64)?;
            if page + 1 < body.pages {
                write_u64(writer, Fact::SnapshotAt, body.at)?;
                write_u64(writer, Fact::SnapshotPage, u64::from(page) + 1)
            } else {
                let areas = writer.areas_of_others()?;
                self.note_strangers(writer, areas)?;
                super::housekeeping::bring_back(writer)?;
                super::mirror::finish(writer)?;
                writer.drop_fact(Fact::SnapshotAt)?;
                writer.drop_fact(Fact::SnapshotPage)?;
                write_u64(writer, Fact::FeedCursor, body.at)
            }
        })?;
        self.after_erasing(&photos);
        self.plan().succeeded(Lane::Feed);
        Ok(())
    }

    pub(super) fn pull(&self) -> std::result::Result<(), Failed> {
        let (epoch, after) = self.store.read_shortly(|reader| {
            Ok::<_, ClientError>((reader.fact_bytes(Fact::Epoch)?.unwrap_or_default(), cursor(reader)?))
        })?;
        let compare = self.contact().compare.then_some(true);
        let pulled: Pulled =
            match self.post(Lane::Feed, "/sync/v1/pull", &Pull { epoch, after, limit: PULL_OPS, compare })? {
                Ok(pulled) => pulled,
                Err(refusal) if refusal.code == "wrong_epoch" => {
                    self.plan().restart();
                    return Ok(());
                }
                Err(refusal) => return Err(Failed::refused(Lane::Feed, &refusal.code)),
            };
        if pulled.upto < after {
            // A feed never goes back within an epoch.
            return Err(Failed::refused(Lane::Feed, "feed_went_back"));
        }
        let ops = unpack(&pulled.batch).map_err(|_| Failed::not_the_county(Lane::Feed))?;
        let mut photos = Vec::new();
        if !ops.is_empty() || pulled.upto != after {
            self.store.write(|writer| {
                keep_mark(writer, pulled.mark.as_ref(), false)?;
                photos = self.apply(writer, &ops)?;
                self.note_strangers(writer, ops.iter().map(|op| op.header.area).collect())?;
                let beyond = u64::from(planted(Bug::CursorTooFar));
                write_u64(writer, Fact::FeedCursor, pulled.upto + beyond)
            })?;
        }
        self.after_erasing(&photos);
        if let Some(digests) = &pulled.digests {
            self.contact().compare = false;
            self.compare(digests)?;
        }
        let now = self.world.clock.now();
        self.plan().pulled(pulled.more, now.mono_ms);
        Ok(())
    }

    /// Lays operations of others beside ours and merges the records they touch. Kinds of a newer county are kept and
    /// wait for a newer app.
    ///
    /// Answers the photos that an erasure took: their files go after this write.
    fn apply(&self, writer: &Writer<'_>, ops: &[Operation]) -> Result<Vec<RecordId>> {
        let own = DeviceNo(self.identity().device_no);
        let mut touched: HashMap<RecordId, Touched<'_>> = HashMap::new();
        let mut order: Vec<RecordId> = Vec::new();
        for op in ops {
            if op.header.id.device == own {
                // Ours are here already, with their salts; those that are not – a second copy of this phone wrote them –
                // come with the next greeting, together with the chain they belong to.
                if !stands_after_all(writer, op)? {
                    continue;
                }
            } else if !writer.append(op, OpState::Remote, None)? {
                continue;
            }
            let Some(kind) = RecordKind::from_code(op.header.kind) else { continue };
            match touched.entry(op.header.record) {
                Entry::Occupied(mut known) => {
                    let known = known.get_mut();
                    (known.kind, known.area) = (kind, op.header.area);
                    known.ops.push(op);
                }
                Entry::Vacant(new) => {
                    order.push(op.header.record);
                    new.insert(Touched { kind, area: op.header.area, ops: vec![op] });
                }
            }
        }
        let mut photos = Vec::new();
        for record in order {
            let Some(Touched { kind, area, ops }) = touched.get(&record) else { continue };
            if ops.iter().any(|op| op.header.verb == Verb::ERASE) {
                photos.extend(writer.erase_record(*kind, record, SALT_BLOCK)?);
                continue;
            }
            // A record that came into being just now has no operations but these: nothing has to be read back.
            let state = if writer.is_blank(record) {
                arrived_state(*kind, ops)
            } else {
                state_of(writer, *kind, record)?
            };
            if *kind == RecordKind::CareCategory && !self.category_is_signed(&state) {
                tracing::warn!("a care category without a valid signature of the county was not taken");
                continue;
            }
            put_merged(writer, *kind, record, *area, &state)?;
            who_wrote(writer, *kind, ops)?;
        }
        Ok(photos)
    }
}

/// Whether the county applies an own operation of which this phone had heard, or had said itself, that it does not count: a
/// second copy of the phone gave it to a county that was put back, or that had granted the area by then. What stands at the
/// county is shown; who does not want it can take it back as any other.
fn stands_after_all(writer: &Writer<'_>, op: &Operation) -> Result<bool> {
    let Some(held) = writer.operation(op.id())? else { return Ok(false) };
    let over = matches!(held.state, OpState::Waiting | OpState::Refused | OpState::Withdrawn);
    let same = held.header == op.header && held.payload.as_ref() == Some(&op.payload);
    let stands = same && (over || is_handed_over(&held));
    if stands {
        writer.set_outcome(op.id(), OpState::AtCounty, None, None)?;
    }
    Ok(stands)
}

/// A visit, a patrol and an incident name the worker they are of: from then on it is known who writes with that device.
fn who_wrote(writer: &Writer<'_>, kind: RecordKind, ops: &[&Operation]) -> Result<()> {
    if !matches!(kind, RecordKind::Visit | RecordKind::Patrol | RecordKind::Incident) {
        return Ok(());
    }
    let Some(field) = kind.field_named("worker") else { return Ok(()) };
    for op in ops.iter().filter(|op| op.header.id.device != DeviceNo::COUNTY) {
        let payload = op.read().unwrap_or_default();
        if let Some(Edit::Put(value)) = payload.edits.get(&field.key)
            && let Some(worker) = value.as_reference()
        {
            writer.set_device(op.header.id.device, worker)?;
        }
    }
    Ok(())
}

/// A record of the batch: kind and area as its last operation says them, and its operations.
struct Touched<'a> {
    kind: RecordKind,
    area: RecordId,
    ops: Vec<&'a Operation>,
}

impl Open {
    /// A care category counts only with the county's signature; what it expired or forbids is judged where it is shown.
    fn category_is_signed(&self, state: &xunge_sync::merge::RecordState) -> bool {
        let kind = RecordKind::CareCategory;
        let merged = state.view(kind);
        let bytes = |name| {
            kind.field_named(name)
                .and_then(|field| merged.one(field.key))
                .and_then(|value| value.as_bytes().map(<[u8]>::to_vec))
                .unwrap_or_default()
        };
        let signed = SignedCategory { entry: bytes("entry"), signature: bytes("signature") };
        let Ok(key) = VerifyingKey::from_bytes(&self.identity().registry_key) else { return false };
        match signed.verify(&key, self.today(), Tier::One) {
            Ok(_) | Err(RegistryError::Expired { .. }) => true,
            Err(_) => false,
        }
    }
}
