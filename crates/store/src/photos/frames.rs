//! A file in frames of 64 KiB, each sealed by XChaCha20-Poly1305, so that a piece can be read without the rest.
//!
//! Every photo has a random key of its own, so nonces need only differ within a photo: byte 0 says which file (picture or
//! thumbnail), bytes 1–8 the number of the frame, byte 9 whether it is the last. Frames therefore cannot be moved,
//! left out, swapped between the two files, or cut off the end. The photo's id is authenticated with each.

use crate::error::StoreError;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};

/// Plain bytes in a frame.
pub(super) const FRAME: usize = 64 * 1024;
/// Bytes a frame grows by.
pub(super) const TAG: usize = 16;
const SEALED: usize = FRAME + TAG;

fn nonce(part: u8, number: u64, last: bool) -> XNonce {
    let mut bytes = [0; 24];
    bytes[0] = part;
    bytes[1..9].copy_from_slice(&number.to_be_bytes());
    bytes[9] = u8::from(last);
    XNonce::from(bytes)
}

/// Seals a whole file.
pub(crate) fn seal(key: &[u8; 32], id: &[u8], part: u8, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
    let cipher = XChaCha20Poly1305::new(Key::from_slice(key));
    let count = plain.len().div_ceil(FRAME);
    let mut sealed = Vec::with_capacity(plain.len() + count * TAG);
    for (number, frame) in plain.chunks(FRAME).enumerate() {
        let nonce = nonce(part, number as u64, number + 1 == count);
        let payload = Payload { msg: frame, aad: id };
        sealed.extend(
            cipher.encrypt(&nonce, payload).map_err(|_| StoreError::Unstorable("a photo too large"))?,
        );
    }
    Ok(sealed)
}

/// Plain length of a sealed file; nothing when no file of ours has this length.
pub(super) fn plain_len(sealed: u64) -> Option<u64> {
    let frames = sealed.div_ceil(SEALED as u64);
    let rest = sealed % SEALED as u64;
    (sealed > 0 && (rest == 0 || rest > TAG as u64)).then(|| sealed - frames * TAG as u64)
}

/// Which sealed bytes hold plain bytes `offset..offset + len`: (offset, length, first frame).
pub(super) fn window(offset: u64, len: usize) -> (u64, usize, u64) {
    let first = offset / FRAME as u64;
    let last = (offset + len.max(1) as u64 - 1) / FRAME as u64;
    (first * SEALED as u64, (last - first + 1) as usize * SEALED, first)
}

/// Opens consecutive frames beginning with `first` of a file with `count` frames.
pub(crate) fn open(
    key: &[u8; 32],
    id: &[u8],
    part: u8,
    sealed: &[u8],
    first: u64,
    count: u64,
) -> Result<Vec<u8>, StoreError> {
    let cipher = XChaCha20Poly1305::new(Key::from_slice(key));
    let mut plain = Vec::with_capacity(sealed.len());
    for (number, frame) in (first..).zip(sealed.chunks(SEALED)) {
        let nonce = nonce(part, number, number + 1 == count);
        let payload = Payload { msg: frame, aad: id };
        plain.extend(cipher.decrypt(&nonce, payload).map_err(|_| StoreError::PhotoDamaged)?);
    }
    Ok(plain)
}

/// Frames of a file of this sealed length.
pub(crate) fn count(sealed: u64) -> u64 {
    sealed.div_ceil(SEALED as u64)
}
