//! The county's certificate authority: signs its server certificates and nothing else.

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, date_time_ymd,
};
use rustls::pki_types::CertificateDer;
use sha2::{Digest as _, Sha256};
use xunge_domain::world::{Moment, Randomness};
use zeroize::Zeroizing;

use super::parsing::{START, certificates_of, days_after, facts, key_of, serial};
use super::{PemPair, TlsError};

/// How long a CA lasts.
pub const CA_DAYS: i64 = 3650 * 2;

/// How long before its end its successor has to be made and told to the phones: a phone may lie in a drawer for a year.
pub const CA_OVERLAP_DAYS: i64 = 3 * 365;

/// A county's CA with its private key (ECDSA P-256).
pub struct CountyCa {
    certificate: CertificateDer<'static>,
    key: KeyPair,
}

impl CountyCa {
    /// Makes a new one. `county` becomes the common name that a browser shows.
    pub fn make(county: &str, now: Moment, random: &dyn Randomness) -> Result<Self, TlsError> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let mut params = CertificateParams::default();
        params.not_before = date_time_ymd(START.0, START.1, START.2);
        params.not_after = days_after(now, CA_DAYS)?;
        params.serial_number = Some(serial(random));
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, county);
        // No intermediate below it.
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key)?.der().clone();
        Ok(Self { certificate, key })
    }

    /// Reads what [`to_pem`](Self::to_pem) wrote.
    pub fn from_pem(certificate: &str, private_key: &str) -> Result<Self, TlsError> {
        let [certificate] = <[_; 1]>::try_from(certificates_of(certificate)?)
            .map_err(|_| TlsError::Unreadable("a CA certificate"))?;
        let key = key_of(private_key)?;
        let facts = facts(&certificate)?;
        if !facts.is_ca {
            return Err(TlsError::Unreadable("a CA certificate"));
        }
        if facts.public_key != key.public_key_raw() {
            return Err(TlsError::KeyMismatch);
        }
        Ok(Self { certificate, key })
    }

    /// For files.
    pub fn to_pem(&self) -> PemPair {
        PemPair {
            certificates: super::certificate::pem(&self.certificate),
            private_key: Zeroizing::new(self.key.serialize_pem()),
        }
    }

    /// The certificate, DER: what a phone fetches untrusted and compares.
    pub fn der(&self) -> &[u8] {
        &self.certificate
    }

    /// SHA-256 of [`der`](Self::der): what an invitation carries.
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(&self.certificate).into()
    }

    /// Whether it is time to make the next CA and tell the phones.
    pub fn successor_due(&self, now: Moment) -> Result<bool, TlsError> {
        let left = facts(&self.certificate)?.not_after_ms.saturating_sub(now.wall_ms);
        Ok(left < CA_OVERLAP_DAYS * 86_400_000)
    }

    pub(super) fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    pub(super) fn issuer(&self) -> Result<Issuer<'_, &KeyPair>, TlsError> {
        Ok(Issuer::from_ca_cert_der(&self.certificate, &self.key)?)
    }
}

impl std::fmt::Debug for CountyCa {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CountyCa(…)")
    }
}
