//! A desk for the tests: accounts, sessions, and what is asked of its routes.

use crate::bench::{Answer, Bench, CA, call};
use crate::phone::Phone;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::value::Value;
use xunge_server::desk::{self, Action, ROUTES, passwords};
use xunge_server::http::{App, CaChain, router};
use xunge_server::storage::DeskAccount;

pub const PASSWORD: &str = "aaaa-bbbb-cccc-dddd";

pub struct Desk {
    pub bench: Bench,
    pub router: Router,
}

/// A session: cookie and token.
#[derive(Clone)]
pub struct Session {
    pub cookie: String,
    pub csrf: String,
}

pub fn body(answer: &Answer) -> Json {
    serde_json::from_slice(&answer.body).unwrap_or(Json::Null)
}

impl Desk {
    pub fn new() -> Self {
        let bench = Bench::new();
        let app =
            Arc::new(App::inline(bench.county.clone(), CaChain { current: CA.to_vec(), next: Vec::new() }));
        let router = router(app.clone(), desk::router(app), desk::openapi());
        Self { bench, router }
    }

    pub fn account(&self, name: &str, role: &str, area: RecordId) -> Session {
        let password = passwords::keep(PASSWORD, self.bench.random.as_ref()).unwrap();
        let account = DeskAccount { name: name.into(), password, role: role.into(), area, disabled: false };
        self.bench.county.write(|tx| Ok(tx.rows().put_desk_account(&account)?)).unwrap();
        let answer = self.login(name, PASSWORD);
        assert_eq!(answer.status, 200);
        let cookie = answer.header("set-cookie").to_owned();
        for part in ["HttpOnly", "Secure", "SameSite=Strict", "Path=/desk"] {
            assert!(cookie.contains(part), "{part} in {cookie}");
        }
        let cookie = cookie.split(';').next().unwrap().to_owned();
        Session { cookie, csrf: body(&answer)["csrf"].as_str().unwrap().to_owned() }
    }

    /// An account that is closed.
    pub fn disabled(&self, name: &str, area: RecordId) {
        let password = passwords::keep(PASSWORD, self.bench.random.as_ref()).unwrap();
        let account = DeskAccount { name: name.into(), password, role: "town".into(), area, disabled: true };
        self.bench.county.write(|tx| Ok(tx.rows().put_desk_account(&account)?)).unwrap();
    }

    pub fn login(&self, name: &str, password: &str) -> Answer {
        let sent = json!({"name": name, "password": password}).to_string();
        call(&self.router, Request::post("/desk/api/login").body(Body::from(sent)).unwrap())
    }

    pub fn get(&self, session: &Session, path: &str) -> Answer {
        let request = Request::get(format!("/desk/api/{path}")).header("cookie", &session.cookie);
        call(&self.router, request.body(Body::empty()).unwrap())
    }

    pub fn read(&self, session: &Session, path: &str) -> Json {
        let answer = self.get(session, path);
        assert_eq!(answer.status, 200, "{path}: {}", body(&answer));
        body(&answer)
    }

    pub fn post(&self, session: &Session, path: &str, sent: &Json) -> Answer {
        let request = Request::post(format!("/desk/api/{path}"))
            .header("cookie", &session.cookie)
            .header("x-csrf-token", &session.csrf);
        call(&self.router, request.body(Body::from(sent.to_string())).unwrap())
    }

    pub fn post_bytes(&self, session: &Session, path: &str, sent: Vec<u8>) -> Answer {
        let request = Request::post(format!("/desk/api/{path}"))
            .header("cookie", &session.cookie)
            .header("x-csrf-token", &session.csrf);
        call(&self.router, request.body(Body::from(sent)).unwrap())
    }

    pub fn write<const N: usize>(
        &self,
        kind: RecordKind,
        area: RecordId,
        values: [(u16, Value); N],
    ) -> RecordId {
        self.bench.write(kind, self.bench.id(), area, values)
    }

    pub fn category(&self) {
        self.write(
            RecordKind::IncidentCategory,
            self.bench.areas.county,
            [
                (1, Value::from("lamp_out")),
                (2, Value::from("路灯不亮")),
                (3, Value::from("公用设施")),
                (4, Value::Int(14)),
                (5, Value::Int(1)),
            ],
        );
    }

    /// A phone reports an incident and is answered.
    pub fn reported(&self, phone: &mut Phone) -> RecordId {
        let incident = self.bench.id();
        let now_ms = self.bench.county.now_ms();
        let (worker, area) = (phone.worker, self.bench.areas.grid);
        phone.write(
            RecordKind::Incident,
            incident,
            area,
            [
                (1, Value::from("lamp_out")),
                (2, Value::from("2幢门口路灯三天不亮")),
                (3, Value::from("2幢东侧")),
                (8, Value::Int(now_ms)),
                (9, Value::reference(worker)),
                (12, Value::from("7F2C")),
            ],
        );
        phone.push(&self.bench);
        incident
    }

    /// One household with one person in an area.
    /// A person with a valid number, who lives in no household.
    pub fn numbered(&self, area: RecordId) -> RecordId {
        self.write(
            RecordKind::Person,
            area,
            [(1, Value::from("单秀兰")), (2, Value::from("990101194903070026"))],
        )
    }

    /// One person in two areas: how the pair is called.
    pub fn twins(&self, here: RecordId, there: RecordId) -> String {
        pair_of(self.numbered(here), self.numbered(there))
    }

    pub fn household(&self, area: RecordId) -> (RecordId, RecordId) {
        let building = self.write(RecordKind::Building, area, [(1, Value::from("2幢")), (5, Value::Int(2))]);
        let dwelling = self.write(
            RecordKind::Dwelling,
            area,
            [
                (1, Value::reference(building)),
                (2, Value::from("1")),
                (3, Value::Int(3)),
                (4, Value::from("301")),
            ],
        );
        let household = self.write(RecordKind::Household, area, [(2, Value::from("14200001234"))]);
        self.write(
            RecordKind::Occupancy,
            area,
            [(1, Value::reference(household)), (2, Value::reference(dwelling)), (3, Value::Int(1))],
        );
        let person = self.write(
            RecordKind::Person,
            area,
            [
                (1, Value::from("欧阳建国")),
                (2, Value::from("990101195403051233")),
                (3, Value::Int(-5_781)),
                (4, Value::Int(1)),
                (5, Value::from("14211112222")),
            ],
        );
        self.write(
            RecordKind::Residence,
            area,
            [
                (1, Value::reference(person)),
                (2, Value::reference(household)),
                (3, Value::Int(1)),
                (4, Value::Int(0)),
            ],
        );
        (household, person)
    }
}

pub fn sha(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn code(answer: &Answer) -> (u16, String) {
    (answer.status, body(answer)["code"].as_str().unwrap_or_default().to_owned())
}

/// How a pair of records is called.
pub fn pair_of(a: RecordId, b: RecordId) -> String {
    let (one, other) = xunge_domain::same_person::who_stays(a, b);
    format!("{one}:{other}")
}

pub fn path_of(action: Action, id: &str, sha256: &str) -> String {
    let bound = ROUTES.iter().find(|bound| bound.action == action).unwrap();
    let path = bound.route.path.strip_prefix("/desk/api/").unwrap();
    path.replace("{id}", id).replace("{name}", id).replace("{verb}", "accept").replace("{sha256}", sha256)
}
