//! What lies here of other people's operations: added up by area, so that phone and county can tell cheaply whether they
//! have the same, and read anew when they have not. Own operations are no part of it: their chain proves them.
//!
//! Reading anew goes over what is here: screens keep showing it. Each operation that the county names again is noted;
//! at the end those it did not name go.

use crate::error::StoreError;
use crate::meta::Fact;
use crate::operations::{OpState, read_operation};
use crate::records::pack;
use crate::store::{Reader, Writer};
use rusqlite::{OptionalExtension, params};
use std::collections::BTreeMap;
use xunge_domain::ids::{OpId, RecordId};
use xunge_domain::operation::{DigestSum, Operation, digest};
use xunge_domain::records::KindCode;

impl Reader<'_> {
    /// Other people's operations in an area, added up as of the last commit.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn digest_of(&self, area: RecordId) -> Result<DigestSum, StoreError> {
        let Some(area) = self.key_of(area)? else { return Ok(DigestSum::default()) };
        self.digest_at(area)
    }

    fn digest_at(&self, area: i64) -> Result<DigestSum, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT operations, sum FROM area_digest WHERE area = ?1")?;
        let found: Option<(i64, [u8; 16])> =
            statement.query_row([area], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        Ok(found.map_or_else(DigestSum::default, |(operations, sum)| DigestSum {
            operations: operations.cast_unsigned(),
            sum: u128::from_be_bytes(sum),
        }))
    }

    /// Whether everything is being read anew.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn rebuilding(&self) -> Result<bool, StoreError> {
        Ok(self.fact_bytes(Fact::Rebuilding)?.is_some())
    }
}

impl Writer<'_> {
    /// Counts another's operation in or out of its area.
    pub(crate) fn count(&self, area: i64, digest: u128, comes: bool) {
        let mut digests = self.digests.borrow_mut();
        let sum = digests.entry(area).or_default();
        if comes {
            sum.add(digest);
        } else {
            sum.take(digest);
        }
    }

    /// Writes down what was counted. Once a transaction, before it is committed.
    pub(crate) fn keep_digests(&self) -> Result<(), StoreError> {
        for (area, change) in self.digests.borrow_mut().drain() {
            let mut sum = self.digest_at(area)?;
            sum.merge(&change);
            self.put_digest(area, &sum)?;
        }
        Ok(())
    }

    fn put_digest(&self, area: i64, sum: &DigestSum) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO area_digest (area, operations, sum)
                 VALUES (?1, ?2, ?3)
                 ON CONFLICT (area) DO UPDATE
                 SET operations = excluded.operations, sum = excluded.sum",
            )?
            .execute(params![area, sum.operations.cast_signed(), sum.sum.to_be_bytes()])?;
        Ok(())
    }

    /// Nothing of other people's lies in this area any more.
    pub(crate) fn drop_digest(&self, area: i64) -> Result<(), StoreError> {
        self.digests.borrow_mut().remove(&area);
        self.connection.prepare_cached("DELETE FROM area_digest WHERE area = ?1")?.execute([area])?;
        Ok(())
    }

    /// From now on everything is read anew. The caller asks for the county's snapshot.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn begin_rebuild(&self) -> Result<(), StoreError> {
        self.connection.execute_batch("DELETE FROM seen_again")?;
        self.set_fact_bytes(Fact::Rebuilding, &[])?;
        self.rebuild_known.set(Some(true));
        Ok(())
    }

    /// Notes that the county named an operation. One that lies here with another content is replaced. Answers whether it
    /// was.
    pub(crate) fn see_again(&self, operation: &Operation, was_here: bool) -> Result<bool, StoreError> {
        let underway = match self.rebuild_known.get() {
            Some(known) => known,
            None => self.rebuilding()?,
        };
        self.rebuild_known.set(Some(underway));
        if !underway {
            return Ok(false);
        }
        let id = pack(operation.header.id)?;
        self.connection.prepare_cached("INSERT OR IGNORE INTO seen_again (id) VALUES (?1)")?.execute([id])?;
        if !was_here {
            return Ok(false);
        }
        let Some(held) = read_operation(self, id)?.filter(|held| held.state == OpState::Remote) else {
            return Ok(false);
        };
        let same = held.payload.as_deref() == Some(operation.payload.as_slice())
            && held.header.record == operation.header.record
            && held.header.verb == operation.header.verb
            && held.header.height == operation.header.height;
        if same {
            return Ok(false);
        }
        self.merge_later("SELECT record FROM operation WHERE id = ?1", [id])?;
        self.connection.prepare_cached("DELETE FROM operation WHERE id = ?1")?.execute([id])?;
        Ok(true)
    }

    fn merge_later(&self, select: &str, values: impl rusqlite::Params) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(&format!("INSERT OR IGNORE INTO to_merge (record) {select}"))?
            .execute(values)?;
        Ok(())
    }

    /// Everything was read anew: what the county did not name again goes. Answers the records to be merged again, with
    /// their kinds.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn finish_rebuild(&self) -> Result<Vec<(KindCode, RecordId)>, StoreError> {
        let gone = "FROM operation WHERE state = 0 AND id NOT IN (SELECT id FROM seen_again)";
        self.merge_later(&format!("SELECT DISTINCT record {gone}"), [])?;
        self.connection.execute_batch(&format!("DELETE {gone}; DELETE FROM seen_again"))?;
        self.reckon_digests()?;
        let mut statement = self.connection.prepare_cached(
            "SELECT record.kind, record.uuid FROM to_merge JOIN record ON record.id = to_merge.record ORDER BY record.id",
        )?;
        let rows = statement.query_map([], |row| {
            Ok((KindCode(row.get(0)?), RecordId(uuid::Uuid::from_bytes(row.get(1)?))))
        })?;
        let records = rows.collect::<Result<_, _>>()?;
        self.connection.execute_batch("DELETE FROM to_merge")?;
        self.drop_fact(Fact::Rebuilding)?;
        self.rebuild_known.set(Some(false));
        self.touch_homes();
        Ok(records)
    }

    /// Adds everything up from what lies here, whatever was noted before.
    fn reckon_digests(&self) -> Result<(), StoreError> {
        self.digests.borrow_mut().clear();
        let mut sums: BTreeMap<i64, DigestSum> = BTreeMap::new();
        let mut statement =
            self.connection.prepare_cached("SELECT id, area FROM operation WHERE state = 0")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (id, area): (i64, i64) = (row.get(0)?, row.get(1)?);
            if let Some(held) = read_operation(self, id)?
                && let Some(payload) = &held.payload
            {
                sums.entry(area).or_default().add(digest(&held.header, payload));
            }
        }
        self.connection.execute_batch("DELETE FROM area_digest")?;
        sums.iter().try_for_each(|(area, sum)| self.put_digest(*area, sum))
    }

    /// Takes another's operation away: what it said was erased by law.
    pub(crate) fn drop_remote(&self, op: OpId) -> Result<(), StoreError> {
        let id = pack(op)?;
        let Some(held) = read_operation(self, id)?.filter(|held| held.state == OpState::Remote) else {
            return Ok(());
        };
        if let (Some(area), Some(payload)) = (self.key_of(held.header.area)?, &held.payload) {
            self.count(area, digest(&held.header, payload), false);
        }
        self.connection.prepare_cached("DELETE FROM operation WHERE id = ?1")?.execute([id])?;
        Ok(())
    }
}
