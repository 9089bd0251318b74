//! Households that may be on record twice, among this phone's own rows: two workers registered one flat without signal.
//! Nothing is put together here; a human is asked (`edits::homes`). A door may rightly hold two households, so those of the
//! county's ledger are not asked about for standing behind one door alone.

use super::began::began;
use super::look::Look;
use super::naming::{door_of_line, masked_phone};
use super::review::MOST_ITEMS;
use crate::error::Result;
use crate::views::same_home::{DoorlessHomeView, HomeSourceView, SameHomeView};
use std::collections::BTreeSet;
use xunge_domain::codes::{mask_name, redact};
use xunge_domain::ids::{DeviceNo, RecordId};
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::OccupancyKind;
use xunge_domain::same_person::who_stays;
use xunge_domain::value::{Edit, Value};
use xunge_store::{Reader, StoredOperation};

const HOME: RecordKind = RecordKind::Household;

/// Two records and why they are asked about.
struct Pair {
    stays: RecordId,
    other: RecordId,
    reason: &'static str,
}

/// How many households and pairs of them wait for somebody to decide.
pub(super) fn waiting(reader: &Reader<'_>, areas: &[RecordId]) -> Result<usize> {
    Ok(pairs(reader, areas)?.len() + doorless(reader, areas)?.len())
}

/// Households that are lived in, behind no door.
fn doorless(reader: &Reader<'_>, areas: &[RecordId]) -> Result<Vec<RecordId>> {
    let mut found = Vec::new();
    for area in areas {
        found.extend(reader.homes_without_door(*area)?);
    }
    Ok(found)
}

fn pairs(reader: &Reader<'_>, areas: &[RecordId]) -> Result<Vec<Pair>> {
    let mut found: Vec<Pair> = Vec::new();
    for area in areas {
        for (other, stays) in reader.homes_folded(*area)? {
            if !reader.people_of(other)?.is_empty() {
                found.push(Pair { stays, other, reason: "again" });
            } else if said_to_be_two(reader, stays, other)? {
                found.push(Pair { stays, other, reason: "decided_apart" });
            }
        }
        let asked: BTreeSet<_> = found.iter().map(|pair| who_stays(pair.stays, pair.other)).collect();
        for (one, other) in reader.homes_shared(*area)? {
            if asked.contains(&who_stays(one, other)) {
                continue;
            }
            let (stays, other) = roles(reader, one, other)?;
            if let Some(reason) = likeness(reader, stays, other)? {
                found.push(Pair { stays, other, reason });
            }
        }
    }
    Ok(found)
}

/// Which of two households stays when they are put together, and which goes: the one made first, so that two people who
/// decide apart decide the same; where nobody lives in one of them, the one that is lived in.
pub(crate) fn roles(reader: &Reader<'_>, one: RecordId, other: RecordId) -> Result<(RecordId, RecordId)> {
    let (first, second) = who_stays(one, other);
    let nobody = |household| Ok::<_, crate::error::ClientError>(reader.people_of(household)?.is_empty());
    Ok(if nobody(first)? && !nobody(second)? { (second, first) } else { (first, second) })
}

/// Whether somebody has to say if another household is the same as this one.
pub(super) fn is_asked_about(reader: &Reader<'_>, household: RecordId, area: RecordId) -> Result<bool> {
    Ok(pairs(reader, &[area])?.iter().any(|pair| pair.stays == household || pair.other == household))
}

/// Why two households behind one door may be one; nothing where somebody said they are two, or nothing speaks for it.
fn likeness(reader: &Reader<'_>, one: RecordId, other: RecordId) -> Result<Option<&'static str>> {
    let (Some(a), Some(b)) = (reader.row(HOME, one)?, reader.row(HOME, other)?) else { return Ok(None) };
    if said_to_be_two(reader, one, other)? {
        return Ok(None);
    }
    let names = |household| -> Result<BTreeSet<String>> {
        let people = reader.people_of(household)?;
        Ok(people.into_iter().map(|person| person.name).filter(|name| !name.is_empty()).collect())
    };
    let (people, others) = (names(one)?, names(other)?);
    if people.intersection(&others).next().is_some() {
        return Ok(Some("person"));
    }
    let phone = |row: &xunge_store::Row| row.field(HOME, "phone").text().unwrap_or_default().to_owned();
    if !phone(&a).is_empty() && phone(&a) == phone(&b) {
        return Ok(Some("phone"));
    }
    if reader.people_of(one)?.is_empty() || reader.people_of(other)?.is_empty() {
        return Ok(Some("nobody"));
    }
    if came_back(reader, one)? || came_back(reader, other)? {
        return Ok(Some("came_back"));
    }
    let makers = (made(reader, one)?, made(reader, other)?);
    let device = |made: &Option<StoredOperation>| made.as_ref().map(|stored| stored.header.id.device);
    Ok(match (device(&makers.0), device(&makers.1)) {
        (Some(a), Some(b)) if a != b && a != DeviceNo::COUNTY && b != DeviceNo::COUNTY => Some("two_phones"),
        _ => None,
    })
}

/// Whether somebody said of two households that they are two.
fn said_to_be_two(reader: &Reader<'_>, one: RecordId, other: RecordId) -> Result<bool> {
    for (record, from) in [(one, other), (other, one)] {
        let row = reader.row(HOME, record)?;
        let parted = row.iter().flat_map(|row| row.field(HOME, "not_same").many());
        if parted.into_iter().any(|id| id.as_reference() == Some(from)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a household had left its flat and is behind its door again: somebody else may have moved in meanwhile. One that
/// is behind it again because it was parted from another never left.
fn came_back(reader: &Reader<'_>, household: RecordId) -> Result<bool> {
    let Some(tie) = reader.last_occupancy_of(household)? else { return Ok(false) };
    let touch = |stored: &StoredOperation| (stored.header.id.device, stored.header.evidence.wall_ms);
    let said = |stored: &StoredOperation| stored.operation().and_then(|operation| operation.read().ok());
    let same_as = HOME.field_named("same_as").map(|field| field.key);
    let own = reader.operations_of(household)?;
    let parted: BTreeSet<_> = own
        .iter()
        .filter(|stored| {
            let edits = said(stored).map(|payload| payload.edits).unwrap_or_default();
            same_as.is_some_and(|key| edits.get(&key) == Some(&Edit::Put(Value::Null)))
        })
        .map(touch)
        .collect();
    let all = reader.operations_of(tie.occupancy)?;
    Ok(all.iter().any(|stored| {
        let resumed = said(stored).is_some_and(|payload| payload.resumes_a_tie(RecordKind::Occupancy));
        resumed && !parted.contains(&touch(stored))
    }))
}

/// The operation that made a record, of those that count everywhere.
fn made(reader: &Reader<'_>, record: RecordId) -> Result<Option<StoredOperation>> {
    let all = reader.operations_of(record)?;
    Ok(began(record, &all).cloned())
}

impl Look<'_> {
    /// Pairs of households for somebody to decide about.
    pub(super) fn same_homes(&self) -> Result<Vec<SameHomeView>> {
        let areas: Vec<RecordId> = self.areas().collect();
        let mut views = Vec::new();
        for pair in pairs(self.reader, &areas)?.into_iter().take(MOST_ITEMS as usize) {
            let door = self.reader.door_of(pair.stays)?;
            views.push(SameHomeView {
                reason: pair.reason.to_owned(),
                door: door.as_ref().map(door_of_line).unwrap_or_default(),
                stays: self.home_source(pair.stays)?,
                other: self.home_source(pair.other)?,
            });
        }
        Ok(views)
    }

    /// Households without a door for somebody to decide about.
    pub(super) fn doorless_homes(&self) -> Result<Vec<DoorlessHomeView>> {
        let areas: Vec<RecordId> = self.areas().collect();
        let mut views = Vec::new();
        for household in doorless(self.reader, &areas)?.into_iter().take(MOST_ITEMS as usize) {
            let dwelling = self.reader.last_occupancy_of(household)?.map(|tie| tie.dwelling);
            let (door, taken) = match dwelling {
                Some(place) => (self.door_of_dwelling(place)?, !self.reader.homes_at(place)?.is_empty()),
                None => (String::new(), false),
            };
            views.push(DoorlessHomeView { door, home: self.home_source(household)?, taken });
        }
        Ok(views)
    }

    /// What a record says of a household.
    pub(super) fn home_source(&self, household: RecordId) -> Result<HomeSourceView> {
        let page = self.reader.household(household)?;
        let kind = self.reader.last_occupancy_of(household)?.and_then(|tie| tie.kind);
        let kind = kind.and_then(OccupancyKind::from_code);
        let made = made(self.reader, household)?;
        Ok(HomeSourceView {
            id: household.to_string(),
            people: self.reader.people_of(household)?.iter().map(|person| mask_name(&person.name)).collect(),
            phone: page.as_ref().and_then(|page| masked_phone(page.phone.as_deref())),
            occupancy: kind.unwrap_or(OccupancyKind::Unknown).word().to_owned(),
            note: page.as_ref().map(|page| redact(&page.note)).unwrap_or_default(),
            mine: made.as_ref().is_some_and(|stored| self.is_mine(stored.header.id.device)),
            by: made
                .as_ref()
                .map(|stored| self.author(stored.header.id.device))
                .transpose()?
                .unwrap_or_default(),
            at_ms: made.map_or(0, |stored| stored.header.evidence.wall_ms),
        })
    }
}
