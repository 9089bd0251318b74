//! Care duties as the screens may see them, and which households are due.
//!
//! A duty shows only while its category is registered: signed by the county, in force, of tier 1, readable for this role.
//! Everything else is invisible here, not merely unnamed.

use super::due::{Period, period_of};
use super::look::Look;
use super::naming::{door_of_line, natural_order};
use crate::error::Result;
use crate::local;
use chrono::NaiveDate;
use ed25519_dalek::VerifyingKey;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::{Cadence, VisitOutcome, WorkerRole};
use xunge_store::queries::{Door, DutyRow};
use xunge_sync::auth::signed_registry::{CareCategoryEntry, SignedCategory, Tier};

/// Duties read at once.
const PAGE: u32 = 200;
/// Visits of the present period that are looked through for one that met somebody.
const LOOKED_THROUGH: u32 = 50;

/// The registered categories that hold today for this worker, by code.
pub(super) fn entries_in_force(look: &Look<'_>) -> Result<BTreeMap<String, CareCategoryEntry>> {
    let Ok(key) = VerifyingKey::from_bytes(&look.me.registry_key) else { return Ok(BTreeMap::new()) };
    let role = WorkerRole::from_code(look.me.role);
    let mut entries = BTreeMap::new();
    for row in look.reader.care_categories()? {
        let signed = SignedCategory { entry: row.entry, signature: row.signature };
        if let Ok(entry) = signed.verify(&key, look.latest_day, Tier::One)
            && role.is_some_and(|role| entry.readers.contains(&role))
        {
            entries.insert(entry.code.clone(), entry);
        }
    }
    Ok(entries)
}

/// Whether a service goes with its person when two records are put together. One of tier 2 never does, also if a later
/// version shows such services here: it stays with the record that its office named, until that office says otherwise.
fn carries_over(entry: &CareCategoryEntry) -> bool {
    entry.tier == Tier::One
}

/// A duty in force.
pub(super) struct Duty<'l> {
    pub(super) row: DutyRow,
    pub(super) entry: &'l CareCategoryEntry,
    pub(super) cadence: Cadence,
    /// Whether somebody was met in the present period.
    pub(super) done: bool,
    /// Day by which the next contact is due; none for a duty on task.
    pub(super) due: Option<NaiveDate>,
}

/// A household to call at.
#[derive(Debug, Clone)]
pub(super) struct DueHousehold {
    pub(super) household: RecordId,
    pub(super) door: Door,
    /// Name of the category that is due first.
    pub(super) category: String,
    pub(super) last_visit_ms: Option<i64>,
    pub(super) due: NaiveDate,
    /// Street of its building.
    pub(super) street: String,
    walk_order: i64,
}

impl DueHousehold {
    pub(super) fn door_text(&self) -> String {
        door_of_line(&self.door)
    }

    fn on_the_way(&self, other: &Self) -> Ordering {
        let floor = |door: &Door| door.floor.unwrap_or(0);
        (self.walk_order, self.door.building)
            .cmp(&(other.walk_order, other.door.building))
            .then_with(|| natural_order(&self.door.unit, &other.door.unit))
            .then_with(|| floor(&self.door).cmp(&floor(&other.door)))
            .then_with(|| natural_order(&self.door.door, &other.door.door))
            .then_with(|| self.household.cmp(&other.household))
    }
}

impl Look<'_> {
    /// The duty of a row, if it is in force and may be seen.
    pub(super) fn duty(&self, row: DutyRow) -> Result<Option<Duty<'_>>> {
        let today = local::number(self.today);
        if row.since.is_some_and(|day| day > today) || row.until.is_some_and(|day| day < today) {
            return Ok(None);
        }
        let Some(entry) = self.registry()?.get(&row.category) else { return Ok(None) };
        if row.carried && !carries_over(entry) {
            return Ok(None);
        }
        let cadence = row.cadence.and_then(Cadence::from_code).unwrap_or(entry.cadence);
        let Some(period) = period_of(cadence, self.today) else {
            return Ok(Some(Duty { row, entry, cadence, done: false, due: None }));
        };
        let done = self.met_in(&row, period)?;
        let due = if done { period.next_last(cadence) } else { period.last };
        Ok(Some(Duty { row, entry, cadence, done, due: Some(due) }))
    }

    /// Whether a visit of the period fulfils the duty: it names the duty, or it met somebody in the household. Nobody home
    /// and declined leave it due.
    fn met_in(&self, row: &DutyRow, period: Period) -> Result<bool> {
        let start = local::start_of(period.first);
        if row.last_done_ms.is_some_and(|at| at >= start) {
            return Ok(true);
        }
        let Some(household) = row.household.filter(|_| row.last_visit_ms.is_some_and(|at| at >= start))
        else {
            return Ok(false);
        };
        let met = [VisitOutcome::NothingChanged.code(), VisitOutcome::Changed.code()];
        let visits = self.reader.visits_of(household, LOOKED_THROUGH)?;
        Ok(visits
            .iter()
            .take_while(|visit| visit.at_ms.is_some_and(|at| at >= start))
            .any(|visit| visit.outcome.is_some_and(|outcome| met.contains(&outcome))))
    }

    /// Every household with a duty that is due in the present period, in walking order.
    pub(super) fn due_households(&self) -> Result<Vec<DueHousehold>> {
        if self.registry()?.is_empty() {
            return Ok(Vec::new());
        }
        let mut first_due: BTreeMap<RecordId, (NaiveDate, &str, Option<i64>)> = BTreeMap::new();
        for area in self.areas() {
            let mut after = None;
            loop {
                let page = self.reader.duties_in(area, after, PAGE)?;
                after = page.last().map(|row| row.duty);
                let whole = page.len() == PAGE as usize;
                for row in page {
                    let (household, last_visit) = (row.household, row.last_visit_ms);
                    if let Some(household) = household
                        && let Some(duty) = self.duty(row)?
                        && let Some(due) = duty.due.filter(|_| !duty.done)
                    {
                        let known =
                            first_due.entry(household).or_insert((due, &duty.entry.name_zh, last_visit));
                        if due < known.0 {
                            *known = (due, &duty.entry.name_zh, last_visit);
                        }
                    }
                }
                if !whole {
                    break;
                }
            }
        }
        let mut places = BTreeMap::new();
        let mut all = Vec::new();
        for (household, (due, category, last_visit_ms)) in first_due {
            let Some(door) = self.reader.door_of(household)? else { continue };
            let (walk_order, street) = self.on_the_walk(&mut places, door.building)?;
            all.push(DueHousehold {
                household,
                door,
                category: category.to_owned(),
                last_visit_ms,
                due,
                street,
                walk_order,
            });
        }
        all.sort_by(DueHousehold::on_the_way);
        Ok(all)
    }

    /// Place of a building on the walk, and its street; what has no place comes last.
    fn on_the_walk(
        &self,
        known: &mut BTreeMap<RecordId, (i64, String)>,
        building: Option<RecordId>,
    ) -> Result<(i64, String)> {
        let Some(building) = building else { return Ok((i64::MAX, String::new())) };
        if let Some(place) = known.get(&building) {
            return Ok(place.clone());
        }
        let row = self.reader.row(RecordKind::Building, building)?;
        let field = |name| row.as_ref().map(|row| row.field(RecordKind::Building, name));
        let order = field("walk_order").and_then(|order| order.int()).unwrap_or(i64::MAX);
        let street = field("street").and_then(|street| street.text().map(str::to_owned)).unwrap_or_default();
        known.insert(building, (order, street.clone()));
        Ok((order, street))
    }
}
