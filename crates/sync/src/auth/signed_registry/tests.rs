//! A county registers its care for older people; others try to register worse things.

use proptest::prelude::*;

use super::*;

fn day(y: i32, m: u32, d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(y, m, d).unwrap()
}

fn county() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

fn older_people() -> CareCategoryEntry {
    CareCategoryEntry {
        code: "older_people_in_need".into(),
        name_zh: "特殊困难老年人".into(),
        law: "中华人民共和国老年人权益保障法".into(),
        article: "第三十条".into(),
        purpose: "每月探访独居、空巢、留守、失能老年人".into(),
        controller: "某县民政局".into(),
        source: "县民政局养老服务科".into(),
        readers: vec![WorkerRole::GridHead, WorkerRole::FullTime],
        allowed_fields: vec!["lives_alone".into(), "contact_person".into()],
        cadence: Cadence::Monthly,
        keep_days: 365,
        assessment_number: "PIA-2026-001".into(),
        assessment_date: day(2026, 1, 10),
        expires: day(2027, 1, 9),
        tier: Tier::One,
    }
}

fn verify(signed: &SignedCategory) -> Result<CareCategoryEntry, RegistryError> {
    signed.verify(&county().verifying_key(), day(2026, 6, 1), Tier::One)
}

#[test]
fn what_the_county_signed_is_what_the_phone_gets() {
    let signed = older_people().sign(&county()).unwrap();
    assert_eq!(verify(&signed), Ok(older_people()));
}

#[test]
fn unsigned_and_foreign_entries_do_not_exist() {
    let mut signed = older_people().sign(&county()).unwrap();
    let foreign = older_people().sign(&SigningKey::from_bytes(&[4; 32])).unwrap();
    assert_eq!(verify(&foreign), Err(RegistryError::BadSignature));
    signed.signature.pop();
    assert_eq!(verify(&signed), Err(RegistryError::BadSignature));
    signed.signature.clear();
    assert_eq!(verify(&signed), Err(RegistryError::Unsigned));
}

#[test]
fn an_entry_holds_through_its_last_day() {
    let signed = older_people().sign(&county()).unwrap();
    let on = |date| signed.verify(&county().verifying_key(), date, Tier::One);
    assert!(on(day(2027, 1, 9)).is_ok());
    assert_eq!(on(day(2027, 1, 10)), Err(RegistryError::Expired { on: day(2027, 1, 9) }));
}

#[test]
fn tier_two_waits_until_it_is_enabled() {
    let entry = CareCategoryEntry {
        code: "community_correction".into(),
        name_zh: "社区矫正".into(),
        tier: Tier::Two,
        ..older_people()
    };
    let signed = entry.sign(&county()).unwrap();
    assert_eq!(verify(&signed), Err(RegistryError::TierNotEnabled));
    let enabled = signed.verify(&county().verifying_key(), day(2026, 6, 1), Tier::Two);
    assert_eq!(enabled, Ok(entry.clone()));

    let smuggled = CareCategoryEntry { tier: Tier::One, ..entry };
    assert_eq!(smuggled.sign(&county()), Err(RegistryError::ForbiddenCode { word: "社区矫正" }));
}

#[test]
fn marks_on_people_are_refused_even_with_the_countys_signature() {
    let bad = [
        CareCategoryEntry { name_zh: "信访重点户".into(), ..older_people() },
        CareCategoryEntry { code: "hiv_status".into(), ..older_people() },
        CareCategoryEntry { purpose: "掌握信教群众底数".into(), ..older_people() },
        CareCategoryEntry { allowed_fields: vec!["人脸照片".into()], ..older_people() },
    ];
    for entry in bad {
        assert_eq!(entry.sign(&county()).unwrap_err().code(), "forbidden_code", "{entry:?}");
        // A county with a signing tool of its own.
        let bytes = entry.to_bytes().unwrap();
        let signature = county().sign(&message(&bytes)).to_bytes().to_vec();
        let forced = SignedCategory { entry: bytes, signature };
        assert_eq!(verify(&forced).unwrap_err().code(), "forbidden_code", "{entry:?}");
    }
}

#[test]
fn an_entry_must_say_everything() {
    let gaps: [(&str, CareCategoryEntry); 8] = [
        ("law", CareCategoryEntry { law: " ".into(), ..older_people() }),
        ("purpose", CareCategoryEntry { purpose: String::new(), ..older_people() }),
        ("assessment_number", CareCategoryEntry { assessment_number: String::new(), ..older_people() }),
        ("code", CareCategoryEntry { code: "老年人".into(), ..older_people() }),
        ("readers", CareCategoryEntry { readers: vec![], ..older_people() }),
        ("allowed_fields", CareCategoryEntry { allowed_fields: vec![], ..older_people() }),
        ("keep_days", CareCategoryEntry { keep_days: 0, ..older_people() }),
        ("expires", CareCategoryEntry { expires: day(2025, 1, 1), ..older_people() }),
    ];
    for (field, entry) in gaps {
        assert_eq!(entry.sign(&county()), Err(RegistryError::Incomplete { field }));
    }
}

#[test]
fn signed_bytes_have_one_form() {
    let sign_raw = |entry: Vec<u8>| {
        let signature = county().sign(&message(&entry)).to_bytes().to_vec();
        SignedCategory { entry, signature }
    };
    let good = older_people().to_bytes().unwrap();
    assert!(verify(&sign_raw(good.clone())).is_ok());

    // An unknown key 16, properly signed: the map of 15 becomes one of 16.
    assert_eq!(good[0], 0xAF);
    let mut unknown_key = good.clone();
    unknown_key.splice(0..1, [0xB0]);
    unknown_key.extend([0x10, 0x01]);
    assert_eq!(verify(&sign_raw(unknown_key)), Err(RegistryError::Unreadable));

    let mut trailing = good.clone();
    trailing.push(0);
    assert_eq!(verify(&sign_raw(trailing)), Err(RegistryError::Unreadable));

    // The last value, tier 1, in two bytes instead of one.
    let mut longer_form = good.clone();
    longer_form.pop();
    longer_form.extend([0x18, 0x01]);
    assert_eq!(verify(&sign_raw(longer_form)), Err(RegistryError::Unreadable));
    assert_eq!(verify(&sign_raw(vec![])), Err(RegistryError::Unreadable));
}

#[test]
fn a_signature_for_something_else_does_not_count() {
    let entry = older_people().to_bytes().unwrap();
    let signature = county().sign(&entry).to_bytes().to_vec();
    assert_eq!(verify(&SignedCategory { entry, signature }), Err(RegistryError::BadSignature));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_changed_byte_is_noticed(at in any::<proptest::sample::Index>(), flip in 1_u8..=255) {
        let mut signed = older_people().sign(&county()).unwrap();
        let at = at.index(signed.entry.len() + 64);
        match at.checked_sub(signed.entry.len()) {
            None => signed.entry[at] ^= flip,
            Some(at) => signed.signature[at] ^= flip,
        }
        prop_assert_eq!(verify(&signed), Err(RegistryError::BadSignature));
    }
}
