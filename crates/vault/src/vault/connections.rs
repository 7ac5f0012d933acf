//! Connections: showing and setting them.

use aws_lc_rs::digest::{SHA256, digest};
use url::Url;

use super::Vault;
use crate::identifiers::check_connection_name;
use crate::random::hex;
use crate::seal::{Field, Row};
use crate::store::{ConnectionRecord, NewConnection, NewOAuthApp};
use crate::{
    Account, Connection, ConnectionId, ConnectionSettings, Endpoints, OAuthApp, TenantId, VaultError,
};

impl Vault {
    /// The connection of that name.
    pub async fn connection(&self, tenant: &TenantId, name: &str) -> Result<Connection, VaultError> {
        Ok(self.connection_record(tenant, name).await?.connection)
    }

    /// Where the API of an account's connection is, for a call. As it was at most
    /// [`VaultOptions::remember_for`](crate::VaultOptions) ago.
    pub async fn api_for(&self, account: &Account) -> Result<Url, VaultError> {
        let found = self.inner.store.recent_connection(&account.tenant, &account.connection).await?;
        let missing = || VaultError::not_found(format!("the connection {:?}", account.connection));
        let connection = &found.as_ref().ok_or_else(missing)?.connection;
        if !connection.enabled {
            return Err(VaultError::ConnectionDisabled { connection: connection.name.clone() });
        }
        Ok(connection.endpoints.api.clone())
    }

    /// All connections of a tenant, by name.
    pub async fn connections(&self, tenant: &TenantId) -> Result<Vec<Connection>, VaultError> {
        let records = self.inner.store.connections(tenant).await?;
        Ok(records.into_iter().map(|record| record.connection).collect())
    }

    /// Makes a connection or changes one. Nothing is changed if any part of the settings is refused.
    pub async fn set_connection(
        &self,
        tenant: &TenantId,
        name: &str,
        settings: ConnectionSettings,
    ) -> Result<Connection, VaultError> {
        check_connection_name(name)?;
        if let Some(endpoints) = &settings.endpoints {
            endpoints.check()?;
        }
        if let Some(app) = &settings.oauth_app {
            app.check()?;
        }
        if !self.inner.store.has_tenant(tenant).await? {
            return Err(VaultError::not_found(format!("the tenant {tenant}")));
        }
        let now = self.inner.clock.now();
        let endpoints = settings.endpoints.clone().unwrap_or_else(Endpoints::close);
        let new = NewConnection { id: ConnectionId::generate(), name, endpoints: &endpoints };
        self.inner.store.ensure_connection(tenant, &new, now).await?;
        let id = self.connection_record(tenant, name).await?.connection.id;

        let app_id = settings.oauth_app.as_ref().map(|app| app_id(&id, app));
        let app = match settings.oauth_app.as_ref().zip(app_id.as_deref()) {
            Some((app, app_id)) => Some(self.seal_app(tenant, app_id, app)?),
            None => None,
        };
        self.inner.store.set_connection(tenant, &id, &settings, app.as_ref(), now).await?;
        self.connection(tenant, name).await
    }

    /// The connection with this id.
    pub async fn connection_by_id(
        &self,
        tenant: &TenantId,
        id: &ConnectionId,
    ) -> Result<Connection, VaultError> {
        let found = self.inner.store.connection_by_id(tenant, id).await?;
        let missing = || VaultError::not_found(format!("the connection {:?}", id.as_str()));
        Ok(found.ok_or_else(missing)?.connection)
    }

    /// Removes a connection that has no accounts, with its OAuth app.
    pub async fn delete_connection(&self, tenant: &TenantId, id: &ConnectionId) -> Result<(), VaultError> {
        let connection = self.connection_by_id(tenant, id).await?;
        match self.inner.store.delete_connection(tenant, id).await? {
            0 => Ok(()),
            accounts => Err(VaultError::ConnectionInUse { connection: connection.name, accounts }),
        }
    }

    pub(super) async fn connection_record(
        &self,
        tenant: &TenantId,
        name: &str,
    ) -> Result<ConnectionRecord, VaultError> {
        let found = self.inner.store.connection(tenant, name).await?;
        found.ok_or_else(|| VaultError::not_found(format!("the connection {name:?}")))
    }

    fn seal_app<'a>(
        &self,
        tenant: &TenantId,
        id: &'a str,
        app: &'a OAuthApp,
    ) -> Result<NewOAuthApp<'a>, VaultError> {
        let (key, data_key) = self.inner.master_key.new_data_key(Row::oauth_app(tenant, id))?;
        Ok(NewOAuthApp {
            id,
            client_id: &app.client_id,
            redirect_uri: app.redirect_uri.as_str(),
            data_key,
            client_secret: key.seal(Field::ClientSecret, &app.client_secret)?,
        })
    }
}

/// The same app on the same connection always has the same id, so that a new secret for it replaces the old one
/// for existing grants too.
fn app_id(connection: &ConnectionId, app: &OAuthApp) -> String {
    let name = format!("{connection}|{}", app.client_id);
    format!("app_{}", hex(&digest(&SHA256, name.as_bytes()).as_ref()[..16]))
}
