//! The token endpoint and revocation.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::{AUTHORIZATION, CACHE_CONTROL, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Value, json};

use super::consent::Issued;
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
    let client_id = match client(&shared, &headers, request.client_id, request.client_secret) {
        Ok(client_id) => client_id,
        Err(answer) => return *answer,
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
    let client_id = match client(&shared, &headers, request.client_id, request.client_secret) {
        Ok(client_id) => client_id,
        Err(answer) => return *answer,
    };
    let Some(token) = request.token else {
        return refuse(StatusCode::BAD_REQUEST, "invalid_request", "token is missing");
    };
    shared.grants.revoke(&client_id, &token);
    StatusCode::OK.into_response()
}

/// The app that asks: with its secret in the form or over Basic, or, if it has none, with its id alone.
fn client(
    shared: &Shared,
    headers: &HeaderMap,
    client_id: Option<String>,
    client_secret: Option<String>,
) -> Result<String, Box<Response>> {
    let over_basic = headers.contains_key(AUTHORIZATION);
    let credentials = match (client_id, client_secret) {
        (Some(id), Some(secret)) => Some((id, secret)),
        (Some(id), None) if !over_basic => Some((id, String::new())),
        _ => basic(headers),
    };
    let app = credentials.and_then(|(id, secret)| {
        shared.grants.app(&id).filter(|app| app.client_secret == secret).map(|app| app.client_id)
    });
    app.ok_or_else(|| {
        let what = "the client id or secret is wrong";
        let mut response = refuse(StatusCode::UNAUTHORIZED, "invalid_client", what);
        if over_basic {
            // Required where the app used this header (RFC 6749, 5.2).
            let challenge = HeaderValue::from_static("Basic realm=\"Close\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        Box::new(response)
    })
}

/// Id and secret over Basic.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, encoded) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let decoded =
        BASE64_STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let decoded = String::from_utf8(decoded).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    // Both parts are form-encoded before they are joined (RFC 6749, 2.3.1).
    let plain = |part: &str| percent_decode_str(part).decode_utf8().ok().map(Cow::into_owned);
    Some((plain(id)?, plain(secret)?))
}

fn not_a_form() -> Response {
    let what = "send the parameters as application/x-www-form-urlencoded";
    refuse(StatusCode::BAD_REQUEST, "invalid_request", what)
}

pub(super) fn refuse(status: StatusCode, error: &str, description: &str) -> Response {
    no_store((status, Json(json!({"error": error, "error_description": description}))).into_response())
}

pub(super) fn no_store(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
