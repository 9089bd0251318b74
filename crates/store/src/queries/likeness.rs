//! Persons of an area who look like the same one: rows that share a citizen id, a name and a birth date, or a name behind
//! one door. Which of them are asked about is the domain's rule (`xunge_domain::same_person`).

use super::{id, rows};
use crate::error::StoreError;
use crate::store::Reader;
use rusqlite::params;
use std::collections::BTreeSet;
use xunge_domain::ids::RecordId;

/// Persons looked at of either likeness; the others come up as these are settled.
const MOST_ROWS: u32 = 200;

/// Living persons of an area who stand for themselves.
macro_rules! standing {
    () => {
        "person.area = ?1 AND person.deleted = 0
           AND NOT EXISTS (SELECT 1 FROM folded_person WHERE folded_person.id = person.id)"
    };
}

/// The first 17 characters tell two ids apart: a 15-digit number lacks the century, and the check digit follows from them.
macro_rules! first_17 {
    () => {
        "CASE LENGTH(person.citizen_id)
           WHEN 15 THEN SUBSTR(person.citizen_id, 1, 6) || '19' || SUBSTR(person.citizen_id, 7)
           ELSE SUBSTR(person.citizen_id, 1, 17)
         END"
    };
}

pub(super) const BY_ID: &str = concat!(
    "SELECT record.uuid, again.grp
     FROM (
       SELECT person.id AS id, DENSE_RANK() OVER (ORDER BY ",
    first_17!(),
    ") AS grp,
         COUNT(*) OVER (PARTITION BY ",
    first_17!(),
    ") AS many
       FROM person
       WHERE ",
    standing!(),
    " AND LENGTH(person.citizen_id) IN (15, 18)
     ) AS again
     JOIN record ON record.id = again.id
     WHERE again.many > 1
     ORDER BY again.grp, again.id
     LIMIT ?2"
);

pub(super) const BY_NAME: &str = concat!(
    "SELECT record.uuid, again.grp
     FROM (
       SELECT person.id AS id, DENSE_RANK() OVER (ORDER BY person.birth, person.name) AS grp,
         COUNT(*) OVER (PARTITION BY person.birth, person.name) AS many
       FROM person
       WHERE ",
    standing!(),
    " AND person.birth IS NOT NULL AND person.name <> ''
     ) AS again
     JOIN record ON record.id = again.id
     WHERE again.many > 1
     ORDER BY again.grp, again.id
     LIMIT ?2"
);

/// Of one name behind one door, where one of them has no birth date: found from those, who are few.
pub(super) const BY_DOOR: &str = concat!(
    "SELECT record.uuid, again.grp
     FROM (
       SELECT person.id AS one, beside.id AS other, ROW_NUMBER() OVER (ORDER BY person.id, beside.id) AS grp
       FROM person
       CROSS JOIN residence ON residence.person = person.id AND residence.deleted = 0 AND residence.until IS NULL
       CROSS JOIN residence AS with_them ON with_them.household = residence.household AND with_them.deleted = 0
         AND with_them.until IS NULL AND with_them.person <> person.id
       CROSS JOIN person AS beside ON beside.id = with_them.person AND beside.name = person.name AND beside.deleted = 0
         AND (beside.birth IS NOT NULL OR beside.id > person.id)
       WHERE person.birth IS NULL AND person.name <> '' AND ",
    standing!(),
    " AND beside.area = ?1 AND NOT EXISTS (SELECT 1 FROM folded_person WHERE folded_person.id = beside.id)
       GROUP BY person.id, beside.id
     ) AS again
     JOIN record ON record.id IN (again.one, again.other)
     ORDER BY again.grp, record.id
     LIMIT ?2"
);

pub(super) const HOMES: &str = "SELECT record.uuid
     FROM (
       SELECT residence.household AS id
       FROM residence
       WHERE residence.person = ?1 AND residence.deleted = 0 AND residence.until IS NULL
       UNION ALL
       SELECT occupancy.dwelling
       FROM residence
       JOIN occupancy ON occupancy.household = residence.household AND occupancy.deleted = 0 AND occupancy.until IS NULL
       WHERE residence.person = ?1 AND residence.deleted = 0 AND residence.until IS NULL
     ) AS home
     JOIN record ON record.id = home.id";

impl Reader<'_> {
    /// Groups of persons of an area with the same citizen id, then with the same name and birth date, then of one name in
    /// one household. Persons folded into others are not among them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn look_alikes(&self, area: RecordId) -> Result<Vec<Vec<RecordId>>, StoreError> {
        let Some(key) = self.key_of(area)? else { return Ok(Vec::new()) };
        let mut groups: Vec<Vec<RecordId>> = Vec::new();
        for sql in [BY_ID, BY_NAME, BY_DOOR] {
            let found =
                rows(self, sql, params![key, MOST_ROWS], |row| Ok((id(row, 0)?, row.get::<_, i64>(1)?)))?;
            let mut last = None;
            for (person, group) in found {
                match groups.last_mut() {
                    Some(same) if last == Some(group) => same.push(person),
                    _ => groups.push(vec![person]),
                }
                last = Some(group);
            }
        }
        Ok(groups)
    }

    /// Households a person lives in now, and their dwellings.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn homes_of(&self, person: RecordId) -> Result<BTreeSet<RecordId>, StoreError> {
        let Some(key) = self.key_of(person)? else { return Ok(BTreeSet::new()) };
        Ok(rows(self, HOMES, params![key], |row| id(row, 0))?.into_iter().collect())
    }
}
