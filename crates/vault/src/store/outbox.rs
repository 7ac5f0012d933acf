//! The outbox: events are written down where they happen, and taken out to be delivered.
//!
//! Promises that an event is there if and only if its change was committed, and that of all programs that share
//! this database at most one holds the right to make an attempt at a time.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use url::Url;

use super::rows::{address, maybe_moment, moment, number, tenant};
use super::{Store, StoreError, statements};
use crate::TenantId;
use crate::identifiers::generate;
use crate::webhooks::{Occurrence, gives_up_at};

/// A delivery whose time has come, and whose next attempt is ours to make.
pub(crate) struct DueDelivery {
    pub(crate) event_id: String,
    pub(crate) endpoint_id: String,
    pub(crate) tenant: TenantId,
    pub(crate) url: Url,
    pub(crate) payload: String,
    /// How many attempts there were, with this one.
    pub(crate) attempts: u32,
    pub(crate) gives_up_at: Timestamp,
    pub(crate) data_key: Vec<u8>,
    /// Sealed, as is the one before it, which signs too until a moment.
    pub(crate) secret: Vec<u8>,
    pub(crate) old_secret: Option<(Vec<u8>, Timestamp)>,
}

/// How an attempt ended.
pub(crate) struct Settled {
    pub(crate) status: Option<u16>,
    pub(crate) problem: Option<String>,
    pub(crate) next_attempt_at: Option<Timestamp>,
    pub(crate) delivered_at: Option<Timestamp>,
    pub(crate) failed_at: Option<Timestamp>,
}

/// Writes down what happened, once for each endpoint that wants to hear of it. Where there is none, it costs one
/// look at an index.
pub(super) async fn post(
    connection: &mut SqliteConnection,
    what: Occurrence<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (tenant, event) = (what.account.tenant.as_str(), what.event.as_str());
    let id = generate("evt_");
    let wanted: bool = sqlx::query_scalar(statements::IS_WANTED)
        .bind(&id)
        .bind(tenant)
        .bind(what.account.id.as_str())
        .bind(event)
        .fetch_one(&mut *connection)
        .await?;
    if !wanted {
        return Ok(());
    }
    sqlx::query(statements::POST_EVENT)
        .bind(&id)
        .bind(tenant)
        .bind(what.account.id.as_str())
        .bind(event)
        .bind(what.payload(&id, now))
        .bind(now.as_microsecond())
        .bind(gives_up_at(now).as_microsecond())
        .execute(connection)
        .await?;
    Ok(())
}

impl Store {
    /// Returns when something may have been posted by this program.
    pub(crate) async fn posted(&self) {
        self.posted.notified().await;
    }

    /// Writes down a test event for one endpoint.
    pub(crate) async fn post_test(
        &self,
        tenant: &TenantId,
        endpoint_id: &str,
        event_id: &str,
        payload: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(statements::POST_TEST)
            .bind(event_id)
            .bind(endpoint_id)
            .bind(tenant.as_str())
            .bind(crate::WebhookEvent::Test.as_str())
            .bind(payload)
            .bind(now.as_microsecond())
            .bind(gives_up_at(now).as_microsecond())
            .execute(&self.writer)
            .await?;
        self.posted.notify_one();
        Ok(())
    }

    /// Makes an event's deliveries due again, from their first attempt; says whether there were any.
    pub(crate) async fn redeliver(
        &self,
        tenant: &TenantId,
        event_id: &str,
        endpoint_id: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(statements::REDELIVER)
            .bind(tenant.as_str())
            .bind(event_id)
            .bind(endpoint_id)
            .bind(now.as_microsecond())
            .bind(gives_up_at(now).as_microsecond())
            .execute(&self.writer)
            .await?;
        self.posted.notify_one();
        Ok(done.rows_affected() > 0)
    }

    /// When the next delivery is due.
    pub(crate) async fn next_delivery(&self) -> Result<Option<Timestamp>, StoreError> {
        let row: SqliteRow = sqlx::query(statements::NEXT_DELIVERY).fetch_one(&self.reader).await?;
        Ok(maybe_moment(&row, "next_delivery")?)
    }

    /// Takes the right to make the attempts that are due, until `until`: at most `limit`, and `for_one` to one
    /// endpoint.
    pub(crate) async fn claim_deliveries(
        &self,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
        for_one: u32,
        limit: u32,
    ) -> Result<Vec<DueDelivery>, StoreError> {
        let mut transaction = self.write().await?;
        let rows: Vec<SqliteRow> = sqlx::query(statements::DUE_DELIVERIES)
            .bind(now.as_microsecond())
            .bind(i64::from(for_one))
            .bind(i64::from(limit))
            .fetch_all(&mut *transaction)
            .await?;
        let due = rows.iter().map(due_delivery).collect::<Result<Vec<_>, _>>()?;
        for delivery in &due {
            sqlx::query(statements::CLAIM_DELIVERY)
                .bind(&delivery.event_id)
                .bind(&delivery.endpoint_id)
                .bind(owner)
                .bind(until.as_microsecond())
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(due)
    }

    /// Notes how an attempt ended, and gives the right to make it back.
    pub(crate) async fn settle_delivery(
        &self,
        event_id: &str,
        endpoint_id: &str,
        owner: &str,
        settled: &Settled,
    ) -> Result<(), StoreError> {
        let micros = |moment: Option<Timestamp>| moment.map(Timestamp::as_microsecond);
        sqlx::query(statements::SETTLE_DELIVERY)
            .bind(event_id)
            .bind(endpoint_id)
            .bind(owner)
            .bind(settled.status.map(i64::from))
            .bind(settled.problem.as_deref())
            .bind(micros(settled.next_attempt_at))
            .bind(micros(settled.delivered_at))
            .bind(micros(settled.failed_at))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Forgets deliveries of events that happened before `before`.
    pub(crate) async fn delete_old_deliveries(&self, before: Timestamp) -> Result<(), StoreError> {
        sqlx::query(statements::DELETE_OLD_DELIVERIES)
            .bind(before.as_microsecond())
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

fn due_delivery(row: &SqliteRow) -> Result<DueDelivery, sqlx::Error> {
    let old_secret: Option<Vec<u8>> = row.try_get("old_secret")?;
    Ok(DueDelivery {
        event_id: row.try_get("event_id")?,
        endpoint_id: row.try_get("endpoint_id")?,
        tenant: tenant(row)?,
        url: address(row, "url")?,
        payload: row.try_get("payload")?,
        attempts: number::<u32>(row, "attempts")?.saturating_add(1),
        gives_up_at: moment(row, "give_up_at")?,
        data_key: row.try_get("data_key")?,
        secret: row.try_get("secret")?,
        old_secret: old_secret.zip(maybe_moment(row, "old_secret_until")?),
    })
}
