//! The tree of areas with what lies in each; an area added below one's own, or renamed.

use super::call::{Call, Seat};
use super::problem::{Answer, Problem};
use crate::administration::areas;
use crate::county::County;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::AreaLevel;

/// A node; counts include everything below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct AreaLine {
    pub id: String,
    pub parent: Option<String>,
    pub code: String,
    pub name: String,
    pub kind: &'static str,
    pub households: u64,
    pub people: u64,
    pub workers: u64,
}

/// `GET areas`: the whole tree in scope, flat, parents first.
///
/// # Errors
/// Those of the storage.
pub fn tree(county: &County, seat: &Seat) -> Answer<Vec<AreaLine>> {
    let tree = county.areas();
    let sums = |counts: BTreeMap<RecordId, u64>| {
        let mut sums: BTreeMap<RecordId, u64> = BTreeMap::new();
        for (area, count) in counts {
            for above in std::iter::once(area).chain(tree.ancestors(area)) {
                *sums.entry(above).or_default() += count;
            }
        }
        sums
    };
    let households = sums(county.count_by_area(RecordKind::Household)?);
    let people = sums(county.count_by_area(RecordKind::Person)?);
    let workers = sums(county.count_by_area(RecordKind::Worker)?);
    let of = |sums: &BTreeMap<RecordId, u64>, area| sums.get(&area).copied().unwrap_or(0);
    let nodes = tree.subtree(seat.area).into_iter().filter_map(|id| tree.get(id));
    let line = |node: &crate::county::AreaNode| AreaLine {
        id: node.id.to_string(),
        // Above its own top an account sees nothing, not even an id.
        parent: node.parent.filter(|_| node.id != seat.area).map(|parent| parent.to_string()),
        code: node.code.clone(),
        name: node.name.clone(),
        kind: AreaLevel::from_code(node.level).map_or("unknown", AreaLevel::word),
        households: of(&households, node.id),
        people: of(&people, node.id),
        workers: of(&workers, node.id),
    };
    let mut lines: Vec<AreaLine> = nodes.map(line).collect();
    lines.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(lines)
}

/// A new area.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct AreaForm {
    /// Id of the area above.
    pub parent: String,
    /// The county's code for it.
    pub code: String,
    /// Name.
    pub name: String,
    /// Level word, lower than the parent's.
    pub kind: String,
}

#[derive(Deserialize)]
struct NameForm {
    name: String,
}

fn line_of(county: &County, seat: &Seat, area: RecordId) -> Answer<AreaLine> {
    let id = area.to_string();
    tree(county, seat)?.into_iter().find(|line| line.id == id).ok_or_else(Problem::not_found)
}

/// `POST areas`.
///
/// # Errors
/// `not_found`, `bad_request`, `code_taken`.
pub fn add(call: &Call, county: &County, seat: &Seat) -> Answer<AreaLine> {
    let form: AreaForm = call.body()?;
    let parent: RecordId = form.parent.parse().map_err(|_| Problem::not_found())?;
    let tree = county.areas();
    seat.sees(&tree, parent)?;
    tree.get(parent).ok_or_else(Problem::not_found)?;
    let level = AreaLevel::from_word(&form.kind).ok_or_else(|| Problem::bad("kind"))?;
    let id = areas::add(county, &seat.account, parent, &form.code, &form.name, level)?;
    line_of(county, seat, id)
}

/// `POST areas/{id}/rename`. Its own top a town's centre does not rename: that name is the county's.
///
/// # Errors
/// `not_found`, `not_allowed`, `bad_request`.
pub fn rename(call: &Call, county: &County, seat: &Seat) -> Answer<AreaLine> {
    let area = call.id()?;
    seat.sees(&county.areas(), area)?;
    if area == seat.area && seat.role != "county" {
        return Err(Problem::new(403, "not_allowed"));
    }
    areas::rename(county, &seat.account, area, &call.body::<NameForm>()?.name)?;
    line_of(county, seat, area)
}
