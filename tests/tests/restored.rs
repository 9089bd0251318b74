//! The real county is restored from a backup, or somebody puts an older copy of its folder back: real phones over real TLS
//! offer again what it lost, and all have the same again.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so and ends")]
#![allow(clippy::disallowed_methods, reason = "plays the administrator: copies folders, waits for processes")]

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;
use xunge_bridge::county::{County, free_port};
use xunge_bridge::phone::Phone;
use xunge_client::commands::dispatch;
use xunge_client::ports::Device as _;
use xunge_client::syncing::Next;

/// `xunge-county`, built beside this test.
fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let built = test.parent().and_then(Path::parent).unwrap().join("xunge-county");
    assert!(built.exists(), "build it first: cargo build --workspace --bins");
    built
}

struct Scene {
    folder: tempfile::TempDir,
    county: County,
    grid: String,
    phones: Vec<Phone>,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("county");
        let mut county = County::new(&program(), &data, folder.path(), free_port().unwrap());
        let made = county.json(&["demo", "--scale", "small"]).unwrap();
        let grid = made["known_grid"].as_str().unwrap().to_owned();
        county.serve().unwrap();
        let mut scene = Self { folder, county, grid, phones: Vec::new() };
        for number in ["91", "92"] {
            scene.enrol(number);
        }
        scene
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("county")
    }

    fn enrol(&mut self, number: &str) {
        self.worker(number);
        let code = self.county.json(&["enrol-code", number]).unwrap();
        let phone = Phone::new(&self.folder.path().join(number)).unwrap();
        let args = json!({ "address": code["address"], "code": code["code"], "pin": "730592" });
        call(&phone, "enrol", args);
        self.phones.push(phone);
        self.settle();
    }

    fn worker(&self, number: &str) {
        let args = ["worker", "add", "示例", "--area", &self.grid, "--role", "full_time", "--number", number];
        self.county.json(&args).unwrap();
    }

    /// All phones synchronise until nothing is left to do.
    fn settle(&self) {
        // Twice: what the second brings, the first is to see.
        for _ in 0..2 {
            self.phones.iter().for_each(settle);
        }
    }

    /// Everything on the phones is at the county, under the same id and hash, once; and every picture.
    fn all_equal(&self) {
        let checked = self.county.json(&["check"]).unwrap();
        assert_eq!(checked["damaged"], json!([]));
        let held: Vec<(String, String)> = checked["operations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|op| (op["id"].as_str().unwrap().to_owned(), op["hash"].as_str().unwrap().to_owned()))
            .collect();
        let mut written = BTreeSet::new();
        for phone in &self.phones {
            let open = phone.client.opened().unwrap();
            for op in open.own_operations().unwrap() {
                assert!(op.received && op.refused.is_none(), "{op:?}");
                written.insert((op.id.to_string(), hex(&op.hash)));
            }
            for picture in open.own_pictures().unwrap() {
                assert!(picture.received);
                let sha256 = hex(&picture.stored_sha256);
                let states = checked["pictures"].as_array().unwrap();
                assert!(
                    states.iter().any(|held| held["sha256"] == sha256 && held["state"] == "verified"),
                    "{sha256}"
                );
            }
        }
        assert_eq!(held.len(), written.len(), "once each");
        assert_eq!(held.into_iter().collect::<BTreeSet<_>>(), written);
    }

    /// Both phones show the same.
    fn look_the_same(&self) {
        let household = first_household(&self.phones[0]);
        let seen = |phone: &Phone| {
            let view = call(phone, "household", json!({ "id": household }));
            let mut visits: Vec<String> =
                view["visits"].as_array().unwrap().iter().map(|visit| visit["id"].to_string()).collect();
            visits.sort();
            visits
        };
        assert_eq!(seen(&self.phones[0]), seen(&self.phones[1]));
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn call(phone: &Phone, command: &str, args: Value) -> Value {
    dispatch(&phone.client, command, args).unwrap_or_else(|error| panic!("{command}: {}", error.code))
}

fn settle(phone: &Phone) {
    let open = phone.client.opened().unwrap();
    open.hurry();
    for _ in 0..600 {
        if let Next::Wait(_) = phone.client.sync_step().unwrap() {
            let counts = open.counts().unwrap();
            if counts.on_phone + counts.sending == 0 && open.sync_state().unwrap().last_error.is_none() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
            open.hurry();
        }
    }
    panic!("does not come to rest: {:?}", open.sync_state());
}

fn first_household(phone: &Phone) -> String {
    let head = call(phone, "households_head", json!({}));
    for building in head["buildings"].as_array().unwrap() {
        let view = call(phone, "building", json!({ "id": building["id"] }));
        let floors = view["floors"].as_array().unwrap().iter();
        let mut doors = floors.flat_map(|floor| floor["doors"].as_array().unwrap());
        if let Some(household) = doors.find_map(|door| door["household"].as_str()) {
            return household.to_owned();
        }
    }
    panic!("nobody lives anywhere");
}

fn visit(phone: &Phone) {
    let household = first_household(phone);
    call(phone, "record_visit", json!({ "household": household, "outcome": "nothing_changed" }));
}

fn report(phone: &Phone, seed: u8) {
    let picture = image::ImageBuffer::from_fn(320, 240, |x, y| {
        image::Rgb([seed.wrapping_mul(40).wrapping_add(x as u8 / 4), (y as u8) / 3, 90])
    });
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 85).encode_image(&picture).unwrap();
    phone.device.load_photos(vec![bytes]);
    let _ = phone.device.metered();
    call(phone, "take_photo", json!({ "form": "incident:new" }));
    let category = call(phone, "incident_categories", json!({}))[0]["code"].clone();
    call(
        phone,
        "report_incident",
        json!({ "form": "incident:new", "category": category, "text": "路灯不亮", "no_fix_reason": "indoors" }),
    );
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(from, to).unwrap();
        }
    }
}

fn a_day_before(scene: &Scene) {
    for (seed, phone) in (1_u8..).zip(&scene.phones) {
        visit(phone);
        report(phone, seed);
    }
    scene.settle();
    scene.all_equal();
}

fn a_day_after(scene: &Scene) {
    for (seed, phone) in (11_u8..).zip(&scene.phones) {
        visit(phone);
        visit(phone);
        report(phone, seed);
    }
    // The desk's own work after the backup is lost with the database; phones have read it by then.
    scene.worker("93");
    scene.settle();
    scene.all_equal();
}

#[test]
fn a_county_restored_from_a_backup_made_while_it_ran_gets_everything_back_from_its_phones() {
    let mut scene = Scene::new();
    a_day_before(&scene);
    let backup = scene.folder.path().join("backup");
    let made = scene.county.json(&["backup", backup.to_str().unwrap()]).unwrap();
    assert!(made["pictures"].as_u64().unwrap() >= 4, "full pictures and thumbnails: {made}");
    let before = scene.county.json(&["check"]).unwrap()["operations"].as_array().unwrap().len();
    a_day_after(&scene);
    scene.county.kill();
    std::fs::rename(scene.data(), scene.folder.path().join("lost")).unwrap();

    let restored = scene.county.json(&["restore", backup.to_str().unwrap()]).unwrap();
    assert_eq!(restored["operations"].as_u64().unwrap() as usize, before);
    scene.county.serve().unwrap();
    scene.settle();
    scene.all_equal();
    scene.look_the_same();
    // Numbers of the lost county's own log and phones are not given out again.
    scene.worker("94");
    scene.enrol("95");
    for phone in &scene.phones {
        visit(phone);
    }
    scene.settle();
    scene.all_equal();
    scene.look_the_same();
    assert!(scene.phones.iter().all(|phone| phone.client.opened().unwrap().compared() == Some(true)));
}

#[test]
fn an_older_copy_of_the_folder_put_back_by_hand_is_noticed_by_the_first_phone_that_calls() {
    let mut scene = Scene::new();
    a_day_before(&scene);
    scene.county.kill();
    let older = scene.folder.path().join("older");
    copy(&scene.data(), &older);
    scene.county.serve().unwrap();
    a_day_after(&scene);
    scene.county.kill();
    std::fs::rename(scene.data(), scene.folder.path().join("lost")).unwrap();
    copy(&older, &scene.data());

    scene.county.serve().unwrap();
    scene.settle();
    scene.all_equal();
    scene.look_the_same();
    let noticed = scene.county.said().join("\n");
    assert!(noticed.contains("a new epoch begins"), "{noticed}");
    scene.worker("94");
    scene.settle();
    assert!(scene.phones.iter().all(|phone| phone.client.opened().unwrap().compared() == Some(true)));
}

#[test]
fn a_county_asked_to_stop_does_not_wait_for_phones_that_hold_their_connections_and_sleep() {
    let mut scene = Scene::new();
    scene.settle();
    let begun = std::time::Instant::now();
    // The phones' connections are open: nobody reads from them until the next call.
    scene.county.stop();
    assert!(begun.elapsed() < Duration::from_secs(8), "its whole grace would be ten seconds");
    scene.county.serve().unwrap();
    visit(&scene.phones[0]);
    scene.settle();
    scene.all_equal();
}
