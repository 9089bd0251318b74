//! Records as merged, for lists and scope.

use super::{Result, Rows, id, signed, state, unsigned};
use rusqlite::types::{Value as Sql, ValueRef};
use rusqlite::{OptionalExtension as _, Row};
use std::collections::BTreeMap;
use xunge_domain::ids::RecordId;
use xunge_domain::records::{FieldKey, KindCode, RecordKind};
use xunge_domain::value::Value;
use xunge_sync::merge::MergedField;

/// What decisions about a record need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordHead {
    /// Its kind.
    pub kind: KindCode,
    /// Where it lies.
    pub area: RecordId,
    /// The worker whose phone made it.
    pub owner: Option<RecordId>,
    /// Erased by law: nothing is written about it any more.
    pub erased: bool,
}

/// A record as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow {
    /// The record.
    pub id: RecordId,
    /// Its kind.
    pub kind: KindCode,
    /// Where it lies.
    pub area: RecordId,
    /// First reference it is listed by (see `county::columns`).
    pub parent: Option<RecordId>,
    /// Second reference it is listed by.
    pub second: Option<RecordId>,
    /// Order within lists.
    pub sort: Option<Value>,
    /// For an incident: number of its state.
    pub standing: i64,
    /// The worker whose phone made it; absent for the county's own.
    pub owner: Option<RecordId>,
    /// When its first operation was received, UTC milliseconds.
    pub made_ms: i64,
    /// Place in the feed of its newest operation.
    pub seq: u64,
    /// Slots with more than one value.
    pub conflicts: u32,
    /// Deleted, and nobody edited it unseen.
    pub deleted: bool,
    /// Erased by law.
    pub erased: bool,
    /// Merged fields.
    pub fields: BTreeMap<FieldKey, MergedField>,
}

impl RecordRow {
    /// The single value of a field.
    pub fn one(&self, key: u16) -> Option<&Value> {
        match self.fields.get(&FieldKey(key)) {
            Some(MergedField::One(value)) => Some(value),
            _ => None,
        }
    }

    /// The text of a field; empty when there is none.
    pub fn text(&self, key: u16) -> &str {
        self.one(key).and_then(Value::as_text).unwrap_or_default()
    }

    /// The number in a field.
    pub fn int(&self, key: u16) -> Option<i64> {
        self.one(key).and_then(Value::as_int)
    }

    /// The record a field refers to.
    pub fn reference(&self, key: u16) -> Option<RecordId> {
        self.one(key).and_then(Value::as_reference)
    }
}

/// Order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// By `sort`, smallest first.
    #[default]
    Rising,
    /// By `sort`, greatest first.
    Falling,
}

/// Which piece of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Rows passed over.
    pub offset: u64,
    /// Most rows.
    pub limit: u32,
}

impl Page {
    /// Everything there is.
    pub const ALL: Self = Self { offset: 0, limit: u32::MAX };
}

// The planner knows no sizes: where an order is asked for it goes through a whole county rather than sort a few rows. So every
// question about an area, a parent or a record names the index that answers it.
const RECORD: &str =
    "SELECT id, kind, area, parent, second, sort, standing, owner, made_ms, seq, conflicts, gone, state
   FROM record";

fn record(row: &Row<'_>) -> Result<RecordRow> {
    let reference = |at: usize| -> Result<Option<RecordId>> {
        row.get_ref(at)?.as_blob_or_null().ok().flatten().map(id).transpose()
    };
    let sort = match row.get_ref(5)? {
        ValueRef::Integer(int) => Some(Value::Int(int)),
        ValueRef::Text(text) => Some(Value::Text(String::from_utf8_lossy(text).into_owned())),
        _ => None,
    };
    let gone: i64 = row.get(11)?;
    Ok(RecordRow {
        id: id(row.get_ref(0)?.as_blob().unwrap_or_default())?,
        kind: KindCode(row.get(1)?),
        area: id(row.get_ref(2)?.as_blob().unwrap_or_default())?,
        parent: reference(3)?,
        second: reference(4)?,
        sort,
        standing: row.get(6)?,
        owner: reference(7)?,
        made_ms: row.get(8)?,
        seq: unsigned(row.get(9)?),
        conflicts: row.get(10)?,
        deleted: gone == 1,
        erased: gone == 2,
        fields: state::decode(row.get_ref(12)?.as_blob().unwrap_or_default())?,
    })
}

fn text(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<String>> {
    Ok(match row.get_ref(at)? {
        ValueRef::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
        _ => None,
    })
}

fn collect(mut rows: rusqlite::Rows<'_>) -> Result<Vec<RecordRow>> {
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.push(record(row)?);
    }
    Ok(records)
}

fn blob(reference: Option<RecordId>) -> Option<[u8; 16]> {
    reference.map(|reference| *reference.0.as_bytes())
}

impl Rows<'_> {
    /// What decisions about a record need.
    pub fn record_head(&self, record: RecordId) -> Result<Option<RecordHead>> {
        let mut query = self
            .db
            .prepare_cached("SELECT kind, area, owner, gone FROM record WHERE county = ?1 AND id = ?2")?;
        let found = query
            .query_row((self.county, record.0.as_bytes()), |row| {
                let area: Vec<u8> = row.get(1)?;
                let owner: Option<Vec<u8>> = row.get(2)?;
                Ok((KindCode(row.get(0)?), area, owner, row.get::<_, i64>(3)? == 2))
            })
            .optional()?;
        found
            .map(|(kind, area, owner, erased)| {
                let owner = owner.as_deref().map(id).transpose()?;
                Ok(RecordHead { kind, area: id(&area)?, owner, erased })
            })
            .transpose()
    }

    /// Writes a record as merged.
    pub fn put_record(&self, row: &RecordRow) -> Result<()> {
        let sort = match &row.sort {
            Some(Value::Int(int)) => Sql::Integer(*int),
            Some(Value::Text(text)) => Sql::Text(text.clone()),
            _ => Sql::Null,
        };
        let gone = if row.erased { 2 } else { i64::from(row.deleted) };
        let mut upsert = self.db.prepare_cached(
            "INSERT INTO record (county, id, kind, area, parent, second, sort, standing, owner, made_ms, seq, conflicts,
                                 gone, state)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
             ON CONFLICT (county, id) DO UPDATE SET area = excluded.area, parent = excluded.parent,
               second = excluded.second, sort = excluded.sort, seq = excluded.seq, conflicts = excluded.conflicts,
               gone = excluded.gone, state = excluded.state",
        )?;
        upsert.execute(rusqlite::params![
            self.county,
            row.id.0.as_bytes(),
            row.kind.0,
            row.area.0.as_bytes(),
            blob(row.parent),
            blob(row.second),
            sort,
            row.standing,
            blob(row.owner),
            row.made_ms,
            signed(row.seq),
            row.conflicts,
            gone,
            state::encode(&row.fields),
        ])?;
        Ok(())
    }

    /// Writes what a projection keeps of a record's children.
    pub fn put_standing(&self, record: RecordId, standing: i64) -> Result<()> {
        self.db
            .prepare_cached("UPDATE record SET standing = ?3 WHERE county = ?1 AND id = ?2")?
            .execute((self.county, record.0.as_bytes(), standing))?;
        Ok(())
    }

    /// A record.
    pub fn record(&self, record_id: RecordId) -> Result<Option<RecordRow>> {
        let mut query = self.db.prepare_cached(&format!("{RECORD} WHERE county = ?1 AND id = ?2"))?;
        query.query_row((self.county, record_id.0.as_bytes()), |row| Ok(record(row))).optional()?.transpose()
    }

    /// Live records of a kind in one area. Callers with many areas ask for each.
    pub fn records_in(
        &self,
        kind: RecordKind,
        area: RecordId,
        sort: Sort,
        page: Page,
    ) -> Result<Vec<RecordRow>> {
        let direction = match sort {
            Sort::Rising => "ASC",
            Sort::Falling => "DESC",
        };
        let mut query = self.db.prepare_cached(&format!(
            "{RECORD} INDEXED BY record_by_area WHERE county = ?1 AND kind = ?2 AND area = ?3 AND gone = 0
              ORDER BY sort {direction}, id {direction} LIMIT ?4 OFFSET ?5"
        ))?;
        collect(query.query((
            self.county,
            kind.code().0,
            area.0.as_bytes(),
            page.limit,
            signed(page.offset),
        ))?)
    }

    /// Records of a kind in one area that were not erased, deleted ones among them.
    pub fn not_erased_in(&self, kind: RecordKind, area: RecordId) -> Result<Vec<RecordRow>> {
        let mut query = self.db.prepare_cached(&format!(
            "{RECORD} INDEXED BY record_by_area WHERE county = ?1 AND kind = ?2 AND area = ?3 AND gone < 2 ORDER BY id"
        ))?;
        collect(query.query((self.county, kind.code().0, area.0.as_bytes()))?)
    }

    /// Live records of a kind, wherever they lie. For kinds of which a county has a few.
    pub fn records_of(&self, kind: RecordKind) -> Result<Vec<RecordRow>> {
        let mut query = self.db.prepare_cached(&format!(
            "{RECORD} INDEXED BY record_by_area WHERE county = ?1 AND kind = ?2 AND gone = 0 ORDER BY id"
        ))?;
        collect(query.query((self.county, kind.code().0))?)
    }

    /// What a record is listed by, where that is a text: code of a care category, and the category of a care duty.
    pub fn sort_text(&self, record: RecordId) -> Result<Option<String>> {
        let mut query =
            self.db.prepare_cached("SELECT sort FROM record WHERE county = ?1 AND id = ?2 AND gone < 2")?;
        Ok(query.query_row((self.county, record.0.as_bytes()), |row| text(row, 0)).optional()?.flatten())
    }

    /// Records of a kind in one area that were not erased, each with what it is listed by where that is a text.
    pub fn sort_texts_in(&self, kind: RecordKind, area: RecordId) -> Result<Vec<(RecordId, Option<String>)>> {
        let mut query = self.db.prepare_cached(
            "SELECT id, sort FROM record INDEXED BY record_by_area WHERE county = ?1 AND kind = ?2 AND area = ?3 AND gone < 2",
        )?;
        let mut rows = query.query((self.county, kind.code().0, area.0.as_bytes()))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push((id(row.get_ref(0)?.as_blob().unwrap_or_default())?, text(row, 1)?));
        }
        Ok(found)
    }

    /// How many live records of a kind lie in one area.
    pub fn count_in(&self, kind: RecordKind, area: RecordId) -> Result<u64> {
        let mut query = self.db.prepare_cached(
            "SELECT count(*) FROM record INDEXED BY record_by_area WHERE county = ?1 AND kind = ?2 AND area = ?3 AND gone = 0",
        )?;
        let count: i64 =
            query.query_row((self.county, kind.code().0, area.0.as_bytes()), |row| row.get(0))?;
        Ok(unsigned(count))
    }

    /// How many live records of a kind lie in each area.
    pub fn count_by_area(&self, kind: RecordKind) -> Result<BTreeMap<RecordId, u64>> {
        let mut query = self.db.prepare_cached(
            "SELECT area, count(*) FROM record INDEXED BY record_by_area WHERE county = ?1 AND kind = ?2 AND gone = 0 GROUP BY area",
        )?;
        let mut rows = query.query((self.county, kind.code().0))?;
        let mut counts = BTreeMap::new();
        while let Some(row) = rows.next()? {
            counts.insert(id(row.get_ref(0)?.as_blob().unwrap_or_default())?, unsigned(row.get(1)?));
        }
        Ok(counts)
    }

    /// Live records of a kind whose first reference is `parent`.
    pub fn by_parent(&self, kind: RecordKind, parent: RecordId) -> Result<Vec<RecordRow>> {
        let mut query = self.db.prepare_cached(&format!(
            "{RECORD} INDEXED BY record_by_parent WHERE county = ?1 AND parent = ?2 AND kind = ?3 AND gone = 0 ORDER BY sort, id"
        ))?;
        collect(query.query((self.county, parent.0.as_bytes(), kind.code().0))?)
    }

    /// Live records of a kind whose second reference is `target`.
    pub fn by_second(&self, kind: RecordKind, target: RecordId) -> Result<Vec<RecordRow>> {
        let mut query = self.db.prepare_cached(&format!(
            "{RECORD} INDEXED BY record_by_second WHERE county = ?1 AND second = ?2 AND kind = ?3 AND gone = 0 ORDER BY sort, id"
        ))?;
        collect(query.query((self.county, target.0.as_bytes(), kind.code().0))?)
    }

    /// Records in which some slot has several values.
    pub fn in_review(&self, page: Page) -> Result<Vec<RecordRow>> {
        let mut query = self.db.prepare_cached(&format!(
            "{RECORD} WHERE county = ?1 AND conflicts > 0 ORDER BY kind, area, id LIMIT ?2 OFFSET ?3"
        ))?;
        collect(query.query((self.county, page.limit, signed(page.offset)))?)
    }
}
