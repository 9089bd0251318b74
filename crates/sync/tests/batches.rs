//! A batch brings back exactly the operations that went in, salts and all, and refuses what is no batch.

use proptest::prelude::*;
use std::collections::BTreeMap;
use uuid::Uuid;
use xunge_domain::ids::{OpId, RecordId};
use xunge_domain::operation::{Header, HeaderEvidence, Operation, Verb};
use xunge_domain::records::KindCode;
use xunge_sync::batch::{BatchError, FORMAT, SALT_BLOCK, Salts, derive_salt, pack, unpack};

fn operation() -> impl Strategy<Value = Operation> {
    (
        (any::<u32>(), 0..u64::MAX / 2, any::<u8>(), any::<u16>()),
        (any::<u128>(), 0..3_u128, any::<u32>()),
        (any::<i64>(), any::<i64>(), 0..u64::MAX / 2),
        proptest::collection::vec(any::<u8>(), 0..9),
        any::<[u8; 16]>(),
        proptest::collection::vec(any::<u8>(), 0..60),
    )
        .prop_map(|(who, what, when, extra, salt, payload)| Operation {
            header: Header {
                id: OpId::new(who.0, who.1),
                verb: Verb(who.2),
                kind: KindCode(who.3),
                record: RecordId(Uuid::from_u128(what.0)),
                area: RecordId(Uuid::from_u128(what.1)),
                height: what.2,
                evidence: HeaderEvidence { wall_ms: when.0, server_ms: when.1, since_server_ms: when.2 },
                extra,
            },
            salt,
            payload,
        })
}

/// A value as somebody might write it: also in a longer form than needed, without a stated length, or none at all.
fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        any::<u8>().prop_map(|n| vec![0x18, n]),
        (0_u8..24).prop_map(|n| vec![n]),
        any::<u16>().prop_map(|n| [[0x39].as_slice(), &n.to_be_bytes()].concat()),
        "[0-9]{11}".prop_map(|text| [&[0x6B], text.as_bytes()].concat()),
        "[王李张]{2}".prop_map(|text| [&[0x66], text.as_bytes()].concat()),
        // The ids of few records, so that they come again, and of many.
        (0..4_u8).prop_map(|n| [[0x50].as_slice(), &[n; 16]].concat()),
        any::<[u8; 16]>().prop_map(|id| [[0x50].as_slice(), &id].concat()),
        Just(vec![0x9F, 0x01, 0xFF]),
        Just(vec![0x83, 0x01, 0x02, 0x03]),
        Just(vec![0xF7]),
        Just(vec![0xFF]),
        Just(vec![]),
        proptest::collection::vec(any::<u8>(), 0..4),
    ]
}

/// A map of few keys, mostly in the shortest form, sometimes with one entry too few or too many.
fn payload() -> impl Strategy<Value = Vec<u8>> {
    let key = prop_oneof![
        8 => (0_u8..6).prop_map(|key| vec![key]),
        1 => any::<u8>().prop_map(|key| vec![0x18, key]),
        1 => any::<u16>().prop_map(|key| [[0x19].as_slice(), &key.to_be_bytes()].concat()),
    ];
    let entries = proptest::collection::vec((key, value()), 0..6);
    (entries, prop_oneof![9 => Just(0_i8), 1 => -1..2_i8]).prop_map(|(entries, off)| {
        let count = (entries.len() as i8 + off).max(0) as u8;
        entries.into_iter().fold(vec![0xA0 + count], |bytes, (key, value)| [bytes, key, value].concat())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_024, ..ProptestConfig::default() })]

    #[test]
    fn payloads_come_out_byte_for_byte(
        payloads in proptest::collection::vec((0..3_u16, 0..5_u8, payload()), 0..80),
    ) {
        let ops: Vec<Operation> = payloads
            .into_iter()
            .zip(1..)
            .map(|((kind, record, payload), counter)| Operation {
                header: Header {
                    id: OpId::new(1, counter),
                    verb: Verb::WRITE,
                    kind: KindCode(kind),
                    record: RecordId(Uuid::from_bytes([record; 16])),
                    area: RecordId(Uuid::from_u128(1)),
                    height: 1,
                    evidence: HeaderEvidence::default(),
                    extra: vec![],
                },
                salt: [0; 16],
                payload,
            })
            .collect();
        prop_assert_eq!(unpack(&pack(&ops, Salts::None).unwrap()).unwrap(), ops);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn what_goes_in_comes_out(ops in proptest::collection::vec(operation(), 0..40)) {
        let single = BTreeMap::new();
        // Counters of one device are unique, which single salts lean on.
        let mut ops = ops;
        for (index, op) in ops.iter_mut().enumerate() {
            op.header.id.counter = op.header.id.counter / 1000 * 1000 + index as u64;
        }
        let body = pack(&ops, Salts::Blocks(&single)).unwrap();
        prop_assert_eq!(unpack(&body).unwrap(), ops);
    }

    #[test]
    fn any_bytes_are_refused_or_read_but_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = unpack(&bytes);
        let framed = zstd::bulk::compress(&bytes, 1).unwrap();
        let _ = unpack(&framed);
        let begun = [&[FORMAT], bytes.as_slice()].concat();
        let _ = unpack(&zstd::bulk::compress(&begun, 1).unwrap());
        // Two frames are one batch; what follows a frame and is none is damage.
        prop_assert!(unpack(&[framed.as_slice(), b"no frame"].concat()).is_err());
    }
}

#[test]
fn salts_derived_from_a_block_key_cost_nothing_on_the_wire() {
    let key = [7_u8; 32];
    let ops: Vec<Operation> = (1..=SALT_BLOCK)
        .map(|counter| Operation {
            header: Header {
                id: OpId::new(3, counter),
                verb: Verb::WRITE,
                kind: KindCode(6),
                record: RecordId(Uuid::from_u128(u128::from(counter))),
                area: RecordId(Uuid::from_u128(1)),
                height: 1,
                evidence: HeaderEvidence::default(),
                extra: vec![],
            },
            salt: derive_salt(&key, counter),
            payload: vec![0xA0],
        })
        .collect();
    let keys = BTreeMap::from([(0, key), (1, key)]);
    let with_keys = pack(&ops, Salts::Blocks(&keys)).unwrap();
    let without = pack(&ops, Salts::Blocks(&BTreeMap::new())).unwrap();
    assert_eq!(unpack(&with_keys).unwrap(), ops);
    assert_eq!(unpack(&without).unwrap(), ops);
    assert!(
        without.len() > with_keys.len() + 15 * ops.len(),
        "{} against {}",
        without.len(),
        with_keys.len()
    );
}

#[test]
fn many_small_bombs_are_refused_like_a_large_one() {
    let small = zstd::bulk::compress(&vec![0_u8; 4 * 1024 * 1024], 3).unwrap();
    let bombs: Vec<u8> = std::iter::repeat_n(small, 5).flatten().collect();
    assert_eq!(unpack(&bombs), Err(BatchError::TooLarge));
}

#[test]
fn people_of_one_form_cost_little_more_than_what_chance_put_into_them() {
    // Chance: 74 bits of the id, 4 + 3 digits. Everything else is the same or follows.
    let mut chance = 1_u64;
    let mut draw = |below: u64| {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (chance >> 33) % below
    };
    let ops: Vec<Operation> = (1..=2_000)
        .map(|counter| {
            let id = uuid::Builder::from_unix_timestamp_millis(1_790_000_000_000 + counter, &{
                let (a, b) = (draw(1 << 31), draw(1 << 31));
                let mut bytes = [0; 10];
                bytes[..4].copy_from_slice(&(a as u32).to_be_bytes());
                bytes[4..8].copy_from_slice(&(b as u32).to_be_bytes());
                bytes[8..].copy_from_slice(&(draw(1 << 16) as u16).to_be_bytes());
                bytes
            });
            let text = format!("138{:04}{:04}", draw(1_000), draw(10_000));
            Operation {
                header: Header {
                    id: OpId::new(1, counter),
                    verb: Verb::WRITE,
                    kind: KindCode(5),
                    record: RecordId(id.into_uuid()),
                    area: RecordId(Uuid::from_u128(1)),
                    height: 1,
                    evidence: HeaderEvidence { wall_ms: counter as i64, server_ms: 0, since_server_ms: 0 },
                    extra: vec![],
                },
                salt: [0; 16],
                payload: [[0xA1, 5, 0x6B].as_slice(), text.as_bytes()].concat(),
            }
        })
        .collect();
    let body = pack(&ops, Salts::None).unwrap();
    assert!(body.len() < ops.len() * 14, "{} bytes for {} operations", body.len(), ops.len());
}

#[test]
fn a_bomb_is_refused_before_it_is_unpacked() {
    let bomb = zstd::bulk::compress(&vec![0_u8; 64 * 1024 * 1024], 3).unwrap();
    assert!(bomb.len() < 16 * 1024);
    assert_eq!(unpack(&bomb), Err(BatchError::TooLarge));
}
