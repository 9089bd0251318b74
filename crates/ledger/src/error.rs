//! Why a whole file is refused. Faults of single rows are findings, not errors.

use thiserror::Error;

/// A file that cannot be read as a ledger. `code()` is for programs, `Display` and `suggestion()` are plain Chinese.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LedgerError {
    /// 0 bytes, or nothing but blanks.
    #[error("文件是空的")]
    Empty,
    /// A picture, a PDF, a web page saved as .xls, a Word file, …
    #[error("这不是表格文件，读不出台账")]
    NotALedger,
    /// Excel 97–2003 (.xls) or another old container.
    #[error("这是旧版 .xls 文件，读不了")]
    OldFormat,
    /// A workbook with a password.
    #[error("文件有打开密码，读不了")]
    Encrypted,
    /// Over the limits of `limits.rs`, packed or unpacked.
    #[error("文件太大")]
    TooLarge,
    /// Cut short or broken inside.
    #[error("文件已损坏或没有传完整")]
    Damaged,
    /// No sheet has a row of headings with a name column.
    #[error("没有找到表头（至少要有“姓名”和“身份证号码”两列）")]
    NoHeader,
    /// The same, and the text looks like another encoding than the ones that are read. Its code is that of
    /// [`Self::NoHeader`].
    #[error("没有找到表头：文字像是 {0} 编码（繁体），不是 UTF-8 或 GBK，读出来是乱码")]
    Misread(&'static str),
}

impl LedgerError {
    /// Stable snake_case code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotALedger => "not_a_ledger",
            Self::OldFormat => "old_format",
            Self::Encrypted => "encrypted",
            Self::TooLarge => "too_large",
            Self::Damaged => "damaged",
            Self::NoHeader | Self::Misread(_) => "no_header",
        }
    }

    /// What the person with the file can do.
    pub fn suggestion(self) -> &'static str {
        match self {
            Self::Empty => "请确认选对了文件",
            Self::NotALedger => "请用 Excel 或 WPS 打开，另存为 .xlsx 或 .csv 再导入",
            Self::OldFormat => "请用 Excel 或 WPS 打开，另存为 .xlsx 再导入",
            Self::Encrypted => "请用 Excel 或 WPS 打开，去掉打开密码后另存再导入",
            Self::TooLarge => "请按楼栋或网格拆成几个文件，去掉图片后再导入",
            Self::Damaged => "请重新拷贝或下载一份，能用 Excel 打开后再导入",
            Self::Misread(_) => "请用 Excel 或 WPS 打开，另存为 .xlsx 或 UTF-8 编码的 .csv 再导入",
            Self::NoHeader => "请在数据上方补一行表头，例如：姓名、与户主关系、身份证号码、住址",
        }
    }
}
