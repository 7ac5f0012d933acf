//! What the twin answers to, as an `OpenAPI` 3.1 document: for tools that read one, and for finding inputs that break
//! the twin.
//!
//! It is made from what the twin works with itself: resources with their methods, fields, filters and page sizes, and
//! the paths of actions. So it promises to name every operation there is, and none that is not. What is not declared
//! (bodies and answers of actions, parameters functions read from a call) is described as open, not guessed. Ids in
//! examples are of objects the twin holds at that moment.

mod examples;
mod operation;
mod schema;

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use self::examples::Examples;
use crate::objects;
use crate::store::{Object, Reader};

/// Where the document is served.
pub(crate) const PATH: &str = "/_twin/openapi.json";

/// The document as a response.
pub(crate) fn response(reader: Reader<'_>) -> Response {
    ([(CONTENT_TYPE, "application/json")], document(reader).to_string()).into_response()
}

/// The whole document.
fn document(reader: Reader<'_>) -> Value {
    let known = Examples::new(reader);
    let mut paths = Object::new();
    for resource in objects::resources().filter(|resource| !resource.path.is_empty()) {
        operation::resource(&mut paths, known, resource, resource.path, false);
        for path in resource.also_at {
            operation::resource(&mut paths, known, resource, path, true);
        }
    }
    // An action in the place of a resource's own operation does the same and more: what the resource declares holds.
    for action in objects::actions() {
        operation::action(&mut paths, known, action);
    }
    paths.sort_keys();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Close, as the twin answers it",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Every operation of this twin. Error bodies are `{\"error\": …}`, or `{\"errors\": […]}` \
                            with or without `field-errors`.",
        },
        "servers": [{ "url": "/api/v1" }],
        "security": [{ "key": [] }, { "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": { "type": "http", "scheme": "basic", "description": "An API key and an empty password." },
                "token": { "type": "http", "scheme": "bearer", "description": "An access token." },
            },
            "schemas": { "Refusal": schema::refusal() },
        },
    })
}
