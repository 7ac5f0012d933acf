//! Connecting an account through Close's consent page.

use latch_vault::{Account, AuthorizationLink, CallbackQuery, VaultError};
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
        let account = self.account(caller, selector).await?;
        Ok(self.inner.vault.authorization_link(&caller.tenant, &account.id).await?)
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
    /// Close whose it is. The account is active then.
    ///
    /// # Errors
    ///
    /// The vault's own, because the page that people see depends on which it is.
    pub async fn finish_authorization(&self, callback: CallbackQuery) -> Result<Account, VaultError> {
        let account = self.inner.vault.finish_authorization(callback).await?.account;
        // The grant stands whether or not Close can say right now whose it is.
        match self.identify_account(&account).await {
            Ok((account, _)) => Ok(account),
            Err(error) => {
                tracing::warn!(account.id = %account.id, %error, "could not ask Close whose grant this is");
                Ok(account)
            }
        }
    }
}
