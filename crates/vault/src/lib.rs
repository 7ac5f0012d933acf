#![doc = include_str!("../README.md")]

mod account;
mod authorization;
mod clock;
mod connection;
mod credential;
mod error;
mod files;
mod identifiers;
mod master_key;
mod oauth;
mod options;
mod policy;
mod random;
mod record;
mod refresh;
mod seal;
mod signing;
mod status;
mod store;
mod vault;

pub use account::{Account, AccountFilter, AccountPage, CloseIdentity, CredentialKind, Page};
pub use authorization::{AuthorizationLink, Authorized, CallbackQuery, LinkOptions, NextStep, OpenLink};
pub use clock::Clock;
pub use connection::{Connection, ConnectionKind, ConnectionSettings, Endpoints, OAuthApp, OAuthAppSummary};
pub use credential::Credential;
pub use error::VaultError;
pub use identifiers::{AccountId, ConnectionId, TenantId};
pub use options::{HttpOptions, MasterKeySource, RefreshOptions, VaultOptions};
pub use policy::{InvalidPermission, Permission, Policy};
pub use record::{CallRecord, ClientRecord, ClientSecret, RunRecord, RunSummary};
pub use refresh::{RefreshObserver, RefreshOutcome, RefresherHandle};
pub use signing::{AccessToken, SigningKey, TokenHolder};
pub use status::{AccountStatus, UnknownStatus};
pub use store::StoreError;
pub use vault::Vault;
