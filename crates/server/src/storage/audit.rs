//! Who saw and did what, as a hash chain.

use super::{Page, Result, Rows, signed, unsigned};
use rusqlite::OptionalExtension as _;
use sha2::{Digest as _, Sha256};
use xunge_domain::operation::Hash;

/// What is to be written. `subject` is an id or masked: nothing personal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditEntry {
    /// Desk account, `device:<no>`, `cli` or `county`.
    pub who: String,
    /// Code of what was done.
    pub what: String,
    /// To what.
    pub subject: String,
    /// The reason given, as a code.
    pub reason: String,
    /// Words that go with the reason.
    pub detail: String,
    /// Whether it was allowed and done.
    pub ok: bool,
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number, dense from 1.
    pub n: u64,
    /// When, UTC milliseconds.
    pub at_ms: i64,
    /// What.
    pub entry: AuditEntry,
    /// Over this line and the hash of the line before.
    pub hash: Hash,
}

fn chain(before: &Hash, n: u64, at_ms: i64, entry: &AuditEntry) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(before);
    hasher.update(n.to_be_bytes());
    hasher.update(at_ms.to_be_bytes());
    for part in [&entry.who, &entry.what, &entry.subject, &entry.reason, &entry.detail] {
        // With its length, so that no text can pass from one part into the next.
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.update([u8::from(entry.ok)]);
    hasher.finalize().into()
}

impl Rows<'_> {
    /// Adds a line.
    pub fn add_audit(&self, entry: &AuditEntry, now_ms: i64) -> Result<AuditRow> {
        let mut last =
            self.db.prepare_cached("SELECT n, hash FROM audit WHERE county = ?1 ORDER BY n DESC LIMIT 1")?;
        let before: Option<(i64, Hash)> =
            last.query_row([self.county], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let (n, before) = before.map_or((1, [0; 32]), |(n, hash)| (unsigned(n) + 1, hash));
        let hash = chain(&before, n, now_ms, entry);
        self.db
            .prepare_cached(
                "INSERT INTO audit (county, n, at_ms, who, what, subject, reason, detail, ok, hash)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute((
                self.county,
                signed(n),
                now_ms,
                &entry.who,
                &entry.what,
                &entry.subject,
                &entry.reason,
                &entry.detail,
                entry.ok,
                hash,
            ))?;
        Ok(AuditRow { n, at_ms: now_ms, entry: entry.clone(), hash })
    }

    /// Lines, newest first.
    pub fn audit(&self, page: Page) -> Result<Vec<AuditRow>> {
        let mut query = self.db.prepare_cached(
            "SELECT n, at_ms, who, what, subject, reason, detail, ok, hash
               FROM audit
              WHERE county = ?1
              ORDER BY n DESC
              LIMIT ?2 OFFSET ?3",
        )?;
        let rows = query.query_map((self.county, page.limit, signed(page.offset)), |row| {
            Ok(AuditRow {
                n: unsigned(row.get(0)?),
                at_ms: row.get(1)?,
                entry: AuditEntry {
                    who: row.get(2)?,
                    what: row.get(3)?,
                    subject: row.get(4)?,
                    reason: row.get(5)?,
                    detail: row.get(6)?,
                    ok: row.get(7)?,
                },
                hash: row.get(8)?,
            })
        })?;
        Ok(rows.collect::<std::result::Result<_, _>>()?)
    }

    /// How many lines there are.
    pub fn audit_length(&self) -> Result<u64> {
        let count: Option<i64> =
            self.db
                .query_row("SELECT max(n) FROM audit WHERE county = ?1", [self.county], |row| row.get(0))?;
        Ok(count.map_or(0, unsigned))
    }

    /// How often `who` did `what` since a moment, refusals not counted.
    pub fn audit_count(&self, who: &str, what: &str, since_ms: i64) -> Result<u64> {
        let mut query = self.db.prepare_cached(
            "SELECT count(*) FROM audit WHERE county = ?1 AND who = ?2 AND what = ?3 AND at_ms >= ?4 AND ok = 1",
        )?;
        let count: i64 = query.query_row((self.county, who, what, since_ms), |row| row.get(0))?;
        Ok(unsigned(count))
    }

    /// The first line whose hash does not follow from the line before it; absent when the chain holds.
    pub fn audit_break(&self) -> Result<Option<u64>> {
        let mut before: Hash = [0; 32];
        let length = self.audit_length()?;
        let mut expected = 1;
        for from in (0..length).step_by(1000) {
            let offset = length.saturating_sub(from + 1000);
            let limit = (length - from).min(1000) as u32;
            for row in self.audit(Page { offset, limit })?.into_iter().rev() {
                if row.n != expected || row.hash != chain(&before, row.n, row.at_ms, &row.entry) {
                    return Ok(Some(expected));
                }
                before = row.hash;
                expected += 1;
            }
        }
        Ok(None)
    }
}
