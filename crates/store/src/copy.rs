//! A sealed copy, beside the database, of the one fact without which a phone is nobody: its identity. A damaged page may
//! take the fact from the database; operations salvaged around it would then have no author any more.
//!
//! Layout: salt 16 ‖ the bytes sealed by XChaCha20-Poly1305 under a key derived from the store's key and the salt. Every
//! writing draws a salt, so no key seals twice.

use crate::error::StoreError;
use crate::files::Files;
use crate::keys::Secret;
use crate::photos::frames;
use std::path::Path;
use xunge_domain::world::Randomness;

const SALT: usize = 16;
const ABOUT: &[u8] = b"identity";

fn key_for(seal: &Secret, salt: &[u8]) -> Secret {
    let salt: String = salt.iter().map(|byte| format!("{byte:02x}")).collect();
    seal.subkey(&format!("copy {salt}"))
}

/// The key under which copies of this store lie.
pub(crate) fn seal_of(key: &Secret) -> Secret {
    key.subkey("xunge identity copy v1")
}

/// What the copy says; nothing when there is none or it does not read.
pub(crate) fn read(path: &Path, seal: &Secret, files: &dyn Files) -> Option<Vec<u8>> {
    let bytes = files.read(path).ok()?;
    let (salt, sealed) = bytes.split_at_checked(SALT)?;
    let count = frames::count(sealed.len() as u64);
    frames::open(key_for(seal, salt).expose(), ABOUT, 0, sealed, 0, count)
        .ok()
        .filter(|plain| !plain.is_empty())
}

/// Writes the copy durably unless it says the same already.
pub(crate) fn write(
    path: &Path,
    seal: &Secret,
    plain: &[u8],
    random: &dyn Randomness,
    files: &dyn Files,
) -> Result<(), StoreError> {
    if read(path, seal, files).as_deref() == Some(plain) {
        return Ok(());
    }
    let mut salt = [0; SALT];
    random.fill(&mut salt);
    let sealed = frames::seal(key_for(seal, &salt).expose(), ABOUT, 0, plain)?;
    Ok(files.write_durable(path, &[salt.as_slice(), &sealed].concat())?)
}
