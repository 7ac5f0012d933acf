//! Choosing the account a call is for.
//!
//! Promises that the choice never leaves the caller's tenant, and that a caller who names nothing gets an
//! account only where there can be no doubt which.

use std::sync::Arc;

use latch_vault::{Account, AccountFilter, AccountId, Page, Policy, VaultError};
use secrecy::SecretString;
use url::Url;

use crate::caller::environment_option;
use crate::gateway::Gateway;
use crate::{AccountSelector, CallError, Caller, ErrorClass};

/// Name of the account that is meant when none is named.
pub(crate) const DEFAULT_ACCOUNT: &str = "default";
/// Name of the connection that is meant when none is named.
pub(crate) const DEFAULT_CONNECTION: &str = "close";

/// The account of a call.
pub(crate) enum Chosen {
    /// The key from the environment.
    Environment {
        /// Base of the API.
        api: Url,
        /// The key.
        api_key: SecretString,
        /// What may be done with it.
        policy: Policy,
    },
    /// A connected account of the vault.
    Connected(Arc<Account>),
}

impl Chosen {
    pub(crate) fn identifier(&self) -> &str {
        match self {
            Self::Environment { .. } => DEFAULT_ACCOUNT,
            Self::Connected(account) => &account.identifier,
        }
    }
}

impl Gateway {
    pub(crate) async fn choose(
        &self,
        caller: &Caller,
        selector: &AccountSelector,
    ) -> Result<Chosen, CallError> {
        match selector {
            AccountSelector::Default => Box::pin(self.choose_default(caller)).await,
            // The key from the environment is the command line's default account; nobody else has one.
            AccountSelector::Identifier { connection: None, identifier }
                if identifier == DEFAULT_ACCOUNT && self.inner.options.environment_account.is_some() =>
            {
                Box::pin(self.choose_default(caller)).await
            }
            other => Ok(Chosen::Connected(self.account(caller, other).await?)),
        }
    }

    /// The connected account that `selector` names.
    ///
    /// # Errors
    ///
    /// `not_found` for an unknown one and for one of another tenant alike.
    pub async fn account(
        &self,
        caller: &Caller,
        selector: &AccountSelector,
    ) -> Result<Arc<Account>, CallError> {
        let vault = &self.inner.vault;
        let found = match selector {
            AccountSelector::Default => vault.account(&caller.tenant, None, DEFAULT_ACCOUNT).await,
            AccountSelector::Identifier { connection, identifier } => {
                vault.account(&caller.tenant, connection.as_deref(), identifier).await
            }
            AccountSelector::Id(id) => match id.parse::<AccountId>() {
                Ok(id) => vault.account_by_id(&caller.tenant, &id).await.map(Arc::new),
                Err(_) => Err(VaultError::NotFound { what: format!("connected account {id:?}") }),
            },
        };
        match found {
            Ok(account) => Ok(account),
            Err(error @ VaultError::NotFound { .. }) => {
                Err(CallError::from(error).with_hint(Box::pin(self.hint_for_unknown(caller)).await))
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn choose_default(&self, caller: &Caller) -> Result<Chosen, CallError> {
        if let Some(environment) = &self.inner.options.environment_account {
            return Ok(Chosen::Environment {
                api: environment.api.clone(),
                api_key: environment.api_key.clone(),
                policy: environment.policy,
            });
        }
        match self.inner.vault.account(&caller.tenant, None, DEFAULT_ACCOUNT).await {
            Ok(account) => return Ok(Chosen::Connected(account)),
            Err(VaultError::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let mut accounts =
            self.inner.vault.accounts(&caller.tenant, &AccountFilter::default(), &page(2)).await?;
        match (accounts.accounts.pop(), accounts.accounts.is_empty()) {
            (Some(only), true) => Ok(Chosen::Connected(Arc::new(only))),
            (Some(_), false) => Err(CallError::new(
                ErrorClass::InvalidArguments,
                "there are several connected accounts and none is called \"default\": say which one to use",
            )
            .with_hint(self.hint_for_unknown(caller).await)),
            (None, _) => {
                let option = environment_option(&caller.tenant);
                // The key from the environment variable is for the tenant that is meant where none is named.
                let variable = if option.is_empty() { "set CLOSE_API_KEY, or " } else { "" };
                let hint = format!(
                    "{variable}store a key with `latch accounts add default{option}`, or connect one with `latch accounts connect default{option}`"
                );
                Err(CallError::new(ErrorClass::NotConfigured, "no Close account is connected yet")
                    .with_hint(hint))
            }
        }
    }

    /// What to do about an account that is not there. Only the person at the command line is told which
    /// there are: an application's error may end up before somebody whom the others do not concern.
    async fn hint_for_unknown(&self, caller: &Caller) -> String {
        const SHOWN: u32 = 5;
        if !caller.is_command_line() {
            return "get_or_create the account for this identifier and open its authorization link"
                .to_owned();
        }
        let names =
            match self.inner.vault.accounts(&caller.tenant, &AccountFilter::default(), &page(SHOWN)).await {
                Ok(found) => found.accounts.into_iter().map(|account| account.identifier).collect::<Vec<_>>(),
                Err(_) => Vec::new(),
            };
        if names.is_empty() {
            let option = environment_option(&caller.tenant);
            format!(
                "no account is connected yet: `latch accounts add NAME{option}` stores an API key, `latch accounts connect NAME{option}` connects one"
            )
        } else {
            format!("connected accounts: {}", names.join(", "))
        }
    }
}

fn page(limit: u32) -> Page {
    Page { limit, ..Page::default() }
}
