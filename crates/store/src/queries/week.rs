//! What one worker did between two days, in numbers: for a draft of the week's summary.

use crate::error::StoreError;
use crate::store::Reader;
use rusqlite::params;
use std::ops::Range;
use xunge_domain::ids::RecordId;
use xunge_domain::records::words::{StepVerb, VisitOutcome};

/// Numbers of a stretch of days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// Visits.
    pub visits: u32,
    /// Households visited.
    pub households: u32,
    /// Visits that met nobody.
    pub nobody_home: u32,
    /// Patrols that were ended.
    pub patrols: u32,
    /// Their length, metres.
    pub length_m: u64,
    /// Inspection points reached on them.
    pub points_reached: u32,
    /// Inspection points that were due on them.
    pub points_due: u32,
    /// Incidents reported.
    pub incidents: u32,
    /// Of these, solved on the spot.
    pub solved_here: u32,
    /// Answers the county gave to this worker's reports.
    pub answers: u32,
}

pub(super) const VISITS: &str = "SELECT COUNT(*), COUNT(DISTINCT visit.household),
       COUNT(CASE WHEN visit.outcome = ?4 THEN 1 END)
     FROM visit
     WHERE visit.at >= ?1 AND visit.at < ?2 AND visit.worker = ?3 AND visit.deleted = 0";

pub(super) const PATROLS: &str = "SELECT COUNT(*), COALESCE(SUM(patrol.length_m), 0),
       COALESCE(SUM(patrol.points_reached), 0), COALESCE(SUM(patrol.points_due), 0)
     FROM patrol
     WHERE patrol.day >= ?1 AND patrol.day < ?2 AND patrol.worker = ?3 AND patrol.ended IS NOT NULL
       AND patrol.deleted = 0";

pub(super) const INCIDENTS: &str = "SELECT COUNT(*), COUNT(CASE WHEN incident.self_resolved = 1 THEN 1 END)
     FROM incident
     WHERE incident.reported >= ?1 AND incident.reported < ?2 AND incident.worker = ?3 AND incident.deleted = 0";

pub(super) const ANSWERS: &str = "SELECT COUNT(DISTINCT incident.id)
     FROM incident_step
     JOIN incident ON incident.id = incident_step.incident
     WHERE incident_step.at >= ?1 AND incident_step.at < ?2 AND incident_step.verb = ?4 AND incident.worker = ?3
       AND incident_step.deleted = 0 AND incident.deleted = 0";

impl Reader<'_> {
    /// What `worker` did within `at` (instants, ms) and `days` (days since 1970-01-01), which mean the same stretch.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn done(&self, worker: RecordId, at: Range<i64>, days: Range<i64>) -> Result<Done, StoreError> {
        let Some(worker) = self.key_of(worker)? else { return Ok(Done::default()) };
        let mut done = Done::default();
        let nobody = VisitOutcome::NobodyHome.code();
        (done.visits, done.households, done.nobody_home) = self
            .connection
            .prepare_cached(VISITS)?
            .query_row(params![at.start, at.end, worker, nobody], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
        (done.patrols, done.length_m, done.points_reached, done.points_due) = self
            .connection
            .prepare_cached(PATROLS)?
            .query_row(params![days.start, days.end, worker], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?;
        (done.incidents, done.solved_here) = self
            .connection
            .prepare_cached(INCIDENTS)?
            .query_row(params![at.start, at.end, worker], |row| Ok((row.get(0)?, row.get(1)?)))?;
        done.answers = self
            .connection
            .prepare_cached(ANSWERS)?
            .query_row(params![at.start, at.end, worker, StepVerb::Close.code()], |row| row.get(0))?;
        Ok(done)
    }
}
