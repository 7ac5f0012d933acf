//! Who is calling: HTTP Basic with an API client's id and secret.

use axum::extract::FromRequestParts;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::request::Parts;
use latch_gateway::{CallError, Caller, ErrorClass, Gateway};
use secrecy::SecretString;

use crate::error::ApiError;

/// The authenticated caller of a request.
pub(crate) struct Authenticated(pub(crate) Caller);

impl FromRequestParts<Gateway> for Authenticated {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, ApiError> {
        let Some((client_id, secret)) = parts.headers.get(AUTHORIZATION).and_then(basic) else {
            let error =
                CallError::new(ErrorClass::Unauthenticated, "this route needs an API client's id and secret")
                    .with_hint(
                        "send them with HTTP Basic: curl -u \"$LATCH_CLIENT_ID:$LATCH_CLIENT_SECRET\" …",
                    );
            return Err(error.into());
        };
        Ok(Self(gateway.authenticate(&client_id, &secret).await?))
    }
}

fn basic(header: &http::HeaderValue) -> Option<(String, SecretString)> {
    let (scheme, encoded) = header.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (client_id, secret) = decoded.split_once(':')?;
    Some((client_id.to_owned(), SecretString::from(secret)))
}
