//! The right to refresh an account, and when the next refresh is due.
//!
//! Promises that of all programs that share this database at most one holds an account's lease at a time. It
//! cannot promise that a holder which was stopped for longer than its lease notices in time.

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;

use super::credentials::read;
use super::outbox::post;
use super::rows::{account_id, maybe_moment, tenant};
use super::{AccountRecord, Store, StoreError, statements};
use crate::webhooks::Occurrence;
use crate::{AccountId, TenantId, WebhookEvent};

/// What came of asking for a lease.
pub(crate) enum Lease {
    /// It is ours; this is the account as it was found. Its `unsettled` tells of the refresh before this one.
    Taken(AccountRecord),
    /// The account is no longer as it was: this is what it is now.
    Changed(AccountRecord),
    /// Somebody else holds it.
    Held,
    /// There is no such account.
    Gone,
}

/// How a refresh failed.
pub(crate) struct RefreshFailure<'a> {
    /// What happened, in words without secrets.
    pub(crate) reason: &'a str,
    /// Close may have acted all the same.
    pub(crate) unsettled: bool,
    pub(crate) next_attempt: Timestamp,
}

impl Store {
    /// Asks for the right to refresh the credential of `generation`, until `until`.
    pub(crate) async fn take_lease(
        &self,
        tenant: &TenantId,
        id: &AccountId,
        generation: u64,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Lease, StoreError> {
        let mut transaction = self.write().await?;
        let Some(found) = read(&mut transaction, tenant, id).await? else { return Ok(Lease::Gone) };
        let taken = sqlx::query(statements::TAKE_LEASE)
            .bind(tenant.as_str())
            .bind(id.as_str())
            .bind(generation.cast_signed())
            .bind(owner)
            .bind(until.as_microsecond())
            .bind(now.as_microsecond())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(if taken.rows_affected() == 1 {
            Lease::Taken(found)
        } else if found.generation == generation && found.account.status == crate::AccountStatus::Active {
            Lease::Held
        } else {
            Lease::Changed(found)
        })
    }

    /// Gives a lease back after a failure. Of several failures in a row, the first is told to webhooks.
    pub(crate) async fn release_lease(
        &self,
        tenant: &TenantId,
        id: &AccountId,
        owner: &str,
        failure: &RefreshFailure<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        let before = read(&mut transaction, tenant, id).await?;
        let released = sqlx::query(statements::RELEASE_LEASE)
            .bind(tenant.as_str())
            .bind(id.as_str())
            .bind(owner)
            .bind(failure.unsettled)
            .bind(failure.next_attempt.as_microsecond())
            .execute(&mut *transaction)
            .await?;
        if let Some(record) = before.filter(|before| before.refresh_failures == 0)
            && released.rows_affected() == 1
        {
            let news = Occurrence {
                reason: Some(failure.reason),
                ..Occurrence::new(WebhookEvent::TokenRefreshFailed, &record.account)
            };
            post(&mut transaction, news, now).await?;
        }
        transaction.commit().await?;
        self.posted.notify_one();
        Ok(())
    }

    /// The accounts whose time has come, longest overdue first.
    pub(crate) async fn due_refreshes(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<(TenantId, AccountId)>, StoreError> {
        let rows: Vec<SqliteRow> = sqlx::query(statements::DUE_REFRESHES)
            .bind(now.as_microsecond())
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(&self.reader)
            .await?;
        let read = |row: &SqliteRow| Ok((tenant(row)?, account_id(row, "id")?));
        rows.iter().map(read).collect()
    }

    /// When the next account's time comes.
    pub(crate) async fn next_refresh(&self) -> Result<Option<Timestamp>, StoreError> {
        let row: SqliteRow = sqlx::query(statements::NEXT_REFRESH).fetch_one(&self.reader).await?;
        Ok(maybe_moment(&row, "next_refresh")?)
    }

    /// Lets the background task leave an account alone until `until`.
    pub(crate) async fn postpone_refresh(
        &self,
        tenant: &TenantId,
        id: &AccountId,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(statements::POSTPONE_REFRESH)
            .bind(tenant.as_str())
            .bind(id.as_str())
            .bind(until.as_microsecond())
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
