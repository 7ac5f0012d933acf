//! The worker that delivers events.
//!
//! Promises to look when the next delivery is due rather than all the time, to go on with other endpoints while
//! one does not answer, and to leave alone what another program is sending.

use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::schedule::retry_at;
use super::send::{Answer, Letter};
use crate::clock::later;
use crate::seal::{Field, Row};
use crate::store::{DueDelivery, Settled};
use crate::vault::Vault;
use crate::{VaultError, WorkerHandle};

/// At least this often the store is asked anew: another program may have written something down.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How long to wait when the store itself cannot be read.
const STORE_PAUSE: Duration = Duration::from_secs(5);
/// How many are sent at once, and how many of them to one endpoint.
const AT_ONCE: u32 = 16;
const AT_ONCE_TO_ONE: u32 = 4;

impl Vault {
    /// Starts delivering events to webhook endpoints, until the handle is dropped or the vault is closed. One
    /// per process is enough; several programs on one data folder share the work.
    pub fn spawn_webhooks(&self) -> WorkerHandle {
        self.spawn_worker(run)
    }
}

async fn run(vault: Vault, stop: CancellationToken) {
    // Tasks of their own: an attempt that waits for the store must not wait for this loop, nor this loop for it.
    let mut under_way = JoinSet::new();
    while !stop.is_cancelled() {
        let now = vault.inner.clock.now();
        let room = AT_ONCE.saturating_sub(u32::try_from(under_way.len()).unwrap_or(AT_ONCE));
        let wake_at = match look(&vault, now, room).await {
            Ok((due, wake_at)) => {
                for delivery in due {
                    under_way.spawn(attempt(vault.clone(), delivery));
                }
                wake_at
            }
            Err(error) => {
                tracing::warn!(%error, "webhook deliveries could not be read");
                later(now, STORE_PAUSE)
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = vault.inner.clock.wait_until(wake_at) => {}
            () = vault.inner.store.posted() => {}
            Some(_) = under_way.join_next() => {}
        }
    }
    while under_way.join_next().await.is_some() {}
}

/// Takes what is due, as far as there is room for it, and says when to look again.
async fn look(vault: &Vault, now: Timestamp, room: u32) -> Result<(Vec<DueDelivery>, Timestamp), VaultError> {
    if room == 0 {
        return Ok((Vec::new(), Timestamp::MAX));
    }
    let pause = later(now, LONGEST_PAUSE);
    match vault.inner.store.next_delivery().await? {
        Some(next) if next <= now => {}
        next => return Ok((Vec::new(), next.map_or(pause, |next| next.min(pause)))),
    }
    let until = later(now, vault.inner.sender.lease());
    let owner = &vault.inner.instance;
    let due = vault.inner.store.claim_deliveries(owner, now, until, AT_ONCE_TO_ONE, room).await?;
    let wake_at = if due.is_empty() { pause } else { now };
    Ok((due, wake_at))
}

async fn attempt(vault: Vault, due: DueDelivery) {
    let now = vault.inner.clock.now();
    let answer = match open_secrets(&vault, &due, now) {
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
    let (event, endpoint) = (&due.event_id, &due.endpoint_id);
    let written = vault.inner.store.settle_delivery(event, endpoint, &vault.inner.instance, &settled).await;
    if let Err(error) = written {
        // The right to try ends by itself, and the event is sent again: rather twice than never.
        tracing::warn!(event, endpoint, %error, "the end of a webhook delivery could not be stored");
    }
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
