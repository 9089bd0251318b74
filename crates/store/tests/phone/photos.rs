//! Photos: on the disk before the row, readable in pieces, damage noticed, strays swept.

use crate::street::{Phone, Seeded, id};
use std::sync::Arc;
use xunge_store::files::{Fault, FaultyFiles, FileError, RealFiles};
use xunge_store::{NewPhoto, OpenError, PhotoKey, PhotoPart, PhotoState, Store, StoreError};

pub fn new_photo(number: u128, key: PhotoKey, bytes: &[u8]) -> NewPhoto {
    NewPhoto {
        id: id(number),
        form: "incident:new".into(),
        key,
        original_sha256: [1; 32],
        stored_sha256: [2; 32],
        thumbnail_sha256: [3; 32],
        bytes: bytes.len() as u64,
        thumbnail_bytes: 3,
        width: 1600,
        height: 1200,
        taken_ms: 1_760_000_000_000,
        time_verified: true,
        mono_since_server: Some(5_000),
        place_e7: Some((391_200_000, 1_171_900_000)),
        accuracy_dm: Some(120),
        mock: false,
        satellite_ms: Some(1_760_000_000_400),
        number: "7F2C".into(),
    }
}

fn picture(len: usize) -> Vec<u8> {
    (0..len).map(|n| (n * 7 + n / 251) as u8).collect()
}

fn keep(store: &Store, number: u128, bytes: &[u8]) -> Result<NewPhoto, StoreError> {
    let key = store.photos().keep(id(number), bytes, b"tiny", &Seeded::new(number as u64))?;
    let photo = new_photo(number, key, bytes);
    store.write(|w| w.add_photo(&photo))?;
    Ok(photo)
}

#[test]
fn any_piece_of_a_photo_can_be_read_by_itself() {
    let phone = Phone::new();
    let store = phone.create();
    for (number, len) in [(1, 1), (2, 65_535), (3, 65_536), (4, 65_537), (5, 300_000)] {
        let bytes = picture(len);
        let photo = keep(&store, number, &bytes).unwrap();
        let vault = store.photos();
        assert_eq!(vault.read(photo.id, &photo.key, PhotoPart::Picture).unwrap(), bytes);
        assert_eq!(vault.read(photo.id, &photo.key, PhotoPart::Thumbnail).unwrap(), b"tiny");
        for (offset, want) in
            [(0, 10), (65_530, 20), (65_536, 65_536), (131_071, 2), (299_990, 100), (400_000, 5)]
        {
            let from = len.min(offset);
            let to = len.min(offset + want);
            let piece =
                vault.read_range(photo.id, &photo.key, PhotoPart::Picture, offset as u64, want).unwrap();
            assert_eq!(piece, bytes[from..to], "{len} bytes, {want} from {offset}");
        }
    }
}

#[test]
fn a_changed_shortened_or_swapped_file_is_told() {
    let phone = Phone::new();
    let store = phone.create();
    let photo = keep(&store, 1, &picture(200_000)).unwrap();
    let path = phone.dir.join("photos").join(format!("{}.picture", photo.id.0.simple()));
    let thumbnail = path.with_extension("thumbnail");
    let whole = std::fs::read(&path).unwrap();
    let read = || store.photos().read(photo.id, &photo.key, PhotoPart::Picture);
    let mut flipped = whole.clone();
    flipped[100_000] ^= 1;
    let frame = 64 * 1024 + 16;
    let swapped_frames = [&whole[frame..2 * frame], &whole[..frame], &whole[2 * frame..]].concat();
    let other_file = std::fs::read(&thumbnail).unwrap();
    for bad in [flipped, whole[..2 * frame].to_vec(), swapped_frames, other_file, Vec::new()] {
        std::fs::write(&path, &bad).unwrap();
        assert!(matches!(read(), Err(StoreError::PhotoDamaged)), "{} bytes", bad.len());
    }
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(read(), Err(StoreError::PhotoDamaged)));
}

#[test]
fn a_photo_goes_from_draft_to_the_county() {
    let phone = Phone::new();
    let store = phone.create();
    let photo = keep(&store, 1, &picture(100_000)).unwrap();
    assert_eq!(store.read(|r| r.photos_of_form("incident:new")).unwrap()[0].facts, photo);
    assert!(store.read(|r| r.photos_to_send(10)).unwrap().is_empty(), "a draft is not sent");
    store.write::<_, StoreError>(|w| w.report_photo(photo.id)).unwrap();
    store.write::<_, StoreError>(|w| w.photo_sent(photo.id, Some("/upload/x"), 40_000)).unwrap();
    let sending = store.read(|r| r.photos_to_send(10)).unwrap().remove(0);
    assert_eq!((sending.state, sending.sent_bytes), (PhotoState::Sending, 40_000));
    assert_eq!(sending.evidence, Some(photo.id));
    let (waiting, first) = store.read(|r| r.photos_waiting()).unwrap();
    assert_eq!((waiting, first.is_some()), (1, true));
    let far = |store: &Store| {
        let far = store.read(|r| r.photos_from(first.unwrap())).unwrap();
        (far.photos, far.received, far.bytes, far.sent_bytes)
    };
    assert_eq!(far(&store), (1, 0, 100_000, 40_000));
    assert!(
        matches!(store.write(|w| w.photo_gone(photo.id)), Err(StoreError::NotFound(_))),
        "not before the receipt"
    );
    store.write::<_, StoreError>(|w| w.photo_received(photo.id, 500)).unwrap();
    assert_eq!(store.read(|r| r.photos_waiting()).unwrap(), (0, None));
    assert_eq!(far(&store), (1, 1, 100_000, 100_000), "what arrived stays in the sum");
    assert_eq!(store.read(|r| r.photos_received_before(501, 10)).unwrap(), [photo.id]);
    store.write::<_, StoreError>(|w| w.photo_gone(photo.id)).unwrap();
    store.photos().remove(photo.id).unwrap();
    let gone = store.read(|r| r.photo(photo.id)).unwrap().unwrap();
    assert_eq!(gone.state, PhotoState::Gone);
    drop(store);
    assert_eq!(phone.open().unwrap().report().photos, Default::default());
}

#[test]
fn what_a_broken_save_left_is_swept_and_what_is_missing_is_told() {
    let phone = Phone::new();
    let store = phone.create();
    let lost = keep(&store, 1, &picture(10)).unwrap();
    let kept = keep(&store, 2, &picture(10)).unwrap();
    // The app dies between the files and the row.
    store.photos().keep(id(3), &picture(10), b"tiny", &Seeded::new(3)).unwrap();
    drop(store);
    std::fs::remove_file(phone.dir.join("photos").join(format!("{}.picture", lost.id.0.simple()))).unwrap();
    let store = phone.open().unwrap();
    assert_eq!(store.report().photos.removed, 2);
    assert_eq!(store.report().photos.missing, [lost.id]);
    assert_eq!(store.photos().read(kept.id, &kept.key, PhotoPart::Picture).unwrap(), picture(10));
}

#[test]
fn many_strays_at_once_are_left_for_someone_to_look_at() {
    let phone = Phone::new();
    let store = phone.create();
    for number in 1..=15 {
        store.photos().keep(id(number), &picture(10), b"tiny", &Seeded::new(3)).unwrap();
    }
    drop(store);
    let store = phone.open().unwrap();
    assert_eq!((store.report().photos.removed, store.report().photos.left), (0, 30));
}

#[test]
fn a_full_disk_keeps_no_half_photo() {
    let files = Arc::new(FaultyFiles::new(RealFiles));
    let phone = Phone::with_files(files.clone());
    let store = phone.create();
    for nth in 1..=2 {
        files.plant(Some(Fault { nth, for_ever: false, error: FileError::DiskFull }));
        let refused = keep(&store, 1, &picture(100_000)).unwrap_err();
        assert_eq!(refused.code(), "disk_full");
        assert!(store.read(|r| r.photo(id(1))).unwrap().is_none());
        assert!(std::fs::read_dir(phone.dir.join("photos")).map_or(0, Iterator::count) == 0);
    }
    files.plant(None);
    keep(&store, 1, &picture(100_000)).unwrap();
}

#[test]
fn photos_of_a_damaged_store_move_aside_with_it() {
    let phone = Phone::new();
    let store = phone.create();
    keep(&store, 1, &picture(10)).unwrap();
    drop(store);
    std::fs::write(phone.database(), b"").unwrap();
    assert!(matches!(phone.open(), Err(OpenError::Damaged(_))));
    assert_eq!(std::fs::read_dir(phone.aside().join("photos")).unwrap().count(), 2);
}
