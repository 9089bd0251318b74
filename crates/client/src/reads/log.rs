//! What the worker may read back of the phone itself: whom they opened and why, and what takes up room.

use super::households::limit_of;
use crate::error::Result;
use crate::open::Open;
use crate::views::session::{AboutMe, AccessEntry, AccessLogArgs, Storage};
use xunge_domain::records::words::WorkerRole;

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

    /// What this phone knows about its worker.
    ///
    /// # Errors
    /// Those of the store.
    pub fn about_me(&self) -> Result<AboutMe> {
        let last_contact_ms = self.sync_state()?.last_contact_ms;
        self.look(|look| {
            let patrols = look.reader.patrols_with_points()?;
            let me = &look.me;
            Ok(AboutMe {
                role: WorkerRole::from_code(me.role).map(WorkerRole::word).unwrap_or_default().to_owned(),
                areas: me.areas.iter().map(|(_, name, _)| name.clone()).collect(),
                address: me.address.clone(),
                device: me.device_no.to_string(),
                records: look.reader.own_chain()?.map_or(0, |(_, chain)| chain.counter),
                opened: look.reader.accesses_since(i64::MIN)?,
                photos: look.reader.photo_count()?,
                patrols: u32::try_from(patrols.len()).unwrap_or(u32::MAX),
                track_points: look.reader.track_points()?,
                oldest_patrol_ms: patrols.iter().filter_map(|patrol| patrol.ended_ms).min(),
                last_contact_ms,
            })
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
