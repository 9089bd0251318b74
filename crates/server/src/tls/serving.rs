//! rustls for the county: ring, TLS 1.2 and 1.3, HTTP/2 before HTTP/1.1, and a certificate that can be replaced while
//! connections run.

use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::TlsError;
use super::certificate::ServerCertificate;

/// Holds the certificate that new connections get.
pub struct CertificateSlot(RwLock<Arc<CertifiedKey>>);

impl CertificateSlot {
    /// With its first certificate.
    pub fn new(certificate: &ServerCertificate) -> Result<Self, TlsError> {
        Ok(Self(RwLock::new(certified(certificate)?)))
    }

    /// From now on new connections get this one; running ones go on.
    pub fn replace(&self, certificate: &ServerCertificate) -> Result<(), TlsError> {
        let fresh = certified(certificate)?;
        // The value is whole at any time, so a panic elsewhere while the lock was held changes nothing.
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }
}

impl ResolvesServerCert for CertificateSlot {
    /// The same for every name: phones also come by address, and rustls clients check the names themselves.
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

impl std::fmt::Debug for CertificateSlot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CertificateSlot(…)")
    }
}

/// The configuration for the county's listener. No client certificates: phones sign their requests instead.
pub fn server_config(slot: Arc<CertificateSlot>) -> Result<Arc<ServerConfig>, TlsError> {
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(slot);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn certified(certificate: &ServerCertificate) -> Result<Arc<CertifiedKey>, TlsError> {
    let key = CertifiedKey::from_der(certificate.chain().to_vec(), certificate.private_key(), &provider())?;
    Ok(Arc::new(key))
}

/// Named, not the process-wide default: whichever crate installs that one first must not decide for us.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}
