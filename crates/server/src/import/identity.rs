//! Ids for what a ledger brings: a keyed hash of what tells a person, household, door or building apart, so that the same
//! file read twice makes nobody twice, also when the first run broke off half-way. Keyed, because an id travels to
//! phones and into logs, and nobody may try citizen ids against it.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;

/// Makes ids under a key of the county's.
#[derive(Clone)]
pub struct Namer([u8; 32]);

impl Namer {
    /// With a key derived from a secret of the county's.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(keyed(secret, &["xunge import ids v1"]))
    }

    /// The id of the record of `kind` that these parts tell apart: a UUID of version 8 (RFC 9562 §5.8).
    pub fn id(&self, kind: RecordKind, parts: &[&str]) -> RecordId {
        let mut all = vec![kind.name()];
        all.extend_from_slice(parts);
        let hash = keyed(&self.0, &all);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        RecordId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

fn keyed(key: &[u8; 32], parts: &[&str]) -> [u8; 32] {
    // Any length of key is valid for HMAC, so the error cannot occur.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        // With its length, so that no text can pass from one part into the next.
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_parts_are_the_same_record_and_others_are_not() {
        let namer = Namer::new(&[1; 32]);
        let id = namer.id(RecordKind::Person, &["a", "bc"]);
        assert_eq!(id, namer.id(RecordKind::Person, &["a", "bc"]));
        assert_ne!(id, namer.id(RecordKind::Person, &["ab", "c"]));
        assert_ne!(id, namer.id(RecordKind::Household, &["a", "bc"]));
        assert_ne!(id, Namer::new(&[2; 32]).id(RecordKind::Person, &["a", "bc"]));
    }
}
