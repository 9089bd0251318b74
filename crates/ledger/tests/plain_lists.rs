//! Ledgers without heads of households, titles between rows, columns nobody reads: no row and no column goes unsaid.
#![allow(clippy::unwrap_used, reason = "helpers of tests panic like tests")]

mod office;

use office::{C, book, codes, fill, id, names, read, t, told};
use rust_xlsxwriter::Workbook;

#[test]
fn a_list_of_people_with_doors_makes_a_household_of_each_door() {
    let text = "幢,单元,室,姓名,身份证号码\n1,1,101,孔国浩,\n1,1,101,胡静,\n1,1,102,何新,\n2,,301,白佳,\n1,1,101,曾宇,\n";
    let reading = read("名单.csv", text.as_bytes());
    assert_eq!(names(&reading), [vec!["孔国浩", "胡静", "曾宇"], vec!["何新"], vec!["白佳"]]);
    assert!(reading.unplaced.is_empty());
    assert!(reading.households.iter().flat_map(|home| &home.people).all(|person| person.relation.is_none()));
    let told: Vec<_> = told(&reading).iter().map(|finding| finding.code).collect();
    assert_eq!(told, ["id_missing"; 5], "a list that never had heads is not warned of for each of its doors");
    assert_eq!(reading.findings.iter().filter(|finding| finding.code == "no_head").count(), 3);
}

#[test]
fn an_address_in_words_makes_a_household_where_it_leads_to_one_dwelling() {
    let text = "姓名,身份证号码,住址\n孔国浩,,富民路2号1幢1单元101室\n胡静,,王家村12号\n何新,,王家村12号\n白佳,,王家村\n曾宇,,3幢\n田海,,\n";
    let reading = read("名单.csv", text.as_bytes());
    assert_eq!(names(&reading), [vec!["孔国浩"], vec!["胡静", "何新"]]);
    let unplaced: Vec<_> = reading.unplaced.iter().map(|one| one.person.name.as_str()).collect();
    assert_eq!(unplaced, ["白佳", "曾宇", "田海"]);
    assert_eq!(codes(&reading, 5), ["address_unknown", "id_missing"]);
    assert_eq!(codes(&reading, 7), ["id_missing", "no_household"]);
    assert_eq!((reading.people(), reading.summary().unplaced_people), (6, 3));
}

#[test]
fn columns_that_are_not_read_are_told_with_what_stands_in_them() {
    let head = ["住址", "姓名", "与户主关系", "职业", "工作单位", "爱好", "住址"].map(t).to_vec();
    let row = |room: &str, name: &str, job: &str| {
        vec![t(room), t(name), t("户主"), t(job), C::B, t("钓鱼"), t("另一处"), C::B, t("表外")]
    };
    let reading =
        read("t.xlsx", &book("户籍", &[head, row("1-1-101", "孔国浩", "教师"), row("1-1-102", "胡静", "")]));
    let unread: Vec<_> = reading
        .findings
        .iter()
        .filter(|finding| finding.code == "column_not_read")
        .map(|finding| (finding.column.as_str(), finding.what.split('（').nth(1).unwrap()))
        .collect();
    assert_eq!(
        unread,
        [
            ("D 职业", "1 格有内容）"),
            ("F 爱好", "2 格有内容）"),
            ("G 住址", "2 格有内容）"),
            ("I", "没有表头，2 格有内容）"),
        ]
    );
    let summary = reading.summary();
    assert_eq!((summary.warnings, summary.notes), (0, unread.len()), "notes are no warnings");
    assert_eq!(summary.rows.len(), unread.len());
}

#[test]
fn repeated_rows_stand_in_the_report_each_with_the_first_of_them() {
    let columns = || ["姓名", "身份证号", "住址"].map(t).to_vec();
    let person = || vec![t("孔国浩"), t(&id("19720101", 11)), t("1-1-101")];
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet().set_name("人口").unwrap(), &[columns(), person()]);
    fill(workbook.add_worksheet().set_name("老人").unwrap(), &[columns(), person()]);
    let reading = read("t.xlsx", &workbook.save_to_buffer().unwrap());
    let summary = reading.summary();
    let row = summary.rows.iter().find(|row| row.code == "repeated").unwrap();
    assert_eq!((row.sheet.as_str(), row.row), ("老人", 2));
    assert!(row.what.contains("见“人口”第 2 行"), "{}", row.what);
    let json = serde_json::to_value(&summary).unwrap();
    let keys: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys.len(), 6, "{keys:?}");
    let mut of_row: Vec<_> = json["rows"][0].as_object().unwrap().keys().cloned().collect();
    of_row.sort_unstable();
    assert_eq!(of_row, ["code", "column", "row", "sheet", "suggestion", "what"]);
}

#[test]
fn a_name_that_turns_itself_around_is_cleaned_and_told() {
    let text = "住址,姓名,与户主关系\n1-1-101,王\u{202E}芳,户主\n1-1-102,胡\u{200B}静,户主\n";
    let reading = read("t.csv", text.as_bytes());
    assert_eq!(names(&reading), [["王芳"], ["胡静"]]);
    assert_eq!(codes(&reading, 2), ["hidden_characters"]);
    assert!(codes(&reading, 3).is_empty(), "a zero-width blank hides nothing");
}

#[test]
fn titles_between_the_rows_are_no_dwellings_and_nobody() {
    let text = "幢,单元,室,姓名,与户主关系\n楼栋表,,,,\n1,1,101,孔国浩,户主\n2幢,,,,\n,,,2幢,\n2,1,101,胡静,户主\n2,1,102,,\n";
    let reading = read("t.csv", text.as_bytes());
    assert_eq!(names(&reading), [["孔国浩"], ["胡静"]]);
    for row in [2, 4, 5] {
        assert_eq!(codes(&reading, row), ["note_row"], "row {row}");
    }
    assert_eq!(codes(&reading, 7), ["nobody_named"], "a door without a name is still a door");
    assert_eq!(reading.empty_dwellings.len(), 1);
    // A merged title reaches over the column of names.
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("户籍").unwrap();
    let head = ["住址", "姓名", "与户主关系"].map(t).to_vec();
    let person = |at: &str, name: &str| vec![t(at), t(name), t("户主")];
    fill(sheet, &[head, person("1-1-101", "孔国浩"), vec![], person("2-1-101", "胡静")]);
    office::merge(sheet, (2, 0, 2, 2), "第二批");
    let reading = read("t.xlsx", &workbook.save_to_buffer().unwrap());
    assert_eq!(names(&reading), [["孔国浩"], ["胡静"]]);
    assert_eq!(codes(&reading, 3), ["note_row"]);
    assert!(reading.empty_dwellings.is_empty());
}

#[test]
fn text_in_an_encoding_that_is_not_read_is_named() {
    let bytes =
        encoding_rs::BIG5.encode("姓名,身分證字號,住址\n孔國浩,A123456789,富民路1號\n").0.into_owned();
    let error = xunge_ledger::read("名冊.csv", &bytes, office::today()).unwrap_err();
    assert_eq!(error.code(), "no_header");
    assert!(error.to_string().contains("Big5"), "{error}");
    let other = encoding_rs::GBK.encode("今天天气很好\n没有表头\n").0.into_owned();
    let error = xunge_ledger::read("x.csv", &other, office::today()).unwrap_err();
    assert!(!error.to_string().contains("Big5"), "{error}");
}
