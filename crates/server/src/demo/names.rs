//! Names of people who do not exist: common surnames, given names by generation.

use super::seeded::Seeded;
use xunge_domain::codes::Sex;

const SURNAMES: &[(&str, u32)] = &[
    ("王", 72),
    ("李", 72),
    ("张", 68),
    ("刘", 54),
    ("陈", 45),
    ("杨", 31),
    ("赵", 23),
    ("黄", 22),
    ("周", 21),
    ("吴", 20),
    ("徐", 17),
    ("孙", 16),
    ("胡", 13),
    ("朱", 13),
    ("高", 12),
    ("林", 12),
    ("何", 12),
    ("郭", 12),
    ("马", 11),
    ("罗", 9),
    ("梁", 8),
    ("宋", 8),
    ("郑", 8),
    ("谢", 7),
    ("韩", 7),
    ("唐", 7),
    ("冯", 6),
    ("于", 6),
    ("董", 6),
    ("萧", 6),
    ("程", 6),
    ("曹", 6),
    ("袁", 5),
    ("邓", 5),
    ("许", 5),
    ("傅", 5),
    ("沈", 5),
    ("曾", 5),
    ("彭", 5),
    ("吕", 5),
    ("苏", 4),
    ("卢", 4),
    ("蒋", 4),
    ("蔡", 4),
    ("贾", 4),
    ("丁", 4),
    ("魏", 4),
    ("薛", 4),
    ("叶", 4),
    ("阎", 4),
    ("孔", 2),
    ("欧阳", 1),
    ("上官", 1),
];

const OLD_MEN: &[&str] = &[
    "建国", "国强", "志明", "德福", "福生", "长贵", "学文", "永福", "振华", "国庆", "玉山", "宝田", "世昌",
    "金海", "守义",
];
const OLD_WOMEN: &[&str] = &[
    "秀英", "桂兰", "玉兰", "秀珍", "凤英", "淑珍", "桂香", "月娥", "素梅", "玉珍", "兰芳", "春花", "翠莲",
    "金凤", "惠芳",
];
const MIDDLE_MEN: &[&str] = &[
    "伟", "强", "军", "勇", "斌", "涛", "建军", "志强", "海波", "晓东", "立新", "卫东", "国栋", "文斌",
    "新民", "少华",
];
const MIDDLE_WOMEN: &[&str] = &[
    "芳", "敏", "静", "丽", "艳", "燕", "丽娟", "海燕", "晓梅", "春燕", "红霞", "雪梅", "小玲", "文静",
    "慧敏", "丽华",
];
const YOUNG_MEN: &[&str] = &[
    "浩然", "子轩", "宇航", "俊杰", "博文", "子墨", "明轩", "天佑", "嘉豪", "思源", "一鸣", "皓宇", "泽洋",
    "文博",
];
const YOUNG_WOMEN: &[&str] = &[
    "子涵", "欣怡", "雨桐", "梓萱", "思雨", "佳怡", "可馨", "诗涵", "一诺", "若曦", "梦瑶", "语嫣", "紫琪",
    "安然",
];

/// A surname, as often as it occurs.
pub(super) fn surname(random: &mut Seeded) -> &'static str {
    let weights: [u32; 53] =
        std::array::from_fn(|index| SURNAMES.get(index).map_or(0, |(_, weight)| *weight));
    SURNAMES.get(random.weighted(&weights)).map_or("王", |(surname, _)| surname)
}

/// A given name as people born in that year have them.
pub(super) fn given_name(random: &mut Seeded, sex: Sex, born: i32) -> &'static str {
    let (men, women) = match born {
        ..1963 => (OLD_MEN, OLD_WOMEN),
        1963..1993 => (MIDDLE_MEN, MIDDLE_WOMEN),
        1993.. => (YOUNG_MEN, YOUNG_WOMEN),
    };
    random.pick(if sex == Sex::Male { men } else { women })
}
