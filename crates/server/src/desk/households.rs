//! Households of an area in door order, and one household with its people, visits and history.

use super::call::{Call, Rows, Seat};
use super::labels::{Labels, door, still_or_last};
use super::people::{PersonRow, masked, relation};
use super::problem::Answer;
use super::visits::outcome;
use crate::county::County;
use crate::storage::{Fed, Page, RecordRow, Sort};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use xunge_domain::codes::{mask_name, mask_phone_text, redact};
use xunge_domain::ids::{OpId, RecordId};
use xunge_domain::operation::Verb;
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::OccupancyKind;

/// Lines of history and visits shown.
const MOST_LINES: usize = 50;

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct HouseholdRow {
    pub id: String,
    pub door: String,
    pub occupancy: &'static str,
    pub people: u64,
    pub head: String,
    pub last_visit_ms: Option<i64>,
    pub conflicts: u32,
}

/// One household.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct Household {
    pub id: String,
    pub door: String,
    pub grid: String,
    pub occupancy: &'static str,
    pub note: String,
    pub phone: Option<String>,
    pub people: Vec<PersonRow>,
    pub visits: Vec<VisitLine>,
    pub history: Vec<HistoryLine>,
}

/// A visit of the household.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct VisitLine {
    pub id: String,
    pub at_ms: i64,
    pub outcome: &'static str,
    pub note: String,
    pub by: String,
}

/// A change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct HistoryLine {
    pub at_ms: i64,
    pub by: String,
    pub kind: &'static str,
    pub how: &'static str,
    pub fields: Vec<&'static str>,
}

fn occupancy_word(row: Option<&RecordRow>) -> &'static str {
    row.and_then(|row| row.int(3)).and_then(OccupancyKind::from_code).unwrap_or(OccupancyKind::Unknown).word()
}

/// Everything of one area, joined in memory: a grid has some hundred households, and each kind is one question.
struct Joined {
    /// Households in door order.
    ordered: Vec<(RecordId, String, &'static str, u32)>,
    /// Household → residences now.
    residents: BTreeMap<RecordId, Vec<RecordRow>>,
    /// Household → records that were put together with it.
    folded: BTreeMap<RecordId, Vec<RecordId>>,
    people: BTreeMap<RecordId, RecordRow>,
}

impl Joined {
    fn of(county: &County, area: RecordId) -> Answer<Self> {
        let all = |kind| county.records_in(kind, area, Sort::Rising, Page::ALL);
        let by_id =
            |rows: Vec<RecordRow>| rows.into_iter().map(|row| (row.id, row)).collect::<BTreeMap<_, _>>();
        let buildings = by_id(all(RecordKind::Building)?);
        let dwellings = by_id(all(RecordKind::Dwelling)?);
        let mut homes: BTreeMap<RecordId, RecordRow> = BTreeMap::new();
        for row in all(RecordKind::Occupancy)? {
            if let Some(household) = row.reference(1)
                && homes.get(&household).is_none_or(|known| still_or_last(known) < still_or_last(&row))
            {
                homes.insert(household, row);
            }
        }
        let mut residents: BTreeMap<RecordId, Vec<RecordRow>> = BTreeMap::new();
        for row in all(RecordKind::Residence)?.into_iter().filter(|row| row.int(6).is_none()) {
            if let Some(household) = row.reference(2) {
                residents.entry(household).or_default().push(row);
            }
        }
        let households = all(RecordKind::Household)?;
        let mut folded: BTreeMap<RecordId, Vec<RecordId>> = BTreeMap::new();
        for row in &households {
            if let Some(stays) = row.reference(SAME_AS) {
                folded.entry(stays).or_default().push(row.id);
            }
        }
        let lives = |row: &RecordRow| homes.get(&row.id).is_some_and(|home| home.int(5).is_none());
        let mut ordered: Vec<_> = households
            .iter()
            // Everybody moved out of the others.
            .filter(|row| lives(row) || residents.contains_key(&row.id))
            .map(|row| {
                let home = homes.get(&row.id);
                let dwelling = home.and_then(|home| home.reference(2)).and_then(|id| dwellings.get(&id));
                let building = dwelling.and_then(|row| row.reference(1)).and_then(|id| buildings.get(&id));
                let label = dwelling.map_or_else(String::new, |dwelling| {
                    door(building.map_or("", |building| building.text(1)), dwelling.text(2), dwelling.text(4))
                });
                // Households whose door is not known come last.
                let order = (
                    building.and_then(|building| building.int(5)).unwrap_or(i64::MAX),
                    dwelling.map(|dwelling| dwelling.text(2).to_owned()),
                    dwelling.and_then(|dwelling| dwelling.int(3)),
                    dwelling.map(|dwelling| dwelling.text(4).to_owned()),
                );
                let conflicts = row.conflicts + home.map_or(0, |home| home.conflicts);
                (order, (row.id, label, occupancy_word(home), conflicts))
            })
            .collect();
        ordered.sort();
        let ordered = ordered.into_iter().map(|(_, line)| line).collect();
        Ok(Self { ordered, residents, folded, people: by_id(all(RecordKind::Person)?) })
    }

    fn residents(&self, household: RecordId) -> impl Iterator<Item = (&RecordRow, &RecordRow)> {
        let residences = self.residents.get(&household).into_iter().flatten();
        residences.filter_map(|row| Some((row, self.people.get(&row.reference(1)?)?)))
    }

    fn matches(&self, household: RecordId, label: &str, query: &str) -> bool {
        let folded = |text: &str| text.replace([' ', '-', '幢', '单', '元', '室'], "").to_lowercase();
        let wanted = folded(query);
        // Nothing but words of doors is left of "室" or "-": every label would hold that.
        !wanted.is_empty() && folded(label).contains(&wanted)
            || self.residents(household).any(|(_, person)| person.text(1).contains(query.trim()))
    }

    fn line(&self, county: &County, line: &(RecordId, String, &'static str, u32)) -> Answer<HouseholdRow> {
        let (id, label, occupancy, own_conflicts) = line;
        let mut people = 0;
        let mut conflicts = *own_conflicts;
        let mut head = None;
        for (residence, person) in self.residents(*id) {
            people += 1;
            conflicts += person.conflicts + residence.conflicts;
            if head.is_none() || relation(Some(residence)) == "head" {
                head = Some(mask_name(person.text(1)));
            }
        }
        let together = self.folded.get(id).map(Vec::as_slice).unwrap_or_default();
        let visits = visits_of(county, *id, together)?;
        Ok(HouseholdRow {
            id: id.to_string(),
            door: label.clone(),
            occupancy,
            people,
            head: head.unwrap_or_default(),
            last_visit_ms: visits.last().and_then(|visit| visit.int(2)),
            conflicts,
        })
    }
}

/// Field of a household that was put together with another one: which.
const SAME_AS: u16 = 6;

/// Visits to a household and to the records that were put together with it, in the order they were made.
fn visits_of(county: &County, household: RecordId, folded: &[RecordId]) -> Answer<Vec<RecordRow>> {
    let mut visits = county.by_parent(RecordKind::Visit, household)?;
    for other in folded {
        visits.extend(county.by_parent(RecordKind::Visit, *other)?);
    }
    visits.sort_by_key(|visit| (visit.int(2), visit.id));
    Ok(visits)
}

/// `GET areas/{id}/households`: area after area, each in door order.
///
/// # Errors
/// `not_found`, `bad_request`.
pub fn list(call: &Call, county: &County, seat: &Seat) -> Answer<Rows<HouseholdRow>> {
    let (area, page) = (call.id()?, call.page()?);
    let tree = county.areas();
    seat.sees(&tree, area)?;
    let mut areas = tree.subtree(area);
    areas.sort_by_key(|id| tree.get(*id).map(|node| node.code.clone()));
    let query = call.word("query").map(str::trim).filter(|query| !query.is_empty());
    let (mut total, mut rows) = (0_u64, Vec::new());
    let end = page.offset + u64::from(page.limit);
    for area in areas {
        let there = county.count_in(RecordKind::Household, area)?;
        // Without a search an area outside the page need not be read.
        if there == 0 || (query.is_none() && (total + there <= page.offset || total >= end)) {
            total += there;
            continue;
        }
        let joined = Joined::of(county, area)?;
        for line in &joined.ordered {
            if query.is_some_and(|query| !joined.matches(line.0, &line.1, query)) {
                continue;
            }
            if (page.offset..end).contains(&total) {
                rows.push(joined.line(county, line)?);
            }
            total += 1;
        }
    }
    Ok(Rows { rows, total })
}

/// `GET households/{id}`.
///
/// # Errors
/// `not_found`.
pub fn one(call: &Call, county: &County, seat: &Seat) -> Answer<Household> {
    let row = seat.record(county, RecordKind::Household, call.id()?)?;
    let labels = Labels::new(county);
    let occupancy = labels.occupancy(row.id)?;
    let others = county.records_in(RecordKind::Household, row.area, Sort::Rising, Page::ALL)?;
    let folded: Vec<RecordId> = others
        .iter()
        .filter(|other| other.reference(SAME_AS) == Some(row.id))
        .map(|other| other.id)
        .collect();
    let mut records = vec![row.id];
    records.extend(&folded);
    records.extend(occupancy.as_ref().map(|row| row.id));
    let now_ms = county.now_ms();
    let mut people = Vec::new();
    for residence in
        county.by_parent(RecordKind::Residence, row.id)?.iter().filter(|row| row.int(6).is_none())
    {
        let Some(entered) = residence.reference(1) else { continue };
        let person = county.record(county.stands_for(entered)?)?;
        let Some(person) = person.filter(|person| !person.deleted && !person.erased) else { continue };
        records.extend([entered, residence.id]);
        // Somebody on record twice is one person, under the record that stays.
        if !records.contains(&person.id) {
            records.push(person.id);
        }
        let line = masked(&person, Some(residence), now_ms);
        match people.iter_mut().find(|known: &&mut PersonRow| known.id == line.id) {
            None => people.push(line),
            Some(known) if entered == person.id => *known = line,
            Some(_) => {}
        }
    }
    people.sort_by_key(|person| person.relation != "head");
    let mut visits = Vec::new();
    for visit in visits_of(county, row.id, &folded)?.iter().rev().take(MOST_LINES) {
        visits.push(VisitLine {
            id: visit.id.to_string(),
            at_ms: visit.int(2).unwrap_or(visit.made_ms),
            outcome: outcome(visit),
            note: redact(visit.text(4)),
            by: labels.worker(visit.reference(6).or(visit.owner))?,
        });
    }
    Ok(Household {
        id: row.id.to_string(),
        door: labels.household(row.id)?,
        grid: labels.area(row.area),
        occupancy: occupancy_word(occupancy.as_ref()),
        note: redact(row.text(1)),
        phone: Some(row.text(2)).filter(|phone| !phone.is_empty()).map(mask_phone_text),
        people,
        visits,
        history: history(county, &labels, &records)?,
    })
}

/// Who changed which fields, newest first; never what they hold.
fn history(county: &County, labels: &Labels<'_>, records: &[RecordId]) -> Answer<Vec<HistoryLine>> {
    let mut all: Vec<Fed> = Vec::new();
    let mut began: BTreeSet<OpId> = BTreeSet::new();
    for record in records {
        let of_record = county.history(*record)?;
        began.extend(of_record.iter().min_by_key(|fed| fed.seq).map(|fed| fed.op.id()));
        all.extend(of_record);
    }
    all.sort_by_key(|fed| std::cmp::Reverse(fed.seq));
    let mut lines = Vec::new();
    for fed in all.iter().take(MOST_LINES) {
        let header = &fed.op.header;
        let Some(kind) = RecordKind::from_code(header.kind) else { continue };
        let payload = fed.op.read().unwrap_or_default();
        lines.push(HistoryLine {
            at_ms: header.evidence.wall_ms,
            by: labels.device(header.id.device)?,
            kind: kind.name(),
            how: match header.verb {
                Verb::DELETE | Verb::ERASE => "removed",
                _ if payload.ends_a_tie(kind) => "ended",
                _ if payload.resumes_a_tie(kind) => "resumed",
                _ if payload.joined_home(kind).is_some() => "joined",
                _ if payload.parts_a_home(kind) => "parted",
                _ if began.contains(&header.id) => "began",
                _ => "changed",
            },
            fields: payload.edits.keys().filter_map(|key| kind.field(*key)).map(|field| field.name).collect(),
        });
    }
    Ok(lines)
}
