//! API clients.

use super::{ClientRow, Store, StoreError, statements};
use crate::{ClientRecord, TenantId};

impl Store {
    pub(crate) async fn insert_client(
        &self,
        client: &ClientRecord,
        secret_hash: &[u8],
    ) -> Result<(), StoreError> {
        sqlx::query(statements::INSERT_CLIENT)
            .bind(&client.client_id)
            .bind(client.tenant.as_str())
            .bind(&client.name)
            .bind(secret_hash)
            .bind(client.created_at.as_microsecond())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    pub(crate) async fn client(&self, client_id: &str) -> Result<Option<ClientRow>, StoreError> {
        Ok(sqlx::query_as(statements::CLIENT).bind(client_id).fetch_optional(&self.reader).await?)
    }

    pub(crate) async fn clients(&self, tenant: &TenantId) -> Result<Vec<ClientRow>, StoreError> {
        Ok(sqlx::query_as(statements::CLIENTS).bind(tenant.as_str()).fetch_all(&self.reader).await?)
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
