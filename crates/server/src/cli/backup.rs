//! `backup`, `restore`, `new-epoch`.

use super::failure::Failure;
use super::print_json;
use crate::county::County;
use crate::world::{self, BackupError, Places};
use serde::Serialize;
use std::path::Path;

#[derive(Serialize)]
struct Made<'a> {
    folder: &'a Path,
    epoch: &'a str,
    feed_head: u64,
    pictures: u64,
    files: usize,
    bytes: u64,
}

/// `backup`.
pub(super) fn make(
    places: &Places,
    county: &County,
    dir: &Path,
    with_key: bool,
    json: bool,
) -> Result<(), Failure> {
    let manifest = world::back_up(places, county, dir, with_key)?;
    let bytes: u64 = manifest.files.iter().map(|listed| listed.bytes).sum();
    if json {
        return print_json(&Made {
            folder: dir,
            epoch: &manifest.epoch,
            feed_head: manifest.feed_head,
            pictures: manifest.pictures,
            files: manifest.files.len(),
            bytes,
        });
    }
    let (folder, mb) = (dir.display(), bytes.div_ceil(1_000_000));
    say!("已备份到 {folder}：{} 张照片，共 {mb} MB，每个文件都核对过。", manifest.pictures);
    say!("Backed up to {folder}: {} pictures, {mb} MB in all, every file checked.", manifest.pictures);
    if with_key {
        say!(
            "注意：密钥也在里面，谁拿到这个文件夹就能读到全部资料。\nThe key is in it: whoever has this folder reads everything."
        );
    } else {
        say!(
            "密钥不在里面。没有密钥文件 {} 就恢复不了，请另存一份，不要和备份放在一起。",
            places.key_file.display()
        );
        say!(
            "The key is not in it. Without {} it cannot be restored: keep a copy of that elsewhere.",
            places.key_file.display()
        );
    }
    Ok(())
}

#[derive(Serialize)]
struct Stands {
    made_ms: i64,
    operations: u64,
    pictures: u64,
    feed_head: u64,
}

/// `restore`.
pub(super) fn restore(places: &Places, dir: &Path, json: bool) -> Result<(), Failure> {
    let restored = world::restore(places, dir)?;
    if json {
        return print_json(&Stands {
            made_ms: restored.manifest.made_ms,
            operations: restored.operations,
            pictures: restored.pictures,
            feed_head: restored.manifest.feed_head,
        });
    }
    let made = chrono::DateTime::from_timestamp_millis(
        restored.manifest.made_ms + crate::local_day::UTC_OFFSET_MIN * 60_000,
    );
    let made = made.map(|made| made.format("%Y-%m-%d %H:%M").to_string()).unwrap_or_default();
    say!(
        "已恢复 {made} 的备份：核对了 {} 条手机记录、{} 张照片。手机下次联系时会补传此后的记录和照片。",
        restored.operations,
        restored.pictures
    );
    say!(
        "Restored the backup of {made}: {} operations of phones and {} pictures checked. Phones offer again what came after it.",
        restored.operations,
        restored.pictures
    );
    say!("备份之后做过的停用、撤销授权、依法删除和县工作台上的处理不在里面，请对照记录重做一遍。");
    say!("Revocations, erasures and acts of the desk after that backup are not in it: do them again.");
    Ok(())
}

/// `new-epoch`.
pub(super) fn new_epoch(county: &County) -> Result<(), Failure> {
    county.begin_epoch()?;
    say!("已开始新纪元：手机下次联系时会补传县里没有的记录和照片，并重新读取资料。");
    say!("A new epoch has begun: phones offer again what the county lacks, and read everything anew.");
    Ok(())
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        let refused = |zh: String, en: String| Self::refused(error.code(), zh, en);
        match error {
            BackupError::Below(below) => below.into(),
            BackupError::NotEmpty(ref folder) => refused(
                format!("文件夹 {} 里已有东西，没有动它。请指定一个新的或空的文件夹。", folder.display()),
                format!(
                    "{} is not empty and was left as it is. Give a new or empty folder.",
                    folder.display()
                ),
            ),
            BackupError::UnderWay(ref folder) => refused(
                format!("{} 正在生成，可能有另一个备份或恢复在运行。请等它完成。", folder.display()),
                format!(
                    "{} is being made by another backup or restore. Wait until that is done.",
                    folder.display()
                ),
            ),
            BackupError::NotABackup(ref folder) => refused(
                format!("{} 不是完整的备份：缺少可读的 manifest.json。没有恢复。", folder.display()),
                format!(
                    "{} is no whole backup: it has no manifest.json that can be read. Nothing was restored.",
                    folder.display()
                ),
            ),
            BackupError::Newer { found, known } => refused(
                format!(
                    "备份出自更新的版本（{found}，本程序只认到 {known}）。没有恢复。请先升级 xunge-county。"
                ),
                format!(
                    "The backup is of a newer version ({found}; this program knows {known}). Nothing was restored. Update xunge-county first."
                ),
            ),
            BackupError::Missing(ref path) => refused(
                format!("备份里缺少 {path}。没有恢复。请换另一份备份。"),
                format!("{path} is missing from the backup. Nothing was restored. Take another backup."),
            ),
            BackupError::Changed(ref path) => refused(
                format!("备份里的 {path} 与清单不符，可能已损坏。没有恢复。请换另一份备份。"),
                format!(
                    "{path} is not what the list of the backup says. Nothing was restored. Take another backup."
                ),
            ),
            BackupError::Picture(ref name) => refused(
                format!("照片 {name} 缺失或与原图不符。没有做成。请运行 xunge-county check 查看。"),
                format!(
                    "Picture {name} is missing or is not that picture. Nothing was made. Run `xunge-county check`."
                ),
            ),
            BackupError::Damaged(ref what) => refused(
                format!("备份里有 {} 处与手机签名不符。没有恢复。请换另一份备份。", what.len()),
                format!(
                    "{} entries of the backup do not match what phones signed. Nothing was restored. Take another backup.",
                    what.len()
                ),
            ),
            BackupError::OtherKey(ref path) => refused(
                format!("{} 已有另一把密钥，没有动它，也没有恢复。请用 --key 指到别处。", path.display()),
                format!(
                    "{} holds another key, which was left as it is; nothing was restored. Give another --key.",
                    path.display()
                ),
            ),
        }
    }
}
