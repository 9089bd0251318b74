//! The files of the county's CA and of its server certificate. Private keys lie sealed under the root key, so that a
//! copy of the data folder alone cannot pose as the county.
//!
//! What a certificate says belongs to [`crate::tls`]; where the root key comes from, to the module above.

use super::{Places, RealRandomness, ServeError, derived, file, one_at_a_time, root_key, write_secret};
use crate::blobs::frames;
use crate::county::County;
use crate::tls::{CountyCa, PemPair, ServerCertificate};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// How the text of a private key that is not sealed begins: what older versions wrote.
const PLAIN: &[u8] = b"-----BEGIN";

/// A certificate file, the file of its private key, and what seals the latter.
struct Pair {
    certificates: PathBuf,
    private_key: PathBuf,
    /// Authenticated with the sealed key: one key file does not open as another.
    purpose: &'static str,
    sealing: Zeroizing<[u8; 32]>,
}

/// What was found of a pair.
enum Found {
    Both(String, Zeroizing<String>),
    CertificatesOnly,
    KeyOnly,
    Neither,
}

impl Pair {
    fn new(places: &Places, certificates: &str, purpose: &'static str) -> Result<Self, ServeError> {
        let root = root_key(places, true)?;
        Ok(Self {
            certificates: places.data.join(certificates),
            private_key: places.data.join(purpose),
            purpose,
            sealing: derived(&root, b"xunge county certificate keys v1"),
        })
    }

    /// Reads both; a private key that lies plain is sealed by the way.
    fn read(&self) -> Result<Found, ServeError> {
        let certificates = present(&self.certificates)?;
        let private_key = present(&self.private_key)?.map(Zeroizing::new);
        let (certificates, sealed) = match (certificates, private_key) {
            (Some(certificates), Some(sealed)) => (certificates, sealed),
            (Some(_), None) => return Ok(Found::CertificatesOnly),
            (None, Some(_)) => return Ok(Found::KeyOnly),
            (None, None) => return Ok(Found::Neither),
        };
        let private_key = if sealed.starts_with(PLAIN) {
            self.write_key(&sealed)?;
            sealed
        } else {
            let opened = frames::open(&self.sealing, self.purpose, &sealed);
            Zeroizing::new(opened.map_err(|_| ServeError::SealedKey(self.private_key.clone()))?)
        };
        let private_key = std::str::from_utf8(&private_key)
            .map_err(|_| ServeError::SealedKey(self.private_key.clone()))?
            .to_owned();
        Ok(Found::Both(String::from_utf8_lossy(&certificates).into_owned(), Zeroizing::new(private_key)))
    }

    fn write_key(&self, text: &[u8]) -> Result<(), ServeError> {
        let sealed = frames::seal(&self.sealing, &RealRandomness, self.purpose, text)
            .map_err(|_| ServeError::SealedKey(self.private_key.clone()))?;
        write_secret(&self.private_key, &sealed)
    }

    /// The key first: a certificate without its key would be kept for ever.
    fn write(&self, pair: &PemPair) -> Result<(), ServeError> {
        self.write_key(pair.private_key.as_bytes())?;
        write_secret(&self.certificates, pair.certificates.as_bytes())
    }
}

fn present(path: &Path) -> Result<Option<Vec<u8>>, ServeError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(file("reading", path)(error)),
    }
}

/// The county's CA, made once and never replaced: phones trust this one and no other.
///
/// # Errors
/// [`ServeError::CaIncomplete`] when only one of its files is there; of files and certificates.
pub fn county_ca(places: &Places, county: &County) -> Result<CountyCa, ServeError> {
    let _one = one_at_a_time(&places.data)?;
    let pair = Pair::new(places, "ca.pem", "ca.key")?;
    let incomplete = |there: &Path, missing: &Path| ServeError::CaIncomplete {
        there: there.to_owned(),
        missing: missing.to_owned(),
    };
    match pair.read()? {
        Found::Both(pem, private) => return Ok(CountyCa::from_pem(&pem, &private)?),
        Found::CertificatesOnly => return Err(incomplete(&pair.certificates, &pair.private_key)),
        Found::KeyOnly => return Err(incomplete(&pair.private_key, &pair.certificates)),
        Found::Neither => {}
    }
    let name = Some(county.name()?).filter(|name| !name.is_empty()).unwrap_or_else(|| "Xunge".into());
    let ca = CountyCa::make(&name, county.now(), county.random())?;
    pair.write(&ca.to_pem())?;
    Ok(ca)
}

/// The server's certificate. No phone remembers it, so one that is due, or whose renewal broke off between its two
/// files, is made anew under the same CA.
pub(super) fn server_certificate(
    places: &Places,
    county: &County,
    ca: &CountyCa,
    names: &[&str],
) -> Result<ServerCertificate, ServeError> {
    let _one = one_at_a_time(&places.data)?;
    let pair = Pair::new(places, "server.pem", "server.key")?;
    if let Found::Both(pem, private) = pair.read()?
        && let Ok(found) = ServerCertificate::from_pem(&pem, &private)
        && found.renewal_due(ca, names, county.now())?.is_none()
    {
        return Ok(found);
    }
    let fresh = ServerCertificate::make(ca, names, county.now(), county.random())?;
    pair.write(&fresh.to_pem())?;
    Ok(fresh)
}
