//! Operations: every one ever received, and the feed over the applied ones.

use super::{Result, Rows, hash, id, signed, unsigned};
use rusqlite::{OptionalExtension as _, Row};
use xunge_domain::ids::{DeviceNo, OpId, RecordId};
use xunge_domain::operation::{Hash, Header, HeaderEvidence, Operation, Salt, Verb};
use xunge_domain::records::KindCode;
use xunge_sync::messages::Outcome;

/// An operation of the feed with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fed {
    /// Place in the feed.
    pub seq: u64,
    /// When the county received it, UTC milliseconds.
    pub received_ms: i64,
    /// The operation.
    pub op: Operation,
    /// Whether its payload was erased by law: it goes out to nobody.
    pub erased: bool,
}

/// What is known about an operation that was received before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its hash.
    pub hash: Hash,
    /// What became of it.
    pub outcome: Outcome,
    /// Salted hash of its payload, once that was erased by law.
    pub erased: Option<Hash>,
}

pub(super) const OPERATION: &str =
    "SELECT device, counter, verb, kind, record, area, height, wall_ms, server_ms, since_ms, extra,
        salt, payload, seq, received_ms, payload_hash IS NOT NULL
   FROM operation";

pub(super) fn operation(row: &Row<'_>) -> Result<Fed> {
    let salt: Vec<u8> = row.get(11)?;
    let seq: Option<i64> = row.get(13)?;
    let header = Header {
        id: OpId { device: DeviceNo(row.get(0)?), counter: unsigned(row.get(1)?) },
        verb: Verb(row.get(2)?),
        kind: KindCode(row.get(3)?),
        record: id(row.get_ref(4)?.as_blob().unwrap_or_default())?,
        area: id(row.get_ref(5)?.as_blob().unwrap_or_default())?,
        height: row.get(6)?,
        evidence: HeaderEvidence {
            wall_ms: row.get(7)?,
            server_ms: row.get(8)?,
            since_server_ms: unsigned(row.get(9)?),
        },
        extra: row.get(10)?,
    };
    Ok(Fed {
        seq: seq.map_or(0, unsigned),
        received_ms: row.get(14)?,
        erased: row.get(15)?,
        op: Operation {
            header,
            salt: Salt::try_from(salt.as_slice()).unwrap_or_default(),
            payload: row.get(12)?,
        },
    })
}

fn all(mut rows: rusqlite::Rows<'_>) -> Result<Vec<Fed>> {
    let mut ops = Vec::new();
    while let Some(row) = rows.next()? {
        ops.push(operation(row)?);
    }
    Ok(ops)
}

impl Rows<'_> {
    /// Writes an operation with what became of it; `outcome.seq` 0 keeps it out of the feed. Of one erased by law only
    /// the salted hash of its payload is kept.
    pub fn add_operation(
        &self,
        op: &Operation,
        op_hash: &Hash,
        outcome: &Outcome,
        received_ms: i64,
        erased: Option<&Hash>,
    ) -> Result<()> {
        let header = &op.header;
        let mut insert = self.db.prepare_cached(
            "INSERT INTO operation (county, device, counter, seq, verb, kind, record, area, height, wall_ms, server_ms,
                                    since_ms, extra, salt, payload, hash, outcome, reason, received_ms,
                                    payload_hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)",
        )?;
        let (salt, payload) = match erased {
            None => (op.salt, op.payload.as_slice()),
            Some(_) => (Salt::default(), [].as_slice()),
        };
        insert.execute(rusqlite::params![
            self.county,
            header.id.device.0,
            signed(header.id.counter),
            (outcome.seq > 0).then(|| signed(outcome.seq)),
            header.verb.0,
            header.kind.0,
            header.record.0.as_bytes(),
            header.area.0.as_bytes(),
            header.height,
            header.evidence.wall_ms,
            header.evidence.server_ms,
            signed(header.evidence.since_server_ms),
            header.extra,
            salt,
            payload,
            op_hash,
            outcome.kind,
            outcome.reason,
            received_ms,
            erased,
        ])?;
        Ok(())
    }

    /// Writes what became of an operation that had waited.
    pub fn put_outcome(&self, device: DeviceNo, outcome: &Outcome) -> Result<()> {
        self.db
            .prepare_cached(
                "UPDATE operation SET seq = ?4, outcome = ?5, reason = ?6
                  WHERE county = ?1 AND device = ?2 AND counter = ?3",
            )?
            .execute((
                self.county,
                device.0,
                signed(outcome.counter),
                (outcome.seq > 0).then(|| signed(outcome.seq)),
                outcome.kind,
                &outcome.reason,
            ))?;
        Ok(())
    }

    /// Hash and outcome of an operation received before.
    pub fn stored(&self, op: OpId) -> Result<Option<Stored>> {
        let mut query = self.db.prepare_cached(
            "SELECT hash, outcome, seq, reason, payload_hash
               FROM operation
              WHERE county = ?1 AND device = ?2 AND counter = ?3",
        )?;
        let found = query
            .query_row((self.county, op.device.0, signed(op.counter)), |row| {
                let op_hash: Vec<u8> = row.get(0)?;
                let seq: Option<i64> = row.get(2)?;
                let outcome = Outcome {
                    counter: op.counter,
                    kind: row.get(1)?,
                    seq: seq.map_or(0, unsigned),
                    reason: row.get(3)?,
                };
                Ok((op_hash, outcome, row.get::<_, Option<Vec<u8>>>(4)?))
            })
            .optional()?;
        found
            .map(|(op_hash, outcome, erased)| {
                let erased = erased.as_deref().map(hash).transpose()?;
                Ok(Stored { hash: hash(&op_hash)?, outcome, erased })
            })
            .transpose()
    }

    /// An operation by id.
    pub fn operation(&self, op: OpId) -> Result<Option<Fed>> {
        let mut query = self
            .db
            .prepare_cached(&format!("{OPERATION} WHERE county = ?1 AND device = ?2 AND counter = ?3"))?;
        query
            .query_row((self.county, op.device.0, signed(op.counter)), |row| Ok(operation(row)))
            .optional()?
            .transpose()
    }

    /// The applied operations of a record, in feed order.
    pub fn operations_of(&self, record: RecordId) -> Result<Vec<Fed>> {
        let mut query = self.db.prepare_cached(&format!(
            "{OPERATION} INDEXED BY operation_record
             WHERE county = ?1 AND record = ?2 AND seq IS NOT NULL ORDER BY seq"
        ))?;
        all(query.query((self.county, record.0.as_bytes()))?)
    }

    /// Operations of a device after a counter, in order of writing, at most `limit`.
    pub fn written_by(&self, device: DeviceNo, after: u64, limit: u32) -> Result<Vec<Fed>> {
        let mut query = self.db.prepare_cached(&format!(
            "{OPERATION} WHERE county = ?1 AND device = ?2 AND counter > ?3 ORDER BY counter LIMIT ?4"
        ))?;
        all(query.query((self.county, device.0, signed(after), limit))?)
    }

    /// Refused operations with this reason, for taking them up again.
    pub fn refused_for(&self, reason: &str) -> Result<Vec<Fed>> {
        let mut query = self.db.prepare_cached(&format!(
            "{OPERATION} WHERE county = ?1 AND reason = ?2 AND seq IS NULL ORDER BY device, counter"
        ))?;
        all(query.query((self.county, reason))?)
    }

    /// End of the feed. One writer, so everything up to here is final.
    pub fn head(&self) -> Result<u64> {
        let mut query =
            self.db.prepare_cached("SELECT max(seq) FROM operation WHERE county = ?1 AND seq IS NOT NULL")?;
        let head: Option<i64> = query.query_row([self.county], |row| row.get(0))?;
        Ok(head.map_or(0, unsigned))
    }

    /// Hash of the operation at a place of the feed.
    pub fn hash_at(&self, seq: u64) -> Result<Option<Hash>> {
        let mut query =
            self.db.prepare_cached("SELECT hash FROM operation WHERE county = ?1 AND seq = ?2")?;
        let found: Option<Vec<u8>> =
            query.query_row((self.county, signed(seq)), |row| row.get(0)).optional()?;
        found.map(|found| hash(&found)).transpose()
    }

    /// Places in the feed after `after` of operations of one area, at most `limit`.
    pub fn feed_places(&self, area: RecordId, after: u64, limit: u32) -> Result<Vec<u64>> {
        let mut query = self.db.prepare_cached(
            "SELECT seq FROM operation WHERE county = ?1 AND area = ?2 AND seq > ?3 ORDER BY seq LIMIT ?4",
        )?;
        let places =
            query.query_map((self.county, area.0.as_bytes(), signed(after), limit), |row| row.get(0))?;
        let places: std::result::Result<Vec<i64>, _> = places.collect();
        Ok(places?.into_iter().map(unsigned).collect())
    }

    /// The operation at a place of the feed.
    pub fn fed(&self, seq: u64) -> Result<Option<Fed>> {
        let mut query = self.db.prepare_cached(&format!("{OPERATION} WHERE county = ?1 AND seq = ?2"))?;
        query.query_row((self.county, signed(seq)), |row| Ok(operation(row))).optional()?.transpose()
    }

    /// All operations of one area up to a place of the feed, in feed order.
    pub fn feed_of_area(&self, area: RecordId, upto: u64) -> Result<Vec<Fed>> {
        let mut query = self.db.prepare_cached(&format!(
            "{OPERATION} INDEXED BY operation_scope WHERE county = ?1 AND area = ?2 AND seq <= ?3 ORDER BY seq"
        ))?;
        all(query.query((self.county, area.0.as_bytes(), signed(upto)))?)
    }

    /// How many operations of one area lie after a place of the feed.
    pub fn feed_length(&self, area: RecordId, after: u64) -> Result<u64> {
        let mut query = self
            .db
            .prepare_cached("SELECT count(*) FROM operation WHERE county = ?1 AND area = ?2 AND seq > ?3")?;
        let count: i64 =
            query.query_row((self.county, area.0.as_bytes(), signed(after)), |row| row.get(0))?;
        Ok(unsigned(count))
    }

    /// Makes an operation wait for a record.
    pub fn wait_for(&self, parent: RecordId, op: OpId) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO waiting (county, parent, device, counter) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
            )?
            .execute((self.county, parent.0.as_bytes(), op.device.0, signed(op.counter)))?;
        Ok(())
    }

    /// Takes out the operations that waited for a record.
    pub fn take_waiting(&self, parent: RecordId) -> Result<Vec<OpId>> {
        let mut query = self.db.prepare_cached(
            "DELETE FROM waiting WHERE county = ?1 AND parent = ?2 RETURNING device, counter",
        )?;
        let ops = query.query_map((self.county, parent.0.as_bytes()), |row| {
            Ok(OpId { device: DeviceNo(row.get(0)?), counter: unsigned(row.get(1)?) })
        })?;
        let mut ops = ops.collect::<std::result::Result<Vec<_>, _>>()?;
        ops.sort_unstable();
        Ok(ops)
    }

    /// How many operations wait.
    pub fn waiting(&self) -> Result<u64> {
        let count: i64 =
            self.db.query_row("SELECT count(*) FROM waiting WHERE county = ?1", [self.county], |row| {
                row.get(0)
            })?;
        Ok(unsigned(count))
    }
}
