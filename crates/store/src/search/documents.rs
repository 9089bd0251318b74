//! Keeping the index in step with the rows.

use super::tokens::{door_tokens, initials, name_tokens, tail_token};
use crate::error::StoreError;
use crate::records::{RowToPut, RowValue, decode_list};
use crate::store::{Reader, Writer};
use rusqlite::{OptionalExtension, params};
use std::collections::BTreeSet;
use xunge_domain::records::RecordKind;
use xunge_domain::value::Value;

/// The words of one document, by column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Words {
    name: String,
    initials: String,
    door: String,
    id_tail: String,
    phone_tail: String,
}

impl Words {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Words {
    /// The words of a row about to be written, where they follow from its values alone: persons and households. Another
    /// row decides about doors, so those are read back.
    pub(crate) fn of_values(row: &RowToPut<'_>) -> Option<Self> {
        let value = |name| row.kind.field_named(name).and_then(|field| row.values.get(&field.key));
        let text = |name| value(name).and_then(RowValue::text);
        let many = |name| value(name).map(RowValue::many).unwrap_or_default();
        match row.kind {
            RecordKind::Person | RecordKind::Household if row.deleted => Some(Self::default()),
            RecordKind::Person => Some(Self::of_person(
                text("name").unwrap_or_default(),
                text("citizen_id"),
                text("phone"),
                many("other_phones"),
            )),
            RecordKind::Household => {
                let phone_tail = tails(text("phone"), many("contact_phones"));
                Some(Self { phone_tail, ..Self::default() })
            }
            RecordKind::Dwelling | RecordKind::Building => None,
            _ => Some(Self::default()),
        }
    }

    fn of_person(name: &str, citizen_id: Option<&str>, phone: Option<&str>, others: &[Value]) -> Self {
        Self {
            initials: initials(name).join(" "),
            name: name_tokens(name).join(" "),
            door: String::new(),
            id_tail: citizen_id.and_then(tail_token).unwrap_or_default(),
            phone_tail: tails(phone, others),
        }
    }
}

fn tails(single: Option<&str>, more: &[Value]) -> String {
    let all: BTreeSet<String> = single
        .into_iter()
        .chain(more.iter().filter_map(|value| value.as_text()))
        .filter_map(tail_token)
        .collect();
    all.into_iter().collect::<Vec<_>>().join(" ")
}

fn list(bytes: Option<Vec<u8>>) -> Result<Vec<Value>, StoreError> {
    Ok(bytes.map(|bytes| decode_list(&bytes)).transpose()?.unwrap_or_default())
}

impl Reader<'_> {
    /// What of a record can be searched for; empty for other kinds, deleted rows and rows not here.
    pub(crate) fn searchable(&self, kind: RecordKind, key: i64) -> Result<Words, StoreError> {
        match kind {
            RecordKind::Person => self.words_of_person(key),
            RecordKind::Dwelling => self.words_of_dwelling(key),
            RecordKind::Household => self.words_of_household(key),
            // Only what a building contributes to the doors in it.
            RecordKind::Building => self.words_of_building(key),
            _ => Ok(Words::default()),
        }
    }

    fn words_of_person(&self, key: i64) -> Result<Words, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT name, citizen_id, phone, other_phones
             FROM person
             WHERE id = ?1 AND deleted = 0",
        )?;
        type Raw = (Option<String>, Option<String>, Option<String>, Option<Vec<u8>>);
        let found: Option<Raw> = statement
            .query_row([key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
            .optional()?;
        let Some((name, citizen_id, phone, others)) = found else { return Ok(Words::default()) };
        let name = name.unwrap_or_default();
        Ok(Words::of_person(&name, citizen_id.as_deref(), phone.as_deref(), &list(others)?))
    }

    fn words_of_dwelling(&self, key: i64) -> Result<Words, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT building.name, dwelling.unit, dwelling.door
             FROM dwelling
             LEFT JOIN building ON building.id = dwelling.building
             WHERE dwelling.id = ?1 AND dwelling.deleted = 0",
        )?;
        type Raw = (Option<String>, Option<String>, Option<String>);
        let found: Option<Raw> =
            statement.query_row([key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
        let Some((building, unit, door)) = found else { return Ok(Words::default()) };
        let text = |part: &Option<String>| part.clone().unwrap_or_default();
        Ok(Words {
            door: door_tokens(&text(&building), &text(&unit), &text(&door)).join(" "),
            ..Words::default()
        })
    }

    fn words_of_household(&self, key: i64) -> Result<Words, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT phone, contact_phones FROM household WHERE id = ?1 AND deleted = 0")?;
        type Raw = (Option<String>, Option<Vec<u8>>);
        let found: Option<Raw> =
            statement.query_row([key], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((phone, contacts)) = found else { return Ok(Words::default()) };
        Ok(Words { phone_tail: tails(phone.as_deref(), &list(contacts)?), ..Words::default() })
    }

    fn words_of_building(&self, key: i64) -> Result<Words, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT name FROM building WHERE id = ?1")?;
        let name: Option<Option<String>> = statement.query_row([key], |row| row.get(0)).optional()?;
        Ok(Words { door: name.flatten().unwrap_or_default(), ..Words::default() })
    }
}

impl Writer<'_> {
    /// Brings the index up to the row as it is now, given what could be searched for before and can be now.
    pub(crate) fn keep_search(
        &self,
        kind: RecordKind,
        key: i64,
        before: Words,
        now: Words,
    ) -> Result<(), StoreError> {
        if now == before {
            return Ok(());
        }
        if kind == RecordKind::Building {
            return self.rename_doors(key);
        }
        self.index(key, &now, !before.is_empty())
    }

    /// A building's name stands in front of every door in it, also of dwellings that came before the building.
    fn rename_doors(&self, building: i64) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT id FROM dwelling WHERE building = ?1")?;
        let dwellings: Vec<i64> =
            statement.query_map([building], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for dwelling in dwellings {
            let words = self.words_of_dwelling(dwelling)?;
            self.index(dwelling, &words, true)?;
        }
        Ok(())
    }

    fn index(&self, key: i64, words: &Words, indexed: bool) -> Result<(), StoreError> {
        if indexed {
            self.connection.prepare_cached("DELETE FROM search WHERE rowid = ?1")?.execute([key])?;
        }
        if words.is_empty() {
            return Ok(());
        }
        self.with(
            "INSERT INTO search (rowid, name, initials, door, id_tail, phone_tail)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            |insert| {
                let Words { name, initials, door, id_tail, phone_tail } = words;
                insert.execute(params![key, name, initials, door, id_tail, phone_tail])
            },
        )?;
        Ok(())
    }

    /// Rewrites the index without what was deleted from it: after an erasure, because a deleted document's words stay in
    /// the index until they are merged away.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn forget_deleted_words(&self) -> Result<(), StoreError> {
        self.connection.prepare_cached("INSERT INTO search (search) VALUES ('optimize')")?.execute([])?;
        Ok(())
    }
}
