//! One page about one door: who lives there, masked; what is owed; what was done and changed.

use super::began::began;
use super::care::Duty;
use super::look::{Look, not_found};
use super::naming::{door_of_line, masked_id, masked_phone};
use super::review::field_word;
use super::same_home::is_asked_about;
use crate::edits::id;
use crate::error::Result;
use crate::local;
use crate::open::Open;
use crate::views::Standing;
use crate::views::households::{DutyView, HistoryHow, HistoryLine, HouseholdArgs, HouseholdView, VisitLine};
use crate::views::people::PersonLine;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use xunge_domain::codes::{mask_name, redact};
use xunge_domain::ids::RecordId;
use xunge_domain::operation::{Payload, Verb};
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::{OccupancyKind, ResidenceKind, VisitOutcome};
use xunge_domain::value::Value;
use xunge_store::queries::{HistoryRow, PersonRow, VisitRow};
use xunge_store::{OpState, StoredOperation};

/// Visits on the page.
const VISITS: u32 = 10;
/// Changes on the page.
const CHANGES: usize = 20;
/// Operations looked through for them: a visit is one too, and stands among the visits already.
const LOOKED_THROUGH: u32 = 60;

impl Open {
    /// The page of a household.
    ///
    /// # Errors
    /// `not_found`, and those of the store.
    pub fn household(&self, args: &HouseholdArgs) -> Result<HouseholdView> {
        let household = id(&args.id)?;
        self.look(|look| look.household(household))
    }
}

impl Look<'_> {
    fn household(&self, household: RecordId) -> Result<HouseholdView> {
        let page = self.reader.household(household)?.ok_or_else(not_found)?;
        let last = self.reader.last_occupancy_of(household)?;
        let occupancy = last.and_then(|tie| tie.kind).and_then(OccupancyKind::from_code);
        let occupancy = occupancy.unwrap_or(OccupancyKind::Unknown);
        let rows = self.reader.people_of(household)?;
        let people = rows.iter().map(|row| self.person_line(row)).collect::<Result<_>>()?;
        let mut owed = Vec::new();
        for row in self.reader.duties_of(household)? {
            owed.extend(self.duty(row)?);
        }
        let duties = each_service_once(owed);
        let visits = self.reader.visits_of(household, VISITS)?;
        let row = self.reader.row(RecordKind::Household, household)?;
        let area = row.as_ref().map(|row| row.area);
        let named = row.and_then(|row| row.field(RecordKind::Household, "same_as").reference());
        // Put together the other way round by two phones: the one made first is looked at, and no page leads in a ring.
        let ring = named.is_some_and(|stays| household < stays);
        let ring = ring && named.map(|stays| self.same_as(stays)).transpose()?.flatten() == Some(household);
        // Nor away from somebody who was entered here since.
        let stays = named.filter(|_| !ring && rows.is_empty());
        let joined = self.reader.homes_folded_into(household)?;
        let history = self.history(household, &joined)?;
        // Who is alone behind the door and was never put together with anybody is not asked about: then no list is made.
        let beside = match page.line.door.dwelling {
            Some(dwelling) => self.reader.homes_at(dwelling)?.len() > 1,
            None => false,
        };
        let twice = match area.filter(|_| beside || named.is_some() || !joined.is_empty()) {
            Some(area) => is_asked_about(self.reader, household, area)?,
            None => false,
        };
        let doorless = page.line.door.dwelling.is_none();
        let left = rows.is_empty() && doorless && last.is_some();
        let (door, building) = match (page.line.door.dwelling, last) {
            (None, Some(last)) => {
                (self.door_of_dwelling(last.dwelling)?, self.building_of_dwelling(last.dwelling)?)
            }
            _ => (door_of_line(&page.line.door), page.line.door.building),
        };
        let changes = history.iter().filter(|row| !is_new_visit(&row.operation)).take(CHANGES);
        Ok(HouseholdView {
            id: household.to_string(),
            door,
            building: building.map(|building| self.building_name(building)).transpose()?.unwrap_or_default(),
            building_id: building.map(|building| building.to_string()),
            occupancy: occupancy.word().to_owned(),
            note: redact(&page.note),
            phone: masked_phone(page.phone.as_deref()),
            other_phones: self.other_numbers(RecordKind::Household, household, "contact_phones")?,
            people,
            former: self.former(household)?,
            duties,
            tenant_due: self.tenant_due(household)?.map(|day| day.to_string()),
            visits: visits.into_iter().map(|row| self.visit_line(row)).collect::<Result<_>>()?,
            history: changes.map(|row| self.history_line(&row.operation, &history)).collect::<Result<_>>()?,
            review: page.line.conflicts,
            twice,
            doorless,
            left,
            stays: stays.map(|stays| stays.to_string()),
            joined: joined.into_iter().map(|other| self.home_source(other)).collect::<Result<_>>()?,
            standing: self.standing(household, page.line.unsettled, page.line.conflicts),
        })
    }

    /// What happened to a household, newest first, and that others were put together with it: that is written in those,
    /// whether they are still one with it or were parted again.
    fn history(&self, household: RecordId, joined: &[RecordId]) -> Result<Vec<HistoryRow>> {
        let mut history = self.reader.history_of(household, LOOKED_THROUGH)?;
        let row = self.reader.row(RecordKind::Household, household)?;
        let parted = row.iter().flat_map(|row| row.field(RecordKind::Household, "not_same").many());
        let mut others: BTreeSet<RecordId> = parted.into_iter().filter_map(Value::as_reference).collect();
        others.extend(joined);
        // The one that stayed may be the later of the two: then nothing of the parting is written in it.
        if let Some(last) = self.reader.last_occupancy_of(household)? {
            others.extend(self.reader.homes_at(last.dwelling)?);
        }
        others.remove(&household);
        let mut told = BTreeSet::new();
        for other in others {
            for row in self.reader.history_of(other, LOOKED_THROUGH)? {
                // Three put together by one touch are told once.
                let by = &row.operation.header;
                if joined_home(&row.operation) == Some(household)
                    && told.insert((by.id.device, by.evidence.wall_ms))
                {
                    history.push(row);
                }
            }
        }
        history.sort_by_key(|row| Reverse(row.operation.header.evidence.wall_ms));
        Ok(history)
    }

    /// The household that this record says it is the same as.
    fn same_as(&self, household: RecordId) -> Result<Option<RecordId>> {
        let row = self.reader.row(RecordKind::Household, household)?;
        Ok(row.and_then(|row| row.field(RecordKind::Household, "same_as").reference()))
    }

    /// Numbers kept beside the first one, masked.
    pub(super) fn other_numbers(
        &self,
        kind: RecordKind,
        record: RecordId,
        field: &str,
    ) -> Result<Vec<String>> {
        let row = self.reader.row(kind, record)?;
        let numbers = row.iter().flat_map(|row| row.field(kind, field).many());
        Ok(numbers.filter_map(|value| masked_phone(value.as_text())).collect())
    }

    fn person_line(&self, row: &PersonRow) -> Result<PersonLine> {
        let birth = row.birth.and_then(local::date);
        Ok(PersonLine {
            id: row.person.to_string(),
            name: mask_name(&row.name),
            relation: row.relation.map(|code| code.to_string()).unwrap_or_default(),
            sex: row.sex.unwrap_or(0).to_string(),
            age: birth.and_then(|birth| self.today.years_since(birth)),
            citizen_id: masked_id(row.citizen_id.as_deref()),
            phone: masked_phone(row.phone.as_deref()),
            other_phones: self.other_numbers(RecordKind::Person, row.person, "other_phones")?,
            residence: row
                .kind
                .and_then(ResidenceKind::from_code)
                .map(ResidenceKind::word)
                .unwrap_or_default()
                .to_owned(),
            folded: self.folded(row.person)?,
            checking: self.checking(row.person)?,
            review: row.conflicts,
            standing: self.standing(row.person, row.unsettled, row.conflicts),
        })
    }

    fn visit_line(&self, row: VisitRow) -> Result<VisitLine> {
        let stored = self.reader.row(RecordKind::Visit, row.visit)?;
        let checks = stored.iter().flat_map(|stored| stored.field(RecordKind::Visit, "checks").many());
        Ok(VisitLine {
            checks: checks.filter_map(|check| check.as_text().map(str::to_owned)).collect(),
            id: row.visit.to_string(),
            at_ms: row.at_ms.unwrap_or(0),
            outcome: row
                .outcome
                .and_then(VisitOutcome::from_code)
                .map(VisitOutcome::word)
                .unwrap_or_default()
                .to_owned(),
            note: redact(&row.note),
            by: self.worker(row.worker)?,
            undo: self.undo_of_visit(row.visit, row.at_ms)?,
            standing: self.standing(row.visit, row.unsettled, 0),
        })
    }

    /// What takes a visit of today back that was written here and nowhere changed since.
    fn undo_of_visit(&self, visit: RecordId, at_ms: Option<i64>) -> Result<Option<String>> {
        if !at_ms.is_some_and(|at| self.day().contains(&at)) {
            return Ok(None);
        }
        let all = self.reader.operations_of(visit)?;
        let own = all.iter().all(|op| op.header.id.device.0 == self.me.device_no);
        let counts = |op: &&StoredOperation| op.state != OpState::Withdrawn;
        let handle: Vec<String> = all.iter().filter(counts).map(|op| op.id().to_string()).collect();
        Ok(Some(handle.join(" ")).filter(|handle| own && !handle.is_empty()))
    }

    /// Whether an operation that ended a residence is what stands about it still.
    fn still_left(&self, stored: &StoredOperation) -> Result<bool> {
        let all = self.reader.operations_of(stored.header.record)?;
        let about = all.iter().filter(|op| {
            let how = told_apart(op);
            matches!(how, Some(HistoryHow::Ended | HistoryHow::Resumed)) && op.state != OpState::Withdrawn
        });
        let last = about.max_by_key(|op| (op.header.height, op.header.id));
        Ok(last.is_some_and(|op| op.id() == stored.id()))
    }

    /// What takes back that somebody moved out today, as far as it was written here: all that the one touch wrote.
    fn undo_of_leaving(&self, stored: &StoredOperation, all: &[HistoryRow]) -> Option<String> {
        let written = |op: &StoredOperation| (op.header.id.device, op.header.evidence.wall_ms);
        let own = stored.header.id.device.0 == self.me.device_no && stored.state != OpState::Withdrawn;
        if !own || !self.day().contains(&stored.header.evidence.wall_ms) {
            return None;
        }
        let touch = all.iter().map(|row| &row.operation).filter(|op| written(op) == written(stored));
        let mut ids: Vec<_> = touch.map(StoredOperation::id).collect();
        ids.sort();
        Some(ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    }

    fn history_line(&self, stored: &StoredOperation, all: &[HistoryRow]) -> Result<HistoryLine> {
        let how = self.how_of(stored)?;
        let leaves = how == HistoryHow::Ended && stored.header.kind == RecordKind::Residence.code();
        Ok(HistoryLine {
            at_ms: stored.header.evidence.wall_ms,
            by: self.author(stored.header.id.device)?,
            kind: RecordKind::from_code(stored.header.kind)
                .map(RecordKind::name)
                .unwrap_or_default()
                .to_owned(),
            how,
            fields: fields_of(stored),
            undo: match leaves && self.still_left(stored)? {
                true => self.undo_of_leaving(stored, all),
                false => None,
            },
            standing: self.standing_of_operation(stored),
        })
    }

    fn how_of(&self, stored: &StoredOperation) -> Result<HistoryHow> {
        if matches!(stored.header.verb, Verb::DELETE | Verb::ERASE) {
            return Ok(HistoryHow::Removed);
        }
        if let Some(how) = told_apart(stored) {
            return Ok(how);
        }
        let record = stored.header.record;
        let all = self.reader.operations_of(record)?;
        let began = began(record, &all);
        let began = began.is_some_and(|op| op.id() == stored.id());
        Ok(if began { HistoryHow::Began } else { HistoryHow::Changed })
    }

    /// Where one operation stands.
    fn standing_of_operation(&self, stored: &StoredOperation) -> Standing {
        self.standing(stored.header.record, Some(stored.state), 0)
    }
}

/// The kind of an operation and what it says; nothing once it was erased, and of a kind that nobody here knows.
fn said(stored: &StoredOperation) -> Option<(RecordKind, Payload)> {
    let kind = RecordKind::from_code(stored.header.kind)?;
    Some((kind, Payload::decode(kind.code(), stored.payload.as_deref()?).ok()?))
}

/// What is told by a word of its own: who moved out, came back, was put together or parted.
fn told_apart(stored: &StoredOperation) -> Option<HistoryHow> {
    let (kind, payload) = said(stored)?;
    if payload.ends_a_tie(kind) {
        Some(HistoryHow::Ended)
    } else if payload.resumes_a_tie(kind) {
        Some(HistoryHow::Resumed)
    } else if payload.joined_home(kind).is_some() {
        Some(HistoryHow::Joined)
    } else {
        payload.parts_a_home(kind).then_some(HistoryHow::Parted)
    }
}

/// The household that an operation put another one together with.
fn joined_home(stored: &StoredOperation) -> Option<RecordId> {
    let (kind, payload) = said(stored)?;
    payload.joined_home(kind)
}

/// Whether it is the visit itself and not a change of one.
fn is_new_visit(stored: &StoredOperation) -> bool {
    stored.header.kind == RecordKind::Visit.code() && fields_of(stored).iter().any(|name| name == "at")
}

/// Names of the fields an operation changed, each once, in the order of the kind; none once it was erased.
pub(super) fn fields_of(stored: &StoredOperation) -> Vec<String> {
    if stored.header.verb == Verb::DELETE {
        return vec!["deleted".to_owned()];
    }
    let Some((kind, payload)) = said(stored) else { return Vec::new() };
    let mut names: Vec<String> = Vec::new();
    for key in payload.edits.keys() {
        if let Some(name) = kind.field(*key).and_then(|field| field_word(kind, field))
            && !names.iter().any(|known| known == name)
        {
            names.push(name.to_owned());
        }
    }
    names
}

/// A service written for both records of one person is owed once: as it was written for the record that stays.
fn each_service_once(owed: Vec<Duty<'_>>) -> Vec<DutyView> {
    let own: BTreeSet<(RecordId, String)> = owed
        .iter()
        .filter(|duty| !duty.row.carried)
        .map(|duty| (duty.row.person, duty.row.category.clone()))
        .collect();
    let mut carried = BTreeSet::new();
    owed.into_iter()
        .filter(|duty| {
            let service = (duty.row.person, duty.row.category.clone());
            !duty.row.carried || (!own.contains(&service) && carried.insert(service))
        })
        .map(duty_view)
        .collect()
}

fn duty_view(duty: Duty<'_>) -> DutyView {
    DutyView {
        id: duty.row.duty.to_string(),
        category: duty.entry.name_zh.clone(),
        basis: format!("{} {}", duty.entry.law, duty.entry.article),
        person: duty.row.person.to_string(),
        cadence: duty.cadence.word().to_owned(),
        due: duty.due.map(|day| day.to_string()).unwrap_or_default(),
        done: duty.done,
    }
}
