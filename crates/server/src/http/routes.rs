//! The table of routes: method, path, who may take it, and by which rule what they see is cut. The router is built from
//! it and the authorisation tests are generated from it, so a route without a rule does not exist.

/// Who may take a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// Anybody.
    Public,
    /// A phone, by its signature.
    Phone,
    /// Whoever holds an upload URL.
    UploadToken,
    /// An account of the desk, by its session.
    Desk,
}

/// How what is answered is cut to the one who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Nothing in the answer belongs to anybody.
    SameForAll,
    /// A secret in the request decides, once: an enrolment code, a password.
    BySecret,
    /// The answer speaks of the calling phone itself only.
    OwnPhone,
    /// Operations written: each is admitted by the phone's granted areas.
    WritesOwnAreas,
    /// Operations read: granted areas and below, and the names of what lies above.
    ReadsOwnAreas,
    /// Pictures of evidence that lies in granted areas.
    OwnEvidence,
    /// The one upload that the URL was made for.
    OwnUpload,
    /// The account's area and below.
    OwnDeskArea,
    /// The account itself.
    OwnAccount,
}

/// A route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// Upper case.
    pub method: &'static str,
    /// As axum writes it.
    pub path: &'static str,
    /// Who may take it.
    pub who: Who,
    /// How the answer is cut.
    pub rule: Rule,
    /// Most bytes of a body.
    pub body_limit: usize,
    /// For the API document.
    pub summary: &'static str,
}

/// What answers a route of this table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// See the route of the same name.
    Hello,
    /// See the route of the same name.
    Push,
    /// See the route of the same name.
    Pull,
    /// See the route of the same name.
    Snapshot,
    /// See the route of the same name.
    Outcomes,
    /// See the route of the same name.
    Own,
    /// See the route of the same name.
    Receipts,
    /// Begins an upload.
    BeginUpload,
    /// A picture for a phone.
    Photo,
    /// What tus the county speaks.
    TusOptions,
    /// Where an upload stands.
    TusHead,
    /// More of an upload.
    TusPatch,
    /// The CA certificate.
    Ca,
    /// Redeems an enrolment code.
    Redeem,
    /// Gives a locked phone its store key back.
    Reopen,
    /// Whether the county works.
    Health,
    /// Counts.
    Metrics,
}

/// A route with what answers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// The route.
    pub route: Route,
    /// What answers it.
    pub action: Action,
}

/// The document that describes the routes; it is made from them.
pub const OPENAPI: &str = "/api/openapi.json";

const KIB: usize = 1024;
/// A message without operations in it.
const SMALL: usize = 64 * KIB;
/// A push; a phone halves its batch on 413.
const PUSH: usize = 4 * KIB * KIB;
/// One PATCH; the picture's own limit is checked apart.
const PIECE: usize = 8 * KIB * KIB;

const fn bound(
    method: &'static str,
    path: &'static str,
    who: Who,
    rule: Rule,
    body_limit: usize,
    action: Action,
    summary: &'static str,
) -> Bound {
    Bound { route: Route { method, path, who, rule, body_limit, summary }, action }
}

/// All routes but the desk's, which stand in `desk::ROUTES`.
pub const ROUTES: &[Bound] = &[
    bound("POST", "/sync/v1/hello", Who::Phone, Rule::OwnPhone, SMALL, Action::Hello, "Greets the county"),
    bound("POST", "/sync/v1/push", Who::Phone, Rule::WritesOwnAreas, PUSH, Action::Push, "Sends operations"),
    bound("POST", "/sync/v1/pull", Who::Phone, Rule::ReadsOwnAreas, SMALL, Action::Pull, "Fetches the feed"),
    bound(
        "POST",
        "/sync/v1/snapshot",
        Who::Phone,
        Rule::ReadsOwnAreas,
        SMALL,
        Action::Snapshot,
        "Fetches a page of the snapshot",
    ),
    bound(
        "POST",
        "/sync/v1/outcomes",
        Who::Phone,
        Rule::OwnPhone,
        SMALL,
        Action::Outcomes,
        "Asks what became of own operations",
    ),
    bound(
        "POST",
        "/sync/v1/own",
        Who::Phone,
        Rule::OwnPhone,
        SMALL,
        Action::Own,
        "Gives a phone back what it wrote itself",
    ),
    bound(
        "POST",
        "/sync/v1/receipts",
        Who::Phone,
        Rule::OwnEvidence,
        SMALL,
        Action::Receipts,
        "Asks which pictures are held",
    ),
    bound(
        "POST",
        "/sync/v1/uploads",
        Who::Phone,
        Rule::OwnEvidence,
        SMALL,
        Action::BeginUpload,
        "Begins an upload",
    ),
    bound(
        "GET",
        "/sync/v1/photos/{sha256}",
        Who::Phone,
        Rule::OwnEvidence,
        SMALL,
        Action::Photo,
        "Fetches a picture",
    ),
    bound(
        "OPTIONS",
        "/uploads/{token}",
        Who::Public,
        Rule::SameForAll,
        0,
        Action::TusOptions,
        "Says which tus is spoken",
    ),
    bound(
        "HEAD",
        "/uploads/{token}",
        Who::UploadToken,
        Rule::OwnUpload,
        0,
        Action::TusHead,
        "Says where an upload stands",
    ),
    bound(
        "PATCH",
        "/uploads/{token}",
        Who::UploadToken,
        Rule::OwnUpload,
        PIECE,
        Action::TusPatch,
        "Continues an upload",
    ),
    bound(
        "GET",
        "/enrol/v1/ca",
        Who::Public,
        Rule::SameForAll,
        0,
        Action::Ca,
        "The county's CA certificate, DER",
    ),
    bound(
        "POST",
        "/enrol/v1/redeem",
        Who::Public,
        Rule::BySecret,
        SMALL,
        Action::Redeem,
        "Redeems an enrolment code",
    ),
    bound(
        "POST",
        "/enrol/v1/reopen",
        Who::Public,
        Rule::BySecret,
        SMALL,
        Action::Reopen,
        "Gives a locked phone its store key back",
    ),
    bound(
        "GET",
        "/healthz",
        Who::Public,
        Rule::SameForAll,
        0,
        Action::Health,
        "Says whether the county works",
    ),
    bound("GET", "/metrics", Who::Public, Rule::SameForAll, 0, Action::Metrics, "Counts, for Prometheus"),
];
