//! Care duties: services owed, and when each was last done. Whether one is due is the domain's rule; here are the facts.

use super::{MAX_ROWS, id, id_or_none, rows, text};
use crate::error::StoreError;
use crate::store::Reader;
use rusqlite::params;
use xunge_domain::ids::RecordId;

/// A service owed to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyRow {
    /// The duty.
    pub duty: RecordId,
    /// To whom: the record that stays, where the person is on record twice.
    pub person: RecordId,
    /// Whether it was written for a record folded into that one.
    pub carried: bool,
    /// Name of the person, unmasked.
    pub person_name: String,
    /// Household the person lives in now.
    pub household: Option<RecordId>,
    /// Code of the registered category.
    pub category: String,
    /// Where it comes from.
    pub source: String,
    /// First day.
    pub since: Option<i64>,
    /// Last day.
    pub until: Option<i64>,
    /// A number of `Cadence`.
    pub cadence: Option<i64>,
    /// The newest visit that fulfilled it, among the last fifty of the household.
    pub last_done_ms: Option<i64>,
    /// The newest visit to the household of any outcome.
    pub last_visit_ms: Option<i64>,
}

/// Visits of a household that are looked through for one that fulfilled a duty.
const LOOKED_THROUGH: u32 = 50;

const COLUMNS: &str = "SELECT record.uuid, who.uuid, person.name,
       (SELECT home.uuid FROM record AS home WHERE home.id = residence.household),
       care_duty.category, care_duty.source, care_duty.since, care_duty.until, care_duty.cadence,
       residence.household, care_duty.person <> person.id";

pub(super) fn of_household_sql() -> String {
    format!(
        "{COLUMNS}
         FROM residence
         LEFT JOIN folded_person ON folded_person.id = residence.person
         JOIN person ON person.id = COALESCE(folded_person.stays, residence.person) AND person.deleted = 0
         JOIN care_duty ON care_duty.deleted = 0 AND care_duty.person IN (
           SELECT person.id
           UNION ALL
           SELECT folded.id FROM folded_person AS folded WHERE folded.stays = person.id
         )
         JOIN record ON record.id = care_duty.id
         JOIN record AS who ON who.id = person.id
         WHERE residence.household = ?1 AND residence.deleted = 0 AND residence.until IS NULL
         ORDER BY care_duty.id
         LIMIT ?2"
    )
}

pub(super) fn of_area_sql() -> String {
    format!(
        "{COLUMNS}
         FROM care_duty
         JOIN record ON record.id = care_duty.id
         LEFT JOIN folded_person ON folded_person.id = care_duty.person
         JOIN person ON person.id = COALESCE(folded_person.stays, care_duty.person) AND person.deleted = 0
         JOIN record AS who ON who.id = person.id
         LEFT JOIN residence ON residence.id = (
           SELECT newest.id
           FROM residence AS newest
           WHERE newest.deleted = 0 AND newest.until IS NULL AND newest.person IN (
             SELECT person.id
             UNION ALL
             SELECT folded.id FROM folded_person AS folded WHERE folded.stays = person.id
           )
           ORDER BY newest.person <> person.id, newest.id DESC
           LIMIT 1
         )
         WHERE care_duty.area = ?1 AND care_duty.deleted = 0 AND care_duty.id > ?3
         ORDER BY care_duty.id
         LIMIT ?2"
    )
}

impl Reader<'_> {
    /// Duties owed to the people of a household.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn duties_of(&self, household: RecordId) -> Result<Vec<DutyRow>, StoreError> {
        let Some(key) = self.key_of(household)? else { return Ok(Vec::new()) };
        let mut raw = rows(self, &of_household_sql(), params![key, MAX_ROWS], read_duty)?;
        // Two records of one person may both live here.
        raw.dedup_by_key(|(row, _)| row.duty);
        self.with_visits(raw)
    }

    /// Duties owed in an area, a page at a time: give the last duty of the page before, or nothing for the first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn duties_in(
        &self,
        area: RecordId,
        after: Option<RecordId>,
        limit: u32,
    ) -> Result<Vec<DutyRow>, StoreError> {
        let Some(area) = self.key_of(area)? else { return Ok(Vec::new()) };
        let after = match after {
            Some(duty) => self.key_of(duty)?.ok_or(StoreError::NotFound("care duty"))?,
            None => 0,
        };
        let raw = rows(self, &of_area_sql(), params![area, limit.min(MAX_ROWS), after], read_duty)?;
        self.with_visits(raw)
    }

    fn with_visits(&self, raw: Vec<(DutyRow, Option<i64>)>) -> Result<Vec<DutyRow>, StoreError> {
        raw.into_iter()
            .map(|(mut duty, household)| {
                let visits = match household {
                    Some(key) => self.visits_by_key(key, LOOKED_THROUGH)?,
                    None => Vec::new(),
                };
                duty.last_visit_ms = visits.first().and_then(|visit| visit.at_ms);
                duty.last_done_ms = visits
                    .iter()
                    .find(|visit| visit.duties.contains(&duty.duty))
                    .and_then(|visit| visit.at_ms);
                Ok(duty)
            })
            .collect()
    }
}

fn read_duty(row: &rusqlite::Row<'_>) -> rusqlite::Result<(DutyRow, Option<i64>)> {
    let duty = DutyRow {
        duty: id(row, 0)?,
        person: id(row, 1)?,
        carried: row.get(10)?,
        person_name: text(row, 2)?,
        household: id_or_none(row, 3)?,
        category: text(row, 4)?,
        source: text(row, 5)?,
        since: row.get(6)?,
        until: row.get(7)?,
        cadence: row.get(8)?,
        last_done_ms: None,
        last_visit_ms: None,
    };
    Ok((duty, row.get(9)?))
}
