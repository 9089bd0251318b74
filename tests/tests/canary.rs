//! A whole phone is lived through — enrolled, filled, searched, refused, locked, crashed — and then looked at as a thief
//! would: no file below its folder, none of the county's, and no line of either's log shows what was typed or photographed.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so and ends")]

use serde_json::{Value as Json, json};
use std::io::Write;
use std::sync::{Arc, Mutex};
use xunge_domain::codes::citizen_id::check_character;
use xunge_domain::geometry::LatLon;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::value::Value;
use xunge_server::county::CountyEdit;
use xunge_tests::marks::{Marks, files_below, guises};
use xunge_tests::phone::SimPhone;
use xunge_tests::scene::{Scene, enrol, first_household, settle};

/// Everything that was logged, at the finest level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Catches what this thread logs; everything here happens in one.
    fn catch(&self) -> tracing::subscriber::DefaultGuard {
        let log = self.clone();
        tracing::subscriber::set_default(
            tracing_subscriber::fmt()
                .with_max_level(tracing::Level::TRACE)
                .with_ansi(false)
                .with_writer(move || log.clone())
                .finish(),
        )
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

/// Words that stand for nothing else, each with its own number.
#[derive(Default)]
struct Words {
    marks: Marks,
    all: Vec<String>,
}

impl Words {
    fn keep(&mut self, text: String) -> String {
        self.marks.text(&text);
        self.all.push(text.clone());
        text
    }

    fn text(&mut self, field: &str) -> String {
        let number = self.all.len();
        self.keep(format!("金丝雀{number:03}{field}canary"))
    }

    /// A name as people have: two characters of a family, two that are rare.
    fn name(&mut self) -> String {
        let number = self.all.len() as u32;
        let rare = char::from_u32(0x9F20 + number).unwrap();
        self.keep(format!("欧阳{rare}鹮"))
    }

    fn phone(&mut self) -> String {
        let number = self.all.len();
        self.keep(format!("1421113{number:04}"))
    }

    /// A citizen id of area 990101, which no place has, with its check character.
    fn citizen_id(&mut self) -> String {
        let number = self.all.len();
        let first = format!("99010119540305{number:03}");
        let check = check_character(first.as_bytes()).unwrap();
        self.keep(format!("{first}{}", char::from(check)))
    }
}

/// A picture with a comment and an EXIF block that can be read.
fn photo(words: &mut Words) -> Vec<u8> {
    let plain = image::ImageBuffer::from_fn(320, 240, |x, y| {
        image::Rgb([(x * 7 + y * 13) as u8, (x * y) as u8, (x ^ y) as u8])
    });
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 85).encode_image(&plain).unwrap();
    let segment = |marker: u8, body: &[u8]| {
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        [&[0xFF, marker], &length[..], body].concat()
    };
    // TIFF, little end first, one entry: ImageDescription, ASCII, whose text follows the directory.
    let mut text = words.text("exif").into_bytes();
    text.push(0);
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x0e\x01\x02\0".to_vec();
    exif.extend(u32::try_from(text.len()).unwrap().to_le_bytes());
    exif.extend(26_u32.to_le_bytes());
    exif.extend([0; 4]);
    exif.extend(text);
    let comment = words.text("comment");
    let extra = [segment(0xE1, &exif), segment(0xFE, comment.as_bytes())].concat();
    jpeg.splice(2..2, extra);
    jpeg
}

/// Lives through everything once; says what was typed.
fn live(scene: &Scene, phone: &mut SimPhone, words: &mut Words) {
    let ok = |phone: &SimPhone, command: &str, args: Json| {
        phone.call(command, args).unwrap_or_else(|code| panic!("{command}: {code}"))
    };
    let household = first_household(phone);
    ok(
        phone,
        "save_household",
        json!({ "id": household, "note": words.text("household"), "phone": words.phone() }),
    );
    let name = words.name();
    let citizen_id = words.citizen_id();
    let fields = json!({
        "name": name, "citizen_id": citizen_id, "birth": "1954-03-05", "sex": "1", "phone": words.phone(),
        "relation": "8", "residence": "floating", "note": words.text("person"),
    });
    let person = ok(phone, "save_person", json!({ "household": household, "fields": fields }))["id"].clone();
    ok(
        phone,
        "record_visit",
        json!({ "household": household, "outcome": "nothing_changed", "note": words.text("visit") }),
    );

    phone.device.stand_at(LatLon::from_e7(301_234_567, 1_201_234_567).unwrap(), 80);
    ok(phone, "patrol_start", json!({ "slot": "morning" }));
    let point = ok(phone, "patrol", json!({}))["points"][0]["id"].clone();
    ok(phone, "patrol_check_in", json!({ "point": point, "note": words.text("check-in") }));

    phone.device.load_photos(vec![photo(words)]);
    let form = words.text("form");
    let typed = json!({ "form": form, "fields": { "text": words.text("draft") }, "saved_ms": 0 });
    ok(phone, "draft_save", typed);
    let taken = ok(phone, "take_photo", json!({ "form": form }))["id"].as_str().unwrap().to_owned();
    for (name, thumbnail) in [("picture", false), ("thumbnail", true)] {
        let bytes = phone.open().photo_bytes(&taken, thumbnail).unwrap();
        // From the middle of the picture's own data: what every JPEG has in common would be found everywhere.
        words.marks.bytes(name, &bytes[bytes.len() / 2..bytes.len() / 2 + 48]);
    }
    let report = json!({
        "form": form, "category": "lamp", "text": words.text("incident"), "place_name": words.text("place"),
        "self_resolved": true, "resolution": words.text("resolution"),
    });
    ok(phone, "report_incident", report);
    let open = json!({ "form": "incident:open", "category": "lamp", "text": words.text("open incident") });
    let incident = ok(phone, "report_incident", open)["id"].clone();
    ok(phone, "incident_step", json!({ "id": incident, "verb": "supplement", "text": words.text("step") }));
    ok(phone, "patrol_stop", json!({}));
    let left = json!({ "form": "incident:left", "fields": { "text": words.text("left") }, "saved_ms": 0 });
    ok(phone, "draft_save", left);
    phone.device.load_photos(vec![photo(words)]);
    ok(phone, "take_photo", json!({ "form": "incident:left" }));

    // Looked for, opened, and asked wrongly.
    for query in [name.as_str(), &citizen_id, &words.text("searched")] {
        ok(phone, "households", json!({ "query": query }));
    }
    ok(phone, "open_person", json!({ "id": person, "reason": "call" }));
    let typed = words.text("wrong");
    for (command, args) in [
        ("save_person", json!({ "id": person, "fields": { "citizen_id": typed } })),
        ("save_person", json!({ "id": person, "fields": { typed.as_str(): "x" } })),
        ("record_visit", json!({ "household": household, "outcome": typed })),
        ("households", json!({ "query": 7, "more": typed })),
        ("take_photo", json!({ "form": typed, "data_base64": typed })),
        ("open_person", json!({ "id": person, "reason": typed })),
    ] {
        phone.call(command, args).unwrap_err();
    }
    // The county refuses what is written into a grid that is no longer the worker's; it stays on the phone.
    phone.link.set(true, 0);
    settle(phone);
    let worker = worker_of(scene, phone);
    scene.county.county().revoke_grant(worker, scene.county.grid).unwrap();
    // The hand-over is past: what is written now is refused.
    scene.clock.pass(8 * 86_400_000);
    ok(
        phone,
        "record_visit",
        json!({ "household": household, "outcome": "nothing_changed", "note": words.text("refused") }),
    );
    settle(phone);
    assert_eq!(phone.open().own_operations().unwrap().iter().filter(|op| op.refused.is_some()).count(), 1);
    scene.county.county().grant(worker, scene.county.grid).unwrap();
    // What went from the phone with the grant comes back with it, at the next greeting.
    phone.clock.pass(11 * 60_000);
    settle(phone);
}

fn worker_of(scene: &Scene, phone: &SimPhone) -> RecordId {
    let state = phone.call("app_state", json!({})).unwrap();
    let id: RecordId = state["worker"]["id"].as_str().unwrap().parse().unwrap();
    assert!(scene.county.county().record(id).unwrap().is_some());
    id
}

fn inspection_point(scene: &Scene) {
    let point = RecordId(uuid::Uuid::from_u128(0x0199_0101_0000_7000_8000_0000_0000_0001));
    let values = [
        (1, "东门消防栓".into()),
        (2, "消防".into()),
        (3, Value::Int(301_234_567)),
        (4, Value::Int(1_201_234_567)),
        (5, Value::Int(1)),
        (6, Value::Int(30)),
    ];
    let edit = CountyEdit::new(RecordKind::InspectionPoint, point, scene.county.grid, values);
    scene.county.county().write_as_county(vec![edit]).unwrap();
}

#[test]
fn neither_a_phone_nor_its_county_shows_what_they_hold() {
    let log = Log::default();
    let caught = log.catch();
    let scene = Scene::default();
    inspection_point(&scene);
    let mut words = Words::default();
    let code = scene.county.code_for("anna");
    words.keep(code.clone());
    words.keep("示例anna".to_owned());
    let mut phone = scene.new_phone("anna");
    enrol(&phone, &code).unwrap();
    settle(&phone);
    live(&scene, &mut phone, &mut words);
    let unsent = words.text("unsent");
    let household = first_household(&phone);
    phone.link.set(false, 0);
    phone
        .call("record_visit", json!({ "household": household, "outcome": "nothing_changed", "note": unsent }))
        .unwrap();
    // Half of a picture is at the county.
    phone.step();

    let folder = scene.folder().join("anna");
    let look = |words: &Words, when: &str| {
        assert!(files_below(&folder).len() >= 6, "store, log, mark, key and photos lie here, {when}");
        assert_eq!(words.marks.found_below(scene.folder()), [], "{when}");
    };
    look(&words, "while it runs");
    assert!(
        files_below(&folder).iter().any(|path| path.to_string_lossy().ends_with("-wal")),
        "the write-ahead log was looked at too"
    );
    phone.crash();
    look(&words, "after a crash");
    let pin = words.keep("8162534907".to_owned());
    phone.call("unlock", json!({ "pin": pin })).unwrap_err();
    look(&words, "after a wrong PIN");
    phone.call("unlock", json!({ "pin": xunge_tests::scene::PIN })).unwrap();
    phone.link.set(true, 0);
    settle(&phone);
    look(&words, "at rest");
    phone.call("lock", json!({})).unwrap();
    look(&words, "locked");
    scene.county.kill();
    look(&words, "with the county gone");

    let logged = log.text();
    for expected in ["command refused", "pushed", "phone enrolled"] {
        assert!(logged.contains(expected), "the log was caught at all: {expected}");
    }
    assert_eq!(words.marks.found_in(logged.as_bytes()), [""; 0], "{logged}");

    // A file that somebody forgot would have been seen, wherever it lay.
    let mut forgotten = std::fs::File::options();
    let mut file = forgotten.create_new(true).write(true).open(folder.join("store/forgotten.tmp")).unwrap();
    file.write_all(format!("…{unsent}…").as_bytes()).unwrap();
    let found = words.marks.found_below(scene.folder());
    assert!(found.len() == 1 && found[0].1 == [unsent.clone()], "{found:?}");

    // It was all there to be found: the right PIN shows it, and so does the county's key.
    phone.call("unlock", json!({ "pin": xunge_tests::scene::PIN })).unwrap();
    let page = phone.call("household", json!({ "id": household })).unwrap().to_string();
    assert!(page.contains(&unsent) && page.contains(&words.all[2]), "{page}");
    drop(caught);
}

#[test]
fn a_mark_is_found_in_every_guise_in_files_their_names_and_the_log() {
    let mut words = Words::default();
    let (name, number) = (words.name(), words.citizen_id());
    let folder = tempfile::tempdir().unwrap();
    let noise: Vec<u8> = (0..70_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let put = |file: &str, bytes: &[u8]| {
        let mut whole = noise.clone();
        whole.splice(40_000..40_000, bytes.iter().copied());
        std::fs::File::options()
            .create(true)
            .truncate(true)
            .write(true)
            .open(folder.path().join(file))
            .unwrap()
            .write_all(&whole)
            .unwrap();
    };
    put("clean", b"nothing");
    assert_eq!(words.marks.found_below(folder.path()), []);
    for text in [&name, &number] {
        for (n, guise) in guises(text).iter().enumerate() {
            put("dirty", guise);
            let found = words.marks.found_below(folder.path());
            assert!(found.len() == 1 && found[0].1.contains(text), "guise {n} of {text}: {found:?}");
        }
        // As it lies in something longer, at each of the three places.
        for lead in 0..3 {
            use base64::Engine as _;
            let inside = format!("{}{text}，住东门", "x".repeat(lead));
            put("dirty", base64::engine::general_purpose::STANDARD.encode(inside).as_bytes());
            assert_eq!(words.marks.found_below(folder.path()).len(), 1, "{text} behind {lead}");
        }
    }
    put("dirty", b"nothing");
    put(&number, b"nothing");
    assert_eq!(words.marks.found_below(folder.path()).len(), 1, "in a name");
    let log = Log::default();
    {
        let _caught = log.catch();
        tracing::trace!(name, "somebody forgot");
    }
    assert_eq!(words.marks.found_in(log.text().as_bytes()), [name.as_str()]);
}
