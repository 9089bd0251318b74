//! Which persons are folded into another record: kept in step with `person.same_as` within the same transaction, so that a
//! list asks one small table instead of following what was said.

use crate::error::StoreError;
use crate::store::{Reader, Writer};
use rusqlite::params;
use std::collections::{BTreeMap, BTreeSet};
use xunge_domain::ids::RecordId;
use xunge_domain::same_person::stands_for;

/// Every link, with whether the record it points to is a living row here. Few: only what people decided.
const SAID: &str = "SELECT person.id, who.uuid, other.uuid,
       EXISTS (SELECT 1 FROM person AS there WHERE there.id = person.same_as AND there.deleted = 0)
     FROM person INDEXED BY person_same_as
     JOIN record AS who ON who.id = person.id
     JOIN record AS other ON other.id = person.same_as
     WHERE person.same_as IS NOT NULL AND person.deleted = 0";

impl Reader<'_> {
    /// The record that stands for a person: itself unless it was folded into another one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn stands_for(&self, person: RecordId) -> Result<RecordId, StoreError> {
        let Some(key) = self.key_of(person)? else { return Ok(person) };
        let mut statement =
            self.connection.prepare_cached("SELECT stays FROM folded_person WHERE id = ?1")?;
        let mut found = statement.query([key])?;
        match found.next()? {
            Some(row) => Ok(self.record_of(row.get(0)?)?.unwrap_or(person)),
            None => Ok(person),
        }
    }

    /// The records folded into a person, in the order they came to this phone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn folded_into(&self, person: RecordId) -> Result<Vec<RecordId>, StoreError> {
        let Some(key) = self.key_of(person)? else { return Ok(Vec::new()) };
        crate::queries::rows(
            self,
            "SELECT record.uuid
             FROM folded_person
             JOIN record ON record.id = folded_person.id
             WHERE folded_person.stays = ?1
             ORDER BY folded_person.id",
            [key],
            |row| crate::queries::id(row, 0),
        )
    }

    /// Persons who stay although they were said to be the same as somebody folded into them: two workers put them together
    /// at the same time, each into the other's record. With the record named.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn folded_both_ways(&self) -> Result<Vec<(RecordId, RecordId)>, StoreError> {
        crate::queries::rows(
            self,
            "SELECT who.uuid, other.uuid
             FROM person INDEXED BY person_same_as
             JOIN folded_person ON folded_person.id = person.same_as AND folded_person.stays = person.id
             JOIN record AS who ON who.id = person.id
             JOIN record AS other ON other.id = person.same_as
             WHERE person.same_as IS NOT NULL AND person.deleted = 0
             ORDER BY person.id",
            [],
            |row| Ok((crate::queries::id(row, 0)?, crate::queries::id(row, 1)?)),
        )
    }

    /// Records that were folded into another one, which is named first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn folded_pairs(&self) -> Result<Vec<(RecordId, RecordId)>, StoreError> {
        crate::queries::rows(
            self,
            "SELECT other.uuid, who.uuid
             FROM person INDEXED BY person_same_as
             JOIN folded_person ON folded_person.id = person.id
             JOIN record AS who ON who.id = person.id
             JOIN record AS other ON other.id = person.same_as
             WHERE person.same_as IS NOT NULL AND person.deleted = 0
             ORDER BY person.id",
            [],
            |row| Ok((crate::queries::id(row, 0)?, crate::queries::id(row, 1)?)),
        )
    }

    /// Whether a link begins or ends at this person: what has to be looked at before and after its row changes.
    pub(crate) fn is_linked(&self, key: i64) -> Result<bool, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT 1 FROM person WHERE id = ?1 AND same_as IS NOT NULL
             UNION ALL
             SELECT 1 FROM person WHERE same_as = ?1",
        )?;
        Ok(statement.exists([key])?)
    }
}

impl Writer<'_> {
    /// Works out anew who is folded into whom, from what was said.
    pub(crate) fn fold_persons(&self) -> Result<(), StoreError> {
        let (mut said, mut keys, mut here) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        {
            let mut statement = self.connection.prepare_cached(SAID)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let (who, other) = (crate::queries::id(row, 1)?, crate::queries::id(row, 2)?);
                said.insert(who, other);
                keys.insert(who, row.get::<_, i64>(0)?);
                if row.get(3)? {
                    here.insert(other);
                }
            }
        }
        self.connection.prepare_cached("DELETE FROM folded_person")?.execute([])?;
        let mut put =
            self.connection.prepare_cached("INSERT INTO folded_person (id, stays) VALUES (?1, ?2)")?;
        for (who, key) in keys {
            let stays = stands_for(who, &said, |record| here.contains(&record));
            if stays != who
                && let Some(stays) = self.key_of(stays)?
            {
                put.execute(params![key, stays])?;
            }
        }
        Ok(())
    }
}
