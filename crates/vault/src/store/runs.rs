//! Script runs: what may be listed in clear, the rest sealed.

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row};

use super::rows::{moment, number};
use super::{Store, StoreError, statements};
use crate::{RunSummary, TenantId};

/// A run with its sealed part.
pub(crate) struct RunRow {
    pub(crate) summary: RunSummary,
    pub(crate) data_key: Vec<u8>,
    pub(crate) record: Vec<u8>,
}

impl Store {
    pub(crate) async fn insert_run(&self, tenant: &TenantId, run: &RunRow) -> Result<(), StoreError> {
        let summary = &run.summary;
        sqlx::query(statements::INSERT_RUN)
            .bind(&summary.id)
            .bind(tenant.as_str())
            .bind(&summary.caller)
            .bind(summary.account.as_deref())
            .bind(&summary.name)
            .bind(&summary.outcome)
            .bind(summary.error_class.as_deref())
            .bind(summary.dry_run)
            .bind(i64::from(summary.calls))
            .bind(i64::from(summary.writes))
            .bind(i64::try_from(summary.duration_ms).unwrap_or(i64::MAX))
            .bind(summary.started_at.as_microsecond())
            .bind(&run.data_key)
            .bind(&run.record)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Newest first.
    pub(crate) async fn runs(&self, tenant: &TenantId, limit: u32) -> Result<Vec<RunSummary>, StoreError> {
        Ok(sqlx::query_as(statements::RUNS)
            .bind(tenant.as_str())
            .bind(i64::from(limit))
            .fetch_all(&self.reader)
            .await?)
    }

    pub(crate) async fn run(&self, tenant: &TenantId, id: &str) -> Result<Option<RunRow>, StoreError> {
        Ok(sqlx::query_as(statements::RUN)
            .bind(tenant.as_str())
            .bind(id)
            .fetch_optional(&self.reader)
            .await?)
    }

    /// Forgets runs that started before `before`.
    pub(crate) async fn delete_old_runs(&self, before: Timestamp) -> Result<(), StoreError> {
        sqlx::query(statements::DELETE_OLD_RUNS).bind(before.as_microsecond()).execute(&self.writer).await?;
        Ok(())
    }
}

impl<'r> FromRow<'r, SqliteRow> for RunSummary {
    fn from_row(row: &'r SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            caller: row.try_get("caller")?,
            account: row.try_get("account")?,
            name: row.try_get("name")?,
            outcome: row.try_get("outcome")?,
            error_class: row.try_get("error_class")?,
            dry_run: row.try_get("dry_run")?,
            calls: number(row, "calls")?,
            writes: number(row, "writes")?,
            duration_ms: number(row, "duration_ms")?,
            started_at: moment(row, "started_at")?,
        })
    }
}

impl<'r> FromRow<'r, SqliteRow> for RunRow {
    fn from_row(row: &'r SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            summary: RunSummary::from_row(row)?,
            data_key: row.try_get("data_key")?,
            record: row.try_get("record")?,
        })
    }
}
