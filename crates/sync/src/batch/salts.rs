//! Salts on the wire: one key for a block of operations, or single salts where the key is gone.

use super::columns::{Columns, Reader};
use super::{BatchError, Salts};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::collections::{BTreeMap, BTreeSet};
use xunge_domain::operation::{Operation, Salt};

/// Operations that share a block key.
pub const SALT_BLOCK: u64 = 256;

/// Key from which the salts of one block are derived.
pub type BlockKey = [u8; 32];

/// The salt of operation `counter` under its block's key.
pub fn derive_salt(key: &BlockKey, counter: u64) -> Salt {
    // HMAC takes keys of any length, so this cannot fail.
    let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(key) else { return Salt::default() };
    mac.update(&counter.to_be_bytes());
    let mut salt = Salt::default();
    salt.copy_from_slice(&mac.finalize().into_bytes()[..16]);
    salt
}

pub(super) fn write(ops: &[Operation], salts: Salts<'_>, out: &mut Columns) {
    let Salts::Blocks(keys) = salts else { return };
    let blocks: BTreeSet<u64> = ops.iter().map(|op| op.header.id.counter / SALT_BLOCK).collect();
    for (block, key) in blocks.iter().filter_map(|block| keys.get(block).map(|key| (block, key))) {
        out.salt_blocks.number(*block);
        out.salt_blocks.bytes(key);
    }
    for op in ops {
        let counter = op.header.id.counter;
        // A salt that was not derived from the block's key (an operation taken over from elsewhere) travels singly too.
        let derived =
            keys.get(&(counter / SALT_BLOCK)).is_some_and(|key| derive_salt(key, counter) == op.salt);
        if !derived {
            out.single_salts.number(counter);
            out.single_salts.bytes(&op.salt);
        }
    }
}

pub(super) fn read(input: &mut Reader<'_>, ops: &mut [Operation]) -> Result<(), BatchError> {
    let salt = |bytes: &[u8]| Salt::try_from(bytes).map_err(|_| BatchError::Damaged("salt"));
    let mut keys: BTreeMap<u64, BlockKey> = BTreeMap::new();
    while !input.salt_blocks.is_empty() {
        let block = input.salt_blocks.number()?;
        let key = input.salt_blocks.take(32)?;
        keys.insert(block, BlockKey::try_from(key).map_err(|_| BatchError::Damaged("salt key"))?);
    }
    let mut singles: BTreeMap<u64, Salt> = BTreeMap::new();
    while !input.single_salts.is_empty() {
        let counter = input.single_salts.number()?;
        singles.insert(counter, salt(input.single_salts.take(16)?)?);
    }
    for op in ops {
        let counter = op.header.id.counter;
        if let Some(single) = singles.get(&counter) {
            op.salt = *single;
        } else if let Some(key) = keys.get(&(counter / SALT_BLOCK)) {
            op.salt = derive_salt(key, counter);
        }
    }
    Ok(())
}
