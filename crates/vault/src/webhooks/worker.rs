//! The worker that delivers events.
//!
//! Promises to look when the next delivery is due rather than all the time, to let no endpoint that does not
//! answer stop the others for longer than one attempt, and to leave alone what another program is sending.

use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use secrecy::SecretString;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::schedule::retry_at;
use super::send::{Answer, Letter};
use crate::VaultError;
use crate::clock::later;
use crate::seal::{Field, Row};
use crate::store::{DueDelivery, Settled};
use crate::vault::Vault;

/// At least this often the store is asked anew: another program may have written something down.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How long to wait when the store itself cannot be read.
const STORE_PAUSE: Duration = Duration::from_secs(5);
/// How many are sent at once, and how many of them to one endpoint.
const AT_ONCE: u32 = 16;
const AT_ONCE_TO_ONE: u32 = 4;

/// The worker that delivers events. It stops when this is dropped.
#[derive(Debug)]
pub struct WebhooksHandle {
    stop: DropGuard,
    task: JoinHandle<()>,
}

impl WebhooksHandle {
    /// Stops the worker and returns when the attempts it had begun are over.
    pub async fn shutdown(self) {
        drop(self.stop);
        // It ends by itself; if it panicked or its runtime went away, it has ended too.
        let _ = self.task.await;
    }

    /// Lets the worker go on until the vault is closed.
    pub fn until_closed(self) {
        let _ = self.stop.disarm();
    }
}

impl Vault {
    /// Starts delivering events to webhook endpoints, until the handle is dropped or the vault is closed. One
    /// per process is enough; several programs on one data folder share the work.
    pub fn spawn_webhooks(&self) -> WebhooksHandle {
        let stop = self.inner.stop.child_token();
        let task = self.inner.tasks.spawn(run(self.clone(), stop.clone()));
        WebhooksHandle { stop: stop.drop_guard(), task }
    }
}

async fn run(vault: Vault, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let now = vault.inner.clock.now();
        let wake_at = match round(&vault, now).await {
            Ok(Some(next)) => next.min(later(now, LONGEST_PAUSE)),
            Ok(None) => continue,
            Err(error) => {
                tracing::warn!(%error, "webhook deliveries could not be read or written");
                later(now, STORE_PAUSE)
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = vault.inner.clock.wait_until(wake_at) => {}
            () = vault.inner.store.posted() => {}
        }
    }
}

/// Delivers what is due. With nothing due, says when something will be.
async fn round(vault: &Vault, now: Timestamp) -> Result<Option<Timestamp>, VaultError> {
    let store = &vault.inner.store;
    match store.next_delivery().await? {
        Some(next) if next <= now => {}
        next => return Ok(Some(next.unwrap_or(Timestamp::MAX))),
    }
    let until = later(now, vault.inner.sender.lease());
    let due = store.claim_deliveries(&vault.inner.instance, now, until, AT_ONCE_TO_ONE, AT_ONCE).await?;
    let attempts = due.into_iter().map(|delivery| attempt(vault, delivery));
    for outcome in join_all(attempts).await {
        outcome?;
    }
    Ok(None)
}

async fn attempt(vault: &Vault, due: DueDelivery) -> Result<(), VaultError> {
    let now = vault.inner.clock.now();
    let answer = match open_secrets(vault, &due, now) {
        Ok(secrets) => {
            let letter = Letter {
                url: due.url,
                event_id: &due.event_id,
                body: due.payload,
                secrets,
                timestamp: now.as_second(),
            };
            vault.inner.sender.send(letter).await
        }
        Err(error) => Answer { status: None, problem: Some(error.to_string()) },
    };
    let now = vault.inner.clock.now();
    let next =
        answer.problem.as_ref().and_then(|_| retry_at(now, due.attempts, due.gives_up_at, rand::random()));
    let delivered = answer.problem.is_none();
    if let Some(problem) = &answer.problem {
        let (event, endpoint, attempts) = (&due.event_id, &due.endpoint_id, due.attempts);
        if next.is_some() {
            tracing::warn!(
                event,
                endpoint,
                attempts,
                problem,
                "a webhook was not delivered; trying again later"
            );
        } else {
            tracing::error!(
                event,
                endpoint,
                attempts,
                problem,
                "a webhook was not delivered and is given up"
            );
        }
    }
    let settled = Settled {
        status: answer.status,
        problem: answer.problem,
        next_attempt_at: next,
        delivered_at: delivered.then_some(now),
        failed_at: (!delivered && next.is_none()).then_some(now),
    };
    vault
        .inner
        .store
        .settle_delivery(&due.event_id, &due.endpoint_id, &vault.inner.instance, &settled)
        .await?;
    Ok(())
}

/// The secrets that sign now: the present one, and the one before while it counts.
fn open_secrets(vault: &Vault, due: &DueDelivery, now: Timestamp) -> Result<Vec<SecretString>, VaultError> {
    let key = vault
        .inner
        .master_key
        .data_key(Row::webhook_endpoint(&due.tenant, &due.endpoint_id), &due.data_key)?;
    let mut secrets = vec![key.open(Field::SigningSecret, &due.secret)?];
    if let Some((old, until)) = &due.old_secret
        && *until > now
    {
        secrets.push(key.open(Field::SigningSecret, old)?);
    }
    Ok(secrets)
}
