//! The key file's bytes: CBOR map {0: version, 1: body, 2: SHA-256 of the body}, so that a damaged file is told from a
//! wrong PIN. Integer keys are never reused.

use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Encode};
use sha2::{Digest as _, Sha256};

use super::super::pin_copy::{PinCopy, PinCost};
use super::{KeyError, KeyFile, LockReason};

const VERSION: u32 = 1;

impl KeyFile {
    /// The file's bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, KeyError> {
        let body = minicbor::to_vec(BodyOnDisk::from(self)).map_err(|_| KeyError::Damaged)?;
        write(VERSION, body)
    }

    /// Reads a file.
    pub fn read(bytes: &[u8]) -> Result<Self, KeyError> {
        let file: FileOnDisk = minicbor::decode(bytes).map_err(|_| KeyError::Damaged)?;
        if Sha256::digest(file.body.as_slice()).as_slice() != file.hash.as_slice() {
            return Err(KeyError::Damaged);
        }
        match file.version {
            VERSION => {}
            0 => return Err(KeyError::Damaged),
            found => return Err(KeyError::Newer { found }),
        }
        let body: BodyOnDisk = minicbor::decode(&file.body).map_err(|_| KeyError::Damaged)?;
        body.into_file().ok_or(KeyError::Damaged)
    }
}

/// Encoding into memory does not fail; should it ever, "damaged" stops the caller from writing anything.
pub(super) fn write(version: u32, body: Vec<u8>) -> Result<Vec<u8>, KeyError> {
    let hash = ByteArray::from(<[u8; 32]>::from(Sha256::digest(&body)));
    minicbor::to_vec(FileOnDisk { version, body: body.into(), hash }).map_err(|_| KeyError::Damaged)
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct FileOnDisk {
    #[n(0)]
    version: u32,
    #[n(1)]
    body: ByteVec,
    #[n(2)]
    hash: ByteArray<32>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct BodyOnDisk {
    #[n(0)]
    check: ByteArray<16>,
    #[n(1)]
    pin_copy: Option<PinCopyOnDisk>,
    #[n(2)]
    locked_because: Option<u8>,
    #[n(3)]
    desk_copy: ByteVec,
    #[n(4)]
    wrong_pins: u8,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct PinCopyOnDisk {
    #[n(0)]
    memory_kib: u32,
    #[n(1)]
    passes: u32,
    #[n(2)]
    lanes: u32,
    #[n(3)]
    salt: ByteArray<16>,
    #[n(4)]
    nonce: ByteArray<24>,
    #[n(5)]
    platform_check: ByteArray<16>,
    #[n(6)]
    wrapped: ByteVec,
}

impl From<&KeyFile> for BodyOnDisk {
    fn from(file: &KeyFile) -> Self {
        Self {
            check: file.check.into(),
            pin_copy: file.pin_copy.as_ref().ok().map(|copy| PinCopyOnDisk {
                memory_kib: copy.cost.memory_kib,
                passes: copy.cost.passes,
                lanes: copy.cost.lanes,
                salt: copy.salt.into(),
                nonce: copy.nonce.into(),
                platform_check: copy.platform_check.into(),
                wrapped: copy.wrapped.clone().into(),
            }),
            locked_because: file.pin_copy.as_ref().err().map(|because| because.number()),
            desk_copy: file.desk_copy.clone().into(),
            wrong_pins: file.wrong_pins,
        }
    }
}

impl BodyOnDisk {
    fn into_file(self) -> Option<KeyFile> {
        let pin_copy = match (self.pin_copy, self.locked_because) {
            (Some(copy), None) => {
                let cost = PinCost { memory_kib: copy.memory_kib, passes: copy.passes, lanes: copy.lanes };
                let (salt, nonce) = (copy.salt.into(), copy.nonce.into());
                let platform_check = copy.platform_check.into();
                Ok(PinCopy { cost, salt, nonce, platform_check, wrapped: copy.wrapped.into() })
            }
            (None, Some(number)) => Err(LockReason::ALL.into_iter().find(|r| r.number() == number)?),
            _ => return None,
        };
        Some(KeyFile {
            check: self.check.into(),
            pin_copy,
            desk_copy: self.desk_copy.into(),
            wrong_pins: self.wrong_pins,
        })
    }
}
