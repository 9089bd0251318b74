//! A store far larger than a grid: five thousand households, five hundred duties. Every answer is right and no longer than
//! a page; how long it takes is for the benchmarks.

use super::phone::{Phone, at, id, link, named, text};
use crate::views::Page;
use crate::views::households::{BuildingArgs, HeadArgs, HouseholdArgs, HouseholdsArgs};
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::Cadence;
use xunge_domain::value::Value;

#[test]
fn a_town_on_one_phone_still_answers() {
    let phone = Phone::new();
    phone.register(1_000, "care", Cadence::Monthly, |_| ());
    let mut all = Vec::new();
    for house in 0..50_u128 {
        let building = 2_000 + house;
        all.push((
            RecordKind::Building,
            building,
            vec![("name", text(&format!("{}幢", house + 1))), ("walk_order", Value::Int(house as i64))],
        ));
        for door in 0..100_u128 {
            let base = 1_000_000 + (house * 100 + door) * 10;
            let number = format!("{}{:02}", door / 4 + 1, door % 4 + 1);
            all.push((
                RecordKind::Dwelling,
                base,
                vec![
                    ("building", link(building)),
                    ("unit", text("1")),
                    ("floor", Value::Int((door / 4 + 1) as i64)),
                    ("door", text(&number)),
                ],
            ));
            all.push((RecordKind::Household, base + 1, vec![]));
            all.push((
                RecordKind::Occupancy,
                base + 2,
                vec![("household", link(base + 1)), ("dwelling", link(base))],
            ));
            all.push((RecordKind::Person, base + 3, named("逄玉兰")));
            all.push((
                RecordKind::Residence,
                base + 4,
                vec![("person", link(base + 3)), ("household", link(base + 1))],
            ));
            let visit = vec![
                ("household", link(base + 1)),
                ("at", Value::Int(at("2026-10-01", 9))),
                ("outcome", Value::Int(1)),
            ];
            all.push((RecordKind::Visit, base + 5, visit));
            if door % 10 == 0 {
                all.push((
                    RecordKind::CareDuty,
                    base + 6,
                    vec![("person", link(base + 3)), ("category", text("care"))],
                ));
            }
        }
    }
    phone.county_all(all);
    let household = id(1_000_011).to_string();
    let search = |query: &str| HouseholdsArgs { query: query.into(), page: Page::default() };
    assert_eq!(phone.open.today_view().unwrap().visits_due_total, 500);
    assert_eq!(phone.open.households_head(&HeadArgs::default()).unwrap().households, 5_000);
    assert_eq!(phone.open.building(&BuildingArgs { id: id(2_000).to_string() }).unwrap().floors.len(), 25);
    phone.open.household(&HouseholdArgs { id: household.clone() }).unwrap();
    assert_eq!(phone.open.households(&search("")).unwrap().rows.len(), 50);
    assert!(!phone.open.households(&search("3-1-502")).unwrap().rows.is_empty());
    assert!(phone.open.review().unwrap().conflicts.is_empty());
}
