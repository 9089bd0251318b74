//! The desk's routes. The router and the API document are built from this table and the authorisation tests are
//! generated from it, so a route without a rule does not exist.

use crate::http::routes::{Route, Rule, Who};

/// What answers a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the route of the same name below")]
pub enum Action {
    Login,
    Logout,
    Me,
    Counts,
    Incidents,
    Incident,
    Step,
    Categories,
    Departments,
    Photo,
    Patrols,
    Patrol,
    Visits,
    Areas,
    Households,
    Household,
    OpenPerson,
    Review,
    Workers,
    EnrolCode,
    Devices,
    Revoke,
    Reinstate,
    ReopenCode,
    Audit,
}

/// A route with what answers it and the form of its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// The route, with its whole path.
    pub route: Route,
    /// What answers it.
    pub action: Action,
    /// Form of the answer in the API document; empty for none.
    pub answers: &'static str,
}

/// Where the desk's routes lie.
pub const PREFIX: &str = "/desk/api";

/// Largest body: a step's text.
const BODY: usize = 64 * 1024;

const fn bound(
    method: &'static str,
    path: &'static str,
    rule: Rule,
    action: Action,
    answers: &'static str,
    summary: &'static str,
) -> Bound {
    // Whoever logs in has no session yet.
    let who = if matches!(action, Action::Login) { Who::Public } else { Who::Desk };
    Bound { route: Route { method, path, who, rule, body_limit: BODY, summary }, action, answers }
}

/// All routes of the desk.
pub const ROUTES: &[Bound] = &[
    bound("POST", "/desk/api/login", Rule::BySecret, Action::Login, "Me", "Opens a session"),
    bound("POST", "/desk/api/logout", Rule::OwnAccount, Action::Logout, "", "Ends the session"),
    bound("GET", "/desk/api/me", Rule::OwnAccount, Action::Me, "Me", "The account"),
    bound(
        "GET",
        "/desk/api/counts",
        Rule::OwnDeskArea,
        Action::Counts,
        "Counts",
        "Numbers in the navigation",
    ),
    bound(
        "GET",
        "/desk/api/incidents",
        Rule::OwnDeskArea,
        Action::Incidents,
        "IncidentRow",
        "Incidents, a page",
    ),
    bound("GET", "/desk/api/incidents/{id}", Rule::OwnDeskArea, Action::Incident, "Incident", "An incident"),
    bound(
        "POST",
        "/desk/api/incidents/{id}/{verb}",
        Rule::OwnDeskArea,
        Action::Step,
        "Incident",
        "A step of an incident",
    ),
    bound(
        "GET",
        "/desk/api/categories",
        Rule::OwnDeskArea,
        Action::Categories,
        "Category",
        "Incident categories",
    ),
    bound("GET", "/desk/api/departments", Rule::SameForAll, Action::Departments, "Department", "Departments"),
    bound("GET", "/desk/api/photos/{sha256}", Rule::OwnDeskArea, Action::Photo, "", "A photo, image/jpeg"),
    bound("GET", "/desk/api/patrols", Rule::OwnDeskArea, Action::Patrols, "PatrolRow", "Patrols, a page"),
    bound("GET", "/desk/api/patrols/{id}", Rule::OwnDeskArea, Action::Patrol, "Patrol", "A patrol"),
    bound("GET", "/desk/api/visits", Rule::OwnDeskArea, Action::Visits, "VisitRow", "Visits, a page"),
    bound(
        "GET",
        "/desk/api/areas",
        Rule::OwnDeskArea,
        Action::Areas,
        "AreaLine",
        "The tree of areas in scope",
    ),
    bound(
        "GET",
        "/desk/api/areas/{id}/households",
        Rule::OwnDeskArea,
        Action::Households,
        "HouseholdRow",
        "Households, a page",
    ),
    bound(
        "GET",
        "/desk/api/households/{id}",
        Rule::OwnDeskArea,
        Action::Household,
        "Household",
        "A household, masked",
    ),
    bound(
        "POST",
        "/desk/api/people/{id}/open",
        Rule::OwnDeskArea,
        Action::OpenPerson,
        "Opened",
        "A person unmasked, for a logged reason",
    ),
    bound(
        "GET",
        "/desk/api/review",
        Rule::OwnDeskArea,
        Action::Review,
        "ReviewRow",
        "Fields with two values, a page",
    ),
    bound("GET", "/desk/api/workers", Rule::OwnDeskArea, Action::Workers, "WorkerLine", "Workers, a page"),
    bound(
        "POST",
        "/desk/api/workers/{id}/enrol-code",
        Rule::OwnDeskArea,
        Action::EnrolCode,
        "Code",
        "Opens an enrolment code",
    ),
    bound("GET", "/desk/api/devices", Rule::OwnDeskArea, Action::Devices, "DeviceLine", "Phones, a page"),
    bound(
        "POST",
        "/desk/api/devices/{id}/revoke",
        Rule::OwnDeskArea,
        Action::Revoke,
        "DeviceLine",
        "Revokes a phone",
    ),
    bound(
        "POST",
        "/desk/api/devices/{id}/reinstate",
        Rule::OwnDeskArea,
        Action::Reinstate,
        "DeviceLine",
        "Lets a revoked phone call again",
    ),
    bound(
        "POST",
        "/desk/api/devices/{id}/reopen-code",
        Rule::OwnDeskArea,
        Action::ReopenCode,
        "Code",
        "Opens a code that gives a locked phone its key back",
    ),
    bound("GET", "/desk/api/audit", Rule::OwnAccount, Action::Audit, "AuditLine", "The audit log, a page"),
];
