//! An edit of the county's own, composed by field names: how import, demo and desk say what they want written. It
//! becomes one operation of device 0. Leaves to others: height, what is replaced, writing (`county`).

use crate::county::{Change, CountyEdit};
use std::collections::BTreeMap;
use xunge_domain::ids::RecordId;
use xunge_domain::records::{FieldKey, MergeKind, RecordKind};
use xunge_domain::value::{Edit, Value};

/// Fields of one record, to be written by the county.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Kind of the record.
    pub kind: RecordKind,
    /// The record; created when unknown.
    pub record: RecordId,
    /// The area it belongs to.
    pub area: RecordId,
    /// What to write.
    pub edits: BTreeMap<FieldKey, Edit>,
}

impl Draft {
    /// An edit without fields yet.
    pub const fn new(kind: RecordKind, record: RecordId, area: RecordId) -> Self {
        Self { kind, record, area, edits: BTreeMap::new() }
    }

    /// Writes a field by its name in the field table: a register takes the value, a set gains it, a log gets the line,
    /// a counter moves by it. A name the table does not know is a mistake of the program and stops a debug build.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        let Some(field) = self.kind.field_named(name) else {
            debug_assert!(false, "{} has no field {name}", self.kind.name());
            return self;
        };
        let value = value.into();
        let edit = match field.merge {
            MergeKind::Register => Edit::Put(value),
            MergeKind::Log => Edit::Line(value),
            MergeKind::Counter => Edit::Count(value.as_int().unwrap_or(0)),
            MergeKind::Set => {
                if let Some(Edit::Members { add, .. }) = self.edits.get_mut(&field.key) {
                    add.push(value);
                    return self;
                }
                Edit::Members { add: vec![value], remove: Vec::new() }
            }
        };
        self.edits.insert(field.key, edit);
        self
    }

    /// [`Self::with`] where there is a value.
    #[must_use]
    pub fn maybe(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// [`Self::with`] a reference to another record.
    #[must_use]
    pub fn refer(self, name: &str, to: RecordId) -> Self {
        self.with(name, Value::reference(to))
    }

    /// The single value this edit writes into a register, if it does.
    pub fn put(&self, name: &str) -> Option<&Value> {
        let field = self.kind.field_named(name)?;
        match self.edits.get(&field.key) {
            Some(Edit::Put(value)) => Some(value),
            _ => None,
        }
    }
}

impl From<Draft> for CountyEdit {
    fn from(draft: Draft) -> Self {
        Self { kind: draft.kind, record: draft.record, area: draft.area, change: Change::Edits(draft.edits) }
    }
}
