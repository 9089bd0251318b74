//! Visits, newest first.

use super::call::{Call, Rows, Seat};
use super::labels::Labels;
use super::problem::Answer;
use crate::county::County;
use crate::storage::{RecordRow, Sort};
use serde::Serialize;
use utoipa::ToSchema;
use xunge_domain::codes::redact;
use xunge_domain::records::words::VisitOutcome;
use xunge_domain::records::{FieldKey, RecordKind};
use xunge_sync::merge::MergedField;

/// A visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct VisitRow {
    pub id: String,
    pub household: Option<String>,
    pub door: String,
    pub grid: String,
    pub worker: String,
    pub at_ms: i64,
    pub received_ms: i64,
    pub outcome: &'static str,
    pub note: String,
    pub duties: u64,
}

/// A visit's outcome as its word.
pub fn outcome(row: &RecordRow) -> &'static str {
    row.int(3).and_then(VisitOutcome::from_code).map_or("unknown", VisitOutcome::word)
}

fn line(labels: &Labels<'_>, row: &RecordRow) -> Answer<VisitRow> {
    let duties = match row.fields.get(&FieldKey(5)) {
        Some(MergedField::Many(duties)) => duties.len() as u64,
        _ => 0,
    };
    Ok(VisitRow {
        id: row.id.to_string(),
        household: row.reference(1).map(|household| household.to_string()),
        door: row.reference(1).map(|household| labels.household(household)).transpose()?.unwrap_or_default(),
        grid: labels.area(row.area),
        worker: labels.worker(row.reference(6).or(row.owner))?,
        at_ms: row.int(2).unwrap_or(row.made_ms),
        received_ms: row.made_ms,
        outcome: outcome(row),
        // A note is free text: numbers in it are masked like anywhere else.
        note: redact(row.text(4)),
        duties,
    })
}

/// `GET visits`.
///
/// # Errors
/// `bad_request`, `not_found`.
pub fn list(call: &Call, county: &County, seat: &Seat) -> Answer<Rows<VisitRow>> {
    let (areas, day) = (call.areas(county, seat)?, call.day()?);
    let keep =
        |row: &RecordRow| day.is_none_or(|(from, to)| row.int(2).is_some_and(|at| (from..=to).contains(&at)));
    let listed = county.records(RecordKind::Visit, &areas, Sort::Falling, call.page()?, keep)?;
    let labels = Labels::new(county);
    let rows = listed.rows.iter().map(|row| line(&labels, row)).collect::<Answer<_>>()?;
    Ok(Rows { rows, total: listed.total })
}
