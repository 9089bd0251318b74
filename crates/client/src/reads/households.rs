//! The households tab: numbers of the grid, its buildings, and finding a household.

use super::doors::due_by_building;
use super::look::Look;
use super::naming::door_of_line;
use crate::error::Result;
use crate::open::Open;
use crate::views::Page;
use crate::views::households::{
    BuildingTab, EmptyFlat, HeadArgs, HouseholdLine, HouseholdLines, HouseholdsArgs, HouseholdsHead,
};
use xunge_domain::codes::mask_name;
use xunge_domain::ids::RecordId;
use xunge_store::queries::HouseholdLine as Line;

/// No command returns more rows.
pub(super) const MOST_ROWS: u32 = 50;
/// How long a visited household stays among the recent ones.
const RECENT_MS: i64 = 14 * 86_400_000;

/// Rows wanted of a page.
pub(super) fn limit_of(page: Page) -> u32 {
    page.limit.min(MOST_ROWS)
}

impl Open {
    /// Numbers of the grid, its buildings in walking order, and one of them drawn: the tab's first screen in one answer.
    ///
    /// # Errors
    /// Those of the store.
    pub fn households_head(&self, args: &HeadArgs) -> Result<HouseholdsHead> {
        self.look(|look| {
            let all_due = look.due_households()?;
            let due = due_by_building(&all_due);
            let (mut households, mut people, mut visited_today) = (0, 0, 0);
            let mut names = Vec::new();
            for area in look.areas() {
                let counts = look.reader.grid_counts(area, look.day())?;
                households += counts.households;
                people += counts.people;
                // Visits are counted over the whole phone, not by area.
                visited_today = counts.visited;
                names.extend(look.reader.building_names(area)?);
            }
            let due_in = |building: &RecordId| due.get(building).copied().unwrap_or(0);
            let wanted = args.building.as_deref().and_then(|text| text.parse().ok());
            let known = |building: &RecordId| names.iter().any(|(id, _)| id == building);
            let first = wanted
                .filter(known)
                .or_else(|| names.iter().map(|(id, _)| *id).find(|id| due_in(id) > 0))
                .or_else(|| names.first().map(|(id, _)| *id));
            let drawn = first.map(|building| look.building(building, &all_due)).transpose()?;
            let buildings = names
                .into_iter()
                .map(|(id, name)| BuildingTab { id: id.to_string(), name, due: due_in(&id) })
                .collect();
            Ok(HouseholdsHead { households, people, visited_today, buildings, drawn })
        })
    }

    /// Finds households by what was typed, or gives the recent ones.
    ///
    /// # Errors
    /// Those of the store.
    pub fn households(&self, args: &HouseholdsArgs) -> Result<HouseholdLines> {
        let typed = args.query.trim();
        let limit = limit_of(args.page);
        self.look(|look| {
            if typed.is_empty() {
                look.recent(args.page.offset, limit)
            } else {
                look.found(typed, args.page.offset, limit)
            }
        })
    }
}

/// Whether somebody lives there, or it has a door at least: everybody moved out of the others.
fn is_home(line: &Line) -> bool {
    line.people > 0 || line.door.dwelling.is_some()
}

impl Look<'_> {
    fn recent(&self, offset: u32, limit: u32) -> Result<HouseholdLines> {
        let Some(grid) = self.me.grid() else {
            return Ok(HouseholdLines { rows: Vec::new(), more: false, empty: Vec::new() });
        };
        let since = self.now_ms.saturating_sub(RECENT_MS);
        let (lines, more) = self.reader.households_recent(grid, since, offset, limit)?;
        let rows = lines.into_iter().filter(is_home).map(|line| self.line(line, None, None)).collect();
        Ok(HouseholdLines { rows, more, empty: Vec::new() })
    }

    fn found(&self, typed: &str, offset: u32, limit: u32) -> Result<HouseholdLines> {
        let found = self.reader.search_households(typed, offset, limit)?;
        let mut rows = Vec::new();
        for hit in found.hits {
            let Some(line) = self.reader.household_lines(&[hit.household])?.into_iter().find(is_home) else {
                continue;
            };
            // Who matched stands in the line, so that the worker sees why it was found.
            let who = match hit.person {
                Some(person) => Some(self.person(person)?),
                None => None,
            };
            rows.push(self.line(line, who, Some(hit.matched.code())));
        }
        let empty = if found.more { Vec::new() } else { found.empty };
        let flat = |dwelling: RecordId| {
            Ok(EmptyFlat { dwelling: dwelling.to_string(), door: self.door_of_dwelling(dwelling)? })
        };
        let empty = empty.into_iter().map(flat).collect::<Result<_>>()?;
        Ok(HouseholdLines { rows, more: found.more, empty })
    }

    fn line(&self, line: Line, who: Option<String>, matched: Option<&str>) -> HouseholdLine {
        HouseholdLine {
            id: line.household.to_string(),
            door: door_of_line(&line.door),
            head: who.unwrap_or_else(|| mask_name(&line.head_name)),
            people: line.people,
            matched: matched.map(str::to_owned),
            last_visit_ms: line.last_visit_ms,
            standing: self.standing(line.household, line.unsettled, line.conflicts),
        }
    }
}
