//! A building as it stands: floors from the top, doors in order, each with what the worker should know before knocking.

use super::calls::DueHousehold;
use super::look::{Look, not_found};
use super::naming::natural_order;
use crate::edits::id;
use crate::error::Result;
use crate::open::Open;
use crate::views::households::{BuildingArgs, BuildingLine, BuildingView, DoorView, FloorView};
use std::collections::{BTreeMap, BTreeSet};
use xunge_domain::ids::RecordId;
use xunge_domain::records::words::VisitOutcome;
use xunge_store::queries::{BuildingRow, DoorRow};

impl Open {
    /// One building, drawn whole.
    ///
    /// # Errors
    /// `not_found`, and those of the store.
    pub fn building(&self, args: &BuildingArgs) -> Result<BuildingView> {
        let building = id(&args.id)?;
        self.look(|look| look.building(building, &look.due_households()?))
    }
}

/// How many due households each building has.
pub(super) fn due_by_building(due: &[DueHousehold]) -> BTreeMap<RecordId, u32> {
    let mut counts = BTreeMap::new();
    for building in due.iter().filter_map(|due| due.door.building) {
        *counts.entry(building).or_insert(0) += 1;
    }
    counts
}

/// A building's line.
pub(super) fn building_line(row: BuildingRow, due: u32) -> BuildingLine {
    BuildingLine {
        id: row.building.to_string(),
        name: row.name,
        street: row.street,
        households: row.households,
        visited_today: row.visited,
        due,
    }
}

impl Look<'_> {
    /// A building drawn, with those of `due` that live in it.
    pub(super) fn building(&self, building: RecordId, due: &[DueHousehold]) -> Result<BuildingView> {
        let row = self.reader.building(building, self.day())?.ok_or_else(not_found)?;
        let due: BTreeSet<RecordId> =
            due.iter().filter(|due| due.door.building == Some(building)).map(|due| due.household).collect();
        let mut doors = self.reader.building_doors(building, self.day())?;
        doors.sort_by(|a, b| {
            let floor = |row: &DoorRow| row.floor.unwrap_or(0);
            floor(b)
                .cmp(&floor(a))
                .then_with(|| natural_order(&a.unit, &b.unit))
                .then_with(|| natural_order(&a.door, &b.door))
                .then_with(|| a.household.cmp(&b.household))
        });
        let mut units: Vec<String> = doors.iter().map(|row| row.unit.clone()).collect();
        units.sort_by(|a, b| natural_order(a, b));
        units.dedup();
        let mut floors: Vec<FloorView> = Vec::new();
        for row in doors {
            let floor = i32::try_from(row.floor.unwrap_or(0)).unwrap_or(0);
            let door = door_view(row, &due);
            match floors.last_mut() {
                Some(last) if last.floor == floor => last.doors.push(door),
                _ => floors.push(FloorView { floor, doors: vec![door] }),
            }
        }
        let due = u32::try_from(due.len()).unwrap_or(u32::MAX);
        Ok(BuildingView { building: building_line(row, due), units, floors })
    }
}

fn door_view(row: DoorRow, due: &BTreeSet<RecordId>) -> DoorView {
    let nobody_home = row.outcome == Some(VisitOutcome::NobodyHome.code());
    let state = match row.household {
        None => "empty",
        Some(_) if row.visited_ms.is_some() && nobody_home => "nobody_home",
        Some(_) if row.visited_ms.is_some() => "visited",
        Some(_) if row.conflicts > 0 => "to_check",
        Some(household) if due.contains(&household) => "due",
        Some(_) => "plain",
    };
    DoorView {
        dwelling: row.dwelling.to_string(),
        household: row.household.map(|household| household.to_string()),
        unit: row.unit,
        door: row.door,
        people: row.people,
        state: state.to_owned(),
        to_check: row.conflicts,
        visited_ms: row.visited_ms,
    }
}
