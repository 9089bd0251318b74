//! Rows become households: where one begins, who belongs to it, who counts once, and what is told of the rest.

use crate::office::{C, book, codes, fill, id, merge, names, read, short_id, t, told};
use crate::{head, row};
use rust_xlsxwriter::Workbook;
use xunge_domain::codes::Relation;
use xunge_domain::records::words::{OccupancyKind, ResidenceKind};
use xunge_ledger::Severity;

#[test]
fn merged_households_under_two_rows_of_headings_with_titles_and_subtotals() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("户籍人口").unwrap();
    let b = || C::B;
    fill(
        sheet,
        &[
            vec![b()],
            vec![t("填报单位：某居委会"), b(), b(), b(), b(), t("填报人：某人")],
            vec![t("序号"), t("户号"), b(), b(), b(), b(), b(), b(), t("联系电话"), t("房屋性质")],
            vec![b(), b(), t("幢"), t("单元"), t("室"), t("姓 名"), t("与户主关系"), t("公民身份号码")],
            vec![
                C::N(1.0),
                b(),
                b(),
                b(),
                b(),
                t("孔国浩"),
                t("户主"),
                t(&id("19721205", 851)),
                t("14200001111"),
                t("自有"),
            ],
            vec![C::N(2.0), b(), b(), b(), b(), t("胡　强"), t("配偶"), t(&id("19751208", 852))],
            vec![C::N(3.0), b(), b(), b(), b(), b(), b(), b(), t("0546-5612213")],
            vec![t("小 计"), b(), b(), b(), b(), C::F("=COUNTA(F5:F7)", "2")],
            vec![],
            vec![
                C::N(4.0),
                t("0002"),
                C::N(1.0),
                t("1单元"),
                C::N(102.0),
                t("吴静梅"),
                t("本人"),
                t(&id("19610317", 402)),
                C::N(14_300_001_111.0),
                t("出租"),
            ],
            vec![b(), t("0003"), t("1幢"), C::N(1.0), C::N(201.0), t("空 房"), b(), b(), b(), t("自有")],
            vec![b(), t("0004"), t("1幢"), C::N(1.0), C::N(202.0), b(), b(), b(), b(), t("空置")],
            vec![C::N(5.0)],
            vec![t("合计"), b(), b(), b(), b(), C::N(3.0)],
            vec![t("填表人：某人")],
        ],
    );
    merge(sheet, (0, 0, 0, 9), "某社区第三网格居民情况台账");
    merge(sheet, (2, 2, 2, 4), "住址");
    merge(sheet, (2, 5, 2, 7), "家庭成员情况");
    for (column, text) in [(1, "0001"), (2, "1号楼"), (3, "1单元"), (4, "101")] {
        merge(sheet, (4, column, 6, column), text);
    }
    merge(sheet, (5, 5, 6, 5), "胡　强");
    let reading = read("台账.xlsx", &workbook.save_to_buffer().unwrap());

    assert_eq!(names(&reading), [vec!["孔国浩", "胡强"], vec!["吴静梅"]]);
    let first = &reading.households[0];
    assert_eq!((first.number.as_str(), first.tenancy.kind), ("0001", Some(OccupancyKind::Owner)));
    assert_eq!(first.address.room.as_deref(), Some("101"));
    assert_eq!(first.people[1].phones.len(), 1, "the second phone under a merged name");
    assert_eq!(reading.empty_dwellings.len(), 2);
    let account = reading.account;
    assert_eq!((account.rows_seen, account.titles, account.headings), (15, 3, 2));
    assert_eq!((account.people, account.continued, account.empty_dwellings), (3, 1, 2));
    assert_eq!((account.subtotals, account.blank, account.reported), (2, 2, 0));
    assert!(told(&reading).is_empty(), "{:?}", told(&reading));
    let summary = reading.summary();
    let skipped: Vec<(u32, &str)> = summary
        .rows
        .iter()
        .filter(|row| row.severity == Severity::Skipped)
        .map(|row| (row.row, row.code.as_str()))
        .collect();
    assert_eq!(skipped, [(8, "subtotal_row"), (14, "subtotal_row"), (15, "note_row")]);
    assert_eq!((summary.households, summary.people, summary.skipped), (2, 3, 3));
}

#[test]
fn people_of_other_sheets_join_their_household_and_count_once() {
    let old = id("19400305", 123);
    let lost = id("19410405", 124);
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("户籍人口").unwrap();
    fill(
        sheet,
        &[
            head(),
            row(["1幢1单元101室", "孔国浩", "户主", "男", &short_id(&old), "", "", ""]),
            vec![
                C::B,
                t("胡静"),
                t("妻"),
                t("女"),
                C::N(990_101_194_104_051_000.0),
                t("1941.4"),
                t("14200001111"),
            ],
            row(["1幢1单元102室", "空房", "", "", "", "", "", ""]),
        ],
    );
    let sheet = workbook.add_worksheet().set_name("流动人口").unwrap();
    let columns = ["姓名", "公民身份号码", "户籍地址", "现住址", "手机"].map(t).to_vec();
    let guest = |name: &str, id: &str, at: &str| vec![t(name), t(id), t("外省"), t(at), t("14300001111")];
    fill(
        sheet,
        &[
            columns,
            guest("蔡怡", &id("19990901", 100), "1-1-101"),
            guest("曾宇", &id("19990902", 101), "1-1-102"),
            guest("田海", &id("19990903", 102), "9-9-999"),
        ],
    );
    let sheet = workbook.add_worksheet().set_name("80岁以上老人").unwrap();
    let columns = ["姓名", "身份证号", "住址"].map(t).to_vec();
    fill(
        sheet,
        &[columns, vec![t("孔 国浩"), t(&old), t("1-1-101")], vec![t("胡静"), t(&lost), t("1-1-101")]],
    );
    let sheet = workbook.add_worksheet().set_name("下拉").unwrap().set_hidden(true);
    fill(sheet, &[vec![t("自有")], vec![t("出租")]]);
    let reading = read("台账.xlsx", &workbook.save_to_buffer().unwrap());

    // Nobody is known at 9-9-999, which is a door; 1-1-102 is said to be empty.
    assert_eq!(names(&reading), [vec!["孔国浩", "胡静", "蔡怡"], vec!["田海"]]);
    assert_eq!(reading.unplaced.len(), 1);
    assert_eq!((reading.people(), reading.repeated, reading.people_min()), (5, 2, 5));
    let people = &reading.households[0].people;
    assert_eq!(people[1].citizen_id.as_ref().unwrap().reveal(), lost, "the other sheet had the whole id");
    assert_eq!(people[2].residence, Some(ResidenceKind::Floating));
    assert_eq!((people[0].residence, people[0].also_at.len()), (Some(ResidenceKind::Registered), 1));
    let told: Vec<_> =
        told(&reading).iter().map(|f| (f.source.sheet.as_str(), f.source.row, f.code)).collect();
    assert_eq!(
        told,
        [
            ("户籍人口", 2, "id_lengthened"),
            ("户籍人口", 3, "id_spoiled_by_excel"),
            ("流动人口", 3, "dwelling_empty"),
            ("流动人口", 4, "household_made"),
            ("下拉", 0, "hidden_sheet"),
        ]
    );
}

#[test]
fn doubtful_pairs_are_proposed_and_counted_twice() {
    let shared = id("19720101", 851);
    let rows = vec![
        head(),
        row(["1-1-101", "孔国浩", "户主", "男", &shared, "", "", ""]),
        row(["1-1-102", "胡静", "户主", "", &shared, "", "", ""]),
        row(["1-1-103", "何新", "户主", "男", "", "", "", ""]),
        row(["1-1-103", "何新", "子", "男", &id("19950101", 11), "", "", ""]),
        row(["1-1-104", "白佳", "户主", "女", &id("19770101", 2), "", "", ""]),
        row(["1-1-104", "白佳", "女", "女", &id("19990101", 2), "", "", ""]),
    ];
    let reading = read("台账.xlsx", &book("户籍人口", &rows));
    let why: Vec<_> = reading.proposals.iter().map(|p| (p.first.row, p.second.row, p.why)).collect();
    assert_eq!(why, [(2, 3, "same_id"), (4, 5, "same_name_and_address")]);
    assert_eq!(
        (reading.people(), reading.people_min()),
        (6, 4),
        "two valid ids are two people, whatever their name"
    );
    assert_eq!(codes(&reading, 3), ["id_shared", "merge_proposed"]);
}

#[test]
fn every_way_a_household_begins() {
    let person = |at: &str, name: &str, relation: &str, n: u32| {
        row([at, name, relation, "", &id("19720101", n), "", "", ""])
    };
    let rows = vec![
        head(),
        person("1-1-101", "甲一", "户主", 1),
        person("1-1-101", "甲二", "妻", 2),
        person("1-1-101", "乙一", "户主", 3), // two families behind one door
        person("1-1-101", "乙二", "子", 4),
        person("1-1-102", "丙一", "户主", 5),
        person("", "丁一", "户主", 6), // nobody wrote where
        person("", "丁二", "妻", 7),
        row(["小计", "", "", "", "", "", "", ""]),
        person("", "戊一", "子", 8),          // whose son?
        person("1-1-102", "丙二", "儿媳", 9), // far from her family's row
    ];
    let reading = read("台账.xlsx", &book("户籍人口", &rows));
    let wanted: [&[&str]; 4] = [&["甲一", "甲二"], &["乙一", "乙二"], &["丙一", "丙二"], &["丁一", "丁二"]];
    assert_eq!(names(&reading), wanted);
    assert_eq!(reading.unplaced[0].person.name, "戊一");
    assert_eq!(codes(&reading, 7), ["address_missing"]);
    let daughter_in_law = reading.households[2].people[1].relation.clone().unwrap();
    assert_eq!((daughter_in_law.relation, daughter_in_law.raw.as_str()), (Relation::Daughter, "儿媳"));
}

#[test]
fn rows_that_hold_nobody_are_reported() {
    let rows = vec![
        head(),
        row(["1-1-101", "", "子", "", &id("19720101", 1), "", "", ""]),
        row(["", "12345", "", "", "", "", "", ""]),
        row(["1-1-102", "孔国浩", "户主", "", &id("19720101", 3), "", "同上", ""]),
    ];
    let reading = read("台账.xlsx", &book("户籍人口", &rows));
    assert_eq!((codes(&reading, 2), codes(&reading, 3)), (vec!["name_missing"], vec!["name_unusable"]));
    assert_eq!(codes(&reading, 4), ["phone_unreadable"]);
    assert_eq!((reading.account.reported, reading.account.people), (2, 1));
}

#[test]
fn headings_that_repeat_on_every_page_and_change_are_learned_again() {
    let rows = vec![
        head(),
        row(["1-1-101", "孔国浩", "户主", "", &id("19720101", 1), "", "", ""]),
        head(),
        row(["1-1-102", "胡静", "户主", "", &id("19720101", 2), "", "", ""]),
        ["姓名", "身份证号", "性别", "房号", "楼栋", "关系"].map(t).into(),
        vec![t("何新"), t(&id("19720101", 3)), t("男"), t("103"), t("1"), t("户主")],
    ];
    let reading = read("台账.xlsx", &book("户籍人口", &rows));
    assert_eq!(names(&reading), [["孔国浩"], ["胡静"], ["何新"]]);
    assert_eq!(reading.account.headings, 3);
    assert_eq!(reading.households[2].address.room.as_deref(), Some("103"));
}

#[test]
fn one_row_for_each_household_reads_too() {
    let rows = vec![
        ["楼栋", "单元", "房号", "户主", "身份证号", "电话", "人口数"].map(t).into(),
        vec![
            C::N(1.0),
            C::N(1.0),
            C::N(101.0),
            t("孔国浩"),
            t(&id("19720101", 1)),
            t("14200001111"),
            C::N(3.0),
        ],
        vec![
            C::N(1.0),
            C::N(1.0),
            C::N(102.0),
            t("胡静"),
            t(&id("19720101", 2)),
            t("14200002222"),
            C::N(1.0),
        ],
    ];
    let reading = read("台账.xlsx", &book("户主名册", &rows));
    assert_eq!(names(&reading), [["孔国浩"], ["胡静"]]);
    assert_eq!(reading.households[0].people[0].relation.as_ref().unwrap().relation, Relation::Head);
    assert_eq!(
        codes(&reading, 0),
        ["column_not_read", "id_unknown_area"],
        "a note for the sheet, not a warning for each row"
    );
}

#[test]
fn a_gbk_csv_with_full_addresses() {
    let text = format!(
        "幢;单元;室;姓名;与户主关系;身份证号码;出生日期\r\n1;1;101;孔国浩;户主;\t{};1972.12\r\n1;1;101;胡静;家庭成员;{};24265\r\n2;1;101;何新;户主;{};\r\n",
        id("19721205", 851),
        id("19660607", 852),
        id("19720101", 3),
    );
    let gbk = encoding_rs::GBK.encode(&text).0.into_owned();
    let reading = read("第三网格.csv", &gbk);
    assert_eq!(names(&reading), [vec!["孔国浩", "胡静"], vec!["何新"]]);
    assert_eq!(reading.sheets[0].0, "第三网格");
    assert!(told(&reading).is_empty(), "{:?}", told(&reading));
}

#[test]
fn formulas_count_by_their_stored_value() {
    let rows = vec![
        head(),
        vec![
            t("1-1-101"),
            C::F("=\"孔\"&\"国浩\"", "孔国浩"),
            t("户主"),
            C::B,
            t(&id("19720101", 1)),
            C::B,
            C::B,
            C::F("=HYPERLINK(\"x\",\"y\")", ""),
        ],
    ];
    let reading = read("台账.xlsx", &book("户籍人口", &rows));
    assert_eq!(names(&reading), [["孔国浩"]]);
    assert_eq!(codes(&reading, 2), ["formula_without_value"]);
}

#[test]
fn an_address_with_nobody_is_told_unless_the_row_says_that_it_is_empty() {
    let text = "户号,与户主关系,姓名,住址,备注\n1,户主,吴静梅,1幢1单元101室,\n,,,1幢1单元102室,\n,,,1幢1单元103室,空置\n,,空房,1幢1单元104室,\n";
    let reading = read("台账.csv", text.as_bytes());
    assert_eq!((reading.households.len(), reading.people(), reading.empty_dwellings.len()), (1, 1, 3));
    let unnamed: Vec<u32> =
        reading.summary().rows.iter().filter(|row| row.code == "nobody_named").map(|row| row.row).collect();
    assert_eq!(unnamed, [3]);
    assert!(reading.account.balanced());
}

#[test]
fn a_person_repeated_at_another_address_is_told() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let columns = ["姓名", "身份证号", "住址"].map(t).to_vec();
    let one = id("19700101", 100);
    let rows = ["1-1-101", "1-1-102", "1幢1单元101室"].map(|at| vec![t("孔国浩"), t(&one), t(at)]);
    fill(sheet, &[vec![columns], rows.to_vec()].concat());
    let reading = read("台账.xlsx", &workbook.save_to_buffer().unwrap());
    let told: Vec<_> = told(&reading).iter().map(|f| (f.source.row, f.code)).collect();
    // The third writes the first address in other words.
    assert_eq!(told, [(3, "repeated_elsewhere")]);
}

#[test]
fn who_moved_in_when_is_read_and_what_is_no_day_is_told() {
    let heads = ["住址", "姓名", "与户主关系", "身份证号", "居住方式", "入住日期"].map(t).to_vec();
    let row = |at: &str, name: &str, n: u32, how: &str, since: C| {
        vec![t(at), t(name), t("户主"), t(&id("19750309", n)), t(how), since]
    };
    let rows = vec![
        heads,
        row("1-1-101", "孔国浩", 101, "出租", t("2026-03-03")),
        row("1-1-102", "胡静", 102, "租房", t("2026年3月")),
        row("1-1-103", "蔡怡", 104, "自有", C::B),
        row("1-1-104", "曹明", 106, "出租", t("2027-05-01")),
    ];
    let reading = read("台账.xlsx", &book("户籍人口", &rows));
    let told: Vec<_> = reading.households.iter().map(|home| home.tenancy.since).collect();
    assert_eq!(told, ["2026-03-03".parse().ok(), None, None, None]);
    assert_eq!(reading.households[0].tenancy.kind, Some(OccupancyKind::Tenant));
    assert_eq!(codes(&reading, 3), ["moved_in_unreadable"]);
    assert_eq!(codes(&reading, 5), ["moved_in_in_future"]);
}
