//! Today: what is due, what came back, where everything is.

use super::calls::Why;
use crate::client::Mended;
use crate::error::Result;
use crate::open::Open;
use crate::views::home::{DueVisit, Today};

/// Due visits shown; the rest is in the households tab.
const MOST_VISITS: usize = 20;

impl Open {
    /// The first screen.
    ///
    /// # Errors
    /// Those of the store.
    pub fn today_view(&self) -> Result<Today> {
        // Asked for first: it opens a moment of the store of its own.
        let counts = self.counts()?;
        self.look(|look| {
            let due = look.due_households()?;
            let mut visits_done = 0;
            if let Some(grid) = look.me.grid() {
                visits_done = look.reader.grid_counts(grid, look.day())?.visits;
            }
            let (answers, returned) = look.answers()?;
            Ok(Today {
                date: look.today.to_string(),
                grid: look.me.grid_name().to_owned(),
                slots: look.slots()?,
                counts,
                visits_due_total: u32::try_from(due.len()).unwrap_or(u32::MAX),
                visits_due: due
                    .into_iter()
                    .take(MOST_VISITS)
                    .map(|due| DueVisit {
                        household: due.household.to_string(),
                        door: due.door_text(),
                        building: due.door.building_name,
                        street: due.street,
                        reason: due.why.code().to_owned(),
                        category: match due.why {
                            Why::CareDuty(category) => Some(category),
                            Why::NewTenant => None,
                        },
                        last_visit_ms: due.last_visit_ms,
                        due: due.due.to_string(),
                    })
                    .collect(),
                visits_done,
                answers,
                returned,
                mended: Mended::read(look.reader)?.and_then(|mended| mended.view()),
            })
        })
    }
}
