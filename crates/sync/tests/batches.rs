//! A batch brings back exactly the operations that went in, salts and all, and refuses what is no batch.

use proptest::prelude::*;
use std::collections::BTreeMap;
use uuid::Uuid;
use xunge_domain::ids::{OpId, RecordId};
use xunge_domain::operation::{Header, HeaderEvidence, Operation, Verb};
use xunge_domain::records::KindCode;
use xunge_sync::batch::{BatchError, SALT_BLOCK, Salts, derive_salt, pack, unpack};

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
fn a_bomb_is_refused_before_it_is_unpacked() {
    let bomb = zstd::bulk::compress(&vec![0_u8; 64 * 1024 * 1024], 3).unwrap();
    assert!(bomb.len() < 16 * 1024);
    assert_eq!(unpack(&bomb), Err(BatchError::TooLarge));
}
