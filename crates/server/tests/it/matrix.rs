//! The matrix of who meets what: for every route of both tables the situations a caller can be in, made from the table.
//! A route without a case for one of its situations fails here, and so does a case for a route that is gone.
//!
//! | who may take the route | situations, each with a case for each route |
//! |---|---|
//! | a phone (`authorisation.rs`) | own, child, sibling, parent, foreign area · unsigned · a stranger's key · revoked · a helper · a desk's session |
//! | an upload URL (here) | own · guessed · another phone's · revoked · after a day · a phone's signature or a desk's session beside a guess |
//! | a desk (`desk_matrix.rs`), as town and as county | own, child, sibling, parent, foreign area · no session · after its end · disabled · no CSRF token · a phone's signature · what the role does not read |
//! | anybody (here) | nobody · a phone · a desk: the same answer, and nothing of anybody's in it; a wrong secret: refused |

use crate::authorisation::{Lies, Matrix};
use crate::bench::{Answer, call};
use crate::desk::{Desk, PASSWORD, body};
use crate::phone::Phone;
use crate::pictures::{begin, evidence, head, patch, picture};
use axum::body::Body;
use axum::http::Request;
use ed25519_dalek::SigningKey;
use std::collections::BTreeSet;
use xunge_server::desk;
use xunge_server::http::routes::{Action, ROUTES, Route, Rule, Who};
use xunge_sync::auth::key_return::to_county;
use xunge_sync::auth::seal::OpeningKey;
use xunge_sync::messages::{self, Reopen};

/// What a caller brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Situation {
    /// The right credentials, asking about something that lies so.
    About(Lies),
    /// No credentials.
    Nobody,
    /// Credentials made up.
    Stranger,
    /// Credentials that were right until they were withdrawn: a revoked phone, a disabled account.
    Withdrawn,
    /// Credentials whose time is over.
    Over,
    /// Right credentials of somebody whose role is narrower.
    WrongRole,
    /// Right credentials of another door: a desk's session at a phone's route, a phone's signature at a desk's.
    OtherDoor,
    /// A session without its CSRF token.
    Forged,
    /// Credentials of a second phone beside the first.
    Another,
    /// A wrong secret.
    WrongSecret,
}

/// Every situation a route must have a case for.
fn wanted(route: &Route) -> Vec<Situation> {
    use Situation as S;
    let all = Lies::ALL.map(S::About);
    match (route.who, route.rule) {
        (Who::Phone, _) => {
            [&all[..], &[S::Nobody, S::Stranger, S::Withdrawn, S::WrongRole, S::OtherDoor]].concat()
        }
        (Who::UploadToken, _) => {
            vec![S::About(Lies::Own), S::Stranger, S::Another, S::Withdrawn, S::Over, S::OtherDoor]
        }
        (Who::Desk, _) => {
            let mut wanted =
                [&all[..], &[S::Nobody, S::Stranger, S::Withdrawn, S::Over, S::OtherDoor]].concat();
            wanted.push(S::WrongRole);
            if route.method != "GET" {
                wanted.push(S::Forged);
            }
            wanted
        }
        (Who::Public, Rule::BySecret) => vec![S::About(Lies::Own), S::WrongSecret],
        (Who::Public, _) => vec![S::Nobody, S::OtherDoor],
    }
}

/// Cases that were run.
#[derive(Default)]
pub struct Done(BTreeSet<(String, Situation)>);

fn name(route: &Route) -> String {
    format!("{} {}", route.method, route.path)
}

impl Done {
    pub fn case(&mut self, route: &Route, situation: Situation) {
        self.0.insert((name(route), situation));
    }

    /// Every route of both tables that `who` may take has each of its cases, and nothing else was run.
    pub fn covers(&self, who: Who) {
        let routes =
            ROUTES.iter().map(|bound| &bound.route).chain(desk::ROUTES.iter().map(|bound| &bound.route));
        let all: BTreeSet<_> = routes
            .filter(|route| route.who == who)
            .flat_map(|route| wanted(route).into_iter().map(|situation| (name(route), situation)))
            .collect();
        assert!(!all.is_empty(), "{who:?}");
        let missing: Vec<_> = all.difference(&self.0).collect();
        let unknown: Vec<_> = self.0.difference(&all).collect();
        assert!(
            missing.is_empty() && unknown.is_empty(),
            "without a case: {missing:?}, unknown: {unknown:?}"
        );
    }
}

/// A request at an upload URL, as the route wants it.
fn at_url(matrix: &Matrix, action: Action, url: &str, offset: u64, bytes: &[u8]) -> Answer {
    match action {
        Action::TusHead => head(&matrix.bench, url),
        Action::TusPatch => patch(&matrix.bench, url, offset, Body::from(bytes.to_vec())),
        other => panic!("no case for {other:?}"),
    }
}

fn begun(matrix: &Matrix, phone: &mut Phone, seed: u32) -> (String, Vec<u8>) {
    let bytes = picture(seed);
    let evidence = evidence(&matrix.bench, matrix.bench.areas.grid, &bytes);
    let answer = begin(&matrix.bench, phone, evidence, &bytes);
    assert_eq!(answer.status, 201, "{:?}", answer.code());
    (answer.header("location").to_owned(), bytes)
}

/// The token with its last digit changed.
fn changed(url: &str) -> String {
    let last = if url.ends_with('0') { '1' } else { '0' };
    format!("{}{last}", &url[..url.len() - 1])
}

#[test]
fn an_upload_url_serves_its_own_upload_only_and_dies_with_its_phone() {
    let mut done = Done::default();
    let uploads = || ROUTES.iter().filter(|bound| bound.route.who == Who::UploadToken);
    for (n, bound) in (100..).step_by(10).zip(uploads()) {
        assert_eq!(bound.route.rule, Rule::OwnUpload);
        let (action, route) = (bound.action, &bound.route);
        let mut matrix = Matrix::new();
        let mut phone = matrix.phone.clone();
        let (url, bytes) = begun(&matrix, &mut phone, n);
        assert!(at_url(&matrix, action, &url, 0, &bytes[..100]).status < 300);
        assert_eq!(
            patch(&matrix.bench, &url, if action == Action::TusPatch { 100 } else { 0 }, Body::empty())
                .status,
            204
        );
        done.case(route, Situation::About(Lies::Own));

        // Guessed: near the right one, made of what may be known, or of what paths are attacked with.
        let of_picture = crate::authorisation::hex(&crate::authorisation::sha256(&bytes));
        let guesses =
            ["0".repeat(48), of_picture, "..%2f..%2fcounty.db".into(), "%00".into(), phone.id.to_string()];
        let guesses = guesses.map(|guess| format!("/uploads/{guess}")).into_iter();
        for guess in guesses.chain([changed(&url), url.to_uppercase().replace("UPLOADS", "uploads")]) {
            let answer = at_url(&matrix, action, &guess, 0, &bytes);
            assert_eq!(answer.status, 404, "{guess}");
        }
        done.case(route, Situation::Stranger);

        // A phone's signature, or a session of the desk, makes a guess no better.
        let method = route.method;
        let signed = phone.request(method, &changed(&url), Vec::new());
        let (mut parts, _) = signed.into_parts();
        parts.headers.insert("tus-resumable", "1.0.0".parse().unwrap());
        parts.headers.insert("content-type", "application/offset+octet-stream".parse().unwrap());
        parts.headers.insert("upload-offset", "0".parse().unwrap());
        parts.headers.insert("cookie", "xunge_desk=0000".parse().unwrap());
        assert_eq!(matrix.bench.call(Request::from_parts(parts, Body::empty())).status, 404);
        done.case(route, Situation::OtherDoor);

        // A second phone with the same picture has a URL of its own; neither moves or shows the other.
        let mut second = matrix.bench.phone("吴磊", matrix.bench.areas.grid);
        let same = evidence(&matrix.bench, matrix.bench.areas.grid, &bytes);
        let answer = begin(&matrix.bench, &mut second, same, &bytes);
        let other = answer.header("location").to_owned();
        assert_eq!((answer.header("upload-offset"), other == url), ("0", false));
        let before = head(&matrix.bench, &url).header("upload-offset").to_owned();
        assert!(at_url(&matrix, action, &other, 0, &bytes[..7_000]).status < 300);
        assert_eq!(head(&matrix.bench, &url).header("upload-offset"), before);
        done.case(route, Situation::Another);

        matrix.bench.county.revoke_device(second.id).unwrap();
        let at: u64 = if action == Action::TusPatch { 7_000 } else { 0 };
        assert_eq!(at_url(&matrix, action, &other, at, &bytes[7_000..]).status, 404, "a revoked phone's URL");
        assert_eq!(at_url(&matrix, action, &url, before.parse().unwrap(), &bytes[..1]).status / 100, 2);
        done.case(route, Situation::Withdrawn);

        matrix.bench.clock.advance(24 * 3_600_000);
        assert_eq!(at_url(&matrix, action, &url, 0, &bytes).status, 404, "a day later");
        done.case(route, Situation::Over);
        matrix.phone = phone;
    }
    done.covers(Who::UploadToken);
}

/// A request anybody may send, with what somebody could bring along.
fn public(route: &Route, extra: &[(&str, String)], sent: Vec<u8>) -> Request<Body> {
    let path = route.path.replace("{token}", "0000");
    let mut request = Request::builder().method(route.method).uri(path);
    for (name, value) in extra {
        request = request.header(*name, value);
    }
    request.body(Body::from(sent)).unwrap()
}

#[test]
fn what_is_open_to_anybody_is_the_same_for_all_or_asks_for_a_secret() {
    let mut done = Done::default();
    let desk = Desk::new();
    let grid = desk.bench.areas.grid;
    let mut phone = desk.bench.phone("周慧", grid);
    let (_, person) = desk.household(grid);
    let session = desk.account("county", "county", desk.bench.areas.county);
    let routes = ROUTES.iter().map(|bound| &bound.route).chain(desk::ROUTES.iter().map(|bound| &bound.route));
    for route in routes.filter(|route| route.who == Who::Public) {
        if route.rule == Rule::SameForAll {
            let (signed, _) = phone.request(route.method, "/healthz", Vec::new()).into_parts();
            let mut brought: Vec<(&str, String)> = vec![("cookie", session.cookie.clone())];
            for name in ["signature", "signature-input", "content-digest"] {
                brought.push((name, signed.headers[name].to_str().unwrap().to_owned()));
            }
            call(&desk.router, public(route, &[], Vec::new())); // so that its own count is among the counts
            let nobodys = call(&desk.router, public(route, &[], Vec::new()));
            let theirs = call(&desk.router, public(route, &brought, Vec::new()));
            assert!(matches!(nobodys.status, 200 | 204), "{}: {}", route.path, nobodys.status);
            // Counts go on from one request to the next; which counts there are does not.
            let names = |answer: &Answer| -> String {
                String::from_utf8_lossy(&answer.body).chars().filter(|c| !c.is_ascii_digit()).collect()
            };
            assert_eq!((nobodys.status, names(&nobodys)), (theirs.status, names(&theirs)), "{}", route.path);
            let told = String::from_utf8_lossy(&nobodys.body).into_owned();
            for personal in
                ["周慧", "欧阳建国", "990101195403051233", "2幢", &person.to_string(), &phone.id.to_string()]
            {
                assert!(!told.contains(personal), "{personal} in {}", route.path);
            }
            done.case(route, Situation::Nobody);
            done.case(route, Situation::OtherDoor);
            continue;
        }
        assert_eq!(route.rule, Rule::BySecret, "no case for {:?}", route.rule);
        let (right, wrong) = secrets(&desk, route);
        for wrong in wrong {
            let answer = call(&desk.router, public(route, &[("cookie", session.cookie.clone())], wrong));
            assert!((400..429).contains(&answer.status), "{}: {}", route.path, answer.status);
            assert!(answer.headers.get("set-cookie").is_none());
        }
        done.case(route, Situation::WrongSecret);
        assert_eq!(call(&desk.router, public(route, &[], right)).status, 200, "{}", route.path);
        done.case(route, Situation::About(Lies::Own));
    }
    done.covers(Who::Public);
}

/// A body with the right secret, and bodies with wrong ones.
fn secrets(desk: &Desk, route: &Route) -> (Vec<u8>, Vec<Vec<u8>>) {
    match route.path {
        "/enrol/v1/redeem" => {
            let worker = desk.bench.worker(
                "李红霞",
                desk.bench.areas.grid,
                xunge_domain::records::words::WorkerRole::FullTime,
            );
            let key = SigningKey::from_bytes(&[5; 32]);
            let code = desk.bench.code(worker);
            let right = crate::bench::redeem(&code, &key);
            let mut unproved = right.clone();
            unproved.proof = vec![0; 64];
            let unknown = crate::bench::redeem("00000000", &key);
            (messages::encode(&right), vec![messages::encode(&unproved), messages::encode(&unknown)])
        }
        "/enrol/v1/reopen" => {
            let (phone, other) = (
                desk.bench.phone("李红霞", desk.bench.areas.grid),
                desk.bench.phone("吴磊", desk.bench.areas.grid),
            );
            let random = desk.bench.random.as_ref();
            let reply = OpeningKey::draw(random).sealing_key().0.to_vec();
            let county = desk.bench.county.opening_key().sealing_key();
            let asked = |code: &str, device: uuid::Uuid| {
                let sealed = to_county(random, &county, device.as_bytes(), &[42; 32]).unwrap();
                messages::encode(&Reopen { code: code.to_owned(), reply_key: reply.clone(), sealed })
            };
            let code = desk.bench.county.open_reopen_code(phone.id).unwrap().single_use.to_text();
            // A code made up, a code for something else, and the right code with another phone's box.
            let enrolling = desk.bench.code(phone.worker);
            let wrong =
                vec![asked("00000000", phone.id), asked(&enrolling, phone.id), asked(&code, other.id)];
            (asked(&code, phone.id), wrong)
        }
        "/desk/api/login" => {
            let login = |name: &str, password: &str| {
                serde_json::json!({ "name": name, "password": password }).to_string().into_bytes()
            };
            desk.disabled("gone", desk.bench.areas.county);
            let wrong = vec![login("county", "wrong"), login("nobody", PASSWORD), login("gone", PASSWORD)];
            assert!(body(&desk.login("county", PASSWORD))["csrf"].is_string());
            (login("county", PASSWORD), wrong)
        }
        other => panic!("no case for {other}"),
    }
}

#[test]
fn each_route_is_taken_by_exactly_one_kind_of_caller() {
    let mut seen = BTreeSet::new();
    let desk = desk::ROUTES.iter().map(|bound| bound.route);
    for route in ROUTES.iter().map(|bound| bound.route).chain(desk) {
        assert!(seen.insert(name(&route)), "{} twice", name(&route));
        assert!(!wanted(&route).is_empty());
    }
}
