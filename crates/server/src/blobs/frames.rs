//! Encryption of a blob in frames (XChaCha20-Poly1305, the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár
//! 2015): version byte 1, a random prefix of 19 bytes, then frames of 64 KiB with their tags. A frame's nonce is prefix,
//! number (32 bits) and a byte that says whether it is the last, so frames cannot be swapped, dropped or added. The name
//! is authenticated: one blob does not open as another.

use super::BlobError;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use xunge_domain::world::Randomness;

const VERSION: u8 = 1;
const PREFIX: usize = 19;
const FRAME: usize = 64 * 1024;
const TAG: usize = 16;

fn nonce(prefix: &[u8], number: usize, last: bool) -> Result<XNonce, BlobError> {
    let number = u32::try_from(number).map_err(|_| BlobError::DoesNotOpen)?;
    let mut nonce = [0; 24];
    let (head, tail) = nonce.split_at_mut(PREFIX);
    head.copy_from_slice(prefix);
    tail[..4].copy_from_slice(&number.to_be_bytes());
    tail[4] = u8::from(last);
    Ok(nonce.into())
}

pub(crate) fn seal(
    key: &[u8; 32],
    random: &dyn Randomness,
    name: &str,
    bytes: &[u8],
) -> Result<Vec<u8>, BlobError> {
    let cipher = XChaCha20Poly1305::new(key.into());
    let mut prefix = [0; PREFIX];
    random.fill(&mut prefix);
    let frames = bytes.len().div_ceil(FRAME).max(1);
    let mut sealed = Vec::with_capacity(1 + PREFIX + bytes.len() + frames * TAG);
    sealed.push(VERSION);
    sealed.extend_from_slice(&prefix);
    for number in 0..frames {
        let msg = bytes.get(number * FRAME..bytes.len().min((number + 1) * FRAME)).unwrap_or_default();
        let nonce = nonce(&prefix, number, number + 1 == frames)?;
        let frame = cipher.encrypt(&nonce, Payload { msg, aad: name.as_bytes() });
        sealed.extend_from_slice(&frame.map_err(|_| BlobError::DoesNotOpen)?);
    }
    Ok(sealed)
}

pub(crate) fn open(key: &[u8; 32], name: &str, sealed: &[u8]) -> Result<Vec<u8>, BlobError> {
    let cipher = XChaCha20Poly1305::new(key.into());
    let (head, body) = sealed.split_at_checked(1 + PREFIX).ok_or(BlobError::DoesNotOpen)?;
    let Some((&VERSION, prefix)) = head.split_first() else { return Err(BlobError::DoesNotOpen) };
    let frames = body.len().div_ceil(FRAME + TAG);
    if frames == 0 {
        return Err(BlobError::DoesNotOpen);
    }
    let mut bytes = Vec::with_capacity(body.len());
    for (number, msg) in body.chunks(FRAME + TAG).enumerate() {
        let nonce = nonce(prefix, number, number + 1 == frames)?;
        let frame = cipher.decrypt(&nonce, Payload { msg, aad: name.as_bytes() });
        bytes.extend_from_slice(&frame.map_err(|_| BlobError::DoesNotOpen)?);
    }
    Ok(bytes)
}
