//! What a newer app wrote: a kind of record nobody here knows, and fields nobody here knows in a kind everybody knows. Both
//! are kept to the last byte wherever they come, and stop nothing else.

use serde_json::json;
use xunge_client::Open;
use xunge_domain::ids::{DeviceNo, OpId, RecordId};
use xunge_domain::operation::{Header, HeaderEvidence, Operation, Verb};
use xunge_domain::records::{KindCode, RecordKind};
use xunge_store::OpState;
use xunge_sync::batch::{SALT_BLOCK, derive_salt};
use xunge_tests::scene::{Scene, first_household, settle, visit};

/// Writes into the phone's log what an app of another version would have written there.
fn write_as_newer(open: &Open, kind: KindCode, record: RecordId, height: u32, payload: &[u8]) -> Operation {
    let area = open.identity().grid().unwrap();
    open.change(|change| {
        let (device, chain) = change.writer.own_chain()?.unwrap();
        let counter = chain.counter + 1;
        let key = change.writer.salt_block(counter / SALT_BLOCK)?.expect("something was written before");
        let header = Header {
            id: OpId { device, counter },
            verb: Verb::WRITE,
            kind,
            record,
            area,
            height,
            evidence: HeaderEvidence { wall_ms: 1_795_300_000_000, server_ms: 0, since_server_ms: 0 },
            extra: b"\xA1\x18\x63\x64later"[..4].to_vec(),
        };
        let op = Operation { header, salt: derive_salt(&key, counter), payload: payload.to_vec() };
        change.writer.append(&op, OpState::OnPhone, None)?;
        change.writer.set_own_chain(device, &chain.with(&op.hash()))?;
        Ok(op)
    })
    .unwrap()
}

fn kept(open: &Open, id: OpId) -> (Header, Option<Vec<u8>>) {
    open.change(|change| {
        let stored = change.writer.operation(id)?.expect("it is here");
        Ok((stored.header, stored.payload))
    })
    .unwrap()
}

#[test]
fn a_kind_nobody_knows_yet_is_kept_to_the_byte_and_stops_nothing() {
    let scene = Scene::default();
    let (mut phone, other) = (scene.phone("anna"), scene.phone("bert"));
    let strange = KindCode(999);
    assert_eq!(RecordKind::from_code(strange), None);
    visit(&phone);
    let record = RecordId(uuid::Uuid::from_u128(0x0199_0101_0000_7000_8000_0000_0000_0999));
    // {1: "abc", 7: [1, {"x": 2.5}], 900: h'00ff'}
    let payload = b"\xA3\x01\x63abc\x07\x82\x01\xA1\x61x\xF9\x41\x00\x19\x03\x84\x42\x00\xFF";
    let op = write_as_newer(&phone.open(), strange, record, 1, payload);
    visit(&phone);
    phone.crash();
    phone.call("unlock", json!({ "pin": xunge_tests::scene::PIN })).unwrap();
    settle(&phone);

    let county = scene.county.county();
    let held = county.operation_of(op.id()).unwrap().unwrap();
    assert_eq!(held.op, op, "header, what it carries beside, salt and payload");
    let own = phone.open().own_operations().unwrap();
    assert!(own.iter().all(|own| own.received));
    let refused: Vec<_> = own.iter().filter_map(|own| Some((own.id, own.refused.clone()?))).collect();
    assert_eq!(refused, [(op.id(), "unknown_kind".to_owned())], "the visits before and after it are applied");
    // It stays on the phone, is told, and can be tried again after an upgrade.
    assert_eq!(kept(&phone.open(), op.id()), (op.header.clone(), Some(payload.to_vec())));
    let review = phone.call("review", json!({})).unwrap();
    assert_eq!(review["refused"][0]["reason"], "unknown_kind");
    assert_eq!(phone.call("sync_state", json!({})).unwrap()["counts"]["needs_you"], 1);
    for words in ["zh-CN", "en"] {
        assert!(words_for(words, "unknown_kind").chars().count() > 10, "{words}");
    }
    settle(&other);
    let visits = other.call("household", json!({ "id": first_household(&other) })).unwrap()["visits"].clone();
    assert_eq!(visits.as_array().unwrap().len(), 2);
    // Also over a restart of the county it is what it was.
    scene.county.kill();
    scene.county.start();
    assert_eq!(scene.county.county().operation_of(op.id()).unwrap().unwrap().op, op);
    visit(&phone);
    settle(&phone);
}

#[test]
fn fields_nobody_knows_yet_travel_to_every_phone_and_back_unchanged() {
    let scene = Scene::default();
    let (phone, other) = (scene.phone("anna"), scene.phone("bert"));
    visit(&phone);
    let household: RecordId = first_household(&phone).parse().unwrap();
    // {1: "abc", 99: {0: [true, h'00']}}: the note, and something of later.
    let payload = b"\xA2\x01\x63abc\x18\x63\xA1\x00\x82\xF5\x41\x00";
    let op = write_as_newer(&phone.open(), RecordKind::Household.code(), household, 2, payload);
    settle(&phone);
    settle(&other);
    let (header, bytes) = kept(&other.open(), op.id());
    assert_eq!((&header, bytes.as_deref()), (&op.header, Some(&payload[..])), "on the other phone");
    // The other phone, which knows nothing of it, edits the same record: what it does not know stays.
    other.call("save_household", json!({ "id": household.to_string(), "phone": "14211112222" })).unwrap();
    settle(&other);
    settle(&phone);
    let county = scene.county.county();
    assert_eq!(county.operation_of(op.id()).unwrap().unwrap().op, op);
    assert_eq!(kept(&phone.open(), op.id()).1.as_deref(), Some(&payload[..]));
    for phone in [&phone, &other] {
        let page = phone.call("household", json!({ "id": household.to_string() })).unwrap();
        assert_eq!(page["note"], "abc");
        assert!(phone.open().own_operations().unwrap().iter().all(|op| op.received && op.refused.is_none()));
    }
    assert_eq!(op.header.id.device, DeviceNo(phone.open().identity().device_no));
}

fn words_for(language: &str, code: &str) -> String {
    let path = format!("{}/../ui/src/locales/{language}.json", env!("CARGO_MANIFEST_DIR"));
    let file = std::fs::File::options().read(true).open(path).unwrap();
    let words: serde_json::Value = serde_json::from_reader(file).unwrap();
    fn find(value: &serde_json::Value, code: &str) -> Option<String> {
        let map = value.as_object()?;
        map.get(code)
            .and_then(|found| found.as_str().map(str::to_owned))
            .or_else(|| map.values().find_map(|inner| find(inner, code)))
    }
    find(&words, code).unwrap_or_default()
}
