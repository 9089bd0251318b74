//! The county's own certificate authority and its server certificate.
//!
//! - [`authority`]: [`CountyCa`], made once per county; its SHA-256 is what enrolment codes carry
//! - [`certificate`]: [`ServerCertificate`], for the names the county answers to, and when it is due for renewal
//! - [`serving`]: rustls configuration whose certificate can be replaced while it runs
//!
//! Bytes and text in and out; time is passed in. Serial numbers come from the given randomness; private keys come from
//! ring's system randomness and from nowhere else, because a CA key drawn from a seed could be drawn again (and no
//! trace of the simulation depends on it: the simulated router has no TLS). Leaves to others: files and their
//! permissions, sockets, and telling phones about the next CA.

pub mod authority;
pub mod certificate;
mod parsing;
pub mod serving;

pub use authority::CountyCa;
pub use certificate::{RenewBecause, ServerCertificate};
pub use serving::{CertificateSlot, server_config};

use thiserror::Error;
use zeroize::Zeroizing;

#[cfg(test)]
mod tests;

/// Certificates and their private key as PEM text, for files.
pub struct PemPair {
    /// One certificate, or leaf first and then the CA.
    pub certificates: String,
    /// PKCS#8; belongs into a file that only the server can read.
    pub private_key: Zeroizing<String>,
}

/// Why a certificate could not be made, read or used.
#[derive(Debug, Error)]
pub enum TlsError {
    /// Neither a DNS name nor an IP address, or none at all.
    #[error("not a host name or address: {0:?}")]
    BadName(String),
    /// The text or bytes are not what they should be.
    #[error("cannot read {0}")]
    Unreadable(&'static str),
    /// Private key and certificate do not belong together.
    #[error("the private key does not belong to the certificate")]
    KeyMismatch,
    /// The clock given is outside the years a certificate can state.
    #[error("the clock is out of range")]
    BadClock,
    /// Making keys or signing failed.
    #[error("making a certificate failed: {0}")]
    Making(#[from] rcgen::Error),
    /// rustls refused.
    #[error("TLS set-up failed: {0}")]
    Serving(#[from] rustls::Error),
}

impl TlsError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadName(_) => "tls_bad_name",
            Self::Unreadable(_) => "tls_unreadable",
            Self::KeyMismatch => "tls_key_mismatch",
            Self::BadClock => "tls_bad_clock",
            Self::Making(_) => "tls_making",
            Self::Serving(_) => "tls_serving",
        }
    }
}
