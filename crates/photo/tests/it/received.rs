//! What the county lets in: a picture exactly as a phone makes it, and nothing that hides more.

use xunge_photo::{Limits, process, verify_stored};

use crate::fixtures::*;

fn honest() -> Vec<u8> {
    process(&png(&scene(640, 480)), &stamp(), &Limits::default()).unwrap().stored
}

/// The code with which a file is refused whose hash was announced rightly.
fn verdict(bytes: &[u8]) -> &'static str {
    match verify_stored(bytes, &sha256(bytes), &Limits::default()) {
        Ok(_) => "ok",
        Err(error) => error.code(),
    }
}

#[test]
fn a_picture_under_another_hash_is_refused() {
    let stored = honest();
    let mut other = sha256(&stored);
    other[31] ^= 1;
    assert_eq!(verify_stored(&stored, &other, &Limits::default()).unwrap_err().code(), "hash_mismatch");
    assert_eq!(
        verify_stored(&stored[..stored.len() - 1], &sha256(&stored), &Limits::default()).unwrap_err().code(),
        "hash_mismatch"
    );
}

#[test]
fn every_kind_of_metadata_is_refused() {
    let stored = honest();
    for marker in (0xE1..=0xEF).chain([0xFE]) {
        assert_eq!(verdict(&insert_segment(&stored, marker, b"anything")), "metadata_present", "{marker:#x}");
        assert_eq!(verdict(&insert_segment(&stored, marker, b"")), "metadata_present", "{marker:#x}");
    }
    assert_eq!(verdict(&insert_segment(&stored, 0xE0, b"JFXX\0\x13thumb")), "metadata_present");
    let second_header = b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0";
    assert_eq!(verdict(&insert_segment(&stored, 0xE0, second_header)), "metadata_present");
    let mut with_thumbnail = stored.clone();
    with_thumbnail[19] = 1;
    assert_eq!(verdict(&with_thumbnail), "metadata_present");
}

#[test]
fn nothing_may_follow_the_picture_or_hide_behind_its_data() {
    let stored = honest();
    assert_eq!(verdict(&[&stored[..], b"\0"].concat()), "trailing_data");
    assert_eq!(verdict(&[&stored[..], b"PK\x05\x06"].concat()), "trailing_data");
    assert_eq!(verdict(&[&stored[..], &stored[..]].concat()), "trailing_data");
    // An archive's directory between the last block and the end marker: decoders do not look there.
    let mut directory = b"PK\x05\x06".to_vec();
    directory.extend([0; 18]);
    assert_eq!(verdict(&before_end(&stored, &directory)), "trailing_data");
    assert_eq!(verdict(&before_end(&stored, b"<script>")), "trailing_data");
    assert_eq!(verdict(&before_end(&stored, &[0xFF, 0x00, 0x41])), "trailing_data");
}

#[test]
fn room_inside_tables_is_refused() {
    let stored = honest();
    let table = [&[0u8][..], &[16; 64], b"hidden"].concat();
    assert_eq!(verdict(&insert_segment(&stored, 0xDB, &table)), "damaged");
    assert_eq!(verdict(&insert_segment(&stored, 0xC4, b"hidden in a table")), "damaged");
    assert_eq!(verdict(&insert_segment(&stored, 0xDD, &[0, 0])), "unsupported_format");
    assert_eq!(verdict(&insert_segment(&stored, 0xF0, b"hidden")), "unsupported_format");
}

#[test]
fn only_the_plain_kind_of_jpeg_is_kept() {
    let scene = scene(320, 240);
    assert_eq!(verdict(&jpeg(&scene)), "ok", "another encoder's baseline picture is as good");
    assert_eq!(verdict(&jpeg_with(&scene, |encoder| encoder.set_progressive(true))), "unsupported_format");
    assert_eq!(verdict(&jpeg_with(&scene, |encoder| encoder.set_restart_interval(4))), "unsupported_format");
    let scan_per_colour = jpeg_with(&scene, |encoder| encoder.set_optimized_huffman_tables(true));
    assert_eq!(verdict(&scan_per_colour), "unsupported_format");
    assert_eq!(verdict(&png(&scene)), "unsupported_format");
    assert_eq!(verdict(&webp(&scene)), "unsupported_format");
    assert_eq!(verdict(&jpeg_with_metadata(&scene, 1)), "metadata_present");
}

#[test]
fn a_picture_larger_than_a_phone_makes_is_refused_by_its_header() {
    let stored = honest();
    assert_eq!(verdict(&claim_size(&stored, 16_384, 12_288)), "too_many_pixels");
    assert_eq!(verdict(&claim_size(&stored, 2049, 100)), "too_many_pixels");
    assert_eq!(verdict(&claim_size(&stored, 0, 100)), "damaged");
    let tight = Limits { max_stored_bytes: stored.len() - 1, ..Limits::default() };
    assert_eq!(verify_stored(&stored, &sha256(&stored), &tight).unwrap_err().code(), "too_large_bytes");
}

#[test]
fn a_size_that_the_data_does_not_fill_or_overfills_is_refused() {
    let stored = honest();
    assert_eq!(verdict(&claim_size(&stored, 640, 496)), "damaged");
    assert_ne!(verdict(&claim_size(&stored, 640, 400)), "ok");
}

#[test]
fn a_picture_cut_anywhere_is_refused() {
    let stored = honest();
    for cut in (0..stored.len()).step_by(stored.len() / 97) {
        let code = verdict(&stored[..cut]);
        assert!(["empty", "not_an_image", "damaged"].contains(&code), "cut at {cut}: {code}");
    }
}
