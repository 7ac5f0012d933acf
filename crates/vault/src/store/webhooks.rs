//! Webhook endpoints, and what was to be delivered to them.

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row};

use super::rows::{account_id, address, damaged, maybe_moment, moment, number, tenant};
use super::{Store, StoreError, statements};
use crate::{TenantId, WebhookDelivery, WebhookEndpoint, WebhookEvent};

/// An endpoint with its sealed parts.
pub(crate) struct EndpointRow {
    pub(crate) endpoint: WebhookEndpoint,
    pub(crate) data_key: Vec<u8>,
}

impl Store {
    /// Makes an endpoint, turned on.
    pub(crate) async fn insert_endpoint(&self, row: &EndpointRow, secret: &[u8]) -> Result<(), StoreError> {
        let endpoint = &row.endpoint;
        let events: Vec<&str> = endpoint.events.iter().map(|event| event.as_str()).collect();
        sqlx::query(statements::INSERT_ENDPOINT)
            .bind(&endpoint.id)
            .bind(endpoint.tenant.as_str())
            .bind(endpoint.url.as_str())
            .bind((!events.is_empty()).then(|| events.join(",")))
            .bind(&row.data_key)
            .bind(secret)
            .bind(endpoint.created_at.as_microsecond())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    pub(crate) async fn endpoint(
        &self,
        tenant: &TenantId,
        id: &str,
    ) -> Result<Option<EndpointRow>, StoreError> {
        Ok(sqlx::query_as(statements::ENDPOINT)
            .bind(tenant.as_str())
            .bind(id)
            .fetch_optional(&self.reader)
            .await?)
    }

    /// Oldest first.
    pub(crate) async fn endpoints(&self, tenant: &TenantId) -> Result<Vec<EndpointRow>, StoreError> {
        Ok(sqlx::query_as(statements::ENDPOINTS).bind(tenant.as_str()).fetch_all(&self.reader).await?)
    }

    /// Says whether there was one.
    pub(crate) async fn enable_endpoint(
        &self,
        tenant: &TenantId,
        id: &str,
        enabled: bool,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(statements::ENABLE_ENDPOINT)
            .bind(tenant.as_str())
            .bind(id)
            .bind(enabled)
            .bind(now.as_microsecond())
            .execute(&self.writer)
            .await?;
        self.posted.notify_one();
        Ok(done.rows_affected() == 1)
    }

    /// Gives an endpoint another secret; the present one signs too until `overlap_ends`.
    pub(crate) async fn rotate_endpoint_secret(
        &self,
        tenant: &TenantId,
        id: &str,
        secret: &[u8],
        overlap_ends: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(statements::ROTATE_ENDPOINT)
            .bind(tenant.as_str())
            .bind(id)
            .bind(overlap_ends.as_microsecond())
            .bind(secret)
            .bind(now.as_microsecond())
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Removes an endpoint with what waits for it; says whether there was one.
    pub(crate) async fn delete_endpoint(&self, tenant: &TenantId, id: &str) -> Result<bool, StoreError> {
        let done = sqlx::query(statements::DELETE_ENDPOINT)
            .bind(tenant.as_str())
            .bind(id)
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Newest first.
    pub(crate) async fn deliveries(
        &self,
        tenant: &TenantId,
        limit: u32,
    ) -> Result<Vec<WebhookDelivery>, StoreError> {
        Ok(sqlx::query_as(statements::DELIVERIES)
            .bind(tenant.as_str())
            .bind(i64::from(limit))
            .fetch_all(&self.reader)
            .await?)
    }

    /// The deliveries of one event, one for each endpoint it is for.
    pub(crate) async fn deliveries_of_event(
        &self,
        tenant: &TenantId,
        event_id: &str,
    ) -> Result<Vec<WebhookDelivery>, StoreError> {
        Ok(sqlx::query_as(statements::DELIVERIES_OF_EVENT)
            .bind(tenant.as_str())
            .bind(event_id)
            .fetch_all(&self.reader)
            .await?)
    }
}

impl<'r> FromRow<'r, SqliteRow> for EndpointRow {
    fn from_row(row: &'r SqliteRow) -> Result<Self, sqlx::Error> {
        let events: Option<&str> = row.try_get("events")?;
        let events = events.map(|names| names.split(',').map(str::parse::<WebhookEvent>).collect());
        Ok(Self {
            endpoint: WebhookEndpoint {
                id: row.try_get("id")?,
                tenant: tenant(row)?,
                url: address(row, "url")?,
                events: events.transpose().map_err(damaged)?.unwrap_or_default(),
                enabled: row.try_get("enabled")?,
                old_secret_until: maybe_moment(row, "old_secret_until")?,
                created_at: moment(row, "created_at")?,
                updated_at: moment(row, "updated_at")?,
            },
            data_key: row.try_get("data_key")?,
        })
    }
}

impl<'r> FromRow<'r, SqliteRow> for WebhookDelivery {
    fn from_row(row: &'r SqliteRow) -> Result<Self, sqlx::Error> {
        let about: Option<&str> = row.try_get("account_id")?;
        let status: Option<i64> = row.try_get("last_status")?;
        Ok(Self {
            event_id: row.try_get("event_id")?,
            endpoint_id: row.try_get("endpoint_id")?,
            account_id: about.map(|_| account_id(row, "account_id")).transpose()?,
            event: row.try_get("event")?,
            payload: row.try_get("payload")?,
            created_at: moment(row, "created_at")?,
            next_attempt_at: maybe_moment(row, "next_attempt_at")?,
            attempts: number(row, "attempts")?,
            last_status: status.map(u16::try_from).transpose().map_err(damaged)?,
            last_error: row.try_get("last_error")?,
            delivered_at: maybe_moment(row, "delivered_at")?,
            failed_at: maybe_moment(row, "failed_at")?,
        })
    }
}
