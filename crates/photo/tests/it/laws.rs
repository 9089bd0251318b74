//! What holds for any bytes whatever.

use std::sync::LazyLock;

use proptest::prelude::*;
use xunge_photo::{Limits, PhotoError, process, verify_stored};

use crate::fixtures::*;

static ORIGINALS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let scene = scene(72, 56);
    vec![
        jpeg_with_metadata(&scene, 6),
        jpeg_with(&scene, |encoder| encoder.set_progressive(true)),
        png(&scene),
        webp(&scene),
    ]
});

static STORED: LazyLock<Vec<u8>> =
    LazyLock::new(|| process(&ORIGINALS[0], &stamp(), &Limits::default()).unwrap().stored);

/// Either it becomes a picture that the county takes, or it is refused with one of an original's codes.
fn holds(original: &[u8]) -> Result<(), TestCaseError> {
    let limits = Limits::default();
    match process(original, &stamp(), &limits) {
        Ok(done) => {
            let verdict = verify_stored(&done.stored, &done.stored_sha256, &limits);
            prop_assert!(verdict.is_ok(), "{verdict:?}");
            prop_assert!(!contains(&done.stored, CANARY.as_bytes()));
        }
        Err(error) => {
            let codes = ["empty", "not_an_image", "unsupported_format", "too_many_pixels", "damaged"];
            prop_assert!(codes.contains(&error.code()), "{error:?}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_behind_a_true_beginning(kind in 0usize..4, keep in 3usize..60, tail: Vec<u8>) {
        let original = &ORIGINALS[kind];
        holds(&[&original[..keep.min(original.len())], &tail[..]].concat())?;
    }

    #[test]
    fn random_bytes(bytes: Vec<u8>) {
        holds(&bytes)?;
        prop_assert!(verify_stored(&bytes, &sha256(&bytes), &Limits::default()).is_err());
    }

    #[test]
    fn a_picture_cut_anywhere(kind in 0usize..4, part in 0.0f64..1.0) {
        let original = &ORIGINALS[kind];
        holds(&original[..(original.len() as f64 * part) as usize])?;
    }

    #[test]
    fn a_picture_with_flipped_bits(kind in 0usize..4, flips in prop::collection::vec((any::<prop::sample::Index>(), 0u8..8), 1..12)) {
        let mut original = ORIGINALS[kind].clone();
        for (place, bit) in flips {
            let at = place.index(original.len());
            original[at] ^= 1 << bit;
        }
        holds(&original)?;
    }

    #[test]
    fn a_stored_picture_with_flipped_bits_is_never_taken_for_the_announced_one(place: prop::sample::Index, bit in 0u8..8) {
        let mut bytes = STORED.clone();
        let at = place.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert_eq!(verify_stored(&bytes, &sha256(&STORED), &Limits::default()), Err(PhotoError::HashMismatch));
        // Announced rightly it may still be a picture; it must not be a panic.
        let _ = verify_stored(&bytes, &sha256(&bytes), &Limits::default());
    }

    #[test]
    fn bytes_put_around_the_end_marker_are_always_noticed(extra in prop::collection::vec(any::<u8>(), 1..60)) {
        // Elsewhere in the data they may become blocks of the picture; then they are the picture, and hide nothing.
        for bytes in [before_end(&STORED, &extra), [&STORED[..], &extra[..]].concat()] {
            prop_assert!(verify_stored(&bytes, &sha256(&bytes), &Limits::default()).is_err());
        }
    }
}
