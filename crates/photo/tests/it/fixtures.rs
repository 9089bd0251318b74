//! Generated pictures: a scene with four known corners, in every file type and with whatever metadata a test wants.

use chrono::NaiveDate;
use exif::experimental::Writer;
use exif::{Field, In, Rational, Tag, Value};
use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use sha2::{Digest, Sha256};
use xunge_photo::{Fix, Stamp};

/// Words that stand in every text field of [`exif_with`]; none may come out.
pub const CANARY: &str = "CANARY-7Q2";

pub const RED: [u8; 3] = [200, 40, 40];
pub const GREEN: [u8; 3] = [40, 170, 60];
pub const BLUE: [u8; 3] = [40, 60, 200];
pub const SAND: [u8; 3] = [220, 210, 160];

/// A stamp as a phone without contact makes it.
pub fn stamp() -> Stamp {
    Stamp {
        taken: NaiveDate::from_ymd_opt(2026, 11, 23).unwrap().and_hms_opt(9, 52, 0).unwrap(),
        time_verified: false,
        place: Some(Fix { lat_e7: 374_905_060, lon_e7: 1_182_552_000, accuracy_m: 8 }),
        place_name: Some("2幢东侧".into()),
        worker_no: "3107".into(),
        item_no: "7F2C".into(),
    }
}

/// Red upper left, green upper right, blue lower left, sand lower right, with a camera's noise.
pub fn scene(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let base = match (x < width / 2, y < height / 2) {
            (true, true) => RED,
            (false, true) => GREEN,
            (true, false) => BLUE,
            (false, false) => SAND,
        };
        let noise =
            ((x.wrapping_mul(7919) ^ y.wrapping_mul(104_729)).wrapping_mul(2_654_435_761) >> 28) as u8;
        Rgb(base.map(|value| value - 8 + noise))
    })
}

/// A camera's JPEG of the picture.
pub fn jpeg(image: &RgbImage) -> Vec<u8> {
    jpeg_with(image, |_| {})
}

/// A JPEG with the encoder set up as the test wishes.
pub fn jpeg_with(image: &RgbImage, set_up: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 90);
    encoder.set_sampling_factor(SamplingFactor::F_2_1);
    set_up(&mut encoder);
    let (width, height) = (image.width() as u16, image.height() as u16);
    encoder.encode(image.as_raw(), width, height, ColorType::Rgb).unwrap();
    bytes
}

/// A PNG of the picture.
pub fn png(image: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    image::codecs::png::PngEncoder::new(&mut bytes)
        .write_image(image.as_raw(), image.width(), image.height(), ExtendedColorType::Rgb8)
        .unwrap();
    bytes
}

/// A lossless WebP of the picture.
pub fn webp(image: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    image::codecs::webp::WebPEncoder::new_lossless(&mut bytes)
        .encode(image.as_raw(), image.width(), image.height(), ExtendedColorType::Rgb8)
        .unwrap();
    bytes
}

/// EXIF (a bare TIFF) with this orientation, a time, a fix at 37.4905 N 118.2552 E, and canaries all over.
pub fn exif_with(orientation: u16) -> Vec<u8> {
    let text = |tag, text: &str| field(tag, Value::Ascii(vec![text.as_bytes().to_vec()]));
    let degrees = |d, m, s| {
        Value::Rational([(d, 1), (m, 1), (s, 100)].map(|(num, denom)| Rational { num, denom }).to_vec())
    };
    let fields = [
        text(Tag::Make, CANARY),
        text(Tag::Model, CANARY),
        text(Tag::Artist, CANARY),
        text(Tag::ImageDescription, CANARY),
        field(Tag::Orientation, Value::Short(vec![orientation])),
        text(Tag::DateTimeOriginal, "2026:11:23 09:52:07"),
        text(Tag::OffsetTimeOriginal, "+08:00"),
        text(Tag::BodySerialNumber, CANARY),
        text(Tag::GPSLatitudeRef, "N"),
        field(Tag::GPSLatitude, degrees(37, 29, 2580)),
        text(Tag::GPSLongitudeRef, "E"),
        field(Tag::GPSLongitude, degrees(118, 15, 1872)),
        text(Tag::GPSDateStamp, "2026:11:23"),
        field(Tag::GPSTimeStamp, degrees(1, 52, 500)),
    ];
    let mut writer = Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut bytes = std::io::Cursor::new(Vec::new());
    writer.write(&mut bytes, false).unwrap();
    bytes.into_inner()
}

fn field(tag: Tag, value: Value) -> Field {
    Field { tag, ifd_num: In::PRIMARY, value }
}

/// A camera's JPEG with that EXIF, and canaries as XMP, colour profile and comment.
pub fn jpeg_with_metadata(image: &RgbImage, orientation: u16) -> Vec<u8> {
    let bytes = jpeg_with(image, |encoder| encoder.add_exif_metadata(&exif_with(orientation)).unwrap());
    let xmp = format!("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>{CANARY}</x:xmpmeta>");
    let bytes = insert_segment(&bytes, 0xE1, xmp.as_bytes());
    let bytes = insert_segment(&bytes, 0xE2, format!("ICC_PROFILE\0\x01\x01{CANARY}").as_bytes());
    insert_segment(&bytes, 0xFE, CANARY.as_bytes())
}

/// The JPEG with one more segment after its JFIF header.
pub fn insert_segment(jpeg: &[u8], marker: u8, body: &[u8]) -> Vec<u8> {
    let after_jfif = 2 + 2 + usize::from(u16::from_be_bytes([jpeg[4], jpeg[5]]));
    let length = (body.len() as u16 + 2).to_be_bytes();
    [&jpeg[..after_jfif], &[0xFF, marker], &length, body, &jpeg[after_jfif..]].concat()
}

/// The JPEG with other dimensions written in its frame header.
pub fn claim_size(jpeg: &[u8], width: u16, height: u16) -> Vec<u8> {
    let mut bytes = jpeg.to_vec();
    let frame = bytes.windows(4).position(|w| w == [0xFF, 0xC0, 0, 17] || w == [0xFF, 0xC2, 0, 17]).unwrap();
    bytes[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    bytes[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}

/// The JPEG with something written between its picture data and its end marker.
pub fn before_end(jpeg: &[u8], what: &[u8]) -> Vec<u8> {
    let end = jpeg.len() - 2;
    [&jpeg[..end], what, &jpeg[end..]].concat()
}

/// A PNG that is nothing but chunks; their checksums are right.
pub fn png_of(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1A\n".to_vec();
    for (name, body) in chunks {
        bytes.extend((body.len() as u32).to_be_bytes());
        let start = bytes.len();
        bytes.extend_from_slice(*name);
        bytes.extend_from_slice(body);
        let sum = crc32(&bytes[start..]);
        bytes.extend(sum.to_be_bytes());
    }
    bytes
}

/// The header chunk of a PNG of this size, bit depth and colour type.
pub fn ihdr(width: u32, height: u32, depth: u8, colour: u8) -> Vec<u8> {
    [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, colour, 0, 0, 0]].concat()
}

/// CRC-32 of ISO 3309, as PNG wants it.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xEDB8_8320 & (sum & 1).wrapping_neg()))
    })
}

pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

pub fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// Decodes a JPEG for looking at its pixels.
pub fn pixels(jpeg: &[u8]) -> RgbImage {
    let mut decoder = zune_jpeg::JpegDecoder::new(zune_core::bytestream::ZCursor::new(jpeg));
    let pixels = decoder.decode().unwrap();
    let info = decoder.info().unwrap();
    RgbImage::from_raw(info.width.into(), info.height.into(), pixels).unwrap()
}
