//! How long raw points live ("raw track points die after 7 days or at the summary's receipt, whichever
//! is later, and after 30 days at the latest"; PIPL art. 19 and 47: no longer than the purpose needs).
//!
//! Seven days let a worker look at a walk and object; the receipt proves that the summary arrived; thirty days
//! end it even for a phone that never sees the county again.

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// The worker may look at a walk for this long.
const LOOK_MS: i64 = 7 * DAY_MS;
/// And no point lives longer than this.
const LATEST_MS: i64 = 30 * DAY_MS;

/// The moment from which the raw points of a patrol must be gone, all in ms since 1970 UTC. `receipt_ms` is when
/// the county's receipt for the summary came, nothing while it has not.
pub fn raw_points_die_at(stopped_ms: i64, receipt_ms: Option<i64>) -> i64 {
    let latest = stopped_ms.saturating_add(LATEST_MS);
    receipt_ms.map_or(latest, |receipt| receipt.max(stopped_ms.saturating_add(LOOK_MS)).min(latest))
}

/// Whether they must be gone now. A clock set back does not bring points back to life: pass the latest moment
/// ever seen.
pub fn raw_points_must_die(stopped_ms: i64, receipt_ms: Option<i64>, latest_seen_ms: i64) -> bool {
    latest_seen_ms >= raw_points_die_at(stopped_ms, receipt_ms)
}
