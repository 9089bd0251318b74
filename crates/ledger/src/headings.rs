//! Headings: which column holds what, learned anew for each sheet from one to three rows of titles, and again where
//! a sheet repeats or changes its headings further down.
//!
//! A column whose heading nobody knows is reported once, not guessed from its content.

use std::collections::BTreeMap;

use xunge_domain::codes::text::{half_width, is_invisible};

use crate::grid::{Cell, Grid, Row, column_letters};
use crate::reserved::is_reserved;

/// What a column can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Field {
    HouseholdNumber,
    Address,
    Building,
    Unit,
    Room,
    Name,
    HeadName,
    Relation,
    Id,
    Sex,
    Birth,
    Phone,
    Residence,
    Tenure,
    Remark,
    /// Known, and left out on purpose: serial numbers, ages, what no form of ours needs.
    Ignored,
    /// The heading itself names a reserved category.
    Reserved,
}

/// Synonyms after [`squeeze`]. The first list that has the text wins.
const SYNONYMS: &[(Field, &[&str])] = &[
    (
        Field::Name,
        &[
            "姓名",
            "名字",
            "人员姓名",
            "成员姓名",
            "家庭成员姓名",
            "居民姓名",
            "老人姓名",
            "姓名全称",
            "家庭成员",
            "人口姓名",
            "本人姓名",
            "住户姓名",
        ],
    ),
    (Field::HeadName, &["户主", "户主姓名", "户主名", "户主名字", "所属户主"]),
    (
        Field::Relation,
        &[
            "与户主关系",
            "关系",
            "与户主的关系",
            "家庭关系",
            "与户主之关系",
            "成员关系",
            "户主关系",
            "与户主",
            "和户主关系",
            "与户主关系称谓",
            "称谓",
            "同户主关系",
            "与房主关系",
        ],
    ),
    (
        Field::Id,
        &[
            "身份证号",
            "身份证号码",
            "公民身份号码",
            "公民身份证号码",
            "公民身份证号",
            "身份证",
            "证件号码",
            "证件号",
            "居民身份证号",
            "居民身份证号码",
            "身份号码",
            "身份证件号码",
            "身份证编号",
            "有效证件号码",
        ],
    ),
    (Field::Sex, &["性别"]),
    (Field::Birth, &["出生日期", "出生年月", "出生年月日", "生日", "出生时间", "出生", "出生日", "生年月日"]),
    (
        Field::Phone,
        &[
            "联系电话",
            "电话",
            "手机",
            "手机号",
            "手机号码",
            "联系方式",
            "电话号码",
            "联系号码",
            "固定电话",
            "家庭电话",
            "本人电话",
            "移动电话",
            "联系手机",
            "座机",
            "电话1",
            "电话2",
            "联系电话1",
            "联系电话2",
        ],
    ),
    (
        Field::Address,
        &[
            "住址",
            "地址",
            "详细地址",
            "现住址",
            "家庭住址",
            "居住地址",
            "现居住地",
            "现住地址",
            "房屋地址",
            "住所",
            "居住地",
            "现居住地址",
            "家庭地址",
            "居住地详址",
            "现住地",
            "实际居住地",
            "常住地址",
            "门牌地址",
            "房号全称",
            "住户地址",
            "小区楼号",
            "楼室号",
            "房屋坐落",
            "租住地址",
            "暂住地址",
        ],
    ),
    (
        Field::Building,
        &[
            "幢",
            "楼栋",
            "楼号",
            "幢号",
            "栋",
            "栋号",
            "楼",
            "楼幢",
            "号楼",
            "楼栋号",
            "楼房号",
            "座",
            "座号",
            "楼座",
            "楼幢号",
            "楼宇",
            "楼栋幢号",
            "幢楼号",
            "组",
        ],
    ),
    (Field::Unit, &["单元", "单元号", "门洞", "楼门", "单元门"]),
    (
        Field::Room,
        &[
            "室",
            "房号",
            "室号",
            "门牌",
            "房间号",
            "户室",
            "房屋号",
            "房间",
            "门牌号",
            "室房号",
            "房室",
            "室户",
            "房室号",
            "门号",
            "住户号",
            "户室号",
        ],
    ),
    (
        Field::HouseholdNumber,
        &[
            "户号",
            "户编号",
            "户序号",
            "家庭编号",
            "户籍号",
            "户口簿号",
            "户口号",
            "家庭户号",
            "户次",
            "户编码",
        ],
    ),
    (
        Field::Residence,
        &[
            "人口性质",
            "户籍类型",
            "人员类别",
            "人口类型",
            "居住性质",
            "人口类别",
            "居住类型",
            "户籍性质",
            "人员性质",
            "人员类型",
            "居住状态",
            "户籍状态",
            "人口属性",
            "居住情况",
        ],
    ),
    (
        Field::Tenure,
        &[
            "房屋性质",
            "房屋类型",
            "房屋用途",
            "房屋状态",
            "住房性质",
            "产权性质",
            "产权",
            "住房类型",
            "房屋情况",
            "居住方式",
            "房屋使用情况",
            "房屋属性",
        ],
    ),
    (
        Field::Remark,
        &[
            "备注",
            "说明",
            "备注说明",
            "其他情况",
            "特殊情况",
            "备注信息",
            "其他",
            "备考",
            "情况说明",
            "人员情况",
        ],
    ),
    (
        Field::Ignored,
        &[
            "序号",
            "编号",
            "序",
            "no",
            "年龄",
            "周岁",
            "岁数",
            "民族",
            "政治面貌",
            "文化程度",
            "学历",
            "婚姻状况",
            "婚否",
            "婚姻",
            "工作单位",
            "职业",
            "单位",
            "户籍地址",
            "户籍地",
            "户籍所在地",
            "户口所在地",
            "籍贯",
            "来本地日期",
            "来本地时间",
            "事由",
            "房东",
            "房主",
            "房东电话",
            "房东姓名",
            "人口数",
            "家庭人口",
            "人数",
            "家庭人口数",
            "总人口",
            "是否领取高龄津贴",
            "网格",
            "社区",
            "小区",
            "小区名称",
            "网格名称",
            "所属网格",
            "网格员",
            "楼长",
            "楼栋长",
            "填表人",
            "登记日期",
            "填表日期",
            "证件类型",
            "国籍",
            "血型",
            "身高",
            "面积",
            "建筑面积",
            "户数",
            "村",
            "街道",
            "镇街",
        ],
    ),
];

/// A sheet's columns.
#[derive(Debug, Clone, Default)]
pub(crate) struct Headings {
    /// The column of each field; the first one where several match.
    columns: BTreeMap<Field, Vec<u32>>,
    /// Heading texts by column, lowest row.
    texts: BTreeMap<u32, String>,
    /// Columns with a heading nobody knows.
    pub unknown: Vec<u32>,
    /// How many rows the headings take.
    pub height: u32,
}

impl Headings {
    /// The cell of a field: the first of its columns that has something, one of its own before a spread one.
    pub fn cell<'a>(&self, row: &'a Row, field: Field) -> Option<(u32, &'a Cell)> {
        let filled = || self.columns_of(field).iter().filter_map(|c| row.get(c).map(|cell| (*c, cell)));
        filled().find(|(_, cell)| !cell.spread && !is_dash(cell)).or_else(|| filled().next())
    }

    /// Every column of a field.
    pub fn columns_of(&self, field: Field) -> &[u32] {
        self.columns.get(&field).map_or(&[], Vec::as_slice)
    }

    pub fn has(&self, field: Field) -> bool {
        self.columns.contains_key(&field)
    }

    /// True when rows belong to households: their heads, relations or household numbers are told.
    pub fn has_households(&self) -> bool {
        self.has(Field::Relation) || self.has(Field::HouseholdNumber) || self.has(Field::HeadName)
    }

    /// `I 身份证号码`; the letter alone where the heading is reserved.
    pub fn label(&self, column: u32) -> String {
        let letters = column_letters(column);
        match self.texts.get(&column) {
            Some(text) if !is_reserved(text) => {
                format!("{letters} {}", crate::finding::showable(text)).trim_end().to_owned()
            }
            _ => letters,
        }
    }

    fn score(&self) -> usize {
        self.columns.iter().filter(|(field, _)| !matches!(field, Field::Ignored)).count()
    }
}

fn is_dash(cell: &Cell) -> bool {
    matches!(cell.text().trim(), "" | "-" | "—" | "/" | "无")
}

/// The headings that begin exactly at this row, if any: at least three known fields, a name among them.
pub(crate) fn headings_at(grid: &Grid, row: u32) -> Option<Headings> {
    let first = grid.rows.get(&row)?;
    if own_headings(first) < 2 {
        return None;
    }
    let mut best: Option<Headings> = None;
    for height in 1..=3 {
        let candidate = learn(grid, row, height);
        let named = candidate.has(Field::Name) || candidate.has(Field::HeadName);
        if named && candidate.score() >= 3 && best.as_ref().is_none_or(|b| candidate.score() > b.score()) {
            best = Some(candidate);
        }
    }
    best
}

fn own_headings(row: &Row) -> usize {
    row.values().filter(|cell| !cell.spread && field_of(&cell.text()).is_some()).count()
}

/// Reads `height` rows as headings, the lowest known text of each column winning.
fn learn(grid: &Grid, top: u32, height: u32) -> Headings {
    let mut texts: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for row in (top..top + height).rev() {
        for (column, cell) in grid.rows.get(&row).into_iter().flatten() {
            texts.entry(*column).or_default().push(cell.text());
        }
    }
    let mut headings = Headings { height, ..Headings::default() };
    for (column, texts) in texts {
        let known = texts.iter().find_map(|text| field_of(text).map(|field| (field, text)));
        let (field, text) = match known {
            Some((field, text)) => (Some(field), text.clone()),
            None => (None, texts.first().cloned().unwrap_or_default()),
        };
        // A reserved word in a row above covers the column too ("信访情况" over "备注").
        let field = if texts.iter().any(|text| is_reserved(text)) { Some(Field::Reserved) } else { field };
        headings.texts.insert(column, text);
        match field {
            Some(field) => headings.columns.entry(field).or_default().push(column),
            None => headings.unknown.push(column),
        }
    }
    headings
}

/// The field a heading names.
fn field_of(text: &str) -> Option<Field> {
    let squeezed = squeeze(text);
    if squeezed.is_empty() || squeezed.chars().count() > 12 {
        return None;
    }
    let exact =
        |text: &str| SYNONYMS.iter().find(|(_, words)| words.contains(&text)).map(|(field, _)| *field);
    exact(&squeezed)
        .or_else(|| exact(squeezed.trim_start_matches("必填").trim_end_matches("必填")))
        .or_else(|| is_reserved(&squeezed).then_some(Field::Reserved))
}

/// Lower case, half-width, without blanks, stars, slashes and anything in brackets.
fn squeeze(text: &str) -> String {
    let mut depth = 0_usize;
    let mut out = String::new();
    for c in half_width(text).chars() {
        match c {
            '(' | '[' | '【' | '〔' | '<' => depth += 1,
            ')' | ']' | '】' | '〕' | '>' => depth = depth.saturating_sub(1),
            c if depth > 0 || c.is_whitespace() || is_invisible(c) => {}
            '*' | '/' | '、' | ':' | '：' | '.' | '-' | '_' | '"' | '\'' => {}
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_known_by_many_names() {
        for (text, field) in [
            ("姓 名", Field::Name),
            ("＊公民身份号码（18位）", Field::Id),
            ("室/房号", Field::Room),
            ("楼栋/幢号", Field::Building),
            ("出生日期\n(年月日)", Field::Birth),
            ("手机：", Field::Phone),
            ("与户主\n关系", Field::Relation),
            ("年龄", Field::Ignored),
            ("宗教信仰", Field::Reserved),
        ] {
            assert_eq!(field_of(text), Some(field), "{text}");
        }
        assert_eq!(field_of("孔国浩"), None);
    }
}
