//! Refreshing ahead of time, in the background.
//!
//! Promises to look when the next grant is due rather than all the time, to refresh a few at once and no more,
//! and to go on whatever happens to one of them. How each refresh is made safe is not its business.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::schedule;
use crate::clock::later;
use crate::vault::Vault;
use crate::{AccountId, TenantId, VaultError, WorkerHandle};

/// At least this often the store is asked anew: another program may have added an account.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How long to wait when the store itself cannot be read.
const STORE_PAUSE: Duration = Duration::from_secs(5);
/// How many due accounts are fetched at a time.
const BATCH: usize = 100;
/// How often ended links and old records are removed.
const TIDY_EVERY: Duration = Duration::from_secs(60 * 60);

impl Vault {
    /// Starts refreshing grants ahead of their expiry, until the handle is dropped or the vault is closed. One
    /// per process is enough; several programs on one data folder do not disturb each other.
    pub fn spawn_refresher(&self) -> WorkerHandle {
        self.spawn_worker(run)
    }
}

async fn run(vault: Vault, stop: CancellationToken) {
    let mut tidy_at = vault.inner.clock.now();
    while !stop.is_cancelled() {
        let now = vault.inner.clock.now();
        if tidy_at <= now {
            tidy_at = later(now, TIDY_EVERY);
            if let Err(error) = vault.tidy().await {
                tracing::warn!(%error, "old links and records could not be removed");
            }
        }
        let wake_at = match round(&vault, &stop, now).await {
            Ok(Some(next)) => next.min(later(now, LONGEST_PAUSE)),
            Ok(None) => continue,
            Err(error) => {
                tracing::warn!(%error, "the next grant to refresh could not be found");
                later(now, STORE_PAUSE)
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = vault.inner.clock.wait_until(wake_at) => {}
            () = vault.inner.rescheduled.notified() => {}
        }
    }
}

/// Refreshes what is due. With nothing due, says when something will be.
async fn round(
    vault: &Vault,
    stop: &CancellationToken,
    now: Timestamp,
) -> Result<Option<Timestamp>, VaultError> {
    let due = vault.inner.store.due_refreshes(now, BATCH).await?;
    if due.is_empty() {
        return Ok(Some(vault.inner.store.next_refresh().await?.unwrap_or(Timestamp::MAX)));
    }
    let concurrency = vault.inner.refresh.concurrency.max(1);
    stream::iter(due)
        .for_each_concurrent(concurrency, async |(tenant, id)| {
            if !stop.is_cancelled() {
                refresh_one(vault, &tenant, &id).await;
            }
        })
        .await;
    Ok(None)
}

async fn refresh_one(vault: &Vault, tenant: &TenantId, id: &AccountId) {
    let outcome = match vault.inner.store.account(tenant, id).await {
        Ok(Some(record)) => vault.refresh(tenant, id, record.generation).await.map(drop),
        Ok(None) => return,
        Err(error) => Err(error.into()),
    };
    if outcome.is_err() {
        // The failure was logged and the next attempt planned where it happened. Should not even that have been
        // possible, this keeps the loop from spinning.
        let options = &vault.inner.refresh;
        let until = schedule::retry_at(options, vault.inner.clock.now(), 0, 0.0);
        if let Err(error) = vault.inner.store.postpone_refresh(tenant, id, until).await {
            tracing::warn!(account = %id, %error, "the next refresh could not be planned");
            tokio::time::sleep(STORE_PAUSE).await;
        }
    }
}
