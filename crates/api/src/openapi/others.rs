//! What is no call of the definitions: logging in, keys, passing on, and the form of every error.

use serde_json::{Map, Value, json};

/// A reference to the form of every error.
pub(super) fn error_reference() -> Value {
    json!({"$ref": "#/components/responses/Error"})
}

/// The form of every error.
pub(super) fn error_response() -> Value {
    json!({
        "description": "It did not work. `error.class` is stable, `error.message` says what happened, `error.hint` what to do.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    })
}

/// Paths, methods and operations.
pub(super) fn operations() -> [(&'static str, &'static str, Value); 7] {
    let passed = |id: &str| {
        json!({
            "operationId": id,
            "summary": "Passes a request on to Close with the account's credential and returns Close's answer as it is.",
            "tags": ["Passing on"],
            "parameters": [
                {"name": "path", "in": "path", "required": true, "description": "The path at Close, which begins with api/v1/.", "schema": {"type": "string", "minLength": 1}},
                {"name": "identifier", "in": "header", "description": "The application's own id of the person.", "schema": {"type": "string", "maxLength": 255}},
                {"name": "connection_name", "in": "header", "description": "The connection; needed if several have the identifier.", "schema": {"type": "string"}},
            ],
            "responses": {
                "200": {"description": "Close's answer, whatever its status.", "content": {"application/json": {"schema": {}}}},
                "default": {"description": "Close's answer, or an error of Latch's own."},
            },
        })
    };
    [
        ("/oauth/token", "POST", token()),
        ("/keys", "GET", keys()),
        ("/proxy/{path}", "GET", passed("PassGet")),
        ("/proxy/{path}", "POST", passed("PassPost")),
        ("/proxy/{path}", "PUT", passed("PassPut")),
        ("/proxy/{path}", "DELETE", passed("PassDelete")),
        ("/openapi.json", "GET", itself()),
    ]
}

fn token() -> Value {
    let refused = json!({
        "description": "No token is issued.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/TokenRefused"}}},
    });
    json!({
        "operationId": "IssueToken",
        "summary": "An access token for the API client with this id and secret (RFC 6749, client credentials).",
        "tags": ["Logging in"],
        "security": [],
        "requestBody": {"required": true, "content": {"application/x-www-form-urlencoded": {"schema": {
            "type": "object",
            "properties": {
                "grant_type": {"type": "string", "enum": ["client_credentials"]},
                "client_id": {"type": "string", "maxLength": 200},
                "client_secret": {"type": "string", "maxLength": 200},
            },
            "required": ["grant_type", "client_id", "client_secret"],
        }}}},
        "responses": {
            "200": {"description": "The token.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Token"}}}},
            "400": refused,
            "401": refused,
            "default": {"description": "It did not work."},
        },
    })
}

fn keys() -> Value {
    json!({
        "operationId": "ListKeys",
        "summary": "The keys by which anybody can check our access tokens (RFC 7517).",
        "tags": ["Logging in"],
        "security": [],
        "responses": {
            "200": {"description": "The keys.", "content": {"application/json": {"schema": {
                "type": "object",
                "properties": {"keys": {"type": "array", "items": {"type": "object", "required": ["kid", "kty"]}}},
                "required": ["keys"],
            }}}},
            "default": error_reference(),
        },
    })
}

fn itself() -> Value {
    json!({
        "operationId": "GetDescription",
        "summary": "This document.",
        "tags": ["Logging in"],
        "security": [],
        "responses": {"200": {"description": "This document.", "content": {"application/json": {"schema": {"type": "object"}}}}},
    })
}

/// Schemas that stand in no definition.
pub(super) fn schemas() -> Map<String, Value> {
    let text = json!({"type": "string"});
    let schemas = json!({
        "Token": {
            "type": "object",
            "properties": {
                "access_token": {"type": "string", "description": "A JWT, signed with RS256."},
                "token_type": {"type": "string", "const": "Bearer"},
                "expires_in": {"type": "integer", "description": "Seconds."},
            },
            "required": ["access_token", "token_type", "expires_in"],
        },
        "TokenRefused": {
            "type": "object",
            "properties": {"error": text, "error_description": text},
            "required": ["error"],
        },
        "Error": {
            "type": "object",
            "properties": {
                "code": {"type": "integer", "description": "The code of gRPC."},
                "message": {"type": "string", "description": "What happened and what to do."},
                "details": {"type": "array", "items": {
                    "type": "object",
                    "description": "scalekit.v1.errdetails.ErrorInfo",
                    "properties": {
                        "@type": text,
                        "error_code": text,
                        "validation_error_info": {"type": "object"},
                        "tool_error_info": {"type": "object"},
                        "help_info": {"type": "object"},
                    },
                    "required": ["@type", "error_code"],
                }},
                "error": {
                    "type": "object",
                    "description": "The error in Latch's own words.",
                    "properties": {
                        "class": text,
                        "message": text,
                        "hint": text,
                        "close_status": {"type": "integer"},
                        "field_errors": {"type": "array", "items": {"type": "object"}},
                        "problems": {"type": "array", "items": {"type": "object"}},
                        "effect": {"type": "string", "description": "Whether a write may have taken effect: none or unknown."},
                        "retry_after_seconds": {"type": "integer"},
                        "link": text,
                        "account_status": text,
                        "call_id": text,
                    },
                    "required": ["class", "message"],
                },
            },
            "required": ["code", "message", "error"],
        },
    });
    match schemas {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
