//! Who is calling.

use latch_vault::{AccessToken, SigningKey, TenantId, VaultError};
use secrecy::SecretString;

use crate::gateway::Gateway;
use crate::{CallError, ErrorClass};

/// The name of the person at the command line. No API client has it: their ids begin with `latch_`.
const COMMAND_LINE: &str = "cli";

/// An authenticated client of Latch. Everything it does stays within its tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The tenant whose connections and accounts it sees. All others do not exist for it.
    pub tenant: TenantId,
    /// What the record calls it: `cli`, or the id of an API client.
    pub name: String,
}

impl Caller {
    /// The person at the command line, who owns the data folder, in the environment `default`.
    pub fn command_line() -> Self {
        Self::command_line_in(TenantId::default())
    }

    /// The same person in another environment.
    pub fn command_line_in(tenant: TenantId) -> Self {
        Self { tenant, name: COMMAND_LINE.to_owned() }
    }

    /// Whether this is the person at the command line, whatever the environment.
    pub fn is_command_line(&self) -> bool {
        self.name == COMMAND_LINE
    }
}

/// What a command that is advised needs at its end to be for a tenant: nothing for the one it is for anyway.
pub fn environment_option(tenant: &TenantId) -> String {
    if *tenant == TenantId::default() { String::new() } else { format!(" --environment {tenant}") }
}

impl Gateway {
    /// The caller behind an API client's id and secret.
    ///
    /// # Errors
    ///
    /// `unauthenticated`, in the same words whether the id or the secret is wrong.
    pub async fn authenticate(&self, client_id: &str, secret: &SecretString) -> Result<Caller, CallError> {
        match self.inner.vault.authenticate_client(client_id, secret).await {
            Ok(client) => Ok(Caller { tenant: client.tenant, name: client.client_id }),
            Err(error) => Err(unauthenticated(error)),
        }
    }

    /// The caller behind an access token.
    ///
    /// # Errors
    ///
    /// `unauthenticated` for a token that is not ours, ran out, or whose client or secret is gone.
    pub async fn authenticate_token(&self, token: &SecretString) -> Result<Caller, CallError> {
        let holder = self.inner.vault.verify_access_token(token).await?;
        Ok(Caller { tenant: holder.tenant, name: holder.client_id })
    }

    /// Issues an access token to the API client with this id and secret.
    ///
    /// # Errors
    ///
    /// `unauthenticated`, in the same words whether the id or the secret is wrong.
    pub async fn issue_access_token(
        &self,
        client_id: &str,
        secret: &SecretString,
    ) -> Result<AccessToken, CallError> {
        self.inner.vault.issue_access_token(client_id, secret).await.map_err(unauthenticated)
    }

    /// The keys by which anybody can check our access tokens.
    pub async fn signing_keys(&self) -> Result<Vec<SigningKey>, CallError> {
        Ok(self.inner.vault.signing_keys().await?)
    }
}

fn unauthenticated(error: VaultError) -> CallError {
    match error {
        VaultError::ClientUnknown => {
            CallError::new(ErrorClass::Unauthenticated, "the API client id or secret is wrong")
                .with_hint("`latch clients create NAME` makes a new API client and shows its secret once")
        }
        other => other.into(),
    }
}
