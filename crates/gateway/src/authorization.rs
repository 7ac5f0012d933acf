//! Connecting an account through Close's consent page.

use latch_vault::{
    Account, AuthorizationLink, Authorized, CallbackQuery, LinkOptions, NextStep, OpenLink, VaultError,
};
use secrecy::SecretString;
use url::Url;

use crate::gateway::Gateway;
use crate::{AccountSelector, CallError, Caller};

impl Gateway {
    /// A fresh link at which the account's owner can authorize it. Single use, and short-lived.
    pub async fn authorization_link(
        &self,
        caller: &Caller,
        selector: &AccountSelector,
    ) -> Result<AuthorizationLink, CallError> {
        self.authorization_link_with(caller, selector, &LinkOptions::default()).await
    }

    /// The same with what the application asks for.
    pub async fn authorization_link_with(
        &self,
        caller: &Caller,
        selector: &AccountSelector,
        options: &LinkOptions,
    ) -> Result<AuthorizationLink, CallError> {
        let account = self.account(caller, selector).await?;
        Ok(self.inner.vault.authorization_link_with(&caller.tenant, &account.id, options).await?)
    }

    /// What a link is for, without using it up.
    ///
    /// # Errors
    ///
    /// The vault's own, because the page that people see depends on which it is.
    pub async fn open_link(&self, link_token: &SecretString) -> Result<OpenLink, VaultError> {
        self.inner.vault.open_link(link_token).await
    }

    /// Follows a link: the address of Close's consent page to send the browser to.
    ///
    /// # Errors
    ///
    /// The vault's own, because the page that people see depends on which it is.
    pub async fn begin_authorization(&self, link_token: &SecretString) -> Result<Url, VaultError> {
        self.inner.vault.begin_authorization(link_token).await
    }

    /// Takes the browser back from Close: checks the state, exchanges the code, stores the grant, and asks
    /// Close whose it is. The account is active then, unless the application wants to verify the person first.
    ///
    /// # Errors
    ///
    /// The vault's own, because the page that people see depends on which it is.
    pub async fn finish_authorization(&self, callback: CallbackQuery) -> Result<Authorized, VaultError> {
        let authorized = self.inner.vault.finish_authorization(callback).await?;
        Ok(match authorized.next {
            NextStep::Connected => {
                Authorized { account: self.with_identity(authorized.account).await, ..authorized }
            }
            NextStep::Verify(_) => authorized,
        })
    }

    /// Takes an API key from the person who followed a link. Close is asked first whose key it is: one that
    /// Close does not know is not stored, and does not use the link up.
    ///
    /// # Errors
    ///
    /// Of the link as those of [`open_link`](Self::open_link); of the key as those of a call.
    pub async fn finish_with_api_key(
        &self,
        link_token: &SecretString,
        key: SecretString,
    ) -> Result<Authorized, KeyRefused> {
        let vault = &self.inner.vault;
        let account = vault.open_link(link_token).await.map_err(KeyRefused::Link)?.account;
        let connection = vault.connection(&account.tenant, &account.connection).await;
        let api = connection.map_err(KeyRefused::Link)?.endpoints.api;
        let credential = latch_close::Credential::ApiKey(key.clone());
        let who = self.who(&api, &credential).await.map_err(KeyRefused::Key)?;
        vault.finish_with_api_key(link_token, &key, who).await.map_err(KeyRefused::Link)
    }

    /// The application says that the person who came back from consent is its user `identifier`. If the
    /// account is that user's, it is active from now on.
    ///
    /// # Errors
    ///
    /// `not_found` for a request that is unknown or answered already, `permission_denied` if the account is
    /// somebody else's.
    pub async fn verify_user(
        &self,
        caller: &Caller,
        auth_request_id: &SecretString,
        identifier: &str,
    ) -> Result<Account, CallError> {
        let account = self.inner.vault.verify_user(&caller.tenant, auth_request_id, identifier).await?;
        Ok(self.with_identity(account).await)
    }

    /// The account with who it is at Close. It stands whether or not Close can say so right now.
    pub(crate) async fn with_identity(&self, account: Account) -> Account {
        match self.identify_account(&account).await {
            Ok((account, _)) => account,
            Err(error) => {
                tracing::warn!(account.id = %account.id, %error, "could not ask Close whose grant this is");
                // Should Close not accept it at all, the account says so by now.
                self.inner.vault.account_by_id(&account.tenant, &account.id).await.unwrap_or(account)
            }
        }
    }
}

/// Why an API key was not taken.
#[derive(Debug, thiserror::Error)]
pub enum KeyRefused {
    /// The link is the problem.
    #[error(transparent)]
    Link(VaultError),
    /// The key is, or Close cannot be asked about it. The link can be used again.
    #[error(transparent)]
    Key(CallError),
}
