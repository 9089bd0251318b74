//! Every fault of a row, with its code, weight and words in one table. `tests/codes.rs` holds the table in the
//! crate's description against it.

use crate::finding::{Finding, Severity, Source};

/// A fault or remark about a row, cell or sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is a line of the table below")]
pub enum Fault {
    IdMissing,
    IdCheckDigit,
    IdLength,
    IdNotDigits,
    IdBirthDate,
    IdBornInFuture,
    IdOtherDocument,
    IdSpoiledByExcel,
    IdLengthened,
    IdShared,
    IdCompleted,
    IdUnknownArea,
    BirthDisagrees,
    BirthUnreadable,
    BirthInFuture,
    MovedInUnreadable,
    MovedInInFuture,
    SexDisagrees,
    SexUnreadable,
    PhoneUnreadable,
    NameMissing,
    NameUnusable,
    SecondPerson,
    RowWithoutPerson,
    ReservedCategory,
    FormulaText,
    FormulaWithoutValue,
    CellError,
    CellTooLong,
    HiddenCharacters,
    BrokenCharacters,
    AddressMissing,
    AddressBecameDate,
    AddressUnknown,
    DwellingEmpty,
    NobodyNamed,
    NobodyToSayItOf,
    SeveralHouseholds,
    HouseholdMade,
    NoHousehold,
    TwoHeads,
    NoHead,
    Repeated,
    RepeatedElsewhere,
    MergeProposed,
    HiddenSheet,
    SheetWithoutHeader,
    ColumnNotRead,
    ColumnsBeyond,
    SubtotalRow,
    NoteRow,
}

impl Fault {
    /// Every fault, for documentation and tests.
    pub const ALL: &'static [Self] = &[
        Self::IdMissing,
        Self::IdCheckDigit,
        Self::IdLength,
        Self::IdNotDigits,
        Self::IdBirthDate,
        Self::IdBornInFuture,
        Self::IdOtherDocument,
        Self::IdSpoiledByExcel,
        Self::IdLengthened,
        Self::IdShared,
        Self::IdCompleted,
        Self::IdUnknownArea,
        Self::BirthDisagrees,
        Self::BirthUnreadable,
        Self::BirthInFuture,
        Self::MovedInUnreadable,
        Self::MovedInInFuture,
        Self::SexDisagrees,
        Self::SexUnreadable,
        Self::PhoneUnreadable,
        Self::NameMissing,
        Self::NameUnusable,
        Self::SecondPerson,
        Self::RowWithoutPerson,
        Self::ReservedCategory,
        Self::FormulaText,
        Self::FormulaWithoutValue,
        Self::CellError,
        Self::CellTooLong,
        Self::HiddenCharacters,
        Self::BrokenCharacters,
        Self::AddressMissing,
        Self::AddressBecameDate,
        Self::AddressUnknown,
        Self::DwellingEmpty,
        Self::NobodyNamed,
        Self::NobodyToSayItOf,
        Self::SeveralHouseholds,
        Self::HouseholdMade,
        Self::NoHousehold,
        Self::TwoHeads,
        Self::NoHead,
        Self::Repeated,
        Self::RepeatedElsewhere,
        Self::MergeProposed,
        Self::HiddenSheet,
        Self::SheetWithoutHeader,
        Self::ColumnNotRead,
        Self::ColumnsBeyond,
        Self::SubtotalRow,
        Self::NoteRow,
    ];

    /// Code, weight, what, suggestion.
    fn entry(self) -> (&'static str, Severity, &'static str, &'static str) {
        use Severity::{Note, Refused, Skipped, Warning};
        match self {
            Self::IdMissing => ("id_missing", Warning, "没有身份证号", "这个人照样导入；下次入户时核对补上"),
            Self::IdCheckDigit => (
                "id_check_digit",
                Warning,
                "身份证号校验位不对，不当作身份证号导入，原文记在备注里",
                "对照证件改正后重新导入，或入户时补录",
            ),
            Self::IdLength => (
                "id_length",
                Warning,
                "身份证号位数不对，不当作身份证号导入，原文记在备注里",
                "应为 18 位（旧证 15 位），请对照证件改正",
            ),
            Self::IdNotDigits => (
                "id_not_digits",
                Warning,
                "身份证号里有不该有的字符，不当作身份证号导入，像号码的原文记在备注里",
                "请对照证件改正；一格只写一个号码",
            ),
            Self::IdBirthDate => (
                "id_birth_date",
                Warning,
                "身份证号里的出生日期不存在，不当作身份证号导入，原文记在备注里",
                "请对照证件改正",
            ),
            Self::IdBornInFuture => (
                "id_born_in_future",
                Warning,
                "身份证号里的出生日期在今天之后，不当作身份证号导入，原文记在备注里",
                "请对照证件改正",
            ),
            Self::IdOtherDocument => (
                "id_other_document",
                Warning,
                "像是护照或通行证号码，不当作身份证号导入，原文记在备注里",
                "入户时按证件登记",
            ),
            Self::IdSpoiledByExcel => (
                "id_spoiled_by_excel",
                Warning,
                "Excel 损坏：身份证号被当成数字，后几位已丢失，号码不导入",
                "把该列设为“文本”后重新填写，或入户时补录",
            ),
            Self::IdLengthened => {
                ("id_lengthened", Warning, "旧 15 位身份证号，补成 18 位导入", "请对照新证件核对")
            }
            Self::IdShared => (
                "id_shared",
                Warning,
                "同一个身份证号写在两个不同姓名下，后一人的号码不导入",
                "请核对两人的证件；若是同一人，请在合并建议中确认",
            ),
            Self::IdCompleted => ("id_completed", Note, "身份证号由另一张表补全", "无需处理"),
            Self::IdUnknownArea => ("id_unknown_area", Note, "身份证号前六位不在地区代码内", "无需处理"),
            Self::BirthDisagrees => {
                ("birth_disagrees", Warning, "出生日期与身份证号不一致，两个都保留", "请对照证件确认")
            }
            Self::BirthUnreadable => {
                ("birth_unreadable", Warning, "出生日期读不懂，不导入", "请写成 1954-03-05 的样子")
            }
            Self::BirthInFuture => ("birth_in_future", Warning, "出生日期在今天之后，不导入", "请核对"),
            Self::MovedInUnreadable => {
                ("moved_in_unreadable", Warning, "入住日期读不懂，不导入", "请写成 2026-03-05 的样子")
            }
            Self::MovedInInFuture => ("moved_in_in_future", Warning, "入住日期在今天之后，不导入", "请核对"),
            Self::SexDisagrees => {
                ("sex_disagrees", Warning, "性别与身份证号不一致，按表中所写导入", "请对照证件确认")
            }
            Self::SexUnreadable => ("sex_unreadable", Warning, "性别读不懂，不导入", "请写“男”或“女”"),
            Self::PhoneUnreadable => {
                ("phone_unreadable", Warning, "有一个电话读不懂，不导入", "请写 11 位手机号或带区号的座机")
            }
            Self::NameMissing => {
                ("name_missing", Refused, "有证件或其他信息但没有姓名，这一行不导入", "请补上姓名后重新导入")
            }
            Self::NameUnusable => {
                ("name_unusable", Refused, "姓名一格不是姓名，这一行不导入", "请改正姓名后重新导入")
            }
            Self::SecondPerson => {
                ("second_person", Refused, "同一行里还有第二个姓名，不导入", "一行只写一个人，请另起一行")
            }
            Self::RowWithoutPerson => (
                "row_without_person",
                Refused,
                "这一行没有姓名也没有住址，不导入",
                "如有需要请整理后重新导入",
            ),
            Self::ReservedCategory => (
                "reserved_category",
                Refused,
                "内容属于不得从台账导入的类别，未导入，此处也不显示；人员其他信息照常导入",
                "请从台账中删去；确有法定职责的，由来源单位按规定推送",
            ),
            Self::FormulaText => {
                ("formula_text", Warning, "内容以公式符号开头，不导入", "请删去开头的 = + @ 等符号")
            }
            Self::FormulaWithoutValue => (
                "formula_without_value",
                Warning,
                "公式没有结果，这一格不导入",
                "用 Excel 打开并保存一次，或改成文字",
            ),
            Self::CellError => {
                ("cell_error", Warning, "这一格是错误值（如 #REF!），不导入", "请改正公式或改成文字")
            }
            Self::CellTooLong => ("cell_too_long", Warning, "这一格的文字太长，不导入", "请缩短后重新导入"),
            Self::HiddenCharacters => (
                "hidden_characters",
                Warning,
                "文字里有看不见的控制字符（会让字倒着显示），已去掉",
                "请核对这一格的文字",
            ),
            Self::BrokenCharacters => (
                "broken_characters",
                Warning,
                "这一行有文字编码损坏，已按能读出的导入",
                "请另存为 UTF-8 编码的 csv 后重新导入",
            ),
            Self::AddressMissing => {
                ("address_missing", Warning, "这一户没有住址，已单独成户", "请补上楼栋、单元、室")
            }
            Self::AddressBecameDate => (
                "address_became_date",
                Warning,
                "住址被 Excel 变成了日期，不导入",
                "把该列设为“文本”后重新填写",
            ),
            Self::AddressUnknown => (
                "address_unknown",
                Warning,
                "住址看不出是哪一户，人员待落户",
                "请把住址写到室或门牌号，或入户时落户",
            ),
            Self::DwellingEmpty => {
                ("dwelling_empty", Warning, "住址在表中记为空房，人员待落户", "请核实是否有人居住")
            }
            Self::NobodyNamed => (
                "nobody_named",
                Warning,
                "只有住址，没有姓名，记为空房",
                "请核实是否有人居住；确是空房，可在姓名栏写“空房”",
            ),
            Self::NobodyToSayItOf => (
                "nobody_to_say_it_of",
                Warning,
                "空房这一行的这一格没有人可记，不导入",
                "有人住就补上姓名再导入；房东电话等请记在房东本人名下",
            ),
            Self::SeveralHouseholds => {
                ("several_households", Warning, "这个住址有几户，已放入第一户", "请入户核对属于哪一户")
            }
            Self::HouseholdMade => (
                "household_made",
                Warning,
                "户表里没有这个住址，已按住址另成一户",
                "请核对住址；确实住在这里就无需处理",
            ),
            Self::NoHousehold => {
                ("no_household", Warning, "看不出属于哪一户，人员待落户", "请补上户号或住址")
            }
            Self::TwoHeads => ("two_heads", Warning, "同一户有两个户主", "请核对与户主关系"),
            Self::NoHead => ("no_head", Note, "这一户没有写户主", "入户时补上"),
            Self::RepeatedElsewhere => (
                "repeated_elsewhere",
                Warning,
                "与前面的人是同一人，但住址不同；按前面的住址算一次",
                "请核对这个人住在哪里",
            ),
            Self::Repeated => ("repeated", Note, "与前面的人是同一人，只算一次，新信息已补入", "无需处理"),
            Self::MergeProposed => {
                ("merge_proposed", Warning, "与另一行可能是同一人，暂按两人导入", "请核对后合并或保留")
            }
            Self::HiddenSheet => {
                ("hidden_sheet", Warning, "隐藏的工作表，不读取", "如需导入，请取消隐藏后重新导入")
            }
            Self::SheetWithoutHeader => (
                "sheet_without_header",
                Refused,
                "这张表没有找到表头，不读取",
                "请补上表头（至少有姓名和身份证号两列）后重新导入",
            ),
            Self::ColumnNotRead => (
                "column_not_read",
                Note,
                "这一列不在导入范围内，不读取",
                "有要留下的内容，请挪到“备注”列再导入",
            ),
            Self::ColumnsBeyond => {
                ("columns_beyond", Warning, "表格右侧超出读取范围的格不读取", "请删去多余的列")
            }
            Self::SubtotalRow => ("subtotal_row", Skipped, "小计或合计行，不是人员，已跳过", "无需处理"),
            Self::NoteRow => ("note_row", Skipped, "签名、说明或页码行，不是人员，已跳过", "无需处理"),
        }
    }

    /// Stable snake_case code.
    pub fn code(self) -> &'static str {
        self.entry().0
    }

    /// How much it matters.
    pub fn severity(self) -> Severity {
        self.entry().1
    }
}

/// Gathers findings in the order they were met.
#[derive(Debug, Default)]
pub(crate) struct Findings(pub Vec<Finding>);

impl Findings {
    /// Adds a fault; `detail` follows the standing words in brackets.
    pub fn push(&mut self, source: &Source, column: &str, fault: Fault, detail: &str) {
        let (code, severity, what, suggestion) = fault.entry();
        let what = if detail.is_empty() { what.to_owned() } else { format!("{what}（{detail}）") };
        self.0.push(Finding {
            source: source.clone(),
            column: column.to_owned(),
            severity,
            code,
            what,
            suggestion: suggestion.to_owned(),
        });
    }
}
