//! Files that are sent to do harm, or by mistake. Each must get a typed answer, soon, and without a picture's worth of
//! memory: sizes are refused by the header.

use xunge_photo::{Limits, process, verify_stored};

use crate::fixtures::*;
use crate::hostile_files::refused;

#[test]
fn every_hostile_original_gets_the_right_answer() {
    let files = refused();
    assert!(files.len() >= 50, "{}", files.len());
    let wrong: Vec<String> = files
        .iter()
        .filter_map(|(name, bytes, code)| match process(bytes, &stamp(), &Limits::default()) {
            Ok(_) => Some(format!("{name}: accepted")),
            Err(error) if error.code() == *code => None,
            Err(error) => Some(format!("{name}: {} instead of {code} ({error})", error.code())),
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_county_lets_none_of_them_in() {
    println!("count {} hostile files, none let in", refused().len());
    for (name, bytes, _) in refused() {
        let verdict = verify_stored(&bytes, &sha256(&bytes), &Limits::default());
        assert!(verdict.is_err(), "{name}");
    }
}

#[test]
fn too_many_bytes_are_refused_before_they_are_looked_at() {
    let limits = Limits { max_input_bytes: 1000, ..Limits::default() };
    assert_eq!(process(&[0; 1001], &stamp(), &limits).unwrap_err().code(), "too_large_bytes");
    assert_eq!(
        process(&vec![0xFF; (40 << 20) + 1], &stamp(), &Limits::default()).unwrap_err().code(),
        "too_large_bytes"
    );
}

#[test]
fn an_original_that_is_also_something_else_loses_the_other_half() {
    let picture = jpeg(&scene(320, 240));
    let page = b"<html><script>CANARY-7Q2</script></html>";
    let polyglots = [
        [&picture[..], b"PK\x03\x04", page].concat(),
        insert_segment(&picture, 0xFE, page),
        insert_segment(&picture, 0xE4, page),
        before_end(&picture, page),
    ];
    for original in polyglots {
        let done = process(&original, &stamp(), &Limits::default()).unwrap();
        assert!(!contains(&done.stored, b"CANARY") && !contains(&done.thumbnail, b"CANARY"));
        verify_stored(&done.stored, &done.stored_sha256, &Limits::default()).unwrap();
    }
}

#[test]
fn a_small_picture_with_a_thousand_scans_is_not_worked_through() {
    let picture = jpeg_with(&scene(64, 64), |encoder| encoder.set_progressive(true));
    let scan = picture.windows(2).rposition(|pair| pair == [0xFF, 0xDA]).unwrap();
    let last = &picture[scan..picture.len() - 2];
    let many = before_end(&picture, &last.repeat(1000));
    if let Err(error) = process(&many, &stamp(), &Limits::default()) {
        assert_eq!(error.code(), "damaged");
    }
}
