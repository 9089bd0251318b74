//! `lift`, `deletes`, `erase`: what the desk decides, on the command line.

use super::failure::Failure;
use super::print_json;
use crate::county::erase::{Erasing, GROUNDS};
use crate::county::{County, CountyError, Refused};
use uuid::Uuid;
use xunge_domain::ids::RecordId;

fn device(named: &str) -> Result<Uuid, Failure> {
    Uuid::parse_str(named).map_err(|_| {
        Failure::refused(
            "unknown_device",
            format!("{named} 不是手机编号。编号在县工作台的手机列表里。"),
            format!("{named} is no id of a phone. The desk lists them."),
        )
    })
}

fn or_told<T>(done: Result<T, CountyError>, code: &'static str, zh: &str, en: &str) -> Result<T, Failure> {
    done.map_err(|error| match error {
        CountyError::Refused(Refused::NotFound) => Failure::refused(code, zh, en),
        other => other.into(),
    })
}

/// `lift`.
pub(super) fn lift(county: &County, named: &str, reason: &str) -> Result<(), Failure> {
    let device = device(named)?;
    or_told(
        county.lift_quarantine(device, "cli", reason),
        "not_quarantined",
        "这部手机不存在，或没有被隔离。数据没有改动。",
        "There is no such phone, or it is not in quarantine. Nothing was changed.",
    )?;
    say!("手机 {device} 已解除隔离，下次联系时继续上传没传完的记录。");
    say!(
        "The quarantine of phone {device} is lifted; at its next contact it goes on with all it has not sent."
    );
    Ok(())
}

/// `deletes`.
pub(super) fn deletes(county: &County, named: &str, release: bool, reason: &str) -> Result<(), Failure> {
    let device = device(named)?;
    let many = or_told(
        county.settle_held(device, release, "cli", reason),
        "nothing_held",
        "这部手机没有等待核对的删除。数据没有改动。",
        "No deletions of this phone are held. Nothing was changed.",
    )?;
    if release {
        say!("已同意这部手机的 {many} 项删除。\nThe {many} deletions of this phone were applied.");
    } else {
        say!("已拒绝这部手机的 {many} 项删除，资料都还在；手机下次联系时会告诉网格员。");
        say!("The {many} deletions of this phone were rejected, everything is there; the worker is told.");
    }
    Ok(())
}

/// `erase`.
pub(super) fn erase(
    county: &County,
    record: &str,
    ground: &str,
    reason: &str,
    json: bool,
) -> Result<(), Failure> {
    let unknown = || {
        Failure::refused(
            "unknown_record",
            format!("没有可删除的记录 {record}：编号不对，已经删除，或这类资料不能这样删除。数据没有改动。"),
            format!(
                "There is no record {record} to erase: unknown, erased before, or of a kind that is not erased. Nothing was changed."
            ),
        )
    };
    let id: RecordId = record.parse().map_err(|_| unknown())?;
    let erased = county.erase(&Erasing { record: id, ground, who: "cli", reason, seen: None });
    let erased = erased.map_err(|error| match error {
        CountyError::Refused(Refused::NotFound) => unknown(),
        CountyError::Refused(Refused::BadRequest("ground")) => Failure::refused(
            "bad_ground",
            format!("删除依据 {ground} 不认识，应为 {}。数据没有改动。", GROUNDS.join(" ")),
            format!("Unknown ground {ground}; use one of {}. Nothing was changed.", GROUNDS.join(" ")),
        ),
        other => other.into(),
    })?;
    let scrubbed = county.scrub().is_ok();
    if json {
        return print_json(&erased);
    }
    say!(
        "已依法删除：{} 条记录、{} 次填报的内容、{} 张照片。手机下次联系时同样删除。以前的备份里还有，见 docs/operations.md。",
        erased.records,
        erased.operations,
        erased.pictures
    );
    say!(
        "Erased: {} records, what {} operations said, {} pictures. Phones erase it at their next contact. Earlier backups still hold it: docs/operations.md.",
        erased.records,
        erased.operations,
        erased.pictures
    );
    if !scrubbed {
        say!(
            "数据库正忙，残留痕迹由服务每小时清理。\nThe database is in use; the server removes the remaining traces within hours."
        );
    }
    Ok(())
}
