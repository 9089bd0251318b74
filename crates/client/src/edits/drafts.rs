//! Drafts: each field as it was typed, kept encrypted, back after the process died.

use super::LONGEST_NOTE;
use crate::error::{ClientError, Result, rule_with};
use crate::open::Open;
use crate::views::session::{Draft, DraftKey};

impl Open {
    /// Keeps a form as it stands.
    ///
    /// # Errors
    /// `too_long`, and those of the store.
    pub fn save_draft(&self, draft: &Draft) -> Result<()> {
        if let Some((name, _)) = draft.fields.iter().find(|(_, text)| text.len() > LONGEST_NOTE) {
            return Err(rule_with("too_long", "field", name));
        }
        let saved_ms = self.world.clock.now().wall_ms;
        let kept = xunge_store::Draft { form: draft.form.clone(), fields: draft.fields.clone(), saved_ms };
        self.store.write(|writer| Ok::<_, ClientError>(writer.put_draft(&kept)?))
    }

    /// The form as it was left.
    ///
    /// # Errors
    /// Those of the store.
    pub fn load_draft(&self, key: &DraftKey) -> Result<Option<Draft>> {
        let kept = self.store.read(|reader| Ok::<_, ClientError>(reader.draft(&key.form)?))?;
        Ok(kept.map(|draft| Draft { form: draft.form, fields: draft.fields, saved_ms: draft.saved_ms }))
    }

    /// Forgets a form.
    ///
    /// # Errors
    /// Those of the store.
    pub fn drop_draft(&self, key: &DraftKey) -> Result<()> {
        self.store.write(|writer| Ok::<_, ClientError>(writer.drop_draft(&key.form)?))
    }
}
