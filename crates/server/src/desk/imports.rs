//! A ledger at the desk: read first, with everything there is to say about its rows; written only when asked to, in the
//! background, with its progress to look at.

use super::call::{Call, Rows, Seat, piece};
use super::problem::{Answer, Problem};
use super::session::Named;
use crate::county::County;
use crate::import::held::{Held, NotBegun, Stage};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;
use xunge_domain::codes::text::visible;
use xunge_domain::ids::RecordId;
use xunge_ledger::{LedgerError, Severity};

/// Longest name of a file kept to be shown, in characters.
const LONGEST_NAME: usize = 120;

/// A ledger that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct Import {
    pub id: String,
    pub file: String,
    pub area: Named,
    pub stage: &'static str,
    pub done: u64,
    pub of: u64,
    pub households: u64,
    pub people: u64,
    pub unplaced_people: u64,
    pub warnings: u64,
    pub refused: u64,
    pub skipped: u64,
    pub notes: u64,
    pub codes: Vec<CodeCount>,
    pub written: Option<Written>,
}

/// How often a code stands in the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct CodeCount {
    pub code: &'static str,
    pub severity: &'static str,
    pub what: String,
    pub rows: u64,
}

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct Written {
    pub buildings: u64,
    pub dwellings: u64,
    pub households: u64,
    pub households_known: u64,
    pub people: u64,
    pub people_known: u64,
    pub people_elsewhere: u64,
}

/// A line of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct ImportRow {
    pub sheet: String,
    pub row: u32,
    pub column: String,
    pub severity: &'static str,
    pub code: &'static str,
    pub what: String,
    pub suggestion: String,
}

const fn weight(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Skipped => "skipped",
        Severity::Warning => "warning",
        Severity::Refused => "refused",
    }
}

/// The standing words of a finding, without what was found in this one row.
fn standing(what: &str) -> String {
    what.split('（').next().unwrap_or(what).to_owned()
}

fn shown(county: &County, held: &Held) -> Import {
    let mut codes: BTreeMap<&'static str, CodeCount> = BTreeMap::new();
    for finding in &held.findings {
        let code = codes.entry(finding.code).or_insert_with(|| CodeCount {
            code: finding.code,
            severity: weight(finding.severity),
            what: standing(&finding.what),
            rows: 0,
        });
        code.rows += 1;
    }
    let mut codes: Vec<CodeCount> = codes.into_values().collect();
    let rank =
        |severity| ["refused", "warning", "skipped", "note"].iter().position(|known| *known == severity);
    codes.sort_by_key(|code| (rank(code.severity), std::cmp::Reverse(code.rows)));
    let (stage, written) = match held.stage() {
        Stage::Read => ("read", None),
        Stage::Running => ("running", None),
        Stage::BrokenOff => ("broken_off", None),
        Stage::Done(counts) => ("done", Some(counts)),
    };
    let name = county.areas().get(held.area).map(|node| node.name.clone()).unwrap_or_default();
    let summary = &held.summary;
    Import {
        id: held.id.to_string(),
        file: held.file.clone(),
        area: Named { id: held.area.to_string(), name },
        stage,
        done: held.done(),
        of: summary.people as u64,
        households: summary.households as u64,
        people: summary.people as u64,
        unplaced_people: summary.unplaced_people as u64,
        warnings: summary.warnings as u64,
        refused: summary.refused as u64,
        skipped: summary.skipped as u64,
        notes: summary.notes as u64,
        codes,
        written: written.map(|counts| Written {
            buildings: counts.buildings,
            dwellings: counts.dwellings,
            households: counts.households,
            households_known: counts.households_known,
            people: counts.people,
            people_known: counts.people_known,
            people_elsewhere: counts.people_elsewhere,
        }),
    }
}

const fn unreadable(error: LedgerError) -> &'static str {
    match error {
        LedgerError::Empty => "ledger_empty",
        LedgerError::NotALedger => "ledger_not_a_ledger",
        LedgerError::OldFormat => "ledger_old_format",
        LedgerError::Encrypted => "ledger_encrypted",
        LedgerError::TooLarge => "ledger_too_large",
        LedgerError::Damaged => "ledger_damaged",
        LedgerError::NoHeader => "ledger_no_header",
        LedgerError::Misread(_) => "ledger_misread",
    }
}

/// `POST imports?area=&name=`, the file as the body: reads it and writes nothing.
///
/// # Errors
/// `not_found`, `ledger_…`, `area_too_wide`, `import_running`.
pub fn read(call: &Call, county: &County, seat: &Seat) -> Answer<Import> {
    let area: RecordId =
        call.word("area").and_then(|area| area.parse().ok()).ok_or_else(Problem::not_found)?;
    let tree = county.areas();
    seat.sees(&tree, area)?;
    let code = tree.get(area).map(|node| node.code.clone()).ok_or_else(Problem::not_found)?;
    if let Some(grids) = crate::import::too_wide(&tree, area) {
        return Err(Problem::new(422, "area_too_wide").with("grids", grids));
    }
    let name: String = visible(call.word("name").unwrap_or_default()).chars().take(LONGEST_NAME).collect();
    let now_ms = county.now_ms();
    let today = crate::local_day::day_of(now_ms);
    let reading =
        xunge_ledger::read(&name, &call.body, today).map_err(|error| Problem::new(422, unreadable(error)))?;
    let held = call.app.imports.keep(county.new_id().0, &seat.account, area, &name, reading, now_ms);
    let held = held.ok_or_else(|| Problem::new(409, "import_running"))?;
    county.audit(&seat.audit("import_read", &code, "", ""))?;
    Ok(shown(county, &held))
}

fn mine(call: &Call, county: &County, seat: &Seat) -> Answer<std::sync::Arc<Held>> {
    let id = id(call)?;
    let held = call.app.imports.of(&seat.account, county.now_ms());
    let held = held.into_iter().find(|held| held.id == id).ok_or_else(Problem::not_found)?;
    // The account may have been moved meanwhile.
    seat.sees(&county.areas(), held.area)?;
    Ok(held)
}

fn id(call: &Call) -> Answer<Uuid> {
    Ok(call.id()?.0)
}

/// `GET imports`: what the account had read, the one or none.
///
/// # Errors
/// `bad_request`.
pub fn list(call: &Call, county: &County, seat: &Seat) -> Answer<Rows<Import>> {
    let held = call.app.imports.of(&seat.account, county.now_ms());
    Ok(piece(held.iter().map(|held| shown(county, held)).collect(), call.page()?))
}

/// `GET imports/{id}`.
///
/// # Errors
/// `not_found`.
pub fn one(call: &Call, county: &County, seat: &Seat) -> Answer<Import> {
    Ok(shown(county, &*mine(call, county, seat)?))
}

/// `GET imports/{id}/rows?code=`.
///
/// # Errors
/// `not_found`, `bad_request`.
pub fn rows(call: &Call, county: &County, seat: &Seat) -> Answer<Rows<ImportRow>> {
    let held = mine(call, county, seat)?;
    let wanted = call.word("code");
    let told = held.findings.iter().filter(|finding| wanted.is_none_or(|code| finding.code == code));
    let rows = told.map(|finding| ImportRow {
        sheet: finding.source.sheet.clone(),
        row: finding.source.row,
        column: finding.column.clone(),
        severity: weight(finding.severity),
        code: finding.code,
        what: finding.what.clone(),
        suggestion: finding.suggestion.clone(),
    });
    Ok(piece(rows.collect(), call.page()?))
}

/// `POST imports/{id}/run`: begins to write, or goes on after it broke off. The answer does not wait for the end.
///
/// # Errors
/// `not_found`, `import_running`, `import_over`.
pub fn run(call: &Call, county: &County, seat: &Seat) -> Answer<Import> {
    mine(call, county, seat)?;
    let held = call.app.imports.begin(id(call)?, &seat.account, county.now_ms());
    let held = held.map_err(|why| match why {
        NotBegun::NotFound => Problem::not_found(),
        NotBegun::Running => Problem::new(409, "import_running"),
        NotBegun::Over => Problem::new(409, "import_over"),
    })?;
    let (county_too, work) = (call.app.county.clone(), held.clone());
    call.app.executor.run(Box::new(move || work.work(&county_too)));
    Ok(shown(county, &held))
}
