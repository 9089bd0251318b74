//! The desk's part of the matrix (`matrix.rs`): an account of one grid, once as a town's and once as the county centre's,
//! meets one of everything in its own area, below it, beside it, above it and elsewhere, at every route of the table.

use crate::authorisation::{Lies, hex, sha256};
use crate::bench::{Answer, call};
use crate::desk::{Desk, Session, body, code};
use crate::matrix::{Done, Situation};
use crate::phone::Phone;
use crate::pictures::{evidence, picture};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::value::Value;
use xunge_server::desk::{Action, Bound, ROUTES};
use xunge_server::http::routes::{Rule, Who};

const LEDGER: &str = "姓名,与户主关系,身份证号码,住址\n王建军,户主,,1幢1单元101\n";

/// One of everything in an area.
struct Things {
    area: RecordId,
    mark: String,
    phone: Phone,
    incident: RecordId,
    patrol: RecordId,
    visit: RecordId,
    household: RecordId,
    person: RecordId,
    /// Lives in no household.
    unplaced: RecordId,
    /// On record with the same number in every one of the areas.
    twin: RecordId,
    bytes: Vec<u8>,
}

impl Things {
    fn new(desk: &Desk, lies: Lies) -> Self {
        let bench = &desk.bench;
        let area = lies.area(bench);
        let mark = format!("mark-{lies:?}").to_lowercase();
        let marked = || Value::from(mark.as_str());
        let mut phone = bench.phone(&mark, area);
        let (household, person) = desk.household(area);
        let unplaced = desk.write(RecordKind::Person, area, [(1, marked())]);
        let twin = desk.numbered(area);
        // Two values for one field: one from the county, one from the phone.
        phone.write(RecordKind::Household, household, area, [(2, Value::from("14200009999"))]);
        phone.push(bench);
        let now = Value::Int(bench.county.now_ms());
        let category = [
            (1, marked()),
            (2, marked()),
            (3, Value::from("公用设施")),
            (4, Value::Int(8)),
            (5, Value::Int(1)),
        ];
        desk.write(RecordKind::IncidentCategory, area, category);
        let incident = desk.write(
            RecordKind::Incident,
            area,
            [(1, marked()), (2, marked()), (3, marked()), (8, now.clone()), (12, Value::from("7F2C"))],
        );
        let patrol =
            desk.write(RecordKind::Patrol, area, [(1, Value::reference(phone.worker)), (4, now.clone())]);
        let visit = desk.write(
            RecordKind::Visit,
            area,
            [
                (1, Value::reference(household)),
                (2, now),
                (3, Value::Int(1)),
                (4, marked()),
                (6, Value::reference(phone.worker)),
            ],
        );
        desk.disabled(&mark, area);
        let bytes = picture(40 + lies as u32);
        let shown = evidence(bench, area, &bytes);
        bench.county.keep_picture(shown, &bytes).unwrap();
        Self { area, mark, phone, incident, patrol, visit, household, person, unplaced, twin, bytes }
    }

    /// What would give away that it is there.
    fn traces(&self) -> Vec<String> {
        let ids = [
            self.area,
            self.incident,
            self.patrol,
            self.visit,
            self.household,
            self.person,
            self.unplaced,
            self.twin,
            self.phone.worker,
        ];
        let mut traces: Vec<String> = ids.iter().map(ToString::to_string).collect();
        traces.extend([self.mark.clone(), self.phone.id.to_string(), hex(&sha256(&self.bytes))]);
        traces
    }
}

struct World {
    desk: Desk,
    session: Session,
    things: BTreeMap<Lies, Things>,
    role: &'static str,
}

impl World {
    fn new(role: &'static str) -> Self {
        let desk = Desk::new();
        let things = Lies::ALL.map(|lies| (lies, Things::new(&desk, lies))).into();
        let session = desk.account("own", role, desk.bench.areas.grid);
        Self { desk, session, things, role }
    }

    /// The path of a route about these things, with a body where one is sent.
    fn about(&self, action: Action, things: &Things) -> (String, Json) {
        let area = things.area;
        let list = |name: &str| (format!("{name}area={area}&limit=50"), Json::Null);
        let named = |id: RecordId, sent: Json| (crate::desk::path_of(action, &id.to_string(), ""), sent);
        match action {
            Action::Incidents => list("incidents?filter=all&"),
            Action::Patrols => list("patrols?"),
            Action::Visits => list("visits?"),
            Action::Workers => list("workers?"),
            Action::Devices => list("devices?"),
            Action::Incident => named(things.incident, Json::Null),
            Action::Step => {
                let row = self.desk.get(&self.session, &format!("incidents/{}", things.incident));
                let revision = body(&row)["revision"].as_u64().unwrap_or(0);
                named(things.incident, json!({ "revision": revision }))
            }
            Action::Patrol => named(things.patrol, Json::Null),
            Action::Households | Action::Unplaced => named(area, Json::Null),
            Action::Household => named(things.household, Json::Null),
            Action::OpenPerson => named(things.person, json!({"reason": "call", "text": ""})),
            Action::EnrolCode => named(things.phone.worker, json!({"hours": null})),
            Action::Revoke | Action::Reinstate => {
                let path = crate::desk::path_of(action, &things.phone.id.to_string(), "");
                (path, json!({"reason": "lost"}))
            }
            Action::ReopenCode => {
                let path = crate::desk::path_of(action, &things.phone.id.to_string(), "");
                (path, json!({"reason": "at_the_desk"}))
            }
            Action::Lift | Action::Deletes => {
                let path = crate::desk::path_of(action, &things.phone.id.to_string(), "");
                (path, json!({"reason": "checked", "release": false}))
            }
            Action::ToErase => named(things.person, Json::Null),
            Action::ErasePerson => {
                let seen = [things.person.to_string()];
                named(things.person, json!({"ground": "ordered", "reason": "7号", "seen": seen}))
            }
            Action::Photo => (crate::desk::path_of(action, "", &hex(&sha256(&things.bytes))), Json::Null),
            Action::AreaMap => named(area, Json::Null),
            Action::RenameArea => named(area, json!({"name": "改了名"})),
            Action::Contacts => named(area, Json::Null),
            Action::SetContacts => named(area, json!({"desk_phone": "14200001010", "basis": things.mark})),
            Action::SetOutline => named(
                area,
                Json::from(r#"{"type":"Polygon","coordinates":[[[123.5,29],[123.6,29],[123.6,29.1]]]}"#),
            ),
            Action::AddArea => {
                let code = format!("new-{}", things.mark);
                (
                    "areas".into(),
                    json!({"parent": area, "code": code, "name": "新加的", "kind": "micro_grid"}),
                )
            }
            Action::AddWorker => {
                ("workers".into(), json!({"name": "新来的", "role": "full_time", "area": area}))
            }
            Action::Grant | Action::RevokeGrant => named(things.phone.worker, json!({"area": area})),
            Action::AddAccount => {
                let name = format!("new-{}", things.mark);
                ("accounts".into(), json!({"name": name, "role": "town", "area": area}))
            }
            Action::NewPassword => (crate::desk::path_of(action, &things.mark, ""), json!({})),
            Action::AccountState => {
                (crate::desk::path_of(action, &things.mark, ""), json!({"disabled": true}))
            }
            Action::ReadLedger => (format!("imports?area={area}"), Json::from(LEDGER)),
            Action::Import | Action::ImportRows => {
                (crate::desk::path_of(action, &self.import(things), ""), Json::Null)
            }
            Action::RunImport => (crate::desk::path_of(action, &self.import(things), ""), json!({})),
            Action::Resolve => {
                let (id, seen) = self.in_review(things);
                let op = seen.first().cloned();
                (format!("review/{id}/resolve"), json!({ "seen": seen, "op": op }))
            }
            Action::ReopenReview => {
                // What the county wrote last about the household: inside, the settlement of the route before.
                let id = format!("{}:2", things.household);
                let history = self.desk.bench.county.history(things.household).unwrap();
                let last = history.iter().rev().find(|fed| fed.op.header.id.device.0 == 0);
                let op = last.map(|fed| fed.op.header.id.to_string()).unwrap_or_default();
                (format!("review/{id}/reopen"), json!({ "op": op }))
            }
            Action::DecideDuplicate => {
                // With the account's own, or of that with the one below it.
                let own = if things.area == self.things[&Lies::Own].area { Lies::Child } else { Lies::Own };
                let id = crate::desk::pair_of(things.twin, self.things[&own].twin);
                let listed = body(&self.desk.get(&self.session, "duplicates?limit=50"));
                let rows = listed["rows"].as_array().cloned().unwrap_or_default();
                let row = rows.iter().find(|row| row["id"] == id.as_str());
                let seen = row.map_or(Json::from("open"), |row| row["state"].clone());
                (crate::desk::path_of(action, &id, ""), json!({"decision": "same", "seen": seen}))
            }
            // Routes that name nothing: all the account sees.
            Action::Accounts => ("accounts".into(), Json::Null),
            Action::Imports => ("imports".into(), Json::Null),
            Action::Logout => ("logout".into(), json!({})),
            Action::Me => ("me".into(), Json::Null),
            Action::Counts => ("counts".into(), Json::Null),
            Action::Categories => ("categories".into(), Json::Null),
            Action::Departments => ("departments".into(), Json::Null),
            Action::Areas => ("areas".into(), Json::Null),
            Action::Review => ("review".into(), Json::Null),
            Action::Duplicates => ("duplicates".into(), Json::Null),
            Action::Audit => ("audit".into(), Json::Null),
            Action::Login => panic!("anybody's"),
        }
    }

    /// The household's two numbers, and between what the account would decide: nothing where it sees nothing.
    fn in_review(&self, things: &Things) -> (String, Vec<String>) {
        let id = format!("{}:2", things.household);
        let listed = body(&self.desk.get(&self.session, "review?limit=50"));
        let row = listed["rows"].as_array().and_then(|rows| rows.iter().find(|row| row["id"] == id.as_str()));
        let sides = row.and_then(|row| row["sides"].as_array()).cloned().unwrap_or_default();
        (id, sides.iter().filter_map(|side| side["op"].as_str().map(str::to_owned)).collect())
    }

    /// A ledger the account had read for the area of these things; no id of anything where it may not.
    fn import(&self, things: &Things) -> String {
        let read =
            self.desk.post_bytes(&self.session, &format!("imports?area={}", things.area), LEDGER.into());
        body(&read)["id"].as_str().map_or_else(|| uuid::Uuid::nil().to_string(), str::to_owned)
    }

    fn ask(&self, session: &Session, path: &str, sent: &Json) -> Answer {
        match sent {
            Json::Null => self.desk.get(session, path),
            // A file, as it is.
            Json::String(file) => self.desk.post_bytes(session, path, file.clone().into_bytes()),
            sent => self.desk.post(session, path, sent),
        }
    }

    /// What is in sight and yet not to be done: by this role, or at this place of the tree.
    fn refusal(&self, action: Action, lies: Lies) -> Option<(u16, String)> {
        let not_allowed = || Some((403, "not_allowed".to_owned()));
        match (action, self.role, lies) {
            (
                Action::Accounts | Action::AddAccount | Action::NewPassword | Action::AccountState,
                "town",
                _,
            )
            | (Action::RenameArea, "town", Lies::Own) => not_allowed(),
            (Action::ToErase | Action::ErasePerson, "town", _) => not_allowed(),
            (Action::Lift, _, _) => Some((409, "not_quarantined".to_owned())),
            (Action::Deletes, _, _) => Some((409, "nothing_held".to_owned())),
            // Nothing is lower than a micro-grid.
            (Action::AddArea, _, Lies::Child) => Some((400, "bad_request".to_owned())),
            _ => None,
        }
    }

    fn check(&self, bound: &Bound, lies: Lies) {
        let things = &self.things[&lies];
        let (path, sent) = self.about(bound.action, things);
        let answer = self.ask(&self.session, &path, &sent);
        let said = (self.role, lies, path.as_str());
        let in_body = matches!(bound.action, Action::AddArea | Action::AddWorker | Action::AddAccount);
        let names_something = in_body || path.contains("area=") || bound.route.path.contains('{');
        let refusal = self.refusal(bound.action, lies);
        if names_something && !lies.inside() {
            assert_eq!(code(&answer), (404, "not_found".into()), "{said:?}");
        } else if let Some(refusal) = &refusal {
            assert_eq!(&code(&answer), refusal, "{said:?}");
        } else if bound.action == Action::Logout {
            assert_eq!(answer.status, 204, "{said:?}");
        } else {
            assert_eq!(answer.status, 200, "{said:?}: {}", body(&answer));
        }
        let text = String::from_utf8_lossy(&answer.body);
        for (other, outside) in self.things.iter().filter(|(other, _)| !other.inside()) {
            // Categories of what lies above hold below; the account's own area is all of the tree that is named.
            if bound.action == Action::Categories && *other == Lies::Parent {
                continue;
            }
            for trace in outside.traces() {
                // What the account asked for itself may be said back to it, not what it did not know.
                assert!(
                    path.contains(&trace) || !text.contains(&trace),
                    "{said:?} gives away {other:?}: {trace}"
                );
            }
        }
        if bound.route.rule == Rule::OwnDeskArea && lies.inside() && refusal.is_none() {
            self.shows(bound.action, things, &answer);
        }
    }

    /// What lies inside is really there: a route that shows nothing to anybody would pass everything else.
    fn shows(&self, action: Action, things: &Things, answer: &Answer) {
        let trace = match action {
            Action::Incidents | Action::Incident | Action::Step => things.incident.to_string(),
            Action::Patrols | Action::Patrol => things.patrol.to_string(),
            Action::Visits => things.visit.to_string(),
            Action::Households | Action::Household | Action::Review => things.household.to_string(),
            Action::Unplaced => things.unplaced.to_string(),
            Action::Duplicates => things.twin.to_string(),
            Action::DecideDuplicate => return assert_eq!(body(answer)["state"], "same"),
            Action::Areas | Action::RenameArea | Action::Grant | Action::AddWorker => things.area.to_string(),
            Action::ReadLedger | Action::Import | Action::RunImport => things.area.to_string(),
            Action::AreaMap => {
                return assert!(body(answer)["incidents_open"].as_u64() >= Some(1), "{}", body(answer));
            }
            Action::AddArea => format!("new-{}", things.mark),
            Action::SetContacts => things.mark.clone(),
            Action::Contacts => return assert!(body(answer)["desk_phone"].is_string()),
            Action::SetOutline => things.area.to_string(),
            Action::ImportRows => "id_missing".to_owned(),
            Action::Accounts | Action::AccountState => things.mark.clone(),
            Action::AddAccount | Action::NewPassword => {
                return assert!(body(answer)["password"].is_string());
            }
            Action::Imports => return,
            Action::RevokeGrant | Action::Workers => things.phone.worker.to_string(),
            Action::Devices | Action::Revoke | Action::Reinstate => things.phone.id.to_string(),
            Action::ToErase => things.person.to_string(),
            Action::ErasePerson => return assert_eq!(body(answer)["records"], 2, "with the residence"),
            Action::Lift | Action::Deletes => return,
            Action::OpenPerson => "990101195403051233".to_owned(),
            // One category of its own, and one of all that lies above.
            Action::Categories => self.things[&Lies::Own].mark.clone(),
            Action::Photo => return assert_eq!(answer.body, things.bytes),
            Action::Resolve => return assert!(body(answer)["undo"].is_string()),
            Action::ReopenReview => {
                // The question is there again, with both values.
                return assert_eq!(self.in_review(things).1.len(), 2);
            }
            Action::EnrolCode | Action::ReopenCode => return assert!(body(answer)["code"].is_string()),
            Action::Counts => {
                // Two of each inside: the incident, and the one its photo belongs to.
                return assert_eq!(body(answer)["incidents_open"], 4, "own and child, and nothing else");
            }
            Action::Me | Action::Audit | Action::Logout | Action::Departments | Action::Login => return,
        };
        let text = String::from_utf8_lossy(&answer.body);
        assert!(text.contains(&trace), "{action:?} as {}: {trace} is not in {text}", self.role);
    }

    fn every(&self) -> impl Iterator<Item = &'static Bound> + use<> {
        ROUTES.iter().filter(|bound| bound.route.who == Who::Desk)
    }

    /// A request with these headers about the account's own things.
    fn with(&self, bound: &Bound, headers: &[(&str, String)]) -> (u16, String) {
        let (path, sent) = self.about(bound.action, &self.things[&Lies::Own]);
        let mut request = Request::builder().method(bound.route.method).uri(format!("/desk/api/{path}"));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        code(&call(&self.desk.router, request.body(Body::from(sent.to_string())).unwrap()))
    }

    fn seated(session: &Session) -> Vec<(&'static str, String)> {
        vec![("cookie", session.cookie.clone()), ("x-csrf-token", session.csrf.clone())]
    }
}

#[test]
fn every_route_of_the_desk_is_cut_to_the_accounts_area_whoever_asks() {
    let mut done = Done::default();
    for role in ["town", "county"] {
        let mut world = World::new(role);
        // A phone's end and return come after everything else that is asked about it, the session's end after that.
        let ends = [Action::Revoke, Action::Reinstate, Action::Logout];
        let phones = world.every().filter(|bound| ends[..2].contains(&bound.action));
        for bound in world.every().filter(|bound| !ends.contains(&bound.action)).chain(phones) {
            for lies in Lies::ALL {
                world.check(bound, lies);
                done.case(&bound.route, Situation::About(lies));
            }
        }
        let logout = world.every().find(|bound| bound.action == Action::Logout).unwrap();
        for lies in Lies::ALL {
            world.session = world.desk.account("own", role, world.desk.bench.areas.grid);
            world.check(logout, lies);
            done.case(&logout.route, Situation::About(lies));
        }
    }

    let mut world = World::new("town");
    let other = world.desk.account("other", "town", world.desk.bench.areas.foreign);
    let no_session = (401, "no_session".to_owned());
    let closed = |world: &World, done: &mut Done, session: &Session, situation| {
        for bound in world.every() {
            let answer = world.with(bound, &World::seated(session));
            assert_eq!(answer, no_session, "{situation:?} {}", bound.route.path);
            done.case(&bound.route, situation);
        }
    };
    for bound in world.every() {
        assert_eq!(world.with(bound, &[]), no_session, "{}", bound.route.path);
        done.case(&bound.route, Situation::Nobody);
        // A phone, signed and known to the county, is nobody here.
        let own = &world.things[&Lies::Own].phone;
        let path = format!("/desk/api/{}", world.about(bound.action, &world.things[&Lies::Own]).0);
        let (signed, _) =
            own.clone().request(bound.route.method, path.split('?').next().unwrap(), Vec::new()).into_parts();
        let signature: Vec<(&str, String)> = ["signature", "signature-input", "content-digest"]
            .map(|name| (name, signed.headers[name].to_str().unwrap().to_owned()))
            .into();
        assert_eq!(world.with(bound, &signature), no_session, "{}", bound.route.path);
        done.case(&bound.route, Situation::OtherDoor);
        if bound.route.method != "GET" {
            for token in ["".to_owned(), other.csrf.clone()] {
                let forged = Session { csrf: token, ..world.session.clone() };
                let answer = world.with(bound, &World::seated(&forged));
                assert_eq!(answer, (403, "csrf".into()), "{}", bound.route.path);
            }
            done.case(&bound.route, Situation::Forged);
        }
    }
    let made_up = Session { cookie: "xunge_desk=00112233".into(), csrf: world.session.csrf.clone() };
    closed(&world, &mut done, &made_up, Situation::Stranger);

    // A narrower role: a town reads its own lines of the audit log, the county's centre all.
    world.desk.read(&world.session, "me");
    let centre = world.desk.account("centre", "county", world.desk.bench.areas.county);
    for bound in world.every() {
        let (path, sent) = world.about(bound.action, &world.things[&Lies::Own]);
        if bound.action == Action::Audit {
            let lines = |session: &Session| {
                let whos = world.desk.read(session, "audit")["rows"].as_array().unwrap().clone();
                whos.iter().map(|row| row["who"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
            };
            assert!(lines(&world.session).iter().all(|who| who == "own"));
            assert!(lines(&centre).iter().any(|who| who == "other"));
        } else if matches!(bound.action, Action::Accounts | Action::ToErase) {
            assert_eq!(code(&world.ask(&world.session, &path, &sent)), (403, "not_allowed".into()));
            assert_eq!(world.ask(&centre, &path, &sent).status, 200);
        } else if bound.action == Action::Imports {
            world.import(&world.things[&Lies::Own]);
            assert_eq!(world.desk.read(&world.session, &path)["total"], 1);
            assert_eq!(world.desk.read(&centre, &path)["total"], 0, "what one account had read is its own");
        } else if matches!(bound.action, Action::Import | Action::ImportRows) {
            // What one account had read is nobody else's, whatever the role.
            assert_eq!(world.ask(&world.session, &path, &sent).status, 200);
            assert_eq!(world.ask(&centre, &path, &sent).status, 404);
        } else if sent.is_null() {
            // Everything else is the same for both roles over one area.
            let same = world.desk.account("same", "county", world.desk.bench.areas.grid);
            let (town, county) = (world.ask(&world.session, &path, &sent), world.ask(&same, &path, &sent));
            assert_eq!(town.status, county.status, "{path}");
            if !matches!(bound.action, Action::Me | Action::Incident) {
                assert_eq!(town.body, county.body, "{path}");
            }
        }
        done.case(&bound.route, Situation::WrongRole);
    }

    world.session = world.desk.account("own", "town", world.desk.bench.areas.grid);
    world.desk.disabled("own", world.desk.bench.areas.grid);
    let session = world.session.clone();
    closed(&world, &mut done, &session, Situation::Withdrawn);
    world.session = world.desk.account("own", "town", world.desk.bench.areas.grid);
    world.desk.bench.clock.advance(8 * 3_600_000 + 1);
    let session = world.session.clone();
    closed(&world, &mut done, &session, Situation::Over);
    done.covers(Who::Desk);
}
