//! Coming back from Close.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use http::StatusCode;
use latch_vault::{Authorized, CallbackQuery, NextStep, VaultError};
use secrecy::SecretString;
use serde::Deserialize;

use crate::connect::lead_on;
use crate::explain::explain;
use crate::page::{Connected, Frame, Message, ONE_UP};
use crate::{Pages, page};

/// What Close adds to the callback's address.
#[derive(Deserialize)]
pub(crate) struct Callback {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

type Returned = Result<Query<Callback>, QueryRejection>;

/// `GET /oauth/callback` and `GET /connect/callback`.
pub(crate) async fn from_close(State(pages): State<Pages>, callback: Returned) -> Response {
    finish(&pages, callback, ONE_UP).await
}

/// `GET /sso/v1/oauth/{connection_id}/callback`. The id says nothing that the state does not say better.
pub(crate) async fn from_close_deeper(State(pages): State<Pages>, callback: Returned) -> Response {
    finish(&pages, callback, "../../../../").await
}

/// `HEAD`: whoever only looks must not use the answer up.
pub(crate) async fn looked_at() -> StatusCode {
    StatusCode::OK
}

async fn finish(pages: &Pages, callback: Returned, to_root: &'static str) -> Response {
    let Ok(Query(callback)) = callback else { return explain(pages, to_root, &VaultError::StateUnknown) };
    let callback = CallbackQuery {
        code: callback.code.map(SecretString::from),
        state: callback.state.map(SecretString::from),
        error: callback.error,
        error_description: callback.error_description,
    };
    match pages.gateway.finish_authorization(callback).await {
        Ok(authorized) => finished(Frame::new(pages, to_root), authorized),
        Err(error) => explain(pages, to_root, &error),
    }
}

/// What a person sees whose account is connected, or waits for the application's word.
pub(crate) fn finished(frame: Frame, authorized: Authorized) -> Response {
    match authorized.next {
        NextStep::Connected => {
            let message = Message::new(
                frame,
                "Your Close account is connected",
                "This is what was connected:",
                "You can close this page and go back to where you came from.",
            );
            let account = Some(Connected::from(authorized.account));
            Message { done: true, account, ..message }.answer(StatusCode::OK)
        }
        NextStep::Verify(address) => {
            let message = Message::new(
                frame,
                "One more step",
                "Your account is connected as soon as the application confirms that it is you.",
                "If your browser does not take you back there by itself, follow this link:",
            );
            let message =
                Message { onward: Some(address.to_string()), onward_host: page::host(&address), ..message };
            lead_on(message, address.as_str())
        }
    }
}
