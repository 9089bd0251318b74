//! Everything reckoned anew from the bytes that lie on the disk: each operation's hash, each log's density and chain,
//! each picture. For the command `check`, and before a restored county is put in its place.

use super::County;
use super::error::Result;
use crate::storage::StorageError;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use xunge_domain::ids::{DeviceNo, OpId};
use xunge_domain::operation::{Chain, Hash};
use xunge_sync::messages::OutcomeKind;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Operations of phones, by device and counter.
    pub operations: Vec<CheckedOperation>,
    /// Pictures that evidence speaks of.
    pub pictures: Vec<CheckedPicture>,
    /// What does not hold, by id or hash.
    pub damaged: Vec<String>,
}

/// An operation of a phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckedOperation {
    /// `device-counter`.
    pub id: String,
    /// SHA-256, hexadecimal.
    pub hash: String,
    /// What became of it.
    pub outcome: &'static str,
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckedPicture {
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Bytes.
    pub bytes: u64,
    /// `verified`, `missing` (announced, not arrived) or `damaged` (also: held once, and gone).
    pub state: &'static str,
}

/// Begins what is told of the database's own file.
pub const DATABASE: &str = "database";
/// How often a page that does not hold is looked at.
const LOOKS: u32 = 3;
/// Operations read at once.
const AT_ONCE: u32 = 2_000;

impl County {
    /// Reckons everything anew.
    ///
    /// # Errors
    /// [`super::CountyError`] of the storage; damage is no error but told.
    pub fn check(&self) -> Result<Checked> {
        let mut checked = Checked::default();
        if let Some(what) = self.damaged_file()? {
            checked.damaged.push(what);
            return Ok(checked);
        }
        let logs = self.read(|rows| {
            let mut logs = vec![(DeviceNo::COUNTY, rows.chain(DeviceNo::COUNTY)?)];
            logs.extend(rows.devices()?.into_iter().map(|device| (device.no, device.chain)));
            Ok(logs)
        })?;
        for (device, stated) in logs {
            self.check_log(device, stated, &mut checked)?;
        }
        self.check_pictures(&mut checked)?;
        Ok(checked)
    }

    /// What is wrong with the database's file. Its pages are compared with their authentication codes beside whoever is
    /// writing, so one that was just being written is looked at again.
    fn damaged_file(&self) -> Result<Option<String>> {
        let mut found = None;
        for _ in 0..LOOKS {
            match self.storage().verify() {
                Ok(()) => return Ok(None),
                Err(StorageError::Damaged(what)) => found = Some(format!("{DATABASE} {what}")),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(found)
    }

    /// A device's log: dense, each hash and the chain reckoned from the stored bytes.
    fn check_log(&self, device: DeviceNo, stated: Chain, checked: &mut Checked) -> Result<()> {
        let mut chain = Chain::default();
        // A server that runs beside this goes on writing: what came after the stated end is not looked at.
        while chain.counter < stated.counter {
            let some = self.read(|rows| {
                let mut some = Vec::new();
                for fed in rows.written_by(device, chain.counter, AT_ONCE)? {
                    let stored = rows.stored(fed.op.id())?;
                    some.push((fed.op, stored));
                }
                Ok(some)
            })?;
            let before = chain.counter;
            for (op, stored) in some {
                let counter = op.header.id.counter;
                if counter > stated.counter {
                    break;
                }
                if counter != chain.counter + 1 {
                    let over = self.read(|rows| Ok(rows.passed_over(chain.counter)?))?;
                    if device != DeviceNo::COUNTY || over != Some(counter - 1) {
                        let id = OpId { device, counter: chain.counter + 1 };
                        checked.damaged.push(format!("{id} missing"));
                        return Ok(());
                    }
                    chain.counter = counter - 1;
                }
                let Some(stored) = stored else { continue };
                let hash = stored.erased.map_or_else(|| op.hash(), |erased| op.header.hash(&erased));
                if hash != stored.hash {
                    checked.damaged.push(format!("{} changed", op.id()));
                }
                chain = chain.with(&hash);
                if device != DeviceNo::COUNTY {
                    checked.operations.push(CheckedOperation {
                        id: op.id().to_string(),
                        hash: hex(&hash),
                        outcome: outcome_word(stored.outcome.kind),
                    });
                }
            }
            if chain.counter == before {
                let over = self.read(|rows| Ok(rows.passed_over(chain.counter)?))?;
                if device == DeviceNo::COUNTY && over == Some(stated.counter) {
                    chain.counter = stated.counter;
                    break;
                }
                checked.damaged.push(format!("{} missing", OpId { device, counter: chain.counter + 1 }));
                return Ok(());
            }
        }
        if chain != stated {
            checked.damaged.push(format!("chain of device {}", device.0));
        }
        Ok(())
    }

    /// Every picture that evidence speaks of, and every one held.
    fn check_pictures(&self, checked: &mut Checked) -> Result<()> {
        let (spoken_of, held) = self.read(|rows| Ok((rows.pictures()?, rows.held_blobs()?)))?;
        let mut all = spoken_of;
        all.extend(&held);
        all.sort_unstable();
        all.dedup();
        for hash in all {
            let (state, bytes) = match self.picture(&hash) {
                Ok(Some(bytes)) if Hash::from(Sha256::digest(&bytes)) == hash => {
                    ("verified", bytes.len() as u64)
                }
                Ok(Some(bytes)) => ("damaged", bytes.len() as u64),
                Ok(None) if held.binary_search(&hash).is_ok() => ("damaged", 0),
                Ok(None) => ("missing", 0),
                Err(_) => ("damaged", 0),
            };
            if state == "damaged" {
                checked.damaged.push(format!("picture {}", hex(&hash)));
            }
            checked.pictures.push(CheckedPicture { sha256: hex(&hash), bytes, state });
        }
        Ok(())
    }
}

const fn outcome_word(kind: u8) -> &'static str {
    match OutcomeKind::from_code(kind) {
        Some(OutcomeKind::Accepted) => "accepted",
        Some(OutcomeKind::Merged) => "merged",
        Some(OutcomeKind::Review) => "review",
        Some(OutcomeKind::Refused) => "refused",
        Some(OutcomeKind::WaitingForParent) => "waiting",
        None => "unknown",
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
