//! Which operation began a record. Not simply the lowest: the first edit of a field stands as low as the beginning, and may
//! come from a phone with a lower number.

use crate::change::is_handed_over;
use xunge_domain::ids::RecordId;
use xunge_store::{OpState, StoredOperation};

/// The operation that began `record`, of all that are known of it and count everywhere: its id says when it was begun, by the
/// clock of whoever began it; another's clock may be behind.
pub(super) fn began(record: RecordId, all: &[StoredOperation]) -> Option<&StoredOperation> {
    let begun = record.0.get_timestamp().map_or(0, |made| {
        let (seconds, nanos) = made.to_unix();
        i64::try_from(seconds * 1_000 + u64::from(nanos) / 1_000_000).unwrap_or(0)
    });
    all.iter()
        .filter(|op| op.header.height <= 1 && op.state != OpState::Withdrawn && !is_handed_over(op))
        .min_by_key(|op| (op.header.evidence.wall_ms.abs_diff(begun), op.id()))
}
