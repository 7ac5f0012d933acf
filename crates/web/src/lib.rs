#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod api_key;
mod branding;
mod callback;
mod connect;
mod explain;
mod headers;
mod page;
mod verified;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use latch_gateway::Gateway;

pub use branding::{Branding, Logo, LogoRefused};

/// No form here holds more than one key.
const LARGEST_FORM: usize = 16 * 1024;

/// What every page needs.
#[derive(Clone)]
pub(crate) struct Pages {
    pub(crate) gateway: Gateway,
    pub(crate) branding: Arc<Branding>,
}

/// The pages in front of `gateway`, in the name of whoever `branding` says.
pub fn router(gateway: Gateway, branding: Branding) -> Router {
    let callback = || get(callback::from_close).head(callback::looked_at);
    Router::new()
        .route("/connect", get(connect::cut_off))
        .route("/connect/", get(connect::cut_off))
        .route("/connect/{token}", get(connect::show).post(connect::begin))
        .route("/connect/logo", get(branding::logo))
        .route("/connect/verified", get(verified::verified))
        .route("/connect/unverified", get(verified::unverified))
        .route("/connect/callback", callback())
        .route("/oauth/callback", callback())
        .route(
            "/sso/v1/oauth/{connection_id}/callback",
            get(callback::from_close_deeper).head(callback::looked_at),
        )
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .with_state(Pages { gateway, branding: Arc::new(branding) })
}
