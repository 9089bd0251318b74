//! One request as the actions see it: the account, what it may see, and what was sent.

use super::problem::{Answer, Problem};
use crate::county::{AreaTree, County};
use crate::http::App;
use crate::storage::{AuditEntry, Page, RecordRow};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use utoipa::ToSchema;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;

/// Most rows of a page.
const MOST_ROWS: u32 = 50;
const DAY_MS: i64 = 86_400_000;

/// An account with a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// Name.
    pub account: String,
    /// `county` or `town`.
    pub role: String,
    /// What it sees, with all below.
    pub area: RecordId,
    /// Its CSRF token.
    pub csrf: String,
    /// SHA-256 of its cookie.
    pub token: [u8; 32],
}

/// A request.
pub struct Call {
    /// Shared state, for what is no record: codes' address and CA, limits.
    pub app: Arc<App>,
    /// Parts of the path.
    pub path: BTreeMap<String, String>,
    /// Parts of the query.
    pub query: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
    /// Where it came from.
    pub source: Option<IpAddr>,
}

/// A page of rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Rows<T> {
    /// The rows of this page.
    pub rows: Vec<T>,
    /// Rows in all.
    pub total: u64,
}

impl Call {
    /// A record's id from the path; what is no id names nothing.
    pub fn id(&self) -> Answer<RecordId> {
        self.path.get("id").and_then(|id| id.parse().ok()).ok_or_else(Problem::not_found)
    }

    /// The body.
    pub fn body<T: DeserializeOwned>(&self) -> Answer<T> {
        serde_json::from_slice(&self.body).map_err(|_| Problem::bad("body"))
    }

    /// A word of the query; empty is none.
    pub fn word(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str).filter(|word| !word.is_empty())
    }

    /// The piece asked for.
    pub fn page(&self) -> Answer<Page> {
        let number = |name: &'static str, default: u64| match self.word(name) {
            None => Ok(default),
            Some(text) => text.parse::<u64>().map_err(|_| Problem::bad(name)),
        };
        let limit = number("limit", u64::from(MOST_ROWS))?.clamp(1, u64::from(MOST_ROWS));
        Ok(Page { offset: number("offset", 0)?, limit: limit as u32 })
    }

    /// The areas asked for, cut to what the account sees.
    pub fn areas(&self, county: &County, seat: &Seat) -> Answer<Vec<RecordId>> {
        let tree = county.areas();
        match self.word("area") {
            None => Ok(tree.subtree(seat.area)),
            Some(text) => {
                let area: RecordId = text.parse().map_err(|_| Problem::not_found())?;
                seat.sees(&tree, area)?;
                Ok(tree.subtree(area))
            }
        }
    }

    /// First and last millisecond of the day asked for, as the county counts days.
    pub fn day(&self) -> Answer<Option<(i64, i64)>> {
        let Some(text) = self.word("day") else { return Ok(None) };
        let day: chrono::NaiveDate = text.parse().map_err(|_| Problem::bad("day"))?;
        let midnight = day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis();
        let from = midnight - crate::local_day::UTC_OFFSET_MIN * 60_000;
        Ok(Some((from, from + DAY_MS - 1)))
    }
}

/// A piece of rows that are all there.
pub fn piece<T>(rows: Vec<T>, page: Page) -> Rows<T> {
    let total = rows.len() as u64;
    let offset = usize::try_from(page.offset).unwrap_or(usize::MAX);
    Rows { rows: rows.into_iter().skip(offset).take(page.limit as usize).collect(), total }
}

impl Seat {
    /// Nothing, when the account sees the area.
    ///
    /// # Errors
    /// [`Problem::not_found`].
    pub fn sees(&self, tree: &AreaTree, area: RecordId) -> Answer<()> {
        if tree.within(area, self.area) { Ok(()) } else { Err(Problem::not_found()) }
    }

    /// A live record of a kind within the account's area.
    ///
    /// # Errors
    /// [`Problem::not_found`] for anything else.
    pub fn record(&self, county: &County, kind: RecordKind, id: RecordId) -> Answer<RecordRow> {
        let row = county.record(id)?.filter(|row| row.kind == kind.code() && !row.deleted && !row.erased);
        let row = row.ok_or_else(Problem::not_found)?;
        self.sees(&county.areas(), row.area)?;
        Ok(row)
    }

    /// An audit line of this account.
    pub fn audit(&self, what: &str, subject: &str, reason: &str, detail: &str) -> AuditEntry {
        AuditEntry {
            who: self.account.clone(),
            what: what.to_owned(),
            subject: subject.to_owned(),
            reason: reason.to_owned(),
            detail: detail.to_owned(),
            ok: true,
        }
    }
}
