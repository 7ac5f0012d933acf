//! What webhook subscriptions still have to be told: one queue for each.
//!
//! Promises: at most one event of a subscription is on its way at a time; what failed waits for its time while later
//! events go on; pausing empties a queue for good. The outbox knows no subscription: it is told which wants what, and
//! asks to have one paused when its receiver is hopeless.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use super::WebhookLimits;
use super::faults::{DeliveryFaults, Dice};
use super::health::Health;
use super::ledger::{Ledger, RecordedDelivery};
use super::queue::{Parcel, Queue};
use crate::store::{Object, text};

/// An event to be posted now.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) subscription_id: String,
    pub(super) parcel: Parcel,
    /// Which life of the queue it came from; one that was emptied since wants no report.
    life: u64,
}

/// How an attempt ended.
#[derive(Debug)]
pub(super) struct Outcome {
    /// Where the event was sent.
    pub(super) url: String,
    /// Status of the answer, if there was one.
    pub(super) status: Option<u16>,
    /// Why it failed, if it did.
    pub(super) error: Option<String>,
}

#[derive(Debug, Default)]
struct State {
    queues: HashMap<String, Queue>,
    dice: Dice,
    ledger: Ledger,
    lives: u64,
    closed: bool,
}

/// All queues of a twin.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    limits: WebhookLimits,
    state: Mutex<State>,
    changed: Notify,
}

impl Outbox {
    /// An empty outbox.
    pub(crate) fn new(limits: WebhookLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Puts an event into the queue of a subscription that wants it.
    pub(crate) fn offer(&self, subscription_id: &str, event: &Arc<Object>, now: Timestamp) {
        self.change(|state| {
            let fate = state.dice.roll();
            if fate.dropped {
                let lost = Outcome {
                    url: String::new(),
                    status: None,
                    error: Some("dropped by a delivery fault".to_owned()),
                };
                state.ledger.push(record(subscription_id, event, 0, lost, now));
                return;
            }
            let Some(queue) = state.open_queue(subscription_id) else { return };
            for _ in 0..if fate.repeated { 2 } else { 1 } {
                queue.put(Parcel::new(Arc::clone(event)), now, fate.held);
            }
            if queue.len() >= self.limits.backlog_limit {
                queue.stop("backlog");
            }
        });
    }

    /// Empties a subscription's queue: it is paused.
    pub(crate) fn pause(&self, subscription_id: &str) {
        self.change(|state| {
            state.lives += 1;
            let life = state.lives;
            if let Some(queue) = state.queues.get_mut(subscription_id) {
                *queue = Queue::new(life, std::mem::take(&mut queue.health));
            }
        });
    }

    /// Forgets a subscription, with how it has been: it is deleted, or begins again.
    pub(crate) fn forget(&self, subscription_id: &str) {
        self.change(|state| drop(state.queues.remove(subscription_id)));
    }

    /// Forgets all subscriptions: the world they belonged to is gone.
    pub(crate) fn empty(&self) {
        self.change(|state| state.queues.clear());
    }

    /// Forgets everything, faults and deliveries included.
    pub(crate) fn clear(&self) {
        self.change(|state| {
            *state = State { lives: state.lives, closed: state.closed, ..State::default() };
        });
    }

    /// Disturbs the events written from now on.
    pub(crate) fn disturb(&self, faults: DeliveryFaults) {
        self.change(|state| state.dice = Dice::new(faults));
    }

    /// How a subscription's receiver has been.
    pub(crate) fn health(&self, subscription_id: &str) -> Health {
        self.state().queues.get(subscription_id).map(|queue| queue.health.clone()).unwrap_or_default()
    }

    /// How many events wait for a subscription.
    pub(crate) fn backlog(&self, subscription_id: &str) -> usize {
        self.state().queues.get(subscription_id).map_or(0, Queue::len)
    }

    /// Whether more events wait for a subscription than is healthy.
    pub(crate) fn overfull(&self, subscription_id: &str) -> bool {
        self.backlog(subscription_id) > self.limits.backlog_warning
    }

    /// The last deliveries, oldest first.
    pub(crate) fn deliveries(&self) -> Vec<RecordedDelivery> {
        self.state().ledger.all()
    }

    /// Waits until nothing is on its way and nothing is due by `now`, or until the twin stops.
    pub(crate) async fn settled(&self, now: impl Fn() -> Timestamp) {
        loop {
            let changed = self.changed();
            if self.state().settled(now()) {
                return;
            }
            changed.await;
        }
    }

    /// Resolves when anything changes after this call.
    pub(super) fn changed(&self) -> Notified<'_> {
        self.changed.notified()
    }

    /// Takes out what is due, at most one event of each subscription.
    pub(super) fn take_due(&self, now: Timestamp) -> Vec<Job> {
        let mut state = self.state();
        let jobs = state.queues.iter_mut().filter_map(|(subscription_id, queue)| {
            let parcel = queue.take(now)?;
            Some(Job { subscription_id: subscription_id.clone(), parcel, life: queue.life })
        });
        jobs.collect()
    }

    /// When the next event is due that is not due yet.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.state().queues.values().filter_map(Queue::next_due).min()
    }

    /// Notes how an attempt ended; what failed is queued again, or given up.
    pub(super) fn finish(&self, job: Job, outcome: Outcome, now: Timestamp) {
        self.change(|state| {
            let Job { subscription_id, mut parcel, life } = job;
            parcel.attempts += 1;
            let error = outcome.error.clone();
            state.ledger.push(record(&subscription_id, &parcel.event, parcel.attempts, outcome, now));
            let queue = state.queues.get_mut(&subscription_id).filter(|queue| queue.life == life);
            match (queue, error) {
                (None, _) => {}
                (Some(queue), None) => queue.arrived(),
                (Some(queue), Some(error)) => queue.failed(parcel, error, now),
            }
        });
    }

    /// Puts aside an event whose subscription is gone, with all that waits for it.
    pub(super) fn abandon(&self, job: &Job) {
        self.change(|state| state.queues.retain(|_, queue| queue.life != job.life));
    }

    /// The subscriptions that must be paused.
    pub(super) fn stopped(&self) -> Vec<String> {
        let state = self.state();
        let stopped = state.queues.iter().filter(|(_, queue)| queue.stopped.is_some());
        stopped.map(|(subscription_id, _)| subscription_id.clone()).collect()
    }

    /// Why a subscription must be paused, if it must.
    pub(super) fn stop_reason(&self, subscription_id: &str) -> Option<&'static str> {
        self.state().queues.get(subscription_id).and_then(|queue| queue.stopped)
    }

    /// The twin stops: nobody need wait for deliveries any more.
    pub(super) fn close(&self) {
        self.change(|state| state.closed = true);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.changed.notify_waiters();
    }
}

impl State {
    fn settled(&self, now: Timestamp) -> bool {
        self.closed || self.queues.values().all(|queue| queue.is_quiet(now))
    }

    /// The queue of a subscription, unless it is about to be paused.
    fn open_queue(&mut self, subscription_id: &str) -> Option<&mut Queue> {
        if !self.queues.contains_key(subscription_id) {
            self.lives += 1;
            let queue = Queue::new(self.lives, Health::default());
            self.queues.insert(subscription_id.to_owned(), queue);
        }
        self.queues.get_mut(subscription_id).filter(|queue| queue.stopped.is_none())
    }
}

fn record(
    subscription_id: &str,
    event: &Object,
    attempt: u32,
    outcome: Outcome,
    now: Timestamp,
) -> RecordedDelivery {
    let member = |name: &str| text(event, name).unwrap_or_default().to_owned();
    RecordedDelivery {
        subscription_id: subscription_id.to_owned(),
        event_id: member("id"),
        object_type: member("object_type"),
        action: member("action"),
        url: outcome.url,
        attempt,
        at: now.to_string(),
        status: outcome.status,
        error: outcome.error,
    }
}
