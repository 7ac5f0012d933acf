//! OAuth 2.0 as Close documents it: consent, codes, tokens with rotation, revocation, discovery,
//! registration.
//!
//! One grant is one user in one organization. Every refresh answers a new pair and revokes the refresh token
//! that was used; an old one is `invalid_grant`.

mod authorize;
mod consent;
mod discovery;
mod grants;
mod register;
mod token;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::http::Shared;

pub(crate) use consent::Identity;
pub(crate) use grants::Grants;

/// The pages and endpoints of OAuth.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/oauth2/authorize/", get(authorize::show).post(authorize::decide))
        .route("/oauth2/token/", post(token::exchange))
        .route("/oauth2/revoke/", post(token::revoke))
        .route("/oauth2/register/", post(register::register))
        .route("/.well-known/oauth-authorization-server", get(discovery::metadata))
}
