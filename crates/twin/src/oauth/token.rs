//! The token endpoint, revocation, and the metadata document.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::{AUTHORIZATION, CACHE_CONTROL, HOST};
use http::{HeaderMap, HeaderValue, StatusCode};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Value, json};

use super::authorize::SCOPES;
use super::grants::Issued;
use crate::http::Shared;

#[derive(Debug, Deserialize)]
pub(super) struct TokenRequest {
    grant_type: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    code: Option<String>,
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
    refresh_token: Option<String>,
}

pub(super) async fn exchange(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    request: Result<Form<TokenRequest>, FormRejection>,
) -> Response {
    let Ok(Form(request)) = request else { return not_a_form() };
    let Some(client_id) = client(&shared, &headers, request.client_id, request.client_secret) else {
        return refuse(StatusCode::UNAUTHORIZED, "invalid_client", "the client id or secret is wrong");
    };
    let issued = match request.grant_type.as_deref() {
        Some("authorization_code") => {
            let Some(code) = request.code else {
                return refuse(StatusCode::BAD_REQUEST, "invalid_request", "code is missing");
            };
            let (redirect_uri, verifier) =
                (request.redirect_uri.as_deref(), request.code_verifier.as_deref());
            shared.grants.redeem(&client_id, &code, redirect_uri, verifier)
        }
        Some("refresh_token") => {
            let Some(token) = request.refresh_token else {
                return refuse(StatusCode::BAD_REQUEST, "invalid_request", "refresh_token is missing");
            };
            shared.grants.refresh(&client_id, &token)
        }
        _ => {
            let what = "grant_type must be authorization_code or refresh_token";
            return refuse(StatusCode::BAD_REQUEST, "unsupported_grant_type", what);
        }
    };
    match issued {
        Ok(issued) => no_store(Json(pair(&issued)).into_response()),
        Err(reason) => refuse(StatusCode::BAD_REQUEST, "invalid_grant", reason),
    }
}

fn pair(issued: &Issued) -> Value {
    let mut answer = json!({
        "access_token": issued.access_token,
        "token_type": "Bearer",
        "expires_in": issued.lifetime.as_secs(),
        "scope": issued.scope,
        "organization_id": issued.identity.organization_id,
        "user_id": issued.identity.user_id,
    });
    if let Some(token) = &issued.refresh_token {
        answer["refresh_token"] = json!(token);
    }
    answer
}

#[derive(Debug, Deserialize)]
pub(super) struct RevocationRequest {
    client_id: Option<String>,
    client_secret: Option<String>,
    token: Option<String>,
}

pub(super) async fn revoke(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    request: Result<Form<RevocationRequest>, FormRejection>,
) -> Response {
    let Ok(Form(request)) = request else { return not_a_form() };
    let Some(client_id) = client(&shared, &headers, request.client_id, request.client_secret) else {
        return refuse(StatusCode::UNAUTHORIZED, "invalid_client", "the client id or secret is wrong");
    };
    let Some(token) = request.token else {
        return refuse(StatusCode::BAD_REQUEST, "invalid_request", "token is missing");
    };
    shared.grants.revoke(&client_id, &token);
    StatusCode::OK.into_response()
}

/// RFC 8414 metadata.
pub(super) async fn metadata(headers: HeaderMap) -> Json<Value> {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
    let origin = format!("http://{host}");
    Json(json!({
        "issuer": origin,
        "authorization_endpoint": format!("{origin}/oauth2/authorize/"),
        "token_endpoint": format!("{origin}/oauth2/token/"),
        "revocation_endpoint": format!("{origin}/oauth2/revoke/"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "scopes_supported": SCOPES,
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
    }))
}

/// The app that asks, if its secret is right: from the form, or over Basic.
fn client(
    shared: &Shared,
    headers: &HeaderMap,
    client_id: Option<String>,
    client_secret: Option<String>,
) -> Option<String> {
    let (id, secret) = if let (Some(id), Some(secret)) = (client_id, client_secret) {
        (id, secret)
    } else {
        let (scheme, encoded) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
        let decoded =
            BASE64_STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
        let decoded = String::from_utf8(decoded).ok()?;
        let (id, secret) = decoded.split_once(':')?;
        // Both parts are form-encoded before they are joined (RFC 6749, 2.3.1).
        let plain = |part: &str| percent_decode_str(part).decode_utf8().ok().map(Cow::into_owned);
        (plain(id)?, plain(secret)?)
    };
    shared.grants.app(&id).filter(|app| app.client_secret == secret).map(|app| app.client_id)
}

fn not_a_form() -> Response {
    let what = "send the parameters as application/x-www-form-urlencoded";
    refuse(StatusCode::BAD_REQUEST, "invalid_request", what)
}

fn refuse(status: StatusCode, error: &str, description: &str) -> Response {
    no_store((status, Json(json!({"error": error, "error_description": description}))).into_response())
}

fn no_store(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
