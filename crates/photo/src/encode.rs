//! From pixels to JPEG bytes: baseline, 4:2:0, one scan, a JFIF header and no metadata.

use image::RgbImage;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::{Limits, PhotoError, scale};

/// Below this quality the stamp is no longer readable; then the limit is wrong and not the picture.
const LOWEST_QUALITY: u8 = 25;

/// The stored picture. Quality gives way when a picture (foliage, noise at night) would pass the byte limit.
pub(crate) fn stored(image: &RgbImage, limits: &Limits) -> Result<Vec<u8>, PhotoError> {
    within(image, limits.quality, limits.max_stored_bytes)
}

/// The thumbnail of the stamped picture.
pub(crate) fn thumbnail(stamped: &RgbImage, limits: &Limits) -> Result<Vec<u8>, PhotoError> {
    let small = scale::shrink_to(stamped.clone(), limits.thumbnail_side.clamp(16, Limits::SMALLEST_SIDE));
    within(&small, 76, limits.max_thumbnail_bytes)
}

fn within(image: &RgbImage, quality: u8, most: usize) -> Result<Vec<u8>, PhotoError> {
    let mut quality = quality.clamp(LOWEST_QUALITY, 100);
    loop {
        let bytes = encode(image, quality)?;
        if bytes.len() <= most {
            return Ok(bytes);
        }
        if quality == LOWEST_QUALITY {
            return Err(PhotoError::EncodeFailed(format!("{} bytes at the lowest quality", bytes.len())));
        }
        quality = quality.saturating_sub(12).max(LOWEST_QUALITY);
    }
}

fn encode(image: &RgbImage, quality: u8) -> Result<Vec<u8>, PhotoError> {
    let failed = |why: String| PhotoError::EncodeFailed(why);
    let side = |length: u32| u16::try_from(length).map_err(|_| failed(format!("a side of {length}")));
    let (width, height) = (side(image.width())?, side(image.height())?);
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    // Tables fitted to the picture would save some bytes, but then this encoder writes one scan per colour, which zune-jpeg
    // 0.5.15 (and so `image`) decodes into green stripes: zune-image issue 422.
    encoder.set_optimized_huffman_tables(false);
    encoder
        .encode(image.as_raw(), width, height, ColorType::Rgb)
        .map_err(|error| failed(error.to_string()))?;
    Ok(bytes)
}
