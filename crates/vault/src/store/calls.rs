//! The record of calls.

use jiff::Timestamp;
use sqlx::{QueryBuilder, Sqlite};

use super::{Store, StoreError, statements};
use crate::{AccountId, CallRecord, TenantId};

/// So many rows in one statement: each row has eighteen values, and a statement takes 32,766.
const ROWS: usize = 64;

impl Store {
    /// Records calls, all of them or none.
    pub(crate) async fn insert_calls(&self, calls: &[CallRecord]) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        for group in calls.chunks(ROWS) {
            let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(statements::INSERT_CALLS);
            query.push_values(group, |mut row, call| {
                row.push_bind(&call.id)
                    .push_bind(call.tenant.as_str())
                    .push_bind(&call.caller)
                    .push_bind(call.account_id.as_ref().map(AccountId::as_str))
                    .push_bind(call.connection.as_deref())
                    .push_bind(call.identifier.as_deref())
                    .push_bind(&call.tool)
                    .push_bind(&call.kind)
                    .push_bind(&call.outcome)
                    .push_bind(call.error_class.as_deref())
                    .push_bind(call.close_status.map(i64::from))
                    .push_bind(i64::try_from(call.duration_ms).unwrap_or(i64::MAX))
                    .push_bind(i64::from(call.attempts))
                    .push_bind(call.request_id.as_deref())
                    .push_bind(call.dry_run)
                    .push_bind(call.forced)
                    .push_bind(call.run_id.as_deref())
                    .push_bind(call.started_at.as_microsecond());
            });
            query.build().execute(&mut *transaction).await?;
        }
        Ok(transaction.commit().await?)
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
