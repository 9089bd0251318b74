//! Incidents in lists and one by one.

use super::call::{Call, Rows, Seat, piece};
use super::labels::Labels;
use super::problem::Answer;
use crate::county::County;
use crate::county::query::incident_state;
use crate::storage::{Page, RecordRow, Sort};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use xunge_domain::ids::{DeviceNo, RecordId};
use xunge_domain::incident_flow::{Actor, IncidentCase, IncidentState, SlaTerms, WorkCalendar};
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::{StepVerb, WorkerRole};

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct IncidentRow {
    pub id: String,
    pub number: String,
    pub category: String,
    pub title: String,
    pub area: String,
    pub grid: String,
    pub place_name: String,
    pub text: String,
    pub state: &'static str,
    pub worker: String,
    pub reported_ms: i64,
    pub received_ms: i64,
    pub due_ms: Option<i64>,
    pub department: Option<String>,
    pub photos: u64,
}

/// One incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct Incident {
    pub id: String,
    pub number: String,
    pub category: String,
    pub title: String,
    pub area: String,
    pub grid: String,
    pub place_name: String,
    pub text: String,
    pub state: &'static str,
    pub worker: String,
    pub reported_ms: i64,
    pub received_ms: i64,
    pub due_ms: Option<i64>,
    pub department: Option<String>,
    pub photos: Vec<super::photos::Photo>,
    pub revision: u64,
    pub lat_e7: Option<i64>,
    pub lon_e7: Option<i64>,
    pub accuracy_dm: Option<i64>,
    pub no_fix_reason: Option<String>,
    pub patrol: Option<String>,
    pub steps: Vec<StepRow>,
    pub may: Vec<&'static str>,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct StepRow {
    pub verb: &'static str,
    pub by: String,
    pub at_ms: i64,
    pub received_ms: i64,
    pub text: String,
    pub department: Option<String>,
}

/// A category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct Category {
    pub code: String,
    pub name: String,
    pub class: String,
    pub limit_hours: Option<i64>,
}

/// Verbs the desk has buttons for.
const OFFERED: [StepVerb; 8] = [
    StepVerb::Accept,
    StepVerb::Dispatch,
    StepVerb::Handle,
    StepVerb::Verify,
    StepVerb::Return,
    StepVerb::Transfer,
    StepVerb::Extend,
    StepVerb::Close,
];

/// The word of a state at the desk. Work under way is shown as waiting for its verification.
pub fn state_word(state: IncidentState, self_resolved: bool) -> &'static str {
    match state {
        IncidentState::New | IncidentState::Reported => "reported",
        IncidentState::Returned => "returned",
        IncidentState::Accepted => "accepted",
        IncidentState::Dispatched => "dispatched",
        IncidentState::Handling => "verifying",
        IncidentState::Verified => "verified",
        IncidentState::Suspended => "suspended",
        IncidentState::Closed if self_resolved => "self_resolved",
        IncidentState::Closed => "closed",
        IncidentState::Withdrawn => "withdrawn",
        IncidentState::Voided => "void",
    }
}

/// Who acts for an account.
pub fn actor(seat: &Seat) -> Actor {
    let role = if seat.role == "county" { WorkerRole::CountyCentre } else { WorkerRole::TownCentre };
    Actor { role, reported_it: false, assigned: false }
}

/// The registered categories the account's area knows, by rank.
///
/// # Errors
/// Those of the storage.
pub fn categories(county: &County, seat: &Seat) -> Answer<Vec<Category>> {
    let mut areas = county.areas().ancestors(seat.area);
    areas.push(seat.area);
    let listed = county.records(RecordKind::IncidentCategory, &areas, Sort::Rising, Page::ALL, |_| true)?;
    let category = |row: &RecordRow| Category {
        code: row.text(1).to_owned(),
        name: row.text(2).to_owned(),
        class: row.text(3).to_owned(),
        limit_hours: row.int(4),
    };
    Ok(listed.rows.iter().map(category).collect())
}

/// What a request needs to show incidents.
pub struct Shown<'a> {
    county: &'a County,
    labels: Labels<'a>,
    categories: BTreeMap<String, Category>,
}

impl<'a> Shown<'a> {
    /// For one request.
    ///
    /// # Errors
    /// Those of the storage.
    pub fn new(county: &'a County, seat: &Seat) -> Answer<Self> {
        let categories =
            categories(county, seat)?.into_iter().map(|category| (category.code.clone(), category));
        Ok(Self { county, labels: Labels::new(county), categories: categories.collect() })
    }

    /// The limits of an incident's category.
    pub fn terms(&self, row: &RecordRow) -> SlaTerms {
        let hours = self.categories.get(row.text(1)).and_then(|category| category.limit_hours);
        let minutes = hours.and_then(|hours| u32::try_from(hours * 60).ok());
        SlaTerms { accept_within_min: None, close_within_min: minutes, warn_before_min: 0 }
    }

    /// The end of the time limit. Until it is accepted, the limit is counted from the report: the promise to the one who
    /// reported does not wait for the desk.
    pub fn due_ms(&self, row: &RecordRow, case: &IncidentCase) -> Option<i64> {
        if case.state.is_end() || case.state.clock_stands() {
            return None;
        }
        let (terms, calendar) = (self.terms(row), WorkCalendar::office_hours());
        case.deadlines(&terms, &calendar).close_by_ms.or_else(|| {
            let limit_ms = i64::from(terms.close_within_min?) * 60_000;
            calendar.after_working(case.reported_ms.or_else(|| row.int(8)).unwrap_or(row.made_ms), limit_ms)
        })
    }

    /// An incident as the list shows it.
    ///
    /// # Errors
    /// Those of the storage.
    pub fn line(&self, row: &RecordRow) -> Answer<IncidentRow> {
        let case = self.county.incident_case(row.id)?.unwrap_or_default();
        let photos = self.county.by_parent(RecordKind::PhotoEvidence, row.id)?.len() as u64;
        let title =
            self.categories.get(row.text(1)).map_or_else(|| row.text(1).to_owned(), |c| c.name.clone());
        Ok(IncidentRow {
            id: row.id.to_string(),
            number: number(row),
            category: row.text(1).to_owned(),
            title,
            area: row.area.to_string(),
            grid: self.labels.area(row.area),
            place_name: row.text(3).to_owned(),
            text: row.text(2).to_owned(),
            state: state_word(case.state, row.int(13) == Some(1)),
            worker: self.labels.worker(row.reference(9).or(row.owner))?,
            reported_ms: row.int(8).unwrap_or(row.made_ms),
            received_ms: row.made_ms,
            due_ms: self.due_ms(row, &case),
            department: case.department,
            photos,
        })
    }

    /// One incident whole.
    ///
    /// # Errors
    /// Those of the storage.
    pub fn whole(&self, row: &RecordRow, seat: &Seat) -> Answer<Incident> {
        let line = self.line(row)?;
        let case = self.county.incident_case(row.id)?.unwrap_or_default();
        let open = case.open_to(&actor(seat));
        Ok(Incident {
            photos: super::photos::of(self.county, row.id)?,
            revision: revision(self.county, row)?,
            lat_e7: row.int(4),
            lon_e7: row.int(5),
            accuracy_dm: row.int(6),
            no_fix_reason: Some(row.text(7)).filter(|reason| !reason.is_empty()).map(str::to_owned),
            patrol: row.reference(10).map(|patrol| patrol.to_string()),
            steps: self.steps(row, &line)?,
            may: OFFERED.into_iter().filter(|verb| open.contains(verb)).map(StepVerb::word).collect(),
            id: line.id,
            number: line.number,
            category: line.category,
            title: line.title,
            area: line.area,
            grid: line.grid,
            place_name: line.place_name,
            text: line.text,
            state: line.state,
            worker: line.worker,
            reported_ms: line.reported_ms,
            received_ms: line.received_ms,
            due_ms: line.due_ms,
            department: line.department,
        })
    }

    fn steps(&self, row: &RecordRow, line: &IncidentRow) -> Answer<Vec<StepRow>> {
        let mut steps = Vec::new();
        for (device, step) in self.county.incident_steps(row.id)? {
            let Some(verb) = step.int(2).and_then(StepVerb::from_code) else { continue };
            // A phone says who wrote by its signature, not by its words; the desk's own steps carry the account's name.
            let by = match step.owner {
                _ if device != DeviceNo::COUNTY => self.labels.device(device)?,
                _ if step.text(4).is_empty() => self.labels.device(DeviceNo::COUNTY)?,
                _ => step.text(4).to_owned(),
            };
            steps.push(StepRow {
                verb: verb.word(),
                by,
                at_ms: step.int(3).unwrap_or(step.made_ms),
                received_ms: step.made_ms,
                text: step.text(5).to_owned(),
                department: Some(step.text(7)).filter(|name| !name.is_empty()).map(str::to_owned),
            });
        }
        // The record itself is the report; a phone need not write the step as well.
        if !steps.iter().any(|step| step.verb == StepVerb::Report.word()) {
            let report = StepRow {
                verb: StepVerb::Report.word(),
                by: line.worker.clone(),
                at_ms: line.reported_ms,
                received_ms: line.received_ms,
                text: line.text.clone(),
                department: None,
            };
            steps.insert(0, report);
        }
        Ok(steps)
    }
}

/// Rises with every change of the incident and its steps: the place in the feed of the newest.
///
/// # Errors
/// Those of the storage.
pub fn revision(county: &County, row: &RecordRow) -> Answer<u64> {
    let steps = county.by_parent(RecordKind::IncidentStep, row.id)?;
    Ok(steps.iter().map(|step| step.seq).chain([row.seq]).max().unwrap_or(row.seq))
}

/// What people call an incident: its own number, else four characters of its id.
fn number(row: &RecordRow) -> String {
    match row.text(12) {
        "" => row
            .id
            .0
            .simple()
            .to_string()
            .chars()
            .rev()
            .take(4)
            .collect::<Vec<_>>()
            .iter()
            .rev()
            .collect::<String>()
            .to_uppercase(),
        number => number.to_owned(),
    }
}

fn wanted(filter: &str, state: IncidentState) -> bool {
    match filter {
        "new" => state == IncidentState::Reported,
        "verifying" => matches!(state, IncidentState::Handling | IncidentState::Verified),
        "closed" => state.is_end(),
        "all" => true,
        _ => !state.is_end(),
    }
}

/// `GET incidents`.
///
/// # Errors
/// `bad_request`, `not_found`.
pub fn list(call: &Call, county: &County, seat: &Seat) -> Answer<Rows<IncidentRow>> {
    let areas = call.areas(county, seat)?;
    let (filter, category) = (call.word("filter").unwrap_or("open"), call.word("category"));
    let keep = |row: &RecordRow| {
        wanted(filter, incident_state(row)) && category.is_none_or(|category| row.text(1) == category)
    };
    let shown = Shown::new(county, seat)?;
    let page = call.page()?;
    // What is over needs no limit to be sorted by, and there is much more of it.
    if matches!(filter, "closed" | "all") {
        let listed = county.records(RecordKind::Incident, &areas, Sort::Falling, page, keep)?;
        let rows = listed.rows.iter().map(|row| shown.line(row)).collect::<Answer<Vec<_>>>()?;
        return Ok(Rows { rows, total: listed.total });
    }
    let listed = county.records(RecordKind::Incident, &areas, Sort::Falling, Page::ALL, keep)?;
    let mut rows = listed.rows.iter().map(|row| shown.line(row)).collect::<Answer<Vec<_>>>()?;
    rows.sort_by_key(|row| (row.due_ms.unwrap_or(i64::MAX), -row.reported_ms));
    Ok(piece(rows, page))
}

/// `GET incidents/{id}`.
///
/// # Errors
/// `not_found`.
pub fn one(call: &Call, county: &County, seat: &Seat) -> Answer<Incident> {
    let row = seat.record(county, RecordKind::Incident, call.id()?)?;
    Shown::new(county, seat)?.whole(&row, seat)
}

/// How many incidents wait to be accepted, and how many are open.
///
/// # Errors
/// Those of the storage.
pub fn counts(county: &County, areas: &[RecordId]) -> Answer<(u64, u64)> {
    let mut new = 0;
    let open =
        county.records(RecordKind::Incident, areas, Sort::Falling, Page { offset: 0, limit: 0 }, |row| {
            let state = incident_state(row);
            new += u64::from(state == IncidentState::Reported);
            !state.is_end()
        })?;
    Ok((new, open.total))
}
