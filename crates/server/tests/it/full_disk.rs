//! The real program on a disk that is really full: everybody is told so and asked to come again, what is there can still
//! be read, and once there is room all goes on where it stood.
//!
//! The disk is a small one in memory, mounted for this one process in a namespace of its own.

use crate::authorisation::sha256;
use crate::bench::{Answer, Seeded, redeem};
use crate::killed::{Served, county};
use crate::phone::Phone;
use crate::pictures::picture;
use axum::body::Body;
use axum::http::Request;
use axum::http::request::Builder;
use ed25519_dalek::SigningKey;
use serde_json::{Value as Json, json};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::value::Value;
use xunge_server::county::Settings;
use xunge_server::desk::passwords;
use xunge_server::storage::DeskAccount;
use xunge_server::world::{Places, open_county};
use xunge_sync::messages::{self, BeginUpload, Enrolled, Pushed, Receipts, ReceiptsWanted};

const PASSWORD: &str = "aaaa-bbbb-cccc-dddd";

/// Mounts a small disk, copies the data there, becomes the county.
const ON_A_SMALL_DISK: &str = r#"mount -t tmpfs -o size=24m none "$1" && cp -a "$2" "$1/data" &&
    exec "$3" serve --listen 127.0.0.1:0 --data "$1/data" --key "$4" --low-disk-mb 4"#;

fn id(n: u128) -> RecordId {
    RecordId(uuid::Uuid::from_u128((0x990101 << 64) | n))
}

/// The small disk as the county sees it.
struct Disk(PathBuf);

impl Disk {
    fn of(served: &Served, mounted: &Path) -> Self {
        Self(Path::new(&format!("/proc/{}/root", served.child.id())).join(mounted.strip_prefix("/").unwrap()))
    }

    /// To the last byte.
    fn fill(&self) {
        let mut filler = std::fs::File::create(self.0.join("filler")).unwrap();
        for size in [64 * 1024, 1] {
            let piece = vec![1; size];
            while filler.write_all(&piece).is_ok() {}
        }
    }

    fn make_room(&self) {
        std::fs::remove_file(self.0.join("filler")).unwrap();
    }
}

/// Who may mount in a namespace: root, and anybody where the kernel lets users have namespaces of their own.
fn may_mount(folder: &Path) -> bool {
    let tried = Command::new("unshare")
        .args(["-Urm", "mount", "-t", "tmpfs", "-o", "size=1m", "none"])
        .arg(folder)
        .stderr(Stdio::null())
        .status();
    tried.is_ok_and(|status| status.success())
}

struct Session {
    cookie: String,
    csrf: String,
}

impl Session {
    fn enter(served: &Served) -> Self {
        let sent = json!({ "name": "county", "password": PASSWORD }).to_string();
        let entered = served.call(Request::post("/desk/api/login").body(Body::from(sent)).unwrap()).unwrap();
        assert_eq!(entered.status, 200);
        let cookie = entered.header("set-cookie").split(';').next().unwrap().to_owned();
        let csrf = json_of(&entered)["csrf"].as_str().unwrap().to_owned();
        Self { cookie, csrf }
    }

    fn send(&self, served: &Served, request: Builder, body: &str) -> Answer {
        let request = request.header("cookie", &self.cookie).header("x-csrf-token", &self.csrf);
        served.call(request.body(Body::from(body.to_owned())).unwrap()).expect("an answer")
    }
}

fn json_of(answer: &Answer) -> Json {
    serde_json::from_slice(&answer.body).unwrap_or(Json::Null)
}

fn signed(served: &Served, phone: &mut Phone, path: &str, body: Vec<u8>) -> Answer {
    served.call(phone.request("POST", path, body)).expect("an answer")
}

/// Offers what is unsent; a receipt moves the phone's log on.
fn push(served: &Served, phone: &mut Phone) -> Answer {
    let (push, after) = phone.push_message();
    let answer = signed(served, phone, "/sync/v1/push", messages::encode(&push));
    if answer.status == 200 {
        assert_eq!(answer.message::<Pushed>().chain, after.head);
        phone.chain = after;
        phone.unsent.clear();
    }
    answer
}

fn patch(served: &Served, url: &str, offset: usize, piece: &[u8]) -> Answer {
    let request = Request::patch(url)
        .header("tus-resumable", "1.0.0")
        .header("content-type", "application/offset+octet-stream")
        .header("upload-offset", offset);
    served.call(request.body(Body::from(piece.to_vec())).unwrap()).expect("an answer")
}

fn get(served: &Served, path: &str) -> Answer {
    served.call(Request::get(path).body(Body::empty()).unwrap()).expect("an answer")
}

fn metric(served: &Served, name: &str) -> u64 {
    let text = String::from_utf8(get(served, "/metrics").body).unwrap();
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.unwrap_or_else(|| panic!("{name} in {text}")).parse().unwrap()
}

/// To be asked again later: 507 with a moment, and the code.
fn is_told_full(what: &str, answer: &Answer) {
    assert_eq!((answer.status, answer.code().as_deref()), (507, Some("disk_full")), "{what}");
    assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{what}");
}

#[test]
fn on_a_full_disk_everybody_is_told_and_with_room_again_all_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mounted = folder.path().join("disk");
    std::fs::create_dir(&mounted).unwrap();
    if !may_mount(&mounted) {
        eprintln!("NOT RUN: this user may not mount a small disk (unshare -Urm)");
        return;
    }
    let (places, ca, grid, codes) = county(folder.path());
    prepare(&places, grid);
    let mut program = Command::new("unshare");
    program.args(["-Urm", "sh", "-c", ON_A_SMALL_DISK, "sh"]).arg(&mounted).arg(&places.data);
    program.arg(env!("CARGO_BIN_EXE_xunge-county")).arg(&places.key_file);
    program.env("RUST_LOG", "off").stderr(Stdio::null());
    let served = Served::run(program, &ca);
    let disk = Disk::of(&served, &mounted);

    // A day begins: a phone, an incident with a picture of which half arrives, a desk.
    let key = SigningKey::from_bytes(&[1; 32]);
    let asked = Request::post("/enrol/v1/redeem").body(messages::encode(&redeem(&codes[0], &key)).into());
    let enrolled: Enrolled = served.call(asked.unwrap()).unwrap().message();
    let mut phone = Phone::new(key, &enrolled);
    let bytes = picture(9);
    let half = bytes.len() / 2;
    let values = [(1, Value::from("lamp")), (2, Value::from("路灯不亮")), (12, Value::from("7F2C"))];
    phone.write(RecordKind::Incident, id(1), grid, values);
    let of_incident = [(1, Value::reference(id(1))), (3, Value::Bytes(sha256(&bytes).to_vec()))];
    phone.write(RecordKind::PhotoEvidence, id(2), grid, of_incident);
    assert_eq!(push(&served, &mut phone).status, 200);
    let begin = BeginUpload {
        evidence: id(2).0.as_bytes().to_vec(),
        which: 1,
        length: bytes.len() as u64,
        sha256: sha256(&bytes).to_vec(),
    };
    let url = signed(&served, &mut phone, "/sync/v1/uploads", messages::encode(&begin));
    let url = url.header("location").to_owned();
    assert_eq!(patch(&served, &url, 0, &bytes[..half]).status, 204);
    let desk = Session::enter(&served);
    let case = format!("/desk/api/incidents/{}", id(1));
    let revision = json_of(&desk.send(&served, Request::get(&case), ""))["revision"].clone();
    let answer = json!({ "revision": revision }).to_string();
    let accept = || desk.send(&served, Request::post(format!("{case}/accept")), &answer);
    assert_eq!(get(&served, "/healthz").status, 200);
    assert!(metric(&served, "xunge_disk_free_bytes") > 4 * 1024 * 1024);

    disk.fill();
    let wide = "欧".repeat(300);
    for n in 10..40 {
        phone.write(RecordKind::Household, id(n), grid, [(1, Value::from(wide.as_str()))]);
    }
    is_told_full("a push", &push(&served, &mut phone));
    is_told_full("a piece", &patch(&served, &url, half, &bytes[half..]));
    let refused = accept();
    assert_eq!((refused.status, json_of(&refused)["code"].as_str()), (507, Some("disk_full")));
    let health = get(&served, "/healthz");
    assert_eq!((health.status, health.body.as_slice()), (507, b"disk_low\n".as_slice()));
    assert!(metric(&served, "xunge_disk_free_bytes") < 64 * 1024);
    assert_eq!(metric(&served, "xunge_disk_full_total"), 3, "a push, a piece, an answer");
    // What is there can be read, by the desk that has to be told of it and by phones.
    let seen = json_of(&desk.send(&served, Request::get(&case), ""));
    assert_eq!((seen["state"].as_str(), &seen["revision"]), (Some("reported"), &revision));
    let wanted = ReceiptsWanted { hashes: vec![sha256(&bytes).to_vec().into()] };
    let receipts = signed(&served, &mut phone, "/sync/v1/receipts", messages::encode(&wanted));
    assert!(receipts.message::<Receipts>().held.is_empty(), "half a picture is none");
    // It stays so however often it is asked.
    for _ in 0..3 {
        is_told_full("a push, again", &push(&served, &mut phone));
    }

    disk.make_room();
    assert_eq!(get(&served, "/healthz").status, 200);
    assert_eq!(push(&served, &mut phone).status, 200);
    let on = patch(&served, &url, half, &bytes[half..]);
    assert_eq!(on.status, 204, "{:?}", on.code());
    let receipts = signed(&served, &mut phone, "/sync/v1/receipts", messages::encode(&wanted));
    assert_eq!(receipts.message::<Receipts>().held[0].bytes, bytes.len() as u64);
    let accepted = accept();
    assert_eq!((accepted.status, json_of(&accepted)["state"].as_str()), (200, Some("accepted")));

    // What was confirmed lies there whole, page by page, operation by operation, picture by picture.
    let (copy, at) = (folder.path().join("copy"), disk.0.join("data"));
    served.kill_after(|| {
        assert!(Command::new("cp").arg("-a").arg(&at).arg(&copy).status().unwrap().success());
    });
    let kept = open_county(&Places { data: copy.clone(), ..places.clone() }, Settings::default()).unwrap();
    assert_eq!(kept.count_in(RecordKind::Household, grid).unwrap(), 30);
    drop(kept);
    let check = Command::new(env!("CARGO_BIN_EXE_xunge-county"))
        .args(["check", "--data"])
        .arg(&copy)
        .arg("--key")
        .arg(&places.key_file)
        .output()
        .unwrap();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stdout));
}

/// A county on a small disk gets a ledger too large for it, and then a larger disk.
const IMPORT_TWICE: &str = r#"mount -t tmpfs -o size=3m none "$1" || exit 90
    county() { program=$1; data=$2; key=$3; shift 3; "$program" --data "$data" --key "$key" "$@"; }
    county "$2" "$1/data" "$3" area import "$4" >/dev/null || exit 91
    county "$2" "$1/data" "$3" import "$5" --area 990101001001 2>"$6"; echo "full $?" >>"$6"
    mount -o remount,size=200m "$1" || exit 92
    county "$2" "$1/data" "$3" import "$5" --area 990101001001; echo "roomy $?" >>"$6"
    county "$2" "$1/data" "$3" check >/dev/null; echo "check $?" >>"$6""#;

#[test]
fn an_import_that_fills_the_disk_says_how_far_it_came_and_goes_on_from_there() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("disk")).unwrap();
    if !may_mount(&at("disk")) {
        eprintln!("NOT RUN: this user may not mount a small disk (unshare -Urm)");
        return;
    }
    let areas =
        "code,name,parent,level\n990101000000,示范县,,county\n990101001001,示范网格,990101000000,grid\n";
    std::fs::write(at("areas.csv"), areas).unwrap();
    let mut ledger = String::from("姓名,与户主关系,住址\n");
    for n in 0..4_000 {
        ledger.push_str(&format!("示例{},户主,1幢1单元{}\n", letters(n), 101 + n));
    }
    std::fs::write(at("ledger.csv"), ledger).unwrap();
    let program = env!("CARGO_BIN_EXE_xunge-county");
    let ran = Command::new("unshare")
        .args(["-Urm", "sh", "-c", IMPORT_TWICE, "sh"])
        .args([at("disk"), program.into(), at("county.key"), at("areas.csv"), at("ledger.csv"), at("told")])
        .output()
        .unwrap();
    let told = std::fs::read_to_string(at("told")).unwrap_or_default();
    assert!(ran.status.success(), "{:?} {told}", ran.status);
    assert!(told.contains("[disk_full]") && told.contains("full 4"), "{told}");
    let written: usize = told
        .split_once("4000 人里已写入 ")
        .and_then(|(_, rest)| rest.split_once(" 人"))
        .map(|(number, _)| number.parse().unwrap())
        .unwrap_or_else(|| panic!("{told}"));
    assert!(0 < written && written < 4_000, "{told}");
    assert!(told.contains("roomy 0") && told.contains("check 0"), "{told}");
    // Those written before are found again, the others are new: together everybody, once.
    let said = String::from_utf8(ran.stdout).unwrap();
    let (known, new) = counted(&said);
    assert_eq!(known + new, 4_000, "{said}");
    assert!(known >= written, "{written} were told as written, {known} were there: {said}");
}

/// A name of Chinese characters for a number: names hold no digits.
fn letters(n: usize) -> String {
    n.to_string()
        .bytes()
        .map(|digit| ['甲', '乙', '丙', '丁', '戊', '己', '庚', '辛', '壬', '癸'][usize::from(digit - b'0')])
        .collect()
}

/// How many people the second import says were there, and how many it created.
fn counted(said: &str) -> (usize, usize) {
    let line = said.lines().find(|line| line.starts_with("Created ")).unwrap_or_else(|| panic!("{said}"));
    let numbers: Vec<usize> = line.split(' ').filter_map(|word| word.parse().ok()).collect();
    (numbers[3], numbers[1])
}

/// An account of the desk.
fn prepare(places: &Places, grid: RecordId) {
    let county = open_county(places, Settings::default()).unwrap();
    let password = passwords::keep(PASSWORD, &Seeded::new(3)).unwrap();
    let area = county.areas().ancestors(grid).last().copied().unwrap();
    let role = "county".into();
    let account = DeskAccount { name: "county".into(), password, role, area, disabled: false };
    county.write(|tx| Ok(tx.rows().put_desk_account(&account)?)).unwrap();
}
