//! Waiting until nothing is left to do, and comparing what the phones wrote with what the county holds.

use super::desk::broken_uploads;
use super::setting::{Setting, Worker};
use super::{DayError, Report};
use crate::phone::Phone;
use crate::world::{self, Watch};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use xunge_client::commands::dispatch;

/// Longest wait for anything; the day then ends with what is missing.
const PATIENCE_S: f64 = 180.0;

fn hurry(phone: &Phone) {
    if let Ok(open) = phone.client.opened() {
        open.hurry();
    }
}

/// Waits until every phone has sent everything and heard everything.
pub(super) fn until_quiet(phones: &[&Phone]) -> Result<(), DayError> {
    for phone in phones {
        let watch = Watch::start();
        let mut calm = 0;
        while calm < 3 {
            hurry(phone);
            world::pause(150);
            let state = dispatch(&phone.client, "sync_state", json!({}))
                .map_err(|error| DayError::Phone { command: "sync_state".into(), code: error.code })?;
            let count =
                |name: &str| state.pointer(&format!("/counts/{name}")).and_then(Value::as_u64).unwrap_or(1);
            let quiet = count("on_phone") == 0
                && count("sending") == 0
                && state.get("first_sync").is_none_or(Value::is_null)
                && state.get("last_error").is_none_or(Value::is_null)
                && state.get("phase").and_then(Value::as_str) == Some("idle");
            calm = if quiet { calm + 1 } else { 0 };
            if watch.seconds() > PATIENCE_S {
                return Err(DayError::Odd(format!("a phone does not come to rest: {state}")));
            }
        }
    }
    Ok(())
}

/// Hurries a phone until something happened.
pub(super) fn hurry_until(phone: &Phone, happened: impl Fn() -> bool) -> Result<(), DayError> {
    let watch = Watch::start();
    while !happened() {
        hurry(phone);
        world::pause(20);
        if watch.seconds() > PATIENCE_S {
            return Err(DayError::Odd("the planned interruption did not happen".into()));
        }
    }
    Ok(())
}

/// Hurries a phone until something happened; false when it has sent everything before.
pub(super) fn hurry_until_or_sent(phone: &Phone, happened: impl Fn() -> bool) -> Result<bool, DayError> {
    let sent = || {
        let counts = phone.client.opened().ok().and_then(|open| open.counts().ok());
        counts.is_some_and(|counts| counts.on_phone + counts.sending == 0)
    };
    hurry_until(phone, || happened() || sent())?;
    Ok(happened())
}

/// Whether the county has noticed within a moment that an upload broke off in mid-body.
pub(super) fn upload_broke(county: SocketAddr) -> Result<bool, DayError> {
    for _ in 0..10 {
        if broken_uploads(county)? > 0 {
            return Ok(true);
        }
        world::pause(200);
    }
    Ok(false)
}

/// Every household and every person that the import told of is on each phone, before anybody writes a word.
pub(super) fn ledger_arrived(workers: &[&Worker], report: &mut Report) -> Result<(), DayError> {
    let Some(told) = report.ledger.clone() else { return Ok(()) };
    for worker in workers {
        let head = worker.call("households_head", json!({}))?;
        report.differences.extend(uncounted(worker.name, &told, &head));
    }
    Ok(())
}

/// What differs between the import's numbers and a phone's.
fn uncounted(name: &str, told: &Value, head: &Value) -> Vec<String> {
    let differs = |figure: &&str| {
        let (imported, arrived) = (told.get(*figure), head.get(*figure));
        imported.and_then(Value::as_u64).is_none() || imported != arrived
    };
    let line = |figure: &str| {
        let number = |of: &Value| of.get(figure).map_or_else(|| "none".to_owned(), Value::to_string);
        format!("{name}: {} {figure} imported, {} on the phone", number(told), number(head))
    };
    ["households", "people"].into_iter().filter(differs).map(line).collect()
}

/// Both phones show the same, and nobody is asked any more.
pub(super) fn agree(anna: &Worker, bert: &Worker, report: &mut Report) -> Result<(), DayError> {
    let shown = |worker: &Worker| -> Result<Vec<Value>, DayError> {
        let review = worker.call("review", json!({}))?;
        let open = review.get("conflicts").and_then(Value::as_array).map_or(0, Vec::len);
        let head = worker.call("households_head", json!({}))?;
        let first = head.pointer("/buildings/0/id").cloned().unwrap_or_default();
        let view = worker.call("building", json!({ "id": first }))?;
        let household = view
            .pointer("/floors")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .flat_map(|floor| floor.get("doors").and_then(Value::as_array).into_iter().flatten())
            .find_map(|door| door.get("household")?.as_str().map(str::to_owned));
        let page = worker.call("household", json!({ "id": household }))?;
        Ok(vec![
            json!(open),
            page.get("phone").cloned().unwrap_or_default(),
            page.get("note").cloned().unwrap_or_default(),
        ])
    };
    let (of_anna, of_bert) = (shown(anna)?, shown(bert)?);
    report.in_review_after = of_anna.first().and_then(Value::as_u64).unwrap_or(0);
    if of_anna != of_bert {
        report.differences.push("the two phones do not show the same household".into());
    }
    if report.in_review_after > 0 {
        report.differences.push(format!("{} review items are left", report.in_review_after));
    }
    Ok(())
}

/// Operation by operation, photo by photo.
pub(super) fn compare(setting: &Setting, workers: &[&Worker], report: &mut Report) -> Result<(), DayError> {
    let held = setting.county.json(&["check"])?;
    if held.get("damaged").and_then(Value::as_array).is_some_and(|damaged| !damaged.is_empty()) {
        report.differences.push("the county's own check found damage".into());
    }
    let listed = |name: &str, key: &str, value: &str| -> BTreeMap<String, String> {
        held.get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|row| {
                Some((row.get(key)?.as_str()?.to_owned(), row.get(value)?.as_str()?.to_owned()))
            })
            .collect()
    };
    let (hashes, outcomes) = (listed("operations", "id", "hash"), listed("operations", "id", "outcome"));
    let pictures = listed("pictures", "sha256", "state");
    for worker in workers {
        let open = worker.phone.client.opened().map_err(|error| DayError::Odd(error.to_string()))?;
        let odd = |error: xunge_client::ClientError| DayError::Odd(error.to_string());
        for op in open.own_operations().map_err(odd)? {
            report.saved += 1;
            let id = op.id.to_string();
            let same = hashes.get(&id) == Some(&hex(&op.hash));
            if op.received && same {
                report.at_county += 1;
            } else {
                report
                    .differences
                    .push(format!("{} operation {id}: received {}, same {same}", worker.name, op.received));
            }
            if let Some(reason) = op.refused {
                report.differences.push(format!("{} operation {id} was refused: {reason}", worker.name));
            }
            match outcomes.get(&id).map(String::as_str) {
                Some("merged") => report.merged += 1,
                Some("review") => report.in_review += 1,
                _ => {}
            }
        }
        for picture in open.own_pictures().map_err(odd)? {
            report.photos_sent += 1;
            let verified = pictures.get(&hex(&picture.stored_sha256)).map(String::as_str) == Some("verified");
            if picture.received && verified {
                report.photos_verified += 1;
            } else {
                report.differences.push(format!("{}: a photo is not verified at the county", worker.name));
            }
        }
    }
    Ok(())
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_who_did_not_arrive_is_a_difference() {
        let told = json!({ "households": 299, "people": 908 });
        assert!(uncounted("anna", &told, &json!({ "households": 299, "people": 908 })).is_empty());
        let missing = uncounted("anna", &told, &json!({ "households": 299, "people": 906 }));
        assert_eq!(missing, ["anna: 908 people imported, 906 on the phone"]);
        assert_eq!(uncounted("anna", &json!({}), &json!({ "households": 0, "people": 0 })).len(), 2);
    }
}
