//! What passes through the OAuth flow, as callers see it.
//!
//! Promises that a link, a code or a state printed by accident shows nothing that could be used.

use std::fmt;

use jiff::Timestamp;
use secrecy::SecretString;
use url::Url;

use crate::{Account, ConnectionKind};

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

/// What an application may ask for with a link.
#[derive(Clone, Debug, Default)]
pub struct LinkOptions {
    /// Where the browser goes after consent, so that the application can say who the person is. The grant
    /// counts only once it has; without an address the account is active at once.
    pub user_verify_url: Option<Url>,
    /// What the browser carries along there, for the application to recognise its own visitor by.
    pub state: Option<String>,
}

/// What an unused link is for: enough to say on a page what will happen, without using the link up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenLink {
    /// The account the link connects.
    pub account: Account,
    /// How it is connected.
    pub kind: ConnectionKind,
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
#[derive(Clone, Debug)]
pub struct Authorized {
    /// The account.
    pub account: Account,
    /// What happens now.
    pub next: NextStep,
}

/// What happens after consent.
#[derive(Clone)]
pub enum NextStep {
    /// Nothing: the account is active.
    Connected,
    /// The browser goes to this address of the application, which says who the person is.
    Verify(Url),
}

impl fmt::Debug for NextStep {
    /// The address carries the request that the application answers, so it is left out.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Connected => "Connected",
            Self::Verify(_) => "Verify(..)",
        })
    }
}
