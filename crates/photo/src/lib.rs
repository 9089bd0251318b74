//! Photos as evidence: bytes in, bytes out.
//!
//! [`process`] turns what a camera wrote into what may travel: upright, no side longer than the limit, stamped
//! with time, place, worker and item, and carrying no metadata at all. [`verify_stored`] is the county's half:
//! it lets in only files of exactly that shape, so nothing hidden can ride along.
//!
//! Everything here is pure: no files, no clock, no threads; the same input gives the same bytes. Storing,
//! encrypting, signing the evidence record, uploading and deciding when an original is deleted belong to the
//! callers. Hostile bytes are expected: every failure is a [`PhotoError`] with a stable code.

#[cfg(feature = "codes")]
mod code;
mod decode;
mod encode;
mod entropy;
mod error;
mod facts;
mod jpeg;
mod lettering;
mod limits;
mod scale;
mod sniff;
mod stamp;

use sha2::{Digest, Sha256};

#[cfg(feature = "codes")]
pub use code::read_code;
pub use error::PhotoError;
pub use facts::{ExifFacts, Position};
pub use limits::Limits;
pub use sniff::ImageKind;
pub use stamp::{Fix, Stamp};

/// A SHA-256 value. Whoever shows or names something by it writes lower-case hexadecimal.
pub type Sha256Bytes = [u8; 32];

/// What [`process`] made of one original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Processed {
    /// The picture that is kept and travels: a baseline JPEG, upright, stamped, without metadata.
    pub stored: Vec<u8>,
    /// A small JPEG of the stamped picture for lists; under [`Limits::max_thumbnail_bytes`].
    pub thumbnail: Vec<u8>,
    /// Of the camera's bytes as given. Goes into the signed evidence record and nowhere else.
    pub original_sha256: Sha256Bytes,
    /// Of [`Processed::stored`]. Names the blob; the receipt states it.
    pub stored_sha256: Sha256Bytes,
    /// Of [`Processed::thumbnail`].
    pub thumbnail_sha256: Sha256Bytes,
    /// Width of the stored picture in pixels.
    pub width: u32,
    /// Height of the stored picture in pixels, with the stamp.
    pub height: u32,
    /// What the original's EXIF said about time, place and orientation. A claim of the camera, not evidence.
    pub exif: ExifFacts,
    /// The file type the original really had, whatever its name said.
    pub original_kind: ImageKind,
    /// True when the original was faulty and a part of the picture may be grey or shifted. The screen should
    /// offer to take it again; the record may keep it.
    pub original_damaged: bool,
}

/// What [`verify_stored`] found in a file that it accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredInfo {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Length of the file in bytes.
    pub bytes: u64,
}

/// Makes the stored picture and its thumbnail out of what a camera wrote.
///
/// JPEG, PNG and WebP are read (the first frame when there are several). Dimensions are judged from the header,
/// before anything is allocated for the picture. A damaged JPEG is processed when at least half of
/// it can be recovered, and marked in [`Processed::original_damaged`].
///
/// # Errors
/// Everything of [`PhotoError`] but `metadata_present`, `hash_mismatch` and `trailing_data`: an original may
/// carry metadata and trailing bytes, they are simply left behind.
pub fn process(original: &[u8], stamp: &Stamp, limits: &Limits) -> Result<Processed, PhotoError> {
    let kind = sniff::admit(original, limits.max_input_bytes)?;
    let exif = facts::read(original);
    let decoded = decode::decode(original, kind, limits)?;
    let small = scale::shrink_to(decoded.image, limits.stored_side());
    let upright = decode::turn_upright(small, exif.orientation);
    let stamped = lettering::draw_stamp(upright, &stamp.lines(), limits.stored_side())?;

    let stored = encode::stored(&stamped, limits)?;
    let thumbnail = encode::thumbnail(&stamped, limits)?;
    Ok(Processed {
        original_sha256: sha256(original),
        stored_sha256: sha256(&stored),
        thumbnail_sha256: sha256(&thumbnail),
        width: stamped.width(),
        height: stamped.height(),
        exif,
        original_kind: kind,
        original_damaged: decoded.damaged,
        stored,
        thumbnail,
    })
}

/// Accepts a received picture or thumbnail, or says why not.
///
/// The bytes must hash to `expected_sha256` and be a JPEG of the plain kind that [`process`] writes: baseline,
/// no APP segment but JFIF, no comment, tables of exactly their size, picture data used up to the last bit, and
/// nothing after the end. So a file that is also an archive or a web page is refused wherever the other half hides.
///
/// # Errors
/// `empty`, `too_large_bytes`, `hash_mismatch`, `not_an_image`, `unsupported_format`, `metadata_present`,
/// `trailing_data`, `too_many_pixels`, `damaged`.
pub fn verify_stored(
    bytes: &[u8],
    expected_sha256: &Sha256Bytes,
    limits: &Limits,
) -> Result<StoredInfo, PhotoError> {
    let kind = sniff::admit_by_size(bytes, limits.max_stored_bytes)?;
    if sha256(bytes) != *expected_sha256 {
        return Err(PhotoError::HashMismatch);
    }
    if kind()? != ImageKind::Jpeg {
        return Err(PhotoError::UnsupportedFormat("only JPEG is kept"));
    }
    let frame = jpeg::check_plain(bytes, limits.stored_side())?;
    decode::check_decodes(bytes, &frame)?;
    Ok(StoredInfo { width: frame.width, height: frame.height, bytes: bytes.len() as u64 })
}

fn sha256(bytes: &[u8]) -> Sha256Bytes {
    Sha256::digest(bytes).into()
}
