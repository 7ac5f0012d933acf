//! Rate limits: a fixed window for each key or token, and one for each organization, in each group of endpoints.
//!
//! Close limits groups of endpoints, keys and organizations (documented) and publishes neither groups nor numbers:
//! both are chosen here. A request that is refused is not counted.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::lever_error::LeverError;
use crate::options::{RateLimit, RateLimits};
use crate::store::Clock;

/// Most windows remembered before finished ones are swept out.
const SWEEP_ABOVE: usize = 1024;

/// The group of everything that [`GROUPS`] does not name.
const REST: &str = "settings";

/// Which group a path belongs to, by its first segments; the first that fits counts (chosen).
const GROUPS: &[(&str, &str)] = &[
    ("data/search", "search"),
    ("report", "report"),
    ("export", "export"),
    ("bulk_action", "bulk"),
    ("event", "event"),
    ("webhook", "event"),
    ("lead", "lead"),
    ("contact", "contact"),
    ("opportunity", "opportunity"),
    ("task", "task"),
    ("activity", "activity"),
    ("comment", "activity"),
    ("comment_thread", "activity"),
    ("sequence", "sequence"),
    ("sequence_subscription", "sequence"),
    ("phone_number", "telephony"),
    ("blocked_phone_number", "telephony"),
    ("dialer", "telephony"),
    ("me", "user"),
    ("user", "user"),
];

impl RateLimits {
    /// The names of all groups.
    pub const GROUPS: &[&str] = &[
        "activity",
        "bulk",
        "contact",
        "event",
        "export",
        "lead",
        "opportunity",
        "report",
        "search",
        "sequence",
        REST,
        "task",
        "telephony",
        "user",
    ];

    /// Refuses names of groups that do not exist, and limits that nobody could keep.
    pub(crate) fn check(&self) -> Result<(), LeverError> {
        if let Some(name) = self.groups.keys().find(|name| !Self::GROUPS.contains(&name.as_str())) {
            let known = Self::GROUPS.join(", ");
            return Err(LeverError::new(format!("There is no group {name:?}; the groups are {known}.")));
        }
        if self.organization_factor == 0 {
            return Err(LeverError::new("organization_factor must be at least 1."));
        }
        Ok(())
    }

    fn of(&self, group: &str) -> RateLimit {
        self.groups.get(group).copied().unwrap_or(self.default)
    }
}

/// The group of a path below `/api/v1/`.
fn group_of(path: &str) -> &'static str {
    let within =
        |start: &str| path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    GROUPS.iter().find(|(start, _)| within(start)).map_or(REST, |(_, group)| group)
}

/// Counts requests.
#[derive(Debug)]
pub(crate) struct Limiter {
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    limits: RateLimits,
    windows: HashMap<Key, Window>,
}

/// Whose window, in which group, for which method if methods are counted apart.
type Key = (String, &'static str, Option<String>);

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
    pub(crate) fn new(limits: RateLimits, clock: Clock) -> Self {
        Self { clock, state: Mutex::new(State { limits, windows: HashMap::new() }) }
    }

    /// The limits in force.
    pub(crate) fn limits(&self) -> RateLimits {
        self.state().limits.clone()
    }

    /// Other limits from here on; every window begins anew.
    pub(crate) fn set(&self, limits: RateLimits) {
        *self.state() = State { limits, windows: HashMap::new() };
    }

    /// Counts one request of `who`, a key or token of an organization, to a path below `/api/v1/`. Answers the
    /// allowance that is nearer to its end: that of the key, or that of the organization.
    pub(crate) fn count(&self, who: &str, organization_id: &str, method: &str, path: &str) -> Allowance {
        let now = self.clock.now();
        let group = group_of(path);
        let mut state = self.state();
        let State { limits, windows } = &mut *state;
        if windows.len() > SWEEP_ABOVE {
            windows.retain(|_, window| window.ends > now);
        }
        let method = limits.methods_apart.then(|| method.to_owned());
        let own = limits.of(group);
        let shared = RateLimit { requests: own.requests.saturating_mul(limits.organization_factor), ..own };
        let counted = [(who, own), (organization_id, shared)]
            .map(|(owner, limit)| ((owner.to_owned(), group, method.clone()), limit));
        let exceeded =
            counted.iter().any(|(key, limit)| open(windows, key, *limit, now).used >= limit.requests);
        let allowances = counted.map(|(key, limit)| {
            let window = open(windows, &key, limit, now);
            if !exceeded {
                window.used += 1;
            }
            Allowance {
                limit: limit.requests,
                remaining: limit.requests.saturating_sub(window.used),
                reset_seconds: window.ends.duration_since(now).as_secs_f64(),
                exceeded,
            }
        });
        let [own, shared] = allowances;
        if shared.remaining < own.remaining { shared } else { own }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The window `key` is in now. One that lies further ahead than it is long was opened before the clock was set back.
fn open<'w>(
    windows: &'w mut HashMap<Key, Window>,
    key: &Key,
    limit: RateLimit,
    now: Timestamp,
) -> &'w mut Window {
    let length = SignedDuration::try_from(limit.window).unwrap_or(SignedDuration::MAX);
    let fresh = Window { ends: now.saturating_add(length).unwrap_or(Timestamp::MAX), used: 0 };
    let window = windows.entry(key.clone()).or_insert(fresh);
    if window.ends <= now || window.ends > fresh.ends {
        *window = fresh;
    }
    window
}

impl Allowance {
    /// The header's value, for example `limit=100, remaining=50, reset=1.524`.
    pub(crate) fn header(&self) -> String {
        let seconds = (self.reset_seconds * 1000.0).round() / 1000.0;
        format!("limit={}, remaining={}, reset={seconds}", self.limit, self.remaining)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_has_a_group_that_can_be_named() {
        for (path, group) in [
            ("lead/lead_1/", "lead"),
            ("lead", "lead"),
            ("leads/", "settings"),
            ("data/search/", "search"),
            ("activity/call/", "activity"),
            ("phone_number/request/internal/", "telephony"),
            ("custom_field/lead/", "settings"),
            ("", "settings"),
        ] {
            assert_eq!(group_of(path), group, "{path}");
        }
        assert!(GROUPS.iter().all(|(_, group)| RateLimits::GROUPS.contains(group)));
        assert!(RateLimits::GROUPS.is_sorted());
    }
}
