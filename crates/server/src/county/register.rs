//! The register of care categories, as far as the county itself has to keep to it: a duty is taken in only under an entry
//! that the county signed and that holds today, and goes out only to the roles that the entry names as its readers
//! (docs/privacy.md). Held whole: a county registers a dozen.

use crate::storage::RecordRow;
use chrono::NaiveDate;
use ed25519_dalek::VerifyingKey;
use std::collections::{BTreeMap, BTreeSet};
use xunge_domain::ids::RecordId;
use xunge_domain::records::words::WorkerRole;
use xunge_domain::value::Value;
use xunge_sync::auth::signed_registry::{CareCategoryEntry, RegistryError, SignedCategory, Tier};

/// Key of a care duty's category, as the record lists it by (`county::columns`).
pub(super) const DUTY_CATEGORY: u16 = 2;

/// What the county signed, by the record it lies in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct CareRegister {
    entries: BTreeMap<RecordId, CareCategoryEntry>,
}

impl CareRegister {
    /// Takes in the record of a category as it is now. One that is gone, not signed by the county, forbidden or of a tier
    /// that is not enabled leaves nothing behind.
    pub(super) fn put(&mut self, row: &RecordRow, key: &VerifyingKey) {
        self.entries.remove(&row.id);
        if !row.deleted
            && !row.erased
            && let Ok(entry) = read(row, key)
        {
            self.entries.insert(row.id, entry);
        }
    }

    /// Whether there is an entry of that code in force on `day`.
    pub(super) fn holds(&self, code: &str, day: NaiveDate) -> bool {
        self.in_force(day).any(|entry| entry.code == code)
    }

    /// Codes of the entries in force on `day` that `role` may read.
    pub(super) fn readable(&self, role: WorkerRole, day: NaiveDate) -> BTreeSet<String> {
        let readable = self.in_force(day).filter(|entry| entry.readers.contains(&role));
        readable.map(|entry| entry.code.clone()).collect()
    }

    fn in_force(&self, day: NaiveDate) -> impl Iterator<Item = &CareCategoryEntry> {
        self.entries.values().filter(move |entry| day <= entry.expires)
    }
}

/// The entry in a category's record, if it is the county's own and says the same code as the record. Whether it has
/// expired is asked when it is used.
pub(super) fn read(row: &RecordRow, key: &VerifyingKey) -> Result<CareCategoryEntry, RegistryError> {
    let bytes = |at: u16| row.one(at).and_then(Value::as_bytes).map(<[u8]>::to_vec).unwrap_or_default();
    let signed = SignedCategory { entry: bytes(2), signature: bytes(3) };
    let entry = signed.verify(key, NaiveDate::MIN, Tier::One)?;
    if entry.code == row.text(1) { Ok(entry) } else { Err(RegistryError::Unreadable) }
}
