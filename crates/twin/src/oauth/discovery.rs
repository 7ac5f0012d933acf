//! The metadata document of RFC 8414: what a client needs to know to begin.
//!
//! Close serves it, and nothing at `/.well-known/openid-configuration` (documented). Every address in it begins with the one the client used.

use axum::Json;
use http::HeaderMap;
use http::header::HOST;
use serde_json::{Value, json};

use super::authorize::SCOPES;
use super::register::METHODS;

/// `GET /.well-known/oauth-authorization-server`
pub(super) async fn metadata(headers: HeaderMap) -> Json<Value> {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
    let origin = format!("http://{host}");
    Json(json!({
        "issuer": origin,
        "authorization_endpoint": format!("{origin}/oauth2/authorize/"),
        "token_endpoint": format!("{origin}/oauth2/token/"),
        "revocation_endpoint": format!("{origin}/oauth2/revoke/"),
        "registration_endpoint": format!("{origin}/oauth2/register/"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "scopes_supported": SCOPES,
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": METHODS,
        "revocation_endpoint_auth_methods_supported": METHODS,
    }))
}
