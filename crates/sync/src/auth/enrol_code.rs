//! What a worker scans or types to reach their county for the first time.
//!
//! Two forms of the same thing, a single-use code and the county's CA:
//!
//! - scanned: [`Invitation`], `XUNGE1:host:port:CODE:HEXHASH`, the full SHA-256 of the CA certificate. Capitals, digits
//!   and colons only (unless the host is an IPv6 address), so that a QR code can use its dense alphanumeric mode;
//! - typed: the address, and [`EnrolCode`] in 20 Crockford characters, 36 bits of code and the first 64 bits of that
//!   hash: `8K3W-0PQ7-…`, five groups of four.
//!
//! The phone fetches the CA certificate untrusted, asks [`EnrolCode::matches_ca`], and from then on trusts only it. A
//! false county would have to find a certificate with the same first 64 bits, for one code that lives minutes.
//!
//! Leaves to others: how long a code lives, who may redeem it, and how often a wrong one may be tried.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use xunge_domain::codes::text::half_width;
use xunge_domain::world::Randomness;

use super::crockford::{self, Unreadable};

#[cfg(test)]
mod tests;

/// Characters of the typed form, separators not counted.
pub const TYPED_LENGTH: usize = 20;

const CODE_BITS: u32 = 36;
const CODE_LENGTH: usize = 8;
const SCHEME: &str = "XUNGE1";

/// Why a scanned or typed text is no way into a county.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EnrolCodeError {
    /// A character no code contains. Position as typed, from 1, separators counted.
    #[error("character {position} cannot be part of a code")]
    BadCode {
        /// See above.
        position: usize,
    },
    /// Too few or too many characters.
    #[error("a code has {wanted} characters, not {found}")]
    BadLength {
        /// Characters typed, separators not counted.
        found: usize,
        /// Characters needed.
        wanted: usize,
    },
    /// What was scanned is not an invitation of this app.
    #[error("this is not an invitation")]
    NotAnInvitation,
    /// An invitation for a newer app.
    #[error("this invitation needs a newer app")]
    NewerInvitation,
    /// Host or port cannot be read.
    #[error("this is not an address")]
    BadAddress,
}

impl EnrolCodeError {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::BadCode { .. } => "bad_code",
            Self::BadLength { .. } => "bad_code_length",
            Self::NotAnInvitation => "not_an_invitation",
            Self::NewerInvitation => "newer_invitation",
            Self::BadAddress => "bad_address",
        }
    }
}

/// The single-use code, 36 random bits. A secret until redeemed: not shown by `Debug`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SingleUse(u64);

impl SingleUse {
    /// A fresh one.
    pub fn draw(random: &dyn Randomness) -> Self {
        let mut bytes = [0; 8];
        random.fill(&mut bytes);
        Self(u64::from_be_bytes(bytes) >> (64 - CODE_BITS))
    }

    /// What the county stores and looks codes up by: HMAC-SHA256 under a secret of the county's. Its table of open
    /// codes alone gives nobody a code, although 36 bits could be tried out against a bare hash within minutes.
    pub fn lookup_key(self, county_secret: &[u8; 32]) -> [u8; 32] {
        // Any length of key is valid for HMAC, so the error cannot occur; an all-zero answer would match no stored key.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(county_secret) else { return [0; 32] };
        mac.update(b"xunge enrol code v1\0");
        mac.update(&self.0.to_be_bytes());
        mac.finalize().into_bytes().into()
    }

    /// Eight characters, to be sent to the county when redeeming.
    pub fn to_text(self) -> String {
        crockford::print(u128::from(self.0), CODE_LENGTH)
    }

    /// Reads [`to_text`](Self::to_text), leniently.
    pub fn read(text: &str) -> Result<Self, EnrolCodeError> {
        let bits = crockford::read(text, CODE_LENGTH).map_err(|e| e.wanting(CODE_LENGTH))?;
        // Eight characters hold forty bits: the first must leave the top four empty.
        match u64::try_from(bits) {
            Ok(bits) if bits >> CODE_BITS == 0 => Ok(Self(bits)),
            _ => Err(EnrolCodeError::BadCode { position: 1 }),
        }
    }
}

impl fmt::Debug for SingleUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SingleUse(…)")
    }
}

/// What is known beforehand of the county's CA certificate (DER).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaPin {
    /// The whole SHA-256: scanned.
    Full([u8; 32]),
    /// Its first 64 bits: typed.
    First64([u8; 8]),
}

/// Code and CA together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnrolCode {
    /// The single-use code.
    pub single_use: SingleUse,
    /// The county it belongs to.
    pub ca: CaPin,
}

impl EnrolCode {
    /// For the county's CA certificate in DER.
    pub fn new(single_use: SingleUse, ca_der: &[u8]) -> Self {
        Self { single_use, ca: CaPin::Full(Sha256::digest(ca_der).into()) }
    }

    /// Five groups of four, as printed for typing.
    pub fn to_typed(&self) -> String {
        let bits = u128::from(self.single_use.0) << 64 | u128::from(u64::from_be_bytes(self.first_64()));
        let text = crockford::print(bits, TYPED_LENGTH);
        let mut out = String::with_capacity(24);
        for (i, c) in text.chars().enumerate() {
            if i > 0 && i % 4 == 0 {
                out.push('-');
            }
            out.push(c);
        }
        out
    }

    /// Reads what was typed: any case, I and L for 1, O for 0, dashes and spaces anywhere, full-width characters.
    pub fn read_typed(text: &str) -> Result<Self, EnrolCodeError> {
        let bits = crockford::read(text, TYPED_LENGTH).map_err(|e| e.wanting(TYPED_LENGTH))?;
        let bytes = bits.to_be_bytes();
        let mut first = [0; 8];
        first.copy_from_slice(&bytes[8..]);
        // 100 bits were read, so what lies above the hash are the 36 of the code.
        Ok(Self { single_use: SingleUse((bits >> 64) as u64), ca: CaPin::First64(first) })
    }

    /// Whether a certificate fetched from the address (DER) is the one this code speaks of.
    pub fn matches_ca(&self, ca_der: &[u8]) -> bool {
        let hash: [u8; 32] = Sha256::digest(ca_der).into();
        match self.ca {
            CaPin::Full(pin) => pin == hash,
            CaPin::First64(pin) => pin == hash[..8],
        }
    }

    fn first_64(&self) -> [u8; 8] {
        match self.ca {
            CaPin::First64(pin) => pin,
            CaPin::Full(hash) => {
                let mut first = [0; 8];
                first.copy_from_slice(&hash[..8]);
                first
            }
        }
    }
}

/// Where a county answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountyAddress {
    /// Host name in lower case, IPv4 address, or IPv6 address without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

impl CountyAddress {
    /// Reads `host`, `host:port` or `[v6]:port` as typed: full-width characters, `。` for a dot, a leading `https://`
    /// and a trailing slash are forgiven.
    pub fn read(text: &str, default_port: u16) -> Result<Self, EnrolCodeError> {
        let text = half_width(text.trim()).replace('。', ".").to_ascii_lowercase();
        let text = text.strip_prefix("https://").unwrap_or(&text);
        let text = text.strip_suffix('/').unwrap_or(text);
        let (host, port) = if let Some(rest) = text.strip_prefix('[') {
            let (host, after) = rest.split_once(']').ok_or(EnrolCodeError::BadAddress)?;
            host.parse::<Ipv6Addr>().map_err(|_| EnrolCodeError::BadAddress)?;
            match after {
                "" => (host, None),
                _ => (host, Some(after.strip_prefix(':').ok_or(EnrolCodeError::BadAddress)?)),
            }
        } else if let Some((host, port)) = text.split_once(':') {
            (host, Some(port))
        } else {
            (text, None)
        };
        let port = match port {
            None => default_port,
            Some(digits) => read_port(digits)?,
        };
        let known = host.contains(':') || is_host(host);
        if known { Ok(Self { host: host.to_owned(), port }) } else { Err(EnrolCodeError::BadAddress) }
    }
}

impl fmt::Display for CountyAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// What the QR code holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Where the county answers.
    pub address: CountyAddress,
    /// The single-use code.
    pub single_use: SingleUse,
    /// SHA-256 of the CA certificate in DER.
    pub ca_sha256: [u8; 32],
}

impl Invitation {
    /// Code and CA, as for a typed code.
    pub fn code(&self) -> EnrolCode {
        EnrolCode { single_use: self.single_use, ca: CaPin::Full(self.ca_sha256) }
    }

    /// The text to be drawn as a QR code.
    pub fn to_text(&self) -> String {
        let hash: String = self.ca_sha256.iter().map(|b| format!("{b:02X}")).collect();
        let address = self.address.to_string().to_ascii_uppercase();
        format!("{SCHEME}:{address}:{}:{hash}", self.single_use.to_text())
    }

    /// Reads a scanned text.
    pub fn read(text: &str) -> Result<Self, EnrolCodeError> {
        let text = text.trim();
        let (scheme, rest) = text.split_once(':').ok_or(EnrolCodeError::NotAnInvitation)?;
        if !scheme.eq_ignore_ascii_case(SCHEME) {
            return Err(if is_newer(scheme) {
                EnrolCodeError::NewerInvitation
            } else {
                EnrolCodeError::NotAnInvitation
            });
        }
        let mut from_the_end = rest.rsplitn(3, ':');
        let (Some(hash), Some(code), Some(address)) =
            (from_the_end.next(), from_the_end.next(), from_the_end.next())
        else {
            return Err(EnrolCodeError::NotAnInvitation);
        };
        let ca_sha256 = read_hex(hash).ok_or(EnrolCodeError::NotAnInvitation)?;
        // Written by a machine, so nothing is missing: an address without its port is cut, not abbreviated.
        if address.ends_with(']') || !address.contains(':') {
            return Err(EnrolCodeError::BadAddress);
        }
        Ok(Self { address: CountyAddress::read(address, 0)?, single_use: SingleUse::read(code)?, ca_sha256 })
    }
}

impl Unreadable {
    fn wanting(self, wanted: usize) -> EnrolCodeError {
        match self {
            Self::Character { position } => EnrolCodeError::BadCode { position },
            Self::Length { found } => EnrolCodeError::BadLength { found, wanted },
        }
    }
}

fn is_newer(scheme: &str) -> bool {
    let digits = scheme.get(..5).filter(|s| s.eq_ignore_ascii_case("XUNGE")).and_then(|_| scheme.get(5..));
    digits.is_some_and(|d| d.parse::<u32>().is_ok_and(|n| n > 1))
}

fn read_port(digits: &str) -> Result<u16, EnrolCodeError> {
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    match digits.parse::<u16>() {
        Ok(port) if plain && port > 0 => Ok(port),
        _ => Err(EnrolCodeError::BadAddress),
    }
}

/// An IPv4 address, or a host name (RFC 1123 §2.1): labels of letters, digits and inner hyphens.
fn is_host(host: &str) -> bool {
    // Only digits and dots means an address was meant; 10.0.0 or 10.0.0.300 must not pass as a name.
    if host.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return host.parse::<Ipv4Addr>().is_ok();
    }
    host.len() <= 253
        && host.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

fn read_hex(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut out = [0; 32];
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    Some(out)
}
