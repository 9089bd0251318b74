//! What the simulator found, each told as a story of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so and ends")]
#![allow(clippy::disallowed_methods, reason = "plays the backup programs of a phone and of the county")]

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use xunge_client::ports::{Response, TransportError};
use xunge_domain::ids::RecordId;
use xunge_domain::records::{FieldKey, MAX_TEXT, RecordKind};
use xunge_domain::value::Edit;
use xunge_server::county::CountyEdit;
use xunge_server::storage::{Page, Sort, UploadRow};
use xunge_store::RowValue;
use xunge_tests::marks::files_below;
use xunge_tests::phone::SimPhone;
use xunge_tests::scene::{PIN, Scene, first_household, settle, visit};

fn households(phone: &SimPhone) -> u64 {
    phone.call("households_head", json!({})).unwrap()["households"].as_u64().unwrap()
}

fn worker(scene: &Scene) -> RecordId {
    scene.county.county().devices().unwrap().last().unwrap().worker
}

fn copy(from: &Path, to: &Path) {
    for file in files_below(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(&file, target).unwrap();
    }
}

/// A second copy of a phone that lives on beside it.
fn clone_of(scene: &Scene, phone: &mut SimPhone, name: &'static str) -> SimPhone {
    phone.call("lock", json!({})).unwrap();
    copy(&scene.folder().join(phone.name), &scene.folder().join(name));
    phone.restart();
    let clone = scene.new_phone(name);
    clone.call("unlock", json!({ "pin": PIN })).unwrap();
    clone
}

fn report(phone: &SimPhone) {
    phone.load_photo(3);
    phone.call("take_photo", json!({ "form": "incident:new" })).unwrap();
    let report =
        json!({ "form": "incident:new", "category": "lamp", "text": "灯不亮", "no_fix_reason": "indoors" });
    phone.call("report_incident", report).unwrap();
}

fn note_of(phone: &SimPhone, household: RecordId) -> Value {
    phone.call("household", json!({ "id": household.to_string() })).unwrap()["note"].clone()
}

#[test]
fn nothing_in_an_area_taken_away_can_be_undone_back_onto_the_phone() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    let household = first_household(&phone);
    let saved = phone.call("save_household", json!({ "id": household, "note": "养狗" })).unwrap();
    settle(&phone);
    scene.county.county().revoke_grant(worker(&scene), scene.county.grid).unwrap();
    settle(&phone);
    assert_eq!(phone.call("undo", json!({ "undo": saved["undo"] })).unwrap_err(), "undo_gone");
    assert_eq!(phone.call("household", json!({ "id": household })).unwrap_err(), "not_found");
    assert_eq!(phone.open().own_operations().unwrap().len(), 1);
}

#[test]
fn a_round_under_way_ends_with_its_area() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    phone.call("patrol_start", json!({ "slot": "morning" })).unwrap();
    scene.county.county().revoke_grant(worker(&scene), scene.county.grid).unwrap();
    settle(&phone);
    assert_eq!(phone.call("patrol", json!({})).unwrap(), Value::Null);
    assert_eq!(phone.call("patrol_stop", json!({})).unwrap_err(), "no_patrol");
    assert_eq!(phone.open().own_operations().unwrap().len(), 1, "the start, which the county has");
}

#[test]
fn a_round_is_ended_where_it_began_also_when_the_grid_of_the_phone_is_another_by_then() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    let county = scene.county.county();
    let worker = worker(&scene);
    // Whichever of the two areas comes first is the phone's grid: both orders are tried.
    for (first, then) in
        [(scene.county.grid, scene.county.sibling), (scene.county.sibling, scene.county.grid)]
    {
        county.grant(worker, first).unwrap();
        county.revoke_grant(worker, then).unwrap();
        settle(&phone);
        phone.call("patrol_start", json!({ "slot": "morning" })).unwrap();
        county.grant(worker, then).unwrap();
        settle(&phone);
        phone.call("patrol_stop", json!({})).unwrap();
        settle(&phone);
    }
    let own = phone.open().own_operations().unwrap();
    assert!(own.iter().all(|op| op.received && op.refused.is_none()), "{own:?}");
}

#[test]
fn a_grant_given_and_taken_back_between_two_greetings_leaves_nothing_behind() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    let county = scene.county.county();
    let one = households(&phone);
    let worker = worker(&scene);
    county.grant(worker, scene.county.sibling).unwrap();
    let theirs =
        county.records_in(RecordKind::Household, scene.county.sibling, Sort::Rising, Page::ALL).unwrap()[0]
            .id;
    let edit = CountyEdit::new(RecordKind::Household, theirs, scene.county.sibling, [(1, "别家的".into())]);
    county.write_as_county(vec![edit]).unwrap();
    // The feed brings it although the phone was told of no grant yet.
    for _ in 0..4 {
        phone.clock.pass(31_000);
        phone.step();
    }
    county.revoke_grant(worker, scene.county.sibling).unwrap();
    settle(&phone);
    assert_eq!(phone.call("household", json!({ "id": theirs.to_string() })).unwrap_err(), "not_found");
    assert_eq!(households(&phone), one);
    county.grant(worker, scene.county.sibling).unwrap();
    settle(&phone);
    assert_eq!((households(&phone), note_of(&phone, theirs)), (2 * one, json!("别家的")));
}

#[test]
fn what_a_county_lost_with_its_backup_goes_from_the_phones_and_numbers_given_anew_are_heard() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    let county = scene.county.county();
    let rows = county.records_in(RecordKind::Household, scene.county.grid, Sort::Rising, Page::ALL).unwrap();
    let (first, second) = (rows[0].id, rows[1].id);
    let note = |record, text: &str| {
        vec![CountyEdit::new(RecordKind::Household, record, scene.county.grid, [(1, text.into())])]
    };
    drop(county);
    back_up(&scene);
    scene.county.county().write_as_county(note(first, "丢了的")).unwrap();
    settle(&phone);
    assert_eq!(note_of(&phone, first), "丢了的");

    put_back(&scene);
    // The same number in the county's own log, given to something else.
    scene.county.county().write_as_county(note(second, "新的")).unwrap();
    settle(&phone);
    assert_eq!((note_of(&phone, first), note_of(&phone, second)), (json!(""), json!("新的")));
}

#[test]
fn what_the_county_kept_for_the_desk_is_not_laid_over_an_area_that_is_granted_again() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    let county = scene.county.county();
    let household = first_household(&phone);
    phone.link.set(false, 0);
    phone.call("save_household", json!({ "id": household, "note": "太晚了" })).unwrap();
    visit(&phone);
    county.revoke_grant(worker(&scene), scene.county.grid).unwrap();
    scene.clock.pass(8 * 86_400_000);
    phone.link.set(true, 0);
    settle(&phone);
    assert_eq!(households(&phone), 0);
    county.grant(worker(&scene), scene.county.grid).unwrap();
    settle(&phone);
    let view = phone.call("household", json!({ "id": household })).unwrap();
    assert_eq!((&view["note"], &view["visits"]), (&json!(""), &json!([])), "{view}");
    let history = view["history"].as_array().unwrap();
    assert!(
        !history.is_empty() && history.iter().all(|line| line["fields"] != json!(["note"])),
        "{history:?}"
    );
}

#[test]
fn a_proxys_limit_refuses_no_picture() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    report(&phone);
    phone.link.answer_with_call({
        let county = scene.county.clone();
        let left = Mutex::new(3);
        move |request| {
            let mut left = left.lock().unwrap();
            if request.path.contains("uploads") && *left > 0 {
                *left -= 1;
                let headers = vec![("content-type".into(), "text/html".into())];
                return Ok(Response { status: 413, headers, body: b"too large".to_vec() });
            }
            county.call(request).ok_or(TransportError::Unreachable)
        }
    });
    settle(&phone);
    assert_eq!(phone.call("review", json!({})).unwrap()["refused"], json!([]));
    assert!(phone.open().own_pictures().unwrap().iter().all(|picture| picture.received));
}

#[test]
fn what_two_copies_of_a_phone_both_held_unsent_is_applied_once() {
    let scene = Scene::default();
    let mut phone = scene.phone("anna");
    phone.link.set(false, 0);
    let empty = clone_of(&scene, &mut phone, "anna'");
    visit(&phone);
    let full = clone_of(&scene, &mut phone, "anna''");
    phone.link.set(true, 0);

    // The emptiest one comes first: everybody else has to write under other numbers.
    visit(&empty);
    settle(&empty);
    settle(&phone);
    settle(&full);
    settle(&phone);
    let device = scene.county.county().devices().unwrap().pop().unwrap();
    assert_eq!(device.chain.counter, 2, "two visits were written");
    for copy in [&phone, &full] {
        assert_eq!(copy.open().own_operations().unwrap().len(), 2);
    }
}

#[test]
fn an_upload_whose_last_piece_came_just_before_the_county_died_becomes_a_picture() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    report(&phone);
    let picture = phone.open().own_pictures().unwrap()[0].clone();
    let device = scene.county.county().devices().unwrap().last().unwrap().no;
    phone.link.answer_with_call({
        let county = scene.county.clone();
        let left = Mutex::new(true);
        move |request| {
            let core = county.county();
            let known = core.read(|rows| Ok(rows.upload_of(device, &picture.stored_sha256)?)).unwrap();
            let mut left = left.lock().unwrap();
            if let Some(upload) = known.filter(|_| *left && request.method == "PATCH") {
                // The piece is there and counted; then the county dies.
                *left = false;
                let hash: String = upload.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
                core.blobs().put(&format!("pieces/{}/{hash}/0", device.0), &request.body).unwrap();
                let length = request.body.len();
                let whole = UploadRow {
                    offset: length as u64,
                    pieces: vec![u32::try_from(length).unwrap()],
                    ..upload
                };
                core.write(|tx| Ok(tx.rows().put_upload(&whole)?)).unwrap();
                drop(core);
                county.kill();
                county.start();
                return Err(TransportError::Unreachable);
            }
            county.call(request).ok_or(TransportError::Unreachable)
        }
    });
    settle(&phone);
    settle(&phone);
    assert!(phone.open().own_pictures().unwrap().iter().all(|picture| picture.received));
}

/// A household whose note is longer than the county takes, as an app of next year may write it: refused.
fn refused_household(phone: &SimPhone) -> String {
    let open = phone.open();
    let grid = open.identity().grid().unwrap();
    let edits = BTreeMap::from([(FieldKey(1), Edit::Put("长".repeat(MAX_TEXT).as_str().into()))]);
    open.change(|change| {
        let household = change.new_id();
        change.edit(RecordKind::Household, household, grid, edits)?;
        Ok(())
    })
    .unwrap();
    settle(phone);
    let refused = phone.call("review", json!({})).unwrap()["refused"].clone();
    assert_eq!((refused.as_array().unwrap().len(), &refused[0]["reason"]), (1, &json!("too_long")));
    refused[0]["op"].as_str().unwrap().to_owned()
}

fn person_of(phone: &SimPhone) -> String {
    let view = phone.call("household", json!({ "id": first_household(phone) })).unwrap();
    view["people"][0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_household_whose_making_was_refused_and_taken_back_is_counted_nowhere() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    let before = households(&phone);
    let op = refused_household(&phone);
    assert_eq!(households(&phone), before + 1, "the worker sees what they wrote until they have decided");
    phone.call("withdraw_refused", json!({ "op": op })).unwrap();
    assert_eq!(households(&phone), before);
}

#[test]
fn a_set_that_was_filled_and_emptied_is_the_same_at_phone_and_county() {
    let scene = Scene::default();
    let (one, two) = (scene.phone("anna"), scene.phone("bert"));
    let person = person_of(&one);
    for (phone, number) in [(&one, "13911110000"), (&two, "13922220000")] {
        phone.link.set(false, 0);
        phone.call("save_person", json!({ "id": person, "fields": { "phone": number } })).unwrap();
    }
    for phone in [&one, &two, &one] {
        phone.link.set(true, 0);
        settle(phone);
    }
    // Both numbers are kept, one of them in a set beside the first; then that is taken back.
    let conflict = one.call("review", json!({})).unwrap()["conflicts"][0].clone();
    let args = json!({ "conflict": conflict["id"], "op": conflict["sides"][0]["op"], "both": true });
    let saved = one.call("resolve", args).unwrap();
    one.call("undo", json!({ "undo": saved["undo"] })).unwrap();
    settle(&one);
    let record: RecordId = person.parse().unwrap();
    let others = RecordKind::Person.field_named("other_phones").unwrap().key;
    let row = scene.county.county().record(record).unwrap().unwrap();
    assert_eq!(row.fields.get(&others), None);
    let (_, _, merged) = scene.county.county().merged(record).unwrap().unwrap();
    assert_eq!((merged.fields.get(&others), merged.conflicts.len()), (None, 1), "and the conflict is back");
    let held =
        one.open().change(|change| Ok(change.writer.row(RecordKind::Person, record)?)).unwrap().unwrap();
    assert_eq!(held.field(RecordKind::Person, "other_phones"), &RowValue::Absent);
}

#[test]
fn a_picture_that_was_refused_and_let_go_is_not_told_to_be_at_the_county() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    phone.link.set(false, 0);
    report(&phone);
    scene.county.county().revoke_grant(worker(&scene), scene.county.grid).unwrap();
    // Beyond the days of the hand-over: the report is kept for the desk, its picture is not taken.
    scene.clock.pass(8 * 86_400_000);
    phone.link.set(true, 0);
    settle(&phone);
    let photos = || {
        let state = phone.open().sync_state().unwrap().photos;
        (state.done, state.of)
    };
    let review = phone.call("review", json!({})).unwrap();
    let mut refused = review["refused"].as_array().unwrap().iter().map(|item| item["op"].as_str().unwrap());
    let picture = refused.find(|op| op.starts_with("photo:")).expect("it was refused").to_owned();
    assert_eq!(photos(), (0, 1), "a refused one does not count as sent");
    phone.call("withdraw_refused", json!({ "op": picture })).unwrap();
    assert_eq!(photos(), (0, 0));
    assert!(phone.open().own_pictures().unwrap().iter().all(|picture| !picture.received));
    let id = picture.trim_start_matches("photo:").parse().unwrap();
    assert_eq!(phone.open().photo_view(id).unwrap_err().code(), "not_found");
}

/// The county's database as it is now, to be put back with [`put_back`].
fn back_up(scene: &Scene) {
    scene.county.kill();
    let backup = scene.folder().join("backup");
    for file in files_below(scene.folder()).iter().filter(|file| file.parent() == Some(scene.folder())) {
        std::fs::create_dir_all(&backup).unwrap();
        std::fs::copy(file, backup.join(file.file_name().unwrap())).unwrap();
    }
    scene.county.start();
}

fn put_back(scene: &Scene) {
    scene.county.kill();
    for name in ["county.db-wal", "county.db-shm"] {
        let _ = std::fs::remove_file(scene.folder().join(name));
    }
    for file in files_below(&scene.folder().join("backup")) {
        std::fs::copy(&file, scene.folder().join(file.file_name().unwrap())).unwrap();
    }
    scene.county.start();
    scene.county.county().begin_epoch().unwrap();
}

/// An edit of the first household that arrives after the hand-over: kept for the desk, and gone from the phone.
fn too_late(scene: &Scene, phone: &SimPhone) -> RecordId {
    let household = first_household(phone);
    phone.link.set(false, 0);
    phone.call("save_household", json!({ "id": household, "note": "太晚了" })).unwrap();
    scene.county.county().revoke_grant(worker(scene), scene.county.grid).unwrap();
    scene.clock.pass(8 * 86_400_000);
    phone.link.set(true, 0);
    settle(phone);
    assert_eq!(households(phone), 0);
    household.parse().unwrap()
}

#[test]
fn what_was_kept_for_the_desk_and_is_applied_after_a_restore_shows_on_every_copy_of_the_phone() {
    let scene = Scene::default();
    let mut phone = scene.phone("anna");
    back_up(&scene);
    let household = too_late(&scene, &phone);
    let clone = clone_of(&scene, &mut phone, "anna'");
    // The county is put back to before it took the area away: one copy gives it the edit, the other finds it there.
    put_back(&scene);
    for copy in [&phone, &clone] {
        settle(copy);
        assert_eq!(note_of(copy, household), "太晚了", "{}", copy.name);
    }
    let row = scene.county.county().record(household).unwrap().unwrap();
    assert_eq!(row.text(1), "太晚了");
}

#[test]
fn what_is_refused_again_after_a_restore_does_not_bring_its_area_back_onto_the_phone() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    let worker = worker(&scene);
    scene.county.county().revoke_grant(worker, scene.county.grid).unwrap();
    scene.county.county().grant(worker, scene.county.grid).unwrap();
    settle(&phone);
    let first = first_household(&phone);
    phone.call("save_household", json!({ "id": first, "note": "来得及" })).unwrap();
    settle(&phone);
    scene.county.county().revoke_grant(worker, scene.county.grid).unwrap();
    scene.clock.pass(8 * 86_400_000);
    back_up(&scene);
    scene.county.county().grant(worker, scene.county.grid).unwrap();
    settle(&phone);
    let household = too_late(&scene, &phone);
    // The county knows nothing of the second edit any more, is sent it again and refuses it again.
    put_back(&scene);
    settle(&phone);
    assert_eq!(phone.call("review", json!({})).unwrap()["refused"], json!([]), "it is the desk's");
    assert_eq!(households(&phone), 0);
    assert_eq!(phone.call("household", json!({ "id": household.to_string() })).unwrap_err(), "not_found");
}
