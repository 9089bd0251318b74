//! The first sync: everything a scope sees, as prebuilt pages, parents before children. Phones that see the same are
//! given the same pages, so a page asked for again is the same page, and a hundred phones cost one build.

use super::caller::Caller;
use super::error::{Refused, Result};
use super::{County, Scope, feed, lock};
use crate::storage::{Fed, Rows, SnapshotRow};
use xunge_domain::operation::{Hash, Operation};
use xunge_domain::records::RecordKind;
use xunge_sync::batch::{self, Salts};
use xunge_sync::messages::{SnapshotBody, SnapshotPage};

/// What a page should weigh once packed.
const PAGE_BYTES: usize = 256 * 1024;
/// The first page is small, some three hundred operations: the phone is usable after it.
const FIRST_PAGE_BYTES: usize = 16 * 1024;
/// Operations of the feed that a phone may fetch after a kept snapshot before building a new one pays.
const STALE_AFTER: u64 = 2_000;
/// Snapshots kept of one scope, so that a phone can go on with the one it began.
const KEPT: usize = 2;

impl County {
    /// One page.
    ///
    /// # Errors
    /// [`Refused::NotFound`] beyond the last page; [`super::CountyError`] of the storage.
    pub fn snapshot(&self, caller: &Caller, wanted: &SnapshotPage) -> Result<SnapshotBody> {
        let scope = caller.scope.fingerprint();
        if let Some(at) = wanted.at
            && let Some(page) = self.read(|rows| Ok(rows.snapshot_page(&scope, at, wanted.page)?))?
        {
            return self.body(page);
        }
        let at = self.newest(&caller.scope, &scope)?;
        let page = if wanted.at == Some(at) || wanted.at.is_none() { wanted.page } else { 0 };
        let page = self.read(|rows| Ok(rows.snapshot_page(&scope, at, page)?))?;
        self.body(page.ok_or(Refused::NotFound)?)
    }

    fn body(&self, page: SnapshotRow) -> Result<SnapshotBody> {
        Ok(SnapshotBody {
            epoch: self.epoch().to_vec(),
            at: page.at,
            pages: page.pages,
            operations: page.operations,
            batch: page.batch,
            mark: self.read(|rows| self.mark_at(rows, page.at))?,
        })
    }

    /// Position of a snapshot fresh enough, built when there is none.
    fn newest(&self, scope: &Scope, fingerprint: &Hash) -> Result<u64> {
        let _one = lock(&self.building);
        let kept = self.read(|rows| {
            let Some(at) = rows.snapshots(fingerprint)?.first().copied() else { return Ok(None) };
            let mut after = 0;
            for area in scope.below().into_iter().chain(scope.above()) {
                after += rows.feed_length(area, at)?;
            }
            Ok((after <= STALE_AFTER).then_some(at))
        })?;
        if let Some(at) = kept {
            return Ok(at);
        }
        let pages = self.read(|rows| build(rows, scope))?;
        let at = pages.first().map_or(0, |page| page.at);
        let now_ms = self.now_ms();
        self.write(|tx| {
            for page in &pages {
                tx.rows().put_snapshot_page(fingerprint, page, now_ms)?;
            }
            if let Some(oldest) = tx.rows().snapshots(fingerprint)?.get(KEPT - 1) {
                tx.rows().drop_snapshots_before(fingerprint, *oldest)?;
            }
            Ok(at)
        })
    }
}

fn build(rows: &Rows<'_>, scope: &Scope) -> Result<Vec<SnapshotRow>> {
    let at = rows.head()?;
    let mut seen: Vec<Fed> = Vec::new();
    for area in scope.below().into_iter().chain(scope.above()) {
        for fed in rows.feed_of_area(area, at)? {
            if feed::sees(rows, scope, &fed)? {
                seen.push(fed);
            }
        }
    }
    seen.sort_by_key(|fed| (rank(fed), fed.seq));
    let operations = seen.len() as u64;
    let mut batches = Vec::new();
    let mut page: Vec<Operation> = Vec::new();
    let mut weight = 0;
    for fed in seen {
        // Ids and references do not compress; the rest does to about a half.
        weight += 40 + fed.op.payload.len() / 2;
        page.push(fed.op);
        let full = if batches.is_empty() { FIRST_PAGE_BYTES } else { PAGE_BYTES };
        if weight >= full || page.len() >= batch::MAX_OPS {
            batches.push(pack(&page)?);
            page.clear();
            weight = 0;
        }
    }
    if !page.is_empty() || batches.is_empty() {
        batches.push(pack(&page)?);
    }
    let pages = u32::try_from(batches.len()).map_err(|_| Refused::TooLarge)?;
    let number = |(page, batch)| SnapshotRow { at, page, pages, operations, batch };
    Ok((0_u32..).zip(batches).map(number).collect())
}

fn pack(ops: &[Operation]) -> Result<Vec<u8>> {
    batch::pack(ops, Salts::None).map_err(|_| Refused::TooLarge.into())
}

/// Parents before children.
fn rank(fed: &Fed) -> usize {
    let kind = RecordKind::from_code(fed.op.header.kind);
    RecordKind::ALL.iter().position(|known| Some(*known) == kind).unwrap_or(RecordKind::ALL.len())
}
