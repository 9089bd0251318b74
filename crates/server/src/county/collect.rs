//! What is over or can be made again is collected, once an hour. Operations are not: docs/adr/0016.

use super::County;
use super::error::Result;

const DAY_MS: i64 = 86_400_000;
/// A code is over a day after its time: until then a phone that lost the answer is told so.
const CODES_MS: i64 = DAY_MS;
/// Prebuilt snapshots of a scope that nobody has any more.
const SNAPSHOTS_MS: i64 = 7 * DAY_MS;

impl County {
    /// Forgets uploads, codes and sessions whose time is over, and snapshots nobody has asked for lately.
    ///
    /// # Errors
    /// [`super::CountyError`] of storage and blob store.
    pub fn collect(&self) -> Result<()> {
        let now_ms = self.now_ms();
        self.write(|tx| {
            tx.rows().forget_codes(now_ms - CODES_MS)?;
            tx.rows().forget_desk_sessions(now_ms)?;
            Ok(tx.rows().forget_snapshots(now_ms - SNAPSHOTS_MS)?)
        })?;
        self.sweep_uploads().map(|_| ())
    }
}
