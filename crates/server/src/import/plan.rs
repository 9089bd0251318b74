//! From a ledger's reading to edits: what is already there is recognised and only filled in, the rest is created.
//!
//! What a worker wrote is never overwritten by a list: only empty fields are filled. A household is recognised at its
//! door by at least one person living in it, or when nobody is known to live in it yet; another family at the door is
//! another household.

use super::identity::Namer;
use super::present::{Known, KnownBuilding, Present, bare_building};
use crate::edit::Draft;
use chrono::Datelike;
use std::collections::BTreeSet;
use xunge_domain::codes::names::name_key;
use xunge_domain::codes::{PartialDate, Sex};
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::value::Value;
use xunge_ledger::{AddressParts, HouseholdRow, PersonRow};

/// What an import did, besides what the reading reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Buildings created.
    pub buildings: u64,
    /// Dwellings created.
    pub dwellings: u64,
    /// Households created.
    pub households: u64,
    /// Households that were there already.
    pub households_known: u64,
    /// People created.
    pub people: u64,
    /// People who were there already.
    pub people_known: u64,
    /// People who, as the county knows, live in another household now: they were left there.
    pub people_elsewhere: u64,
}

/// Turns rows into edits, one household after the other.
pub(super) struct Planner {
    pub area: RecordId,
    pub namer: Namer,
    pub present: Present,
    pub drafts: Vec<Draft>,
    pub counts: Counts,
    /// Records a row of this file already stands for: two rows are never one person here; the reader merged those.
    claimed: BTreeSet<RecordId>,
}

impl Planner {
    pub(super) fn new(area: RecordId, namer: Namer, present: Present) -> Self {
        let (drafts, counts, claimed) = (Vec::new(), Counts::default(), BTreeSet::new());
        Self { area, namer, present, drafts, counts, claimed }
    }

    fn draft(&self, kind: RecordKind, id: RecordId) -> Draft {
        Draft::new(kind, id, self.area)
    }

    fn id(&self, kind: RecordKind, parts: &[&str]) -> RecordId {
        let area = self.area.to_string();
        self.namer.id(kind, &[&[area.as_str()], parts].concat())
    }

    /// A household with its people.
    pub(super) fn household(&mut self, row: &HouseholdRow) {
        let dwelling = self.dwelling(&row.address);
        let found = dwelling.and_then(|dwelling| self.household_at(dwelling, row));
        let household = found.unwrap_or_else(|| self.new_household(dwelling, row));
        self.claimed.insert(household);
        if found.is_some() {
            self.counts.households_known += 1;
        }
        for person in &row.people {
            self.person(person, Some(household), &row.address);
        }
    }

    /// A dwelling; `None` where the ledger does not say where.
    pub(super) fn dwelling(&mut self, address: &AddressParts) -> Option<RecordId> {
        if address.is_empty() {
            return None;
        }
        let building = self.building(address);
        let unit = address.unit.clone().unwrap_or_default();
        let door = address.room.clone().unwrap_or_default();
        let key = (building, unit, door);
        if let Some(known) = self.present.dwellings.get(&key) {
            return Some(*known);
        }
        let id = self.id(RecordKind::Dwelling, &[&building.to_string(), &key.1, &key.2]);
        let text = |text: &str| Some(Value::from(text)).filter(|_| !text.is_empty());
        let draft = self
            .draft(RecordKind::Dwelling, id)
            .refer("building", building)
            .maybe("unit", text(&key.1))
            .maybe("floor", floor(&key.2))
            .maybe("door", text(&key.2));
        self.drafts.push(draft);
        self.counts.dwellings += 1;
        self.present.dwellings.insert(key, id);
        Some(id)
    }

    fn building(&mut self, address: &AddressParts) -> RecordId {
        // Without a building (a village house) the address itself is the building.
        let (name, bare, street) = match &address.building {
            Some(number) => (format!("{number}幢"), bare_building(number), address.place.clone()),
            None => {
                let name = if address.place.is_empty() { address.raw.clone() } else { address.place.clone() };
                (name.clone(), bare_building(&name), String::new())
            }
        };
        let same_street = |known: &str| {
            street.is_empty() || known.is_empty() || known.ends_with(&street) || street.ends_with(known)
        };
        let found =
            self.present.buildings.iter().find(|known| known.bare == bare && same_street(&known.street));
        if let Some(known) = found {
            return known.id;
        }
        let id = self.id(RecordKind::Building, &[&street, &bare]);
        let order = bare.parse::<i64>().unwrap_or(self.present.buildings.len() as i64 + 1);
        let draft = self
            .draft(RecordKind::Building, id)
            .with("name", Value::Text(name))
            .maybe("street", Some(street.as_str()).filter(|street| !street.is_empty()))
            .with("walk_order", order);
        self.drafts.push(draft);
        self.counts.buildings += 1;
        self.present.buildings.push(KnownBuilding { id, bare, street });
        id
    }

    fn household_at(&self, dwelling: RecordId, row: &HouseholdRow) -> Option<RecordId> {
        let here = self.present.at_door.get(&dwelling)?;
        let free = || here.iter().filter(|household| !self.claimed.contains(household));
        let shares = |household: &RecordId| {
            row.people.iter().any(|person| {
                let by_id =
                    person.citizen_id.as_ref().and_then(|id| self.present.by_citizen_id.get(id.reveal()));
                let residents = self.present.residents.get(household);
                by_id.is_some_and(|id| residents.is_some_and(|residents| residents.contains(id)))
                    || self.resident_like(*household, person).is_some()
            })
        };
        let empty = |household: &RecordId| self.present.residents.get(household).is_none_or(Vec::is_empty);
        free().copied().find(shares).or_else(|| free().copied().find(empty))
    }

    fn new_household(&mut self, dwelling: Option<RecordId>, row: &HouseholdRow) -> RecordId {
        let door = dwelling.map(|dwelling| dwelling.to_string()).unwrap_or_default();
        let first = row.people.first().map(|person| identity(person, &row.address)).unwrap_or_default();
        let id = self.id(RecordKind::Household, &[&door, &row.number, &first]);
        if !self.present.households.insert(id) {
            self.counts.households_known += 1;
            return id;
        }
        self.counts.households += 1;
        let household = self.draft(RecordKind::Household, id);
        let phone = row.people.iter().find_map(|person| person.phones.first());
        self.drafts.push(household.maybe("phone", phone.map(|phone| Value::Text(phone.reveal()))));
        if let Some(dwelling) = dwelling {
            let occupancy = self.id(RecordKind::Occupancy, &[&id.to_string(), &dwelling.to_string()]);
            let draft = self
                .draft(RecordKind::Occupancy, occupancy)
                .refer("household", id)
                .refer("dwelling", dwelling)
                .maybe("kind", row.tenancy.kind.map(|kind| kind.code()))
                .maybe("since", row.tenancy.since.map(days_since_1970));
            self.drafts.push(draft);
            self.present.moved_in(id, dwelling);
        }
        id
    }

    /// Somebody living in the household who may be this person: same name, nothing that contradicts.
    fn resident_like(&self, household: RecordId, person: &PersonRow) -> Option<RecordId> {
        let key = name_key(&person.name);
        let birth = person.birth.and_then(PartialDate::day).map(days_since_1970);
        let id = person.citizen_id.as_ref().map(|id| id.reveal());
        let agrees = |one: Option<i64>, other: Option<i64>| one.is_none() || other.is_none() || one == other;
        self.present.residents.get(&household)?.iter().copied().find(|resident| {
            self.present.people.get(resident).is_some_and(|known| {
                let ids = known.citizen_id.as_deref().zip(id);
                !self.claimed.contains(resident)
                    && known.name_key == key
                    && agrees(known.birth, birth)
                    && ids.is_none_or(|(one, other)| one == other)
            })
        })
    }

    /// A person, in a household or without one.
    pub(super) fn person(&mut self, row: &PersonRow, household: Option<RecordId>, address: &AddressParts) {
        let by_id =
            row.citizen_id.as_ref().and_then(|id| self.present.by_citizen_id.get(id.reveal())).copied();
        let found = by_id
            .filter(|id| !self.claimed.contains(id))
            .or_else(|| household.and_then(|household| self.resident_like(household, row)));
        let id = match found {
            Some(id) => {
                self.counts.people_known += 1;
                self.fill_in(id, row);
                id
            }
            None => self.new_person(row, household, address),
        };
        self.claimed.insert(id);
        if let Some(household) = household {
            self.residence(id, household, row);
        }
    }

    fn new_person(
        &mut self,
        row: &PersonRow,
        household: Option<RecordId>,
        address: &AddressParts,
    ) -> RecordId {
        let home = household.map(|household| household.to_string()).unwrap_or_default();
        let told = identity(row, address);
        // Two people of one name, birthday and door without numbers stay two: a human decides.
        let mut id = self.id(RecordKind::Person, &[&home, &told]);
        let mut nth = 1;
        while self.claimed.contains(&id) {
            nth += 1;
            id = self.id(RecordKind::Person, &[&home, &told, &nth.to_string()]);
        }
        if self.present.people.contains_key(&id) {
            self.counts.people_known += 1;
            self.fill_in(id, row);
            return id;
        }
        self.counts.people += 1;
        let draft =
            fill(self.draft(RecordKind::Person, id).with("name", row.name.as_str()), &Known::default(), row);
        self.drafts.push(draft);
        self.present.add_person(id, after(Known { name_key: name_key(&row.name), ..Known::default() }, row));
        id
    }

    fn fill_in(&mut self, id: RecordId, row: &PersonRow) {
        let Some(known) = self.present.people.get(&id).cloned() else { return };
        let draft = fill(self.draft(RecordKind::Person, id), &known, row);
        if !draft.edits.is_empty() {
            self.drafts.push(draft);
            self.present.add_person(id, after(known, row));
        }
    }

    fn residence(&mut self, person: RecordId, household: RecordId, row: &PersonRow) {
        match self.present.homes.get(&person) {
            Some(homes) if homes.contains(&household) => return,
            Some(homes) if !homes.is_empty() => {
                self.counts.people_elsewhere += 1;
                return;
            }
            _ => {}
        }
        let id = self.id(RecordKind::Residence, &[&person.to_string(), &household.to_string()]);
        let relation = row.relation.as_ref().map(|reading| i64::from(reading.relation.code()));
        let draft = self
            .draft(RecordKind::Residence, id)
            .refer("person", person)
            .refer("household", household)
            .maybe("kind", row.residence.map(|kind| kind.code()))
            .maybe("relation", relation);
        self.drafts.push(draft);
        self.present.lives_in(person, household);
    }
}

/// What tells a person apart: the number, else name, birth and address.
fn identity(person: &PersonRow, address: &AddressParts) -> String {
    match &person.citizen_id {
        Some(id) => id.reveal().to_owned(),
        None => format!("{}|{:?}|{}", name_key(&person.name), person.birth, address.raw),
    }
}

/// The fields of a row that are still open in what is known.
fn fill(draft: Draft, known: &Known, row: &PersonRow) -> Draft {
    let open = known.citizen_id.is_none();
    let number = row.citizen_id.as_ref().filter(|_| open).map(|id| Value::Text(id.reveal().to_owned()));
    let birth = row.birth.and_then(PartialDate::day).map(days_since_1970).filter(|_| known.birth.is_none());
    let sex = row.sex.filter(|sex| !known.sex && *sex != Sex::Unknown).map(|sex| i64::from(sex.code()));
    let mut phones = row.phones.iter().filter(|_| !known.phone).map(|phone| Value::Text(phone.reveal()));
    let note = Some(note(row)).filter(|note| !note.is_empty() && !known.note).map(Value::Text);
    let draft = draft
        .maybe("citizen_id", number)
        .maybe("birth", birth)
        .maybe("sex", sex)
        .maybe("phone", phones.next())
        .maybe("note", note);
    phones.fold(draft, |draft, phone| draft.with("other_phones", phone))
}

fn after(known: Known, row: &PersonRow) -> Known {
    Known {
        citizen_id: known.citizen_id.or_else(|| row.citizen_id.as_ref().map(|id| id.reveal().to_owned())),
        birth: known.birth.or_else(|| row.birth.and_then(PartialDate::day).map(days_since_1970)),
        sex: known.sex || row.sex.is_some(),
        phone: known.phone || !row.phones.is_empty(),
        note: known.note || !note(row).is_empty(),
        ..known
    }
}

/// The remark, and what no field can hold: dates known to the month only or at odds with the number, a number that is
/// no valid id. A note is a personal field: it is masked wherever the person is.
fn note(row: &PersonRow) -> String {
    let mut parts = Vec::new();
    if !row.remark.is_empty() {
        parts.push(row.remark.clone());
    }
    if let Some(written) = &row.id_as_written {
        parts.push(format!("台账证件号待核对：{written}"));
    }
    match row.birth {
        Some(PartialDate::Year(year)) => parts.push(format!("台账出生：{year}年")),
        Some(PartialDate::Month(year, month)) => parts.push(format!("台账出生：{year}年{month}月")),
        _ => {}
    }
    if let Some(other) = row.birth_in_column {
        parts.push(match other {
            PartialDate::Year(year) => format!("台账出生栏：{year}年"),
            PartialDate::Month(year, month) => format!("台账出生栏：{year}年{month}月"),
            PartialDate::Day(day) => format!("台账出生栏：{day}"),
        });
    }
    parts.join("；")
}

/// `1203` is on the twelfth floor.
fn floor(door: &str) -> Option<i64> {
    let digits = door.chars().all(|c| c.is_ascii_digit());
    let floor = door.get(..door.len().checked_sub(2)?)?.parse().ok()?;
    (digits && floor > 0).then_some(floor)
}

fn days_since_1970(date: chrono::NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - 719_163
}
