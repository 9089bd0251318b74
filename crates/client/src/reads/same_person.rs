//! Persons who may be on record twice, in this phone's own rows and nowhere else: whoever lives in another worker's grid
//! is for the county to find. Nothing is put together here; a human is asked (`edits::same_person`).

use super::began::began;
use super::look::Look;
use super::naming::{masked_id, masked_phone};
use super::review::MOST_ITEMS;
use crate::error::Result;
use crate::local;
use crate::open::Open;
use crate::views::same_person::{FoldedView, SamePersonView, SourceView};
use std::collections::{BTreeMap, BTreeSet};
use xunge_domain::codes::mask_name;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::same_person::{Likeness, Traits, id_key, likeness, who_stays};
use xunge_store::{Reader, Row, RowValue};

/// Records of one group compared with each other; a group is nearly always two.
const MOST_OF_A_GROUP: usize = 8;
/// What two records are compared by, field of the record and name on the screens.
const COMPARED: [&str; 5] = ["name", "citizen_id", "birth", "sex", "phone"];

/// Two records and why they are asked about.
struct Pair {
    stays: RecordId,
    other: RecordId,
    reason: &'static str,
}

impl Open {
    /// How many pairs of persons, and households, wait for somebody to decide. It goes over everybody of the grid and is
    /// asked for with every step of the sync: worked out anew only when people or homes have changed, and never over the
    /// connection that a save needs.
    pub(crate) fn same_persons_waiting(&self) -> Result<u32> {
        let change = self.store.home_change();
        let mut held = self.same_persons.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((_, count)) = held.filter(|(at, _)| *at == change) {
            return Ok(count);
        }
        let areas: Vec<RecordId> = self.identity().areas.iter().map(|(area, _, _)| *area).collect();
        let pairs = self.store.read(|reader| {
            let homes = super::same_home::waiting(reader, &areas)?;
            Ok::<_, crate::error::ClientError>(homes + pairs(reader, areas)?.len())
        })?;
        let count = u32::try_from(pairs).unwrap_or(u32::MAX);
        *held = Some((change, count));
        Ok(count)
    }
}

/// The pairs to ask about, surest first.
fn pairs(reader: &Reader<'_>, areas: impl IntoIterator<Item = RecordId>) -> Result<Vec<Pair>> {
    let mut found = Vec::new();
    for (stays, other) in reader.folded_both_ways()? {
        found.push(Pair { stays, other, reason: "both_ways" });
    }
    for (stays, other) in reader.folded_pairs()? {
        let row = |person| reader.row(RecordKind::Person, person);
        let two = row(stays)?.is_some_and(|row| parted(&row, other))
            || row(other)?.is_some_and(|row| parted(&row, stays));
        if two {
            found.push(Pair { stays, other, reason: "decided_apart" });
        }
    }
    for area in areas {
        let mut asked = BTreeSet::new();
        for group in reader.look_alikes(area)? {
            let mut known = BTreeMap::new();
            for person in group.into_iter().take(MOST_OF_A_GROUP) {
                if let Some(row) = reader.row(RecordKind::Person, person)? {
                    known.insert(person, (row, reader.homes_of(person)?));
                }
            }
            let people: Vec<RecordId> = known.keys().copied().collect();
            for (at, one) in people.iter().enumerate() {
                for other in &people[at + 1..] {
                    let (a, b) = (&known[one], &known[other]);
                    if parted(&a.0, *other) || parted(&b.0, *one) {
                        continue;
                    }
                    let Some(likeness) = likeness(&traits(a), &traits(b)) else { continue };
                    let (stays, other) = who_stays(*one, *other);
                    if asked.insert((stays, other)) {
                        found.push(Pair { stays, other, reason: likeness.code() });
                    }
                }
            }
        }
    }
    found.sort_by_key(|pair| {
        [Likeness::NameAndBirth, Likeness::NameAndDoor].iter().position(|weak| weak.code() == pair.reason)
    });
    Ok(found)
}

fn traits((row, homes): &(Row, BTreeSet<RecordId>)) -> Traits<'_> {
    let field = |name| row.field(RecordKind::Person, name);
    Traits {
        name: field("name").text().unwrap_or_default(),
        citizen_id: field("citizen_id").text(),
        birth: field("birth").int(),
        homes,
    }
}

/// Whether somebody said that `other` is another person.
fn parted(row: &Row, other: RecordId) -> bool {
    row.field(RecordKind::Person, "not_same").many().iter().any(|id| id.as_reference() == Some(other))
}

/// What a field is compared by: ids as they are checked, texts without the spaces around them.
fn said(row: &Row, field: &str) -> Option<String> {
    match row.field(RecordKind::Person, field) {
        RowValue::One(value) => match (field, value.as_text(), value.as_int()) {
            ("citizen_id", Some(id), _) => Some(id_key(id).unwrap_or_else(|| id.trim().to_owned())),
            (_, Some(text), _) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            (_, None, Some(int)) => Some(int.to_string()),
            _ => None,
        },
        _ => None,
    }
}

fn differing(one: &Row, other: &Row) -> Vec<String> {
    COMPARED
        .iter()
        .filter(|field| said(one, field) != said(other, field))
        .map(|field| (*field).to_owned())
        .collect()
}

impl Look<'_> {
    /// Pairs of records for somebody to decide about.
    pub(super) fn same_persons(&self) -> Result<Vec<SamePersonView>> {
        let mut views = Vec::new();
        for pair in pairs(self.reader, self.areas())?.into_iter().take(MOST_ITEMS as usize) {
            let (Some(stays), Some(other)) = (self.person_row(pair.stays)?, self.person_row(pair.other)?)
            else {
                continue;
            };
            views.push(SamePersonView {
                reason: pair.reason.to_owned(),
                differs: differing(&stays, &other),
                stays: self.source(pair.stays, &stays)?,
                other: self.source(pair.other, &other)?,
            });
        }
        Ok(views)
    }

    /// The records folded into a person, with what they say differently.
    pub(super) fn folded(&self, person: RecordId) -> Result<Vec<FoldedView>> {
        let mut views = Vec::new();
        let folded = self.reader.folded_into(person)?;
        if folded.is_empty() {
            return Ok(views);
        }
        let Some(stays) = self.person_row(person)? else { return Ok(views) };
        for record in folded {
            if let Some(row) = self.person_row(record)? {
                views.push(FoldedView {
                    differs: differing(&stays, &row),
                    source: self.source(record, &row)?,
                });
            }
        }
        Ok(views)
    }

    /// Whether the county is finding out if this person, under any of the records here, is on record elsewhere.
    pub(super) fn checking(&self, person: RecordId) -> Result<bool> {
        let mut records = self.reader.folded_into(person)?;
        records.push(person);
        for record in records {
            let row = self.person_row(record)?;
            if row.is_some_and(|row| {
                *row.field(RecordKind::Person, "checking")
                    == RowValue::One(xunge_domain::value::Value::Bool(true))
            }) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn person_row(&self, person: RecordId) -> Result<Option<Row>> {
        Ok(self.reader.row(RecordKind::Person, person)?)
    }

    fn source(&self, person: RecordId, row: &Row) -> Result<SourceView> {
        let field = |name| row.field(RecordKind::Person, name);
        let household = self.reader.household_of(person)?;
        let all = self.reader.operations_of(person)?;
        let made = began(person, &all);
        Ok(SourceView {
            id: person.to_string(),
            name: mask_name(field("name").text().unwrap_or_default()),
            citizen_id: masked_id(field("citizen_id").text()),
            birth: field("birth").int().and_then(local::date).map(|day| day.format("%Y-**-**").to_string()),
            sex: field("sex").int().unwrap_or(0).to_string(),
            phone: masked_phone(field("phone").text()),
            household: household.map(|household| household.to_string()),
            door: household
                .map(|household| self.door_of_household(household))
                .transpose()?
                .unwrap_or_default(),
            mine: made.is_some_and(|stored| self.is_mine(stored.header.id.device)),
            by: made.map(|stored| self.author(stored.header.id.device)).transpose()?.unwrap_or_default(),
            at_ms: made.map_or(0, |stored| stored.header.evidence.wall_ms),
        })
    }
}
