//! API clients and their secrets.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use super::rows::PresentableSecret;
use super::{Store, StoreError, statements};
use crate::{ClientRecord, ClientSecret, TenantId};

/// A secret to store, as its hash.
pub(crate) struct NewClientSecret<'a> {
    pub(crate) id: &'a str,
    pub(crate) hash: &'a [u8],
}

impl Store {
    /// Makes a client with its first secret, both or neither.
    pub(crate) async fn insert_client(
        &self,
        client: &ClientRecord,
        secret: &NewClientSecret<'_>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        sqlx::query(statements::INSERT_CLIENT)
            .bind(&client.client_id)
            .bind(client.tenant.as_str())
            .bind(&client.name)
            .bind(client.created_at.as_microsecond())
            .execute(&mut *transaction)
            .await?;
        secret.insert(&mut transaction, &client.client_id, client.created_at).await?;
        Ok(transaction.commit().await?)
    }

    /// Gives a client another secret; those it has stop working at `ends`, unless they stop before.
    pub(crate) async fn rotate_client_secret(
        &self,
        client_id: &str,
        secret: &NewClientSecret<'_>,
        ends: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        sqlx::query(statements::DELETE_OLD_CLIENT_SECRETS)
            .bind(now.as_microsecond())
            .execute(&mut *transaction)
            .await?;
        sqlx::query(statements::END_CLIENT_SECRETS)
            .bind(client_id)
            .bind(ends.as_microsecond())
            .execute(&mut *transaction)
            .await?;
        secret.insert(&mut transaction, client_id, now).await?;
        Ok(transaction.commit().await?)
    }

    pub(crate) async fn client(
        &self,
        tenant: &TenantId,
        client_id: &str,
    ) -> Result<Option<ClientRecord>, StoreError> {
        Ok(sqlx::query_as(statements::CLIENT)
            .bind(tenant.as_str())
            .bind(client_id)
            .fetch_optional(&self.reader)
            .await?)
    }

    pub(crate) async fn clients(&self, tenant: &TenantId) -> Result<Vec<ClientRecord>, StoreError> {
        Ok(sqlx::query_as(statements::CLIENTS).bind(tenant.as_str()).fetch_all(&self.reader).await?)
    }

    /// Every secret that the client may show now, whatever tenant it is in: it has only its id to begin with.
    pub(crate) async fn presentable_secrets(
        &self,
        client_id: &str,
        now: Timestamp,
    ) -> Result<Vec<PresentableSecret>, StoreError> {
        Ok(sqlx::query_as(statements::PRESENTABLE_SECRETS)
            .bind(client_id)
            .bind(now.as_microsecond())
            .fetch_all(&self.reader)
            .await?)
    }

    pub(crate) async fn client_secrets(&self, client_id: &str) -> Result<Vec<ClientSecret>, StoreError> {
        Ok(sqlx::query_as(statements::CLIENT_SECRETS).bind(client_id).fetch_all(&self.reader).await?)
    }

    /// Says whether there was one.
    pub(crate) async fn delete_client(&self, tenant: &TenantId, client_id: &str) -> Result<bool, StoreError> {
        let done = sqlx::query(statements::DELETE_CLIENT)
            .bind(tenant.as_str())
            .bind(client_id)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() == 1)
    }
}

impl NewClientSecret<'_> {
    async fn insert(
        &self,
        connection: &mut SqliteConnection,
        client_id: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(statements::INSERT_CLIENT_SECRET)
            .bind(self.id)
            .bind(client_id)
            .bind(self.hash)
            .bind(now.as_microsecond())
            .execute(connection)
            .await?;
        Ok(())
    }
}
