//! The files a command is given or guards: reading an input, holding the county for oneself. The county's own files are
//! `world`'s.

use super::failure::Failure;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::Read as _;
use std::path::Path;

/// Largest input read.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

/// Reads a file a person named.
pub(super) fn read_input(path: &Path) -> Result<Vec<u8>, Failure> {
    let refused = |why: String| {
        Failure::refused(
            "unreadable_file",
            format!("读不了文件 {}：{why}。数据没有改动。请检查路径与权限。", path.display()),
            format!(
                "Cannot read {}: {why}. Nothing was changed. Check path and permissions.",
                path.display()
            ),
        )
    };
    let file = OpenOptions::new().read(true).open(path).map_err(|error| refused(error.to_string()))?;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| refused(error.to_string()))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(refused("larger than 256 MiB".into()));
    }
    Ok(bytes)
}

/// The county held by one process; given back when dropped, also by a crash.
#[derive(Debug)]
pub(super) struct Held(#[expect(dead_code, reason = "the lock lives as long as the file is open")] File);

/// Holds the county: nobody serves it meanwhile.
pub(super) fn hold(data: &Path) -> Result<Held, Failure> {
    let broken = |error: std::io::Error| {
        Failure::refused(
            "data_folder",
            format!("用不了数据目录 {}：{error}。", data.display()),
            format!("Cannot use the data folder {}: {error}.", data.display()),
        )
    };
    std::fs::create_dir_all(data).map_err(broken)?;
    let file = OpenOptions::new().create(true).append(true).open(data.join("county.lock")).map_err(broken)?;
    match file.try_lock() {
        Ok(()) => Ok(Held(file)),
        Err(TryLockError::WouldBlock) => Err(Failure::locked()),
        Err(TryLockError::Error(error)) => Err(broken(error)),
    }
}
