//! At which households to call, why, and in which order the doors are walked.

use super::look::Look;
use super::naming::{door_of_line, natural_order};
use crate::error::Result;
use crate::local;
use chrono::{Days, NaiveDate};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::VisitOutcome;
use xunge_store::queries::{Door, TenancyRow, VisitRow};

/// Duties read at once.
const PAGE: u32 = 200;
/// Days for which whoever moved in is new: until then somebody should have met them.
const NEW_FOR: u64 = 30;
/// Visits of a new household that are looked through for one that met somebody.
const LOOKED_THROUGH: u32 = 50;

/// Why somebody should call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Why {
    /// A care duty is due; the name of its category.
    CareDuty(String),
    /// Somebody else told of a tenant whom nobody has met yet.
    NewTenant,
}

impl Why {
    /// The code that screens branch on.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::CareDuty(_) => "care_duty",
            Self::NewTenant => "new_tenant",
        }
    }
}

/// What is known of a call before its door.
struct Call {
    why: Why,
    due: NaiveDate,
    last_visit_ms: Option<i64>,
}

/// A household to call at.
#[derive(Debug, Clone)]
pub(super) struct DueHousehold {
    pub(super) household: RecordId,
    pub(super) door: Door,
    /// What is due first; a care duty goes before anything else.
    pub(super) why: Why,
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

/// Whether the visit met somebody.
fn met(visit: &VisitRow) -> bool {
    let met = [VisitOutcome::NothingChanged, VisitOutcome::Changed, VisitOutcome::Met];
    visit.outcome.is_some_and(|outcome| met.iter().any(|known| known.code() == outcome))
}

impl Look<'_> {
    /// Every household at which somebody should call, in walking order.
    pub(super) fn due_households(&self) -> Result<Vec<DueHousehold>> {
        let mut calls = BTreeMap::new();
        if !self.registry()?.is_empty() {
            self.owed(&mut calls)?;
        }
        self.moved_in(&mut calls)?;
        let mut places = BTreeMap::new();
        let mut all = Vec::new();
        for (household, Call { why, due, last_visit_ms }) in calls {
            let Some(door) = self.reader.door_of(household)? else { continue };
            let (walk_order, street) = self.on_the_walk(&mut places, door.building)?;
            all.push(DueHousehold { household, door, why, last_visit_ms, due, street, walk_order });
        }
        all.sort_by(DueHousehold::on_the_way);
        Ok(all)
    }

    /// Households with a duty that is due in the present period.
    fn owed(&self, calls: &mut BTreeMap<RecordId, Call>) -> Result<()> {
        for area in self.areas() {
            let mut after = None;
            loop {
                let page = self.reader.duties_in(area, after, PAGE)?;
                after = page.last().map(|row| row.duty);
                let whole = page.len() == PAGE as usize;
                for row in page {
                    let (household, last_visit_ms) = (row.household, row.last_visit_ms);
                    if let Some(household) = household
                        && let Some(duty) = self.duty(row)?
                        && let Some(due) = duty.due.filter(|_| !duty.done)
                        && calls.get(&household).is_none_or(|known| due < known.due)
                    {
                        let why = Why::CareDuty(duty.entry.name_zh.clone());
                        calls.insert(household, Call { why, due, last_visit_ms });
                    }
                }
                if !whole {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Tenants of the last weeks whom this phone learned of from others, until a visit meets somebody.
    fn moved_in(&self, calls: &mut BTreeMap<RecordId, Call>) -> Result<()> {
        for area in self.areas() {
            for tenancy in self.new_tenancies(area)? {
                if let Some((due, last_visit_ms)) = self.not_met_yet(&tenancy)? {
                    let call = Call { why: Why::NewTenant, due, last_visit_ms };
                    calls.entry(tenancy.household).or_insert(call);
                }
            }
        }
        Ok(())
    }

    /// The day by which somebody should have met the new tenant of a household; none where there is no new one.
    pub(super) fn tenant_due(&self, household: RecordId) -> Result<Option<NaiveDate>> {
        for area in self.areas() {
            let tenancies = self.new_tenancies(area)?;
            if let Some(tenancy) = tenancies.iter().find(|tenancy| tenancy.household == household) {
                return Ok(self.not_met_yet(tenancy)?.map(|(due, _)| due));
            }
        }
        Ok(None)
    }

    fn new_tenancies(&self, area: RecordId) -> Result<Vec<TenancyRow>> {
        let today = local::number(self.today);
        let days = today.saturating_sub(NEW_FOR.cast_signed())..=today;
        Ok(self.reader.tenancies_told(area, &days)?)
    }

    /// Until when a new tenant is to be met, and the last visit there; none once a visit has met somebody.
    fn not_met_yet(&self, tenancy: &TenancyRow) -> Result<Option<(NaiveDate, Option<i64>)>> {
        let Some(since) = local::date(tenancy.since) else { return Ok(None) };
        let Some(due) = since.checked_add_days(Days::new(NEW_FOR)) else { return Ok(None) };
        let visits = self.reader.visits_of(tenancy.household, LOOKED_THROUGH)?;
        let start = local::start_of(since);
        if visits.iter().any(|visit| met(visit) && visit.at_ms.is_some_and(|at| at >= start)) {
            return Ok(None);
        }
        Ok(Some((due, visits.first().and_then(|visit| visit.at_ms))))
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
