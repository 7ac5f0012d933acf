//! Following an authorization link, and coming back from Close.

use axum::Router;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY};
use http::{HeaderValue, Method, StatusCode};
use latch_gateway::Gateway;
use latch_vault::{Authorized, CallbackQuery, CloseIdentity, NextStep, VaultError};
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use crate::page::Page;

/// The pages in front of `gateway`.
pub fn router(gateway: Gateway) -> Router {
    Router::new()
        .route("/connect/{token}", get(follow))
        .route("/oauth/callback", get(return_from_close))
        .with_state(gateway)
}

async fn follow(
    State(gateway): State<Gateway>,
    method: Method,
    token: Result<Path<String>, PathRejection>,
) -> Response {
    let Ok(Path(token)) = token else { return explain(&VaultError::LinkUnknown) };
    // A link is good for one visit; whoever only asks whether it is there (mail scanners do) must not use it up.
    if method == Method::HEAD {
        return StatusCode::OK.into_response();
    }
    match gateway.begin_authorization(&SecretString::from(token)).await {
        Ok(address) => sent_to(&address),
        Err(error) => explain(&error),
    }
}

fn sent_to(address: &Url) -> Response {
    let Ok(location) = HeaderValue::from_str(address.as_str()) else {
        return trouble("the next address cannot be sent to a browser");
    };
    let mut response = StatusCode::FOUND.into_response();
    response.headers_mut().insert(LOCATION, location);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// What Close adds to the callback's address.
#[derive(Deserialize)]
struct Callback {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

async fn return_from_close(
    State(gateway): State<Gateway>,
    callback: Result<Query<Callback>, QueryRejection>,
) -> Response {
    let Ok(Query(callback)) = callback else { return explain(&VaultError::StateUnknown) };
    let callback = CallbackQuery {
        code: callback.code.map(SecretString::from),
        state: callback.state.map(SecretString::from),
        error: callback.error,
        error_description: callback.error_description,
    };
    match gateway.finish_authorization(callback).await {
        Ok(Authorized { next: NextStep::Verify(url), .. }) => sent_to(&url),
        Ok(Authorized { account, next: NextStep::Connected }) => {
            Page {
                title: "Your Close account is connected",
                what_happened: who(&account.identity),
                what_next: "You can close this page and go back to where you came from. You can disconnect at any time in Close under Settings, Connected Apps.",
            }
            .with_status(StatusCode::OK)
        }
        Err(error) => explain(&error),
    }
}

fn who(identity: &CloseIdentity) -> String {
    match (&identity.user_name, &identity.organization_name) {
        (Some(name), Some(organization)) => format!("You are connected as {name} of {organization}."),
        (Some(name), None) => format!("You are connected as {name}."),
        (None, _) => "You are connected.".to_owned(),
    }
}

fn explain(error: &VaultError) -> Response {
    let (status, title, what_happened, what_next) = match error {
        VaultError::LinkUnknown | VaultError::LinkUsed => (
            StatusCode::GONE,
            "This link has been used already",
            "Each link works once. This one was opened before, or never existed.",
            "Go back to where you got it and ask for a new one.",
        ),
        VaultError::LinkExpired { .. } => (
            StatusCode::GONE,
            "This link has expired",
            "Links are valid for a few minutes only, so that nobody else can use them.",
            "Go back to where you got it and ask for a new one.",
        ),
        VaultError::StateUnknown | VaultError::StateUsed | VaultError::StateExpired => (
            StatusCode::BAD_REQUEST,
            "This page cannot be opened again",
            "It belongs to a visit to Close that is finished or took too long. Nothing was changed by opening it now.",
            "If your account is not connected yet, ask for a new link where you got the first one.",
        ),
        VaultError::Refused => (
            StatusCode::OK,
            "You did not connect your account",
            "You declined the request at Close, so nothing was connected and nothing was changed.",
            "If that was a mistake, ask for a new link where you got the first one.",
        ),
        VaultError::ExchangeFailed { .. } => (
            StatusCode::BAD_GATEWAY,
            "Close did not finish the connection",
            "You agreed, but Close did not hand over access. Nothing was connected.",
            "Ask for a new link and try again. If it happens again, tell the people who sent you here.",
        ),
        _ => {
            tracing::error!(%error, "an authorization could not be carried on");
            return trouble("something went wrong on our side");
        }
    };
    Page { title, what_happened: what_happened.to_owned(), what_next }.with_status(status)
}

fn trouble(what: &str) -> Response {
    Page {
        title: "That did not work",
        what_happened: format!("Sorry, {what}. Nothing was connected."),
        what_next: "Try again in a moment. If it happens again, tell the people who sent you here.",
    }
    .with_status(StatusCode::INTERNAL_SERVER_ERROR)
}
