//! `/proxy/…`: a program's own request to Close, with one account's credential put in here.
//!
//! Promises that a 401 of Close never reaches the program as one: its client would take it for its own token's
//! fault and log in again.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use latch_gateway::{ErrorClass, Passage};

use crate::authentication::authenticate;
use crate::rest::body::bytes;
use crate::rest::error::RestError;
use crate::service::{Service, selector};

const PREFIX: &str = "/proxy";

pub(crate) async fn pass(State(service): State<Service>, request: Request) -> Result<Response, RestError> {
    let (parts, body) = request.into_parts();
    let caller = authenticate(&service.gateway, &parts.headers).await?;
    let _admission = service.admit(&caller)?;
    let account = selector(
        header(&parts.headers, &["connected_account_id", "connected-account-id"]),
        header(&parts.headers, &["connection_name", "connection-name"]),
        header(&parts.headers, &["identifier"]),
    )?;
    let target = parts.uri.path_and_query().map_or(PREFIX, http::uri::PathAndQuery::as_str);
    let passage = Passage {
        method: parts.method,
        target: target.strip_prefix(PREFIX).unwrap_or_default().to_owned(),
        headers: parts.headers,
        body: bytes(body).await?,
    };
    match service.gateway.pass(&caller, account, passage).await {
        Ok(passed) => Ok((passed.status, passed.headers, passed.body).into_response()),
        // Close's 401 means that the account has to be connected again.
        Err(error) if error.class == ErrorClass::AccountNotActive => {
            Err(RestError::from(error).instead_of(StatusCode::UNAUTHORIZED, StatusCode::BAD_REQUEST))
        }
        Err(error) => Err(error.into()),
    }
}

/// The first of some headers that is there. Clients send them with underscores, which some servers drop.
fn header(headers: &HeaderMap, names: &[&str]) -> Option<String> {
    // Identifiers are the application's, in any script.
    let text = |name: &&str| String::from_utf8(headers.get(*name)?.as_bytes().to_vec()).ok();
    names.iter().find_map(text)
}
