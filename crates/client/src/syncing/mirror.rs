//! Whether phone and county have the same: compared once a greeting, by sums over what others wrote in each area. When
//! they differ, everything is read anew over what is here; the outbox and all of the phone's own log stay as they are.

use super::feed::begin_snapshot;
use crate::change::{put_merged, state_of};
use crate::error::{ClientError, Result};
use crate::open::{Open, read_u64, write_u64};
use xunge_domain::ids::RecordId;
use xunge_domain::operation::DigestSum;
use xunge_domain::records::RecordKind;
use xunge_store::{Fact, Reader, Writer};
use xunge_sync::messages::AreaDigest;

/// A phone that differs again so soon has a fault that reading anew does not mend: it is told in the log only.
const NOT_AGAIN_MS: u64 = 24 * 3_600_000;

/// Whether everything is being read anew because it differed.
pub(super) fn differed(reader: &Reader<'_>) -> Result<bool> {
    Ok(reader.rebuilding()? && read_u64(reader, Fact::RebuiltMs)?.is_some_and(|at| at > 0))
}

/// At the end of a snapshot: what the county did not name again goes, and what is left is merged again.
pub(super) fn finish(writer: &Writer<'_>) -> Result<()> {
    if !writer.rebuilding()? {
        return Ok(());
    }
    for (kind, record) in writer.finish_rebuild()? {
        let Some(kind) = RecordKind::from_code(kind) else { continue };
        let state = state_of(writer, kind, record)?;
        let area = writer.operations_of(record)?.last().map(|stored| stored.header.area);
        match area.filter(|_| !state.is_empty()) {
            // Taken away with its area before; its own operations stay in the log.
            Some(_) if writer.row(kind, record)?.is_none() => {}
            Some(area) => {
                put_merged(writer, kind, record, area, &state)?;
            }
            None => writer.remove_row(kind, record)?,
        }
    }
    Ok(())
}

impl Open {
    /// Whether what is here of other people's was what the county had, when last compared since the start.
    pub fn compared(&self) -> Option<bool> {
        self.contact().same
    }

    /// Compares what the county says with what is here, at the same place of the feed.
    pub(super) fn compare(&self, digests: &[AreaDigest]) -> Result<()> {
        let (server_ms, _) = self.best_time(self.world.clock.now());
        let now_ms = u64::try_from(server_ms).unwrap_or(0);
        self.store.write(|writer| {
            if writer.rebuilding()? {
                return Ok(());
            }
            let mut differ = 0_u32;
            for said in digests {
                let Ok(area) = uuid::Uuid::from_slice(&said.area) else { continue };
                let Ok(sum) = said.sum.as_slice().try_into() else { continue };
                let theirs = DigestSum { operations: said.operations, sum: u128::from_be_bytes(sum) };
                differ += u32::from(writer.digest_of(RecordId(area))? != theirs);
            }
            self.contact().same = Some(differ == 0);
            if differ == 0 {
                return Ok(());
            }
            let last = read_u64(writer, Fact::RebuiltMs)?.unwrap_or(0);
            let again = last > 0 && now_ms.saturating_sub(last) < NOT_AGAIN_MS;
            tracing::warn!(areas = differ, again, "what is here is not what the county has");
            if again {
                return Ok(());
            }
            writer.begin_rebuild()?;
            write_u64(writer, Fact::RebuiltMs, now_ms.max(1))?;
            begin_snapshot(writer)
        })
    }

    /// After a write in which something was erased: files of photos go, and what unused parts of the database still hold.
    /// What cannot be done now is done at the next greeting.
    pub(super) fn after_erasing(&self, photos: &[RecordId]) {
        for photo in photos {
            let _ = self.store.photos().remove(*photo);
        }
        self.scrub_if_due();
    }

    /// See [`Open::after_erasing`].
    pub(super) fn scrub_if_due(&self) {
        let scrubbed = match self.store.scrub_due() {
            Ok(true) => self.store.scrub(),
            Ok(false) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = scrubbed {
            let error = ClientError::from(error);
            tracing::warn!(%error, "traces of what was erased have still to go");
        }
    }
}
