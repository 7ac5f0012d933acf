//! Connections and the OAuth apps they give grants to.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use super::{ConnectionRecord, OAuthAppRecord, Store, StoreError, statements};
use crate::{ConnectionId, ConnectionSettings, Endpoints, TenantId};

/// A connection to make.
pub(crate) struct NewConnection<'a> {
    pub(crate) id: ConnectionId,
    pub(crate) name: &'a str,
    pub(crate) endpoints: &'a Endpoints,
}

/// An OAuth app to set on a connection, its secret sealed.
pub(crate) struct NewOAuthApp<'a> {
    pub(crate) id: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) redirect_uri: &'a str,
    pub(crate) data_key: Vec<u8>,
    pub(crate) client_secret: Vec<u8>,
}

impl NewConnection<'_> {
    pub(super) async fn insert(
        &self,
        connection: &mut SqliteConnection,
        tenant: &TenantId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(statements::INSERT_CONNECTION)
            .bind(self.id.as_str())
            .bind(tenant.as_str())
            .bind(self.name)
            .bind(self.endpoints.api.as_str())
            .bind(self.endpoints.authorize.as_str())
            .bind(self.endpoints.token.as_str())
            .bind(self.endpoints.revoke.as_str())
            .bind(now.as_microsecond())
            .execute(connection)
            .await?;
        Ok(())
    }
}

impl Store {
    pub(crate) async fn connection(
        &self,
        tenant: &TenantId,
        name: &str,
    ) -> Result<Option<ConnectionRecord>, StoreError> {
        Ok(sqlx::query_as(statements::CONNECTION)
            .bind(tenant.as_str())
            .bind(name)
            .fetch_optional(&self.reader)
            .await?)
    }

    /// The same, as it was at most a moment ago.
    pub(crate) async fn recent_connection(
        &self,
        tenant: &TenantId,
        name: &str,
    ) -> Result<Option<std::sync::Arc<ConnectionRecord>>, StoreError> {
        self.recent.connection(|| format!("{tenant}|{name}"), || self.connection(tenant, name)).await
    }

    pub(crate) async fn connection_by_id(
        &self,
        tenant: &TenantId,
        id: &ConnectionId,
    ) -> Result<Option<ConnectionRecord>, StoreError> {
        Ok(sqlx::query_as(statements::CONNECTION_BY_ID)
            .bind(tenant.as_str())
            .bind(id.as_str())
            .fetch_optional(&self.reader)
            .await?)
    }

    pub(crate) async fn connections(&self, tenant: &TenantId) -> Result<Vec<ConnectionRecord>, StoreError> {
        Ok(sqlx::query_as(statements::CONNECTIONS).bind(tenant.as_str()).fetch_all(&self.reader).await?)
    }

    /// Makes a connection unless there is one of that name.
    pub(crate) async fn ensure_connection(
        &self,
        tenant: &TenantId,
        new: &NewConnection<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        new.insert(&mut transaction, tenant, now).await?;
        transaction.commit().await?;
        self.recent.changed();
        Ok(())
    }

    /// Changes what is given, all of it or nothing; `oauth_app` is the app of the settings, sealed.
    pub(crate) async fn set_connection(
        &self,
        tenant: &TenantId,
        id: &ConnectionId,
        settings: &ConnectionSettings,
        oauth_app: Option<&NewOAuthApp<'_>>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        if let Some(kind) = settings.kind {
            sqlx::query(statements::SET_KIND)
                .bind(tenant.as_str())
                .bind(id.as_str())
                .bind(kind.as_str())
                .bind(now.as_microsecond())
                .execute(&mut *transaction)
                .await?;
        }
        if let Some(enabled) = settings.enabled {
            sqlx::query(statements::SET_ENABLED)
                .bind(tenant.as_str())
                .bind(id.as_str())
                .bind(enabled)
                .bind(now.as_microsecond())
                .execute(&mut *transaction)
                .await?;
        }
        if let Some(endpoints) = &settings.endpoints {
            sqlx::query(statements::SET_ENDPOINTS)
                .bind(tenant.as_str())
                .bind(id.as_str())
                .bind(endpoints.api.as_str())
                .bind(endpoints.authorize.as_str())
                .bind(endpoints.token.as_str())
                .bind(endpoints.revoke.as_str())
                .bind(now.as_microsecond())
                .execute(&mut *transaction)
                .await?;
        }
        if let Some(app) = oauth_app {
            sqlx::query(statements::UPSERT_OAUTH_APP)
                .bind(app.id)
                .bind(tenant.as_str())
                .bind(id.as_str())
                .bind(app.client_id)
                .bind(app.redirect_uri)
                .bind(&app.data_key)
                .bind(&app.client_secret)
                .bind(now.as_microsecond())
                .execute(&mut *transaction)
                .await?;
            sqlx::query(statements::SET_CONNECTION_APP)
                .bind(tenant.as_str())
                .bind(id.as_str())
                .bind(app.id)
                .bind(now.as_microsecond())
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        self.recent.changed();
        Ok(())
    }

    /// Removes a connection without accounts; says how many accounts it has. With any it stays.
    pub(crate) async fn delete_connection(
        &self,
        tenant: &TenantId,
        id: &ConnectionId,
    ) -> Result<u64, StoreError> {
        let mut transaction = self.write().await?;
        let accounts: i64 = sqlx::query_scalar(statements::COUNT_ACCOUNTS_OF_CONNECTION)
            .bind(tenant.as_str())
            .bind(id.as_str())
            .fetch_one(&mut *transaction)
            .await?;
        if accounts > 0 {
            return Ok(u64::try_from(accounts).unwrap_or(u64::MAX));
        }
        for statement in [
            statements::FORGET_CONNECTION_APP,
            statements::DELETE_APPS_OF_CONNECTION,
            statements::DELETE_CONNECTION,
        ] {
            sqlx::query(statement).bind(tenant.as_str()).bind(id.as_str()).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        self.recent.changed();
        Ok(0)
    }

    pub(crate) async fn oauth_app(
        &self,
        tenant: &TenantId,
        id: &str,
    ) -> Result<Option<OAuthAppRecord>, StoreError> {
        Ok(sqlx::query_as(statements::OAUTH_APP)
            .bind(tenant.as_str())
            .bind(id)
            .fetch_optional(&self.reader)
            .await?)
    }
}
