//! Taking away what a worker may no longer see: an area that is no longer granted.
//!
//! Rows, search entries, drafts and what others wrote go. Own operations stay in the log, encrypted and shown by no query:
//! the chain needs them, and a county restored from a backup may ask for them again.

use crate::error::StoreError;
use crate::operations::OpState;
use crate::store::{Reader, Writer};
use rusqlite::params;
use std::collections::BTreeSet;
use xunge_domain::ids::RecordId;
use xunge_domain::planted::{Bug, planted};
use xunge_domain::records::{KindCode, RecordKind};

/// What went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PurgedArea {
    /// Rows taken away.
    pub rows: u64,
    /// Photos that the county holds: their keys are gone, remove their files after this write.
    pub photos: Vec<RecordId>,
}

impl Reader<'_> {
    /// An area and every area known to lie below it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn areas_within(&self, area: RecordId) -> Result<Vec<RecordId>, StoreError> {
        let Some(top) = self.key_of(area)? else { return Ok(Vec::new()) };
        let mut statement = self.connection.prepare_cached(
            "WITH RECURSIVE within (id) AS (
               SELECT ?1 UNION SELECT area.id FROM area JOIN within ON area.parent = within.id
             )
             SELECT record.uuid FROM within JOIN record ON record.id = within.id",
        )?;
        let rows = statement.query_map([top], |row| Ok(RecordId(uuid::Uuid::from_bytes(row.get(0)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Areas in which others wrote, as far as it lies here.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn areas_of_others(&self) -> Result<BTreeSet<RecordId>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT record.uuid
             FROM (SELECT DISTINCT area FROM operation WHERE state = ?1) AS there
             JOIN record ON record.id = there.area",
        )?;
        let rows = statement
            .query_map([OpState::Remote as u8], |row| Ok(RecordId(uuid::Uuid::from_bytes(row.get(0)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Own operations whose record has no row although its area does: what a purge left in the log and a new grant brings
    /// back. With kind and area as their newest operation says.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn rowless_own_records(&self) -> Result<Vec<(RecordKind, RecordId, RecordId)>, StoreError> {
        let Some((device, _)) = self.own_chain()? else { return Ok(Vec::new()) };
        let first = i64::from(device.0) << 32;
        let mut found = Vec::new();
        let mut statement = self.connection.prepare_cached(
            "SELECT DISTINCT operation.kind, record.uuid, place.uuid, operation.record
             FROM operation
             JOIN record ON record.id = operation.record
             JOIN area ON area.id = operation.area
             JOIN record AS place ON place.id = operation.area
             WHERE operation.id BETWEEN ?1 AND ?2 AND operation.state <> 5",
        )?;
        let mut rows = statement.query([first, first | i64::from(u32::MAX)])?;
        while let Some(row) = rows.next()? {
            let id = |at| row.get(at).map(|bytes| RecordId(uuid::Uuid::from_bytes(bytes)));
            let Some(kind) = RecordKind::from_code(KindCode(row.get(0)?)) else { continue };
            let mut there =
                self.connection.prepare_cached(&format!("SELECT 1 FROM {} WHERE id = ?1", kind.name()))?;
            if !there.exists([row.get::<_, i64>(3)?])? {
                found.push((kind, id(1)?, id(2)?));
            }
        }
        Ok(found)
    }
}

impl Writer<'_> {
    /// Takes away what lies in exactly this area. `named` keeps what names it, because an area further down is still
    /// granted. Refused operations in it count as handed over: the county holds them, and the desk decides.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn purge_area(&self, area: RecordId, named: bool) -> Result<PurgedArea, StoreError> {
        let Some(place) = self.key_of(area)? else { return Ok(PurgedArea::default()) };
        let mut purged = PurgedArea::default();
        for kind in RecordKind::ALL {
            if named
                && matches!(kind, RecordKind::Area | RecordKind::IncidentCategory | RecordKind::CareCategory)
            {
                continue;
            }
            for record in self.records_in(kind, place)? {
                if kind == RecordKind::PhotoEvidence {
                    purged.photos.extend(self.shred_photo(record)?);
                }
                self.drop_drafts_of(record)?;
                self.remove_row(kind, record)?;
                purged.rows += 1;
            }
        }
        self.connection
            .prepare_cached("DELETE FROM operation WHERE area = ?1 AND state = ?2")?
            .execute(params![place, OpState::Remote as u8])?;
        self.drop_digest(place)?;
        if planted(Bug::PurgeOfUnsent) {
            self.connection
                .prepare_cached("DELETE FROM operation WHERE area = ?1 AND state IN (1, 2)")?
                .execute([place])?;
        }
        self.connection
            .prepare_cached(
                "UPDATE operation SET state = ?2 WHERE area = ?1 AND state = ?3 AND state IN (1, 2, 3, 4, 5)",
            )?
            .execute(params![place, OpState::AtCounty as u8, OpState::Refused as u8])?;
        self.touch_homes();
        Ok(purged)
    }

    fn records_in(&self, kind: RecordKind, place: i64) -> Result<Vec<RecordId>, StoreError> {
        let table = kind.name();
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT record.uuid FROM {table} JOIN record ON record.id = {table}.id WHERE {table}.area = ?1"
        ))?;
        let rows = statement.query_map([place], |row| Ok(RecordId(uuid::Uuid::from_bytes(row.get(0)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A photo that the county holds becomes unreadable here. One without a receipt stays: see the caller's order.
    fn shred_photo(&self, evidence: RecordId) -> Result<Option<RecordId>, StoreError> {
        let held = self.photo(evidence)?.is_some_and(|photo| photo.state == crate::PhotoState::AtCounty);
        if held {
            self.photo_gone(evidence)?;
        }
        Ok(held.then_some(evidence))
    }

    pub(crate) fn drop_drafts_of(&self, record: RecordId) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("DELETE FROM draft WHERE instr(form, ?1) > 0")?
            .execute([record.to_string()])?;
        Ok(())
    }
}
