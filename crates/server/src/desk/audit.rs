//! The audit log, newest first. The county's centre reads all of it, a town its own lines.

use super::call::{Call, Rows, Seat, piece};
use super::labels::Labels;
use super::problem::Answer;
use crate::county::County;
use crate::storage::{AuditRow, Page};
use serde::Serialize;
use utoipa::ToSchema;
use xunge_domain::ids::DeviceNo;

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
    /// For what was opened on a phone: when, by the phone's clock.
    pub phone_time: Option<String>,
    pub ok: bool,
}

/// Phones are named by whose they are; everybody else by their account.
fn line(county: &County, labels: &Labels<'_>, row: AuditRow) -> Answer<AuditLine> {
    let entry = row.entry;
    let device = entry.who.strip_prefix("device:").and_then(|no| no.parse().ok()).map(DeviceNo);
    let who = match device {
        Some(no) if county.device_no(no)?.is_some() => format!("{} · {}", labels.device(no)?, no.0),
        _ => entry.who,
    };
    Ok(AuditLine {
        at_ms: row.at_ms,
        phone_time: Some(entry.detail).filter(|_| entry.what == "phone_opened"),
        who,
        what: entry.what,
        subject: entry.subject,
        reason: entry.reason,
        ok: entry.ok,
    })
}

/// `GET audit`.
///
/// # Errors
/// `bad_request`.
pub fn list(call: &Call, county: &County, seat: &Seat) -> Answer<Rows<AuditLine>> {
    let (page, labels) = (call.page()?, Labels::new(county));
    if seat.role == "county" {
        let rows = county.audit_page(page)?.into_iter();
        let rows = rows.map(|row| line(county, &labels, row)).collect::<Answer<_>>()?;
        return Ok(Rows { rows, total: county.audit_length()? });
    }
    let all = county.audit_page(Page { offset: 0, limit: LOOKED_AT })?;
    let own = all.into_iter().filter(|row| row.entry.who == seat.account);
    Ok(piece(own.map(|row| line(county, &labels, row)).collect::<Answer<_>>()?, page))
}
