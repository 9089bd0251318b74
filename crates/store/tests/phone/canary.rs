//! Nothing readable lies on the phone: a mark in every personal field and in a photo is in none of its files, in none of
//! the ways text is written.

use crate::photos::new_photo;
use crate::street::{Phone, Seeded, id, operation, put, save};
use base64::Engine;
use std::collections::{BTreeMap, HashMap};
use xunge_domain::records::{FieldType, MergeKind, RecordKind};
use xunge_domain::value::Value;
use xunge_store::{Access, Draft, RowValue, StoreError};

/// Bytes of a guise by which it is looked up; then it is compared whole.
const LEAD: usize = 8;

/// A text as it could lie in a file: UTF-8, UTF-16 both ways, base64 at each of three places, hexadecimal.
fn guises(mark: &str) -> Vec<Vec<u8>> {
    let utf8 = mark.as_bytes().to_vec();
    let little = mark.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big = mark.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let hex = utf8.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes();
    let mut all = vec![utf8.clone(), little, big, hex];
    for lead in 0..3 {
        let shifted = [vec![b'.'; lead], utf8.clone()].concat();
        let coded = base64::engine::general_purpose::STANDARD.encode(shifted).into_bytes();
        // Letters at the ends depend on neighbours.
        all.push(coded[4..coded.len() - 4].to_vec());
    }
    all
}

#[test]
fn no_file_of_the_phone_shows_what_it_holds() {
    let phone = Phone::new();
    let store = phone.create();
    let mut marks = Vec::new();
    let mut mark = |place: &str| {
        let text = format!("金丝雀{:03}{place}canary", marks.len());
        marks.push(text.clone());
        text
    };
    for (number, kind) in (1_001..).zip(RecordKind::ALL) {
        let mut fields: BTreeMap<&str, RowValue> = BTreeMap::new();
        for field in kind.fields().iter().filter(|field| field.holds == FieldType::Text) {
            let value = Value::Text(mark(field.name));
            let many = matches!(field.merge, MergeKind::Set | MergeKind::Log);
            fields.insert(field.name, if many { RowValue::Many(vec![value]) } else { RowValue::One(value) });
        }
        let fields: Vec<(&str, RowValue)> = fields.into_iter().collect();
        store.write::<_, StoreError>(|w| put(w, kind, number, &fields)).unwrap();
    }
    let payload = mark("payload");
    let draft = Draft { form: mark("form"), fields: [(mark("field"), mark("typed"))].into(), saved_ms: 1 };
    let access = Access { at_ms: 1, person: id(9), worker: id(2), reason: mark("reason") };
    let picture = mark("picture").repeat(4_000);
    let thumbnail = mark("thumbnail").repeat(100);
    let key = store.photos().keep(id(5), picture.as_bytes(), thumbnail.as_bytes(), &Seeded::new(5)).unwrap();
    store
        .write::<_, StoreError>(|w| {
            save(w, &operation(7, 1, RecordKind::Person, 1_005, payload.as_bytes()))?;
            w.put_draft(&draft)?;
            w.log_access(&access)?;
            w.add_photo(&new_photo(5, key.clone(), picture.as_bytes()))
        })
        .unwrap();

    let guises: HashMap<[u8; LEAD], Vec<(Vec<u8>, &String)>> = marks
        .iter()
        .flat_map(|mark| guises(mark).into_iter().map(move |guise| (guise, mark)))
        .fold(HashMap::new(), |mut all, (guise, mark)| {
            let lead = guise.first_chunk::<LEAD>().copied().unwrap();
            all.entry(lead).or_insert_with(Vec::new).push((guise, mark));
            all
        });
    let look = |when: &str| {
        let files = phone.contents();
        assert!(files.len() >= 4, "database, mark, picture, thumbnail: {when}");
        for (path, bytes) in &files {
            for (at, window) in bytes.windows(LEAD).enumerate() {
                for (guise, mark) in guises.get(window).into_iter().flatten() {
                    assert!(!bytes[at..].starts_with(guise), "{mark} in {} {when}", path.display());
                }
            }
            assert!(!bytes.starts_with(b"SQLite format 3"), "{} is not encrypted", path.display());
        }
    };
    look("with its log");
    store.settle().unwrap();
    look("folded in");
    drop(store);
    look("closed");
    // The test itself can fail: under the key, the marks are there.
    let store = phone.open().unwrap();
    assert_eq!(store.read(|r| r.draft(&draft.form)).unwrap().unwrap(), draft);
}
