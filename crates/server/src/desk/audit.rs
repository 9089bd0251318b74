//! The audit log, newest first. The county's centre reads all of it, a town its own lines.

use super::call::{Call, Rows, Seat, piece};
use super::problem::Answer;
use crate::county::County;
use crate::storage::{AuditRow, Page};
use serde::Serialize;
use utoipa::ToSchema;

/// Lines a town looks through for its own.
const LOOKED_AT: u32 = 20_000;

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct AuditLine {
    pub at_ms: i64,
    pub who: String,
    pub what: String,
    pub subject: String,
    pub reason: String,
    pub ok: bool,
}

fn line(row: AuditRow) -> AuditLine {
    let entry = row.entry;
    AuditLine {
        at_ms: row.at_ms,
        who: entry.who,
        what: entry.what,
        subject: entry.subject,
        reason: entry.reason,
        ok: entry.ok,
    }
}

/// `GET audit`.
///
/// # Errors
/// `bad_request`.
pub fn list(call: &Call, county: &County, seat: &Seat) -> Answer<Rows<AuditLine>> {
    let page = call.page()?;
    if seat.role == "county" {
        let rows = county.audit_page(page)?.into_iter().map(line).collect();
        return Ok(Rows { rows, total: county.audit_length()? });
    }
    let all = county.audit_page(Page { offset: 0, limit: LOOKED_AT })?;
    Ok(piece(all.into_iter().filter(|row| row.entry.who == seat.account).map(line).collect(), page))
}
