//! Workers, grants, phones and codes from the command line. These write through the database and may run beside a
//! running server.

use super::failure::Failure;
use super::{accounts, print_json, serving};
use crate::administration::accounts::put as put_account;
use crate::administration::{NotDone, workers};
use crate::county::{AreaNode, County, CountyError, Refused};
use crate::storage::{AuditEntry, DeviceState, WorkerRow};
use serde::Serialize;
use uuid::Uuid;
use xunge_domain::ids::RecordId;
use xunge_domain::records::words::WorkerRole;
use xunge_sync::auth::enrol_code::{CountyAddress, EnrolCode, Invitation};

type Done = Result<(), Failure>;

/// The area with a code.
pub(super) fn area(county: &County, code: &str) -> Result<AreaNode, Failure> {
    county.areas().by_code(code).cloned().ok_or_else(|| {
        Failure::refused(
            "unknown_area",
            format!("没有编码为 {code} 的区域。数据没有改动。请核对编码，或先用 area import 导入区域表。"),
            format!("There is no area with code {code}. Nothing was changed. Check the code, or import the areas first."),
        )
    })
}

fn worker(county: &County, named: &str) -> Result<WorkerRow, Failure> {
    if let Some(found) = county.worker_numbered(named)? {
        return Ok(found);
    }
    let same: Vec<WorkerRow> =
        county.workers()?.into_iter().map(|view| view.row).filter(|row| row.name == named).collect();
    match same.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Failure::refused(
            "unknown_worker",
            format!("没有工号或姓名为 {named} 的网格员。数据没有改动。"),
            format!("There is no worker numbered or named {named}. Nothing was changed."),
        )),
        many => {
            let numbers: Vec<&str> = many.iter().map(|row| row.number.as_str()).collect();
            Err(Failure::refused(
                "several_workers",
                format!("有 {} 位网格员叫 {named}，请改用工号：{}。", many.len(), numbers.join("、")),
                format!("{} workers are named {named}; use the number: {}.", many.len(), numbers.join(", ")),
            ))
        }
    }
}

fn audit(county: &County, what: &str, subject: &str, detail: &str) -> Done {
    let entry = AuditEntry {
        who: "cli".into(),
        what: what.into(),
        subject: subject.into(),
        detail: detail.into(),
        ok: true,
        ..AuditEntry::default()
    };
    county.audit(&entry)?;
    Ok(())
}

/// Role by its word, its Chinese name included.
pub(super) fn role(text: &str) -> Result<WorkerRole, String> {
    WorkerRole::from_word(&text.to_lowercase().replace('-', "_"))
        .or(match text {
            "县级中心" => Some(WorkerRole::CountyCentre),
            "镇街中心" => Some(WorkerRole::TownCentre),
            "网格长" => Some(WorkerRole::GridHead),
            "网格员" | "专职" | "专职网格员" | "worker" => Some(WorkerRole::FullTime),
            "兼职" | "兼职网格员" => Some(WorkerRole::PartTime),
            "协管员" | "楼栋长" | "志愿者" => Some(WorkerRole::Helper),
            "部门" => Some(WorkerRole::Department),
            _ => None,
        })
        .ok_or_else(|| {
            let words: Vec<&str> = WorkerRole::ALL.iter().map(|role| role.word()).collect();
            format!("unknown role {text:?}; use one of {}", words.join(", "))
        })
}

#[derive(Serialize)]
struct Added<'a> {
    id: String,
    name: &'a str,
    number: &'a str,
    area: &'a str,
}

/// `worker add`.
pub(super) fn add_worker(
    county: &County,
    name: &str,
    code: &str,
    role: WorkerRole,
    number: Option<String>,
    json: bool,
) -> Done {
    let area = area(county, code)?;
    let new = workers::NewWorker { name, number: number.as_deref(), role, area: area.id };
    let WorkerRow { id, name, number, .. } =
        workers::add(county, "cli", new).map_err(|not_done| not_added(not_done, number.as_deref()))?;
    if json {
        return print_json(&Added { id: id.to_string(), name: &name, number: &number, area: code });
    }
    say!("已添加 {name}，工号 {number}，负责 {}。下一步：xunge-county enrol-code {number}", area.name);
    say!("Added {name}, number {number}, for {}. Next: xunge-county enrol-code {number}", area.name);
    Ok(())
}

/// Why a worker was not added, in words.
fn not_added(not_done: NotDone, number: Option<&str>) -> Failure {
    let length = |zh: &str, en: &str, longest: usize| {
        (
            format!("{zh}应为 1–{longest} 个字。数据没有改动。"),
            format!("The {en} must have 1–{longest} characters. Nothing was changed."),
        )
    };
    let code = match not_done {
        NotDone::Refused(code) => code,
        NotDone::County(error) => return error.into(),
    };
    let (zh, en) = match code {
        "bad_number" => {
            let longest = workers::LONGEST_NUMBER;
            (
                format!("工号应为 1–{longest} 位文字、数字或“-”。数据没有改动。"),
                format!("The number must have 1–{longest} letters, digits or hyphens. Nothing was changed."),
            )
        }
        "number_taken" => {
            let number = number.unwrap_or_default();
            (
                format!("工号 {number} 已有人用。数据没有改动。"),
                format!("Number {number} is taken. Nothing was changed."),
            )
        }
        _ => length("姓名", "name", workers::LONGEST_NAME),
    };
    Failure::refused(code, zh, en)
}

/// `grant`.
pub(super) fn grant(county: &County, named: &str, code: &str) -> Done {
    let (worker, area) = (worker(county, named)?, area(county, code)?);
    workers::set_grant(county, "cli", worker.id, area.id, true)?;
    say!("{} 现在可以看到 {}；手机下次联系时收到。", worker.name, area.name);
    say!("{} may see {} now; the phone receives it at its next contact.", worker.name, area.name);
    Ok(())
}

/// `revoke`: one phone; all phones, grants and unused codes of a worker; or one area of a worker.
pub(super) fn revoke(county: &County, named: &str, code: Option<&str>) -> Done {
    if let Some(code) = code {
        let (worker, area) = (worker(county, named)?, area(county, code)?);
        workers::set_grant(county, "cli", worker.id, area.id, false)?;
        say!(
            "{} 不再负责 {}：手机下一次请求起，县里不再提供该区域。手机下次联系时先交完没送出的记录，再删去该区域的资料；一直联系不上的手机请收回。",
            worker.name,
            area.name
        );
        say!(
            "{} no longer sees {}: the county stops serving it at the phone's next request. At its next contact the phone hands over what it has not sent and then forgets the area; take in a phone that stays away.",
            worker.name,
            area.name
        );
        return Ok(());
    }
    if let Ok(device) = Uuid::parse_str(named) {
        county.device(device)?.ok_or_else(|| {
            Failure::refused(
                "unknown_device",
                format!("没有手机 {device}。"),
                format!("There is no phone {device}."),
            )
        })?;
        county.revoke_device(device)?;
        audit(county, "revoke", named, "")?;
        say!("手机 {device} 已停用，下一次请求起生效。\nPhone {device} is revoked from its next request on.");
        return Ok(());
    }
    let worker = worker(county, named)?;
    let devices = county.devices()?;
    let active =
        devices.iter().filter(|device| device.worker == worker.id && device.state != DeviceState::Revoked);
    let mut phones = 0;
    for device in active {
        county.revoke_device(device.id)?;
        phones += 1;
    }
    for grant in county.grants_of(worker.id)?.iter().filter(|grant| !grant.revoked) {
        county.revoke_grant(worker.id, grant.area)?;
    }
    // A code still open would make the next phone of somebody who shall have none.
    county.forget_open_codes(worker.id)?;
    audit(county, "revoke", &worker.number, &format!("{phones} phones"))?;
    say!("{} 的 {phones} 部手机、全部授权与未用的登记码已停用，下一次请求起生效。", worker.name);
    say!(
        "{phones} phones, all grants and all unused codes of {} are revoked from the next request on.",
        worker.name
    );
    Ok(())
}

/// A code as printed.
#[derive(Debug, Clone, Serialize)]
pub(super) struct PrintedCode {
    pub worker: String,
    pub number: String,
    pub code: String,
    pub address: String,
    pub qr: String,
    pub expires_ms: i64,
}

/// A code was asked for somebody who was revoked, or never granted anything.
fn without_area(worker: &WorkerRow) -> Failure {
    let WorkerRow { name, number, .. } = worker;
    Failure::refused(
        "worker_without_area",
        format!(
            "{name}（{number}）已停用或还没有授权区域，登记的手机什么也看不到，所以没有发登记码。数据没有改动。要让其继续工作，先运行：xunge-county grant {number} --area 区域编码"
        ),
        format!(
            "{name} ({number}) was revoked or has no area yet; a phone would see nothing, so no code was made. Nothing was changed. To let them work, first run: xunge-county grant {number} --area CODE"
        ),
    )
}

/// `enrol-code`. Without `address` it is the one phones reached the county under last. `ca_der` is called when all that
/// was typed is known to be sound: a new county makes its certificate there.
pub(super) fn enrol_code(
    county: &County,
    ca_der: impl FnOnce() -> Result<Vec<u8>, Failure>,
    named: &str,
    minutes: i64,
    address: Option<String>,
    json: bool,
) -> Done {
    let worker = worker(county, named)?;
    let address = address.map_or_else(|| serving::last_address(county), Ok)?;
    let read = CountyAddress::read(&address, 8443).map_err(|_| {
        Failure::refused(
            "bad_address",
            format!("地址 {address} 读不出主机与端口。请用 --address 主机:端口。"),
            format!("{address} is no host and port. Give --address HOST:PORT."),
        )
    })?;
    let ca_der = ca_der()?;
    let opened = county.open_code(worker.id, county.now_ms() + minutes * 60_000);
    let opened = opened.map_err(|error| match error {
        CountyError::Refused(Refused::WorkerWithoutArea) => without_area(&worker),
        other => other.into(),
    })?;
    audit(county, "enrol_code", &worker.number, &format!("{minutes} min"))?;
    let code = EnrolCode::new(opened.single_use, &ca_der);
    let ca_sha256 = <sha2::Sha256 as sha2::Digest>::digest(&ca_der).into();
    let printed = PrintedCode {
        worker: worker.name,
        number: worker.number,
        code: code.to_typed(),
        address: read.to_string(),
        qr: Invitation { address: read, single_use: opened.single_use, ca_sha256 }.to_text(),
        expires_ms: opened.expires_ms,
    };
    if json {
        return print_json(&printed);
    }
    say!("{}（{}）的登记码，{minutes} 分钟内有效，只能用一次", printed.worker, printed.number);
    say!("Enrolment code, single use, valid for {minutes} minutes");
    say!("  address  {}\n  code     {}\n  qr       {}", printed.address, printed.code, printed.qr);
    Ok(())
}

/// `account add`: a desk account, or a new password for one.
pub(super) fn add_account(county: &County, name: &str, code: &str, role: accounts::DeskRole) -> Done {
    let area: RecordId = area(county, code)?.id;
    accounts::print(&put_account(county, "cli", name, role, area)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::county::{CountyEdit, Settings};
    use crate::world::{Places, open_county};
    use xunge_domain::records::RecordKind;
    use xunge_domain::value::Value;

    fn county(folder: &std::path::Path) -> County {
        let places = Places { data: folder.join("data"), key_file: folder.join("county.key") };
        let county = open_county(&places, Settings::default()).unwrap();
        let root = county.new_id();
        let fields = [(1, Value::from("县")), (2, Value::from("990101"))];
        county.write_as_county(vec![CountyEdit::new(RecordKind::Area, root, root, fields)]).unwrap();
        county
    }

    #[test]
    fn a_workers_name_is_what_is_seen_of_it_and_not_a_page() {
        let folder = tempfile::tempdir().unwrap();
        let county = county(folder.path());
        let add = |name: &str, number: Option<&str>| {
            add_worker(&county, name, "990101", WorkerRole::FullTime, number.map(str::to_owned), true)
        };
        assert_eq!(
            add("\u{202E}李敏", None).unwrap_err().code,
            "bad_name",
            "it would read otherwise than it is"
        );
        add(" 李敏 ", Some(" 01 ")).unwrap();
        assert_eq!(county.worker_numbered("01").unwrap().unwrap().name, "李敏");
        assert_eq!(add(&"李".repeat(5_000), None).unwrap_err().code, "bad_name");
        assert_eq!(add("\u{202E}", None).unwrap_err().code, "bad_name");
        assert_eq!(add("周慧", Some(&"1".repeat(33))).unwrap_err().code, "bad_number");
    }

    #[test]
    fn a_revoked_worker_has_no_code_left_to_enrol_a_phone_with() {
        let folder = tempfile::tempdir().unwrap();
        let county = county(folder.path());
        for number in ["01", "02"] {
            add_worker(&county, "李敏", "990101", WorkerRole::FullTime, Some(number.into()), true).unwrap();
            let worker = county.worker_numbered(number).unwrap().unwrap();
            county.open_code(worker.id, i64::MAX).unwrap();
        }
        revoke(&county, "01", None).unwrap();
        let left = ["01", "02"].map(|number| {
            let worker = county.worker_numbered(number).unwrap().unwrap();
            county.forget_open_codes(worker.id).unwrap()
        });
        assert_eq!(left, [0, 1]);
    }

    #[test]
    fn whoever_is_unknown_is_told_before_an_address_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let county = county(folder.path());
        let no_ca = || -> Result<Vec<u8>, Failure> { unreachable!("a certificate is asked for last") };
        let refused = |named| enrol_code(&county, no_ca, named, 10, None, true).unwrap_err().code;
        assert_eq!(refused("nobody"), "unknown_worker");
        add_worker(&county, "李敏", "990101", WorkerRole::FullTime, Some("01".into()), true).unwrap();
        assert_eq!(refused("01"), "no_address");
    }

    #[test]
    fn a_revoked_worker_gets_no_code_and_is_told_what_to_do_first() {
        let folder = tempfile::tempdir().unwrap();
        let county = county(folder.path());
        add_worker(&county, "李敏", "990101", WorkerRole::FullTime, Some("01".into()), true).unwrap();
        let ca = || Ok(b"a certificate".to_vec());
        let code = || enrol_code(&county, ca, "01", 10, Some("county.test:8443".into()), true);
        code().unwrap();
        revoke(&county, "01", None).unwrap();
        let refused = code().unwrap_err();
        assert_eq!((refused.code, refused.exit), ("worker_without_area", 1));
        assert!(
            refused.zh.contains("xunge-county grant 01 --area") && refused.en.contains("grant 01 --area")
        );
        let worker = county.worker_numbered("01").unwrap().unwrap();
        assert_eq!(county.forget_open_codes(worker.id).unwrap(), 0, "none was opened all the same");
        grant(&county, "01", "990101").unwrap();
        code().unwrap();
    }
}
