//! The command table: every call a screen can make, once. Carriers (the shell, the bridge) pass it on unchanged.
//!
//! `docs/commands.md` is the table for readers; a test keeps it and [`NAMES`] in step.

use crate::client::{Client, stands_before};
use crate::error::{ClientError, rule};
use crate::views::CallError;
use crate::views::session::DraftKey;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use xunge_domain::track::PatrolMove;

/// Every command.
pub const NAMES: &[&str] = &[
    "app_state",
    "start",
    "enrol",
    "read_invitation",
    "check_pin",
    "unlock",
    "reopen",
    "lock",
    "leave",
    "settings_save",
    "changes",
    "sync_state",
    "sync_now",
    "storage",
    "access_log",
    "about_me",
    "here",
    "draft_save",
    "draft_load",
    "draft_drop",
    "today",
    "week",
    "mended_seen",
    "households_head",
    "building",
    "buildings_near",
    "households",
    "household",
    "unplaced_people",
    "save_household",
    "record_visit",
    "open_person",
    "save_person",
    "remove_person",
    "merge_persons",
    "not_same_person",
    "unmerge_person",
    "merge_households",
    "not_same_household",
    "unmerge_household",
    "leave_household",
    "return_household",
    "return_person",
    "former_homes",
    "check_citizen_id",
    "undo",
    "patrol",
    "patrol_start",
    "patrol_pause",
    "patrol_resume",
    "patrol_stop",
    "patrol_check_in",
    "finished_patrol",
    "incident_categories",
    "similar_incidents",
    "take_photo",
    "recover_photo",
    "drop_photo",
    "draft_photos",
    "report_incident",
    "incidents",
    "incident",
    "incident_step",
    "review",
    "resolve",
    "withdraw_refused",
    "resend_refused",
    "amend_refused",
];

/// Calls `name` with `args`. Never panics on what a screen sends.
///
/// # Errors
/// [`CallError`] with a stable code.
pub fn dispatch(client: &Client, name: &str, args: Value) -> Result<Value, CallError> {
    call(client, name, args).map_err(|error| {
        // Codes only: arguments and values may be personal.
        tracing::info!(command = name, code = error.code(), "command refused");
        CallError::from(error)
    })
}

fn call(client: &Client, name: &str, args: Value) -> Result<Value, ClientError> {
    // Callable in every phase.
    match name {
        "app_state" => return answer(client.app_state()?),
        "start" => return answer(client.start()?),
        "enrol" => return answer(client.enrol(&read(args)?)?),
        "reopen" => return answer(client.reopen(&read(args)?)?),
        "read_invitation" => return answer(client.read_invitation(&read(args)?)?),
        "check_pin" => {
            let args: crate::views::session::UnlockArgs = read(args)?;
            return answer(crate::client::check_pin(&args.pin)?);
        }
        "unlock" => {
            let args: crate::views::session::UnlockArgs = read(args)?;
            return answer(client.unlock(&args.pin)?);
        }
        "settings_save" => return answer(client.save_settings(&read(args)?)?),
        _ if !NAMES.contains(&name) => return Err(rule("unknown_command")),
        "draft_save" | "draft_load" | "draft_drop" => {
            let key: DraftKey = read(args.clone())?;
            if stands_before(&key.form) {
                return match name {
                    "draft_save" => answer(client.save_draft_before(&read(args)?)?),
                    "draft_load" => answer(client.load_draft_before(&key)?),
                    _ => answer(client.drop_draft_before()?),
                };
            }
        }
        _ => {}
    }
    let open = client.opened()?;
    match name {
        "lock" => {
            drop(open);
            client.lock();
            answer(client.app_state()?)
        }
        "leave" => {
            drop(open);
            answer(client.leave()?)
        }
        "changes" => answer(open.changes(&read(args)?)?),
        "sync_state" => answer(open.sync_state()?),
        "sync_now" => {
            open.hurry();
            answer(open.sync_state()?)
        }
        "storage" => answer(open.storage()?),
        "access_log" => answer(open.access_log(&read(args)?)?),
        "about_me" => answer(open.about_me()?),
        "here" => answer(open.here()),
        "draft_save" => answer(open.save_draft(&read(args)?)?),
        "draft_load" => answer(open.load_draft(&read(args)?)?),
        "draft_drop" => answer(open.drop_draft(&read(args)?)?),
        "today" => answer(open.today_view()?),
        "week" => answer(open.week(&read(args)?)?),
        "mended_seen" => {
            open.mended_seen()?;
            answer(open.today_view()?)
        }
        "households_head" => answer(open.households_head(&read(args)?)?),
        "building" => answer(open.building(&read(args)?)?),
        "buildings_near" => answer(open.buildings_near()?),
        "households" => answer(open.households(&read(args)?)?),
        "household" => answer(open.household(&read(args)?)?),
        "unplaced_people" => answer(open.unplaced_people(&read(args)?)?),
        "save_household" => answer(open.save_household(&read(args)?)?),
        "record_visit" => answer(open.record_visit(&read(args)?)?),
        "open_person" => answer(open.open_person(&read(args)?)?),
        "save_person" => answer(open.save_person(&read(args)?)?),
        "remove_person" => answer(open.remove_person(&read(args)?)?),
        "merge_persons" => answer(open.merge_persons(&read(args)?)?),
        "not_same_person" => answer(open.not_same_person(&read(args)?)?),
        "unmerge_person" => answer(open.unmerge_person(&read(args)?)?),
        "merge_households" => answer(open.merge_households(&read(args)?)?),
        "not_same_household" => answer(open.not_same_household(&read(args)?)?),
        "unmerge_household" => answer(open.unmerge_household(&read(args)?)?),
        "leave_household" => answer(open.leave_household(&read(args)?)?),
        "return_household" => answer(open.return_household(&read(args)?)?),
        "return_person" => answer(open.return_person(&read(args)?)?),
        "former_homes" => answer(open.former_homes(&read(args)?)?),
        "check_citizen_id" => answer(open.check_citizen_id(&read(args)?)?),
        "undo" => answer(open.undo(&read(args)?)?),
        "patrol" => {
            open.take_over_points()?;
            answer(open.patrol()?)
        }
        "patrol_start" => {
            open.start_patrol(&read(args)?)?;
            answer(open.patrol()?)
        }
        "patrol_pause" | "patrol_resume" => {
            open.move_patrol(if name == "patrol_pause" { PatrolMove::Pause } else { PatrolMove::Resume })?;
            answer(open.patrol()?)
        }
        "patrol_stop" => {
            let patrol = open.stop_patrol()?;
            answer(open.finished_patrol(patrol)?)
        }
        "patrol_check_in" => {
            open.check_in(&read(args)?)?;
            answer(open.patrol()?)
        }
        "finished_patrol" => {
            let args: crate::views::patrols::FinishedPatrolArgs = read(args)?;
            answer(open.finished_patrol(crate::edits::id(&args.id)?)?)
        }
        "incident_categories" => answer(open.incident_categories()?),
        "similar_incidents" => answer(open.similar_incidents(&read(args)?)?),
        "take_photo" => answer(open.take_photo(&read(args)?)?),
        "recover_photo" => answer(open.recover_photo()?),
        "drop_photo" => answer(open.drop_photo(&read(args)?)?),
        "draft_photos" => answer(open.draft_photos(&read(args)?)?),
        "report_incident" => answer(open.report_incident(&read(args)?)?),
        "incidents" => answer(open.incidents(&read(args)?)?),
        "incident" => answer(open.incident(&read(args)?)?),
        "incident_step" => answer(open.incident_step(&read(args)?)?),
        "review" => answer(open.review()?),
        "resolve" => answer(open.resolve(&read(args)?)?),
        "withdraw_refused" => answer(open.withdraw_refused(&read(args)?)?),
        "resend_refused" => answer(open.resend_refused(&read(args)?)?),
        "amend_refused" => answer(open.amend_refused(&read(args)?)?),
        _ => Err(rule("unknown_command")),
    }
}

fn read<T: DeserializeOwned>(args: Value) -> Result<T, ClientError> {
    let args = if args.is_null() { json!({}) } else { args };
    // serde's message may quote a value: it is dropped.
    serde_json::from_value(args).map_err(|_| rule("bad_arguments"))
}

fn answer<T: Serialize>(value: T) -> Result<Value, ClientError> {
    serde_json::to_value(value).map_err(|_| rule("internal"))
}
