//! Names as people say them: doors, grids, workers. Asked for once a request, kept while it lasts.

use crate::county::{self, County};
use crate::storage::RecordRow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use xunge_domain::ids::{DeviceNo, RecordId};
use xunge_domain::records::RecordKind;

/// Who the county itself is called in answers: a code, for which screens have their word.
pub const COUNTY: &str = "county";

/// See the module.
pub struct Labels<'a> {
    county: &'a County,
    doors: RefCell<BTreeMap<RecordId, String>>,
    workers: RefCell<BTreeMap<RecordId, String>>,
    devices: RefCell<BTreeMap<u32, String>>,
}

/// Orders the occupancies of a household: one that goes on after those that ended, these by their last day.
pub(super) fn still_or_last(row: &RecordRow) -> (bool, Option<i64>, RecordId) {
    (row.int(5).is_none(), row.int(5), row.id)
}

/// A door as people say it: `2幢1单元 301`.
pub fn door(building: &str, unit: &str, door: &str) -> String {
    let numeric = !unit.is_empty() && unit.chars().all(|c| c.is_ascii_alphanumeric());
    let unit = if numeric { format!("{unit}单元") } else { unit.to_owned() };
    format!("{building}{unit} {door}").trim().to_owned()
}

impl<'a> Labels<'a> {
    /// For one request.
    pub fn new(county: &'a County) -> Self {
        Self { county, doors: RefCell::default(), workers: RefCell::default(), devices: RefCell::default() }
    }

    /// The door of a household; empty when it is not known where it lives.
    pub fn household(&self, household: RecordId) -> county::Result<String> {
        if let Some(known) = self.doors.borrow().get(&household) {
            return Ok(known.clone());
        }
        let label = match self.occupancy(household)?.and_then(|row| row.reference(2)) {
            Some(dwelling) => self.dwelling(dwelling)?,
            None => String::new(),
        };
        self.doors.borrow_mut().insert(household, label.clone());
        Ok(label)
    }

    /// Where a household lives now; where it lived last when it left, so that what was done there has a door.
    pub fn occupancy(&self, household: RecordId) -> county::Result<Option<RecordRow>> {
        Ok(self.county.by_parent(RecordKind::Occupancy, household)?.into_iter().max_by_key(still_or_last))
    }

    /// The door of a dwelling.
    pub fn dwelling(&self, dwelling: RecordId) -> county::Result<String> {
        let Some(row) = self.county.record(dwelling)? else { return Ok(String::new()) };
        let building = row.reference(1).map(|building| self.county.record(building)).transpose()?.flatten();
        Ok(door(building.as_ref().map_or("", |building| building.text(1)), row.text(2), row.text(4)))
    }

    /// Name of an area.
    pub fn area(&self, area: RecordId) -> String {
        self.county.areas().get(area).map(|node| node.name.clone()).unwrap_or_default()
    }

    /// Name of a worker; empty when unknown.
    pub fn worker(&self, worker: Option<RecordId>) -> county::Result<String> {
        let Some(worker) = worker else { return Ok(String::new()) };
        if let Some(known) = self.workers.borrow().get(&worker) {
            return Ok(known.clone());
        }
        let name = self.county.worker(worker)?.map(|row| row.name).unwrap_or_default();
        self.workers.borrow_mut().insert(worker, name.clone());
        Ok(name)
    }

    /// Who writes from a phone; the county's own writes are [`COUNTY`]'s.
    pub fn device(&self, device: DeviceNo) -> county::Result<String> {
        if device == DeviceNo::COUNTY {
            return Ok(COUNTY.into());
        }
        if let Some(known) = self.devices.borrow().get(&device.0) {
            return Ok(known.clone());
        }
        let worker = self.county.device_no(device)?.map(|row| row.worker);
        let name = self.worker(worker)?;
        self.devices.borrow_mut().insert(device.0, name.clone());
        Ok(name)
    }
}
