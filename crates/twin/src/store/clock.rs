//! The one clock of the twin.
//!
//! Everything that asks for the time asks here: audit fields, views of tasks, rate-limit windows, token lifetimes.
//! Tests may stop the clock, push it forward, and set it apart from the machine's; nothing else can. What waits for a
//! moment to come is woken when the clock is moved.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// The start of the year 9000, where the clock stops: whatever is added to a date after it can still be written.
const LATEST_MILLISECOND: i64 = 221_845_392_000_000;

/// Where the twin reads the time. Clones share one clock.
#[derive(Clone, Debug)]
pub struct Clock {
    fixed: Option<Timestamp>,
    advanced_milliseconds: Arc<AtomicI64>,
    apart_milliseconds: Arc<AtomicI64>,
    moved: Arc<Notify>,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self::new(None)
    }

    /// A clock that stands at `instant` until it is advanced.
    pub fn fixed(instant: Timestamp) -> Self {
        Self::new(Some(instant))
    }

    fn new(fixed: Option<Timestamp>) -> Self {
        Self {
            fixed,
            advanced_milliseconds: Arc::default(),
            apart_milliseconds: Arc::default(),
            moved: Arc::default(),
        }
    }

    /// The current time, cut to whole milliseconds: the precision Close stores.
    pub fn now(&self) -> Timestamp {
        let base = self.fixed.unwrap_or_else(Timestamp::now).as_millisecond();
        let advanced = self.advanced_milliseconds.load(Ordering::SeqCst);
        let moved = advanced.saturating_add(self.apart_milliseconds.load(Ordering::SeqCst));
        let now = base.saturating_add(moved).clamp(0, LATEST_MILLISECOND);
        Timestamp::from_millisecond(now).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Moves this clock, and all its clones, forward.
    pub fn advance(&self, duration: Duration) {
        let milliseconds = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        let further = |advanced: i64| Some(advanced.saturating_add(milliseconds));
        // It never refuses: `further` always says how far.
        let _ = self.advanced_milliseconds.fetch_update(Ordering::SeqCst, Ordering::SeqCst, further);
        self.moved.notify_waiters();
    }

    /// Lets this clock, and all its clones, go fast (or, negative, slow) by so much, in place of what it was before.
    pub(crate) fn set_apart(&self, offset: SignedDuration) {
        let milliseconds = i64::try_from(offset.as_millis()).unwrap_or(i64::MAX);
        self.apart_milliseconds.store(milliseconds, Ordering::SeqCst);
        self.moved.notify_waiters();
    }

    /// How much it goes fast.
    pub(crate) fn apart(&self) -> SignedDuration {
        SignedDuration::from_millis(self.apart_milliseconds.load(Ordering::SeqCst))
    }

    /// Wakes whatever waits for a moment, without moving: what it waits for may have changed.
    pub(crate) fn nudge(&self) {
        self.moved.notify_waiters();
    }

    /// Resolves when this clock, or a clone, is moved after this call: what waits for a moment looks again then.
    pub(crate) fn moved(&self) -> Notified<'_> {
        self.moved.notified()
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_moves_only_when_told() {
        let clock = Clock::fixed("2024-03-05T14:07:31.4829Z".parse().unwrap());
        let twin = clock.clone();
        assert_eq!(clock.now().to_string(), "2024-03-05T14:07:31.482Z");
        twin.advance(Duration::from_secs(60));
        assert_eq!(clock.now().to_string(), "2024-03-05T14:08:31.482Z");
    }
}
