//! The task that empties the outbox.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::attempt::{Destination, Postman};
use super::outbox::{Job, Outcome};
use crate::http::Shared;
use crate::store::{DateStyle, Kind, Scratch, text};

/// Delivers events until told to stop. It looks again whenever an event is written, a delivery ends, the twin's clock
/// is moved, or the time for the next attempt has come.
pub(crate) async fn run(shared: Arc<Shared>, stop: CancellationToken) {
    let postman = Postman::new(shared.webhook_limits);
    let mut attempts = JoinSet::new();
    loop {
        // Both begin to listen before anything is looked at, so that nothing is missed in between.
        let (changed, moved) = (shared.outbox.changed(), shared.clock.moved());
        pause_stopped(&shared);
        for job in shared.outbox.take_due(shared.clock.now()) {
            attempts.spawn(deliver(Arc::clone(&shared), postman.clone(), job));
        }
        let next = shared.outbox.next_due();
        let pause = next.map(|due| until(due, shared.clock.now()));
        tokio::select! {
            () = stop.cancelled() => break,
            () = changed => {}
            () = moved => {}
            Some(_) = attempts.join_next(), if !attempts.is_empty() => {}
            () = tokio::time::sleep(pause.unwrap_or_default()), if pause.is_some() => {}
        }
    }
    shared.outbox.close();
}

/// How long until `due` if the clock runs as real time does; at least a moment, for one that stands still.
fn until(due: Timestamp, now: Timestamp) -> Duration {
    let left = Duration::try_from(due.duration_since(now)).unwrap_or_default();
    left.max(Duration::from_millis(10))
}

async fn deliver(shared: Arc<Shared>, postman: Postman, job: Job) {
    let Some(destination) = destination(&shared, &job.subscription_id) else {
        return shared.outbox.abandon(&job);
    };
    let now = shared.clock.now();
    let answer = postman.post(&destination, &job.subscription_id, &job.parcel.event, now).await;
    let (status, error) = match answer {
        Ok(status @ 200..=299) => (Some(status), None),
        Ok(status) => (Some(status), Some(format!("the receiver answered {status}"))),
        Err(error) => (None, Some(error)),
    };
    shared.outbox.finish(job, Outcome { url: destination.url, status, error }, shared.clock.now());
}

/// Where a subscription wants its events; nowhere when it is gone or paused.
fn destination(shared: &Shared, subscription_id: &str) -> Option<Destination> {
    let (world, scratch) = (shared.world(), Scratch::default());
    let webhook = world.reader(&scratch).object(Kind::Webhook, subscription_id)?;
    let member = |name: &str| text(webhook, name).unwrap_or_default().to_owned();
    (text(webhook, "status") == Some("active")).then(|| Destination {
        url: member("url"),
        verify_ssl: webhook.get("verify_ssl") != Some(&Value::Bool(false)),
        signature_key: member("signature_key"),
    })
}

/// Pauses the subscriptions whose receivers have failed for too long, or are too far behind (documented).
fn pause_stopped(shared: &Shared) {
    for subscription_id in shared.outbox.stopped() {
        let mut world = shared.world_mut();
        // Somebody may have set it active again meanwhile.
        let Some(reason) = shared.outbox.stop_reason(&subscription_id) else { continue };
        let found = world.reader(&Scratch::default()).object(Kind::Webhook, &subscription_id).cloned();
        if let Some(mut webhook) = found {
            tracing::info!(subscription_id, reason, "a webhook subscription is paused");
            webhook.insert("status".to_owned(), "paused".into());
            webhook.insert("pause_reason".to_owned(), reason.into());
            webhook.insert("date_updated".to_owned(), DateStyle::Naive.write(world.now()).into());
            world.replace(&subscription_id, webhook);
        }
        shared.outbox.pause(&subscription_id);
    }
}
