//! API clients: programs that may use Latch.

use secrecy::SecretString;
use subtle::ConstantTimeEq;

use super::Vault;
use crate::identifiers::{check_display_name, generate};
use crate::random::{hash, token};
use crate::{ClientRecord, TenantId, VaultError};

impl Vault {
    /// Makes an API client. Its secret is returned this once and kept only as a hash.
    pub async fn create_client(
        &self,
        tenant: &TenantId,
        name: &str,
    ) -> Result<(ClientRecord, SecretString), VaultError> {
        check_display_name(name, "client name")?;
        if !self.inner.store.has_tenant(tenant).await? {
            return Err(VaultError::not_found(format!("the tenant {tenant}")));
        }
        let client = ClientRecord {
            tenant: tenant.clone(),
            client_id: generate("latch_"),
            name: name.to_owned(),
            created_at: self.inner.clock.now(),
        };
        let secret = token()?;
        self.inner.store.insert_client(&client, &hash(&secret)).await?;
        Ok((client, secret))
    }

    /// All API clients of a tenant, oldest first.
    pub async fn clients(&self, tenant: &TenantId) -> Result<Vec<ClientRecord>, VaultError> {
        Ok(self.inner.store.clients(tenant).await?.into_iter().map(|row| row.client).collect())
    }

    /// Removes an API client; its secret stops working at once.
    pub async fn remove_client(&self, tenant: &TenantId, client_id: &str) -> Result<(), VaultError> {
        if self.inner.store.delete_client(tenant, client_id).await? {
            Ok(())
        } else {
            Err(VaultError::not_found(format!("the API client {client_id:?}")))
        }
    }

    /// The client with this id, if the secret is its own. How long the answer takes tells nothing about the
    /// secret.
    pub async fn authenticate_client(
        &self,
        client_id: &str,
        secret: &SecretString,
    ) -> Result<ClientRecord, VaultError> {
        let presented = hash(secret);
        let row = self.inner.store.client(client_id).await?.ok_or(VaultError::ClientUnknown)?;
        if bool::from(row.secret_hash.ct_eq(&presented)) {
            Ok(row.client)
        } else {
            Err(VaultError::ClientUnknown)
        }
    }
}
