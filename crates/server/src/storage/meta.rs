//! Single values of the county: epoch, names, secrets; and what its epochs passed over.

use super::{Result, Rows, StorageError, signed, unsigned};
use rusqlite::OptionalExtension as _;

impl Rows<'_> {
    /// A value by name.
    pub fn meta(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let mut query = self.db.prepare_cached("SELECT value FROM meta WHERE county = ?1 AND name = ?2")?;
        Ok(query.query_row((self.county, name), |row| row.get(0)).optional()?)
    }

    /// Writes a value.
    pub fn put_meta(&self, name: &str, value: &[u8]) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO meta (county, name, value) VALUES (?1, ?2, ?3)
                 ON CONFLICT (county, name) DO UPDATE SET value = excluded.value",
            )?
            .execute((self.county, name, value))?;
        Ok(())
    }

    /// Notes that the county's own log goes on above `to` after `from`.
    pub fn pass_over(&self, from: u64, to: u64) -> Result<()> {
        self.db.execute(
            "INSERT INTO passed_over (county, after, upto) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            (self.county, signed(from), signed(to)),
        )?;
        Ok(())
    }

    /// Where the county's own log goes on when it was passed over after a counter.
    pub fn passed_over(&self, after: u64) -> Result<Option<u64>> {
        let mut query =
            self.db.prepare_cached("SELECT upto FROM passed_over WHERE county = ?1 AND after = ?2")?;
        let upto: Option<i64> = query.query_row((self.county, signed(after)), |row| row.get(0)).optional()?;
        Ok(upto.map(unsigned))
    }

    /// Phones enrolled from now on have numbers this much above the greatest so far.
    pub fn pass_over_devices(&self, many: u32) -> Result<()> {
        let floor = self.last_device_no()?.saturating_add(many);
        self.put_meta(DEVICE_FLOOR, &floor.to_be_bytes())
    }

    /// The greatest device number that was given out, or may have been.
    pub(super) fn last_device_no(&self) -> Result<u32> {
        let highest: Option<u32> =
            self.db
                .query_row("SELECT max(no) FROM device WHERE county = ?1", [self.county], |row| row.get(0))?;
        let floor = match self.meta(DEVICE_FLOOR)? {
            Some(bytes) => {
                u32::from_be_bytes(bytes.as_slice().try_into().map_err(|_| StorageError::Damaged("meta"))?)
            }
            None => 0,
        };
        Ok(highest.unwrap_or(0).max(floor))
    }
}

const DEVICE_FLOOR: &str = "device_floor";
