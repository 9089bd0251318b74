//! The county's day. The whole country keeps one time, UTC+8 without summer time.

use chrono::{DateTime, NaiveDate};

/// Minutes ahead of UTC.
pub const UTC_OFFSET_MIN: i64 = 480;

/// The local day of an instant, UTC milliseconds; the first day of 1970 for one beyond the calendar.
pub fn day_of(ms: i64) -> NaiveDate {
    DateTime::from_timestamp_millis(ms.saturating_add(UTC_OFFSET_MIN * 60_000))
        .unwrap_or_default()
        .date_naive()
}
