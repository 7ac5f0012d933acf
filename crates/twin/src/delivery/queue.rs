//! The queue of one subscription, in the order things become due.
//!
//! Promises: what is put in comes out once; an event that is held back comes right after the next one, or when its time
//! has come; what waits for another attempt lets others pass.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::health::{Health, next_attempt};
use crate::store::Object;

/// How long a fault holds an event back when no other comes.
const HELD: SignedDuration = SignedDuration::from_secs(5);

/// An event on its way to one subscription.
#[derive(Clone, Debug)]
pub(super) struct Parcel {
    pub(super) event: Arc<Object>,
    /// Attempts that have ended.
    pub(super) attempts: u32,
    first_tried: Option<Timestamp>,
}

impl Parcel {
    pub(super) fn new(event: Arc<Object>) -> Self {
        Self { event, attempts: 0, first_tried: None }
    }
}

/// When something is due, then order of arrival.
type Turn = (Timestamp, u64);

/// What one subscription still has to be told, and how its receiver has been.
#[derive(Debug, Default)]
pub(super) struct Queue {
    /// Which of the queues this subscription has had; reports about an earlier one are ignored.
    pub(super) life: u64,
    pub(super) health: Health,
    /// Why the subscription must be paused; nothing is taken in until it is.
    pub(super) stopped: Option<&'static str>,
    waiting: BTreeMap<Turn, Parcel>,
    /// What a fault holds back until another event has passed.
    held: Option<Turn>,
    /// Whether an event is on its way.
    busy: bool,
    arrivals: u64,
}

impl Queue {
    pub(super) fn new(life: u64, health: Health) -> Self {
        Self { life, health, ..Self::default() }
    }

    /// Puts an event in; `hold` keeps it back, unless another is kept back already: that one follows it now.
    pub(super) fn put(&mut self, parcel: Parcel, now: Timestamp, hold: bool) {
        match self.held.take().and_then(|held| self.waiting.remove(&held)) {
            Some(overtaken) => {
                self.add(now, parcel);
                self.add(now, overtaken);
            }
            None if hold => self.held = Some(self.add(now.saturating_add(HELD).unwrap_or(now), parcel)),
            None => drop(self.add(now, parcel)),
        }
    }

    fn add(&mut self, due: Timestamp, parcel: Parcel) -> Turn {
        self.arrivals += 1;
        let turn = (due, self.arrivals);
        self.waiting.insert(turn, parcel);
        turn
    }

    /// Takes out what is due, unless something is on its way already.
    pub(super) fn take(&mut self, now: Timestamp) -> Option<Parcel> {
        if self.busy {
            return None;
        }
        let first = self.waiting.first_entry().filter(|first| first.key().0 <= now)?;
        let (turn, parcel) = first.remove_entry();
        self.held = self.held.filter(|held| *held != turn);
        self.busy = true;
        Some(parcel)
    }

    /// When the next event is due; nothing is while one is on its way.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.waiting.first_key_value().filter(|_| !self.busy).map(|((due, _), _)| *due)
    }

    /// What was on its way has arrived.
    pub(super) fn arrived(&mut self) {
        self.busy = false;
        self.health.succeeded();
    }

    /// What was on its way did not arrive: it is tried again, or given up.
    pub(super) fn failed(&mut self, mut parcel: Parcel, error: String, now: Timestamp) {
        self.busy = false;
        let hopeless = self.health.failed(error, now);
        let first_tried = *parcel.first_tried.get_or_insert(now);
        match next_attempt(parcel.attempts, first_tried, now) {
            Some(due) => drop(self.add(due, parcel)),
            None => self.health.dropped += 1,
        }
        if hopeless {
            self.stop("delivery_failures");
        }
    }

    /// How many events wait, the one on its way included.
    pub(super) fn len(&self) -> usize {
        self.waiting.len() + usize::from(self.busy)
    }

    /// Gives up on everything that waits, until the subscription is paused.
    pub(super) fn stop(&mut self, reason: &'static str) {
        self.health.dropped += self.waiting.len() as u64;
        self.waiting.clear();
        self.held = None;
        self.stopped = Some(reason);
    }

    /// Whether there is nothing to do at `now`.
    pub(super) fn is_quiet(&self, now: Timestamp) -> bool {
        !self.busy && self.stopped.is_none() && self.next_due().is_none_or(|due| due > now)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn parcel(number: usize) -> Parcel {
        let mut event = Object::new();
        event.insert("id".to_owned(), number.into());
        Parcel::new(Arc::new(event))
    }

    proptest! {
        #[test]
        fn everything_comes_once_and_at_most_one_place_late(holds in prop::collection::vec(any::<bool>(), 0..40)) {
            let mut queue = Queue::default();
            let now = Timestamp::UNIX_EPOCH;
            for (number, hold) in holds.iter().enumerate() {
                queue.put(parcel(number), now, *hold);
            }
            let mut seen = Vec::new();
            while let Some(parcel) = queue.take(now + HELD) {
                queue.arrived();
                seen.push(parcel.event.get("id").and_then(Value::as_u64).unwrap());
            }
            for (place, number) in (0..).zip(&seen) {
                prop_assert!(number.abs_diff(place) <= 1, "{seen:?}");
            }
            seen.sort_unstable();
            prop_assert!(seen.into_iter().eq(0..holds.len() as u64));
            prop_assert!(queue.is_quiet(now + HELD));
        }
    }

    #[test]
    fn what_failed_lets_others_pass_until_its_time() {
        let mut queue = Queue::default();
        let now = Timestamp::UNIX_EPOCH;
        queue.put(parcel(0), now, false);
        queue.put(parcel(1), now, false);
        let mut first = queue.take(now).unwrap();
        assert!(queue.take(now).is_none(), "one at a time");
        first.attempts += 1;
        queue.failed(first, "no".to_owned(), now);
        assert_eq!(queue.take(now).unwrap().event["id"], 1);
        queue.arrived();
        assert!(queue.take(now).is_none());
        assert_eq!(queue.next_due(), Some(now + SignedDuration::from_secs(30)));
    }
}
