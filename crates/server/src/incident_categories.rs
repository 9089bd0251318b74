//! The incident categories a county starts with, so that the first phone can report something. Classes are those of
//! city management (市容环境, 公用设施 …), limits the usual ones; the county changes them as its own rules say.

/// Code, name, class, limit in working hours (a working day has seven; absent is no limit), in the order of the list.
pub const USUAL: [(&str, &str, &str, Option<i64>); 14] = [
    ("fire_lane_blocked", "占用消防通道", "突发事件", Some(4)),
    ("loose_wiring", "飞线充电", "突发事件", Some(7)),
    ("gas_smell", "燃气异味", "突发事件", Some(2)),
    ("lamp_out", "路灯不亮", "公用设施", Some(14)),
    ("manhole", "井盖缺失破损", "公用设施", Some(4)),
    ("water_leak", "管道漏水", "公用设施", Some(7)),
    ("road_damage", "路面破损", "道路交通", Some(28)),
    ("rubbish", "垃圾堆积", "市容环境", Some(7)),
    ("building_waste", "乱倒建筑垃圾", "市容环境", Some(28)),
    ("illegal_building", "私搭乱建", "施工管理", Some(105)),
    ("street_trading", "占道经营", "街面秩序", Some(7)),
    ("bad_sign", "招牌松动", "宣传广告", Some(14)),
    ("neighbour_dispute", "邻里纠纷", "矛盾纠纷", Some(105)),
    ("other", "其他", "其他", None),
];
