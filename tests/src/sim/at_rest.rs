//! What must hold once everything has come to rest.

use super::faults::log_of_phone;
use super::invariants::log_of;
use super::ledger::content;
use super::run::Run;
use std::collections::{BTreeMap, BTreeSet};
use xunge_domain::ids::{DeviceNo, OpId, RecordId};
use xunge_domain::operation::{Chain, Operation, Payload, Verb};
use xunge_domain::records::{FieldKey, MergeKind, RecordKind, SlotCode};
use xunge_domain::value::{Edit, Value};
use xunge_server::county::County;
use xunge_server::storage::Fed;
use xunge_store::Fact;
use xunge_sync::admit::told;
use xunge_sync::messages::{FeedMark, OutcomeKind, decode};

/// Operations of the county, and what became of each.
pub(super) struct Books {
    /// Applied ones by record.
    pub(super) records: BTreeMap<RecordId, Vec<Fed>>,
    /// Slots of these in which values differ, told from the operations.
    pub(super) conflicts: BTreeMap<RecordId, BTreeMap<SlotCode, BTreeSet<OpId>>>,
}

impl Run {
    /// Compares everybody with everybody.
    pub(super) fn check_at_rest(&mut self) {
        let county = self.host.county.county();
        let books = self.books(&county);
        self.once_each(&county);
        self.conflicts_are_in_review(&county, &books);
        self.phones_show_the_county(&county, &books);
        self.pictures_are_there(&county);
        self.marks_are_of_this_epoch(&county);
        self.as_a_fresh_phone();
    }

    /// The mark that a phone would show at its next greeting is one that this county gives: with one of before a restore nobody
    /// could prove the next one. What else a phone loses by taking a restored county for the one before (pictures that were
    /// received after the backup) needs a backup at just the right moment: without this the planted bug went unseen for 450 seeds.
    fn marks_are_of_this_epoch(&mut self, county: &County) {
        let mut wrong = Vec::new();
        for hand in self.hands.iter().filter(|hand| hand.is_open()) {
            let held = hand.phone.open().change(|change| Ok(change.writer.fact_bytes(Fact::FeedMark)?));
            let Ok(Some(held)) = held else { continue };
            let Ok(mark) = decode::<FeedMark>(&held) else {
                wrong.push(format!("{} holds a mark that nobody can read", hand.name()));
                continue;
            };
            if county.mark_of(mark.seq).ok().flatten().is_none_or(|given| given != mark) {
                wrong.push(format!("{} holds a mark of {} that is not this county's", hand.name(), mark.seq));
            }
        }
        for what in wrong {
            self.breaks("the mark is of this epoch", what);
        }
    }

    /// Each device's log: dense, chained, the same on the phone; each content that was saved is there exactly once.
    fn once_each(&mut self, county: &County) {
        let mut wrong: Vec<(&'static str, String)> = Vec::new();
        let rows = county.devices().unwrap_or_default();
        for (device, saved) in &self.ledger {
            let log = log_of(county, *device);
            let mut chain = Chain::default();
            for (op, _) in &log {
                chain = chain.with(&op.hash());
                if op.header.id.counter != chain.counter {
                    wrong.push((
                        "the log is dense",
                        format!("the county's log has a gap before {}", op.header.id),
                    ));
                }
            }
            if rows.iter().find(|row| row.no == *device).is_none_or(|row| row.chain != chain) {
                wrong.push((
                    "acknowledged is at the county",
                    format!("the chain of {device:?} is not that of its log"),
                ));
            }
            let mut seen = BTreeSet::new();
            for (op, content) in &log {
                if !seen.insert(*content) {
                    wrong.push(("applied exactly once", format!("{} repeats another", op.header.id)));
                }
                if !saved.required.contains(content) && !saved.forgiven.contains(content) {
                    wrong.push(("applied exactly once", format!("{} was written by nobody", op.header.id)));
                }
            }
            let lost = saved.required.difference(&seen).count();
            if lost > 0 {
                wrong.push((
                    "nothing is lost",
                    format!("{lost} saved operations of {device:?} are not at the county"),
                ));
            }
            for at in (0..self.hands.len()).filter(|at| self.hands[*at].device == *device) {
                if !self.hands[at].is_open() {
                    continue;
                }
                let own = log_of_phone(self, at);
                let same = own.len() == log.len()
                    && own.iter().zip(&log).all(|(own, (op, _))| own.hash == op.hash());
                if !same {
                    let what = format!("{}: its log is not the county's", self.hands[at].name());
                    wrong.push(("acknowledged is at the county", what));
                }
            }
        }
        for (invariant, what) in wrong {
            self.breaks(invariant, what);
        }
    }

    /// Reads the books, and looks at what was refused: only for reasons that the story gave.
    fn books(&mut self, county: &County) -> Books {
        let mut records: BTreeMap<RecordId, Vec<Fed>> = BTreeMap::new();
        let mut devices: Vec<DeviceNo> = self.ledger.keys().copied().collect();
        devices.push(DeviceNo::COUNTY);
        let mut wrong = Vec::new();
        for device in devices {
            let log = county.read(|rows| {
                let mut log = Vec::new();
                for fed in rows.written_by(device, 0, u32::MAX)? {
                    let outcome = rows.stored(fed.op.id())?.map(|stored| stored.outcome);
                    log.push((fed, outcome));
                }
                Ok(log)
            });
            for (fed, outcome) in log.unwrap_or_default() {
                let Some(outcome) = outcome else { continue };
                match OutcomeKind::from_code(outcome.kind) {
                    Some(OutcomeKind::Refused) => {
                        let reason = outcome.reason.unwrap_or_default();
                        let (reason, _) = told(&reason);
                        self.tally.add(&format!("refused: {reason}"));
                        let given = match reason {
                            "out_of_scope" | "unknown_kind" | "too_long" => true,
                            // Of what the worker took back, and of nothing else. The list did not know the word until a
                            // county was put back to before it had refused: then the phone sends such an operation again,
                            // named as taken back, and it must be kept and not applied.
                            "withdrawn" => self
                                .ledger
                                .get(&device)
                                .is_some_and(|saved| saved.withdrawn.contains(&content(&fed.op))),
                            _ => false,
                        };
                        if !given {
                            wrong.push(format!("{} was refused: {reason}", fed.op.id()));
                        }
                    }
                    Some(OutcomeKind::WaitingForParent) => {
                        self.tally.add("waits for its parent");
                        if parents_are_there(county, &fed.op) {
                            wrong.push(format!("{} still waits although its parents are there", fed.op.id()));
                        }
                    }
                    kind => {
                        if kind == Some(OutcomeKind::Review) {
                            self.tally.add("conflict in review");
                        }
                        if self.moved.iter().any(|moved| {
                            moved.device == device
                                && moved.area == fed.op.header.area
                                && fed.op.header.id.counter > moved.counter
                        }) {
                            self.tally.add("handed over");
                        }
                        records.entry(fed.op.header.record).or_default().push(fed);
                    }
                }
            }
        }
        for what in wrong {
            self.breaks("nothing is refused without a reason", what);
        }
        let conflicts = records
            .iter()
            .filter_map(|(record, ops)| {
                let kind = RecordKind::from_code(ops.first()?.op.header.kind)?;
                Some((*record, conflicts(kind, ops)))
            })
            .collect();
        Books { records, conflicts }
    }

    /// For each record: its heads told anew from its operations. Where they differ, the county and every phone that sees
    /// the record have it in review with all of them.
    fn conflicts_are_in_review(&mut self, county: &County, books: &Books) {
        let mut wrong: Vec<(&'static str, String)> = Vec::new();
        for (record, ops) in &books.records {
            let Some(kind) = ops.first().and_then(|fed| RecordKind::from_code(fed.op.header.kind)) else {
                continue;
            };
            let expected = books.conflicts.get(record).cloned().unwrap_or_default();
            if expected.keys().any(|slot| *slot == SlotCode::ALIVE) {
                self.tally.add("deletion against edit");
            }
            let Ok(Some(row)) = county.record(*record) else {
                wrong.push(("applied exactly once", format!("{kind:?} {record} has operations and no row")));
                continue;
            };
            let Ok(Some((_, _, merged))) = county.merged(*record) else { continue };
            if row.fields != merged.fields || row.deleted != merged.deleted {
                wrong.push((
                    "the county shows its log",
                    format!("{kind:?} {record} is not what its operations say"),
                ));
            }
            let told: BTreeMap<SlotCode, BTreeSet<OpId>> = merged
                .conflicts
                .iter()
                .map(|conflict| (conflict.slot, conflict.sides.iter().map(|side| side.op).collect()))
                .collect();
            if told != expected || row.conflicts as usize != expected.len() {
                wrong.push((
                    "every loser is in review",
                    format!("{kind:?} {record}: the county tells {told:?}, the operations {expected:?}"),
                ));
            }
        }
        for (invariant, what) in wrong {
            self.breaks(invariant, what);
        }
    }
}

fn parents_are_there(county: &County, op: &Operation) -> bool {
    let (Some(kind), Ok(payload)) = (RecordKind::from_code(op.header.kind), op.read()) else { return false };
    payload.edits.iter().all(|(key, edit)| {
        let refers = kind
            .field(*key)
            .is_some_and(|field| matches!(field.holds, xunge_domain::records::FieldType::Ref(_)));
        match (refers, edit) {
            (true, Edit::Put(value)) => {
                value.as_reference().is_none_or(|target| matches!(county.record(target), Ok(Some(_))))
            }
            _ => true,
        }
    })
}

/// Slots of a record whose heads do not agree, with these heads. Told from the definition and not by the merge: a head is
/// an operation that writes the slot and that no other names as replaced.
fn conflicts(kind: RecordKind, ops: &[Fed]) -> BTreeMap<SlotCode, BTreeSet<OpId>> {
    let read: Vec<(OpId, Verb, Payload)> =
        ops.iter().filter_map(|fed| Some((fed.op.id(), fed.op.header.verb, fed.op.read().ok()?))).collect();
    let replaced = |slot: SlotCode, id: OpId| {
        read.iter().any(|(_, _, payload)| payload.replaces.get(&slot).is_some_and(|ids| ids.contains(&id)))
    };
    let mut heads: BTreeMap<SlotCode, BTreeMap<OpId, BTreeMap<FieldKey, Value>>> = BTreeMap::new();
    for (id, _, payload) in &read {
        for (key, edit) in &payload.edits {
            let Some(field) = kind.field(*key).filter(|field| field.merge == MergeKind::Register) else {
                continue;
            };
            let Edit::Put(value) = edit else { continue };
            if !replaced(field.slot, *id) {
                heads.entry(field.slot).or_default().entry(*id).or_default().insert(*key, value.clone());
            }
        }
    }
    let mut found: BTreeMap<SlotCode, BTreeSet<OpId>> = BTreeMap::new();
    for (slot, heads) in &heads {
        if heads.values().collect::<BTreeSet<_>>().len() > 1 {
            found.insert(*slot, heads.keys().copied().collect());
        }
    }
    let deletions: Vec<&(OpId, Verb, Payload)> = read
        .iter()
        .filter(|(id, verb, _)| *verb == Verb::DELETE && !replaced(SlotCode::ALIVE, *id))
        .collect();
    let seen: BTreeSet<OpId> = deletions
        .iter()
        .filter_map(|(_, _, payload)| payload.replaces.get(&SlotCode::ALIVE))
        .flatten()
        .copied()
        .collect();
    let unseen: BTreeSet<OpId> =
        heads.values().flat_map(BTreeMap::keys).copied().filter(|id| !seen.contains(id)).collect();
    if !deletions.is_empty() && !unseen.is_empty() {
        let sides = unseen.into_iter().chain(deletions.iter().map(|(id, _, _)| *id)).collect();
        found.insert(SlotCode::ALIVE, sides);
    }
    found
}
