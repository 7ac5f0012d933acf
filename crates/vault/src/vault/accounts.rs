//! Connected accounts: finding, making, listing, disconnecting, removing them.

use secrecy::{ExposeSecret, SecretString};

use super::Vault;
use super::grants::missing_account;
use crate::identifiers::check_identifier;
use crate::seal::{Field, Row};
use crate::status::Event;
use crate::store::{AccountRecord, Change, NewAccount, NewCredential};
use crate::{
    Account, AccountFilter, AccountId, AccountPage, CloseIdentity, CredentialKind, Page, Policy, TenantId,
    VaultError,
};

/// Close's keys have some dozens of characters; nothing longer than this is one.
const LONGEST_API_KEY: usize = 512;

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
        Ok((record.account, created))
    }

    /// The account with this identifier, on this connection or on whichever has it. Of several the connection
    /// has to be named.
    pub async fn account(
        &self,
        tenant: &TenantId,
        connection: Option<&str>,
        identifier: &str,
    ) -> Result<Account, VaultError> {
        let mut found = match connection {
            Some(connection) => {
                let found = self.inner.store.account_on_connection(tenant, connection, identifier).await?;
                Vec::from_iter(found)
            }
            None => self.inner.store.accounts_by_identifier(tenant, identifier).await?,
        };
        match (found.pop(), found.len()) {
            (Some(record), 0) => Ok(record.account),
            (Some(last), _) => Err(VaultError::Ambiguous {
                identifier: identifier.to_owned(),
                connections: found
                    .into_iter()
                    .chain([last])
                    .map(|record| record.account.connection)
                    .collect(),
            }),
            (None, _) => {
                let place = connection.map(|name| format!(" on connection {name:?}")).unwrap_or_default();
                Err(VaultError::not_found(format!("the connected account {identifier:?}{place}")))
            }
        }
    }

    /// The account with this id.
    pub async fn account_by_id(&self, tenant: &TenantId, id: &AccountId) -> Result<Account, VaultError> {
        Ok(self.record(tenant, id).await?.account)
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
        records.truncate(limit as usize);
        let accounts: Vec<Account> = records.into_iter().map(|record| record.account).collect();
        let next = accounts.last().filter(|_| more).map(|account| account.id.clone());
        Ok(AccountPage { accounts, next, total })
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
        let id = found.account.id;
        let (vault, tenant) = (self.clone(), tenant.clone());
        self.to_the_end(async move {
            let _turn = vault.inner.gates.enter(&id).await;
            let before = vault.record(&tenant, &id).await?;
            let credential = NewCredential {
                api_key: Some(vault.account_key(&before)?.seal(Field::ApiKey, &key)?),
                identity: Some(who.unwrap_or_default()),
                ..NewCredential::nothing(CredentialKind::ApiKey)
            };
            let change =
                Change { event: Event::Connected, reason: None, credential: Some(credential), told: None };
            let now = vault.inner.clock.now();
            let changed = vault.inner.store.change(&tenant, &id, None, change, now).await?;
            vault.give_back_grant(&before).await;
            Ok(changed.ok_or_else(|| missing_account(&id))?.0.account)
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
        let known = self.record(tenant, id).await?.account.identity;
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
            Ok(changed.ok_or_else(|| missing_account(&id))?.0.account)
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
