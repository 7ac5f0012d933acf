//! Connected accounts: finding, making, listing, disconnecting, removing them.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::Vault;
use super::grants::missing_account;
use crate::identifiers::check_identifier;
use crate::oauth::Tokens;
use crate::seal::Row;
use crate::status::Event;
use crate::store::{AccountRecord, Change, Merged, NewAccount, NewCredential};
use crate::{
    Account, AccountFilter, AccountId, AccountPage, CloseIdentity, Page, Policy, TenantId, VaultError,
};

/// What an application keeps with an account is no place for documents.
const LONGEST_API_CONFIG: usize = 16 * 1024;
/// Close's keys have some dozens of characters; nothing longer than this is one.
const LONGEST_API_KEY: usize = 512;
/// Nor is any of its tokens longer than this.
const LONGEST_TOKEN: usize = 8192;

impl Vault {
    /// The account with this identifier on this connection, made if there is none: pending, without a
    /// credential. The flag says whether this call made it; of several calls at once, one does.
    pub async fn get_or_create_account(
        &self,
        tenant: &TenantId,
        connection: &str,
        identifier: &str,
    ) -> Result<(Account, bool), VaultError> {
        let (record, created) = self.get_or_create(tenant, connection, identifier).await?;
        Ok((record.into_account(), created))
    }

    /// The account with this identifier, on this connection or on whichever has it. Of several the connection
    /// has to be named.
    pub async fn account(
        &self,
        tenant: &TenantId,
        connection: Option<&str>,
        identifier: &str,
    ) -> Result<Arc<Account>, VaultError> {
        let found = self.inner.store.recent_accounts(tenant, connection, identifier).await?;
        match found.as_deref().map(Vec::as_slice).unwrap_or_default() {
            [only] => Ok(Arc::clone(&only.account)),
            [] => {
                let place = connection.map(|name| format!(" on connection {name:?}")).unwrap_or_default();
                Err(VaultError::not_found(format!("the connected account {identifier:?}{place}")))
            }
            several => Err(VaultError::Ambiguous {
                identifier: identifier.to_owned(),
                connections: several.iter().map(|record| record.account.connection.clone()).collect(),
            }),
        }
    }

    /// The account with this id.
    pub async fn account_by_id(&self, tenant: &TenantId, id: &AccountId) -> Result<Account, VaultError> {
        Ok(self.record(tenant, id).await?.into_account())
    }

    /// One page of a tenant's accounts, oldest first.
    pub async fn accounts(
        &self,
        tenant: &TenantId,
        filter: &AccountFilter,
        page: &Page,
    ) -> Result<AccountPage, VaultError> {
        let limit = page.limit.clamp(1, Page::LARGEST);
        // One more than asked for tells whether there is another page.
        let (mut records, total) = self.inner.store.accounts(tenant, filter, page, limit + 1).await?;
        let more = records.len() > limit as usize;
        if page.before.is_some() {
            records.drain(..records.len().saturating_sub(limit as usize));
        }
        records.truncate(limit as usize);
        let accounts: Vec<Account> = records.into_iter().map(AccountRecord::into_account).collect();
        let backwards = page.before.is_some();
        let next = accounts.last().filter(|_| more || backwards).map(|account| account.id.clone());
        let behind = if backwards { more } else { page.after.is_some() };
        let previous = accounts.first().filter(|_| behind).map(|account| account.id.clone());
        Ok(AccountPage { accounts, next, previous, total })
    }

    /// Gives an account an API key, making the account if need be: it is active from now on. A grant that it
    /// held before is given back to Close.
    pub async fn set_api_key(
        &self,
        tenant: &TenantId,
        connection: &str,
        identifier: &str,
        key: SecretString,
        who: Option<CloseIdentity>,
    ) -> Result<Account, VaultError> {
        let key = check_api_key(&key)?;
        let (found, _) = self.get_or_create(tenant, connection, identifier).await?;
        let id = found.account.id.clone();
        let (vault, tenant) = (self.clone(), tenant.clone());
        self.to_the_end(async move {
            let _turn = vault.inner.gates.enter(&id).await;
            let before = vault.record(&tenant, &id).await?;
            let credential = vault.seal_api_key(&before, &key, who.unwrap_or_default())?;
            let account = vault.connect(&tenant, &id, credential, None).await?;
            vault.give_back_grant(&before).await;
            Ok(account)
        })
        .await
    }

    /// Gives an account a grant that was made elsewhere, for the connection's OAuth app: it is active from now on.
    /// When the access token runs out is not known, so it is used until Close refuses it. A grant that the
    /// account held before is not given back: it may be the same one.
    pub async fn import_grant(
        &self,
        tenant: &TenantId,
        id: &AccountId,
        access_token: SecretString,
        refresh_token: Option<SecretString>,
    ) -> Result<Account, VaultError> {
        for token in [Some(&access_token), refresh_token.as_ref()].into_iter().flatten() {
            check_token(token)?;
        }
        let found = self.record(tenant, id).await?;
        let connection = self.connection_record(tenant, &found.account.connection).await?;
        let Some(app_id) = connection.oauth_app_id else {
            return Err(VaultError::NoOAuthApp { connection: connection.connection.name });
        };
        let (vault, tenant, id) = (self.clone(), tenant.clone(), id.clone());
        self.to_the_end(async move {
            let _turn = vault.inner.gates.enter(&id).await;
            let record = AccountRecord { refresh_token: None, ..vault.record(&tenant, &id).await? };
            let tokens =
                Tokens { access_token, refresh_token, lifetime: None, user_id: None, organization_id: None };
            let credential = NewCredential {
                identity: Some(CloseIdentity::default()),
                ..vault.seal_tokens(&record, &tokens, Some(app_id))?
            };
            vault.connect(&tenant, &id, credential, None).await
        })
        .await
    }

    /// Notes who an account is at Close. Parts that are `None` stay as they are.
    pub async fn record_identity(
        &self,
        tenant: &TenantId,
        id: &AccountId,
        who: CloseIdentity,
    ) -> Result<Account, VaultError> {
        let known = self.record(tenant, id).await?.into_account().identity;
        let who = CloseIdentity {
            user_id: who.user_id.or(known.user_id),
            user_name: who.user_name.or(known.user_name),
            user_email: who.user_email.or(known.user_email),
            organization_id: who.organization_id.or(known.organization_id),
            organization_name: who.organization_name.or(known.organization_name),
        };
        self.inner.store.set_identity(tenant, id, &who, self.inner.clock.now()).await?;
        self.account_by_id(tenant, id).await
    }

    /// Merges members into what the application keeps with an account, name by name; null removes one.
    pub async fn merge_api_config(
        &self,
        tenant: &TenantId,
        id: &AccountId,
        given: Map<String, Value>,
    ) -> Result<Account, VaultError> {
        let now = self.inner.clock.now();
        match self.inner.store.merge_api_config(tenant, id, given, LONGEST_API_CONFIG, now).await? {
            Some(Merged::Done) => self.account_by_id(tenant, id).await,
            Some(Merged::TooLarge) => Err(VaultError::InvalidIdentifier {
                what: "api_config",
                problem: format!("would be longer than {LONGEST_API_CONFIG} bytes; nothing was changed"),
            }),
            None => Err(missing_account(id)),
        }
    }

    /// Sets what may be done with an account, whatever state it is in. It stays set through every new grant.
    pub async fn set_policy(
        &self,
        tenant: &TenantId,
        id: &AccountId,
        policy: &Policy,
    ) -> Result<Account, VaultError> {
        if !self.inner.store.set_policy(tenant, id, policy, self.inner.clock.now()).await? {
            return Err(missing_account(id));
        }
        self.account_by_id(tenant, id).await
    }

    /// Gives an account's grant back to Close as far as that is possible, wipes its secrets, ends its open links
    /// and marks it disconnected. If Close could not be told, the reason says so.
    pub async fn disconnect_account(&self, tenant: &TenantId, id: &AccountId) -> Result<Account, VaultError> {
        let (vault, tenant, id) = (self.clone(), tenant.clone(), id.clone());
        self.to_the_end(async move {
            let _turn = vault.inner.gates.enter(&id).await;
            let before = vault.record(&tenant, &id).await?;
            // Close is told first: once the secrets are wiped, nobody could tell it any more.
            let reason = vault.give_back_grant(&before).await.map(|problem| {
                format!("Close could not be told to revoke the grant ({problem}): remove the app in Close's settings too")
            });
            let change = Change { event: Event::Disconnected, reason, credential: None, told: None };
            let now = vault.inner.clock.now();
            let changed = vault.inner.store.change(&tenant, &id, None, change, now).await?;
            Ok(changed.ok_or_else(|| missing_account(&id))?.0.into_account())
        })
        .await
    }

    /// Disconnects an account and forgets it, with its links. Its calls stay in the record.
    pub async fn remove_account(&self, tenant: &TenantId, id: &AccountId) -> Result<(), VaultError> {
        self.disconnect_account(tenant, id).await?;
        if self.inner.store.delete_account(tenant, id, self.inner.clock.now()).await? {
            Ok(())
        } else {
            Err(missing_account(id))
        }
    }

    async fn get_or_create(
        &self,
        tenant: &TenantId,
        connection: &str,
        identifier: &str,
    ) -> Result<(AccountRecord, bool), VaultError> {
        check_identifier(identifier)?;
        if let Some(found) = self.inner.store.account_on_connection(tenant, connection, identifier).await? {
            return Ok((found, false));
        }
        let connection_id = self.connection_record(tenant, connection).await?.connection.id;
        let id = AccountId::generate();
        let (_, data_key) = self.inner.master_key.new_data_key(Row::account(tenant, &id))?;
        let new = NewAccount { id: &id, connection_id: &connection_id, identifier, data_key };
        let created = self.inner.store.insert_account(tenant, &new, self.inner.clock.now()).await?;
        let found = self.inner.store.account_on_connection(tenant, connection, identifier).await?;
        Ok((found.ok_or_else(|| missing_account(&id))?, created))
    }
}

/// A token that can stand in a header.
fn check_token(token: &SecretString) -> Result<(), VaultError> {
    let text = token.expose_secret();
    let fits = (1..=LONGEST_TOKEN).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if fits { Ok(()) } else { Err(VaultError::InvalidToken) }
}

/// The key without the line end it was pasted with.
pub(super) fn check_api_key(key: &SecretString) -> Result<SecretString, VaultError> {
    let text = key.expose_secret().trim();
    let problem = match text {
        "" => "is empty",
        _ if text.len() > LONGEST_API_KEY => "is too long",
        _ if !text.bytes().all(|byte| byte.is_ascii_graphic()) => {
            "has spaces or other characters that no key has"
        }
        // A colon would end the user name of HTTP Basic.
        _ if text.contains(':') => "has a colon, which no key has",
        _ => return Ok(SecretString::from(text)),
    };
    Err(VaultError::InvalidApiKey { problem })
}
