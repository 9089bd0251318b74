//! What goes wrong.

use super::acts;
use super::disk::Crash;
use super::hand::Copy;
use super::ledger::{Own, own_log};
use super::network::Weather;
use super::run::{Moved, Run, usual};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use xunge_client::change::salt_for;
use xunge_domain::ids::{OpId, RecordId};
use xunge_domain::operation::{Header, HeaderEvidence, Operation, Payload, Verb};
use xunge_domain::records::{FieldKey, KindCode, MAX_TEXT, RecordKind};
use xunge_domain::value::{Edit, Value};
use xunge_store::OpState;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Names of clones, by the name of the phone.
const CLONES: [(&str, &str); 5] =
    [("anna", "anna'"), ("bert", "bert'"), ("cora", "cora'"), ("dirk", "dirk'"), ("emma", "emma'")];

/// The link gets better or worse.
pub(super) fn weather(run: &mut Run, who: usize) {
    let weather = usual(&run.chance);
    run.note(format!("{}: the link is {weather:?} now", run.hands[who].name()));
    run.hands[who].weather(weather);
}

fn some_crash(run: &Run) -> Crash {
    if run.chance.happens(50) { Crash::Killed } else { Crash::PowerCut }
}

/// Something goes wrong for this phone, or for the county.
pub(super) fn strike(run: &mut Run, who: usize) {
    match run.chance.below(100) {
        0..=9 => {
            let crash = some_crash(run);
            run.tally.add("phone killed");
            run.note(format!("{} goes down ({crash:?})", run.hands[who].name()));
            run.crash_phone(who, crash);
        }
        10..=24 => phone_dies_at_work(run, who),
        25..=30 => {
            let crash = some_crash(run);
            run.tally.add("county killed");
            run.note(format!("the county goes down ({crash:?})"));
            run.host.kill(crash);
            run.acknowledged_is_there();
        }
        31..=42 => county_dies_at_work(run, who),
        43..=49 => disk_full(run, who),
        50..=57 => clock(run, who),
        58..=62 => newer_app(run, who),
        63..=66 => {
            run.note("the county is backed up");
            let backup = run.host.back_up();
            run.backups.push(backup);
        }
        67..=70 => restore_county(run),
        71..=79 => move_area(run, who),
        80..=85 => {
            run.note(format!("{} is copied", run.hands[who].name()));
            let copy = Copy { image: run.hands[who].machine.image(), held: run.hands[who].held.clone() };
            run.hands[who].copies.push(copy);
        }
        86..=91 => restore_phone(run, who),
        92..=95 => clone_phone(run, who),
        _ => reported_lost(run, who),
    }
}

fn phone_dies_at_work(run: &mut Run, who: usize) {
    let crash = some_crash(run);
    let after = run.chance.below(45);
    let Some(disk) = run.hands[who].machine.disk().cloned() else { return };
    run.hands[who].crash = crash;
    disk.crash_after(after);
    for _ in 0..3 {
        if run.chance.happens(50) {
            acts::act(run, who)
        } else {
            run.synchronise(who, 4)
        }
        if disk.is_dead() {
            return;
        }
    }
    disk.calm();
}

fn county_dies_at_work(run: &mut Run, who: usize) {
    let crash = some_crash(run);
    run.host.plan_crash(run.chance.below(60), crash);
    run.hands[who].weather(Weather::Clear);
    run.synchronise(who, 6);
    if run.chance.happens(50) {
        acts::act(run, who);
        run.synchronise(who, 6);
    }
    run.host.calm();
    run.acknowledged_is_there();
}

fn disk_full(run: &mut Run, who: usize) {
    let Some(disk) = run.hands[who].machine.disk().cloned() else { return };
    run.tally.add("disk full");
    run.note(format!("{}: the disk is full", run.hands[who].name()));
    let room = [0, 4_096, 20_000, 100_000][run.chance.below(4) as usize];
    disk.leave_room(Some(room));
    for _ in 0..2 + run.chance.below(3) {
        acts::act(run, who);
        run.synchronise(who, 2);
    }
    if let Some(disk) = run.hands[who].machine.disk() {
        disk.leave_room(None);
    }
}

fn clock(run: &mut Run, who: usize) {
    let jump = [-DAY_MS, DAY_MS, -HOUR_MS, HOUR_MS, 40 * DAY_MS, -1_000 * DAY_MS, 5 * 60_000]
        [run.chance.below(7) as usize];
    run.tally.add(if jump > 0 { "clock forward" } else { "clock back" });
    run.note(format!("{}: somebody sets the clock by {jump} ms", run.hands[who].name()));
    run.hands[who].phone.clock.jump(jump);
    if run.chance.happens(50) {
        run.tally.add("reboot");
        run.hands[who].phone.clock.reboot();
        run.crash_phone(who, Crash::Killed);
    }
}

/// The app of next year ran here for a day: a kind of record that nobody here knows, a field that nobody here knows, or a text
/// longer than this county takes.
fn newer_app(run: &mut Run, who: usize) {
    if !run.hands[who].is_open() {
        return;
    }
    let open = run.hands[who].phone.open();
    let Some(grid) = open.identity().grid() else { return };
    let chance = crate::world::Chance::new(run.chance.number(), "newer app");
    let (unknown_kind, unknown_field) = (run.chance.happens(40), run.chance.happens(50));
    let step = run.step;
    let written = open.change(|change| {
        if !unknown_kind {
            let long = if unknown_field { 1 } else { MAX_TEXT / 12 + 1 };
            let text = Edit::Put(Value::Text(format!("明年的栏{step}").repeat(long)));
            let edits = BTreeMap::from([(FieldKey(if unknown_field { 900 } else { 1 }), text)]);
            let household = change.new_id();
            change.edit(RecordKind::Household, household, grid, edits)?;
            return Ok(());
        }
        let Some((device, chain)) = change.writer.own_chain()? else { return Ok(()) };
        let id = OpId { device, counter: chain.counter + 1 };
        let text = Edit::Put(Value::Text(format!("明年的事{step}")));
        let payload = Payload { edits: BTreeMap::from([(FieldKey(1), text)]), replaces: BTreeMap::new() };
        let header = Header {
            id,
            verb: Verb::WRITE,
            kind: KindCode(777),
            record: change.new_id(),
            area: grid,
            height: 1,
            evidence: HeaderEvidence { wall_ms: change.now.wall_ms, server_ms: 0, since_server_ms: 0 },
            extra: Vec::new(),
        };
        let salt = salt_for(change.writer, &chance, id.counter)?;
        let op = Operation { header, salt, payload: payload.encode() };
        change.writer.append(&op, OpState::OnPhone, None)?;
        Ok(change.writer.set_own_chain(device, &chain.with(&op.hash()))?)
    });
    if written.is_ok() {
        run.tally.add("newer app");
        run.note(format!(
            "{}: a newer app wrote something (kind unknown: {unknown_kind})",
            run.hands[who].name()
        ));
        run.read_log(who);
    }
}

fn restore_county(run: &mut Run) {
    if run.backups.is_empty() {
        return;
    }
    let at = run.chance.below(run.backups.len() as u64) as usize;
    let backup = run.backups.swap_remove(at);
    run.tally.add("county restored");
    run.note("the county is put back from a backup");
    run.host.restore(&backup);
    run.backups.clear();
    run.restored = true;
    run.moved.clear();
    for saved in run.ledger.values_mut() {
        saved.acknowledged.clear();
    }
    forgive(run);
}

/// After something was put back by force: what lies nowhere any more is no duty.
pub(super) fn forgive(run: &mut Run) {
    let county = run.host.county.county();
    let devices: Vec<_> = run.ledger.keys().copied().collect();
    for device in devices {
        let at_county = super::invariants::log_of(&county, device);
        let mut possible: BTreeSet<_> = at_county.iter().map(|(_, content)| *content).collect();
        for hand in run.hands.iter().filter(|hand| hand.device == device) {
            possible.extend(hand.held.contents.keys().copied());
        }
        let saved = run.ledger.entry(device).or_default();
        let gone: Vec<_> = saved.required.difference(&possible).copied().collect();
        for content in gone {
            saved.required.remove(&content);
            saved.forgiven.insert(content);
        }
    }
}

fn move_area(run: &mut Run, who: usize) {
    let county = run.host.county.county();
    let worker = run.hands[who].worker;
    let grants: Vec<RecordId> =
        county.grants_of(worker).unwrap_or_default().iter().map(|grant| grant.area).collect();
    let areas = [run.host.county.grid, run.host.county.sibling];
    let which = run.chance.below(2) as usize;
    let (area, grid) = (areas[which], ["grid one", "grid two"][which]);
    let (name, device) = (run.hands[who].name(), run.hands[who].device);
    if grants.contains(&area) {
        let held = county.devices().unwrap_or_default().into_iter().find(|row| row.no == device);
        let counter = held.map_or(0, |row| row.chain.counter);
        if county.revoke_grant(worker, area).is_ok() {
            run.tally.add("area moved");
            run.note(format!("{grid} is taken from {name}"));
            run.moved.push(Moved { device, area, counter });
            run.hands[who].purged = true;
            if run.chance.happens(40) {
                // Out of reach until the hand-over is over: what is written then is kept for the desk.
                run.hands[who].weather(Weather::Gone);
                acts::act(run, who);
                run.pass(8 * 24 * 3_600_000);
                run.hands[who].weather(Weather::Clear);
            }
        }
    } else if county.grant(worker, area).is_ok() {
        run.tally.add("area moved");
        if run.hands[who].purged {
            run.tally.add("area granted again");
        }
        run.note(format!("{grid} is given to {name}"));
        run.moved.retain(|moved| moved.device != device || moved.area != area);
    }
    run.host.look_after();
}

fn restore_phone(run: &mut Run, who: usize) {
    if run.hands[who].copies.is_empty() {
        return;
    }
    let at = run.chance.below(run.hands[who].copies.len() as u64) as usize;
    let copy = run.hands[who].copies.swap_remove(at);
    run.tally.add("phone restored");
    run.note(format!("{} is put back from an old copy", run.hands[who].name()));
    run.hands[who].held = copy.held;
    forgive(run);
    run.hands[who].undo = None;
    run.hands[who].start_on(&copy.image);
    run.come_up(who);
}

fn clone_phone(run: &mut Run, who: usize) {
    let name = run.hands[who].name();
    let Some((_, twin)) = CLONES.iter().find(|(of, _)| *of == name) else { return };
    if run.hands.iter().any(|hand| hand.is_clone) {
        return;
    }
    run.tally.add("phone cloned");
    run.note(format!("{name} is cloned: there are two of it now"));
    let hand = &run.hands[who];
    let image = hand.machine.image();
    let mut clone = run.hand(twin, twin, &image, hand.worker, hand.device, &hand.held);
    clone.is_clone = true;
    clone.weather(usual(&run.chance));
    run.hands.push(clone);
    let last = run.hands.len() - 1;
    run.come_up(last);
}

/// The phone is reported lost, calls meanwhile perhaps, and is found again.
fn reported_lost(run: &mut Run, who: usize) {
    let county = run.host.county.county();
    let device = run.hands[who].device;
    let Some(row) = county.devices().unwrap_or_default().into_iter().find(|row| row.no == device) else {
        return;
    };
    run.tally.add("phone reported lost");
    run.note(format!("{} is reported lost", run.hands[who].name()));
    let _ = county.revoke_device(row.id);
    drop(county);
    if run.chance.happens(70) {
        run.hands[who].weather(Weather::Clear);
        let _ = run.hands[who].call("sync_now", json!({}));
        run.synchronise(who, 2);
    }
    let _ = run.host.county.county().reinstate_device(row.id);
    run.note(format!("{} is found again", run.hands[who].name()));
    run.come_up(who);
}

/// The contents of a phone's log, for whoever compares.
pub(super) fn log_of_phone(run: &Run, who: usize) -> Vec<Own> {
    own_log(&run.hands[who].phone.open(), 0).unwrap_or_default()
}
