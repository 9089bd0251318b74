//! Incidents, their steps and photos. What state an incident is in follows from its steps and is the domain's rule
//! (`incident_flow`); here is the last verb.

use super::{MAX_ROWS, id, id_or_none, read_unsettled, rows, text, unsettled};
use crate::error::StoreError;
use crate::operations::OpState;
use crate::store::Reader;
use rusqlite::params;
use xunge_domain::ids::RecordId;

/// An incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentRow {
    /// The incident.
    pub incident: RecordId,
    /// Number people can say; empty until the county gave one.
    pub number: String,
    /// Code of the category.
    pub category: String,
    /// Name of the category; empty when the category is not here.
    pub category_name: String,
    /// The worker's words.
    pub text: String,
    /// Place name.
    pub place_name: String,
    /// Where, in 1e-7 degrees.
    pub place_e7: Option<(i32, i32)>,
    /// Radius of uncertainty.
    pub accuracy_dm: Option<u32>,
    /// Why there is no position.
    pub no_fix_reason: String,
    /// When reported.
    pub reported_ms: Option<i64>,
    /// By whom.
    pub worker: Option<RecordId>,
    /// During which patrol.
    pub patrol: Option<RecordId>,
    /// Which household it concerns.
    pub household: Option<RecordId>,
    /// Solved on the spot.
    pub self_resolved: bool,
    /// The last step, a number of `StepVerb`; nothing before the first.
    pub last_verb: Option<i64>,
    /// When that was.
    pub last_step_ms: Option<i64>,
    /// First photo.
    pub photo: Option<RecordId>,
    /// Number of photos.
    pub photos: u32,
    /// The least settled own operation on the incident itself or one of its steps.
    pub unsettled: Option<OpState>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRow {
    /// The step.
    pub step: RecordId,
    /// A number of `StepVerb`.
    pub verb: Option<i64>,
    /// When.
    pub at_ms: Option<i64>,
    /// Who, in the writer's words.
    pub by: String,
    /// Words.
    pub text: String,
    /// 1–5, for a rating.
    pub rating: Option<i64>,
    /// Department.
    pub department: String,
    /// Its least settled own operation.
    pub unsettled: Option<OpState>,
    /// Its number in the order of steps.
    pub turn: Option<i64>,
    /// Steps of phones that a step of the desk names.
    pub seen: Vec<u8>,
}

/// A photo as evidence. Its bytes are here only when [`Reader::photo`] knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceRow {
    /// The evidence record; also the photo's id.
    pub evidence: RecordId,
    /// Bytes.
    pub bytes: Option<u64>,
    /// Pixels.
    pub width: Option<u32>,
    /// Pixels.
    pub height: Option<u32>,
    /// When taken.
    pub taken_ms: Option<i64>,
    /// Whether the county's time had been seen recently.
    pub time_verified: bool,
    /// Where, in 1e-7 degrees.
    pub place_e7: Option<(i32, i32)>,
    /// Radius of uncertainty.
    pub accuracy_dm: Option<u32>,
    /// Its least settled own operation.
    pub unsettled: Option<OpState>,
}

/// A step together with its incident: an answer, or a return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerRow {
    /// The incident.
    pub incident: RecordId,
    /// Name of its category.
    pub category_name: String,
    /// Code of its category.
    pub category: String,
    /// The step.
    pub step: StepRow,
}

const LAST_STEP: &str = "SELECT newest.id
       FROM incident_step AS newest
       WHERE newest.incident = incident.id AND newest.deleted = 0
       ORDER BY newest.turn DESC, newest.at DESC, newest.id DESC
       LIMIT 1";

fn columns() -> String {
    format!(
        "SELECT record.uuid, incident.number, incident.category,
           (SELECT incident_category.name
            FROM incident_category
            WHERE incident_category.code = incident.category
            LIMIT 1),
           incident.text, incident.place_name, incident.lat_e7, incident.lon_e7, incident.accuracy_dm,
           incident.no_fix_reason, incident.reported,
           (SELECT other.uuid FROM record AS other WHERE other.id = incident.worker),
           (SELECT other.uuid FROM record AS other WHERE other.id = incident.patrol),
           (SELECT other.uuid FROM record AS other WHERE other.id = incident.household),
           incident.self_resolved, last.verb, last.at,
           (SELECT other.uuid
            FROM photo_evidence
            JOIN record AS other ON other.id = photo_evidence.id
            WHERE photo_evidence.incident = incident.id AND photo_evidence.deleted = 0
            ORDER BY photo_evidence.id
            LIMIT 1),
           (SELECT COUNT(*)
            FROM photo_evidence
            WHERE photo_evidence.incident = incident.id AND photo_evidence.deleted = 0),
           (SELECT MIN(CASE operation.state WHEN 4 THEN 0 ELSE operation.state END)
            FROM (
              SELECT incident.id AS id
              UNION ALL
              SELECT incident_step.id FROM incident_step WHERE incident_step.incident = incident.id
            ) AS part
            JOIN operation ON operation.record = part.id
            WHERE operation.state IN (1, 2, 3, 4))
         FROM incident
         JOIN record ON record.id = incident.id
         LEFT JOIN incident_step AS last ON last.id = ({LAST_STEP})"
    )
}

/// Which incidents a list asks for. Coarse: what steps amount to is judged by replaying them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncidentFilter<'a> {
    /// All.
    All,
    /// With a step of one of these numbers of `StepVerb`.
    With(&'a [i64]),
    /// Without any step of the first ones, or with one of the second.
    WithoutOr(&'a [i64], &'a [i64]),
}

/// Newest first.
pub(super) fn list_sql(filter: IncidentFilter<'_>) -> String {
    let any = |verbs: &[i64]| {
        let numbers: Vec<String> = verbs.iter().map(i64::to_string).collect();
        format!(
            "EXISTS (
               SELECT 1 FROM incident_step AS taken
               WHERE taken.incident = incident.id AND taken.deleted = 0 AND taken.verb IN ({}))",
            numbers.join(", ")
        )
    };
    let filter = match filter {
        IncidentFilter::All => String::new(),
        IncidentFilter::With(verbs) => format!(" AND {}", any(verbs)),
        IncidentFilter::WithoutOr(without, or) => format!(" AND (NOT {} OR {})", any(without), any(or)),
    };
    format!(
        "{}
         WHERE incident.reported > -1 AND incident.deleted = 0{filter}
         ORDER BY incident.reported DESC
         LIMIT ?2 OFFSET ?1",
        columns()
    )
}

pub(super) fn one_sql() -> String {
    format!("{} WHERE incident.id = ?1 AND incident.deleted = 0", columns())
}

pub(super) const STEPS: &str = concat!(
    "SELECT record.uuid, incident_step.verb, incident_step.at, incident_step.\"by\", incident_step.text,
       incident_step.rating, incident_step.department,
       ",
    unsettled!("incident_step.id"),
    ", incident_step.turn, incident_step.seen
     FROM incident_step
     JOIN record ON record.id = incident_step.id
     WHERE incident_step.incident = ?1 AND incident_step.deleted = 0
     ORDER BY incident_step.turn, incident_step.at, incident_step.id
     LIMIT ?2"
);

pub(super) const EVIDENCE: &str = concat!(
    "SELECT record.uuid, photo_evidence.bytes, photo_evidence.width, photo_evidence.height, photo_evidence.taken,
       photo_evidence.time_verified, photo_evidence.lat_e7, photo_evidence.lon_e7, photo_evidence.accuracy_dm,
       ", unsettled!("photo_evidence.id"), "
     FROM photo_evidence
     JOIN record ON record.id = photo_evidence.id
     WHERE photo_evidence.incident = ?1 AND photo_evidence.deleted = 0
     ORDER BY photo_evidence.id
     LIMIT ?2"
);

/// Steps since a moment with one of some verbs, on incidents of one worker, newest first.
pub(super) fn answers_sql(verbs: &[i64]) -> String {
    let numbers: Vec<String> = verbs.iter().map(i64::to_string).collect();
    format!(
        "SELECT record.uuid, incident_step.verb, incident_step.at, incident_step.\"by\", incident_step.text,
           incident_step.rating, incident_step.department, {}, incident_step.turn,
           incident_step.seen, what.uuid,
           (SELECT incident_category.name
            FROM incident_category
            WHERE incident_category.code = incident.category
            LIMIT 1),
           incident.category
         FROM incident_step
         JOIN incident ON incident.id = incident_step.incident AND incident.deleted = 0
         JOIN record ON record.id = incident_step.id
         JOIN record AS what ON what.id = incident.id
         WHERE incident_step.at > ?1 AND incident_step.deleted = 0 AND incident.worker = ?2
           AND incident_step.verb IN ({})
         ORDER BY incident_step.at DESC
         LIMIT ?3",
        unsettled!("incident_step.id"),
        numbers.join(", ")
    )
}

pub(super) const OF_PATROL: &str = "SELECT COUNT(*)
     FROM incident
     WHERE incident.patrol = ?1 AND incident.deleted = 0";

fn read_incident(row: &rusqlite::Row<'_>) -> rusqlite::Result<IncidentRow> {
    let place = (row.get::<_, Option<i32>>(6)?, row.get::<_, Option<i32>>(7)?);
    Ok(IncidentRow {
        incident: id(row, 0)?,
        number: text(row, 1)?,
        category: text(row, 2)?,
        category_name: text(row, 3)?,
        text: text(row, 4)?,
        place_name: text(row, 5)?,
        place_e7: place.0.zip(place.1),
        accuracy_dm: row.get(8)?,
        no_fix_reason: text(row, 9)?,
        reported_ms: row.get(10)?,
        worker: id_or_none(row, 11)?,
        patrol: id_or_none(row, 12)?,
        household: id_or_none(row, 13)?,
        self_resolved: row.get::<_, Option<bool>>(14)?.unwrap_or(false),
        last_verb: row.get(15)?,
        last_step_ms: row.get(16)?,
        photo: id_or_none(row, 17)?,
        photos: row.get(18)?,
        unsettled: read_unsettled(row, 19)?,
    })
}

fn read_step(row: &rusqlite::Row<'_>) -> rusqlite::Result<StepRow> {
    Ok(StepRow {
        step: id(row, 0)?,
        verb: row.get(1)?,
        at_ms: row.get(2)?,
        by: text(row, 3)?,
        text: text(row, 4)?,
        rating: row.get(5)?,
        department: text(row, 6)?,
        unsettled: read_unsettled(row, 7)?,
        turn: row.get(8)?,
        seen: row.get::<_, Option<Vec<u8>>>(9)?.unwrap_or_default(),
    })
}

impl Reader<'_> {
    /// Incidents, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn incidents(
        &self,
        filter: IncidentFilter<'_>,
        offset: u32,
        limit: u32,
    ) -> Result<Vec<IncidentRow>, StoreError> {
        rows(self, &list_sql(filter), params![offset, limit.min(MAX_ROWS)], read_incident)
    }

    /// One incident.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn incident(&self, incident: RecordId) -> Result<Option<IncidentRow>, StoreError> {
        let Some(key) = self.key_of(incident)? else { return Ok(None) };
        Ok(rows(self, &one_sql(), [key], read_incident)?.into_iter().next())
    }

    /// Its steps, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn steps_of(&self, incident: RecordId) -> Result<Vec<StepRow>, StoreError> {
        let Some(key) = self.key_of(incident)? else { return Ok(Vec::new()) };
        rows(self, STEPS, params![key, MAX_ROWS], read_step)
    }

    /// Its photos as evidence, also those of others whose bytes are not on this phone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn evidence_of(&self, incident: RecordId) -> Result<Vec<EvidenceRow>, StoreError> {
        let Some(key) = self.key_of(incident)? else { return Ok(Vec::new()) };
        rows(self, EVIDENCE, params![key, MAX_ROWS], |row| {
            let place = (row.get::<_, Option<i32>>(6)?, row.get::<_, Option<i32>>(7)?);
            Ok(EvidenceRow {
                evidence: id(row, 0)?,
                bytes: row.get(1)?,
                width: row.get(2)?,
                height: row.get(3)?,
                taken_ms: row.get(4)?,
                time_verified: row.get::<_, Option<bool>>(5)?.unwrap_or(false),
                place_e7: place.0.zip(place.1),
                accuracy_dm: row.get(8)?,
                unsettled: read_unsettled(row, 9)?,
            })
        })
    }

    /// Steps with one of these verbs on incidents that `worker` reported, later than `since_ms`, newest first: answers and
    /// returns.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn answers(
        &self,
        worker: RecordId,
        verbs: &[i64],
        since_ms: i64,
        limit: u32,
    ) -> Result<Vec<AnswerRow>, StoreError> {
        let Some(worker) = self.key_of(worker)? else { return Ok(Vec::new()) };
        rows(self, &answers_sql(verbs), params![since_ms, worker, limit.min(MAX_ROWS)], |row| {
            Ok(AnswerRow {
                step: read_step(row)?,
                incident: id(row, 10)?,
                category_name: text(row, 11)?,
                category: text(row, 12)?,
            })
        })
    }

    /// How many incidents were reported during a patrol.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn incidents_of_patrol(&self, patrol: RecordId) -> Result<u32, StoreError> {
        let Some(key) = self.key_of(patrol)? else { return Ok(0) };
        Ok(self.connection.prepare_cached(OF_PATROL)?.query_row([key], |row| row.get(0))?)
    }
}
