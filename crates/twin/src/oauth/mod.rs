//! OAuth: apps, consent, codes, tokens.

use std::sync::Arc;
use std::time::Duration;

use crate::http::Shared;
use crate::options::OAuthAppInfo;
use crate::store::Clock;

/// Who an access token speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The user who gave consent.
    pub(crate) user_id: String,
    /// The organization they chose.
    pub(crate) organization_id: String,
    /// The API key, when it was a key and not a token.
    pub(crate) api_key_id: Option<String>,
}

/// Apps, codes, grants and tokens.
#[derive(Debug)]
pub(crate) struct Grants;

impl Grants {
    /// No grants yet.
    pub(crate) fn new(_clock: Clock, _access_token_lifetime: Duration, _seed: u64) -> Self {
        Self
    }

    /// The app that is always registered.
    pub(crate) fn demo_app(&self) -> OAuthAppInfo {
        self.register_app("Latch demo", "http://127.0.0.1/callback")
    }

    /// Registers an app.
    pub(crate) fn register_app(&self, name: &str, redirect_uri: &str) -> OAuthAppInfo {
        OAuthAppInfo {
            client_id: "oa2client_0".to_owned(),
            client_secret: String::new(),
            name: name.to_owned(),
            redirect_uris: vec![redirect_uri.to_owned()],
        }
    }

    /// Lets every access token of a user expire now; refresh tokens stay.
    pub(crate) fn expire_access_tokens(&self, _user_id: &str) {}

    /// Ends every grant of a user, as disconnecting the app in Close's settings does.
    pub(crate) fn revoke_grants(&self, _user_id: &str) {}

    /// Whose access token this is, while it is valid.
    pub(crate) fn authenticate(&self, _bearer: &str) -> Option<Identity> {
        None
    }
}

/// The pages and endpoints of OAuth.
pub(crate) fn routes() -> axum::Router<Arc<Shared>> {
    axum::Router::new()
}
