//! What the screens ask, as plain rows. Nothing is masked here (the client does that) and no word is chosen.
//!
//! No query gives more than [`MAX_ROWS`] rows, but for the doors of one building and the buildings of one grid, which are
//! drawn whole and have limits of their own. A test reads the plan of each statement: none walks over a table.

mod buildings;
mod duties;
mod history;
mod homes;
mod households;
mod incidents;
mod likeness;
mod patrols;
mod people;
mod registry;
mod review;
mod tenancies;
mod unplaced;
mod week;

pub use buildings::{BuildingRow, DoorRow, GridCounts};
pub use duties::DutyRow;
pub use history::HistoryRow;
pub use households::{Door, HouseholdLine, HouseholdPage, VisitRow};
pub use incidents::{AnswerRow, EvidenceRow, IncidentFilter, IncidentRow, StepRow};
pub use patrols::{CheckInRow, PatrolRow, PointRow};
pub use people::PersonRow;
pub use registry::{CareCategoryRow, IncidentCategoryRow, WorkerRow};
pub use review::ConflictedRecord;
pub use tenancies::TenancyRow;
pub use unplaced::UnplacedRow;
pub use week::Done;

use crate::error::StoreError;
use crate::operations::OpState;
use uuid::Uuid;
use xunge_domain::ids::RecordId;

/// The most rows a list gives at once.
pub const MAX_ROWS: u32 = 200;

/// A record's id from a column of 16 bytes.
pub(crate) fn id(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<RecordId> {
    Ok(RecordId(Uuid::from_bytes(row.get(at)?)))
}

/// A record's id from a column that may be NULL.
pub(crate) fn id_or_none(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<Option<RecordId>> {
    Ok(row.get::<_, Option<[u8; 16]>>(at)?.map(|bytes| RecordId(Uuid::from_bytes(bytes))))
}

/// Text from a column, empty for NULL.
pub(crate) fn text(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<String> {
    Ok(row.get::<_, Option<String>>(at)?.unwrap_or_default())
}

/// The state from the macro `unsettled`: refused counts as 0 there, because it comes first.
pub(crate) fn read_unsettled(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<Option<OpState>> {
    Ok(row.get::<_, Option<u8>>(at)?.and_then(|worst| match worst {
        0 => Some(OpState::Refused),
        1 => Some(OpState::OnPhone),
        2 => Some(OpState::Offered),
        3 => Some(OpState::Waiting),
        _ => None,
    }))
}

/// The least settled own operation of one record, as a subquery: refused (0), on the phone, offered, waiting; NULL when
/// everything about it is at the county.
macro_rules! unsettled {
    ($record:literal) => {
        concat!(
            "(SELECT MIN(CASE operation.state WHEN 4 THEN 0 ELSE operation.state END)
              FROM operation
              WHERE operation.record = ",
            $record,
            " AND operation.state IN (1, 2, 3, 4))"
        )
    };
}
/// The records that make up a household, as a table `member(id)`: itself, where it lives, who lives in it (with every
/// record of a person who is on record more than once), its visits.
macro_rules! members {
    ($household:literal) => {
        concat!(
            "(SELECT ",
            $household,
            " AS id
              UNION ALL
              SELECT occupancy.id FROM occupancy WHERE occupancy.household = ",
            $household,
            "
              UNION ALL
              SELECT residence.id FROM residence WHERE residence.household = ",
            $household,
            "
              UNION ALL
              SELECT residence.person FROM residence WHERE residence.household = ",
            $household,
            "
              UNION ALL
              SELECT folded_person.stays
              FROM residence
              JOIN folded_person ON folded_person.id = residence.person
              WHERE residence.household = ",
            $household,
            " AND NOT EXISTS (
                SELECT 1 FROM residence AS own
                WHERE own.person = folded_person.stays AND own.household = ",
            $household,
            ")
              UNION ALL
              SELECT folded_person.id
              FROM residence
              JOIN folded_person ON folded_person.stays = residence.person
              WHERE residence.household = ",
            $household,
            " AND NOT EXISTS (
                SELECT 1 FROM residence AS own
                WHERE own.person = folded_person.id AND own.household = ",
            $household,
            ")
              UNION ALL
              SELECT visit.id FROM visit WHERE visit.household = ",
            $household,
            ") AS member"
        )
    };
}
/// As `unsettled`, for everything that makes up a household.
macro_rules! household_unsettled {
    ($household:literal) => {
        concat!(
            "(SELECT MIN(CASE operation.state WHEN 4 THEN 0 ELSE operation.state END)
              FROM ",
            crate::queries::members!($household),
            "
              JOIN operation ON operation.record = member.id
              WHERE operation.state IN (1, 2, 3, 4))"
        )
    };
}
/// Conflicts waiting on a household and everything that makes it up.
macro_rules! household_conflicts {
    ($household:literal) => {
        concat!(
            "(SELECT TOTAL(record.conflicts)
              FROM ",
            crate::queries::members!($household),
            "
              JOIN record ON record.id = member.id)"
        )
    };
}
/// People who live in a household now, each once.
macro_rules! people_count {
    ($household:literal) => {
        concat!(
            "(SELECT COUNT(DISTINCT COALESCE(folded_person.stays, residence.person))
              FROM residence
              LEFT JOIN folded_person ON folded_person.id = residence.person
              WHERE residence.household = ",
            $household,
            " AND residence.deleted = 0 AND residence.until IS NULL)"
        )
    };
}
pub(crate) use {household_conflicts, household_unsettled, members, people_count, unsettled};

/// Runs a statement and reads every row.
pub(crate) fn rows<T>(
    reader: &crate::Reader<'_>,
    sql: &str,
    values: impl rusqlite::Params,
    read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = reader.connection.prepare_cached(sql)?;
    let found = statement.query_map(values, read)?;
    Ok(found.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod plans;
