//! Erasing by law (Personal Information Protection Law, art. 47): what was said about a record goes from the database, the
//! feed, the snapshots, the evidence against cloned phones and the pictures; that it was said, by whom and when, and the
//! ground and date of the erasure stay. Each log's chain holds afterwards: it covers salted hashes, not payloads.
//!
//! The erasure itself is an operation of the county that beats every edit; by the feed it reaches the phones, which erase
//! too. What comes later about an erased record — a phone that was off — is kept as hash only.
//!
//! Leaves to others: who may ask (`desk`, `cli`), backups (docs/operations.md), what a phone does (`client`, `store`).

use super::error::{Refused, Result};
use super::same_person::SAME_AS;
use super::{Change, County, CountyEdit, WriteTx};
use crate::storage::{AuditEntry, RecordRow, Rows};
use std::collections::BTreeSet;
use xunge_domain::ids::{OpId, RecordId};
use xunge_domain::operation::Hash;
use xunge_domain::records::RecordKind;
use xunge_sync::batch::{self, Salts};

/// Grounds, as codes: art. 47 (1)–(4), and an order of court or authority.
pub const GROUNDS: [&str; 5] = ["purpose_over", "keeping_over", "consent_withdrawn", "unlawful", "ordered"];
/// Kinds whose records can be erased: those that speak of people, or may in free words.
const KINDS: [RecordKind; 10] = [
    RecordKind::Person,
    RecordKind::Residence,
    RecordKind::CareDuty,
    RecordKind::Household,
    RecordKind::Visit,
    RecordKind::Incident,
    RecordKind::IncidentStep,
    RecordKind::PhotoEvidence,
    RecordKind::Task,
    RecordKind::CheckIn,
];
/// Set while traces of something erased still lie in unused parts of the files.
const SCRUB_DUE: &str = "scrub_due";

/// What is to be erased, on what ground, by whom.
#[derive(Debug, Clone, Copy)]
pub struct Erasing<'a> {
    /// The record. With a person go all records put together as that person, with their residences and care duties; with an incident its steps and photos.
    pub record: RecordId,
    /// One of [`GROUNDS`].
    pub ground: &'a str,
    /// Who does it, as the audit log names them.
    pub who: &'a str,
    /// Words that go with it: file number of the request. Nothing personal.
    pub reason: &'a str,
    /// The person's records as they were shown to whoever decided; `None` where nothing was shown.
    pub seen: Option<&'a [RecordId]>,
}

/// What went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, utoipa::ToSchema)]
pub struct Erased {
    /// Records.
    pub records: u64,
    /// Operations whose payload went.
    pub operations: u64,
    /// Pictures whose bytes went.
    pub pictures: u64,
}

impl County {
    /// Erases; durable when this returns. To be followed by [`County::scrub`], which may take a while.
    ///
    /// # Errors
    /// [`Refused::NotFound`] for an unknown record, one erased before, or one of a kind that is not erased;
    /// [`Refused::BadRequest`] for an unknown ground; [`Refused::ChangedMeanwhile`]; [`super::CountyError`] of storage and blob store.
    pub fn erase(&self, erasing: &Erasing<'_>) -> Result<Erased> {
        if !GROUNDS.contains(&erasing.ground) {
            return Err(Refused::BadRequest("ground").into());
        }
        let now_ms = self.now_ms();
        let (erased, pictures) = self.write(|tx| {
            if let Some(seen) = erasing.seen {
                let row = tx.rows().record(erasing.record)?.ok_or(Refused::NotFound)?;
                let now: BTreeSet<RecordId> =
                    put_together(tx.rows(), row.id, row.area)?.iter().map(|row| row.id).collect();
                if now != seen.iter().copied().collect() {
                    return Err(Refused::ChangedMeanwhile.into());
                }
            }
            let (mut erased, mut pictures, mut gone) = (Erased::default(), Vec::new(), BTreeSet::new());
            for record in with_all_of_it(tx, erasing.record)? {
                pictures.extend(self.erase_one(tx, record, erasing.ground, now_ms, &mut gone)?);
                erased.records += 1;
            }
            erased.operations = gone.len() as u64;
            erased.pictures = pictures.len() as u64;
            clean_quarantine(tx, &gone)?;
            tx.rows().drop_snapshots()?;
            tx.rows().put_meta(SCRUB_DUE, &[1])?;
            let entry = AuditEntry {
                who: erasing.who.to_owned(),
                what: "erase".to_owned(),
                subject: erasing.record.to_string(),
                reason: erasing.ground.to_owned(),
                detail: erasing.reason.to_owned(),
                ok: true,
            };
            self.audit_in(tx, &entry)?;
            Ok((erased, pictures))
        })?;
        for sha256 in &pictures {
            // Not named anywhere any more; what cannot be removed now is removed by the sweep.
            self.remove_picture(sha256)?;
        }
        Ok(erased)
    }

    /// One record: its payloads, its row, its pictures. Answers pictures that nothing speaks of any more.
    fn erase_one(
        &self,
        tx: &WriteTx<'_>,
        record: RecordId,
        ground: &str,
        now_ms: i64,
        gone: &mut BTreeSet<OpId>,
    ) -> Result<Vec<Hash>> {
        let row = tx.rows().record(record)?.ok_or(Refused::NotFound)?;
        let kind = RecordKind::from_code(row.kind).ok_or(Refused::NotFound)?;
        for fed in tx.rows().everything_about(record)? {
            if fed.erased {
                continue;
            }
            if fed.seq > 0 {
                tx.count(&fed.op, false);
            }
            tx.rows().erase_payload(&fed.op)?;
            gone.insert(fed.op.id());
        }
        let extra = extra(ground, now_ms);
        let edit = CountyEdit { kind, record, area: row.area, change: Change::Erase { extra } };
        self.write_in(tx, &[edit])?;
        if kind == RecordKind::PhotoEvidence {
            Ok(tx.rows().drop_pictures_of(record)?)
        } else {
            Ok(Vec::new())
        }
    }

    /// The records of a person that [`County::erase`] would take, the asked one first.
    ///
    /// # Errors
    /// [`Refused::NotFound`] for what is no person, or one erased before; [`super::CountyError`] of the storage.
    pub fn all_of_person(&self, person: RecordId) -> Result<Vec<RecordRow>> {
        self.read(|rows| {
            let row = rows.record(person)?.filter(|row| row.kind == RecordKind::Person.code() && !row.erased);
            put_together(rows, person, row.ok_or(Refused::NotFound)?.area)
        })
    }

    /// Makes sure that nothing erased can be read back from unused parts of the files. Does nothing when nothing is due.
    /// While somebody reads all the time it stays due; the server tries again every hour.
    ///
    /// # Errors
    /// [`super::CountyError`] of the storage.
    pub fn scrub(&self) -> Result<bool> {
        if self.read(|rows| Ok(rows.meta(SCRUB_DUE)?))?.is_none_or(|due| due.is_empty()) {
            return Ok(false);
        }
        self.storage.scrub()?;
        self.write(|tx| Ok(tx.rows().put_meta(SCRUB_DUE, &[])?))?;
        Ok(true)
    }
}

/// The record and what is only about it. A person on record more than once goes with every record that was put together:
/// taking one alone would bring the others up again.
fn with_all_of_it(tx: &WriteTx<'_>, record: RecordId) -> Result<Vec<RecordId>> {
    let head = tx.record_head(record)?.filter(|head| !head.erased).ok_or(Refused::NotFound)?;
    let kind =
        RecordKind::from_code(head.kind).filter(|kind| KINDS.contains(kind)).ok_or(Refused::NotFound)?;
    let below: &[RecordKind] = match kind {
        RecordKind::Person => &[RecordKind::Residence, RecordKind::CareDuty],
        RecordKind::Incident => &[RecordKind::IncidentStep, RecordKind::PhotoEvidence],
        _ => &[],
    };
    let whole = match kind {
        RecordKind::Person => {
            put_together(tx.rows(), record, head.area)?.into_iter().map(|row| row.id).collect()
        }
        _ => vec![record],
    };
    let mut all = whole.clone();
    for record in whole {
        for kind in below {
            all.extend(tx.rows().all_referring(*kind, record)?);
        }
    }
    Ok(all)
}

/// A person's records, the asked one first: whoever stands for it or is folded into it, over any number of links, deleted
/// ones too. They lie in one area, because phones put together only what they hold.
fn put_together(rows: &Rows<'_>, person: RecordId, area: RecordId) -> Result<Vec<RecordRow>> {
    let mut people = rows.not_erased_in(RecordKind::Person, area)?;
    let links: Vec<(RecordId, RecordId)> =
        people.iter().filter_map(|row| row.reference(SAME_AS).map(|stays| (row.id, stays))).collect();
    let mut whole = BTreeSet::from([person]);
    loop {
        let known = whole.len();
        for (folded, stays) in &links {
            if whole.contains(folded) || whole.contains(stays) {
                whole.extend([*folded, *stays]);
            }
        }
        if whole.len() == known {
            break;
        }
    }
    people.retain(|row| whole.contains(&row.id));
    people.sort_by_key(|row| row.id != person);
    Ok(people)
}

/// Ground and date, in the header of the erasing operation: `{1: ground, 2: UTC milliseconds}`.
fn extra(ground: &str, now_ms: i64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut out = minicbor::Encoder::new(&mut bytes);
    // Writing into a Vec cannot fail.
    let _ = (|| {
        out.map(2)?.u8(1)?.str(ground)?.u8(2)?.i64(now_ms)?;
        Ok::<(), minicbor::encode::Error<std::convert::Infallible>>(())
    })();
    bytes
}

/// Evidence against cloned phones holds whole batches: what was erased goes from them too.
fn clean_quarantine(tx: &WriteTx<'_>, gone: &BTreeSet<OpId>) -> Result<()> {
    let records: BTreeSet<RecordId> = {
        let mut records = BTreeSet::new();
        for id in gone {
            records.extend(tx.rows().operation(*id)?.map(|fed| fed.op.header.record));
        }
        records
    };
    for evidence in tx.rows().quarantine_batches()? {
        let Ok(mut ops) = batch::unpack(&evidence.batch) else { continue };
        if !ops.iter().any(|op| records.contains(&op.header.record)) {
            continue;
        }
        for op in ops.iter_mut().filter(|op| records.contains(&op.header.record)) {
            op.payload = Vec::new();
        }
        let packed = batch::pack(&ops, Salts::None).map_err(|_| Refused::TooLarge)?;
        tx.rows().put_quarantine_batch(&evidence, &packed)?;
    }
    Ok(())
}
