//! API clients: programs that may use Latch.

use std::time::Duration;

use secrecy::SecretString;
use subtle::ConstantTimeEq;

use super::{Vault, ends_at};
use crate::identifiers::{check_display_name, generate};
use crate::random::{hash, token};
use crate::store::NewClientSecret;
use crate::{ClientRecord, ClientSecret, TenantId, VaultError};

impl Vault {
    /// Makes an API client. Its secret is returned this once and kept only as a hash.
    pub async fn create_client(
        &self,
        tenant: &TenantId,
        name: &str,
    ) -> Result<(ClientRecord, SecretString), VaultError> {
        check_display_name(name, "client name")?;
        if !self.inner.store.has_tenant(tenant).await? {
            return Err(VaultError::not_found(format!("the environment {tenant}")));
        }
        let client = ClientRecord {
            tenant: tenant.clone(),
            client_id: generate("latch_"),
            name: name.to_owned(),
            created_at: self.inner.clock.now(),
        };
        let secret = token()?;
        let stored = NewClientSecret { id: &generate("cs_"), hash: &hash(&secret) };
        self.inner.store.insert_client(&client, &stored).await?;
        Ok((client, secret))
    }

    /// Gives an API client another secret, returned this once. Those it has go on working for `overlap`, and
    /// so do the access tokens that were issued for them; with no overlap they stop at once.
    pub async fn rotate_client_secret(
        &self,
        tenant: &TenantId,
        client_id: &str,
        overlap: Duration,
    ) -> Result<(ClientRecord, SecretString), VaultError> {
        let client = self.client(tenant, client_id).await?;
        let secret = token()?;
        let stored = NewClientSecret { id: &generate("cs_"), hash: &hash(&secret) };
        let ends = ends_at(&self.inner.clock, overlap);
        let now = self.inner.clock.now();
        self.inner.store.rotate_client_secret(client_id, &stored, ends, now).await?;
        self.inner.signing.forget_tokens();
        Ok((client, secret))
    }

    /// The API client with this id.
    pub async fn client(&self, tenant: &TenantId, client_id: &str) -> Result<ClientRecord, VaultError> {
        let found = self.inner.store.client(tenant, client_id).await?;
        found.ok_or_else(|| missing(client_id))
    }

    /// All API clients of a tenant, oldest first.
    pub async fn clients(&self, tenant: &TenantId) -> Result<Vec<ClientRecord>, VaultError> {
        Ok(self.inner.store.clients(tenant).await?)
    }

    /// A client's secrets, without the secrets themselves, oldest first.
    pub async fn client_secrets(
        &self,
        tenant: &TenantId,
        client_id: &str,
    ) -> Result<Vec<ClientSecret>, VaultError> {
        self.client(tenant, client_id).await?;
        let now = self.inner.clock.now();
        let secrets = self.inner.store.client_secrets(client_id).await?;
        Ok(secrets.into_iter().filter(|secret| secret.expires_at.is_none_or(|ends| ends > now)).collect())
    }

    /// Removes an API client; its secrets and tokens stop working: here at once, in other programs on the same
    /// data folder within seconds.
    pub async fn remove_client(&self, tenant: &TenantId, client_id: &str) -> Result<(), VaultError> {
        let removed = self.inner.store.delete_client(tenant, client_id).await?;
        self.inner.signing.forget_tokens();
        if removed { Ok(()) } else { Err(missing(client_id)) }
    }

    /// The client with this id, if the secret is one of its own. How long the answer takes tells nothing about
    /// the secret.
    pub async fn authenticate_client(
        &self,
        client_id: &str,
        secret: &SecretString,
    ) -> Result<ClientRecord, VaultError> {
        Ok(self.authenticate_with_secret(client_id, secret).await?.0)
    }

    /// The client, and the id of the secret that was shown.
    pub(super) async fn authenticate_with_secret(
        &self,
        client_id: &str,
        secret: &SecretString,
    ) -> Result<(ClientRecord, String), VaultError> {
        let presented = hash(secret);
        let now = self.inner.clock.now();
        let mut authenticated = None;
        for known in self.inner.store.presentable_secrets(client_id, now).await? {
            if bool::from(known.hash.ct_eq(&presented)) {
                authenticated = Some((known.client, known.secret_id));
            }
        }
        authenticated.ok_or(VaultError::ClientUnknown)
    }
}

fn missing(client_id: &str) -> VaultError {
    VaultError::not_found(format!("the API client {client_id:?}"))
}
