//! What the county's desk does meanwhile: edits, deletions, answers to incidents, conflicts settled, phones let in again.

use super::run::Run;
use std::collections::BTreeMap;
use xunge_domain::ids::RecordId;
use xunge_domain::incident_flow::turn::{next_turn, seen_to_bytes};
use xunge_domain::records::words::StepVerb;
use xunge_domain::records::{FieldKey, RecordKind, SlotCode};
use xunge_domain::value::{Edit, Value};
use xunge_server::county::{Change, CountyEdit};
use xunge_server::storage::{DeviceState, Page, Sort};

/// The desk does something.
pub(super) fn act(run: &mut Run) {
    release(run);
    let edits = match run.chance.below(10) {
        0..=2 => vec![on_one(run, RecordKind::Household, &[(1, format!("台账{}", run.step))])],
        3 | 4 => {
            let phone = format!("137{:08}", run.chance.below(100_000_000));
            vec![on_one(run, RecordKind::Person, &[(5, phone)])]
        }
        5 => vec![deletion(run)],
        6 | 7 => vec![settlement(run)],
        _ => vec![answer(run)],
    };
    let edits: Vec<CountyEdit> = edits.into_iter().flatten().collect();
    for edit in &edits {
        run.note(format!("the desk writes {:?} {}", edit.kind, edit.record));
    }
    if !edits.is_empty() && run.host.county.county().write_as_county(edits).is_err() {
        // The planned crash came over the desk's own work.
        run.note("the desk's work is not taken");
    }
    run.host.look_after();
}

/// Phones whose pushes lie in quarantine: the desk has looked, and lets them in again.
pub(super) fn release(run: &mut Run) {
    let county = run.host.county.county();
    for device in county.devices().unwrap_or_default() {
        if device.state == DeviceState::Quarantined {
            run.tally.add("quarantine");
            run.note(format!("the desk lets phone {} in again", device.no.0));
            let _ = county.revoke_device(device.id).and_then(|()| county.reinstate_device(device.id));
        }
    }
}

fn one_of(run: &Run, kind: RecordKind) -> Option<(RecordId, RecordId)> {
    let county = run.host.county.county();
    let area = [run.host.county.grid, run.host.county.sibling][run.chance.below(2) as usize];
    let rows = county.records_in(kind, area, Sort::Rising, Page::ALL).ok()?;
    let row = rows.get(run.chance.below(rows.len() as u64) as usize)?;
    Some((row.id, row.area))
}

fn on_one(run: &Run, kind: RecordKind, fields: &[(u16, String)]) -> Option<CountyEdit> {
    let (record, area) = one_of(run, kind)?;
    let edits =
        fields.iter().map(|(key, text)| (FieldKey(*key), Edit::Put(Value::Text(text.clone())))).collect();
    Some(CountyEdit { kind, record, area, change: Change::Edits(edits) })
}

fn deletion(run: &Run) -> Option<CountyEdit> {
    let kind = [RecordKind::Person, RecordKind::Visit, RecordKind::Incident][run.chance.below(3) as usize];
    let (record, area) = one_of(run, kind)?;
    Some(CountyEdit { kind, record, area, change: Change::Delete })
}

fn settlement(run: &Run) -> Option<CountyEdit> {
    let county = run.host.county.county();
    let rows = county.in_review(Page::ALL).ok()?;
    let row = rows.get(run.chance.below(rows.len() as u64) as usize)?;
    let (kind, _, merged) = county.merged(row.id).ok()??;
    let conflict = merged.conflicts.first()?;
    let edits: BTreeMap<FieldKey, Edit> = if conflict.slot == SlotCode::ALIVE {
        BTreeMap::new()
    } else {
        let side = conflict.sides.get(run.chance.below(conflict.sides.len() as u64) as usize)?;
        side.values.iter().map(|(key, value)| (*key, Edit::Put(value.clone()))).collect()
    };
    run.tally.add("conflict resolved");
    Some(CountyEdit {
        kind,
        record: row.id,
        area: row.area,
        change: Change::Resolve { slot: conflict.slot, edits },
    })
}

fn answer(run: &Run) -> Option<CountyEdit> {
    let (incident, area) = one_of(run, RecordKind::Incident)?;
    let county = run.host.county.county();
    let verb = [StepVerb::Accept, StepVerb::Handle, StepVerb::Close][run.chance.below(3) as usize];
    let seen = county.incident_steps(incident).ok()?;
    Some(CountyEdit::new(
        RecordKind::IncidentStep,
        county.new_id(),
        area,
        [
            (1, Value::reference(incident)),
            (2, Value::Int(verb.code())),
            (3, Value::Int(county.now_ms())),
            (4, "受理台".into()),
            (5, format!("答复{}", run.step).as_str().into()),
            (9, Value::Int(next_turn(seen.iter().map(|(_, step)| step.int(9))))),
            (10, Value::Bytes(seen_to_bytes(seen.iter().map(|(_, step)| step.id)))),
        ],
    ))
}
