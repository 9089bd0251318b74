//! Backups and what is made of them, by the real program; and epochs, by its routes.

use crate::bench::Bench;
use crate::killed::{Served, county};
use crate::phone::Phone;
use crate::pictures::picture;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use xunge_domain::ids::{DeviceNo, RecordId};
use xunge_domain::records::RecordKind;
use xunge_domain::value::Value;
use xunge_server::county::{CountyEdit, Settings};
use xunge_server::world::{Places, open_county};
use xunge_sync::messages::{self, FeedMark, Hello, Welcome};

/// A county with a picture, and the folders around it.
struct Office {
    folder: tempfile::TempDir,
    places: Places,
    ca: Vec<u8>,
    grid: RecordId,
}

impl Office {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (places, ca, grid, _) = county(folder.path());
        let county = open_county(&places, Settings::default()).unwrap();
        for n in 1..=3 {
            let bytes = picture(n);
            let shown = county.new_id();
            let hash = crate::authorisation::sha256(&bytes).to_vec();
            let edit = CountyEdit::new(RecordKind::PhotoEvidence, shown, grid, [(3, Value::Bytes(hash))]);
            county.write_as_county(vec![edit]).unwrap();
            county.keep_picture(shown, &bytes).unwrap();
        }
        Self { folder, places, ca, grid }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, data: &Path, key: &Path, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_xunge-county"))
            .arg("--data")
            .arg(data)
            .arg("--key")
            .arg(key)
            .args(args)
            .output()
            .unwrap()
    }

    fn back_up(&self, name: &str) -> PathBuf {
        let target = self.at(name);
        let done = self.run(
            &self.places.data,
            &self.places.key_file,
            &["backup", target.to_str().unwrap(), "--json"],
        );
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        target
    }

    /// Restores into a fresh folder. The code of the refusal, if it is one; nothing is left behind then.
    fn restore(&self, from: &Path, into: &str) -> Result<PathBuf, String> {
        self.restore_with(from, into, &self.places.key_file)
    }

    fn restore_with(&self, from: &Path, into: &str, key: &Path) -> Result<PathBuf, String> {
        let data = self.at(into);
        let done = self.run(&data, key, &["restore", from.to_str().unwrap(), "--json"]);
        if done.status.success() {
            return Ok(data);
        }
        let said: Json = serde_json::from_slice(&done.stdout).unwrap();
        let left = std::fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let left: Vec<_> = left.filter(|name| name.to_string_lossy().starts_with(into)).collect();
        assert!(left.is_empty(), "{left:?}");
        Err(said["error"].as_str().unwrap().to_owned())
    }
}

fn files(folder: &Path) -> BTreeSet<String> {
    fn walk(top: &Path, folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                walk(top, &entry.path(), found);
            } else {
                found.insert(entry.path().strip_prefix(top).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    let mut found = BTreeSet::new();
    walk(folder, folder, &mut found);
    found
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

#[test]
fn a_backup_names_every_file_and_holds_no_key_and_a_county_is_made_of_it_with_another_epoch() {
    use std::os::unix::fs::PermissionsExt as _;
    let office = Office::new();
    // While it serves.
    let mut served = Served::logging(&office.places, &office.ca, "off", std::process::Stdio::null());
    let backup = office.back_up("backup");
    served.child.kill().unwrap();
    served.child.wait().unwrap();
    let manifest: Json =
        serde_json::from_slice(&std::fs::read(backup.join("manifest.json")).unwrap()).unwrap();
    let mut listed: BTreeSet<String> = manifest["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["path"].as_str().unwrap().into())
        .collect();
    listed.insert("manifest.json".into());
    assert_eq!(files(&backup), listed, "and nothing else lies there");
    assert_eq!(manifest["pictures"], 3);
    assert_eq!(std::fs::metadata(&backup).unwrap().permissions().mode() & 0o077, 0, "its owner's only");
    let key = std::fs::read_to_string(&office.places.key_file).unwrap();
    for name in &listed {
        let bytes = std::fs::read(backup.join(name)).unwrap();
        assert!(!bytes.windows(64).any(|window| window == key.trim().as_bytes()), "{name} holds the key");
    }

    let data = office.restore(&backup, "again").unwrap();
    let places = Places { data, key_file: office.places.key_file.clone() };
    let (old, new) =
        [&office.places, &places].map(|places| open_county(places, Settings::default()).unwrap()).into();
    assert_ne!(old.epoch(), new.epoch());
    assert_eq!(new.check().unwrap().damaged, Vec::<String>::new());
    assert_eq!(new.check().unwrap().pictures.len(), 3);
    assert_eq!(xunge_server::world::county_ca(&places, &new).unwrap().der(), office.ca, "phones trust it");
    // Numbers the lost county may have given out are passed over.
    let counter = |county: &xunge_server::county::County| {
        county.read(|rows| Ok(rows.chain(DeviceNo::COUNTY)?.counter)).unwrap()
    };
    assert!(counter(&new) > counter(&old) + 1_000_000);
    let edit = CountyEdit::new(RecordKind::Household, new.new_id(), office.grid, [(5, Value::Int(1))]);
    new.write_as_county(vec![edit]).unwrap();
    assert_eq!(new.check().unwrap().damaged, Vec::<String>::new(), "passing over is no hole");
}

#[test]
fn a_ledger_goes_into_a_grid_and_what_was_not_done_is_said_as_one_object() {
    let office = Office::new();
    let run = |args: &[&str]| {
        let done = office.run(&office.places.data, &office.places.key_file, args);
        (done.status.code().unwrap(), serde_json::from_slice::<Json>(&done.stdout).unwrap())
    };
    let file = |name: &str, bytes: &[u8]| {
        let path = office.at(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let table = "990101,示范县,,county\n990101001,示范镇,990101,town\n990101001001,一格,990101001,grid\n";
    let fresh = office.at("fresh");
    let areas = file("areas.csv", table.as_bytes());
    let made = office.run(&fresh, &office.at("fresh.key"), &["area", "import", &areas]);
    assert!(made.status.success());
    let ledger = file("台账.csv", "姓名,与户主关系,住址\n王建军,户主,1幢1单元101\n".as_bytes());
    let into = |code: &str| {
        let done =
            office.run(&fresh, &office.at("fresh.key"), &["import", &ledger, "--area", code, "--json"]);
        (done.status.code().unwrap(), serde_json::from_slice::<Json>(&done.stdout).unwrap())
    };
    for wide in ["990101", "990101001"] {
        assert_eq!(into(wide), (1, json!({"error": "area_too_wide"})));
    }
    assert_eq!(into("990101001001").0, 0);
    assert_eq!(
        run(&["import", "/nowhere.csv", "--dry-run", "--json"]),
        (1, json!({"error": "unreadable_file"}))
    );
    let noise = file("noise.xlsx", b"\x00\x01\x02");
    let (exit, said) = run(&["import", &noise, "--dry-run", "--json"]);
    assert_eq!((exit, said), (1, json!({"error": "not_a_ledger"})));
}

#[test]
fn nothing_that_stands_is_overwritten() {
    let office = Office::new();
    let backup = office.back_up("backup");
    let before = files(&backup);
    let code = |done: Output| serde_json::from_slice::<Json>(&done.stdout).unwrap()["error"].clone();
    let run = |args: &[&str]| office.run(&office.places.data, &office.places.key_file, args);
    assert_eq!(code(run(&["backup", backup.to_str().unwrap(), "--json"])), "target_not_empty");
    assert_eq!(code(run(&["restore", backup.to_str().unwrap(), "--json"])), "target_not_empty");
    assert_eq!(files(&backup), before);
    let nowhere = office.run(&office.at("none"), &office.places.key_file, &["backup", "x", "--json"]);
    assert_eq!(code(nowhere), "no_county");
    assert!(!office.at("none").exists());
    // An empty folder is as good as none; what a crash left half made is taken away.
    std::fs::create_dir(office.at("second")).unwrap();
    std::fs::create_dir(office.at("second.unfinished")).unwrap();
    std::fs::write(office.at("second.unfinished/county.db"), b"half").unwrap();
    assert_eq!(files(&office.back_up("second")).len(), before.len());
    assert!(!office.at("second.unfinished").exists());
    assert!(!office.at("second.unfinished.lock").exists());
}

#[test]
fn a_backup_that_is_not_whole_is_refused_and_says_why() {
    let office = Office::new();
    let good = office.back_up("backup");
    let names = files(&good);
    let blob = names.iter().find(|name| name.starts_with("blobs/")).unwrap().clone();
    let spoilt = |number: u32, spoil: &dyn Fn(&Path)| {
        let bad = office.at(&format!("bad{number}"));
        copy(&good, &bad);
        spoil(&bad);
        office.restore(&bad, &format!("into{number}")).unwrap_err()
    };
    let flip = |path: PathBuf| {
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(path, bytes).unwrap();
    };
    let manifest = |bad: &Path, change: &dyn Fn(&mut Json)| {
        let path = bad.join("manifest.json");
        let mut list: Json = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        change(&mut list);
        std::fs::write(path, list.to_string()).unwrap();
    };
    assert_eq!(spoilt(1, &|bad| flip(bad.join("county.db"))), "backup_file_changed");
    assert_eq!(spoilt(2, &|bad| flip(bad.join(&blob))), "backup_file_changed");
    assert_eq!(spoilt(3, &|bad| std::fs::remove_file(bad.join(&blob)).unwrap()), "backup_file_missing");
    assert_eq!(spoilt(4, &|bad| std::fs::remove_file(bad.join("manifest.json")).unwrap()), "not_a_backup");
    assert_eq!(spoilt(5, &|bad| manifest(bad, &|list| list["schema"] = json!(4_000))), "newer_backup");
    // The list itself tampered with: a picture taken out of folder and list is missed by the database.
    let without = |bad: &Path| {
        std::fs::remove_file(bad.join(&blob)).unwrap();
        manifest(bad, &|list| {
            list["files"].as_array_mut().unwrap().retain(|file| file["path"] != blob.as_str());
        });
    };
    assert_eq!(spoilt(6, &without), "picture_damaged");
    let outside = |bad: &Path| {
        manifest(bad, &|list| list["files"][1]["path"] = json!("../elsewhere"));
    };
    assert_eq!(spoilt(7, &outside), "not_a_backup");
    assert!(!office.at("elsewhere").exists());

    let other = office.at("other.key");
    std::fs::write(&other, "ab".repeat(32)).unwrap();
    assert_eq!(office.restore_with(&good, "into8", &other).unwrap_err(), "wrong_key");
    let none = office.at("none.key");
    assert_eq!(office.restore_with(&good, "into9", &none).unwrap_err(), "key_missing");
    assert!(!none.exists(), "no other key is made");
}

#[test]
fn a_backup_asked_for_with_its_key_opens_where_there_is_none() {
    let office = Office::new();
    let target = office.at("whole");
    let args = ["backup", target.to_str().unwrap(), "--with-key"];
    assert!(office.run(&office.places.data, &office.places.key_file, &args).status.success());
    let fresh = office.at("fresh.key");
    let data = office.restore_with(&target, "again", &fresh).unwrap();
    let places = Places { data, key_file: fresh.clone() };
    assert_eq!(open_county(&places, Settings::default()).unwrap().check().unwrap().pictures.len(), 3);
    let other = office.at("other.key");
    std::fs::write(&other, "ab".repeat(32)).unwrap();
    assert_eq!(office.restore_with(&target, "third", &other).unwrap_err(), "other_key");
    assert_eq!(std::fs::read_to_string(other).unwrap(), "ab".repeat(32));
}

fn greet(bench: &Bench, phone: &mut Phone, mark: Option<FeedMark>) -> Welcome {
    let hello = Hello {
        protocol: 1,
        epoch: phone.epoch.clone(),
        counter: phone.chain.counter,
        cursor: mark.as_ref().map_or(0, |mark| mark.seq),
        mark,
        opened: None,
    };
    phone.post(bench, "/sync/v1/hello", messages::encode(&hello)).message()
}

#[test]
fn a_mark_of_a_history_that_is_gone_begins_an_epoch_and_a_forged_one_does_not() {
    let mut bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let (live, older) = (bench.folder.path().join("county.db"), bench.folder.path().join("older.db"));
    bench.county.storage().copy_to(&older).unwrap();
    phone.write(RecordKind::Household, bench.id(), bench.areas.grid, [(5, Value::Int(1))]);
    phone.push(&bench);
    let welcome = greet(&bench, &mut phone, None);
    let mark = welcome.mark.clone().unwrap();
    assert_eq!(mark.seq, welcome.head);
    let mut forged = mark.clone();
    forged.seq += 1_000;
    let mut other = mark.clone();
    other.hash[0] ^= 1;
    for said in [mark.clone(), forged.clone(), other.clone()] {
        assert_eq!(greet(&bench, &mut phone, Some(said)).epoch, welcome.epoch);
    }

    // Somebody puts the older copy back, and the feed has grown past the mark again before the phone calls.
    let elsewhere = Bench::new();
    (bench.county, bench.router) = (elsewhere.county.clone(), elsewhere.router.clone());
    for ending in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(bench.folder.path().join(format!("county.db{ending}")));
    }
    std::fs::copy(&older, &live).unwrap();
    bench.restart();
    for n in 0..20 {
        bench.write(RecordKind::Household, bench.id(), bench.areas.grid, [(5, Value::Int(n))]);
    }
    phone.nonce += 5_000;
    for said in [forged, other] {
        assert_eq!(greet(&bench, &mut phone, Some(said)).epoch, welcome.epoch, "forged");
    }
    let numbers = bench.county.read(|rows| Ok(rows.chain(DeviceNo::COUNTY)?.counter)).unwrap();
    let again = greet(&bench, &mut phone, Some(mark.clone()));
    assert_ne!(again.epoch, welcome.epoch);
    assert_eq!(again.highest, 0);
    assert!(bench.county.read(|rows| Ok(rows.chain(DeviceNo::COUNTY)?.counter)).unwrap() > numbers + 1_000);
    let newcomer = bench.phone("李强", bench.areas.grid);
    assert!(newcomer.no.0 > phone.no.0 + 900, "{:?}", newcomer.no);
    // The old mark proves nothing about the new epoch.
    assert_eq!(greet(&bench, &mut phone, Some(mark)).epoch, again.epoch);
}
