//! What an area looks like from above: outlines, buildings, points, open incidents, the last patrol of each grid. Of a
//! patrol there is only what the phone summed up; nobody's track is here.

use super::call::{Call, Seat};
use super::incidents::{IncidentRow, Shown};
use super::labels::Labels;
use super::patrols::{self, PatrolRow, Place};
use super::problem::{Answer, Problem};
use crate::county::query::incident_state;
use crate::county::{AreaTree, County};
use crate::storage::{Page, RecordRow, Sort};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use xunge_domain::geometry::{LatLon, outline_from_bytes};
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::AreaLevel;

/// Outlines drawn at once: a level that would go beyond is left out.
const MOST_SHAPES: usize = 400;
/// Buildings drawn at once: a larger area shows its grids only.
const MOST_BUILDINGS: u64 = 1_500;
/// Incidents drawn at once, the newest first.
const MOST_INCIDENTS: usize = 300;

/// An area from above.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct AreaMap {
    pub shapes: Vec<Shape>,
    pub buildings: Vec<Spot>,
    pub points: Vec<Spot>,
    pub incidents: Vec<IncidentSpot>,
    pub incidents_open: u64,
    pub incidents_unplaced: u64,
    pub last_patrol: Option<PatrolRow>,
}

/// An area with an outline; the first is the one asked for, when it has one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct Shape {
    pub id: String,
    pub name: String,
    pub kind: &'static str,
    /// Outer rings.
    pub rings: Vec<Vec<Place>>,
    pub incidents_open: u64,
    pub last_patrol_ms: Option<i64>,
}

/// A place with a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct Spot {
    pub name: String,
    pub number: Option<i64>,
    pub lat_e7: i64,
    pub lon_e7: i64,
}

/// An open incident with a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct IncidentSpot {
    pub id: String,
    pub title: String,
    pub place_name: String,
    pub state: &'static str,
    pub due_ms: Option<i64>,
    pub lat_e7: i64,
    pub lon_e7: i64,
}

/// The outer rings of an area's outline; none when it has no outline.
///
/// # Errors
/// Those of the storage.
pub fn rings(county: &County, area: RecordId) -> Answer<Vec<Vec<Place>>> {
    let area = county.record(area)?;
    let bytes = area.as_ref().and_then(|area| area.one(5)).and_then(|value| value.as_bytes());
    let Some(outline) = bytes.and_then(|bytes| outline_from_bytes(bytes).ok()) else { return Ok(Vec::new()) };
    let place = |at: &LatLon| Place { lat_e7: at.lat_e7().into(), lon_e7: at.lon_e7().into() };
    let outer = outline.parts().iter().filter_map(|rings| rings.first());
    Ok(outer.map(|ring| ring.iter().map(place).collect()).collect())
}

/// The area and what lies below it, level after level while there is room.
fn drawn(tree: &AreaTree, top: RecordId) -> Vec<RecordId> {
    let mut all = vec![top];
    let mut level = vec![top];
    loop {
        let mut below: Vec<_> = level.iter().flat_map(|area| tree.children(*area)).collect();
        if below.is_empty() || all.len() + below.len() > MOST_SHAPES {
            return all;
        }
        below.sort_by(|a, b| a.code.cmp(&b.code));
        level = below.into_iter().map(|node| node.id).collect();
        all.extend(&level);
    }
}

fn spot(row: &RecordRow, number: u16) -> Option<Spot> {
    let (lat_e7, lon_e7) = (row.int(3)?, row.int(4)?);
    Some(Spot { name: row.text(1).to_owned(), number: row.int(number), lat_e7, lon_e7 })
}

/// Places of a kind in some areas, when they are few enough to be drawn.
///
/// # Errors
/// Those of the storage.
pub fn spots(county: &County, kind: RecordKind, areas: &[RecordId], number: u16) -> Answer<Vec<Spot>> {
    let mut count = 0;
    for area in areas {
        count += county.count_in(kind, *area)?;
    }
    if count > MOST_BUILDINGS {
        return Ok(Vec::new());
    }
    let listed = county.records(kind, areas, Sort::Rising, Page::ALL, |_| true)?;
    Ok(listed.rows.iter().filter_map(|row| spot(row, number)).collect())
}

/// An incident as a spot; none when it has no place.
///
/// # Errors
/// Those of the storage.
pub fn incident_spot(shown: &Shown<'_>, row: &RecordRow) -> Answer<Option<IncidentSpot>> {
    let Some((lat_e7, lon_e7)) = row.int(4).zip(row.int(5)) else { return Ok(None) };
    let IncidentRow { id, title, place_name, state, due_ms, .. } = shown.line(row)?;
    Ok(Some(IncidentSpot { id, title, place_name, state, due_ms, lat_e7, lon_e7 }))
}

/// Each area's value, carried up to everything above it.
fn carried_up(
    tree: &AreaTree,
    own: impl IntoIterator<Item = (RecordId, i64)>,
    join: fn(i64, i64) -> i64,
) -> BTreeMap<RecordId, i64> {
    let mut up: BTreeMap<RecordId, i64> = BTreeMap::new();
    for (area, value) in own {
        for at in std::iter::once(area).chain(tree.ancestors(area)) {
            up.entry(at).and_modify(|there| *there = join(*there, value)).or_insert(value);
        }
    }
    up
}

/// `GET areas/{id}/map`.
///
/// # Errors
/// `not_found`.
pub fn of(call: &Call, county: &County, seat: &Seat) -> Answer<AreaMap> {
    let top = call.id()?;
    let tree = county.areas();
    seat.sees(&tree, top)?;
    tree.get(top).ok_or_else(Problem::not_found)?;
    let areas = tree.subtree(top);
    let (labels, shown) = (Labels::new(county), Shown::new(county, seat)?);
    let newest = Page { offset: 0, limit: 1 };
    let mut patrolled = Vec::new();
    let mut last: Option<RecordRow> = None;
    for area in &areas {
        let found = county.records_in(RecordKind::Patrol, *area, Sort::Falling, newest)?;
        for row in found {
            let started = row.int(4).unwrap_or(row.made_ms);
            patrolled.push((*area, started));
            if last.as_ref().is_none_or(|last| last.int(4).unwrap_or(last.made_ms) < started) {
                last = Some(row);
            }
        }
    }
    let open = county.records(RecordKind::Incident, &areas, Sort::Falling, Page::ALL, |row| {
        !incident_state(row).is_end()
    })?;
    let open_in = carried_up(&tree, open.rows.iter().map(|row| (row.area, 1)), |a, b| a + b);
    let last_in = carried_up(&tree, patrolled, i64::max);
    let mut shapes = Vec::new();
    for node in drawn(&tree, top).into_iter().filter_map(|area| tree.get(area)) {
        let rings = rings(county, node.id)?;
        if !rings.is_empty() {
            shapes.push(Shape {
                id: node.id.to_string(),
                name: node.name.clone(),
                kind: AreaLevel::from_code(node.level).map_or("unknown", AreaLevel::word),
                rings,
                incidents_open: open_in.get(&node.id).copied().unwrap_or(0).unsigned_abs(),
                last_patrol_ms: last_in.get(&node.id).copied(),
            });
        }
    }
    let placed: Vec<&RecordRow> =
        open.rows.iter().filter(|row| row.int(4).is_some() && row.int(5).is_some()).collect();
    let mut incidents = Vec::new();
    for row in placed.iter().take(MOST_INCIDENTS) {
        incidents.extend(incident_spot(&shown, row)?);
    }
    Ok(AreaMap {
        shapes,
        buildings: spots(county, RecordKind::Building, &areas, 5)?,
        points: spots(county, RecordKind::InspectionPoint, &areas, 5)?,
        incidents,
        incidents_open: open.total,
        incidents_unplaced: open.total - placed.len() as u64,
        last_patrol: last.map(|row| patrols::line(county, &labels, &row)).transpose()?,
    })
}
