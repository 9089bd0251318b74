//! What holds for any table whatever: rows are accounted for, reports mask, nothing panics; and the table of codes in
//! the crate's description names every code.
#![allow(clippy::unwrap_used, reason = "helpers of tests panic like tests")]

mod office;

use office::{check, id, today};
use proptest::prelude::*;
use xunge_ledger::{Fault, Severity};

#[test]
fn the_description_lists_every_code_under_its_weight() {
    let text = include_str!("../src/lib.rs");
    let table = text.lines().find(|line| line.contains("`name_missing`")).unwrap();
    let columns: Vec<&str> = table.trim_start_matches("//!").split('|').collect();
    for fault in Fault::ALL {
        let column = match fault.severity() {
            Severity::Refused => columns[1],
            Severity::Warning => columns[2],
            Severity::Note => columns[3],
            Severity::Skipped => columns[4],
        };
        assert!(column.contains(&format!("`{}`", fault.code())), "{}", fault.code());
    }
    let codes: std::collections::BTreeSet<_> = Fault::ALL.iter().map(|fault| fault.code()).collect();
    assert_eq!(codes.len(), Fault::ALL.len(), "codes are unique");
    assert_eq!(
        columns[1..5].concat().matches('`').count(),
        codes.len() * 2,
        "and none is listed that does not exist"
    );
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => Just(String::new()),
        2 => "[一-龥]{2,3}",
        1 => "1[3-9][0-9]{9}",
        1 => (0_u32..400, 0_u32..999).prop_map(|(days, n)| {
            let day = chrono::NaiveDate::from_ymd_opt(1950, 1, 1).unwrap() + chrono::Days::new(u64::from(days));
            id(&day.format("%Y%m%d").to_string(), n)
        }),
        1 => "[1-3]-[1-2]-[1-2]0[1-2]",
        1 => prop_oneof![Just("户主"), Just("空房"), Just("小计"), Just("子"), Just("姓名"), Just("无"), Just("上访户"), Just("=1+1")]
            .prop_map(str::to_owned),
        1 => "\\PC{0,12}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_table_is_accounted_for(rows in prop::collection::vec(prop::collection::vec(cell(), 6), 0..30)) {
        let mut text = "住址,姓名,与户主关系,身份证号,联系电话,备注\n".to_owned();
        for row in rows {
            let quoted: Vec<String> = row.iter().map(|c| format!("\"{}\"", c.replace('"', "\"\""))).collect();
            text.push_str(&quoted.join(","));
            text.push('\n');
        }
        let reading = xunge_ledger::read("x.csv", text.as_bytes(), today()).unwrap();
        check(&reading);
        let json = serde_json::to_string(&reading.summary()).unwrap();
        prop_assert!(!json.contains("上访"));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(reading) = xunge_ledger::read("x", &bytes, today()) {
            check(&reading);
        }
    }

    #[test]
    fn reading_twice_gives_the_same(rows in prop::collection::vec(prop::collection::vec(cell(), 4), 1..12)) {
        let body: Vec<String> = rows.iter().map(|row| row.join("\t").replace(['\n', '\r', '"'], " ")).collect();
        let text = format!("住址\t姓名\t与户主关系\t身份证号\n{}", body.join("\n"));
        let once = xunge_ledger::read("x.tsv", text.as_bytes(), today()).unwrap();
        prop_assert_eq!(once, xunge_ledger::read("x.tsv", text.as_bytes(), today()).unwrap());
    }
}
