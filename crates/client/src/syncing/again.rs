//! Own operations of which the phone has to hear anew: what a county lost is offered again, what a county put back from a
//! backup kept for the desk may have been applied since, and what it keeps of an area that is no longer here is handed over.

use crate::change::{is_handed_over, put_merged, state_of};
use crate::error::Result;
use crate::open::Open;
use std::collections::BTreeSet;
use xunge_domain::records::RecordKind;
use xunge_store::{OpState, StoredOperation, Writer};

/// Offers again what the county does not hold (any more), which is all above `highest`. Of a county that was put back, also
/// what it had kept without applying it is asked about again: another copy of this phone may have given it to the county
/// when the area was granted, and it stands there now.
pub(super) fn offer_again(writer: &Writer<'_>, highest: u64, put_back: bool) -> Result<()> {
    let counter = writer.own_chain()?.map_or(0, |(_, chain)| chain.counter);
    let from = if put_back { 1 } else { highest + 1 };
    let mut laid_over = BTreeSet::new();
    for stored in writer.own_between(from, counter, u32::MAX)? {
        let held = stored.id().counter <= highest;
        let state = match stored.state {
            // What the worker took back stays taken back: it travels, because the log is dense, and says so.
            OpState::OnPhone | OpState::Withdrawn => continue,
            _ if !held => OpState::OnPhone,
            _ if is_handed_over(&stored) => OpState::Waiting,
            _ => continue,
        };
        writer.set_outcome(stored.id(), state, None, None)?;
        if is_handed_over(&stored) {
            laid_over.insert((stored.header.kind, stored.header.record, stored.header.area));
        }
    }
    for (kind, record, area) in laid_over {
        // Where its area was granted again, it counts among what the record says from now on.
        if let Some(kind) = RecordKind::from_code(kind)
            && writer.row(kind, record)?.is_some()
        {
            put_merged(writer, kind, record, area, &state_of(writer, kind, record)?)?;
        }
    }
    Ok(())
}

impl Open {
    /// Whether a refused operation is of an area that went from this phone: then it is the desk's, and nothing the worker
    /// could do about it.
    pub(super) fn is_of_an_area_gone(&self, writer: &Writer<'_>, stored: &StoredOperation) -> Result<bool> {
        let header = &stored.header;
        if self.areas_granted(writer)?.contains(&header.area) {
            return Ok(false);
        }
        Ok(match RecordKind::from_code(header.kind) {
            Some(kind) => writer.row(kind, header.record)?.is_none(),
            None => true,
        })
    }
}
