//! One person in two areas: found by a keyed hash of the citizen id, decided at the desk.
//!
//! No phone learns of the other record. What travels is one mark on each of the two persons, `checking`, while nobody has
//! decided; it says neither where the other record lies nor who keeps it. Records of one and the same area are a matter
//! of the phones that hold both, and are not looked at here. What the desk decides stays at the county: neither area's
//! phones could show what the other holds, and somebody registered here who lives there is rightly on record in both.

use super::error::{Refused, Result};
use super::{County, CountyEdit, WriteTx};
use crate::storage::{Page, PairRow, PairState, RecordRow, Sort};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use std::collections::BTreeMap;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::same_person::{id_key, stands_for, who_stays};
use xunge_domain::value::Value;

/// Fields of a person.
const CITIZEN_ID: u16 = 2;
pub(super) const SAME_AS: u16 = 9;
const CHECKING: u16 = 11;
/// Set once the persons of a database from before were hashed.
const HASHED: &str = "people_hashed";
/// Links followed before it is given up; more than anybody makes.
const LONGEST_CHAIN: usize = 32;

impl County {
    fn hash_of_id(&self, citizen_id: &str) -> Option<[u8; 32]> {
        let key = id_key(citizen_id)?;
        // Any length of key is valid for HMAC, so the error cannot occur.
        let mut mac = Hmac::<Sha256>::new_from_slice(&*self.secrets.people).ok()?;
        mac.update(b"xunge citizen id v1");
        mac.update(key.as_bytes());
        Some(mac.finalize().into_bytes().into())
    }

    /// Brings the hash and the pairs of a person up to the record as merged.
    pub(super) fn match_person(&self, tx: &WriteTx<'_>, row: &RecordRow) -> Result<()> {
        let rows = tx.rows();
        let gone = row.deleted || row.erased;
        let hash = if gone || row.reference(SAME_AS).is_some() {
            None
        } else {
            self.hash_of_id(row.text(CITIZEN_ID))
        };
        let before = rows.person_key(row.id)?;
        let same = match (&before, &hash) {
            (Some((area, old)), Some(new)) => *area == row.area && old.as_slice() == new,
            (None, None) => true,
            _ => false,
        };
        if row.erased {
            for other in rows.drop_pairs(row.id, true)? {
                tx.look_at_mark(other);
            }
        }
        if same {
            return Ok(());
        }
        // Most persons are new and like nobody: no pair can wait for them, and no mark has to be looked at.
        let parted = if before.is_some() { rows.drop_pairs(row.id, false)? } else { Vec::new() };
        let found = match hash {
            Some(hash) => {
                rows.put_person_key(row.id, row.area, &hash)?;
                rows.persons_elsewhere(&hash, row.area)?
            }
            None => {
                rows.drop_person_key(row.id)?;
                Vec::new()
            }
        };
        for other in &found {
            let (one, two) = who_stays(row.id, *other);
            rows.find_pair(one, two, self.now_ms())?;
        }
        let marked = row.one(CHECKING).is_some();
        if marked || !parted.is_empty() || !found.is_empty() {
            tx.look_at_mark(row.id);
        }
        parted.into_iter().chain(found).for_each(|other| tx.look_at_mark(other));
        Ok(())
    }

    /// Writes the marks of the persons whose pairs changed in this transaction, at its end.
    pub(super) fn write_marks(&self, tx: &WriteTx<'_>) -> Result<()> {
        let mut edits = Vec::new();
        for person in tx.take_marks() {
            let Some(row) = tx.rows().record(person)?.filter(|row| !row.deleted && !row.erased) else {
                continue;
            };
            let checking = tx.rows().is_in_open_pair(person)?;
            if checking != (row.one(CHECKING) == Some(&Value::Bool(true))) {
                let value = [(CHECKING, Value::Bool(checking))];
                edits.push(CountyEdit::new(RecordKind::Person, person, row.area, value));
            }
        }
        if !edits.is_empty() {
            self.write_in(tx, &edits)?;
        }
        Ok(())
    }

    /// Pairs of records in different areas, open ones first.
    ///
    /// # Errors
    /// [`super::CountyError`] of the storage.
    pub fn person_pairs(&self) -> Result<Vec<PairRow>> {
        self.read(|rows| Ok(rows.pairs()?))
    }

    /// Writes down what was decided about a pair, and takes the mark off both records, or puts it on again.
    ///
    /// # Errors
    /// [`Refused::NotFound`] for a pair that is not there; [`super::CountyError`] of the storage.
    pub fn decide_pair(
        &self,
        tx: &WriteTx<'_>,
        one: RecordId,
        other: RecordId,
        state: PairState,
        by: &str,
    ) -> Result<()> {
        tx.rows().pair(one, other)?.ok_or(Refused::NotFound)?;
        tx.rows().decide_pair(one, other, state, self.now_ms(), by)?;
        tx.look_at_mark(one);
        tx.look_at_mark(other);
        Ok(())
    }

    /// The record that stands for a person, where phones put two records of one area together.
    ///
    /// # Errors
    /// [`super::CountyError`] of the storage.
    pub fn stands_for(&self, person: RecordId) -> Result<RecordId> {
        self.read(|rows| {
            let (mut said, mut at) = (BTreeMap::new(), person);
            for _ in 0..LONGEST_CHAIN {
                let next = rows.record(at)?.and_then(|row| row.reference(SAME_AS));
                let living = match next {
                    Some(next) => rows.record(next)?.is_some_and(|row| !row.deleted && !row.erased),
                    None => false,
                };
                let Some(next) = next.filter(|_| living) else { break };
                if said.insert(at, next).is_some() {
                    break;
                }
                at = next;
            }
            Ok(stands_for(person, &said, |_| true))
        })
    }

    /// Once, for a database from before there were hashes.
    pub(super) fn match_persons_once(&self) -> Result<()> {
        if self.read(|rows| Ok(rows.meta(HASHED)?.is_some()))? {
            return Ok(());
        }
        self.write(|tx| {
            for area in tx.rows().areas()? {
                for row in tx.rows().records_in(RecordKind::Person, area.id, Sort::Rising, Page::ALL)? {
                    self.match_person(tx, &row)?;
                }
            }
            Ok(tx.rows().put_meta(HASHED, &[1])?)
        })
    }
}
