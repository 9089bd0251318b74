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
    Resolve,
    ReopenReview,
    Workers,
    EnrolCode,
    Devices,
    Revoke,
    Reinstate,
    ReopenCode,
    AreaMap,
    AddArea,
    RenameArea,
    AddWorker,
    Grant,
    RevokeGrant,
    Accounts,
    AddAccount,
    NewPassword,
    AccountState,
    ReadLedger,
    Imports,
    Import,
    ImportRows,
    RunImport,
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
pub const BODY: usize = 64 * 1024;
/// Largest ledger: a grid's is some hundred kilobytes, a town's some megabytes.
const LEDGER: usize = 20 * 1024 * 1024;

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
    let body_limit = if matches!(action, Action::ReadLedger) { LEDGER } else { BODY };
    Bound { route: Route { method, path, who, rule, body_limit, summary }, action, answers }
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
    bound(
        "POST",
        "/desk/api/review/{id}/resolve",
        Rule::OwnDeskArea,
        Action::Resolve,
        "Resolved",
        "Settles a field with two values: one of them, both, or a third",
    ),
    bound(
        "POST",
        "/desk/api/review/{id}/reopen",
        Rule::OwnDeskArea,
        Action::ReopenReview,
        "Resolved",
        "Takes a settlement of the desk back: the question comes up again",
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
    bound(
        "GET",
        "/desk/api/areas/{id}/map",
        Rule::OwnDeskArea,
        Action::AreaMap,
        "AreaMap",
        "An area from above: outlines, buildings, open incidents",
    ),
    bound(
        "POST",
        "/desk/api/areas",
        Rule::OwnDeskArea,
        Action::AddArea,
        "AreaLine",
        "Adds an area below one in scope",
    ),
    bound(
        "POST",
        "/desk/api/areas/{id}/rename",
        Rule::OwnDeskArea,
        Action::RenameArea,
        "AreaLine",
        "Renames an area",
    ),
    bound(
        "POST",
        "/desk/api/workers",
        Rule::OwnDeskArea,
        Action::AddWorker,
        "WorkerLine",
        "Adds a worker and grants the area",
    ),
    bound(
        "POST",
        "/desk/api/workers/{id}/grant",
        Rule::OwnDeskArea,
        Action::Grant,
        "WorkerLine",
        "Lets a worker see an area",
    ),
    bound(
        "POST",
        "/desk/api/workers/{id}/revoke-grant",
        Rule::OwnDeskArea,
        Action::RevokeGrant,
        "WorkerLine",
        "Takes an area from a worker",
    ),
    bound(
        "GET",
        "/desk/api/accounts",
        Rule::OwnDeskArea,
        Action::Accounts,
        "AccountLine",
        "Accounts of the desk in scope, a page",
    ),
    bound(
        "POST",
        "/desk/api/accounts",
        Rule::OwnDeskArea,
        Action::AddAccount,
        "Password",
        "Adds an account; its password is shown once",
    ),
    bound(
        "POST",
        "/desk/api/accounts/{name}/password",
        Rule::OwnDeskArea,
        Action::NewPassword,
        "Password",
        "Gives an account another password, shown once",
    ),
    bound(
        "POST",
        "/desk/api/accounts/{name}/state",
        Rule::OwnDeskArea,
        Action::AccountState,
        "AccountLine",
        "Locks an account out or lets it in again",
    ),
    bound(
        "POST",
        "/desk/api/imports",
        Rule::OwnDeskArea,
        Action::ReadLedger,
        "Import",
        "Reads a ledger and writes nothing",
    ),
    bound(
        "GET",
        "/desk/api/imports",
        Rule::OwnDeskArea,
        Action::Imports,
        "Import",
        "Ledgers the account had read",
    ),
    bound(
        "GET",
        "/desk/api/imports/{id}",
        Rule::OwnDeskArea,
        Action::Import,
        "Import",
        "A ledger that was read, with its progress",
    ),
    bound(
        "GET",
        "/desk/api/imports/{id}/rows",
        Rule::OwnDeskArea,
        Action::ImportRows,
        "ImportRow",
        "What is to tell of its rows, a page",
    ),
    bound(
        "POST",
        "/desk/api/imports/{id}/run",
        Rule::OwnDeskArea,
        Action::RunImport,
        "Import",
        "Begins to write a ledger, or goes on",
    ),
    bound("GET", "/desk/api/audit", Rule::OwnAccount, Action::Audit, "AuditLine", "The audit log, a page"),
];
