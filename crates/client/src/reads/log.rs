//! What the worker may read back of the phone itself: whom they opened and why, and what takes up room.

use super::households::limit_of;
use crate::error::Result;
use crate::open::Open;
use crate::views::session::{AccessEntry, AccessLogArgs, Storage};

impl Open {
    /// Opened persons, newest first, masked.
    ///
    /// # Errors
    /// Those of the store.
    pub fn access_log(&self, args: &AccessLogArgs) -> Result<Vec<AccessEntry>> {
        self.look(|look| {
            let opened = look.reader.access_log(args.page.offset, limit_of(args.page))?;
            opened
                .into_iter()
                .map(|access| {
                    let person = look.person(access.person)?;
                    Ok(AccessEntry { at_ms: access.at_ms, person, reason: access.reason })
                })
                .collect()
        })
    }

    /// Room taken on this phone.
    ///
    /// # Errors
    /// Those of the store.
    pub fn storage(&self) -> Result<Storage> {
        let (records_bytes, photos_bytes) = self.store.bytes()?;
        let track_points = self.look(|look| Ok(look.reader.track_points()?))?;
        Ok(Storage { records_bytes, photos_bytes, free_bytes: self.store.free_bytes(), track_points })
    }
}
