//! Personal names: cleaning what ledgers do to them and splitting off the surname.
//!
//! A name is never judged: rare characters, long names with a middle dot and Latin names all pass. Masking lies in
//! `masking.rs`.

use super::text::{half_width, is_han, visible};

/// Compound surnames in use; only where the name has a character more, so that 欧阳 alone stays 欧 + 阳.
const COMPOUND: [&str; 28] = [
    "欧阳", "上官", "司马", "诸葛", "司徒", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯", "轩辕",
    "宇文", "长孙", "端木", "独孤", "南宫", "西门", "呼延", "闻人", "钟离", "澹台", "公冶", "太史", "申屠",
    "淳于", "单于",
];

/// The name as it is stored: invisible characters gone, blanks inside Chinese names gone (`马 春` → `马春`), the many
/// middle dots made one (`·`), full-width Latin folded.
pub fn clean_name(text: &str) -> String {
    let folded: Vec<char> =
        visible(&half_width(text)).chars().map(|c| if "•・･‧∙⋅.●".contains(c) { '·' } else { c }).collect();
    let mut out = String::new();
    for (at, c) in folded.iter().enumerate() {
        let before = at.checked_sub(1).map(|i| folded[i]);
        let after = folded.get(at + 1).copied();
        let joins = |c: Option<char>| c.is_none_or(|c| is_han(c) || c == '·');
        if *c == ' ' && (joins(before) || joins(after)) {
            continue;
        }
        // A dot in a Latin initial ("J. Li") is no middle dot.
        let latin_dot = *c == '·' && before.is_some_and(|b| b.is_ascii_alphabetic());
        out.push(if latin_dot { '.' } else { *c });
    }
    out
}

/// The name for comparing: cleaned, Latin in lower case, no blanks, dots or annotations in brackets.
pub fn name_key(text: &str) -> String {
    let cleaned = clean_name(text);
    let bare = match cleaned.split_once(['(', '[', '【']) {
        Some((name, _)) if !name.is_empty() => name,
        _ => &cleaned,
    };
    bare.chars().filter(|c| !matches!(c, ' ' | '·' | '.')).flat_map(char::to_lowercase).collect()
}

/// How many leading characters are the surname: 2 for a compound surname with a given name after it, else 1.
pub fn surname_length(name: &str) -> usize {
    let longer = name.chars().count() > 2;
    if longer && COMPOUND.iter().any(|surname| name.starts_with(surname)) { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_spaced_for_print_are_closed_up() {
        assert_eq!(clean_name("马　春"), "马春");
        assert_eq!(clean_name(" 孔 国 浩\u{200B}"), "孔国浩");
        assert_eq!(clean_name("阿依古丽・买买提"), "阿依古丽·买买提");
        assert_eq!(clean_name("阿依古丽 · 买买提"), "阿依古丽·买买提");
        assert_eq!(clean_name("Ｍａｒｙ  Smith"), "Mary Smith");
        assert_eq!(clean_name("𠮷  野"), "𠮷野");
    }

    #[test]
    fn keys_forget_what_typists_differ_in() {
        assert_eq!(name_key("阿依古丽.买买提"), name_key("阿依古丽·买买提"));
        assert_eq!(name_key("马春(租户)"), name_key("马 春"));
        assert_eq!(name_key("MARY SMITH"), name_key("Mary Smith"));
    }

    #[test]
    fn compound_surnames_need_a_given_name() {
        assert_eq!((surname_length("欧阳娜"), surname_length("欧阳"), surname_length("孔国浩")), (2, 1, 1));
    }
}
