//! A household ledger as an office keeps it: what is read, what is left out, what is told.
#![allow(clippy::unwrap_used, reason = "helpers of tests panic like tests")]

mod households;
mod ids_and_dates;
#[path = "../office/mod.rs"]
mod office;
mod refused;

use office::{C, book, read, t};
use xunge_ledger::LedgerReading;

/// The headings of most ledgers.
fn head() -> Vec<C> {
    ["住址", "姓名", "与户主关系", "性别", "身份证号码", "出生日期", "联系电话", "备注"].map(t).into()
}

fn row(cells: [&str; 8]) -> Vec<C> {
    cells.into_iter().map(|text| if text.is_empty() { C::B } else { t(text) }).collect()
}

fn one(person: [&str; 8]) -> LedgerReading {
    read("台账.xlsx", &book("户籍人口", &[head(), row(person)]))
}
