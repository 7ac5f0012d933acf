//! Rate limits: a fixed window for each key or grant and each group of endpoints.
//!
//! Close groups endpoints in an unpublished way (documented); here the first segment of the path is the group.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::options::RateLimit;
use crate::store::Clock;

/// Most windows remembered before finished ones are swept out.
const SWEEP_ABOVE: usize = 1024;

/// Counts requests.
#[derive(Debug)]
pub(crate) struct Limiter {
    limit: RateLimit,
    clock: Clock,
    windows: Mutex<HashMap<(String, String), Window>>,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    ends: Timestamp,
    used: u32,
}

/// What the `RateLimit` header says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Allowance {
    /// Requests in the window.
    pub(crate) limit: u32,
    /// Requests left in it.
    pub(crate) remaining: u32,
    /// Seconds until it ends.
    pub(crate) reset_seconds: f64,
    /// Whether this request is one too many.
    pub(crate) exceeded: bool,
}

impl Limiter {
    /// A limiter with all windows open.
    pub(crate) fn new(limit: RateLimit, clock: Clock) -> Self {
        Self { limit, clock, windows: Mutex::default() }
    }

    /// Counts one request of `who` to `group`.
    pub(crate) fn count(&self, who: &str, group: &str) -> Allowance {
        let now = self.clock.now();
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() > SWEEP_ABOVE {
            windows.retain(|_, window| window.ends > now);
        }
        let length = jiff::SignedDuration::try_from(self.limit.window).unwrap_or(jiff::SignedDuration::MAX);
        let fresh = Window { ends: now.checked_add(length).unwrap_or(Timestamp::MAX), used: 0 };
        let window = windows.entry((who.to_owned(), group.to_owned())).or_insert(fresh);
        if window.ends <= now {
            *window = fresh;
        }
        let exceeded = window.used >= self.limit.requests;
        if !exceeded {
            window.used += 1;
        }
        Allowance {
            limit: self.limit.requests,
            remaining: self.limit.requests - window.used,
            reset_seconds: window.ends.duration_since(now).as_secs_f64(),
            exceeded,
        }
    }
}

impl Allowance {
    /// The header's value, for example `limit=100, remaining=50, reset=1.524`.
    pub(crate) fn header(&self) -> String {
        let seconds = (self.reset_seconds * 1000.0).round() / 1000.0;
        format!("limit={}, remaining={}, reset={seconds}", self.limit, self.remaining)
    }
}
