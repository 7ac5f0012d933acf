//! The vault itself.

use std::sync::Arc;

use secrecy::SecretString;
use url::Url;

use crate::{
    Account, AccountFilter, AccountId, AccountPage, AuthorizationLink, Authorized, CallRecord, CallbackQuery,
    ClientRecord, CloseIdentity, Connection, ConnectionSettings, Credential, OpenLink, Page, TenantId,
    VaultError, VaultOptions,
};

/// Every credential of this installation and what is known about it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Vault(Arc<()>);

/// Stops the background refresher when dropped.
#[derive(Debug)]
pub struct RefresherHandle(());

impl RefresherHandle {
    /// Stops the refresher and waits until nothing is under way.
    pub async fn shutdown(self) { todo!() }
}

type Outcome<T> = Result<T, VaultError>;

#[allow(missing_docs, clippy::unused_async)]
impl Vault {
    pub async fn open(options: VaultOptions) -> Outcome<Vault> { todo!() }
    /// Waits for refreshes that are under way, then closes the database.
    pub async fn close(&self) { todo!() }

    pub async fn create_tenant(&self, tenant: &TenantId) -> Outcome<()> { todo!() }
    pub async fn tenants(&self) -> Outcome<Vec<TenantId>> { todo!() }

    pub async fn connection(&self, tenant: &TenantId, name: &str) -> Outcome<Connection> { todo!() }
    pub async fn connections(&self, tenant: &TenantId) -> Outcome<Vec<Connection>> { todo!() }
    pub async fn set_connection(&self, tenant: &TenantId, name: &str, settings: ConnectionSettings) -> Outcome<Connection> { todo!() }

    /// The flag says whether it was created by this call.
    pub async fn get_or_create_account(&self, tenant: &TenantId, connection: &str, identifier: &str) -> Outcome<(Account, bool)> { todo!() }
    pub async fn account(&self, tenant: &TenantId, connection: Option<&str>, identifier: &str) -> Outcome<Account> { todo!() }
    pub async fn account_by_id(&self, tenant: &TenantId, id: &AccountId) -> Outcome<Account> { todo!() }
    pub async fn accounts(&self, tenant: &TenantId, filter: &AccountFilter, page: &Page) -> Outcome<AccountPage> { todo!() }
    pub async fn set_api_key(&self, tenant: &TenantId, connection: &str, identifier: &str, key: SecretString, who: Option<CloseIdentity>) -> Outcome<Account> { todo!() }
    pub async fn record_identity(&self, tenant: &TenantId, id: &AccountId, who: CloseIdentity) -> Outcome<Account> { todo!() }
    pub async fn disconnect_account(&self, tenant: &TenantId, id: &AccountId) -> Outcome<Account> { todo!() }
    pub async fn remove_account(&self, tenant: &TenantId, id: &AccountId) -> Outcome<()> { todo!() }

    pub async fn authorization_link(&self, tenant: &TenantId, id: &AccountId) -> Outcome<AuthorizationLink> { todo!() }
    /// What a link is for, without using it up.
    pub async fn open_link(&self, link_token: &SecretString) -> Outcome<OpenLink> { todo!() }
    pub async fn begin_authorization(&self, link_token: &SecretString) -> Outcome<Url> { todo!() }
    pub async fn finish_authorization(&self, query: CallbackQuery) -> Outcome<Authorized> { todo!() }

    pub async fn credential(&self, account: &Account) -> Outcome<Credential> { todo!() }
    pub async fn refresh_after_rejection(&self, account: &Account, generation: u64) -> Outcome<Credential> { todo!() }
    /// Only if `generation` is still the account's credential: old news harms no newer grant.
    pub async fn mark_revoked(&self, account: &Account, generation: u64, reason: &str) -> Outcome<Account> { todo!() }
    pub async fn mark_api_key_rejected(&self, account: &Account, generation: u64) -> Outcome<Account> { todo!() }
    pub async fn touch(&self, account: &Account) -> Outcome<()> { todo!() }
    pub fn spawn_refresher(&self) -> RefresherHandle { todo!() }

    pub async fn create_client(&self, tenant: &TenantId, name: &str) -> Outcome<(ClientRecord, SecretString)> { todo!() }
    pub async fn clients(&self, tenant: &TenantId) -> Outcome<Vec<ClientRecord>> { todo!() }
    pub async fn remove_client(&self, tenant: &TenantId, client_id: &str) -> Outcome<()> { todo!() }
    pub async fn authenticate_client(&self, client_id: &str, secret: &SecretString) -> Outcome<ClientRecord> { todo!() }

    pub async fn record_call(&self, record: &CallRecord) -> Outcome<()> { todo!() }
    /// Newest first; `before` is the id of the last call of the page before.
    pub async fn calls(&self, tenant: &TenantId, limit: u32, before: Option<&str>) -> Outcome<Vec<CallRecord>> { todo!() }
}
