//! When a care duty asks for contact: once in each calendar month, quarter or year. Pure.
//!
//! A duty on task asks for nothing by itself. Whether a visit counted is decided in `care`.

use chrono::{Datelike, Days, Months, NaiveDate};
use xunge_domain::records::words::Cadence;

/// A stretch of days, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) first: NaiveDate,
    pub(super) last: NaiveDate,
}

/// The period of the cadence that a day lies in; none for a duty on task.
pub(super) fn period_of(cadence: Cadence, day: NaiveDate) -> Option<Period> {
    let months: u32 = match cadence {
        Cadence::Monthly => 1,
        Cadence::Quarterly => 3,
        Cadence::Yearly => 12,
        Cadence::OnTask => return None,
    };
    let first = day.with_day(1)?.with_month(day.month0() / months * months + 1)?;
    Some(Period { first, last: last_day(first, months)? })
}

impl Period {
    /// The last day of the period after this one.
    pub(super) fn next_last(self, cadence: Cadence) -> NaiveDate {
        self.last
            .checked_add_days(Days::new(1))
            .and_then(|first| period_of(cadence, first))
            .map_or(self.last, |next| next.last)
    }
}

fn last_day(first: NaiveDate, months: u32) -> Option<NaiveDate> {
    first.checked_add_months(Months::new(months))?.pred_opt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn period(cadence: Cadence, text: &str) -> (String, String) {
        let period = period_of(cadence, day(text)).unwrap();
        (period.first.to_string(), period.last.to_string())
    }

    #[test]
    fn each_cadence_has_its_calendar_period() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(period(Cadence::Monthly, "2028-02-29"), pair("2028-02-01", "2028-02-29"));
        assert_eq!(period(Cadence::Quarterly, "2026-11-22"), pair("2026-10-01", "2026-12-31"));
        assert_eq!(period(Cadence::Quarterly, "2026-03-31"), pair("2026-01-01", "2026-03-31"));
        assert_eq!(period(Cadence::Yearly, "2026-11-22"), pair("2026-01-01", "2026-12-31"));
        assert_eq!(period_of(Cadence::OnTask, day("2026-11-22")), None);
    }

    #[test]
    fn after_contact_the_next_period_is_asked_for() {
        let november = period_of(Cadence::Monthly, day("2026-11-22")).unwrap();
        assert_eq!(november.next_last(Cadence::Monthly), day("2026-12-31"));
        let quarter = period_of(Cadence::Quarterly, day("2026-11-22")).unwrap();
        assert_eq!(quarter.next_last(Cadence::Quarterly), day("2027-03-31"));
    }

    proptest! {
        #[test]
        fn a_day_lies_in_its_period_and_periods_follow_each_other(days in -30_000_i64..60_000) {
            let today = crate::local::date(days).unwrap();
            for cadence in [Cadence::Monthly, Cadence::Quarterly, Cadence::Yearly] {
                let period = period_of(cadence, today).unwrap();
                prop_assert!(period.first <= today && today <= period.last);
                let after = period_of(cadence, period.last.succ_opt().unwrap()).unwrap();
                prop_assert_eq!(after.first, period.last.succ_opt().unwrap());
                prop_assert_eq!(period.next_last(cadence), after.last);
            }
        }
    }
}
