//! Phones and a county shake hands in memory: no sockets, and each phone with a clock of its own.

use std::sync::Arc;

use rustls::client::ClientConnection;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, RootCertStore, ServerConfig, ServerConnection};
use sha2::{Digest as _, Sha256};
use xunge_domain::world::{Moment, Randomness};

use super::serving::provider;
use super::*;

const DAY_MS: i64 = 86_400_000;
/// 2026-06-01.
const NOW: Moment = Moment { wall_ms: 20_605 * DAY_MS, mono_ms: 0, boot: 1 };
const NAMES: [&str; 3] = ["county.example", "10.0.0.7", "fd00::7"];

struct Counting;

impl Randomness for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for (i, b) in bytes.iter_mut().enumerate() {
            *b = u8::try_from(i % 251).unwrap() + 1;
        }
    }
}

fn later(days: i64) -> Moment {
    Moment { wall_ms: NOW.wall_ms + days * DAY_MS, ..NOW }
}

fn ca() -> CountyCa {
    CountyCa::make("示范县", NOW, &Counting).unwrap()
}

fn county(certificate: &ServerCertificate) -> Arc<ServerConfig> {
    server_config(Arc::new(CertificateSlot::new(certificate).unwrap())).unwrap()
}

#[derive(Debug)]
struct PhoneClock(Moment);

impl TimeProvider for PhoneClock {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.wall_ms / 1000).ok()?;
        Some(UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)))
    }
}

/// Shakes hands with a phone that trusts only `trusted`. Gives the protocol agreed on and the chain it saw.
fn connect(
    server: &Arc<ServerConfig>,
    trusted: &[u8],
    host: &str,
    clock: Moment,
) -> Result<(Vec<u8>, Vec<CertificateDer<'static>>), rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(trusted.to_vec())).unwrap();
    let mut config = ClientConfig::builder_with_details(provider(), Arc::new(PhoneClock(clock)))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let mut phone =
        ClientConnection::new(Arc::new(config), ServerName::try_from(host.to_owned()).unwrap()).unwrap();
    let mut county = ServerConnection::new(server.clone()).unwrap();
    for _ in 0..10 {
        let mut wire = Vec::new();
        while phone.wants_write() {
            phone.write_tls(&mut wire).unwrap();
        }
        let mut wire = wire.as_slice();
        while !wire.is_empty() {
            county.read_tls(&mut wire).unwrap();
            county.process_new_packets()?;
        }
        let mut wire = Vec::new();
        while county.wants_write() {
            county.write_tls(&mut wire).unwrap();
        }
        let mut wire = wire.as_slice();
        while !wire.is_empty() {
            phone.read_tls(&mut wire).unwrap();
            phone.process_new_packets()?;
        }
        if !phone.is_handshaking() && !county.is_handshaking() {
            let chain = phone.peer_certificates().unwrap_or_default().iter().cloned();
            return Ok((phone.alpn_protocol().unwrap_or_default().to_vec(), chain.collect()));
        }
    }
    panic!("the handshake does not end");
}

#[test]
fn a_phone_that_trusts_the_county_connects_by_every_name() {
    let ca = ca();
    let certificate = ServerCertificate::make(&ca, &NAMES, NOW, &Counting).unwrap();
    let county = county(&certificate);
    for host in NAMES {
        let (protocol, chain) = connect(&county, ca.der(), host, NOW).unwrap();
        assert_eq!(protocol, b"h2");
        let seen: [u8; 32] = Sha256::digest(&chain[1]).into();
        assert_eq!(seen, ca.sha256(), "the CA comes along, for the phone to compare with its code");
    }
    assert!(connect(&county, ca.der(), "other.example", NOW).is_err());
}

#[test]
fn a_false_county_is_refused() {
    let true_ca = ca();
    let false_ca = CountyCa::make("示范县", NOW, &Counting).unwrap();
    let certificate = ServerCertificate::make(&false_ca, &NAMES, NOW, &Counting).unwrap();
    assert!(connect(&county(&certificate), true_ca.der(), "county.example", NOW).is_err());
}

#[test]
fn a_phone_whose_clock_went_back_years_still_connects() {
    let ca = ca();
    let county = county(&ServerCertificate::make(&ca, &NAMES, NOW, &Counting).unwrap());
    for days in [-9000, -3650, -1, 0, 365, 800] {
        assert!(connect(&county, ca.der(), "10.0.0.7", later(days)).is_ok(), "{days} days off");
    }
    assert!(connect(&county, ca.der(), "10.0.0.7", later(830)).is_err());
}

#[test]
fn what_was_written_to_files_serves_again() {
    let made = ca();
    let pem = made.to_pem();
    let ca = CountyCa::from_pem(&pem.certificates, &pem.private_key).unwrap();
    assert_eq!(ca.sha256(), made.sha256());

    let pem = ServerCertificate::make(&ca, &NAMES, NOW, &Counting).unwrap().to_pem();
    let certificate = ServerCertificate::from_pem(&pem.certificates, &pem.private_key).unwrap();
    assert_eq!(certificate.names(), ["10.0.0.7", "county.example", "fd00::7"]);
    assert!(connect(&county(&certificate), made.der(), "county.example", NOW).is_ok());
}

#[test]
fn files_that_do_not_belong_together_are_refused() {
    let (one, two) = (ca().to_pem(), ca().to_pem());
    assert!(matches!(CountyCa::from_pem(&one.certificates, &two.private_key), Err(TlsError::KeyMismatch)));
    assert!(matches!(CountyCa::from_pem("", &one.private_key), Err(TlsError::Unreadable(_))));
    assert!(matches!(CountyCa::from_pem(&one.certificates, ""), Err(TlsError::Unreadable(_))));
    let leaf = ServerCertificate::make(&ca(), &NAMES, NOW, &Counting).unwrap().to_pem();
    assert!(matches!(
        CountyCa::from_pem(&leaf.certificates, &leaf.private_key),
        Err(TlsError::Unreadable(_))
    ));
    assert!(matches!(
        ServerCertificate::from_pem(&leaf.certificates, &one.private_key),
        Err(TlsError::KeyMismatch)
    ));
}

#[test]
fn a_certificate_is_renewed_for_age_names_and_authority() {
    let ca = ca();
    let certificate = ServerCertificate::make(&ca, &NAMES, NOW, &Counting).unwrap();
    let due = |names: &[&str], now| certificate.renewal_due(&ca, names, now).unwrap();
    assert_eq!(due(&NAMES, NOW), None);
    assert_eq!(due(&["FD00::7", "10.0.0.7", "County.Example", "10.0.0.7"], NOW), None, "same names");
    assert_eq!(due(&NAMES, later(419)), None);
    assert_eq!(due(&NAMES, later(421)), Some(RenewBecause::Old));
    assert_eq!(due(&NAMES[..2], NOW), Some(RenewBecause::Names));
    let next = CountyCa::make("示范县", NOW, &Counting).unwrap();
    assert_eq!(certificate.renewal_due(&next, &NAMES, NOW).unwrap(), Some(RenewBecause::Authority));
}

#[test]
fn the_next_authority_is_made_years_ahead() {
    let ca = ca();
    assert!(!ca.successor_due(NOW).unwrap());
    assert!(!ca.successor_due(later(authority::CA_DAYS - authority::CA_OVERLAP_DAYS - 1)).unwrap());
    assert!(ca.successor_due(later(authority::CA_DAYS - authority::CA_OVERLAP_DAYS + 1)).unwrap());
}

#[test]
fn a_replaced_certificate_is_given_to_new_connections() {
    let ca = ca();
    let first = ServerCertificate::make(&ca, &["old.example"], NOW, &Counting).unwrap();
    let slot = Arc::new(CertificateSlot::new(&first).unwrap());
    let county = server_config(slot.clone()).unwrap();
    assert!(connect(&county, ca.der(), "old.example", NOW).is_ok());
    slot.replace(&ServerCertificate::make(&ca, &["new.example"], NOW, &Counting).unwrap()).unwrap();
    assert!(connect(&county, ca.der(), "new.example", NOW).is_ok());
    assert!(connect(&county, ca.der(), "old.example", NOW).is_err());
}

#[test]
fn names_and_clocks_that_cannot_be_certified_are_refused() {
    let ca = ca();
    for name in ["", "网格.example", "a b", "county.example:8443", "https://county.example"] {
        let made = ServerCertificate::make(&ca, &[name], NOW, &Counting);
        assert!(matches!(made, Err(TlsError::BadName(_))), "{name}");
    }
    assert!(matches!(ServerCertificate::make(&ca, &[], NOW, &Counting), Err(TlsError::BadName(_))));
    for wall_ms in [i64::MIN, -1, i64::MAX] {
        let clock = Moment { wall_ms, ..NOW };
        assert!(matches!(CountyCa::make("示范县", clock, &Counting), Err(TlsError::BadClock)), "{wall_ms}");
    }
}

#[test]
fn private_keys_are_never_shown() {
    let ca = ca();
    let certificate = ServerCertificate::make(&ca, &["county.example"], NOW, &Counting).unwrap();
    assert_eq!(format!("{ca:?}"), "CountyCa(…)");
    assert_eq!(format!("{certificate:?}"), "ServerCertificate { names: [\"county.example\"], .. }");
}
