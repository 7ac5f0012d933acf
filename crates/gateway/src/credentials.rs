//! Calling Close with the chosen account's credential, and what to do when Close refuses it.
//!
//! What happens seldom is boxed here, so that the usual call does not carry room for it.
//!
//! Promises that a refused token is refreshed once and the operation repeated once: Close did nothing with
//! the first. Promises that a caller whose account cannot be used learns why and how to mend it.

use std::future::Future;
use std::pin::Pin;

use latch_close::{CloseError, ErrorKind, Request, Response};
use latch_vault::{Account, Credential, VaultError};
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::account::Chosen;
use crate::caller::environment_option;
use crate::gateway::Gateway;
use crate::{CallError, ErrorClass};

/// An operation at Close under way.
pub(crate) type Operation<'a, T> = Pin<Box<dyn Future<Output = Result<T, CloseError>> + Send + 'a>>;

impl Gateway {
    /// Sends a request on behalf of the chosen account.
    pub(crate) async fn send(
        &self,
        chosen: &Chosen,
        request: &Request,
        deadline: Instant,
    ) -> Result<Response, CallError> {
        let api = self.api_of(chosen).await?;
        let close = &self.inner.close;
        let api = &api;
        self.with_credential(chosen, deadline, |credential| {
            Box::pin(async move { close.send(api, &credential, request, deadline).await })
        })
        .await
    }

    /// Runs an operation at Close with the account's credential.
    pub(crate) async fn with_credential<'a, T>(
        &self,
        chosen: &Chosen,
        deadline: Instant,
        operation: impl Fn(latch_close::Credential) -> Operation<'a, T>,
    ) -> Result<T, CallError> {
        let account = match chosen {
            Chosen::Environment { api_key, .. } => {
                let credential = latch_close::Credential::ApiKey(api_key.clone());
                let hint = "check CLOSE_API_KEY: Close does not accept it";
                return operation(credential).await.map_err(|error| refused_key(error, hint));
            }
            Chosen::Connected(account) => account,
        };
        let vault = &self.inner.vault;
        let credential = self.within(deadline, account, Box::pin(vault.credential(account))).await?;
        let answer = match operation(for_close(&credential)).await {
            Err(error) if error.kind == ErrorKind::Unauthorized && credential.is_bearer() => {
                let renewal = Box::pin(vault.refresh_after_rejection(account, credential.generation()));
                let renewed = self.within(deadline, account, renewal).await?;
                match operation(for_close(&renewed)).await {
                    Err(error) if error.kind == ErrorKind::Unauthorized => {
                        let reason = "Close refused a token that had just been refreshed";
                        let marking = Box::pin(vault.mark_revoked(account, renewed.generation(), reason));
                        return Err(self.refused(&marking.await?).await);
                    }
                    other => other?,
                }
            }
            Err(error) if error.kind == ErrorKind::Unauthorized => {
                let marking = Box::pin(vault.mark_api_key_rejected(account, credential.generation()));
                return Err(self.refused(&marking.await?).await);
            }
            other => other?,
        };
        if let Err(error) = vault.touch(account).await {
            tracing::warn!(account.id = %account.id, %error, "could not note when the account was last used");
        }
        Ok(answer)
    }

    /// Waits for a credential no longer than the call may take. A refresh that is under way goes on by
    /// itself and serves the next call.
    async fn within(
        &self,
        deadline: Instant,
        account: &Account,
        credential: impl Future<Output = Result<Credential, VaultError>>,
    ) -> Result<Credential, CallError> {
        match timeout_at(deadline, credential).await {
            Ok(Ok(credential)) => Ok(credential),
            Ok(Err(error)) => Err(Box::pin(self.explain_inactive(account, error)).await),
            Err(_) => Err(CallError::new(
                ErrorClass::Timeout,
                "the time for the call was over before Close had renewed the account's token; nothing was sent",
            )),
        }
    }

    /// Base of the API that the account is for.
    pub(crate) async fn api_of(&self, chosen: &Chosen) -> Result<Url, CallError> {
        match chosen {
            Chosen::Environment { api, .. } => Ok(api.clone()),
            Chosen::Connected(account) => Ok(self.inner.vault.api_for(account).await?),
        }
    }

    /// An error of the vault, with a way out where the account is the problem.
    async fn explain_inactive(&self, account: &Account, error: VaultError) -> CallError {
        match error {
            VaultError::AccountNotActive { .. } | VaultError::Revoked { .. } => {
                match self.inner.vault.account_by_id(&account.tenant, &account.id).await {
                    Ok(account) => self.inactive(&account).await,
                    Err(error) => error.into(),
                }
            }
            other => other.into(),
        }
    }

    /// What a caller is told when Close has just refused the account's credential.
    async fn refused(&self, account: &Account) -> CallError {
        CallError { close_status: Some(401), ..Box::pin(self.inactive(account)).await }
    }

    /// What a caller is told of an account that cannot be used: its status, why, and a fresh link.
    async fn inactive(&self, account: &Account) -> CallError {
        let status = account.status.as_str();
        let mut message =
            format!("connected account {:?} on {:?} is {status}", account.identifier, account.connection);
        if let Some(reason) = &account.status_reason {
            message.push_str(": ");
            message.push_str(reason);
        }
        let mut error = CallError::new(ErrorClass::AccountNotActive, message);
        error.account_status = Some(status.to_owned());
        match self.inner.vault.authorization_link(&account.tenant, &account.id).await {
            Ok(link) => {
                error.hint = Some(format!("its owner can authorize it at {}", link.url));
                error.link = Some(link.url.to_string());
            }
            Err(VaultError::NoOAuthApp { .. }) => {
                let option = environment_option(&account.tenant);
                error.hint = Some(format!(
                    "store a new API key with `latch accounts add {}{option}`",
                    account.identifier
                ));
            }
            Err(VaultError::NoPublicUrl) => {
                let option = environment_option(&account.tenant);
                error.hint = Some(format!(
                    "connect it again with `latch accounts connect {}{option}`",
                    account.identifier
                ));
            }
            Err(failure) => {
                tracing::warn!(account.id = %account.id, error = %failure, "no authorization link");
            }
        }
        error
    }
}

/// Close's error, with advice where it does not accept a key that the vault knows nothing of.
pub(crate) fn refused_key(error: CloseError, advice: &str) -> CallError {
    let refused = error.kind == ErrorKind::Unauthorized;
    let error = CallError::from(error);
    if refused { error.with_hint(advice) } else { error }
}

fn for_close(credential: &Credential) -> latch_close::Credential {
    match credential {
        Credential::Bearer { token, .. } => latch_close::Credential::Bearer(token.clone()),
        Credential::ApiKey { key, .. } => latch_close::Credential::ApiKey(key.clone()),
    }
}
