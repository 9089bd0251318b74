//! The floor: the same rows into tables of the same encrypted store, by plain prepared statements, without operations, log,
//! chain or merge. The store is made by our own migrations and opened with the same settings; nothing else of us runs.
//!
//! The words of the search index come ready made from what a phone indexed, so that the floor pays for the index and not
//! for finding out what goes into it: this favours the floor.

use crate::Trouble;
use crate::rows::PersonRow;
use rusqlite::{Connection, params};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use uuid::Uuid;
use xunge_bridge::world::{RealRandomness, Watch};
use xunge_domain::world::{Moment, uuid_v7};
use xunge_store::files::RealFiles;
use xunge_store::keys::Secret;
use xunge_store::{OpenOptions, Store};

/// An encrypted store with nobody's records.
pub struct Floor {
    db: Connection,
    clock: i64,
}

/// What the index holds of a person: name, initials, id tail, phone tail.
pub type Words = [String; 4];

impl Floor {
    /// A fresh store below `dir`.
    pub fn new(dir: &Path) -> Result<Self, Trouble> {
        xunge_bridge::world::fresh_folder(dir)?;
        let key = Secret::draw(&RealRandomness);
        drop(Store::create_new(dir, &key, Arc::new(RealFiles), OpenOptions::default())?);
        let db = Connection::open(dir.join("xunge.db"))?;
        db.execute_batch(&format!("PRAGMA key = \"{}\"", key.sqlcipher_raw_key().as_str()))?;
        db.execute_batch(
            "PRAGMA temp_store = MEMORY;
             PRAGMA trusted_schema = OFF;
             PRAGMA cell_size_check = ON;
             PRAGMA foreign_keys = ON;
             PRAGMA cache_size = -8000;
             PRAGMA synchronous = FULL;
             PRAGMA secure_delete = ON;
             PRAGMA wal_autocheckpoint = 1000;
             PRAGMA journal_size_limit = 16777216;",
        )?;
        db.set_prepared_statement_cache_capacity(160);
        Ok(Self { db, clock: 1_790_000_000_000 })
    }

    fn id(&mut self) -> Uuid {
        self.clock += 1;
        uuid_v7(Moment { wall_ms: self.clock, mono_ms: 0, boot: 0 }, &RealRandomness)
    }

    /// Saves people, so many in a transaction; with `words` into the search index too. Seconds it took.
    pub fn save_people(
        &mut self,
        rows: &[PersonRow],
        words: Option<&[Words]>,
        at_once: usize,
    ) -> Result<f64, Trouble> {
        let ids: Vec<Uuid> = rows.iter().map(|_| self.id()).collect();
        let watch = Watch::start();
        let mut from = 0;
        for some in rows.chunks(at_once) {
            let tx = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            {
                let mut record = tx.prepare_cached("INSERT INTO record (uuid, kind) VALUES (?1, 11)")?;
                let mut person = tx.prepare_cached(
                    "INSERT INTO person (id, area, newest_op, name, citizen_id, birth, sex, phone)
                     VALUES (?1, 1, 1, ?2, ?3, ?4, ?5, ?6)",
                )?;
                let mut search = tx.prepare_cached(
                    "INSERT INTO search (rowid, name, initials, door, id_tail, phone_tail)
                     VALUES (?1, ?2, ?3, '', ?4, ?5)",
                )?;
                for (row, at) in some.iter().zip(from..) {
                    let id = record.insert([ids[at].as_bytes().as_slice()])?;
                    person.execute(params![id, row.name, row.citizen_id, row.birth, row.sex, row.phone])?;
                    if let Some([name, initials, id_tail, phone_tail]) = words.and_then(|words| words.get(at))
                    {
                        search.execute(params![id, name, initials, id_tail, phone_tail])?;
                    }
                }
            }
            tx.commit()?;
            from += some.len();
        }
        Ok(watch.seconds())
    }

    /// One plain transaction: a visit and the record it is. Seconds it took.
    pub fn save_visit(&mut self) -> Result<f64, Trouble> {
        let id = self.id();
        let at = self.clock;
        let watch = Watch::start();
        let tx = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let key = tx
            .prepare_cached("INSERT INTO record (uuid, kind) VALUES (?1, 15)")?
            .insert([id.as_bytes().as_slice()])?;
        tx.prepare_cached(
            "INSERT INTO visit (id, area, newest_op, household, at, outcome, worker)
             VALUES (?1, 1, 1, 1, ?2, 1, 1)",
        )?
        .execute(params![key, at])?;
        tx.commit()?;
        Ok(watch.seconds())
    }

    /// Bytes of the database with its log folded in.
    pub fn bytes(&self) -> Result<u64, Trouble> {
        self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(std::fs::metadata(self.db.path().ok_or("a database without a file")?)?.len())
    }
}

/// The words our own store indexes for these people, read back out of an index it filled.
pub fn words_of(dir: &Path, rows: &[PersonRow]) -> Result<Vec<Words>, Trouble> {
    use xunge_domain::ids::{OpId, RecordId};
    use xunge_domain::records::RecordKind;
    use xunge_store::{RowToPut, RowValue, StoreError};
    xunge_bridge::world::fresh_folder(dir)?;
    let key = Secret::draw(&RealRandomness);
    let store = Store::create_new(dir, &key, Arc::new(RealFiles), OpenOptions::default())?;
    let area = RecordId(Uuid::from_u128(1));
    store.write(|writer| {
        for (row, at) in rows.iter().zip(1_u128..) {
            let values = crate::place::person(row)
                .into_iter()
                .filter_map(|(name, value)| {
                    Some((RecordKind::Person.field_named(name)?.key, RowValue::One(value)))
                })
                .collect();
            writer.put_row(&RowToPut {
                kind: RecordKind::Person,
                record: RecordId(Uuid::from_u128(at << 16)),
                area,
                values: &values,
                deleted: false,
                conflicts: 0,
                newest: OpId::new(1, 1),
            })?;
        }
        Ok::<_, StoreError>(())
    })?;
    drop(store);
    let db = Connection::open(dir.join("xunge.db"))?;
    db.execute_batch(&format!(
        "PRAGMA key = \"{}\"; PRAGMA temp_store = MEMORY",
        key.sqlcipher_raw_key().as_str()
    ))?;
    db.execute_batch("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, 'search', 'instance')")?;
    let mut statement = db.prepare("SELECT doc, col, term FROM temp.words ORDER BY doc, col, offset")?;
    let mut found = statement.query([])?;
    let mut by_doc: BTreeMap<i64, Words> = BTreeMap::new();
    while let Some(row) = found.next()? {
        let (doc, column, term): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let at = match column.as_str() {
            "name" => 0,
            "initials" => 1,
            "id_tail" => 2,
            _ => 3,
        };
        let words = &mut by_doc.entry(doc).or_default()[at];
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(&term);
    }
    if by_doc.len() != rows.len() {
        return Err(format!("{} of {} people are in the index", by_doc.len(), rows.len()).into());
    }
    Ok(by_doc.into_values().collect())
}
