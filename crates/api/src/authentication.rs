//! Who is calling: an access token, or with REST also an API client's id and secret.
//!
//! Clients have been seen to send two `authorization` headers, of which one is stale (Python's gRPC keeps the
//! token it was built with beside the present one). A call is accepted if any of them is good.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use latch_gateway::{CallError, Caller, ErrorClass, Gateway};
use secrecy::SecretString;

/// More headers than this are not looked at.
const MOST_HEADERS: usize = 4;

/// What one header says.
enum Shown {
    Token(SecretString),
    Client { id: String, secret: SecretString },
}

/// The caller behind a request's headers.
///
/// # Errors
///
/// `unauthenticated` if no header shows anything that is good.
pub(crate) async fn authenticate(gateway: &Gateway, headers: &HeaderMap) -> Result<Caller, CallError> {
    let mut refused = None;
    for header in headers.get_all(AUTHORIZATION).iter().take(MOST_HEADERS) {
        let outcome = match read(header) {
            Some(Shown::Token(token)) => gateway.authenticate_token(&token).await,
            Some(Shown::Client { id, secret }) => gateway.authenticate(&id, &secret).await,
            None => continue,
        };
        match outcome {
            Ok(caller) => return Ok(caller),
            Err(error) if error.class == ErrorClass::Unauthenticated => refused = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(refused.unwrap_or_else(|| {
        CallError::new(ErrorClass::Unauthenticated, "the request does not say who is calling").with_hint(
            "get an access token from /oauth/token with the API client's id and secret and send it as a bearer, \
             or send id and secret themselves with HTTP Basic",
        )
    }))
}

fn read(header: &HeaderValue) -> Option<Shown> {
    let (scheme, rest) = header.to_str().ok()?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Shown::Token(SecretString::from(rest.trim())));
    }
    let (id, secret) = client_of(header)?;
    Some(Shown::Client { id, secret })
}

/// The API client's id and secret that a header shows with HTTP Basic.
pub(crate) fn client_of(header: &HeaderValue) -> Option<(String, SecretString)> {
    let (scheme, rest) = header.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((id.to_owned(), SecretString::from(secret)))
}
