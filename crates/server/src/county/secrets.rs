//! Keys and single values that belong to the county itself. They lie in the encrypted database.

use super::error::{CountyError, Result};
use crate::storage::{Rows, StorageError};
use ed25519_dalek::SigningKey;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use xunge_domain::world::Randomness;
use xunge_sync::auth::seal::OpeningKey;
use zeroize::Zeroizing;

pub(super) const EPOCH: &str = "epoch";
pub(super) const NAME: &str = "name";
const REGISTRY: &str = "registry_key";
const OPENING: &str = "opening_key";
const ENROL: &str = "enrol_secret";

/// The county's keys.
pub(super) struct Secrets {
    /// Signs the registry of care categories.
    pub(super) registry: SigningKey,
    /// Opens what phones sealed.
    pub(super) opening: OpeningKey,
    /// Keys the hashes of enrolment codes.
    pub(super) enrol: Zeroizing<[u8; 32]>,
    /// Keys the hashes of citizen ids. They never leave the county.
    pub(super) people: Zeroizing<[u8; 32]>,
}

pub(super) fn load_or_make(rows: &Rows<'_>, random: &dyn Randomness) -> Result<(Secrets, [u8; 16])> {
    rows.ensure_county_device()?;
    let enrol = value(rows, random, ENROL)?;
    let secrets = Secrets {
        registry: SigningKey::from_bytes(&*value(rows, random, REGISTRY)?),
        opening: OpeningKey::from_bytes(*value(rows, random, OPENING)?),
        people: derived(&enrol, b"xunge citizen ids v1"),
        enrol,
    };
    Ok((secrets, *value(rows, random, EPOCH)?))
}

/// A key of its own for another purpose.
fn derived(secret: &[u8; 32], purpose: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    // Any length of key is valid for HMAC, so the error cannot occur.
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) {
        mac.update(purpose);
        key.copy_from_slice(&mac.finalize().into_bytes());
    }
    key
}

/// The value of that name, drawn when there is none yet.
fn value<const N: usize>(rows: &Rows<'_>, random: &dyn Randomness, name: &str) -> Result<Zeroizing<[u8; N]>> {
    if let Some(found) = rows.meta(name)? {
        let found = Zeroizing::new(found);
        let exact = <[u8; N]>::try_from(found.as_slice()).map_err(|_| StorageError::Damaged("meta"))?;
        return Ok(Zeroizing::new(exact));
    }
    let mut drawn = Zeroizing::new([0; N]);
    random.fill(drawn.as_mut());
    rows.put_meta(name, drawn.as_ref()).map_err(CountyError::from)?;
    Ok(drawn)
}
