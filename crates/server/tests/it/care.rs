//! Care duties at the county: under signed entries only, and to their readers only.

use crate::bench::Bench;
use crate::phone::Phone;
use chrono::NaiveDate;
use ed25519_dalek::SigningKey;
use xunge_domain::ids::RecordId;
use xunge_domain::operation::{DigestSum, Operation};
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::{Cadence, WorkerRole};
use xunge_domain::value::Value;
use xunge_server::county::erase::Erasing;
use xunge_server::county::{CountyEdit, CountyError, Refused};
use xunge_sync::auth::signed_registry::{CareCategoryEntry, Tier};
use xunge_sync::messages::{self, Pull, Pulled};

const DAY_MS: i64 = 86_400_000;

/// In force until three days after the bench's first day, 2026-09-21.
fn entry(code: &str, readers: &[WorkerRole]) -> CareCategoryEntry {
    let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap();
    CareCategoryEntry {
        code: code.to_owned(),
        name_zh: "高龄津贴".to_owned(),
        law: "中华人民共和国老年人权益保障法".to_owned(),
        article: "第三十三条".to_owned(),
        purpose: "每年核对津贴的领取".to_owned(),
        controller: "示范县民政局".to_owned(),
        source: "示范县民政局".to_owned(),
        readers: readers.to_vec(),
        allowed_fields: vec!["name".to_owned()],
        cadence: Cadence::Yearly,
        keep_days: 180,
        assessment_number: "测试-1".to_owned(),
        assessment_date: day(1, 15),
        expires: day(9, 24),
        tier: Tier::One,
    }
}

/// The record of a category that says `code` beside what was signed.
fn category(bench: &Bench, code: &str, entry: &CareCategoryEntry, key: &SigningKey) -> CountyEdit {
    let signed = entry.sign(key).unwrap();
    let values =
        [(1, Value::from(code)), (2, Value::Bytes(signed.entry)), (3, Value::Bytes(signed.signature))];
    CountyEdit::new(RecordKind::CareCategory, bench.id(), bench.areas.county, values)
}

fn duty(bench: &Bench, code: &str) -> CountyEdit {
    let person = bench.write(RecordKind::Person, bench.id(), bench.areas.grid, [(1, Value::from("某人"))]);
    let values = [(1, Value::reference(person)), (2, Value::from(code))];
    CountyEdit::new(RecordKind::CareDuty, bench.id(), bench.areas.grid, values)
}

/// Registers a category, and a duty under it.
fn registered(bench: &Bench, code: &str, readers: &[WorkerRole]) -> (RecordId, RecordId) {
    let category = category(bench, code, &entry(code, readers), bench.county.registry_key());
    let duty = duty(bench, code);
    let ids = (category.record, duty.record);
    bench.county.write_as_county(vec![category, duty]).unwrap();
    ids
}

fn refused(bench: &Bench, edit: CountyEdit) -> bool {
    match bench.county.write_as_county(vec![edit]) {
        Ok(_) => false,
        Err(CountyError::Refused(Refused::CareNotRegistered)) => true,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_duty_is_begun_only_under_an_entry_that_the_county_signed_and_that_holds_today() {
    let mut bench = Bench::new();
    assert!(refused(&bench, duty(&bench, "allowance_80")), "nothing is registered");
    let allowance = entry("allowance_80", &[WorkerRole::FullTime]);
    let strangers_key = SigningKey::from_bytes(&[5; 32]);
    assert!(
        refused(&bench, category(&bench, "allowance_80", &allowance, &strangers_key)),
        "signed by somebody else"
    );
    let another_code = category(&bench, "disabled", &allowance, bench.county.registry_key());
    assert!(refused(&bench, another_code), "the record says another code than what was signed");
    assert_eq!(bench.county.count_in(RecordKind::CareCategory, bench.areas.county).unwrap(), 0);

    let (_, begun) = registered(&bench, "allowance_80", &[WorkerRole::FullTime]);
    assert!(refused(&bench, duty(&bench, "disabled")));
    bench.restart();
    assert!(!refused(&bench, duty(&bench, "allowance_80")), "the register is read again after a restart");
    bench.clock.advance(4 * DAY_MS);
    assert!(refused(&bench, duty(&bench, "allowance_80")), "the entry is over");
    let ended = CountyEdit::new(RecordKind::CareDuty, begun, bench.areas.grid, [(5, Value::Int(20_720))]);
    assert!(!refused(&bench, ended), "what was begun can be ended");
}

/// Whether feed and snapshot hold operations on a record; they must agree.
fn has(phone: &mut Phone, bench: &Bench, record: RecordId) -> bool {
    let of = |ops: &[Operation]| ops.iter().any(|op| op.header.record == record);
    let (fed, snapshot) = (of(&phone.pull(bench, 0).0), of(&phone.snapshot(bench).0));
    assert_eq!(fed, snapshot);
    fed
}

#[test]
fn a_duty_and_its_category_go_out_to_their_readers_while_they_hold() {
    let bench = Bench::new();
    let (category, duty) = registered(&bench, "allowance_80", &[WorkerRole::GridHead, WorkerRole::FullTime]);
    let phone = |role| bench.phone_of(bench.worker("周", bench.areas.grid, role));
    let mut phones: Vec<(Phone, bool)> = vec![
        (phone(WorkerRole::FullTime), true),
        (phone(WorkerRole::GridHead), true),
        (phone(WorkerRole::PartTime), false),
        (phone(WorkerRole::Helper), false),
    ];
    for (phone, reads) in &mut phones {
        assert_eq!((has(phone, &bench, category), has(phone, &bench, duty)), (*reads, *reads));
    }
    bench.clock.advance(4 * DAY_MS);
    for (phone, _) in &mut phones {
        assert!(!has(phone, &bench, category) && !has(phone, &bench, duty), "the entry is over");
    }
}

/// What a phone would find when it adds up what it was sent of the grid.
fn compared(phone: &mut Phone, bench: &Bench) -> (DigestSum, DigestSum) {
    let (ops, upto) = phone.pull(bench, 0);
    let mut mine = DigestSum::default();
    for op in ops.iter().filter(|op| op.header.area == bench.areas.grid) {
        mine.add(op.digest());
    }
    let pull = Pull { epoch: phone.epoch.clone(), after: upto, limit: 100, compare: Some(true) };
    let pulled: Pulled = phone.post(bench, "/sync/v1/pull", messages::encode(&pull)).message();
    let grid = bench.areas.grid.0.as_bytes();
    let digests = pulled.digests.unwrap();
    let said = digests.iter().find(|digest| digest.area == grid).unwrap();
    let sum = u128::from_be_bytes(said.sum.as_slice().try_into().unwrap());
    (mine, DigestSum { operations: said.operations, sum })
}

#[test]
fn sums_are_of_what_goes_out_to_the_phone_so_that_it_notices_when_it_may_read_less() {
    let bench = Bench::new();
    let (_, duty) = registered(&bench, "allowance_80", &[WorkerRole::FullTime]);
    let mut reader = bench.phone_of(bench.worker("周", bench.areas.grid, WorkerRole::FullTime));
    let mut other = bench.phone_of(bench.worker("李", bench.areas.grid, WorkerRole::PartTime));
    for phone in [&mut reader, &mut other] {
        let (mine, said) = compared(phone, &bench);
        assert_eq!(mine, said);
    }
    let (before, _) = compared(&mut reader, &bench);
    bench.clock.advance(4 * DAY_MS);
    let (mine, said) = compared(&mut reader, &bench);
    assert_eq!(mine, said);
    assert_ne!(before, said, "a phone that still holds the duty differs, and reads anew");

    let erasing = Erasing { record: duty, ground: "purpose_over", reason: "", who: "desk:test", seen: None };
    bench.county.erase(&erasing).unwrap();
    let (mine, said) = compared(&mut reader, &bench);
    assert_eq!(mine, said);
    assert!(has(&mut reader, &bench, duty), "that it is erased is told to those who had it");
}
