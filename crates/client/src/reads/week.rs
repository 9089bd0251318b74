//! The week so far, in numbers, for a summary the worker edits. Counts only: no name, door or text is in it.

use crate::error::{Result, rule_with};
use crate::local;
use crate::open::Open;
use crate::views::home::{Week, WeekArgs};
use chrono::{Datelike, Days, NaiveDate};

impl Open {
    /// What this worker did in the week that `day` lies in, Monday to Sunday; the present week without one.
    ///
    /// # Errors
    /// `invalid_field`, and those of the store.
    pub fn week(&self, args: &WeekArgs) -> Result<Week> {
        let bad = || rule_with("invalid_field", "field", "day");
        self.look(|look| {
            let day: NaiveDate = match &args.day {
                Some(text) => text.parse().map_err(|_| bad())?,
                None => look.today,
            };
            let first = day
                .checked_sub_days(Days::new(day.weekday().num_days_from_monday().into()))
                .ok_or_else(bad)?;
            let next = first.checked_add_days(Days::new(7)).ok_or_else(bad)?;
            let at = local::start_of(first)..local::start_of(next);
            let done = look.reader.done(look.me.worker, at, local::number(first)..local::number(next))?;
            Ok(Week {
                first: first.to_string(),
                last: next.checked_sub_days(Days::new(1)).ok_or_else(bad)?.to_string(),
                grid: look.me.grid_name().to_owned(),
                visits: done.visits,
                households: done.households,
                nobody_home: done.nobody_home,
                patrols: done.patrols,
                length_m: done.length_m,
                points_reached: done.points_reached,
                points_due: done.points_due,
                incidents: done.incidents,
                solved_here: done.solved_here,
                answers: done.answers,
            })
        })
    }
}
