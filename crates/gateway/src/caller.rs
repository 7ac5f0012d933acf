//! Who is calling.

use latch_vault::{TenantId, VaultError};
use secrecy::SecretString;

use crate::gateway::Gateway;
use crate::{CallError, ErrorClass};

/// An authenticated client of Latch. Everything it does stays within its tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The tenant whose connections and accounts it sees. All others do not exist for it.
    pub tenant: TenantId,
    /// What the record calls it: `cli`, or the id of an API client.
    pub name: String,
}

impl Caller {
    /// The person at the command line, who owns the data folder.
    pub fn command_line() -> Self {
        Self { tenant: TenantId::default(), name: "cli".to_owned() }
    }
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
            Err(VaultError::ClientUnknown) => {
                Err(CallError::new(ErrorClass::Unauthenticated, "the API client id or secret is wrong")
                    .with_hint(
                        "`latch clients create NAME` makes a new API client and shows its secret once",
                    ))
            }
            Err(error) => Err(error.into()),
        }
    }
}
