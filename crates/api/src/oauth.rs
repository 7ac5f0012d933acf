//! The token endpoint and the published keys: how programs log in (OAuth 2.0 client credentials, RFC 6749).

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use latch_gateway::ErrorClass;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::authentication::client_of;
use crate::rest::body::bytes;
use crate::rest::error::RestError;
use crate::service::Service;

/// What a client sends. Members that we have no use for (a scope, an audience) are left alone.
#[derive(Default, Deserialize)]
struct TokenRequest {
    grant_type: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
}

/// `POST /oauth/token`. A bearer that comes along is ignored: clients send the stale one that made them ask.
pub(crate) async fn token(State(service): State<Service>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = match bytes(body).await {
        Ok(body) => body,
        Err(error) => return error.into_response(),
    };
    let Some(asked) = read(&parts.headers, &body) else {
        return refused(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            "the body must be a form (or JSON) of text values",
        );
    };
    if asked.grant_type.as_deref() != Some("client_credentials") {
        let description = "grant_type must be client_credentials";
        let error = if asked.grant_type.is_some() { "unsupported_grant_type" } else { "invalid_request" };
        return refused(StatusCode::BAD_REQUEST, error, description);
    }
    let shown = match (asked.client_id, asked.client_secret) {
        (Some(id), Some(secret)) => Some((id, SecretString::from(secret))),
        _ => parts.headers.get_all(AUTHORIZATION).iter().find_map(client_of),
    };
    let Some((id, secret)) = shown else {
        return refused(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            "client_id and client_secret are missing",
        );
    };
    match service.gateway.issue_access_token(&id, &secret).await {
        Ok(issued) => {
            let body = json!({
                "access_token": issued.token.expose_secret(),
                "token_type": "Bearer",
                "expires_in": issued.lifetime.as_secs(),
            });
            (no_store(), Json(body)).into_response()
        }
        Err(error) if error.class == ErrorClass::Unauthenticated => {
            let mut response = refused(StatusCode::UNAUTHORIZED, "invalid_client", &error.message);
            let challenge = HeaderValue::from_static("Basic realm=\"latch\", charset=\"UTF-8\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
            response
        }
        Err(error) => {
            tracing::error!(%error, "no access token could be issued");
            refused(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "no token can be issued at the moment")
        }
    }
}

/// `GET /keys`: a JSON Web Key Set (RFC 7517).
pub(crate) async fn keys(State(service): State<Service>) -> Result<Response, RestError> {
    let keys: Vec<Value> = service.gateway.signing_keys().await?.into_iter().map(|key| key.jwk).collect();
    let headers = [(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"))];
    Ok((headers, Json(json!({"keys": keys}))).into_response())
}

fn read(headers: &HeaderMap, body: &[u8]) -> Option<TokenRequest> {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if media_type.to_ascii_lowercase().starts_with("application/json") {
        return serde_json::from_slice(body).ok();
    }
    let mut request = TokenRequest::default();
    for (name, value) in url::form_urlencoded::parse(body) {
        let member = match &*name {
            "grant_type" => &mut request.grant_type,
            "client_id" => &mut request.client_id,
            "client_secret" => &mut request.client_secret,
            _ => continue,
        };
        // Said twice, it is not clear which is meant.
        if member.replace(value.into_owned()).is_some() {
            return None;
        }
    }
    Some(request)
}

fn refused(status: StatusCode, error: &str, description: &str) -> Response {
    (status, no_store(), Json(json!({"error": error, "error_description": description}))).into_response()
}

fn no_store() -> [(http::HeaderName, HeaderValue); 1] {
    [(CACHE_CONTROL, HeaderValue::from_static("no-store"))]
}
