//! The description of the REST door: an OpenAPI 3.1 document, and a page that shows it for reading.
//!
//! Promises that the document says what is served, because it is made from the table that serves and from the
//! definitions that are checked.

mod operations;
mod others;
mod page;
mod schemas;

use std::sync::LazyLock;

use axum::response::{Html, IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use serde_json::{Map, Value, json};

use crate::protocol::DESCRIPTORS;
use crate::rest::routes::ROUTES;

static DOCUMENT: LazyLock<Value> = LazyLock::new(document);
static DOCUMENT_TEXT: LazyLock<String> =
    LazyLock::new(|| serde_json::to_string_pretty(&*DOCUMENT).unwrap_or_default() + "\n");
static PAGE: LazyLock<String> = LazyLock::new(|| page::render(&DOCUMENT));

/// `GET /openapi.json`.
pub(crate) async fn serve() -> Response {
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=300")], DOCUMENT_TEXT.as_str())
        .into_response()
}

/// `GET /reference`: the same for reading. It needs nothing from anywhere else.
pub(crate) async fn reference() -> Response {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";
    ([(CONTENT_SECURITY_POLICY, policy)], Html(PAGE.as_str())).into_response()
}

fn document() -> Value {
    let mut schemas = schemas::Schemas::new(&DESCRIPTORS);
    let mut paths: Map<String, Value> = Map::new();
    let mut names = operations::Names::default();
    for route in ROUTES {
        let Some(operation) = operations::of(route, &mut schemas, &mut names) else { continue };
        put(&mut paths, route.path, (route.method)().as_str(), operation);
    }
    for (path, method, operation) in others::operations() {
        put(&mut paths, path, method, operation);
    }
    let mut components = schemas.finish();
    components.extend(others::schemas());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Latch",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Safe hands in Close for AI agents: connected accounts, tools, connections. The same calls \
                are served over gRPC, in the words of Scalekit AgentKit.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}, {"basic": []}],
        "tags": [
            {"name": "Tools", "description": "What can be called, and calling it."},
            {"name": "Connected accounts", "description": "Whose accounts there are, and connecting them."},
            {"name": "Connections", "description": "How Close may be reached, and as which OAuth app."},
            {"name": "Logging in", "description": "Access tokens for programs."},
            {"name": "Passing on", "description": "A program's own requests to Close."},
        ],
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": {"Error": others::error_response()},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "An access token from /oauth/token."},
                "basic": {"type": "http", "scheme": "basic", "description": "An API client's id and secret."},
            },
        },
    })
}

fn put(paths: &mut Map<String, Value>, path: &str, method: &str, operation: Value) {
    let item = paths.entry(path.to_owned()).or_insert_with(|| json!({}));
    item[method.to_ascii_lowercase()] = operation;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The document as it is kept beside the code. `LATCH_WRITE_OPENAPI=1` writes it anew.
    #[test]
    fn the_golden_file_is_what_is_served() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
        if std::env::var_os("LATCH_WRITE_OPENAPI").is_some() {
            std::fs::write(path, DOCUMENT_TEXT.as_str()).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            kept == *DOCUMENT_TEXT,
            "crates/api/openapi.json is not what is served: look at the change, then run this test with \
             LATCH_WRITE_OPENAPI=1"
        );
    }

    #[test]
    fn every_reference_leads_somewhere_and_every_operation_has_a_name_of_its_own() {
        let mut names = std::collections::BTreeSet::new();
        for item in DOCUMENT["paths"].as_object().unwrap().values() {
            for operation in item.as_object().unwrap().values() {
                assert!(names.insert(operation["operationId"].as_str().unwrap().to_owned()), "{operation}");
                assert!(
                    operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()),
                    "{operation}"
                );
            }
        }
        let text = DOCUMENT.to_string();
        for reference in text.split("\"$ref\":\"#").skip(1) {
            let pointer = reference.split('"').next().unwrap();
            assert!(DOCUMENT.pointer(pointer).is_some(), "{pointer}");
        }
    }

    #[test]
    fn the_page_shows_every_route() {
        for path in DOCUMENT["paths"].as_object().unwrap().keys() {
            assert!(PAGE.contains(&format!("<code>{path}</code>")), "{path}");
        }
        assert!(!PAGE.contains("<script") && !PAGE.contains("src="));
    }
}
