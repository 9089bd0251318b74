//! Single values of the county: epoch, names, secrets.

use super::{Result, Rows};
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
}
