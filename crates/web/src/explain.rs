//! What went wrong, for people: what happened, whether anything was changed, what to do next.

use axum::response::Response;
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use latch_vault::VaultError;

use crate::Pages;
use crate::page::{Frame, Message};

/// Links are made by the application, so only it can make another.
const ANOTHER_LINK: &str = "Go back to the application that gave you the link, and ask it for a new one.";
const TELL: &str =
    "Ask for a new link and try again. If it happens again, tell the people who run the application.";

/// The page for an error. What is nobody's business but the operator's goes to the log instead.
pub(crate) fn explain(pages: &Pages, to_root: &'static str, error: &VaultError) -> Response {
    let frame = Frame::new(pages, to_root);
    let (status, title, what_happened, what_next) = match error {
        VaultError::LinkUnknown => (
            StatusCode::NOT_FOUND,
            "This link is not known",
            "Perhaps its end was lost when it was copied, or it was withdrawn.",
            "Copy the whole link again. If that does not help, ask the application that gave it to you for a new one.",
        ),
        VaultError::LinkUsed => (
            StatusCode::GONE,
            "This link has been used already",
            "Each link works once. If you pressed its button twice, or went to Close and came back, it was used then.",
            ANOTHER_LINK,
        ),
        VaultError::LinkExpired { .. } => (
            StatusCode::GONE,
            "This link has expired",
            "Links work for a short time only, so that nobody else can use them. Nothing was connected with this one.",
            ANOTHER_LINK,
        ),
        VaultError::StateUsed | VaultError::StateExpired => (
            StatusCode::GONE,
            "This page cannot be opened again",
            "It belongs to a visit to Close that is finished or took too long. Nothing was changed by opening it now.",
            "If your account is not connected yet, ask the application for a new link.",
        ),
        VaultError::StateUnknown => (
            StatusCode::BAD_REQUEST,
            "This page was opened in the wrong way",
            "It is for people who come back from Close, and yours is not a visit that is under way. Nothing was changed.",
            "If you wanted to connect your account, ask the application for a new link.",
        ),
        VaultError::Refused => (
            StatusCode::FORBIDDEN,
            "You did not connect your account",
            "You said no at Close, so nothing was connected and nothing was changed.",
            "You can close this page. If you change your mind, ask the application for a new link.",
        ),
        VaultError::ExchangeFailed { .. } => {
            tracing::warn!(%error, "Close did not hand over access");
            (
                StatusCode::BAD_GATEWAY,
                "Close did not finish the connection",
                "Close did not give access in the end. Nothing was connected.",
                TELL,
            )
        }
        VaultError::ConnectionDisabled { .. } => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Connecting is turned off",
            "No accounts can be connected at the moment. Nothing was changed.",
            "Try again later, or ask the people who run the application when it will be back.",
        ),
        VaultError::OtherKind { .. } => (
            StatusCode::CONFLICT,
            "Accounts are connected in another way now",
            "This changed while the page was open. Nothing was connected.",
            "Open your link again from its beginning.",
        ),
        VaultError::ShuttingDown => return trouble(frame, StatusCode::SERVICE_UNAVAILABLE),
        _ => {
            tracing::error!(%error, "an authorization could not be carried on");
            return trouble(frame, StatusCode::INTERNAL_SERVER_ERROR);
        }
    };
    Message::new(frame, title, what_happened, what_next).answer(status)
}

/// Trouble on our side.
pub(crate) fn trouble(frame: Frame, status: StatusCode) -> Response {
    let mut response = Message::new(
        frame,
        "Something went wrong",
        "Sorry, this did not work, and it is not your fault.",
        "Wait a moment and open your link again. If that does not help, ask the application for a new one, or tell the people who run it.",
    )
    .answer(status);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("10"));
    }
    response
}
