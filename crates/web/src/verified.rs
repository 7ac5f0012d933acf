//! Pages to which an application can send a person on, once it has said who they are.
//!
//! They say the same to everybody: the application knows what came of it, and these pages know nobody.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use crate::Pages;
use crate::page::{Frame, Message, ONE_UP};

/// `GET /connect/verified`: it was them.
pub(crate) async fn verified(State(pages): State<Pages>) -> Response {
    let message = Message::new(
        Frame::new(&pages, ONE_UP),
        "Your Close account is connected",
        "The application has confirmed that it is you.",
        "You can close this page and go back to where you came from.",
    );
    Message { done: true, ..message }.answer(StatusCode::OK)
}

/// `GET /connect/unverified`: it was somebody else.
pub(crate) async fn unverified(State(pages): State<Pages>) -> Response {
    Message::new(
        Frame::new(&pages, ONE_UP),
        "Your account was not connected",
        "The application could not confirm that you are the user for whom the link was made.",
        "Sign in to the application as yourself and ask it for a new link there. If somebody else sent you the link, you need not do anything.",
    )
    .answer(StatusCode::FORBIDDEN)
}
