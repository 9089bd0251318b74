//! The audit log, newest first. The county's centre reads all of it; a town what it did itself and what was done on the
//! phones of those who work for it.

use super::call::{Call, Rows, Seat, piece};
use super::labels::Labels;
use super::problem::Answer;
use crate::county::County;
use crate::storage::{AuditRow, Page};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;
use xunge_domain::ids::{DeviceNo, RecordId};

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
    /// For an erasure by law: the words that went with it, the number of its file.
    pub file: Option<String>,
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
    let (phone_time, file) = match entry.what.as_str() {
        "phone_opened" => (Some(entry.detail), None),
        "erase" => (None, Some(entry.detail)),
        _ => (None, None),
    };
    Ok(AuditLine {
        at_ms: row.at_ms,
        phone_time,
        file,
        who,
        what: entry.what,
        subject: entry.subject,
        reason: entry.reason,
        ok: entry.ok,
    })
}

/// The phones of those whose place of work lies within the account's area, as lines of the log name them. Somebody granted
/// one of its grids from elsewhere is their own town's to look after.
fn phones_of(county: &County, seat: &Seat) -> Answer<BTreeSet<String>> {
    let tree = county.areas();
    let workers: BTreeSet<RecordId> = county
        .workers()?
        .into_iter()
        .filter(|view| tree.within(view.row.area, seat.area))
        .map(|view| view.row.id)
        .collect();
    let devices = county.devices()?.into_iter().filter(|device| workers.contains(&device.worker));
    Ok(devices.map(|device| format!("device:{}", device.no.0)).collect())
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
    let phones = phones_of(county, seat)?;
    let own = all.into_iter().filter(|row| row.entry.who == seat.account || phones.contains(&row.entry.who));
    Ok(piece(own.map(|row| line(county, &labels, row)).collect::<Answer<_>>()?, page))
}
