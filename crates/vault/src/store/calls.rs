//! The record of calls.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use super::{Store, StoreError, statements};
use crate::{AccountId, CallRecord, TenantId};

impl Store {
    /// Records calls, all of them or none.
    pub(crate) async fn insert_calls(&self, calls: &[CallRecord]) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        for call in calls {
            insert(&mut transaction, call).await?;
        }
        Ok(transaction.commit().await?)
    }

    pub(crate) async fn insert_call(&self, call: &CallRecord) -> Result<(), StoreError> {
        insert(&mut *self.writer.acquire().await?, call).await
    }

    /// Newest first, starting after the call `before`.
    pub(crate) async fn calls(
        &self,
        tenant: &TenantId,
        limit: u32,
        before: Option<&str>,
    ) -> Result<Vec<CallRecord>, StoreError> {
        let statement = if before.is_some() { statements::CALLS_BEFORE } else { statements::CALLS };
        let mut query = sqlx::query_as(statement).bind(tenant.as_str()).bind(i64::from(limit));
        if let Some(before) = before {
            query = query.bind(before);
        }
        Ok(query.fetch_all(&self.reader).await?)
    }

    /// Forgets calls that started before `before`.
    pub(crate) async fn delete_old_calls(&self, before: Timestamp) -> Result<(), StoreError> {
        sqlx::query(statements::DELETE_OLD_CALLS).bind(before.as_microsecond()).execute(&self.writer).await?;
        Ok(())
    }
}

async fn insert(connection: &mut SqliteConnection, call: &CallRecord) -> Result<(), StoreError> {
    sqlx::query(statements::INSERT_CALL)
        .bind(&call.id)
        .bind(call.tenant.as_str())
        .bind(&call.caller)
        .bind(call.account_id.as_ref().map(AccountId::as_str))
        .bind(call.connection.as_deref())
        .bind(call.identifier.as_deref())
        .bind(&call.tool)
        .bind(&call.kind)
        .bind(&call.outcome)
        .bind(call.error_class.as_deref())
        .bind(call.close_status.map(i64::from))
        .bind(i64::try_from(call.duration_ms).unwrap_or(i64::MAX))
        .bind(i64::from(call.attempts))
        .bind(call.request_id.as_deref())
        .bind(call.dry_run)
        .bind(call.forced)
        .bind(call.run_id.as_deref())
        .bind(call.started_at.as_microsecond())
        .execute(connection)
        .await?;
    Ok(())
}
