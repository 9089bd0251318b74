//! A small sealed file beside the database, for what must be readable without it: the identity without which a phone is
//! nobody (a damaged page may take the fact from the database; operations salvaged around it would then have no author any
//! more), and what is typed before there is a store that could keep it.
//!
//! Layout: salt 16 ‖ the bytes sealed by XChaCha20-Poly1305 under a key derived from the given one and the salt. Every
//! writing draws a salt, so no key seals twice. What the file is about is bound to it.

use crate::error::StoreError;
use crate::files::Files;
use crate::keys::Secret;
use crate::photos::frames;
use std::path::Path;
use xunge_domain::world::Randomness;

const SALT: usize = 16;

fn key_for(seal: &Secret, salt: &[u8]) -> Secret {
    let salt: String = salt.iter().map(|byte| format!("{byte:02x}")).collect();
    seal.subkey(&format!("copy {salt}"))
}

/// The key under which the copy of this store's identity lies.
pub(crate) fn identity_seal(key: &Secret) -> Secret {
    key.subkey("xunge identity copy v1")
}

/// What the copy of the identity is about.
pub(crate) const IDENTITY: &[u8] = b"identity";

/// What the file says; nothing when there is none or it does not read.
pub fn read(path: &Path, seal: &Secret, about: &[u8], files: &dyn Files) -> Option<Vec<u8>> {
    let bytes = files.read(path).ok()?;
    let (salt, sealed) = bytes.split_at_checked(SALT)?;
    let count = frames::count(sealed.len() as u64);
    frames::open(key_for(seal, salt).expose(), about, 0, sealed, 0, count)
        .ok()
        .filter(|plain| !plain.is_empty())
}

/// Writes the file durably unless it says the same already.
///
/// # Errors
/// Those of the disk.
pub fn write(
    path: &Path,
    seal: &Secret,
    about: &[u8],
    plain: &[u8],
    random: &dyn Randomness,
    files: &dyn Files,
) -> Result<(), StoreError> {
    if read(path, seal, about, files).as_deref() == Some(plain) {
        return Ok(());
    }
    let mut salt = [0; SALT];
    random.fill(&mut salt);
    let sealed = frames::seal(key_for(seal, &salt).expose(), about, 0, plain)?;
    Ok(files.write_durable(path, &[salt.as_slice(), &sealed].concat())?)
}
