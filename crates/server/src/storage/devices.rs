//! Phones: keys, states, the durable end of each log.

use super::{Result, Rows, StorageError, hash, id, signed, unsigned};
use rusqlite::{OptionalExtension as _, Row};
use uuid::Uuid;
use xunge_domain::ids::{DeviceNo, RecordId};
use xunge_domain::operation::{Chain, Hash};

/// Whether a phone may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceState {
    /// Yes.
    Active = 1,
    /// No: the desk said so.
    Revoked = 2,
    /// It may read but not push: two phones write under one number.
    Quarantined = 3,
}

/// A phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// Number in operation ids.
    pub no: DeviceNo,
    /// `keyid` of its requests.
    pub id: Uuid,
    /// Whose it is.
    pub worker: RecordId,
    /// Ed25519 public key.
    pub key: [u8; 32],
    /// Whether it may call.
    pub state: DeviceState,
    /// Durable end of its log.
    pub chain: Chain,
    /// Request counters up to here count as used after a restart.
    pub nonce_mark: u64,
    /// When it was enrolled.
    pub enrolled_ms: i64,
    /// When it last called; 0 when never.
    pub last_contact_ms: i64,
    /// Version of its app.
    pub app: String,
    /// Highest counter it last said to have written.
    pub said_counter: Option<u64>,
    /// How far its wall clock was ahead at the last push.
    pub clock_off_ms: Option<i64>,
    /// What last went wrong with its log: `cloned`, `other_past`, `gap`, `went_back`; empty for nothing.
    pub trouble: String,
    /// When.
    pub trouble_ms: i64,
}

const DEVICE: &str =
    "SELECT no, id, worker, key, state, highest, chain, nonce_mark, enrolled_ms, last_contact_ms, app,
        said_counter, clock_off_ms, trouble, trouble_ms
   FROM device";

fn device(row: &Row<'_>) -> Result<DeviceRow> {
    let said: Option<i64> = row.get(11)?;
    Ok(DeviceRow {
        no: DeviceNo(row.get(0)?),
        id: id(row.get_ref(1)?.as_blob().unwrap_or_default())?.0,
        worker: id(row.get_ref(2)?.as_blob().unwrap_or_default())?,
        key: hash(row.get_ref(3)?.as_blob().unwrap_or_default())?,
        state: match row.get(4)? {
            1 => DeviceState::Active,
            3 => DeviceState::Quarantined,
            // A state this version does not know must not open the door.
            _ => DeviceState::Revoked,
        },
        chain: Chain {
            counter: unsigned(row.get(5)?),
            head: hash(row.get_ref(6)?.as_blob().unwrap_or_default())?,
        },
        nonce_mark: unsigned(row.get(7)?),
        enrolled_ms: row.get(8)?,
        last_contact_ms: row.get(9)?,
        app: row.get(10)?,
        said_counter: said.map(unsigned),
        clock_off_ms: row.get(12)?,
        trouble: row.get(13)?,
        trouble_ms: row.get(14)?,
    })
}

impl Rows<'_> {
    /// Adds a phone and gives it the next number.
    pub fn add_device(
        &self,
        device_id: Uuid,
        worker: RecordId,
        key: &[u8; 32],
        app: &str,
        now_ms: i64,
    ) -> Result<DeviceNo> {
        let no = self.last_device_no()?.checked_add(1).ok_or(StorageError::Damaged("device number"))?;
        self.db
            .prepare_cached(
                "INSERT INTO device (county, no, id, worker, key, chain, enrolled_ms, app)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute((
                self.county,
                no,
                device_id.as_bytes(),
                worker.0.as_bytes(),
                key,
                [0_u8; 32],
                now_ms,
                app,
            ))?;
        Ok(DeviceNo(no))
    }

    /// A phone by its id.
    pub fn device(&self, device_id: Uuid) -> Result<Option<DeviceRow>> {
        let mut query = self.db.prepare_cached(&format!("{DEVICE} WHERE county = ?1 AND id = ?2"))?;
        query.query_row((self.county, device_id.as_bytes()), |row| Ok(device(row))).optional()?.transpose()
    }

    /// A phone by its number.
    pub fn device_no(&self, no: DeviceNo) -> Result<Option<DeviceRow>> {
        let mut query = self.db.prepare_cached(&format!("{DEVICE} WHERE county = ?1 AND no = ?2"))?;
        query.query_row((self.county, no.0), |row| Ok(device(row))).optional()?.transpose()
    }

    /// All phones, without the county itself.
    pub fn devices(&self) -> Result<Vec<DeviceRow>> {
        let mut query =
            self.db.prepare_cached(&format!("{DEVICE} WHERE county = ?1 AND no > 0 ORDER BY no"))?;
        let mut rows = query.query([self.county])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(device(row)?);
        }
        Ok(all)
    }

    /// The end of a device's log; that of the county (number 0) begins empty.
    pub fn chain(&self, no: DeviceNo) -> Result<Chain> {
        let mut query =
            self.db.prepare_cached("SELECT highest, chain FROM device WHERE county = ?1 AND no = ?2")?;
        let found: Option<(i64, Hash)> =
            query.query_row((self.county, no.0), |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        Ok(found.map_or_else(Chain::default, |(counter, head)| Chain { counter: unsigned(counter), head }))
    }

    /// Moves the end of a device's log.
    pub fn put_chain(&self, no: DeviceNo, chain: &Chain) -> Result<()> {
        self.db
            .prepare_cached("UPDATE device SET highest = ?3, chain = ?4 WHERE county = ?1 AND no = ?2")?
            .execute((self.county, no.0, signed(chain.counter), chain.head))?;
        Ok(())
    }

    /// Makes the county itself a device, number 0, which nobody can call as.
    pub fn ensure_county_device(&self) -> Result<()> {
        self.db.execute(
            "INSERT INTO device (county, no, id, worker, key, state, chain) VALUES (?1, 0, ?2, ?2, ?3, 2, ?3)
             ON CONFLICT DO NOTHING",
            (self.county, [0_u8; 16], [0_u8; 32]),
        )?;
        Ok(())
    }

    /// Changes whether a phone may call.
    pub fn put_device_state(&self, no: DeviceNo, state: DeviceState) -> Result<()> {
        self.db.prepare_cached("UPDATE device SET state = ?3 WHERE county = ?1 AND no = ?2")?.execute((
            self.county,
            no.0,
            state as i64,
        ))?;
        Ok(())
    }

    /// Makes a mark of request counters durable; never lowers it.
    pub fn put_nonce_mark(&self, no: DeviceNo, mark: u64) -> Result<()> {
        self.db
            .prepare_cached(
                "UPDATE device SET nonce_mark = max(nonce_mark, ?3) WHERE county = ?1 AND no = ?2",
            )?
            .execute((self.county, no.0, signed(mark)))?;
        Ok(())
    }

    /// Notes that a phone called.
    pub fn touch_device(
        &self,
        no: DeviceNo,
        now_ms: i64,
        said_counter: Option<u64>,
        clock_off_ms: Option<i64>,
    ) -> Result<()> {
        self.db
            .prepare_cached(
                "UPDATE device
                    SET last_contact_ms = ?3, said_counter = coalesce(?4, said_counter),
                        clock_off_ms = coalesce(?5, clock_off_ms)
                  WHERE county = ?1 AND no = ?2",
            )?
            .execute((self.county, no.0, now_ms, said_counter.map(signed), clock_off_ms))?;
        Ok(())
    }

    /// Up to which row the county has a phone's log of opened persons, and the chain there.
    pub fn openings(&self, no: DeviceNo) -> Result<(u64, Hash)> {
        let mut query =
            self.db.prepare_cached("SELECT opened, opened_head FROM device WHERE county = ?1 AND no = ?2")?;
        Ok(query.query_row((self.county, no.0), |row| Ok((unsigned(row.get(0)?), row.get(1)?)))?)
    }

    /// Notes how far the county has it now.
    pub fn put_openings(&self, no: DeviceNo, opened: u64, head: &Hash) -> Result<()> {
        self.db
            .prepare_cached("UPDATE device SET opened = ?3, opened_head = ?4 WHERE county = ?1 AND no = ?2")?
            .execute((self.county, no.0, signed(opened), head))?;
        Ok(())
    }

    /// Keeps what came second under an id that was taken, as evidence.
    pub fn quarantine(
        &self,
        no: DeviceNo,
        counter: u64,
        op_hash: &Hash,
        batch: &[u8],
        now_ms: i64,
    ) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO quarantine (county, device, counter, hash, batch, received_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT DO NOTHING",
            )?
            .execute((self.county, no.0, signed(counter), op_hash, batch, now_ms))?;
        Ok(())
    }

    /// Notes what went wrong with a phone's log; empty for nothing any more.
    pub fn put_trouble(&self, no: DeviceNo, trouble: &str, now_ms: i64) -> Result<()> {
        self.db
            .prepare_cached(
                "UPDATE device SET trouble = ?3, trouble_ms = ?4 WHERE county = ?1 AND no = ?2 AND trouble <> ?3",
            )?
            .execute((self.county, no.0, trouble, now_ms))?;
        Ok(())
    }

    /// What lies in quarantine of a phone stays as evidence of what is over.
    pub fn lift_quarantine(&self, no: DeviceNo, now_ms: i64) -> Result<()> {
        self.db.execute(
            "UPDATE quarantine SET lifted_ms = ?3 WHERE county = ?1 AND device = ?2 AND lifted_ms = 0",
            (self.county, no.0, now_ms),
        )?;
        Ok(())
    }

    /// How many operations of a phone lie in quarantine.
    pub fn quarantined(&self, no: DeviceNo) -> Result<u64> {
        let count: i64 = self.db.query_row(
            "SELECT count(*) FROM quarantine WHERE county = ?1 AND device = ?2",
            (self.county, no.0),
            |row| row.get(0),
        )?;
        Ok(unsigned(count))
    }
}
