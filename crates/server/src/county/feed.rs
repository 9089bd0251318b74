//! Operations out: the greeting and the feed, cut to what the phone sees.

use super::caller::Caller;
use super::error::{Refused, Result};
use super::{County, Scope, WriteTx};
use crate::storage::{AuditEntry, DeviceState, Fed, Rows};
use std::collections::BTreeMap;
use xunge_domain::ids::RecordId;
use xunge_domain::operation::{DigestSum, Operation, Verb};
use xunge_domain::records::RecordKind;
use xunge_sync::batch::{self, Salts};
use xunge_sync::messages::{AreaDigest, Granted, Hello, Pull, Pulled, Welcome};

/// Most operations in one piece of the feed.
const MOST: u32 = 5_000;
/// Payload bytes after which a piece ends.
const ENOUGH_BYTES: usize = 1024 * 1024;
const DAY_MS: i64 = 86_400_000;

impl County {
    /// Greets a phone, inside a transaction: its contact is noted.
    ///
    /// # Errors
    /// [`Refused::BadRequest`] for openings that are none; [`super::CountyError`] of the storage.
    pub fn hello(&self, tx: &WriteTx<'_>, caller: &Caller, hello: &Hello) -> Result<Welcome> {
        let now_ms = self.now_ms();
        let chain = tx.rows().chain(caller.device.no)?;
        if caller.device.said_counter.is_some_and(|said| hello.counter < said) {
            // It has written more than it remembers: restored from an older copy, or there are two of it.
            let entry = AuditEntry {
                who: format!("device:{}", caller.device.no.0),
                what: "phone_went_back".to_owned(),
                subject: caller.device.id.to_string(),
                ok: true,
                ..AuditEntry::default()
            };
            self.audit_in(tx, &entry)?;
            if caller.device.state != DeviceState::Quarantined {
                tx.rows().put_trouble(caller.device.no, "went_back", now_ms)?;
            }
        }
        tx.rows().touch_device(caller.device.no, now_ms, Some(hello.counter), None)?;
        let opened = self.note_openings(tx, caller, hello.opened.as_ref())?;
        Ok(Welcome {
            epoch: self.epoch().to_vec(),
            server_ms: now_ms,
            highest: chain.counter,
            chain: chain.head.to_vec(),
            areas: granted(&tx.tree(), caller),
            head: tx.head(),
            photo_keep_days: self.settings.photo_keep_days,
            lease_until_ms: now_ms + i64::from(self.settings.lease_days) * DAY_MS,
            mark: self.mark_of_head(tx)?,
            opened: Some(opened),
        })
    }

    /// The feed after a position.
    ///
    /// # Errors
    /// [`Refused::WrongEpoch`]; [`super::CountyError`] of the storage.
    pub fn pull(&self, caller: &Caller, pull: &Pull) -> Result<Pulled> {
        let epoch = self.epoch();
        if pull.epoch != epoch {
            return Err(Refused::WrongEpoch { epoch }.into());
        }
        let limit = pull.limit.clamp(1, MOST);
        let (ops, upto, more, mark, digests) = self.read(|rows| {
            let (ops, upto, more) = piece(rows, caller, pull.after, limit)?;
            let wanted = pull.compare == Some(true) && !more && !caller.scope.asks_for_owner();
            let digests = if wanted { Some(digests(rows, caller)?) } else { None };
            Ok((ops, upto, more, self.mark_at(rows, upto)?, digests))
        })?;
        let batch = batch::pack(&ops, Salts::None).map_err(|_| Refused::TooLarge)?;
        Ok(Pulled { epoch: epoch.to_vec(), upto, more, batch, mark, digests })
    }
}

/// Granted areas as messages name them.
pub(super) fn granted(tree: &super::AreaTree, caller: &Caller) -> Vec<Granted> {
    caller
        .grants
        .iter()
        .map(|grant| Granted {
            area: grant.area.0.as_bytes().to_vec(),
            name: tree.get(grant.area).map(|node| node.name.clone()).unwrap_or_default(),
            version: grant.version,
        })
        .collect()
}

/// What everybody but the caller wrote in each of the caller's areas, as far as it goes out to the caller, at the end of
/// the feed. A phone whose worker may read less than before, or more, differs, and reads anew.
fn digests(rows: &Rows<'_>, caller: &Caller) -> Result<Vec<AreaDigest>> {
    let areas = caller.scope.below();
    let mut hidden: BTreeMap<RecordId, DigestSum> = BTreeMap::new();
    for area in &areas {
        let mut cared = rows.sort_texts_in(RecordKind::CareDuty, *area)?;
        cared.extend(rows.sort_texts_in(RecordKind::CareCategory, *area)?);
        for (record, care) in cared {
            if caller.scope.reads(care.as_deref()) {
                continue;
            }
            for Fed { op, erased, .. } in rows.operations_of(record)? {
                if !erased && op.header.id.device != caller.device.no {
                    hidden.entry(op.header.area).or_default().add(op.digest());
                }
            }
        }
    }
    let mut digests = Vec::new();
    for area in areas {
        let mut seen = rows.digest_without(area, caller.device.no)?;
        if let Some(hidden) = hidden.get(&area) {
            seen.less(hidden);
        }
        let DigestSum { operations, sum } = seen;
        digests.push(AreaDigest {
            area: area.0.as_bytes().to_vec(),
            operations,
            sum: sum.to_be_bytes().to_vec(),
        });
    }
    Ok(digests)
}

fn piece(rows: &Rows<'_>, caller: &Caller, after: u64, limit: u32) -> Result<(Vec<Operation>, u64, bool)> {
    let head = rows.head()?;
    let mut places = Vec::new();
    // Up to here no list of places was cut short, so nothing can be passed over.
    let mut horizon = head;
    for area in caller.scope.below().into_iter().chain(caller.scope.above()) {
        let found = rows.feed_places(area, after, limit)?;
        if found.len() >= limit as usize {
            horizon = horizon.min(found.last().copied().unwrap_or(head));
        }
        places.extend(found);
    }
    places.sort_unstable();
    places.retain(|place| *place <= horizon);
    let mut ops = Vec::new();
    let mut bytes = 0;
    for (done, place) in places.iter().enumerate() {
        if ops.len() >= limit as usize || bytes >= ENOUGH_BYTES {
            let upto = done.checked_sub(1).and_then(|last| places.get(last)).copied().unwrap_or(after);
            return Ok((ops, upto, true));
        }
        let Some(fed) = rows.fed(*place)? else { continue };
        if fed.op.header.id.device != caller.device.no && sees(rows, &caller.scope, &fed)? {
            bytes += fed.op.payload.len() + 64;
            ops.push(fed.op);
        }
    }
    Ok((ops, horizon.max(after), horizon < head))
}

/// Whether the scope lets an operation out.
pub(super) fn sees(rows: &Rows<'_>, scope: &Scope, fed: &Fed) -> Result<bool> {
    if fed.erased {
        return Ok(false);
    }
    let header = &fed.op.header;
    let owner = if scope.asks_for_owner() {
        rows.record_head(header.record)?.and_then(|head| head.owner)
    } else {
        None
    };
    // That something was erased by law is told to everybody who may have it: what it was does not stand there.
    if Scope::asks_for_care(header.kind)
        && header.verb != Verb::ERASE
        && !scope.reads(rows.sort_text(header.record)?.as_deref())
    {
        return Ok(false);
    }
    Ok(scope.sees(header.kind, header.area, owner))
}
