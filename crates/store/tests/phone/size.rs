//! What a record costs on the phone, with its history, checkpointed.

use crate::street::{Phone, Seeded, id, operation, put, save, text};
use xunge_domain::records::RecordKind;
use xunge_domain::world::Randomness;
use xunge_store::StoreError;

/// A person of the demo county's shape: a name, an id, a phone; one operation.
#[test]
fn a_record_with_its_history_stays_small() {
    let phone = Phone::new();
    let store = phone.create();
    store.settle().unwrap();
    let empty = store.bytes().unwrap().0;
    let random = Seeded::new(1);
    let names = ["孔令霞", "单建国", "欧阳娜", "毕文红", "柏英", "荆海燕", "逄玉兰", "鹿鸣"];
    let count = 5_000_u64;
    for chunk in 0..count / 500 {
        store
            .write::<_, StoreError>(|w| {
                for n in chunk * 500 + 1..=chunk * 500 + 500 {
                    let mut noise = [0; 8];
                    random.fill(&mut noise);
                    let tail = u64::from_le_bytes(noise) % 100_000_000;
                    let citizen_id = format!("9901011975{tail:08}");
                    let number = format!("139{tail:08}");
                    let record = 10_000 + u128::from(n);
                    let name = names[(tail % 8) as usize];
                    put(
                        w,
                        RecordKind::Person,
                        record,
                        &[("name", text(name)), ("citizen_id", text(&citizen_id)), ("phone", text(&number))],
                    )?;
                    let mut payload = format!("....{name}..{citizen_id}..{number}").into_bytes();
                    payload.truncate(60);
                    save(w, &operation(7, n, RecordKind::Person, record, &payload))?;
                }
                Ok(())
            })
            .unwrap();
    }
    store.settle().unwrap();
    let bytes = (store.bytes().unwrap().0 - empty) / count;
    println!("{bytes} bytes a record with history and search index");
    assert!(bytes <= 400, "{bytes} bytes a record");
    assert!(store.read(|r| r.operation(xunge_domain::ids::OpId::new(7, count))).unwrap().is_some());
    assert!(store.read(|r| r.row(RecordKind::Person, id(10_001))).unwrap().is_some());
}
