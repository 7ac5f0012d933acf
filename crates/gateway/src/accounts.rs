//! Connected accounts, as doors show and change them.

use latch_vault::{Account, AccountFilter, AccountId, AccountStatus, Page, Policy};
use secrecy::SecretString;

use crate::account::{DEFAULT_ACCOUNT, DEFAULT_CONNECTION};
use crate::gateway::Gateway;
use crate::{AccountSelector, CallError, Caller, ErrorClass};

/// Which accounts to list.
#[derive(Debug, Clone, Default)]
pub struct AccountQuery {
    /// Only those of this connection.
    pub connection: Option<String>,
    /// Only those in this status.
    pub status: Option<AccountStatus>,
    /// Only those whose identifier contains this.
    pub contains: Option<String>,
    /// At most so many, 1 to 100.
    pub limit: Option<u32>,
    /// Those after this one, by id.
    pub after: Option<String>,
}

/// A page of accounts.
#[derive(Debug, Clone)]
pub struct AccountList {
    /// The accounts, oldest first.
    pub accounts: Vec<Account>,
    /// Give it as `after` for the next page; none on the last.
    pub next: Option<String>,
    /// How many there are in all.
    pub total: u64,
}

impl Gateway {
    /// A page of the caller's accounts.
    pub async fn accounts(&self, caller: &Caller, query: &AccountQuery) -> Result<AccountList, CallError> {
        const USUAL_PAGE: u32 = 25;
        let after = match &query.after {
            Some(text) => {
                Some(text.parse::<AccountId>().ok().filter(|id| id.as_str().starts_with("ca_")).ok_or_else(
                    || {
                        CallError::new(
                            ErrorClass::InvalidArguments,
                            "the page token is not one that this list gave out",
                        )
                    },
                )?)
            }
            None => None,
        };
        let filter = AccountFilter {
            connection: query.connection.clone(),
            status: query.status,
            identifier_contains: query.contains.clone(),
        };
        let page = Page { limit: query.limit.unwrap_or(USUAL_PAGE).clamp(1, Page::LARGEST), after };
        let found = self.inner.vault.accounts(&caller.tenant, &filter, &page).await?;
        Ok(AccountList {
            accounts: found.accounts,
            next: found.next.map(|id| id.to_string()),
            total: found.total,
        })
    }

    /// The names by which the caller can address accounts: `default` where that means something, and the first
    /// hundred identifiers.
    pub async fn account_names(&self, caller: &Caller) -> Result<Vec<String>, CallError> {
        let page = Page { limit: Page::LARGEST, after: None };
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
        Ok(account)
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
