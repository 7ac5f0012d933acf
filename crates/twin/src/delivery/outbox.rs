//! What webhook subscriptions still have to be told: one queue for each, in the order things become due.
//!
//! Promises: at most one event of a subscription is on its way at a time; what failed waits for its time while later
//! events go on; pausing empties a queue for good. The outbox knows no subscription: it is told which wants what, and
//! asks to have one paused when its receiver is hopeless.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use super::WebhookLimits;
use super::faults::{DeliveryFaults, Dice};
use super::health::{Health, next_attempt};
use super::ledger::{Ledger, RecordedDelivery};
use crate::store::{Object, text};

/// How long a fault holds an event back when no other comes.
const HELD: SignedDuration = SignedDuration::from_secs(5);

/// An event on its way to one subscription.
#[derive(Clone, Debug)]
pub(super) struct Parcel {
    pub(super) event: Arc<Object>,
    /// Attempts that failed.
    attempts: u32,
    first_tried: Option<Timestamp>,
}

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

/// When something is due, then order of arrival.
type Turn = (Timestamp, u64);

/// The queue of one subscription.
#[derive(Debug, Default)]
struct Queue {
    waiting: BTreeMap<Turn, Parcel>,
    /// What a fault holds back until another event has passed.
    held: Option<Turn>,
    /// Whether an event is on its way.
    busy: bool,
    life: u64,
    health: Health,
    /// Why the subscription must be paused; nothing is taken in until it is.
    stopped: Option<&'static str>,
}

#[derive(Debug, Default)]
struct State {
    queues: HashMap<String, Queue>,
    dice: Dice,
    ledger: Ledger,
    arrivals: u64,
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
            let copies = if fate.repeated { 2 } else { 1 };
            for _ in 0..copies {
                state.take_in(subscription_id, event, now, fate.held, self.limits.backlog_limit);
            }
        });
    }

    /// Empties a subscription's queue: it is paused.
    pub(crate) fn pause(&self, subscription_id: &str) {
        self.change(|state| {
            state.lives += 1;
            let life = state.lives;
            if let Some(queue) = state.queues.get_mut(subscription_id) {
                let health = std::mem::take(&mut queue.health);
                *queue = Queue { life, health, ..Queue::default() };
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
            *state = State {
                arrivals: state.arrivals,
                lives: state.lives,
                closed: state.closed,
                ..State::default()
            };
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
        let ready = state.queues.iter_mut().filter(|(_, queue)| !queue.busy);
        let jobs = ready.filter_map(|(subscription_id, queue)| {
            let first = queue.waiting.first_entry().filter(|first| first.key().0 <= now)?;
            let (turn, parcel) = first.remove_entry();
            queue.held = queue.held.filter(|held| *held != turn);
            queue.busy = true;
            Some(Job { subscription_id: subscription_id.clone(), parcel, life: queue.life })
        });
        jobs.collect()
    }

    /// When the next event is due that is not due yet.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        let state = self.state();
        let idle = state.queues.values().filter(|queue| !queue.busy);
        idle.filter_map(|queue| queue.waiting.first_key_value()).map(|((due, _), _)| *due).min()
    }

    /// Notes how an attempt ended; what failed is queued again, or given up.
    pub(super) fn finish(&self, job: Job, outcome: Outcome, now: Timestamp) {
        self.change(|state| {
            let Job { subscription_id, mut parcel, life } = job;
            parcel.attempts += 1;
            let error = outcome.error.clone();
            state.ledger.push(record(&subscription_id, &parcel.event, parcel.attempts, outcome, now));
            state.arrivals += 1;
            let arrival = state.arrivals;
            let Some(queue) = state.queues.get_mut(&subscription_id).filter(|queue| queue.life == life)
            else {
                return;
            };
            queue.busy = false;
            let Some(error) = error else { return queue.health.succeeded() };
            let hopeless = queue.health.failed(error, now);
            let first_tried = *parcel.first_tried.get_or_insert(now);
            match next_attempt(parcel.attempts, first_tried, now) {
                Some(due) => drop(queue.waiting.insert((due, arrival), parcel)),
                None => queue.health.dropped += 1,
            }
            if hopeless {
                queue.stop("delivery_failures");
            }
        });
    }

    /// Puts aside an event whose subscription is gone.
    pub(super) fn abandon(&self, job: &Job) {
        self.forget(&job.subscription_id);
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
    fn take_in(
        &mut self,
        subscription_id: &str,
        event: &Arc<Object>,
        now: Timestamp,
        hold: bool,
        limit: usize,
    ) {
        if !self.queues.contains_key(subscription_id) {
            self.lives += 1;
            let queue = Queue { life: self.lives, ..Queue::default() };
            self.queues.insert(subscription_id.to_owned(), queue);
        }
        let Some(queue) = self.queues.get_mut(subscription_id).filter(|queue| queue.stopped.is_none()) else {
            return;
        };
        let parcel = Parcel { event: Arc::clone(event), attempts: 0, first_tried: None };
        // Two arrivals: this event, and after it one that was held back.
        self.arrivals += 2;
        let turn = (now, self.arrivals - 1);
        let overtaken = queue.held.take().and_then(|held| queue.waiting.remove(&held));
        if let Some(overtaken) = overtaken {
            queue.waiting.insert(turn, parcel);
            queue.waiting.insert((now, self.arrivals), overtaken);
        } else if hold {
            let later = (now.saturating_add(HELD).unwrap_or(now), self.arrivals);
            queue.held = Some(later);
            queue.waiting.insert(later, parcel);
        } else {
            queue.waiting.insert(turn, parcel);
        }
        if queue.len() >= limit {
            queue.stop("backlog");
        }
    }

    fn settled(&self, now: Timestamp) -> bool {
        let quiet = |queue: &Queue| {
            let due = queue.waiting.first_key_value().is_some_and(|((due, _), _)| *due <= now);
            !due && !queue.busy && queue.stopped.is_none()
        };
        self.closed || self.queues.values().all(quiet)
    }
}

impl Queue {
    fn len(&self) -> usize {
        self.waiting.len() + usize::from(self.busy)
    }

    /// Gives up on everything that waits.
    fn stop(&mut self, reason: &'static str) {
        self.health.dropped += self.waiting.len() as u64;
        self.waiting.clear();
        self.held = None;
        self.stopped = Some(reason);
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
