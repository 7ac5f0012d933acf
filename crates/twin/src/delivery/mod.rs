//! Webhook deliveries: events on their way to those who subscribed to them.
//!
//! An event that is written is put into the [`Outbox`], once for each subscription that wants it; a task of the
//! running twin ([`run`]) takes it from there, posts it signed, and tries again later when that fails. Each
//! subscription has a queue of its own, so that a slow receiver holds up nobody else. All waiting goes by the twin's
//! clock; only the time a receiver may take to answer is real.
//!
//! Which subscription wants which event is decided by `objects`. Queues live in memory: what is still waiting when
//! the twin stops is not delivered later.

mod attempt;
mod deliverer;
mod faults;
mod health;
mod ledger;
mod outbox;
mod python_json;
mod queue;

use std::time::Duration;

pub(crate) use attempt::is_reserved;
pub(crate) use deliverer::run;
pub use faults::DeliveryFaults;
pub use ledger::RecordedDelivery;
pub(crate) use outbox::Outbox;

/// What deliveries of webhooks are held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebhookLimits {
    /// How long a receiver may take to answer, in real time. Close does not publish its number; 10 seconds here.
    pub timeout: Duration,
    /// How many events may wait for one subscription before its health turns to a warning. Close documents 80,000.
    pub backlog_warning: usize,
    /// How many events may wait before the subscription is paused and they are forgotten. Close documents 100,000.
    pub backlog_limit: usize,
}

impl Default for WebhookLimits {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(10), backlog_warning: 80_000, backlog_limit: 100_000 }
    }
}
