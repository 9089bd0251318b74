//! The records: people who do not exist, the same for everyone who is measured. Area code 990101, which no place has;
//! phone numbers begin with
//! 100, as no phone does.

use crate::Trouble;
use std::fmt::Write as _;
use std::path::Path;
use xunge_domain::codes::citizen_id::check_character;
use xunge_tests::world::Chance;

/// Everything comes from it.
pub const SEED: u64 = 990_101;

const FAMILY: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕";
const GIVEN: &str =
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国志文斌海燕云飞鹏辉波宁浩然子轩雨桐嘉怡欣";

/// One person.
#[derive(Debug, Clone)]
pub struct PersonRow {
    /// 姓名.
    pub name: String,
    /// 18 characters.
    pub citizen_id: String,
    /// Days since 1970-01-01.
    pub birth: i64,
    /// GB/T 2261.1.
    pub sex: i64,
    /// 11 digits.
    pub phone: String,
}

/// So many people, always the same ones.
pub fn people(count: usize) -> Vec<PersonRow> {
    let chance = Chance::new(SEED, "people");
    let (family, given): (Vec<char>, Vec<char>) = (FAMILY.chars().collect(), GIVEN.chars().collect());
    let one = |from: &[char]| from[usize::try_from(chance.below(from.len() as u64)).unwrap_or(0)];
    (0..count)
        .map(|_| {
            let mut name = String::from(one(&family));
            name.push(one(&given));
            if chance.below(3) > 0 {
                name.push(one(&given));
            }
            // From 1940-01-01, over 80 years.
            let birth = i64::try_from(chance.below(29_220)).unwrap_or(0) - 10_957;
            let sequence = chance.below(999) + 1;
            let date = chrono::DateTime::from_timestamp(birth * 86_400, 0).map(|at| at.date_naive());
            let day = date.map(|date| date.format("%Y%m%d").to_string()).unwrap_or_default();
            let mut citizen_id = format!("990101{day}{sequence:03}");
            citizen_id.push(check_character(citizen_id.as_bytes()).map_or('X', char::from));
            let phone = format!("100{:08}", chance.below(100_000_000));
            PersonRow { name, citizen_id, birth, sex: if sequence % 2 == 1 { 1 } else { 2 }, phone }
        })
        .collect()
}

/// Writes them as JSON lines.
pub fn write(count: usize, to: &Path) -> Result<(), Trouble> {
    let mut text = String::new();
    for row in people(count) {
        let line = serde_json::json!({
            "name": row.name, "citizen_id": row.citizen_id, "birth": row.birth, "sex": row.sex, "phone": row.phone,
        });
        writeln!(text, "{line}")?;
    }
    Ok(xunge_bridge::world::write(to, text.as_bytes())?)
}
