//! One look at the store: who looks, when, and what every answer needs to say: by whom, and where a record stands.

use crate::error::{ClientError, Result};
use crate::local;
use crate::open::{Identity, Open};
use crate::views::Standing;
use chrono::NaiveDate;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use xunge_domain::ids::{DeviceNo, RecordId};
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::WorkerRole;
use xunge_store::{OpState, Reader};
use xunge_sync::auth::signed_registry::CareCategoryEntry;

/// Said of the county's own writes.
pub(super) const COUNTY: &str = "county";
/// Said where the author is outside the reader's scope.
const SOME_WORKER: &str = "worker";
/// Operations that may be saved while a push is under way and are looked at one by one; more than that takes minutes.
const MOST_LATER: u32 = 1_000;

/// One moment of the store, one viewer, one reading of the clock.
pub(super) struct Look<'a> {
    pub(super) open: &'a Open,
    pub(super) reader: &'a Reader<'a>,
    pub(super) me: Identity,
    /// Wall clock: what the worker calls now.
    pub(super) now_ms: i64,
    /// The local day of it.
    pub(super) today: NaiveDate,
    /// The latest moment known from clock or county, so that a clock set back revives nothing that expired.
    pub(super) latest_day: NaiveDate,
    /// While a push is under way: records with an operation that is not in it.
    later: Option<BTreeSet<RecordId>>,
    registry: OnceCell<BTreeMap<String, CareCategoryEntry>>,
}

impl Open {
    /// Answers one question from one moment of the store.
    pub(super) fn look<T>(&self, answer: impl FnOnce(&Look<'_>) -> Result<T>) -> Result<T> {
        let now = self.world.clock.now();
        let (best_ms, _) = self.best_time(now);
        let (offering, server_ms) = {
            let contact = self.contact();
            (contact.offering, contact.server.map_or(0, |(ms, _)| ms))
        };
        self.store.read(|reader| {
            let later = match offering {
                Some((_, last)) => Some(saved_after(reader, last)?),
                None => None,
            };
            answer(&Look {
                open: self,
                reader,
                me: self.identity(),
                now_ms: now.wall_ms,
                today: local::day_of(now.wall_ms),
                latest_day: local::day_of(now.wall_ms.max(best_ms).max(server_ms)),
                later,
                registry: OnceCell::new(),
            })
        })
    }
}

/// The records that operations after `counter` are about, with the households and incidents they belong to.
fn saved_after(reader: &Reader<'_>, counter: u64) -> Result<BTreeSet<RecordId>> {
    let mut later = BTreeSet::new();
    for stored in reader.unsent(counter + 1, MOST_LATER, usize::MAX)? {
        let record = stored.header.record;
        later.insert(record);
        later.extend(reader.household_of(record)?);
        for kind in [RecordKind::IncidentStep, RecordKind::PhotoEvidence] {
            if stored.header.kind == kind.code() {
                later.extend(
                    reader.row(kind, record)?.and_then(|row| row.field(kind, "incident").reference()),
                );
            }
        }
    }
    Ok(later)
}

impl Look<'_> {
    /// Where a record stands, from its least settled own operation and its conflicts.
    ///
    /// A conflict or a refusal needs the worker before anything else. What is being offered just now is on its way.
    /// What the county keeps waiting for a parent has its receipt: it is at the county. What is not the phone's own is at the county by nature.
    pub(super) fn standing(&self, record: RecordId, unsettled: Option<OpState>, conflicts: u32) -> Standing {
        match unsettled {
            _ if conflicts > 0 => Standing::NeedsYou,
            Some(OpState::Refused) => Standing::NeedsYou,
            Some(OpState::OnPhone) => match &self.later {
                Some(later) if !later.contains(&record) => Standing::Sending,
                _ => Standing::OnPhone,
            },
            Some(OpState::Offered) => Standing::Sending,
            Some(OpState::Waiting | OpState::Remote | OpState::Withdrawn | OpState::AtCounty) | None => {
                Standing::AtCounty
            }
        }
    }

    /// Where a record stands that is asked for by itself.
    pub(super) fn standing_of(&self, kind: RecordKind, record: RecordId) -> Result<Standing> {
        let conflicts = self.reader.row(kind, record)?.map_or(0, |row| row.conflicts);
        Ok(self.standing(record, self.reader.unsettled_of(record)?, conflicts))
    }

    /// The local day as a range of instants.
    pub(super) fn day(&self) -> Range<i64> {
        let start = local::start_of(self.today);
        start
            ..start + local::start_of(NaiveDate::default() + chrono::Days::new(1))
                - local::start_of(NaiveDate::default())
    }

    /// The areas whose records this worker holds.
    pub(super) fn areas(&self) -> impl Iterator<Item = RecordId> + '_ {
        self.me.areas.iter().map(|(area, _, _)| *area)
    }

    /// Whether this phone wrote with the device.
    pub(super) fn is_mine(&self, device: DeviceNo) -> bool {
        device.0 == self.me.device_no
    }

    /// Who writes with a device: a worker's name, `county`, or a role.
    pub(super) fn author(&self, device: DeviceNo) -> Result<String> {
        if device == DeviceNo::COUNTY {
            return Ok(COUNTY.to_owned());
        }
        if self.is_mine(device) {
            return Ok(self.me.worker_name.clone());
        }
        self.worker(self.reader.worker_of_device(device)?)
    }

    /// Name of a worker, or a role where the name is not here.
    pub(super) fn worker(&self, worker: Option<RecordId>) -> Result<String> {
        let Some(worker) = worker else { return Ok(SOME_WORKER.to_owned()) };
        if worker == self.me.worker {
            return Ok(self.me.worker_name.clone());
        }
        let Some(row) = self.reader.worker(worker)? else { return Ok(SOME_WORKER.to_owned()) };
        if !row.name.is_empty() {
            return Ok(row.name);
        }
        Ok(row.role.and_then(WorkerRole::from_code).map_or(SOME_WORKER, WorkerRole::word).to_owned())
    }

    /// The care categories in force, by code.
    pub(super) fn registry(&self) -> Result<&BTreeMap<String, CareCategoryEntry>> {
        if let Some(known) = self.registry.get() {
            return Ok(known);
        }
        let entries = super::care::entries_in_force(self)?;
        Ok(self.registry.get_or_init(|| entries))
    }
}

/// A question that may find nothing.
pub(super) const fn not_found() -> ClientError {
    crate::error::rule("not_found")
}
