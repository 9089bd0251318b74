//! Working time: which minutes of which days a county works.
//!
//! A limit of "four working hours" runs over the hours of the county, not over the night; and a holiday is a
//! list the State Council publishes each year together with the weekends that are worked for it (调休), so days
//! are named one by one. No national constant stands here.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, TimeDelta};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The furthest a deadline is looked for, in days: beyond it a calendar has no working time worth the name.
const HORIZON_DAYS: usize = 3_700;

/// A stretch of a local day in minutes after midnight; the last minute is not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// First minute.
    pub from_min: u16,
    /// The minute work ends, at most 1440.
    pub to_min: u16,
}

/// The working hours of one day, in order; none is a day off.
pub type DayPlan = Vec<Hours>;

/// A county's working time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WireCalendar")]
pub struct WorkCalendar {
    utc_offset_min: i16,
    week: [DayPlan; 7],
    days: BTreeMap<NaiveDate, DayPlan>,
}

#[derive(Deserialize)]
struct WireCalendar {
    utc_offset_min: i16,
    week: [DayPlan; 7],
    days: BTreeMap<NaiveDate, DayPlan>,
}

impl TryFrom<WireCalendar> for WorkCalendar {
    type Error = CalendarError;

    fn try_from(wire: WireCalendar) -> Result<Self, CalendarError> {
        Self::new(wire.utc_offset_min, wire.week, wire.days)
    }
}

/// Why hours are no calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CalendarError {
    /// Hours that end before they begin, after midnight, or overlap.
    #[error("working hours must end after they begin, by midnight, and follow each other")]
    Hours,
    /// An ordinary week without any working time.
    #[error("a week without working hours has no deadlines")]
    NoWork,
    /// An offset of more than fourteen hours.
    #[error("no place is more than 14 hours from UTC")]
    Offset,
}

impl CalendarError {
    /// The stable word a screen branches on.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Hours => "working_hours",
            Self::NoWork => "no_working_hours",
            Self::Offset => "utc_offset",
        }
    }
}

impl WorkCalendar {
    /// A calendar: the ordinary week from Monday, and days that differ from it.
    ///
    /// # Errors
    /// See [`CalendarError`].
    pub fn new(
        utc_offset_min: i16,
        week: [DayPlan; 7],
        days: BTreeMap<NaiveDate, DayPlan>,
    ) -> Result<Self, CalendarError> {
        if utc_offset_min.abs() > 14 * 60 {
            return Err(CalendarError::Offset);
        }
        let sane = |plan: &DayPlan| {
            plan.iter().all(|hours| hours.from_min < hours.to_min && hours.to_min <= 24 * 60)
                && plan.windows(2).all(|pair| pair[0].to_min <= pair[1].from_min)
        };
        if !week.iter().chain(days.values()).all(sane) {
            return Err(CalendarError::Hours);
        }
        if week.iter().all(Vec::is_empty) {
            return Err(CalendarError::NoWork);
        }
        Ok(Self { utc_offset_min, week, days })
    }

    /// Monday to Friday, 8:30–12:00 and 14:30–18:00 in China's time zone, until the county sets its own.
    pub fn office_hours() -> Self {
        let day = vec![Hours { from_min: 510, to_min: 720 }, Hours { from_min: 870, to_min: 1_080 }];
        let week = std::array::from_fn(|weekday| if weekday < 5 { day.clone() } else { Vec::new() });
        Self { utc_offset_min: 480, week, days: BTreeMap::new() }
    }

    /// Every minute counts: for what cannot wait for Monday.
    pub fn round_the_clock() -> Self {
        let week = std::array::from_fn(|_| vec![Hours { from_min: 0, to_min: 1_440 }]);
        Self { utc_offset_min: 480, week, days: BTreeMap::new() }
    }

    /// Working milliseconds between two moments; 0 when the second is not later.
    pub fn working_ms(&self, from_ms: i64, to_ms: i64) -> i64 {
        self.stretches(from_ms)
            .take_while(|&(begins, _)| begins < to_ms)
            .map(|(begins, ends)| ends.min(to_ms) - begins)
            .sum()
    }

    /// The moment when that much working time has passed since `from_ms`. Nothing if that is not within ten
    /// years. No time at all gives `from_ms` itself.
    pub fn after_working(&self, from_ms: i64, working_ms: i64) -> Option<i64> {
        let mut left = working_ms;
        if left <= 0 {
            return Some(from_ms);
        }
        for (begins, ends) in self.stretches(from_ms) {
            if left <= ends - begins {
                return Some(begins + left);
            }
            left -= ends - begins;
        }
        None
    }

    /// Working stretches from `from_ms` on, cut at it, for as far as the horizon.
    fn stretches(&self, from_ms: i64) -> impl Iterator<Item = (i64, i64)> {
        let zone = FixedOffset::east_opt(i32::from(self.utc_offset_min) * 60);
        let local = DateTime::from_timestamp_millis(from_ms).zip(zone);
        let first = local.map(|(moment, zone)| moment.with_timezone(&zone).date_naive());
        first
            .into_iter()
            .flat_map(|day| day.iter_days().take(HORIZON_DAYS))
            .flat_map(move |day| self.plan(day).iter().filter_map(move |hours| self.moments(day, *hours)))
            .filter(move |&(_, ends)| ends > from_ms)
            .map(move |(begins, ends)| (begins.max(from_ms), ends))
    }

    fn plan(&self, day: NaiveDate) -> &DayPlan {
        let weekday = day.weekday().num_days_from_monday() as usize;
        self.days.get(&day).unwrap_or(&self.week[weekday])
    }

    fn moments(&self, day: NaiveDate, hours: Hours) -> Option<(i64, i64)> {
        let midnight = day.and_time(NaiveTime::MIN) - TimeDelta::minutes(i64::from(self.utc_offset_min));
        let at = |minute: u16| midnight.and_utc().timestamp_millis() + i64::from(minute) * 60_000;
        Some((at(hours.from_min), at(hours.to_min)))
    }
}
