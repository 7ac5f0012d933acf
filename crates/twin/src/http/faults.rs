//! Faults a test asks for: the next matching requests go wrong in a chosen way.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Which requests shall go wrong, how often, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultRule {
    /// Only requests with this method, for example `POST`; any when absent.
    #[serde(default)]
    pub method: Option<String>,
    /// Only requests whose path begins so, for example `/api/v1/lead/`; all paths when empty.
    #[serde(default)]
    pub path_prefix: String,
    /// How many requests; the rule is gone afterwards.
    pub times: u32,
    /// What happens to them.
    pub kind: FaultKind,
}

/// A way to go wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Answers this status with a JSON error; nothing is done.
    Status(u16),
    /// Answers 502 with a page of HTML, as a proxy in front would; nothing is done.
    Html,
    /// Closes the connection; nothing is done.
    DropBefore,
    /// Does what was asked, then closes the connection instead of answering.
    DropAfter,
    /// Waits, then goes on as usual.
    Delay(Duration),
    /// Answers 429; the window ends after so many seconds.
    RateLimited {
        /// Seconds told in `RateLimit` and `retry-after`.
        reset_seconds: u32,
    },
}

/// Rules in the order they were given; the first that matches applies.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Mutex<Vec<FaultRule>>,
}

impl Faults {
    /// Adds a rule after all others.
    pub(crate) fn add(&self, rule: FaultRule) {
        if rule.times > 0 {
            self.rules.lock().unwrap_or_else(PoisonError::into_inner).push(rule);
        }
    }

    /// Forgets all rules.
    pub(crate) fn clear(&self) {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The fault for this request, which counts as one of its times.
    pub(crate) fn take(&self, method: &str, path: &str) -> Option<FaultKind> {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let position = rules.iter().position(|rule| {
            rule.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
                && path.starts_with(&rule.path_prefix)
        })?;
        let kind = rules[position].kind.clone();
        rules[position].times -= 1;
        if rules[position].times == 0 {
            rules.remove(position);
        }
        Some(kind)
    }
}
