//! The one clock of the vault.
//!
//! Promises that every decision about time (a token that runs out, a link that expires, a lease that ends)
//! asks the same source, which a test can set and move. It leaves the pacing of network retries and of waiting
//! for another process to the runtime's own timers: those decide nothing.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// A wait on the system's clock is cut into pieces no longer than this, so that a laptop that slept or a clock
/// that was set is noticed soon.
const LONGEST_NAP: Duration = Duration::from_secs(60);

/// Where the vault asks for the time.
///
/// Cheap to clone; clones of a fixed clock move together.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System,
    Fixed(Arc<watch::Sender<Timestamp>>),
}

impl Clock {
    /// The time of the machine.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until [`advance`](Self::advance) moves it, for tests.
    pub fn fixed(at: Timestamp) -> Self {
        Self(Source::Fixed(Arc::new(watch::Sender::new(at))))
    }

    /// The present moment, to the microsecond: as precisely as the store keeps it.
    pub fn now(&self) -> Timestamp {
        let now = match &self.0 {
            Source::System => Timestamp::now(),
            Source::Fixed(at) => *at.borrow(),
        };
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    /// Moves a fixed clock forward and wakes whoever waits for that moment. The system's clock cannot be moved:
    /// there the call does nothing.
    pub fn advance(&self, by: Duration) {
        if let Source::Fixed(at) = &self.0 {
            at.send_modify(|at| *at = later(*at, by));
        }
    }

    /// Returns when this clock shows `moment` or a later time.
    pub async fn wait_until(&self, moment: Timestamp) {
        match &self.0 {
            Source::System => loop {
                let left = Duration::try_from(moment.duration_since(self.now())).unwrap_or_default();
                if left.is_zero() {
                    return;
                }
                tokio::time::sleep(left.min(LONGEST_NAP)).await;
            },
            Source::Fixed(at) => {
                // The sender lives as long as `self`, so waiting cannot end for want of one.
                let _ = at.subscribe().wait_for(|now| *now >= moment).await;
            }
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::System => formatter.write_str("Clock::system"),
            Source::Fixed(at) => write!(formatter, "Clock::fixed({})", *at.borrow()),
        }
    }
}

/// `from` moved forward by `by`, stopping at the end of representable time.
pub(crate) fn later(from: Timestamp, by: Duration) -> Timestamp {
    from.saturating_add(SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_fixed_clock_moves_only_when_told_and_wakes_those_who_wait() {
        let clock = Clock::fixed(Timestamp::UNIX_EPOCH);
        let other = clock.clone();
        let wait = tokio::spawn(async move { other.wait_until(Timestamp::from_second(90).unwrap()).await });
        clock.advance(Duration::from_secs(60));
        assert_eq!(clock.now(), Timestamp::from_second(60).unwrap());
        clock.advance(Duration::from_secs(60));
        wait.await.unwrap();
    }

    #[test]
    fn time_stops_at_its_end_instead_of_failing() {
        assert_eq!(later(Timestamp::MAX, Duration::MAX), Timestamp::MAX);
    }
}
