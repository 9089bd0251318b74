//! Marks that must never be put on a person here: never in any default, refused at import (docs/privacy.md).
//!
//! Religion, petitioners, "stability" lists and graded people, HIV, "problem youth", past offences, family-planning
//! compliance, faces. A care category, a ledger's column or a custom field that carries such a word is refused, also when
//! the county signed it. The list errs on the side of refusing: a harmless thing can be named differently, a list of
//! petitioners cannot be un-leaked.
//!
//! Leaves to others: free text of a report (a grievance is a case with an answer, and may say what it is about).

use xunge_domain::codes::text::{half_width_char, is_invisible};

/// Which rule a word breaks; the code is stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForbiddenMark {
    /// Faith, or what is called a cult.
    Religion,
    /// Who complained to an authority.
    Petitioner,
    /// "Stability" lists, people under control, people graded or scored.
    Stability,
    /// HIV status.
    Hiv,
    /// "Problem youth".
    ProblemYouth,
    /// Past offences without a current order.
    PastOffence,
    /// Family-planning compliance.
    FamilyPlanning,
    /// Faces as data.
    Face,
}

impl ForbiddenMark {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Religion => "religion",
            Self::Petitioner => "petitioner",
            Self::Stability => "stability",
            Self::Hiv => "hiv",
            Self::ProblemYouth => "problem_youth",
            Self::PastOffence => "past_offence",
            Self::FamilyPlanning => "family_planning",
            Self::Face => "face",
        }
    }
}

/// Chinese words are looked for anywhere in the text, spaces and punctuation inside them ignored.
const CHINESE: &[(&str, ForbiddenMark)] = &[
    ("宗教", ForbiddenMark::Religion),
    ("信教", ForbiddenMark::Religion),
    ("教徒", ForbiddenMark::Religion),
    ("邪教", ForbiddenMark::Religion),
    ("信仰", ForbiddenMark::Religion),
    ("法轮", ForbiddenMark::Religion),
    ("信访", ForbiddenMark::Petitioner),
    ("上访", ForbiddenMark::Petitioner),
    ("访民", ForbiddenMark::Petitioner),
    ("缠访", ForbiddenMark::Petitioner),
    ("闹访", ForbiddenMark::Petitioner),
    ("维稳", ForbiddenMark::Stability),
    ("涉稳", ForbiddenMark::Stability),
    ("稳控", ForbiddenMark::Stability),
    ("不稳定人员", ForbiddenMark::Stability),
    ("重点人员", ForbiddenMark::Stability),
    ("重点人口", ForbiddenMark::Stability),
    ("重点人群", ForbiddenMark::Stability),
    ("重点管控", ForbiddenMark::Stability),
    ("人员分级", ForbiddenMark::Stability),
    ("人员等级", ForbiddenMark::Stability),
    ("风险人员", ForbiddenMark::Stability),
    ("危险等级", ForbiddenMark::Stability),
    ("红黄绿", ForbiddenMark::Stability),
    ("信用积分", ForbiddenMark::Stability),
    ("艾滋", ForbiddenMark::Hiv),
    ("问题青少年", ForbiddenMark::ProblemYouth),
    ("问题少年", ForbiddenMark::ProblemYouth),
    ("问题儿童", ForbiddenMark::ProblemYouth),
    ("不良青少年", ForbiddenMark::ProblemYouth),
    ("不良行为", ForbiddenMark::ProblemYouth),
    ("前科", ForbiddenMark::PastOffence),
    ("案底", ForbiddenMark::PastOffence),
    ("劣迹", ForbiddenMark::PastOffence),
    ("犯罪记录", ForbiddenMark::PastOffence),
    ("违法记录", ForbiddenMark::PastOffence),
    ("计划生育", ForbiddenMark::FamilyPlanning),
    ("计生", ForbiddenMark::FamilyPlanning),
    ("超生", ForbiddenMark::FamilyPlanning),
    ("孕检", ForbiddenMark::FamilyPlanning),
    ("人脸", ForbiddenMark::Face),
    ("脸部", ForbiddenMark::Face),
    ("面部", ForbiddenMark::Face),
];

/// Latin words are compared whole (`face` does not forbid `surface`), several words as a run.
const LATIN: &[(&[&str], ForbiddenMark)] = &[
    (&["religion"], ForbiddenMark::Religion),
    (&["religious"], ForbiddenMark::Religion),
    (&["cult"], ForbiddenMark::Religion),
    (&["petition"], ForbiddenMark::Petitioner),
    (&["petitioner"], ForbiddenMark::Petitioner),
    (&["petitioners"], ForbiddenMark::Petitioner),
    (&["xinfang"], ForbiddenMark::Petitioner),
    (&["stability"], ForbiddenMark::Stability),
    (&["weiwen"], ForbiddenMark::Stability),
    (&["key", "person"], ForbiddenMark::Stability),
    (&["key", "persons"], ForbiddenMark::Stability),
    (&["key", "people"], ForbiddenMark::Stability),
    (&["risk", "person"], ForbiddenMark::Stability),
    (&["social", "credit"], ForbiddenMark::Stability),
    (&["hiv"], ForbiddenMark::Hiv),
    (&["aids"], ForbiddenMark::Hiv),
    (&["problem", "youth"], ForbiddenMark::ProblemYouth),
    (&["criminal", "record"], ForbiddenMark::PastOffence),
    (&["past", "offence"], ForbiddenMark::PastOffence),
    (&["past", "offences"], ForbiddenMark::PastOffence),
    (&["family", "planning"], ForbiddenMark::FamilyPlanning),
    (&["birth", "control"], ForbiddenMark::FamilyPlanning),
    (&["face"], ForbiddenMark::Face),
    (&["faces"], ForbiddenMark::Face),
    (&["facial"], ForbiddenMark::Face),
];

/// The first forbidden mark a text carries, with the word as listed here.
pub fn forbidden_in(text: &str) -> Option<(ForbiddenMark, &'static str)> {
    let squeezed = squeezed(text);
    if let Some((word, mark)) = CHINESE.iter().find(|(word, _)| squeezed.contains(word)) {
        return Some((*mark, word));
    }
    let lower: String = text.chars().map(half_width_char).filter(|c| !is_invisible(*c)).collect();
    let lower = lower.to_ascii_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_ascii_alphabetic()).filter(|w| !w.is_empty()).collect();
    LATIN
        .iter()
        .find(|(run, _)| words.windows(run.len()).any(|w| w == *run))
        .map(|(run, mark)| (*mark, run[0]))
}

/// Whether a text holds one of `words` (Chinese), spaces and punctuation ignored.
pub(super) fn holds_any<'w>(text: &str, words: &[&'w str]) -> Option<&'w str> {
    let squeezed = squeezed(text);
    words.iter().copied().find(|word| squeezed.contains(word))
}

/// Letters and digits only: "信 访", "信·访" and "信\u{200B}访" are all "信访".
fn squeezed(text: &str) -> String {
    text.chars().map(half_width_char).filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_on_people_are_found_however_they_are_written() {
        for (text, mark) in [
            ("信教群众", ForbiddenMark::Religion),
            ("重点信访户", ForbiddenMark::Petitioner),
            ("信 访 人 员", ForbiddenMark::Petitioner),
            ("信·访", ForbiddenMark::Petitioner),
            ("上\u{200B}访", ForbiddenMark::Petitioner),
            ("维稳对象", ForbiddenMark::Stability),
            ("人员等级（红、黄、绿）", ForbiddenMark::Stability),
            ("艾滋病人", ForbiddenMark::Hiv),
            ("ＨＩＶ", ForbiddenMark::Hiv),
            ("hiv_status", ForbiddenMark::Hiv),
            ("problem-youth", ForbiddenMark::ProblemYouth),
            ("有无前科", ForbiddenMark::PastOffence),
            ("计划生育情况", ForbiddenMark::FamilyPlanning),
            ("人脸照片", ForbiddenMark::Face),
            ("Face ID", ForbiddenMark::Face),
        ] {
            assert_eq!(forbidden_in(text).map(|(mark, _)| mark), Some(mark), "{text}");
        }
    }

    #[test]
    fn services_people_are_owed_pass() {
        for text in [
            "独居老人每月探访",
            "高龄津贴",
            "残疾人",
            "低保与特困供养",
            "留守与困境儿童",
            "退役军人优抚",
            "安置帮教",
            "surface",
            "interface",
            "difficulty",
            "姓名、电话、住址",
            "",
        ] {
            assert_eq!(forbidden_in(text), None, "{text}");
        }
    }

    #[test]
    fn every_listed_word_is_found_by_itself() {
        for (word, mark) in CHINESE {
            assert_eq!(forbidden_in(word).map(|(m, _)| m), Some(*mark), "{word}");
        }
        for (run, mark) in LATIN {
            assert_eq!(forbidden_in(&run.join("_").to_uppercase()).map(|(m, _)| m), Some(*mark), "{run:?}");
        }
    }
}
