//! Records: which ones are known, and their rows, one table a kind, built from the registry in `domain`.
//!
//! What stands in a row is decided elsewhere (the client merges operations and hands the result here); this file puts it
//! there and reads it back, and keeps the search index in step within the same transaction.

mod values;

pub(crate) use values::decode_list;

use crate::error::StoreError;
use crate::search::Words;
use crate::store::{Met, Reader, Writer};
use rusqlite::{OptionalExtension, params, params_from_iter, types::Value as Sql};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;
use xunge_domain::ids::{DeviceNo, OpId, RecordId};
use xunge_domain::records::{FieldKey, FieldSpec, KindCode, RecordKind};
use xunge_domain::value::Value;

/// What a field of a row holds after merging.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowValue {
    /// The (provisional) value of a register or counter.
    One(Value),
    /// The members of a set or the lines of a log, in order.
    Many(Vec<Value>),
    /// No operation wrote it, or it was cleared.
    Absent,
}

impl RowValue {
    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::One(value) => value.as_text(),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn int(&self) -> Option<i64> {
        match self {
            Self::One(value) => value.as_int(),
            _ => None,
        }
    }

    /// The record referred to, if it is a reference.
    pub fn reference(&self) -> Option<RecordId> {
        match self {
            Self::One(value) => value.as_reference(),
            _ => None,
        }
    }

    /// The members or lines; none of a single value.
    pub fn many(&self) -> &[Value] {
        match self {
            Self::Many(values) => values,
            _ => &[],
        }
    }
}

/// A merged row to be stored.
#[derive(Debug, Clone)]
pub struct RowToPut<'a> {
    /// Kind: which table.
    pub kind: RecordKind,
    /// The record.
    pub record: RecordId,
    /// Its area.
    pub area: RecordId,
    /// Every field that has a value; those left out become NULL.
    pub values: &'a BTreeMap<FieldKey, RowValue>,
    /// Whether it is deleted and nothing speaks against it.
    pub deleted: bool,
    /// Slots with more than one value.
    pub conflicts: u32,
    /// The newest operation merged into it.
    pub newest: OpId,
}

/// A row as it lies here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its area.
    pub area: RecordId,
    /// Its fields; those without a value are [`RowValue::Absent`].
    pub values: BTreeMap<FieldKey, RowValue>,
    /// Whether it is deleted.
    pub deleted: bool,
    /// Slots with more than one value.
    pub conflicts: u32,
    /// The newest operation merged into it.
    pub newest: OpId,
}

impl Row {
    /// A field by name; `Absent` also for a name the kind does not have.
    pub fn field(&self, kind: RecordKind, name: &str) -> &RowValue {
        kind.field_named(name).and_then(|field| self.values.get(&field.key)).unwrap_or(&RowValue::Absent)
    }
}

/// Packs (device, counter) into a row's key: device << 32 | counter.
pub(crate) fn pack(op: OpId) -> Result<i64, StoreError> {
    let device = i64::from(op.device.0);
    let counter =
        u32::try_from(op.counter).map_err(|_| StoreError::Unstorable("a counter above 4,294,967,295"))?;
    if device > i64::from(i32::MAX) {
        return Err(StoreError::Unstorable("a device number above 2,147,483,647"));
    }
    Ok(device << 32 | i64::from(counter))
}

/// The other way.
pub(crate) fn unpack(id: i64) -> OpId {
    let device = u32::try_from(id >> 32).unwrap_or(0);
    OpId { device: DeviceNo(device), counter: u64::from(id as u32) }
}

/// The statements of one kind.
struct Statements {
    put: String,
    get: String,
}

static STATEMENTS: LazyLock<BTreeMap<RecordKind, Statements>> =
    LazyLock::new(|| RecordKind::ALL.into_iter().map(|kind| (kind, Statements::of(kind))).collect());

impl Statements {
    fn of(kind: RecordKind) -> Self {
        let table = kind.name();
        let (mut columns, mut marks, mut updates) = (String::new(), String::new(), String::new());
        // `record` has columns of its own that a field may be called after.
        let mut qualified = String::new();
        for (number, field) in (5..).zip(kind.fields()) {
            // Writing into a String cannot fail.
            let _ = write!(columns, ", \"{}\"", field.name);
            let _ = write!(qualified, ", {table}.\"{}\"", field.name);
            let _ = write!(marks, ", ?{number}");
            let _ = write!(updates, ", \"{0}\" = excluded.\"{0}\"", field.name);
        }
        let put = format!(
            "INSERT INTO {table} (id, area, deleted, newest_op{columns})
             VALUES (?1, ?2, ?3, ?4{marks})
             ON CONFLICT (id) DO UPDATE
             SET area = excluded.area, deleted = excluded.deleted, newest_op = excluded.newest_op{updates}"
        );
        let get = format!(
            "SELECT {table}.area, {table}.deleted, {table}.newest_op, record.conflicts{qualified}
             FROM {table}
             JOIN record ON record.id = {table}.id
             WHERE {table}.id = ?1"
        );
        Self { put, get }
    }
}

fn statements(kind: RecordKind) -> Result<&'static Statements, StoreError> {
    STATEMENTS.get(&kind).ok_or(StoreError::Unstorable("a kind without a table"))
}

impl Reader<'_> {
    /// Key of a record inside this database.
    pub(crate) fn key_of(&self, record: RecordId) -> Result<Option<i64>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT id FROM record WHERE uuid = ?1")?;
        Ok(statement.query_row([record.0.as_bytes().as_slice()], |row| row.get(0)).optional()?)
    }

    /// The record behind a key.
    pub(crate) fn record_of(&self, key: i64) -> Result<Option<RecordId>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT uuid FROM record WHERE id = ?1")?;
        Ok(statement.query_row([key], |row| Ok(RecordId(uuid::Uuid::from_bytes(row.get(0)?)))).optional()?)
    }

    /// Kind of a record that this phone has heard of, also when nothing of it has arrived yet.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn kind_of(&self, record: RecordId) -> Result<Option<KindCode>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT kind FROM record WHERE uuid = ?1")?;
        let kind = statement.query_row([record.0.as_bytes().as_slice()], |row| row.get(0).map(KindCode));
        Ok(kind.optional()?)
    }

    /// The row of a record, deleted ones too; nothing while only its name is known.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn row(&self, kind: RecordKind, record: RecordId) -> Result<Option<Row>, StoreError> {
        let Some(key) = self.key_of(record)? else { return Ok(None) };
        let mut statement = self.connection.prepare_cached(&statements(kind)?.get)?;
        let raw = statement
            .query_row([key], |row| {
                let fields = (4..4 + kind.fields().len())
                    .map(|at| row.get::<_, Sql>(at))
                    .collect::<Result<Vec<_>, _>>();
                Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?, row.get(3)?, fields?))
            })
            .optional()?;
        let Some((area, deleted, newest, conflicts, fields)) = raw else { return Ok(None) };
        let mut values = BTreeMap::new();
        for (field, sql) in kind.fields().iter().zip(fields) {
            values.insert(field.key, self.column_value(field, sql)?);
        }
        let area = self.record_of(area)?.ok_or(StoreError::Damaged)?;
        Ok(Some(Row { area, values, deleted, conflicts, newest: unpack(newest) }))
    }
}

impl Writer<'_> {
    /// Key of a record, made when the record is new. A real kind replaces one that was only guessed from a reference.
    pub(crate) fn key_for(&self, record: RecordId, kind: KindCode, arrived: bool) -> Result<i64, StoreError> {
        Ok(self.meet(record, kind, arrived)?.key)
    }

    /// Whether this transaction made the record and has not written its row yet: all there is of it came in this very
    /// transaction.
    pub fn is_blank(&self, record: RecordId) -> bool {
        self.met.borrow().get(&record).is_some_and(|met| met.blank)
    }

    fn meet(&self, record: RecordId, kind: KindCode, arrived: bool) -> Result<Met, StoreError> {
        let mut all = self.met.borrow_mut();
        if let Some(met) = all.get_mut(&record) {
            if arrived && met.kind != kind.0 {
                self.set_kind(met.key, kind)?;
                met.kind = kind.0;
            }
            return Ok(*met);
        }
        let uuid = record.0.as_bytes().as_slice();
        // Most records met in a large transaction are new, so making it comes first and costs one statement.
        let made = self.with(
            "INSERT INTO record (uuid, kind) VALUES (?1, ?2) ON CONFLICT (uuid) DO NOTHING",
            |insert| insert.execute(params![uuid, kind.0]),
        )?;
        let met = if made == 1 {
            Met { key: self.connection.last_insert_rowid(), kind: kind.0, blank: true }
        } else {
            let (key, held) = self.with("SELECT id, kind FROM record WHERE uuid = ?1", |known| {
                known.query_row([uuid], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, u16>(1)?)))
            })?;
            if arrived && held != kind.0 {
                self.set_kind(key, kind)?;
                Met { key, kind: kind.0, blank: false }
            } else {
                Met { key, kind: held, blank: false }
            }
        };
        all.insert(record, met);
        Ok(met)
    }

    fn set_kind(&self, key: i64, kind: KindCode) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE record SET kind = ?2 WHERE id = ?1")?
            .execute(params![key, kind.0])?;
        Ok(())
    }

    /// Puts a merged row in place of the old one, and keeps the search index in step. Returns the fields whose value
    /// was not of the field's type and therefore stands as NULL: a malformed operation must not stop the others, and its
    /// payload stays in the log.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn put_row(&self, row: &RowToPut<'_>) -> Result<Vec<FieldKey>, StoreError> {
        let Met { key, blank, .. } = self.meet(row.record, row.kind.code(), true)?;
        let area = self.key_for(row.area, RecordKind::Area.code(), false)?;
        let before = if blank { Words::default() } else { self.searchable(row.kind, key)? };
        let was_linked = row.kind == RecordKind::Person && !blank && self.is_linked(key)?;
        let mut odd = Vec::new();
        let mut sql = vec![
            Sql::Integer(key),
            Sql::Integer(area),
            Sql::Integer(i64::from(row.deleted)),
            Sql::Integer(pack(row.newest)?),
        ];
        for field in row.kind.fields() {
            let value = row.values.get(&field.key).unwrap_or(&RowValue::Absent);
            sql.push(self.to_sql(field, value)?.unwrap_or_else(|| {
                odd.push(field.key);
                Sql::Null
            }));
        }
        self.with(&statements(row.kind)?.put, |put| put.execute(params_from_iter(sql)))?;
        if was_linked || (row.kind == RecordKind::Person && self.is_linked(key)?) {
            self.fold_persons()?;
        }
        if !blank || row.conflicts > 0 {
            self.connection
                .prepare_cached("UPDATE record SET conflicts = ?2 WHERE id = ?1 AND conflicts <> ?2")?
                .execute(params![key, row.conflicts])?;
        }
        if blank && let Some(met) = self.met.borrow_mut().get_mut(&row.record) {
            met.blank = false;
        }
        let now = match Words::of_values(row) {
            Some(words) => words,
            None => self.searchable(row.kind, key)?,
        };
        self.keep_search(row.kind, key, before, now)?;
        self.touch_row(row.kind);
        Ok(odd)
    }

    /// Takes a record's row away (the log keeps its operations): after an erasure, or out of scope.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn remove_row(&self, kind: RecordKind, record: RecordId) -> Result<(), StoreError> {
        let Some(key) = self.key_of(record)? else { return Ok(()) };
        let before = self.searchable(kind, key)?;
        let was_linked = kind == RecordKind::Person && self.is_linked(key)?;
        self.connection
            .prepare_cached(&format!("DELETE FROM {} WHERE id = ?1", kind.name()))?
            .execute([key])?;
        self.connection.prepare_cached("UPDATE record SET conflicts = 0 WHERE id = ?1")?.execute([key])?;
        if was_linked {
            self.fold_persons()?;
        }
        let now = self.searchable(kind, key)?;
        self.keep_search(kind, key, before, now)?;
        self.touch_row(kind);
        Ok(())
    }

    fn to_sql(&self, field: &FieldSpec, value: &RowValue) -> Result<Option<Sql>, StoreError> {
        if let (xunge_domain::records::FieldType::Ref(kind), RowValue::One(single)) = (field.holds, value) {
            return match (single, single.as_reference()) {
                (Value::Null, _) => Ok(Some(Sql::Null)),
                (_, Some(parent)) => Ok(Some(Sql::Integer(self.key_for(parent, kind.code(), false)?))),
                _ => Ok(None),
            };
        }
        Ok(values::plain_sql(field, value))
    }
}
