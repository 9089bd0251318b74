//! The server's certificate: for which names, until when, and when it has to be made anew.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use xunge_domain::world::{Moment, Randomness};
use zeroize::Zeroizing;

use super::authority::CountyCa;
use super::parsing::{START, certificates_of, days_after, facts, key_of, serial};
use super::{PemPair, TlsError};

/// How long a server certificate lasts. Browsers accept no more than 825 days from private CAs.
pub const SERVER_DAYS: i64 = 820;

/// It is renewed when less than this is left: long enough for a county that is started once a year.
pub const RENEW_DAYS: i64 = 400;

/// A server certificate with its CA's certificate behind it, and its private key (ECDSA P-256).
pub struct ServerCertificate {
    chain: Vec<CertificateDer<'static>>,
    key: KeyPair,
    names: Vec<String>,
    not_after_ms: i64,
}

/// Why a certificate has to be made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenewBecause {
    /// It ends soon or has ended.
    Old,
    /// The county answers to other names now.
    Names,
    /// Another CA signed it.
    Authority,
}

impl ServerCertificate {
    /// Makes one for DNS names and IP addresses given as text, `["county.example", "10.0.0.7", "localhost"]`.
    pub fn make(
        ca: &CountyCa,
        names: &[&str],
        now: Moment,
        random: &dyn Randomness,
    ) -> Result<Self, TlsError> {
        let names = canonical(names)?;
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let mut params = CertificateParams::new(names.clone())?;
        params.not_before = date_time_ymd(START.0, START.1, START.2);
        params.not_after = days_after(now, SERVER_DAYS)?;
        params.serial_number = Some(serial(random));
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "Xunge county");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&key, &ca.issuer()?)?.der().clone();
        Self::assemble(vec![certificate, ca.certificate().clone()], key)
    }

    /// Reads what [`to_pem`](Self::to_pem) wrote.
    pub fn from_pem(certificates: &str, private_key: &str) -> Result<Self, TlsError> {
        Self::assemble(certificates_of(certificates)?, key_of(private_key)?)
    }

    fn assemble(chain: Vec<CertificateDer<'static>>, key: KeyPair) -> Result<Self, TlsError> {
        let facts = facts(chain.first().ok_or(TlsError::Unreadable("a certificate"))?)?;
        if facts.public_key != key.public_key_raw() {
            return Err(TlsError::KeyMismatch);
        }
        Ok(Self { chain, key, names: facts.names, not_after_ms: facts.not_after_ms })
    }

    /// For files: the chain, leaf first, and the key.
    pub fn to_pem(&self) -> PemPair {
        PemPair {
            certificates: self.chain.iter().map(|der| pem(der)).collect(),
            private_key: Zeroizing::new(self.key.serialize_pem()),
        }
    }

    /// The names it holds for, sorted.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Its last moment, UTC milliseconds.
    pub fn not_after_ms(&self) -> i64 {
        self.not_after_ms
    }

    /// Whether it has to be made anew for this CA and these names.
    pub fn renewal_due(
        &self,
        ca: &CountyCa,
        names: &[&str],
        now: Moment,
    ) -> Result<Option<RenewBecause>, TlsError> {
        if self.chain.get(1) != Some(ca.certificate()) {
            return Ok(Some(RenewBecause::Authority));
        }
        if canonical(names)? != self.names {
            return Ok(Some(RenewBecause::Names));
        }
        let left = self.not_after_ms.saturating_sub(now.wall_ms);
        Ok((left < RENEW_DAYS * 86_400_000).then_some(RenewBecause::Old))
    }

    pub(super) fn chain(&self) -> &[CertificateDer<'static>] {
        &self.chain
    }

    pub(super) fn private_key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.serialize_der()))
    }
}

impl std::fmt::Debug for ServerCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerCertificate").field("names", &self.names).finish_non_exhaustive()
    }
}

/// Checked, in one spelling, sorted, each once; at least one.
fn canonical(names: &[&str]) -> Result<Vec<String>, TlsError> {
    let mut out = Vec::with_capacity(names.len());
    for name in names {
        let parsed = ServerName::try_from(*name).map_err(|_| TlsError::BadName((*name).to_owned()))?;
        out.push(match parsed {
            ServerName::IpAddress(ip) => std::net::IpAddr::from(ip).to_string(),
            _ => name.to_ascii_lowercase(),
        });
    }
    if out.is_empty() {
        return Err(TlsError::BadName(String::new()));
    }
    out.sort();
    out.dedup();
    Ok(out)
}

/// One certificate as PEM (RFC 7468): 64 characters a line.
pub(super) fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut out = String::from("-----BEGIN CERTIFICATE-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        // Base64 is ASCII, so any place is a place to cut.
        let (line, after) = rest.split_at(rest.len().min(64));
        out.push_str(line);
        out.push('\n');
        rest = after;
    }
    out.push_str("-----END CERTIFICATE-----\n");
    out
}
