//! What passes through the OAuth flow, as callers see it.
//!
//! Promises that a link, a code or a state printed by accident shows nothing that could be used.

use std::fmt;

use jiff::Timestamp;
use secrecy::SecretString;
use url::Url;

use crate::Account;

/// A link that lets one person connect one account, once. Whoever opens it first uses it up: it is handed to
/// that person and to nobody else.
#[derive(Clone)]
pub struct AuthorizationLink {
    /// The page to open in a browser.
    pub url: Url,
    /// When the link stops working.
    pub expires_at: Timestamp,
}

impl fmt::Debug for AuthorizationLink {
    /// The address opens the door, so it is left out.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AuthorizationLink")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// What an unused link is for: enough to say on a page what will happen, without using the link up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenLink {
    /// The account the link connects.
    pub account: Account,
    /// When the link stops working.
    pub expires_at: Timestamp,
}

/// The query with which Close sent the browser back. Close answers consent with `code`, and refusal with
/// `error=access_denied` (documented); both carry the `state` that was sent.
#[derive(Clone, Debug, Default)]
pub struct CallbackQuery {
    /// The authorization code.
    pub code: Option<SecretString>,
    /// The state the vault sent along.
    pub state: Option<SecretString>,
    /// The OAuth error code, when there was no consent.
    pub error: Option<String>,
    /// Words about the error, for people.
    pub error_description: Option<String>,
}

/// The outcome of a flow that ended well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorized {
    /// The account, now active.
    pub account: Account,
}
