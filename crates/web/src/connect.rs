//! Following an authorization link.
//!
//! Promises that looking at a link does not use it up: mail scanners and previews look too. Only the button
//! begins.

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};
use latch_vault::{ConnectionKind, VaultError};
use secrecy::SecretString;

use crate::api_key;
use crate::explain::{explain, trouble};
use crate::page::{About, Frame, Message, ONE_UP, answer};
use crate::{Pages, page};

/// What will happen, and a button to go to Close.
#[derive(Debug, Template)]
#[template(path = "consent.html")]
struct Consent {
    frame: Frame,
    about: About,
}

/// A link's token as the path holds it.
type Token = Result<Path<String>, PathRejection>;

fn secret(token: Token) -> Result<SecretString, VaultError> {
    token.map(|Path(token)| SecretString::from(token)).map_err(|_| VaultError::LinkUnknown)
}

/// `GET /connect/{token}`: what the link is for.
pub(crate) async fn show(State(pages): State<Pages>, token: Token) -> Response {
    let opened = match secret(token) {
        Ok(token) => pages.gateway.open_link(&token).await,
        Err(error) => Err(error),
    };
    match opened {
        Ok(link) => match link.kind {
            ConnectionKind::OAuth => {
                let page = Consent { frame: Frame::new(&pages, ONE_UP), about: link.into() };
                answer(&page, StatusCode::OK, true)
            }
            ConnectionKind::ApiKey => api_key::ask(&pages, link, StatusCode::OK, None),
        },
        Err(error) => explain(&pages, ONE_UP, &error),
    }
}

/// `POST /connect/{token}`: the person goes on. The link is used up by it.
pub(crate) async fn begin(State(pages): State<Pages>, token: Token, request: Request) -> Response {
    let carried_on = async {
        let token = secret(token)?;
        let link = pages.gateway.open_link(&token).await?;
        match link.kind {
            ConnectionKind::ApiKey => Ok(api_key::take(&pages, &token, link, request).await),
            ConnectionKind::OAuth => {
                let address = pages.gateway.begin_authorization(&token).await?;
                let message = Message {
                    onward: Some(address.to_string()),
                    onward_host: page::host(&address),
                    ..Message::new(
                        Frame::new(&pages, ONE_UP),
                        "Go on to Close",
                        "Close asks you there whether you agree.",
                        "If your browser does not take you there by itself, follow this link:",
                    )
                };
                Ok(lead_on(message, address.as_str()))
            }
        }
    };
    carried_on.await.unwrap_or_else(|error| explain(&pages, ONE_UP, &error))
}

/// `GET /connect`: a link that lost its end on the way.
pub(crate) async fn cut_off(State(pages): State<Pages>, uri: http::Uri) -> Response {
    let to_root = if uri.path().ends_with('/') { ONE_UP } else { "" };
    explain(&pages, to_root, &VaultError::LinkUnknown)
}

/// Sends the browser on to `address`; the page is for those that stay.
pub(crate) fn lead_on(message: Message, address: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(address) else {
        return trouble(message.frame, StatusCode::INTERNAL_SERVER_ERROR);
    };
    let mut response = message.answer(StatusCode::SEE_OTHER);
    response.headers_mut().insert(LOCATION, location);
    response
}
