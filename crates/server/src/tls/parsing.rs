//! What this module needs to read back out of certificates and keys.

use std::net::IpAddr;

use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, SerialNumber};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use time::OffsetDateTime;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use xunge_domain::world::{Moment, Randomness};

use super::TlsError;

/// Not before this day, whatever the county's clock says: a phone whose battery died wakes up years ago, and its clock
/// is no reason to refuse the county it was pinned to.
pub(super) const START: (i32, u8, u8) = (2000, 1, 1);

/// The facts of a certificate.
pub(super) struct Facts {
    pub(super) not_after_ms: i64,
    pub(super) is_ca: bool,
    /// DNS names and addresses, as text, sorted.
    pub(super) names: Vec<String>,
    pub(super) public_key: Vec<u8>,
}

pub(super) fn facts(der: &[u8]) -> Result<Facts, TlsError> {
    let unreadable = || TlsError::Unreadable("a certificate");
    let (rest, certificate) = X509Certificate::from_der(der).map_err(|_| unreadable())?;
    if !rest.is_empty() {
        return Err(unreadable());
    }
    let alternative = certificate.subject_alternative_name().map_err(|_| unreadable())?;
    let mut names: Vec<String> = alternative
        .iter()
        .flat_map(|extension| &extension.value.general_names)
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            GeneralName::IPAddress(bytes) => address(bytes).map(|ip| ip.to_string()),
            _ => None,
        })
        .collect();
    names.sort();
    Ok(Facts {
        not_after_ms: certificate.validity().not_after.timestamp().saturating_mul(1000),
        is_ca: certificate.is_ca(),
        names,
        public_key: certificate.public_key().subject_public_key.data.to_vec(),
    })
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(bytes)
        .map(IpAddr::from)
        .or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from))
        .ok()
}

/// All certificates of a PEM text, in its order.
pub(super) fn certificates_of(pem: &str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| TlsError::Unreadable("certificates"))
}

/// The PKCS#8 key of a PEM text, which must be ECDSA P-256.
pub(super) fn key_of(pem: &str) -> Result<KeyPair, TlsError> {
    let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes())
        .map_err(|_| TlsError::Unreadable("a private key"))?;
    KeyPair::from_pkcs8_der_and_sign_algo(&der, &PKCS_ECDSA_P256_SHA256)
        .map_err(|_| TlsError::Unreadable("a private key"))
}

/// `days` after now, as certificates state time.
pub(super) fn days_after(now: Moment, days: i64) -> Result<OffsetDateTime, TlsError> {
    let seconds = now.wall_ms.div_euclid(1000).saturating_add(days * 86_400);
    let at = OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| TlsError::BadClock)?;
    // Before START the certificate would never be valid; from 2200 on nobody's clock is right.
    if (START.0 + 1..2200).contains(&at.year()) { Ok(at) } else { Err(TlsError::BadClock) }
}

/// Sixteen random bytes: positive, not zero, no more than 20 octets (RFC 5280 §4.1.2.2).
pub(super) fn serial(random: &dyn Randomness) -> SerialNumber {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    bytes[0] = (bytes[0] & 0x7F) | 0x40;
    SerialNumber::from_slice(&bytes)
}
