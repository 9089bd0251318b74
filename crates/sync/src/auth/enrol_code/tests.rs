//! 李军 enrols: from a screen, from paper, with fingers that slip.

use proptest::prelude::*;

use super::super::test_random::Seeded;
use super::*;

const CA: &[u8] = b"a county's certificate";

fn code() -> EnrolCode {
    EnrolCode::new(SingleUse::draw(&Seeded::new(1)), CA)
}

fn invitation(host: &str) -> Invitation {
    Invitation {
        address: CountyAddress { host: host.into(), port: 8443 },
        single_use: SingleUse::draw(&Seeded::new(1)),
        ca_sha256: Sha256::digest(CA).into(),
    }
}

#[test]
fn the_typed_form_has_five_groups_of_four_and_knows_its_county() {
    let typed = code().to_typed();
    assert_eq!(typed.split('-').map(str::len).collect::<Vec<_>>(), [4; 5]);
    let read = EnrolCode::read_typed(&typed).unwrap();
    assert_eq!(read.single_use, code().single_use);
    assert!(read.matches_ca(CA));
    assert!(!read.matches_ca(b"another county's certificate"));
}

#[test]
fn fingers_may_slip_where_nothing_can_be_confused() {
    let exact = EnrolCode::read_typed("0123-4567-89AB-CDEF-1010").unwrap();
    for typed in [
        "0123456789abcdef1010",
        "  o123 4567 89ab cdef 1o1o ",
        "OL23-4567-89AB-CDEF-I0LO",
        "０１２３—４５６７—８９ＡＢ—ＣＤＥＦ—１０１０",
    ] {
        assert_eq!(EnrolCode::read_typed(typed), Ok(exact), "{typed}");
    }
}

#[test]
fn a_wrong_character_is_pointed_at() {
    assert_eq!(EnrolCode::read_typed("0123-4U67"), Err(EnrolCodeError::BadCode { position: 7 }));
    assert_eq!(EnrolCode::read_typed("0123-4网67"), Err(EnrolCodeError::BadCode { position: 7 }));
    assert_eq!(EnrolCode::read_typed("0123 4567"), Err(EnrolCodeError::BadLength { found: 8, wanted: 20 }));
    assert_eq!(
        EnrolCode::read_typed(&"0".repeat(1000)),
        Err(EnrolCodeError::BadLength { found: 1000, wanted: 20 })
    );
    assert_eq!(EnrolCode::read_typed(""), Err(EnrolCodeError::BadLength { found: 0, wanted: 20 }));
}

#[test]
fn an_invitation_is_scanned_as_it_was_drawn() {
    for host in ["county.example", "10.0.0.7", "fd00::7"] {
        let drawn = invitation(host).to_text();
        assert!(drawn.starts_with("XUNGE1:"), "{drawn}");
        let read = Invitation::read(&drawn).unwrap();
        assert_eq!(read, invitation(host));
        assert!(read.code().matches_ca(CA));
        assert_eq!(read.code().to_typed(), code().to_typed());
    }
    let drawn = invitation("county.example").to_text();
    let dense = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || " $%*+-./:".contains(c);
    assert!(drawn.chars().all(dense), "{drawn} fits a QR code's alphanumeric mode");
}

#[test]
fn other_qr_codes_are_told_apart() {
    let good = invitation("county.example").to_text();
    for (text, error) in [
        ("https://example.com/app".to_owned(), EnrolCodeError::NotAnInvitation),
        ("".to_owned(), EnrolCodeError::NotAnInvitation),
        ("XUNGE1:county.example".to_owned(), EnrolCodeError::NotAnInvitation),
        (good.replace("XUNGE1", "XUNGE2"), EnrolCodeError::NewerInvitation),
        (good[..good.len() - 1].to_owned(), EnrolCodeError::NotAnInvitation),
        (good.replace(":8443", ""), EnrolCodeError::BadAddress),
        (good.replace(":8443", ":0"), EnrolCodeError::BadAddress),
        (good.replace("COUNTY.EXAMPLE", "COUNTY EXAMPLE"), EnrolCodeError::BadAddress),
        (good.replace("COUNTY.EXAMPLE", "10.0.0.300"), EnrolCodeError::BadAddress),
    ] {
        assert_eq!(Invitation::read(&text), Err(error), "{text}");
    }
    let code = code().single_use.to_text();
    assert_eq!(
        Invitation::read(&good.replace(&code, &"U".repeat(8))),
        Err(EnrolCodeError::BadCode { position: 1 })
    );
    // Forty bits do not fit into thirty-six.
    assert_eq!(SingleUse::read("ZZZZZZZZ"), Err(EnrolCodeError::BadCode { position: 1 }));
}

#[test]
fn an_address_is_read_as_people_type_it() {
    let at = |host: &str, port| Ok(CountyAddress { host: host.into(), port });
    for (typed, wanted) in [
        ("county.example", at("county.example", 8443)),
        ("  HTTPS://County.Example:9000/ ", at("county.example", 9000)),
        ("１０。０。０。７：９０００", at("10.0.0.7", 9000)),
        ("[fd00::7]", at("fd00::7", 8443)),
        ("[fd00::7]:9000", at("fd00::7", 9000)),
    ] {
        assert_eq!(CountyAddress::read(typed, 8443), wanted, "{typed}");
    }
    for typed in [
        "",
        "county..example",
        "-county",
        "a:b",
        "a:+80",
        "a:70000",
        "a/b",
        "[fd00::7",
        "[x]:1",
        "fd00::7",
        "[fd00::7]9",
    ] {
        assert_eq!(CountyAddress::read(typed, 8443), Err(EnrolCodeError::BadAddress), "{typed}");
    }
}

#[test]
fn the_county_finds_codes_only_with_its_secret() {
    let code = code().single_use;
    assert_eq!(code.lookup_key(&[1; 32]), SingleUse::read(&code.to_text()).unwrap().lookup_key(&[1; 32]));
    assert_ne!(code.lookup_key(&[1; 32]), code.lookup_key(&[2; 32]));
    assert_ne!(code.lookup_key(&[1; 32]), SingleUse::draw(&Seeded::new(2)).lookup_key(&[1; 32]));
    assert_eq!(format!("{code:?}"), "SingleUse(…)");
}

proptest! {
    #[test]
    fn every_code_comes_back_from_both_forms(seed in any::<u64>(), ca in proptest::collection::vec(any::<u8>(), 0..50)) {
        let code = EnrolCode::new(SingleUse::draw(&Seeded::new(seed)), &ca);
        let read = EnrolCode::read_typed(&code.to_typed()).unwrap();
        prop_assert_eq!(read.single_use, code.single_use);
        prop_assert!(read.matches_ca(&ca));
        prop_assert_eq!(read.to_typed(), code.to_typed());
        prop_assert_eq!(SingleUse::read(&code.single_use.to_text()), Ok(code.single_use));
    }

    /// One wrong character is never taken for the same code and county.
    #[test]
    fn one_wrong_character_changes_code_or_county(seed in any::<u64>(), at in 0_usize..20, other in 0_usize..32) {
        let code = EnrolCode::new(SingleUse::draw(&Seeded::new(seed)), CA);
        let mut typed: Vec<char> = code.to_typed().replace('-', "").chars().collect();
        let replacement = char::from(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"[other]);
        prop_assume!(typed[at] != replacement);
        typed[at] = replacement;
        let read = EnrolCode::read_typed(&typed.iter().collect::<String>()).unwrap();
        prop_assert!(read.single_use != code.single_use || !read.matches_ca(CA));
    }

    #[test]
    fn nothing_scanned_or_typed_makes_it_panic(text in "\\PC{0,80}") {
        let _ = EnrolCode::read_typed(&text);
        let _ = Invitation::read(&text);
        let _ = Invitation::read(&format!("XUNGE1:{text}"));
        let _ = CountyAddress::read(&text, 1);
    }
}
