//! One row under its headings: what kind of row it is, and the draft of the person in it.
//!
//! Leaves to `assembly.rs`: which household the person belongs to and whether they were read before.

use xunge_domain::codes::text::{half_width, visible};
use xunge_domain::codes::{
    ColumnWarning, PartialDate, Phone, Relation, RelationReading, clean_name, name_key,
};
use xunge_domain::records::words::{OccupancyKind, ResidenceKind};

use crate::address::AddressParts;
use crate::cells::{RowView, is_nothing, runs_as_formula};
use crate::fault::{Fault, Findings};
use crate::grid::{Row, Value};
use crate::headings::Field;
use crate::reading::{PersonRow, Tenancy};
use crate::reserved::is_reserved;

/// Words for "nobody lives here".
const VACANT: &[&str] = &[
    "空房",
    "空户",
    "空置",
    "空",
    "无人",
    "无人居住",
    "无人住",
    "闲置",
    "空关",
    "空关房",
    "空置房",
    "未入住",
    "未售",
    "空房屋",
    "毛坯",
    "毛坯房",
    "待售",
    "未交房",
    "已拆",
    "无住户",
    "长期无人",
    "空挂",
];
/// Words that begin a subtotal.
const TOTALS: &[&str] = &["小计", "合计", "总计", "共计", "累计", "本页小计", "本页合计", "页计", "总数"];
/// Words that begin a signature or an explanation below the table.
const FOOTERS: &[&str] = &[
    "填表人",
    "填报人",
    "填报单位",
    "制表",
    "审核",
    "负责人",
    "填表日期",
    "填报日期",
    "注：",
    "注:",
    "说明：",
    "说明:",
    "备注：",
    "备注:",
    "联系人：",
    "填表说明",
    "单位负责",
    "统计人",
];

/// What a row turned out to be.
pub(crate) enum RowKind {
    Person(Box<Draft>),
    /// More about the person above.
    Continuation {
        phones: Vec<Phone>,
        remark: String,
    },
    Vacant(AddressParts),
    Subtotal,
    Footer,
    /// A title between the rows: `2幢`, `楼栋表`.
    Title,
    Blank,
    /// Told in a finding.
    Reported,
}

/// A person and what the row says about their household.
pub(crate) struct Draft {
    pub person: PersonRow,
    pub address: AddressParts,
    /// 户号, or the head's name standing in for it; empty when the row has neither.
    pub number: String,
    pub tenancy: Tenancy,
    pub is_head: bool,
}

/// Tells what kind of row it is and reads it. The head's column is the name's where there is no other.
pub(crate) fn read_row(
    view: &RowView<'_>,
    sheet_residence: Option<ResidenceKind>,
    findings: &mut Findings,
) -> RowKind {
    if is_total(view.row) {
        return RowKind::Subtotal;
    }
    let name_field = if view.headings.has(Field::Name) { Field::Name } else { Field::HeadName };
    let named = view
        .headings
        .cell(view.row, name_field)
        .filter(|(_, cell)| !cell.spread && !is_nothing(cell) && !says_no_name(&visible(&cell.text())));
    if named.is_none() && is_footer(view.row) {
        return RowKind::Footer;
    }
    view.tell_hidden_characters(findings);
    let address = address(view, findings);
    if is_title(view, &address) {
        return RowKind::Title;
    }
    let Some((column, cell)) = named else { return nameless(view, address, name_field, findings) };
    if view.is_faulty(column, cell, findings) {
        view.tell(findings, Some(column), Fault::NameUnusable, "");
        return RowKind::Reported;
    }
    let written = visible(&cell.text());
    if says_vacant(&written) && !view.has_own(Field::Id) {
        tell_what_nobody_has(view, findings);
        return RowKind::Vacant(address);
    }
    if is_footer(view.row) && !view.has_own(Field::Id) {
        return RowKind::Footer;
    }
    let Some((name, annotation)) = usable_name(&written) else {
        view.tell(findings, Some(column), Fault::NameUnusable, "");
        return RowKind::Reported;
    };
    tell_second_names(view, name_field, findings);
    RowKind::Person(Box::new(draft(view, (name, annotation, column), address, sheet_residence, findings)))
}

fn draft(
    view: &RowView<'_>,
    (name, annotation, name_column): (String, String, u32),
    address: AddressParts,
    sheet_residence: Option<ResidenceKind>,
    findings: &mut Findings,
) -> Draft {
    let (citizen_id, digits, id_as_written) = view.citizen_id(findings);
    let column_birth = view.birth(findings);
    let column_sex = view.sex(findings);
    let mut birth_in_column = None;
    let mut birth = column_birth;
    if let Some(id) = &citizen_id {
        for warning in id.compare(column_birth, column_sex) {
            let (field, fault) = match warning {
                ColumnWarning::Birth => (Field::Birth, Fault::BirthDisagrees),
                ColumnWarning::Sex => (Field::Sex, Fault::SexDisagrees),
            };
            if warning == ColumnWarning::Birth {
                birth_in_column = column_birth;
            }
            view.tell(findings, view.headings.columns_of(field).first().copied(), fault, "");
        }
        birth = Some(PartialDate::Day(id.birth()));
    } else if let Some(certain) = digits.certain.as_deref().filter(|_| digits.whole.is_none()) {
        // The birth part of a spoiled id is more exact than "1985.6", and fills a gap.
        let saved = view.real_birth(certain);
        birth = match (column_birth, saved) {
            (Some(column), Some(saved)) if column.agrees_with(saved) => Some(saved),
            (None, saved) => saved,
            (column, _) => column,
        };
    }
    let sex = column_sex.or_else(|| citizen_id.as_ref().map(|id| id.sex()));
    let phones = view.phones(findings);
    let relation = relation(view, &name, findings);
    let is_head = relation.as_ref().is_some_and(|relation| relation.relation == Relation::Head);
    let mut remark = view.free_texts(Field::Remark, findings);
    if !annotation.is_empty() {
        if is_reserved(&annotation) {
            view.tell(findings, Some(name_column), Fault::ReservedCategory, "");
        } else {
            remark = if remark.is_empty() { annotation } else { format!("{annotation}；{remark}") };
        }
    }
    let residence_text = view.free_texts(Field::Residence, findings);
    let tenure = view.free_texts(Field::Tenure, findings);
    let tenancy = Tenancy { kind: occupancy_of(&tenure), since: view.moved_in(findings) };
    view.refuse_reserved_columns(findings);
    Draft {
        person: PersonRow {
            source: view.source.clone(),
            also_at: Vec::new(),
            name,
            relation,
            citizen_id,
            id_as_written,
            sex,
            birth,
            birth_in_column,
            phones,
            residence: residence_of(&residence_text).or(sheet_residence),
            remark,
            digits,
        },
        number: number(view),
        tenancy,
        address,
        is_head,
    }
}

/// The household number; the head's name stands in for it where members carry it and numbers are not given.
fn number(view: &RowView<'_>) -> String {
    if view.headings.has(Field::HouseholdNumber) {
        return view.peek(Field::HouseholdNumber);
    }
    let head = view.peek(Field::HeadName);
    if view.headings.has(Field::Name) && !head.is_empty() {
        format!("户主 {}", name_key(&head))
    } else {
        String::new()
    }
}

fn relation(view: &RowView<'_>, name: &str, findings: &mut Findings) -> Option<RelationReading> {
    if let Some((column, cell)) = view.headings.cell(view.row, Field::Relation) {
        let text = view.free_text(column, cell, findings);
        if !text.is_empty() {
            return Some(Relation::read(&text));
        }
    }
    let head = view.peek(Field::HeadName);
    let is_head = !head.is_empty() && name_key(&head) == name_key(name);
    (is_head || !view.headings.has(Field::Name)).then(|| Relation::read("户主"))
}

fn address(view: &RowView<'_>, findings: &mut Findings) -> AddressParts {
    let mut text = |field: Field| -> String {
        let Some((column, cell)) = view.headings.cell(view.row, field) else { return String::new() };
        let date = matches!(cell.value, Value::ExcelDay(_));
        let run = runs_as_formula(&visible(&cell.text()));
        if !cell.spread {
            if date {
                view.tell(findings, Some(column), Fault::AddressBecameDate, "");
            } else if run {
                view.tell(findings, Some(column), Fault::FormulaText, "");
            } else {
                view.is_faulty(column, cell, findings);
            }
        }
        if date || run || is_nothing(cell) { String::new() } else { visible(&cell.text()) }
    };
    let (building, unit, room, whole) =
        (text(Field::Building), text(Field::Unit), text(Field::Room), text(Field::Address));
    AddressParts::from_columns(&building, &unit, &room, &whole)
}

/// What a row of an empty dwelling says beside its address is nobody's: it is not imported, and told.
fn tell_what_nobody_has(view: &RowView<'_>, findings: &mut Findings) {
    // A remark may be one that must not pass unseen; telling that is enough.
    let remark = view.free_texts(Field::Remark, findings);
    view.refuse_reserved_columns(findings);
    let said = |field: Field| match field {
        Field::Remark => !remark.is_empty() && !says_vacant(&remark),
        field => view.has_own(field) && !says_vacant(&view.peek(field)),
    };
    let fields = [Field::Phone, Field::Remark, Field::Residence, Field::Relation, Field::Sex, Field::Birth];
    for field in fields.into_iter().filter(|field| said(*field)) {
        view.tell(findings, view.headings.columns_of(field).first().copied(), Fault::NobodyToSayItOf, "");
    }
}

/// A row without a name of its own.
fn nameless(
    view: &RowView<'_>,
    address: AddressParts,
    name_field: Field,
    findings: &mut Findings,
) -> RowKind {
    let name = view.headings.cell(view.row, name_field).map(|(_, cell)| cell);
    let merged_name = name.is_some_and(|cell| cell.spread);
    // Somebody is there whose name nobody gave: a person of their own, not more about the one above, nor an empty door.
    let withheld = name.is_some_and(|cell| !cell.spread && says_no_name(&visible(&cell.text())));
    let person_fields = [Field::Id, Field::Birth, Field::Sex, Field::Relation];
    if withheld || !merged_name && person_fields.into_iter().any(|field| view.has_own(field)) {
        view.tell(findings, view.headings.columns_of(name_field).first().copied(), Fault::NameMissing, "");
        return RowKind::Reported;
    }
    let own_address =
        [Field::Room, Field::Address, Field::Building, Field::Unit].into_iter().any(|f| view.has_own(f));
    let extras = [Field::Phone, Field::Remark].into_iter().any(|field| view.has_own(field));
    if merged_name || (extras && !own_address) {
        let phones = view.phones(findings);
        let remark = view.free_texts(Field::Remark, findings);
        view.refuse_reserved_columns(findings);
        return RowKind::Continuation { phones, remark };
    }
    if own_address && !address.is_empty() {
        tell_what_nobody_has(view, findings);
        // Unlike a row that says 空置 somewhere, this one may have lost its name: somebody should look.
        if !view.row.values().any(|cell| !cell.spread && says_vacant(&visible(&cell.text()))) {
            view.tell(findings, None, Fault::NobodyNamed, "");
        }
        return RowKind::Vacant(address);
    }
    let content = view.row.iter().any(|(column, cell)| {
        let ignored = view.headings.columns_of(Field::Ignored).contains(column);
        let numbering = view.headings.columns_of(Field::HouseholdNumber).contains(column);
        !cell.spread
            && !ignored
            && !numbering
            && !is_nothing(cell)
            && !matches!(cell.value, Value::Uncomputed)
    });
    if !content {
        return RowKind::Blank;
    }
    view.tell(findings, None, Fault::RowWithoutPerson, "");
    RowKind::Reported
}

/// Endings of titles between the rows, where nothing else stands in the row.
const TITLES: &[&str] = &["幢", "栋", "号楼", "单元", "小区", "社区", "网格", "台账", "名册", "名单", "表"];

/// A row with one filled cell that is neither somebody's name nor the address of a dwelling.
fn is_title(view: &RowView<'_>, address: &AddressParts) -> bool {
    let mut own = view.row.iter().filter(|(_, cell)| !cell.spread && !is_nothing(cell));
    let (Some((column, cell)), None) = (own.next(), own.next()) else { return false };
    let Value::Text(text) = &cell.value else { return false };
    // A merged title spreads over its own row, also over the column of names.
    let spread = |c: u32| view.row.get(&c).is_some_and(|other| other.spread && other.value == cell.value);
    let across = column.checked_add(1).is_some_and(spread);
    let entitled = TITLES.iter().any(|ending| squeezed(text).ends_with(ending));
    let in_column = |fields: &[Field]| fields.iter().any(|f| view.headings.columns_of(*f).contains(column));
    if in_column(&[Field::Name, Field::HeadName]) {
        return across || entitled;
    }
    if in_column(&[Field::Address, Field::Building, Field::Unit, Field::Room]) {
        return across || !address.leads_home();
    }
    across || entitled
}

/// Whether a visible text is a word for "nobody lives here" and nothing else.
fn says_vacant(written: &str) -> bool {
    let squeezed: String = written.chars().filter(|c| !c.is_whitespace()).collect();
    VACANT.contains(&half_width(&squeezed).trim_matches(['(', ')']))
}

/// The same heading twice (two tables side by side): the second name would vanish unseen.
fn tell_second_names(view: &RowView<'_>, name_field: Field, findings: &mut Findings) {
    let used = view.headings.cell(view.row, name_field).map(|(column, _)| column);
    for column in view.headings.columns_of(name_field) {
        let other = view.row.get(column).filter(|cell| !cell.spread && !is_nothing(cell));
        if Some(*column) != used && other.is_some() {
            view.tell(findings, Some(*column), Fault::SecondPerson, "");
        }
    }
}

/// What people write where they have no name.
fn says_no_name(text: &str) -> bool {
    let words =
        ["暂无", "不详", "未知", "待补", "待核实", "未登记", "未提供", "拒绝登记", "拒绝提供", "不清楚"];
    words.contains(&text)
}

/// Splits `马春(租户)`; `None` when what is left is no name.
fn usable_name(written: &str) -> Option<(String, String)> {
    if runs_as_formula(written) {
        return None;
    }
    let folded = half_width(written);
    let (name, annotation) = match folded.split_once(['(', '[', '【']) {
        Some((name, rest)) if !name.trim().is_empty() => {
            (name.to_owned(), rest.trim_end_matches([')', ']', '】']).to_owned())
        }
        _ => (written.to_owned(), String::new()),
    };
    let name = clean_name(&name);
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    let digits = name.chars().filter(|c| c.is_ascii_digit()).count();
    let odd = name
        .chars()
        .filter(|c| matches!(c, '=' | '|' | '<' | '>' | '{' | '}' | ';' | '"' | '\\' | '\u{FFFD}'))
        .count();
    // Two people in one cell are no person: which of the other cells is whose, nobody can tell from here.
    let several = name.split(['、', '，', ',', '；']).filter(|part| !part.trim().is_empty()).count() > 1;
    let fits = letters > 0 && digits < 3 && odd == 0 && !several && name.chars().count() <= 40;
    fits.then(|| (name, visible(&annotation)))
}

fn is_total(row: &Row) -> bool {
    let mut own =
        row.values().filter(|cell| !cell.spread).map(|cell| squeezed(&cell.text())).filter(|t| !t.is_empty());
    own.by_ref().take(3).any(|text| TOTALS.iter().any(|word| text.starts_with(word)))
}

fn is_footer(row: &Row) -> bool {
    let first =
        row.values().find(|cell| !cell.is_blank()).map(|cell| squeezed(&cell.text())).unwrap_or_default();
    let page = first.starts_with('第') && first.contains('页');
    page || FOOTERS.iter().any(|word| first.starts_with(word))
}

fn squeezed(text: &str) -> String {
    visible(text).chars().filter(|c| !c.is_whitespace()).collect()
}

/// The kind of residence a column or a sheet's name speaks of.
pub(crate) fn residence_of(text: &str) -> Option<ResidenceKind> {
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    match () {
        _ if has(&["境外", "外籍", "港澳", "台胞", "外国"]) => Some(ResidenceKind::Overseas),
        _ if has(&["流动", "流入", "外来", "暂住", "租住人", "租户", "寄住"]) => {
            Some(ResidenceKind::Floating)
        }
        _ if has(&["户籍", "本地户口", "人户一致", "户在"]) => Some(ResidenceKind::Registered),
        _ if has(&["常住"]) => Some(ResidenceKind::Usual),
        _ => None,
    }
}

fn occupancy_of(text: &str) -> Option<OccupancyKind> {
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    match () {
        _ if text.is_empty() => None,
        _ if has(&["公租", "廉租", "公房", "直管", "保障"]) => Some(OccupancyKind::Public),
        _ if has(&["租"]) => Some(OccupancyKind::Tenant),
        _ if has(&["自有", "自住", "商品房", "私产", "产权", "业主"]) => {
            Some(OccupancyKind::Owner)
        }
        _ => Some(OccupancyKind::Other),
    }
}
