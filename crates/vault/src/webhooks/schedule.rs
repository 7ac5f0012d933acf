//! When to try again. Pure arithmetic.

use std::time::Duration;

use jiff::Timestamp;

use crate::clock::later;

/// Seconds to wait after each failure in a row; after these, the last.
const WAITS: [u64; 7] = [5, 30, 2 * 60, 10 * 60, 60 * 60, 3 * 60 * 60, 6 * 60 * 60];
/// How long a receiver may be away without missing anything.
const PATIENCE: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// When an event of `now` is given up.
pub(crate) fn gives_up_at(now: Timestamp) -> Timestamp {
    later(now, PATIENCE)
}

/// When to try again after the given number of attempts; `None`: it is given up. `luck`, between 0 and 1, is the
/// share of the jitter (up to a quarter of the wait), so that what failed together is not repeated together.
pub(super) fn retry_at(
    now: Timestamp,
    attempts: u32,
    gives_up_at: Timestamp,
    luck: f64,
) -> Option<Timestamp> {
    let failures = usize::try_from(attempts).unwrap_or(usize::MAX).max(1);
    let wait = Duration::from_secs(WAITS[(failures - 1).min(WAITS.len() - 1)]);
    let next = later(now, wait.saturating_add(wait.mul_f64(luck.clamp(0.0, 1.0) / 4.0)));
    (next <= gives_up_at).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_six_hours_and_end_after_three_days() {
        let start = Timestamp::UNIX_EPOCH;
        let end = gives_up_at(start);
        let (mut now, mut waits) = (start, Vec::new());
        while let Some(next) = retry_at(now, u32::try_from(waits.len()).unwrap() + 1, end, 0.0) {
            waits.push(next.duration_since(now).as_secs());
            now = next;
        }
        assert_eq!(waits[..8], [5, 30, 120, 600, 3600, 10_800, 21_600, 21_600]);
        assert_eq!(now.duration_since(start).as_hours(), 70, "the last attempt is near the end");
    }

    #[test]
    fn luck_adds_a_quarter_at_most() {
        let start = Timestamp::UNIX_EPOCH;
        let after = |luck| retry_at(start, 3, gives_up_at(start), luck).unwrap().as_second();
        assert_eq!((after(0.0), after(1.0)), (120, 150));
    }
}
