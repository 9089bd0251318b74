//! The short national code lists a ledger touches: sex (GB/T 2261.1), marriage (GB/T 2261.2), relation to the head of
//! the household (GB/T 4761), education (GB/T 4658), each with its Chinese word and a lenient reading of the words
//! offices use.
//!
//! Ethnic group (GB/T 3304) is left out on purpose: it is stored only where a registered form needs it.

use serde::{Deserialize, Serialize};

use super::text::{half_width, visible};

/// Declares an enum over a code list: variants, their codes and their words.
macro_rules! code_list {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal $zh:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every entry, in the list's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The list's number.
            pub fn code(self) -> u8 {
                match self { $(Self::$variant => $code),+ }
            }

            /// The word people read.
            pub fn zh(self) -> &'static str {
                match self { $(Self::$variant => $zh),+ }
            }

            /// By the list's number.
            pub fn from_code(code: u8) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

code_list! {
    /// GB/T 2261.1.
    Sex {
        /// Not known.
        Unknown = 0 "未知",
        /// Male.
        Male = 1 "男",
        /// Female.
        Female = 2 "女",
        /// Not stated.
        NotStated = 9 "未说明",
    }
}

code_list! {
    /// GB/T 2261.2.
    Marriage {
        /// Never married.
        Single = 10 "未婚",
        /// Married, no more said.
        Married = 20 "已婚",
        /// First marriage.
        First = 21 "初婚",
        /// Married again.
        Again = 22 "再婚",
        /// Marriage restored.
        Restored = 23 "复婚",
        /// Widowed.
        Widowed = 30 "丧偶",
        /// Divorced.
        Divorced = 40 "离婚",
        /// Not stated.
        NotStated = 90 "未说明",
    }
}

code_list! {
    /// GB/T 4761, its one-digit form.
    Relation {
        /// The head.
        Head = 0 "户主",
        /// Husband or wife.
        Spouse = 1 "配偶",
        /// Son; the list counts sons-in-law here.
        Son = 2 "子",
        /// Daughter; the list counts daughters-in-law here.
        Daughter = 3 "女",
        /// Grandchild.
        Grandchild = 4 "孙子女",
        /// Parent, also of the spouse.
        Parent = 5 "父母",
        /// Grandparent.
        Grandparent = 6 "祖父母",
        /// Brother or sister.
        Sibling = 7 "兄弟姐妹",
        /// Anybody else.
        Other = 8 "其他",
    }
}

code_list! {
    /// GB/T 4658, its tens.
    Education {
        /// Postgraduate.
        Postgraduate = 10 "研究生",
        /// University.
        University = 20 "大学本科",
        /// College.
        College = 30 "大学专科",
        /// Vocational secondary.
        Vocational = 40 "中等职业",
        /// Senior middle school.
        SeniorMiddle = 60 "高中",
        /// Junior middle school.
        JuniorMiddle = 70 "初中",
        /// Primary school.
        Primary = 80 "小学",
        /// Others, also none.
        Other = 90 "其他",
    }
}

/// A relation as read: the nearest entry, the word as written, and whether the entry says the same as the word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelationReading {
    /// The nearest entry of the list.
    pub relation: Relation,
    /// The cell's word, cleaned of invisible characters.
    pub raw: String,
    /// False where the entry is only the nearest (`儿媳` → daughter) or nothing better was known.
    pub exact: bool,
}

fn word(text: &str) -> String {
    half_width(&visible(text)).chars().filter(|c| !c.is_whitespace()).collect()
}

impl Sex {
    /// `男`, `男性`, `1`, `M`, …; `None` for anything unknown.
    pub fn read(text: &str) -> Option<Self> {
        match word(text).to_lowercase().trim_end_matches(".0") {
            "男" | "男性" | "1" | "m" | "male" | "先生" | "1男" | "男士" => Some(Self::Male),
            "女" | "女性" | "2" | "f" | "female" | "女士" | "2女" => Some(Self::Female),
            "0" | "未知" => Some(Self::Unknown),
            "9" | "未说明" => Some(Self::NotStated),
            _ => None,
        }
    }
}

impl Marriage {
    /// Words and codes of the marriage column; `None` for anything unknown.
    pub fn read(text: &str) -> Option<Self> {
        let text = word(text);
        if let Some(found) = text.trim_end_matches(".0").parse().ok().and_then(Self::from_code) {
            return Some(found);
        }
        match text.as_str() {
            "未婚" | "单身" | "未" => Some(Self::Single),
            "已婚" | "有配偶" | "已" | "结婚" => Some(Self::Married),
            "初婚" => Some(Self::First),
            "再婚" => Some(Self::Again),
            "复婚" => Some(Self::Restored),
            "丧偶" | "丧" => Some(Self::Widowed),
            "离婚" | "离异" | "离" => Some(Self::Divorced),
            "未说明" | "不详" => Some(Self::NotStated),
            _ => None,
        }
    }
}

impl Education {
    /// Words and codes of the education column; `None` for anything unknown.
    pub fn read(text: &str) -> Option<Self> {
        let text = word(text);
        if let Some(found) = text.trim_end_matches(".0").parse().ok().and_then(Self::from_code) {
            return Some(found);
        }
        let has = |words: &[&str]| words.iter().any(|w| text.contains(w));
        match () {
            _ if has(&["研究生", "硕士", "博士"]) => Some(Self::Postgraduate),
            _ if has(&["大专", "专科", "高职"]) => Some(Self::College),
            _ if has(&["本科", "大学", "学士"]) => Some(Self::University),
            _ if has(&["中专", "技校", "职高", "职业", "中技"]) => Some(Self::Vocational),
            _ if has(&["高中"]) => Some(Self::SeniorMiddle),
            _ if has(&["初中"]) => Some(Self::JuniorMiddle),
            _ if has(&["小学"]) => Some(Self::Primary),
            _ if has(&["文盲", "无", "其他", "学龄前", "幼儿"]) => Some(Self::Other),
            _ => None,
        }
    }
}

impl Relation {
    /// The nearest entry for a ledger's word. Never fails: what is unknown is [`Relation::Other`], not exact.
    pub fn read(text: &str) -> RelationReading {
        let raw = visible(text);
        let folded = word(text);
        let bare = folded.trim_start_matches("户主").trim_start_matches("之").trim_start_matches('的');
        let bare = if bare.is_empty() { "户主" } else { bare };
        let (relation, exact) = if let Some(code) = one_digit(&folded).and_then(Self::from_code) {
            (code, true)
        } else {
            nearest(bare)
        };
        RelationReading { relation, raw, exact }
    }
}

fn one_digit(text: &str) -> Option<u8> {
    let digits = text.trim_end_matches(".0");
    if digits.len() == 1 { digits.parse().ok() } else { None }
}

fn nearest(bare: &str) -> (Relation, bool) {
    use Relation::{Daughter, Grandchild, Grandparent, Head, Other, Parent, Sibling, Son, Spouse};
    match bare {
        "户主" | "本人" | "主" | "自己" | "本户" | "房主" | "业主" => return (Head, true),
        "妻" | "夫" | "妻子" | "丈夫" | "配偶" | "爱人" | "夫妻" | "老婆" | "老公" | "媳妇" | "太太" =>
        {
            return (Spouse, true);
        }
        "父" | "母" | "父亲" | "母亲" | "爸爸" | "妈妈" | "父母" | "爸" | "妈" => {
            return (Parent, true);
        }
        "兄" | "弟" | "姐" | "妹" | "哥哥" | "弟弟" | "姐姐" | "妹妹" | "哥" | "兄弟" | "姐妹"
        | "兄弟姐妹" => {
            return (Sibling, true);
        }
        "其他" | "其它" | "亲属" | "非亲属" | "租户" | "租客" | "保姆" | "家庭成员" | "成员" =>
        {
            return (Other, true);
        }
        _ => {}
    }
    let has = |words: &[&str]| words.iter().any(|w| bare.contains(w));
    // In-laws come first: 孙媳 contains 孙, 儿媳 contains 儿.
    match () {
        _ if has(&["孙媳", "孙婿", "重孙", "曾孙"]) => (Grandchild, false),
        _ if has(&["孙"]) => (Grandchild, true),
        _ if has(&["祖", "爷", "奶", "姥", "外公", "外婆"]) => {
            (Grandparent, !has(&["曾", "岳", "夫"]))
        }
        _ if has(&["岳", "公公", "婆婆", "继父", "继母", "养父", "养母", "公婆"]) => {
            (Parent, false)
        }
        _ if has(&["嫂", "姐夫", "妹夫", "弟媳", "弟妹"]) => (Sibling, false),
        _ if has(&["媳"]) => (Daughter, false),
        _ if has(&["女婿", "婿"]) => (Son, false),
        _ if has(&["侄", "甥", "叔", "伯", "姑", "舅", "姨", "婶"]) => (Other, true),
        _ if has(&["继子", "养子", "继女", "养女"]) => {
            (if has(&["女"]) { Daughter } else { Son }, false)
        }
        _ if bare.ends_with('女') || has(&["女儿", "闺女", "女孩"]) => (Daughter, true),
        _ if bare.ends_with('子') || bare.ends_with('儿') || has(&["儿子", "男孩"]) => (Son, true),
        _ if has(&["父", "母"]) => (Parent, false),
        _ if has(&["兄", "弟", "姐", "妹"]) => (Sibling, false),
        _ if has(&["配偶", "前妻", "前夫"]) => (if has(&["前"]) { Other } else { Spouse }, false),
        _ => (Other, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_ledgers_find_their_relation() {
        use Relation::*;
        for (text, relation, exact) in [
            ("户主", Head, true),
            ("本人", Head, true),
            ("妻", Spouse, true),
            ("配偶", Spouse, true),
            ("长子", Son, true),
            ("次子", Son, true),
            ("儿子", Son, true),
            ("之女", Daughter, true),
            ("户主之女", Daughter, true),
            ("长女", Daughter, true),
            ("三女儿", Daughter, true),
            ("儿媳", Daughter, false),
            ("女婿", Son, false),
            ("孙子", Grandchild, true),
            ("外孙女", Grandchild, true),
            ("父亲", Parent, true),
            ("岳母", Parent, false),
            ("奶奶", Grandparent, true),
            ("外祖父", Grandparent, true),
            ("弟弟", Sibling, true),
            ("弟媳", Sibling, false),
            ("侄子", Other, true),
            ("家庭成员", Other, true),
            ("2", Son, true),
            ("朋友", Other, false),
            (" 妻 子 ", Spouse, true),
        ] {
            let reading = Relation::read(text);
            assert_eq!((reading.relation, reading.exact), (relation, exact), "{text}");
        }
        assert_eq!(Relation::read("儿媳").raw, "儿媳");
    }

    #[test]
    fn sex_marriage_and_education_by_word_or_number() {
        assert_eq!(
            (Sex::read("男性"), Sex::read("２"), Sex::read("2.0"), Sex::read("?")),
            (Some(Sex::Male), Some(Sex::Female), Some(Sex::Female), None)
        );
        assert_eq!(
            (Marriage::read("离异"), Marriage::read("21")),
            (Some(Marriage::Divorced), Some(Marriage::First))
        );
        assert_eq!(
            (Education::read("大专"), Education::read("大学本科"), Education::read("70")),
            (Some(Education::College), Some(Education::University), Some(Education::JuniorMiddle))
        );
    }

    #[test]
    fn every_number_leads_back_to_its_entry() {
        for relation in Relation::ALL {
            assert_eq!(Relation::from_code(relation.code()), Some(*relation));
            assert_eq!(Relation::read(relation.zh()).relation, *relation);
        }
        for (one, other) in Marriage::ALL.iter().map(|m| (Marriage::read(m.zh()), m)) {
            assert_eq!(one, Some(*other));
        }
        for sex in Sex::ALL {
            assert_eq!(Sex::read(sex.zh()), Some(*sex));
        }
        for education in Education::ALL {
            assert_eq!(Education::from_code(education.code()), Some(*education));
        }
    }
}
