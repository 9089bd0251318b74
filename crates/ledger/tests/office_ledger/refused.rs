//! What is never taken in: labels that nobody may put on a person, and cells made to do harm.

use crate::office::{book, codes, fill, id, names, read, t, told};
use crate::{head, row};
use rust_xlsxwriter::Workbook;

#[test]
fn reserved_remarks_are_refused_and_never_repeated_while_the_person_stays() {
    let rows = vec![
        head(),
        row(["1-1-101", "孔国浩", "户主", "男", &id("19720101", 851), "", "", "上访户"]),
        row(["1-1-102", "胡静（社区矫正）", "户主", "女", &id("19750101", 852), "", "", "独居"]),
        row(["1-1-103", "何新(租户)", "户主", "男", &id("19760101", 853), "", "", "信 教"]),
        row(["1-1-104", "白佳", "户主", "女", &id("19770101", 854), "", "", "低保"]),
    ];
    let reading = read("台账.xlsx", &book("户籍人口", &rows));
    let remarks: Vec<_> = reading.households.iter().map(|h| h.people[0].remark.as_str()).collect();
    assert_eq!(remarks, ["", "独居", "租户", "低保"]);
    assert_eq!(reading.households[1].people[0].name, "胡静");
    assert_eq!(reading.summary().refused, 3);
    let json = serde_json::to_string(&reading.summary()).unwrap();
    for word in ["上访", "矫正", "信教", "信 教"] {
        assert!(!json.contains(word));
    }
}

#[test]
fn reserved_columns_and_reserved_sheets_are_refused_whole() {
    let mut workbook = Workbook::new();
    let person = |name: &str, n: u32, belief: &str| {
        vec![t("1-1-101"), t(name), t("户主"), t(&id("19720101", n)), t(belief)]
    };
    let columns = || ["住址", "姓名", "与户主关系", "身份证号", "宗教信仰"].map(t).to_vec();
    let sheet = workbook.add_worksheet().set_name("户籍人口").unwrap();
    fill(sheet, &[columns(), person("孔国浩", 851, "佛教"), person("胡静", 852, "无")]);
    let sheet = workbook.add_worksheet().set_name("上访人员").unwrap();
    fill(sheet, &[columns(), person("何新", 853, "无")]);
    let sheet = workbook.add_worksheet().set_name("名单").unwrap();
    fill(sheet, &[vec![t("社区矫正对象名册")], columns(), person("白佳", 855, "无")]);
    let reading = read("台账.xlsx", &workbook.save_to_buffer().unwrap());
    assert_eq!(names(&reading), [["孔国浩"], ["胡静"]]);
    let refused: Vec<_> =
        told(&reading).iter().map(|f| (f.source.sheet.as_str(), f.source.row, f.code)).collect();
    let code = "reserved_category";
    assert_eq!(refused, [("户籍人口", 2, code), ("第 2 张表", 0, code), ("名单", 0, code)]);
    let json = serde_json::to_string(&reading.summary()).unwrap();
    assert!(["上访", "宗教", "佛教", "矫正"].iter().all(|word| !json.contains(word)));
}

#[test]
fn cells_that_attack_are_data_or_nothing() {
    let rows = vec![
        head(),
        row([
            "1-1-101",
            "王\u{202E}芳\u{0007}",
            "户主",
            "",
            &id("19720101", 1),
            "",
            "+86 142 0000 1111",
            "=cmd|'/C calc'!A0",
        ]),
        row(["1-1-102", "=HYPERLINK(1)", "户主", "", &id("19720101", 3), "", "", ""]),
        row(["1-1-103", "𠮷国浩", "户主", "", &id("19720101", 5), "", "@SUM(1)", "@x"]),
        row(["1-1-104", &"长".repeat(3_000), "户主", "", &id("19720101", 7), "", "", ""]),
        row(["1-1-105", "白佳", "户主", "", &id("19720101", 9), "", "", &"长".repeat(3_000)]),
    ];
    let reading = read("台账.xlsx", &book("户籍人口", &rows));
    assert_eq!(names(&reading), [["王芳"], ["𠮷国浩"], ["白佳"]]);
    assert!(reading.households.iter().all(|h| h.people[0].remark.is_empty()));
    assert_eq!(codes(&reading, 2), ["formula_text", "hidden_characters"]);
    assert_eq!(codes(&reading, 3), ["name_unusable"]);
    assert_eq!(codes(&reading, 4), ["formula_text", "phone_unreadable"]);
    assert_eq!(codes(&reading, 5), ["cell_too_long", "name_unusable"]);
    assert_eq!(codes(&reading, 6), ["cell_too_long"]);
    assert_eq!(reading.account.reported, 2);
}
