//! Connecting an account with an API key that its owner pastes.
//!
//! Promises that the key is never shown again, not even in a page that says it is wrong, and that a wrong one
//! does not use the link up.

use askama::Template;
use axum::Form;
use axum::extract::{FromRequest, Request};
use axum::response::Response;
use http::StatusCode;
use latch_gateway::{CallError, ErrorClass, KeyRefused};
use latch_vault::{OpenLink, VaultError};
use secrecy::SecretString;
use serde::Deserialize;

use crate::Pages;
use crate::callback::finished;
use crate::explain::explain;
use crate::page::{About, Frame, ONE_UP, answer};

/// What will happen, and a field for the key.
#[derive(Debug, Template)]
#[template(path = "api_key.html")]
struct Ask {
    frame: Frame,
    about: About,
    problem: Option<String>,
}

#[derive(Deserialize)]
struct Filled {
    api_key: String,
}

/// The form, with what is wrong with the key that was sent before.
pub(crate) fn ask(pages: &Pages, link: OpenLink, status: StatusCode, problem: Option<String>) -> Response {
    let page = Ask { frame: Frame::new(pages, ONE_UP), about: link.into(), problem };
    answer(&page, status, true)
}

/// The form came back.
pub(crate) async fn take(pages: &Pages, token: &SecretString, link: OpenLink, request: Request) -> Response {
    let again = |status, problem: &str| ask(pages, link.clone(), status, Some(problem.to_owned()));
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let no_key = "This is not an API key. Copy the key in Close and paste it here.";
    let Ok(Form(filled)) = Form::<Filled>::from_request(request, &()).await else {
        return again(wrong, no_key);
    };
    let key = filled.api_key.trim();
    if key.is_empty() {
        return again(wrong, "The field is empty. Copy the key in Close and paste it here.");
    }
    match pages.gateway.finish_with_api_key(token, SecretString::from(key)).await {
        Ok(authorized) => finished(Frame::new(pages, ONE_UP), authorized),
        Err(KeyRefused::Link(VaultError::InvalidApiKey { problem })) => {
            again(wrong, &format!("The key {problem}. Copy it in Close and paste it here again."))
        }
        Err(KeyRefused::Link(error)) => explain(pages, ONE_UP, &error),
        Err(KeyRefused::Key(error)) if is_unknown(&error) => {
            again(wrong, "Close does not know this key. Copy it in Close and paste it here again.")
        }
        // It was not even sent: it holds letters that no header can carry.
        Err(KeyRefused::Key(error)) if error.class == ErrorClass::InvalidArguments => again(wrong, no_key),
        Err(KeyRefused::Key(error)) => {
            tracing::warn!(%error, "Close could not be asked whose API key it is");
            again(
                StatusCode::BAD_GATEWAY,
                "Close could not be asked about the key just now, so it was not stored. Wait a moment and try again.",
            )
        }
    }
}

fn is_unknown(error: &CallError) -> bool {
    matches!(error.close_status, Some(401 | 403))
}
