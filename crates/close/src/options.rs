//! The limits a client works within.
//!
//! Every default is a number somebody can defend; none of them can be switched off. Deadlines are
//! not here: they belong to one call and are given with it.

use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

use crate::observer::Observer;

/// How a [`Client`](crate::Client) behaves towards every Close address it speaks to.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// The longest that name resolution, connecting and the TLS handshake may take together. Default 5 s.
    pub connect_timeout: Duration,
    /// The longest that one attempt may take, from connecting to the last byte of the answer. Default 30 s.
    pub attempt_timeout: Duration,
    /// The largest answer that is read, in bytes after decompression. Default 8 MiB.
    pub max_response_bytes: usize,
    /// The most attempts made for one request, the first included. Zero counts as one. Default 4.
    pub max_attempts: u32,
    /// What the `user-agent` header says. Default `latch/` and the version.
    pub user_agent: String,
    /// How long to wait before repeating what failed in passing.
    pub backoff: Backoff,
    /// Who is told of attempts and waits. Default nobody.
    pub observer: Option<Arc<dyn Observer>>,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            attempt_timeout: Duration::from_secs(30),
            max_response_bytes: 8 * 1024 * 1024,
            max_attempts: 4,
            user_agent: concat!("latch/", env!("CARGO_PKG_VERSION")).to_owned(),
            backoff: Backoff::default(),
            observer: None,
        }
    }
}

/// Waits that double from attempt to attempt. Each is lengthened by a random part of itself, so that
/// clients that failed together do not come back together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The wait before the second attempt, without its random part. Default 200 ms.
    pub first: Duration,
    /// What a wait never grows beyond, without its random part. Default 5 s.
    pub longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_millis(200), longest: Duration::from_secs(5) }
    }
}

impl Backoff {
    /// The waits of one request, in order. Attempts are counted elsewhere, so the schedule never ends.
    pub(crate) fn schedule(self) -> ExponentialBackoff {
        ExponentialBuilder::new()
            .with_min_delay(self.first)
            .with_max_delay(self.longest.max(self.first))
            .with_jitter()
            // Its own seed is a constant, by which every client would draw the same waits.
            .with_jitter_seed(rand::random())
            .without_max_times()
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_requests_that_failed_together_do_not_come_back_together() {
        let waits = || Backoff::default().schedule().take(5).collect::<Vec<_>>();
        assert_ne!(waits(), waits());
    }

    #[test]
    fn waits_double_up_to_the_longest_and_at_most_double_again_by_chance() {
        let backoff = Backoff { first: Duration::from_millis(100), longest: Duration::from_millis(300) };
        let waits: Vec<_> = backoff.schedule().take(5).map(|wait| wait.as_millis()).collect();
        for (wait, base) in waits.iter().zip([100, 200, 300, 300, 300]) {
            assert!((base..=2 * base).contains(wait), "{wait} ms is not within {base} ms and twice that");
        }
    }
}
