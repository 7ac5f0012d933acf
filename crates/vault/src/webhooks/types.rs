//! Endpoints, events and deliveries as callers see them.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use url::Url;

use crate::{AccountId, TenantId};

/// What an endpoint can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WebhookEvent {
    /// An account was made.
    Created,
    /// Who an account is at Close, or what may be done with it, has changed.
    Updated,
    /// An account went from one status to another.
    StatusUpdated,
    /// An account was deleted.
    Deleted,
    /// An authorization link was made.
    MagicLinkGenerated,
    /// A person gave consent at Close and a grant arrived.
    OAuthSucceeded,
    /// A grant was replaced by a fresh one.
    TokenRefreshSucceeded,
    /// A grant could not be refreshed. Of several failures in a row, the first is told, and the one that ends
    /// the grant.
    TokenRefreshFailed,
    /// Somebody tries whether the endpoint hears.
    Test,
}

impl WebhookEvent {
    /// Every event that an endpoint can ask for.
    pub const ALL: [Self; 8] = [
        Self::Created,
        Self::Updated,
        Self::StatusUpdated,
        Self::Deleted,
        Self::MagicLinkGenerated,
        Self::OAuthSucceeded,
        Self::TokenRefreshSucceeded,
        Self::TokenRefreshFailed,
    ];

    /// The event's name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "connected_account.created",
            Self::Updated => "connected_account.updated",
            Self::StatusUpdated => "connected_account.status_updated",
            Self::Deleted => "connected_account.deleted",
            Self::MagicLinkGenerated => "connected_account.magic_link_generated",
            Self::OAuthSucceeded => "connected_account.oauth_succeeded",
            Self::TokenRefreshSucceeded => "connected_account.token_refresh_succeeded",
            Self::TokenRefreshFailed => "connected_account.token_refresh_failed",
            Self::Test => "latch.test",
        }
    }
}

impl fmt::Display for WebhookEvent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The text is not the name of a [`WebhookEvent`] that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an event: use {all}", all = WebhookEvent::ALL.map(WebhookEvent::as_str).join(", "))]
pub struct UnknownWebhookEvent(String);

impl FromStr for WebhookEvent {
    type Err = UnknownWebhookEvent;

    /// The name, with or without `connected_account.` before it.
    fn from_str(text: &str) -> Result<Self, UnknownWebhookEvent> {
        Self::ALL
            .into_iter()
            .find(|event| {
                let name = event.as_str();
                name == text || name.strip_prefix("connected_account.") == Some(text)
            })
            .ok_or_else(|| UnknownWebhookEvent(text.chars().take(60).collect()))
    }
}

/// An address that is told what happens to a tenant's accounts, without its signing secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookEndpoint {
    /// Its id (`whe_` and 26 characters).
    pub id: String,
    /// The tenant it belongs to.
    pub tenant: TenantId,
    /// Where events are posted to.
    pub url: Url,
    /// What it wants to hear; empty: everything.
    pub events: Vec<WebhookEvent>,
    /// Whether anything is sent to it. While it is turned off nothing new is written down for it either.
    pub enabled: bool,
    /// Until when the secret before the present one signs too.
    pub old_secret_until: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// One event for one endpoint, and how far it got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookDelivery {
    /// The event's id (`evt_` and 26 characters): the same at every attempt and for every endpoint.
    pub event_id: String,
    /// The endpoint it is for.
    pub endpoint_id: String,
    /// The account it is about; absent for a test.
    pub account_id: Option<AccountId>,
    /// The event's name.
    pub event: String,
    /// The body that is sent, to the letter.
    pub payload: String,
    /// When it happened.
    pub created_at: Timestamp,
    /// When it is tried next; absent once it is delivered or given up.
    pub next_attempt_at: Option<Timestamp>,
    /// How often it was tried.
    pub attempts: u32,
    /// The HTTP status of the last answer, if there was an answer.
    pub last_status: Option<u16>,
    /// What was wrong at the last attempt.
    pub last_error: Option<String>,
    /// When it was answered with a 2xx.
    pub delivered_at: Option<Timestamp>,
    /// When it was given up.
    pub failed_at: Option<Timestamp>,
}
