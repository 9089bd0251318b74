//! The county's day. The whole country keeps one time, UTC+8 without summer time.

use chrono::{DateTime, NaiveDate, NaiveDateTime};

/// Minutes ahead of UTC.
pub const UTC_OFFSET_MIN: i64 = 480;

/// Local date and time of an instant, UTC milliseconds; the first day of 1970 for one beyond the calendar.
pub fn time_of(ms: i64) -> NaiveDateTime {
    DateTime::from_timestamp_millis(ms.saturating_add(UTC_OFFSET_MIN * 60_000))
        .unwrap_or_default()
        .naive_utc()
}

/// The local day of an instant.
pub fn day_of(ms: i64) -> NaiveDate {
    time_of(ms).date()
}
