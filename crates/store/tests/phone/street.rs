//! A phone with a folder of its own, and a street to put into it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;
use xunge_domain::ids::{DeviceNo, OpId, RecordId};
use xunge_domain::operation::{Chain, Header, HeaderEvidence, Operation, Verb};
use xunge_domain::records::{FieldKey, RecordKind};
use xunge_domain::value::Value;
use xunge_domain::world::Randomness;
use xunge_store::files::{Files, RealFiles};
use xunge_store::keys::Secret;
use xunge_store::{OpState, OpenError, OpenOptions, RowToPut, RowValue, Store, StoreError, Writer};

/// A folder that goes away with its phone.
pub struct Phone {
    pub dir: PathBuf,
    pub key: Secret,
    pub files: Arc<dyn Files>,
}

static NEXT: AtomicU64 = AtomicU64::new(1);

impl Phone {
    pub fn new() -> Self {
        Self::with_files(Arc::new(RealFiles))
    }

    pub fn with_files(files: Arc<dyn Files>) -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let place = std::env::temp_dir().join(format!("xunge-store-{}-{number}", std::process::id()));
        let dir = place.join("store");
        std::fs::create_dir_all(&dir).unwrap();
        Self { dir, key: Secret::from_bytes(&[42; 32]), files }
    }

    pub fn create(&self) -> Store {
        Store::make_folder(&self.dir, &*self.files).unwrap();
        Store::create_new(&self.dir, &self.key, self.files.clone(), OpenOptions::default()).unwrap()
    }

    pub fn open(&self) -> Result<Store, OpenError> {
        Store::open(&self.dir, &self.key, self.files.clone(), OpenOptions::default())
    }

    /// Every file in the folder, with its bytes.
    pub fn contents(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        fn walk(dir: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
            for entry in std::fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, found);
                } else {
                    found.insert(path.clone(), std::fs::read(&path).unwrap());
                }
            }
        }
        let mut found = BTreeMap::new();
        walk(&self.dir, &mut found);
        found
    }

    /// Where the first damaged store lies.
    pub fn aside(&self) -> PathBuf {
        self.dir.with_file_name("store.damaged-1")
    }

    pub fn database(&self) -> PathBuf {
        self.dir.join("xunge.db")
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.dir.parent().unwrap());
    }
}

/// Bytes that differ from call to call and are the same in each run.
pub struct Seeded(AtomicU64);

impl Seeded {
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Randomness for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let step = 0x9E37_79B9_7F4A_7C15;
            let mut z = self.0.fetch_add(step, Ordering::Relaxed).wrapping_add(step);
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

/// The record with this number.
pub fn id(number: u128) -> RecordId {
    RecordId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | number))
}

pub const GRID: u128 = 1;

pub fn text(words: &str) -> RowValue {
    RowValue::One(Value::from(words))
}

pub fn int(number: i64) -> RowValue {
    RowValue::One(Value::Int(number))
}

pub fn to(number: u128) -> RowValue {
    RowValue::One(Value::reference(id(number)))
}

/// Puts a row of fields by name.
pub fn put(
    w: &Writer<'_>,
    kind: RecordKind,
    record: u128,
    fields: &[(&str, RowValue)],
) -> Result<(), StoreError> {
    put_with(w, kind, record, fields, false, 0)
}

pub fn put_with(
    w: &Writer<'_>,
    kind: RecordKind,
    record: u128,
    fields: &[(&str, RowValue)],
    deleted: bool,
    conflicts: u32,
) -> Result<(), StoreError> {
    let values: BTreeMap<FieldKey, RowValue> =
        fields.iter().map(|(name, value)| (kind.field_named(name).unwrap().key, value.clone())).collect();
    let row = RowToPut {
        kind,
        record: id(record),
        area: id(GRID),
        values: &values,
        deleted,
        conflicts,
        newest: OpId::new(0, 1),
    };
    assert_eq!(w.put_row(&row)?, Vec::new(), "every field has the type of its column");
    Ok(())
}

/// A door with people behind it: building `b`, dwelling `d`, household `h`, its people from `p` on.
#[allow(clippy::too_many_arguments)]
pub fn move_in(
    w: &Writer<'_>,
    (b, d, h, p): (u128, u128, u128, u128),
    (unit, floor, door): (&str, i64, &str),
    people: &[(&str, &str, &str)],
) -> Result<(), StoreError> {
    put(
        w,
        RecordKind::Dwelling,
        d,
        &[("building", to(b)), ("unit", text(unit)), ("floor", int(floor)), ("door", text(door))],
    )?;
    put(w, RecordKind::Household, h, &[])?;
    put(
        w,
        RecordKind::Occupancy,
        h + 0x1_0000,
        &[("household", to(h)), ("dwelling", to(d)), ("kind", int(1))],
    )?;
    for (n, (name, citizen_id, phone)) in (0_u128..).zip(people) {
        put(
            w,
            RecordKind::Person,
            p + n,
            &[("name", text(name)), ("citizen_id", text(citizen_id)), ("phone", text(phone))],
        )?;
        let relation = if n == 0 { 0 } else { 8 };
        put(
            w,
            RecordKind::Residence,
            p + n + 0x10_0000,
            &[("person", to(p + n)), ("household", to(h)), ("relation", int(relation))],
        )?;
    }
    Ok(())
}

/// An operation of this phone (device 7) or of another.
pub fn operation(device: u32, counter: u64, kind: RecordKind, record: u128, payload: &[u8]) -> Operation {
    Operation {
        header: Header {
            id: OpId::new(device, counter),
            verb: Verb::WRITE,
            kind: kind.code(),
            record: id(record),
            area: id(GRID),
            height: 1,
            evidence: HeaderEvidence {
                wall_ms: 1_760_000_000_000 + i64::try_from(counter).unwrap(),
                server_ms: 1_759_999_000_000,
                since_server_ms: 1_000_000 + counter,
            },
            extra: Vec::new(),
        },
        salt: [9; 16],
        payload: payload.to_vec(),
    }
}

/// Appends an own operation with its chain, as the client does.
pub fn save(w: &Writer<'_>, operation: &Operation) -> Result<(), StoreError> {
    let chain = w.own_chain()?.map_or_else(Chain::default, |(_, chain)| chain);
    assert!(w.append(operation, OpState::OnPhone, None)?);
    w.set_own_chain(DeviceNo(7), &chain.with(&operation.hash()))
}
