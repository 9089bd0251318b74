//! The API document (OpenAPI 3.1), made from the table of routes; the desk adds its own. `scripts/api.sh` holds a running
//! county against it.

use super::routes::{Action, Bound, ROUTES, Who};
use utoipa::openapi::path::{
    HttpMethod, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, PathsBuilder, Required, Response, ResponseBuilder,
    ResponsesBuilder,
};
use xunge_sync::messages::CONTENT_TYPE;

fn parameter(name: &str, place: ParameterIn, required: Required, kind: Type) -> Parameter {
    let schema = ObjectBuilder::new().schema_type(SchemaType::Type(kind)).build();
    ParameterBuilder::new().name(name).parameter_in(place).required(required).schema(Some(schema)).build()
}

/// The parts of a path that stand in braces.
pub(crate) fn path_parameters(path: &str) -> Vec<Parameter> {
    let parts = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    parts.map(|name| parameter(name, ParameterIn::Path, Required::True, Type::String)).collect()
}

/// A word of the query that may be left out.
pub(crate) fn query_parameter(name: &str, kind: Type) -> Parameter {
    parameter(name, ParameterIn::Query, Required::False, kind)
}

fn said(words: &str) -> Response {
    ResponseBuilder::new().description(words).build()
}

fn saying(words: &str, kind: &str) -> Response {
    ResponseBuilder::new().description(words).content(kind, ContentBuilder::new().build()).build()
}

/// Statuses of a route, with what they mean and, where something is said, in which form.
fn responses(bound: &Bound) -> Vec<(&'static str, Response)> {
    let refused = |words| saying(words, CONTENT_TYPE);
    let mut all = match bound.action {
        Action::TusOptions | Action::TusPatch => vec![("204", said("Done"))],
        Action::TusHead => vec![("200", said("Where the upload stands"))],
        Action::BeginUpload => {
            vec![("201", said("Where to send it")), ("200", saying("It is held already", CONTENT_TYPE))]
        }
        Action::Photo => vec![("200", saying("The picture", "image/jpeg"))],
        Action::Ca => vec![("200", saying("The certificate", "application/pkix-cert"))],
        Action::Health | Action::Metrics => vec![("200", saying("The answer", "text/plain"))],
        _ => vec![("200", saying("The answer", CONTENT_TYPE))],
    };
    if matches!(bound.action, Action::Redeem | Action::Reopen) {
        all.extend([
            ("400", refused("Not a message")),
            ("404", refused("No such code")),
            ("409", refused("The code is spent, or another phone's")),
            ("410", refused("The code is over")),
            ("429", refused("Too many wrong codes from there")),
        ]);
    }
    match bound.route.who {
        Who::Phone => all.extend([
            ("400", refused("Not a message")),
            ("401", refused("Not signed, replayed, or the phone is revoked")),
            ("404", refused("Not there, or not for this phone")),
            ("409", refused("Phone and county stand elsewhere to each other; the code says how")),
            ("422", refused("A picture that cannot be taken")),
            ("503", refused("Busy; Retry-After says when")),
            ("507", refused("The county's disk is full; Retry-After says when to ask again")),
        ]),
        Who::UploadToken => all.extend([
            ("400", refused("Not a piece of an upload")),
            ("404", refused("No such upload")),
            ("409", refused("The upload stands elsewhere")),
            ("412", refused("Another tus than 1.0.0")),
            ("422", refused("A picture that cannot be taken")),
            ("460", refused("The bytes are not the ones whose hash was promised")),
            ("503", refused("Busy; Retry-After says when")),
            ("507", refused("The county's disk is full; Retry-After says when to ask again")),
        ]),
        Who::Public | Who::Desk => {}
    }
    if !matches!(bound.route.method, "GET" | "HEAD" | "OPTIONS") {
        all.push(("413", refused("Too large")));
    }
    all
}

/// The whole document.
pub(super) fn document(desk: OpenApi) -> OpenApi {
    let mut paths = PathsBuilder::new();
    for bound in ROUTES {
        let route = bound.route;
        let method = match route.method {
            "POST" => HttpMethod::Post,
            "PATCH" => HttpMethod::Patch,
            "HEAD" => HttpMethod::Head,
            "OPTIONS" => HttpMethod::Options,
            _ => HttpMethod::Get,
        };
        let who = match route.who {
            Who::Public => "Open to anybody.",
            Who::Phone => "Signed by the phone (RFC 9421, Ed25519); the answer is cut to its granted areas.",
            Who::UploadToken => "Open to whoever holds the upload URL (tus 1.0.0).",
            Who::Desk => "An account of the desk.",
        };
        let mut answers = ResponsesBuilder::new();
        for (status, response) in responses(bound) {
            answers = answers.response(status, response);
        }
        let body = match route.method {
            "POST" => Some(CONTENT_TYPE),
            "PATCH" => Some("application/offset+octet-stream"),
            _ => None,
        };
        let body = body.map(|kind| {
            let content = ContentBuilder::new().build();
            RequestBodyBuilder::new().content(kind, content).required(Some(Required::True)).build()
        });
        let operation = OperationBuilder::new()
            .summary(Some(route.summary))
            .description(Some(who))
            .parameters(Some(path_parameters(route.path)))
            .request_body(body)
            .responses(answers.build())
            .build();
        paths = paths.path(route.path, PathItem::new(method, operation));
    }
    let mut document = OpenApiBuilder::new()
        .info(InfoBuilder::new().title("Xunge county").version(env!("CARGO_PKG_VERSION")).build())
        .paths(paths.build())
        .build();
    document.merge(desk);
    document
}
