//! Search at the door: two characters of a name, initials, `3-2-501`, the tail of an id or a phone.
//!
//! One FTS5 index over persons (name, initials, tails), dwellings (door) and households (tail of the contact phone). It is
//! contentless, so names lie in it only as single characters and ids only as their last six digits. It changes in the same
//! transaction as the row, and never when nothing searchable changed.

mod documents;
mod plan;
mod tokens;

pub(crate) use documents::Words;
pub use plan::Matched;

use crate::error::StoreError;
use crate::queries::MAX_ROWS;
use crate::store::Reader;
use plan::plan;
use std::collections::BTreeSet;
use uuid::Uuid;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;

/// A household found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The household.
    pub household: RecordId,
    /// What matched.
    pub matched: Matched,
    /// The person that matched, when it was one.
    pub person: Option<RecordId>,
}

/// A page of hits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits {
    /// Best first: exact doors before others, then in the order the records came to this phone.
    pub hits: Vec<Hit>,
    /// Whether more follow.
    pub more: bool,
    /// Dwellings whose door was typed and in which no household lives, the first few.
    pub empty: Vec<RecordId>,
}

/// Empty dwellings of one answer: whoever types a door wants one of them.
const MOST_EMPTY: usize = 5;

/// From a found document to the households it stands for. A person may live in two, a dwelling may hold two. What was typed
/// into a record that is folded into another finds the person under the record that stays.
const HOUSEHOLDS_OF: &str = "SELECT household.id, record.uuid
    FROM residence
    JOIN household ON household.id = residence.household AND household.deleted = 0
    JOIN record ON record.id = household.id
    WHERE ?2 = 6 AND residence.deleted = 0 AND residence.until IS NULL AND residence.person IN (
      SELECT ?1
      UNION ALL
      SELECT folded_person.id FROM folded_person WHERE folded_person.stays = ?1
    )
    UNION ALL
    SELECT household.id, record.uuid
    FROM occupancy
    JOIN household ON household.id = occupancy.household AND household.deleted = 0
    JOIN record ON record.id = household.id
    WHERE ?2 = 3 AND occupancy.dwelling = ?1 AND occupancy.deleted = 0 AND occupancy.until IS NULL
    UNION ALL
    SELECT household.id, record.uuid
    FROM household
    JOIN record ON record.id = household.id
    WHERE ?2 = 4 AND household.id = ?1 AND household.deleted = 0";

impl Reader<'_> {
    /// Finds households by what was typed. Text without anything to search for finds nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn search_households(&self, text: &str, offset: u32, limit: u32) -> Result<Hits, StoreError> {
        let limit = limit.min(MAX_ROWS) as usize;
        let wanted = offset as usize + limit + 1;
        let (mut found, mut empty) = (Vec::new(), Vec::new());
        let mut seen = BTreeSet::new();
        let mut matching = self.connection.prepare_cached(
            "SELECT COALESCE(folded_person.stays, search.rowid), record.kind, record.uuid
             FROM search
             LEFT JOIN folded_person ON folded_person.id = search.rowid
             JOIN record ON record.id = COALESCE(folded_person.stays, search.rowid)
             WHERE search MATCH ?1
             ORDER BY search.rowid",
        )?;
        let mut households = self.connection.prepare_cached(HOUSEHOLDS_OF)?;
        'found: for (matched, expression) in plan(text) {
            let mut rows = matching.query([&expression])?;
            while let Some(row) = rows.next()? {
                let (key, kind, uuid): (i64, u16, [u8; 16]) = (row.get(0)?, row.get(1)?, row.get(2)?);
                let person = (kind == RecordKind::Person.code().0).then(|| RecordId(Uuid::from_bytes(uuid)));
                let mut homes = households.query([key, i64::from(kind)])?;
                let mut lived_in = false;
                while let Some(home) = homes.next()? {
                    lived_in = true;
                    if seen.insert(home.get::<_, i64>(0)?) {
                        let household = RecordId(Uuid::from_bytes(home.get(1)?));
                        found.push(Hit { household, matched, person });
                    }
                }
                let dwelling = RecordId(Uuid::from_bytes(uuid));
                let flat = kind == RecordKind::Dwelling.code().0 && !lived_in && empty.len() < MOST_EMPTY;
                if flat && !empty.contains(&dwelling) {
                    empty.push(dwelling);
                }
                if found.len() >= wanted {
                    break 'found;
                }
            }
        }
        let more = found.len() >= wanted;
        let hits = found.into_iter().skip(offset as usize).take(limit).collect();
        Ok(Hits { hits, more, empty })
    }
}
