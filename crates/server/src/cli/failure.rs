//! Why a command did not do what it was asked: what happened, what is safe, what to do; in Chinese, then in English.

use crate::administration::NotDone;
use crate::county::CountyError;
use crate::storage::StorageError;
use crate::world::ServeError;
use std::io::{ErrorKind, Write as _};
use std::process::ExitCode;

/// Damage of the database's file itself, as the storage names it; everything else it calls damaged is one row.
const FILE: [&str; 3] = ["database", "page", "shape"];

/// A command that was not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Stable code.
    pub code: &'static str,
    /// Exit code: 1 the input was refused, 3 another process holds the county, 4 something below broke.
    pub exit: u8,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// What was asked for as JSON stands on standard output already.
    pub told: bool,
}

impl Failure {
    /// The input was refused; nothing was changed.
    pub fn refused(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, exit: 1, zh: zh.into(), en: en.into(), told: false }
    }

    /// Another process works on the county.
    pub fn locked() -> Self {
        Self {
            code: "locked",
            exit: 3,
            zh: "县服务正在运行，本命令要求先停止它。数据没有改动。请先停止 xunge-county serve，再重试。".into(),
            en: "The county is being served and this command needs it stopped. Nothing was changed. Stop `xunge-county serve`, then try again.".into(),
            told: false,
        }
    }

    /// There is no county in this folder, and the command makes none.
    pub fn no_county(data: &std::path::Path) -> Self {
        Self::refused(
            "no_county",
            format!("{} 里没有县的数据。请用 --data 指定数据目录。", data.display()),
            format!("There is no county in {}. Give its data folder by --data.", data.display()),
        )
    }

    /// No room on the county's disk.
    fn disk_full() -> Self {
        Self {
            code: "disk_full",
            exit: 4,
            zh: "磁盘满了，这一步没有写入；已确认写入的数据是安全的。请腾出空间或扩大磁盘，再运行一次。".into(),
            en: "The disk is full; this was not written, what was confirmed before is safe. Make room or enlarge the disk, then run it again.".into(),
            told: false,
        }
    }

    /// The disk became full while a ledger was imported: what was written stays, and the same command goes on from there.
    pub fn disk_full_importing(done: u64, of: u64) -> Self {
        Self {
            zh: format!(
                "磁盘满了：{of} 人里已写入 {done} 人，这些是安全的，其余没有写入。请腾出空间或扩大磁盘，再运行同一条命令，不会重复登记。"
            ),
            en: format!(
                "The disk is full: {done} of {of} people were written and are safe, the others were not. Make room or enlarge the disk, then run the same command again; nobody is entered twice."
            ),
            ..Self::disk_full()
        }
    }

    /// The database's file is damaged.
    pub fn damaged_database() -> Self {
        Self {
            code: "database_damaged",
            exit: 4,
            zh: "县数据库的文件有损坏，不能再往里写。请停止县服务，把整个数据目录原样另存一份，不要删除或改动其中的文件；然后用最近的备份恢复：xunge-county restore 备份目录 --data 新目录。手机里还有的记录会自动补传。".into(),
            en: "The county's database file is damaged and must not be written to. Stop the server, copy the whole data folder aside as it is, delete and change nothing in it; then restore the latest backup: xunge-county restore BACKUP --data NEW-FOLDER. Phones offer again what they still hold.".into(),
            told: false,
        }
    }

    fn busy() -> Self {
        Self::refused(
            "database_busy",
            "另一条命令正在往同一个县里写，这条命令没有写完。已确认写入的数据是安全的。请等那条命令结束，再运行一次，不会重复登记。",
            "Another command is writing to the same county, so this one did not finish. What was confirmed before is safe. Wait for the other one to end, then run this again; nothing is entered twice.",
        )
    }

    fn broken(code: &'static str, detail: &str) -> Self {
        Self {
            code,
            exit: 4,
            zh: format!("出了故障：{detail}。已确认写入的数据是安全的。请检查磁盘空间与数据目录权限后重试。"),
            en: format!(
                "Something broke: {detail}. What was confirmed before is safe. Check disk space and the permissions of the data folder, then try again."
            ),
            told: false,
        }
    }

    /// Prints it and gives the exit code. Where one JSON object was asked for, standard output has one: the code.
    pub fn tell(&self, json: bool) -> ExitCode {
        if json && !self.told {
            say!("{}", serde_json::json!({ "error": self.code }));
        }
        // As with standard output: nobody reading is no reason to end in a panic, with another exit code.
        let _ = writeln!(std::io::stderr(), "{}\n{} [{}]", self.zh, self.en, self.code);
        ExitCode::from(self.exit)
    }
}

impl From<CountyError> for Failure {
    fn from(error: CountyError) -> Self {
        match &error {
            CountyError::Refused(refused) => Self::refused(
                error.code(),
                format!("没有做：{refused}。数据没有改动。"),
                format!("Not done: {refused}. Nothing was changed."),
            ),
            full if full.is_disk_full() => Self::disk_full(),
            CountyError::Storage(StorageError::Damaged(what)) if FILE.contains(what) => {
                Self::damaged_database()
            }
            CountyError::Storage(StorageError::Busy) => Self::busy(),
            _ => Self::broken(error.code(), &error.to_string()),
        }
    }
}

impl From<NotDone> for Failure {
    fn from(not_done: NotDone) -> Self {
        match not_done {
            NotDone::County(error) => error.into(),
            NotDone::Refused(code) => Self::refused(
                code,
                format!("没有做（{code}）。数据没有改动。"),
                format!("Not done ({code}). Nothing was changed."),
            ),
        }
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        Self::from(CountyError::from(error))
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        let refused = |zh: String, en: String| Self::refused(error.code(), zh, en);
        match &error {
            ServeError::KeyMissing { key_file, .. } => refused(
                format!("数据还在，但缺少密钥文件 {}。没有建立新密钥，数据没有改动。请把密钥文件放回原处。", key_file.display()),
                format!("The data is there but its key file {} is missing. No new key was made, nothing was changed. Put the key file back.", key_file.display()),
            ),
            ServeError::DatabaseMissing { data, .. } => refused(
                format!("数据目录 {} 里有县的证书或照片，却没有数据库 county.db。没有建立空库，现有文件没有改动。请检查磁盘是否挂载，把备份的 county.db 放回；要新建一个县，请用 --data 指定另一个空目录。", data.display()),
                format!("{} holds certificates or pictures of a county, but its database county.db is missing. No empty one was made and the files are as they were. Check that the disk is mounted and put county.db back from a backup; for a new county give another, empty folder by --data.", data.display()),
            ),
            ServeError::CaIncomplete { there, missing } => refused(
                format!("县证书只剩一半：{} 还在，{} 不见了。没有建立新证书，因为已注册的手机只认原来的；现有文件没有改动。请从备份放回缺少的文件。若还没有任何手机注册过，可以移走剩下的文件再启动。", there.display(), missing.display()),
                format!("Half of the county's CA is gone: {} is there, {} is not. No new one was made, because enrolled phones trust the old one only; nothing was changed. Put the missing file back from a backup. If no phone was ever enrolled, move the remaining file away and start again.", there.display(), missing.display()),
            ),
            ServeError::SealedKey(path) => refused(
                format!("私钥文件 {} 用县密钥打不开：密钥不符，或文件损坏。文件没有改动。请用 --key 指定原来的密钥文件，或从备份放回。", path.display()),
                format!("The private key {} does not open with the county's key: another key, or damage. It was left as it is. Give the right key file by --key, or put the file back from a backup.", path.display()),
            ),
            ServeError::KeyInsideData(path) => refused(
                format!("密钥文件 {} 不能放在数据目录里：谁拷走数据就不该同时拿到密钥。请用 --key 指到别处。", path.display()),
                format!("The key file {} must lie outside the data folder. Choose another place with --key.", path.display()),
            ),
            ServeError::Listen { address, source } => refused(
                format!("不能监听 {address}（{source}）。数据没有改动。请换一个 --listen 地址或停掉占用者。"),
                format!("Cannot listen on {address} ({source}). Nothing was changed. Choose another --listen or stop who uses it."),
            ),
            ServeError::County(CountyError::Storage(StorageError::WrongKey)) | ServeError::Storage(StorageError::WrongKey) => refused(
                "密钥与数据库不符。数据库没有改动。请用 --key 指定建库时的密钥文件。".into(),
                "The key does not open the database, which was left as it is. Give the key file it was made with by --key.".into(),
            ),
            ServeError::BadKeyFile(path) => refused(
                format!("{} 不是县的密钥文件：应为 64 个十六进制字符。文件与数据都没有改动。请用 --key 指定原来的密钥文件，或从备份放回。", path.display()),
                format!("{} is no key file of a county: it must hold 64 hexadecimal digits. It and the data were left as they are. Give the right key file by --key, or put it back from a backup.", path.display()),
            ),
            ServeError::File { source, .. } if source.kind() == ErrorKind::StorageFull => Self::disk_full(),
            _ if error.code() == "disk_full" => Self::disk_full(),
            ServeError::County(CountyError::Storage(StorageError::Damaged(what))) | ServeError::Storage(StorageError::Damaged(what)) if FILE.contains(what) => Self::damaged_database(),
            ServeError::County(CountyError::Storage(StorageError::Busy)) | ServeError::Storage(StorageError::Busy) => Self::busy(),
            _ => Self::broken(error.code(), &error.to_string()),
        }
    }
}
