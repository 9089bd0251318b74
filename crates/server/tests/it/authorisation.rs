//! Who sees what, route by route, made from the table of routes: a route added without a rule and a probe fails here. What
//! the matrix covers stands in `matrix.rs`.

use crate::bench::{Answer, Bench, call};
use crate::matrix::{Done, Situation};
use crate::phone::Phone;
use crate::pictures::{evidence, picture};
use axum::body::Body;
use axum::http::Request;
use std::collections::{BTreeMap, BTreeSet};
use xunge_domain::ids::RecordId;
use xunge_domain::operation::Operation;
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::WorkerRole;
use xunge_domain::value::Value;
use xunge_server::http::routes::{Action, Bound, ROUTES, Rule, Who};
use xunge_server::http::{App, CaChain, router};
use xunge_sync::messages::{
    self, BeginUpload, Hello, OutcomeKind, Pushed, Receipts, ReceiptsWanted, Welcome,
};

/// How an area lies to the phone's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lies {
    Own,
    Child,
    Sibling,
    Parent,
    Foreign,
}

impl Lies {
    pub const ALL: [Self; 5] = [Self::Own, Self::Child, Self::Sibling, Self::Parent, Self::Foreign];

    pub fn area(self, bench: &Bench) -> RecordId {
        match self {
            Self::Own => bench.areas.grid,
            Self::Child => bench.areas.lane,
            Self::Sibling => bench.areas.sibling,
            Self::Parent => bench.areas.community,
            Self::Foreign => bench.areas.foreign,
        }
    }

    pub const fn inside(self) -> bool {
        matches!(self, Self::Own | Self::Child)
    }
}

pub struct Matrix {
    pub bench: Bench,
    pub phone: Phone,
    household: BTreeMap<Lies, RecordId>,
    evidence: BTreeMap<Lies, (RecordId, Vec<u8>)>,
}

impl Matrix {
    pub fn new() -> Self {
        Self::of(WorkerRole::FullTime)
    }

    fn of(role: WorkerRole) -> Self {
        let bench = Bench::new();
        let phone = bench.phone_of(bench.worker("周慧", bench.areas.grid, role));
        let mut household = BTreeMap::new();
        let mut evidences = BTreeMap::new();
        for lies in Lies::ALL {
            let area = lies.area(&bench);
            let note = Value::Text(format!("canary {lies:?}"));
            household.insert(lies, bench.write(RecordKind::Household, bench.id(), area, [(1, note)]));
            let bytes = picture(lies as u32 + 1);
            let evidence = evidence(&bench, area, &bytes);
            bench.county.keep_picture(evidence, &bytes).unwrap();
            evidences.insert(lies, (evidence, bytes));
        }
        Self { bench, phone, household, evidence: evidences }
    }

    /// A well-formed request to the route about something that lies so; what is asked for exists.
    fn probe(&mut self, action: Action, lies: Lies) -> Request<Body> {
        let (evidence, bytes) = self.evidence[&lies].clone();
        let sha256 = sha256(&bytes);
        let (path, body) = match action {
            Action::Hello => {
                let hello = Hello {
                    protocol: 1,
                    epoch: self.phone.epoch.clone(),
                    counter: 0,
                    cursor: 0,
                    mark: None,
                    opened: None,
                };
                ("/sync/v1/hello".to_owned(), messages::encode(&hello))
            }
            Action::Push => {
                let mut phone = self.phone.clone();
                phone.write(
                    RecordKind::Household,
                    self.household[&lies],
                    lies.area(&self.bench),
                    [(2, Value::from("14300000000"))],
                );
                ("/sync/v1/push".to_owned(), messages::encode(&phone.push_message().0))
            }
            Action::Pull => {
                let pull =
                    messages::Pull { epoch: self.phone.epoch.clone(), after: 0, limit: 1_000, compare: None };
                ("/sync/v1/pull".to_owned(), messages::encode(&pull))
            }
            Action::Snapshot => {
                let page = messages::SnapshotPage { at: None, page: 0, differed: None };
                ("/sync/v1/snapshot".to_owned(), messages::encode(&page))
            }
            Action::Outcomes => {
                let wanted = messages::OutcomesWanted { counters: vec![1] };
                ("/sync/v1/outcomes".to_owned(), messages::encode(&wanted))
            }
            Action::Own => {
                let wanted = messages::OwnWanted { after: 0, limit: 100 };
                ("/sync/v1/own".to_owned(), messages::encode(&wanted))
            }
            Action::Receipts => {
                let wanted = ReceiptsWanted { hashes: vec![sha256.to_vec().into()] };
                ("/sync/v1/receipts".to_owned(), messages::encode(&wanted))
            }
            Action::BeginUpload => {
                let begin = BeginUpload {
                    evidence: evidence.0.as_bytes().to_vec(),
                    which: 1,
                    length: bytes.len() as u64,
                    sha256: sha256.to_vec(),
                };
                ("/sync/v1/uploads".to_owned(), messages::encode(&begin))
            }
            Action::Photo => (format!("/sync/v1/photos/{}", hex(&sha256)), Vec::new()),
            other => panic!("no probe for {other:?}"),
        };
        let method = if action == Action::Photo { "GET" } else { "POST" };
        self.phone.request(method, &path, body)
    }

    fn check(&mut self, bound: &Bound, lies: Lies) {
        let request = self.probe(bound.action, lies);
        let answer = self.bench.call(request);
        match (bound.route.rule, bound.action) {
            (Rule::OwnPhone, Action::Hello) => {
                let welcome: Welcome = answer.message();
                let areas: Vec<_> = welcome.areas.iter().map(|granted| granted.area.clone()).collect();
                assert_eq!(areas, [self.bench.areas.grid.0.as_bytes().to_vec()]);
            }
            (Rule::OwnPhone, Action::Outcomes) => {
                let told: messages::Outcomes = answer.message();
                let own = self.phone.chain.counter;
                assert!(told.outcomes.iter().all(|outcome| outcome.counter <= own), "{told:?}");
            }
            (Rule::OwnPhone, Action::Own) => {
                let own: messages::OwnBody = answer.message();
                let ops = xunge_sync::batch::unpack(&own.batch).unwrap();
                assert!(ops.iter().all(|op| op.header.id.device == self.phone.no), "nobody else's");
            }
            (Rule::WritesOwnAreas, Action::Push) => {
                let pushed: Pushed = answer.message();
                self.phone.chain.counter = pushed.highest;
                self.phone.chain.head = pushed.chain.as_slice().try_into().unwrap();
                let [outcome] = pushed.outcomes.as_slice() else { panic!("one outcome") };
                if lies.inside() {
                    assert_ne!(outcome.kind, OutcomeKind::Refused as u8, "{lies:?}: {:?}", outcome.reason);
                } else {
                    assert_eq!(
                        (outcome.kind, outcome.reason.as_deref()),
                        (4, Some("out_of_scope")),
                        "{lies:?}"
                    );
                }
            }
            (Rule::ReadsOwnAreas, Action::Pull) => {
                let pulled: messages::Pulled = answer.message();
                self.sees(&xunge_sync::batch::unpack(&pulled.batch).unwrap(), lies);
            }
            (Rule::ReadsOwnAreas, Action::Snapshot) => {
                let body: messages::SnapshotBody = answer.message();
                self.sees(&xunge_sync::batch::unpack(&body.batch).unwrap(), lies);
            }
            (Rule::OwnEvidence, Action::Receipts) => {
                let receipts: Receipts = answer.message();
                assert_eq!(receipts.held.len(), usize::from(lies.inside()), "{lies:?}");
            }
            (Rule::OwnEvidence, Action::BeginUpload | Action::Photo) => {
                assert_eq!(
                    answer.status,
                    if lies.inside() { 200 } else { 404 },
                    "{lies:?} {:?}",
                    bound.action
                );
                assert!(lies.inside() || answer.code().as_deref() == Some("not_found"));
            }
            (rule, action) => panic!("{action:?} has no check for {rule:?}"),
        }
    }

    /// A helper of the same grid: reports and follows own items only.
    fn check_helper(&mut self, bound: &Bound) {
        let request = self.probe(bound.action, Lies::Own);
        let answer = self.bench.call(request);
        let about_people = |ops: &[Operation]| {
            ops.iter().any(|op| {
                !matches!(
                    RecordKind::from_code(op.header.kind),
                    Some(RecordKind::Area | RecordKind::IncidentCategory | RecordKind::Worker)
                )
            })
        };
        match bound.action {
            // Of the phone itself only.
            Action::Hello | Action::Outcomes | Action::Own => assert_eq!(answer.status, 200),
            Action::Push => {
                let pushed: Pushed = answer.message();
                assert_eq!(pushed.outcomes[0].reason.as_deref(), Some("role"));
            }
            Action::Pull => {
                let pulled: messages::Pulled = answer.message();
                assert!(!about_people(&xunge_sync::batch::unpack(&pulled.batch).unwrap()));
            }
            Action::Snapshot => {
                let body: messages::SnapshotBody = answer.message();
                assert!(!about_people(&xunge_sync::batch::unpack(&body.batch).unwrap()));
            }
            Action::Receipts => assert!(answer.message::<Receipts>().held.is_empty()),
            Action::BeginUpload | Action::Photo => assert_eq!(answer.status, 404),
            other => panic!("no case for a helper at {other:?}"),
        }
    }

    fn sees(&self, ops: &[Operation], lies: Lies) {
        let seen = ops.iter().any(|op| op.header.record == self.household[&lies]);
        assert_eq!(seen, lies.inside(), "household {lies:?}");
        let area = lies.area(&self.bench);
        for op in ops.iter().filter(|op| op.header.area == area && !lies.inside()) {
            assert_eq!(lies, Lies::Parent, "nothing of {lies:?} goes out");
            let kind = RecordKind::from_code(op.header.kind).unwrap();
            assert_eq!(kind, RecordKind::Area, "of what lies above only what names it goes out");
        }
    }
}

fn phone_routes() -> impl Iterator<Item = &'static Bound> {
    ROUTES.iter().filter(|bound| bound.route.who == Who::Phone)
}

#[test]
fn every_route_shows_the_own_grid_and_nothing_beside_it_whoever_calls() {
    let mut done = Done::default();
    let (mut matrix, mut helper) = (Matrix::new(), Matrix::of(WorkerRole::Helper));
    for bound in phone_routes() {
        for lies in Lies::ALL {
            matrix.check(bound, lies);
            done.case(&bound.route, Situation::About(lies));
        }
        helper.check_helper(bound);
        done.case(&bound.route, Situation::WrongRole);
        // A desk's session opens no phone's route; a phone that is not signed is nobody.
        let (parts, _) = matrix.probe(bound.action, Lies::Own).into_parts();
        for cookie in [None, Some("xunge_desk=0000")] {
            let mut request = Request::builder().method(parts.method.clone()).uri(parts.uri.clone());
            if let Some(cookie) = cookie {
                request = request.header("cookie", cookie).header("x-csrf-token", "0000");
            }
            refused(&matrix.bench.call(request.body(Body::empty()).unwrap()), "bad_signature", bound);
        }
        done.case(&bound.route, Situation::Nobody);
        done.case(&bound.route, Situation::OtherDoor);
    }
    let right = std::mem::replace(&mut matrix.phone.key, ed25519_dalek::SigningKey::from_bytes(&[66; 32]));
    for bound in phone_routes() {
        let request = matrix.probe(bound.action, Lies::Own);
        refused(&matrix.bench.call(request), "bad_signature", bound);
        done.case(&bound.route, Situation::Stranger);
    }
    matrix.phone.key = right;
    matrix.bench.county.revoke_device(matrix.phone.id).unwrap();
    for bound in phone_routes() {
        let request = matrix.probe(bound.action, Lies::Own);
        refused(&matrix.bench.call(request), "revoked", bound);
        done.case(&bound.route, Situation::Withdrawn);
    }
    done.covers(Who::Phone);
}

fn refused(answer: &Answer, code: &str, bound: &Bound) {
    assert_eq!((answer.status, answer.code().as_deref()), (401, Some(code)), "{}", bound.route.path);
}

#[test]
fn an_unsigned_request_gets_401_on_every_phone_route() {
    let mut matrix = Matrix::new();
    for bound in phone_routes() {
        let (parts, body) = matrix.probe(bound.action, Lies::Own).into_parts();
        for missing in ["content-digest", "signature-input", "signature"] {
            let mut request = Request::builder().method(parts.method.clone()).uri(parts.uri.clone());
            for (name, value) in parts.headers.iter().filter(|(name, _)| name.as_str() != missing) {
                request = request.header(name, value);
            }
            refused(&matrix.bench.call(request.body(Body::empty()).unwrap()), "bad_signature", bound);
        }
        drop(body);
    }
}

#[test]
fn a_request_sent_again_gets_401_and_a_counter_to_go_on_with() {
    let mut matrix = Matrix::new();
    for bound in phone_routes() {
        let (parts, body) = matrix.probe(bound.action, Lies::Own).into_parts();
        let body = futures_executor::block_on(http_body_util::BodyExt::collect(body)).unwrap().to_bytes();
        let again = || Request::from_parts(parts.clone(), Body::from(body.clone()));
        assert!(matrix.bench.call(again()).status < 400, "{}", bound.route.path);
        refused(&matrix.bench.call(again()), "nonce_stale", bound);
        if bound.action == Action::Push {
            let device = matrix.bench.device(matrix.phone.no);
            matrix.phone.chain = device.chain;
        }
    }
}

#[test]
fn a_withdrawn_grant_acts_on_the_next_request() {
    let mut matrix = Matrix::new();
    matrix.bench.county.revoke_grant(matrix.phone.worker, matrix.bench.areas.grid).unwrap();
    let request = matrix.probe(Action::Photo, Lies::Own);
    assert_eq!(matrix.bench.call(request).status, 404);
    assert!(matrix.phone.pull(&matrix.bench, 0).0.is_empty());
}

#[test]
fn every_route_has_a_rule_that_fits_who_may_take_it() {
    let mut seen = BTreeSet::new();
    for bound in ROUTES {
        let fits = match bound.route.who {
            Who::Public => matches!(bound.route.rule, Rule::SameForAll | Rule::BySecret),
            Who::Phone => matches!(
                bound.route.rule,
                Rule::OwnPhone | Rule::WritesOwnAreas | Rule::ReadsOwnAreas | Rule::OwnEvidence
            ),
            Who::UploadToken => bound.route.rule == Rule::OwnUpload,
            Who::Desk => matches!(bound.route.rule, Rule::OwnDeskArea | Rule::OwnAccount | Rule::BySecret),
        };
        assert!(fits, "{} {}", bound.route.method, bound.route.path);
        assert!(seen.insert((bound.route.method, bound.route.path)), "{} twice", bound.route.path);
        assert!(!bound.route.summary.is_empty());
    }
}

#[test]
fn a_wrong_path_or_method_is_refused_in_the_countys_words() {
    let bench = Bench::new();
    let answer = bench.post("/sync/v1/nothing", Vec::new());
    assert_eq!((answer.status, answer.code().as_deref()), (404, Some("not_found")));
    let answer = bench.call(Request::get("/sync/v1/push").body(Body::empty()).unwrap());
    assert_eq!((answer.status, answer.code().as_deref()), (405, Some("method_not_allowed")));
    let answer = bench.call(Request::get("/").body(Body::empty()).unwrap());
    assert_eq!((answer.status, answer.header("location")), (307, "/desk/"));
}

#[test]
fn the_desks_pages_lie_beside_its_api() {
    let bench = Bench::new();
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("assets")).unwrap();
    for (name, text) in [("desk.html", "the desk"), ("index.html", "the phone"), ("assets/a.js", "script")] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let app = App {
        desk_files: Some(folder.path().to_owned()),
        ..App::inline(bench.county.clone(), CaChain::default())
    };
    let desk = axum::Router::new().route("/me", axum::routing::get(|| async { "me" }));
    let router = router(std::sync::Arc::new(app), desk, utoipa::openapi::OpenApiBuilder::new().build());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let _inside = runtime.enter();
    let get = |path: &str| {
        let answer = call(&router, Request::get(path).body(Body::empty()).unwrap());
        (answer.status, String::from_utf8_lossy(&answer.body).into_owned(), answer.headers)
    };
    assert_eq!(get("/desk/").1, "the desk");
    assert!(get("/desk/").2["content-security-policy"].to_str().unwrap().starts_with("default-src 'self'"));
    assert_eq!((get("/desk").0, get("/desk").2["location"].to_str().unwrap()), (308, "/desk/"));
    assert_eq!(get("/desk/assets/a.js").1, "script");
    assert_eq!(get("/desk/api/me").1, "me");
    for outside in ["/desk/../county.db", "/desk/%2e%2e/county.db", "/desk/nothing.js", "/desk/api/nothing"] {
        assert_eq!(get(outside).0, 404, "{outside}");
    }
}

#[test]
fn the_api_document_names_every_route() {
    let bench = Bench::new();
    let answer = bench.call(Request::get("/api/openapi.json").body(Body::empty()).unwrap());
    let document: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    for bound in ROUTES {
        let operation = &document["paths"][bound.route.path][bound.route.method.to_lowercase()];
        assert_eq!(operation["summary"], bound.route.summary, "{} {}", bound.route.method, bound.route.path);
    }
}

pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    use sha2::{Digest as _, Sha256};
    Sha256::digest(bytes).into()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
