//! What the administration of a county does to accounts, areas and workers, once for the command line and the desk: the
//! rules, one transaction for the change and its line in the audit log, and a stable code where the answer is no.
//!
//! Leaves to others: who may ask (`desk`), how a refusal is said (`cli` in words, `desk` as a status).

pub mod accounts;
pub mod areas;
pub mod workers;

use crate::county::{County, CountyError, Refused, WriteTx};
use crate::storage::{AuditEntry, StorageError};
use xunge_domain::codes::text::{is_invisible, visible};

/// Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    /// The answer is no, by a stable code.
    #[error("refused: {0}")]
    Refused(&'static str),
    /// Something below says no or broke.
    #[error(transparent)]
    County(#[from] CountyError),
}

impl From<StorageError> for NotDone {
    fn from(error: StorageError) -> Self {
        Self::County(error.into())
    }
}

/// Shorthand.
pub type Done<T> = Result<T, NotDone>;

/// Runs `work` in one transaction; a refusal undoes what it had written.
fn at_once<T>(county: &County, work: impl FnOnce(&WriteTx<'_>) -> Done<T>) -> Done<T> {
    let mut refused = None;
    let done = county.write(|tx| {
        work(tx).map_err(|not_done| match not_done {
            NotDone::County(error) => error,
            NotDone::Refused(code) => {
                refused = Some(code);
                Refused::NotFound.into()
            }
        })
    });
    match refused {
        Some(code) => Err(NotDone::Refused(code)),
        None => Ok(done?),
    }
}

/// A line of the audit log: who did what to whom, with words that go with it.
fn entry(who: &str, what: &str, subject: &str, detail: &str) -> AuditEntry {
    AuditEntry {
        who: who.to_owned(),
        what: what.to_owned(),
        subject: subject.to_owned(),
        detail: detail.to_owned(),
        ok: true,
        ..AuditEntry::default()
    }
}

/// The text as it is seen, when that is something and has no more than `longest` characters. What a spreadsheet would
/// run when the name is exported one day, and what hides or turns around what is written, is refused and not repaired:
/// nobody has such a name.
fn fitting(code: &'static str, written: &str, longest: usize) -> Done<String> {
    let seen = visible(written);
    if (1..=longest).contains(&seen.chars().count()) && is_plain(written) {
        Ok(seen)
    } else {
        Err(NotDone::Refused(code))
    }
}

/// Nothing to run at its beginning, also written full-width, and no invisible or control character within.
pub fn is_plain(written: &str) -> bool {
    let written = written.trim();
    let runs = written.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    !runs && !written.chars().any(|c| is_invisible(c) || c.is_control())
}
