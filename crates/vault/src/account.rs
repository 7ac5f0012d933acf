//! Connected accounts as callers see them: never a secret, always the state.
//!
//! Promises that nothing here can hold a token. It leaves the secrets to [`Credential`](crate::Credential).

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::{AccountId, AccountStatus, ConnectionId, Policy, TenantId};

/// One person's grant or key on one connection, addressed by (connection, identifier).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The id the vault gave it; it stays the same through every re-authorization.
    pub id: AccountId,
    /// The tenant it belongs to.
    pub tenant: TenantId,
    /// The name of its connection.
    pub connection: String,
    /// The id of its connection.
    pub connection_id: ConnectionId,
    /// The caller's own user id.
    pub identifier: String,
    /// Where it stands.
    pub status: AccountStatus,
    /// Why it stands there, when there is something to say.
    pub status_reason: Option<String>,
    /// What it holds (or, when expired or revoked, last held).
    pub credential_kind: CredentialKind,
    /// What may be done with it; everything, until somebody says otherwise.
    pub policy: Policy,
    /// What the application keeps with it. Nothing here reads it, and it is not sealed: no place for secrets.
    pub api_config: Map<String, Value>,
    /// Who it is at Close, as far as known.
    pub identity: CloseIdentity,
    /// When the present access token runs out. Absent for API keys and where Close did not say.
    pub token_expires_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its state, credential or identity last changed.
    pub updated_at: Timestamp,
    /// When a call last used it, to the minute.
    pub last_used_at: Option<Timestamp>,
}

/// What kind of credential an account holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    /// Nothing: not yet connected, or disconnected.
    None,
    /// An OAuth grant.
    OAuth,
    /// An API key.
    ApiKey,
}

impl CredentialKind {
    /// The kind as the store and the surfaces spell it: `NONE`, `OAUTH`, `API_KEY`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::OAuth => "OAUTH",
            Self::ApiKey => "API_KEY",
        }
    }

    /// The kind in AgentKit's word for what an account is connected with: `OAUTH` or `API_KEY`. An account that
    /// holds nothing yet will most likely hold a grant.
    pub fn in_agentkit(self) -> &'static str {
        match self {
            Self::ApiKey => Self::ApiKey.as_str(),
            Self::OAuth | Self::None => Self::OAuth.as_str(),
        }
    }
}

/// Who an account is at Close: one user in one organization. Every part may be unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CloseIdentity {
    /// Close's id of the user (`user_...`).
    pub user_id: Option<String>,
    /// The user's full name.
    pub user_name: Option<String>,
    /// The user's e-mail address.
    pub user_email: Option<String>,
    /// Close's id of the organization (`orga_...`).
    pub organization_id: Option<String>,
    /// The organization's name.
    pub organization_name: Option<String>,
}

/// Which accounts of a tenant to list. Everything that is set must hold.
#[derive(Clone, Debug, Default)]
pub struct AccountFilter {
    /// Only those of one of these connections, by name; all with an empty list.
    pub connections: Vec<String>,
    /// Only those in this state.
    pub status: Option<AccountStatus>,
    /// Only those whose identifier holds this text; ASCII letters count alike in both cases.
    pub identifier_contains: Option<String>,
    /// Only those with exactly this identifier.
    pub identifier: Option<String>,
    /// Only those whose identifier or connection's name holds this text, in either case of ASCII letters.
    pub contains: Option<String>,
}

/// Which part of a list to return.
#[derive(Clone, Debug)]
pub struct Page {
    /// How many entries at most; kept between 1 and [`Page::LARGEST`].
    pub limit: u32,
    /// Start after this account: the `next` of the page before.
    pub after: Option<AccountId>,
    /// End before this account: the `previous` of the page after. Counts before `after`.
    pub before: Option<AccountId>,
}

impl Page {
    /// No page holds more entries than this.
    pub const LARGEST: u32 = 100;
}

impl Default for Page {
    fn default() -> Self {
        Self { limit: Self::LARGEST, after: None, before: None }
    }
}

/// One page of accounts, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountPage {
    /// The accounts of this page.
    pub accounts: Vec<Account>,
    /// What to put into [`Page::after`] for the next page; absent on the last one.
    pub next: Option<AccountId>,
    /// What to put into [`Page::before`] for the page before; absent on the first one.
    pub previous: Option<AccountId>,
    /// How many accounts match the filter on all pages together.
    pub total: u64,
}
