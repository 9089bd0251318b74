//! Local days. The whole country keeps one time, UTC+8 without summer time, so a phone set to another zone (or to none)
//! still says the day that the county means.

use chrono::{DateTime, NaiveDate, NaiveDateTime};

/// Milliseconds ahead of UTC.
pub const OFFSET_MS: i64 = 8 * 3_600_000;
const DAY_MS: i64 = 86_400_000;

/// Local date and time of an instant; the first day of 1970 for one beyond the calendar.
pub fn time_of(ms: i64) -> NaiveDateTime {
    DateTime::from_timestamp_millis(ms.saturating_add(OFFSET_MS)).unwrap_or_default().naive_utc()
}

/// Local day of an instant.
pub fn day_of(ms: i64) -> NaiveDate {
    time_of(ms).date()
}

/// A day as records hold it: days since 1970-01-01.
pub fn number(day: NaiveDate) -> i64 {
    day.signed_duration_since(NaiveDate::default()).num_days()
}

/// The day behind a record's number.
pub fn date(number: i64) -> Option<NaiveDate> {
    NaiveDate::default().checked_add_signed(chrono::TimeDelta::try_days(number)?)
}

/// First instant of a local day.
pub fn start_of(day: NaiveDate) -> i64 {
    number(day) * DAY_MS - OFFSET_MS
}
