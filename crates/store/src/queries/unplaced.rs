//! People of an area who never had a household here, unmasked: a ledger named them without saying where they live.
//! Whoever moved out or died has a residence that ended, and is not among them.

use super::{MAX_ROWS, id, read_unsettled, rows, text, unsettled};
use crate::error::StoreError;
use crate::operations::OpState;
use crate::store::Reader;
use rusqlite::params;
use xunge_domain::ids::RecordId;

/// A person without a household.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnplacedRow {
    /// The person.
    pub person: RecordId,
    /// Name.
    pub name: String,
    /// Citizen id.
    pub citizen_id: Option<String>,
    /// Day of birth.
    pub birth: Option<i64>,
    /// Code of GB/T 2261.1.
    pub sex: Option<i64>,
    /// Phone.
    pub phone: Option<String>,
    /// Conflicts waiting on the person.
    pub conflicts: u32,
    /// The least settled own operation on the person.
    pub unsettled: Option<OpState>,
}

/// What is asked: characters of the name, or at least four last characters of the phone or the citizen id.
macro_rules! without_household {
    () => {
        "
     FROM person
     JOIN record ON record.id = person.id
     WHERE person.area = ?1 AND person.deleted = 0
       AND NOT EXISTS (SELECT 1 FROM folded_person WHERE folded_person.id = person.id)
       AND NOT EXISTS (
         SELECT 1 FROM residence WHERE residence.person = person.id AND residence.deleted = 0
       )
       AND NOT EXISTS (
         SELECT 1
         FROM folded_person
         JOIN residence ON residence.person = folded_person.id AND residence.deleted = 0
         WHERE folded_person.stays = person.id
       )
       AND (
         ?2 = ''
         OR INSTR(person.name, ?2) > 0
         OR (LENGTH(?2) >= 4 AND SUBSTR(person.phone, -LENGTH(?2)) = ?2)
         OR (LENGTH(?2) >= 4 AND SUBSTR(person.citizen_id, -LENGTH(?2)) = UPPER(?2))
       )"
    };
}

pub(super) const LIST: &str = concat!(
    "SELECT record.uuid, person.name, person.citizen_id, person.birth, person.sex, person.phone, record.conflicts,
       ",
    unsettled!("person.id"),
    without_household!(),
    "
     ORDER BY person.id
     LIMIT ?3 OFFSET ?4"
);

pub(super) const COUNT: &str = concat!("SELECT COUNT(*)", without_household!());

impl Reader<'_> {
    /// People of an area without a household, in the order they came; `query` narrows, empty is everybody.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn unplaced_people(
        &self,
        area: RecordId,
        query: &str,
        offset: u32,
        limit: u32,
    ) -> Result<Vec<UnplacedRow>, StoreError> {
        let Some(key) = self.key_of(area)? else { return Ok(Vec::new()) };
        rows(self, LIST, params![key, query, limit.min(MAX_ROWS), offset], |row| {
            Ok(UnplacedRow {
                person: id(row, 0)?,
                name: text(row, 1)?,
                citizen_id: row.get(2)?,
                birth: row.get(3)?,
                sex: row.get(4)?,
                phone: row.get(5)?,
                conflicts: row.get(6)?,
                unsettled: read_unsettled(row, 7)?,
            })
        })
    }

    /// How many they are.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn unplaced_count(&self, area: RecordId, query: &str) -> Result<u32, StoreError> {
        let Some(key) = self.key_of(area)? else { return Ok(0) };
        Ok(self.connection.prepare_cached(COUNT)?.query_row(params![key, query], |row| row.get(0))?)
    }
}
