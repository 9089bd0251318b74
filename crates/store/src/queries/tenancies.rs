//! Who moved in lately, as the county told it: the ledger, the desk. Whom a worker registered at the door that worker has
//! met. Whether somebody has to call is the client's rule; here are the facts.

use super::{MAX_ROWS, id, rows};
use crate::error::StoreError;
use crate::records::pack;
use crate::store::Reader;
use rusqlite::params;
use std::ops::RangeInclusive;
use xunge_domain::ids::{DeviceNo, OpId, RecordId};

/// A tenancy that goes on and that nobody wrote on a phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenancyRow {
    /// Who moved in.
    pub household: RecordId,
    /// First day, since 1970-01-01.
    pub since: i64,
}

/// The conditions are those of the index `occupancy_tenancy`: 2 is `OccupancyKind::Tenant`.
pub(super) const TOLD: &str = "SELECT home.uuid, occupancy.since
     FROM occupancy
     JOIN household ON household.id = occupancy.household AND household.deleted = 0
     JOIN record AS home ON home.id = household.id
     WHERE occupancy.area = ?1 AND occupancy.since >= ?2 AND occupancy.since <= ?3
       AND occupancy.kind = 2 AND occupancy.until IS NULL AND occupancy.deleted = 0
       AND NOT EXISTS (
         SELECT 1 FROM operation WHERE operation.record = occupancy.id AND operation.id >= ?5
       )
     ORDER BY occupancy.since DESC
     LIMIT ?4";

impl Reader<'_> {
    /// Tenancies of an area that began on one of these days and were told by the county; newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn tenancies_told(
        &self,
        area: RecordId,
        days: &RangeInclusive<i64>,
    ) -> Result<Vec<TenancyRow>, StoreError> {
        let Some(area) = self.key_of(area)? else { return Ok(Vec::new()) };
        let first_of_a_phone = pack(OpId { device: DeviceNo(1), counter: 0 })?;
        rows(self, TOLD, params![area, days.start(), days.end(), MAX_ROWS, first_of_a_phone], |row| {
            Ok(TenancyRow { household: id(row, 0)?, since: row.get(1)? })
        })
    }
}
