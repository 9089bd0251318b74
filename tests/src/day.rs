//! A day under a seed: two phones and a county in one thread, with the faults of a real day, and what must hold at rest.

use crate::county::SimCounty;
use crate::phone::SimPhone;
use crate::trace::Trace;
use crate::world::{Chance, VirtualClock};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;

/// What a run was.
#[derive(Debug)]
pub struct Outcome {
    /// Hash over everything that happened.
    pub hash: String,
    /// The story.
    pub story: Vec<String>,
    /// What did not hold; empty when all is well.
    pub broken: Vec<String>,
    /// Steps taken.
    pub steps: u64,
    /// Faults that happened.
    pub faults: u64,
}

const START_MS: i64 = 1_795_300_000_000;

/// Lives `steps` steps under `seed` in an empty folder.
pub fn live(dir: &Path, seed: u64, steps: u64) -> Outcome {
    let trace = Arc::new(Trace::default());
    let chance = Chance::new(seed, "story");
    let county_clock = Arc::new(VirtualClock::at(START_MS));
    let county = Arc::new(SimCounty::new(dir, seed, county_clock.clone()));
    // One clock is three years slow: nothing may depend on it.
    let clocks = [START_MS, START_MS - 3 * 365 * 86_400_000].map(|ms| Arc::new(VirtualClock::at(ms)));
    let [first, second] = clocks;
    let mut phones = [
        SimPhone::enrolled(dir, seed, "anna", &county, first, trace.clone()),
        SimPhone::enrolled(dir, seed, "bert", &county, second, trace.clone()),
    ];
    for phone in &phones {
        quiet(phone, &county_clock, 200);
    }
    let mut faults = 0;
    for step in 0..steps {
        let who = chance.below(2) as usize;
        match chance.below(20) {
            0..=7 => act(&phones[who], &chance, step),
            8..=13 => {
                for _ in 0..3 {
                    phones[who].step();
                    county_clock.pass(500);
                }
            }
            14 => {
                faults += 1;
                phones[who].link.set(false, 0);
            }
            15 | 16 => phones[who].link.set(true, [0, 10, 40][chance.below(3) as usize]),
            17 => {
                faults += 1;
                trace.note("the county is killed");
                county.kill();
                county.start();
            }
            18 => {
                faults += 1;
                trace.note(format!("{} is killed", phones[who].name));
                phones[who].restart();
            }
            _ => {
                faults += 1;
                let jump = [-86_400_000, 86_400_000, -3_600_000][chance.below(3) as usize];
                phones[who].clock.jump(jump);
                if chance.happens(50) {
                    phones[who].clock.reboot();
                }
            }
        }
    }
    // At rest: everybody has signal until nothing waits and everybody has heard everything.
    for phone in &phones {
        phone.link.set(true, 0);
    }
    for _ in 0..3 {
        for phone in &phones {
            phone.open().hurry();
            quiet(phone, &county_clock, 400);
        }
    }
    let broken = check(&county, &phones);
    Outcome { hash: trace.hash(), story: trace.lines(), broken, steps, faults }
}

/// Steps until the phone has nothing to send and twice found nothing to fetch.
fn quiet(phone: &SimPhone, county_clock: &VirtualClock, most: u32) {
    let mut calm = 0;
    for _ in 0..most {
        let more = phone.step();
        county_clock.pass(100);
        calm = if !more && phone.is_quiet() { calm + 1 } else { 0 };
        if calm >= 2 {
            return;
        }
    }
}

fn list<'a>(value: &'a Value, name: &str) -> Vec<&'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten().collect()
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The doors of the grid, as a worker comes past them.
fn doors(phone: &SimPhone) -> Vec<String> {
    let Ok(head) = phone.call("households_head", json!({})) else { return Vec::new() };
    let mut found = Vec::new();
    for building in list(&head, "buildings") {
        let Ok(view) = phone.call("building", json!({ "id": text(building, "id") })) else { continue };
        for floor in list(&view, "floors") {
            found.extend(
                list(floor, "doors").iter().map(|door| text(door, "household")).filter(|id| !id.is_empty()),
            );
        }
    }
    found
}

/// Something a worker does; refusals are part of a day.
fn act(phone: &SimPhone, chance: &Chance, step: u64) {
    let doors = doors(phone);
    if doors.is_empty() {
        return;
    }
    let household = &doors[chance.below(doors.len() as u64) as usize];
    let page = phone.call("household", json!({ "id": household })).unwrap_or_default();
    let people = list(&page, "people");
    let _ = match chance.below(8) {
        0 | 1 => phone.call("record_visit", json!({ "household": household, "outcome": "nothing_changed", "note": format!("第{step}步") })),
        2 => phone.call("save_household", json!({ "id": household, "phone": format!("139{:08}", chance.below(100_000_000)) })),
        3 => phone.call("save_household", json!({ "id": household, "note": format!("{}记{step}", phone.name) })),
        4 if !people.is_empty() => {
            let person = text(people[chance.below(people.len() as u64) as usize], "id");
            phone.call("save_person", json!({ "id": person, "fields": { "phone": format!("138{:08}", chance.below(100_000_000)) } }))
        }
        5 => phone.call(
            "save_person",
            json!({ "household": household, "fields": { "name": format!("示例{step}"), "relation": "8", "residence": "floating" } }),
        ),
        6 => {
            phone.load_photo(step as u8);
            let _ = phone.call("take_photo", json!({ "form": "incident:new" }));
            phone.call("report_incident", json!({ "form": "incident:new", "category": "lamp", "text": "灯不亮", "place_name": "东门" }))
        }
        _ => {
            let review = phone.call("review", json!({})).unwrap_or_default();
            match list(&review, "conflicts").first() {
                Some(conflict) => {
                    let sides = list(conflict, "sides");
                    let side = &sides[chance.below(sides.len() as u64) as usize];
                    phone.call("resolve", json!({ "conflict": text(conflict, "id"), "op": text(side, "op") }))
                }
                None => Ok(Value::Null),
            }
        }
    };
}

/// What must hold once everything has come to rest.
fn check(county: &SimCounty, phones: &[SimPhone]) -> Vec<String> {
    let mut broken = Vec::new();
    let ledger = county.county();
    for phone in phones {
        if !phone.is_quiet() {
            broken.push(format!("{}: not everything was sent: {:?}", phone.name, phone.open().counts()));
        }
        for (expected, op) in (1..).zip(phone.open().own_operations().expect("own operations")) {
            if op.id.counter != expected {
                broken.push(format!("{}: the log has a gap before {}", phone.name, op.id));
            }
            // Acknowledged means durable, and the same to the last byte.
            match ledger.operation_of(op.id) {
                Ok(Some(held)) if held.op.hash() == op.hash => {}
                _ => broken.push(format!("{}: {} is not at the county as it was written", phone.name, op.id)),
            }
            if let Some(reason) = op.refused {
                broken.push(format!("{}: {} was refused: {reason}", phone.name, op.id));
            }
        }
        for picture in phone.open().own_pictures().expect("own pictures") {
            if !picture.received || !matches!(ledger.picture(&picture.stored_sha256), Ok(Some(_))) {
                broken.push(format!("{}: a picture is not at the county", phone.name));
            }
        }
    }
    // Everybody sees the same, conflicts included.
    let seen: Vec<Vec<Value>> = phones.iter().map(seen).collect();
    if seen.windows(2).any(|pair| pair[0] != pair[1]) {
        broken.push(format!("the phones do not show the same: {seen:?}"));
    }
    broken
}

fn seen(phone: &SimPhone) -> Vec<Value> {
    let mut all = Vec::new();
    for household in doors(phone) {
        let page = phone.call("household", json!({ "id": household })).unwrap_or_default();
        let mut people: Vec<String> = list(&page, "people")
            .iter()
            .map(|p| format!("{} {} {}", text(p, "id"), text(p, "name"), text(p, "phone")))
            .collect();
        people.sort();
        all.push(json!({
            "phone": page.get("phone"), "note": page.get("note"), "review": page.get("review"),
            "people": people, "visits": list(&page, "visits").len(),
        }));
    }
    let review = phone.call("review", json!({})).unwrap_or_default();
    let mut conflicts: Vec<String> = list(&review, "conflicts")
        .iter()
        .map(|c| {
            format!(
                "{} {:?}",
                text(c, "id"),
                list(c, "sides").iter().map(|s| text(s, "op")).collect::<Vec<_>>()
            )
        })
        .collect();
    conflicts.sort();
    all.push(json!(conflicts));
    all
}
