//! `check`: reads everything phones sent and reckons its hashes anew, from the bytes that lie on the disk: after a restore,
//! after a bad night, or to compare with a phone.

use super::failure::Failure;
use super::print_json;
use crate::county::County;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use xunge_domain::ids::{DeviceNo, OpId};
use xunge_domain::operation::{Chain, Hash};
use xunge_sync::messages::OutcomeKind;

#[derive(Serialize)]
struct Checked {
    operations: Vec<Operation>,
    pictures: Vec<Picture>,
    /// What does not hold, by id or hash.
    damaged: Vec<String>,
}

#[derive(Serialize)]
struct Operation {
    id: String,
    hash: String,
    outcome: &'static str,
}

#[derive(Serialize)]
struct Picture {
    sha256: String,
    bytes: u64,
    /// `verified`, `missing` (announced, not arrived) or `damaged`.
    state: &'static str,
}

/// Checks everything; an error when something is damaged.
pub(super) fn run(county: &County, json: bool) -> Result<(), Failure> {
    let mut checked = Checked { operations: Vec::new(), pictures: Vec::new(), damaged: Vec::new() };
    for device in county.devices()? {
        if device.no != DeviceNo::COUNTY {
            operations(county, device.no, device.chain, &mut checked)?;
        }
    }
    pictures(county, &mut checked)?;
    let (operations, pictures, damaged) =
        (checked.operations.len(), checked.pictures.len(), checked.damaged.len());
    if json {
        print_json(&checked)?;
    } else {
        say!("核对了 {operations} 条手机记录、{pictures} 张照片，{damaged} 处不符。");
        say!("Checked {operations} operations of phones and {pictures} pictures: {damaged} do not hold.");
        for what in &checked.damaged {
            say!("  {what}");
        }
    }
    if damaged == 0 {
        return Ok(());
    }
    Err(Failure::refused(
        "damaged",
        format!("有 {damaged} 处与手机签名不符。数据没有改动。请从备份恢复，手机会补传它们还保留的记录。"),
        format!(
            "{damaged} entries do not match what phones signed. Nothing was changed. Restore a backup; phones offer again what they still hold."
        ),
    ))
}

/// A device's log: dense, each hash and the chain reckoned from the stored bytes.
fn operations(
    county: &County,
    device: DeviceNo,
    stated: Chain,
    checked: &mut Checked,
) -> Result<(), Failure> {
    let mut chain = Chain::default();
    for counter in 1..=stated.counter {
        let id = OpId { device, counter };
        let (stored, outcome) = county.read(|rows| Ok((rows.operation(id)?, rows.stored(id)?)))?;
        let (Some(fed), Some(stored)) = (stored, outcome) else {
            checked.damaged.push(format!("{id} missing"));
            return Ok(());
        };
        let hash = fed.op.hash();
        if hash != stored.hash {
            checked.damaged.push(format!("{id} changed"));
        }
        chain = chain.with(&hash);
        let outcome = match OutcomeKind::from_code(stored.outcome.kind) {
            Some(OutcomeKind::Accepted) => "accepted",
            Some(OutcomeKind::Merged) => "merged",
            Some(OutcomeKind::Review) => "review",
            Some(OutcomeKind::Refused) => "refused",
            Some(OutcomeKind::WaitingForParent) => "waiting",
            None => "unknown",
        };
        checked.operations.push(Operation { id: id.to_string(), hash: hex(&hash), outcome });
    }
    if chain != stated {
        checked.damaged.push(format!("chain of device {}", device.0));
    }
    Ok(())
}

/// Every picture that evidence speaks of.
fn pictures(county: &County, checked: &mut Checked) -> Result<(), Failure> {
    for hash in county.read(|rows| Ok(rows.pictures()?))? {
        let (state, bytes) = match county.picture(&hash) {
            Ok(Some(bytes)) if Hash::from(Sha256::digest(&bytes)) == hash => ("verified", bytes.len() as u64),
            Ok(Some(bytes)) => ("damaged", bytes.len() as u64),
            Ok(None) => ("missing", 0),
            Err(_) => ("damaged", 0),
        };
        if state == "damaged" {
            checked.damaged.push(format!("picture {}", hex(&hash)));
        }
        checked.pictures.push(Picture { sha256: hex(&hash), bytes, state });
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
