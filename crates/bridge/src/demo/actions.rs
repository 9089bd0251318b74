//! What the two workers do, through the command table as a screen would.

use super::inputs::{Inputs, Walk, made_gpx, round_the_block, walk};
use super::setting::{Worker, text};
use super::{DayError, Report, Walked};
use serde_json::{Value, json};
use xunge_domain::geometry::LatLon;
use xunge_domain::world::Clock as _;

/// Households of the grid in walking order, as door lists show them.
fn households(worker: &Worker) -> Result<Vec<String>, DayError> {
    let head = worker.call("households_head", json!({}))?;
    let mut found = Vec::new();
    for building in list(&head, "buildings") {
        let view = worker.call("building", json!({ "id": text(building, "id")? }))?;
        for floor in list(&view, "floors") {
            for door in list(floor, "doors") {
                if let Some(household) = door.get("household").and_then(Value::as_str) {
                    found.push(household.to_owned());
                }
            }
        }
    }
    Ok(found)
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn people(worker: &Worker, household: &str) -> Result<Vec<String>, DayError> {
    let page = worker.call("household", json!({ "id": household }))?;
    Ok(list(&page, "people").filter_map(|person| person.get("id")?.as_str().map(str::to_owned)).collect())
}

/// Services owed at a household, as its page offers them to be counted.
fn owed(worker: &Worker, household: &str) -> Result<Vec<String>, DayError> {
    let page = worker.call("household", json!({ "id": household }))?;
    let open = list(&page, "duties").filter(|duty| duty.get("done") == Some(&Value::Bool(false)));
    Ok(open.filter_map(|duty| duty.get("id")?.as_str().map(str::to_owned)).collect())
}

/// Anna's morning. Answers the household that both change.
pub(super) fn morning(anna: &Worker, inputs: &mut Inputs, report: &mut Report) -> Result<String, DayError> {
    let doors = households(anna)?;
    let Some(shared) = doors.first().cloned() else {
        return Err(DayError::Odd("no household arrived".into()));
    };
    change_shared(anna, &shared, "14300000001", "甲说：门禁换过")?;
    if let Some(household) = doors.get(1) {
        anna.call("save_household", json!({ "id": household, "phone": "14300000003" }))?;
    }
    for (number, household) in doors.iter().take(40).enumerate() {
        let outcome = ["nothing_changed", "nobody_home", "changed"][number % 3];
        let duties = if outcome == "nobody_home" { Vec::new() } else { owed(anna, household)? };
        let visit =
            json!({ "household": household, "outcome": outcome, "note": "敲门核对", "duties": duties });
        anna.call("record_visit", visit)?;
        report.visits += 1;
        if number % 5 == 1
            && let Some(person) = people(anna, household)?.first()
        {
            let phone = format!("143000001{number:02}");
            anna.call("save_person", json!({ "id": person, "fields": { "phone": phone } }))?;
        }
    }
    if let Some(household) = doors.get(3) {
        let fields = json!({ "name": "示例新人", "sex": "2", "birth": "1990-01-02", "relation": "8", "residence": "floating" });
        anna.call("save_person", json!({ "household": household, "fields": fields }))?;
    }
    patrol(anna, "morning", inputs, report, 0)?;
    for (category, solved) in [(0, false), (1, true), (2, false)] {
        incident(anna, inputs, category, solved, 3, report)?;
    }
    patrol(anna, "afternoon", inputs, report, 2)?;
    Ok(shared)
}

/// Bert's afternoon, in the same grid, without having heard of Anna's.
pub(super) fn afternoon(bert: &Worker, inputs: &mut Inputs, report: &mut Report) -> Result<(), DayError> {
    let doors = households(bert)?;
    let Some(shared) = doors.first().cloned() else {
        return Err(DayError::Odd("no household arrived".into()));
    };
    change_shared(bert, &shared, "14300000002", "乙说：门禁没换")?;
    if let Some(household) = doors.get(1) {
        // A field that Anna did not touch: merged beside hers without a question.
        bert.call("save_household", json!({ "id": household, "note": "信箱在一楼" }))?;
    }
    for household in doors.iter().skip(20).take(15) {
        bert.call(
            "record_visit",
            json!({ "household": household, "outcome": "nothing_changed", "note": "" }),
        )?;
        report.visits += 1;
    }
    patrol(bert, "morning", inputs, report, 1)?;
    for category in 0..3 {
        incident(bert, inputs, category + 2, false, 3, report)?;
    }
    // Every photo that was given is tried, however many there are.
    while inputs.untried_photos() > 0 {
        let category = usize::try_from(report.incidents).unwrap_or(0);
        incident(bert, inputs, category, false, 3, report)?;
    }
    patrol(bert, "afternoon", inputs, report, 3)?;
    // Every walk that was given is walked, however many there are.
    for number in 4..inputs.tracks.len() {
        patrol(bert, "afternoon", inputs, report, number)?;
    }
    Ok(())
}

fn change_shared(worker: &Worker, household: &str, phone: &str, note: &str) -> Result<(), DayError> {
    worker.call("save_household", json!({ "id": household, "phone": phone, "note": note }))?;
    Ok(())
}

/// Where the inspection points of a round lie.
pub(super) fn stops(patrol: &Value) -> Vec<LatLon> {
    list(patrol, "points")
        .filter_map(|point| {
            let place = point.get("place")?;
            let e7 = |name| place.get(name).and_then(Value::as_i64).and_then(|n| i32::try_from(n).ok());
            LatLon::from_e7(e7("lat_e7")?, e7("lon_e7")?).ok()
        })
        .collect()
}

fn patrol(
    worker: &Worker,
    slot: &str,
    inputs: &Inputs,
    report: &mut Report,
    number: usize,
) -> Result<(), DayError> {
    let view = worker.call("patrol_start", json!({ "slot": slot }))?;
    let stops = stops(&view);
    let (name, bytes) = match inputs.tracks.get(number % inputs.tracks.len().max(1)) {
        Some(track) => track.clone(),
        None if stops.is_empty() => ("round the block".to_owned(), made_gpx(&round_the_block())),
        None => ("along the points".to_owned(), made_gpx(&stops)),
    };
    let now = worker.phone.clock.now().wall_ms;
    let Walk { track, length_ms, notes } = match walk(&bytes, now) {
        Ok(walk) => walk,
        // The files given were sorted out before: a walk made here that is none is a fault of ours.
        Err(code) => {
            report.differences.push(format!("the walk {name} is no track: {code}"));
            report.tracks_refused.push(format!("{name}: {code}"));
            Walk::default()
        }
    };
    let points = track.points();
    worker.phone.device.load_track(track);
    worker.phone.device.walk(points, None);
    worker.phone.clock.skip(length_ms + 2_000);
    if let Some(last) = list(&view, "points").last() {
        let args = json!({ "point": text(last, "id")?, "note": "屋内无信号，当面看过" });
        // Standing elsewhere with a clear fix is refused, as it should be; the round goes on.
        let _ = worker.call("patrol_check_in", args);
    }
    worker.call("patrol_pause", json!({}))?;
    worker.phone.clock.skip(60_000);
    worker.call("patrol_resume", json!({}))?;
    let done = worker.call("patrol_stop", json!({}))?;
    let count = |name: &str| list(&done, name).count();
    report.patrols.push(Walked {
        track: name,
        length_m: done.get("length_m").and_then(Value::as_u64).unwrap_or(0),
        gaps: count("gaps"),
        timed: done.get("timed").and_then(Value::as_bool).unwrap_or(false),
        notes,
        points,
        reached: list(&done, "points").filter(|point| point.get("by").is_some_and(Value::is_string)).count(),
    });
    Ok(())
}

fn incident(
    worker: &Worker,
    inputs: &mut Inputs,
    category: usize,
    solved: bool,
    photos: usize,
    report: &mut Report,
) -> Result<(), DayError> {
    let form = "incident:new";
    let mut taken: u64 = 0;
    for _ in 0..photos {
        let Some((name, photo)) = inputs.photo() else { break };
        worker.phone.device.load_photos(vec![photo]);
        match worker.call("take_photo", json!({ "form": form })) {
            Ok(_) => taken += 1,
            Err(DayError::Phone { code, .. }) if code.starts_with("photo_") => {
                let refused = format!("{name}: {code}");
                if !report.photos_refused.contains(&refused) {
                    report.photos_refused.push(refused);
                }
            }
            Err(error) => return Err(error),
        }
    }
    let categories = worker.call("incident_categories", json!({}))?;
    let all: Vec<&Value> = categories.as_array().into_iter().flatten().collect();
    let chosen =
        all.get(category % all.len().max(1)).ok_or_else(|| DayError::Odd("no incident category".into()))?;
    worker.call(
        "report_incident",
        json!({
            "form": form,
            "category": text(chosen, "code")?,
            "text": format!("现场情况，照片 {taken} 张"),
            "place_name": "2幢东侧",
            "self_resolved": solved,
            "resolution": if solved { "当场清理" } else { "" },
        }),
    )?;
    report.incidents += 1;
    report.photos_taken += taken;
    Ok(())
}

/// Anna settles every conflict with her own value.
pub(super) fn settle_conflicts(anna: &Worker, report: &mut Report) -> Result<(), DayError> {
    let review = anna.call("review", json!({}))?;
    let conflicts: Vec<&Value> = list(&review, "conflicts").collect();
    if conflicts.is_empty() {
        report.differences.push("two phones changed one field and nobody was asked".into());
    }
    for conflict in conflicts {
        let mine =
            list(conflict, "sides").find(|side| side.get("mine").and_then(Value::as_bool) == Some(true));
        let Some(side) = mine else { continue };
        anna.call("resolve", json!({ "conflict": text(conflict, "id")?, "op": text(side, "op")? }))?;
    }
    Ok(())
}
