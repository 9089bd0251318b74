//! What a phone makes of its camera's pictures.

use image::{Rgb, RgbImage};
use xunge_photo::{ImageKind, Limits, Position, Stamp, process, verify_stored};

use crate::fixtures::*;

/// Where a pixel of the upright scene lies in the file of a camera held so. The table is EXIF 2.32's for tag 274:
/// which visual side the file's first row and first column are.
fn as_held(upright: &RgbImage, orientation: u16) -> RgbImage {
    let (width, height) = upright.dimensions();
    let (file_width, file_height) = if orientation < 5 { (width, height) } else { (height, width) };
    RgbImage::from_fn(file_width, file_height, |column, row| {
        let (x, y) = match orientation {
            1 => (column, row),
            2 => (width - 1 - column, row),
            3 => (width - 1 - column, height - 1 - row),
            4 => (column, height - 1 - row),
            5 => (row, column),
            6 => (width - 1 - row, column),
            7 => (width - 1 - row, height - 1 - column),
            _ => (row, height - 1 - column),
        };
        *upright.get_pixel(x, y)
    })
}

fn near(seen: &Rgb<u8>, meant: [u8; 3]) -> bool {
    seen.0.iter().zip(meant).all(|(a, b)| a.abs_diff(b) < 24)
}

#[test]
fn a_camera_held_in_any_of_eight_ways_gives_an_upright_picture() {
    let upright = scene(800, 600);
    for orientation in 1..=8 {
        let original = jpeg_with_metadata(&as_held(&upright, orientation), orientation);
        let done = process(&original, &stamp(), &Limits::default()).unwrap();
        assert_eq!((done.width, done.height), (800, 600), "orientation {orientation}");
        assert_eq!(u16::from(done.exif.orientation), orientation);
        let seen = pixels(&done.stored);
        for (x, y, meant) in [(60, 60, RED), (740, 60, GREEN), (60, 400, BLUE), (740, 400, SAND)] {
            assert!(
                near(seen.get_pixel(x, y), meant),
                "orientation {orientation} at {x},{y}: {:?}",
                seen.get_pixel(x, y)
            );
        }
    }
}

#[test]
fn time_and_place_become_fields_and_nothing_else_of_the_metadata_survives() {
    let original = jpeg_with_metadata(&scene(640, 480), 1);
    assert!(contains(&original, CANARY.as_bytes()), "the canary must be in what goes in");
    let done = process(&original, &stamp(), &Limits::default()).unwrap();

    assert_eq!(done.exif.taken_at.as_deref(), Some("2026-11-23 09:52:07 +08:00"));
    assert_eq!(done.exif.satellite_time.as_deref(), Some("2026-11-23 01:52:05"));
    assert_eq!(done.exif.position, Some(Position { lat_e7: 374_905_000, lon_e7: 1_182_552_000 }));
    for bytes in [&done.stored, &done.thumbnail] {
        for trace in [CANARY.as_bytes(), b"Exif", b"http", b"ICC_PROFILE", b"2026:11:23"] {
            assert!(!contains(bytes, trace), "{:?}", String::from_utf8_lossy(trace));
        }
    }
    assert!(!format!("{:?}", done.exif).contains(CANARY));
}

#[test]
fn the_county_takes_what_the_phone_made_and_the_hashes_are_of_those_bytes() {
    let limits = Limits::default();
    let original = jpeg_with_metadata(&scene(2600, 1900), 6);
    let done = process(&original, &stamp(), &limits).unwrap();
    assert_eq!(done.original_sha256, sha256(&original));
    assert_eq!(done.stored_sha256, sha256(&done.stored));
    assert_eq!(done.thumbnail_sha256, sha256(&done.thumbnail));
    let info = verify_stored(&done.stored, &done.stored_sha256, &limits).unwrap();
    assert_eq!((info.width, info.height, info.bytes), (done.width, done.height, done.stored.len() as u64));
    assert_eq!(done.height, 2048, "turned, so that the long side stands, and shrunk");
    let thumbnail = verify_stored(&done.thumbnail, &done.thumbnail_sha256, &limits).unwrap();
    assert_eq!(thumbnail.height, 320);
}

#[test]
fn the_same_original_and_stamp_give_the_same_bytes() {
    let original = jpeg_with_metadata(&scene(1000, 700), 8);
    let once = process(&original, &stamp(), &Limits::default()).unwrap();
    assert_eq!(once, process(&original, &stamp(), &Limits::default()).unwrap());
    let other = Stamp { item_no: "7F2D".into(), ..stamp() };
    assert_ne!(once.stored_sha256, process(&original, &other, &Limits::default()).unwrap().stored_sha256);
}

#[test]
fn the_stamp_lies_on_a_dark_strip_at_the_bottom_and_leaves_the_rest_alone() {
    let plain = scene(1200, 900);
    let done = process(&png(&plain), &stamp(), &Limits::default()).unwrap();
    let seen = pixels(&done.stored);
    let bright = |rows: std::ops::Range<u32>| {
        rows.flat_map(|y| (0..seen.width()).map(move |x| (x, y)))
            .filter(|&(x, y)| seen.get_pixel(x, y).0.iter().all(|value| *value > 235))
            .count()
    };
    assert_eq!(bright(0..600), 0, "nothing is written on the upper two thirds");
    assert!(bright(700..900) > 3000, "white letters: {}", bright(700..900));
    let (x, y) = (1190, 890);
    let (before, after) = (plain.get_pixel(x, y).0[0], seen.get_pixel(x, y).0[0]);
    assert!(after < before / 2, "the strip is dark where no letter stands: {before} became {after}");
}

#[test]
fn a_tiny_picture_gets_its_stamp_below_and_a_narrow_one_gets_a_wider_ground() {
    for (width, height) in [(1, 1), (16, 16), (160, 120), (40, 2000), (2048, 40), (319, 5)] {
        let done = process(&png(&scene(width, height)), &stamp(), &Limits::default()).unwrap();
        assert!(
            done.width >= 320 && done.height >= 60,
            "{width}×{height} became {}×{}",
            done.width,
            done.height
        );
        assert!(done.width.max(done.height) <= 2048);
        verify_stored(&done.stored, &done.stored_sha256, &Limits::default()).unwrap();
    }
}

#[test]
fn the_longest_stamp_stays_inside_the_smallest_side() {
    let long = Stamp {
        place_name: Some("富民社区三号网格东侧消防通道".repeat(20)),
        worker_no: "8".repeat(99),
        item_no: "F".repeat(99),
        ..stamp()
    };
    let limits = Limits { max_side: 1, ..Limits::default() };
    for (width, height) in [(8, 8), (1600, 300), (300, 1600), (640, 640)] {
        let done = process(&png(&scene(width, height)), &long, &limits).unwrap();
        assert!(done.width.max(done.height) <= Limits::SMALLEST_SIDE, "{}×{}", done.width, done.height);
    }
}

#[test]
fn a_file_is_what_its_bytes_say_and_png_and_webp_are_read_like_jpeg() {
    let scene = scene(500, 400);
    let kinds =
        [(jpeg(&scene), ImageKind::Jpeg), (png(&scene), ImageKind::Png), (webp(&scene), ImageKind::WebP)];
    for (original, kind) in kinds {
        let done = process(&original, &stamp(), &Limits::default()).unwrap();
        assert_eq!(done.original_kind, kind);
        assert!(near(pixels(&done.stored).get_pixel(20, 20), RED), "{kind:?}");
    }
}

#[test]
fn cameras_write_many_kinds_of_jpeg() {
    let scene = scene(640, 480);
    let grey: Vec<u8> = scene.pixels().map(|pixel| pixel.0[1]).collect();
    let inks: Vec<u8> =
        scene.pixels().flat_map(|pixel| [255 - pixel.0[0], 255 - pixel.0[1], 255 - pixel.0[2], 0]).collect();
    let odd = |data: &[u8], colour| {
        let mut bytes = Vec::new();
        jpeg_encoder::Encoder::new(&mut bytes, 90).encode(data, 640, 480, colour).unwrap();
        bytes
    };
    let samples = [
        ("progressive", jpeg_with(&scene, |encoder| encoder.set_progressive(true))),
        ("restart markers", jpeg_with(&scene, |encoder| encoder.set_restart_interval(4))),
        ("grey", odd(&grey, jpeg_encoder::ColorType::Luma)),
        ("inks", odd(&inks, jpeg_encoder::ColorType::Cmyk)),
        ("a video behind it", [jpeg(&scene), vec![7; 5000]].concat()),
        ("a second picture behind it", [jpeg(&scene), jpeg(&scene)].concat()),
    ];
    for (name, original) in samples {
        let done = process(&original, &stamp(), &Limits::default())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!done.original_damaged, "{name}");
        assert_eq!((done.width, done.height), (640, 480), "{name}");
        if name != "grey" {
            assert!(
                near(pixels(&done.stored).get_pixel(60, 60), RED),
                "{name}: {:?}",
                pixels(&done.stored).get_pixel(60, 60)
            );
        }
    }
}

#[test]
fn a_picture_whose_end_is_missing_is_kept_and_marked_but_less_than_half_is_refused() {
    let whole = jpeg(&scene(800, 600));
    let done = process(&whole[..whole.len() * 9 / 10], &stamp(), &Limits::default()).unwrap();
    assert!(done.original_damaged);
    assert!(near(pixels(&done.stored).get_pixel(60, 60), RED));
    // As a card reader or a messenger mends it: the end marker is put back, and decoders see nothing wrong.
    let mended = [&whole[..whole.len() * 9 / 10], &[0xFF, 0xD9]].concat();
    assert!(process(&mended, &stamp(), &Limits::default()).unwrap().original_damaged);
    let part = [&whole[..whole.len() * 2 / 5], &[0xFF, 0xD9]].concat();
    assert_eq!(process(&part, &stamp(), &Limits::default()).unwrap_err().code(), "damaged");
    let part = process(&whole[..whole.len() * 2 / 5], &stamp(), &Limits::default()).unwrap_err();
    assert_eq!(part.code(), "damaged");
}

#[test]
fn with_restart_markers_a_fault_in_the_middle_costs_a_stripe() {
    let original = jpeg_with(&scene(800, 600), |encoder| encoder.set_restart_interval(25));
    let mut faulty = original.clone();
    let middle = original.len() / 2;
    let restart = middle
        + original[middle..].windows(2).position(|pair| pair[0] == 0xFF && pair[1] & 0xF8 == 0xD0).unwrap();
    faulty[restart + 2..restart + 40].fill(0xAA);
    let done = process(&faulty, &stamp(), &Limits::default()).unwrap();
    assert!(near(pixels(&done.stored).get_pixel(740, 400), SAND), "what follows the fault is there");
}

#[test]
fn transparent_parts_of_a_screenshot_become_white() {
    let mut bytes = Vec::new();
    let clear = image::RgbaImage::from_pixel(640, 480, image::Rgba([0, 0, 0, 0]));
    clear.write_with_encoder(image::codecs::png::PngEncoder::new(&mut bytes)).unwrap();
    let done = process(&bytes, &stamp(), &Limits::default()).unwrap();
    assert!(near(pixels(&done.stored).get_pixel(5, 5), [255, 255, 255]));
}

#[test]
fn a_noisy_picture_gives_up_quality_and_not_the_thumbnails_limit() {
    let noise = RgbImage::from_fn(900, 900, |x, y| {
        let mixed = (x.wrapping_mul(374_761_393) ^ y.wrapping_mul(668_265_263)).wrapping_mul(1_274_126_177);
        Rgb([(mixed >> 8) as u8, (mixed >> 16) as u8, (mixed >> 24) as u8])
    });
    let limits = Limits { max_thumbnail_bytes: 25_000, max_stored_bytes: 300_000, ..Limits::default() };
    let done = process(&png(&noise), &stamp(), &limits).unwrap();
    assert!(done.thumbnail.len() <= 25_000, "{}", done.thumbnail.len());
    assert!(done.stored.len() <= 300_000, "{}", done.stored.len());
    let tight = Limits { max_stored_bytes: 2_000, ..Limits::default() };
    assert_eq!(process(&png(&noise), &stamp(), &tight).unwrap_err().code(), "encode_failed");
}

#[test]
fn broken_metadata_costs_the_metadata_and_not_the_picture() {
    let tiff = exif_with(6);
    for cut in [0, 1, 8, 9, 20, tiff.len() / 2, tiff.len() - 1] {
        let body = [b"Exif\0\0", &tiff[..cut]].concat();
        let original = insert_segment(&jpeg(&scene(320, 240)), 0xE1, &body);
        let done = process(&original, &stamp(), &Limits::default()).unwrap();
        assert!((1..=8).contains(&done.exif.orientation), "cut at {cut}");
    }
}
