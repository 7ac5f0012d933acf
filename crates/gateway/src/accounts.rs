//! Connected accounts, as doors show and change them.

use std::sync::Arc;

use latch_vault::{Account, AccountFilter, AccountId, Page, Policy};
use secrecy::SecretString;

use crate::account::{DEFAULT_ACCOUNT, DEFAULT_CONNECTION};
use crate::gateway::Gateway;
use crate::{AccountSelector, CallError, Caller, ErrorClass};

/// Which accounts to list.
#[derive(Debug, Clone, Default)]
pub struct AccountQuery {
    /// What must hold.
    pub filter: AccountFilter,
    /// At most so many, 1 to 100. Default: 25.
    pub limit: Option<u32>,
    /// Where the page is: the `next` or `previous` of another page.
    pub page: Option<String>,
}

/// A page of accounts.
#[derive(Debug, Clone)]
pub struct AccountList {
    /// The accounts, oldest first.
    pub accounts: Vec<Account>,
    /// Give it as `page` for the next page; none on the last.
    pub next: Option<String>,
    /// Give it as `page` for the page before; none on the first.
    pub previous: Option<String>,
    /// How many there are in all.
    pub total: u64,
}

/// What a page token begins with if the page lies before the account.
const BACKWARDS: char = '<';

/// The place that a page token stands for.
fn place(token: &str, limit: u32) -> Result<Page, CallError> {
    let page = Page { limit, ..Page::default() };
    let id = |text: &str| text.parse::<AccountId>().ok().filter(|id| id.as_str().starts_with("ca_"));
    let place = match (token, token.strip_prefix(BACKWARDS)) {
        ("", _) => Some(page),
        (_, Some(rest)) => id(rest).map(|before| Page { before: Some(before), ..page }),
        (token, None) => id(token).map(|after| Page { after: Some(after), ..page }),
    };
    place.ok_or_else(|| {
        CallError::new(ErrorClass::InvalidArguments, "the page token is not one that this list gave out")
    })
}

impl Gateway {
    /// A page of the caller's accounts.
    pub async fn accounts(&self, caller: &Caller, query: &AccountQuery) -> Result<AccountList, CallError> {
        const USUAL_PAGE: u32 = 25;
        let limit = query.limit.unwrap_or(USUAL_PAGE).clamp(1, Page::LARGEST);
        let page = place(query.page.as_deref().unwrap_or_default(), limit)?;
        let found = self.inner.vault.accounts(&caller.tenant, &query.filter, &page).await?;
        Ok(AccountList {
            accounts: found.accounts,
            next: found.next.map(|id| id.to_string()),
            previous: found.previous.map(|id| format!("{BACKWARDS}{id}")),
            total: found.total,
        })
    }

    /// The names by which the caller can address accounts: `default` where that means something, and the first
    /// hundred identifiers.
    pub async fn account_names(&self, caller: &Caller) -> Result<Vec<String>, CallError> {
        let page = Page::default();
        let found = self.inner.vault.accounts(&caller.tenant, &AccountFilter::default(), &page).await?;
        let mut names: Vec<String> = found.accounts.into_iter().map(|account| account.identifier).collect();
        let environment = self.inner.options.environment_account.is_some();
        if (environment || names.len() == 1) && !names.iter().any(|name| name == DEFAULT_ACCOUNT) {
            names.insert(0, DEFAULT_ACCOUNT.to_owned());
        }
        Ok(names)
    }

    /// The account for a person, made on first use. Safe to call at the start of every session.
    ///
    /// Returns whether it is new.
    pub async fn get_or_create_account(
        &self,
        caller: &Caller,
        connection: Option<&str>,
        identifier: &str,
    ) -> Result<(Account, bool), CallError> {
        let connection = connection.unwrap_or(DEFAULT_CONNECTION);
        Ok(self.inner.vault.get_or_create_account(&caller.tenant, connection, identifier).await?)
    }

    /// Stores an API key for a person, sealed. With `check`, Close is asked first whose key it is, and a
    /// key that Close refuses is not stored.
    pub async fn add_api_key(
        &self,
        caller: &Caller,
        connection: Option<&str>,
        identifier: &str,
        key: SecretString,
        check: bool,
    ) -> Result<Account, CallError> {
        let vault = &self.inner.vault;
        let connection = vault.connection(&caller.tenant, connection.unwrap_or(DEFAULT_CONNECTION)).await?;
        let identity = if check {
            let credential = latch_close::Credential::ApiKey(key.clone());
            Some(self.who(&connection.endpoints.api, &credential).await?)
        } else {
            None
        };
        Ok(vault.set_api_key(&caller.tenant, &connection.name, identifier, key, identity).await?)
    }

    /// Gives an account a grant that was made elsewhere for the connection's OAuth app, and asks Close whose it
    /// is. A grant that Close does not accept is found out by the first call.
    pub async fn import_grant(
        &self,
        account: &Account,
        access_token: SecretString,
        refresh_token: Option<SecretString>,
    ) -> Result<Account, CallError> {
        let vault = &self.inner.vault;
        let account = vault.import_grant(&account.tenant, &account.id, access_token, refresh_token).await?;
        Ok(self.with_identity(account).await)
    }

    /// Merges members into what the application keeps with an account; null removes one.
    pub async fn merge_api_config(
        &self,
        account: &Account,
        given: serde_json::Map<String, serde_json::Value>,
    ) -> Result<Account, CallError> {
        Ok(self.inner.vault.merge_api_config(&account.tenant, &account.id, given).await?)
    }

    /// Sets what may be done with an account.
    ///
    /// # Errors
    ///
    /// `not_found` for an unknown account and for one of another tenant alike.
    pub async fn set_policy(
        &self,
        caller: &Caller,
        selector: &AccountSelector,
        policy: Policy,
    ) -> Result<Account, CallError> {
        let account = self.account(caller, selector).await?;
        Ok(self.inner.vault.set_policy(&account.tenant, &account.id, &policy).await?)
    }

    /// Gives up the grant, at Close as well as it can be done, and forgets the secrets. The account stays,
    /// to be authorized again.
    pub async fn disconnect_account(
        &self,
        caller: &Caller,
        selector: &AccountSelector,
    ) -> Result<Account, CallError> {
        let account = self.account(caller, selector).await?;
        Ok(self.inner.vault.disconnect_account(&account.tenant, &account.id).await?)
    }

    /// Disconnects the account and deletes it.
    pub async fn remove_account(
        &self,
        caller: &Caller,
        selector: &AccountSelector,
    ) -> Result<Account, CallError> {
        let account = self.account(caller, selector).await?;
        self.inner.vault.remove_account(&account.tenant, &account.id).await?;
        Ok(Arc::unwrap_or_clone(account))
    }

    /// The last calls, newest first.
    pub async fn calls(
        &self,
        caller: &Caller,
        limit: u32,
    ) -> Result<Vec<latch_vault::CallRecord>, CallError> {
        Ok(self.inner.vault.calls(&caller.tenant, limit, None).await?)
    }
}
