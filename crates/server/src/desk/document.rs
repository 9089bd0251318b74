//! The desk's part of the API document (OpenAPI 3.1), made from the table of routes: what each takes, what it answers, and
//! every status it may answer with. `scripts/api.sh` holds a running county against it.

use super::{Action, Bound, Forms, ROUTES};
use crate::http::document::{path_parameters, query_parameter};
use std::sync::LazyLock;
use utoipa::OpenApi as _;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, PathItem};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{
    ContentBuilder, OpenApi, PathsBuilder, Ref, RefOr, Required, Response, ResponseBuilder, ResponsesBuilder,
};

/// How an action lays out what it answers.
enum Shape {
    One,
    /// `{rows, total}`, a page.
    Page,
    Array,
    Jpeg,
    Nothing,
}

const fn shape(action: Action) -> Shape {
    match action {
        Action::Incidents
        | Action::Patrols
        | Action::Visits
        | Action::Households
        | Action::Unplaced
        | Action::Review
        | Action::Duplicates
        | Action::Workers
        | Action::Devices
        | Action::Accounts
        | Action::Imports
        | Action::ImportRows
        | Action::Audit => Shape::Page,
        Action::Areas | Action::Categories | Action::Departments => Shape::Array,
        Action::Photo => Shape::Jpeg,
        Action::Logout => Shape::Nothing,
        _ => Shape::One,
    }
}

/// Words of the query beside those of every page.
const fn words(action: Action) -> &'static [&'static str] {
    match action {
        Action::Incidents => &["area", "filter", "category"],
        Action::Patrols | Action::Visits => &["area", "day"],
        Action::Households | Action::Unplaced => &["query"],
        Action::Review | Action::Workers | Action::Devices => &["area"],
        Action::Duplicates => &["state"],
        Action::ImportRows => &["code"],
        Action::Photo => &["thumbnail"],
        Action::ReadLedger => &["area", "name"],
        _ => &[],
    }
}

/// What is sent with an action: a form of the document, or these fields (name, type, whether it must be there).
enum Sent {
    Nothing,
    Form(&'static str),
    Fields(&'static [(&'static str, Type, bool)]),
    File,
}

const fn sent(action: Action) -> Sent {
    match action {
        Action::Login => Sent::Fields(&[("name", Type::String, true), ("password", Type::String, true)]),
        Action::Step => Sent::Form("StepForm"),
        Action::OpenPerson => Sent::Form("OpenForm"),
        Action::AddArea => Sent::Form("AreaForm"),
        Action::AddWorker => Sent::Form("WorkerForm"),
        Action::AddAccount => Sent::Form("AccountForm"),
        Action::Resolve => Sent::Form("ResolveForm"),
        Action::DecideDuplicate => Sent::Form("DuplicateForm"),
        Action::SetContacts => Sent::Form("AreaContacts"),
        Action::Lift => Sent::Fields(&[("reason", Type::String, false)]),
        Action::Deletes => Sent::Fields(&[("release", Type::Boolean, true), ("reason", Type::String, false)]),
        Action::ErasePerson => Sent::Form("EraseForm"),
        Action::ReopenReview => Sent::Fields(&[("op", Type::String, true)]),
        Action::RenameArea => Sent::Fields(&[("name", Type::String, true)]),
        Action::AccountState => Sent::Fields(&[("disabled", Type::Boolean, true)]),
        Action::Grant | Action::RevokeGrant => Sent::Fields(&[("area", Type::String, true)]),
        Action::EnrolCode => Sent::Fields(&[("hours", Type::Integer, false)]),
        Action::Revoke | Action::Reinstate | Action::ReopenCode => {
            Sent::Fields(&[("reason", Type::String, false)])
        }
        Action::ReadLedger | Action::SetOutline => Sent::File,
        _ => Sent::Nothing,
    }
}

fn object(fields: &[(&str, Type, bool)]) -> Schema {
    let mut object = ObjectBuilder::new();
    for (name, kind, required) in fields {
        object =
            object.property(*name, ObjectBuilder::new().schema_type(SchemaType::Type(kind.clone())).build());
        if *required {
            object = object.required(*name);
        }
    }
    object.build().into()
}

fn body(action: Action) -> Option<RequestBody> {
    let (kind, schema): (_, Option<RefOr<Schema>>) = match sent(action) {
        Sent::Nothing => return None,
        Sent::Form(name) => ("application/json", Some(Ref::from_schema_name(name).into())),
        Sent::Fields(fields) => ("application/json", Some(object(fields).into())),
        Sent::File => ("application/octet-stream", None),
    };
    let content = ContentBuilder::new().schema(schema).build();
    Some(RequestBodyBuilder::new().content(kind, content).required(Some(Required::True)).build())
}

fn answered(bound: &Bound) -> (&'static str, Response) {
    let json = |schema: RefOr<Schema>| {
        let content = ContentBuilder::new().schema(Some(schema)).build();
        ResponseBuilder::new().description("The answer").content("application/json", content).build()
    };
    let one = || RefOr::from(Ref::from_schema_name(bound.answers));
    match shape(bound.action) {
        Shape::One => ("200", json(one())),
        Shape::Array => ("200", json(RefOr::T(ArrayBuilder::new().items(one()).build().into()))),
        Shape::Page => {
            let rows = ArrayBuilder::new().items(one()).build();
            let total = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer)).build();
            let page = ObjectBuilder::new()
                .property("rows", rows)
                .property("total", total)
                .required("rows")
                .required("total");
            ("200", json(RefOr::T(page.build().into())))
        }
        Shape::Jpeg => {
            let content = ContentBuilder::new().build();
            ("200", ResponseBuilder::new().description("The picture").content("image/jpeg", content).build())
        }
        Shape::Nothing => ("204", ResponseBuilder::new().description("Done").build()),
    }
}

/// What may be answered instead: status and codes.
fn refusals(bound: &Bound) -> Vec<(&'static str, &'static str)> {
    let mut all = vec![
        ("400", "bad_request: `field` says what cannot be"),
        ("401", "no_session, bad_login"),
        ("404", "not_found: not there, or not for this account"),
    ];
    if bound.route.method != "GET" {
        all.push(("403", "csrf, not_allowed"));
        all.push(("409", "changed meanwhile, or not now: the code says which"));
        all.push(("422", "the rules of the work refuse it: the code says why"));
        all.push(("507", "disk_full: the county's disk has no room; nothing was changed"));
    }
    if matches!(bound.action, Action::Accounts) {
        all.push(("403", "not_allowed"));
    }
    if matches!(bound.action, Action::Login | Action::OpenPerson) {
        all.push(("429", "too_many_tries, reveal_limit"));
    }
    if matches!(bound.action, Action::ReadLedger | Action::SetOutline) {
        all.push(("413", "ledger_too_large, geojson_too_large"));
    }
    all
}

/// The desk's part of the document. It says the same at every call and is put together once.
pub fn openapi() -> OpenApi {
    static DOCUMENT: LazyLock<OpenApi> = LazyLock::new(put_together);
    DOCUMENT.clone()
}

fn put_together() -> OpenApi {
    let mut document = Forms::openapi();
    let mut paths = PathsBuilder::new();
    for bound in ROUTES {
        let (status, answer) = answered(bound);
        let mut responses = ResponsesBuilder::new().response(status, answer);
        for (status, words) in refusals(bound) {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemForm"))).build();
            let refusal = ResponseBuilder::new().description(words).content("application/json", content);
            responses = responses.response(status, refusal.build());
        }
        let mut parameters = path_parameters(bound.route.path);
        if matches!(shape(bound.action), Shape::Page) {
            parameters.extend(["offset", "limit"].map(|name| query_parameter(name, Type::Integer)));
        }
        parameters.extend(words(bound.action).iter().map(|name| query_parameter(name, Type::String)));
        let operation = OperationBuilder::new()
            .summary(Some(bound.route.summary))
            .tag("desk")
            .parameters(Some(parameters))
            .request_body(body(bound.action))
            .responses(responses.build())
            .build();
        let method = if bound.route.method == "POST" { HttpMethod::Post } else { HttpMethod::Get };
        paths = paths.path(bound.route.path, PathItem::new(method, operation));
    }
    document.paths = paths.build();
    document
}
