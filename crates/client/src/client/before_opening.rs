//! Drafts of the two forms that stand before the store is open: enrolling, and coming back with a code of the desk. They
//! are asked for like every other draft and lie in a sealed file of their own, since the store that keeps the others is
//! not there yet. The PIN is in neither: it is chosen in one go.

use super::Client;
use crate::error::{Result, rule, rule_with};
use crate::views::session::{Draft, DraftKey};
use serde_json::{from_slice, to_vec};
use std::path::PathBuf;
use xunge_store::keys::Secret;
use xunge_store::{StoreError, sealed_file};

/// The forms.
const FORMS: [&str; 2] = ["enrol", "reopen"];
/// Their fields: the county's address, or the whole text of a QR code, and the code as typed.
const FIELDS: [&str; 2] = ["address", "code"];
/// More text than any address or code has, in bytes.
const LONGEST: usize = 1_024;

/// Whether a form stands before the store is open.
pub(crate) fn stands_before(form: &str) -> bool {
    FORMS.contains(&form)
}

impl Client {
    /// Keeps the form as it stands.
    ///
    /// # Errors
    /// `wrong_phase` once the phone is open, `too_long`, `invalid_field`, and those of the disk.
    pub fn save_draft_before(&self, draft: &Draft) -> Result<()> {
        if self.opened().is_ok() {
            return Err(rule("wrong_phase"));
        }
        for (name, text) in &draft.fields {
            if !FIELDS.contains(&name.as_str()) {
                return Err(rule_with("invalid_field", "field", name));
            }
            if text.len() > LONGEST {
                return Err(rule_with("too_long", "field", name));
            }
        }
        let saved_ms = self.world.clock.now().wall_ms;
        let kept = to_vec(&Draft { saved_ms, ..draft.clone() }).map_err(|_| rule("internal"))?;
        let (random, files) = (&*self.world.random, &*self.world.files);
        Ok(sealed_file::write(
            &self.typed_path(),
            &self.typed_seal()?,
            draft.form.as_bytes(),
            &kept,
            random,
            files,
        )?)
    }

    /// The form as it was left. A file that does not read holds nothing: it is typed again.
    ///
    /// # Errors
    /// Those of the platform's key.
    pub fn load_draft_before(&self, key: &DraftKey) -> Result<Option<Draft>> {
        if self.opened().is_ok() {
            return Ok(None);
        }
        let (path, seal) = (self.typed_path(), self.typed_seal()?);
        let kept = sealed_file::read(&path, &seal, key.form.as_bytes(), &*self.world.files);
        Ok(kept.and_then(|bytes| from_slice(&bytes).ok()))
    }

    /// Forgets what was typed: also once the phone is open, by whatever way.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn drop_draft_before(&self) -> Result<()> {
        Ok(self.world.files.remove(&self.typed_path()).map_err(StoreError::from)?)
    }

    fn typed_seal(&self) -> Result<Secret> {
        let platform = Secret::from_bytes(&*self.world.device.platform_key()?);
        Ok(platform.subkey("xunge typed before opening v1"))
    }

    fn typed_path(&self) -> PathBuf {
        self.dir.join("typed")
    }
}
