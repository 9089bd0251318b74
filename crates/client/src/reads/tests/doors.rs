//! Doors stand in the order in which people count them.

use super::phone::{Phone, at, id, named};
use crate::views::households::BuildingArgs;

#[test]
fn a_building_stands_as_it_is_counted() {
    let phone = Phone::new();
    let doors = [
        ("10", 1, "101"),
        ("2", 1, "1001"),
        ("2", 1, "301"),
        ("1", 10, "1001"),
        ("1", 9, "901"),
        ("1", -1, "B2"),
    ];
    phone.building(10, "2幢", 1, 20, &doors);
    phone.household(100, 22, &[named("鹿鸣"), named("鹿小鸣")]);
    phone.household(200, 24, &[named("毕文红")]);
    phone.visit(300, 100, at("2026-11-21", 9), 3);
    phone.visit(301, 200, at("2026-11-20", 9), 1);
    let view = phone.open.building(&BuildingArgs { id: id(10).to_string() }).unwrap();
    assert_eq!(view.units, ["1", "2", "10"]);
    let floors: Vec<(i32, Vec<String>)> = view
        .floors
        .iter()
        .map(|floor| {
            (floor.floor, floor.doors.iter().map(|door| format!("{}-{}", door.unit, door.door)).collect())
        })
        .collect();
    let said = |doors: &[&str]| doors.iter().map(|door| (*door).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        floors,
        [
            (10, said(&["1-1001"])),
            (9, said(&["1-901"])),
            (1, said(&["2-301", "2-1001", "10-101"])),
            (-1, said(&["1-B2"])),
        ]
    );
    let door = |floor: usize, nth: usize| &view.floors[floor].doors[nth];
    assert_eq!((door(2, 0).state.as_str(), door(2, 0).people), ("nobody_home", 2));
    assert_eq!(door(2, 1).state, "empty");
    assert_eq!((door(1, 0).state.as_str(), door(1, 0).visited_ms), ("plain", None));
    assert_eq!((view.building.households, view.building.visited_today), (2, 1));
}

#[test]
fn a_house_without_units_has_one_nameless_unit() {
    let phone = Phone::new();
    phone.building(10, "文苑路12号", 1, 20, &[("", 2, "东户"), ("", 1, "西户")]);
    let view = phone.open.building(&BuildingArgs { id: id(10).to_string() }).unwrap();
    assert_eq!(view.units, [""]);
    assert_eq!(view.floors.len(), 2);
}

#[test]
fn a_building_that_is_not_here_is_not_found() {
    let error = Phone::new().open.building(&BuildingArgs { id: id(10).to_string() }).unwrap_err();
    assert_eq!(error.code(), "not_found");
}
