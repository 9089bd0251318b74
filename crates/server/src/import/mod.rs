//! An office's ledger into the county: the reading of `xunge_ledger` held against what the area already holds, written
//! as the county's own operations. The same file twice makes no new people; what a worker wrote is never overwritten.
//!
//! `identity` makes ids, `present` knows what is there, `plan` decides; this file runs them; [`held`] keeps what was read
//! at the desk until it is imported. Reading the file and
//! the report are `xunge_ledger`'s, files and printing are `cli`'s.

pub mod held;
mod identity;
mod plan;
mod present;

pub use plan::Counts;

use crate::county::{self, AreaTree, County, CountyEdit};
use crate::storage::AuditEntry;
use identity::Namer;
use plan::Planner;
use present::Present;
use xunge_domain::ids::RecordId;
use xunge_domain::records::words::AreaLevel;
use xunge_ledger::LedgerReading;

/// Edits written in one go; progress is told after each. A grid of 300 households is some 3,000 edits: several steps.
const AT_ONCE: usize = 500;

/// How many grids lie below an area into which no ledger goes, because households there would belong to none of them; nothing
/// for a grid, a part of one, or an area that is not divided.
pub fn too_wide(tree: &AreaTree, area: RecordId) -> Option<usize> {
    let level = |id: &RecordId| tree.get(*id).map_or(0, |node| node.level);
    if level(&area) >= AreaLevel::Grid.code() {
        return None;
    }
    let below = tree.subtree(area);
    let grids = below.iter().skip(1).filter(|id| level(id) == AreaLevel::Grid.code()).count();
    (below.len() > 1).then_some(grids)
}

/// Writes a reading into an area. `progress` hears how many rows of people are written, of how many. Breaking off loses
/// nothing and doubles nothing: run it again.
///
/// # Errors
/// [`county::CountyError`] of the storage; rows told as done before are durable.
pub fn run(
    county: &County,
    area: RecordId,
    reading: &LedgerReading,
    who: &str,
    progress: &mut dyn FnMut(u64, u64),
) -> county::Result<Counts> {
    let namer = Namer::new(&county.registry_key().to_bytes());
    let mut planner = Planner::new(area, namer, Present::load(county, area)?);
    let of = reading.people() as u64;
    let mut done = 0;
    progress(0, of);
    for household in &reading.households {
        planner.household(household);
        done += household.people.len() as u64;
        if planner.drafts.len() >= AT_ONCE {
            write(county, &mut planner)?;
            progress(done, of);
        }
    }
    for empty in &reading.empty_dwellings {
        planner.dwelling(&empty.address);
    }
    for unplaced in &reading.unplaced {
        planner.person(&unplaced.person, None, &unplaced.address);
    }
    write(county, &mut planner)?;
    let code = county.areas().get(area).map(|node| node.code.clone()).unwrap_or_default();
    county.audit(&AuditEntry {
        who: who.to_owned(),
        what: "import".to_owned(),
        subject: code,
        detail: format!("{} households, {of} people", reading.households.len()),
        ok: true,
        ..AuditEntry::default()
    })?;
    progress(of, of);
    Ok(planner.counts)
}

fn write(county: &County, planner: &mut Planner) -> county::Result<()> {
    let drafts = std::mem::take(&mut planner.drafts);
    if !drafts.is_empty() {
        county.write_as_county(drafts.into_iter().map(CountyEdit::from).collect())?;
    }
    Ok(())
}
