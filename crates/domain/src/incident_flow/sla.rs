//! By when (时限): working time from the report to the acceptance, and from the acceptance to the end.
//!
//! The clock stands while an incident is suspended or lies with the one who reported it; an extension adds to
//! it. Everything is computed from the case and the calendar, so a corrected holiday corrects every deadline.

use serde::{Deserialize, Serialize};

use super::{IncidentCase, WorkCalendar};

const MINUTE_MS: i64 = 60_000;

/// The limits of a category, as its county registered them. Working minutes; absent is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaTerms {
    /// From report to acceptance.
    pub accept_within_min: Option<u32>,
    /// From acceptance to the end.
    pub close_within_min: Option<u32>,
    /// Amber from this long before the end on.
    pub warn_before_min: u32,
}

/// Moments in ms since 1970 UTC; absent without a limit, before the clock starts and while it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadlines {
    /// Accepted by then.
    pub accept_by_ms: Option<i64>,
    /// At its end by then.
    pub close_by_ms: Option<i64>,
}

/// How an incident stands against its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "sla", rename_all = "snake_case")]
pub enum SlaState {
    /// There is no limit now.
    NoLimit,
    /// The clock stands; that much working time is left once it runs again, negative when it was over before.
    Stands {
        /// Working minutes left.
        left_min: i64,
    },
    /// In time.
    InTime {
        /// Working minutes left.
        left_min: i64,
    },
    /// In time, not for long.
    DueSoon {
        /// Working minutes left.
        left_min: i64,
    },
    /// Over.
    Overdue {
        /// Working minutes over.
        by_min: i64,
    },
    /// At its end, in time.
    Met,
    /// At its end, late.
    Missed {
        /// Working minutes late.
        by_min: i64,
    },
}

impl IncidentCase {
    /// By when what must happen next. Extensions only ever move `close_by_ms` later.
    pub fn deadlines(&self, terms: &SlaTerms, calendar: &WorkCalendar) -> Deadlines {
        let running = |start: Option<i64>, limit_ms: Option<i64>| {
            if self.stands_since_ms.is_some() {
                return None;
            }
            self.deadline(start?, limit_ms?, calendar)
        };
        let waits = self.accepted_ms.is_none();
        let accept_ms = terms.accept_within_min.filter(|_| waits).map(|min| i64::from(min) * MINUTE_MS);
        Deadlines {
            accept_by_ms: running(self.reported_ms, accept_ms),
            close_by_ms: running(self.accepted_ms, self.close_limit_ms(terms)),
        }
    }

    /// How it stands at a moment: against the time to the end once accepted, before that to the acceptance.
    pub fn sla(&self, terms: &SlaTerms, calendar: &WorkCalendar, now_ms: i64) -> SlaState {
        let accept_ms = terms.accept_within_min.map(|min| i64::from(min) * MINUTE_MS);
        let (start, limit_ms) = match self.accepted_ms {
            Some(accepted) => (Some(accepted), self.close_limit_ms(terms)),
            None => (self.reported_ms, accept_ms),
        };
        let Some((start, limit_ms)) = start.zip(limit_ms) else { return SlaState::NoLimit };
        let until = self.ended_ms.or(self.stands_since_ms).unwrap_or(now_ms);
        let left_ms = limit_ms - self.used_ms(start, until, calendar);
        let left_min = left_ms.div_euclid(MINUTE_MS);
        // Rounded away from zero: one second late is late.
        let by_min = -left_min;
        match (self.ended_ms, self.stands_since_ms) {
            (Some(_), _) if left_ms >= 0 => SlaState::Met,
            (Some(_), _) => SlaState::Missed { by_min },
            (None, Some(_)) => SlaState::Stands { left_min },
            _ if left_ms < 0 => SlaState::Overdue { by_min },
            _ if left_ms <= i64::from(terms.warn_before_min) * MINUTE_MS => SlaState::DueSoon { left_min },
            _ => SlaState::InTime { left_min },
        }
    }

    fn close_limit_ms(&self, terms: &SlaTerms) -> Option<i64> {
        let minutes = i64::from(terms.close_within_min?) + i64::from(self.extended_min);
        Some(minutes * MINUTE_MS)
    }

    /// Working time from `start` to `until` in which the clock ran.
    fn used_ms(&self, start: i64, until: i64, calendar: &WorkCalendar) -> i64 {
        let stood = self
            .stood
            .iter()
            .map(|span| calendar.working_ms(span.from_ms.max(start), span.to_ms.min(until).max(start)));
        calendar.working_ms(start, until) - stood.sum::<i64>()
    }

    /// The moment when the limit is used up, skipping the stretches in which the clock stood.
    fn deadline(&self, start: i64, limit_ms: i64, calendar: &WorkCalendar) -> Option<i64> {
        let (mut from, mut left) = (start, limit_ms);
        for span in self.stood.iter().filter(|span| span.to_ms > start) {
            let until = span.from_ms.max(start);
            let ran = calendar.working_ms(from, until);
            if ran >= left {
                break;
            }
            left -= ran;
            from = span.to_ms;
        }
        calendar.after_working(from, left)
    }
}
