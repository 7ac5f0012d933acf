//! Dynamic registration (RFC 7591): an app registers itself and gets an id at once.
//!
//! Close's metadata names the endpoint (documented); what it accepts is chosen after the RFC. Promises that an address
//! registered here is one a browser can be sent to without handing the code to a stranger: https, or this machine.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use url::{Host, Url};

use super::authorize::SCOPES;
use super::token::{no_store, refuse};
use crate::http::Shared;

/// How an app may prove who it is at the token endpoint; the first is meant when it does not say (RFC 7591).
pub(super) const METHODS: [&str; 3] = ["client_secret_basic", "client_secret_post", "none"];
const GRANT_TYPES: [&str; 2] = ["authorization_code", "refresh_token"];

/// Most addresses of one app.
const MOST_ADDRESSES: usize = 50;
/// Most characters of a name or an address.
const LONGEST: usize = 2000;

/// What an app says about itself; members that mean nothing here are ignored, as the RFC wants.
#[derive(Debug, Deserialize)]
struct Registration {
    #[serde(default)]
    redirect_uris: Vec<String>,
    client_name: Option<String>,
    token_endpoint_auth_method: Option<String>,
    grant_types: Option<Vec<String>>,
    response_types: Option<Vec<String>>,
    scope: Option<String>,
}

/// `POST /oauth2/register/`
pub(super) async fn register(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let wanted: Registration = match serde_json::from_slice(&body) {
        Ok(wanted) => wanted,
        Err(error) => {
            return invalid("invalid_client_metadata", &format!("the body cannot be used: {error}"));
        }
    };
    if let Err((error, description)) = check(&wanted) {
        return invalid(error, &description);
    }
    let method = wanted.token_endpoint_auth_method.as_deref().unwrap_or(METHODS[0]);
    let name = wanted.client_name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let name = name.unwrap_or("An app without a name");
    let public = method == "none";
    let app = if public {
        shared.grants.register_public_app(name, &wanted.redirect_uris)
    } else {
        shared.grants.register_app(name, &wanted.redirect_uris)
    };
    let mut answer = json!({
        "client_id": app.client_id,
        "client_id_issued_at": shared.clock.now().as_second(),
        "client_name": app.name,
        "redirect_uris": app.redirect_uris,
        "token_endpoint_auth_method": method,
        "grant_types": GRANT_TYPES,
        "response_types": ["code"],
        "scope": SCOPES.join(" "),
    });
    if !public {
        answer["client_secret"] = json!(app.client_secret);
        answer["client_secret_expires_at"] = json!(0);
    }
    no_store((StatusCode::CREATED, Json(answer)).into_response())
}

fn check(wanted: &Registration) -> Result<(), (&'static str, String)> {
    let uris = &wanted.redirect_uris;
    if uris.is_empty() || uris.len() > MOST_ADDRESSES {
        return Err(("invalid_redirect_uri", format!("give 1 to {MOST_ADDRESSES} redirect_uris")));
    }
    if let Some(uri) = uris.iter().find(|uri| !is_safe(uri)) {
        let what = format!(
            "{uri:?} must be an https address, or an http address of this machine, without a fragment"
        );
        return Err(("invalid_redirect_uri", what));
    }
    let metadata = |what: String| Err(("invalid_client_metadata", what));
    if wanted.client_name.as_ref().is_some_and(|name| name.len() > LONGEST) {
        return metadata("client_name is too long".to_owned());
    }
    if let Some(method) = wanted.token_endpoint_auth_method.as_deref()
        && !METHODS.contains(&method)
    {
        return metadata(format!("token_endpoint_auth_method must be one of {}", METHODS.join(", ")));
    }
    let types = wanted.grant_types.iter().flatten();
    if let Some(other) = types.clone().find(|name| !GRANT_TYPES.contains(&name.as_str())) {
        return metadata(format!("the grant type {other:?} is not supported"));
    }
    if wanted.grant_types.is_some() && !types.clone().any(|name| name == GRANT_TYPES[0]) {
        return metadata("grant_types must contain authorization_code".to_owned());
    }
    if wanted.response_types.iter().flatten().any(|name| name != "code") {
        return metadata("the only response type is code".to_owned());
    }
    let scope = wanted.scope.as_deref().unwrap_or_default();
    if let Some(other) = scope.split_whitespace().find(|name| !SCOPES.contains(name)) {
        return metadata(format!("the scope {other:?} does not exist"));
    }
    Ok(())
}

/// Whether a browser may be sent there. Plain http stays on this machine (RFC 8252, 8.3).
fn is_safe(uri: &str) -> bool {
    let Ok(address) = Url::parse(uri) else { return false };
    let local = match address.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let scheme = address.scheme() == "https" || (address.scheme() == "http" && local);
    scheme && address.has_host() && address.fragment().is_none() && uri.len() <= LONGEST
}

fn invalid(error: &str, description: &str) -> Response {
    refuse(StatusCode::BAD_REQUEST, error, description)
}
