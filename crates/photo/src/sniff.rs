//! What the bytes are, judged by their beginning. Names and content types are never asked: they lie.

use crate::PhotoError;

/// The image types that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageKind {
    /// ITU-T T.81, as cameras write it.
    Jpeg,
    /// Portable Network Graphics: screenshots.
    Png,
    /// WebP: pictures that came through a messenger.
    WebP,
}

/// Refuses empty and oversized input, then says what the rest is.
pub(crate) fn admit(bytes: &[u8], max_bytes: usize) -> Result<ImageKind, PhotoError> {
    admit_by_size(bytes, max_bytes)?()
}

/// As [`admit`], but the kind is judged only when the returned closure is called: a hash is compared first.
pub(crate) fn admit_by_size(
    bytes: &[u8],
    max_bytes: usize,
) -> Result<impl FnOnce() -> Result<ImageKind, PhotoError> + '_, PhotoError> {
    if bytes.is_empty() {
        return Err(PhotoError::Empty);
    }
    if bytes.len() > max_bytes {
        return Err(PhotoError::TooLargeBytes { bytes: bytes.len() as u64, limit: max_bytes as u64 });
    }
    Ok(move || kind_of(bytes))
}

fn kind_of(bytes: &[u8]) -> Result<ImageKind, PhotoError> {
    let at = |offset: usize, magic: &[u8]| bytes.get(offset..).is_some_and(|rest| rest.starts_with(magic));
    if at(0, b"\xFF\xD8\xFF") {
        return Ok(ImageKind::Jpeg);
    }
    if at(0, b"\x89PNG\r\n\x1A\n") {
        return Ok(ImageKind::Png);
    }
    if at(0, b"RIFF") && at(8, b"WEBP") {
        return Ok(ImageKind::WebP);
    }
    Err(match foreign(&at) {
        Some(name) => PhotoError::UnsupportedFormat(name),
        None => PhotoError::NotAnImage,
    })
}

/// Pictures that are known but not read, so that the screen can say "take it as JPEG" and not "no picture".
fn foreign(at: &dyn Fn(usize, &[u8]) -> bool) -> Option<&'static str> {
    // ISO base media files name their brand after `ftyp`; videos are no pictures and fall through.
    let brand = |names: &[&[u8]]| at(4, b"ftyp") && names.iter().any(|name| at(8, name));
    if brand(&[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"]) {
        return Some("HEIC");
    }
    if brand(&[b"avif", b"avis"]) {
        return Some("AVIF");
    }
    let known: [(&[u8], &'static str); 9] = [
        (b"GIF87a", "GIF"),
        (b"GIF89a", "GIF"),
        (b"II*\0", "TIFF or raw"),
        (b"MM\0*", "TIFF or raw"),
        (b"\0\0\0\x0CJXL \r\n\x87\n", "JPEG XL"),
        (b"\xFF\x0A", "JPEG XL"),
        (b"\0\0\0\x0CjP  \r\n\x87\n", "JPEG 2000"),
        (b"8BPS", "Photoshop"),
        (b"\0\0\x01\0", "icon"),
    ];
    if let Some((_, name)) = known.iter().find(|(magic, _)| at(0, magic)) {
        return Some(name);
    }
    // "BM" alone would call any text beginning so a picture; a bitmap's next four reserved bytes are zero.
    (at(0, b"BM") && at(6, b"\0\0\0\0")).then_some("BMP")
}
