//! The table of areas as lines: columns by their heading or by their order.

use crate::administration::areas::{LONGEST_NAME, is_code};
use crate::administration::is_plain;
use crate::cli::table::{Faults, decoded};
use xunge_domain::codes::text::visible;
use xunge_domain::records::words::AreaLevel;

/// A line that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub number: u64,
    pub code: String,
    pub name: String,
    pub parent: String,
    pub level: AreaLevel,
}

/// The lines that can be understood; what is wrong with the others is put to `faults`.
pub(super) fn read(bytes: &[u8], faults: &mut Faults) -> Vec<Line> {
    let Some(text) = decoded(bytes, faults) else { return Vec::new() };
    let mut columns = Columns::default();
    let mut table = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut lines = Vec::new();
    for (index, row) in table.records().enumerate() {
        let Ok(row) = row else {
            faults.push((index as u64 + 1, "读不出这一行".into(), "cannot be read".into()));
            continue;
        };
        let number = row.position().map_or(index as u64 + 1, csv::Position::line);
        let cell = |at: usize| visible(row.get(at).unwrap_or_default());
        if index == 0
            && let Some(heading) = Columns::of(&row)
        {
            columns = heading;
            continue;
        }
        if (0..row.len()).all(|at| cell(at).is_empty()) {
            continue;
        }
        let (code, name, parent, level) =
            (cell(columns.code), cell(columns.name), cell(columns.parent), cell(columns.level));
        if index == 0 && !is_code(&code) && level_of(&level).is_none() {
            faults.push((
                number,
                format!(
                    "表头“{}”认不出，应为：编码,名称,上级,层级",
                    row.iter().map(visible).collect::<Vec<_>>().join(",")
                ),
                "the heading is not understood; it should be code,name,parent,level".into(),
            ));
            return lines;
        }
        let mut fault = |zh: String, en: String| faults.push((number, zh, en));
        if !is_code(&code) {
            fault(
                format!("编码“{code}”应为 1–32 位字母、数字"),
                format!("code {code:?} must be 1–32 letters and digits"),
            );
        }
        if name.is_empty() {
            fault("缺少名称".into(), "the name is missing".into());
        }
        if !is_plain(row.get(columns.name).unwrap_or_default()) {
            fault(
                "名称以公式符号（= + - @）开头或含有控制字符".into(),
                "the name begins with = + - @ or holds control characters".into(),
            );
        }
        if name.chars().count() > LONGEST_NAME {
            fault(
                format!("名称超过 {LONGEST_NAME} 个字"),
                format!("the name has more than {LONGEST_NAME} characters"),
            );
        }
        match level_of(&level) {
            Some(level) => lines.push(Line { number, code, name, parent, level }),
            None => fault(
                format!("层级“{level}”不认识，应为 县、镇街、社区、网格 或 微网格"),
                format!("unknown level {level:?}; use county, town, community, grid or micro_grid"),
            ),
        }
    }
    if lines.is_empty() && faults.is_empty() {
        faults.push((1, "表里没有区域".into(), "no areas in the table".into()));
    }
    lines
}

/// In which column what stands.
struct Columns {
    code: usize,
    name: usize,
    parent: usize,
    level: usize,
}

impl Default for Columns {
    fn default() -> Self {
        Self { code: 0, name: 1, parent: 2, level: 3 }
    }
}

impl Columns {
    /// By a heading that names all four.
    fn of(row: &csv::StringRecord) -> Option<Self> {
        let words: Vec<String> = row.iter().map(|cell| visible(cell).to_lowercase()).collect();
        let at = |known: &[&str]| words.iter().position(|word| known.contains(&word.as_str()));
        Some(Self {
            code: at(&["code", "编码", "代码", "区域编码", "区域代码", "网格编码", "编号"])?,
            name: at(&["name", "名称", "区域名称", "网格名称", "区域"])?,
            parent: at(&["parent", "上级", "上级编码", "上级代码", "上级区域", "上级区域编码", "所属上级"])?,
            level: at(&["level", "层级", "级别", "区域层级", "区域级别", "类型"])?,
        })
    }
}

fn level_of(text: &str) -> Option<AreaLevel> {
    AreaLevel::from_word(&text.to_lowercase()).or(match text {
        "县" | "区" | "县区" | "区县" | "县/区" | "县级" => Some(AreaLevel::County),
        "镇" | "乡" | "街道" | "镇街" | "乡镇" | "镇级" | "镇街道" => Some(AreaLevel::Town),
        "村" | "社区" | "村社区" | "村居" | "村级" | "村/社区" | "行政村" => {
            Some(AreaLevel::Community)
        }
        "网格" | "基础网格" | "网格级" => Some(AreaLevel::Grid),
        "微网格" | "微格" => Some(AreaLevel::MicroGrid),
        _ => None,
    })
}
