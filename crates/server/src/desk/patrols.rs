//! Patrols as summed up by the phones: no track, which stays there.

use super::call::{Call, Rows, Seat};
use super::incidents::Shown;
use super::labels::Labels;
use super::map::{self, IncidentSpot, Spot};
use super::problem::Answer;
use crate::county::County;
use crate::storage::{Page, RecordRow, Sort};
use serde::Serialize;
use utoipa::ToSchema;
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::Slot;
use xunge_domain::track::{Gap, gaps_from_bytes};

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct PatrolRow {
    pub id: String,
    pub area: String,
    pub grid: String,
    pub worker: String,
    pub slot: &'static str,
    pub started_ms: Option<i64>,
    pub ended_ms: Option<i64>,
    pub length_m: i64,
    pub seconds: i64,
    pub points: i64,
    pub reached: i64,
    pub gaps: u64,
    pub gap_seconds: u64,
    pub timed: bool,
    pub incidents: u64,
}

/// One patrol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct Patrol {
    #[serde(flatten)]
    pub row: PatrolRow,
    pub points_list: Vec<Point>,
    pub gaps_list: Vec<GapSpan>,
    pub incidents_list: Vec<IncidentSpot>,
    pub buildings: Vec<Spot>,
    pub outline: Vec<Place>,
    pub coverage_permille: Option<i64>,
}

/// An inspection point and whether it was reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct Point {
    pub id: String,
    pub number: i64,
    pub name: String,
    pub lat_e7: Option<i64>,
    pub lon_e7: Option<i64>,
    pub reached_ms: Option<i64>,
    /// `track` or `hand`; null when it was not reached.
    pub by: Option<&'static str>,
}

/// A stretch without track; an end that is not known is null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct GapSpan {
    pub from_ms: Option<i64>,
    pub to_ms: Option<i64>,
}

/// A corner of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct Place {
    pub lat_e7: i64,
    pub lon_e7: i64,
}

fn gaps(row: &RecordRow) -> Vec<Gap> {
    row.one(10)
        .and_then(|value| value.as_bytes())
        .and_then(|bytes| gaps_from_bytes(bytes).ok())
        .unwrap_or_default()
}

/// A patrol as the list shows it.
///
/// # Errors
/// Those of the storage.
pub fn line(county: &County, labels: &Labels<'_>, row: &RecordRow) -> Answer<PatrolRow> {
    let (started, ended) = (row.int(4), row.int(5));
    let gaps = gaps(row);
    let worker = row.reference(1);
    let met = match worker {
        Some(worker) => county.by_second(RecordKind::Incident, worker)?,
        None => Vec::new(),
    };
    Ok(PatrolRow {
        id: row.id.to_string(),
        area: row.area.to_string(),
        grid: labels.area(row.area),
        worker: labels.worker(worker.or(row.owner))?,
        slot: row.int(3).and_then(Slot::from_code).unwrap_or(Slot::Morning).word(),
        started_ms: started,
        ended_ms: ended,
        length_m: row.int(6).unwrap_or(0),
        seconds: started.zip(ended).map_or(0, |(from, to)| (to - from).max(0) / 1_000),
        points: row.int(9).unwrap_or(0),
        reached: row.int(8).unwrap_or(0),
        gaps: gaps.len() as u64,
        gap_seconds: gaps.iter().filter_map(|gap| gap.seconds).map(u64::from).sum(),
        // Seconds in motion travel with every summary whose track had times.
        timed: row.int(7).is_some() || row.int(6).unwrap_or(0) == 0,
        incidents: met.iter().filter(|incident| incident.reference(10) == Some(row.id)).count() as u64,
    })
}

/// `GET patrols`.
///
/// # Errors
/// `bad_request`, `not_found`.
pub fn list(call: &Call, county: &County, seat: &Seat) -> Answer<Rows<PatrolRow>> {
    let (areas, day) = (call.areas(county, seat)?, call.day()?);
    let keep = |row: &RecordRow| {
        day.is_none_or(|(from, to)| row.int(4).is_some_and(|started| (from..=to).contains(&started)))
    };
    let listed = county.records(RecordKind::Patrol, &areas, Sort::Falling, call.page()?, keep)?;
    let labels = Labels::new(county);
    let rows = listed.rows.iter().map(|row| line(county, &labels, row)).collect::<Answer<_>>()?;
    Ok(Rows { rows, total: listed.total })
}

/// `GET patrols/{id}`.
///
/// # Errors
/// `not_found`.
pub fn one(call: &Call, county: &County, seat: &Seat) -> Answer<Patrol> {
    let row = seat.record(county, RecordKind::Patrol, call.id()?)?;
    let check_ins = county.by_parent(RecordKind::CheckIn, row.id)?;
    let points = county.records_in(RecordKind::InspectionPoint, row.area, Sort::Rising, Page::ALL)?;
    let point = |point: &RecordRow| {
        let reached = check_ins.iter().find(|check_in| check_in.reference(2) == Some(point.id));
        Point {
            id: point.id.to_string(),
            number: point.int(5).unwrap_or(0),
            name: point.text(1).to_owned(),
            lat_e7: point.int(3),
            lon_e7: point.int(4),
            reached_ms: reached.and_then(|check_in| check_in.int(3)),
            by: reached.map(|check_in| if check_in.int(4) == Some(1) { "hand" } else { "track" }),
        }
    };
    let shown = Shown::new(county, seat)?;
    let mut met = Vec::new();
    if let Some(worker) = row.reference(1) {
        for incident in county.by_second(RecordKind::Incident, worker)? {
            if incident.reference(10) == Some(row.id) && seat.sees(&county.areas(), incident.area).is_ok() {
                met.extend(map::incident_spot(&shown, &incident)?);
            }
        }
    }
    Ok(Patrol {
        points_list: points.iter().map(point).collect(),
        gaps_list: gaps(&row).iter().map(|gap| GapSpan { from_ms: gap.from_ms, to_ms: gap.to_ms }).collect(),
        incidents_list: met,
        buildings: map::spots(county, RecordKind::Building, &[row.area], 5)?,
        outline: map::rings(county, row.area)?.into_iter().next().unwrap_or_default(),
        coverage_permille: row.int(12),
        row: line(county, &Labels::new(county), &row)?,
    })
}
