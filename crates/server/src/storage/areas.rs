//! The tree of areas, one row a node.

use super::{Result, Rows, id};
use xunge_domain::ids::RecordId;

/// A node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaRow {
    /// Its id.
    pub id: RecordId,
    /// The area above; absent at the top.
    pub parent: Option<RecordId>,
    /// The county's code for it.
    pub code: String,
    /// Its name.
    pub name: String,
    /// A number of `AreaLevel`.
    pub level: i64,
}

impl Rows<'_> {
    /// All areas.
    pub fn areas(&self) -> Result<Vec<AreaRow>> {
        let mut query = self
            .db
            .prepare_cached("SELECT id, parent, code, name, level FROM area WHERE county = ?1 ORDER BY id")?;
        let mut rows = query.query([self.county])?;
        let mut areas = Vec::new();
        while let Some(row) = rows.next()? {
            let parent: Option<Vec<u8>> = row.get(1)?;
            areas.push(AreaRow {
                id: id(row.get_ref(0)?.as_blob().unwrap_or_default())?,
                parent: parent.as_deref().map(id).transpose()?,
                code: row.get(2)?,
                name: row.get(3)?,
                level: row.get(4)?,
            });
        }
        Ok(areas)
    }

    /// Writes a node.
    pub fn put_area(&self, area: &AreaRow) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO area (county, id, parent, code, name, level) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (county, id) DO UPDATE SET parent = excluded.parent, code = excluded.code,
                   name = excluded.name, level = excluded.level",
            )?
            .execute((
                self.county,
                area.id.0.as_bytes(),
                area.parent.map(|parent| *parent.0.as_bytes()),
                &area.code,
                &area.name,
                area.level,
            ))?;
        Ok(())
    }

    /// Takes a node out.
    pub fn drop_area(&self, area: RecordId) -> Result<()> {
        self.db
            .prepare_cached("DELETE FROM area WHERE county = ?1 AND id = ?2")?
            .execute((self.county, area.0.as_bytes()))?;
        Ok(())
    }
}
