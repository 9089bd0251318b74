//! The phone passes to another worker. Refused while anything written here has no receipt; then the keys go first, after
//! which what lies here is noise, and the files after them. Everything is at the county: enrolling again brings it back.

use super::Client;
use crate::error::{ClientError, Result, rule, rule_with};
use crate::views::session::AppState;
use std::path::Path;
use xunge_store::StoreError;
use xunge_store::files::Files;

impl Client {
    /// Makes the phone new again.
    ///
    /// # Errors
    /// `wrong_phase` while it is not open; `unsent` with `n` while records or photos wait for their receipt; `patrol_open`
    /// while a patrol is under way. Nothing is changed then.
    pub fn leave(&self) -> Result<AppState> {
        let open = self.opened()?;
        let counts = open.counts()?;
        let waits = u64::from(counts.on_phone) + u64::from(counts.sending);
        let patrol = open.store.read(|reader| Ok::<_, ClientError>(reader.open_patrol()?.is_some()))?;
        // Photos that wait for their receipt are among them.
        if waits > 0 {
            return Err(rule_with("unsent", "n", waits));
        }
        if patrol {
            return Err(rule("patrol_under_way"));
        }
        drop(open);
        self.lock();
        let files = &*self.world.files;
        let gone = |path: &Path| files.remove(path).map_err(StoreError::from);
        // The first copy is the one a PIN opens; without both the store's pages are noise.
        gone(&self.key_path())?;
        gone(&self.second_key_path())?;
        gone(&self.way_back_path())?;
        // What cannot be removed now can be read by nobody, and the next enrolment moves it out of the way.
        let _ = empty(&self.dir, files);
        tracing::info!("the phone was made new for another worker");
        self.app_state()
    }
}

/// Removes the files of stores, whole or moved aside, below the phone's folder.
fn empty(dir: &Path, files: &dyn Files) -> Result<()> {
    for folder in files.list(dir).map_err(StoreError::from)? {
        if !folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with("store")) {
            continue;
        }
        let photos = folder.join("photos");
        for part in [&photos, &folder] {
            for file in files.list(part).map_err(StoreError::from)?.iter().filter(|file| **file != photos) {
                files.remove(file).map_err(StoreError::from)?;
            }
        }
    }
    Ok(())
}
