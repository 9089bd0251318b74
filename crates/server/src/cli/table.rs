//! Tables that people make in a spreadsheet and save as CSV: read whatever the encoding, told with every faulty line.

use super::failure::Failure;

/// Faults told at once; more of them mean that the file is another kind of table.
const MOST_FAULTS: usize = 20;

/// Faults with their line, in Chinese and English.
pub(super) type Faults = Vec<(u64, String, String)>;

/// The table's text; nothing, with the fault told, when it is none.
pub(super) fn decoded(bytes: &[u8], faults: &mut Faults) -> Option<String> {
    // Some programs put the mark of UTF-8 before what they wrote in GBK.
    let bare = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = match std::str::from_utf8(bare) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::GB18030.decode(bare).0.into_owned(),
    };
    match no_table(bytes, &text) {
        None => Some(text),
        Some((zh, en)) => {
            faults.push((1, zh.into(), en.into()));
            None
        }
    }
}

/// What was given when it is no table of text at all, in Chinese and English.
fn no_table(bytes: &[u8], text: &str) -> Option<(&'static str, &'static str)> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return Some((
            "这是 Excel 文件，请在 Excel 里另存为“CSV”再导入",
            "this is a workbook; save it as CSV and import that",
        ));
    }
    text.contains(['\0', char::REPLACEMENT_CHARACTER])
        .then_some(("这不是表格文件，应为 CSV", "this is no table; a CSV is wanted"))
}

/// Nothing was imported, and why: every line, up to a number of them.
pub(super) fn refused(code: &'static str, table: &str, faults: &Faults) -> Failure {
    let told = |pick: fn(&(u64, String, String)) -> String| {
        let shown: Vec<String> = faults.iter().take(MOST_FAULTS).map(pick).collect();
        shown.join("\n")
    };
    let more = faults.len().saturating_sub(MOST_FAULTS);
    let (zh_more, en_more) = if more == 0 {
        (String::new(), String::new())
    } else {
        (format!("\n……还有 {more} 处"), format!("\n… and {more} more"))
    };
    Failure::refused(
        code,
        format!(
            "{table}有 {} 处问题，一行也没有导入。请改正后重试：\n{}{zh_more}",
            faults.len(),
            told(|(line, zh, _)| format!("  第 {line} 行：{zh}"))
        ),
        format!(
            "{}; nothing was imported. Correct and try again:\n{}{en_more}",
            if faults.len() == 1 { "One fault".to_owned() } else { format!("{} faults", faults.len()) },
            told(|(line, _, en)| format!("  line {line}: {en}"))
        ),
    )
}
