//! Messages of a phone that the county does not know yet, or that has locked itself: not signed.

use super::Granted;
use minicbor::{Decode, Encode};

/// Redeems an enrolment code.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Redeem {
    /// The single-use code, eight Crockford characters (`auth::enrol_code::SingleUse::to_text`).
    #[n(0)]
    pub code: String,
    /// Ed25519 public key of the device.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub device_key: Vec<u8>,
    /// Ed25519 over [`enrol_proof`]: the sender holds the private key.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub proof: Vec<u8>,
    /// Version of the app.
    #[n(3)]
    pub app: String,
}

/// What a device signs when it redeems a code.
pub fn enrol_proof(code: &str, device_key: &[u8]) -> Vec<u8> {
    [b"xunge enrol v1\0".as_slice(), code.as_bytes(), device_key].concat()
}

/// Answer to [`Redeem`]. The same for the same device key until the code expires: a lost answer locks nobody out.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Enrolled {
    /// Device id, 16 bytes: `keyid` of signed requests.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub device: Vec<u8>,
    /// Device number in operation ids.
    #[n(1)]
    pub device_no: u32,
    /// Worker record id, 16 bytes.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub worker: Vec<u8>,
    /// Name of the worker.
    #[n(3)]
    pub worker_name: String,
    /// Number of the worker.
    #[n(4)]
    pub worker_number: String,
    /// Areas granted.
    #[n(5)]
    pub areas: Vec<Granted>,
    /// Name of the county.
    #[n(6)]
    pub county_name: String,
    /// Ed25519 key that signs the registry of care categories.
    #[n(7)]
    #[cbor(with = "minicbor::bytes")]
    pub registry_key: Vec<u8>,
    /// X25519 key to which the store key is sealed.
    #[n(8)]
    #[cbor(with = "minicbor::bytes")]
    pub sealing_key: Vec<u8>,
    /// Present epoch.
    #[n(9)]
    #[cbor(with = "minicbor::bytes")]
    pub epoch: Vec<u8>,
    /// Server time, UTC milliseconds.
    #[n(10)]
    pub server_ms: i64,
    /// Role of the worker, a number of `WorkerRole`.
    #[n(11)]
    pub role: i64,
    /// DER of the CA that will follow the present one; empty when none is planned.
    #[n(12)]
    #[cbor(with = "minicbor::bytes")]
    pub next_ca: Vec<u8>,
}

/// Asks for the store key of a locked phone, with a code that the desk opened for it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Reopen {
    /// The single-use code, eight Crockford characters (`auth::enrol_code::SingleUse::to_text`).
    #[n(0)]
    pub code: String,
    /// X25519 key that the phone drew for the answer, 32 bytes. The first one to redeem a code is its only one.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub reply_key: Vec<u8>,
    /// The store key as the phone sealed it at enrolment (`auth::key_return::to_county`).
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub sealed: Vec<u8>,
}

/// Answer to [`Reopen`]. May be asked for again with the same reply key until the code expires.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Reopened {
    /// The store key, sealed to the reply key (`auth::key_return::receive`).
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub sealed: Vec<u8>,
}
