//! How deliveries to one subscription have gone, and when to try again or give up.

use jiff::{SignedDuration, Timestamp};

/// How long failed deliveries are repeated, and how long everything may fail before a subscription is paused
/// (documented).
const PATIENCE: SignedDuration = SignedDuration::from_hours(72);

/// The longest pause between two attempts (documented).
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(20);

/// The pause after the first failure, in seconds (chosen); each further one is twice as long.
const FIRST_PAUSE: i64 = 30;

/// What is known about a subscription's receiver.
#[derive(Clone, Debug, Default)]
pub(crate) struct Health {
    /// Deliveries that succeeded.
    pub(crate) delivered: u64,
    /// Attempts that failed.
    pub(crate) failed: u64,
    /// Events given up.
    pub(crate) dropped: u64,
    /// What went wrong last, however long ago.
    pub(crate) latest_error: Option<String>,
    /// Since when everything has failed.
    pub(crate) failing_since: Option<Timestamp>,
}

impl Health {
    pub(super) fn succeeded(&mut self) {
        self.delivered += 1;
        self.failing_since = None;
    }

    /// Notes a failure. True when everything has failed for so long that the subscription must be paused.
    pub(super) fn failed(&mut self, error: String, now: Timestamp) -> bool {
        self.failed += 1;
        self.latest_error = Some(error);
        now.duration_since(*self.failing_since.get_or_insert(now)) >= PATIENCE
    }

    /// How many hours in a row, begun ones included, have seen only failures.
    pub(crate) fn failing_hours(&self, now: Timestamp) -> i64 {
        self.failing_since.map_or(0, |since| now.duration_since(since).as_hours() + 1)
    }
}

/// When to try again what failed at `now` for the `attempts`th time; `None` gives it up.
pub(super) fn next_attempt(attempts: u32, first_tried: Timestamp, now: Timestamp) -> Option<Timestamp> {
    if now.duration_since(first_tried) >= PATIENCE {
        return None;
    }
    let doubled = FIRST_PAUSE.checked_shl(attempts.saturating_sub(1).min(32)).unwrap_or(i64::MAX);
    let pause = SignedDuration::from_secs(doubled).min(LONGEST_PAUSE);
    now.checked_add(pause).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_twenty_minutes_for_three_days() {
        let start = Timestamp::UNIX_EPOCH;
        let pause = |attempts| next_attempt(attempts, start, start).unwrap().as_second();
        assert_eq!([1, 2, 3, 6, 7, 500].map(pause), [30, 60, 120, 960, 1200, 1200]);
        let later = start + SignedDuration::from_hours(72);
        assert_eq!(next_attempt(9, start, later), None);
    }
}
