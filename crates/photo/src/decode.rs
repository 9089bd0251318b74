//! From bytes to pixels, within bounds: dimensions are judged from the header, a decoder that panics counts as a
//! damaged picture, and a damaged JPEG is used when most of it can be recovered.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::codecs::{png::PngDecoder, webp::WebPDecoder};
use image::{DynamicImage, ImageDecoder, ImageError, RgbImage, imageops};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;

use crate::jpeg::{self, Content, Frame};
use crate::{ImageKind, Limits, PhotoError};

/// Longest side that JPEG can express; it also keeps `scale`'s sums in 32 bits.
const LONGEST_SIDE: u32 = 65_535;

/// Less of a picture than this is no evidence of anything; the worker should take it again.
const LEAST_PERCENT: u8 = 50;

/// A decoded original, not yet turned upright.
pub(crate) struct Decoded {
    pub(crate) image: RgbImage,
    /// Whether only a lenient decoder could read it.
    pub(crate) damaged: bool,
}

/// Decodes an original of a known kind.
pub(crate) fn decode(bytes: &[u8], kind: ImageKind, limits: &Limits) -> Result<Decoded, PhotoError> {
    guarded(|| match kind {
        ImageKind::Jpeg => jpeg(bytes, limits),
        ImageKind::Png => {
            let bounds = bounds(limits);
            other(PngDecoder::with_limits(Cursor::new(bytes), bounds).map_err(refusal)?, limits)
        }
        ImageKind::WebP => other(WebPDecoder::new(Cursor::new(bytes)).map_err(refusal)?, limits),
    })?
}

/// Decodes a picture whose structure was checked, strictly, and throws the pixels away.
pub(crate) fn check_decodes(bytes: &[u8], frame: &Frame) -> Result<(), PhotoError> {
    guarded(|| {
        let mut decoder = decoder(bytes, true);
        decoder.decode().map_err(jpeg_refusal)?;
        match decoder.info() {
            Some(info) if (u32::from(info.width), u32::from(info.height)) == (frame.width, frame.height) => {
                Ok(())
            }
            _ => Err(PhotoError::Damaged("the decoder disagrees about the size".into())),
        }
    })?
}

/// Turns the picture by its EXIF orientation (TIFF tag 274) so that up is up.
pub(crate) fn turn_upright(image: RgbImage, orientation: u8) -> RgbImage {
    match orientation {
        2 => imageops::flip_horizontal(&image),
        3 => imageops::rotate180(&image),
        4 => imageops::flip_vertical(&image),
        5 => imageops::flip_horizontal(&imageops::rotate90(&image)),
        6 => imageops::rotate90(&image),
        7 => imageops::flip_horizontal(&imageops::rotate270(&image)),
        8 => imageops::rotate270(&image),
        _ => image,
    }
}

/// Runs a foreign decoder. Those here are written not to panic, but they eat whatever the world sends; a panic that
/// took the app or the county down with a worker's record half saved would cost more than this guard. Decoders
/// own all they touch, so nothing half changed is seen afterwards.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, PhotoError> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| PhotoError::Damaged("the decoder gave up".into()))
}

fn check_size(width: u32, height: u32, limits: &Limits) -> Result<(), PhotoError> {
    if width == 0 || height == 0 {
        return Err(PhotoError::Damaged("a side is zero".into()));
    }
    let pixels = u64::from(width) * u64::from(height);
    if pixels > limits.max_pixels || width.max(height) > LONGEST_SIDE {
        return Err(PhotoError::TooManyPixels { width, height });
    }
    Ok(())
}

fn decoder(bytes: &[u8], strict: bool) -> JpegDecoder<ZCursor<&[u8]>> {
    let options = DecoderOptions::default()
        .set_strict_mode(strict)
        .set_max_width(LONGEST_SIDE as usize)
        .set_max_height(LONGEST_SIDE as usize)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    JpegDecoder::new_with_options(ZCursor::new(bytes), options)
}

/// Strictly when the picture is whole. A faulty one is decoded leniently and marked, if half of it is there.
fn jpeg(bytes: &[u8], limits: &Limits) -> Result<Decoded, PhotoError> {
    let content = jpeg::survey(bytes)?;
    match content {
        Content::Percent(percent @ ..LEAST_PERCENT) => {
            jpeg_size(bytes, limits)?; // an absurd size is the better answer
            return Err(PhotoError::Damaged(format!("{percent} % of the picture are there")));
        }
        Content::Percent(LEAST_PERCENT..100) => {}
        Content::Percent(_) | Content::Unknown => match jpeg_as(bytes, limits, true) {
            Ok(image) => return Ok(Decoded { image, damaged: false }),
            Err(PhotoError::Damaged(_)) => {}
            Err(error) => return Err(error),
        },
    }
    let image = jpeg_as(bytes, limits, false)?;
    if content == Content::Unknown {
        check_not_blank(&image)?;
    }
    Ok(Decoded { image, damaged: true })
}

fn jpeg_size(bytes: &[u8], limits: &Limits) -> Result<(), PhotoError> {
    let mut decoder = decoder(bytes, false);
    decoder.decode_headers().map_err(jpeg_refusal)?;
    let info = decoder.info().ok_or_else(|| PhotoError::Damaged("no frame".into()))?;
    check_size(info.width.into(), info.height.into(), limits)
}

fn jpeg_as(bytes: &[u8], limits: &Limits, strict: bool) -> Result<RgbImage, PhotoError> {
    let mut decoder = decoder(bytes, strict);
    decoder.decode_headers().map_err(jpeg_refusal)?;
    let info = decoder.info().ok_or_else(|| PhotoError::Damaged("no frame".into()))?;
    let (width, height) = (u32::from(info.width), u32::from(info.height));
    check_size(width, height, limits)?;
    let pixels = decoder.decode().map_err(jpeg_refusal)?;
    RgbImage::from_raw(width, height, pixels).ok_or_else(|| PhotoError::Damaged("pixels are missing".into()))
}

/// Refuses a progressive picture of which more than the lower half was never decoded: the decoder leaves that in one
/// flat colour, which no camera's noise does. Asked only of pictures that are known to be faulty.
fn check_not_blank(image: &RgbImage) -> Result<(), PhotoError> {
    let (width, height) = image.dimensions();
    let Some(last) = image.rows().next_back().and_then(|mut row| row.next().copied()) else {
        return Err(PhotoError::Damaged("no pixels".into()));
    };
    let flat = image.rows().rev().take_while(|row| row.clone().all(|pixel| *pixel == last)).count();
    if flat as u64 * 2 > u64::from(height) {
        let percent = flat as u64 * 100 / u64::from(height);
        return Err(PhotoError::Damaged(format!("{percent} % of {width} × {height} are missing")));
    }
    Ok(())
}

fn bounds(limits: &Limits) -> image::Limits {
    let mut bounds = image::Limits::default();
    bounds.max_image_width = Some(LONGEST_SIDE);
    bounds.max_image_height = Some(LONGEST_SIDE);
    bounds.max_alloc = Some(limits.max_pixels.saturating_mul(8));
    bounds
}

fn other(mut decoder: impl ImageDecoder, limits: &Limits) -> Result<Decoded, PhotoError> {
    let (width, height) = decoder.dimensions();
    check_size(width, height, limits)?;
    // 16 bits a channel doubles the bytes of a pixel; then half the pixels are allowed.
    if decoder.total_bytes() > limits.max_pixels.saturating_mul(4) {
        return Err(PhotoError::TooManyPixels { width, height });
    }
    decoder.set_limits(bounds(limits)).map_err(refusal)?;
    let image = match DynamicImage::from_decoder(decoder).map_err(refusal)? {
        DynamicImage::ImageRgb8(image) => image,
        image if image.color().has_alpha() => on_white(&image.into_rgba8()),
        image => image.into_rgb8(),
    };
    Ok(Decoded { image, damaged: false })
}

/// JPEG has no transparency; screenshots are drawn on white.
fn on_white(image: &image::RgbaImage) -> RgbImage {
    let (width, height) = image.dimensions();
    RgbImage::from_fn(width, height, |x, y| {
        let [red, green, blue, alpha] = image.get_pixel(x, y).0;
        let over = |value: u8| {
            ((u32::from(value) * u32::from(alpha) + 255 * (255 - u32::from(alpha)) + 127) / 255) as u8
        };
        image::Rgb([over(red), over(green), over(blue)])
    })
}

fn refusal(error: ImageError) -> PhotoError {
    match error {
        ImageError::Unsupported(_) => PhotoError::UnsupportedFormat("a variant that is not read"),
        ImageError::Limits(_) => PhotoError::TooManyPixels { width: 0, height: 0 },
        other => PhotoError::Damaged(first_line(&other.to_string())),
    }
}

fn jpeg_refusal(error: DecodeErrors) -> PhotoError {
    match error {
        DecodeErrors::Unsupported(_) => PhotoError::UnsupportedFormat("a JPEG variant that is not read"),
        other => PhotoError::Damaged(first_line(&format!("{other:?}"))),
    }
}

/// Decoders explain themselves at length; a log wants one line.
fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim().to_owned()
}
