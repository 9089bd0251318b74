//! Categories that are never imported from a ledger: those the law and this project keep out of every default
//! (religion, petitioners, "stability" lists, HIV, …) and those that only their source office may push (community
//! correction, mental illness, drug treatment, release).
//!
//! The words are compared in the shape nobody can hide them in: no blanks, no punctuation, half-width. Too much is
//! refused rather than too little; the person stays, the text goes.

use xunge_domain::codes::text::{half_width, is_invisible};

/// Any of these anywhere makes a text reserved.
const WORDS: &[&str] = &[
    // belief
    "信教",
    "信佛",
    "信主",
    "拜佛",
    "教堂",
    "礼拜",
    "信仰",
    "宗教",
    "教徒",
    "信徒",
    "佛教",
    "道教",
    "基督",
    "天主教",
    "伊斯兰",
    "穆斯林",
    "教会",
    "邪教",
    "法轮",
    "法功",
    "法x功",
    "轮功",
    "全能神",
    "呼喊派",
    "居士",
    "阿訇",
    "牧师",
    // petitions, "stability", grading of people
    "上访",
    "信访",
    "访民",
    "缠访",
    "闹访",
    "非访",
    "集访",
    "群体访",
    "群访",
    "进京访",
    "赴省访",
    "缠诉",
    "越级访",
    "涉访",
    "维稳",
    "稳控",
    "涉稳",
    "不稳定因素",
    "不稳定人",
    "稳定对象",
    "重点人员",
    "重点人口",
    "重点人群",
    "重点对象",
    "重点关注",
    "重点管控",
    "重点管理",
    "重点稳",
    "重点监",
    "重点人",
    "关注人员",
    "管控",
    "布控",
    "黑名单",
    "极端人",
    "个人极端",
    "三失",
    "五失",
    "八失",
    "扬言",
    "危险人员",
    "危险等级",
    "高危人",
    "风险人员",
    "三类人员",
    "人员分级",
    "人员等级",
    "分级管理",
    "信用积分",
    "红黄绿",
    "红码",
    "黄码",
    "a类人员",
    "a级人员",
    "a级管",
    "人脸",
    "指纹",
    "虹膜",
    "红色等级",
    "刑嫌",
    "列管",
    "敏感人员",
    "涉恐",
    "涉疆",
    "涉藏",
    "异见",
    // offences, correction, release
    "社区矫正",
    "社区矫治",
    "社矫",
    "矫正对象",
    "矫正人员",
    "缓刑",
    "假释",
    "管制刑",
    "刑释",
    "刑满",
    "安置帮教",
    "帮教",
    "两劳",
    "服刑",
    "劳改",
    "劳教",
    "前科",
    "犯罪",
    "罪犯",
    "判刑",
    "判过刑",
    "劳释",
    "坐牢",
    "坐过牢",
    "监狱",
    "拘留",
    "案底",
    "在押",
    "取保候审",
    "监视居住",
    "刑拘",
    "盗窃",
    "诈骗",
    "赌博",
    "卖淫",
    "嫖娼",
    "涉黑",
    "涉恶",
    "涉毒",
    "吸毒",
    "戒毒",
    "强戒",
    "毒品",
    "贩毒",
    "社戒",
    "社康",
    "美沙酮",
    "肇事肇祸",
    // mental illness, hiv
    "精神病",
    "精神障碍",
    "精神疾病",
    "精神分裂",
    "精神残",
    "精神异常",
    "精神不正常",
    "精神类",
    "精神问题",
    "精神失常",
    "精障",
    "重精",
    "严重精神",
    "抑郁",
    "躁狂",
    "双相",
    "癫狂",
    "疯子",
    "疯癫",
    "神经病",
    "艾滋",
    "爱滋",
    "hiv",
    "aids",
    "感染者",
    // youth, family planning
    "问题青",
    "问题儿童",
    "问题少年",
    "不良青少年",
    "不良行为青少年",
    "失足",
    "重点青少年",
    "闲散青少年",
    "计划生育",
    "计生",
    "超生",
    "二胎罚",
    "三胎罚",
    "抚养费",
    "节育",
    "结扎",
    "上环",
    "避孕",
    "违法生育",
];

/// Harmless phrases that contain one of the words; taken out first.
const HARMLESS: &[&str] = &[
    "精神文明",
    "网上访问",
    "线上访问",
    "重点优抚",
    "重点扶持",
    "优抚重点",
    "党组织信访员",
    "计生专干",
    "重点人物",
    "反诈骗",
    "防诈骗",
    "禁毒宣传",
    "前科长",
    "前科员",
    "礼拜一",
    "礼拜二",
    "礼拜三",
    "礼拜四",
    "礼拜五",
    "礼拜六",
    "下个礼拜",
    "上个礼拜",
    "这个礼拜",
];

/// True when the text names a reserved category.
pub(crate) fn is_reserved(text: &str) -> bool {
    let mut squeezed: String = half_width(text)
        .chars()
        .filter(|c| !is_invisible(*c) && c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    for phrase in HARMLESS {
        if squeezed.contains(phrase) {
            squeezed = squeezed.replace(phrase, "/");
        }
    }
    is_grade(&squeezed) || WORDS.iter().any(|word| squeezed.contains(word))
}

/// A grade and nothing else, such as `A级`: somebody was sorted, whatever by.
fn is_grade(squeezed: &str) -> bool {
    let mut letters = squeezed.chars();
    matches!(letters.next(), Some('a'..='d'))
        && matches!(letters.next(), Some('级' | '类' | '档'))
        && letters.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_words_are_found_however_they_are_written() {
        for text in [
            "上访户",
            "信教",
            "吸毒史",
            "重点人员",
            "社 区 矫 正 对 象",
            "严重\u{200B}精神障碍",
            "ＨＩＶ阳性",
            "曾被判刑",
            "低保，信-教",
            "精神残疾二级",
            "超生二胎",
            "问题青年",
            "信佛",
            "礼拜天去教堂",
            "判过刑",
            "强戒出来",
            "进京访两次",
            "群体访",
            "二胎罚款已交",
            "高危人员",
            "A级",
            "红码",
            "人脸已采集",
            "法×功",
            "法X功",
        ] {
            assert!(is_reserved(text), "{text}");
        }
    }

    #[test]
    fn ordinary_remarks_and_tier_one_services_are_not() {
        for text in [
            "独居",
            "空巢",
            "残疾二级",
            "低保",
            "退役军人",
            "重点优抚对象",
            "常年在外\n春节回",
            "租户，房东住2幢",
            "80岁以上",
            "拒绝登记",
            "钥匙在物业",
            "网上访问过",
            "精神文明家庭",
            "党员",
            "留守儿童",
            "高龄津贴",
            "前科长，已退休",
            "下个礼拜回来",
            "残疾二级",
            "两室A户型",
        ] {
            assert!(!is_reserved(text), "{text}");
        }
    }
}
