//! `check`: reads everything and reckons its hashes anew, from the bytes that lie on the disk: after a restore, after a
//! bad night, or to compare with a phone.

use super::failure::Failure;
use super::print_json;
use crate::county::{County, check};

/// Checks everything; an error when something is damaged.
pub(super) fn run(county: &County, json: bool) -> Result<(), Failure> {
    let checked = county.check()?;
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
    if checked.damaged.iter().any(|what| what.starts_with(check::DATABASE)) {
        return Err(Failure { told: json, ..Failure::damaged_database() });
    }
    Err(Failure {
        told: json,
        ..Failure::refused(
            "damaged",
            format!(
                "有 {damaged} 处与手机签名不符。数据没有改动。请从备份恢复，手机会补传它们还保留的记录。"
            ),
            format!(
                "{damaged} entries do not match what phones signed. Nothing was changed. Restore a backup; phones offer again what they still hold."
            ),
        )
    })
}
