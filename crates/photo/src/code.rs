//! A QR code in a picture: what it says. Used where a phone is shown its invitation instead of having it typed.
//!
//! Leaves what the text means to the caller. The picture is bounded and decoded like every other original, and nothing
//! of it is kept.

use crate::{Limits, PhotoError, decode, facts, scale, sniff};
use image::RgbImage;
use rxing::helpers::detect_in_luma_with_hints;
use rxing::{BarcodeFormat, DecodeHints};

/// Longest sides the picture is looked at with. The middle one finds nearly all; a code that is small in a large picture
/// needs the first, one that is blurred or fills the picture the last.
const SIDES: [u32; 3] = [1280, 2400, 640];

/// The text of a QR code in a picture; nothing when none can be read.
///
/// # Errors
/// `empty`, `too_large_bytes`, `not_an_image`, `unsupported_format`, `too_many_pixels`, `damaged`.
pub fn read_code(original: &[u8], limits: &Limits) -> Result<Option<String>, PhotoError> {
    let kind = sniff::admit(original, limits.max_input_bytes)?;
    let orientation = facts::read(original).orientation;
    let image = decode::turn_upright(decode::decode(original, kind, limits)?.image, orientation);
    let longest = image.width().max(image.height());
    for (nth, side) in SIDES.into_iter().enumerate() {
        // A picture smaller than the side was looked at already, as it is.
        if nth == 1 && longest <= SIDES[0] {
            continue;
        }
        let looked_at = scale::shrink_to(image.clone(), side);
        if let Some(text) = decode::guarded(|| find(&looked_at))? {
            return Ok(Some(text));
        }
    }
    Ok(None)
}

fn find(image: &RgbImage) -> Option<String> {
    let (width, height) = image.dimensions();
    // Rec. 601 luma in whole numbers.
    let luma: Vec<u8> = image
        .pixels()
        .map(|pixel| {
            let [red, green, blue] = pixel.0.map(u32::from);
            ((red * 299 + green * 587 + blue * 114) / 1000) as u8
        })
        .collect();
    // Dark screens show light codes on dark ground.
    let mut hints = DecodeHints { TryHarder: Some(true), AlsoInverted: Some(true), ..DecodeHints::default() };
    detect_in_luma_with_hints(luma, width, height, Some(BarcodeFormat::QR_CODE), &mut hints)
        .ok()
        .map(|found| found.getText().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;
    use rxing::{EncodeHints, MultiFormatWriter, Writer};

    const INVITATION: &str =
        "XUNGE1:192.168.1.20:8443:7K3M9QXT:0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF";

    /// The code in grey on grey, somewhere in a larger picture, as a camera would see it.
    fn picture(side: u32, module: u32, dark: u8, light: u8) -> RgbImage {
        let hints = EncodeHints::default();
        let code =
            MultiFormatWriter.encode_with_hints(INVITATION, &BarcodeFormat::QR_CODE, 0, 0, &hints).unwrap();
        let mut image = RgbImage::from_pixel(side, side * 3 / 4, Rgb([light; 3]));
        let (left, top) = (side / 5, side / 9);
        for y in 0..code.getHeight() * module {
            for x in 0..code.getWidth() * module {
                if code.get(x / module, y / module) {
                    image.put_pixel(left + x, top + y, Rgb([dark; 3]));
                }
            }
        }
        image
    }

    fn jpeg(image: &RgbImage) -> Vec<u8> {
        let mut out = Vec::new();
        jpeg_encoder::Encoder::new(&mut out, 70)
            .encode(image.as_raw(), image.width() as u16, image.height() as u16, jpeg_encoder::ColorType::Rgb)
            .unwrap();
        out
    }

    fn read(image: &RgbImage) -> Option<String> {
        read_code(&jpeg(image), &Limits::default()).unwrap()
    }

    #[test]
    fn an_invitation_is_read_from_paper_from_a_dark_screen_and_lying_on_its_side() {
        assert_eq!(read(&picture(900, 8, 40, 215)).as_deref(), Some(INVITATION), "paper");
        assert_eq!(read(&picture(900, 8, 220, 30)).as_deref(), Some(INVITATION), "dark screen");
        let turned = image::imageops::rotate90(&picture(900, 8, 40, 215));
        assert_eq!(read(&turned).as_deref(), Some(INVITATION), "on its side");
    }

    #[test]
    fn a_code_that_is_small_in_a_large_picture_is_read() {
        assert_eq!(read(&picture(3_000, 5, 30, 230)).as_deref(), Some(INVITATION));
    }

    #[test]
    fn a_picture_without_a_code_says_so_and_no_picture_is_an_error() {
        assert_eq!(read(&RgbImage::from_pixel(400, 300, Rgb([120, 90, 60]))), None);
        assert_eq!(
            read_code(b"<html>not a picture</html>", &Limits::default()).unwrap_err(),
            PhotoError::NotAnImage
        );
    }
}
