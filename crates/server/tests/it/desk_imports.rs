//! A ledger at the desk: read, looked at, imported once, and not beside another.

use crate::bench::{Bench, CA, call};
use crate::desk::{Desk, Session, body, code};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value as Json, json};
use std::sync::{Arc, Mutex};
use xunge_domain::records::RecordKind;
use xunge_server::desk;
use xunge_server::http::{App, CaChain, Executor, router};

const LEDGER: &str = "幢,单元,室,姓名,与户主关系,身份证号码,联系电话\n\
    1幢,1,101,王建军,户主,,14200000001\n\
    1幢,1,101,李丽娟,妻,990101199001011234,\n\
    1幢,1,102,张桂兰,户主,,12\n\
    ,,,,,,14200000002\n";

/// Work that waits until it is told to go on.
#[derive(Default)]
struct Parked {
    waiting: Mutex<Vec<Box<dyn FnOnce() + Send>>>,
    parks: std::sync::atomic::AtomicBool,
}

impl Executor for Parked {
    fn run(&self, work: Box<dyn FnOnce() + Send>) {
        if self.parks.load(std::sync::atomic::Ordering::Relaxed) {
            self.waiting.lock().unwrap().push(work);
        } else {
            work();
        }
    }
}

fn read(desk: &Desk, session: &Session, file: &str) -> Json {
    let path = format!("imports?area={}&name=%E5%8F%B0%E8%B4%A6.csv", desk.bench.areas.grid);
    let answer = desk.post_bytes(session, &path, file.into());
    assert_eq!(answer.status, 200, "{}", body(&answer));
    body(&answer)
}

fn people(desk: &Desk) -> u64 {
    desk.bench.county.count_in(RecordKind::Person, desk.bench.areas.grid).unwrap()
}

#[test]
fn a_ledger_is_read_first_with_every_fault_by_its_row_and_written_when_asked_to() {
    let desk = Desk::new();
    let town = desk.account("town", "town", desk.bench.areas.community);
    let read_one = read(&desk, &town, LEDGER);
    assert_eq!((read_one["stage"].as_str(), read_one["file"].as_str()), (Some("read"), Some("台账.csv")));
    assert_eq!(
        (&read_one["people"], &read_one["households"], &read_one["done"]),
        (&json!(3), &json!(2), &json!(0))
    );
    assert_eq!(people(&desk), 0, "nothing is written by reading");
    let path = format!("imports/{}", read_one["id"].as_str().unwrap());
    let rows = desk.read(&town, &format!("{path}/rows"));
    let told: u64 =
        ["warnings", "refused", "skipped", "notes"].map(|of| read_one[of].as_u64().unwrap()).iter().sum();
    assert_eq!(rows["total"].as_u64(), Some(told));
    assert!(told >= 2, "{rows}");
    let first = read_one["codes"][0]["code"].as_str().unwrap();
    let some = desk.read(&town, &format!("{path}/rows?code={first}"));
    assert_eq!(some["total"], read_one["codes"][0]["rows"]);
    assert!(some["rows"].as_array().unwrap().iter().all(|row| row["code"] == first));
    for name in ["990101199001011234", "14200000001"] {
        assert!(!rows.to_string().contains(name), "{name} stays in the file");
    }

    let ran = desk.post(&town, &format!("{path}/run"), &json!({}));
    assert_eq!(ran.status, 200, "{}", body(&ran));
    let after = desk.read(&town, &path);
    assert_eq!((after["stage"].as_str(), &after["done"], &after["of"]), (Some("done"), &json!(3), &json!(3)));
    assert_eq!(after["written"]["people"], 3);
    assert_eq!(people(&desk), 3);
    assert_eq!(code(&desk.post(&town, &format!("{path}/run"), &json!({}))), (409, "import_over".into()));

    // The same file again, as after a restart or a broken line: nobody twice.
    let again = read(&desk, &town, LEDGER);
    let path = format!("imports/{}", again["id"].as_str().unwrap());
    assert_eq!(body(&desk.post(&town, &format!("{path}/run"), &json!({})))["written"]["people"], 0);
    assert_eq!(people(&desk), 3);
    let audit = desk.read(&town, "audit");
    let count =
        |what: &str| audit["rows"].as_array().unwrap().iter().filter(|row| row["what"] == what).count();
    assert_eq!((count("import_read"), count("import")), (2, 2));
}

#[test]
fn while_one_import_runs_no_other_begins_and_its_progress_is_there_to_see() {
    let bench = Bench::new();
    let parked = Arc::new(Parked::default());
    let app = App::inline(bench.county.clone(), CaChain { current: CA.to_vec(), next: Vec::new() });
    let app = Arc::new(App { executor: parked.clone(), ..app });
    let desk = Desk { router: router(app.clone(), desk::router(app), desk::openapi()), bench };
    let one = desk.account("one", "town", desk.bench.areas.community);
    let two = desk.account("two", "town", desk.bench.areas.community);
    let [first, second] =
        [&one, &two].map(|who| format!("imports/{}", read(&desk, who, LEDGER)["id"].as_str().unwrap()));
    assert_eq!(desk.get(&two, &first).status, 404, "what one account had read is not another's");
    let held = begun(&desk, &parked, &one, &first);
    let refused = desk.post(&two, &format!("{second}/run"), &json!({}));
    assert_eq!(code(&refused), (409, "import_running".into()));
    assert_eq!(code(&desk.post(&one, &format!("{first}/run"), &json!({}))), (409, "import_running".into()));
    let file = desk.post_bytes(&one, &format!("imports?area={}", desk.bench.areas.grid), LEDGER.into());
    assert_eq!(code(&file), (409, "import_running".into()), "what is being written is not thrown away");
    assert_eq!(desk.read(&one, &first)["stage"], "running");
    held();
    assert_eq!(desk.read(&one, &first)["stage"], "done");
    assert_eq!(desk.post(&two, &format!("{second}/run"), &json!({})).status, 200);
}

/// Begins an import whose work is kept back; the answer carries it out.
fn begun(desk: &Desk, parked: &Arc<Parked>, session: &Session, path: &str) -> Box<dyn FnOnce() + Send> {
    use std::sync::atomic::Ordering::Relaxed;
    // The request is the first work the executor gets; carried out by hand, it leaves the import behind as the second.
    parked.parks.store(true, Relaxed);
    let (router, path) = (desk.router.clone(), format!("/desk/api/{path}/run"));
    let request = Request::post(path)
        .header("cookie", &session.cookie)
        .header("x-csrf-token", &session.csrf)
        .body(Body::from("{}"))
        .unwrap();
    let asked = std::thread::spawn(move || call(&router, request).status);
    let next = || loop {
        if let Some(work) = parked.waiting.lock().unwrap().pop() {
            return work;
        }
        std::thread::yield_now();
    };
    next()();
    assert_eq!(asked.join().unwrap(), 200, "the answer does not wait for the end");
    let work = next();
    parked.parks.store(false, Relaxed);
    work
}

#[test]
fn what_is_no_ledger_too_large_or_for_another_area_is_refused() {
    let desk = Desk::new();
    let areas = desk.bench.areas;
    let town = desk.account("town", "town", areas.community);
    let send =
        |area: String, bytes: Vec<u8>| code(&desk.post_bytes(&town, &format!("imports?area={area}"), bytes));
    let own = areas.grid.to_string();
    assert_eq!(send(areas.foreign.to_string(), LEDGER.into()), (404, "not_found".into()));
    assert_eq!(send(String::new(), LEDGER.into()), (404, "not_found".into()));
    assert_eq!(send(own.clone(), Vec::new()), (422, "ledger_empty".into()));
    assert_eq!(send(own.clone(), "你好\n世界\n".into()), (422, "ledger_no_header".into()));
    let big5 = encoding_rs::BIG5.encode("姓名,身分證字號,住址\n孔國浩,A1,富民路\n").0.into_owned();
    assert_eq!(send(own.clone(), big5), (422, "ledger_misread".into()));
    assert_eq!(send(own.clone(), vec![0xFF, 0xD8, 0xFF, 0xE0, 0, 1, 2, 3]).0, 422);
    assert_eq!(send(own.clone(), vec![b'a'; 20 * 1024 * 1024 + 1]), (413, "ledger_too_large".into()));
    // Who sends megabytes without a session is sent away before they are read.
    let stranger = Session { cookie: String::new(), csrf: String::new() };
    let large = desk.post_bytes(&stranger, &format!("imports?area={own}"), vec![b'a'; 21 * 1024 * 1024]);
    assert_eq!(code(&large), (401, "no_session".into()));
    assert_eq!(people(&desk), 0);
}

#[test]
fn people_whom_a_ledger_could_not_place_are_listed_masked_and_found() {
    let desk = Desk::new();
    let town = desk.account("town", "town", desk.bench.areas.community);
    let ledger = "姓名,身份证号码,住址,联系电话,职业\n\
        王建军,,1-1-101,14200000001,教师\n\
        李丽娟,,1-1-101,,\n\
        张桂兰,,王家村,14200000002,\n\
        孙福生,,,,\n";
    let read_one = read(&desk, &town, ledger);
    assert_eq!((&read_one["households"], &read_one["unplaced_people"]), (&json!(1), &json!(2)));
    let codes = read_one["codes"].as_array().unwrap();
    assert!(codes.iter().any(|code| code["code"] == "column_not_read" && code["severity"] == "note"));
    desk.post(&town, &format!("imports/{}/run", read_one["id"].as_str().unwrap()), &json!({}));
    assert_eq!(people(&desk), 4);
    for area in [desk.bench.areas.grid, desk.bench.areas.community] {
        let listed = desk.read(&town, &format!("areas/{area}/unplaced"));
        assert_eq!(listed["total"], 2, "{listed}");
    }
    let path = format!("areas/{}/unplaced", desk.bench.areas.grid);
    let found = desk.read(&town, &format!("{path}?query=0002"));
    assert_eq!((&found["total"], &found["rows"][0]["name"]), (&json!(1), &json!("张**")));
    assert!(!found.to_string().contains("14200000002"));
    assert_eq!(desk.read(&town, &format!("{path}?query=%E7%8E%8B%E5%BB%BA"))["total"], 0, "has a household");
    let second = desk.read(&town, &format!("{path}?offset=1&limit=1"));
    assert_eq!((second["rows"].as_array().unwrap().len(), &second["total"]), (1, &json!(2)));
    assert_eq!(desk.get(&town, &format!("areas/{}/unplaced", desk.bench.areas.foreign)).status, 404);
}
