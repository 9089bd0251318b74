//! The API document (OpenAPI 3.1), made from the table of routes; the desk adds its own.

use super::routes::{ROUTES, Who};
use utoipa::openapi::path::{HttpMethod, OperationBuilder, PathItem};
use utoipa::openapi::{
    InfoBuilder, OpenApi, OpenApiBuilder, PathsBuilder, ResponseBuilder, ResponsesBuilder,
};

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
        let said = |words: &str| ResponseBuilder::new().description(words).build();
        let mut responses = ResponsesBuilder::new().response("200", said("The answer"));
        if route.who == Who::Phone {
            responses = responses.response("401", said("Not signed, replayed, or the phone is revoked"));
        }
        let operation = OperationBuilder::new()
            .summary(Some(route.summary))
            .description(Some(who))
            .responses(responses.build())
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
