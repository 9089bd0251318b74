//! What a worker does with the phone: any command of the table that a day brings, on whatever the phone shows.

use super::hand::Hand;
use super::ledger::own_log;
use super::run::Run;
use serde_json::{Value, json};
use xunge_domain::geometry::LatLon;
use xunge_domain::track::{RawPoint, RawTrack};

/// What came of it, and whether a success must have written something.
struct Done {
    said: Result<Value, String>,
    writes: bool,
}

impl Done {
    const fn wrote(said: Result<Value, String>) -> Self {
        Self { said, writes: true }
    }

    const fn looked(said: Result<Value, String>) -> Self {
        Self { said, writes: false }
    }
}

pub(super) fn list<'a>(value: &'a Value, name: &str) -> Vec<&'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten().collect()
}

pub(super) fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The worker does something; refusals are part of a day.
pub(super) fn act(run: &mut Run, who: usize) {
    if !run.hands[who].is_open() {
        run.come_up(who);
    }
    if !run.hands[who].is_open() {
        return;
    }
    // No hand does two things in one millisecond: taking a decision back would say what the decision said, at the same moment.
    run.hands[who].phone.clock.pass(1);
    let done = something(run, who);
    if run.bury(who) || !run.hands[who].is_open() {
        return;
    }
    settle(run, who, &done);
}

/// Writes down what the worker was told is saved, and looks whether it was.
fn settle(run: &mut Run, who: usize, done: &Done) {
    let hand = &run.hands[who];
    let (name, device) = (hand.name(), hand.device);
    let fresh = match own_log(&hand.phone.open(), hand.held.counter) {
        Ok(fresh) => fresh,
        Err(code) => return run.breaks("saved stays on the phone", format!("{name}: no log: {code}")),
    };
    match &done.said {
        Ok(_) if done.writes && fresh.is_empty() => {
            run.breaks("saved is in the outbox", format!("{name} was told saved, and nothing was written"));
        }
        Err(code) if !fresh.is_empty() => {
            run.breaks(
                "refused changes nothing",
                format!("{name} was told {code}, yet something was written"),
            );
        }
        // Hands that ask for what no screen asks for do nothing all day, and nobody would see it.
        Err(code) if ["invalid_field", "bad_arguments", "unknown_command"].contains(&code.as_str()) => {
            run.breaks("hands work as screens do", format!("{name} was told {code}"));
        }
        Err(code) if code == "disk_full" => run.tally.add("save refused for want of room"),
        Ok(saved) => run.hands[who].undo = saved.get("undo").and_then(Value::as_str).map(str::to_owned),
        Err(_) => {}
    }
    for own in fresh {
        let counter = own.stored.id().counter;
        if !run.ledger.entry(device).or_default().required.insert(own.content) {
            run.breaks("applied exactly once", format!("{name} wrote {} twice", own.stored.id()));
        }
        run.hands[who].held.contents.insert(own.content, counter);
        run.hands[who].held.counter = counter;
    }
}

fn household_of(run: &Run, hand: &Hand) -> Option<String> {
    let page = json!({ "offset": 0, "limit": 50 });
    let lines = hand.call("households", json!({ "query": "", "page": page })).ok()?;
    let rows = list(&lines, "rows");
    rows.get(run.chance.below(rows.len() as u64) as usize).map(|row| text(row, "id"))
}

fn something(run: &mut Run, who: usize) -> Done {
    let step = run.step;
    let hand = &run.hands[who];
    let chance = &run.chance;
    let nothing = || Done::looked(Ok(Value::Null));
    match chance.below(100) {
        0..=41 => {
            let Some(household) = household_of(run, hand) else { return nothing() };
            let Ok(page) = hand.call("household", json!({ "id": household })) else { return nothing() };
            at_the_door(run, hand, &household, &page)
        }
        42..=51 => report(run, who),
        52..=58 => follow_up(run, hand),
        59..=66 => round(run, hand),
        67..=79 => resolve(run, hand),
        80..=83 => refused(run, who),
        84..=88 => match run.hands[who].undo.take() {
            Some(undo) => {
                let said = run.hands[who].call("undo", json!({ "undo": undo }));
                if said.is_ok() {
                    run.tally.add("undone");
                }
                Done::wrote(said)
            }
            None => nothing(),
        },
        89..=91 => Done::looked(hand.call(
            "draft_save",
            json!({ "form": "incident:new", "fields": { "text": format!("半句{step}") }, "saved_ms": step }),
        )),
        92..=94 => Done::looked(hand.call("today", json!({}))),
        95 => Done::looked(hand.call("settings_save", json!({ "language": "zh-CN", "big_type": step.is_multiple_of(2), "text_size": 0, "theme": "system", "photos_on_mobile_data": false }))),
        96 => {
            run.hands[who].phone.device.set_metered(run.chance.happens(40));
            nothing()
        }
        _ => {
            let said = hand.call("lock", json!({}));
            run.come_up(who);
            Done::looked(said)
        }
    }
}

/// What is done about a household.
fn at_the_door(run: &Run, hand: &Hand, household: &str, page: &Value) -> Done {
    let (step, chance) = (run.step, &run.chance);
    let people = list(page, "people");
    let somebody = people.get(chance.below(people.len() as u64) as usize).map(|person| text(person, "id"));
    let duties: Vec<String> = list(page, "duties").iter().map(|duty| text(duty, "id")).collect();
    let number = |from: u64| format!("{from}{:08}", chance.below(100_000_000));
    Done::wrote(match (chance.below(13), somebody) {
        (0..=2, _) => {
            let outcomes = ["nothing_changed", "changed", "met", "nobody_home", "declined"];
            let outcome = outcomes[chance.below(outcomes.len() as u64) as usize];
            hand.call("record_visit", json!({ "household": household, "outcome": outcome, "note": format!("第{step}步"), "duties": duties }))
        }
        (3 | 4, _) => hand.call("save_household", json!({ "id": household, "phone": number(143) })),
        (5 | 6, _) => {
            let mut fields = json!({ "id": household, "note": format!("{}记{step}", hand.name()) });
            // Of a household behind no door the form asks for the door first.
            let holds = if chance.happens(50) { "owner" } else { "tenant" };
            if page.get("doorless").and_then(Value::as_bool) == Some(false) {
                fields["occupancy"] = holds.into();
            }
            hand.call("save_household", fields)
        }
        (7, Some(person)) => hand.call("save_person", json!({ "id": person, "fields": { "phone": number(142) } })),
        (8, Some(person)) => hand.call(
            "save_person",
            json!({ "id": person, "fields": { "name": format!("示例{step}"), "note": format!("{step}") } }),
        ),
        (9, Some(person)) => hand.call(
            "remove_person",
            json!({ "id": person, "household": household, "reason": "moved_away" }),
        ),
        (10, Some(person)) => {
            return Done::looked(hand.call("open_person", json!({ "id": person, "reason": "check_at_door" })));
        }
        (11, _) => return move_in(run, hand),
        _ => hand.call(
            "save_person",
            json!({ "household": household, "fields": { "name": format!("新人{step}"), "relation": "8", "residence": "floating" } }),
        ),
    })
}

/// Somebody moves into a flat: an empty one, or one in which a household lives already.
fn move_in(run: &Run, hand: &Hand) -> Done {
    let (step, chance) = (run.step, &run.chance);
    let head = hand.call("households_head", json!({})).unwrap_or_default();
    let drawn = head.get("drawn").cloned().unwrap_or_default();
    let floors = list(&drawn, "floors");
    let doors: Vec<&Value> = floors.iter().flat_map(|floor| list(floor, "doors")).collect();
    let Some(door) = doors.get(chance.below(doors.len() as u64) as usize) else {
        return Done::looked(Ok(Value::Null));
    };
    let into =
        json!({ "dwelling": text(door, "dwelling"), "occupancy": "tenant", "beside": chance.happens(30) });
    Done::wrote(hand.call(
        "save_person",
        json!({ "moves_into": into, "fields": { "name": format!("新户{}", step % 7), "residence": "floating" } }),
    ))
}

/// An incident, with pictures mostly.
fn report(run: &Run, who: usize) -> Done {
    let (step, chance) = (run.step, &run.chance);
    let hand = &run.hands[who];
    // A phone whose grid is on its way has none to choose from yet, and the form cannot be sent.
    let categories = hand.call("incident_categories", json!({})).unwrap_or_default();
    if categories.as_array().is_none_or(Vec::is_empty) {
        return Done::looked(Ok(Value::Null));
    }
    for _ in 0..chance.below(3) {
        hand.phone.load_photo_bytes(super::pictures::picture(chance.below(super::pictures::PICTURES)));
        let _ = hand.call("take_photo", json!({ "form": "incident:new" }));
    }
    let solved = chance.happens(30);
    Done::wrote(hand.call(
        "report_incident",
        json!({ "form": "incident:new", "category": "lamp", "text": format!("灯不亮{step}"), "place_name": "东门",
            "self_resolved": solved, "resolution": if solved { "换了灯泡" } else { "" }, "no_fix_reason": "indoors" }),
    ))
}

/// A word on an incident reported before.
fn follow_up(run: &Run, hand: &Hand) -> Done {
    let chance = &run.chance;
    let Ok(lines) = hand.call("incidents", json!({ "filter": "all" })) else {
        return Done::looked(Ok(Value::Null));
    };
    let rows = list(&lines, "rows");
    let Some(row) = rows.get(chance.below(rows.len() as u64) as usize) else {
        return Done::looked(Ok(Value::Null));
    };
    let (verb, text_of_it) =
        [("supplement", "还不亮"), ("withdraw", "报错了"), ("rate", "5")][chance.below(3) as usize];
    Done::wrote(hand.call(
        "incident_step",
        json!({ "id": text(row, "id"), "verb": verb, "text": text_of_it, "form": "incident:new" }),
    ))
}

/// A round: started, walked, paused, ended.
fn round(run: &Run, hand: &Hand) -> Done {
    let Ok(patrol) = hand.call("patrol", json!({})) else { return Done::looked(Ok(Value::Null)) };
    let under_way = !patrol.is_null();
    if !under_way {
        let points = (0..30)
            .map(|n| RawPoint::at(LatLon::from_e7(374_900_000 + n * 400, 1_182_500_000).expect("a place")));
        hand.phone.device.load_track(RawTrack { segments: vec![points.collect()] });
        let slot = ["morning", "afternoon"][run.chance.below(2) as usize];
        let said = hand.call("patrol_start", json!({ "slot": slot }));
        if said.as_ref().is_err_and(|code| code != "patrol_under_way") || said.is_ok() {
            return Done::wrote(said);
        }
    }
    match run.chance.below(6) {
        0 | 1 => Done::wrote(hand.call("patrol_stop", json!({}))),
        2 => Done::looked(hand.call("patrol_pause", json!({}))),
        3 => Done::looked(hand.call("patrol_resume", json!({}))),
        _ => {
            hand.phone.device.walk(8, None);
            Done::looked(hand.call("patrol", json!({})))
        }
    }
}

/// A conflict is settled, a home registered twice, or one that lost its door.
fn resolve(run: &Run, hand: &Hand) -> Done {
    let chance = &run.chance;
    let review = hand.call("review", json!({})).unwrap_or_default();
    let homes = list(&review, "same_homes");
    if let Some(pair) = homes.first().filter(|_| chance.happens(40)) {
        let one = |side: &str| pair.get(side).map(|home| text(home, "id")).unwrap_or_default();
        let command = if chance.happens(70) { "merge_households" } else { "not_same_household" };
        let said = hand.call(command, json!({ "one": one("stays"), "other": one("other") }));
        if said.is_ok() {
            run.tally.add("home registered twice");
        }
        return Done::wrote(said);
    }
    if let Some(lost) = list(&review, "doorless").first().filter(|_| chance.happens(40)) {
        let home = lost.get("home").map(|home| text(home, "id")).unwrap_or_default();
        let said = hand.call("return_household", json!({ "id": home }));
        if said.is_ok() {
            run.tally.add("home behind its door again");
        }
        return Done::wrote(said);
    }
    let conflicts = list(&review, "conflicts");
    let Some(conflict) = conflicts.get(chance.below(conflicts.len() as u64) as usize) else {
        return Done::looked(Ok(Value::Null));
    };
    let sides = list(conflict, "sides");
    let Some(side) = sides.get(chance.below(sides.len() as u64) as usize) else {
        return Done::looked(Ok(Value::Null));
    };
    let both = chance.happens(30) && conflict.get("both").and_then(Value::as_bool) == Some(true);
    let said = hand
        .call("resolve", json!({ "conflict": text(conflict, "id"), "op": text(side, "op"), "both": both }));
    if said.is_ok() {
        run.tally.add("conflict resolved");
    }
    Done::wrote(said)
}

/// Something the county did not take is taken back or sent again.
fn refused(run: &mut Run, who: usize) -> Done {
    let (hand, chance) = (&run.hands[who], &run.chance);
    let review = hand.call("review", json!({})).unwrap_or_default();
    let refused = list(&review, "refused");
    let Some(item) = refused.get(chance.below(refused.len() as u64) as usize) else {
        return Done::looked(Ok(Value::Null));
    };
    let args = json!({ "op": text(item, "op") });
    let (command, told, writes) = if chance.happens(50) {
        ("withdraw_refused", "withdrawn", false)
    } else {
        // A new operation takes the place of the one taken back; a picture is sent as it is.
        ("resend_refused", "sent again", !text(item, "op").starts_with("photo:"))
    };
    let said = hand.call(command, args);
    if said.is_ok() {
        run.tally.add(told);
        let log = own_log(&run.hands[who].phone.open(), 0).unwrap_or_default();
        run.ledger.entry(run.hands[who].device).or_default().note_withdrawn(&log);
    }
    Done { said, writes }
}
